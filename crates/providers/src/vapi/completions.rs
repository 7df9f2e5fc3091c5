//! Chat completions as the provider asks for them: the request read, the answer written as a stream of events.
//!
//! The provider parses the stream strictly and a caller waits for it, so the bytes are made here and nowhere else: only
//! chunks with choices, no comments, and always an end.

use super::{
    encode::{MODEL, TOKEN_HEADER},
    fields::{WORD, private, text},
};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde::Serialize;
use serde_json::Value;
use voxanne_core::{
    call::{ProviderCallId, Speaker},
    pii::{Pii, Secret},
    safety::Approved,
};

/// Largest body that is read, bytes.
pub const LARGEST: usize = 4 * 1024 * 1024;
/// Most messages of the history kept, the newest.
const HISTORY: usize = 1_000;

/// A body that is no chat completion request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadChat {
    /// Beyond [`LARGEST`].
    #[error("the body is too large")]
    TooLarge,
    /// Not JSON, or without messages.
    #[error("the body is no chat completion request")]
    Malformed,
}

/// What the provider asks of us as a model.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// Which call, as the body says; the token says it with proof.
    pub call: Option<ProviderCallId>,
    /// What was said so far without system messages, oldest first; consecutive words of one side are one entry.
    pub history: Vec<(Speaker, Pii<String>)>,
    /// Utterances of the caller in the whole history: the number of this turn. A caller who goes on talking makes the
    /// provider ask again with longer words; that is the same turn.
    pub caller_turns: u32,
    /// The words to answer; none when the last to speak was not the caller.
    pub said: Option<Pii<String>>,
    /// The call token.
    pub token: Option<Secret>,
    /// The provider offers to transfer.
    pub can_transfer: bool,
    /// The provider offers to hang up.
    pub can_end: bool,
}

impl ChatRequest {
    /// Reads a request.
    pub fn read(body: &[u8], headers: &HeaderMap) -> Result<Self, BadChat> {
        if body.len() > LARGEST {
            return Err(BadChat::TooLarge);
        }
        let root: Value = serde_json::from_slice(body).map_err(|_| BadChat::Malformed)?;
        let messages = root
            .get("messages")
            .and_then(Value::as_array)
            .ok_or(BadChat::Malformed)?;
        let mut history: Vec<(Speaker, Pii<String>)> = Vec::new();
        let mut caller_turns = 0_u32;
        for message in messages {
            let Some(speaker) = message.get("role").and_then(Value::as_str).and_then(role) else {
                continue;
            };
            let Some(words) = content(message) else {
                continue;
            };
            match history.last_mut() {
                Some((before, text)) if *before == speaker && speaker != Speaker::Tool => {
                    *text = Pii::new(format!("{} {}", text.expose(), words.expose()));
                }
                _ => {
                    caller_turns += u32::from(speaker == Speaker::Caller);
                    history.push((speaker, words));
                }
            }
        }
        let said = history
            .last()
            .filter(|(speaker, _)| *speaker == Speaker::Caller)
            .map(|(_, words)| words.clone());
        history.drain(..history.len().saturating_sub(HISTORY));
        Ok(Self {
            call: text(&root, &[&["call", "id"], &["call", "callId"]], WORD).map(ProviderCallId),
            said,
            history,
            caller_turns,
            token: token(headers),
            can_transfer: offers(&root, "transferCall"),
            can_end: offers(&root, "endCall"),
        })
    }
}

fn role(word: &str) -> Option<Speaker> {
    match word {
        "user" => Some(Speaker::Caller),
        "assistant" => Some(Speaker::Receptionist),
        "tool" | "function" => Some(Speaker::Tool),
        _ => None,
    }
}

/// A message's words: a text, or a list of parts of which the texts count.
fn content(message: &Value) -> Option<Pii<String>> {
    if let Some(parts) = message.get("content").and_then(Value::as_array) {
        let words: Vec<String> = parts
            .iter()
            .filter_map(|part| private(part, &[&["text"]]).map(Pii::into_exposed))
            .collect();
        return (!words.is_empty()).then(|| Pii::new(words.join(" ")));
    }
    private(message, &[&["content"]])
}

fn offers(root: &Value, name: &str) -> bool {
    root.get("tools")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|tool| text(tool, &[&["function", "name"], &["type"]], WORD).as_deref() == Some(name))
}

/// The call token: from its own header, else from the bearer.
pub fn token(headers: &HeaderMap) -> Option<Secret> {
    let of = |value: &str| {
        let value = value.trim();
        (!value.is_empty()).then(|| Secret::new(value))
    };
    let own = headers
        .get(TOKEN_HEADER)
        .and_then(|value| value.to_str().ok());
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(word, _)| word.eq_ignore_ascii_case("bearer"))
        .map(|(_, rest)| rest);
    own.and_then(of).or_else(|| bearer.and_then(of))
}

