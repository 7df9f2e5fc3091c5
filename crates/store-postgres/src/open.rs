//! Opening: roles, schema, migrations, and a refusal of servers that would lose what they confirmed.

use crate::sql::failed;
use sqlx::{
    Connection as _, Executor as _, PgConnection, PgPool, Row as _, SqlSafeStr as _,
    error::BoxDynError,
    migrate::{Migrate as _, MigrateError, Migration, MigrationSource, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{borrow::Cow, future::Future, pin::Pin, str::FromStr as _, time::Duration};
use voxanne_core::{ports::store::StoreError, time::Clock};

/// How to open.
#[derive(Clone)]
pub struct Options {
    /// Where rows take their time from.
    pub clock: Clock,
    /// Connections of each of the two pools, for tenants and for the system.
    pub connections: u32,
    /// Longest run of one statement, ms.
    pub statement_timeout_ms: u32,
    /// Longest wait for a lock, ms.
    pub lock_timeout_ms: u32,
    /// Where to listen for news of other nodes, when `url` leads through a transaction pooler.
    pub listen_url: Option<String>,
    /// Takes a server whose confirmed commits may be lost in a crash. Tests only.
    pub allow_unsafe: bool,
}

impl Options {
    /// The ordinary values.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            connections: 8,
            statement_timeout_ms: 5_000,
            lock_timeout_ms: 2_000,
            listen_url: None,
            allow_unsafe: false,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("connections", &self.connections)
            .field("allow_unsafe", &self.allow_unsafe)
            .finish_non_exhaustive()
    }
}

/// Why the database cannot be opened, with what to do. Never holds the address, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The address is not one.
    #[error("the database address is not valid: write postgres://user:password@host:5432/database")]
    BadUrl,
    /// Nothing answers, or sign-in is refused.
    #[error("PostgreSQL cannot be reached: {0}")]
    Unreachable(String),
    /// Older than what is supported.
    #[error("PostgreSQL {0} is too old: version 14 or newer is needed")]
    TooOld(String),
    /// A confirmed commit could be lost in a crash.
    #[error("PostgreSQL runs with {0} off, so a crash loses what it confirmed: turn it on")]
    Unsafe(&'static str),
    /// The roles or the schema are not there and may not be made.
    #[error(
        "the roles voxanne_owner, voxanne_app and voxanne_system or the schema voxanne cannot be made ({0}): let an \
         administrator give this user CREATEROLE and CREATE on the database for the first start"
    )]
    Roles(String),
    /// A newer program has been here.
    #[error(
        "the database has schema {0}, which this program does not know: start the newer program"
    )]
    NewerSchema(i64),
    /// A migration did not go through.
    #[error("the schema could not be brought up to date: {0}")]
    Migration(String),
}

/// The migrations this program carries.
#[derive(Debug)]
struct Carried;

impl MigrationSource<'static> for Carried {
    fn resolve(
        self,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<Migration>, BoxDynError>> + Send + 'static>> {
        Box::pin(async { Ok(carried()) })
    }
}

/// Each migration's file stem and text, in order.
pub const MIGRATIONS: [(&str, &str); 2] = [
    (
        "0001_foundation",
        include_str!("../migrations/0001_foundation.sql"),
    ),
    ("0002_intake", include_str!("../migrations/0002_intake.sql")),
];

fn carried() -> Vec<Migration> {
    MIGRATIONS
        .iter()
        .zip(1..)
        .map(|((name, sql), number)| {
            Migration::new(
                number,
                Cow::Borrowed(name.split_once('_').map_or(*name, |(_, rest)| rest)),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        })
        .collect()
}

/// The number of the newest migration this program carries.
pub(crate) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// A word that is the same for two programs exactly when their migrations are.
pub fn schema_fingerprint() -> String {
    use std::fmt::Write as _;
    carried().iter().fold(String::new(), |mut out, migration| {
        let _ = write!(out, "{}", migration.version);
        for byte in migration.checksum.iter().take(6) {
            let _ = write!(out, "{byte:02x}");
        }
        out
    })
}

fn unreachable(error: sqlx::Error) -> OpenError {
    OpenError::Unreachable(match error {
        sqlx::Error::Database(db) => db.message().to_owned(),
        sqlx::Error::Io(io) => io.kind().to_string(),
        sqlx::Error::PoolTimedOut => "no connection within 10 s".to_owned(),
        _ => "the connection failed".to_owned(),
    })
}

/// The address as connection options.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, OpenError> {
    Ok(PgConnectOptions::from_str(url)
        .map_err(|_| OpenError::BadUrl)?
        .application_name("voxanne"))
}

/// Checks the server, makes roles and schema where they are missing, and runs the migrations, one program at a time.
pub(crate) async fn prepare(url: &str, allow_unsafe: bool) -> Result<(), OpenError> {
    let mut owner = PgConnection::connect_with(&options(url)?)
        .await
        .map_err(unreachable)?;
    let done = prepare_on(&mut owner, allow_unsafe).await;
    // The work is done or failed by now; a connection that closes badly changes neither.
    let _ = owner.close().await;
    done
}

