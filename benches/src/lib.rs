//! Benchmarks, each beside its reference in the same run.

pub mod events;
pub mod load;
pub mod raw;
pub mod raw_postgres;
pub mod report;
pub mod servers;
