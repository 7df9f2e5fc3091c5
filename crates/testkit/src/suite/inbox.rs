//! The inbox and the escalations behind it.

use super::{Line, T0, calls::sample_call, new_org, read, write};
use std::sync::Arc;
use voxanne_core::{
    call::{
        escalation::{Escalation, EscalationKind, EscalationState, Step},
        fold::{CallFold, CallState},
        message::{CallMessage, Reply, Status, TargetChoice, TransferFact},
        view::AppointmentView,
    },
    ids::{CallId, EscalationId, InboxId, OrgId, UserId},
    inbox::{InboxBody, InboxItem, InboxKind, Person, Urgency},
    page::Limit,
    pii::Pii,
    ports::store::{InboxFilter, Receipt, Store, StoreError},
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_inbox {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            inbox,
            [
                an_item_and_its_escalation_come_back_as_they_were_put,
                open_items_come_by_urgency_then_age_and_closed_ones_newest_first,
                f4_1_pages_of_the_inbox_have_neither_gap_nor_repeat,
                filters_show_only_what_they_name,
                the_state_of_a_call_carries_its_latest_escalation_and_that_ones_item,
                f7_2_facts_of_the_provider_move_the_escalation_and_its_item,
                a_call_has_one_open_escalation,
                overdue_and_silent_ones_are_found,
            ]
        );
    };
}

/// An item of this urgency that came at `at`.
pub fn sample_item(urgency: Urgency, at: Millis) -> InboxItem {
    InboxItem {
        id: InboxId::new(),
        kind: InboxKind::Message,
        urgency,
        call: None,
        escalation: None,
        created_at: at,
        due_at: Some(at.plus(urgency.limit_ms())),
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody {
            title: "A message".to_owned(),
            words: "Call back, then close this.".to_owned(),
            ..InboxBody::default()
        },
    }
}

/// A call with an escalation just decided and its item.
pub fn escalated(org: OrgId, provider_id: &str, at: Millis) -> (CallState, Step) {
    let mut call = sample_call(org, provider_id, at);
    call.flags.escalated = true;
    let (escalation, step) =
        Escalation::open(EscalationId::new(), call.id, EscalationKind::Medical, at);
    let item = InboxItem {
        kind: InboxKind::Escalation,
        call: Some(call.id),
        escalation: Some(escalation.id),
        ..sample_item(Urgency::Urgent, at)
    };
    let state = CallState {
        call,
        escalation: Some(escalation),
        inbox: Some(item),
    };
    (state, step)
}

