//! Text that may be spoken, as a type.

/// A sentence that passed the gate. Only this module's parent can make one; there is no way from a string to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved(String);

impl Approved {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text to speak.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A sentence somebody proposes: a language model, or an extract of a document. It cannot be spoken.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft(String);

impl Draft {
    /// Wraps a proposal.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<draft>")
    }
}