async fn prepare_on(owner: &mut PgConnection, allow_unsafe: bool) -> Result<(), OpenError> {
    let row = sqlx::query(
        "select current_setting('server_version_num')::integer, current_setting('server_version'),
                current_setting('fsync'), current_setting('synchronous_commit')",
    )
    .fetch_one(&mut *owner)
    .await
    .map_err(unreachable)?;
    let text = |at: usize| row.try_get::<String, _>(at).unwrap_or_default();
    if row.try_get::<i32, _>(0).unwrap_or_default() < 140_000 {
        return Err(OpenError::TooOld(text(1)));
    }
    if !allow_unsafe {
        for (at, name) in [(2, "fsync"), (3, "synchronous_commit")] {
            if text(at) == "off" {
                return Err(OpenError::Unsafe(name));
            }
        }
    }
    // One program at a time for everything that follows; let go with the connection at the latest.
    owner
        .execute("select pg_advisory_lock(hashtext('voxanne.prepare'))")
        .await
        .map_err(unreachable)?;
    roles(owner).await?;
    let migrator = Migrator::new(Carried)
        .await
        .map_err(|e| OpenError::Migration(e.to_string()))?;
    let run = migrate(owner, &migrator).await;
    // An unlock that fails has lost the connection and with it the lock.
    let _ = owner
        .execute("reset role; select pg_advisory_unlock(hashtext('voxanne.prepare'))")
        .await;
    run
}

/// Cluster-wide roles are shared by all databases of a server, so each step first looks and tolerates a twin's work.
async fn roles(owner: &mut PgConnection) -> Result<(), OpenError> {
    owner
        .execute(
            "do $$
             declare
               name text;
             begin
               foreach name in array array['voxanne_owner', 'voxanne_app', 'voxanne_system'] loop
                 if not exists (select 1 from pg_roles where rolname = name) then
                   begin
                     execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
                   exception when duplicate_object or unique_violation then
                     null;
                   end;
                 end if;
                 if not pg_has_role(current_user, name, 'member') then
                   begin
                     execute format('grant %I to current_user', name);
                   exception when unique_violation then
                     null;
                   end;
                 end if;
               end loop;
               if not exists (select 1 from pg_namespace where nspname = 'voxanne') then
                 create schema voxanne authorization voxanne_owner;
               end if;
             end
             $$",
        )
        .await
        .map(|_| ())
        .map_err(|e| {
            OpenError::Roles(match e {
                sqlx::Error::Database(db) => db.message().to_owned(),
                _ => "the connection failed".to_owned(),
            })
        })
}

async fn migrate(owner: &mut PgConnection, migrator: &Migrator) -> Result<(), OpenError> {
    owner
        .execute("set search_path to voxanne; set role voxanne_owner")
        .await
        .map_err(|e| OpenError::Migration(failed(e).to_string()))?;
    owner
        .ensure_migrations_table(&migrator.table_name)
        .await
        .map_err(|e| OpenError::Migration(e.to_string()))?;
    migrator
        .run_direct(None, owner, false)
        .await
        .map_err(|e| match e {
            MigrateError::VersionMissing(version) => OpenError::NewerSchema(version),
            other => OpenError::Migration(other.to_string()),
        })
}

/// A pool whose connections all work in one role.
pub(crate) async fn pool(
    url: &str,
    role: &'static str,
    with: &Options,
) -> Result<PgPool, OpenError> {
    let setup = format!(
        "set search_path to voxanne; set statement_timeout to {}; set lock_timeout to {}; \
         set idle_in_transaction_session_timeout to 10000; set role {role}",
        with.statement_timeout_ms, with.lock_timeout_ms
    );
    let setup: std::sync::Arc<str> = setup.into();
    PgPoolOptions::new()
        .max_connections(with.connections.max(1))
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(move |connection, _| {
            let setup = setup.clone();
            Box::pin(async move {
                // Only numbers and names of this program are in it.
                connection.execute(sqlx::AssertSqlSafe(setup)).await?;
                Ok(())
            })
        })
        .connect_with(options(url)?)
        .await
        .map_err(unreachable)
}

/// Whether the server takes writes and its schema is the program's.
pub(crate) async fn check(system: &PgPool) -> Result<(), StoreError> {
    let mut tx = system.begin().await.map_err(failed)?;
    let version: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(&mut *tx)
        .await
        .map_err(failed)?;
    if version != Some(SCHEMA) {
        return Err(StoreError::Stale("schema"));
    }
    sqlx::query(
        "insert into leases (name, worker, until) values ('check', $1, 0)
         on conflict (name) do update set until = 0",
    )
    .bind(uuid::Uuid::nil())
    .execute(&mut *tx)
    .await
    .map_err(failed)?;
    tx.rollback().await.map_err(failed)
}
