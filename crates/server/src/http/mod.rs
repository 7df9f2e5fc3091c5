//! HTTP: the API, the dashboard's files, probes. Everything that speaks to a client passes the same layers.

pub mod api;
pub mod assets;
pub mod attempts;
pub mod auth;
pub mod browser_calls;
pub mod completions;
pub mod demo;
pub mod health;
pub mod input;
pub mod layers;
pub mod live;
pub mod problem;
pub mod webhooks;

use crate::config::Config;
use attempts::Attempts;
use axum::{Router, middleware, response::IntoResponse as _};
use metrics_exporter_prometheus::PrometheusHandle;
use problem::Problem;
use std::sync::{Arc, atomic::AtomicBool};
use tokio::sync::Semaphore;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate as _,
        predicate::{DefaultPredicate, NotForContentType},
    },
};
use voxanne_app::{App, members::passwords::Passwords};

/// What every handler works with.
pub struct ServerState {
    /// The use cases.
    pub app: Arc<App>,
    /// The configuration in force.
    pub config: Arc<Config>,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Counts sign-ins.
    pub attempts: Attempts,
    /// The last health checks.
    pub health: health::Health,
    /// What /metrics shows.
    pub metrics: PrometheusHandle,
    /// Places for ordinary requests.
    pub places: Arc<Semaphore>,
    /// This is `voxanne demo`.
    pub demo: bool,
    /// Places simulated calls; only under `voxanne demo`.
    pub demo_calls: Option<Arc<demo::Demo>>,
    /// Everything is up.
    pub started: AtomicBool,
    /// The process is ending.
    pub draining: AtomicBool,
}

/// What sets a demo apart.
#[derive(Debug, Default)]
pub struct DemoParts {
    /// This is `voxanne demo`.
    pub is_demo: bool,
    /// Places simulated calls.
    pub calls: Option<Arc<demo::Demo>>,
}

/// The state as handlers share it.
pub type Shared = Arc<ServerState>;

impl std::fmt::Debug for ServerState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerState")
    }
}

impl ServerState {
    /// The state of a server about to start.
    pub fn new(
        app: Arc<App>,
        config: Arc<Config>,
        demo: DemoParts,
    ) -> Result<Shared, voxanne_app::Fault> {
        Ok(Arc::new(Self {
            passwords: Passwords::new()?,
            attempts: Attempts::new(config.limits.sign_in_attempts),
            health: health::Health::default(),
            metrics: crate::telemetry::metrics(),
            places: Arc::new(Semaphore::new(config.limits.concurrent_requests)),
            demo: demo.is_demo,
            demo_calls: demo.calls,
            started: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            app,
            config,
        }))
    }
}

/// The whole server.
pub fn router(state: Shared) -> Router {
    let (mut api, _) = api::v1::parts(&state);
    if let Some(demo) = state.demo_calls.clone() {
        api = demo::routes(demo).fallback_service(api.with_state(state.clone()));
    }
    Router::new()
        .nest("/api/v1", api)
        .merge(health::routes())
        .merge(webhooks::routes())
        .merge(completions::routes())
        .method_not_allowed_fallback(|| async { Problem::wrong_method().into_response() })
        .fallback_service(pages())
        .layer(CatchPanicLayer::custom(|_| {
            Problem::broken().into_response()
        }))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            layers::headers,
        ))
        .layer(middleware::from_fn(layers::observed))
        .with_state(state)
}

fn pages() -> Router {
    Router::new().fallback(assets::serve).layer(compression())
}

/// Compression of whole answers; streams and sound are left as they are.
pub fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    CompressionLayer::new().compress_when(
        DefaultPredicate::new()
            .and(NotForContentType::new("application/x-ndjson"))
            .and(NotForContentType::new("text/event-stream"))
            .and(NotForContentType::new("audio/")),
    )
}
