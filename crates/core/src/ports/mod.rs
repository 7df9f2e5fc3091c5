//! Ports: what the domain asks of the outside. A port exists only where two real implementations do.

pub mod blobs;
pub mod embedder;
pub mod language;
pub mod store;
pub mod voice;
