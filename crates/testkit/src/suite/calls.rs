//! Calls as the store keeps, lists and finds them.

use super::{Line, T0, new_org, read, write};
use std::{cmp::Reverse, sync::Arc};
use voxanne_core::{
    call::{
        Call, Channel, Flags, Frozen, Life, Outcome, Private, Provider, ProviderCallId, Recording,
        RecordingState, Segment, Speaker, Track, TurnRow,
        fold::{CallFold, CallState},
        message::{IntakeOp, Status},
        talk::Talk,
        view::StagesView,
    },
    ids::{AgentId, CallId, IntegrationId, ObjectId, OrgId, PhoneNumberId, RecordingId},
    page::Limit,
    pii::{Pii, Secret},
    ports::store::{CallFilter, DayCounts, Store, StoreError},
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_calls {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            calls,
            [
                a_call_comes_back_as_it_was_put,
                the_providers_id_is_unique_within_a_connection,
                f4_1_pages_of_calls_have_neither_gap_nor_repeat_under_any_filter,
                f4_1_a_rare_match_is_found_within_the_budget_of_each_page,
                f4_1_segments_come_by_time_then_ordinal_page_by_page,
                words_of_a_transcript_find_their_calls,
                turns_are_replaced_by_number_and_the_newest_are_kept_in_sight,
                recordings_come_back_as_they_were_put,
                days_are_counted_by_outcome,
            ]
        );
    };
}

/// A live call that began at `at`.
pub fn sample_call(org: OrgId, provider_id: &str, at: Millis) -> Call {
    Call {
        id: CallId::new(),
        org,
        provider: Provider::Vapi,
        provider_call_id: ProviderCallId(provider_id.to_owned()),
        integration: None,
        channel: Channel::Phone,
        life: Life::Live,
        outcome: None,
        ended_reason: None,
        started_at: at,
        answered_at: None,
        ended_at: None,
        frozen: None,
        number: None,
        flags: Flags::default(),
        transcript_rev: 0,
        live_segments: 0,
        last_event_at: at,
        ring_closed_at: None,
        recording: RecordingState::None,
        private: Private::default(),
    }
}

fn alone(call: Call) -> CallState {
    CallState {
        call,
        escalation: None,
        inbox: None,
    }
}

