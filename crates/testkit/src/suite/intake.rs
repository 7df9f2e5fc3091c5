//! Intake: batches, keys, replies, numbers.

use super::{Line, T0, new_org, read, write};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use std::{collections::HashMap, sync::Arc};
use voxanne_core::{
    call::{
        Call, Life, Outcome, RecordingState, Speaker, Track,
        fold::{CallFold, CallState, Effects, Fold},
        message::{CallMessage, IntakeOp, Reply, Report, ReportedSegment, Status, TransferFact},
    },
    ids::{CallId, IntegrationId, OrgId},
    page::Limit,
    pii::Pii,
    ports::store::{CallFilter, Receipt, Store, StoreError},
    time::Millis,
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_intake {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            intake,
            [
                f1_2_repeated_and_shuffled_delivery_equals_once_in_order,
                f1_2_a_repeat_in_the_same_batch_counts_too,
                f1_2_a_repeat_is_answered_as_the_first_was,
                f3_1_the_same_words_twice_are_two_segments_a_redelivered_one_is_one,
                f3_4_two_finals_in_one_second_are_two_segments,
                messages_of_one_call_in_one_batch_see_each_other,
                five_hundred_messages_of_twenty_organizations_go_in_at_once,
                one_bad_message_does_not_spoil_its_batch,
                a_fold_that_breaks_a_rule_of_the_tables_hurts_only_its_message,
                a_report_asks_for_its_recordings_and_its_index_once,
                the_same_provider_id_at_two_connections_is_two_calls,
                a_message_proved_against_a_connection_of_before_is_refused_alone,
                a_call_that_only_went_on_keeps_everything_else,
                many_intakes_at_once_lose_nothing,
            ]
        );
    };
}

/// Takes in a batch that must be taken in whole.
pub async fn take(store: &dyn Store, batch: &[IntakeOp]) -> Vec<Receipt> {
    let out = store.intake(batch, &CallFold).await;
    assert_eq!(out.len(), batch.len(), "one result for each");
    out.into_iter().map(Result::unwrap).collect()
}

async fn call_of(store: &dyn Store, line: &Line) -> Call {
    read(store, line.org)
        .await
        .call_by_provider(line.integration, &line.call)
        .await
        .unwrap()
        .unwrap()
}

/// What was said in a revision, in order.
async fn said(store: &dyn Store, org: OrgId, call: CallId, rev: u32) -> Vec<(Millis, String)> {
    let mut snapshot = read(store, org).await;
    let mut out = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .segments(call, rev, cursor.as_deref(), Limit::MAX)
            .await
            .unwrap();
        out.extend(
            page.items
                .into_iter()
                .map(|s| (s.started_at, s.text.into_exposed())),
        );
        cursor = page.next;
        if cursor.is_none() {
            return out;
        }
    }
}

/// A whole call as a provider tells it: status, words of both, tools, the end, the report.
fn history(line: &Line, random: &mut StdRng) -> Vec<IntakeOp> {
    let mut at = T0.plus(random.random_range(0..5_000));
    let mut next = |random: &mut StdRng| {
        at = at.plus(random.random_range(1..3_000));
        at
    };
    let mut ops = vec![line.status(next(random), Status::Ringing)];
    ops.push(line.status(next(random), Status::InProgress));
    let mut transcript = Vec::new();
    for n in 0..random.random_range(2..9) {
        let speaker = if n % 2 == 0 {
            Speaker::Caller
        } else {
            Speaker::Receptionist
        };
        let (at, text) = (next(random), format!("these are words number {n}"));
        ops.push(line.words(at, speaker, &text));
        transcript.push(ReportedSegment {
            speaker,
            text: Pii::new(text),
            started_at: at,
            ended_at: None,
        });
        if random.random_bool(0.3) {
            ops.push(line.op(
                &format!("tool {n}"),
                next(random),
                CallMessage::ToolCall {
                    id: format!("tool {n}"),
                    name: "hours".to_owned(),
                    result: format!("result {n}"),
                },
            ));
        }
        if random.random_bool(0.1) {
            let fact = TransferFact::NoAnswer;
            ops.push(line.op(
                &format!("fact {n}"),
                next(random),
                CallMessage::TransferKnown { fact },
            ));
        }
    }
    let ended = next(random);
    ops.push(line.status(ended, Status::Ended));
    ops.push(line.op(
        "report",
        next(random),
        CallMessage::Report(Box::new(Report {
            ended_reason: Some("customer-ended-call".to_owned()),
            started_at: Some(ops[1].at),
            ended_at: Some(ended),
            transcript,
            transfers: Vec::new(),
            tracks: vec![Track::Mono, Track::Stereo],
        })),
    ));
    ops
}

