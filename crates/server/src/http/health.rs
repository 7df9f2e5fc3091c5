//! Whether the process lives, is ready, and which parts are degraded, each in words.

use super::Shared;
use crate::config::key_ring;
use axum::{
    Json, Router,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use std::{
    net::SocketAddr,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use voxanne_core::{jobs::JobPayload, ports::embedder::Urgency, seal::MasterRing, time::Millis};

/// How long a result is shown again, so that probes cannot load the database.
const FRESH: Duration = Duration::from_secs(2);
/// How long a single check may take.
const CHECK: Duration = Duration::from_secs(3);
/// An open job older than this is said aloud, ms.
const LAG_MS: i64 = 300_000;

/// One part of the system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Which part.
    pub name: String,
    /// It does what is necessary.
    pub ok: bool,
    /// It works, but not as well as it should.
    pub degraded: bool,
    /// In plain words.
    pub words: String,
}

impl Check {
    fn good(name: &str, words: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            ok: true,
            degraded: false,
            words: words.into(),
        }
    }

    fn degraded(name: &str, words: impl Into<String>) -> Self {
        Self {
            degraded: true,
            ..Self::good(name, words)
        }
    }

    fn failed(name: &str, words: impl Into<String>) -> Self {
        Self {
            ok: false,
            degraded: true,
            ..Self::good(name, words)
        }
    }
}

/// The last results.
#[derive(Debug, Default)]
pub struct Health(Mutex<Option<(Instant, Vec<Check>)>>);

/// All checks, at most two seconds old.
pub async fn checks(state: &Shared) -> Vec<Check> {
    let mut last = state.health.0.lock().await;
    if let Some((at, checks)) = &*last
        && at.elapsed() < FRESH
    {
        return checks.clone();
    }
    let (database, storage, jobs, models) =
        tokio::join!(database(state), storage(state), jobs(state), models(state));
    let checks = vec![
        database,
        storage,
        jobs,
        ring(state),
        live(state),
        models,
        language(state),
        provider(state),
    ];
    let ready = checks.iter().all(|c| c.ok);
    metrics::gauge!("voxanne_ready").set(if ready { 1.0 } else { 0.0 });
    *last = Some((Instant::now(), checks.clone()));
    checks
}

async fn database(state: &Shared) -> Check {
    let engine = match state.app.store.engine() {
        "sqlite" => "SQLite",
        "postgres" => "PostgreSQL",
        other => other,
    };
    match tokio::time::timeout(CHECK, state.app.store.system().check()).await {
        Ok(Ok(())) => Check::good(
            "database",
            format!("{engine} takes writes, its tables are this version's"),
        ),
        Ok(Err(error)) => {
            tracing::warn!(%error, "health.database");
            Check::failed(
                "database",
                format!("{engine} takes no writes now: nothing new is recorded"),
            )
        }
        Err(_) => Check::failed("database", format!("{engine} does not answer")),
    }
}

async fn storage(state: &Shared) -> Check {
    match tokio::time::timeout(CHECK, state.app.blobs.check()).await {
        Ok(Ok(())) => Check::good("storage", "Recordings and documents can be stored"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "health.storage");
            Check::failed(
                "storage",
                format!("Recordings and documents cannot be stored: {error}"),
            )
        }
        Err(_) => Check::failed("storage", "The storage does not answer"),
    }
}

