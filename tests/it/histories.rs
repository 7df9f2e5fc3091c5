//! Law 1 and X1: whatever order the messages of a call come in, however often, and whichever of them are lost on the way,
//! the call ends in the same state with one set of effects. The histories are those of real calls at the simulated provider.

use crate::clinic::{Clinic, DOCTOR, NURSE, simulator};
use proptest::{prelude::*, test_runner::TestRunner};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use voxanne_core::{
    call::{
        Channel, Life, Outcome, Provider, Recording, Speaker,
        escalation::{Escalation, EscalationKind, EscalationState},
        fold::{CallFold, CallState, Fold as _},
        message::{CallMessage, IntakeKey, IntakeOp, Opening, TargetChoice},
    },
    ids::EscalationId,
    pii::Pii,
    time::Millis,
};
use voxanne_providers::vapi::read::{self, Heard};
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

/// All messages of one call as the provider sent them.
struct History {
    name: &'static str,
    ops: Vec<IntakeOp>,
    escalates: bool,
}

/// What is left of a call when everything has come.
#[derive(Debug, PartialEq)]
struct End {
    life: Life,
    outcome: Option<Outcome>,
    reason: Option<String>,
    times: [Option<Millis>; 3],
    closed: bool,
    transcript: Vec<(Speaker, String)>,
    tracks: BTreeSet<&'static str>,
    jobs: BTreeMap<String, usize>,
    escalation: Option<(EscalationState, Vec<String>, Option<String>, bool)>,
}

fn targets() -> Vec<TargetChoice> {
    [("nurse", NURSE), ("doctor", DOCTOR)]
        .map(|(key, number)| TargetChoice {
            key: key.to_owned(),
            name: key.to_owned(),
            number: Pii::from(number),
        })
        .to_vec()
}

/// Takes messages in as a store does: each key once, recordings and jobs once for each of their keys.
fn play(history: &History, ops: &[&IntakeOp]) -> End {
    let first = ops[0];
    let mut state = CallState {
        call: CallFold.open(first),
        escalation: None,
        inbox: None,
    };
    if history.escalates {
        // Opened by a turn, which asks the provider to transfer before the provider can ask whom to.
        let began = history.ops[0].at;
        let (open, _) = Escalation::open(
            EscalationId::new(),
            state.call.id,
            EscalationKind::Medical,
            began,
        );
        state.call.flags.escalated = true;
        state.escalation = Some(open);
    }
    let mut keys: HashSet<IntakeKey> = HashSet::new();
    let mut recordings: BTreeMap<&'static str, Recording> = BTreeMap::new();
    let mut jobs: BTreeMap<String, usize> = BTreeMap::new();
    let mut transcript = BTreeMap::new();
    for op in ops {
        if !keys.insert(op.key) {
            continue;
        }
        let effects = CallFold.apply(&mut state, op);
        for recording in effects.recordings {
            recordings
                .entry(recording.track.word())
                .or_insert(recording);
        }
        for job in effects.jobs {
            let name = job.key.replace(&state.call.id.to_string(), "call");
            *jobs
                .entry(format!("{} {name}", job.payload.kind()))
                .or_default() += 1;
        }
        for segment in effects.segments.into_iter().filter(|s| s.rev == 1) {
            let words = (segment.speaker, segment.text.expose().clone());
            let before = transcript.insert(segment.ordinal, words);
            assert!(before.is_none(), "a piece of the report stands twice");
        }
    }
    // A recording is wanted by the report and by its own message; the store keeps one job for its key.
    jobs.retain(|name, times| {
        if name.starts_with("recording") {
            *times = 1;
        }
        true
    });
    let call = state.call;
    End {
        life: call.life,
        outcome: call.outcome,
        reason: call.ended_reason.clone(),
        times: [Some(call.started_at), call.answered_at, call.ended_at],
        closed: call.ring_closed_at.is_some(),
        transcript: transcript.into_values().collect(),
        tracks: recordings.into_keys().collect(),
        jobs,
        escalation: state
            .escalation
            .map(|e| (e.state, e.tried, e.target, e.human_at.is_some())),
    }
}

/// The order of `wish`, but no message before a question that the provider had asked earlier: it waits for the answer.
fn possible<'a>(ops: &'a [IntakeOp], wish: &[usize]) -> Vec<&'a IntakeOp> {
    let asks: Vec<usize> = (0..ops.len())
        .filter(|at| matches!(ops[*at].message, CallMessage::TransferAsked { .. }))
        .collect();
    let mut left = wish.to_vec();
    let mut done = HashSet::new();
    let mut out = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let next = left
            .iter()
            .position(|at| asks.iter().all(|ask| ask >= at || done.contains(ask)))
            .unwrap_or_default();
        let at = left.remove(next);
        done.insert(at);
        out.push(&ops[at]);
    }
    out
}