/// Everything of a call that must not depend on the order or the number of deliveries. The gist and the moment at which the
/// ring was closed belong to the message that came first, so they are not among it.
type Essence = (
    Call,
    Vec<(Millis, String)>,
    Vec<(Track, RecordingState)>,
    Vec<(String, u64)>,
);

async fn essence(store: &dyn Store, line: &Line, twin: &Call) -> Essence {
    let mut call = call_of(store, line).await;
    let spoken = said(store, line.org, call.id, call.transcript_rev).await;
    let mut snapshot = read(store, line.org).await;
    let mut tracks: Vec<_> = snapshot
        .recordings(call.id)
        .await
        .unwrap()
        .iter()
        .map(|r| (r.track, r.state))
        .collect();
    tracks.sort_by_key(|(track, _)| track.word());
    let mut jobs: Vec<_> = snapshot
        .job_counts()
        .await
        .unwrap()
        .into_iter()
        .map(|count| (count.kind, count.open + count.dead))
        .collect();
    jobs.sort();
    assert!(call.private.gist.is_some());
    assert!(call.ring_closed_at.is_some());
    call.id = twin.id;
    call.org = twin.org;
    call.provider_call_id = twin.provider_call_id.clone();
    call.private.gist.clone_from(&twin.private.gist);
    call.ring_closed_at = twin.ring_closed_at;
    call.live_segments = twin.live_segments;
    (call, spoken, tracks, jobs)
}

pub async fn f1_2_repeated_and_shuffled_delivery_equals_once_in_order(store: Arc<dyn Store>) {
    for seed in 0..24 {
        let mut random = StdRng::seed_from_u64(seed);
        let straight = Line::new(new_org(&*store).await, &format!("straight-{seed}"));
        let crooked = Line {
            org: new_org(&*store).await,
            ..Line::new(straight.org, &format!("crooked-{seed}"))
        };
        let ops = history(&straight, &mut StdRng::seed_from_u64(seed));
        let mut replies: HashMap<Millis, Option<Reply>> = HashMap::new();
        for op in &ops {
            let receipt = take(&*store, std::slice::from_ref(op)).await.remove(0);
            assert!(matches!(receipt, Receipt::Fresh { .. }), "seed {seed}");
            replies.insert(op.at, receipt.reply().cloned());
        }
        let twin = call_of(&*store, &straight).await;

        let mut deliveries: Vec<IntakeOp> = Vec::new();
        for op in history(&crooked, &mut StdRng::seed_from_u64(seed)) {
            for _ in 0..random.random_range(1..=5) {
                deliveries.push(op.clone());
            }
        }
        deliveries.shuffle(&mut random);
        let mut rest = deliveries.as_slice();
        let mut fresh = 0;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(random.random_range(1..=rest.len().min(7)));
            for (op, receipt) in batch.iter().zip(take(&*store, batch).await) {
                fresh += usize::from(matches!(receipt, Receipt::Fresh { .. }));
                assert_eq!(receipt.reply(), replies[&op.at].as_ref(), "seed {seed}");
            }
            rest = later;
        }
        assert_eq!(fresh, ops.len(), "seed {seed}: each message has one effect");
        let straight = essence(&*store, &straight, &twin).await;
        let crooked = essence(&*store, &crooked, &twin).await;
        assert_eq!(crooked, straight, "seed {seed}");
        assert_eq!(straight.0.life, Life::Reported);
        assert_eq!(straight.0.outcome, Some(Outcome::Answered));
    }
}

fn tool(line: &Line, id: &str, result: &str) -> IntakeOp {
    line.op(
        &format!("tool {id}"),
        T0.plus(5),
        CallMessage::ToolCall {
            id: id.to_owned(),
            name: "hours".to_owned(),
            result: result.to_owned(),
        },
    )
}

