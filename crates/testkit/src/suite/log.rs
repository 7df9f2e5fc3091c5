//! The log: numbers without a gap, ranges, the floor.

use super::{
    Line, T0,
    intake::{numbers, take},
    new_org, read, write,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};
use voxanne_core::{
    call::{Speaker, fold::CallFold, message::IntakeOp},
    ids::{CallId, OrgId},
    jobs::NewJob,
    log::NewEvent,
    page::Limit,
    ports::store::{AuditRow, Receipt, Store},
    tenancy::{Actor, Who},
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_log {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            log,
            [
                f8_3_numbers_have_no_gap_under_concurrent_writers_and_rollbacks,
                events_come_back_as_they_were_emitted,
                ranges_are_half_open_and_bounded,
                f8_3_the_floor_rises_with_what_is_swept,
                swept_keys_make_room_and_young_ones_stay,
                a_dropped_transaction_writes_nothing,
                a_snapshot_sees_one_moment,
                a_reader_does_not_wait_for_a_writer,
                commits_wake_whoever_waits,
                the_audit_trail_is_a_chain,
                heads_of_many_logs_come_at_once,
            ]
        );
    };
}

fn event(n: u64) -> NewEvent {
    NewEvent::new("suite.event", "calls", None, n, &n)
}

/// Commits that many events; the head after them.
async fn emit(store: &dyn Store, org: OrgId, events: u64) -> u64 {
    let mut tx = write(store, org).await;
    for n in 0..events {
        tx.emit(event(n));
    }
    tx.commit().await.unwrap()
}

