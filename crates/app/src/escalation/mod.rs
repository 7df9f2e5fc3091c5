//! Escalations: opened by a decision of the gate, moved by provider facts and people's clicks, watched at every step.

pub mod watchdog;

use crate::{App, Fault, opening};
use voxanne_core::{
    agent::AgentVersion,
    call::{
        Call, Life, Provider,
        escalation::{Escalation, EscalationKind, EscalationState, Happening, Step},
        fold::{CallState, Effects, announce, settle},
        message::TargetChoice,
    },
    ids::{CallId, EscalationId, InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Person, Urgency},
    ports::store::{Organization, TenantTx},
    tenancy::Actor,
    time::Millis,
};

/// Writes a changed call state with its steps, its log events and everything that follows.
pub async fn write_back(
    tx: &mut dyn TenantTx,
    before: &CallState,
    state: &mut CallState,
    steps: Vec<Step>,
) -> Result<(), Fault> {
    let at = tx.now();
    // The flags say where there is anything to read: see `Call::concerns_people`.
    state.call.flags.escalated |= state.escalation.is_some();
    state.call.flags.has_message |= state
        .inbox
        .as_ref()
        .is_some_and(|item| item.escalation.is_none());
    settle(state, at);
    let mut effects = Effects {
        steps,
        ..Effects::default()
    };
    announce(before, state, &mut effects);
    tx.put_call_state(state, &effects.steps).await?;
    for event in effects.events {
        tx.emit(event);
    }
    Ok(())
}

/// What a decision to escalate led to.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The escalation, new or joined.
    pub escalation: EscalationId,
    /// Whether somebody can be called now.
    pub can_dial: bool,
    /// The name of whoever is called first.
    pub first: Option<String>,
}

/// Opens an escalation or joins the open one of the call; a graver kind replaces a lighter one. Sticks even when the turn
/// that decided it is aborted.
pub async fn open(
    app: &App,
    org: OrgId,
    call: CallId,
    kind: EscalationKind,
    about: &str,
    candidates: &[TargetChoice],
) -> Result<Opened, Fault> {
    let mut tx = app.store.write(&Actor::system(org, "gate")).await?;
    let mut state = tx
        .call_state(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let at = app.now();
    let mut steps = Vec::new();
    match &mut state.escalation {
        Some(open) if !open.state.is_final() => {
            if kind > open.kind {
                open.kind = kind;
            }
        }
        _ => {
            let (new, step) = Escalation::open(EscalationId::new(), call, kind, at);
            steps.push(step);
            state.escalation = Some(new);
            state.inbox = None;
        }
    }
    let Some(escalation) = state.escalation.clone() else {
        return Err(Fault::Unavailable(
            "the escalation was not opened".to_owned(),
        ));
    };
    state.call.flags.escalated = true;
    state.call.flags.emergency |= kind == EscalationKind::Emergency;
    let urgency = Urgency::from(escalation.kind);
    match &mut state.inbox {
        Some(item) if item.escalation == Some(escalation.id) => {
            item.urgency = item.urgency.max(urgency);
            item.body.title = title(escalation.kind).to_owned();
        }
        _ => state.inbox = Some(item(&state.call, &escalation, about, at)),
    }
    let next = candidates
        .iter()
        .find(|c| !escalation.tried.contains(&c.key));
    let can_dial = next.is_some()
        && matches!(
            escalation.state,
            EscalationState::Decided | EscalationState::Failed | EscalationState::Dialing
        );
    let first = next.map(|c| c.name.clone());
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    metrics::counter!("voxanne_escalations_total", "kind" => kind.word()).increment(1);
    Ok(Opened {
        escalation: escalation.id,
        can_dial,
        first,
    })
}

fn title(kind: EscalationKind) -> &'static str {
    match kind {
        EscalationKind::Emergency => "Emergency",
        EscalationKind::Medical => "Medical question",
        EscalationKind::Human => "Asks for a person",
    }
}

