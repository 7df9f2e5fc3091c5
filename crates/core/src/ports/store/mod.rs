//! The store: SQLite or PostgreSQL behind one port, two crates, one suite of tests.
//!
//! There is no way to a tenant's rows but [`Store::read`] and [`Store::write`], which take the organization. `emit`,
//! `enqueue` and `audit` only collect: sequence numbers exist after `commit` alone, so nobody can hold the head's lock for
//! long. Caller content is sealed inside the store, on the way in, with the organization's keys.

pub mod rows;
pub mod system;
pub mod tenant;

use crate::{
    call::{
        fold::Fold,
        message::{IntakeOp, Reply},
    },
    ids::{CallId, OrgId},
    log::Seq,
    tenancy::Actor,
};
use async_trait::async_trait;
pub use rows::*;
pub use system::SystemStore;
pub use tenant::{TenantRead, TenantTx};
use tokio_free::WakeReceiver;

/// Why a store operation failed; the kind carries the decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A unique value exists already; the word names it.
    #[error("{0} exists already")]
    Conflict(&'static str),
    /// What was expected is not there (any more), or changed meanwhile.
    #[error("{0} is not there or has changed")]
    Stale(&'static str),
    /// Certainly not applied: safe to repeat.
    #[error("the database did not take it: {0}")]
    NotApplied(String),
    /// The commit may have happened.
    #[error("the database did not confirm it: {0}")]
    Unknown(String),
    /// A row cannot be read: wrong key ring or damaged file.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether the same request may work in a moment.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::NotApplied(_) | Self::Unknown(_))
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// Taken in now.
    Fresh {
        /// The call it belongs to.
        call: CallId,
        /// The head after it, when it wrote events.
        seq: Option<Seq>,
        /// The reply, when it bears one.
        reply: Option<Reply>,
    },
    /// Taken in before; this is the reply given then.
    Repeat {
        /// The reply, when it bears one.
        reply: Option<Reply>,
    },
}

impl Receipt {
    /// The reply, fresh or repeated.
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Fresh { reply, .. } | Self::Repeat { reply } => reply.as_ref(),
        }
    }
}

/// The store.
#[async_trait]
pub trait Store: Send + Sync {
    /// Which engine: `sqlite` or `postgres`.
    fn engine(&self) -> &'static str;

    /// Whether no other process can have this database open.
    fn is_exclusive(&self) -> bool;

    /// A snapshot of one organization; never waits for a writer.
    async fn read(&self, org: OrgId) -> Result<Box<dyn TenantRead>, StoreError>;

    /// A write transaction of one organization; dropped without `commit`, it is rolled back.
    async fn write(&self, actor: &Actor) -> Result<Box<dyn TenantTx>, StoreError>;

    /// Takes in a batch in one transaction: keys, calls, a pure fold, one statement a table. One result for each operation,
    /// in order. If the batch fails for a reason of data, its operations are repeated one by one.
    async fn intake(&self, batch: &[IntakeOp], fold: &dyn Fold)
    -> Vec<Result<Receipt, StoreError>>;

    /// The organization's keys, unwrapped, for its objects.
    async fn keys(&self, org: OrgId) -> Result<crate::seal::OrgKeys, StoreError>;

    /// What belongs to no tenant: routing, sign-in, claims, sweeps, heads.
    fn system(&self) -> &dyn SystemStore;

    /// Wakes whoever waits for news; the truth is the tables.
    fn wakes(&self) -> WakeReceiver;
}

/// A wake-up without a runtime: a counter that only grows and a way to wait for it to grow.
pub mod tokio_free {
    use crate::{ids::OrgId, log::Seq};
    use std::{
        collections::HashMap,
        future::Future,
        pin::Pin,
        sync::{Arc, Mutex, PoisonError},
        task::{Context, Poll, Waker},
    };

    #[derive(Default)]
    struct State {
        version: u64,
        heads: HashMap<OrgId, Seq>,
        wakers: Vec<Waker>,
    }

    /// The sending side, kept by a store.
    #[derive(Clone, Default)]
    pub struct WakeSender(Arc<Mutex<State>>);

    impl std::fmt::Debug for WakeSender {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("WakeSender")
        }
    }

    impl WakeSender {
        /// The organization's log has reached `head` (or jobs arrived: the head stays).
        pub fn wake(&self, org: OrgId, head: Seq) {
            let wakers = {
                let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                state.version += 1;
                let known = state.heads.entry(org).or_default();
                *known = (*known).max(head);
                std::mem::take(&mut state.wakers)
            };
            wakers.into_iter().for_each(Waker::wake);
        }

        /// A receiver that has seen everything so far.
        pub fn subscribe(&self) -> WakeReceiver {
            let seen = self
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .version;
            WakeReceiver {
                state: self.0.clone(),
                seen,
            }
        }
    }

    /// The receiving side.
    #[derive(Clone)]
    pub struct WakeReceiver {
        state: Arc<Mutex<State>>,
        seen: u64,
    }

    impl std::fmt::Debug for WakeReceiver {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("WakeReceiver")
        }
    }

    impl WakeReceiver {
        /// The latest known head of an organization's log, 0 when never woken for it.
        pub fn head(&self, org: OrgId) -> Seq {
            self.state
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .heads
                .get(&org)
                .copied()
                .unwrap_or(0)
        }

        /// Waits until something moved since the last return.
        pub fn changed(&mut self) -> Changed<'_> {
            Changed(self)
        }
    }

    /// See [`WakeReceiver::changed`].
    #[derive(Debug)]
    pub struct Changed<'a>(&'a mut WakeReceiver);

    impl Future for Changed<'_> {
        type Output = ();
        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            let shared = self.0.state.clone();
            let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if state.version > self.0.seen {
                self.0.seen = state.version;
                return Poll::Ready(());
            }
            // A waiting receiver re-registers at each poll; each wake empties the list, so it stays short.
            if !state.wakers.iter().any(|w| w.will_wake(context.waker())) {
                state.wakers.push(context.waker().clone());
            }
            Poll::Pending
        }
    }
}
