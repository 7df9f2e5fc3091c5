//! Assistants, tools and phone numbers: create, list, read, replace parts, delete.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::{Refusal, bad_request, error, not_found};
use super::validate;
use crate::state::{World, lock};
use crate::world::{fresh_id, from_iso, iso, now_ms};

type Sim = State<Arc<World>>;

/// Filters every list understands.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ListQuery {
    pub(crate) id: Option<String>,
    pub(crate) assistant_id: Option<String>,
    pub(crate) phone_number_id: Option<String>,
    limit: Option<String>,
    created_at_gt: Option<String>,
    created_at_lt: Option<String>,
    created_at_ge: Option<String>,
    created_at_le: Option<String>,
    updated_at_gt: Option<String>,
    updated_at_lt: Option<String>,
    updated_at_ge: Option<String>,
    updated_at_le: Option<String>,
}

impl ListQuery {
    /// The items that fit, newest first, at most as many as asked for; or the complaints.
    pub(crate) fn apply(&self, mut items: Vec<Value>) -> Result<Vec<Value>, Vec<String>> {
        let limit = match self.limit.as_deref().map(str::parse::<f64>) {
            None => 100,
            Some(Ok(limit)) if (0.0..=1_000.0).contains(&limit) => limit as usize,
            Some(_) => return Err(vec!["limit must be a number between 0 and 1000".to_owned()]),
        };
        type Test = fn(i64, i64) -> bool;
        let bounds: [(&Option<String>, &str, Test); 8] = [
            (&self.created_at_gt, "createdAt", |at, bound| at > bound),
            (&self.created_at_lt, "createdAt", |at, bound| at < bound),
            (&self.created_at_ge, "createdAt", |at, bound| at >= bound),
            (&self.created_at_le, "createdAt", |at, bound| at <= bound),
            (&self.updated_at_gt, "updatedAt", |at, bound| at > bound),
            (&self.updated_at_lt, "updatedAt", |at, bound| at < bound),
            (&self.updated_at_ge, "updatedAt", |at, bound| at >= bound),
            (&self.updated_at_le, "updatedAt", |at, bound| at <= bound),
        ];
        for (text, field, test) in bounds {
            let Some(text) = text else { continue };
            let Some(bound) = from_iso(text) else {
                return Err(vec![format!("{field} filters must be ISO 8601 dates")]);
            };
            items.retain(|item| {
                item[field]
                    .as_str()
                    .and_then(from_iso)
                    .is_some_and(|at| test(at, bound))
            });
        }
        items.sort_by_key(|item| {
            std::cmp::Reverse(item["createdAt"].as_str().and_then(from_iso).unwrap_or(0))
        });
        items.truncate(limit);
        Ok(items)
    }
}

/// A list answer: a bare array.
pub(crate) fn listed(result: Result<Vec<Value>, Vec<String>>) -> Response {
    match result {
        Ok(items) => Json(items).into_response(),
        Err(messages) => bad_request(&messages),
    }
}

/// The body as a JSON object; no body at all counts as an empty one.
pub(crate) fn body_object(bytes: &Bytes) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(error(StatusCode::BAD_REQUEST, "The body must be a JSON object").into()),
    }
}

const READ_ONLY: [&str; 4] = ["id", "orgId", "createdAt", "updatedAt"];

fn read_only(body: &Value) -> Vec<String> {
    READ_ONLY
        .iter()
        .filter(|key| body.get(**key).is_some())
        .map(|key| format!("property {key} should not exist"))
        .collect()
}

type Validate = fn(&Value, &validate::Known) -> Vec<String>;

fn complaints(world: &World, body: &Value, validate: Validate) -> Vec<String> {
    validate(body, &lock(&world.known_properties))
}

fn create(world: &World, kind: &'static str, bytes: &Bytes, validate: Validate) -> Response {
    let body = match body_object(bytes) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let mut wrong = read_only(&body);
    wrong.extend(complaints(world, &body, validate));
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    let object = insert(world, kind, &fresh_id(), body);
    (StatusCode::CREATED, Json(object)).into_response()
}

/// Stores an object with the fields every object has.
pub(crate) fn insert(world: &World, kind: &'static str, id: &str, mut body: Value) -> Value {
    let now = iso(now_ms());
    body["id"] = json!(id);
    body["orgId"] = json!(world.config.org_id);
    body["createdAt"] = json!(now);
    body["updatedAt"] = json!(now);
    let mut objects = lock(&world.objects);
    let list = objects.entry(kind).or_default();
    list.retain(|object| object["id"] != id);
    list.push(body.clone());
    body
}

fn all(world: &World, kind: &'static str) -> Vec<Value> {
    lock(&world.objects).get(kind).cloned().unwrap_or_default()
}

fn read(world: &World, kind: &'static str, id: &str) -> Response {
    match world.object(kind, id) {
        Some(object) => Json(object).into_response(),
        None => not_found(kind, id),
    }
}

/// Replaces top-level fields; what is nested in them is replaced with them, never merged.
fn update(
    world: &World,
    kind: &'static str,
    id: &str,
    bytes: &Bytes,
    validate: Validate,
) -> Response {
    let body = match body_object(bytes) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let Some(mut object) = world.object(kind, id) else {
        return not_found(kind, id);
    };
    let mut wrong = read_only(&body);
    if kind == "phone-number" && body["provider"].is_null() {
        wrong.extend(validate(&body, &lock(&world.known_properties)));
    }
    for (key, value) in body.as_object().into_iter().flatten() {
        if !READ_ONLY.contains(&key.as_str()) {
            object[key.as_str()] = value.clone();
        }
    }
    if wrong.is_empty() {
        wrong = complaints(world, &object, validate);
    }
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    object["updatedAt"] = json!(iso(now_ms()));
    if let Some(list) = lock(&world.objects).get_mut(kind) {
        for slot in list.iter_mut().filter(|slot| slot["id"] == id) {
            *slot = object.clone();
        }
    }
    Json(object).into_response()
}

