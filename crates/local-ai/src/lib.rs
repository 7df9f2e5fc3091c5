//! Local models: sentence embeddings, and the training and measuring of the safety classifier that stands on them.
//!
//! Nothing here speaks to a network. The model file is fetched beforehand (`make models`), its sha256 is pinned and
//! checked when it is loaded.

pub mod eval;
mod inference;
mod lbfgs;
mod minilm;
mod queue;
pub mod train;
mod wordpiece;

pub use minilm::{LoadError, MINILM_BYTES, MINILM_FILE, MINILM_SHA256, MiniLm};
