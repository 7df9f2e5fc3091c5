//! The events of a call and the snapshots they carry.

use serde_json::{Map, Value, json};

use super::Call;
use crate::signing::url_tag;
use crate::state::lock;
use crate::webhook::Target;
use crate::world::iso;

/// What is sent when an assistant names no list of its own.
const DEFAULT_MESSAGES: [&str; 11] = [
    "conversation-update",
    "end-of-call-report",
    "function-call",
    "hang",
    "speech-update",
    "status-update",
    "tool-calls",
    "transfer-destination-request",
    "handoff-destination-request",
    "user-interrupted",
    "assistant.started",
];

/// How every carrier secret begins that the simulator puts into a number's record: whoever finds
/// it in a log or a database has found a leak.
pub const CARRIER_SECRET_PREFIX: &str = "twilio-secret-";

const FINAL_ONLY: &str = "transcript[transcriptType=\"final\"]";

/// The carrier's secrets as they stand in the record of an imported number.
pub(super) fn with_secrets(mut number: Value, seed: u64) -> Value {
    let token = url_tag("carrier", &seed.to_string());
    number["provider"] = json!("twilio");
    number["twilioAccountSid"] = json!(format!("AC{}", &token[..32]));
    number["twilioAuthToken"] = json!(format!("{CARRIER_SECRET_PREFIX}{}", &token[32..]));
    number
}

impl Call {
    /// The call as it is written into messages and REST answers. `truthful` is for the REST API;
    /// in messages the status can be stale.
    pub(super) fn snapshot(&self, truthful: bool) -> Value {
        let stale = self.stale_status && !truthful;
        let mut call = json!({
            "id": self.id,
            "orgId": self.world.config.org_id,
            "type": "inboundPhoneCall",
            "status": if stale { "ringing" } else { self.status },
            "createdAt": iso(self.clock.base_ms),
            "updatedAt": iso(self.clock.now()),
            "phoneCallProvider": "twilio",
            "phoneCallProviderId": format!("CA{}", self.id.replace('-', "")),
            "phoneCallTransport": "pstn",
            "phoneNumberId": self.request.number_id,
            "assistantId": null,
            "customer": self.customer(),
        });
        if let Some(started) = self.started_ms {
            call["startedAt"] = json!(iso(started));
            call["monitor"] = self.monitor();
        }
        if truthful && let Some((reason, _)) = self.over.as_ref().filter(|_| self.status == "ended")
        {
            call["endedReason"] = json!(reason);
            call["endedAt"] = json!(iso(self.clock.now()));
        }
        call
    }

    fn monitor(&self) -> Value {
        let base = &self.world.base_url;
        let sockets = base.replacen("http", "ws", 1);
        json!({
            "controlUrl": format!("{base}/live/{}/control", self.id),
            "listenUrl": format!("{sockets}/live/{}/transport", self.id),
        })
    }

    /// A withheld number arrives as a customer without one.
    pub(super) fn customer(&self) -> Value {
        match &self.request.caller {
            Some(number) => json!({ "number": number }),
            None => json!({}),
        }
    }

    pub(super) fn refresh_view(&self) {
        let view = self.snapshot(true);
        if let Some(record) = lock(&self.world.calls).get_mut(&self.id) {
            record.view = view;
        }
    }

    /// A message with the common fields; `fields` are written over them.
    pub(super) fn message(&mut self, kind: &str, fields: Value) -> Value {
        let at = self.clock.stamp();
        let timestamp = if self.iso_timestamps {
            json!(iso(at))
        } else {
            json!(at)
        };
        let mut message = json!({
            "type": kind,
            "timestamp": timestamp,
            "call": self.snapshot(false),
            "phoneNumber": self.number,
            "customer": self.customer(),
        });
        if kind == "assistant-request" {
            message["call"]["status"] = json!("ringing");
        }
        if matches!(kind, "status-update" | "end-of-call-report" | "tool-calls")
            && self.assistant.is_object()
        {
            message["assistant"] = self.assistant.clone();
        }
        if let (Value::Object(message), Value::Object(fields)) = (&mut message, fields) {
            message.extend::<Map<String, Value>>(fields);
        }
        message
    }

    /// Whether the assistant asked for this type. Without an assistant only the ends are sent.
    pub(super) fn listed(&self, kind: &str) -> bool {
        if !self.assistant.is_object() {
            return matches!(kind, "status-update" | "end-of-call-report");
        }
        match self.assistant["serverMessages"].as_array() {
            Some(list) => list.iter().any(|listed| listed == kind),
            None => DEFAULT_MESSAGES.contains(&kind),
        }
    }

    /// Where events of this call go: the assistant's server, else the number's.
    pub(super) fn destination(&self) -> Option<Target> {
        self.target.clone().or_else(|| self.number_target())
    }

    pub(super) fn number_target(&self) -> Option<Target> {
        Target::read(&self.number["server"], &self.number_auth())
    }

    pub(super) fn number_auth(&self) -> crate::config::WebhookAuth {
        lock(&self.world.number_auth)
            .get(&self.request.number_id)
            .unwrap_or(&self.world.config.webhook_auth)
            .clone()
    }

    /// Sends an informational event if it is wanted.
    pub(super) async fn emit(&mut self, kind: &str, fields: Value) {
        if !self.listed(kind) {
            return;
        }
        let Some(target) = self.destination() else {
            return;
        };
        let message = self.message(kind, fields);
        self.outbox.push(kind, message, &target).await;
    }

    pub(super) async fn status_update(&mut self, status: &'static str, fields: Value) {
        self.status = status;
        self.refresh_view();
        let mut all = json!({ "status": status });
        if let (Value::Object(all), Value::Object(fields)) = (&mut all, fields) {
            all.extend(fields);
        }
        self.emit("status-update", all).await;
    }

    /// A transcript, in the form the assistant asked for.
    pub(super) async fn transcript(&mut self, role: &str, last: bool, text: &str) {
        let kind = if self.listed("transcript") {
            "transcript"
        } else if last && self.listed(FINAL_ONLY) {
            FINAL_ONLY
        } else {
            return;
        };
        let fields = json!({
            "role": role,
            "transcriptType": if last { "final" } else { "partial" },
            "transcript": text,
        });
        let Some(target) = self.destination() else {
            return;
        };
        let message = self.message(kind, fields);
        self.outbox.push(kind, message, &target).await;
    }

    pub(super) async fn speech_update(&mut self, status: &str, role: &str) {
        let fields = json!({ "status": status, "role": role, "turn": self.turn });
        self.emit("speech-update", fields).await;
    }

    pub(super) async fn conversation_update(&mut self) {
        if self.listed("conversation-update") {
            let fields = json!({
                "messages": self.log,
                "messagesOpenAIFormatted": self.history,
            });
            self.emit("conversation-update", fields).await;
        }
    }

    /// The conversation as the legacy text form has it.
    pub(super) fn plain_transcript(&self) -> String {
        self.log
            .iter()
            .filter_map(|entry| {
                let who = match entry["role"].as_str()? {
                    "bot" => "AI",
                    "user" => "User",
                    _ => return None,
                };
                Some(format!("{who}: {}\n", entry["message"].as_str()?))
            })
            .collect()
    }
}
