//! Why a document could not be taken, in sentences that tell staff what to do.

use serde::{Deserialize, Serialize};

/// Why a document could not be taken. Its text is shown to staff as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum ExtractError {
    /// It needs a password.
    #[error(
        "This document is protected by a password. Save a copy without a password and upload that."
    )]
    Encrypted,
    /// A PDF without text.
    #[error("This PDF has no text: it is a scan. Upload a version with text, or type it in.")]
    Scanned,
    /// The format is broken.
    #[error(
        "This {what} is damaged and could not be read. Open it, save it again and upload the new copy."
    )]
    Malformed {
        /// The format, as staff call it.
        what: String,
    },
    /// The file is too large.
    #[error("This file is larger than {megabytes} MB. Split it into smaller documents.")]
    TooLarge {
        /// The limit.
        megabytes: u64,
    },
    /// It has too many pages.
    #[error("This document has more than {pages} pages. Split it into smaller documents.")]
    TooManyPages {
        /// The limit.
        pages: usize,
    },
    /// It has too much text.
    #[error("This document has more than {megabytes} MB of text. Split it into smaller documents.")]
    TooMuchText {
        /// The limit.
        megabytes: u64,
    },
    /// It unpacks to far more than it should.
    #[error(
        "This file unpacks to far more than its size and was refused. Save it again from your word processor and upload the new copy."
    )]
    Bomb,
    /// The format is not one of ours.
    #[error(
        "This kind of file cannot be read. Upload a PDF, Word (.docx), web page, Markdown or text file."
    )]
    UnknownType,
    /// An old Word file.
    #[error(
        "This is an old Word file or one with a password. Save it as .docx without a password and upload that."
    )]
    OldOffice,
    /// There is nothing in it.
    #[error("This document has no text.")]
    Empty,
    /// It took too long or too much memory.
    #[error(
        "This document is too complex to be read. Save it as a simpler PDF or as text, or split it."
    )]
    TooComplex,
    /// Our side failed: no child process, or the source of the bytes broke off. Trying again may help.
    #[error("The document could not be read because of a fault on our side. Try again later.")]
    Internal {
        /// For the log.
        detail: String,
    },
}

impl ExtractError {
    /// Whether the same document may be read another time.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Internal { .. })
    }

    pub(super) fn malformed(what: &str) -> Self {
        Self::Malformed {
            what: what.to_owned(),
        }
    }

    pub(super) fn internal(detail: impl std::fmt::Display) -> Self {
        Self::Internal {
            detail: detail.to_string(),
        }
    }
}
