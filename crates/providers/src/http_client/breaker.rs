//! A breaker for each (organization, dependency): after repeated failures the dependency is left alone for a moment, then
//! one request tries whether it works again.
//!
//! Only dependencies in trouble have an entry, so an idle installation holds none.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use voxanne_core::{ids::OrgId, time::Millis};

/// Failures in a row after which a dependency rests.
const FAILURES: u32 = 5;
/// How long it rests, ms.
const REST_MS: i64 = 5_000;
/// After this long a probe that never reported back is forgotten, ms.
const PROBE_MS: i64 = 30_000;
/// Most entries; beyond it nothing new is watched.
const ENTRIES: usize = 10_000;

type Key = (Option<OrgId>, &'static str);

#[derive(Debug, Clone, Copy)]
struct Trouble {
    failures: u32,
    /// No request before, unless it is the probe.
    closed_until: Millis,
    probing_until: Option<Millis>,
}

/// All breakers; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Breakers {
    troubles: Arc<Mutex<HashMap<Key, Trouble>>>,
}

/// Leave to make one request. Dropped without a word it reports nothing.
#[derive(Debug)]
pub struct Permit {
    breakers: Breakers,
    key: Key,
    probe: bool,
}

impl Breakers {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Trouble>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which dependencies rest now, and for how many organizations.
    pub fn resting(&self) -> BTreeMap<&'static str, u64> {
        let mut out = BTreeMap::new();
        for ((_, dependency), trouble) in self.lock().iter() {
            if trouble.failures >= FAILURES {
                *out.entry(*dependency).or_default() += 1;
            }
        }
        out
    }

    /// Leave to ask, or nothing while the dependency rests.
    pub fn enter(
        &self,
        org: Option<OrgId>,
        dependency: &'static str,
        now: Millis,
    ) -> Option<Permit> {
        let key = (org, dependency);
        let mut probe = false;
        if let Some(trouble) = self.lock().get_mut(&key)
            && trouble.failures >= FAILURES
        {
            let probed = trouble.probing_until.is_some_and(|until| now < until);
            if now < trouble.closed_until || probed {
                return None;
            }
            trouble.probing_until = Some(now.plus(PROBE_MS));
            probe = true;
        }
        Some(Permit {
            breakers: self.clone(),
            key,
            probe,
        })
    }
}

impl Permit {
    /// The dependency answered.
    pub fn worked(self) {
        self.breakers.lock().remove(&self.key);
    }

    /// It did not answer, or answered that it is broken.
    pub fn failed(self, now: Millis) {
        let mut troubles = self.breakers.lock();
        if troubles.len() >= ENTRIES && !troubles.contains_key(&self.key) {
            return;
        }
        let trouble = troubles.entry(self.key).or_insert(Trouble {
            failures: 0,
            closed_until: now,
            probing_until: None,
        });
        trouble.failures = trouble.failures.saturating_add(1);
        if trouble.failures >= FAILURES {
            trouble.closed_until = now.plus(REST_MS);
            trouble.probing_until = None;
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // A probe whose caller went away frees the place for the next one.
        if self.probe
            && let Some(trouble) = self.breakers.lock().get_mut(&self.key)
        {
            trouble.probing_until = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fail(breakers: &Breakers, org: Option<OrgId>, times: u32, now: Millis) {
        for _ in 0..times {
            breakers.enter(org, "rest", now).unwrap().failed(now);
        }
    }

    #[test]
    fn rests_after_failures_and_lets_one_probe_through() {
        let breakers = Breakers::default();
        let start = Millis(0);
        fail(&breakers, None, FAILURES, start);
        assert!(breakers.enter(None, "rest", start).is_none());
        assert_eq!(breakers.resting(), BTreeMap::from([("rest", 1)]));
        assert!(breakers.enter(None, "other", start).is_some());
        let later = start.plus(REST_MS);
        let probe = breakers.enter(None, "rest", later).unwrap();
        assert!(breakers.enter(None, "rest", later).is_none());
        probe.failed(later);
        assert!(
            breakers
                .enter(None, "rest", later.plus(REST_MS - 1))
                .is_none()
        );
        let again = later.plus(REST_MS);
        breakers.enter(None, "rest", again).unwrap().worked();
        assert!(breakers.enter(None, "rest", again).is_some());
        assert!(breakers.lock().is_empty());
    }

    #[test]
    fn organizations_do_not_share_a_breaker_and_a_lost_probe_frees_its_place() {
        let breakers = Breakers::default();
        let (ours, theirs) = (Some(OrgId::new()), Some(OrgId::new()));
        fail(&breakers, ours, FAILURES, Millis(0));
        assert!(breakers.enter(ours, "rest", Millis(1)).is_none());
        assert!(breakers.enter(theirs, "rest", Millis(1)).is_some());
        let later = Millis(REST_MS);
        drop(breakers.enter(ours, "rest", later).unwrap());
        assert!(breakers.enter(ours, "rest", later).is_some());
    }

    proptest! {
        /// Whatever happens, a dependency that answers is asked again at last.
        #[test]
        fn never_rests_forever(steps in proptest::collection::vec((0_u8..3, 0_i64..10_000), 0..200)) {
            let breakers = Breakers::default();
            let mut now = Millis(0);
            for (what, passes) in steps {
                now = now.plus(passes);
                if let Some(permit) = breakers.enter(None, "rest", now) {
                    match what {
                        0 => permit.worked(),
                        1 => permit.failed(now),
                        _ => drop(permit),
                    }
                }
            }
            prop_assert!(breakers.enter(None, "rest", now.plus(PROBE_MS + REST_MS)).is_some());
        }
    }
}
