//! A call: its life, what happened in it, and how it ended.
//!
//! The life only moves forward (ringing, live, ended, reported); a transfer is a state of the escalation, not of the call.
//! Every change comes from a [`message::CallMessage`], folded by [`fold::CallFold`], whichever voice path it came by.

pub mod escalation;
pub mod fold;
pub mod message;
pub mod plan;
pub mod search;
pub mod talk;
pub mod token;
pub mod view;

use crate::{
    ids::{AgentId, CallId, IntegrationId, OrgId, PhoneNumberId},
    pii::{Pii, Secret},
    time::Millis,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Implements `word` and `from_word` for an enumeration that is stored and shown as a word.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stored and shown word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of a stored word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

/// The provider's own id of a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderCallId(pub String);

impl fmt::Display for ProviderCallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who carries the voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// The hosted provider.
    Vapi,
    /// Our own engine.
    Builtin,
}
words!(Provider { Vapi = "vapi", Builtin = "builtin" });

/// How the caller reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A telephone.
    Phone,
    /// The dashboard's page.
    Browser,
}
words!(Channel { Phone = "phone", Browser = "browser" });

/// The life of a call. Never moves back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Not answered yet.
    Ringing,
    /// Somebody speaks.
    Live,
    /// Over; the provider's report is awaited.
    Ended,
    /// Over, with the provider's report.
    Reported,
}
words!(Life { Ringing = "ringing", Live = "live", Ended = "ended", Reported = "reported" });

/// How a ring was closed. Each call gets exactly one; `transfer_unconfirmed` and `message_open` stay open rings until a
/// person closes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The receptionist served the caller.
    Answered,
    /// A person accepted the transferred call.
    TransferredConnected,
    /// A transfer was begun and nobody confirmed it.
    TransferUnconfirmed,
    /// A message was taken and a named person acknowledged it.
    MessageAcknowledged,
    /// A message waits for a person.
    MessageOpen,
    /// The caller hung up before being served.
    Abandoned,
    /// The call went to the clinic's own line at once (overflow, desk mode, our failure).
    FailedOver,
    /// The call was refused (blocked caller).
    Declined,
}
words!(Outcome {
    Answered = "answered", TransferredConnected = "transferred_connected", TransferUnconfirmed = "transfer_unconfirmed",
    MessageAcknowledged = "message_acknowledged", MessageOpen = "message_open", Abandoned = "abandoned",
    FailedOver = "failed_over", Declined = "declined",
});

impl Outcome {
    /// Whether a person still has to act before the ring counts as closed.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::TransferUnconfirmed | Self::MessageOpen)
    }
}

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Not fetched yet.
    Waiting,
    /// Being fetched.
    Fetching,
    /// Stored and verified.
    Stored,
    /// Could not be fetched; the row says why and when it is tried again.
    Failed,
    /// There is none (recording off, never answered).
    None,
}
words!(RecordingState { Waiting = "waiting", Fetching = "fetching", Stored = "stored", Failed = "failed", None = "none" });

/// A track of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// Both voices in one channel.
    Mono,
    /// Caller left, receptionist right.
    Stereo,
}
words!(Track { Mono = "mono", Stereo = "stereo" });

/// Who spoke a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The caller.
    Caller,
    /// The receptionist.
    Receptionist,
    /// A person of the clinic.
    Staff,
    /// A tool's result in the provider's history.
    Tool,
}
words!(Speaker { Caller = "caller", Receptionist = "receptionist", Staff = "staff", Tool = "tool" });

/// The configuration a call carries from its first moment to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Frozen {
    /// Whose configuration.
    pub agent: AgentId,
    /// Its version.
    pub agent_version: u32,
    /// The version of the safety policy.
    pub policy_version: u32,
    /// The revision of the knowledge.
    pub knowledge_rev: u64,
}

/// Yes/no facts of a call, stored as one integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// An escalation was opened.
    pub escalated: bool,
    /// It was an emergency.
    pub emergency: bool,
    /// A message was taken.
    pub has_message: bool,
    /// Found by the reconciler, not by a webhook.
    pub recovered: bool,
    /// Exempt from retention.
    pub legal_hold: bool,
    /// The caller said something.
    pub heard: bool,
    /// The receptionist gave at least one answer.
    pub served: bool,
    /// Part of the call ran degraded.
    pub degraded: bool,
    /// The call was sent elsewhere by the first answer.
    pub sent_away: bool,
    /// The call was refused by the first answer.
    pub refused: bool,
}

impl Flags {
    /// The stored integer.
    pub fn bits(self) -> i64 {
        [
            self.escalated,
            self.emergency,
            self.has_message,
            self.recovered,
            self.legal_hold,
            self.heard,
            self.served,
            self.degraded,
            self.sent_away,
            self.refused,
        ]
        .into_iter()
        .enumerate()
        .fold(0, |bits, (at, on)| bits | (i64::from(on) << at))
    }

    /// The facts of a stored integer; unknown bits are ignored.
    pub fn from_bits(bits: i64) -> Self {
        let on = |at: u32| bits >> at & 1 == 1;
        Self {
            escalated: on(0),
            emergency: on(1),
            has_message: on(2),
            recovered: on(3),
            legal_hold: on(4),
            heard: on(5),
            served: on(6),
            degraded: on(7),
            sent_away: on(8),
            refused: on(9),
        }
    }

    /// The bit of `escalated`, for index conditions.
    pub const ESCALATED_BIT: i64 = 1;
}

