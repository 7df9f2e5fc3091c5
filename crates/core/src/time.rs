//! Time as data: milliseconds since the Unix epoch, handed in by the caller.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A point in time: milliseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// This point moved forward by `ms` milliseconds (saturating).
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this point; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where use cases read the time from; tests hand in one they move themselves.
pub type Clock = Arc<dyn Fn() -> Millis + Send + Sync>;

/// The moment by which an answer is due; passed down so that nested waits share one budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Millis);

impl Deadline {
    /// The deadline `ms` milliseconds after `now`.
    pub fn after(now: Millis, ms: i64) -> Self {
        Self(now.plus(ms))
    }

    /// Milliseconds left at `now`, never negative.
    pub fn left(self, now: Millis) -> u64 {
        u64::try_from(self.0.since(now)).unwrap_or(0)
    }
}
