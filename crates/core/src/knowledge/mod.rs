//! Retrieval over a clinic's own documents, as a pure in-memory index.
