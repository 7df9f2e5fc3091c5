//! Keys for programs.

use super::PageOf;
use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id, PageParams, Params},
    problem::Problem,
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::members::keys;
use voxanne_core::{
    ids::ApiKeyId,
    ports::store::ApiKey,
    tenancy::{Permission, Scope},
};

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct KeyView {
    id: String,
    name: String,
    /// How its secret begins.
    prefix: String,
    /// read, write, admin.
    scopes: Vec<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<ApiKey> for KeyView {
    fn from(k: ApiKey) -> Self {
        Self {
            id: k.id.to_string(),
            name: k.name,
            prefix: k.prefix,
            scopes: k.scopes.into_iter().map(|s| word(s).to_owned()).collect(),
            created_at: k.created_at.0,
            last_used_at: k.last_used_at.map(|at| at.0),
            revoked_at: k.revoked_at.map(|at| at.0),
        }
    }
}

const fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "write",
        Scope::Admin => "admin",
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewKey {
    name: String,
    /// read, write, admin.
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct CreatedKey {
    key: KeyView,
    /// Shown once.
    secret: String,
}

/// The keys, newest first.
#[utoipa::path(get, path = "/api-keys", tag = "api-keys", params(PageParams),
    responses((status = 200, body = PageOf<KeyView>)))]
async fn list_api_keys(
    State(state): State<Shared>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let keys = read.api_keys(page.cursor()?, page.limit()).await?;
    Ok(caller.snapshot(head, &PageOf::from(keys, KeyView::from)))
}

/// Makes a key.
#[utoipa::path(post, path = "/api-keys", tag = "api-keys", request_body = NewKey,
    responses((status = 200, body = CreatedKey)))]
async fn create_api_key(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<NewKey>,
) -> Result<Json<CreatedKey>, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let scopes = body
        .scopes
        .iter()
        .map(|s| match s.as_str() {
            "read" => Ok(Scope::Read),
            "write" => Ok(Scope::Write),
            "admin" => Ok(Scope::Admin),
            _ => Err(Problem::bad("scopes", "choose from read, write, admin")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (key, secret) = keys::create(&state.app, &caller.actor, &body.name, &scopes).await?;
    Ok(Json(CreatedKey {
        key: key.into(),
        secret: secret.expose().to_owned(),
    }))
}

/// Revokes a key.
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "api-keys", params(("id" = String, Path)),
    responses((status = 204)))]
async fn revoke_api_key(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::SettingsWrite)?;
    keys::revoke(&state.app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_api_keys, create_api_key))
        .routes(routes!(revoke_api_key))
}