async fn put_calls(store: &dyn Store, org: OrgId, calls: &[Call]) {
    let mut tx = write(store, org).await;
    for call in calls {
        tx.put_call_state(&alone(call.clone()), &[]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(super) fn segment(ordinal: u32, at: Millis, text: &str) -> Segment {
    Segment {
        rev: 0,
        ordinal,
        speaker: Speaker::Caller,
        started_at: at,
        ended_at: None,
        text: Pii::from(text),
    }
}

pub(super) fn turn(no: u32, said: &str) -> TurnRow {
    TurnRow {
        no,
        attempt: 0,
        at: T0.plus(i64::from(no)),
        said: Pii::from(said),
        spoken: Pii::from("Good morning."),
        decision: "answer".to_owned(),
        reasons: vec!["covered".to_owned()],
        confidence: 0.5,
        cites: Vec::new(),
        degraded: Vec::new(),
        stages: StagesView {
            gate: 0.5,
            retrieve: 1.5,
            first_words: 2.5,
            total: 3.5,
        },
        interrupted: false,
        talk: Talk::default(),
    }
}

pub(super) fn recording(call: CallId, track: Track) -> Recording {
    Recording {
        id: RecordingId::new(),
        call,
        track,
        state: RecordingState::Waiting,
        object: None,
        storage_key: None,
        plain_len: None,
        fetched: 0,
        sha256: None,
        duration_ms: None,
        attempts: 0,
        next_try: Some(T0),
        error: None,
        created_at: T0,
    }
}

pub async fn a_call_comes_back_as_it_was_put(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let bare = sample_call(org, "bare", T0);
    let full = Call {
        provider: Provider::Builtin,
        integration: Some(IntegrationId::new()),
        channel: Channel::Browser,
        life: Life::Reported,
        outcome: Some(Outcome::TransferUnconfirmed),
        ended_reason: Some("assistant-forwarded-call".to_owned()),
        answered_at: Some(T0.plus(1)),
        ended_at: Some(T0.plus(2)),
        frozen: Some(Frozen {
            agent: AgentId::new(),
            agent_version: 3,
            policy_version: 4,
            knowledge_rev: 5,
        }),
        number: Some(PhoneNumberId::new()),
        flags: Flags {
            escalated: true,
            legal_hold: true,
            refused: true,
            ..Flags::default()
        },
        transcript_rev: 1,
        live_segments: 7,
        last_event_at: T0.plus(3),
        ring_closed_at: Some(T0.plus(4)),
        recording: RecordingState::Stored,
        private: Private {
            caller: Some(Pii::from("+14155550142")),
            caller_name: Some(Pii::from("Ada Byron")),
            gist: Some(Pii::from("a broken crown")),
            gist_at: Some(T0.plus(2)),
            control: Some(Secret::new("https://control.example/1")),
        },
        ..sample_call(org, "full", T0)
    };
    put_calls(&*store, org, &[bare.clone(), full.clone()]).await;
    let mut snapshot = read(&*store, org).await;
    for call in [&bare, &full] {
        assert_eq!(snapshot.call(call.id).await.unwrap().as_ref(), Some(call));
        let by_provider = snapshot
            .call_by_provider(call.integration, &call.provider_call_id)
            .await
            .unwrap();
        assert_eq!(by_provider.as_ref(), Some(call));
    }
    assert_eq!(snapshot.live_counts().await.unwrap(), (0, 1));
    drop(snapshot);
    // Written again, every changeable field follows.
    let changed = Call {
        life: Life::Ended,
        outcome: None,
        frozen: None,
        number: None,
        private: Private::default(),
        ..full
    };
    put_calls(&*store, org, std::slice::from_ref(&changed)).await;
    let mut tx = write(&*store, org).await;
    assert_eq!(tx.call(changed.id).await.unwrap(), Some(changed));
    assert_eq!(tx.call(CallId::new()).await.unwrap(), None);
}

pub async fn the_providers_id_is_unique_within_a_connection(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let first = sample_call(org, "same", T0);
    let elsewhere = Call {
        integration: Some(IntegrationId::new()),
        ..sample_call(org, "same", T0)
    };
    put_calls(&*store, org, &[first.clone(), elsewhere]).await;
    let mut tx = write(&*store, org).await;
    let twice = tx
        .put_call_state(&alone(sample_call(org, "same", T0)), &[])
        .await;
    assert_eq!(twice, Err(StoreError::Conflict("call")));
    drop(tx);
    let other = new_org(&*store).await;
    put_calls(&*store, other, &[sample_call(other, "same", T0)]).await;
    let mut tx = write(&*store, other).await;
    let foreign = tx.put_call_state(&alone(first), &[]).await;
    assert!(
        foreign.is_err(),
        "a call of another organization is not written here"
    );
}

async fn all_pages(
    store: &dyn Store,
    org: OrgId,
    filter: &CallFilter,
    limit: Limit,
) -> Vec<CallId> {
    let mut snapshot = read(store, org).await;
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .calls(filter, cursor.as_deref(), limit)
            .await
            .unwrap();
        assert!(page.items.len() <= limit.get() as usize);
        assert!(
            page.searched_back_to.is_none(),
            "few rows are within the budget"
        );
        found.extend(page.items.iter().map(|(call, _)| call.id));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return found,
        }
    }
}

pub async fn f4_1_pages_of_calls_have_neither_gap_nor_repeat_under_any_filter(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let foreign = new_org(&*store).await;
    put_calls(&*store, foreign, &[sample_call(foreign, "theirs", T0)]).await;
    let outcomes = [
        None,
        Some(Outcome::Answered),
        Some(Outcome::MessageOpen),
        Some(Outcome::Abandoned),
    ];
    let lives = [Life::Ringing, Life::Live, Life::Ended, Life::Reported];
    let mut calls: Vec<Call> = (0..60_usize)
        .map(|n| {
            let life = lives[n % 4];
            Call {
                life,
                outcome: outcomes[n / 4 % 4].filter(|_| life >= Life::Ended),
                flags: Flags {
                    escalated: n % 3 == 0,
                    ..Flags::default()
                },
                ring_closed_at: (life >= Life::Ended && n % 5 != 0).then_some(T0.plus(90)),
                private: Private {
                    caller: Some(Pii::new(format!("+1415555010{}", n % 4))),
                    ..Private::default()
                },
                // Equal times are told apart by the id.
                ..sample_call(org, &format!("p-{n}"), T0.plus((n / 6) as i64))
            }
        })
        .collect();
    for part in calls.chunks(20) {
        put_calls(&*store, org, part).await;
    }
    calls.sort_by_key(|call| Reverse((call.started_at, call.id)));
    let every = CallFilter::default();
    let filters: Vec<(CallFilter, Box<dyn Fn(&Call) -> bool>)> = vec![
        (every.clone(), Box::new(|_| true)),
        (
            CallFilter {
                lives: vec![Life::Live, Life::Reported],
                ..every.clone()
            },
            Box::new(|c| matches!(c.life, Life::Live | Life::Reported)),
        ),
        (
            CallFilter {
                outcome: Some(Outcome::MessageOpen),
                ..every.clone()
            },
            Box::new(|c| c.outcome == Some(Outcome::MessageOpen)),
        ),
        (
            CallFilter {
                escalated: true,
                ..every.clone()
            },
            Box::new(|c| c.flags.escalated),
        ),
        (
            CallFilter {
                from: Some(T0.plus(2)),
                to: Some(T0.plus(7)),
                ..every.clone()
            },
            Box::new(|c| c.started_at >= T0.plus(2) && c.started_at < T0.plus(7)),
        ),
        (
            CallFilter {
                caller: Some(Pii::from("(415) 555-0102")),
                ..every.clone()
            },
            Box::new(|c| c.private.caller == Some(Pii::from("+14155550102"))),
        ),
        (
            CallFilter {
                open_rings: true,
                ..every.clone()
            },
            Box::new(|c| c.life >= Life::Ended && c.ring_closed_at.is_none()),
        ),
        (
            CallFilter {
                lives: vec![Life::Ended],
                escalated: true,
                from: Some(T0.plus(1)),
                caller: Some(Pii::from("+14155550102")),
                outcome: Some(Outcome::MessageOpen),
                open_rings: false,
                ..every.clone()
            },
            Box::new(|c| {
                c.life == Life::Ended
                    && c.flags.escalated
                    && c.started_at >= T0.plus(1)
                    && c.outcome == Some(Outcome::MessageOpen)
                    && c.private.caller == Some(Pii::from("+14155550102"))
            }),
        ),
        (
            CallFilter {
                caller: Some(Pii::from("+14155559999")),
                ..every
            },
            Box::new(|_| false),
        ),
    ];
    for (filter, matches) in &filters {
        let expected: Vec<CallId> = calls.iter().filter(|c| matches(c)).map(|c| c.id).collect();
        for size in [1, 7, 100] {
            let found = all_pages(&*store, org, filter, Limit::new(size)).await;
            assert_eq!(found, expected, "{filter:?}, {size} a page");
        }
    }
}

pub async fn f4_1_a_rare_match_is_found_within_the_budget_of_each_page(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut batch: Vec<IntakeOp> = Vec::new();
    for n in 0..5_600_i64 {
        let line = Line::new(org, &format!("p-{n}"));
        batch.push(line.status(T0.plus(n), Status::Ringing));
        if n == 0 {
            batch.push(line.status(T0, Status::InProgress));
        }
        if batch.len() >= 700 {
            for receipt in store.intake(&batch, &CallFold).await {
                receipt.unwrap();
            }
            batch.clear();
        }
    }
    for receipt in store.intake(&batch, &CallFold).await {
        receipt.unwrap();
    }
    let filter = CallFilter {
        lives: vec![Life::Live],
        ..CallFilter::default()
    };
    let mut snapshot = read(&*store, org).await;
    let mut cursor = None;
    let mut found = Vec::new();
    for _ in 0..3 {
        let page = snapshot
            .calls(&filter, cursor.as_deref(), Limit::DEFAULT)
            .await
            .unwrap();
        found.extend(page.items.into_iter().map(|(call, _)| call.started_at));
        if let Some(back_to) = page.searched_back_to {
            assert!(back_to > T0.0, "a short page says how far it looked");
            assert!(page.next.is_some(), "and how to go on");
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [T0]);
    assert_eq!(cursor, None, "two pages of 5,000 rows reach the end");
}

pub async fn f4_1_segments_come_by_time_then_ordinal_page_by_page(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let call = sample_call(org, "p-1", T0);
    put_calls(&*store, org, std::slice::from_ref(&call)).await;
    let mut segments: Vec<Segment> = (0..130_u32)
        .map(|n| {
            segment(
                n,
                T0.plus(i64::from(n * 37 % 40)),
                &format!("word {n} \u{e9}"),
            )
        })
        .collect();
    let mut tx = write(&*store, org).await;
    tx.add_segments(call.id, &segments).await.unwrap();
    let other_rev = Segment {
        rev: 1,
        ..segment(0, T0, "of the report")
    };
    tx.add_segments(call.id, std::slice::from_ref(&other_rev))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    segments.sort_by_key(|s| (s.started_at, s.ordinal));
    let mut snapshot = read(&*store, org).await;
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .segments(call.id, 0, cursor.as_deref(), Limit::new(50))
            .await
            .unwrap();
        found.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, segments);
    let page = snapshot
        .segments(call.id, 1, None, Limit::MAX)
        .await
        .unwrap();
    assert_eq!(page.items, [other_rev]);
}

pub async fn words_of_a_transcript_find_their_calls(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let other = new_org(&*store).await;
    let calls: Vec<Call> = (0..30)
        .map(|n| sample_call(org, &format!("p-{n}"), T0.plus(n)))
        .collect();
    put_calls(&*store, org, &calls).await;
    put_calls(&*store, other, &[sample_call(other, "theirs", T0)]).await;
    let index = async |org, call, text: &str| {
        let mut tx = write(&*store, org).await;
        let words = voxanne_core::call::search::terms(text);
        tx.put_call_terms(call, &words).await.unwrap();
        tx.commit().await.unwrap();
    };
    for (n, call) in calls.iter().enumerate() {
        let text = match n % 3 {
            0 => "two crowns and a bridge",
            1 => "one crown",
            _ => "nothing of the kind",
        };
        index(org, call.id, text).await;
    }
    let theirs = read(&*store, other)
        .await
        .call_by_provider(None, &ProviderCallId("theirs".to_owned()))
        .await
        .unwrap()
        .unwrap();
    index(other, theirs.id, "two crowns and a bridge").await;
    let ask = async |words: &str, more: CallFilter, limit| {
        let filter = CallFilter {
            words: Some(Pii::from(words)),
            ..more
        };
        all_pages(&*store, org, &filter, Limit::new(limit)).await
    };
    let expected = |wanted: &dyn Fn(usize) -> bool| -> Vec<CallId> {
        (0..30)
            .rev()
            .filter(|n| wanted(*n))
            .map(|n| calls[n].id)
            .collect()
    };
    let every = CallFilter::default;
    for limit in [3, 100] {
        assert_eq!(
            ask("Crown", every(), limit).await,
            expected(&|n| n % 3 != 2)
        );
        assert_eq!(
            ask("bridges crown", every(), limit).await,
            expected(&|n| n % 3 == 0)
        );
    }
    assert_eq!(ask("denture", every(), 10).await, []);
    let late = CallFilter {
        from: Some(T0.plus(10)),
        to: Some(T0.plus(20)),
        ..every()
    };
    assert_eq!(
        ask("crown", late, 2).await,
        expected(&|n| n % 3 != 2 && (10..20).contains(&n))
    );
    // Indexed again, the old words are gone.
    index(org, calls[0].id, "only dentures").await;
    assert_eq!(ask("denture", every(), 10).await, [calls[0].id]);
    assert_eq!(
        ask("bridge", every(), 10).await,
        expected(&|n| n % 3 == 0 && n != 0)
    );
}

pub async fn turns_are_replaced_by_number_and_the_newest_are_kept_in_sight(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let call = sample_call(org, "p-1", T0);
    put_calls(&*store, org, std::slice::from_ref(&call)).await;
    let mut tx = write(&*store, org).await;
    for no in 1..=205 {
        tx.put_turn(call.id, &turn(no, "hello")).await.unwrap();
        if no % 50 == 0 {
            tx.commit().await.unwrap();
            tx = write(&*store, org).await;
        }
    }
    let resent = TurnRow {
        attempt: 2,
        ..turn(205, "hello again")
    };
    tx.put_turn(call.id, &resent).await.unwrap();
    tx.commit().await.unwrap();
    let turns = read(&*store, org).await.turns(call.id).await.unwrap();
    assert_eq!(turns.len(), 200);
    assert_eq!(turns[0], turn(6, "hello"));
    assert_eq!(turns[199], resent);
}

pub async fn recordings_come_back_as_they_were_put(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let call = sample_call(org, "p-1", T0);
    put_calls(&*store, org, std::slice::from_ref(&call)).await;
    let waiting = recording(call.id, Track::Mono);
    let stored = Recording {
        state: RecordingState::Stored,
        object: Some(ObjectId::new()),
        storage_key: Some("rec/1".to_owned()),
        plain_len: Some(9_000_000_000),
        fetched: 9_000_000_000,
        sha256: Some([7; 32]),
        duration_ms: Some(61_000),
        attempts: 3,
        next_try: None,
        error: Some("the first try was cut".to_owned()),
        ..recording(call.id, Track::Stereo)
    };
    let mut tx = write(&*store, org).await;
    tx.put_recording(&waiting).await.unwrap();
    tx.put_recording(&recording_before(&stored)).await.unwrap();
    tx.put_recording(&stored).await.unwrap();
    tx.commit().await.unwrap();
    let mut snapshot = read(&*store, org).await;
    assert_eq!(
        snapshot.recordings(call.id).await.unwrap(),
        [waiting.clone(), stored.clone()]
    );
    assert_eq!(snapshot.recording(waiting.id).await.unwrap(), Some(waiting));
    assert_eq!(
        snapshot.recording_of(call.id, Track::Stereo).await.unwrap(),
        Some(stored)
    );
    assert_eq!(snapshot.recording(RecordingId::new()).await.unwrap(), None);
}

fn recording_before(stored: &Recording) -> Recording {
    Recording {
        id: stored.id,
        ..recording(stored.call, stored.track)
    }
}

pub async fn days_are_counted_by_outcome(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let other = new_org(&*store).await;
    let call = |n: i64, outcome: Option<Outcome>, closed: bool| Call {
        outcome,
        ring_closed_at: closed.then_some(T0.plus(900)),
        ..sample_call(org, &format!("p-{n}"), T0.plus(n))
    };
    put_calls(
        &*store,
        org,
        &[
            call(-1, Some(Outcome::Answered), true),
            call(0, Some(Outcome::Answered), true),
            call(1, Some(Outcome::Answered), true),
            call(2, Some(Outcome::MessageOpen), false),
            call(3, None, false),
            call(4, Some(Outcome::Answered), true),
        ],
    )
    .await;
    put_calls(&*store, other, &[sample_call(other, "theirs", T0)]).await;
    let mut counts = read(&*store, org)
        .await
        .day_counts(T0, T0.plus(4))
        .await
        .unwrap();
    counts.outcomes.sort();
    assert_eq!(
        counts,
        DayCounts {
            rings: 4,
            closed: 2,
            outcomes: vec![("answered".to_owned(), 2), ("message_open".to_owned(), 1)],
        }
    );
}
