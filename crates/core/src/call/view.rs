//! How calls, turns, escalations, recordings and inbox items are shown: the shapes of the API and of the event log.
//!
//! They stand in core because the fold writes them into the log; times are ms UTC, ids are prefixed text.

use super::{
    Call, Life, Outcome, Recording, RecordingState, Segment, TurnRow,
    escalation::{Escalation, EscalationState, Step},
};
use crate::{inbox::InboxItem, phone, pii::Pii, time::Millis};
use serde::{Deserialize, Serialize};

/// Derives what every shape needs.
macro_rules! views {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }
    )*};
}

views! {
    /// A passage that an answer stands on.
    pub struct CiteView {
        /// The document's id.
        pub document: String,
        /// The document's title.
        pub title: String,
        /// The page, counted from 1.
        pub page: Option<u32>,
        /// Characters from and to in the document's plain text.
        pub span: (u32, u32),
        /// The passage.
        pub text: String,
        /// How well it fits, 0..1.
        pub score: f32,
    }
    /// Milliseconds of each stage of a turn.
    pub struct StagesView {
        /// Gate on the question.
        pub gate: f64,
        /// Retrieval.
        pub retrieve: f64,
        /// Until the first approved words.
        pub first_words: f64,
        /// Until the end of the turn.
        pub total: f64,
    }
    /// A call in a list.
    pub struct CallView {
        /// Its id.
        pub id: String,
        /// ringing, live, ended, reported.
        pub life: String,
        /// How the ring was closed.
        pub outcome: Option<String>,
        /// One line in plain words.
        pub words: String,
        /// vapi or builtin.
        pub provider: String,
        /// phone or browser.
        pub channel: String,
        /// The caller's number in national format, masked for viewers.
        pub caller: Option<String>,
        /// When it began to ring.
        pub started_at: i64,
        /// When it was answered.
        pub answered_at: Option<i64>,
        /// When it ended.
        pub ended_at: Option<i64>,
        /// From answer to end.
        pub duration_ms: Option<i64>,
        /// The provider's word for the end.
        pub ended_reason: Option<String>,
        /// An escalation was opened.
        pub escalated: bool,
        /// It was an emergency.
        pub emergency: bool,
        /// A message was taken.
        pub has_message: bool,
        /// Found by the reconciler.
        pub recovered: bool,
        /// ringing, talking, transferring, waiting_for_person, acknowledged, closed or failed.
        pub state: String,
        /// Part of it ran degraded.
        pub degraded: bool,
        /// How far the recording is.
        pub recording: Option<String>,
    }
    /// A piece of transcript.
    pub struct SegmentView {
        /// Identity within the revision.
        pub ordinal: u32,
        /// Transcript revision.
        pub rev: u32,
        /// caller, receptionist, staff or tool.
        pub role: String,
        /// What was said.
        pub text: String,
        /// When it began.
        pub started_at: i64,
        /// When it ended.
        pub ended_at: Option<i64>,
    }
    /// One exchange.
    pub struct TurnView {
        /// Number of caller utterances so far.
        pub no: u32,
        /// Which attempt of this turn.
        pub attempt: u16,
        /// What the caller said.
        pub said: String,
        /// What was spoken in answer.
        pub spoken: String,
        /// answer, escalate_medical, escalate_emergency, escalate_human or clarify.
        pub decision: String,
        /// Why.
        pub reasons: Vec<String>,
        /// The gate's confidence.
        pub confidence: f32,
        /// What was cited.
        pub cites: Vec<CiteView>,
        /// Which parts were degraded.
        pub degraded: Vec<String>,
        /// Milliseconds of each stage.
        pub stages_ms: StagesView,
        /// When.
        pub at: i64,
        /// The caller cut it short.
        pub interrupted: bool,
    }
    /// One step of an escalation.
    pub struct StepView {
        /// When.
        pub at: i64,
        /// Which step.
        pub what: String,
        /// The target's name.
        pub target: Option<String>,
        /// In plain words.
        pub words: String,
    }
    /// An escalation with its steps.
    pub struct EscalationView {
        /// Its id.
        pub id: String,
        /// Whose call.
        pub call: String,
        /// medical, emergency or human.
        pub kind: String,
        /// decided, dialing, connected, failed, unconfirmed, message, acknowledged or closed.
        pub state: String,
        /// When it was decided.
        pub opened_at: i64,
        /// The name of the current or last target.
        pub target: Option<String>,
        /// The second a person accepted.
        pub human_at: Option<i64>,
        /// When it was closed.
        pub closed_at: Option<i64>,
        /// The steps, oldest first; only the new ones in the log's events.
        pub steps: Vec<StepView>,
    }
    /// A recording.
    pub struct RecordingView {
        /// Its id.
        pub id: String,
        /// mono or stereo.
        pub track: String,
        /// waiting, fetching, stored, failed or none.
        pub state: String,
        /// Length of the file.
        pub bytes: Option<u64>,
        /// Fetched so far.
        pub fetched_bytes: Option<u64>,
        /// sha256 of the file, hex.
        pub sha256: Option<String>,
        /// Length of the audio.
        pub duration_ms: Option<i64>,
        /// In plain words.
        pub words: String,
        /// When it is tried next.
        pub next_try_at: Option<i64>,
    }
    /// A person, by id and name.
    pub struct PersonView {
        /// The user's id.
        pub id: String,
        /// The shown name.
        pub name: String,
    }
    /// What a caller wishes about an appointment; a wish, never a booking.
    pub struct AppointmentView {
        /// Which service.
        pub service: String,
        /// Which days.
        pub days: String,
        /// Been here before.
        pub returning: Option<bool>,
        /// book, change or cancel.
        pub wish: String,
    }
    /// An item of the inbox.
    pub struct InboxView {
        /// Its id.
        pub id: String,
        /// escalation, message, appointment, unconfirmed_transfer or alarm.
        pub kind: String,
        /// emergency, urgent or normal.
        pub urgency: String,
        /// The call.
        pub call: Option<String>,
        /// The escalation.
        pub escalation: Option<String>,
        /// One line.
        pub title: String,
        /// What to do, in plain words.
        pub words: String,
        /// Who called.
        pub caller_name: Option<String>,
        /// Number to call back, national format.
        pub caller_number: Option<String>,
        /// What it is about.
        pub reason: Option<String>,
        /// The appointment wish.
        pub appointment: Option<AppointmentView>,
        /// Who has taken it.
        pub owner: Option<PersonView>,
        /// When it came.
        pub created_at: i64,
        /// When somebody must have acted.
        pub due_at: Option<i64>,
        /// When somebody acknowledged.
        pub acknowledged_at: Option<i64>,
        /// Who did.
        pub acknowledged_by: Option<PersonView>,
        /// When it was closed.
        pub closed_at: Option<i64>,
        /// With which outcome.
        pub outcome: Option<String>,
        /// The note.
        pub note: Option<String>,
        /// Where its escalation is.
        pub escalation_state: Option<String>,
        /// A caller waits in the browser and can be accepted with a click.
        pub can_accept: bool,
    }
}