pub async fn a_message_proved_against_a_connection_of_before_is_refused_alone(
    store: Arc<dyn Store>,
) {
    let org = new_org(&*store).await;
    let connection = super::settings::connection(org);
    for _ in 0..2 {
        let mut tx = write(&*store, org).await;
        tx.put_integration(&connection).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut line = Line::new(org, "p-1");
    line.integration = Some(connection.id);
    let proved = |rev, text| IntakeOp {
        proved: rev,
        ..line.words(T0, Speaker::Caller, text)
    };
    let (old, now, free) = (
        proved(Some(0), "old"),
        proved(Some(1), "now"),
        proved(None, "free"),
    );
    let out = store.intake(&[old.clone(), now, free], &CallFold).await;
    assert_eq!(out[0], Err(StoreError::Stale("connection")));
    assert!(matches!(out[1], Ok(Receipt::Fresh { .. })));
    assert!(matches!(out[2], Ok(Receipt::Fresh { .. })));
    // Proved again it is taken in: the refusal has left no key behind.
    let again = IntakeOp {
        proved: Some(1),
        ..old
    };
    assert!(matches!(
        take(&*store, &[again]).await[0],
        Receipt::Fresh { .. }
    ));
}

pub async fn a_call_that_only_went_on_keeps_everything_else(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    take(&*store, &[line.status(T0, Status::InProgress)]).await;
    take(
        &*store,
        &[line.words(T0.plus(1_000), Speaker::Caller, "good morning")],
    )
    .await;
    let before = call_of(&*store, &line).await;
    let rows: Vec<IntakeOp> = (0..70)
        .map(|n| line.words(T0.plus(2_000 + n), Speaker::Caller, &format!("word {n}")))
        .collect();
    take(&*store, &rows).await;
    let after = call_of(&*store, &line).await;
    assert!(before.only_went_on_to(&after));
    assert_eq!(after.last_event_at, T0.plus(2_069));
    assert_eq!(after.live_segments, before.live_segments + 70);
    assert_eq!(said(&*store, line.org, after.id, 0).await.len(), 71);
}

pub async fn f1_2_a_repeat_in_the_same_batch_counts_too(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let first = tool(&line, "a", "nine to five");
    let receipts = take(&*store, &[first.clone(), first.clone(), first]).await;
    assert!(matches!(receipts[0], Receipt::Fresh { .. }));
    for repeat in &receipts[1..] {
        assert!(matches!(repeat, Receipt::Repeat { reply: Some(_) }));
        assert_eq!(repeat.reply(), receipts[0].reply());
    }
}

pub async fn f1_2_a_repeat_is_answered_as_the_first_was(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let first = take(&*store, &[tool(&line, "a", "nine to five")]).await;
    // The same tool call, answered otherwise meanwhile: the key decides.
    let again = take(&*store, &[tool(&line, "a", "closed today")]).await;
    assert!(matches!(again[0], Receipt::Repeat { .. }));
    assert_eq!(again[0].reply(), first[0].reply());
    let words = line.words(T0, Speaker::Caller, "good morning");
    take(&*store, std::slice::from_ref(&words)).await;
    let again = take(&*store, &[words]).await;
    assert_eq!(again, [Receipt::Repeat { reply: None }]);
    // The same key in another organization is another message.
    let elsewhere = Line::new(new_org(&*store).await, "p-1");
    let other = take(&*store, &[tool(&elsewhere, "a", "closed today")]).await;
    assert!(matches!(other[0], Receipt::Fresh { .. }));
}

pub async fn f3_1_the_same_words_twice_are_two_segments_a_redelivered_one_is_one(
    store: Arc<dyn Store>,
) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let yes = |ms| line.words(T0.plus(ms), Speaker::Caller, "Yes");
    take(&*store, &[yes(100)]).await;
    take(&*store, &[yes(400), yes(100)]).await;
    take(&*store, &[yes(400)]).await;
    let call = call_of(&*store, &line).await;
    let spoken = said(&*store, line.org, call.id, 0).await;
    let expected = [100, 400].map(|ms| (T0.plus(ms), "Yes".to_owned()));
    assert_eq!(spoken, expected);
    assert_eq!(call.live_segments, 2);
}

pub async fn f3_4_two_finals_in_one_second_are_two_segments(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let half = |ms, text: &str| line.words(T0.plus(ms), Speaker::Receptionist, text);
    take(
        &*store,
        &[half(0, "Your appointment is..."), half(0, "...at 3pm")],
    )
    .await;
    let call = call_of(&*store, &line).await;
    let texts: Vec<String> = said(&*store, line.org, call.id, 0)
        .await
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(texts, ["Your appointment is...", "...at 3pm"]);
}

