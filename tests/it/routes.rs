//! The routes of the API as its own description lists them, so that no test can forget one.

use reqwest::Method;
use serde_json::{Value, json};
use voxanne_server::http::api::v1;

/// One operation of the API.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// With `{id}` and the like.
    pub(crate) template: String,
    /// It needs no credential.
    pub(crate) open: bool,
    has_body: bool,
}

impl Route {
    pub(crate) fn writes(&self) -> bool {
        self.method != Method::GET
    }

    /// `post /inbox/{id}/take`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method.as_str().to_lowercase(), self.template)
    }

    /// A body that the route takes; a new route has to be added here.
    pub(crate) fn body(&self) -> Option<Value> {
        if !self.has_body {
            return None;
        }
        Some(match self.name().as_str() {
            "post /session" => {
                json!({"email": "nobody@example.org", "password": "not the password"})
            }
            "post /session/password" => json!({"current": "x", "new": "a new password"}),
            "post /links/{token}" => json!({}),
            "post /members" => json!({"email": "new@example.org", "name": "New", "role": "staff"}),
            "patch /members/{id}" => json!({"role": "staff"}),
            "post /api-keys" => json!({"name": "k", "scopes": ["read"]}),
            "put /phone-line" => json!({"mode": "receptionist"}),
            "post /calls/{id}/close" => json!({"note": "called back"}),
            "post /calls/{id}/say" => json!({"text": "hello"}),
            "post /browser-calls" => json!({}),
            "post /browser-calls/{id}/turns" => json!({"text": "hello"}),
            "post /inbox/{id}/close" => json!({"outcome": "resolved"}),
            "post /documents" => json!({}),
            "post /documents/text" => json!({"title": "t", "text": "words"}),
            "post /knowledge/ask" => json!({"question": "When are you open?"}),
            "put /receptionist" => json!({"expected_version": 1, "body": receptionist()}),
            "put /settings" => json!({}),
            "put /settings/provider" => json!({}),
            "post /settings/provider/numbers" => {
                json!({"provider_id": "p", "number": "+14155550100"})
            }
            other => panic!("the tests know no body for `{other}`: add one"),
        })
    }
}

pub(crate) fn receptionist() -> Value {
    json!({
        "name": "Harbor Clinic", "announce_automated": true, "announce_recording": true, "languages": ["en"],
        "hours": [], "targets": [], "emergency_number": "911",
    })
}

/// Every route of the API.
pub(crate) fn all() -> Vec<Route> {
    let description = serde_json::to_value(v1::description()).unwrap();
    let mut out = Vec::new();
    for (template, item) in description["paths"].as_object().unwrap() {
        for (word, operation) in item.as_object().unwrap() {
            let Ok(method) = word.to_uppercase().parse::<Method>() else {
                continue;
            };
            if ![
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ]
            .contains(&method)
            {
                continue;
            }
            out.push(Route {
                method,
                template: template.clone(),
                open: operation["security"] == json!([{}]),
                has_body: operation.get("requestBody").is_some(),
            });
        }
    }
    assert!(out.len() > 45, "the description lists {} routes", out.len());
    out
}
