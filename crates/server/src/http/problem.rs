//! Errors as `application/problem+json`, each with a stable slug as its type.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use voxanne_app::Fault;
use voxanne_core::{page::BadCursor, ports::store::StoreError};

/// What an error answer holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// not-signed-in, not-allowed, not-found, bad-input, conflict, too-large, too-many, unavailable, late or csrf.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Which input, where one is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<String>,
    /// When to come again, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retry_after_ms: Option<u64>,
}

/// An error on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    field: Option<String>,
    retry_after_ms: Option<u64>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            kind,
            title,
            detail: detail.into(),
            field: None,
            retry_after_ms: None,
        }
    }

    /// Nobody is signed in, or the key is not (any more) valid.
    pub fn not_signed_in(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "Not signed in",
            detail,
        )
    }

    /// The role does not allow it.
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not-allowed", "Not allowed", detail)
    }

    /// The request did not come from our own page.
    pub fn csrf() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "csrf",
            "Request from elsewhere",
            "this request did not come from the dashboard: reload the page and try again",
        )
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "Not found",
            format!("{what} was not found"),
        )
    }

    /// There is such a thing, but nothing that can be done with it in this way.
    pub fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong-method",
            "Wrong method",
            "this address does not take this method: the Allow header names those it takes",
        )
    }

    /// An input is wrong.
    pub fn bad(field: &str, what: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "bad-input",
            "Input is not right",
            what,
        );
        problem.field = Some(field.to_owned()).filter(|f| !f.is_empty());
        problem
    }

    /// An input is too large.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Too large",
            detail,
        )
    }

    /// Too many at once, or too often.
    pub fn too_many(detail: impl Into<String>, retry_after_ms: u64) -> Self {
        let mut problem = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            "Too many",
            detail,
        );
        problem.retry_after_ms = Some(retry_after_ms);
        problem
    }

    /// A part does not work now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available now",
            detail,
        );
        problem.retry_after_ms = Some(2_000);
        problem
    }

    /// Not done by the deadline.
    pub fn late() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "late",
            "Not done in time",
            "it took too long and was given up: look whether it was done, then try again",
        )
    }

    /// Something broke that should not.
    pub fn broken() -> Self {
        let mut problem =
            Self::unavailable("something broke here: it is in the log with this request's id");
        problem.status = StatusCode::INTERNAL_SERVER_ERROR;
        problem
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let detail = fault.to_string();
        match fault {
            Fault::NotFound(what) => Self::not_found(what),
            Fault::NotAllowed(_) => Self::not_allowed(detail),
            Fault::Bad { field, what } => Self::bad(field, what),
            Fault::Conflict(_) => Self::new(
                StatusCode::CONFLICT,
                "conflict",
                "Somebody was faster",
                detail,
            ),
            Fault::TooLarge(_) => Self::too_large(detail),
            Fault::TooMany(_) => Self::too_many(detail, 2_000),
            Fault::Unavailable(_) => Self::unavailable(detail),
            Fault::Late => Self::late(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            // A cursor of another list: its shape is right, its key is not.
            StoreError::Stale("cursor") => BadCursor.into(),
            other => Fault::from(other).into(),
        }
    }
}

impl From<BadCursor> for Problem {
    fn from(error: BadCursor) -> Self {
        Self::bad("cursor", error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: self.kind.to_owned(),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            field: self.field,
            retry_after_ms: self.retry_after_ms,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(ms) = self.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_become_their_status_and_slug() {
        for (fault, status, kind) in [
            (Fault::NotFound("the call"), 404, "not-found"),
            (Fault::NotAllowed("no".into()), 403, "not-allowed"),
            (Fault::bad("name", "shorter"), 400, "bad-input"),
            (Fault::Conflict("x".into()), 409, "conflict"),
            (Fault::TooLarge("x".into()), 413, "too-large"),
            (Fault::TooMany("x".into()), 429, "too-many"),
            (Fault::Unavailable("x".into()), 503, "unavailable"),
            (Fault::Late, 504, "late"),
        ] {
            let problem = Problem::from(fault);
            assert_eq!((problem.status().as_u16(), problem.kind), (status, kind));
        }
    }
}
