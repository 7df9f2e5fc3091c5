//! The safety gate: what may be answered, and what may be spoken.
