//! How often the provider's API is asked for one organization: its limit is not published, so we keep to the pace its own
//! tools keep. Live control has an address of its own and is not slowed down.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use voxanne_core::{ids::OrgId, time::Millis};

/// Time between two requests, ms.
const EVERY_MS: i64 = 700;
/// Requests that may be made at once after a pause.
const BURST: i64 = 5;
/// Organizations remembered; those whose burst is full again are forgotten first.
const ENTRIES: usize = 10_000;

/// The pace of all organizations; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    /// When the next request of an organization would be due if it had always kept the pace.
    due: Arc<Mutex<HashMap<OrgId, Millis>>>,
}

impl Pace {
    /// Takes a place and says how long to wait for it, ms; nothing, and no place, when that is longer than `left_ms`.
    pub(super) fn take(&self, org: OrgId, now: Millis, left_ms: u64) -> Option<u64> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.len() >= ENTRIES {
            due.retain(|_, at| *at > now);
        }
        let full = now.plus(-EVERY_MS * (BURST - 1));
        let slot = due.get(&org).copied().unwrap_or(full).max(full);
        let wait = u64::try_from(slot.since(now)).unwrap_or(0);
        if wait > left_ms {
            return None;
        }
        due.insert(org, slot.plus(EVERY_MS));
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_pace_holds_for_each_organization() {
        let (pace, org) = (Pace::default(), OrgId::new());
        let waits: Vec<_> = (0..7).map(|_| pace.take(org, Millis(0), 10_000)).collect();
        let expected = [0, 0, 0, 0, 0, 700, 1_400].map(Some);
        assert_eq!(waits, expected);
        assert_eq!(pace.take(org, Millis(0), 2_000), None);
        assert_eq!(pace.take(org, Millis(0), 2_100), Some(2_100));
        assert_eq!(pace.take(OrgId::new(), Millis(0), 0), Some(0));
        assert_eq!(pace.take(org, Millis(60_000), 0), Some(0));
    }
}