async fn histories() -> Vec<History> {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let question = "Is the swelling in my leg normal?";
    let tail = [
        "Then somebody else, please.",
        "My name is Ingrid Falk.",
        "Yes, that is right. Bye.",
    ];
    let calls: [(&'static str, Vec<&str>, TransferOutcome, TransferOutcome); 7] = [
        (
            "answered",
            vec!["What are your opening hours?", "Thanks, bye."],
            TransferOutcome::Failed,
            TransferOutcome::Failed,
        ),
        (
            "silent",
            vec![],
            TransferOutcome::Failed,
            TransferOutcome::Failed,
        ),
        (
            "nurse",
            vec![question],
            TransferOutcome::Connected,
            TransferOutcome::Failed,
        ),
        (
            "doctor",
            [&[question][..], &tail].concat(),
            TransferOutcome::Busy,
            TransferOutcome::Connected,
        ),
        (
            "nobody",
            [&[question][..], &tail].concat(),
            TransferOutcome::NoAnswer,
            TransferOutcome::Voicemail,
        ),
        (
            "refused",
            [&[question][..], &tail].concat(),
            TransferOutcome::Refused,
            TransferOutcome::Refused,
        ),
        (
            "unconfirmed",
            vec![question],
            TransferOutcome::NeverConfirmed,
            TransferOutcome::Failed,
        ),
    ];
    let mut all = Vec::new();
    for (n, (name, lines, nurse, doctor)) in calls.into_iter().enumerate() {
        let mut script = Script::of(name, &lines);
        script.transfers.insert(NURSE.to_owned(), nurse);
        script.transfers.insert(DOCTOR.to_owned(), doctor);
        let caller = format!("+1415555018{n}");
        let report = clinic
            .place(&sim, clinic.call(&caller, script, nurse))
            .await;
        let sent = sim.sent_log();
        let own = sent
            .iter()
            .filter(|event| event.call_id == report.provider_call_id && event.attempt == 0);
        let mut ops = Vec::new();
        for event in own {
            let envelope = read::read(event.body.as_bytes()).unwrap();
            let at = envelope.at.unwrap_or(Millis(event.at_ms));
            for heard in envelope.heard {
                let (key, message) = match heard {
                    Heard::Message { key, message } => (key, message),
                    Heard::AssistantRequest { key } => (
                        key,
                        CallMessage::Opened {
                            opening: Opening::Receptionist(
                                voxanne_app::opening::Clinic::read(&server.app, server.org)
                                    .await
                                    .unwrap()
                                    .frozen(),
                            ),
                        },
                    ),
                    Heard::TransferAsk { key } => (
                        key,
                        CallMessage::TransferAsked {
                            candidates: targets(),
                        },
                    ),
                    _ => continue,
                };
                ops.push(IntakeOp {
                    org: server.org,
                    integration: None,
                    proved: None,
                    provider: Provider::Vapi,
                    channel: Channel::Phone,
                    key,
                    call: voxanne_core::call::ProviderCallId(event.call_id.clone()),
                    message,
                    seen: envelope.seen.clone(),
                    at,
                    received: at,
                });
            }
        }
        let escalates = lines.first() == Some(&question);
        all.push(History {
            name,
            ops,
            escalates,
        });
    }
    server.stop().await.unwrap();
    all
}

fn runner() -> TestRunner {
    let cases = if std::env::var_os("VOXANNE_TEST_FULL").is_some() {
        20_000
    } else {
        300
    };
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn law_1_any_order_and_any_repetition_of_a_calls_messages_ends_in_the_same_state() {
    for history in histories().await {
        let ops = &history.ops;
        assert!(
            ops.len() > 3,
            "{}: a history of {}",
            history.name,
            ops.len()
        );
        let in_order: Vec<&IntakeOp> = ops.iter().collect();
        let expected = play(&history, &in_order);
        assert_eq!(expected.life, Life::Reported, "{}", history.name);
        assert!(
            expected.jobs.values().all(|times| *times == 1),
            "{}: {:?}",
            history.name,
            expected.jobs
        );
        let all = Just((0..ops.len()).collect::<Vec<_>>()).prop_shuffle();
        let again = proptest::collection::vec(0..ops.len(), 0..ops.len());
        let ran = runner().run(&(all, again), |(mut order, again)| {
            // Repeated somewhere behind its first delivery: the order among the repeats is theirs.
            order.extend(again);
            let played = play(&history, &possible(ops, &order));
            prop_assert_eq!(&played, &expected);
            Ok(())
        });
        ran.unwrap_or_else(|failed| panic!("{}: {failed}", history.name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn law_1_messages_lost_on_the_way_change_nothing_that_the_report_tells() {
    for history in histories().await {
        let ops = &history.ops;
        let in_order: Vec<&IntakeOp> = ops.iter().collect();
        let expected = play(&history, &in_order);
        // The report is what the reconciler fetches when it is lost; a question is asked until it is answered.
        let stays = |op: &IntakeOp| {
            matches!(
                op.message,
                CallMessage::Report(_) | CallMessage::TransferAsked { .. }
            )
        };
        let order = Just((0..ops.len()).collect::<Vec<_>>()).prop_shuffle();
        let lost = proptest::collection::vec(any::<bool>(), ops.len());
        let ran = runner().run(&(order, lost), |(order, lost)| {
            let kept: Vec<usize> = order
                .into_iter()
                .filter(|at| !lost[*at] || stays(&ops[*at]))
                .collect();
            let played = play(&history, &possible(ops, &kept));
            prop_assert_eq!(played.life, expected.life);
            prop_assert_eq!(played.outcome, expected.outcome);
            prop_assert_eq!(played.closed, expected.closed);
            prop_assert_eq!(&played.transcript, &expected.transcript);
            prop_assert_eq!(&played.jobs, &expected.jobs);
            prop_assert_eq!(&played.tracks, &expected.tracks);
            prop_assert_eq!(&played.escalation, &expected.escalation);
            Ok(())
        });
        ran.unwrap_or_else(|failed| panic!("{}: {failed}", history.name));
    }
}
