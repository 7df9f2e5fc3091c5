//! The provider asked: control of a running call, and what it knows of calls.

use super::{control, encode, pace::Pace, recording, report};
use crate::http_client::{Answer, Ask, HttpClient, HttpError, Reach};
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat};
use reqwest::{Method, StatusCode, Url};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use voxanne_core::{
    call::{Provider, ProviderCallId, Track, message::TargetChoice},
    ids::{IntegrationId, OrgId},
    pii::Secret,
    ports::{
        store::Integration,
        voice::{
            Abilities, Accepted, CallFacts, Download, Line, NumberCheck, NumberPlan,
            RecordingError, Voice, VoiceError,
        },
    },
    safety::Approved,
    time::{Deadline, Millis},
};

/// Largest answer of the API that is read, bytes: a call carries its whole history.
const ANSWER: usize = 16 * 1024 * 1024;
/// Largest page of calls that is read, bytes.
const PAGE_BYTES: usize = 64 * 1024 * 1024;
/// Calls asked for at once.
const PAGE: usize = 100;
/// Pages walked back at most.
const PAGES: usize = 50;
/// Largest answer of live control that is read, bytes.
const CONTROL_ANSWER: usize = 64 * 1024;

const REST: &str = "vapi.rest";
const CONTROL: &str = "vapi.control";

/// Where the settings of a connection come from.
#[async_trait]
pub trait Connections: Send + Sync {
    /// The connection with its secrets; nothing when there is none, or it cannot be read now.
    async fn integration(&self, org: OrgId, id: IntegrationId) -> Option<Integration>;
}

/// The hosted voice provider.
#[derive(Clone)]
pub struct Vapi {
    pub(super) http: HttpClient,
    connections: Arc<dyn Connections>,
    pace: Pace,
}

impl std::fmt::Debug for Vapi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vapi")
    }
}

impl Vapi {
    /// The provider, reached through `http`, with the settings of `connections`.
    pub fn new(http: HttpClient, connections: Arc<dyn Connections>) -> Self {
        Self {
            http,
            connections,
            pace: Pace::default(),
        }
    }

    async fn connection(
        &self,
        org: OrgId,
        id: Option<IntegrationId>,
    ) -> Result<Integration, VoiceError> {
        let id = id.ok_or_else(|| refused("the call has no connection"))?;
        self.connections
            .integration(org, id)
            .await
            .ok_or_else(|| refused("the connection does not exist any more"))
    }

    /// A request to the API at `path`, below the connection's base address.
    pub(super) fn rest(
        integration: &Integration,
        method: Method,
        path: &[&str],
    ) -> Result<Ask, VoiceError> {
        let base = base(integration)?;
        let mut url = base.clone();
        url.path_segments_mut()
            .map_err(|()| refused("the base address cannot have a path"))?
            .pop_if_empty()
            .extend(path);
        let key = integration
            .secrets
            .api_key
            .as_ref()
            .ok_or_else(|| refused("no private key is set"))?;
        Ask::new(method, url, Reach::of_base(&base), REST)
            .of(integration.org)
            .bearer(key)
            .map_err(|error| failed(&error))
    }

    /// Asks the API at its pace.
    pub(super) async fn ask(
        &self,
        org: OrgId,
        ask: &Ask,
        by: Deadline,
        cap: usize,
    ) -> Result<Answer, VoiceError> {
        let now = self.http.now();
        let wait = self
            .pace
            .take(org, now, by.left(now))
            .ok_or(VoiceError::Late)?;
        if wait > 0 {
            // The organization's turn at the provider's request limit; one that comes after the deadline was refused above.
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        self.http
            .call(ask, by, cap)
            .await
            .map_err(|error| failed(&error))
    }

    async fn call_object(
        &self,
        integration: &Integration,
        call: &ProviderCallId,
        by: Deadline,
    ) -> Result<Option<Value>, VoiceError> {
        let ask = Self::rest(integration, Method::GET, &["call", &call.0])?;
        let answer = self.ask(integration.org, &ask, by, ANSWER).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => json_of(&answer).map(Some),
            status => Err(from_status(status)),
        }
    }

