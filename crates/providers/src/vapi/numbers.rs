//! The only thing we change at the provider: where a number's calls are announced and where they go when we fail.
//!
//! The provider replaces nested objects whole, and anybody may edit them in its dashboard. So the number is read, changed
//! with everything that is not ours kept, and read again; the second reading decides, not the answer to the change.

use super::{
    encode,
    fields::{WORD, at, private, text},
    voice::{Vapi, from_status, json_of, unreadable},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use voxanne_core::{
    pii::Pii,
    ports::{
        store::Integration,
        voice::{NumberCheck, NumberPlan, VoiceError},
    },
    time::Deadline,
};

/// Largest answer that is read, bytes.
const ANSWER: usize = 4 * 1024 * 1024;
/// Most numbers taken from a list.
const NUMBERS: usize = 1_000;

/// Ended reasons that mean that our answer did not come or could not be used. Two of the provider's six are left out,
/// because we cause them on purpose: a refusal, and a call sent to the clinic's own line.
const FAILURES: [&str; 4] = [
    "assistant-request-failed",
    "assistant-request-returned-unspeakable-error",
    "assistant-request-returned-invalid-assistant",
    "assistant-request-returned-no-assistant",
];

/// A number at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderNumber {
    /// The provider's id of it.
    pub provider_id: String,
    /// The number, E.164 where the provider has it so.
    pub number: Option<Pii<String>>,
    /// Its name at the provider.
    pub name: Option<String>,
    /// Who carries it (`vapi`, `twilio`, ...).
    pub carrier: Option<String>,
    /// The provider's account it belongs to.
    pub account: Option<String>,
}

impl Vapi {
    /// Numbers of the account, at most 1,000.
    pub async fn list_numbers(
        &self,
        integration: &Integration,
        by: Deadline,
    ) -> Result<Vec<ProviderNumber>, VoiceError> {
        let ask = Self::rest(integration, Method::GET, &["phone-number"])?
            .query(&[("limit", NUMBERS.to_string())]);
        let answer = self.ask(integration.org, &ask, by, ANSWER).await?;
        if !answer.status.is_success() {
            return Err(from_status(answer.status));
        }
        let body = json_of(&answer)?;
        let list = body.as_array().ok_or_else(unreadable)?;
        Ok(list.iter().filter_map(number).take(NUMBERS).collect())
    }

    /// How a number is set up now, compared with `plan`.
    pub async fn check_number(
        &self,
        integration: &Integration,
        plan: &NumberPlan,
        by: Deadline,
    ) -> Result<NumberCheck, VoiceError> {
        let current = self
            .fetch_number(integration, &plan.provider_id, by)
            .await?;
        Ok(check(&current, plan, integration))
    }

    /// Sets a number up and reads it again; what is still different is in the answer.
    pub async fn configure_number(
        &self,
        integration: &Integration,
        plan: &NumberPlan,
        by: Deadline,
    ) -> Result<NumberCheck, VoiceError> {
        let current = self
            .fetch_number(integration, &plan.provider_id, by)
            .await?;
        let ask = Self::rest(
            integration,
            Method::PATCH,
            &["phone-number", &plan.provider_id],
        )?
        .json(&patch(&current, plan, integration))
        .repeatable();
        let answer = self.ask(integration.org, &ask, by, ANSWER).await?;
        if !answer.status.is_success() {
            return Err(from_status(answer.status));
        }
        self.check_number(integration, plan, by).await
    }

    async fn fetch_number(
        &self,
        integration: &Integration,
        id: &str,
        by: Deadline,
    ) -> Result<Value, VoiceError> {
        let ask = Self::rest(integration, Method::GET, &["phone-number", id])?;
        let answer = self.ask(integration.org, &ask, by, ANSWER).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Err(VoiceError::Refused(
                "the provider does not know the number".to_owned(),
            )),
            status if status.is_success() => json_of(&answer),
            status => Err(from_status(status)),
        }
    }
}

fn number(value: &Value) -> Option<ProviderNumber> {
    Some(ProviderNumber {
        provider_id: text(value, &[&["id"]], WORD)?,
        number: private(value, &[&["number"]]),
        name: text(value, &[&["name"]], WORD),
        carrier: text(value, &[&["provider"]], WORD),
        account: text(value, &[&["orgId"]], WORD),
    })
}

/// The change: our parts whole, everything else as it is.
fn patch(current: &Value, plan: &NumberPlan, integration: &Integration) -> Value {
    // The credential that signs webhooks lives at the provider; the one that is set stays.
    let credential = text(current, &[&["server", "credentialId"]], WORD);
    let header = integration.secrets.shown_header();
    let proof = header.as_ref().map(|(name, value)| (name.as_str(), value));
    let mut hooks: Vec<Value> = current
        .get("hooks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|hook| at(hook, &["on"]).and_then(Value::as_str) != Some("call.ending"))
        .cloned()
        .collect();
    let mut out = json!({
        "server": encode::server(&plan.hook_url, credential.as_deref(), proof),
    });
    // The description of the body is a union that is told apart by this word.
    if let Some(carrier) = text(current, &[&["provider"]], WORD) {
        out["provider"] = Value::from(carrier);
    }
    for field in ["assistantId", "squadId", "workflowId"] {
        if current.get(field).is_some_and(|id| !id.is_null()) {
            out[field] = Value::Null;
        }
    }
    if let Some(number) = &plan.fallback_number {
        let to = encode::destination(number, Some(plan.failure_words.as_str()));
        hooks.push(json!({
            "on": "call.ending",
            "filters": [{"type": "oneOf", "key": "call.endedReason", "oneOf": FAILURES}],
            "do": {"type": "transfer", "destination": to},
        }));
        out["fallbackDestination"] = to;
    }
    out["hooks"] = Value::from(hooks);
    out
}

fn check(current: &Value, plan: &NumberPlan, integration: &Integration) -> NumberCheck {
    let fallback = text(current, &[&["fallbackDestination", "number"]], WORD);
    let is_set = |field: &str| current.get(field).is_some_and(|id| !id.is_null());
    NumberCheck {
        announces_here: text(current, &[&["server", "url"]], 2_048).as_deref()
            == Some(plan.hook_url.as_str()),
        asks_us: !["assistantId", "squadId", "workflowId"]
            .into_iter()
            .any(is_set),
        proves_itself: text(current, &[&["server", "credentialId"]], WORD).is_some()
            || integration
                .secrets
                .shown_header()
                .is_some_and(|(name, _)| at(current, &["server", "headers", &name]).is_some()),
        retries: at(current, &["server", "backoffPlan", "maxRetries"])
            .and_then(Value::as_u64)
            .is_some_and(|times| times > 0),
        has_fallback: match &plan.fallback_number {
            Some(number) => fallback.as_deref() == Some(number.expose().as_str()),
            None => true,
        },
    }
}

#[cfg(test)]
mod tests;
