//! What all parts of one simulator share: objects, running calls, counters, the token bucket.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::audio::RecordingPlan;
use crate::config::{SimConfig, WebhookAuth};
use crate::control::Command;
use crate::faults::{FaultCount, FaultProfile};
use crate::rest::faults::RestFaults;
use crate::signing::url_tag;
use crate::world::{iso, now_ms};

const KEPT_CALLS: usize = 5_000;
const KEPT_SENT: usize = 8_192;
const KEPT_REQUESTS: usize = 1_024;

/// One attempt to deliver a webhook.
#[derive(Clone, Debug, Serialize)]
pub struct SentEvent {
    /// Call it belongs to.
    pub call_id: String,
    /// `message.type`.
    pub kind: String,
    /// Exact body.
    pub body: String,
    /// 0 for the first attempt.
    pub attempt: u32,
    /// Status of the answer; `None` when the connection was cut or no answer came.
    pub status: Option<u16>,
    /// Real time of the attempt, in milliseconds since 1970.
    pub at_ms: i64,
}

/// One request the REST API received.
#[derive(Clone, Debug, Serialize)]
pub struct SeenRequest {
    /// Method.
    pub method: String,
    /// Path with query, as it was on the wire.
    pub path: String,
    /// JSON body, or null.
    pub body: Value,
    /// Status of the answer.
    pub status: u16,
}

/// A call as the REST API knows it.
pub(crate) struct CallRecord {
    pub(crate) view: Value,
    pub(crate) recording: Option<Arc<RecordingPlan>>,
    /// Real time from which downloads work.
    pub(crate) ready_at_ms: Option<i64>,
    pub(crate) log: String,
    pub(crate) faults: RestFaults,
}

/// Requests per second the REST API takes.
pub(crate) struct Bucket {
    pub(crate) per_second: f64,
    pub(crate) burst: f64,
    pub(crate) tokens: f64,
    pub(crate) filled: Instant,
}

impl Bucket {
    /// Takes one token, or says how many seconds to wait.
    pub(crate) fn take(&mut self, now: Instant) -> Result<(), u64> {
        let gained = now.saturating_duration_since(self.filled).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.filled = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(((1.0 - self.tokens) / self.per_second.max(0.001)).ceil() as u64)
    }
}

/// A registered number's own way to authenticate its webhooks.
pub(crate) type NumberAuth = HashMap<String, WebhookAuth>;

pub(crate) struct World {
    pub(crate) config: SimConfig,
    pub(crate) base_url: String,
    /// Base of the recording store, an origin of its own: a client that carries its key along a
    /// redirect shows itself.
    pub(crate) store_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) objects: Mutex<BTreeMap<&'static str, Vec<Value>>>,
    pub(crate) number_auth: Mutex<NumberAuth>,
    pub(crate) known_properties: Mutex<BTreeMap<String, Vec<String>>>,
    pub(crate) calls: Mutex<BTreeMap<String, CallRecord>>,
    pub(crate) call_order: Mutex<VecDeque<String>>,
    pub(crate) live: Mutex<HashMap<String, LiveCall>>,
    pub(crate) bucket: Mutex<Bucket>,
    pub(crate) rest_faults: Mutex<RestFaults>,
    pub(crate) faults: FaultCount,
    pub(crate) sent: Mutex<VecDeque<SentEvent>>,
    pub(crate) seen: Mutex<VecDeque<SeenRequest>>,
    pub(crate) oauth: Mutex<HashMap<String, (String, i64)>>,
    pub(crate) url_key: String,
}

/// How a running call is reached from outside.
#[derive(Clone)]
pub(crate) struct LiveCall {
    pub(crate) commands: mpsc::Sender<Command>,
    /// Whether its assistant asked for authenticated monitor URLs.
    pub(crate) guarded: bool,
}