pub async fn f8_3_numbers_have_no_gap_under_concurrent_writers_and_rollbacks(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let done = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn({
        let (store, done) = (store.clone(), done.clone());
        async move {
            let mut at = 0;
            let mut looks = 0_u32;
            while !done.load(Ordering::Relaxed) || looks == 0 {
                looks += 1;
                let mut snapshot = read(&*store, org).await;
                let head = snapshot.head().await.unwrap();
                for event in snapshot.events(at, head, 1_000).await.unwrap() {
                    assert_eq!(event.seq, at + 1, "a follower never sees a hole");
                    at = event.seq;
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let committed = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for task in 0..6_u64 {
        let (store, committed) = (store.clone(), committed.clone());
        tasks.push(tokio::spawn(async move {
            let mut last = 0;
            for n in 0..20 {
                let mut tx = write(&*store, org).await;
                let size = 1 + (task + n) % 3;
                for k in 0..size {
                    tx.emit(event(k));
                }
                tx.put_setting(&format!("s{task}"), &n.to_string())
                    .await
                    .unwrap();
                if (task + n) % 5 == 0 {
                    drop(tx);
                    continue;
                }
                let head = tx.commit().await.unwrap();
                assert!(head > last, "heads only rise");
                last = head;
                committed.fetch_add(size, Ordering::Relaxed);
            }
        }));
    }
    for task in 0..2_i64 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..10 {
                let line = Line::new(org, &format!("p-{task}-{n}"));
                let batch: Vec<IntakeOp> = (0..5)
                    .map(|k| line.words(T0.plus(k), Speaker::Caller, "words"))
                    .collect();
                let before = read(&*store, org).await.head().await.unwrap();
                for receipt in take(&*store, &batch).await {
                    let Receipt::Fresh { seq: Some(seq), .. } = receipt else {
                        panic!("{receipt:?}");
                    };
                    assert!(seq > before);
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    watcher.await.unwrap();
    let head = numbers(&*store, org).await;
    let mut snapshot = read(&*store, org).await;
    let mut ours = 0;
    let mut at = 0;
    while at < head {
        for event in snapshot.events(at, head, 500).await.unwrap() {
            ours += u64::from(event.kind == "suite.event");
            at = event.seq;
        }
    }
    assert_eq!(
        ours,
        committed.load(Ordering::Relaxed),
        "what was rolled back has no number"
    );
}

pub async fn events_come_back_as_they_were_emitted(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let call = CallId::new();
    let body =
        serde_json::json!({"words": "\u{201c}gr\u{fc}\u{df}e\u{201d} \0", "n": [1, 2.5, null]});
    let mut tx = write(&*store, org).await;
    let now = tx.now();
    tx.emit(NewEvent::new(
        "call.changed",
        NewEvent::call_topic(call),
        Some(call),
        call,
        &body,
    ));
    tx.emit(event(7));
    assert_eq!(tx.commit().await.unwrap(), 2);
    let mut snapshot = read(&*store, org).await;
    let events = snapshot.events(0, 2, 10).await.unwrap();
    let first = &events[0];
    assert_eq!(first.kind, "call.changed");
    assert_eq!(first.topic, format!("call:{call}"));
    assert_eq!(first.id, call.to_string());
    assert_eq!(first.at, now);
    assert_eq!(first.version, 1);
    let stored: serde_json::Value = serde_json::from_str(first.body.expose()).unwrap();
    assert_eq!(stored, body);
    assert_eq!(events[1].seq, 2);
    assert_eq!(events[1].body.expose(), "7");
}

pub async fn ranges_are_half_open_and_bounded(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    assert_eq!(emit(&*store, org, 10).await, 10);
    assert_eq!(
        emit(&*store, org, 0).await,
        10,
        "nothing new, the same head"
    );
    let mut snapshot = read(&*store, org).await;
    for (from, to, most, expected) in [
        (0, 10, 100, 1..=10),
        (3, 7, 100, 4..=7),
        (3, 7, 2, 4..=5),
        (9, u64::MAX, 100, 10..=10),
    ] {
        let found: Vec<u64> = snapshot
            .events(from, to, most)
            .await
            .unwrap()
            .iter()
            .map(|e| e.seq)
            .collect();
        assert_eq!(found, expected.collect::<Vec<_>>(), "{from}..{to}, {most}");
    }
    assert_eq!(snapshot.events(7, 3, 10).await.unwrap(), []);
}

const NEVER: Millis = Millis(0);
const ALWAYS: Millis = Millis(i64::MAX / 4);

async fn sweep_all(store: &dyn Store, keys: Millis, events: Millis) {
    for _ in 0..100 {
        if !store.system().sweep(keys, events, T0).await.unwrap() {
            return;
        }
    }
    panic!("a sweep that never ends");
}

pub async fn f8_3_the_floor_rises_with_what_is_swept(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let other = new_org(&*store).await;
    for _ in 0..8 {
        emit(&*store, org, 150).await;
    }
    emit(&*store, other, 3).await;
    sweep_all(&*store, NEVER, NEVER).await;
    assert_eq!(read(&*store, org).await.floor().await.unwrap(), 0);
    sweep_all(&*store, NEVER, ALWAYS).await;
    for (org, head) in [(org, 1_200), (other, 3)] {
        let mut snapshot = read(&*store, org).await;
        assert_eq!(snapshot.floor().await.unwrap(), head);
        assert_eq!(snapshot.head().await.unwrap(), head);
        assert_eq!(snapshot.events(0, head, 10).await.unwrap(), []);
    }
    // The numbers go on, and what came after the floor is there.
    assert_eq!(emit(&*store, org, 1).await, 1_201);
    let mut snapshot = read(&*store, org).await;
    let rest = snapshot.events(1_200, 1_201, 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    drop(snapshot);
    sweep_all(&*store, NEVER, NEVER).await;
    numbers(&*store, org).await;
}

pub async fn swept_keys_make_room_and_young_ones_stay(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let word = line.words(T0, Speaker::Caller, "good morning");
    take(&*store, std::slice::from_ref(&word)).await;
    sweep_all(&*store, NEVER, NEVER).await;
    let young = take(&*store, std::slice::from_ref(&word)).await;
    assert!(matches!(young[0], Receipt::Repeat { .. }));
    sweep_all(&*store, ALWAYS, NEVER).await;
    let swept = store.intake(&[word], &CallFold).await;
    assert!(matches!(swept[0], Ok(Receipt::Fresh { .. })));
}

pub async fn a_dropped_transaction_writes_nothing(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut tx = write(&*store, org).await;
    tx.put_setting("theme", "\"dark\"").await.unwrap();
    assert_eq!(
        tx.setting("theme").await.unwrap().as_deref(),
        Some("\"dark\""),
        "it sees its own writes"
    );
    tx.emit(event(1));
    tx.enqueue(NewJob::index_call(CallId::new()));
    tx.audit("suite.did", None);
    drop(tx);
    let mut snapshot = read(&*store, org).await;
    assert_eq!(snapshot.setting("theme").await.unwrap(), None);
    assert_eq!(snapshot.head().await.unwrap(), 0);
    assert_eq!(snapshot.job_counts().await.unwrap(), []);
    let trail = snapshot.audit_trail(None, Limit::MAX).await.unwrap();
    assert_eq!(trail.items, []);
    drop(snapshot);
    assert_eq!(emit(&*store, org, 1).await, 1);
}

pub async fn a_snapshot_sees_one_moment(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut before = read(&*store, org).await;
    let mut tx = write(&*store, org).await;
    tx.put_setting("theme", "\"dark\"").await.unwrap();
    tx.emit(event(1));
    tx.commit().await.unwrap();
    assert_eq!(before.head().await.unwrap(), 0);
    assert_eq!(before.setting("theme").await.unwrap(), None);
    let mut after = read(&*store, org).await;
    assert_eq!(after.head().await.unwrap(), 1);
    assert!(after.setting("theme").await.unwrap().is_some());
}

pub async fn a_reader_does_not_wait_for_a_writer(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut tx = write(&*store, org).await;
    tx.put_setting("theme", "\"dark\"").await.unwrap();
    // Would never return if it waited.
    let mut snapshot = read(&*store, org).await;
    assert_eq!(snapshot.setting("theme").await.unwrap(), None);
    drop(snapshot);
    tx.commit().await.unwrap();
}

pub async fn commits_wake_whoever_waits(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut wakes = store.wakes();
    emit(&*store, org, 2).await;
    wakes.changed().await;
    assert_eq!(wakes.head(org), 2);
    let mut tx = write(&*store, org).await;
    tx.enqueue(NewJob::index_call(CallId::new()));
    tx.commit().await.unwrap();
    // Jobs alone wake too; the head stays.
    wakes.changed().await;
    assert_eq!(wakes.head(org), 2);
    let waiting = tokio::spawn(async move {
        wakes.changed().await;
        wakes.head(org)
    });
    emit(&*store, org, 1).await;
    assert_eq!(waiting.await.unwrap(), 3);
}

pub async fn the_audit_trail_is_a_chain(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let actors = [Who::System("suite"), Who::Provider];
    for n in 0..6_usize {
        let actor = Actor {
            org,
            who: actors[n % 2].clone(),
        };
        let mut tx = store.write(&actor).await.unwrap();
        tx.audit("suite.did", Some(format!("thing {n}")));
        tx.audit("suite.undid", None);
        tx.commit().await.unwrap();
    }
    let mut snapshot = read(&*store, org).await;
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .audit_trail(cursor.as_deref(), Limit::new(5))
            .await
            .unwrap();
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    rows.reverse();
    assert_eq!(rows.len(), 12);
    let mut prev = [0; 32];
    for (row, n) in rows.iter().zip(1_u64..) {
        assert_eq!(row.n, n);
        assert_eq!(row.prev, prev);
        let hash = AuditRow::chain(
            &prev,
            n,
            row.at,
            &row.actor,
            &row.action,
            row.object.as_deref(),
        );
        assert_eq!(row.hash, hash, "line {n}");
        prev = hash;
    }
    assert_eq!(rows[0].actor, "system:suite");
    assert_eq!(rows[2].actor, "provider");
    assert_eq!(rows[2].object.as_deref(), Some("thing 1"));
    assert_eq!(rows[3].object, None);
    assert_eq!(snapshot.head().await.unwrap(), 0, "no event, no number");
}

pub async fn heads_of_many_logs_come_at_once(store: Arc<dyn Store>) {
    let (a, b) = (new_org(&*store).await, new_org(&*store).await);
    emit(&*store, a, 3).await;
    let mut heads = store.system().heads(&[b, a, OrgId::new()]).await.unwrap();
    heads.sort();
    let mut expected = [(a, 3), (b, 0)];
    expected.sort();
    assert_eq!(heads, expected);
}