fn exposed(value: Option<&Pii<String>>) -> Option<String> {
    value.map(|v| v.expose().clone())
}

/// A call as shown in a list. `escalation` is its current one.
pub fn call(call: &Call, escalation: Option<&Escalation>) -> CallView {
    CallView {
        id: call.id.to_string(),
        life: call.life.word().into(),
        outcome: call.outcome.map(|o| o.word().into()),
        words: words(call, escalation),
        provider: call.provider.word().into(),
        channel: call.channel.word().into(),
        caller: call
            .private
            .caller
            .as_ref()
            .map(|c| phone::national(c.expose())),
        started_at: call.started_at.0,
        answered_at: call.answered_at.map(|at| at.0),
        ended_at: call.ended_at.map(|at| at.0),
        duration_ms: call.ended_at.map(|end| {
            end.since(call.answered_at.unwrap_or(call.started_at))
                .max(0)
        }),
        ended_reason: call.ended_reason.clone(),
        escalated: call.flags.escalated,
        emergency: call.flags.emergency,
        has_message: call.flags.has_message,
        recovered: call.flags.recovered,
        state: state(call, escalation).into(),
        degraded: call.flags.degraded,
        recording: Some(call.recording.word().into()),
    }
}

fn state(call: &Call, escalation: Option<&Escalation>) -> &'static str {
    match call.life {
        Life::Ringing => "ringing",
        Life::Live => match escalation.map(|e| e.state) {
            Some(EscalationState::Decided | EscalationState::Dialing | EscalationState::Failed) => {
                "transferring"
            }
            Some(EscalationState::Message | EscalationState::Unconfirmed) => "waiting_for_person",
            _ => "talking",
        },
        Life::Ended | Life::Reported => match call.outcome {
            Some(Outcome::MessageOpen | Outcome::TransferUnconfirmed)
                if call.ring_closed_at.is_none() =>
            {
                "waiting_for_person"
            }
            Some(Outcome::MessageAcknowledged) => "acknowledged",
            Some(Outcome::Declined | Outcome::FailedOver) => "failed",
            _ => "closed",
        },
    }
}

