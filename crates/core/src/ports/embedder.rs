//! Sentence vectors and token counts, from a local model or a hosted one.

use crate::time::Deadline;
use async_trait::async_trait;

/// Who is waiting. A running call always goes before an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// A caller is on the line.
    Call,
    /// A document is being imported or a set evaluated.
    Bulk,
}

/// Why there is no vector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// Not done by the deadline.
    #[error("the embedding model did not answer in time")]
    Late,
    /// The model is not loaded or not reachable.
    #[error("the embedding model is unavailable: {0}")]
    Unavailable(String),
    /// The input cannot be embedded (too long, too many).
    #[error("the embedding model refused the input: {0}")]
    Refused(String),
}

/// Turns texts into unit-length vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Name and version of the model; rows of another model are not comparable.
    fn model(&self) -> &str;

    /// Length of each vector.
    fn dimensions(&self) -> usize;

    /// Tokens of `text` in the model's own tokenizer, without special tokens.
    fn count_tokens(&self, text: &str) -> usize;

    /// Longest input in tokens that is not cut.
    fn max_tokens(&self) -> usize;

    /// One unit-length vector a text, in order. At most 64 texts.
    async fn embed(
        &self,
        texts: Vec<String>,
        urgency: Urgency,
        by: Deadline,
    ) -> Result<Vec<Vec<f32>>, EmbedError>;
}
