//! The store itself: one writer behind the gate, readers with snapshots, unwrapped keys.

use crate::{
    gate::{Gate, Lane, Pass},
    hot::Hot,
    intake, open,
    rows::{Columns as _, Cx, db, raw, sealed},
    tenant::{Collected, Tenant},
};
use async_trait::async_trait;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use std::{
    collections::HashMap,
    fs::File,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use voxanne_core::{
    call::{fold::Fold, message::IntakeOp},
    ids::OrgId,
    ports::store::{
        Receipt, Store, StoreError, SystemStore, TenantRead, TenantTx,
        tokio_free::{WakeReceiver, WakeSender},
    },
    seal::{MasterRing, OrgKeys},
    tenancy::Actor,
    time::{Clock, Millis},
};

/// A transaction that holds the writer longer than this is worth a line in the log.
const LONG_HOLD: Duration = Duration::from_millis(100);

/// Whoever waits longer for the writer is told to come again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The writer's connection and whether it may still be inside a transaction.
pub(crate) struct Desk {
    conn: SqliteConnection,
    dirty: bool,
}

impl Desk {
    pub(crate) const fn new(conn: SqliteConnection) -> Self {
        Self { conn, dirty: false }
    }
}

/// What every part of the store shares.
pub(crate) struct Shared {
    pub(crate) gate: Arc<Gate<Desk>>,
    pub(crate) readers: SqlitePool,
    pub(crate) ring: MasterRing,
    pub(crate) keys: RwLock<HashMap<OrgId, Arc<OrgKeys>>>,
    pub(crate) hot: Hot,
    pub(crate) wakes: WakeSender,
    pub(crate) clock: Clock,
    pub(crate) path: PathBuf,
    pub(crate) _lock: File,
}

impl Shared {
    pub(crate) fn now(&self) -> Millis {
        (self.clock)()
    }

    /// The organization's keys, unwrapped once.
    pub(crate) async fn keys(&self, org: OrgId) -> Result<Arc<OrgKeys>, StoreError> {
        let known = self
            .keys
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&org)
            .cloned();
        if let Some(keys) = known {
            return Ok(keys);
        }
        let row = sqlx::query("SELECT wrapped FROM key_ring WHERE org = ?1")
            .bind(raw(org))
            .fetch_optional(&self.readers)
            .await
            .map_err(db)?
            .ok_or(StoreError::Stale("organization"))?;
        let keys = OrgKeys::unwrap(org, &self.ring, &row.blob("wrapped")?).map_err(sealed)?;
        let keys = Arc::new(keys);
        self.keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(org, keys.clone());
        Ok(keys)
    }

    /// A transaction on the writer.
    pub(crate) async fn begin(&self, lane: Lane) -> Result<Writer, StoreError> {
        let mut desk = tokio::time::timeout(LONGEST_WAIT, self.gate.enter(lane))
            .await
            .ok()
            .flatten()
            .ok_or_else(|| StoreError::NotApplied("the writer is busy".to_owned()))?;
        let began = Instant::now();
        if desk.dirty {
            // Whoever was here last was dropped in the middle. Without a transaction to end this fails, which is as good.
            let _ = sqlx::query("ROLLBACK").execute(&mut desk.conn).await;
        }
        desk.dirty = true;
        if let Err(error) = sqlx::query("BEGIN IMMEDIATE").execute(&mut desk.conn).await {
            tracing::warn!(%error, "the writing connection is opened again");
            desk.conn = open::writer(&self.path).await.map_err(db)?;
            sqlx::query("BEGIN IMMEDIATE")
                .execute(&mut desk.conn)
                .await
                .map_err(db)?;
        }
        Ok(Writer { desk, began })
    }
}

/// An open transaction on the writer. Dropped, it is rolled back before the connection is used again.
pub(crate) struct Writer {
    desk: Pass<Desk>,
    began: Instant,
}

impl Writer {
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.desk.conn
    }

    /// Ends the transaction for good.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        if let Err(error) = sqlx::query("COMMIT").execute(&mut self.desk.conn).await {
            // A transaction that can still be rolled back was certainly not committed.
            let undone = sqlx::query("ROLLBACK").execute(&mut self.desk.conn).await;
            return Err(match undone {
                Ok(_) => StoreError::NotApplied(error.to_string()),
                Err(_) => StoreError::Unknown(error.to_string()),
            });
        }
        self.desk.dirty = false;
        let held = self.began.elapsed();
        if held > LONG_HOLD {
            tracing::warn!(held_ms = held.as_millis() as u64, "store.writer_held_long");
        }
        Ok(())
    }
}

/// What a snapshot or a transaction runs its statements on.
pub(crate) trait Held: Send {
    fn conn(&mut self) -> &mut SqliteConnection;
}

impl Held for Transaction<'static, Sqlite> {
    fn conn(&mut self) -> &mut SqliteConnection {
        self
    }
}

/// Copies the write-ahead log into the database on a connection of its own, until dropped.
pub(crate) struct Timer(JoinHandle<()>);

impl Timer {
    pub(crate) fn start(path: PathBuf, every: Duration) -> Self {
        Self(tokio::spawn(async move {
            let mut beat = tokio::time::interval(every.max(Duration::from_millis(10)));
            beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut conn = None;
            loop {
                beat.tick().await;
                if conn.is_none() {
                    conn = open::writer(&path).await.ok();
                }
                if let Some(open) = conn.as_mut()
                    && let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
                        .execute(&mut *open)
                        .await
                {
                    tracing::warn!(%error, "the write-ahead log was not copied");
                    conn = None;
                }
            }
        }))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The store on SQLite. One process at a time has a database open.
pub struct SqliteStore {
    pub(crate) shared: Arc<Shared>,
    _timer: Timer,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.shared.path)
            .finish_non_exhaustive()
    }
}

impl SqliteStore {
    pub(crate) const fn new(shared: Arc<Shared>, timer: Timer) -> Self {
        Self {
            shared,
            _timer: timer,
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn engine(&self) -> &'static str {
        "sqlite"
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    async fn keys(&self, org: OrgId) -> Result<OrgKeys, StoreError> {
        self.shared.keys(org).await.map(|keys| (*keys).clone())
    }

    async fn read(&self, org: OrgId) -> Result<Box<dyn TenantRead>, StoreError> {
        let keys = self.shared.keys(org).await?;
        let mut held = self.shared.readers.begin().await.map_err(db)?;
        // A snapshot begins with its first read.
        crate::log::head(Cx {
            conn: &mut held,
            org,
            keys: &keys,
        })
        .await?;
        Ok(Box::new(Tenant { org, keys, held }))
    }

    async fn write(&self, actor: &Actor) -> Result<Box<dyn TenantTx>, StoreError> {
        let keys = self.shared.keys(actor.org).await?;
        let writer = self.shared.begin(Lane::Other).await?;
        Ok(Box::new(Tenant {
            org: actor.org,
            keys,
            held: Collected::new(self.shared.clone(), writer, actor),
        }))
    }

    async fn intake(
        &self,
        batch: &[IntakeOp],
        fold: &dyn Fold,
    ) -> Vec<Result<Receipt, StoreError>> {
        intake::run(&self.shared, batch, fold).await
    }

    fn system(&self) -> &dyn SystemStore {
        self
    }

    fn wakes(&self) -> WakeReceiver {
        self.shared.wakes.subscribe()
    }
}
