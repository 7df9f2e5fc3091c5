//! The REST API of the simulated provider.

pub(crate) mod calls;
pub(crate) mod errors;
pub(crate) mod faults;
pub(crate) mod files;
pub(crate) mod objects;
pub(crate) mod storage;
pub(crate) mod validate;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::control;
use crate::faults::Fault;
use crate::state::{SeenRequest, World, lock};
use errors::error;

const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// Everything the simulator serves.
pub(crate) fn router(world: Arc<World>) -> Router {
    let api = Router::new()
        .route(
            "/assistant",
            get(objects::list_assistants).post(objects::create_assistant),
        )
        .route(
            "/assistant/{id}",
            get(objects::get_assistant)
                .patch(objects::update_assistant)
                .delete(objects::delete_assistant),
        )
        .route("/tool", get(objects::list_tools).post(objects::create_tool))
        .route(
            "/tool/{id}",
            get(objects::get_tool)
                .patch(objects::update_tool)
                .delete(objects::delete_tool),
        )
        .route(
            "/phone-number",
            get(objects::list_numbers).post(objects::create_number),
        )
        .route("/v2/phone-number", get(objects::page_numbers))
        .route(
            "/phone-number/{id}",
            get(objects::get_number)
                .patch(objects::update_number)
                .delete(objects::delete_number),
        )
        .route("/file", get(files::list).post(files::create))
        .route(
            "/file/{id}",
            get(files::get).patch(files::update).delete(files::delete),
        )
        .route("/call", get(calls::list).post(calls::create))
        .route("/call/web", post(calls::create_web))
        .route(
            "/call/{id}",
            get(calls::get).patch(calls::update).delete(calls::delete),
        )
        .route("/call/{id}/{artifact}", get(calls::download))
        .route("/org", get(objects::org))
        .layer(middleware::from_fn_with_state(Arc::clone(&world), gate));
    let open = Router::new()
        .route("/live/{call}/control", post(control::control))
        .route("/live/{call}/transport", get(control::listen))
        .route("/_simulator/requests", get(seen_requests));
    api.merge(open)
        .fallback(async || error(StatusCode::NOT_FOUND, "Cannot serve this path"))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(world)
}

/// The recording store.
pub(crate) fn store(world: Arc<World>) -> Router {
    Router::new()
        .route("/storage/{call}/{file}", get(storage::fetch))
        .with_state(world)
}

/// The last REST requests, for conformance tests; not part of the provider's API.
async fn seen_requests(State(world): State<Arc<World>>) -> axum::Json<Value> {
    let seen: Vec<SeenRequest> = lock(&world.seen).iter().cloned().collect();
    axum::Json(json!(seen))
}

/// What every request passes: the key, the rate limit, the faults, the record.
async fn gate(State(world): State<Arc<World>>, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let path = request
        .uri()
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let authorized = request
        .headers()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.strip_prefix("Bearer ") == Some(&world.config.api_key));
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "request entity too large");
    };
    let seen_body = seen_body(&parts.headers, &bytes);
    let response = if !authorized {
        error(StatusCode::UNAUTHORIZED, "Invalid Key")
    } else if let Some(refusal) = refuse(&world, &path) {
        refusal
    } else {
        next.run(Request::from_parts(parts, Body::from(bytes)))
            .await
    };
    let status = response.status().as_u16();
    world.note_seen(SeenRequest {
        method,
        path,
        body: seen_body,
        status,
    });
    response
}

fn seen_body(headers: &axum::http::HeaderMap, bytes: &Bytes) -> Value {
    match headers
        .get("content-type")
        .and_then(|value| value.to_str().ok())
    {
        Some(kind) if kind.starts_with("multipart/") => json!("multipart"),
        _ => serde_json::from_slice(bytes).unwrap_or_default(),
    }
}

fn refuse(world: &World, path: &str) -> Option<Response> {
    if let Err(wait) = lock(&world.bucket).take(Instant::now()) {
        return Some(too_many(wait));
    }
    let call = path
        .strip_prefix("/call/")
        .and_then(|rest| rest.split(['/', '?']).next())
        .unwrap_or_default();
    let fault = {
        let mut calls = lock(&world.calls);
        match calls.get_mut(call) {
            Some(record) => record.faults.next(),
            None => lock(&world.rest_faults).next(),
        }
    };
    match fault? {
        Fault::Rest429 => Some(too_many(1)),
        _ => Some(error(
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream connect error",
        )),
    }
}

fn too_many(wait_seconds: u64) -> Response {
    let mut response = error(StatusCode::TOO_MANY_REQUESTS, "Rate limit exceeded").into_response();
    response
        .headers_mut()
        .insert("retry-after", HeaderValue::from(wait_seconds.max(1)));
    response
}
