//! Forwarding a call: who decides where, what becomes of it, and when the caller comes back.

use serde_json::{Value, json};

use super::Call;
use crate::llm::ToolCall;
use crate::report::{Ending, TransferReport};
use crate::script::TransferOutcome;
use crate::webhook::Target;

/// What the provider says when a destination brings no words of its own.
const DEFAULT_WORDS: &str = "Transferring the call now";

/// The number or address of a destination.
fn address(destination: &Value) -> String {
    destination["number"]
        .as_str()
        .or_else(|| destination["sipUri"].as_str())
        .unwrap_or_default()
        .to_owned()
}

impl Call {
    /// The model called the transfer tool; true when it is to be asked again.
    pub(super) async fn transfer_by_tool(&mut self, tool: &ToolCall, declared: &Value) -> bool {
        let arguments: Value = serde_json::from_str(&tool.arguments).unwrap_or_default();
        let destination = match arguments["destination"].as_str() {
            Some(wanted) => {
                let mut known = declared["destinations"].as_array().into_iter().flatten();
                let Some(found) = known.find(|d| address(d) == wanted) else {
                    self.trouble(format!(
                        "undeclared transfer destination {wanted:?} ignored"
                    ));
                    self.tool_result(tool, "Transfer ignored.");
                    return false;
                };
                found.clone()
            }
            None => match self.ask_destination(declared).await {
                Ok(destination) => destination,
                Err(why) => {
                    self.tool_result(tool, &why);
                    return true;
                }
            },
        };
        let words = destination["message"]
            .as_str()
            .unwrap_or(DEFAULT_WORDS)
            .to_owned();
        self.say_alone(&words).await;
        if self.stopped() {
            return false;
        }
        let outcome = self.forward(&destination, false).await;
        self.settle(&destination, outcome, Some(tool)).await
    }

    async fn ask_destination(&mut self, declared: &Value) -> Result<Value, String> {
        let target = Target::read(&declared["server"], &self.number_auth())
            .or_else(|| self.destination())
            .ok_or("No server.")?;
        let message = self.message("transfer-destination-request", json!({}));
        let asked = tokio::time::Instant::now();
        let answer = self
            .outbox
            .ask("transfer-destination-request", &message, &target, true)
            .await;
        self.spent(asked.elapsed());
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if let Some(error) = body["error"].as_str() {
            return Err(error.to_owned());
        }
        if answer.accepted() && !address(&body["destination"]).is_empty() {
            return Ok(body["destination"].clone());
        }
        self.trouble("transfer-destination-request brought no destination".to_owned());
        Err("Transfer failed: no destination.".to_owned())
    }

    /// Somebody outside asked for a transfer.
    pub(super) async fn transfer_by_control(&mut self, destination: Value, words: Option<String>) {
        self.end_speaking().await;
        let words = words
            .or_else(|| destination["message"].as_str().map(str::to_owned))
            .unwrap_or_else(|| DEFAULT_WORDS.to_owned());
        self.say_alone(&words).await;
        if self.over.is_some() {
            return;
        }
        self.urgent = None;
        let outcome = self.forward(&destination, true).await;
        self.settle(&destination, outcome, None).await;
    }

