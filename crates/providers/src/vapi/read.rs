//! Webhooks, read into our words.
//!
//! Only the fields named here are kept. The payload repeats our own configuration with its keys and, for imported numbers,
//! the carrier's credentials; the status inside the call snapshot is often stale and is never looked at.

use super::{
    fields::{ADDRESS, WORD, at, cut, private, speaker, text, time},
    keys, report,
};
use serde_json::Value;
use voxanne_core::{
    call::{
        ProviderCallId, Speaker, Track,
        message::{CallMessage, IntakeKey, Sighting, Status},
    },
    pii::{Pii, Secret},
    time::Millis,
};

/// Largest body that is read, bytes: reports of long calls run to hundreds of kilobytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Most tool calls taken from one message.
const TOOL_CALLS: usize = 32;

/// A body that is no webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWebhook {
    /// Beyond [`LARGEST`].
    #[error("the body is too large")]
    TooLarge,
    /// Not JSON.
    #[error("the body is not JSON")]
    NotJson,
    /// JSON without a message of some type.
    #[error("the body has no message with a type")]
    NoMessage,
}

/// What a webhook said.
#[derive(Debug, Clone)]
pub struct Envelope {
    /// The provider's type word.
    pub kind: String,
    /// Which call, where it is about one.
    pub call: Option<ProviderCallId>,
    /// The provider's account it came from, to compare with the connection's.
    pub account: Option<String>,
    /// When it happened, by the provider's clock.
    pub at: Option<Millis>,
    /// The provider's id of the number called.
    pub number_provider_id: Option<String>,
    /// What came along; the number is left to whoever knows the clinic's numbers.
    pub seen: Sighting,
    /// What it means.
    pub heard: Vec<Heard>,
}

/// One thing a webhook says.
#[derive(Debug, Clone)]
pub enum Heard {
    /// A call rings: who takes it?
    AssistantRequest {
        /// Its identity.
        key: IntakeKey,
    },
    /// Something happened in a call.
    Message {
        /// Its identity.
        key: IntakeKey,
        /// What.
        message: CallMessage,
    },
    /// Whom shall the call be transferred to?
    TransferAsk {
        /// Its identity.
        key: IntakeKey,
    },
    /// The model asked for tools.
    ToolCalls(Vec<ToolCall>),
    /// Words that may still change.
    Partial {
        /// Who speaks.
        speaker: Speaker,
        /// What was heard so far.
        text: Pii<String>,
    },
    /// Somebody began or stopped to speak.
    Speech {
        /// Who.
        speaker: Speaker,
        /// Began.
        started: bool,
    },
    /// The knowledge of the clinic is asked, in a mode that we do not set up ourselves.
    KnowledgeRequest {
        /// The caller's last words.
        question: Pii<String>,
    },
    /// Without a meaning for us.
    Ignored,
}

/// One tool call.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// Its identity.
    pub key: IntakeKey,
    /// The provider's id of it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, an object; they may repeat a caller's words.
    pub arguments: Pii<Value>,
}

/// Reads a webhook's body.
pub fn read(body: &[u8]) -> Result<Envelope, BadWebhook> {
    if body.len() > LARGEST {
        return Err(BadWebhook::TooLarge);
    }
    let root: Value = serde_json::from_slice(body).map_err(|_| BadWebhook::NotJson)?;
    let message = root
        .get("message")
        .filter(|message| message.is_object())
        .unwrap_or(&root);
    let kind = text(message, &[&["type"]], WORD).ok_or(BadWebhook::NoMessage)?;
    let call = text(message, &[&["call", "id"], &["call", "callId"]], WORD).map(ProviderCallId);
    let at = time(message, &[&["timestamp"]]);
    let heard = hear(message, &kind, call.as_ref().map_or("", |call| &call.0), at);
    Ok(Envelope {
        account: text(
            message,
            &[&["call", "orgId"], &["phoneNumber", "orgId"]],
            WORD,
        ),
        number_provider_id: text(
            message,
            &[
                &["phoneNumber", "id"],
                &["call", "phoneNumberId"],
                &["call", "phoneNumber", "id"],
            ],
            WORD,
        ),
        seen: sighting(message),
        kind,
        call,
        at,
        heard,
    })
}

fn sighting(message: &Value) -> Sighting {
    let empty = Value::Null;
    let mut seen = seen_in(message.get("call").unwrap_or(&empty));
    if let Some(caller) = private(message, &[&["customer", "number"]]) {
        seen.caller = Some(caller);
    }
    if let Some(name) = private(message, &[&["customer", "name"]]) {
        seen.caller_name = Some(name);
    }
    seen
}

/// What a call object tells about its caller and its control.
pub(super) fn seen_in(call: &Value) -> Sighting {
    Sighting {
        caller: private(call, &[&["customer", "number"]]),
        caller_name: private(call, &[&["customer", "name"]]),
        number: None,
        control: text(call, &[&["monitor", "controlUrl"]], ADDRESS).map(Secret::new),
        recovered: false,
    }
}

