//! The simulator against a stub that plays the product's part: webhooks, model endpoint, answers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod control;
mod conversation;
mod faults;
mod rest;
mod sdk;
mod start;
mod stub;
mod transfers;
