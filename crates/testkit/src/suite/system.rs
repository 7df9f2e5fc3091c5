//! What belongs to no tenant: organizations, heads, watchdogs, leases, sweeps.

use super::{Line, T0, new_org, read, write};
use std::sync::Arc;
use voxanne_core::{
    call::{
        Speaker,
        escalation::{Escalation, EscalationKind, Happening},
        fold::CallFold,
        message::{CallMessage, Report, Status},
    },
    ids::{CallId, EscalationId, OrgId, SessionId, UserId, WorkerId},
    log::NewEvent,
    ports::store::{Link, LinkKind, Receipt, Session, SilentCall, Store, StoreError, User},
    tenancy::Role,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_system {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            system,
            [
                a_migrated_store_is_in_order,
                organizations_come_in_the_order_of_their_ids,
                an_unknown_organization_has_no_rows_to_give,
                heads_follow_the_logs,
                a_named_lease_has_one_holder_at_a_time,
                f7_2_the_watchdog_finds_escalations_whose_time_has_come,
                silent_calls_are_found_until_they_are_reported,
                old_keys_and_events_are_swept_and_the_floor_rises,
                a_large_sweep_goes_in_steps,
                expired_sessions_and_links_are_swept,
            ]
        );
    };
}

pub async fn a_migrated_store_is_in_order(store: Arc<dyn Store>) {
    store.system().check().await.unwrap();
    assert!(matches!(store.engine(), "sqlite" | "postgres"));
}

pub async fn organizations_come_in_the_order_of_their_ids(store: Arc<dyn Store>) {
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(new_org(&*store).await);
    }
    made.sort();
    let first = store.system().organizations(None, 3).await.unwrap();
    let rest = store
        .system()
        .organizations(first.last().map(|o| o.id), 3)
        .await
        .unwrap();
    let ids: Vec<OrgId> = first.iter().chain(&rest).map(|o| o.id).collect();
    assert_eq!(ids, made);
    let again = first[0].clone();
    assert!(matches!(
        store.system().create_organization(&again).await,
        Err(StoreError::Conflict(_))
    ));
}

pub async fn an_unknown_organization_has_no_rows_to_give(store: Arc<dyn Store>) {
    let nobody = OrgId::new();
    assert!(matches!(
        store.read(nobody).await.map(|_| ()),
        Err(StoreError::Stale(_))
    ));
    assert!(matches!(
        store.keys(nobody).await.map(|_| ()),
        Err(StoreError::Stale(_))
    ));
}

async fn events(store: &dyn Store, org: OrgId, n: u32) {
    let mut tx = write(store, org).await;
    for at in 0..n {
        tx.emit(NewEvent::new("suite.event", "calls", None, at, &at));
    }
    tx.commit().await.unwrap();
}

pub async fn heads_follow_the_logs(store: Arc<dyn Store>) {
    let (org, quiet) = (new_org(&*store).await, new_org(&*store).await);
    events(&*store, org, 3).await;
    events(&*store, org, 2).await;
    let mut heads = store
        .system()
        .heads(&[org, quiet, OrgId::new()])
        .await
        .unwrap();
    heads.sort();
    let mut expected = vec![(org, 5), (quiet, 0)];
    expected.sort_unstable();
    assert_eq!(heads, expected);
    assert!(store.system().heads(&[]).await.unwrap().is_empty());
}

pub async fn a_named_lease_has_one_holder_at_a_time(store: Arc<dyn Store>) {
    let (one, two) = (WorkerId::new(), WorkerId::new());
    let system = store.system();
    let until = T0.plus(10_000);
    assert!(system.lease("sweep", one, T0, until).await.unwrap());
    assert!(!system.lease("sweep", two, T0, until).await.unwrap());
    assert!(system.lease("other", two, T0, until).await.unwrap());
    assert!(
        system
            .lease("sweep", one, T0.plus(5_000), T0.plus(15_000))
            .await
            .unwrap(),
        "its holder renews it"
    );
    assert!(
        !system
            .lease("sweep", two, until, T0.plus(30_000))
            .await
            .unwrap()
    );
    assert!(
        system
            .lease("sweep", two, T0.plus(15_000), T0.plus(30_000))
            .await
            .unwrap()
    );
    assert!(
        !system
            .lease("sweep", one, T0.plus(15_001), T0.plus(30_000))
            .await
            .unwrap()
    );
}

