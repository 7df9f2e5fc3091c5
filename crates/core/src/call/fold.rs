//! The fold: how one message changes a call, and what follows from it. Pure; the store loads, folds and writes.
//!
//! Never trusts a status inside a payload, never moves a life back, and guards every effect by state rather than by the
//! message's key alone, so that repeats and reordering converge.

use super::{
    Call, Channel, Flags, Life, Outcome, Private, Provider, Recording, RecordingState, Segment,
    Speaker, Track,
    escalation::{Escalation, EscalationState, Happening, Next, Step},
    message::{CallMessage, IntakeOp, Opening, Reply, Report, Status, TransferFact},
    view,
};
use crate::{
    ids::{CallId, RecordingId},
    inbox::{InboxItem, InboxKind, Urgency},
    jobs::NewJob,
    log::NewEvent,
    pii::Pii,
    time::Millis,
};

/// What the store loads for a call before folding and writes back after.
#[derive(Debug, Clone, PartialEq)]
pub struct CallState {
    /// The call.
    pub call: Call,
    /// Its latest escalation.
    pub escalation: Option<Escalation>,
    /// The inbox item of that escalation, else the latest open one of the call, first those that nobody has acknowledged.
    pub inbox: Option<InboxItem>,
}

/// What follows from one message, besides the changed [`CallState`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// Segments to insert, of the revision each names.
    pub segments: Vec<Segment>,
    /// Steps of the escalation to insert.
    pub steps: Vec<Step>,
    /// Recordings to insert unless (call, track) exists.
    pub recordings: Vec<Recording>,
    /// Jobs to enqueue.
    pub jobs: Vec<NewJob>,
    /// Events to write, in order.
    pub events: Vec<NewEvent>,
    /// The reply to store with the key.
    pub reply: Option<Reply>,
}

/// How messages change calls. One implementation; a trait so that the store needs no knowledge of it.
pub trait Fold: Send + Sync {
    /// The call that an unknown provider call id begins.
    fn open(&self, op: &IntakeOp) -> Call;

    /// Applies one message.
    fn apply(&self, state: &mut CallState, op: &IntakeOp) -> Effects;
}

/// The product's fold.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallFold;

const GIST_CHARS: usize = 120;

impl Fold for CallFold {
    fn open(&self, op: &IntakeOp) -> Call {
        Call {
            id: CallId::new(),
            org: op.org,
            provider: op.provider,
            provider_call_id: op.call.clone(),
            integration: op.integration,
            channel: op.channel,
            life: Life::Ringing,
            outcome: None,
            ended_reason: None,
            started_at: op.at,
            answered_at: None,
            ended_at: None,
            frozen: None,
            number: None,
            flags: Flags::default(),
            transcript_rev: 0,
            live_segments: 0,
            last_event_at: op.at,
            ring_closed_at: None,
            recording: RecordingState::None,
            private: Private::default(),
        }
    }

    fn apply(&self, state: &mut CallState, op: &IntakeOp) -> Effects {
        let mut out = Effects::default();
        let before = state.clone();
        see(&mut state.call, op);
        match &op.message {
            CallMessage::Opened { opening } => opened(&mut state.call, opening),
            CallMessage::Status {
                status,
                ended_reason,
            } => {
                status_changed(state, op, *status, ended_reason.as_deref(), &mut out);
            }
            CallMessage::Final {
                speaker,
                text,
                ended_at,
            } => {
                said(&mut state.call, op, *speaker, text, *ended_at, &mut out);
            }
            CallMessage::TransferAsked { candidates } => {
                let next = happen(state, Happening::Asked(candidates.clone()), op.at, &mut out);
                out.reply = Some(match next {
                    Next::Dial(target) => Reply::TransferTo {
                        key: target.key,
                        name: target.name,
                        number: target.number,
                    },
                    Next::Nothing | Next::TakeMessage => Reply::TakeMessage,
                });
            }
            CallMessage::TransferBegun => {
                happen(state, Happening::Begun, op.at, &mut out);
            }
            CallMessage::TransferKnown { fact } => {
                happen(state, Happening::Known(*fact), op.at, &mut out);
            }
            CallMessage::ToolCall { id, name, result } => {
                out.reply = Some(Reply::Tool {
                    id: id.clone(),
                    name: name.clone(),
                    result: result.clone(),
                });
            }
            CallMessage::Report(report) => reported(state, op, report, &mut out),
            CallMessage::ArtifactUploaded { tracks } => {
                want_recordings(&mut state.call, tracks, op.received, &mut out);
            }
            CallMessage::Hang => state.call.flags.degraded = true,
            CallMessage::Other { .. } => {}
        }
        settle(state, op.at);
        announce(&before, state, &mut out);
        out
    }
}