/// The type of the answer's body.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// One step of a spoken answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Words.
    Say(Approved),
    /// Then the caller is transferred; we are asked to whom.
    Transfer,
    /// Then the provider hangs up.
    EndCall,
}

/// Writes the events of one answer.
#[derive(Debug)]
pub struct SseWriter {
    id: String,
    created: i64,
    began: bool,
    tool_called: bool,
    finished: bool,
}

impl SseWriter {
    /// A writer of the answer `id`, made at `created` (seconds since 1970).
    pub fn new(id: impl Into<String>, created: i64) -> Self {
        Self {
            id: id.into(),
            created,
            began: false,
            tool_called: false,
            finished: false,
        }
    }

    /// Words. After a transfer or the end they would be cut off, so nothing is written any more.
    pub fn say(&mut self, words: &Approved) -> Bytes {
        if self.finished || self.tool_called {
            return Bytes::new();
        }
        // The space keeps two sentences apart when the provider joins the pieces.
        let delta = Delta {
            content: Some(format!("{} ", words.as_str().trim_end())),
            ..Delta::default()
        };
        self.chunk(delta, None)
    }

    /// Asks the provider to transfer.
    pub fn transfer(&mut self) -> Bytes {
        self.tool("transferCall")
    }

    /// Asks the provider to hang up.
    pub fn end_call(&mut self) -> Bytes {
        self.tool("endCall")
    }

    /// Writes one step.
    pub fn step(&mut self, step: &Step) -> Bytes {
        match step {
            Step::Say(words) => self.say(words),
            Step::Transfer => self.transfer(),
            Step::EndCall => self.end_call(),
        }
    }

    /// Ends the answer; a second end writes nothing.
    pub fn finish(&mut self) -> Bytes {
        if self.finished {
            return Bytes::new();
        }
        self.finished = true;
        let reason = if self.tool_called {
            "tool_calls"
        } else {
            "stop"
        };
        let mut out = self.chunk(Delta::default(), Some(reason)).to_vec();
        out.extend_from_slice(b"data: [DONE]\n\n");
        Bytes::from(out)
    }

    fn tool(&mut self, name: &'static str) -> Bytes {
        if self.finished || self.tool_called {
            return Bytes::new();
        }
        self.tool_called = true;
        let call = ToolDelta {
            index: 0,
            id: format!("call_{}", self.id),
            kind: "function",
            function: FunctionDelta {
                name,
                arguments: "{}",
            },
        };
        let delta = Delta {
            tool_calls: Some([call]),
            ..Delta::default()
        };
        self.chunk(delta, None)
    }

    fn chunk(&mut self, mut delta: Delta, finish_reason: Option<&'static str>) -> Bytes {
        if !self.began {
            delta.role = Some("assistant");
            self.began = true;
        }
        let chunk = Chunk {
            id: &self.id,
            object: "chat.completion.chunk",
            created: self.created,
            model: MODEL,
            choices: [Choice {
                index: 0,
                delta,
                finish_reason,
            }],
        };
        let text = serde_json::to_string(&chunk).unwrap_or_default();
        Bytes::from(format!("data: {text}\n\n"))
    }
}

#[derive(Serialize)]
struct Chunk<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    model: &'static str,
    choices: [Choice; 1],
}

#[derive(Serialize)]
struct Choice {
    index: u32,
    delta: Delta,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize, Default)]
struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[ToolDelta; 1]>,
}

#[derive(Serialize)]
struct ToolDelta {
    index: u32,
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    function: FunctionDelta,
}

#[derive(Serialize)]
struct FunctionDelta {
    name: &'static str,
    arguments: &'static str,
}