async fn put(store: &dyn Store, org: OrgId, items: &[InboxItem]) {
    let mut tx = write(store, org).await;
    for item in items {
        tx.put_inbox(item).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn put_state(store: &dyn Store, state: &CallState, steps: &[Step]) {
    let mut tx = write(store, state.call.org).await;
    tx.put_call_state(state, steps).await.unwrap();
    tx.commit().await.unwrap();
}

async fn listed(
    store: &dyn Store,
    org: OrgId,
    filter: InboxFilter,
    limit: Limit,
) -> (Vec<InboxId>, usize) {
    let mut snapshot = read(store, org).await;
    let mut ids = Vec::new();
    let mut pages = 0;
    let mut cursor = None;
    loop {
        let page = snapshot
            .inbox(filter, cursor.as_deref(), limit)
            .await
            .unwrap();
        assert!(page.items.len() <= limit.get() as usize);
        ids.extend(page.items.iter().map(|(item, _, _)| item.id));
        pages += 1;
        match page.next {
            Some(next) => cursor = Some(next),
            None => return (ids, pages),
        }
    }
}

const CLOSED: InboxFilter = InboxFilter {
    closed: true,
    kind: None,
    call: None,
};

pub async fn an_item_and_its_escalation_come_back_as_they_were_put(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (mut state, first) = escalated(org, "p-1", T0);
    let person = Person {
        id: UserId::new(),
        name: "Ana Ortiz".to_owned(),
    };
    let item = state.inbox.as_mut().unwrap();
    item.acknowledged_at = Some(T0.plus(5));
    item.body = InboxBody {
        caller_name: Some(Pii::from("Ada Byron")),
        caller_number: Some(Pii::from("+14155550142")),
        reason: Some(Pii::from("a broken crown")),
        appointment: Some(AppointmentView {
            service: "crown".to_owned(),
            days: "Tuesday".to_owned(),
            returning: Some(true),
            wish: "book".to_owned(),
        }),
        owner: Some(person.clone()),
        acknowledged_by: Some(person),
        outcome: Some("called_back".to_owned()),
        note: Some(Pii::from("prefers mornings")),
        ..item.body.clone()
    };
    let escalation = state.escalation.as_mut().unwrap();
    escalation.tried = vec!["kim \"desk\"".to_owned(), "ode".to_owned()];
    escalation.target = Some("Dr. Ode".to_owned());
    escalation.human_at = Some(T0.plus(9));
    put_state(&*store, &state, std::slice::from_ref(&first)).await;
    let item = state.inbox.clone().unwrap();
    let escalation = state.escalation.clone().unwrap();
    let mut snapshot = read(&*store, org).await;
    let found = snapshot.inbox_item(item.id).await.unwrap().unwrap();
    assert_eq!(
        found,
        (item, Some(escalation.clone()), Some(state.call.clone()))
    );
    assert_eq!(
        snapshot.escalations(state.call.id).await.unwrap(),
        [(escalation.clone(), vec![first])]
    );
    assert_eq!(
        snapshot.escalation(escalation.id).await.unwrap(),
        Some(escalation)
    );
    assert_eq!(snapshot.inbox_open().await.unwrap(), 1);
    assert_eq!(snapshot.inbox_item(InboxId::new()).await.unwrap(), None);
    assert_eq!(
        snapshot.escalation(EscalationId::new()).await.unwrap(),
        None
    );
}

pub async fn open_items_come_by_urgency_then_age_and_closed_ones_newest_first(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let young = sample_item(Urgency::Normal, T0.plus(20));
    let old = sample_item(Urgency::Normal, T0);
    let urgent = sample_item(Urgency::Urgent, T0.plus(30));
    let emergency = sample_item(Urgency::Emergency, T0.plus(40));
    let closed = |at| InboxItem {
        closed_at: Some(T0.plus(at)),
        ..sample_item(Urgency::Emergency, T0)
    };
    let (first, second) = (closed(50), closed(60));
    put(
        &*store,
        org,
        &[
            young.clone(),
            first.clone(),
            emergency.clone(),
            old.clone(),
            second.clone(),
            urgent.clone(),
        ],
    )
    .await;
    let all = Limit::MAX;
    let (open, _) = listed(&*store, org, InboxFilter::default(), all).await;
    assert_eq!(open, [emergency.id, urgent.id, old.id, young.id]);
    let (closed, _) = listed(&*store, org, CLOSED, all).await;
    assert_eq!(closed, [second.id, first.id]);
    put(
        &*store,
        org,
        &[InboxItem {
            closed_at: Some(T0.plus(55)),
            ..urgent.clone()
        }],
    )
    .await;
    let (closed, _) = listed(&*store, org, CLOSED, all).await;
    assert_eq!(closed, [second.id, urgent.id, first.id]);
    assert_eq!(read(&*store, org).await.inbox_open().await.unwrap(), 3);
}

pub async fn f4_1_pages_of_the_inbox_have_neither_gap_nor_repeat(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut items: Vec<InboxItem> = (0..31_i64)
        .map(|n| {
            // Many equal times: the id alone tells those apart.
            let at = T0.plus(n / 5);
            let urgency = Urgency::ALL[(n % 3) as usize];
            InboxItem {
                closed_at: (n % 2 == 0).then(|| at.plus(n / 7)),
                ..sample_item(urgency, at)
            }
        })
        .collect();
    put(&*store, org, &items).await;
    items.sort_by_key(|i| (std::cmp::Reverse(i.urgency), i.created_at, i.id));
    let open: Vec<InboxId> = items
        .iter()
        .filter(|i| i.closed_at.is_none())
        .map(|i| i.id)
        .collect();
    let mut closed: Vec<&InboxItem> = items.iter().filter(|i| i.closed_at.is_some()).collect();
    closed.sort_by_key(|i| std::cmp::Reverse((i.closed_at, i.id)));
    let closed: Vec<InboxId> = closed.iter().map(|i| i.id).collect();
    for size in [1, 4, 15, 16] {
        let limit = Limit::new(size);
        let (found, pages) = listed(&*store, org, InboxFilter::default(), limit).await;
        assert_eq!(found, open, "open, {size} a page");
        assert_eq!(pages, open.len().div_ceil(size as usize));
        let (found, _) = listed(&*store, org, CLOSED, limit).await;
        assert_eq!(found, closed, "closed, {size} a page");
    }
}

pub async fn filters_show_only_what_they_name(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (state, step) = escalated(org, "p-1", T0);
    put_state(&*store, &state, &[step]).await;
    let of_call = InboxItem {
        kind: InboxKind::Appointment,
        call: Some(state.call.id),
        ..sample_item(Urgency::Normal, T0)
    };
    let alarm = InboxItem {
        kind: InboxKind::Alarm,
        ..sample_item(Urgency::Urgent, T0.plus(1))
    };
    put(&*store, org, &[of_call.clone(), alarm.clone()]).await;
    let escalation = state.inbox.as_ref().unwrap().id;
    let ask = async |kind, call| {
        let filter = InboxFilter {
            closed: false,
            kind,
            call,
        };
        listed(&*store, org, filter, Limit::MAX).await.0
    };
    assert_eq!(ask(Some(InboxKind::Alarm), None).await, [alarm.id]);
    assert_eq!(
        ask(None, Some(state.call.id)).await,
        [escalation, of_call.id]
    );
    assert_eq!(
        ask(Some(InboxKind::Appointment), Some(state.call.id)).await,
        [of_call.id]
    );
    assert!(ask(None, Some(CallId::new())).await.is_empty());
}

pub async fn the_state_of_a_call_carries_its_latest_escalation_and_that_ones_item(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let (mut state, step) = escalated(org, "p-1", T0);
    let first = state.escalation.as_mut().unwrap();
    let (_, mut steps) = first.apply(
        voxanne_core::call::escalation::Happening::ClosedBy("Ana".to_owned()),
        T0.plus(10),
    );
    steps.insert(0, step);
    put_state(&*store, &state, &steps).await;
    let (later, step) = Escalation::open(
        EscalationId::new(),
        state.call.id,
        EscalationKind::Emergency,
        T0.plus(20),
    );
    let item = InboxItem {
        kind: InboxKind::Escalation,
        call: Some(state.call.id),
        escalation: Some(later.id),
        ..sample_item(Urgency::Emergency, T0.plus(20))
    };
    let now = CallState {
        call: state.call.clone(),
        escalation: Some(later),
        inbox: Some(item),
    };
    put_state(&*store, &now, &[step]).await;
    // Younger, but not the escalation's own.
    let other = InboxItem {
        call: Some(state.call.id),
        ..sample_item(Urgency::Normal, T0.plus(90))
    };
    put(&*store, org, &[other]).await;
    let mut snapshot = read(&*store, org).await;
    let found = snapshot.call_state(state.call.id).await.unwrap();
    assert_eq!(found, Some(now));
    let all = snapshot.escalations(state.call.id).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].0.state, EscalationState::Closed);
    assert_eq!(all[0].1, steps);
    assert_eq!(snapshot.call_state(CallId::new()).await.unwrap(), None);
}

