//! The shared suite on PostgreSQL.
#![expect(clippy::unwrap_used, reason = "these functions are tests")]

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

async fn fresh() -> TestStore {
    let database = postgres::database(&schema_fingerprint(), |url| async move {
        PostgresStore::migrate(&url, true).await
    })
    .await
    .unwrap();
    let ring = MasterRing::generate();
    let mut options = Options::new(Arc::new(|| T0.plus(1_000)));
    options.allow_unsafe = true;
    let store = PostgresStore::connect(&database.url, ring.clone(), options)
        .await
        .unwrap();
    TestStore {
        store: Arc::new(store),
        ring,
        guard: Arc::new(Own(database)),
    }
}
