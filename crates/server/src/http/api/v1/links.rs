//! One-time links: what they will do, and using them.

use super::session;
use crate::http::{
    Shared,
    auth::{ClientAddr, same_origin},
    input::{Body, Id},
    problem::Problem,
};
use axum::{Json, extract::State, http::HeaderMap, response::Response};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::members::links;
use voxanne_core::pii::Secret;

/// The token of a link: any text, an unknown one is not found.
struct Token(String);

impl std::str::FromStr for Token {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.chars().take(128).collect()))
    }
}

/// What a link will do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LinkInfo)]
struct LinkView {
    /// first_owner, sign_in, invitation or reset.
    kind: String,
    email: String,
    name: String,
    organization_name: String,
    /// A password has to be given with it.
    needs_password: bool,
    /// The person has a password already, and it is that one.
    has_password: bool,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UseLink {
    /// The shown name, where the person is new.
    name: Option<String>,
    /// The chosen password, at least 12 characters.
    password: Option<String>,
    /// The first owner's own address, to sign in with later; other links ignore it.
    email: Option<String>,
}

/// What the link will do.
#[utoipa::path(get, path = "/links/{token}", tag = "session", security(()), params(("token" = String, Path)),
    responses((status = 200, body = LinkView)))]
async fn get_link(
    State(state): State<Shared>,
    ClientAddr(from): ClientAddr,
    Id(token): Id<Token>,
) -> Result<Json<LinkView>, Problem> {
    let taken = session::attempt(&state, from, "link")?;
    let shown = links::look(&state.app, &token.0).await?;
    state.attempts.give_back(taken);
    Ok(Json(LinkView {
        needs_password: shown.needs_password,
        has_password: shown.proves_itself(),
        kind: shown.kind.word().to_owned(),
        email: shown.user.email,
        name: shown.user.name,
        organization_name: shown.organization.name,
    }))
}

/// Uses the link up and signs in.
#[utoipa::path(post, path = "/links/{token}", tag = "session", security(()), params(("token" = String, Path)),
    request_body = UseLink, responses((status = 200, body = session::SessionView)))]
async fn use_link(
    State(state): State<Shared>,
    ClientAddr(from): ClientAddr,
    headers: HeaderMap,
    Id(token): Id<Token>,
    Body(body): Body<UseLink>,
) -> Result<Response, Problem> {
    same_origin(&headers, &state)?;
    let taken = session::attempt(&state, from, "link")?;
    let given = links::Given {
        name: body.name,
        password: body.password.map(Secret::new),
        email: body.email,
    };
    let entered = links::take(&state.app, &state.passwords, &token.0, &given).await?;
    state.attempts.give_back(taken);
    session::entered(&state, &entered)
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(get_link, use_link))
}
