//! Escalations: opened by a decision of the gate, moved by provider facts and people's clicks, watched at every step.

pub mod watchdog;

use crate::{App, Fault, opening::Doors};
use voxanne_core::{
    agent::Receptionist,
    call::{
        Call, Life, Provider,
        escalation::{Escalation, EscalationKind, Happening, Step},
        fold::{CallState, Effects, announce, settle},
        message::TargetChoice,
    },
    ids::{CallId, EscalationId, InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Person, Urgency},
    pii::Pii,
    ports::store::TenantTx,
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

/// Whom the escalations of a call may reach now.
#[derive(Debug)]
pub struct Reach<'a> {
    /// The version the call carries.
    pub body: &'a Receptionist,
    /// Whether the clinic is open.
    pub doors: Doors,
    /// Who carries the voice: only the built-in engine can ring on the dashboard, a hosted provider needs a number.
    pub provider: Provider,
}

impl Reach<'_> {
    /// The targets of a kind, best first.
    pub fn of(&self, kind: EscalationKind) -> Vec<TargetChoice> {
        self.body.candidates(
            kind,
            self.doors == Doors::Open,
            self.provider == Provider::Builtin,
        )
    }
}

/// Why a person is needed, and what the caller has told so far.
#[derive(Debug)]
pub struct Need<'a> {
    /// How grave it is.
    pub kind: EscalationKind,
    /// The caller's words.
    pub about: &'a str,
    /// Whom they gave as their name.
    pub name: Option<Pii<String>>,
    /// Where they want to be called.
    pub number: Option<Pii<String>>,
    /// Whom it may reach; nobody when the call is over.
    pub reach: Option<Reach<'a>>,
}

/// What a decision to escalate led to.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The escalation, new or joined.
    pub escalation: EscalationId,
    /// The name of whoever is called when the provider asks; none when nobody can be.
    pub target: Option<String>,
}

/// Opens an escalation or joins the open one of the call, which a graver kind makes graver. Sticks even when the turn that
/// decided it is aborted.
pub async fn open(app: &App, org: OrgId, call: CallId, need: Need<'_>) -> Result<Opened, Fault> {
    let mut tx = app.store.write(&Actor::system(org, "gate")).await?;
    let mut state = tx
        .call_state(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let at = app.now();
    let kind = need.kind;
    let reached = |kind| need.reach.as_ref().map_or_else(Vec::new, |r| r.of(kind));
    let mut steps = Vec::new();
    let mut raised = false;
    let escalation = match state.escalation.take() {
        Some(mut open) if !open.state.is_final() => {
            let step = open.raise(kind, &reached(kind), at);
            raised = step.is_some();
            steps.extend(step);
            open
        }
        _ => {
            let (new, step) = Escalation::open(EscalationId::new(), call, kind, at);
            steps.push(step);
            state.inbox = None;
            new
        }
    };
    state.call.flags.escalated = true;
    state.call.flags.emergency |= kind == EscalationKind::Emergency;
    match &mut state.inbox {
        Some(item) if item.escalation == Some(escalation.id) => {
            if raised {
                raise(item, &escalation, need.about, at);
            }
        }
        _ => state.inbox = Some(item(&state.call, &escalation, need.about, at)),
    }
    if let Some(item) = &mut state.inbox {
        tell(&mut item.body, need.name.as_ref(), need.number.as_ref());
    }
    let target = escalation
        .would_dial(&reached(escalation.kind), at)
        .map(|choice| choice.name.clone());
    let id = escalation.id;
    state.escalation = Some(escalation);
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    metrics::counter!("voxanne_escalations_total", "kind" => kind.word()).increment(1);
    Ok(Opened {
        escalation: id,
        target,
    })
}

/// Keeps a name and a number that the caller has told.
pub fn tell(body: &mut InboxBody, name: Option<&Pii<String>>, number: Option<&Pii<String>>) {
    if let Some(name) = name {
        body.caller_name = Some(name.clone());
    }
    if let Some(number) = number {
        body.caller_number = Some(number.clone());
    }
}

/// Makes the item of an escalation as grave as it has become.
fn raise(item: &mut InboxItem, escalation: &Escalation, about: &str, at: Millis) {
    item.urgency = Urgency::of(escalation);
    let due = at.plus(Urgency::from(escalation.kind).limit_ms());
    item.due_at = Some(item.due_at.map_or(due, |known| known.min(due)));
    item.body.title = title(escalation.kind).to_owned();
    // The reason that made it graver stands first; it is what somebody must read.
    let known = item.body.reason.take();
    let known = known.as_ref().map_or("", |known| known.expose().as_str());
    let reason = format!("{} / {known}", shortened(about));
    item.body.reason = Some(Pii::new(shortened(reason.trim_end_matches(" / "))));
    // Whoever acknowledged it before knew of something lighter.
    item.acknowledged_at = None;
    item.body.acknowledged_by = None;
    if escalation.state.is_searching() {
        item.body.words = SEARCHING.to_owned();
    }
}

const SEARCHING: &str = "A person is being looked for.";

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

fn title(kind: EscalationKind) -> &'static str {
    match kind {
        EscalationKind::Emergency => "Emergency",
        EscalationKind::Medical => "Medical question",
        EscalationKind::Human => "Asks for a person",
    }
}

fn item(call: &Call, escalation: &Escalation, about: &str, at: Millis) -> InboxItem {
    let limit = Urgency::from(escalation.kind).limit_ms();
    InboxItem {
        id: InboxId::new(),
        kind: InboxKind::Escalation,
        urgency: Urgency::of(escalation),
        call: Some(call.id),
        escalation: Some(escalation.id),
        created_at: at,
        due_at: Some(at.plus(limit)),
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody {
            title: title(escalation.kind).to_owned(),
            words: SEARCHING.to_owned(),
            caller_name: call.private.caller_name.clone(),
            caller_number: call.private.caller.clone(),
            reason: Some(Pii::new(shortened(about))),
            ..InboxBody::default()
        },
    }
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
    let Some(version) = version else {
        return Ok(Vec::new());
    };
    let reach = Reach {
        body: &version.body,
        doors: Doors::read(&mut *read, &organization, &version.body, app.now()).await?,
        provider: state.call.provider,
    };
    Ok(reach.of(escalation.kind))
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