    /// Sends a control message; the address comes from the line, else from the API.
    async fn control(
        &self,
        line: &Line,
        body: &Value,
        by: Deadline,
    ) -> Result<Accepted, VoiceError> {
        let integration = self.connection(line.org, line.integration).await?;
        let base = base(&integration)?;
        let address = match &line.control {
            Some(address) => address.clone(),
            None => {
                self.find_control(&integration, &line.provider_call_id, by)
                    .await?
            }
        };
        let url = control::allowed(&base, address.expose()).map_err(|error| failed(&error))?;
        let mut ask = Ask::new(Method::POST, url, Reach::of_base(&base), CONTROL)
            .of(line.org)
            .json(body);
        if let Some(key) = &integration.secrets.public_key {
            ask = ask.bearer(key).map_err(|error| failed(&error))?;
        }
        let answer = self
            .http
            .call(&ask, by, CONTROL_ANSWER)
            .await
            .map_err(|error| failed(&error))?;
        match answer.status {
            status if status.is_success() => Ok(Accepted::by_provider()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(VoiceError::Gone),
            status => Err(from_status(status)),
        }
    }

    async fn find_control(
        &self,
        integration: &Integration,
        call: &ProviderCallId,
        by: Deadline,
    ) -> Result<Secret, VoiceError> {
        let found = self.call_object(integration, call, by).await?;
        let facts = found
            .as_ref()
            .and_then(report::facts)
            .ok_or(VoiceError::Gone)?;
        if facts.ended {
            return Err(VoiceError::Gone);
        }
        facts
            .seen
            .control
            .ok_or_else(|| refused("the call cannot be controlled (yet)"))
    }
}

#[async_trait]
impl Voice for Vapi {
    fn provider(&self) -> Provider {
        Provider::Vapi
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            warm_transfer: true,
            confirms_human: true,
            recordings: true,
            partials: true,
        }
    }

