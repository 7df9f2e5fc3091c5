//! Settings of the clinic and its voice provider.

use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id},
    problem::Problem,
};
use axum::{Json, extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{
    Fault,
    members::organizations::NewOrganization,
    settings::{
        self, RecordingSettings, numbers,
        provider::{self, ProviderChange, ProviderSettings},
    },
};
use voxanne_core::{
    ids::PhoneNumberId,
    pii::Secret,
    ports::store::{HookAuth, TenantRead},
    tenancy::Permission,
};

/// Who the clinic is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClinicSettings {
    name: String,
    /// IANA zone.
    time_zone: String,
    /// en or es.
    language: String,
    /// ISO 3166, two capital letters.
    country: String,
}

/// The settings.
#[derive(Debug, Serialize, ToSchema)]
struct Settings {
    organization: ClinicSettings,
    recording: RecordingSettings,
    provider: ProviderSettings,
}

async fn view(state: &Shared, read: &mut dyn TenantRead) -> Result<Settings, Problem> {
    let organization = read.organization().await?;
    Ok(Settings {
        organization: ClinicSettings {
            name: organization.name,
            time_zone: organization.time_zone,
            language: organization.language,
            country: organization.country,
        },
        recording: settings::recording(read).await?,
        provider: provider::shown(&state.app, read).await?,
    })
}

/// The settings; secrets are never shown.
#[utoipa::path(get, path = "/settings", tag = "settings", responses((status = 200, body = Settings)))]
async fn get_settings(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let shown = view(&state, &mut *read).await?;
    Ok(caller.snapshot(head, &shown))
}

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettingsChange {
    organization: Option<ClinicSettings>,
    recording: Option<RecordingSettings>,
}

/// Changes the clinic's settings.
#[utoipa::path(put, path = "/settings", tag = "settings", request_body = SettingsChange,
    responses((status = 200, body = Settings)))]
async fn change_settings(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<SettingsChange>,
) -> Result<Response, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let organization = body.organization.map(|o| NewOrganization {
        name: o.name,
        time_zone: o.time_zone,
        language: o.language,
        country: o.country,
    });
    settings::change(&state.app, &caller.actor, organization, body.recording).await?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let shown = view(&state, &mut *read).await?;
    Ok(caller.json(&shown))
}

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProviderChange)]
struct ProviderInput {
    /// The provider's API.
    base_url: Option<String>,
    /// Our address as the provider reaches it; empty takes the server's own.
    public_url: Option<String>,
    /// The provider's private key; never shown again.
    api_key: Option<String>,
    /// The provider's public key, for control of running calls; never shown again.
    public_key: Option<String>,
    /// The account's id at the provider.
    org_id: Option<String>,
    /// hmac, bearer or legacy.
    auth: Option<String>,
    /// The webhook secret; needed the first time. The one before stays valid for a day.
    secret: Option<String>,
}

/// Changes the connection to the voice provider.
#[utoipa::path(put, path = "/settings/provider", tag = "settings", request_body = ProviderInput,
    responses((status = 200, body = ProviderSettings)))]
async fn change_provider(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<ProviderInput>,
) -> Result<Json<ProviderSettings>, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let auth = match body.auth.as_deref() {
        None => None,
        Some("hmac") => Some(HookAuth::Hmac),
        Some("bearer") => Some(HookAuth::Bearer),
        Some("legacy") => Some(HookAuth::Legacy),
        Some(_) => return Err(Problem::bad("auth", "choose hmac, bearer or legacy")),
    };
    let change = ProviderChange {
        base_url: body.base_url,
        public_url: body.public_url,
        api_key: body.api_key.map(Secret::new),
        public_key: body.public_key.map(Secret::new),
        account: body.org_id,
        auth,
        secret: body.secret.map(Secret::new),
    };
    Ok(Json(
        provider::change(&state.app, &caller.actor, change).await?,
    ))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNumber {
    /// The provider's id of the number.
    provider_id: String,
    /// With + and the country code.
    number: String,
}

/// Routes a number of the provider here.
#[utoipa::path(post, path = "/settings/provider/numbers", tag = "settings", request_body = NewNumber,
    responses((status = 200, body = ProviderSettings)))]
async fn add_number(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<NewNumber>,
) -> Result<Json<ProviderSettings>, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let shown =
        provider::add_number(&state.app, &caller.actor, &body.provider_id, &body.number).await?;
    Ok(Json(shown))
}

/// Routes a number elsewhere again.
#[utoipa::path(delete, path = "/settings/provider/numbers/{id}", tag = "settings", params(("id" = String, Path)),
    responses((status = 200, body = ProviderSettings)))]
async fn remove_number(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<PhoneNumberId>,
) -> Result<Json<ProviderSettings>, Problem> {
    caller.require(Permission::SettingsWrite)?;
    Ok(Json(
        provider::remove_number(&state.app, &caller.actor, id).await?,
    ))
}

/// Looks at every number at the provider now, and mends what is different there.
#[utoipa::path(post, path = "/settings/provider/check", tag = "settings",
    responses((status = 200, body = ProviderSettings)))]
async fn check_numbers(
    State(state): State<Shared>,
    caller: Caller,
) -> Result<Json<ProviderSettings>, Problem> {
    caller.require(Permission::SettingsWrite)?;
    let org = caller.actor.org;
    numbers::look(&state.app, org, true).await?;
    let mut read = state.app.store.read(org).await.map_err(Fault::from)?;
    Ok(Json(provider::shown(&state.app, &mut *read).await?))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_settings, change_settings))
        .routes(routes!(change_provider))
        .routes(routes!(check_numbers))
        .routes(routes!(add_number))
        .routes(routes!(remove_number))
}
