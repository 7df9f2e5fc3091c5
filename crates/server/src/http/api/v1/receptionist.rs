//! The receptionist's versions.

use super::PageOf;
use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id, PageParams, Params},
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{Fault, agents};
use voxanne_core::{
    agent::{AgentVersion, Receptionist},
    ids::UserId,
    ports::store::TenantRead,
    tenancy::Permission,
};

/// A version of the receptionist.
#[derive(Debug, Serialize, ToSchema)]
struct ReceptionistVersion {
    version: u32,
    /// Who saved it.
    author: String,
    at: i64,
    body: Receptionist,
}

/// A version in a list.
#[derive(Debug, Serialize, ToSchema)]
struct VersionRow {
    version: u32,
    author: String,
    at: i64,
    note: Option<String>,
}

/// Shown names of the people and programs behind versions, each asked for once.
#[derive(Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// The shown name of an author or actor as the audit trail names it.
    pub(super) async fn of(
        &mut self,
        read: &mut dyn TenantRead,
        word: &str,
    ) -> Result<String, Problem> {
        if let Some(name) = self.0.get(word) {
            return Ok(name.clone());
        }
        let name = match word.parse::<UserId>() {
            Ok(id) => read
                .member(id)
                .await?
                .map_or_else(|| "A former member".to_owned(), |m| m.user.name),
            Err(_) => match word.split_once('_') {
                Some(("key", _)) => "A program with a key".to_owned(),
                _ if word == "provider" => "The voice provider".to_owned(),
                _ => "Voxanne".to_owned(),
            },
        };
        self.0.insert(word.to_owned(), name.clone());
        Ok(name)
    }
}

async fn view(
    read: &mut dyn TenantRead,
    version: AgentVersion,
) -> Result<ReceptionistVersion, Problem> {
    let author = Names::default().of(read, &version.author).await?;
    Ok(ReceptionistVersion {
        version: version.no,
        author,
        at: version.at.0,
        body: version.body,
    })
}

/// The version in force.
#[utoipa::path(get, path = "/receptionist", tag = "receptionist",
    responses((status = 200, body = ReceptionistVersion)))]
async fn get_receptionist(
    State(state): State<Shared>,
    caller: Caller,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let version = agents::current(&mut *read).await?;
    let shown = view(&mut *read, version).await?;
    Ok(caller.snapshot(head, &shown))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SaveReceptionist {
    /// The version the change was made on; 409 when it is not the one in force any more.
    expected_version: u32,
    body: Receptionist,
}

/// Saves the next version.
#[utoipa::path(put, path = "/receptionist", tag = "receptionist", request_body = SaveReceptionist,
    responses((status = 200, body = ReceptionistVersion)))]
async fn save_receptionist(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<SaveReceptionist>,
) -> Result<Response, Problem> {
    caller.require(Permission::ReceptionistWrite)?;
    let version = agents::save(&state.app, &caller.actor, body.expected_version, body.body).await?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let shown = view(&mut *read, version).await?;
    Ok(caller.json(&shown))
}

/// The versions, newest first.
#[utoipa::path(get, path = "/receptionist/versions", tag = "receptionist", params(PageParams),
    responses((status = 200, body = PageOf<VersionRow>)))]
async fn list_receptionist_versions(
    State(state): State<Shared>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let versions = read.agent_versions(page.cursor()?, page.limit()).await?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(versions.items.len());
    for version in versions.items {
        let author = names.of(&mut *read, &version.author).await?;
        items.push(VersionRow {
            version: version.no,
            author,
            at: version.at.0,
            note: None,
        });
    }
    Ok(caller.snapshot(
        head,
        &PageOf {
            items,
            next: versions.next,
        },
    ))
}

/// One version.
#[utoipa::path(get, path = "/receptionist/versions/{no}", tag = "receptionist", params(("no" = u32, Path)),
    responses((status = 200, body = ReceptionistVersion)))]
async fn get_receptionist_version(
    State(state): State<Shared>,
    caller: Caller,
    Id(no): Id<u32>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let version = read
        .agent_version(no)
        .await?
        .ok_or(Fault::NotFound("the version"))?;
    let shown = view(&mut *read, version).await?;
    Ok(caller.snapshot(head, &shown))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_receptionist, save_receptionist))
        .routes(routes!(list_receptionist_versions))
        .routes(routes!(get_receptionist_version))
}
