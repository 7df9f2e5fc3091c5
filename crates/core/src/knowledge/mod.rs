//! Retrieval over a clinic's own documents, as a pure in-memory index.
//!
//! Everything here is a function of its arguments: text comes in as [`Parsed`], vectors come in as slices, and an
//! [`index::Index`] never changes once built. A call keeps the index it started with, so an edit of the documents in the
//! middle of a call cannot change what the receptionist believes; and the two store engines cannot rank differently,
//! because neither ranks.

pub mod answer;
pub mod attribute;
pub mod chunk;
pub mod eval;
pub mod index;
mod lexical;
mod lexicon;
mod parsed;
pub mod plain;
mod spoken;
pub mod text;
pub mod vector;

pub use answer::{Answer, Extract, NoAnswer, Reason, Signals, answer, follow_up, signals};
pub use chunk::{ChunkDraft, VectorInput};
pub use index::{ChunkRow, Hit, Hits, Index, Query};
pub use parsed::{Block, BlockKind, Parsed};
pub use vector::{ChunkVectors, Kind};
