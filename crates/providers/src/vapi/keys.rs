//! The identity of a message: the provider sends no event id, so it is made of what cannot differ between two deliveries.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use voxanne_core::{
    call::{
        ProviderCallId,
        message::{CallMessage, IntakeKey, Status},
    },
    time::Millis,
};

/// Left out of the hash: snapshots of something else that change between deliveries, and our own configuration.
const SNAPSHOTS: [&str; 5] = ["call", "artifact", "assistant", "phoneNumber", "customer"];

fn stamp(at: Option<Millis>) -> String {
    at.map_or_else(String::new, |at| at.0.to_string())
}

/// A status: the same word may come twice in a call, at another time.
pub fn status(call: &str, word: &str, at: Option<Millis>) -> IntakeKey {
    match at {
        Some(at) => IntakeKey::at(at, &[call, "status-update", word, &at.0.to_string()]),
        None => IntakeKey::of(&[call, "status-update", word]),
    }
}

/// A final transcript. Without a time two equal words cannot be told from a repeat: then it counts as new, since a word
/// twice in the record is better than a word lost.
pub fn transcript(call: &str, at: Option<Millis>, role: &str, text: &str) -> IntakeKey {
    match at {
        Some(at) => IntakeKey::at(
            at,
            &[
                call,
                "transcript",
                &at.0.to_string(),
                role,
                "final",
                &hex(&Sha256::digest(text.as_bytes())),
            ],
        ),
        None => IntakeKey(rand::random()),
    }
}

/// The final report: one for each call.
pub fn report(call: &str) -> IntakeKey {
    IntakeKey::of(&[call, "eocr"])
}

/// One tool call; a repeated message may carry some old and some new ones.
pub fn tool_call(call: &str, id: &str) -> IntakeKey {
    IntakeKey::of(&[call, "tool-call", id])
}

/// A question for a transfer destination.
pub fn transfer_request(call: &str, at: Option<Millis>) -> IntakeKey {
    IntakeKey::of(&[call, "transfer-destination-request", &stamp(at)])
}

/// The question who takes a ringing call: one for each call.
pub fn assistant_request(call: &str) -> IntakeKey {
    IntakeKey::of(&[call, "assistant-request"])
}

/// Every other message, known or unknown: its time and content without what changes between deliveries.
pub fn other(call: &str, kind: &str, at: Option<Millis>, message: &Value) -> IntakeKey {
    let mut hash = Sha256::new();
    canonical(message, true, &mut hash);
    let parts = [call, kind, &stamp(at), &hex(&hash.finalize())];
    at.map_or_else(|| IntakeKey::of(&parts), |at| IntakeKey::at(at, &parts))
}

/// The key of a message that was looked up instead of delivered; equal to the delivered one's where that is possible, so
/// that a report is taken in once, whichever way it comes.
pub fn looked_up(call: &ProviderCallId, at: Millis, message: &CallMessage) -> IntakeKey {
    let word = match message {
        CallMessage::Report(_) => return report(&call.0),
        CallMessage::Status { status, .. } => match status {
            Status::Queued => "queued",
            Status::Ringing => "ringing",
            Status::InProgress => "in-progress",
            Status::Forwarding => "forwarding",
            Status::Ended => "ended",
        },
        _ => "other",
    };
    IntakeKey::of(&[&call.0, "looked-up", word, &at.0.to_string()])
}

/// Feeds a value to the hash with sorted keys and without presigned addresses, which are new in each delivery.
fn canonical(value: &Value, top: bool, hash: &mut Sha256) {
    match value {
        Value::Object(map) => {
            let left_out =
                |key: &str| key.starts_with("presigned") || (top && SNAPSHOTS.contains(&key));
            let mut entries: Vec<_> = map.iter().filter(|(key, _)| !left_out(key)).collect();
            entries.sort_by_key(|(key, _)| *key);
            hash.update([b'{']);
            for (key, value) in entries {
                hash.update((key.len() as u64).to_be_bytes());
                hash.update(key.as_bytes());
                canonical(value, false, hash);
            }
            hash.update([b'}']);
        }
        Value::Array(items) => {
            hash.update([b'[']);
            for item in items {
                canonical(item, false, hash);
            }
            hash.update([b']']);
        }
        scalar => {
            let text = scalar.to_string();
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn f3_1_equal_words_at_another_time_are_another_message() {
        let (first, later) = (Some(Millis(1)), Some(Millis(2)));
        assert_eq!(
            transcript("c", first, "user", "Yes."),
            transcript("c", first, "user", "Yes.")
        );
        assert_ne!(
            transcript("c", first, "user", "Yes."),
            transcript("c", later, "user", "Yes.")
        );
        assert_ne!(
            transcript("c", first, "user", "Yes."),
            transcript("c", first, "bot", "Yes.")
        );
        assert_ne!(
            transcript("c", None, "user", "Yes."),
            transcript("c", None, "user", "Yes.")
        );
    }

    #[test]
    fn f1_2_a_redelivery_with_fresh_addresses_and_snapshots_has_the_same_key() {
        let first = json!({"type": "x", "b": 1, "a": {"presignedMonoUrl": "1", "k": 2}, "call": {"updatedAt": 1}});
        let again = json!({"a": {"k": 2, "presignedMonoUrl": "2"}, "call": {"updatedAt": 9}, "b": 1, "type": "x"});
        let different = json!({"type": "x", "b": 1, "a": {"k": 3}});
        let at = Some(Millis(7));
        assert_eq!(other("c", "x", at, &first), other("c", "x", at, &again));
        assert_ne!(other("c", "x", at, &first), other("c", "x", at, &different));
        assert_ne!(other("c", "x", at, &first), other("c", "x", None, &first));
    }
}
