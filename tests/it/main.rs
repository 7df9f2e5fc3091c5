//! Integration tests, modules named after the features.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod auth;
mod health;
mod routes;
