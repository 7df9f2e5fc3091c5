//! What may happen between two statements of one batch.

use crate::{migrated, open, raw};
use sqlx::{Connection as _, Executor as _};
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    call::{Speaker, fold::CallFold, message::IntakeOp},
    ports::store::{Receipt, Store as _, StoreError},
    seal::MasterRing,
};
use voxanne_testkit::suite::{Line, T0, new_org, settings, write};

/// Between the statement that takes the keys and the next one a connection changes. A message whose key is in must be in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f1_2_a_key_is_never_taken_for_a_message_that_is_refused() {
    let database = migrated().await;
    let ring = MasterRing::generate();
    let store = Arc::new(open(&database, &ring).await);
    let org = new_org(&*store).await;
    let connection = settings::connection(org);
    let mut tx = write(&*store, org).await;
    tx.put_integration(&connection).await.unwrap();
    tx.commit().await.unwrap();
    let mut line = Line::new(org, "p-1");
    line.integration = Some(connection.id);
    let proved = |text| IntakeOp {
        proved: Some(0),
        ..line.words(T0, Speaker::Caller, text)
    };
    let (said, repeated) = (proved("my words"), proved("said before"));
    // Another node is about to commit the second message: the batch waits for its key with the first one's already in.
    let mut other = raw(&database).await;
    let mut held = other.begin().await.unwrap();
    sqlx::query("insert into intake_keys (org, key, at) values ($1, $2, 0)")
        .bind(uuid::Uuid::from_bytes(org.bytes()))
        .bind(repeated.key.0.to_vec())
        .execute(&mut *held)
        .await
        .unwrap();
    let (batch, node) = (vec![said.clone(), repeated], store.clone());
    let taken = tokio::spawn(async move { node.intake(&batch, &CallFold).await });
    let mut third = raw(&database).await;
    let waits = async {
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity
                 where wait_event_type = 'Lock' and query like 'insert into intake_keys%'
                   and datname = current_database()",
            )
            .fetch_one(&mut third)
            .await
            .unwrap();
            if waiting > 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    // The limit only ends a test that would never end.
    tokio::time::timeout(Duration::from_mins(1), waits)
        .await
        .unwrap();
    third
        .execute("update integrations set rev = rev + 1")
        .await
        .unwrap();
    held.commit().await.unwrap();
    let taken = taken.await.unwrap();
    assert!(matches!(taken[0], Ok(Receipt::Fresh { .. })), "{taken:?}");
    assert_eq!(taken[1], Err(StoreError::Stale("connection")));
    let again = IntakeOp {
        proved: Some(1),
        ..said
    };
    let again = store.intake(&[again], &CallFold).await;
    assert!(matches!(again[0], Ok(Receipt::Repeat { .. })), "{again:?}");
}
