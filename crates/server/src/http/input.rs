//! What comes in: JSON bodies, queries and ids, each refused as a problem that names the input.

use super::problem::Problem;
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::str::FromStr;
use utoipa::IntoParams;
use voxanne_core::page::{Limit, decode_cursor};

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refused(&rejection)),
        }
    }
}

fn refused(rejection: &JsonRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::too_large("the request is too large");
    }
    match rejection {
        JsonRejection::MissingJsonContentType(_) => {
            Problem::bad("body", "send JSON with Content-Type: application/json")
        }
        // The parser's words repeat keys and types, never values of strings beyond the first unexpected one; those
        // could be caller data, so only the kind of mistake is told.
        JsonRejection::JsonDataError(_) => Problem::bad(
            "body",
            "a field is missing, unknown or of the wrong type: see the API description",
        ),
        _ => Problem::bad("body", "this is not JSON"),
    }
}

/// A query string.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(params)) => Ok(Self(params)),
            Err(_) => Err(Problem::bad(
                "query",
                "a parameter is unknown or of the wrong type",
            )),
        }
    }
}

/// The one id of a path. Text that is no id of this kind is an id nobody has: not found.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let gone = || Problem::not_found("what this id names");
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| gone())?;
        text.parse().map(Self).map_err(|_| gone())
    }
}

/// Where a page begins and how long it is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageParams {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Rows of a page, 1..=100, 50 by default.
    pub limit: Option<u32>,
}

impl PageParams {
    /// The cursor, checked to be one of ours.
    pub fn cursor(&self) -> Result<Option<&str>, Problem> {
        cursor(self.cursor.as_deref())
    }

    /// The page's length.
    pub fn limit(&self) -> Limit {
        limit(self.limit)
    }
}

/// A cursor, checked to be one of ours.
pub fn cursor(text: Option<&str>) -> Result<Option<&str>, Problem> {
    if let Some(text) = text {
        decode_cursor::<serde_json::Value>(text)?;
    }
    Ok(text)
}

/// A page's length, capped.
pub fn limit(wanted: Option<u32>) -> Limit {
    wanted.map_or(Limit::DEFAULT, Limit::new)
}
