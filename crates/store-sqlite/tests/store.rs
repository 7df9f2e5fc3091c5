//! The shared suite on SQLite, and what only SQLite must prove.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use sqlx::{ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, sync::Arc, time::Duration};
use tempfile::TempDir;
use voxanne_core::{
    ids::OrgId,
    jobs::NewJob,
    log::NewEvent,
    ports::store::{Store, StoreError},
    seal::MasterRing,
    time::Millis,
};
use voxanne_store_sqlite::{OpenError, Options, SqliteStore};
use voxanne_testkit::{
    store_suite,
    suite::{Guard, T0, TestStore, actor, new_org, read, write},
};

store_suite!(fresh);

struct Folder(TempDir);

#[async_trait::async_trait]
impl Guard for Folder {
    async fn bytes_at_rest(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.0.path()).unwrap() {
            all.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        all
    }
}

fn options() -> Options {
    Options::new(Arc::new(|| T0.plus(1_000)))
}

async fn open(folder: &Path, ring: &MasterRing) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(&folder.join("voxanne.db"), ring.clone(), options()).await
}

async fn fresh() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let ring = MasterRing::generate();
    let store = open(folder.path(), &ring).await.unwrap();
    TestStore {
        store: Arc::new(store),
        ring,
        guard: Arc::new(Folder(folder)),
    }
}

async fn raw(folder: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(folder.join("voxanne.db"))
        .connect()
        .await
        .unwrap()
}

fn event(n: u32) -> NewEvent {
    NewEvent::new("suite.event", "calls", None, n, &n)
}

async fn one_event(store: &dyn Store, org: OrgId, n: u32) -> u64 {
    let mut tx = write(store, org).await;
    tx.emit(event(n));
    tx.commit().await.unwrap()
}

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let ring = MasterRing::generate();
    let first = open(folder.path(), &ring).await.unwrap();
    assert!(matches!(
        open(folder.path(), &ring).await,
        Err(OpenError::InUse)
    ));
    let org = new_org(&first).await;
    drop(first);
    let again = open(folder.path(), &ring).await.unwrap();
    let name = read(&again, org).await.organization().await.unwrap().name;
    assert_eq!(name, "Harbour Dental");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let ring = MasterRing::generate();
    drop(open(folder.path(), &ring).await.unwrap());
    let mut conn = raw(folder.path()).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9000, 'later', 1, x'00', 0)",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    drop(conn);
    assert!(matches!(
        open(folder.path(), &ring).await,
        Err(OpenError::Newer(9000))
    ));
}

#[tokio::test]
async fn another_key_ring_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), &MasterRing::generate()).await.unwrap();
    let org = new_org(&store).await;
    drop(store);
    let other = open(folder.path(), &MasterRing::generate()).await.unwrap();
    assert!(matches!(other.read(org).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn the_file_is_a_log_ahead_database_with_strict_tables() {
    let folder = tempfile::tempdir().unwrap();
    let _store = open(folder.path(), &MasterRing::generate()).await.unwrap();
    let mut conn = raw(folder.path()).await;
    let mode: String = sqlx::query("PRAGMA journal_mode")
        .fetch_one(&mut conn)
        .await
        .unwrap()
        .get(0);
    assert_eq!(mode, "wal");
    let loose: Vec<String> = sqlx::query(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
             AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap()
    .iter()
    .map(|row| row.get(0))
    .collect();
    assert!(loose.is_empty(), "{loose:?}");
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_and_does_not_block_the_next() {
    let kit = fresh().await;
    let org = new_org(&*kit.store).await;
    assert_eq!(one_event(&*kit.store, org, 1).await, 1);
    for n in 0..3 {
        let mut tx = write(&*kit.store, org).await;
        tx.put_setting("half", &n.to_string()).await.unwrap();
        tx.emit(event(n));
        drop(tx);
    }
    assert_eq!(one_event(&*kit.store, org, 2).await, 2);
    assert_eq!(
        read(&*kit.store, org).await.setting("half").await.unwrap(),
        None
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aborted_task_never_leaves_the_writer_inside_a_transaction() {
    let kit = fresh().await;
    let org = new_org(&*kit.store).await;
    let mut committed = 0;
    for round in 0..40_u32 {
        let store = kit.store.clone();
        let task = tokio::spawn(async move {
            let Ok(mut tx) = store.write(&actor(org)).await else {
                return;
            };
            for n in 0..50 {
                tx.put_setting("half", &n.to_string()).await.unwrap();
            }
            tx.put_setting("half", "whole").await.unwrap();
            let _ = tx.commit().await;
        });
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        task.abort();
        let whole = task.await.is_ok();
        let half = read(&*kit.store, org).await.setting("half").await.unwrap();
        assert!(matches!(half.as_deref(), None | Some("whole")), "{half:?}");
        committed += 1;
        assert_eq!(one_event(&*kit.store, org, round).await, committed);
        if whole {
            let after = read(&*kit.store, org).await.setting("half").await.unwrap();
            assert_eq!(after.as_deref(), Some("whole"));
        }
    }
}

#[tokio::test]
async fn a_snapshot_is_a_whole_database_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let ring = MasterRing::generate();
    let store = open(folder.path(), &ring).await.unwrap();
    let org = new_org(&store).await;
    one_event(&store, org, 1).await;
    let copy = tempfile::tempdir().unwrap();
    store
        .system()
        .snapshot(&copy.path().join("voxanne.db"))
        .await
        .unwrap();
    one_event(&store, org, 2).await;
    let copied = open(copy.path(), &ring).await.unwrap();
    assert_eq!(read(&copied, org).await.head().await.unwrap(), 1);
    assert_eq!(read(&store, org).await.head().await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_copied_into_the_database_while_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("voxanne.db");
    let mut options = options();
    options.checkpoint_every = Duration::from_millis(10);
    let store = SqliteStore::open(&path, MasterRing::generate(), options)
        .await
        .unwrap();
    let before = std::fs::metadata(&path).unwrap().len();
    let org = new_org(&store).await;
    // Grows only when the timer has copied what was written; the test would not end otherwise.
    let mut n = 0;
    while std::fs::metadata(&path).unwrap().len() <= before {
        let mut tx = write(&store, org).await;
        for job in 0..20 {
            tx.enqueue(NewJob {
                key: format!("{n}/{job}"),
                run_at: Some(Millis(0)),
                ..NewJob::index_call(voxanne_core::ids::CallId::new())
            });
        }
        tx.commit().await.unwrap();
        n += 1;
    }
}
