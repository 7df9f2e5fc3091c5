//! Intake: every state-bearing message is committed before it is acknowledged, many of them in one commit.
//!
//! Callers wait only for the commit their message is part of. The batch is whatever arrived while the one before was being
//! written, so a quiet line pays no delay and a busy one shares its syncs.

use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use voxanne_core::{
    call::{fold::CallFold, message::IntakeOp},
    ports::store::{Receipt, Store, StoreError},
};

/// Messages that may wait for a commit; more make their senders wait.
const QUEUE: usize = 4_096;
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
}

/// The way in.
#[derive(Clone)]
pub struct Intake {
    lanes: Arc<[mpsc::Sender<Pending>]>,
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
        self.lane_of(&op)
            .send(Pending { op, done })
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
        let mut taken = Vec::with_capacity(BATCH);
        while pending.recv_many(&mut taken, BATCH).await > 0 {
            let (ops, waiting): (Vec<_>, Vec<_>) = taken.drain(..).map(|p| (p.op, p.done)).unzip();
            metrics::histogram!("voxanne_intake_batch_size").record(ops.len() as f64);
            let taken = tokio::time::timeout(LONGEST, store.intake(&ops, &CallFold)).await;
            // A database that has vanished must not hold the lane; what became of the commit nobody knows.
            let results = taken.unwrap_or_else(|_| {
                let late = || StoreError::Unknown("no answer in time".to_owned());
                ops.iter().map(|_| Err(late())).collect()
            });
            for (done, result) in waiting.into_iter().zip(results) {
                // Who stopped waiting will ask again; the key makes that harmless.
                let _ = done.send(result);
            }
        }
    });
    queue
}