pub async fn messages_of_one_call_in_one_batch_see_each_other(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let mut batch = vec![line.status(T0, Status::InProgress)];
    for n in 0..20 {
        batch.push(line.words(T0.plus(n), Speaker::Caller, &format!("word {n}")));
    }
    batch.push(line.status(T0.plus(30), Status::Ended));
    let receipts = take(&*store, &batch).await;
    let call = call_of(&*store, &line).await;
    assert_eq!(call.life, Life::Ended);
    assert_eq!(call.live_segments, 20);
    assert_eq!(said(&*store, line.org, call.id, 0).await.len(), 20);
    let mut last = 0;
    for receipt in receipts {
        let Receipt::Fresh { call: of, seq, .. } = receipt else {
            panic!("{receipt:?}");
        };
        assert_eq!(of, call.id);
        if let Some(seq) = seq {
            assert!(seq > last, "numbers rise with the order of the batch");
            last = seq;
        }
    }
    assert_eq!(read(&*store, line.org).await.head().await.unwrap(), last);
}

/// All numbers of a log, which must have no gap.
pub async fn numbers(store: &dyn Store, org: OrgId) -> u64 {
    let mut snapshot = read(store, org).await;
    let head = snapshot.head().await.unwrap();
    let mut at = snapshot.floor().await.unwrap();
    while at < head {
        let events = snapshot.events(at, head, 200).await.unwrap();
        assert!(!events.is_empty(), "a hole after {at}, head {head}");
        for event in events {
            assert_eq!(event.seq, at + 1, "a hole");
            at = event.seq;
        }
    }
    assert_eq!(snapshot.events(head, u64::MAX, 10).await.unwrap(), []);
    head
}

pub async fn five_hundred_messages_of_twenty_organizations_go_in_at_once(store: Arc<dyn Store>) {
    let mut wakes = store.wakes();
    let mut lines = Vec::new();
    for org in 0..20 {
        let id = new_org(&*store).await;
        for call in 0..5 {
            lines.push(Line::new(id, &format!("p-{org}-{call}")));
        }
    }
    let batch: Vec<IntakeOp> = (0..500_usize)
        .map(|n| {
            let line = &lines[n * 7 % lines.len()];
            line.words(
                T0.plus(n as i64),
                Speaker::Caller,
                &format!("word {n} \"\u{e9}\""),
            )
        })
        .collect();
    let receipts = take(&*store, &batch).await;
    let mut calls: HashMap<CallId, u32> = HashMap::new();
    for receipt in receipts {
        let Receipt::Fresh { call, seq, .. } = receipt else {
            panic!("{receipt:?}");
        };
        assert!(seq.is_some());
        *calls.entry(call).or_default() += 1;
    }
    assert_eq!(calls.len(), 100);
    assert!(calls.values().all(|n| *n == 5));
    wakes.changed().await;
    for line in lines.iter().step_by(5) {
        let head = numbers(&*store, line.org).await;
        assert!(head >= 25);
        assert_eq!(wakes.head(line.org), head, "the wake names the head");
    }
    for line in &lines {
        let call = call_of(&*store, line).await;
        assert_eq!(said(&*store, line.org, call.id, 0).await.len(), 5);
    }
    let again = take(&*store, &batch).await;
    assert!(again.iter().all(|r| matches!(r, Receipt::Repeat { .. })));
}

pub async fn one_bad_message_does_not_spoil_its_batch(store: Arc<dyn Store>) {
    let good = Line::new(new_org(&*store).await, "good");
    let nobody = Line::new(OrgId::new(), "nobody");
    let batch = [
        good.words(T0, Speaker::Caller, "first"),
        nobody.words(T0, Speaker::Caller, "lost"),
        good.words(T0.plus(1), Speaker::Caller, "second"),
    ];
    let out = store.intake(&batch, &CallFold).await;
    assert!(out[0].is_ok() && out[2].is_ok(), "{out:?}");
    assert!(matches!(out[1], Err(StoreError::Stale(_))), "{out:?}");
    let call = call_of(&*store, &good).await;
    assert_eq!(call.live_segments, 2);
}

/// The product's fold, but one provider call id makes it write a segment twice.
struct Careless;

impl Fold for Careless {
    fn open(&self, op: &IntakeOp) -> Call {
        CallFold.open(op)
    }

