//! The ring: asking the server who answers, and what happens when it does not say.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Call;
use crate::report::Ending;
use crate::rest::validate;
use crate::state::lock;
use crate::webhook::Target;

/// Fixed limit of the assistant request, not configurable.
const ANSWER_WITHIN: Duration = Duration::from_millis(7_500);

/// Who answers.
enum Answered {
    Assistant(Value),
    Forward(Value),
    Spoken(String),
    Nobody(&'static str),
}

impl Call {
    pub(super) async fn begin(&mut self) {
        match self.who_answers().await {
            Answered::Assistant(assistant) => {
                self.adopt(assistant);
                self.status_update("ringing", json!({})).await;
                self.pass(500).await;
                self.converse().await;
            }
            Answered::Forward(destination) => {
                self.started_ms = Some(self.clock.now());
                let reason = "assistant-request-returned-forwarding-phone-number";
                self.forward_without_assistant(&destination, reason).await;
            }
            Answered::Spoken(text) => {
                self.started_ms = Some(self.clock.now());
                self.say_alone(&text).await;
                self.end("assistant-request-returned-error", Ending::Failed);
            }
            Answered::Nobody(reason) => self.fall_back(reason).await,
        }
    }

    async fn who_answers(&mut self) -> Answered {
        if let Some(id) = self.number["assistantId"].as_str().map(str::to_owned) {
            return self.stored(&id, &Value::Null);
        }
        let Some(mut target) = self.number_target() else {
            self.trouble("the number has no server URL".to_owned());
            return Answered::Nobody("assistant-request-failed");
        };
        target.timeout = ANSWER_WITHIN;
        let message = self.message("assistant-request", json!({}));
        let asked = Instant::now();
        let question = self
            .outbox
            .ask("assistant-request", &message, &target, false);
        // One limit for everything, a repetition after a cut connection included.
        let answer = tokio::time::timeout(ANSWER_WITHIN, question).await;
        self.spent(asked.elapsed());
        let body = match answer {
            Ok(answer) if answer.accepted() => serde_json::from_slice(&answer.body),
            Ok(_) | Err(_) => return Answered::Nobody("assistant-request-failed"),
        };
        match body {
            Ok(body) => self.read_answer(&body),
            Err(error) => {
                self.trouble(format!(
                    "the answer to assistant-request is not JSON: {error}"
                ));
                Answered::Nobody("assistant-request-failed")
            }
        }
    }

    /// The provider's precedence: error, destination, stored assistant, transient assistant.
    fn read_answer(&mut self, body: &Value) -> Answered {
        match &body["error"] {
            Value::Null => {}
            Value::String(text) => return Answered::Spoken(text.clone()),
            _ => return Answered::Nobody("assistant-request-returned-unspeakable-error"),
        }
        if body["destination"].is_object() {
            return Answered::Forward(body["destination"].clone());
        }
        if let Some(id) = body["assistantId"].as_str() {
            return self.stored(id, &body["assistantOverrides"]);
        }
        if body["assistant"].is_object() {
            return self.checked(body["assistant"].clone(), &body["assistantOverrides"]);
        }
        Answered::Nobody("assistant-request-returned-no-assistant")
    }

    fn stored(&mut self, id: &str, overrides: &Value) -> Answered {
        match self.world.object("assistant", id) {
            Some(assistant) => self.checked(assistant, overrides),
            None => Answered::Nobody("assistant-request-returned-invalid-assistant"),
        }
    }

    /// Applies overrides (whole fields, nothing merged) and checks the result as the API would.
    fn checked(&mut self, mut assistant: Value, overrides: &Value) -> Answered {
        for (key, value) in overrides.as_object().into_iter().flatten() {
            assistant[key.as_str()] = value.clone();
        }
        let known = lock(&self.world.known_properties).clone();
        let mut wrong = validate::assistant(&assistant, &known);
        if assistant["model"]["provider"] != "custom-llm" {
            wrong.push("model.provider must be custom-llm to be simulated".to_owned());
        }
        if wrong.is_empty() {
            return Answered::Assistant(assistant);
        }
        self.report.errors.extend(wrong);
        Answered::Nobody("assistant-request-returned-invalid-assistant")
    }

    fn adopt(&mut self, assistant: Value) {
        self.target = Target::read(&assistant["server"], &self.number_auth());
        let guarded = assistant["monitorPlan"]["controlAuthenticationEnabled"] == true;
        if let Some(live) = lock(&self.world.live).get_mut(&self.id) {
            live.guarded = guarded;
        }
        let system = assistant["model"]["messages"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        self.history.extend(system);
        self.assistant = assistant;
    }

    /// No assistant: the number's fallback line, else its hooks, else the caller is hung up on.
    async fn fall_back(&mut self, reason: &'static str) {
        if self.number["fallbackDestination"].is_object() {
            let destination = self.number["fallbackDestination"].clone();
            self.started_ms = Some(self.clock.now());
            return self.forward_without_assistant(&destination, reason).await;
        }
        let hooks = self.number["hooks"].clone();
        if hooks.is_array() {
            self.started_ms = Some(self.clock.now());
            self.ending_hooks(&hooks, reason).await;
        }
        self.end(reason, Ending::Failed);
    }
}
