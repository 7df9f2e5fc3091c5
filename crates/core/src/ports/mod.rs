//! Ports: what the domain asks of the outside. A port exists only where two real implementations do.

pub mod embedder;
