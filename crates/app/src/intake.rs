//! Intake: every state-bearing message is committed before it is acknowledged, many of them in one commit.
//!
//! Callers wait only for the commit their message is part of. The batch is whatever arrived while the one before was being
//! written, so a quiet line pays no delay and a busy one shares its syncs. Each clinic has its turn in every batch: a burst at
//! one keeps nobody else waiting.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use voxanne_core::{
    call::{fold::CallFold, message::IntakeOp},
    ids::OrgId,
    ports::store::{Receipt, Store, StoreError},
};

/// Messages that may wait for a commit; more make their senders wait.
const QUEUE: usize = 4_096;
/// Messages of one organization that may wait: a part of all, so that no organization keeps another out.
const QUEUE_OF_ONE: usize = 512;
/// Organizations whose places are remembered before those that wait for nothing are forgotten.
const MOST_PLACES: usize = 10_000;
/// Messages of one commit.
const BATCH: usize = 256;
/// Commits under way at once where the database takes several: one is folded while another is written. An organization's
/// messages stay in one lane, so commits never meet at a call or a head.
const LANES: usize = 2;

/// Longest wait for one commit.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(15);

struct Pending {
    op: IntakeOp,
    done: oneshot::Sender<Result<Receipt, StoreError>>,
    /// Free again for the next message of the organization once this one is committed.
    place: OwnedSemaphorePermit,
}

/// Places to wait in, for each organization.
#[derive(Default)]
struct Places(Mutex<HashMap<OrgId, Arc<Semaphore>>>);

impl Places {
    fn of(&self, org: OrgId) -> Arc<Semaphore> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_PLACES && !all.contains_key(&org) {
            all.retain(|_, places| Arc::strong_count(places) > 1);
        }
        let new = || Arc::new(Semaphore::new(QUEUE_OF_ONE));
        all.entry(org).or_insert_with(new).clone()
    }
}

/// What waits, by organization; taken out in turns, in the order of its coming within each organization.
struct Turns<T> {
    waiting: HashMap<OrgId, VecDeque<T>>,
    turn: VecDeque<OrgId>,
    len: usize,
}

impl<T> Turns<T> {
    fn new() -> Self {
        Self {
            waiting: HashMap::new(),
            turn: VecDeque::new(),
            len: 0,
        }
    }

    fn push(&mut self, org: OrgId, one: T) {
        let line = self.waiting.entry(org).or_default();
        if line.is_empty() {
            self.turn.push_back(org);
        }
        line.push_back(one);
        self.len += 1;
    }

    fn take(&mut self, most: usize) -> Vec<T> {
        let mut taken = Vec::with_capacity(most.min(self.len));
        while taken.len() < most
            && let Some(org) = self.turn.pop_front()
        {
            let Some(line) = self.waiting.get_mut(&org) else {
                continue;
            };
            taken.extend(line.pop_front());
            if line.is_empty() {
                self.waiting.remove(&org);
            } else {
                self.turn.push_back(org);
            }
        }
        self.len -= taken.len();
        taken
    }
}

/// The way in.
#[derive(Clone)]
pub struct Intake {
    lanes: Arc<[mpsc::Sender<Pending>]>,
    places: Arc<Places>,
}

impl std::fmt::Debug for Intake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Intake")
    }
}

impl Intake {
    /// Starts taking messages in.
    pub fn start(store: Arc<dyn Store>) -> Self {
        // With one writer a second commit would only wait for the first.
        let lanes = if store.is_exclusive() { 1 } else { LANES };
        Self {
            lanes: (0..lanes).map(|_| lane(store.clone())).collect(),
            places: Arc::default(),
        }
    }

    fn lane_of(&self, op: &IntakeOp) -> &mpsc::Sender<Pending> {
        // The low bytes of an id are random; the high ones are its time.
        let low = op.org.bytes()[15];
        &self.lanes[usize::from(low) % self.lanes.len()]
    }

    /// Takes one message in; returns when it is committed.
    pub async fn submit(&self, op: IntakeOp) -> Result<Receipt, StoreError> {
        let gone = || StoreError::NotApplied("the process is ending".to_owned());
        let (done, wait) = oneshot::channel();
        let place = self.places.of(op.org).acquire_owned().await;
        let pending = Pending {
            place: place.map_err(|_| gone())?,
            op,
            done,
        };
        self.lane_of(&pending.op)
            .send(pending)
            .await
            .map_err(|_| gone())?;
        // The sender is dropped unanswered only when the task ended in the middle of a commit.
        wait.await.unwrap_or_else(|_| {
            Err(StoreError::Unknown(
                "the process ended during a commit".to_owned(),
            ))
        })
    }
}

fn lane(store: Arc<dyn Store>) -> mpsc::Sender<Pending> {
    let (queue, mut pending) = mpsc::channel::<Pending>(QUEUE);
    // Nobody waits for this task at the end: whoever handed a message in waits for its commit.
    tokio::spawn(async move {
        let mut turns = Turns::new();
        loop {
            if turns.len == 0 {
                match pending.recv().await {
                    Some(one) => turns.push(one.op.org, one),
                    None => return,
                }
            }
            while turns.len < QUEUE
                && let Ok(one) = pending.try_recv()
            {
                turns.push(one.op.org, one);
            }
            let mut ops = Vec::with_capacity(BATCH);
            let mut waiting = Vec::with_capacity(BATCH);
            for one in turns.take(BATCH) {
                ops.push(one.op);
                // The place is kept until the commit is known.
                waiting.push((one.done, one.place));
            }
            metrics::histogram!("voxanne_intake_batch_size").record(ops.len() as f64);
            let taken = tokio::time::timeout(LONGEST, store.intake(&ops, &CallFold)).await;
            // A database that has vanished must not hold the lane; what became of the commit nobody knows.
            let results = taken.unwrap_or_else(|_| {
                let late = || StoreError::Unknown("no answer in time".to_owned());
                ops.iter().map(|_| Err(late())).collect()
            });
            for ((done, place), result) in waiting.into_iter().zip(results) {
                // Who stopped waiting will ask again; the key makes that harmless.
                let _ = done.send(result);
                drop(place);
            }
        }
    });
    queue
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_organization_has_its_turn_and_keeps_its_order(
            coming in proptest::collection::vec(0_usize..5, 0..200),
            most in 1_usize..20,
        ) {
            let orgs: Vec<OrgId> = (0..5).map(|_| OrgId::new()).collect();
            let mut turns = Turns::new();
            for (n, who) in coming.iter().enumerate() {
                turns.push(orgs[*who], (*who, n));
            }
            let mut seen: Vec<Vec<usize>> = vec![Vec::new(); 5];
            let mut left = coming.len();
            while left > 0 {
                let batch = turns.take(most);
                prop_assert_eq!(batch.len(), most.min(left));
                let mut counts = [0_usize; 5];
                for (who, n) in &batch {
                    counts[*who] += 1;
                    seen[*who].push(*n);
                }
                // Whoever still waits had as many turns as anybody, but for one.
                let most_turns = counts.iter().max().copied().unwrap_or_default();
                for (who, count) in counts.iter().enumerate() {
                    let all = coming.iter().filter(|w| **w == who).count();
                    prop_assert!(all == seen[who].len() || count + 1 >= most_turns);
                }
                left -= batch.len();
            }
            prop_assert_eq!(turns.len, 0);
            for line in seen {
                prop_assert!(line.is_sorted());
            }
        }
    }
}