pub async fn f7_2_facts_of_the_provider_move_the_escalation_and_its_item(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let line = Line::new(org, "p-1");
    let opened = store
        .intake(&[line.status(T0, Status::InProgress)], &CallFold)
        .await;
    let Ok(Receipt::Fresh { call, .. }) = opened[0] else {
        panic!("{opened:?}");
    };
    let mut tx = write(&*store, org).await;
    let mut state = tx.call_state(call).await.unwrap().unwrap();
    let (escalation, step) = Escalation::open(
        EscalationId::new(),
        call,
        EscalationKind::Medical,
        T0.plus(10),
    );
    state.inbox = Some(InboxItem {
        kind: InboxKind::Escalation,
        call: Some(call),
        escalation: Some(escalation.id),
        ..sample_item(Urgency::Urgent, T0.plus(10))
    });
    state.escalation = Some(escalation);
    state.call.flags.escalated = true;
    tx.put_call_state(&state, &[step]).await.unwrap();
    tx.commit().await.unwrap();
    let choice = |key: &str, name: &str| TargetChoice {
        key: key.to_owned(),
        name: name.to_owned(),
        number: Pii::from("+14155550199"),
    };
    let asked = |key: &str, at| {
        let candidates = vec![choice("kim", "Kim"), choice("ode", "Dr. Ode")];
        line.op(key, at, CallMessage::TransferAsked { candidates })
    };
    let known = |key: &str, at, fact| line.op(key, at, CallMessage::TransferKnown { fact });
    // One batch: each message sees what the one before did.
    let batch = [
        asked("ask 1", T0.plus(20)),
        known("fact 1", T0.plus(30), TransferFact::Busy),
        asked("ask 2", T0.plus(40)),
        known("fact 2", T0.plus(50), TransferFact::Connected),
    ];
    let receipts = store.intake(&batch, &CallFold).await;
    let keys: Vec<String> = receipts
        .iter()
        .filter_map(|receipt| match receipt.as_ref().unwrap().reply() {
            Some(Reply::TransferTo { key, .. }) => Some(key.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(keys, ["kim", "ode"]);
    // A repeat is answered as before, though the escalation has moved on.
    let again = store
        .intake(&[asked("ask 1", T0.plus(20))], &CallFold)
        .await;
    assert!(
        matches!(again[0].as_ref().unwrap(), Receipt::Repeat { reply: Some(Reply::TransferTo { key, .. }) } if key == "kim")
    );
    let mut snapshot = read(&*store, org).await;
    let all = snapshot.escalations(call).await.unwrap();
    let (escalation, steps) = &all[0];
    assert_eq!(escalation.state, EscalationState::Connected);
    assert_eq!(escalation.human_at, Some(T0.plus(50)));
    let whats: Vec<&str> = steps.iter().map(|s| s.what.as_str()).collect();
    assert_eq!(
        whats,
        ["decided", "dialing", "failed", "dialing", "connected"]
    );
    let (item, _, _) = snapshot
        .inbox_item(state.inbox.unwrap().id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(item.closed_at, Some(T0.plus(50)));
    assert_eq!(snapshot.inbox_open().await.unwrap(), 0);
}

pub async fn a_call_has_one_open_escalation(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (state, step) = escalated(org, "p-1", T0);
    put_state(&*store, &state, &[step]).await;
    let (second, step) = Escalation::open(
        EscalationId::new(),
        state.call.id,
        EscalationKind::Human,
        T0.plus(1),
    );
    let other = CallState {
        escalation: Some(second),
        inbox: None,
        ..state.clone()
    };
    let mut tx = write(&*store, org).await;
    let refused = tx.put_call_state(&other, &[step]).await;
    assert_eq!(refused, Err(StoreError::Conflict("escalation")));
    drop(tx);
    let found = read(&*store, org).await.call_state(state.call.id).await;
    assert_eq!(found.unwrap(), Some(state));
}

pub async fn overdue_and_silent_ones_are_found(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (state, step) = escalated(org, "p-1", T0);
    put_state(&*store, &state, &[step]).await;
    let escalation = state.escalation.clone().unwrap();
    let deadline = escalation.step_deadline.unwrap();
    let system = store.system();
    let due = system.overdue_escalations(deadline.plus(-1), 10).await;
    assert_eq!(due.unwrap(), []);
    let due = system.overdue_escalations(deadline, 10).await;
    assert_eq!(due.unwrap(), [(org, state.call.id, escalation.id)]);
    let silent = system.silent_calls(T0, None, 10).await;
    assert_eq!(silent.unwrap(), [], "not before its last event");
    let silent = system.silent_calls(T0.plus(1), None, 10).await;
    assert_eq!(silent.unwrap()[0].call, state.call.id);
    let mut ended = state.clone();
    ended.call.life = voxanne_core::call::Life::Ended;
    ended.call.ended_at = Some(T0.plus(3));
    put_state(&*store, &ended, &[]).await;
    assert_eq!(system.late_rings(T0.plus(3)).await.unwrap(), []);
    assert_eq!(system.late_rings(T0.plus(4)).await.unwrap(), [(org, 1)]);
    let mut over = state.clone();
    over.call.ring_closed_at = Some(T0.plus(5));
    over.call.life = voxanne_core::call::Life::Reported;
    let closed = over.escalation.as_mut().unwrap();
    closed.state = EscalationState::Closed;
    closed.closed_at = Some(T0.plus(5));
    put_state(&*store, &over, &[]).await;
    let later = T0.plus(1_000_000);
    assert_eq!(system.overdue_escalations(later, 10).await.unwrap(), []);
    assert_eq!(system.silent_calls(later, None, 10).await.unwrap(), []);
    assert_eq!(system.late_rings(later).await.unwrap(), []);
}
