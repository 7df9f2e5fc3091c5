//! Several nodes on one database.

use crate::{migrated, open, raw};
use sqlx::Executor as _;
use std::{collections::HashSet, sync::Arc, time::Duration};
use voxanne_core::{
    call::{
        Speaker,
        fold::CallFold,
        message::{IntakeOp, Status},
    },
    ids::{CallId, OrgId, WorkerId},
    jobs::{Lane, LaneQuota, NewJob},
    log::{NewEvent, Seq},
    page::Limit,
    ports::store::{CallFilter, Receipt, Store, StoreError, tokio_free::WakeReceiver},
    seal::MasterRing,
};
use voxanne_store_postgres::PostgresStore;
use voxanne_testkit::suite::{Line, T0, new_org, read, write};

async fn event(store: &PostgresStore, org: OrgId) -> Seq {
    let mut tx = write(store, org).await;
    tx.emit(NewEvent::new("suite.event", "calls", None, 1, &1));
    tx.commit().await.unwrap()
}

/// Waits until news of this head has come. The limit only ends a test that would never end.
async fn heard(wakes: &mut WakeReceiver, org: OrgId, head: Seq) {
    let wait = async {
        while wakes.head(org) < head {
            wakes.changed().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_3_a_node_hears_of_what_another_has_committed() {
    let database = migrated().await;
    let ring = MasterRing::generate();
    let (here, there) = (open(&database, &ring).await, open(&database, &ring).await);
    let org = new_org(&here).await;
    let mut wakes = there.wakes();
    for _ in 0..5 {
        let head = event(&here, org).await;
        heard(&mut wakes, org, head).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f8_3_news_that_came_while_the_listener_was_cut_off_is_heard_all_the_same() {
    let database = migrated().await;
    let ring = MasterRing::generate();
    let (here, there) = (open(&database, &ring).await, open(&database, &ring).await);
    let org = new_org(&here).await;
    let mut wakes = there.wakes();
    // Somebody at the other node looks at this organization.
    assert_eq!(read(&there, org).await.head().await.unwrap(), 0);
    let head = event(&here, org).await;
    heard(&mut wakes, org, head).await;
    raw(&database)
        .await
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query ilike 'listen %'",
        )
        .await
        .unwrap();
    let head = event(&here, org).await;
    heard(&mut wakes, org, head).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f1_2_nodes_that_take_in_the_same_messages_have_one_effect_together() {
    let database = migrated().await;
    let ring = MasterRing::generate();
    let nodes = [
        Arc::new(open(&database, &ring).await),
        Arc::new(open(&database, &ring).await),
    ];
    let orgs = [new_org(&*nodes[0]).await, new_org(&*nodes[0]).await];
    let mut ops: Vec<IntakeOp> = Vec::new();
    for org in orgs {
        for call in 0..10 {
            let line = Line::new(org, &format!("call {call}"));
            ops.push(line.status(T0, Status::InProgress));
            for n in 1..=6 {
                ops.push(line.words(T0.plus(n * 100), Speaker::Caller, &format!("word {n}")));
            }
        }
    }
    // Each node gets all messages, in orders and batches of its own.
    let tasks: Vec<_> = [(0, 7, 5), (1, 11, 8), (0, 3, 13), (1, 17, 4)]
        .into_iter()
        .map(|(node, step, size)| {
            let store = nodes[node].clone();
            let mixed: Vec<IntakeOp> = (0..ops.len())
                .map(|at| ops[(at * step) % ops.len()].clone())
                .collect();
            tokio::spawn(async move {
                let mut fresh = Vec::new();
                for batch in mixed.chunks(size) {
                    for (op, taken) in batch.iter().zip(store.intake(batch, &CallFold).await) {
                        if let Receipt::Fresh { .. } = taken.unwrap() {
                            fresh.push((op.org, op.key));
                        }
                    }
                }
                fresh
            })
        })
        .collect();
    let mut fresh = Vec::new();
    for task in tasks {
        fresh.extend(task.await.unwrap());
    }
    assert_eq!(fresh.len(), ops.len(), "each message counts once");
    assert_eq!(fresh.iter().collect::<HashSet<_>>().len(), ops.len());
    for org in orgs {
        let mut snapshot = read(&*nodes[1], org).await;
        let page = snapshot
            .calls(&CallFilter::default(), None, Limit::MAX)
            .await
            .unwrap();
        assert_eq!(page.items.len(), 10);
        for (call, _) in &page.items {
            assert_eq!(call.live_segments, 6);
            let said = snapshot
                .segments(call.id, 0, None, Limit::MAX)
                .await
                .unwrap();
            assert_eq!(said.items.len(), 6);
        }
        let head = snapshot.head().await.unwrap();
        let events = snapshot.events(0, head, 10_000).await.unwrap();
        let numbers: Vec<Seq> = events.iter().map(|e| e.seq).collect();
        assert_eq!(
            numbers,
            (1..=head).collect::<Vec<_>>(),
            "no hole in the log"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_connection_is_gone_is_never_taken_for_done() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = new_org(&store).await;
    let mut tx = write(&store, org).await;
    tx.put_setting("k", "1").await.unwrap();
    tx.emit(NewEvent::new("suite.event", "calls", None, 1, &1));
    raw(&database)
        .await
        .execute(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and state = 'idle in transaction'",
        )
        .await
        .unwrap();
    assert!(matches!(
        tx.commit().await,
        Err(StoreError::NotApplied(_) | StoreError::Unknown(_))
    ));
    assert_eq!(read(&store, org).await.setting("k").await.unwrap(), None);
    assert_eq!(event(&store, org).await, 1, "the store goes on");
}

/// While a newer program runs beside this one, its jobs wait for it; a payload that cannot be read harms only itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_of_a_newer_program_and_broken_ones_stop_no_claim() {
    let database = migrated().await;
    let store = open(&database, &MasterRing::generate()).await;
    let org = new_org(&store).await;
    let mut tx = write(&store, org).await;
    tx.enqueue(NewJob::index_call(CallId::new()));
    tx.commit().await.unwrap();
    let mut raw = raw(&database).await;
    for (kind, payload) in [
        ("call.foretell", r#"{"t":"foretell"}"#),
        ("call.index", r#"{"t":"index_call""#),
    ] {
        sqlx::query(
            "insert into jobs (id, org, kind, key, lane, payload, run_at, due_at, attempts)
             values (gen_random_uuid(), $1, $2, 'k', 'urgent', $3, 0, 0, 0)",
        )
        .bind(uuid::Uuid::from_bytes(org.bytes()))
        .bind(kind)
        .bind(payload)
        .execute(&mut raw)
        .await
        .unwrap();
    }
    let quota = [LaneQuota {
        lane: Lane::Urgent,
        total: 5,
        per_org: 5,
    }];
    let claim = store
        .system()
        .claim(WorkerId::new(), &quota, T0.plus(9_000))
        .await;
    assert_eq!(claim.unwrap().len(), 1);
    let dead: Vec<(String, String)> =
        sqlx::query_as("select kind, error from jobs where dead_at is not null")
            .fetch_all(&mut raw)
            .await
            .unwrap();
    assert_eq!(
        dead,
        [(
            "call.index".to_owned(),
            "its payload cannot be read".to_owned()
        )]
    );
}