/// The body of an answer: the steps as they come, and the end whenever they are over.
pub fn body(
    writer: SseWriter,
    steps: impl Stream<Item = Step> + Send + 'static,
) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(Some((writer, Box::pin(steps))), |state| async move {
        let (mut writer, mut steps) = state?;
        match steps.next().await {
            Some(step) => {
                let bytes = writer.step(&step);
                Some((bytes, Some((writer, steps))))
            }
            None => Some((writer.finish(), None)),
        }
    })
    .filter(|bytes| std::future::ready(!bytes.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::approved;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(body: &Value) -> ChatRequest {
        ChatRequest::read(body.to_string().as_bytes(), &HeaderMap::new()).unwrap()
    }

    fn history(messages: Value) -> ChatRequest {
        read(&json!({ "messages": messages }))
    }

    #[test]
    fn the_contracts_request_is_read() {
        let request = read(&json!({
            "model": "voxanne-1", "stream": true,
            "messages": [{"role": "system", "content": "See server."}, {"role": "assistant", "content": "How can I help?"},
                {"role": "user", "content": "Is my scar normal?"}],
            "tools": [{"type": "function", "function": {"name": "transferCall"}}, {"type": "endCall"}],
            "call": {"id": "c1", "orgId": "o1"}, "phoneNumber": {"twilioAuthToken": "CANARY"},
        }));
        assert_eq!(request.call, Some(ProviderCallId("c1".into())));
        assert_eq!((request.caller_turns, request.history.len()), (1, 2));
        assert_eq!(
            request.said.as_ref().unwrap().expose(),
            "Is my scar normal?"
        );
        assert!(request.can_transfer && request.can_end);
        let printed = format!("{request:?}");
        assert!(!printed.contains("CANARY") && !printed.contains("scar"));
    }

    #[test]
    fn f1_2_a_resend_with_longer_words_is_the_same_turn() {
        let first = history(json!([{"role": "user", "content": "I have"}]));
        let longer = history(
            json!([{"role": "user", "content": "I have"}, {"role": "user", "content": "a question"}]),
        );
        assert_eq!((first.caller_turns, longer.caller_turns), (1, 1));
        assert_eq!(longer.said.unwrap().expose(), "I have a question");
        let next = history(
            json!([{"role": "user", "content": "A"}, {"role": "assistant", "content": "B"},
            {"role": "user", "content": [{"type": "text", "text": "C"}]}]),
        );
        assert_eq!(next.caller_turns, 2);
        assert_eq!(next.said.unwrap().expose(), "C");
    }

    #[test]
    fn nothing_is_said_when_a_tool_or_the_receptionist_spoke_last() {
        let after_tool = history(
            json!([{"role": "user", "content": "A"}, {"role": "assistant", "content": null},
            {"role": "tool", "content": "failed"}]),
        );
        assert!(after_tool.said.is_none());
        assert!(history(json!([])).said.is_none());
        assert_eq!(
            ChatRequest::read(b"{}", &HeaderMap::new()).unwrap_err(),
            BadChat::Malformed
        );
    }

    #[test]
    fn the_token_comes_from_its_header_or_the_bearer() {
        let mut headers = HeaderMap::new();
        assert!(token(&headers).is_none());
        headers.insert(AUTHORIZATION, "Bearer one".parse().unwrap());
        assert_eq!(token(&headers).unwrap().expose(), "one");
        headers.insert(TOKEN_HEADER, "two".parse().unwrap());
        assert_eq!(token(&headers).unwrap().expose(), "two");
    }

    fn written(steps: Vec<Step>) -> String {
        let stream = body(SseWriter::new("c-1", 1_767_225_616), stream::iter(steps));
        let parts: Vec<Bytes> = futures::executor::block_on(stream.collect());
        String::from_utf8(parts.concat()).unwrap()
    }

    #[test]
    fn an_escalating_answer_byte_for_byte() {
        let say = Step::Say(approved("I cannot judge that, but our nurse can."));
        insta::assert_snapshot!(written(vec![say, Step::Transfer]));
    }

    #[test]
    fn a_farewell_byte_for_byte() {
        let say = Step::Say(approved("Goodbye."));
        insta::assert_snapshot!(written(vec![say, Step::EndCall]));
    }

    #[test]
    fn the_end_is_written_once() {
        let mut writer = SseWriter::new("c-1", 0);
        assert!(!writer.finish().is_empty());
        assert!(writer.finish().is_empty());
        assert!(writer.transfer().is_empty());
    }

    proptest! {
        /// Whatever is spoken, each event has choices, a reason ends the chunks, and `[DONE]` ends the stream.
        #[test]
        fn every_answer_ends(kinds in proptest::collection::vec(0_u8..3, 0..8)) {
            let steps: Vec<Step> = kinds.iter().map(|kind| match kind {
                0 => Step::Say(approved("We are open.")),
                1 => Step::Transfer,
                _ => Step::EndCall,
            }).collect();
            let text = written(steps);
            prop_assert!(text.ends_with("data: [DONE]\n\n"));
            let chunks: Vec<Value> = text.split("\n\n").filter(|event| !event.is_empty())
                .map(|event| event.strip_prefix("data: ").unwrap())
                .filter(|data| *data != "[DONE]")
                .map(|data| serde_json::from_str(data).unwrap())
                .collect();
            let reasons: Vec<_> = chunks.iter().map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
            prop_assert!(reasons.last().unwrap().is_some());
            prop_assert!(reasons[..reasons.len() - 1].iter().all(Option::is_none));
            let tools = chunks.iter().filter(|chunk| chunk["choices"][0]["delta"]["tool_calls"].is_array()).count();
            prop_assert!(tools <= 1);
            prop_assert_eq!(*reasons.last().unwrap(), Some(if tools == 1 { "tool_calls" } else { "stop" }));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(text in "\\PC{0,60}") {
            let _ = ChatRequest::read(text.as_bytes(), &HeaderMap::new());
            let _ = ChatRequest::read(json!({"messages": [{"role": text, "content": {"a": text}}, text]}).to_string().as_bytes(), &HeaderMap::new());
        }
    }
}
