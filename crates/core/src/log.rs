//! The organization's event log: what the dashboard follows.
//!
//! Numbers are given at commit, one after another without a gap; the bodies are the views of [`crate::call::view`] and
//! their like, sealed at rest. Viewers get a masked form of the same body.

use crate::{ids::CallId, pii::Pii, time::Millis};
use serde_json::Value;

/// A position in an organization's log; 0 is before the first event.
pub type Seq = u64;

/// An event about to be written; its number comes with the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind, for example `call.changed`.
    pub kind: &'static str,
    /// Who wants it: `calls`, `inbox`, `knowledge`, `settings` or `call:<id>`.
    pub topic: String,
    /// The call it is about, for erasure.
    pub call: Option<CallId>,
    /// The id of the thing that changed.
    pub id: String,
    /// The body, JSON.
    pub body: Pii<String>,
}

impl NewEvent {
    /// An event with `body` as its content.
    pub fn new<T: serde::Serialize>(
        kind: &'static str,
        topic: impl Into<String>,
        call: Option<CallId>,
        id: impl ToString,
        body: &T,
    ) -> Self {
        Self {
            kind,
            topic: topic.into(),
            call,
            id: id.to_string(),
            body: Pii::new(serde_json::to_string(body).unwrap_or_else(|_| "{}".to_owned())),
        }
    }

    /// The topic of one call.
    pub fn call_topic(call: CallId) -> String {
        format!("call:{call}")
    }
}

/// An event as read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub seq: Seq,
    /// When it was committed.
    pub at: Millis,
    /// What kind.
    pub kind: String,
    /// Version of the body's shape.
    pub version: u16,
    /// Who wants it.
    pub topic: String,
    /// The id of the thing that changed.
    pub id: String,
    /// The body, JSON.
    pub body: Pii<String>,
}

/// Keys of a body whose values are callers' numbers or names and are masked for viewers.
const MASKED: [&str; 6] = [
    "caller",
    "caller_number",
    "caller_name",
    "number",
    "overflow_number",
    "blocked_callers",
];
/// Keys whose values are what people said or wrote, in which numbers are hidden.
const SAID: [&str; 7] = [
    "text", "said", "spoken", "reason", "note", "answer", "words",
];

/// The body as a viewer may see it: numbers and names masked at any depth.
pub fn mask(body: &mut Value) {
    match body {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match value {
                    Value::String(text) if MASKED.contains(&key.as_str()) => {
                        *text = crate::phone::masked(text);
                    }
                    Value::Array(items) if MASKED.contains(&key.as_str()) => {
                        for item in items {
                            if let Value::String(text) = item {
                                *text = crate::phone::masked(text);
                            } else {
                                mask(item);
                            }
                        }
                    }
                    Value::String(text) if SAID.contains(&key.as_str()) => {
                        *text = crate::phone::mask_in(text);
                    }
                    other => mask(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_see_no_number_or_name_at_any_depth() {
        let mut body = serde_json::json!({"caller": "(415) 555-0142", "items": [{"caller_name": "Ada Byron"}], "n": 1});
        mask(&mut body);
        let text = body.to_string();
        assert!(!text.contains("415") && !text.contains("Byron"), "{text}");
        assert!(text.contains("0142"));
        let mut body = serde_json::json!({"turns": [{"said": "Call 415-555-0142 at 9, 2 of us."}], "blocked_callers": ["+14155550142"]});
        mask(&mut body);
        let text = body.to_string();
        assert!(
            !text.contains("555") && text.contains("at 9, 2 of us"),
            "{text}"
        );
    }
}
