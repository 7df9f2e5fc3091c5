//! The dashboard, embedded in the program: hashed files for ever, the page itself asked for again each time.

use super::problem::Problem;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Assets;

/// Paths that are never the dashboard's.
const NOT_PAGES: [&str; 4] = ["api/", "webhooks/", "llm/", "assets/"];

/// Serves a file of the dashboard, or its page for every address the page itself understands.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let missing = || Problem::not_found("this address").into_response();
    if method != Method::GET && method != Method::HEAD {
        return missing();
    }
    if let Some(file) = Assets::get(path).filter(|_| !path.is_empty()) {
        return answer(path, file, &headers);
    }
    if NOT_PAGES.iter().any(|p| path.starts_with(p)) || has_extension(path) {
        return missing();
    }
    Assets::get("index.html").map_or_else(missing, |file| answer("index.html", file, &headers))
}

fn has_extension(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let hash: String = file
        .metadata
        .sha256_hash()
        .iter()
        .take(12)
        .map(|b| format!("{b:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| {
            v.split(',')
                .any(|t| t.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.into_owned()))
    };
    let out = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(file.metadata.mimetype()) {
        out.insert(header::CONTENT_TYPE, value);
    }
    if let Ok(value) = HeaderValue::try_from(tag) {
        out.insert(header::ETAG, value);
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