async fn jobs(state: &Shared) -> Check {
    let counts = tokio::time::timeout(CHECK, state.app.store.system().all_job_counts()).await;
    let Ok(Ok(counts)) = counts else {
        return Check::degraded("jobs", "Background work cannot be counted now");
    };
    let (mut open, mut dead, mut oldest) = (0, 0, None::<Millis>);
    for kind in JobPayload::KINDS {
        // A kind without rows has none: it must not keep showing what it had.
        metrics::gauge!("voxanne_jobs_open", "kind" => kind).set(0.0);
        metrics::gauge!("voxanne_jobs_dead", "kind" => kind).set(0.0);
    }
    for count in &counts {
        metrics::gauge!("voxanne_jobs_open", "kind" => count.kind.clone()).set(count.open as f64);
        metrics::gauge!("voxanne_jobs_dead", "kind" => count.kind.clone()).set(count.dead as f64);
        open += count.open;
        dead += count.dead;
        oldest = match (oldest, count.oldest) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let late = oldest.map_or(0, |at| state.app.now().since(at));
    if late > LAG_MS {
        Check::degraded(
            "jobs",
            format!("Background work is {} minutes behind", late / 60_000),
        )
    } else if dead > 0 {
        Check::degraded(
            "jobs",
            format!("{dead} jobs gave up and wait for a person: see System"),
        )
    } else {
        Check::good("jobs", format!("{open} jobs open, none late"))
    }
}

fn ring(state: &Shared) -> Check {
    let path = &state.config.key_ring;
    let same = std::fs::read_to_string(path)
        .ok()
        .and_then(|text| MasterRing::parse(&text).ok())
        .is_some_and(|ring| ring.fingerprint() == state.app.ring.fingerprint());
    if !same {
        // The keys are in memory: everything works until the next start, which would fail.
        Check::degraded(
            "key_ring",
            "The key ring's file is gone or has changed: put its backup back before the next start",
        )
    } else if key_ring::is_private(path) {
        Check::good(
            "key_ring",
            format!("In its place, fingerprint {}", state.app.ring.fingerprint()),
        )
    } else {
        Check::degraded(
            "key_ring",
            "Others on this machine can read the key ring: set its mode to 0600",
        )
    }
}

fn live(state: &Shared) -> Check {
    if state.draining.load(Ordering::Relaxed) {
        return Check::failed("live", "The server is ending");
    }
    Check::good(
        "live",
        format!("{} dashboards follow", state.app.live.sockets()),
    )
}

async fn models(state: &Shared) -> Check {
    let limit = CHECK.as_millis() as i64;
    let asked = state
        .app
        .embed(vec!["ready".to_owned()], Urgency::Call, limit);
    match asked.await {
        Ok(_) => Check::good("models", format!("{} works", state.app.embedder.model())),
        Err(error) => Check::degraded(
            "models",
            format!("Answers and the safety gate work by words alone: {error}"),
        ),
    }
}

/// The provider's API is not needed to answer a call: when it fails, recordings and look-ups wait.
fn provider(state: &Shared) -> Check {
    let resting = state.app.vapi.resting();
    for part in ["vapi.rest", "vapi.control"] {
        let open = resting.get(part).copied().unwrap_or_default();
        metrics::gauge!("voxanne_breaker_open", "dependency" => part).set(open as f64);
    }
    let most = resting.values().max().copied().unwrap_or_default();
    if most == 0 {
        Check::good("voice_provider", "Answers, or was not asked")
    } else {
        Check::degraded(
            "voice_provider",
            format!(
                "Its API fails for {most} clinics and is asked again every few seconds: calls are answered, recordings wait"
            ),
        )
    }
}

fn language(state: &Shared) -> Check {
    match &state.app.language {
        Some(model) => Check::good(
            "language_model",
            format!("{} drafts answers", model.model()),
        ),
        None => Check::good(
            "language_model",
            "None configured: answers are read from the documents",
        ),
    }
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    checks: Vec<Check>,
}

async fn livez() -> Json<serde_json::Value> {
    Json(serde_json::json!({ "alive": true }))
}

async fn startupz(State(state): State<Shared>) -> Response {
    let started = state.started.load(Ordering::Acquire);
    let status = if started {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(serde_json::json!({ "started": started }))).into_response()
}

async fn readyz(State(state): State<Shared>) -> Response {
    let checks = checks(&state).await;
    let ready = state.started.load(Ordering::Acquire) && checks.iter().all(|c| c.ok);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Ready { ready, checks })).into_response()
}

/// Metrics for who holds the token; without one, for this machine only, and never through a proxy.
async fn metrics_page(
    State(state): State<Shared>,
    peer: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    let allowed = match &state.config.metrics_token {
        Some(token) => headers
            .get(header::AUTHORIZATION)
            .and_then(|h| h.to_str().ok())
            .and_then(|h| h.strip_prefix("Bearer "))
            .is_some_and(|given| bool::from(given.as_bytes().ct_eq(token.expose().as_bytes()))),
        None => {
            let proxied =
                headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
            !proxied && peer.is_some_and(|p| p.0.0.ip().to_canonical().is_loopback())
        }
    };
    if !allowed {
        return StatusCode::NOT_FOUND.into_response();
    }
    // The figures of the checks are those of now, whether anybody asked for readiness or not.
    checks(&state).await;
    metrics::gauge!("voxanne_live_sockets").set(state.app.live.sockets() as f64);
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        state.metrics.render(),
    )
        .into_response()
}

/// The routes of probes and metrics.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/startupz", get(startupz))
        .route("/metrics", get(metrics_page))
}
