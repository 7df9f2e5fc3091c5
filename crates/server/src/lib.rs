//! The binary voxanne: HTTP, commands, configuration.

pub mod commands;
pub mod config;
pub mod extract;
pub mod http;
mod listen;
pub mod output;
pub mod running;
pub mod telemetry;

pub use http::router;
pub use running::{Parts, Running, start};
