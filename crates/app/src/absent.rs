//! Stand-ins for parts that an installation does not have: they say so, and everything that needs them degrades.

use async_trait::async_trait;
use voxanne_core::{
    ports::embedder::{EmbedError, Embedder, Urgency},
    time::Deadline,
};

/// No embedding model: retrieval and gate work by words alone, marked degraded.
#[derive(Debug, Clone, Copy, Default)]
pub struct AbsentEmbedder;

#[async_trait]
impl Embedder for AbsentEmbedder {
    fn model(&self) -> &str {
        "none"
    }

    fn dimensions(&self) -> usize {
        0
    }

    fn count_tokens(&self, text: &str) -> usize {
        // Never fewer tokens than a real tokenizer finds: passages come out shorter, never too long.
        text.chars().count()
    }

    fn max_tokens(&self) -> usize {
        256
    }

    async fn embed(
        &self,
        _: Vec<String>,
        _: Urgency,
        _: Deadline,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        Err(EmbedError::Unavailable(
            "no model is installed: run make models".to_owned(),
        ))
    }
}
