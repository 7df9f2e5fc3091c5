//! Calls over REST: list, read, create, rename, delete, and the way to their recordings.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{bad_request, error, not_found};
use super::faults::RestFaults;
use super::objects::{ListQuery, body_object, listed};
use crate::faults::FaultProfile;
use crate::state::{CallRecord, World, lock};
use crate::world::{fresh_id, iso, now_ms};

type Sim = State<Arc<World>>;

pub(crate) async fn list(State(world): Sim, Query(query): Query<ListQuery>) -> Response {
    let fits = |view: &Value| {
        let same = |wanted: &Option<String>, field: &str| {
            wanted
                .as_ref()
                .is_none_or(|wanted| view[field] == wanted.as_str())
        };
        same(&query.id, "id")
            && same(&query.assistant_id, "assistantId")
            && same(&query.phone_number_id, "phoneNumberId")
    };
    let views: Vec<Value> = lock(&world.calls)
        .values()
        .filter(|record| fits(&record.view))
        .map(|record| record.view.clone())
        .collect();
    listed(query.apply(views).map(|mut views| {
        for view in &mut views {
            sign(&world, view);
        }
        views
    }))
}

/// Signed URLs are never stored: every answer has its own.
fn sign(world: &World, view: &mut Value) {
    let id = view["id"].as_str().unwrap_or_default().to_owned();
    if view["artifact"].is_object() {
        world.sign_artifact(&id, &mut view["artifact"]);
    }
}

pub(crate) async fn get(State(world): Sim, Path(id): Path<String>) -> Response {
    let view = lock(&world.calls)
        .get(&id)
        .map(|record| record.view.clone());
    match view {
        Some(mut view) => {
            sign(&world, &mut view);
            Json(view).into_response()
        }
        None => not_found("call", &id),
    }
}

fn new_call(world: &World, body: &Value, kind: &str) -> Value {
    let id = fresh_id();
    let now = iso(now_ms());
    let sockets = world.base_url.replacen("http", "ws", 1);
    let mut view = json!({
        "id": id,
        "orgId": world.config.org_id,
        "type": kind,
        "status": "queued",
        "createdAt": now,
        "updatedAt": now,
        "monitor": {
            "controlUrl": format!("{}/live/{id}/control", world.base_url),
            "listenUrl": format!("{sockets}/live/{id}/transport"),
        },
    });
    for key in [
        "assistantId",
        "assistant",
        "assistantOverrides",
        "phoneNumberId",
        "customer",
        "customerId",
        "name",
        "schedulePlan",
    ] {
        if let Some(value) = body.get(key) {
            view[key] = value.clone();
        }
    }
    if kind == "webCall" {
        let url = format!("{}/web/{id}", world.base_url);
        view["webCallUrl"] = json!(url);
        view["transport"] = json!({ "provider": "daily", "callUrl": url });
        view["artifactPlan"] = json!({ "videoRecordingEnabled": false });
    }
    world.put_call(
        &id,
        CallRecord {
            view: view.clone(),
            recording: None,
            ready_at_ms: None,
            log: String::new(),
            faults: RestFaults::new(&FaultProfile::none(), 0),
        },
    );
    view
}

fn limits(world: &World) -> Value {
    let active = lock(&world.live).len();
    let limit = world.config.concurrency_limit;
    json!({
        "concurrencyBlocked": active >= limit,
        "concurrencyLimit": limit,
        "remainingConcurrentCalls": limit.saturating_sub(active),
    })
}

