//! What tests share: the store suite, the test application, hostile dependencies.
pub mod chaos;
pub mod postgres;
#[cfg(feature = "server")]
pub mod server;
pub mod suite;
