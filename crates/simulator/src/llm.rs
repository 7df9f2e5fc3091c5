//! The custom-LLM client: one streamed chat completion, read as strictly as the provider reads it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use eventsource_stream::Eventsource as _;
use futures::StreamExt as _;
use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::signing;

/// Most text of one answer that is spoken, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Text without any end of sentence is spoken in pieces of about this many bytes.
const LONGEST_PIECE: usize = 320;

/// A tool call of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// What a stream brings, in order; `Done` or `Failed` is last.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    /// First content or tool call, so many real milliseconds after the request.
    First(f64),
    /// A piece ready to be spoken.
    Piece(String),
    /// All tool calls, and whether a `finish_reason` closed them.
    Tools(Vec<ToolCall>, bool),
    /// The end; what was odd about it, if anything.
    Done(Option<String>),
    /// No usable answer: an ended reason and what happened.
    Failed(&'static str, String),
}

/// A running request; dropping it drops the connection.
pub(crate) struct Stream {
    pub(crate) heard: mpsc::Receiver<Heard>,
    _task: AbortOnDropHandle<()>,
}

/// Where and how to ask.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) timeout: Duration,
}

impl Endpoint {
    /// Reads `model` and the assistant's inline credentials.
    pub(crate) fn read(assistant: &Value) -> Self {
        let model = &assistant["model"];
        let base = model["url"]
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('/');
        let mut headers = HeaderMap::new();
        for (name, value) in model["headers"].as_object().into_iter().flatten() {
            if let Some(value) = value.as_str() {
                signing::put(&mut headers, name, value);
            }
        }
        // A header may override anything but this one.
        headers.remove(AUTHORIZATION);
        let key = assistant["credentials"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|credential| credential["provider"] == "custom-llm")
            .and_then(|credential| credential["apiKey"].as_str());
        if let Some(key) = key {
            signing::put(&mut headers, "authorization", &format!("Bearer {key}"));
        }
        Self {
            url: format!("{base}/chat/completions"),
            headers,
            timeout: Duration::from_secs_f64(
                model["timeoutSeconds"]
                    .as_f64()
                    .unwrap_or(20.0)
                    .clamp(0.1, 300.0),
            ),
        }
    }
}

/// Starts a request.
pub(crate) fn stream(http: &reqwest::Client, endpoint: Endpoint, body: Value) -> Stream {
    let (tell, heard) = mpsc::channel(64);
    let http = http.clone();
    let task = tokio::spawn(async move {
        let last = match read(&http, &endpoint, &body, &tell).await {
            Ok(odd) => Heard::Done(odd),
            Err((reason, what)) => Heard::Failed(reason, what),
        };
        let _ = tell.send(last).await;
    });
    Stream {
        heard,
        _task: AbortOnDropHandle::new(task),
    }
}

type Failure = (&'static str, String);

const BROKEN: &str = "call.in-progress.error-providerfault-custom-llm-llm-failed";

async fn read(
    http: &reqwest::Client,
    endpoint: &Endpoint,
    body: &Value,
    tell: &mpsc::Sender<Heard>,
) -> Result<Option<String>, Failure> {
    let started = Instant::now();
    let late = || (BROKEN, format!("no token within {:?}", endpoint.timeout));
    let request = http
        .post(&endpoint.url)
        .headers(endpoint.headers.clone())
        .json(body)
        .send();
    let response = tokio::time::timeout(endpoint.timeout, request)
        .await
        .map_err(|_| late())?
        .map_err(|error| (BROKEN, format!("the model request failed: {error}")))?;
    let status = response.status();
    if !status.is_success() {
        return Err((
            reason_of(status.as_u16()),
            format!("the model answered {status}"),
        ));
    }
    let kind = response
        .headers()
        .get("content-type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    if !kind.starts_with("text/event-stream") {
        return Err((
            BROKEN,
            format!("the model answered {kind:?}, not an event stream"),
        ));
    }
    let mut events = response.bytes_stream().eventsource();
    let mut answer = Reading::default();
    loop {
        let next = if answer.begun {
            events.next().await
        } else {
            let left = endpoint.timeout.saturating_sub(started.elapsed());
            tokio::time::timeout(left, events.next())
                .await
                .map_err(|_| late())?
        };
        let Some(event) = next else {
            answer
                .odd
                .get_or_insert_with(|| "the stream ended without [DONE]".to_owned());
            break;
        };
        let event = match event {
            Ok(event) => event,
            Err(error) if answer.begun => {
                answer.odd = Some(format!("the stream broke: {error}"));
                break;
            }
            Err(error) => return Err((BROKEN, format!("the stream broke: {error}"))),
        };
        if event.data.trim() == "[DONE]" {
            break;
        }
        let chunk: Value = serde_json::from_str(&event.data)
            .map_err(|error| (BROKEN, format!("a chunk is not JSON: {error}")))?;
        let begun = answer.begun;
        let pieces = answer.take(&chunk)?;
        if answer.begun && !begun {
            let waited = started.elapsed().as_secs_f64() * 1000.0;
            let _ = tell.send(Heard::First(waited)).await;
        }
        for piece in pieces {
            let _ = tell.send(Heard::Piece(piece)).await;
        }
    }
    if let Some(piece) = answer.pieces.rest() {
        let _ = tell.send(Heard::Piece(piece)).await;
    }
    if !answer.tools.is_empty() {
        let tools = answer.tools.into_values().collect();
        let _ = tell.send(Heard::Tools(tools, answer.finished)).await;
    }
    if !answer.finished {
        answer
            .odd
            .get_or_insert_with(|| "the stream had no finish_reason".to_owned());
    }
    Ok(answer.odd)
}

fn reason_of(status: u16) -> &'static str {
    match status {
        400 => "call.in-progress.error-providerfault-custom-llm-400-bad-request-validation-failed",
        401 => "call.in-progress.error-vapifault-custom-llm-401-unauthorized-incorrect-api-key",
        403 => "call.in-progress.error-vapifault-custom-llm-403-model-access-denied",
        429 => "call.in-progress.error-vapifault-custom-llm-429-exceeded-quota",
        500..=599 => "call.in-progress.error-providerfault-custom-llm-500-server-error",
        _ => BROKEN,
    }
}