fn wrong_call(world: &World, body: &Value, phone: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let assistant = body["assistantId"].as_str();
    if assistant.is_none() && !body["assistant"].is_object() && !body["squadId"].is_string() {
        wrong.push("assistantId, assistant, squadId or squad must be given".to_owned());
    }
    if let Some(id) = assistant
        && world.object("assistant", id).is_none()
    {
        wrong.push(format!("Couldn't find assistant {id}"));
    }
    if body["name"]
        .as_str()
        .is_some_and(|name| name.chars().count() > 40)
    {
        wrong.push("name must be shorter than or equal to 40 characters".to_owned());
    }
    if let Some(id) = body["phoneNumberId"].as_str().filter(|_| phone)
        && world.object("phone-number", id).is_none()
    {
        wrong.push(format!("Couldn't find phone number {id}"));
    }
    wrong
}

/// An outbound call is recorded and never dialled: the simulator's callers call in.
pub(crate) async fn create(State(world): Sim, body: Bytes) -> Response {
    let body = match body_object(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let wrong = wrong_call(&world, &body, true);
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    if let Some(customers) = body["customers"].as_array() {
        let results: Vec<Value> = customers
            .iter()
            .map(|customer| {
                let mut one = body.clone();
                one["customer"] = customer.clone();
                new_call(&world, &one, "outboundPhoneCall")
            })
            .collect();
        let batch = json!({ "results": results, "errors": [],
            "subscriptionLimits": limits(&world) });
        return (StatusCode::CREATED, Json(batch)).into_response();
    }
    let mut view = new_call(&world, &body, "outboundPhoneCall");
    view["subscriptionLimits"] = limits(&world);
    (StatusCode::CREATED, Json(view)).into_response()
}

pub(crate) async fn create_web(State(world): Sim, body: Bytes) -> Response {
    let body = match body_object(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let wrong = wrong_call(&world, &body, false);
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    (
        StatusCode::CREATED,
        Json(new_call(&world, &body, "webCall")),
    )
        .into_response()
}

pub(crate) async fn update(State(world): Sim, Path(id): Path<String>, body: Bytes) -> Response {
    let body = match body_object(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let mut wrong: Vec<String> = body
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
        .filter(|key| *key != "name")
        .map(|key| format!("property {key} should not exist"))
        .collect();
    if body["name"]
        .as_str()
        .is_some_and(|name| name.chars().count() > 40)
    {
        wrong.push("name must be shorter than or equal to 40 characters".to_owned());
    }
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    let mut calls = lock(&world.calls);
    let Some(record) = calls.get_mut(&id) else {
        return not_found("call", &id);
    };
    if body["name"].is_string() {
        record.view["name"] = body["name"].clone();
    }
    record.view["updatedAt"] = json!(iso(now_ms()));
    Json(record.view.clone()).into_response()
}

pub(crate) async fn delete(State(world): Sim, Path(id): Path<String>, body: Bytes) -> Response {
    let body = match body_object(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let mut calls = lock(&world.calls);
    for id in body["ids"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        calls.remove(id);
    }
    match calls.remove(&id) {
        Some(record) => Json(record.view).into_response(),
        None => not_found("call", &id),
    }
}

/// `GET /call/{id}/mono-recording` and its like: a redirect to a signed URL, once there is a file.
pub(crate) async fn download(
    State(world): Sim,
    Path((id, artifact)): Path<(String, String)>,
) -> Response {
    let file = match artifact.as_str() {
        "mono-recording" => "mono.wav",
        "stereo-recording" => "stereo.wav",
        "customer-recording" => "customer.wav",
        "assistant-recording" => "assistant.wav",
        "call-logs" => "log.jsonl",
        "pcap" => "capture.pcap",
        _ => return error(StatusCode::NOT_FOUND, "No such artifact"),
    };
    let ready = lock(&world.calls).get(&id).is_some_and(|record| {
        let there = match file {
            "log.jsonl" => true,
            "capture.pcap" => record.view["assistant"]["artifactPlan"]["pcapEnabled"] == true,
            _ => record.recording.is_some(),
        };
        there && record.ready_at_ms.is_some_and(|at| at <= now_ms())
    });
    if !ready {
        return error(StatusCode::NOT_FOUND, "The artifact is not available");
    }
    let location = world.signed_url(&id, file);
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}