fn hear(message: &Value, kind: &str, call: &str, at: Option<Millis>) -> Vec<Heard> {
    let base = kind.split('[').next().unwrap_or(kind);
    let other = || Heard::Message {
        key: keys::other(call, kind, at, message),
        message: CallMessage::Other {
            kind: cut(kind, 64).to_owned(),
        },
    };
    let one = match base {
        "assistant-request" => Heard::AssistantRequest {
            key: keys::assistant_request(call),
        },
        "status-update" => status(message, call, at).unwrap_or_else(other),
        "transcript" => transcript(message, kind, call, at).unwrap_or_else(other),
        "speech-update" => speech(message).unwrap_or_else(other),
        "tool-calls" => Heard::ToolCalls(tool_calls(message, call)),
        "transfer-destination-request" => Heard::TransferAsk {
            key: keys::transfer_request(call, at),
        },
        "transfer-update" => Heard::Message {
            key: keys::other(call, kind, at, message),
            message: CallMessage::TransferBegun,
        },
        "end-of-call-report" => Heard::Message {
            key: keys::report(call),
            message: CallMessage::Report(Box::new(report::read(message))),
        },
        "call.artifact.upload" => Heard::Message {
            key: keys::other(call, kind, at, message),
            message: CallMessage::ArtifactUploaded {
                tracks: uploaded(message),
            },
        },
        "hang" => Heard::Message {
            key: keys::other(call, kind, at, message),
            message: CallMessage::Hang,
        },
        "knowledge-base-request" => Heard::KnowledgeRequest {
            question: question(message).unwrap_or_default(),
        },
        // Whole histories and single tokens, many a second: finals and the report say the same.
        "conversation-update" | "model-output" | "voice-input" | "assistant.speechStarted" => {
            Heard::Ignored
        }
        _ => other(),
    };
    vec![one]
}

fn status(message: &Value, call: &str, at: Option<Millis>) -> Option<Heard> {
    let word = text(message, &[&["status"]], WORD)?;
    let status = match word.as_str() {
        "scheduled" | "queued" => Status::Queued,
        "ringing" => Status::Ringing,
        "in-progress" => Status::InProgress,
        "forwarding" => Status::Forwarding,
        "ended" => Status::Ended,
        _ => return None,
    };
    let ended_reason = (status == Status::Ended)
        .then(|| text(message, &[&["endedReason"], &["call", "endedReason"]], WORD))
        .flatten();
    Some(Heard::Message {
        key: keys::status(call, &word, at),
        message: CallMessage::Status {
            status,
            ended_reason,
        },
    })
}

fn transcript(message: &Value, kind: &str, call: &str, at: Option<Millis>) -> Option<Heard> {
    let role = text(message, &[&["role"]], WORD)?;
    let speaker = speaker(&role)?;
    let Some(words) = private(message, &[&["transcript"]]) else {
        return Some(Heard::Ignored);
    };
    let is_final = text(message, &[&["transcriptType"]], WORD)
        .map_or(kind.contains("final"), |form| form == "final");
    Some(if is_final {
        Heard::Message {
            key: keys::transcript(call, at, &role, words.expose()),
            message: CallMessage::Final {
                speaker,
                text: words,
                ended_at: None,
            },
        }
    } else {
        Heard::Partial {
            speaker,
            text: words,
        }
    })
}

fn speech(message: &Value) -> Option<Heard> {
    let speaker = speaker(&text(message, &[&["role"]], WORD)?)?;
    match text(message, &[&["status"]], WORD)?.as_str() {
        "started" => Some(Heard::Speech {
            speaker,
            started: true,
        }),
        "stopped" => Some(Heard::Speech {
            speaker,
            started: false,
        }),
        _ => None,
    }
}

fn uploaded(message: &Value) -> Vec<Track> {
    let artifacts = message.get("artifacts").and_then(Value::as_array);
    let arrived = |kind: &str| {
        artifacts.into_iter().flatten().any(|artifact| {
            at(artifact, &["type"]).and_then(Value::as_str) == Some(kind)
                && at(artifact, &["success"]).and_then(Value::as_bool) == Some(true)
        })
    };
    [
        ("recording-stereo", Track::Stereo),
        ("recording-mono", Track::Mono),
    ]
    .into_iter()
    .filter(|(kind, _)| arrived(kind))
    .map(|(_, track)| track)
    .collect()
}

/// Tool calls in all the shapes that were seen: under three names, nested or flat, arguments as object or as text.
fn tool_calls(message: &Value, call: &str) -> Vec<ToolCall> {
    let list = |key: &str| {
        message
            .get(key)
            .and_then(Value::as_array)
            .filter(|list| !list.is_empty())
    };
    let mut out: Vec<ToolCall> = Vec::new();
    let wrapped = || list("toolWithToolCallList");
    let Some(items) = list("toolCallList")
        .or_else(|| list("toolCalls"))
        .or_else(wrapped)
    else {
        return out;
    };
    for item in items.iter().take(TOOL_CALLS) {
        let item = item.get("toolCall").unwrap_or(item);
        let Some(id) = text(item, &[&["id"], &["toolCallId"]], WORD) else {
            continue;
        };
        let Some(name) = text(item, &[&["function", "name"], &["name"]], WORD) else {
            continue;
        };
        if out.iter().any(|known| known.id == id) {
            continue;
        }
        out.push(ToolCall {
            key: keys::tool_call(call, &id),
            arguments: Pii::new(arguments(item)),
            id,
            name,
        });
    }
    out
}

fn arguments(item: &Value) -> Value {
    let given = [
        &["function", "arguments"][..],
        &["arguments"],
        &["function", "parameters"],
        &["parameters"],
    ]
    .iter()
    .find_map(|path| at(item, path));
    let read = match given {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(value) => value.clone(),
        None => Value::Null,
    };
    if read.is_object() {
        read
    } else {
        Value::Object(serde_json::Map::new())
    }
}

fn question(message: &Value) -> Option<Pii<String>> {
    ["messagesOpenAIFormatted", "messages"]
        .iter()
        .find_map(|key| {
            let entries = message.get(key)?.as_array()?;
            let last = entries
                .iter()
                .rev()
                .find(|entry| entry.get("role").and_then(Value::as_str) == Some("user"))?;
            private(last, &[&["content"], &["message"]])
        })
}

#[cfg(test)]
mod tests;
