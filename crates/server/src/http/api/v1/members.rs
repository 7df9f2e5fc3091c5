//! The team.

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
use voxanne_app::members::{links, team};
use voxanne_core::{
    ids::UserId,
    ports::store::Member,
    tenancy::{Permission, Role},
};

/// A member of the team.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
struct MemberView {
    id: String,
    name: String,
    email: String,
    /// owner, admin, staff or viewer.
    role: String,
    /// active, or invited until the first sign-in.
    state: String,
    last_seen_at: Option<i64>,
}

impl From<Member> for MemberView {
    fn from(m: Member) -> Self {
        Self {
            id: m.user.id.to_string(),
            name: m.user.name,
            email: m.user.email,
            role: m.role.word().to_owned(),
            state: if m.invited { "invited" } else { "active" }.to_owned(),
            last_seen_at: m.last_seen_at.map(|at| at.0),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    email: String,
    name: String,
    /// owner, admin, staff or viewer.
    role: String,
}

#[derive(Serialize, ToSchema)]
struct Invited {
    member: MemberView,
    /// To hand over; shown once.
    link: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeRole {
    /// owner, admin, staff or viewer.
    role: String,
}

fn role(word: &str) -> Result<Role, Problem> {
    Role::from_word(word)
        .ok_or_else(|| Problem::bad("role", "choose one of owner, admin, staff, viewer"))
}

/// The team, by name.
#[utoipa::path(get, path = "/members", tag = "members", params(PageParams),
    responses((status = 200, body = PageOf<MemberView>)))]
async fn list_members(
    State(state): State<Shared>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let members = read.members(page.cursor()?, page.limit()).await?;
    Ok(caller.snapshot(head, &PageOf::from(members, MemberView::from)))
}

/// Invites a person.
#[utoipa::path(post, path = "/members", tag = "members", request_body = Invite,
    responses((status = 200, body = Invited)))]
async fn invite_member(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<Invite>,
) -> Result<Json<Invited>, Problem> {
    caller.require(Permission::MembersWrite)?;
    let (member, link) = team::invite(
        &state.app,
        &caller.actor,
        caller.role,
        &body.email,
        &body.name,
        role(&body.role)?,
    )
    .await?;
    Ok(Json(Invited {
        member: member.into(),
        link: links::address(&state.app, &link),
    }))
}

/// Changes a role.
#[utoipa::path(patch, path = "/members/{id}", tag = "members", params(("id" = String, Path)),
    request_body = ChangeRole, responses((status = 200, body = MemberView)))]
async fn change_member(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<UserId>,
    Body(body): Body<ChangeRole>,
) -> Result<Json<MemberView>, Problem> {
    caller.require(Permission::MembersWrite)?;
    let member = team::change_role(
        &state.app,
        &caller.actor,
        caller.role,
        id,
        role(&body.role)?,
    )
    .await?;
    Ok(Json(member.into()))
}

/// Takes a person out of the team; the last owner stays.
#[utoipa::path(delete, path = "/members/{id}", tag = "members", params(("id" = String, Path)),
    responses((status = 204)))]
async fn remove_member(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::MembersWrite)?;
    team::remove(&state.app, &caller.actor, caller.role, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_members, invite_member))
        .routes(routes!(change_member, remove_member))
}
