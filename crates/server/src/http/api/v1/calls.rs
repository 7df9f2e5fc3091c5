//! Calls: the list, one call, its transcript, and what people do to it.

use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id, PageParams, Params, cursor, limit},
    problem::Problem,
};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{Fault, agents, calls, inbox};
use voxanne_core::{
    call::{
        Life, Outcome,
        view::{self, CallView, EscalationView, InboxView, RecordingView, SegmentView, TurnView},
    },
    ids::{AgentId, CallId},
    page::{Limit, Page},
    phone,
    pii::Pii,
    ports::store::{CallFilter, InboxFilter, TenantRead},
    tenancy::Permission,
    time::Millis,
};

/// Segments that come with a call.
const FIRST_SEGMENTS: u32 = 200;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CallParams {
    /// ringing, live, ended, reported; or open = all before reported.
    life: Option<String>,
    /// Only this outcome.
    outcome: Option<String>,
    /// Only escalated ones.
    escalated: Option<bool>,
    /// Only of this receptionist; there is one.
    agent: Option<String>,
    /// Begun at or after, ms.
    from: Option<i64>,
    /// Begun before, ms.
    to: Option<i64>,
    /// Only of this caller's number.
    caller: Option<String>,
    /// Words that all occur in the transcript; whole words, no phrases.
    q: Option<String>,
    /// Only rings a person still has to close.
    open_rings: Option<bool>,
    cursor: Option<String>,
    limit: Option<u32>,
}

impl CallParams {
    fn filter(&self) -> Result<CallFilter, Problem> {
        let lives = match self.life.as_deref() {
            None | Some("") => Vec::new(),
            Some("open") => vec![Life::Ringing, Life::Live, Life::Ended],
            Some(word) => vec![Life::from_word(word).ok_or_else(|| {
                Problem::bad("life", "one of open, ringing, live, ended, reported")
            })?],
        };
        let outcome = match self.outcome.as_deref() {
            None | Some("") => None,
            Some(word) => Some(
                Outcome::from_word(word)
                    .ok_or_else(|| Problem::bad("outcome", "unknown outcome"))?,
            ),
        };
        let caller = match self.caller.as_deref() {
            None | Some("") => None,
            Some(text) => {
                Some(Pii::new(phone::normalize(text).ok_or_else(|| {
                    Problem::bad("caller", "give a telephone number")
                })?))
            }
        };
        let words = self.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        if words.is_some_and(|q| q.len() > 400) {
            return Err(Problem::bad("q", "at most 400 characters"));
        }
        Ok(CallFilter {
            lives,
            outcome,
            escalated: self.escalated.unwrap_or(false),
            from: self.from.map(Millis),
            to: self.to.map(Millis),
            caller,
            words: words.map(Pii::from),
            open_rings: self.open_rings.unwrap_or(false),
        })
    }
}

/// A page of calls.
#[derive(Debug, Serialize, ToSchema)]
struct CallList {
    items: Vec<CallView>,
    /// The cursor of the next page; null at the end.
    next: Option<String>,
    /// The page ended because it had searched enough: back to this time, ms; go on with `next`.
    #[serde(skip_serializing_if = "Option::is_none")]
    searched_back_to: Option<i64>,
}

/// Calls, newest first.
#[utoipa::path(get, path = "/calls", tag = "calls", params(CallParams),
    responses((status = 200, body = CallList)))]
async fn list_calls(
    State(state): State<Shared>,
    caller: Caller,
    Params(params): Params<CallParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let filter = params.filter()?;
    if filter.caller.is_some() {
        // Asking for a number is telling it: who sees numbers masked may not search by them.
        caller.require(Permission::CallsFull)?;
    }
    let from = cursor(params.cursor.as_deref())?;
    let agent = match params.agent.as_deref() {
        None | Some("") => None,
        Some(text) => Some(
            text.parse::<AgentId>()
                .map_err(|_| Problem::bad("agent", "this is no receptionist's id"))?,
        ),
    };
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let page = match (agent, agents::current(&mut *read).await) {
        // There is one receptionist: of any other there are no calls.
        (Some(agent), Ok(version)) if version.agent != agent => {
            Page::from_rows(Vec::new(), Limit::DEFAULT, |_| ())
        }
        _ => read.calls(&filter, from, limit(params.limit)).await?,
    };
    let list = CallList {
        items: page
            .items
            .iter()
            .map(|(c, e)| view::call(c, e.as_ref()))
            .collect(),
        next: page.next,
        searched_back_to: page.searched_back_to,
    };
    Ok(caller.snapshot(head, &list))
}