/// A call as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Our id.
    pub id: CallId,
    /// Whose call.
    pub org: OrgId,
    /// Who carries the voice.
    pub provider: Provider,
    /// The provider's id of it; unique together with organization and integration.
    pub provider_call_id: ProviderCallId,
    /// The connection it came by, none for the built-in engine.
    pub integration: Option<IntegrationId>,
    /// How the caller reached us.
    pub channel: Channel,
    /// Where it is in its life.
    pub life: Life,
    /// How its ring was closed, once known.
    pub outcome: Option<Outcome>,
    /// The provider's word for the end.
    pub ended_reason: Option<String>,
    /// When it began to ring.
    pub started_at: Millis,
    /// When it was answered.
    pub answered_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// The configuration it carries; none when it was adopted without one.
    pub frozen: Option<Frozen>,
    /// The number it came to.
    pub number: Option<PhoneNumberId>,
    /// Yes/no facts.
    pub flags: Flags,
    /// The transcript revision shown (0 = live finals, 1 = the report's messages).
    pub transcript_rev: u32,
    /// Segments of the live revision so far: the next ordinal.
    pub live_segments: u32,
    /// Latest event of any kind.
    pub last_event_at: Millis,
    /// When the ring was closed; none while a person still has to act.
    pub ring_closed_at: Option<Millis>,
    /// How far its recording is.
    pub recording: RecordingState,
    /// What is sealed.
    pub private: Private,
}

impl Call {
    /// Whether `later` differs in no more than how far the call has come: what most messages change, and nothing that is
    /// searched or counted.
    pub fn only_went_on_to(&self, later: &Self) -> bool {
        let same = Self {
            last_event_at: later.last_event_at,
            live_segments: later.live_segments,
            ..self.clone()
        };
        same == *later
    }

    /// Whether it ended by a fault of the provider, its suppliers or ours, as the provider's word for the end says. The words
    /// are an open set (see its contract); these are the beginnings and parts of those that mean a fault.
    pub fn broke_off(&self) -> bool {
        const BEGIN: [&str; 8] = [
            "pipeline-error",
            "pipeline-no-available",
            "assistant-request-",
            "assistant-not-",
            "call.start.error",
            "worker-shutdown",
            "phone-call-provider-closed-websocket",
            "not-known-to-provider",
        ];
        const PART: [&str; 3] = ["error-vapifault", "error-providerfault", "unknown-error"];
        self.ended_reason.as_ref().is_some_and(|reason| {
            BEGIN.iter().any(|word| reason.starts_with(word))
                || PART.iter().any(|word| reason.contains(word))
        })
    }

    /// Whether there can be an escalation or an inbox item of this call: both are opened with their flag.
    pub const fn concerns_people(&self) -> bool {
        self.flags.escalated || self.flags.has_message
    }
}

/// The sealed part of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Private {
    /// The caller's number, E.164 where the provider gave it so.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub caller: Option<Pii<String>>,
    /// The caller's name, where given.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub caller_name: Option<Pii<String>>,
    /// The caller's first words, at most 120 characters: what the call is about, at a glance.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub gist: Option<Pii<String>>,
    /// When the gist was said: the earliest words count, in whatever order they arrive.
    #[serde(default)]
    pub gist_at: Option<Millis>,
    /// The provider's control address of this call: whoever knows it controls the call.
    #[serde(with = "control", default)]
    pub control: Option<Secret>,
}

mod control {
    use crate::pii::Secret;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Secret>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Secret::expose).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::new))
    }
}

/// A piece of transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The transcript revision it belongs to.
    pub rev: u32,
    /// Identity within the revision; not the display order.
    pub ordinal: u32,
    /// Who spoke.
    pub speaker: Speaker,
    /// When it began.
    pub started_at: Millis,
    /// When it ended, where known.
    pub ended_at: Option<Millis>,
    /// What was said.
    pub text: Pii<String>,
}

/// One exchange as recorded: what was said, what was decided and why, what was spoken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnRow {
    /// Number of caller utterances in the history.
    pub no: u32,
    /// Which attempt of this turn; a resend replaces the one before.
    pub attempt: u16,
    /// When it was recorded.
    pub at: Millis,
    /// What the caller said.
    #[serde(with = "crate::pii::exposed")]
    pub said: Pii<String>,
    /// What was spoken in answer.
    #[serde(with = "crate::pii::exposed")]
    pub spoken: Pii<String>,
    /// `answer`, `escalate_medical`, `escalate_emergency`, `escalate_human` or `clarify`.
    pub decision: String,
    /// Why, in words of the gate; no caller text.
    pub reasons: Vec<String>,
    /// The gate's confidence, 0..1.
    pub confidence: f32,
    /// What was cited.
    pub cites: Vec<view::CiteView>,
    /// Which parts were degraded.
    pub degraded: Vec<String>,
    /// Milliseconds of each stage.
    pub stages: view::StagesView,
    /// The caller cut it short.
    pub interrupted: bool,
    /// Where the conversation stood after this turn; a restarted process goes on from here.
    #[serde(default)]
    pub talk: talk::Talk,
}

/// A recording of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Our id.
    pub id: crate::ids::RecordingId,
    /// Whose.
    pub call: CallId,
    /// Which track.
    pub track: Track,
    /// How far.
    pub state: RecordingState,
    /// The stored object, once stored.
    pub object: Option<crate::ids::ObjectId>,
    /// Where in the object store: a key, never an address.
    pub storage_key: Option<String>,
    /// Length of the audio file in bytes, once known.
    pub plain_len: Option<u64>,
    /// Bytes fetched so far.
    pub fetched: u64,
    /// sha256 of the audio file.
    pub sha256: Option<[u8; 32]>,
    /// Length of the audio, ms.
    pub duration_ms: Option<i64>,
    /// Attempts so far.
    pub attempts: u16,
    /// When it is tried next, while not stored.
    pub next_try: Option<Millis>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// When it was asked for first.
    pub created_at: Millis,
}
