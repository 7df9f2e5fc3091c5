//! Why a use case did not do what was asked; each kind becomes one status and one problem type.

use voxanne_core::ports::{blobs::BlobError, store::StoreError};

/// Why a use case failed. The texts are for people and carry no caller data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no such thing for this organization.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// The role does not allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// An input is wrong; which and what to do.
    #[error("{field}: {what}")]
    Bad {
        /// Which input.
        field: &'static str,
        /// What to do.
        what: String,
    },
    /// Somebody was faster, or it exists already.
    #[error("{0}")]
    Conflict(String),
    /// An input is too large.
    #[error("{0}")]
    TooLarge(String),
    /// Too many at once.
    #[error("{0}")]
    TooMany(String),
    /// A part of the system does not work now.
    #[error("{0}")]
    Unavailable(String),
    /// Not done by the deadline.
    #[error("not done in time: try again")]
    Late,
}

impl Fault {
    /// A wrong input.
    pub fn bad(field: &'static str, what: impl Into<String>) -> Self {
        Self::Bad {
            field,
            what: what.into(),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(what) => Self::Conflict(format!("{what} exists already")),
            StoreError::Stale(what) => {
                Self::Conflict(format!("{what} has changed meanwhile: load it again"))
            }
            StoreError::NotApplied(why) | StoreError::Unknown(why) => {
                tracing::warn!(why, "store.failed");
                Self::Unavailable("the database does not answer: try again in a moment".to_owned())
            }
            StoreError::Corrupt(why) => {
                tracing::error!(why, "store.corrupt");
                Self::Unavailable(
                    "stored content cannot be read: the operator must check the key ring"
                        .to_owned(),
                )
            }
        }
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NotFound => Self::NotFound("the stored object"),
            BlobError::Full => Self::Unavailable(
                "the storage is full: free some room, nothing was lost".to_owned(),
            ),
            BlobError::Failed(why) => {
                tracing::warn!(why, "blobs.failed");
                Self::Unavailable("the storage does not answer: try again in a moment".to_owned())
            }
        }
    }
}
