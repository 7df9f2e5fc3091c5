//! What surrounds every request: an id, a log line, metrics, security headers, deadlines.

use super::{Shared, api::v1::BODY_BYTES, problem::Problem};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rand::RngExt as _;
use std::time::{Duration, Instant};
use tracing::Instrument as _;
use voxanne_app::Fault;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                   media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Gives each request an id, logs its template (never its path: links carry tokens) and counts it.
pub async fn observed(request: Request, next: Next) -> Response {
    let id = format!("{:016x}", rand::rng().random::<u64>());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |m| m.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = %id);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (began.elapsed(), response.status().as_u16());
    let labels = [
        ("route", route.clone()),
        ("method", method_label(&method).to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("voxanne_http_requests_total", &labels).increment(1);
    metrics::histogram!("voxanne_http_request_seconds", "route" => route.clone()).record(took);
    let ms = took.as_millis() as u64;
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(%method, route, status, ms, "http.failed");
        } else {
            tracing::debug!(%method, route, status, ms, "http.answered");
        }
    });
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Metric labels stay few, whatever word a client sends as its method.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// Headers that every answer carries.
pub async fn headers(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CSP);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(self), payment=()",
    );
    set(header::CACHE_CONTROL, "no-store");
    if state.config.is_https() {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

/// Gives an ordinary request a place and a deadline. A write runs on a task of its own, so that a client that leaves
/// does not stop it in the middle.
pub async fn bounded(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let Ok(permit) = state.places.clone().try_acquire_owned() else {
        return Problem::too_many("the server is busy: try again in a moment", 1_000)
            .into_response();
    };
    let limit = Duration::from_secs(state.config.limits.request_seconds);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads {
        let _permit = permit;
        let answered = state.app.database.within(limit, next.run(request)).await;
        return answered.unwrap_or_else(|| no_answer(&state));
    }
    // The body comes first and under the deadline: a client that sends none must not keep a place.
    let (parts, body) = request.into_parts();
    let body = match tokio::time::timeout(limit, axum::body::to_bytes(body, BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Problem::too_large("the body is too large").into_response(),
        Err(_) => return Problem::late().into_response(),
    };
    let request = Request::from_parts(parts, axum::body::Body::from(body));
    let work = async move {
        let _permit = permit;
        next.run(request).await
    };
    // Not even begun while nothing can be written.
    if state.app.database.is_down() {
        return no_answer(&state);
    }
    let work = tokio::spawn(work.in_current_span());
    match state.app.database.within(limit, work).await {
        Some(Ok(response)) => response,
        Some(Err(_)) => Problem::broken().into_response(),
        None => no_answer(&state),
    }
}

/// What is said instead of an answer that did not come.
fn no_answer(state: &Shared) -> Response {
    if state.app.database.is_down() {
        Problem::from(Fault::Unavailable(
            "the database does not answer now: try again in a moment".to_owned(),
        ))
        .into_response()
    } else {
        Problem::late().into_response()
    }
}
