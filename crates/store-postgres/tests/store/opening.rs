//! Opening: what is refused, and several programs at once.

use crate::{migrated, open, options, raw};
use sqlx::Executor as _;
use voxanne_core::{
    ports::store::{Store, StoreError},
    seal::MasterRing,
};
use voxanne_store_postgres::{OpenError, PostgresStore};
use voxanne_testkit::{
    postgres,
    suite::{new_org, read},
};

#[tokio::test]
async fn a_server_that_may_lose_what_it_confirmed_is_refused() {
    let database = migrated().await;
    let mut careful = options();
    careful.allow_unsafe = false;
    let refused = PostgresStore::connect(&database.url, MasterRing::generate(), careful).await;
    assert_eq!(refused.map(|_| ()), Err(OpenError::Unsafe("fsync")));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let database = migrated().await;
    raw(&database)
        .await
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (99, 'from the future', true, '', 0)",
        )
        .await
        .unwrap();
    let refused = PostgresStore::connect(&database.url, MasterRing::generate(), options()).await;
    assert_eq!(refused.map(|_| ()), Err(OpenError::NewerSchema(99)));
}

#[tokio::test]
async fn programs_that_start_at_once_on_an_empty_database_all_come_up() {
    let database = postgres::database("empty", |_| async { Ok::<(), OpenError>(()) })
        .await
        .unwrap();
    let ring = MasterRing::generate();
    let (one, two, three) = tokio::join!(
        open(&database, &ring),
        open(&database, &ring),
        open(&database, &ring)
    );
    for store in [one, two, three] {
        store.system().check().await.unwrap();
    }
}

#[tokio::test]
async fn another_key_ring_opens_nothing() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = new_org(&store).await;
    read(&store, org).await.organization().await.unwrap();
    let stranger = open(&database, &MasterRing::generate()).await;
    assert!(matches!(
        stranger.read(org).await.map(|_| ()),
        Err(StoreError::Corrupt(_))
    ));
}

#[tokio::test]
async fn addresses_that_lead_nowhere_say_so_without_their_password() {
    for url in [
        "not an address",
        "postgres://someone:hunter2@127.0.0.1:1/none",
    ] {
        let error = PostgresStore::connect(url, MasterRing::generate(), options())
            .await
            .map(|_| ())
            .unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}

#[tokio::test]
async fn a_copy_is_made_by_the_servers_own_tool() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let said = store
        .system()
        .snapshot(std::path::Path::new("copy"))
        .await
        .unwrap_err();
    assert!(said.to_string().contains("pg_dump"));
}
