//! The hosted provider Vapi: its webhooks read into our words, our answers encoded into its, and its API asked.
//!
//! Nothing here decides anything about a call. Everything that arrives is read leniently through an allow-list, because
//! webhooks repeat our own secrets and those of the telephone carrier.

pub mod auth;
pub mod completions;
mod control;
pub mod encode;
mod fields;
pub mod keys;
pub mod numbers;
mod pace;
pub mod read;
mod recording;
mod report;
mod voice;

pub use numbers::ProviderNumber;
pub use report::facts;
pub use voice::{Connections, Vapi};