fn remove(world: &World, kind: &'static str, id: &str) -> Response {
    let Some(object) = world.object(kind, id) else {
        return not_found(kind, id);
    };
    if let Some(list) = lock(&world.objects).get_mut(kind) {
        list.retain(|object| object["id"] != id);
    }
    Json(object).into_response()
}

fn pinned(what: &str) -> Response {
    let body = json!({ "error": format!("{what}_pinned"),
        "message": format!("The {what} is still in use") });
    (StatusCode::CONFLICT, Json(body)).into_response()
}

pub(crate) async fn list_assistants(State(world): Sim, Query(query): Query<ListQuery>) -> Response {
    listed(query.apply(all(&world, "assistant")))
}

pub(crate) async fn create_assistant(State(world): Sim, body: Bytes) -> Response {
    create(&world, "assistant", &body, validate::assistant)
}

pub(crate) async fn get_assistant(State(world): Sim, Path(id): Path<String>) -> Response {
    read(&world, "assistant", &id)
}

pub(crate) async fn update_assistant(
    State(world): Sim,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    update(&world, "assistant", &id, &body, validate::assistant)
}

pub(crate) async fn delete_assistant(State(world): Sim, Path(id): Path<String>) -> Response {
    let used = all(&world, "phone-number")
        .iter()
        .any(|number| number["assistantId"] == id);
    if used {
        pinned("assistant")
    } else {
        remove(&world, "assistant", &id)
    }
}

pub(crate) async fn list_tools(State(world): Sim, Query(query): Query<ListQuery>) -> Response {
    listed(query.apply(all(&world, "tool")))
}

pub(crate) async fn create_tool(State(world): Sim, body: Bytes) -> Response {
    create(&world, "tool", &body, validate::tool)
}

pub(crate) async fn get_tool(State(world): Sim, Path(id): Path<String>) -> Response {
    read(&world, "tool", &id)
}

pub(crate) async fn update_tool(
    State(world): Sim,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    update(&world, "tool", &id, &body, validate::tool)
}

pub(crate) async fn delete_tool(State(world): Sim, Path(id): Path<String>) -> Response {
    let used = all(&world, "assistant").iter().any(|assistant| {
        assistant["model"]["toolIds"]
            .as_array()
            .is_some_and(|ids| ids.iter().any(|t| *t == id))
    });
    if used {
        pinned("tool")
    } else {
        remove(&world, "tool", &id)
    }
}

pub(crate) async fn list_numbers(State(world): Sim, Query(query): Query<ListQuery>) -> Response {
    listed(query.apply(all(&world, "phone-number")))
}

/// Paging of the newer list of numbers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PageQuery {
    page: Option<usize>,
    limit: Option<usize>,
}

pub(crate) async fn page_numbers(State(world): Sim, Query(query): Query<PageQuery>) -> Response {
    let numbers = all(&world, "phone-number");
    let limit = query.limit.unwrap_or(100).clamp(1, 1_000);
    let page = query.page.unwrap_or(1).max(1);
    let results: Vec<&Value> = numbers
        .iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .collect();
    Json(json!({
        "results": results,
        "metadata": {"itemsPerPage": limit, "totalItems": numbers.len(), "currentPage": page},
    }))
    .into_response()
}

pub(crate) async fn create_number(State(world): Sim, body: Bytes) -> Response {
    create(&world, "phone-number", &body, validate::number)
}

pub(crate) async fn get_number(State(world): Sim, Path(id): Path<String>) -> Response {
    read(&world, "phone-number", &id)
}

pub(crate) async fn update_number(
    State(world): Sim,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    update(&world, "phone-number", &id, &body, validate::number)
}

pub(crate) async fn delete_number(State(world): Sim, Path(id): Path<String>) -> Response {
    remove(&world, "phone-number", &id)
}

/// The organization, for clients that ask for it by hand.
pub(crate) async fn org(State(world): Sim) -> Response {
    Json(json!({
        "id": world.config.org_id,
        "name": "Simulated organization",
        "concurrencyLimit": world.config.concurrency_limit,
    }))
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_filter_by_time_and_are_newest_first() {
        let item = |ms| json!({"createdAt": iso(ms), "updatedAt": iso(ms)});
        let items: Vec<Value> = [1_000, 3_000, 2_000].map(item).into();
        let query = ListQuery {
            created_at_ge: Some(iso(2_000)),
            ..ListQuery::default()
        };
        assert_eq!(
            query.apply(items.clone()).unwrap(),
            [item(3_000), item(2_000)]
        );
        let query = ListQuery {
            limit: Some("1".into()),
            ..ListQuery::default()
        };
        assert_eq!(query.apply(items.clone()).unwrap(), [item(3_000)]);
        let query = ListQuery {
            limit: Some("1001".into()),
            ..ListQuery::default()
        };
        assert!(query.apply(items.clone()).is_err());
        let query = ListQuery {
            updated_at_lt: Some("soon".into()),
            ..ListQuery::default()
        };
        assert!(query.apply(items).is_err());
    }
}
