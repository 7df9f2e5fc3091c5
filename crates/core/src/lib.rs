//! The pure domain of Voxanne: no clock, no randomness of its own, no input or output.
//!
//! Everything that decides lives here (the life of a call, the safety gate, retrieval, who may do what), so that it can
//! be tested without a runtime. What it needs from outside it asks for through [`ports`].

pub mod ids;
pub mod knowledge;
pub mod pii;
pub mod ports;
pub mod safety;
pub mod time;