    /// A transfer in the place of an assistant: nobody to come back to.
    pub(super) async fn forward_without_assistant(&mut self, destination: &Value, reason: &str) {
        let words = destination["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        self.say_alone(&words).await;
        let outcome = self.forward(destination, false).await;
        self.end(reason, ending_of(outcome));
    }

    /// Rings the destination and notes what became of it.
    async fn forward(&mut self, destination: &Value, by_control: bool) -> TransferOutcome {
        let to = address(destination);
        let outcome = self
            .request
            .script
            .transfers
            .get(&to)
            .copied()
            .unwrap_or(self.request.transfer);
        self.emit("transfer-update", json!({ "destination": destination }))
            .await;
        let fields = json!({
            "destination": destination,
            "transcript": self.plain_transcript(),
            "messages": self.log,
        });
        self.status_update("forwarding", fields).await;
        let at_ms = self.clock.now();
        let dial = destination["transferPlan"]["dialTimeout"]
            .as_u64()
            .unwrap_or(60)
            .clamp(1, 600);
        let ring_ms = match outcome {
            TransferOutcome::Connected => self.dice.between(3_000, 9_000).min(dial * 1_000),
            TransferOutcome::NoAnswer => dial * 1_000,
            TransferOutcome::Busy | TransferOutcome::Refused => 2_500,
            TransferOutcome::Voicemail => 18_000.min(dial * 1_000),
            TransferOutcome::Failed => 1_000,
            TransferOutcome::NeverConfirmed => 500,
        };
        self.pass(ring_ms).await;
        let mode = destination["transferPlan"]["mode"]
            .as_str()
            .unwrap_or("blind-transfer");
        if let Some(status) = outcome.status() {
            self.transfers
                .push(json!({"destination": destination, "mode": mode, "status": status}));
        }
        if outcome == TransferOutcome::Connected {
            self.report.outcome.human_at_ms = Some(self.clock.now());
        }
        self.report.outcome.transfers.push(TransferReport {
            to,
            status: outcome.status().map(str::to_owned),
            at_ms,
            by_control,
            came_back: false,
        });
        outcome
    }

    /// Ends the call, or brings the caller back where the plan says so; true when the model has to
    /// say something next.
    async fn settle(
        &mut self,
        destination: &Value,
        outcome: TransferOutcome,
        tool: Option<&ToolCall>,
    ) -> bool {
        let plan = &destination["transferPlan"];
        let warm = plan["mode"] == "warm-transfer-experimental";
        let fallback = &plan["fallbackPlan"];
        let stays = warm && fallback["endCallEnabled"] == false;
        let lost = !matches!(
            outcome,
            TransferOutcome::Connected | TransferOutcome::NeverConfirmed
        );
        if !lost {
            self.end("assistant-forwarded-call", ending_of(outcome));
            return false;
        }
        if self.over.is_some() {
            return false;
        }
        let words = fallback["message"].as_str().unwrap_or_default().to_owned();
        if !stays {
            if warm {
                self.say_alone(&words).await;
            }
            self.end(lost_reason(outcome, warm), Ending::TransferLost);
            return false;
        }
        if let Some(last) = self.report.outcome.transfers.last_mut() {
            last.came_back = true;
        }
        let status = outcome.status().unwrap_or("failed");
        if let Some(tool) = tool {
            self.tool_result(tool, &format!("Transfer failed: {status}."));
        }
        self.status_update("in-progress", json!({})).await;
        self.say_alone(&words).await;
        words.is_empty() && tool.is_some()
    }

    /// Hooks on the end of a call, as far as their filter fits the reason.
    pub(super) async fn ending_hooks(&mut self, hooks: &Value, reason: &str) {
        for hook in hooks.as_array().into_iter().flatten() {
            let fits = hook["filters"].as_array().is_none_or(|filters| {
                filters.iter().all(|filter| {
                    let wanted = filter["oneOf"].as_array().into_iter().flatten();
                    wanted
                        .filter_map(Value::as_str)
                        .any(|part| reason.contains(part))
                })
            });
            if hook["on"] == "call.ending" && fits {
                self.run_actions(&hook["do"], reason).await;
            }
        }
    }

    /// Hooks on a caller who has been silent for so many seconds.
    pub(super) async fn silence_hooks(&mut self, second: u64) {
        let hooks = self.assistant["hooks"].clone();
        for hook in hooks.as_array().into_iter().flatten() {
            let every = hook["options"]["timeoutSeconds"]
                .as_u64()
                .unwrap_or(8)
                .max(1);
            let most = hook["options"]["triggerMaxCount"].as_u64().unwrap_or(3);
            let due = second.is_multiple_of(every) && second / every <= most;
            if hook["on"] == "customer.speech.timeout" && due && !self.stopped() {
                self.run_actions(&hook["do"], "assistant-forwarded-call")
                    .await;
            }
        }
    }

    async fn run_actions(&mut self, actions: &Value, reason: &str) {
        let one = std::slice::from_ref(actions);
        let list = actions.as_array().map_or(one, Vec::as_slice);
        for action in list {
            if self.over.is_some() {
                return;
            }
            let tool = &action["tool"];
            match action["type"].as_str() {
                Some("say") => {
                    let words = match &action["exact"] {
                        Value::Array(choices) => choices.first().and_then(Value::as_str),
                        exact => exact.as_str(),
                    };
                    let words = words.unwrap_or_default().to_owned();
                    self.say_alone(&words).await;
                }
                Some("transfer") => {
                    self.forward_without_assistant(&action["destination"], reason)
                        .await;
                }
                Some("tool") if tool["type"] == "transferCall" => {
                    self.forward_without_assistant(&tool["destinations"][0], reason)
                        .await;
                }
                Some("tool") if tool["type"] == "endCall" => {
                    self.end("assistant-ended-call", Ending::AssistantEnded);
                }
                _ => self.trouble("a hook's action is not one the simulator knows".to_owned()),
            }
        }
    }
}

fn ending_of(outcome: TransferOutcome) -> Ending {
    match outcome {
        TransferOutcome::Connected => Ending::TransferredConnected,
        TransferOutcome::NeverConfirmed => Ending::TransferredUnconfirmed,
        _ => Ending::TransferLost,
    }
}

/// The ended reason of a transfer that reached nobody and has nobody to come back to. A mailbox
/// that takes a blind transfer looks like success to the provider.
fn lost_reason(outcome: TransferOutcome, warm: bool) -> &'static str {
    match outcome {
        TransferOutcome::NoAnswer => "call.forwarding.no-answer",
        TransferOutcome::Busy => "call.forwarding.operator-busy",
        TransferOutcome::Voicemail if !warm => "assistant-forwarded-call",
        _ => "call.in-progress.error-transfer-failed",
    }
}
