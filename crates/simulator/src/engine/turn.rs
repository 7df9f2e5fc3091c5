//! One turn of the assistant: the model request, what is spoken of its answer, its tools.

use std::time::Duration;

use serde_json::{Value, json};

use super::Call;
use crate::control::Command;
use crate::faults::Fault;
use crate::llm::{self, Heard, ToolCall};
use crate::report::Ending;
use crate::webhook::Target;
use crate::world::now_ms;

/// Requests to the model in one turn, tool results included.
const ROUNDS: u32 = 6;
/// Real time after which the assistant counts as late.
const LATE_AFTER: Duration = Duration::from_secs(3);

enum Next {
    Heard(Option<Heard>),
    Asked(Option<Command>),
    Late,
}

impl Call {
    /// Lets the assistant answer. `budget` is the call time after which the caller cuts it short.
    pub(super) async fn answer(&mut self, mut budget: Option<u64>) {
        for _ in 0..ROUNDS {
            let tools = self.request_and_speak(&mut budget).await;
            if self.stopped() || tools.is_empty() || !self.run_tools(tools).await {
                return;
            }
        }
        self.trouble(format!("the model called tools {ROUNDS} times in one turn"));
    }

    async fn request_and_speak(&mut self, budget: &mut Option<u64>) -> Vec<ToolCall> {
        let endpoint = llm::Endpoint::read(&self.assistant);
        let mut stream = llm::stream(&self.world.http, endpoint, self.model_body());
        let mut tools = Vec::new();
        let mut waits_for_first = true;
        loop {
            let waited = tokio::time::Instant::now();
            let next = tokio::select! {
                heard = stream.heard.recv() => Next::Heard(heard),
                command = self.commands.recv() => Next::Asked(command),
                () = tokio::time::sleep(LATE_AFTER), if waits_for_first => Next::Late,
            };
            self.spent(waited.elapsed());
            match next {
                Next::Asked(command) => {
                    if let Some(command) = command {
                        self.take(command);
                    }
                }
                Next::Late => {
                    waits_for_first = false;
                    self.emit("hang", json!({})).await;
                }
                Next::Heard(Some(Heard::First(ms))) => {
                    waits_for_first = false;
                    self.report.first_token_ms.push(ms);
                }
                Next::Heard(Some(Heard::Piece(text))) => {
                    if self.say_piece(&text, budget).await {
                        // Dropping the stream drops the connection: the rest is never said.
                        drop(stream);
                        self.end_speaking().await;
                        return Vec::new();
                    }
                }
                Next::Heard(Some(Heard::Tools(calls, finished))) => {
                    tools = calls;
                    if !finished {
                        // Seen live: a hang-up without a terminal chunk is not carried out.
                        tools.retain(|tool| tool.name != "endCall");
                    }
                }
                Next::Heard(Some(Heard::Failed(reason, what))) => {
                    self.trouble(what);
                    self.end_speaking().await;
                    self.break_off(reason).await;
                    return Vec::new();
                }
                Next::Heard(Some(Heard::Done(odd))) => {
                    if let Some(odd) = odd {
                        self.trouble(odd);
                    }
                    break;
                }
                Next::Heard(None) => break,
            }
            if self.stopped() {
                tools.clear();
                break;
            }
        }
        self.end_speaking().await;
        tools
    }

    /// The model is gone: the assistant's hooks for that, then the end.
    async fn break_off(&mut self, reason: &'static str) {
        let hooks = self.assistant["hooks"].clone();
        self.ending_hooks(&hooks, reason).await;
        self.end(reason, Ending::Failed);
    }

    /// The chat-completions body, with the whole history.
    pub(super) fn model_body(&self) -> Value {
        let model = &self.assistant["model"];
        let mut body = json!({
            "model": model["model"],
            "stream": true,
            "temperature": model["temperature"].as_f64().unwrap_or(0.5),
            "max_tokens": model["maxTokens"].as_u64().unwrap_or(250),
            "messages": self.history,
            "tools": self.model_tools(),
        });
        let metadata = &self.assistant["metadata"];
        match model["metadataSendMode"].as_str() {
            Some("off") => {}
            Some("destructured") => {
                for (key, value) in metadata.as_object().into_iter().flatten() {
                    body[key.as_str()] = value.clone();
                }
            }
            _ => {
                body["call"] = self.snapshot(false);
                body["phoneNumber"] = self.number.clone();
                body["customer"] = self.customer();
                body["metadata"] = metadata.clone();
                body["timestamp"] = json!(now_ms());
            }
        }
        body
    }

    fn model_tools(&self) -> Vec<Value> {
        let tools = self.assistant["model"]["tools"]
            .as_array()
            .into_iter()
            .flatten();
        tools
            .filter_map(|tool| match tool["type"].as_str()? {
                "transferCall" => Some(json!({"type": "function", "function": {
                    "name": "transferCall",
                    "description": "Transfer the call",
                    "parameters": {"type": "object",
                        "properties": {"destination": {"type": "string"}}},
                }})),
                "endCall" => Some(json!({"type": "function", "function": {
                    "name": "endCall",
                    "parameters": {"type": "object", "properties": {}},
                }})),
                "function" => Some(json!({"type": "function", "function": tool["function"]})),
                _ => None,
            })
            .collect()
    }

