//! A local stand-in for the hosted voice provider, and its callers.
//!
//! It serves the provider's REST API, sends its webhooks, asks the custom model endpoint as the
//! provider does, keeps recordings behind signed URLs, and places calls by script. It shares no
//! code with the adapter it is used against: whatever both would get wrong alike would never show.

mod audio;
mod config;
mod control;
mod delivery;
mod engine;
mod faults;
mod llm;
mod report;
mod rest;
mod script;
pub mod scripts;
mod signing;
mod state;
mod webhook;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use audio::Track;
pub use config::{CallRequest, HmacAlgorithm, HmacPlan, NumberSetup, SimConfig, WebhookAuth};
pub use engine::CARRIER_SECRET_PREFIX;
pub use faults::{FaultProfile, UnknownProfile};
pub use report::{
    CallOutcome, CallReport, Ending, FileReport, RecordingReport, TransferReport, TurnReport,
};
pub use script::{Expect, Script, TransferOutcome, Utterance};
pub use state::{SeenRequest, SentEvent};

use rest::faults::RestFaults;
use state::{Bucket, World, lock};

/// A running simulated provider.
pub struct Simulator {
    world: Arc<World>,
    stop: CancellationToken,
    servers: [JoinHandle<std::io::Result<()>>; 2],
}

impl Simulator {
    /// Starts serving; fails when the address cannot be had.
    pub async fn start(config: SimConfig) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let store = TcpListener::bind((config.listen.ip(), 0))
            .await
            .context("cannot listen for the recording store")?;
        let store_url = format!("http://{}", store.local_addr()?);
        let http = world::http_client().context("cannot make an HTTP client")?;
        let world = Arc::new(World::new(config, base_url, store_url, http));
        let stop = CancellationToken::new();
        let serve = |listener, router: axum::Router| {
            let stopped = stop.clone().cancelled_owned();
            tokio::spawn(async move {
                axum::serve(listener, router)
                    .with_graceful_shutdown(stopped)
                    .await
            })
        };
        let servers = [
            serve(listener, rest::router(Arc::clone(&world))),
            serve(store, rest::store(Arc::clone(&world))),
        ];
        Ok(Self {
            world,
            stop,
            servers,
        })
    }

    /// Base URL of the REST API, without a slash at its end.
    pub fn base_url(&self) -> String {
        self.world.base_url.clone()
    }

    /// Adds or replaces a phone number.
    pub fn register_number(&self, setup: NumberSetup) {
        let mut number = json!({
            "provider": "vapi",
            "number": setup.number,
            "name": "Front desk",
            "status": "active",
            "server": { "url": setup.server_url },
        });
        if let Some(line) = &setup.fallback {
            number["fallbackDestination"] = json!({ "type": "number", "number": line });
        }
        rest::objects::insert(&self.world, "phone-number", &setup.id, number);
        let mut auth = lock(&self.world.number_auth);
        match setup.auth {
            Some(own) => auth.insert(setup.id, own),
            None => auth.remove(&setup.id),
        };
    }

    /// Runs one call to its end and to the last delivery of its webhooks. Fails only for a number
    /// that was never registered; whatever goes wrong in the call is in the report.
    pub async fn place_call(&self, request: CallRequest) -> anyhow::Result<CallReport> {
        engine::place(&self.world, request).await
    }

    /// The last webhooks sent, oldest first, with their exact bodies.
    pub fn sent_log(&self) -> Vec<SentEvent> {
        lock(&self.world.sent).iter().cloned().collect()
    }

    /// The last REST requests received, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        lock(&self.world.seen).iter().cloned().collect()
    }

    /// All faults so far, by kind, those of downloads after the calls included.
    pub fn faults_injected(&self) -> BTreeMap<String, u64> {
        self.world.faults.all()
    }

    /// The bytes of a recording, made anew; `None` for a call without one.
    pub fn recording(&self, call_id: &str, track: Track) -> Option<Vec<u8>> {
        let plan = lock(&self.world.calls).get(call_id)?.recording.clone()?;
        Some(plan.wav(track))
    }

    /// Calls running now.
    pub fn active_calls(&self) -> usize {
        lock(&self.world.live).len()
    }

    /// Requests per second the REST API takes, and how many at once; 50 and 100 at the start.
    pub fn set_rate_limit(&self, per_second: f64, burst: f64) {
        *lock(&self.world.bucket) = Bucket {
            per_second,
            burst,
            tokens: burst,
            filled: Instant::now(),
        };
    }

    /// REST faults of requests that belong to no call, such as lists and phone numbers.
    pub fn set_rest_faults(&self, profile: &FaultProfile, seed: u64) {
        *lock(&self.world.rest_faults) =
            RestFaults::counted(profile, seed, self.world.faults.below());
    }

    /// Sets which properties an object may have (`assistant`, `model`, `server`, `backoffPlan`,
    /// `monitorPlan`); any other is answered with 400. An empty list switches the check off.
    pub fn set_known_properties(&self, object: &str, names: &[&str]) {
        let mut known = lock(&self.world.known_properties);
        if names.is_empty() {
            known.remove(object);
        } else {
            known.insert(
                object.to_owned(),
                names.iter().map(|name| (*name).to_owned()).collect(),
            );
        }
    }

    /// Stops serving and waits for open requests.
    pub async fn shutdown(self) {
        self.stop.cancel();
        for server in self.servers {
            if let Ok(Err(error)) = server.await {
                tracing::warn!(%error, "the simulator's server ended badly");
            }
        }
    }
}
