//! Use cases in the order of one call: intake, conversation, escalation, recording, live.
