//! Text calls with the receptionist from the dashboard.

use super::{
    Shared,
    auth::Caller,
    input::{Body, Id},
    problem::{Problem, ProblemBody},
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{browser, conversation::TurnEvent, escalation};
use voxanne_core::{
    call::view::{self, EscalationView},
    ids::{CallId, EscalationId},
    tenancy::Permission,
};

/// Requests that end by themselves.
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(start))
        .routes(routes!(leave))
        .routes(routes!(accept))
        .routes(routes!(say))
}

/// The stream of a turn, which has no deadline of its own.
pub fn streams() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(turn))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCall {
    /// How the caller wants to be called, at most 80 characters.
    caller_name: Option<String>,
    /// The caller's number.
    caller_number: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Started {
    /// The call.
    call: String,
    /// The first words.
    greeting: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// What is said, at most 1,000 characters.
    text: String,
}

/// Begin a text call with the receptionist.
#[utoipa::path(post, path = "/browser-calls", tag = "browser-calls", request_body = NewCall, responses((status = 200, body = Started), (status = "default", body = ProblemBody)))]
async fn start(
    State(state): State<Shared>,
    caller: Caller,
    Body(new): Body<NewCall>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    let (call, greeting) = browser::start(
        &state.app,
        &caller.actor,
        new.caller_name,
        new.caller_number,
    )
    .await?;
    Ok(axum::Json(Started {
        call: call.to_string(),
        greeting: greeting.as_str().to_owned(),
    })
    .into_response())
}

/// Say something in a text call; the answer streams as one JSON object a line.
#[utoipa::path(post, path = "/browser-calls/{id}/turns", tag = "browser-calls", params(("id" = String, Path)), request_body = Text, responses((status = 200, content_type = "application/x-ndjson", body = String), (status = "default", body = ProblemBody)))]
async fn turn(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
    Body(said): Body<Text>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    let events = browser::turn(&state.app, &caller.actor, id, &said.text).await?;
    let lines = stream::unfold(Some(events), |events| async move {
        let mut events = events?;
        match events.recv().await {
            Some(event) => Some((line(&event), Some(events))),
            None => Some((serde_json::json!({"t": "done"}), None)),
        }
    })
    .map(|line| Ok::<_, Infallible>(format!("{line}\n")));
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        axum::body::Body::from_stream(lines),
    )
        .into_response())
}

fn line(event: &TurnEvent) -> serde_json::Value {
    match event {
        TurnEvent::Say { text, cites } => {
            serde_json::json!({"t": "say", "text": text.as_str(), "cites": cites})
        }
        TurnEvent::Transfer { escalation, target } => serde_json::json!({
            "t": "transfer", "escalation": escalation,
            "words": target.as_ref().map_or_else(|| "Looking for a person".to_owned(), |t| format!("Calling {t}")),
        }),
        TurnEvent::TakeMessage => {
            serde_json::json!({"t": "take_message", "words": "Taking a message"})
        }
        TurnEvent::End => serde_json::json!({"t": "end", "words": "The receptionist hung up"}),
    }
}

/// Hang up a text call.
#[utoipa::path(delete, path = "/browser-calls/{id}", tag = "browser-calls", params(("id" = String, Path)), responses((status = 204), (status = "default", body = ProblemBody)))]
async fn leave(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::CallsAct)?;
    browser::leave(&state.app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a caller who waits for a person in the browser.
#[utoipa::path(post, path = "/escalations/{id}/accept", tag = "browser-calls", params(("id" = String, Path)), responses((status = 200, body = EscalationView), (status = "default", body = ProblemBody)))]
async fn accept(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<EscalationId>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    let person = caller.person()?;
    let call = escalation::accept(&state.app, &caller.actor, person, id)
        .await?
        .call
        .id;
    let all = state
        .app
        .store
        .read(caller.actor.org)
        .await?
        .escalations(call)
        .await?;
    let (found, steps) = all
        .iter()
        .find(|(e, _)| e.id == id)
        .ok_or_else(|| Problem::not_found("the escalation"))?;
    Ok(caller.json(&view::escalation(found, steps)))
}

/// Speak to a caller whose text call you accepted.
#[utoipa::path(post, path = "/calls/{id}/say", tag = "browser-calls", params(("id" = String, Path)), request_body = Text, responses((status = 202), (status = "default", body = ProblemBody)))]
async fn say(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
    Body(said): Body<Text>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::CallsAct)?;
    browser::staff_say(&state.app, &caller.actor, caller.person()?, id, &said.text).await?;
    Ok(StatusCode::ACCEPTED)
}
