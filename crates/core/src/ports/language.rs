//! Language models: they draft, they never speak. A draft has to pass the gate to become speech.

use crate::{pii::Pii, safety::Draft, time::Deadline};
use futures::stream::BoxStream;

/// What a model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The clinic's instructions and the platform's rules.
    pub system: String,
    /// Passages to answer from.
    pub passages: Vec<String>,
    /// Earlier turns, oldest first: (caller?, words).
    pub history: Vec<(bool, Pii<String>)>,
    /// What the caller just said.
    pub said: Pii<String>,
    /// `en` or `es`.
    pub language: &'static str,
}

/// Why there is no (further) draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not done by the deadline.
    #[error("the language model did not answer in time")]
    Late,
    /// Refused: wrong key, over quota.
    #[error("the language model refused: {0}")]
    Refused(String),
    /// Not reachable or broken.
    #[error("the language model is unavailable: {0}")]
    Unavailable(String),
}

/// Drafts answers, sentence by sentence.
pub trait Language: Send + Sync {
    /// Name of the model, for the record.
    fn model(&self) -> &str;

    /// Whole sentences as they are finished; ends when the answer is complete or at the deadline.
    fn draft(&self, prompt: Prompt, by: Deadline) -> BoxStream<'static, Result<Draft, ModelError>>;
}
