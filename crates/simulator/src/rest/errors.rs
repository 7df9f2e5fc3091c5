//! Errors in the shape the provider answers with.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error on its way out of a helper; boxed, because responses are large.
pub(crate) struct Refusal(Box<Response>);

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// `{message, error, statusCode}` with one text.
pub(crate) fn error(status: StatusCode, message: &str) -> Response {
    let name = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "message": message, "error": name, "statusCode": status.as_u16() });
    (status, Json(body)).into_response()
}

/// The validation form, with a list of texts.
pub(crate) fn bad_request(messages: &[String]) -> Response {
    let body = json!({ "message": messages, "error": "Bad Request", "statusCode": 400 });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

/// Nothing by this id.
pub(crate) fn not_found(what: &str, id: &str) -> Response {
    error(StatusCode::NOT_FOUND, &format!("Couldn't find {what} {id}"))
}