fn words(call: &Call, escalation: Option<&Escalation>) -> String {
    let about = exposed(call.private.gist.as_ref()).map(|g| format!("\u{201c}{g}\u{201d}"));
    let target = escalation
        .and_then(|e| e.target.clone())
        .unwrap_or_else(|| "a person".to_owned());
    let what = match (call.life, call.outcome) {
        (Life::Ringing, _) => "Ringing".to_owned(),
        (Life::Live, _) => match escalation.map(|e| e.state) {
            Some(EscalationState::Dialing) => format!("Calling {target}"),
            Some(EscalationState::Decided | EscalationState::Failed) => {
                "Looking for a person".to_owned()
            }
            Some(EscalationState::Message) => "Taking a message".to_owned(),
            Some(EscalationState::Connected) => format!("Talking with {target}"),
            _ => "Talking with the receptionist".to_owned(),
        },
        (_, Some(Outcome::Answered)) => "Answered by the receptionist".to_owned(),
        (_, Some(Outcome::TransferredConnected)) => format!("{target} took the call"),
        (_, Some(Outcome::TransferUnconfirmed)) => format!("Transfer to {target} not confirmed"),
        (_, Some(Outcome::MessageAcknowledged)) => "Message acknowledged".to_owned(),
        (_, Some(Outcome::MessageOpen)) => "Message waits for a person".to_owned(),
        (_, Some(Outcome::Abandoned)) if call.broke_off() => {
            "Broke off through a fault before being served".to_owned()
        }
        (_, Some(Outcome::Abandoned)) => "Hung up before being served".to_owned(),
        (_, Some(Outcome::FailedOver)) => "Went to the clinic's own line".to_owned(),
        (_, Some(Outcome::Declined)) => "Refused".to_owned(),
        (_, None) => "Ended".to_owned(),
    };
    match about {
        Some(about) => format!("{what} \u{00b7} {about}"),
        None => what,
    }
}

/// A piece of transcript as shown.
pub fn segment(segment: &Segment) -> SegmentView {
    SegmentView {
        ordinal: segment.ordinal,
        rev: segment.rev,
        role: segment.speaker.word().into(),
        text: segment.text.expose().clone(),
        started_at: segment.started_at.0,
        ended_at: segment.ended_at.map(|at| at.0),
    }
}

