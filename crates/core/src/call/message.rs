//! What a voice provider can tell about a call, in our words.
//!
//! Webhooks, the provider's call list and the built-in engine are all read into this one list, so that delivered, recovered
//! and own calls go through the same fold.

use super::{Frozen, ProviderCallId, Speaker, Track};
use crate::{
    ids::{IntegrationId, OrgId, PhoneNumberId},
    pii::{Pii, Secret},
    time::Millis,
};

/// A provider's word for where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waiting to be placed.
    Queued,
    /// Not answered yet.
    Ringing,
    /// Answered (again after a failed transfer).
    InProgress,
    /// A transfer is under way.
    Forwarding,
    /// Over.
    Ended,
}

/// What became of one transfer, as the provider knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferFact {
    /// A person, or at least the other end, accepted.
    Connected,
    /// Nobody answered.
    NoAnswer,
    /// The line was busy.
    Busy,
    /// A voicemail picked up: nobody.
    Voicemail,
    /// It failed or was cancelled.
    Failed,
}

impl TransferFact {
    /// The fact in plain words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Connected => "accepted the call",
            Self::NoAnswer => "did not answer",
            Self::Busy => "was busy",
            Self::Voicemail => "a voicemail picked up",
            Self::Failed => "could not be reached",
        }
    }
}

/// A transfer as the final report lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedTransfer {
    /// The destination as the provider names it (number or address).
    pub destination: Option<Pii<String>>,
    /// What became of it, where said.
    pub fact: Option<TransferFact>,
}

/// A piece of the report's transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedSegment {
    /// Who spoke.
    pub speaker: Speaker,
    /// What was said.
    pub text: Pii<String>,
    /// When it began.
    pub started_at: Millis,
    /// When it ended, where known.
    pub ended_at: Option<Millis>,
}

/// The provider's final account of a call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The provider's word for the end.
    pub ended_reason: Option<String>,
    /// When it began.
    pub started_at: Option<Millis>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// The whole transcript, empty when the report has none.
    pub transcript: Vec<ReportedSegment>,
    /// Transfers in the order they were tried.
    pub transfers: Vec<ReportedTransfer>,
    /// Tracks that can be fetched.
    pub tracks: Vec<Track>,
}

/// A person or line a call may be sent to, frozen from the agent version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetChoice {
    /// The target's key within the agent version.
    pub key: String,
    /// Its shown name.
    pub name: String,
    /// Where to dial; empty means the dashboard.
    pub number: Pii<String>,
}

/// The first answer we gave to a ringing call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The receptionist takes it, with this configuration.
    Receptionist(Frozen),
    /// Sent to the clinic's own line.
    SentAway(&'static str),
    /// Refused.
    Refused(&'static str),
}

/// One thing that happened in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallMessage {
    /// It rings and this is what we answered.
    Opened {
        /// Our answer.
        opening: Opening,
    },
    /// The provider's state changed.
    Status {
        /// To what.
        status: Status,
        /// The provider's word for the end, with `Ended`.
        ended_reason: Option<String>,
    },
    /// Words that will not change any more.
    Final {
        /// Who spoke.
        speaker: Speaker,
        /// What was said.
        text: Pii<String>,
        /// When it ended, where known.
        ended_at: Option<Millis>,
    },
    /// The provider asks whom to transfer to. Answer-bearing.
    TransferAsked {
        /// Who may be tried now, best first; decided from the frozen version and the hour.
        candidates: Vec<TargetChoice>,
    },
    /// A transfer has begun.
    TransferBegun,
    /// A transfer ended in a fact.
    TransferKnown {
        /// Which fact.
        fact: TransferFact,
    },
    /// The model asked for tools. Answer-bearing; one operation for each tool call id.
    ToolCall {
        /// The tool call's own id.
        id: String,
        /// The tool's name.
        name: String,
        /// The result to give, one line.
        result: String,
    },
    /// The final account.
    Report(Box<Report>),
    /// Recordings lie in the clinic's own bucket, or failed to get there.
    ArtifactUploaded {
        /// Tracks that arrived.
        tracks: Vec<Track>,
    },
    /// The receptionist was late; a latency alarm.
    Hang,
    /// Known or unknown, without a meaning for state.
    Other {
        /// The provider's type word.
        kind: String,
    },
}

/// Facts that any message may bring along.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sighting {
    /// The caller's number.
    pub caller: Option<Pii<String>>,
    /// The caller's name.
    pub caller_name: Option<Pii<String>>,
    /// The number called.
    pub number: Option<PhoneNumberId>,
    /// The control address of the call.
    pub control: Option<Secret>,
    /// Found by the reconciler, not by a webhook.
    pub recovered: bool,
}

/// One thing to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntakeOp {
    /// Whose call.
    pub org: OrgId,
    /// The connection it came by.
    pub integration: Option<IntegrationId>,
    /// The revision of the connection that its sender was proved against; when another stands by the time it is taken in, it
    /// is refused as `Stale("connection")` and has to be proved again. None where nobody had to prove anything.
    pub proved: Option<u64>,
    /// Who carries the voice.
    pub provider: super::Provider,
    /// How the caller reached us.
    pub channel: super::Channel,
    /// The deterministic key: a second delivery has the same one.
    pub key: IntakeKey,
    /// Which call.
    pub call: ProviderCallId,
    /// What happened.
    pub message: CallMessage,
    /// What came along.
    pub seen: Sighting,
    /// When it happened, by the provider's clock where given.
    pub at: Millis,
    /// When it reached us.
    pub received: Millis,
}

/// The identity of a message: 16 bytes of a hash over what makes it unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntakeKey(pub [u8; 16]);

impl IntakeKey {
    /// The key of these parts; parts are length-prefixed, so that no two lists collide by concatenation.
    pub fn of(parts: &[&str]) -> Self {
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let full = hash.finalize();
        let mut out = [0_u8; 16];
        out.copy_from_slice(&full[..16]);
        Self(out)
    }

    /// As [`IntakeKey::of`], for a message that carries its time: the second it happened in goes in front, so that keys taken
    /// in together lie together on disk. 96 bits of the hash remain to tell messages of one second apart.
    pub fn at(at: Millis, parts: &[&str]) -> Self {
        let mut out = Self::of(parts).0;
        let second = u32::try_from(at.0.div_euclid(1_000).rem_euclid(1 << 32)).unwrap_or_default();
        out[..4].copy_from_slice(&second.to_be_bytes());
        Self(out)
    }
}

/// What an answer-bearing message was answered with; a repeat gets the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Reply {
    /// Dial this target.
    TransferTo {
        /// The target's key.
        key: String,
        /// Its shown name.
        name: String,
        /// Where to dial.
        #[serde(with = "crate::pii::exposed")]
        number: Pii<String>,
    },
    /// Nobody to dial: go on and take a message.
    TakeMessage,
    /// A tool's result.
    Tool {
        /// The tool call.
        id: String,
        /// The tool's name.
        name: String,
        /// One line.
        result: String,
    },
}
