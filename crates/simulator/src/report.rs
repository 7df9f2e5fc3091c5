//! What one simulated call came to, for whoever placed it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::script::Expect;

/// Everything that really happened in one call.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CallReport {
    /// The provider's id of the call.
    pub provider_call_id: String,
    /// Name of the script.
    pub script: String,
    /// Exact texts of the caller's final transcripts, in order; dropped ones are in it, because
    /// the report carries them.
    pub sent_user_finals: Vec<String>,
    /// Exact texts of the assistant's final transcripts, in order.
    pub sent_assistant_finals: Vec<String>,
    /// What the assistant said, one text per turn.
    pub spoken: Vec<String>,
    /// What the caller said and what followed, per utterance.
    pub turns: Vec<TurnReport>,
    /// How the call ended.
    pub outcome: CallOutcome,
    /// Real time from POST to answer of every accepted webhook, in milliseconds.
    pub webhook_acks_ms: Vec<f64>,
    /// Real time from model request to first token, in milliseconds.
    pub first_token_ms: Vec<f64>,
    /// The recording; absent when the call never began or recording was off.
    pub recording: Option<RecordingReport>,
    /// Faults of this call so far, by kind. Faults of later downloads are in the simulator's count.
    pub faults: BTreeMap<String, u64>,
    /// Webhook attempts made.
    pub events_sent: u64,
    /// Whatever a provider would have had to complain about.
    pub errors: Vec<String>,
    /// Call time between answer and end, in milliseconds.
    pub duration_ms: u64,
}

/// One thing the caller did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TurnReport {
    /// The words, or the keys pressed.
    pub said: String,
    /// What the script expects.
    pub expect: Option<Expect>,
    /// What the assistant said then.
    pub answer: String,
    /// Tools the assistant called.
    pub tools: Vec<String>,
    /// Whether the next utterance cut the answer short.
    pub interrupted: bool,
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallOutcome {
    /// The provider's `endedReason`.
    pub ended_reason: String,
    /// The end, in one word.
    pub ending: Ending,
    /// Moment a human took the call, in call time as milliseconds since 1970.
    pub human_at_ms: Option<i64>,
    /// Every attempt to forward the call, in order.
    pub transfers: Vec<TransferReport>,
}

/// The end of a call as it really was, whatever the provider's words for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A human has the caller.
    TransferredConnected,
    /// It was forwarded, and nobody will ever say what became of it.
    TransferredUnconfirmed,
    /// It was forwarded to nobody, and the caller is gone.
    TransferLost,
    /// The caller hung up.
    CallerHungUp,
    /// The assistant ended it.
    AssistantEnded,
    /// It was ended through the control URL.
    Controlled,
    /// Nobody spoke any more.
    Silence,
    /// It broke, or never began.
    #[default]
    Failed,
}

/// One attempt to forward a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TransferReport {
    /// Number or SIP address.
    pub to: String,
    /// Status in the report, where the provider gives one.
    pub status: Option<String>,
    /// Call time as milliseconds since 1970.
    pub at_ms: i64,
    /// Whether a live control request asked for it.
    pub by_control: bool,
    /// Whether the caller came back to the assistant.
    pub came_back: bool,
}

/// The files of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordingReport {
    /// Length in milliseconds of call time.
    pub length_ms: u64,
    /// Both voices in one channel.
    pub mono: FileReport,
    /// Caller left, assistant right.
    pub stereo: FileReport,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Hexadecimal SHA-256 of the whole file.
    pub sha256: String,
    /// Length in bytes.
    pub bytes: u64,
}