#[derive(Default)]
struct Reading {
    begun: bool,
    finished: bool,
    spoken: usize,
    pieces: Pieces,
    tools: BTreeMap<u64, ToolCall>,
    odd: Option<String>,
}

impl Reading {
    /// Takes one chunk and returns what is ready to be spoken.
    fn take(&mut self, chunk: &Value) -> Result<Vec<String>, Failure> {
        let choices = chunk["choices"]
            .as_array()
            .ok_or_else(|| (BROKEN, "chunk.choices is not iterable".to_owned()))?;
        let mut ready = Vec::new();
        for choice in choices {
            let delta = &choice["delta"];
            if choice.get("message").is_some() {
                self.odd = Some("a whole message came instead of deltas; not spoken".to_owned());
            }
            if let Some(text) = delta["content"].as_str().filter(|text| !text.is_empty()) {
                self.begun = true;
                self.spoken += text.len();
                if !self.tools.is_empty() {
                    self.odd = Some("text after a tool call is cut".to_owned());
                } else if self.spoken <= LONGEST_ANSWER {
                    ready.extend(self.pieces.push(text));
                }
            }
            for part in delta["tool_calls"].as_array().into_iter().flatten() {
                self.begun = true;
                let tool = self
                    .tools
                    .entry(part["index"].as_u64().unwrap_or(0))
                    .or_default();
                if let Some(id) = part["id"].as_str() {
                    id.clone_into(&mut tool.id);
                }
                tool.name
                    .push_str(part["function"]["name"].as_str().unwrap_or_default());
                tool.arguments
                    .push_str(part["function"]["arguments"].as_str().unwrap_or_default());
            }
            self.finished |= choice["finish_reason"].is_string();
        }
        Ok(ready)
    }
}

/// Cuts streamed text into sentences, the same however it was chunked on the wire.
#[derive(Default)]
pub(crate) struct Pieces(String);

impl Pieces {
    pub(crate) fn push(&mut self, text: &str) -> Vec<String> {
        self.0.push_str(text);
        let mut out = Vec::new();
        while let Some(end) = sentence_end(&self.0) {
            let rest = self.0.split_off(end);
            let piece = std::mem::replace(&mut self.0, rest);
            if !piece.trim().is_empty() {
                out.push(piece.trim().to_owned());
            }
        }
        out
    }

    pub(crate) fn rest(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.0);
        Some(rest.trim().to_owned()).filter(|rest| !rest.is_empty())
    }
}

fn sentence_end(text: &str) -> Option<usize> {
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        let ends = matches!(previous, '.' | '!' | '?' | ';' | ':');
        if c == '\n' || (c.is_whitespace() && (ends || at >= LONGEST_PIECE)) {
            return Some(at + c.len_utf8());
        }
        previous = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_are_the_same_however_the_text_was_cut() {
        let text = "We open at 8.30 a.m. every day! Shall I book?\nOr later";
        let whole = {
            let mut pieces = Pieces::default();
            let mut out = pieces.push(text);
            out.extend(pieces.rest());
            out
        };
        for step in 1..9 {
            let mut pieces = Pieces::default();
            let mut out = Vec::new();
            for chunk in text.as_bytes().chunks(step) {
                out.extend(pieces.push(std::str::from_utf8(chunk).unwrap()));
            }
            out.extend(pieces.rest());
            assert_eq!(out, whole);
        }
        assert_eq!(whole.last().unwrap(), "Or later");
    }

    #[test]
    fn a_chunk_without_choices_is_an_error() {
        let failure = Reading::default()
            .take(&json!({"function_call": {}}))
            .unwrap_err();
        assert_eq!(failure.1, "chunk.choices is not iterable");
    }

    #[test]
    fn a_whole_message_is_not_spoken() {
        let mut reading = Reading::default();
        let chunk = json!({"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]});
        assert!(reading.take(&chunk).unwrap().is_empty());
        assert!(reading.odd.is_some());
    }

    #[test]
    fn tool_calls_are_put_together_and_later_text_is_cut() {
        let mut reading = Reading::default();
        let part = |id: Value, name: &str, arguments: &str| {
            json!({"choices":[{"delta":{"tool_calls":[{"index":0,"id":id,
                "function":{"name":name,"arguments":arguments}}]}}]})
        };
        reading
            .take(&part(json!("t1"), "transferCall", "{\"a\""))
            .unwrap();
        reading.take(&part(Value::Null, "", ":1}")).unwrap();
        let late = json!({"choices":[{"delta":{"content":"Too late. "}}]});
        assert!(reading.take(&late).unwrap().is_empty());
        assert_eq!(reading.tools[&0].arguments, "{\"a\":1}");
        assert_eq!(reading.tools[&0].id, "t1");
    }

    #[test]
    fn the_path_is_appended_and_authorization_is_not_overridden() {
        let endpoint = Endpoint::read(&json!({
            "model": {"url":"http://h/llm/","headers":{"Authorization":"no","X-Call":"1"}},
            "credentials": [{"provider":"custom-llm","apiKey":"k"}],
        }));
        assert_eq!(endpoint.url, "http://h/llm/chat/completions");
        assert_eq!(endpoint.headers["authorization"], "Bearer k");
        assert_eq!(endpoint.headers["x-call"], "1");
    }
}
