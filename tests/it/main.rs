//! Integration tests, modules named after the features.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod auth;
mod calls;
mod clinic;
mod conversation;
mod desk;
mod doors;
mod escalation;
mod graver;
mod health;
mod histories;
mod imports;
mod ledger;
mod live;
mod model;
mod numbers;
mod overload;
mod overview;
mod postgres;
mod privacy;
mod reconcile;
mod recordings;
mod restart;
mod routes;
mod simulate;
mod told;
mod unheard;
mod webhooks;
mod wrapped;