/// A call with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
struct CallDetail {
    #[serde(flatten)]
    call: CallView,
    /// The receptionist's version it carries; 0 when it was adopted without one.
    agent_version: u32,
    knowledge_rev: u64,
    transcript_rev: u32,
    escalations: Vec<EscalationView>,
    inbox: Vec<InboxView>,
    recordings: Vec<RecordingView>,
    /// The newest 200.
    turns: Vec<TurnView>,
    /// The first 200 of the highest revision.
    segments: Vec<SegmentView>,
    segments_next: Option<String>,
}

async fn detail(read: &mut dyn TenantRead, id: CallId) -> Result<CallDetail, Problem> {
    let call = read.call(id).await?.ok_or(Fault::NotFound("the call"))?;
    let escalations = read.escalations(id).await?;
    let mut items = Vec::new();
    for closed in [false, true] {
        let filter = InboxFilter {
            closed,
            kind: None,
            call: Some(id),
        };
        items.extend(
            read.inbox(filter, None, Limit::MAX)
                .await?
                .items
                .iter()
                .map(inbox::shown),
        );
    }
    let recordings = read
        .recordings(id)
        .await?
        .iter()
        .map(view::recording)
        .collect();
    let turns = read.turns(id).await?.iter().map(view::turn).collect();
    let mut segments = Vec::new();
    let mut next = None;
    while segments.len() < FIRST_SEGMENTS as usize {
        let page = read
            .segments(id, call.transcript_rev, next.as_deref(), Limit::MAX)
            .await?;
        segments.extend(page.items.iter().map(view::segment));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let latest = escalations.last().map(|(e, _)| e);
    Ok(CallDetail {
        agent_version: call.frozen.map_or(0, |f| f.agent_version),
        knowledge_rev: call.frozen.map_or(0, |f| f.knowledge_rev),
        transcript_rev: call.transcript_rev,
        call: view::call(&call, latest),
        escalations: escalations
            .iter()
            .map(|(e, steps)| view::escalation(e, steps))
            .collect(),
        inbox: items,
        recordings,
        turns,
        segments,
        segments_next: next,
    })
}

/// One call.
#[utoipa::path(get, path = "/calls/{id}", tag = "calls", params(("id" = String, Path)),
    responses((status = 200, body = CallDetail)))]
async fn get_call(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let detail = detail(&mut *read, id).await?;
    Ok(caller.snapshot(head, &detail))
}

/// A page of a transcript.
#[derive(Debug, Serialize, ToSchema)]
struct SegmentList {
    /// The revision; a page of another revision does not continue this one.
    rev: u32,
    items: Vec<SegmentView>,
    next: Option<String>,
}

/// The transcript, page by page.
#[utoipa::path(get, path = "/calls/{id}/segments", tag = "calls", params(("id" = String, Path), PageParams),
    responses((status = 200, body = SegmentList)))]
async fn list_segments(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let call = read.call(id).await?.ok_or(Fault::NotFound("the call"))?;
    let segments = read
        .segments(id, call.transcript_rev, page.cursor()?, page.limit())
        .await?;
    let list = SegmentList {
        rev: call.transcript_rev,
        items: segments.items.iter().map(view::segment).collect(),
        next: segments.next,
    };
    Ok(caller.snapshot(head, &list))
}

/// Hangs a live call up.
#[utoipa::path(post, path = "/calls/{id}/end", tag = "calls", params(("id" = String, Path)),
    responses((status = 202)))]
async fn end_call(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::CallsAct)?;
    calls::end(&state.app, &caller.actor, id).await?;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseRing {
    /// What became of the caller, at most 2,000 characters.
    note: String,
}

/// A person says what became of a caller whose transfer nobody confirmed.
#[utoipa::path(post, path = "/calls/{id}/close", tag = "calls", params(("id" = String, Path)),
    request_body = CloseRing, responses((status = 200, body = CallDetail)))]
async fn close_call(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<CallId>,
    Body(body): Body<CloseRing>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    calls::close_ring(&state.app, &caller.actor, caller.person()?, id, body.note).await?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let detail = detail(&mut *read, id).await?;
    Ok(caller.json(&detail).into_response())
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_calls))
        .routes(routes!(get_call))
        .routes(routes!(list_segments))
        .routes(routes!(end_call))
        .routes(routes!(close_call))
}
