//! Use cases in the order of one call: intake, conversation, escalation, recording, live, and what surrounds them.
//!
//! Knows the domain and its ports only: no engine, no provider, no web framework.

pub mod fault;

pub use fault::Fault;