fn see(call: &mut Call, op: &IntakeOp) {
    call.last_event_at = call.last_event_at.max(op.at);
    call.started_at = call.started_at.min(op.at);
    if call.private.caller.is_none() {
        call.private.caller.clone_from(&op.seen.caller);
    }
    if call.private.caller_name.is_none() {
        call.private.caller_name.clone_from(&op.seen.caller_name);
    }
    if call.number.is_none() {
        call.number = op.seen.number;
    }
    if op.seen.control.is_some() {
        call.private.control.clone_from(&op.seen.control);
    }
    call.flags.recovered |= op.seen.recovered;
}

fn opened(call: &mut Call, opening: &Opening) {
    match opening {
        Opening::Receptionist(frozen) => {
            // The first answer counts: a repeated question must not change what the call carries.
            call.frozen.get_or_insert(*frozen);
        }
        Opening::SentAway(_) => call.flags.sent_away = true,
        Opening::Refused(_) => call.flags.refused = true,
    }
}

fn status_changed(
    state: &mut CallState,
    op: &IntakeOp,
    status: Status,
    reason: Option<&str>,
    out: &mut Effects,
) {
    match status {
        Status::Queued | Status::Ringing => {}
        Status::InProgress => {
            let call = &mut state.call;
            if call.life == Life::Ringing {
                call.life = Life::Live;
            }
            call.answered_at = Some(call.answered_at.map_or(op.at, |at| at.min(op.at)));
            happen(state, Happening::Returned, op.at, out);
        }
        Status::Forwarding => {
            state.call.life = state.call.life.max(Life::Live);
            // Nobody was looked for: the provider sends the caller to the clinic's own line, because we failed.
            state.call.flags.sent_away |= state.escalation.is_none();
            happen(state, Happening::Begun, op.at, out);
        }
        Status::Ended => {
            if let Some(fact) = reason.and_then(transfer_fact) {
                happen(state, Happening::Known(fact), op.at, out);
            }
            end(state, op.at, reason, out);
        }
    }
}

/// What an ended reason says about a transfer; `assistant-forwarded-call` says nothing: it only means that one was begun.
fn transfer_fact(reason: &str) -> Option<TransferFact> {
    if reason.contains("forwarding.operator-busy") {
        Some(TransferFact::Busy)
    } else if reason.contains("forwarding.no-answer") {
        Some(TransferFact::NoAnswer)
    } else if reason.contains("error-transfer-failed") {
        Some(TransferFact::Failed)
    } else {
        None
    }
}

fn end(state: &mut CallState, at: Millis, reason: Option<&str>, out: &mut Effects) {
    let call = &mut state.call;
    if call.ended_reason.is_none() {
        call.ended_reason = reason.map(str::to_owned);
    }
    if call.life < Life::Ended {
        call.life = Life::Ended;
        call.ended_at = Some(at);
        if call.provider == Provider::Builtin {
            // Here a caller is taken with a click, which is known: who left while it rang was not.
            happen(state, Happening::Known(TransferFact::NoAnswer), at, out);
        }
        happen(state, Happening::CallEnded, at, out);
    }
}

fn said(
    call: &mut Call,
    op: &IntakeOp,
    speaker: Speaker,
    text: &Pii<String>,
    ended_at: Option<Millis>,
    out: &mut Effects,
) {
    if call.life == Life::Ringing {
        call.life = Life::Live;
        call.answered_at.get_or_insert(op.at);
    }
    if speaker == Speaker::Caller {
        call.flags.heard = true;
        note_gist(call, text, op.at);
    } else if call.flags.heard {
        call.flags.served = true;
    }
    // Once the report's transcript stands, late finals are part of it already.
    if call.transcript_rev > 0 {
        return;
    }
    let segment = Segment {
        rev: 0,
        ordinal: call.live_segments,
        speaker,
        started_at: op.at,
        ended_at,
        text: text.clone(),
    };
    call.live_segments += 1;
    out.events.push(NewEvent::new(
        "transcript.added",
        NewEvent::call_topic(call.id),
        Some(call.id),
        call.id,
        &serde_json::json!({"call": call.id, "segments": [view::segment(&segment)]}),
    ));
    out.segments.push(segment);
}

