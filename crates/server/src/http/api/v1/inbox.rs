//! The inbox: what waits for a person.

use super::PageOf;
use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id, Params, cursor, limit},
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{Fault, inbox};
use voxanne_core::{
    call::view::InboxView, ids::InboxId, inbox::InboxKind, ports::store::InboxFilter,
    tenancy::Permission,
};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct InboxParams {
    /// open (by urgency, then age) or closed (newest first); open by default.
    state: Option<String>,
    /// escalation, message, appointment, unconfirmed_transfer or alarm.
    kind: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl InboxParams {
    fn filter(&self) -> Result<InboxFilter, Problem> {
        let closed = match self.state.as_deref() {
            None | Some("" | "open") => false,
            Some("closed") => true,
            Some(_) => return Err(Problem::bad("state", "open or closed")),
        };
        let kind = match self.kind.as_deref() {
            None | Some("") => None,
            Some(word) => Some(
                InboxKind::from_word(word).ok_or_else(|| Problem::bad("kind", "unknown kind"))?,
            ),
        };
        Ok(InboxFilter {
            closed,
            kind,
            call: None,
        })
    }
}

/// Items that wait for a person.
#[utoipa::path(get, path = "/inbox", tag = "inbox", params(InboxParams),
    responses((status = 200, body = PageOf<InboxView>)))]
async fn list_inbox(
    State(state): State<Shared>,
    caller: Caller,
    Params(params): Params<InboxParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let (filter, from) = (params.filter()?, cursor(params.cursor.as_deref())?);
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let page = read.inbox(filter, from, limit(params.limit)).await?;
    Ok(caller.snapshot(head, &PageOf::from(page, |row| inbox::shown(&row))))
}

/// One item.
#[utoipa::path(get, path = "/inbox/{id}", tag = "inbox", params(("id" = String, Path)),
    responses((status = 200, body = InboxView)))]
async fn get_inbox_item(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<InboxId>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let row = read
        .inbox_item(id)
        .await?
        .ok_or(Fault::NotFound("the inbox item"))?;
    Ok(caller.snapshot(head, &inbox::shown(&row)))
}

/// Takes an item on.
#[utoipa::path(post, path = "/inbox/{id}/take", tag = "inbox", params(("id" = String, Path)),
    responses((status = 200, body = InboxView)))]
async fn take_inbox_item(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<InboxId>,
) -> Result<Response, Problem> {
    caller.require(Permission::InboxAct)?;
    let row = inbox::take(&state.app, &caller.actor, caller.person()?, id).await?;
    Ok(caller.json(&inbox::shown(&row)))
}

/// Acknowledges an item: from here on a named person has it.
#[utoipa::path(post, path = "/inbox/{id}/acknowledge", tag = "inbox", params(("id" = String, Path)),
    responses((status = 200, body = InboxView)))]
async fn acknowledge_inbox_item(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<InboxId>,
) -> Result<Response, Problem> {
    caller.require(Permission::InboxAct)?;
    let row = inbox::acknowledge(&state.app, &caller.actor, caller.person()?, id).await?;
    Ok(caller.json(&inbox::shown(&row)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseItem {
    /// called_back, resolved, booked, no_answer, not_needed or other.
    outcome: String,
    /// At most 2,000 characters.
    note: Option<String>,
}

/// Closes an item with an outcome.
#[utoipa::path(post, path = "/inbox/{id}/close", tag = "inbox", params(("id" = String, Path)),
    request_body = CloseItem, responses((status = 200, body = InboxView)))]
async fn close_inbox_item(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<InboxId>,
    Body(body): Body<CloseItem>,
) -> Result<Response, Problem> {
    caller.require(Permission::InboxAct)?;
    let person = caller.person()?;
    let row = inbox::close(
        &state.app,
        &caller.actor,
        person,
        id,
        body.outcome,
        body.note,
    )
    .await?;
    Ok(caller.json(&inbox::shown(&row)))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_inbox))
        .routes(routes!(get_inbox_item))
        .routes(routes!(take_inbox_item))
        .routes(routes!(acknowledge_inbox_item))
        .routes(routes!(close_inbox_item))
}
