//! Local models: sentence embeddings and the safety classifier.
