//! The shared suite on PostgreSQL, and what only PostgreSQL must prove.
#![expect(clippy::unwrap_used, reason = "these functions are tests")]

mod batches;
mod nodes;
mod opening;
mod parity;
mod plans;
mod tenants;

use sqlx::{Connection as _, Executor as _, PgConnection};
use std::sync::Arc;
use voxanne_core::seal::MasterRing;
use voxanne_store_postgres::{Options, PostgresStore, schema_fingerprint};
use voxanne_testkit::{
    postgres::{self, Database},
    store_suite,
    suite::{Guard, T0, TestStore},
};

store_suite!(fresh);

struct Own(Database);

#[async_trait::async_trait]
impl Guard for Own {
    async fn bytes_at_rest(&self) -> Vec<u8> {
        self.0.bytes_at_rest().await.unwrap()
    }
}

/// A migrated database of its own.
async fn migrated() -> Database {
    postgres::database(&schema_fingerprint(), |url| async move {
        PostgresStore::migrate(&url, true).await
    })
    .await
    .unwrap()
}

fn options() -> Options {
    let mut options = Options::new(Arc::new(|| T0.plus(1_000)));
    options.allow_unsafe = true;
    options
}

async fn open(database: &Database, ring: &MasterRing) -> PostgresStore {
    PostgresStore::connect(&database.url, ring.clone(), options())
        .await
        .unwrap()
}

/// A connection of the user who may do everything.
async fn raw(database: &Database) -> PgConnection {
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    connection
        .execute("set search_path to voxanne")
        .await
        .unwrap();
    connection
}

async fn fresh() -> TestStore {
    let database = migrated().await;
    let ring = MasterRing::generate();
    let store = open(&database, &ring).await;
    TestStore {
        store: Arc::new(store),
        ring,
        guard: Arc::new(Own(database)),
    }
}
