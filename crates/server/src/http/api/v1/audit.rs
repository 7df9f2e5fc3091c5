//! The audit trail: who did what, in an order that cannot be changed unnoticed.

use super::{PageOf, receptionist::Names};
use crate::http::{
    Shared,
    auth::Caller,
    input::{PageParams, Params},
    problem::Problem,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_core::tenancy::Permission;

/// A line of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    n: u64,
    at: i64,
    /// Who, by shown name.
    actor: String,
    action: String,
    /// The id of what it was done to.
    object: Option<String>,
    words: String,
}

/// An action in plain words; one not in the list is shown by its own name.
fn words(action: &str) -> String {
    let known = match action {
        "session.started" => "Signed in",
        "session.ended" => "Signed out",
        "password.changed" => "Changed the password",
        "link.used" => "Used a one-time link",
        "reset_link.made" => "Made a link for a new password",
        "organization.created" => "Created the organization",
        "organization.changed" => "Changed the clinic's details",
        "recording_settings.changed" => "Changed how recordings are kept",
        "member.added" => "Joined the team",
        "member.invited" => "Invited a person",
        "member.role_changed" => "Changed a role",
        "member.removed" => "Removed a person",
        "api_key.created" => "Made an API key",
        "api_key.revoked" => "Revoked an API key",
        "receptionist.saved" => "Saved a version of the receptionist",
        "phone_line.switched" => "Switched the phone line",
        "provider.changed" => "Changed the connection to the voice provider",
        "number.added" => "Routed a number here",
        "number.removed" => "Routed a number elsewhere",
        "call.ended" => "Ended a call",
        "call.ring_closed" => "Closed a call's ring",
        "inbox.taken" => "Took an inbox item",
        "inbox.acknowledged" => "Acknowledged an inbox item",
        "inbox.closed" => "Closed an inbox item",
        "escalation.accepted" => "Took a waiting caller",
        "recording.played" => "Played a recording",
        "recording.retried" => "Asked for a recording again",
        "document.uploaded" => "Added a document",
        "document.removed" => "Removed a document",
        "job.retried" => "Started a failed job again",
        other => return other.replace(['.', '_'], " "),
    };
    known.to_owned()
}

/// The audit trail, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(PageParams),
    responses((status = 200, body = PageOf<AuditEntry>)))]
async fn list_audit(
    State(state): State<Shared>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::AuditRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let rows = read.audit_trail(page.cursor()?, page.limit()).await?;
    let mut names = Names::default();
    let mut items = Vec::with_capacity(rows.items.len());
    for row in rows.items {
        items.push(AuditEntry {
            n: row.n,
            at: row.at.0,
            actor: names.of(&mut *read, &row.actor).await?,
            words: words(&row.action),
            action: row.action,
            object: row.object,
        });
    }
    Ok(caller.snapshot(
        head,
        &PageOf {
            items,
            next: rows.next,
        },
    ))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list_audit))
}
