//! The pure domain of Voxanne: no clock, no randomness of its own, no input or output.
//!
//! Everything that decides lives here (the life of a call, the safety gate, retrieval, who may do what), so that it can
//! be tested without a runtime. What it needs from outside it asks for through [`ports`].

pub mod agent;
pub mod call;
pub mod ids;
pub mod inbox;
pub mod jobs;
pub mod knowledge;
pub mod log;
pub mod object;
pub mod page;
pub mod phone;
pub mod pii;
pub mod ports;
pub mod retry;
pub mod safety;
pub mod seal;
pub mod tenancy;
pub mod time;
