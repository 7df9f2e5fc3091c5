//! Files: uploaded in a form, kept by their metadata.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::Multipart;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{bad_request, not_found};
use super::objects::{ListQuery, body_object, insert, listed};
use crate::state::{World, lock};
use crate::world::{fresh_id, iso, now_ms};

pub(crate) async fn create(State(world): State<Arc<World>>, mut form: Multipart) -> Response {
    let mut file = None;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return bad_request(&[format!("the form cannot be read: {error}")]),
        };
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("file").to_owned();
        let kind = field
            .content_type()
            .unwrap_or("application/octet-stream")
            .to_owned();
        match field.bytes().await {
            Ok(bytes) => file = Some((name, kind, bytes.len())),
            Err(error) => return bad_request(&[format!("the file cannot be read: {error}")]),
        }
    }
    let Some((name, kind, bytes)) = file else {
        return bad_request(&["file should not be empty".to_owned()]);
    };
    let id = fresh_id();
    let body = json!({
        "object": "file",
        "status": "done",
        "name": name,
        "originalName": name,
        "bytes": bytes,
        "mimetype": kind,
        "url": format!("{}/storage/files/{id}", world.store_url),
    });
    (StatusCode::CREATED, Json(insert(&world, "file", &id, body))).into_response()
}

pub(crate) async fn list(
    State(world): State<Arc<World>>,
    Query(query): Query<ListQuery>,
) -> Response {
    listed(
        query.apply(
            lock(&world.objects)
                .get("file")
                .cloned()
                .unwrap_or_default(),
        ),
    )
}

pub(crate) async fn get(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.object("file", &id) {
        Some(file) => Json(file).into_response(),
        None => not_found("file", &id),
    }
}

pub(crate) async fn update(
    State(world): State<Arc<World>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let body = match body_object(&body) {
        Ok(body) => body,
        Err(refusal) => return refusal.into_response(),
    };
    let wrong: Vec<String> = body
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys())
        .filter(|key| *key != "name")
        .map(|key| format!("property {key} should not exist"))
        .collect();
    if !wrong.is_empty() {
        return bad_request(&wrong);
    }
    let mut objects = lock(&world.objects);
    let mut files = objects.get_mut("file").into_iter().flatten();
    let Some(file) = files.find(|file| file["id"] == id) else {
        return not_found("file", &id);
    };
    if let Some(name) = body["name"].as_str() {
        file["name"] = json!(name);
    }
    file["updatedAt"] = json!(iso(now_ms()));
    Json::<Value>(file.clone()).into_response()
}

pub(crate) async fn delete(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let Some(file) = world.object("file", &id) else {
        return not_found("file", &id);
    };
    if let Some(files) = lock(&world.objects).get_mut("file") {
        files.retain(|file| file["id"] != id);
    }
    Json(file).into_response()
}
