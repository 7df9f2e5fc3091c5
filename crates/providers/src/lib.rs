//! Adapters to the outside: the hosted voice provider, language models, files.
//!
//! Each implements a port of `voxanne-core`. Whatever leaves this process over HTTP goes through [`http_client`], so that
//! deadlines, size caps, retries and the choice of reachable addresses are decided in one place.

pub mod files;
pub mod http_client;
pub mod openai;
pub mod vapi;

#[cfg(test)]
mod testing;