fn note_gist(call: &mut Call, text: &Pii<String>, at: Millis) {
    let earlier = call
        .private
        .gist_at
        .is_none_or(|known| (at, text) < (known, call.private.gist.as_ref().unwrap_or(text)));
    if earlier && text.expose().split_whitespace().count() > 1 {
        call.private.gist_at = Some(at);
        call.private.gist = Some(Pii::new(text.expose().chars().take(GIST_CHARS).collect()));
    }
}

fn reported(state: &mut CallState, op: &IntakeOp, report: &Report, out: &mut Effects) {
    for (n, transfer) in report.transfers.iter().enumerate() {
        // The report lists every attempt in order; what became of an earlier one says nothing about the last.
        let last = state
            .escalation
            .as_ref()
            .is_none_or(|e| n + 1 >= e.tried.len());
        if let Some(fact) = transfer.fact
            && (last || fact == TransferFact::Connected)
        {
            if let Some(escalation) = &mut state.escalation
                && n >= escalation.tried.len()
                && fact == TransferFact::Connected
                && !escalation.state.is_final()
            {
                // More transfers than we answered questions for: this one the provider made by itself, because we failed.
                escalation.target = Some("The clinic's own line".to_owned());
            }
            happen(state, Happening::Known(fact), op.at, out);
        }
    }
    end(
        state,
        report.ended_at.unwrap_or(op.at),
        report.ended_reason.as_deref(),
        out,
    );
    let call = &mut state.call;
    call.life = Life::Reported;
    if let Some(at) = report.started_at {
        call.answered_at = Some(call.answered_at.map_or(at, |known| known.min(at)));
    }
    if let Some(at) = report.ended_at {
        call.ended_at = Some(at);
    }
    if !report.transcript.is_empty() && call.transcript_rev == 0 {
        call.transcript_rev = 1;
        let mut heard = false;
        for (ordinal, line) in report.transcript.iter().enumerate() {
            if line.speaker == Speaker::Caller {
                heard = true;
                note_gist(call, &line.text, line.started_at);
            } else if heard {
                call.flags.served = true;
            }
            out.segments.push(Segment {
                rev: 1,
                ordinal: ordinal as u32,
                speaker: line.speaker,
                started_at: line.started_at,
                ended_at: line.ended_at,
                text: line.text.clone(),
            });
        }
        call.flags.heard |= heard;
        out.events.push(NewEvent::new(
            "transcript.replaced",
            NewEvent::call_topic(call.id),
            Some(call.id),
            call.id,
            &serde_json::json!({"call": call.id, "rev": 1}),
        ));
    }
    want_recordings(call, &report.tracks, op.received, out);
    out.jobs.push(NewJob::index_call(call.id));
}

fn want_recordings(call: &mut Call, tracks: &[Track], now: Millis, out: &mut Effects) {
    for &track in tracks {
        if call.recording == RecordingState::None {
            call.recording = RecordingState::Waiting;
        }
        let recording = Recording {
            id: RecordingId::new(),
            call: call.id,
            track,
            state: RecordingState::Waiting,
            object: None,
            storage_key: None,
            plain_len: None,
            fetched: 0,
            sha256: None,
            duration_ms: None,
            attempts: 0,
            next_try: Some(now),
            error: None,
            created_at: now,
        };
        out.jobs.push(NewJob::fetch_recording(call.id, track));
        out.recordings.push(recording);
    }
}

fn happen(state: &mut CallState, what: Happening, at: Millis, out: &mut Effects) -> Next {
    let Some(escalation) = &mut state.escalation else {
        return Next::TakeMessage;
    };
    let (next, steps) = escalation.apply(what, at);
    out.steps.extend(steps);
    next
}

