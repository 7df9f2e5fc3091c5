//! Opening the database: the lock file, the engine's version, the schema, the connections.

use crate::{
    gate::Gate,
    store::{Desk, Shared, SqliteStore, Timer},
};
use sqlx::{
    ConnectOptions as _, Row as _, SqliteConnection,
    error::BoxDynError,
    migrate::{MigrateError, Migration, MigrationSource, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use voxanne_core::{ports::store::tokio_free::WakeSender, seal::MasterRing, time::Clock};

/// The oldest SQLite whose write-ahead log does not lose a reset.
const LEAST_SQLITE: [u32; 3] = [3, 51, 3];
/// Each migration's name and text, in order.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "foundation",
        include_str!("../migrations/0001_foundation.sql"),
    ),
    ("intake", include_str!("../migrations/0002_intake.sql")),
];
/// The newest migration.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;
/// A safety net in pages; the timer checkpoints long before.
const AUTO_CHECKPOINT: &str = "16384";
/// What the log shrinks to after it was used up, bytes.
const LOG_LIMIT: &str = "67108864";

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the store reads the time.
    pub clock: Clock,
    /// Connections that read, at least 1.
    pub readers: u32,
    /// How often the write-ahead log is copied into the database.
    pub checkpoint_every: Duration,
}

impl Options {
    /// Four readers, a checkpoint each second.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            readers: 4,
            checkpoint_every: Duration::from_secs(1),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("readers", &self.readers)
            .field("checkpoint_every", &self.checkpoint_every)
            .finish_non_exhaustive()
    }
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("another process has the database open: stop it first, or choose another data folder")]
    InUse,
    /// The lock file or its folder cannot be used.
    #[error("the lock file {0} cannot be used: {1}")]
    Lock(PathBuf, std::io::Error),
    /// The engine is too old.
    #[error("SQLite {0} is too old: 3.51.3 or later is needed")]
    OldEngine(String),
    /// A newer program has written the schema.
    #[error(
        "the database has schema {0}, which this program does not know: start the newer program again"
    )]
    Newer(i64),
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date: {0}")]
    Schema(MigrateError),
    /// The engine refused.
    #[error("the database cannot be opened: {0}")]
    Engine(#[from] sqlx::Error),
}

#[derive(Debug)]
struct Schema;

impl MigrationSource<'static> for Schema {
    fn resolve(self) -> futures::future::BoxFuture<'static, Result<Vec<Migration>, BoxDynError>> {
        Box::pin(async {
            Ok(MIGRATIONS
                .into_iter()
                .zip(1..)
                .map(|((name, text), number)| {
                    Migration::new(
                        number,
                        name.into(),
                        MigrationType::Simple,
                        sqlx::SqlStr::from_static(text),
                        false,
                    )
                })
                .collect())
        })
    }
}

fn base(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .disable_statement_logging()
}

/// A connection that writes.
pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    base(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", AUTO_CHECKPOINT)
        .pragma("journal_size_limit", LOG_LIMIT)
        .pragma("cache_size", "-32768")
        .pragma("temp_store", "memory")
        .statement_cache_capacity(400)
        .connect()
        .await
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|error| OpenError::Lock(name.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(TryLockError::Error(error)) => Err(OpenError::Lock(name, error)),
    }
}

async fn check_engine(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let version: String = sqlx::query("SELECT sqlite_version()")
        .fetch_one(conn)
        .await?
        .try_get(0)?;
    let numbers: Vec<u32> = version.split('.').filter_map(|n| n.parse().ok()).collect();
    if numbers.as_slice() < LEAST_SQLITE.as_slice() {
        return Err(OpenError::OldEngine(version));
    }
    Ok(())
}

pub(crate) async fn migrate(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let migrator = Migrator::new(Schema).await.map_err(OpenError::Schema)?;
    // Nobody else migrates meanwhile: the lock file is held.
    match migrator.run_direct(None, conn, false).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(version)) => Err(OpenError::Newer(version)),
        Err(error) => Err(OpenError::Schema(error)),
    }
}

impl SqliteStore {
    /// Opens the database at `path`, makes it when it is missing, and brings its schema up to date.
    pub async fn open(path: &Path, ring: MasterRing, options: Options) -> Result<Self, OpenError> {
        let lock = lock(path)?;
        let mut conn = writer(path).await?;
        check_engine(&mut conn).await?;
        migrate(&mut conn).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .min_connections(0)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(
                base(path)
                    .read_only(true)
                    .pragma("cache_size", "-8192")
                    .pragma("temp_store", "memory")
                    .statement_cache_capacity(200),
            );
        let shared = Arc::new(Shared {
            gate: Gate::new(Desk::new(conn)),
            readers,
            ring,
            keys: std::sync::RwLock::default(),
            hot: crate::hot::Hot::default(),
            wakes: WakeSender::default(),
            clock: options.clock,
            path: path.to_owned(),
            _lock: lock,
        });
        let timer = Timer::start(path.to_owned(), options.checkpoint_every);
        Ok(Self::new(shared, timer))
    }
}
