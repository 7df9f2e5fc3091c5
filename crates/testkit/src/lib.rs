//! What tests share: the store suite, the test application, hostile dependencies.
pub mod suite;
