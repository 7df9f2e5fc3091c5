//! What is going on now, and the switch of the phone line.

use crate::http::{Shared, auth::Caller, health, input::Body, problem::Problem};
use axum::{Json, extract::State, response::Response};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{
    inbox,
    settings::phone_line::{self, LineMode, PhoneLineView},
};
use voxanne_core::{
    agent::hours,
    call::view::{self, CallView, InboxView},
    inbox::Urgency,
    page::Limit,
    ports::store::{CallFilter, InboxFilter, StoreError, TenantRead},
    tenancy::Permission,
    time::Millis,
};

/// A part that does not work as it should.
#[derive(Debug, Serialize, ToSchema)]
struct DegradedPart {
    part: String,
    words: String,
}

/// The ledger of today, in the clinic's zone.
#[derive(Debug, Serialize, ToSchema)]
struct Today {
    /// Calls that came.
    rings: u64,
    /// Of these closed.
    closed: u64,
    /// Calls whose ring a person still has to close, newest first, at most 50, of any day.
    open: Vec<CallView>,
    /// How many by outcome.
    outcomes: BTreeMap<String, u64>,
}

/// What is going on now.
#[derive(Debug, Serialize, ToSchema)]
struct Overview {
    line: PhoneLineView,
    ringing: u64,
    live: u64,
    inbox_open: u64,
    /// Emergencies nobody has acknowledged.
    emergencies: Vec<InboxView>,
    today: Today,
    degraded: Vec<DegradedPart>,
}

/// What is going on now.
#[utoipa::path(get, path = "/overview", tag = "overview", responses((status = 200, body = Overview)))]
async fn get_overview(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let degraded = health::checks(&state)
        .await
        .into_iter()
        .filter(|c| c.degraded)
        .map(|c| DegradedPart {
            part: c.name,
            words: c.words,
        })
        .collect();
    let now = state.app.now();
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let line = phone_line::shown(&mut *read, now).await?;
    let (ringing, live) = read.live_counts().await?;
    let inbox_open = read.inbox_open().await?;
    let emergencies = emergencies(&mut *read).await?;
    let zone = hours::zone(&caller.organization.time_zone).unwrap_or(Tz::UTC);
    let midnight = hours::day_start(now, zone);
    let counts = read.day_counts(midnight, Millis(i64::MAX)).await?;
    let open_rings = CallFilter {
        open_rings: true,
        ..CallFilter::default()
    };
    let open = read
        .calls(&open_rings, None, Limit::DEFAULT)
        .await?
        .items
        .iter()
        .map(|(call, escalation)| view::call(call, escalation.as_ref()))
        .collect();
    let today = Today {
        rings: counts.rings,
        closed: counts.closed,
        open,
        outcomes: counts.outcomes.into_iter().collect(),
    };
    let overview = Overview {
        line,
        ringing,
        live,
        inbox_open,
        emergencies,
        today,
        degraded,
    };
    Ok(caller.snapshot(head, &overview))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SwitchLine {
    /// Who answers.
    mode: LineMode,
    /// When the receptionist answers again; absent or null: until somebody switches back.
    until: Option<i64>,
}

/// Switches who answers the phone.
#[utoipa::path(put, path = "/phone-line", tag = "overview", request_body = SwitchLine,
    responses((status = 200, body = PhoneLineView)))]
async fn switch_phone_line(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<SwitchLine>,
) -> Result<Json<PhoneLineView>, Problem> {
    caller.require(Permission::CallsAct)?;
    let by = caller.person.as_ref().map(|p| p.name.clone());
    let until = body.until.map(Millis);
    Ok(Json(
        phone_line::switch(&state.app, &caller.actor, by, body.mode, until).await?,
    ))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(get_overview))
        .routes(routes!(switch_phone_line))
}

/// Pages of emergencies that are looked through for those that nobody has acknowledged.
const MOST_PAGES: usize = 20;

/// Open emergencies that nobody has acknowledged, the oldest first, however many acknowledged ones stand before them.
async fn emergencies(read: &mut dyn TenantRead) -> Result<Vec<InboxView>, StoreError> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let page = read
            .inbox(InboxFilter::default(), cursor.as_deref(), Limit::MAX)
            .await?;
        let all = page.items.len();
        let grave: Vec<_> = page
            .items
            .iter()
            .take_while(|(item, _, _)| item.urgency == Urgency::Emergency)
            .collect();
        let new = grave
            .iter()
            .filter(|(item, _, _)| item.acknowledged_at.is_none());
        found.extend(new.map(|listed| inbox::shown(listed)));
        let ends = grave.len() < all || found.len() >= Limit::MAX.get() as usize;
        cursor = page.next;
        if ends || cursor.is_none() {
            break;
        }
    }
    Ok(found)
}