    pub(super) fn declared(&self, name: &str) -> Option<Value> {
        let mut tools = self.assistant["model"]["tools"]
            .as_array()
            .into_iter()
            .flatten();
        tools
            .find(|tool| tool["type"] == name || tool["function"]["name"] == name)
            .cloned()
    }

    /// Carries out what was declared; true when the model is to be asked again.
    async fn run_tools(&mut self, tools: Vec<ToolCall>) -> bool {
        let calls: Vec<Value> = tools
            .iter()
            .map(|tool| {
                json!({"id": tool.id, "type": "function",
                "function": {"name": tool.name, "arguments": tool.arguments}})
            })
            .collect();
        self.history
            .push(json!({"role": "assistant", "content": null, "tool_calls": calls}));
        let at = self.clock.now();
        self.log.push(
            json!({"role": "tool_calls", "message": "", "toolCalls": calls,
            "time": at, "secondsFromStart": self.seconds(at)}),
        );
        let mut again = false;
        for tool in tools {
            if let Some(turn) = self.report.turns.last_mut() {
                turn.tools.push(tool.name.clone());
            }
            let Some(declared) = self.declared(&tool.name) else {
                self.trouble(format!(
                    "the model called {:?}, which is not declared",
                    tool.name
                ));
                self.tool_result(&tool, "No such tool.");
                continue;
            };
            match tool.name.as_str() {
                "endCall" => {
                    self.tool_result(&tool, "Success.");
                    let farewell = self.assistant["endCallMessage"].as_str().unwrap_or("");
                    let farewell = farewell.to_owned();
                    self.say_alone(&farewell).await;
                    self.end("assistant-ended-call", Ending::AssistantEnded);
                }
                "transferCall" => again |= self.transfer_by_tool(&tool, &declared).await,
                _ => {
                    self.ask_tool(&tool, &declared).await;
                    again = true;
                }
            }
            if self.stopped() {
                return false;
            }
        }
        again
    }

    pub(super) fn tool_result(&mut self, tool: &ToolCall, result: &str) {
        self.history
            .push(json!({"role": "tool", "tool_call_id": tool.id, "content": result}));
        let at = self.clock.now();
        self.log
            .push(json!({"role": "tool_call_result", "name": tool.name,
            "toolCallId": tool.id, "result": result, "time": at,
            "secondsFromStart": self.seconds(at)}));
    }

    pub(super) fn seconds(&self, at: i64) -> f64 {
        (at - self.started_ms.unwrap_or(at)) as f64 / 1000.0
    }

    async fn ask_tool(&mut self, tool: &ToolCall, declared: &Value) {
        let target =
            Target::read(&declared["server"], &self.number_auth()).or_else(|| self.destination());
        let Some(target) = target else {
            return self.tool_result(tool, "No server.");
        };
        let call = self.tool_shape(tool);
        let mut with_tool = declared.clone();
        with_tool["toolCall"] = call.clone();
        let fields = json!({
            "toolCallList": [call.clone()],
            "toolWithToolCallList": [with_tool],
            "toolCalls": [call],
        });
        let message = self.message("tool-calls", fields);
        let asked = tokio::time::Instant::now();
        let answer = self.outbox.ask("tool-calls", &message, &target, true).await;
        self.spent(asked.elapsed());
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let result = body["results"]
            .as_array()
            .filter(|_| answer.status == Some(200))
            .into_iter()
            .flatten()
            .find(|result| result["toolCallId"] == tool.id.as_str());
        let text = result.and_then(|result| {
            let text = result["result"]
                .as_str()
                .or_else(|| result["error"].as_str())?;
            (!text.contains('\n')).then(|| text.to_owned())
        });
        if text.is_none() {
            self.trouble(format!("no usable result for {}", tool.name));
        }
        self.tool_result(tool, text.as_deref().unwrap_or("No result returned."));
    }

    /// The usual shape, with arguments as an object, or by fault one of the four seen in the wild.
    fn tool_shape(&mut self, tool: &ToolCall) -> Value {
        let arguments: Value = serde_json::from_str(&tool.arguments).unwrap_or_else(|_| json!({}));
        let struck = self.dice.chance(self.request.faults.argument_shapes);
        let shape = self.dice.between(1, 4);
        if struck {
            self.faults.add(Fault::ArgumentShape);
        }
        let (id, name) = (&tool.id, &tool.name);
        match (struck, shape) {
            (true, 2) => json!({"id": id, "type": "function",
                "function": {"name": name, "arguments": arguments.to_string()}}),
            (true, 3) => json!({"id": id, "name": name, "arguments": arguments}),
            (true, 4) => json!({"id": id, "name": name, "parameters": arguments}),
            _ => json!({"id": id, "type": "function",
                "function": {"name": name, "arguments": arguments}}),
        }
    }
}