/// Decides the outcome of an ended call and whether its ring is closed. Until the report it may still be refined.
pub fn settle(state: &mut CallState, at: Millis) {
    if let (Some(escalation), Some(item)) = (&state.escalation, &mut state.inbox)
        && item.escalation == Some(escalation.id)
        && item.closed_at.is_none()
    {
        follow(item, escalation, at);
    }
    let call = &mut state.call;
    if call.life < Life::Ended {
        return;
    }
    let outcome = match state.escalation.as_ref().map(|e| e.state) {
        Some(EscalationState::Connected) => Outcome::TransferredConnected,
        Some(EscalationState::Unconfirmed) => Outcome::TransferUnconfirmed,
        Some(EscalationState::Acknowledged) => Outcome::MessageAcknowledged,
        Some(EscalationState::Closed) if call.outcome == Some(Outcome::TransferUnconfirmed) => {
            Outcome::TransferUnconfirmed
        }
        Some(EscalationState::Closed) => Outcome::MessageAcknowledged,
        Some(_) => Outcome::MessageOpen,
        None if call.flags.refused => Outcome::Declined,
        None if call.flags.has_message && waits(state.inbox.as_ref()) => Outcome::MessageOpen,
        None if call.flags.sent_away => Outcome::FailedOver,
        None if call.flags.has_message => Outcome::MessageAcknowledged,
        None if call.flags.heard && call.flags.served => Outcome::Answered,
        None => Outcome::Abandoned,
    };
    let closed_by_person = matches!(
        state.escalation.as_ref().map(|e| e.state),
        Some(EscalationState::Closed)
    );
    call.outcome = Some(outcome);
    let ended = call.ended_at.unwrap_or(at);
    call.ring_closed_at = match state.escalation.as_ref().and_then(|e| e.closed_at) {
        _ if outcome.is_open() && !closed_by_person => None,
        Some(closed) => Some(closed.max(ended)),
        // A message without an escalation is closed by a person's act, which has no other trace in time.
        None if outcome == Outcome::MessageAcknowledged => Some(call.ring_closed_at.unwrap_or(at)),
        None => Some(ended),
    };
}

/// Whether nobody has taken notice of an item yet.
fn waits(item: Option<&InboxItem>) -> bool {
    item.is_some_and(|item| item.closed_at.is_none() && item.acknowledged_at.is_none())
}

const CALL_BACK: &str = "Nobody was reached: call back, then close this.";

/// Keeps an escalation's inbox item in step with it.
fn follow(item: &mut InboxItem, escalation: &Escalation, at: Millis) {
    item.urgency = Urgency::of(escalation);
    match escalation.state {
        EscalationState::Connected => {
            item.closed_at = Some(at);
            item.body.outcome = Some("transferred_connected".to_owned());
            item.body.words = format!(
                "{} took the call",
                escalation.target.as_deref().unwrap_or("A person")
            );
        }
        EscalationState::Unconfirmed => {
            item.kind = InboxKind::UnconfirmedTransfer;
            item.body.words = format!(
                "The call left for {} and nobody has confirmed it: call back, then close this.",
                escalation.target.as_deref().unwrap_or("a person")
            );
        }
        EscalationState::Message => {
            if item.body.words != CALL_BACK {
                // Whoever acknowledged it before knew of a search, not of a message.
                item.acknowledged_at = None;
                item.body.acknowledged_by = None;
            }
            item.body.words = CALL_BACK.to_owned();
        }
        EscalationState::Dialing => {
            item.body.words = format!(
                "Calling {}",
                escalation.target.as_deref().unwrap_or("a person")
            );
        }
        EscalationState::Decided
        | EscalationState::Failed
        | EscalationState::Acknowledged
        | EscalationState::Closed => {}
    }
}

