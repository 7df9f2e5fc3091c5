//! Objects: recordings and documents, on files or an object store.
//!
//! An object appears whole or not at all. Keys are relative (`org/kind/id`), never addresses.

use async_trait::async_trait;
use futures::stream::BoxStream;

/// Why an object could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// There is no such object.
    #[error("object not found")]
    NotFound,
    /// The store is full or over quota: stop, alert, go on later.
    #[error("the object store is full")]
    Full,
    /// It did not work this time.
    #[error("the object store failed: {0}")]
    Failed(String),
}

/// A stream of bytes.
pub type Bytes = BoxStream<'static, Result<Vec<u8>, BlobError>>;

/// An upload under way; parts are 1 MiB or more, except the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The key it will have.
    pub key: String,
    /// The store's own id of the upload.
    pub id: String,
}

/// Stores objects.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins an upload.
    async fn begin(&self, key: &str) -> Result<Upload, BlobError>;
    /// Writes the next part.
    async fn put_part(&self, upload: &Upload, number: u32, bytes: Vec<u8>)
    -> Result<(), BlobError>;
    /// Makes the object appear, durably.
    async fn complete(&self, upload: Upload) -> Result<u64, BlobError>;
    /// Forgets an upload; unknown ones are fine.
    async fn abort(&self, upload: Upload) -> Result<(), BlobError>;
    /// Bytes from `from` (inclusive) to `to` (exclusive, none = end).
    async fn read(&self, key: &str, from: u64, to: Option<u64>) -> Result<Bytes, BlobError>;
    /// Length in bytes.
    async fn len(&self, key: &str) -> Result<u64, BlobError>;
    /// Removes it; a missing one is fine.
    async fn delete(&self, key: &str) -> Result<(), BlobError>;
    /// Keys under `prefix` after `after`, sorted, at most 1,000.
    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Vec<String>, BlobError>;
    /// Writes and removes a small object: whether the store works now.
    async fn check(&self) -> Result<(), BlobError>;
}