/// A call taken in as live.
async fn live(store: &dyn Store, org: OrgId, name: &str) -> CallId {
    let line = Line::new(org, name);
    let op = line.status(T0, Status::InProgress);
    store.intake(&[op], &CallFold).await.remove(0).unwrap();
    let mut snapshot = read(store, org).await;
    let found = snapshot.call_by_provider(None, &line.call).await.unwrap();
    found.unwrap().id
}

pub async fn f7_2_the_watchdog_finds_escalations_whose_time_has_come(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let mut made = Vec::new();
    for (org, late) in [(org, 0), (other, 500)] {
        let call = live(&*store, org, "c").await;
        let mut tx = write(&*store, org).await;
        let mut state = tx.call_state(call).await.unwrap().unwrap();
        let (escalation, step) = Escalation::open(
            EscalationId::new(),
            call,
            EscalationKind::Medical,
            T0.plus(late),
        );
        made.push((org, call, escalation.id, escalation.step_deadline.unwrap()));
        state.escalation = Some(escalation);
        tx.put_call_state(&state, &[step]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let (first, second) = (made[0], made[1]);
    let overdue = async |now| store.system().overdue_escalations(now, 10).await.unwrap();
    assert!(overdue(first.3.plus(-1)).await.is_empty());
    assert_eq!(overdue(first.3).await, [(first.0, first.1, first.2)]);
    assert_eq!(
        overdue(second.3).await,
        [(first.0, first.1, first.2), (second.0, second.1, second.2)]
    );
    assert_eq!(
        store
            .system()
            .overdue_escalations(second.3, 1)
            .await
            .unwrap()
            .len(),
        1
    );
    let mut tx = write(&*store, org).await;
    let mut state = tx.call_state(first.1).await.unwrap().unwrap();
    let (_, steps) = state
        .escalation
        .as_mut()
        .unwrap()
        .apply(Happening::MessageTaken, T0.plus(900));
    tx.put_call_state(&state, &steps).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(overdue(second.3).await, [(second.0, second.1, second.2)]);
}

pub async fn silent_calls_are_found_until_they_are_reported(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let talking = live(&*store, org, "talking").await;
    let silent = live(&*store, other, "silent").await;
    let line = Line::new(org, "talking");
    let op = line.words(T0.plus(60_000), Speaker::Caller, "are you open today");
    store.intake(&[op], &CallFold).await.remove(0).unwrap();
    let page = async |before, after: Option<&SilentCall>, most| {
        let found = store.system().silent_calls(before, after, most).await;
        found.unwrap()
    };
    let found = async |before| {
        let all = page(before, None, 10).await;
        all.iter().map(|c| (c.org, c.call)).collect::<Vec<_>>()
    };
    assert_eq!(found(T0.plus(60_000)).await, [(other, silent)]);
    assert_eq!(
        found(T0.plus(60_001)).await,
        [(other, silent), (org, talking)]
    );
    let first = page(T0.plus(60_001), None, 1).await;
    let second = page(T0.plus(60_001), first.last(), 1).await;
    assert_eq!((first[0].call, second[0].call), (silent, talking));
    assert_eq!(page(T0.plus(60_001), second.last(), 1).await, []);
    let report = Line::new(other, "silent").op(
        "report",
        T0.plus(1_000),
        CallMessage::Report(Box::new(Report {
            ended_at: Some(T0.plus(900)),
            ..Report::default()
        })),
    );
    store.intake(&[report], &CallFold).await.remove(0).unwrap();
    assert_eq!(found(T0.plus(60_001)).await, [(org, talking)]);
}

pub async fn old_keys_and_events_are_swept_and_the_floor_rises(store: Arc<dyn Store>) {
    let (org, quiet) = (new_org(&*store).await, new_org(&*store).await);
    let line = Line::new(org, "c");
    let old = line.status(T0, Status::InProgress);
    let new = line.words(T0.plus(50_000), Speaker::Caller, "hello there");
    for op in [&old, &new] {
        store
            .intake(std::slice::from_ref(op), &CallFold)
            .await
            .remove(0)
            .unwrap();
    }
    let head = read(&*store, org).await.head().await.unwrap();
    assert!(head > 0);
    let far = T0.plus(900_000_000);
    assert!(!store.system().sweep(T0, T0, T0).await.unwrap());
    assert_eq!(read(&*store, org).await.floor().await.unwrap(), 0);

    // The first key is old, the second is not: only the first message is fresh again.
    assert!(
        !store
            .system()
            .sweep(old.received.plus(1), T0, T0)
            .await
            .unwrap()
    );
    let repeated = store
        .intake(&[new.clone(), old.clone()], &CallFold)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect::<Vec<_>>();
    assert!(matches!(repeated[0], Receipt::Repeat { .. }));
    assert!(matches!(repeated[1], Receipt::Fresh { .. }));

    let head = read(&*store, org).await.head().await.unwrap();
    assert!(!store.system().sweep(T0, far, T0).await.unwrap());
    let mut snapshot = read(&*store, org).await;
    assert_eq!(snapshot.floor().await.unwrap(), head);
    assert_eq!(
        snapshot.head().await.unwrap(),
        head,
        "numbers are never given twice"
    );
    assert!(snapshot.events(0, head, 100).await.unwrap().is_empty());
    drop(snapshot);
    assert_eq!(read(&*store, quiet).await.floor().await.unwrap(), 0);
    events(&*store, org, 1).await;
    let mut snapshot = read(&*store, org).await;
    assert_eq!(snapshot.events(head, head + 1, 10).await.unwrap().len(), 1);
}

pub async fn a_large_sweep_goes_in_steps(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    for _ in 0..11 {
        events(&*store, org, 100).await;
    }
    let far = T0.plus(900_000_000);
    assert!(store.system().sweep(T0, far, T0).await.unwrap());
    let floor = read(&*store, org).await.floor().await.unwrap();
    assert_eq!(floor, 1_000);
    let mut snapshot = read(&*store, org).await;
    let left = snapshot.events(0, 2_000, 2_000).await.unwrap();
    assert_eq!(left.len(), 100);
    assert_eq!(
        left[0].seq,
        floor + 1,
        "what is left begins above the floor"
    );
    drop(snapshot);
    assert!(!store.system().sweep(T0, far, T0).await.unwrap());
    assert_eq!(read(&*store, org).await.floor().await.unwrap(), 1_100);
}

pub async fn expired_sessions_and_links_are_swept(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let user = User {
        id: UserId::new(),
        email: "ana@example.org".to_owned(),
        name: "Ana".to_owned(),
        password: None,
        created_at: T0,
    };
    store.system().create_user(&user).await.unwrap();
    let mut tx = write(&*store, org).await;
    tx.put_member(user.id, Role::Staff).await.unwrap();
    tx.commit().await.unwrap();
    for (hash, ends) in [([1; 32], 1_000), ([2; 32], 9_000)] {
        let id = SessionId::new();
        let session = Session {
            id,
            token_hash: hash,
            user: user.id,
            org,
            family: id,
            parent: None,
            created_at: T0,
            expires_at: T0.plus(ends),
            revoked_at: None,
            seen_at: T0,
        };
        store.system().create_session(&session).await.unwrap();
    }
    let link = Link {
        token_hash: [3; 32],
        kind: LinkKind::Invitation,
        user: user.id,
        org,
        expires_at: T0.plus(1_000),
    };
    store.system().create_link(&link).await.unwrap();
    assert!(!store.system().sweep(T0, T0, T0.plus(5_000)).await.unwrap());
    // Asked as of before its end, a swept row shows by not being there.
    let there = async |hash: [u8; 32]| store.system().signed_in(&hash, T0).await.unwrap().is_some();
    assert!(!there([1; 32]).await);
    assert!(there([2; 32]).await);
    assert_eq!(store.system().link(&[3; 32], T0).await.unwrap(), None);
}