/// An exchange as shown.
pub fn turn(turn: &TurnRow) -> TurnView {
    TurnView {
        no: turn.no,
        attempt: turn.attempt,
        said: turn.said.expose().clone(),
        spoken: turn.spoken.expose().clone(),
        decision: turn.decision.clone(),
        reasons: turn.reasons.clone(),
        confidence: turn.confidence,
        cites: turn.cites.clone(),
        degraded: turn.degraded.clone(),
        stages_ms: turn.stages.clone(),
        at: turn.at.0,
        interrupted: turn.interrupted,
    }
}

/// An escalation as shown, with the given steps.
pub fn escalation(escalation: &Escalation, steps: &[Step]) -> EscalationView {
    EscalationView {
        id: escalation.id.to_string(),
        call: escalation.call.to_string(),
        kind: escalation.kind.word().into(),
        state: escalation.state.word().into(),
        opened_at: escalation.opened_at.0,
        target: escalation.target.clone(),
        human_at: escalation.human_at.map(|at| at.0),
        closed_at: escalation.closed_at.map(|at| at.0),
        steps: steps
            .iter()
            .map(|s| StepView {
                at: s.at.0,
                what: s.what.clone(),
                target: s.target.clone(),
                words: s.words.clone(),
            })
            .collect(),
    }
}

/// A recording as shown.
pub fn recording(recording: &Recording) -> RecordingView {
    let words = match recording.state {
        RecordingState::Waiting => match &recording.error {
            Some(why) => format!("Waiting, tried again by itself: {why}"),
            None => "Waiting for the provider".to_owned(),
        },
        RecordingState::Fetching => match recording.plain_len {
            Some(all) if all > 0 => {
                format!("Fetching, {} %", recording.fetched.min(all) * 100 / all)
            }
            _ => "Fetching".to_owned(),
        },
        RecordingState::Stored => "Stored and verified".to_owned(),
        RecordingState::Failed => format!(
            "Not stored: {}",
            recording.error.as_deref().unwrap_or("unknown reason")
        ),
        RecordingState::None => "No recording".to_owned(),
    };
    RecordingView {
        id: recording.id.to_string(),
        track: recording.track.word().into(),
        state: recording.state.word().into(),
        bytes: recording.plain_len,
        fetched_bytes: (recording.state == RecordingState::Fetching).then_some(recording.fetched),
        sha256: recording
            .sha256
            .map(|h| h.iter().map(|b| format!("{b:02x}")).collect()),
        duration_ms: recording.duration_ms,
        words,
        next_try_at: recording.next_try.map(|at: Millis| at.0),
    }
}

/// An inbox item as shown. `names` gives the shown name of a user; `escalation` is the item's own.
pub fn inbox(item: &InboxItem, escalation: Option<&Escalation>, can_accept: bool) -> InboxView {
    let person = |p: &crate::inbox::Person| PersonView {
        id: p.id.to_string(),
        name: p.name.clone(),
    };
    InboxView {
        id: item.id.to_string(),
        kind: item.kind.word().into(),
        urgency: item.urgency.word().into(),
        call: item.call.map(|c| c.to_string()),
        escalation: item.escalation.map(|e| e.to_string()),
        title: item.body.title.clone(),
        words: item.body.words.clone(),
        caller_name: exposed(item.body.caller_name.as_ref()),
        caller_number: item
            .body
            .caller_number
            .as_ref()
            .map(|n| phone::national(n.expose())),
        reason: exposed(item.body.reason.as_ref()),
        appointment: item.body.appointment.clone(),
        owner: item.body.owner.as_ref().map(person),
        created_at: item.created_at.0,
        due_at: item.due_at.map(|at| at.0),
        acknowledged_at: item.acknowledged_at.map(|at| at.0),
        acknowledged_by: item.body.acknowledged_by.as_ref().map(person),
        closed_at: item.closed_at.map(|at| at.0),
        outcome: item.body.outcome.clone(),
        note: exposed(item.body.note.as_ref()),
        escalation_state: escalation.map(|e| e.state.word().into()),
        can_accept,
    }
}