    fn resting(&self) -> BTreeMap<&'static str, u64> {
        self.http.resting()
    }

    async fn say(
        &self,
        line: &Line,
        words: &Approved,
        then_end: bool,
        by: Deadline,
    ) -> Result<Accepted, VoiceError> {
        let body =
            json!({"type": "say", "content": words.as_str(), "endCallAfterSpoken": then_end});
        self.control(line, &body, by).await
    }

    async fn transfer(
        &self,
        line: &Line,
        to: &TargetChoice,
        announce: &Approved,
        by: Deadline,
    ) -> Result<Accepted, VoiceError> {
        if to.number.expose().is_empty() {
            return Err(refused("the target has no number to dial"));
        }
        let mut destination = encode::destination(&to.number, None);
        destination["transferPlan"] = encode::transfer_plan(None);
        let body = json!({
            "type": "transfer", "destination": destination, "content": announce.as_str(),
        });
        self.control(line, &body, by).await
    }

    async fn end(&self, line: &Line, by: Deadline) -> Result<Accepted, VoiceError> {
        self.control(line, &json!({"type": "end-call"}), by).await
    }

    async fn lookup(
        &self,
        org: OrgId,
        integration: IntegrationId,
        call: &ProviderCallId,
        by: Deadline,
    ) -> Result<Option<CallFacts>, VoiceError> {
        let integration = self.connection(org, Some(integration)).await?;
        let found = self.call_object(&integration, call, by).await?;
        Ok(found.as_ref().and_then(report::facts))
    }

    async fn list(
        &self,
        org: OrgId,
        integration: IntegrationId,
        since: Millis,
        by: Deadline,
    ) -> Result<Vec<CallFacts>, VoiceError> {
        let integration = self.connection(org, Some(integration)).await?;
        let mut before: Option<Millis> = None;
        let mut oldest: Vec<CallFacts> = Vec::new();
        // The API gives the newest first; whoever wants the oldest walks back to where the interval begins.
        for _ in 0..PAGES {
            let mut ask = Self::rest(&integration, Method::GET, &["call"])?;
            let mut query = vec![("limit", PAGE.to_string()), ("createdAtGe", iso(since))];
            if let Some(before) = before {
                query.push(("createdAtLt", iso(before)));
            }
            ask = ask.query(&query);
            let answer = self.ask(org, &ask, by, PAGE_BYTES).await?;
            if !answer.status.is_success() {
                return Err(from_status(answer.status));
            }
            let page = json_of(&answer)?;
            let calls = page.as_array().ok_or_else(unreadable)?;
            let facts: Vec<CallFacts> = calls.iter().filter_map(report::facts).collect();
            let earliest = facts.iter().map(|facts| facts.started_at).min();
            oldest.extend(facts);
            oldest.sort_by_key(|facts| facts.started_at);
            oldest.dedup_by(|a, b| a.call == b.call);
            oldest.truncate(PAGE);
            match earliest {
                Some(at) if calls.len() >= PAGE && before.is_none_or(|before| at < before) => {
                    before = Some(at);
                }
                _ => return Ok(oldest),
            }
        }
        Err(refused(
            "there are too many calls in the interval asked for",
        ))
    }

    async fn number(
        &self,
        org: OrgId,
        integration: IntegrationId,
        plan: &NumberPlan,
        repair: bool,
        by: Deadline,
    ) -> Result<NumberCheck, VoiceError> {
        let integration = self.connection(org, Some(integration)).await?;
        let check = self.check_number(&integration, plan, by).await?;
        if check.is_right() || !repair {
            return Ok(check);
        }
        self.configure_number(&integration, plan, by).await
    }

    async fn recording(
        &self,
        line: &Line,
        track: Track,
        from: u64,
        etag: Option<&str>,
    ) -> Result<Download, RecordingError> {
        let integration = self
            .connection(line.org, line.integration)
            .await
            .map_err(|error| recording::from_voice(&error))?;
        let path = match track {
            Track::Mono => "mono-recording",
            Track::Stereo => "stereo-recording",
        };
        let ask = Self::rest(
            &integration,
            Method::GET,
            &["call", &line.provider_call_id.0, path],
        )
        .map_err(|error| recording::from_voice(&error))?;
        let reach = base(&integration)
            .map(|base| Reach::of_base(&base))
            .map_err(|error| recording::from_voice(&error))?;
        recording::download(&self.http, &ask, reach, from, etag).await
    }
}

fn iso(at: Millis) -> String {
    DateTime::from_timestamp_millis(at.0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn base(integration: &Integration) -> Result<Url, VoiceError> {
    Url::parse(&integration.base_url).map_err(|_| refused("the base address is not an address"))
}

pub(super) fn refused(why: &str) -> VoiceError {
    VoiceError::Refused(why.to_owned())
}

pub(super) fn unreadable() -> VoiceError {
    refused("the answer could not be read")
}

pub(super) fn json_of(answer: &Answer) -> Result<Value, VoiceError> {
    serde_json::from_slice(&answer.body).map_err(|_| unreadable())
}

/// A status that is no success. The body is not quoted: it may repeat what was sent.
pub(super) fn from_status(status: StatusCode) -> VoiceError {
    match status.as_u16() {
        401 | 403 => refused("the key is not accepted"),
        429 => VoiceError::Unreachable {
            certainly_not_done: true,
            why: "the provider's limit of requests is reached".to_owned(),
        },
        408 | 500.. => VoiceError::Unreachable {
            certainly_not_done: false,
            why: format!("the provider answered {}", status.as_u16()),
        },
        code => refused(&format!("the provider answered {code}")),
    }
}

pub(super) fn failed(error: &HttpError) -> VoiceError {
    match error {
        HttpError::Late { .. } => VoiceError::Late,
        HttpError::Forbidden(_) | HttpError::TooLarge | HttpError::Setup(_) => {
            refused(&error.to_string())
        }
        HttpError::Resting => VoiceError::Unreachable {
            certainly_not_done: true,
            why: error.to_string(),
        },
        HttpError::Unreachable {
            certainly_not_done,
            why,
        } => VoiceError::Unreachable {
            certainly_not_done: *certainly_not_done,
            why: (*why).to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
