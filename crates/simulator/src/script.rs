//! What a caller says, and what becomes of the calls that are forwarded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A caller: utterances in order, spoken until the call is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Short name, unique in a set.
    pub name: String,
    /// Language of the caller, such as `es`; absent means English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What is said. Utterances after a transfer that reached a human are never spoken; after one
    /// that failed they are.
    #[serde(default)]
    pub utterances: Vec<Utterance>,
    /// Whether the caller hangs up after the last answer; otherwise the caller falls silent.
    #[serde(default = "yes")]
    pub hangup_after: bool,
    /// Outcome per forwarded-to number, before the outcome of the call request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub transfers: BTreeMap<String, TransferOutcome>,
}

impl Script {
    /// A caller who says these sentences and hangs up.
    pub fn of(name: &str, lines: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            language: None,
            utterances: lines.iter().map(|line| Utterance::say(line)).collect(),
            hangup_after: true,
            transfers: BTreeMap::new(),
        }
    }
}

fn yes() -> bool {
    true
}

/// One thing the caller does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Utterance {
    /// The words; may be empty when keys are pressed.
    #[serde(default)]
    pub say: String,
    /// Silence before the words, in milliseconds of call time; 700 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_ms: Option<u64>,
    /// What the product should make of it; reported, never enforced here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// The caller does not let the answer before these words end: they begin so many milliseconds
    /// of call time after that answer began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupt_after_ms: Option<u64>,
    /// Keys pressed instead of, or before, the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtmf: Option<String>,
}

impl Utterance {
    /// Plain words.
    pub fn say(text: &str) -> Self {
        Self {
            say: text.to_owned(),
            ..Self::default()
        }
    }

    /// Words with an expectation.
    pub fn expecting(text: &str, expect: Expect) -> Self {
        Self {
            say: text.to_owned(),
            expect: Some(expect),
            ..Self::default()
        }
    }
}

/// What should follow an utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// An answer, and no transfer.
    Answer,
    /// A transfer to a human, or a message where nobody can be reached.
    Escalate,
    /// A message taken for the staff.
    Message,
    /// Anything but silence.
    Any,
}

/// What becomes of a forwarded call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    /// A human takes it.
    Connected,
    /// It rings out.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// A mailbox takes it.
    Voicemail,
    /// The line refuses it.
    Refused,
    /// The transfer breaks on the way.
    Failed,
    /// The provider never says what happened.
    NeverConfirmed,
}

impl TransferOutcome {
    /// The word the report's `artifact.transfers[].status` carries, where there is one.
    pub fn status(self) -> Option<&'static str> {
        match self {
            Self::Connected => Some("connected"),
            Self::NoAnswer => Some("no-answer"),
            Self::Busy => Some("busy"),
            Self::Voicemail => Some("voicemail"),
            Self::Refused => Some("cancelled"),
            Self::Failed => Some("failed"),
            Self::NeverConfirmed => None,
        }
    }
}