fn item(call: &Call, escalation: &Escalation, about: &str, at: Millis) -> InboxItem {
    let urgency = Urgency::from(escalation.kind);
    InboxItem {
        id: InboxId::new(),
        kind: InboxKind::Escalation,
        urgency,
        call: Some(call.id),
        escalation: Some(escalation.id),
        created_at: at,
        due_at: Some(at.plus(urgency.limit_ms())),
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody {
            title: title(escalation.kind).to_owned(),
            words: "A person is being looked for.".to_owned(),
            caller_name: call.private.caller_name.clone(),
            caller_number: call.private.caller.clone(),
            reason: Some(voxanne_core::pii::Pii::new(
                about.chars().take(300).collect(),
            )),
            ..InboxBody::default()
        },
    }
}

/// Whom an escalation of this kind may reach now, by the version the call carries.
pub fn candidates(
    organization: &Organization,
    version: &AgentVersion,
    kind: EscalationKind,
    provider: Provider,
    now: Millis,
) -> Vec<TargetChoice> {
    let open = opening::is_open(organization, &version.body, now);
    // Only the built-in engine can ring on the dashboard; a hosted provider needs a number to dial.
    version
        .body
        .candidates(kind, open, provider == Provider::Builtin)
}

/// Candidates for the open escalation of a call; empty when there is none.
pub async fn candidates_for(
    app: &App,
    org: OrgId,
    call: CallId,
) -> Result<Vec<TargetChoice>, Fault> {
    let mut read = app.store.read(org).await?;
    let Some(state) = read.call_state(call).await? else {
        return Ok(Vec::new());
    };
    let Some(escalation) = &state.escalation else {
        return Ok(Vec::new());
    };
    let organization = read.organization().await?;
    let version = match state.call.frozen {
        Some(frozen) => read.agent_version(frozen.agent_version).await?,
        None => read.agent_current().await?,
    };
    Ok(version.map_or_else(Vec::new, |version| {
        candidates(
            &organization,
            &version,
            escalation.kind,
            state.call.provider,
            app.now(),
        )
    }))
}

/// Applies one happening to the open escalation of a call in a transaction of its own.
pub async fn happen(
    app: &App,
    actor: &Actor,
    call: CallId,
    what: Happening,
) -> Result<(CallState, voxanne_core::call::escalation::Next), Fault> {
    let mut tx = app.store.write(actor).await?;
    let mut state = tx
        .call_state(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let at = app.now();
    let Some(escalation) = &mut state.escalation else {
        return Err(Fault::NotFound("the escalation"));
    };
    let (next, steps) = escalation.apply(what, at);
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    Ok((state, next))
}

/// A signed-in person takes the caller who waits in the browser: the transfer is this click.
pub async fn accept(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: EscalationId,
) -> Result<CallState, Fault> {
    let mut tx = app.store.write(actor).await?;
    let escalation = tx
        .escalation(id)
        .await?
        .ok_or(Fault::NotFound("the escalation"))?;
    let mut state = tx
        .call_state(escalation.call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    if state.call.provider != Provider::Builtin || state.call.life != Life::Live {
        return Err(Fault::Conflict(
            "this caller cannot be taken here: call back instead".to_owned(),
        ));
    }
    let Some(current) = &mut state.escalation else {
        return Err(Fault::NotFound("the escalation"));
    };
    if current.id != id || current.state.is_final() {
        return Err(Fault::Conflict("somebody else was faster".to_owned()));
    }
    let (_, steps) = current.apply(Happening::AcceptedBy(person.name.clone()), app.now());
    if let Some(item) = &mut state.inbox {
        item.body.owner = Some(person.clone());
        item.acknowledged_at.get_or_insert(app.now());
        item.body.acknowledged_by.get_or_insert(person.clone());
    }
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.audit("escalation.accepted", Some(id.to_string()));
    tx.commit().await?;
    app.lines.person_joined(state.call.id, person);
    Ok(state)
}