/// Writes what changed into the log.
pub fn announce(before: &CallState, state: &CallState, out: &mut Effects) {
    let call = &state.call;
    if let Some(escalation) = &state.escalation
        && before.escalation.as_ref() != Some(escalation)
    {
        out.events.push(NewEvent::new(
            "escalation.changed",
            NewEvent::call_topic(call.id),
            Some(call.id),
            escalation.id,
            &view::escalation(escalation, &out.steps),
        ));
    }
    if let Some(item) = &state.inbox
        && before.inbox.as_ref() != Some(item)
    {
        out.events.push(NewEvent::new(
            "inbox.changed",
            "inbox",
            Some(call.id),
            item.id,
            &view::inbox(item, state.escalation.as_ref(), can_accept(state)),
        ));
    }
    let was = view::call(&before.call, before.escalation.as_ref());
    let is = view::call(call, state.escalation.as_ref());
    if was != is || before.call.started_at == before.call.last_event_at {
        out.events.push(NewEvent::new(
            "call.changed",
            "calls",
            Some(call.id),
            call.id,
            &is,
        ));
    }
}

/// Whether a signed-in person can take the waiting caller with a click: a live call of the built-in engine whose
/// escalation has not ended.
pub fn can_accept(state: &CallState) -> bool {
    state.call.provider == Provider::Builtin
        && state.call.channel == Channel::Browser
        && state.call.life == Life::Live
        && state
            .escalation
            .as_ref()
            .is_some_and(|e| !e.state.is_final())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{
            ProviderCallId,
            escalation::EscalationKind,
            message::{IntakeKey, ReportedTransfer, Sighting, TargetChoice},
        },
        ids::{EscalationId, OrgId},
    };

    fn op(n: i64, message: CallMessage) -> IntakeOp {
        IntakeOp {
            org: OrgId::new(),
            integration: None,
            proved: None,
            provider: Provider::Vapi,
            channel: Channel::Phone,
            key: IntakeKey::of(&[&n.to_string()]),
            call: ProviderCallId("c".to_owned()),
            message,
            seen: Sighting::default(),
            at: Millis(n),
            received: Millis(n),
        }
    }

    /// A call whose nurse is being dialled, and its report with these facts of transfers.
    fn reported_with(facts: &[TransferFact]) -> CallState {
        let begun = op(
            1,
            CallMessage::Status {
                status: Status::InProgress,
                ended_reason: None,
            },
        );
        let mut state = CallState {
            call: CallFold.open(&begun),
            escalation: None,
            inbox: None,
        };
        CallFold.apply(&mut state, &begun);
        let (open, _) = Escalation::open(
            EscalationId::new(),
            state.call.id,
            EscalationKind::Medical,
            Millis(2),
        );
        state.escalation = Some(open);
        let nurse = TargetChoice {
            key: "kim".to_owned(),
            name: "Nurse Kim".to_owned(),
            number: Pii::from("+14155550121"),
        };
        let asked = CallMessage::TransferAsked {
            candidates: vec![nurse],
        };
        CallFold.apply(&mut state, &op(3, asked));
        let transfers = facts.iter().map(|fact| ReportedTransfer {
            destination: None,
            fact: Some(*fact),
        });
        let report = Report {
            ended_at: Some(Millis(9)),
            transfers: transfers.collect(),
            ..Report::default()
        };
        CallFold.apply(&mut state, &op(9, CallMessage::Report(Box::new(report))));
        state
    }

    #[test]
    fn f7_2_who_took_a_call_that_failed_over_is_not_named_as_the_nurse() {
        let taken = reported_with(&[TransferFact::Connected]);
        assert_eq!(taken.call.outcome, Some(Outcome::TransferredConnected));
        assert_eq!(taken.escalation.unwrap().target.unwrap(), "Nurse Kim");
        let over = reported_with(&[TransferFact::Failed, TransferFact::Connected]);
        assert_eq!(over.call.outcome, Some(Outcome::TransferredConnected));
        assert_eq!(
            over.escalation.unwrap().target.unwrap(),
            "The clinic's own line"
        );
    }

    #[test]
    fn a_call_that_the_provider_sends_on_because_we_failed_has_failed_over() {
        let forwarded = op(
            1,
            CallMessage::Status {
                status: Status::Forwarding,
                ended_reason: None,
            },
        );
        let mut state = CallState {
            call: CallFold.open(&forwarded),
            escalation: None,
            inbox: None,
        };
        CallFold.apply(&mut state, &forwarded);
        let report = CallMessage::Report(Box::default());
        CallFold.apply(&mut state, &op(9, report));
        assert_eq!(state.call.outcome, Some(Outcome::FailedOver));
    }
}