    fn apply(&self, state: &mut CallState, op: &IntakeOp) -> Effects {
        let mut effects = CallFold.apply(state, op);
        if op.call.0 == "bad" {
            effects.segments.extend(effects.segments.clone());
        }
        effects
    }
}

pub async fn a_fold_that_breaks_a_rule_of_the_tables_hurts_only_its_message(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (good, bad) = (Line::new(org, "good"), Line::new(org, "bad"));
    let batch = [
        good.words(T0, Speaker::Caller, "first"),
        bad.words(T0, Speaker::Caller, "twice"),
        good.words(T0.plus(1), Speaker::Caller, "second"),
    ];
    let out = store.intake(&batch, &Careless).await;
    assert!(out[0].is_ok() && out[2].is_ok(), "{out:?}");
    assert!(
        out[1].as_ref().is_err_and(|error| !error.is_retryable()),
        "{out:?}"
    );
    assert_eq!(call_of(&*store, &good).await.live_segments, 2);
    numbers(&*store, org).await;
    // Nothing of it stays, so it can be taken in once the fold is mended.
    let page = read(&*store, org)
        .await
        .calls(&CallFilter::default(), None, Limit::MAX)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    let mended = take(&*store, &batch[1..2]).await;
    assert!(matches!(mended[0], Receipt::Fresh { .. }));
}

pub async fn a_report_asks_for_its_recordings_and_its_index_once(store: Arc<dyn Store>) {
    let line = Line::new(new_org(&*store).await, "p-1");
    let report = |key: &str| {
        line.op(
            key,
            T0.plus(10),
            CallMessage::Report(Box::new(Report {
                tracks: vec![Track::Mono],
                ..Report::default()
            })),
        )
    };
    // Two reports with different keys: told twice, wanted once.
    take(&*store, &[report("one"), report("two")]).await;
    take(&*store, &[report("three")]).await;
    let call = call_of(&*store, &line).await;
    let mut snapshot = read(&*store, line.org).await;
    assert_eq!(snapshot.recordings(call.id).await.unwrap().len(), 1);
    let mut counts: Vec<_> = snapshot
        .job_counts()
        .await
        .unwrap()
        .into_iter()
        .map(|count| (count.kind, count.open, count.dead))
        .collect();
    counts.sort();
    assert_eq!(
        counts,
        [
            ("call.index".to_owned(), 1, 0),
            ("recording.fetch".to_owned(), 1, 0)
        ]
    );
}

pub async fn the_same_provider_id_at_two_connections_is_two_calls(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let first = Line::new(org, "same");
    let second = Line {
        integration: Some(IntegrationId::new()),
        ..first.clone()
    };
    let mut other = second.words(T0, Speaker::Caller, "second line");
    other.key = voxanne_core::call::message::IntakeKey::of(&["other"]);
    take(
        &*store,
        &[first.words(T0, Speaker::Caller, "first line"), other],
    )
    .await;
    let (a, b) = (
        call_of(&*store, &first).await,
        call_of(&*store, &second).await,
    );
    assert_ne!(a.id, b.id);
    assert_eq!(said(&*store, org, b.id, 0).await[0].1, "second line");
}

pub async fn many_intakes_at_once_lose_nothing(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let tasks: Vec<_> = (0..12_i64)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                let shared = Line::new(org, "shared");
                for n in 0..10 {
                    let at = T0.plus(task * 100 + n);
                    let word = shared.words(at, Speaker::Caller, &format!("{task} {n}"));
                    // Whatever a store answers to a race, a repetition of the same message settles it.
                    let mut tries = 0;
                    while let Err(error) = store
                        .intake(std::slice::from_ref(&word), &CallFold)
                        .await
                        .remove(0)
                    {
                        assert!(error.is_retryable(), "{error}");
                        tries += 1;
                        assert!(tries < 50, "{error}");
                    }
                }
            })
        })
        .collect();
    let mut tx = write(&*store, org).await;
    tx.put_setting("between", "1").await.unwrap();
    tx.commit().await.unwrap();
    for task in tasks {
        task.await.unwrap();
    }
    let call = call_of(&*store, &Line::new(org, "shared")).await;
    assert_eq!(call.live_segments, 120);
    assert_eq!(said(&*store, org, call.id, 0).await.len(), 120);
    numbers(&*store, org).await;
}
