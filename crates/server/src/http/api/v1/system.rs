//! The state of the system: checks, background work, dead letters.

use crate::http::{
    Shared,
    auth::Caller,
    health::{self, Check},
    input::Id,
    problem::Problem,
};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::Fault;
use voxanne_core::{ids::JobId, tenancy::Permission};

/// Background work of a kind.
#[derive(Debug, Serialize, ToSchema)]
struct JobState {
    kind: String,
    open: u64,
    dead: u64,
    /// How long the oldest open one has been due, ms.
    oldest_ms: Option<i64>,
}

/// A job that gave up and waits for a person.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    id: String,
    kind: String,
    attempts: u16,
    error: String,
    at: i64,
}

/// The state of the system.
#[derive(Debug, Serialize, ToSchema)]
struct SystemState {
    version: String,
    checks: Vec<Check>,
    jobs: Vec<JobState>,
    /// The newest 100.
    dead: Vec<DeadLetter>,
}

/// The state of the system.
#[utoipa::path(get, path = "/system", tag = "system", responses((status = 200, body = SystemState)))]
async fn get_system(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let checks = health::checks(&state).await;
    let now = state.app.now();
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let jobs = read
        .job_counts()
        .await?
        .into_iter()
        .map(|c| JobState {
            kind: c.kind,
            open: c.open,
            dead: c.dead,
            oldest_ms: c.oldest.map(|at| now.since(at).max(0)),
        })
        .collect();
    let dead = read
        .dead_jobs()
        .await?
        .into_iter()
        .map(|j| DeadLetter {
            id: j.id.to_string(),
            kind: j.kind,
            attempts: j.attempts,
            error: j.error,
            at: j.at.0,
        })
        .collect();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(caller.snapshot(
        head,
        &SystemState {
            version,
            checks,
            jobs,
            dead,
        },
    ))
}

/// Starts a dead job again, now.
#[utoipa::path(post, path = "/system/jobs/{id}/retry", tag = "system", params(("id" = String, Path)),
    responses((status = 204)))]
async fn retry_job(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<JobId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let mut tx = state.app.store.write(&caller.actor).await?;
    if !tx.retry_job(id).await? {
        return Err(Fault::NotFound("the job").into());
    }
    tx.audit("job.retried", Some(id.to_string()));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_system))
        .routes(routes!(retry_job))
}