/// A lock whose poisoning changes nothing: the data are counters and records.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(
        config: SimConfig,
        base_url: String,
        store_url: String,
        http: reqwest::Client,
    ) -> Self {
        Self {
            url_key: crate::world::fresh_id(),
            rest_faults: Mutex::new(RestFaults::new(&FaultProfile::none(), config.seed)),
            config,
            base_url,
            store_url,
            http,
            objects: Mutex::default(),
            number_auth: Mutex::default(),
            known_properties: Mutex::new(crate::rest::validate::known_properties()),
            calls: Mutex::default(),
            call_order: Mutex::default(),
            live: Mutex::default(),
            bucket: Mutex::new(Bucket {
                per_second: 50.0,
                burst: 100.0,
                tokens: 100.0,
                filled: Instant::now(),
            }),
            faults: FaultCount::default(),
            sent: Mutex::default(),
            seen: Mutex::default(),
            oauth: Mutex::default(),
        }
    }

    /// Real time that this much call time takes.
    pub(crate) fn scaled(&self, call_ms: u64) -> Duration {
        Duration::from_secs_f64(call_ms as f64 / 1000.0 / self.config.time_scale.max(0.001))
    }

    pub(crate) fn object(&self, kind: &'static str, id: &str) -> Option<Value> {
        lock(&self.objects)
            .get(kind)?
            .iter()
            .find(|object| object["id"] == id)
            .cloned()
    }

    pub(crate) fn put_call(&self, id: &str, record: CallRecord) {
        let mut order = lock(&self.call_order);
        let mut calls = lock(&self.calls);
        if calls.insert(id.to_owned(), record).is_none() {
            order.push_back(id.to_owned());
        }
        while order.len() > KEPT_CALLS {
            if let Some(oldest) = order.pop_front() {
                calls.remove(&oldest);
            }
        }
    }

    pub(crate) fn note_sent(&self, event: SentEvent) {
        keep(&mut lock(&self.sent), event, KEPT_SENT);
    }

    pub(crate) fn note_seen(&self, request: SeenRequest) {
        keep(&mut lock(&self.seen), request, KEPT_REQUESTS);
    }

    /// A signed download URL, valid from now for the configured time, never the same twice.
    pub(crate) fn signed_url(&self, call: &str, file: &str) -> String {
        let expires = now_ms() + self.config.presign_ttl.as_millis() as i64;
        let nonce = format!("{:08x}", rand::random::<u32>());
        let tag = url_tag(&self.url_key, &format!("{call}/{file}/{expires}/{nonce}"));
        format!(
            "{}/storage/{call}/{file}?expires={expires}&nonce={nonce}&signature={tag}",
            self.store_url
        )
    }

    /// Writes fresh signed URLs into an artifact that has a recording.
    pub(crate) fn sign_artifact(&self, call: &str, artifact: &mut Value) {
        if artifact.get("recordingUrl").is_none() {
            return;
        }
        let expires = now_ms() + self.config.presign_ttl.as_millis() as i64;
        for (key, file) in [
            ("presignedMonoUrl", "mono.wav"),
            ("presignedStereoUrl", "stereo.wav"),
            ("presignedCustomerUrl", "customer.wav"),
            ("presignedAssistantUrl", "assistant.wav"),
            ("presignedLogUrl", "log.jsonl"),
        ] {
            artifact[key] = json!(self.signed_url(call, file));
        }
        artifact["presignedUrlsExpiresAt"] = json!(iso(expires));
    }
}

fn keep<T>(list: &mut VecDeque<T>, item: T, most: usize) {
    if list.len() >= most {
        list.pop_front();
    }
    list.push_back(item);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_refuses_when_empty_and_fills_with_time() {
        let start = Instant::now();
        let mut bucket = Bucket {
            per_second: 2.0,
            burst: 2.0,
            tokens: 2.0,
            filled: start,
        };
        assert!(bucket.take(start).is_ok() && bucket.take(start).is_ok());
        assert_eq!(bucket.take(start), Err(1));
        assert!(bucket.take(start + Duration::from_millis(600)).is_ok());
    }
}
