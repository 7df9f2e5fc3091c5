//! Signing in and out, and who is signed in.

use crate::http::{
    Shared,
    auth::{Caller, ClientAddr, csrf, same_origin, set_cookie},
    input::Body,
    problem::Problem,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::members::sessions::{self, Entered};
use voxanne_core::{
    pii::Secret,
    ports::store::{Organization, SignedIn},
};

/// The organization as its people see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrganizationView {
    id: String,
    name: String,
    time_zone: String,
    language: String,
    country: String,
}

impl From<&Organization> for OrganizationView {
    fn from(o: &Organization) -> Self {
        Self {
            id: o.id.to_string(),
            name: o.name.clone(),
            time_zone: o.time_zone.clone(),
            language: o.language.clone(),
            country: o.country.clone(),
        }
    }
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
    id: String,
    name: String,
    email: String,
    has_password: bool,
}

/// Who is signed in, and what that person may do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionView {
    user: UserView,
    organization: OrganizationView,
    /// owner, admin, staff or viewer.
    role: String,
    permissions: Vec<String>,
    /// To be sent as X-CSRF-Token with every write.
    csrf: String,
    /// The server is a demo.
    demo: bool,
    version: String,
}

fn view(state: &Shared, who: &SignedIn) -> SessionView {
    SessionView {
        user: UserView {
            id: who.user.id.to_string(),
            name: who.user.name.clone(),
            email: who.user.email.clone(),
            has_password: who.user.password.is_some(),
        },
        organization: OrganizationView::from(&who.organization),
        role: who.role.word().to_owned(),
        permissions: voxanne_core::tenancy::Permission::ALL
            .into_iter()
            .filter(|p| who.role.may(*p))
            .map(|p| p.word().to_owned())
            .collect(),
        csrf: csrf(state, who.session.id),
        demo: state.demo,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The answer that begins a session.
pub(super) fn entered(state: &Shared, entered: &Entered) -> Result<Response, Problem> {
    let mut response = Json(view(state, &entered.who)).into_response();
    let cookie = set_cookie(state, Some(&entered.token)).ok_or_else(Problem::broken)?;
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Counts an attempt to get in; refuses when there were too many.
pub(super) fn attempt(
    state: &Shared,
    from: IpAddr,
    account: &str,
) -> Result<crate::http::attempts::Taken, Problem> {
    state
        .attempts
        .take(from, account, state.app.now())
        .map_err(|wait| {
            Problem::too_many(
                "too many attempts: wait a while, or ask an admin for a new link",
                wait,
            )
        })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
}

/// Signs in by address and password; sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", security(()), request_body = SignIn,
    responses((status = 200, body = SessionView)))]
async fn sign_in(
    State(state): State<Shared>,
    ClientAddr(from): ClientAddr,
    headers: HeaderMap,
    Body(body): Body<SignIn>,
) -> Result<Response, Problem> {
    same_origin(&headers, &state)?;
    let taken = attempt(&state, from, &body.email)?;
    let password = Secret::new(body.password);
    let found = sessions::sign_in(&state.app, &state.passwords, &body.email, &password).await?;
    let Some(found) = found else {
        return Err(Problem::not_signed_in(
            "the address or the password is not right",
        ));
    };
    state.attempts.give_back(taken);
    entered(&state, &found)
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionView)))]
async fn get_session(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    Ok(Json(view(&state, caller.session()?)).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)))]
async fn sign_out(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    sessions::sign_out(&state.app, caller.session()?).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = set_cookie(&state, None) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The current one, where there is one.
    current: Option<String>,
    /// At least 12 characters.
    new: String,
}

/// Changes the own password; other sessions of the person end.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = NewPassword,
    responses((status = 204)))]
async fn change_password(
    State(state): State<Shared>,
    ClientAddr(from): ClientAddr,
    caller: Caller,
    Body(body): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    let who = caller.session()?;
    let taken = attempt(&state, from, &who.user.email)?;
    let (current, new) = (body.current.map(Secret::new), Secret::new(body.new));
    sessions::change_password(&state.app, &state.passwords, who, current.as_ref(), &new).await?;
    state.attempts.give_back(taken);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, get_session, sign_out))
        .routes(routes!(change_password))
}
