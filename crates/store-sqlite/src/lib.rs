//! The store port on SQLite.
//!
//! One connection writes, behind a fair gate where intake goes first; the others read snapshots and never wait for it.
//! Caller content is sealed here, on its way in, with the keys of its organization.

mod call_list;
mod calls;
mod cells;
mod escalations;
mod gate;
mod hot;
mod identity;
mod inbox;
mod intake;
mod jobs;
mod knowledge;
mod log;
mod open;
mod people;
mod rows;
mod settings;
mod store;
mod sweep;
mod system;
mod tenant;
mod tx;

pub use open::{OpenError, Options};
pub use store::SqliteStore;
