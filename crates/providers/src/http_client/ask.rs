//! A request and an answer, as data.

use super::{HttpError, Reach};
use bytes::Bytes;
use reqwest::{
    Method, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use voxanne_core::{ids::OrgId, pii::Secret};

/// A request. Not printable: its headers carry keys and its body may carry a caller's words.
#[derive(Clone)]
pub struct Ask {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) reach: Reach,
    pub(super) org: Option<OrgId>,
    pub(super) dependency: &'static str,
    pub(super) repeatable: bool,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ask({} {})", self.method, self.dependency)
    }
}

impl Ask {
    /// A request of `dependency` (the word its breaker is kept under), reaching what `reach` allows.
    pub fn new(method: Method, url: Url, reach: Reach, dependency: &'static str) -> Self {
        let repeatable = matches!(
            method,
            Method::GET | Method::HEAD | Method::PUT | Method::DELETE
        );
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            reach,
            org: None,
            dependency,
            repeatable,
        }
    }

    /// Keeps the breaker of this organization apart from those of others.
    pub fn of(mut self, org: OrgId) -> Self {
        self.org = Some(org);
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.body = Some(Bytes::from(body.to_string()));
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self
    }

    /// With `Authorization: Bearer`; a key that cannot stand in a header is an error.
    pub fn bearer(mut self, key: &Secret) -> Result<Self, HttpError> {
        let mut value =
            HeaderValue::try_from(format!("Bearer {}", key.expose())).map_err(|_| {
                HttpError::Unreachable {
                    certainly_not_done: true,
                    why: "the key contains characters that no header may have",
                }
            })?;
        value.set_sensitive(true);
        self.headers.insert(AUTHORIZATION, value);
        Ok(self)
    }

    /// With a header; one that is not valid is left out.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// With these pairs in the address.
    pub fn query(mut self, pairs: &[(&str, String)]) -> Self {
        self.url.query_pairs_mut().extend_pairs(pairs);
        self
    }

    /// Marks a request as harmless to repeat, for example a PATCH that always says the same.
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }
}

/// A whole answer. Its body is not printed.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, within the cap.
    pub body: Bytes,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({}, {} bytes)", self.status, self.body.len())
    }
}
