//! What a turn leaves behind: its record, and the message or wish it completed.

use super::{TurnInput, brain::Mind, form, turn::Out};
use crate::{
    App, Fault,
    escalation::{tell, write_back},
    inbox,
};
use voxanne_core::{
    call::{
        Outcome, Provider, TurnRow,
        escalation::{EscalationState, Happening, START_LIMIT_MS},
        fold::CallState,
        talk::{Form, FormKind, Talk},
        view::{self, AppointmentView},
    },
    ids::{CallId, InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    log::NewEvent,
    pii::Pii,
    ports::store::TenantTx,
    safety::{Role, Utterance},
    tenancy::Actor,
};

/// How long a character takes to be spoken, ms: a slow voice, so that the watchdog does not cut words off.
const MS_A_CHARACTER: i64 = 80;

/// Records a turn with its stages, decision, citations and where the conversation stands; none means where it stood before.
pub(super) async fn turn(
    app: &App,
    input: &TurnInput,
    mind: &Mind,
    out: &Out,
    talk: Option<Talk>,
) -> Result<(), Fault> {
    // Read before the writer is taken: nobody else writes this turn but a resend of it, which counts on from here.
    let before = app.store.read(input.org).await?.turns(input.call).await?;
    let mut tx = app
        .store
        .write(&Actor::system(input.org, "conversation"))
        .await?;
    let Some(mut state) = tx.call_state(input.call).await? else {
        return Err(Fault::NotFound("the call"));
    };
    let stood = || {
        let earlier = before.iter().rev().find(|t| t.no < input.no);
        earlier.map(|t| t.talk.clone()).unwrap_or_default()
    };
    let talk = talk.unwrap_or_else(stood);
    let known = before.into_iter().find(|t| t.no == input.no);
    if known
        .as_ref()
        .is_some_and(|known| goes_on(&known.said, &input.said))
    {
        // The caller went on talking and the provider asked again: that answer is heard, and this one is not.
        return Ok(());
    }
    let attempt = known.as_ref().map_or(1, |t| t.attempt.saturating_add(1));
    let row = match known {
        // Nothing was said: what was spoken belongs to the turn before, and before the first there is none.
        None if input.said.expose().is_empty() => return Ok(()),
        Some(known) if input.said.expose().is_empty() => TurnRow {
            spoken: Pii::new(format!(
                "{} {}",
                known.spoken.expose(),
                out.spoken.join(" ")
            )),
            interrupted: out.interrupted,
            talk: talk.clone(),
            ..known
        },
        _ => TurnRow {
            no: input.no,
            attempt,
            at: app.now(),
            said: input.said.clone(),
            spoken: Pii::new(out.spoken.join(" ")),
            decision: mind.decision_word().to_owned(),
            reasons: mind.reasons(),
            confidence: mind.verdict.confidence,
            cites: out.cites.clone(),
            degraded: mind.degraded.iter().map(|d| (*d).to_owned()).collect(),
            stages: mind.stages.clone(),
            interrupted: out.interrupted,
            talk: talk.clone(),
        },
    };
    let before = state.clone();
    if let Some(escalation) = &mut state.escalation
        && escalation.state == EscalationState::Decided
        && input.provider != Provider::Builtin
    {
        // The provider asks for the destination when these words are spoken, not before.
        let spoken = i64::try_from(row.spoken.expose().chars().count()).unwrap_or_default();
        escalation.step_deadline = Some(app.now().plus(START_LIMIT_MS + spoken * MS_A_CHARACTER));
    }
    state.call.flags.heard = true;
    state.call.flags.served |= !out.spoken.is_empty();
    state.call.flags.degraded |= !mind.degraded.is_empty();
    tx.put_turn(input.call, &row).await?;
    tx.emit(NewEvent::new(
        "turn.recorded",
        NewEvent::call_topic(input.call),
        Some(input.call),
        input.call,
        &serde_json::json!({"call": input.call, "turn": view::turn(&row)}),
    ));
    write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
    tx.commit().await?;
    app.lines.keep_talk(input.call, talk);
    Ok(())
}

/// Whether `later` is `said` and more.
fn goes_on(later: &Pii<String>, said: &Pii<String>) -> bool {
    let (later, said) = (later.expose(), said.expose());
    !said.is_empty() && later.len() > said.len() && later.starts_with(said.as_str())
}

/// Puts a completed form where people look: the escalation's own inbox item, or a new one.
pub(super) async fn form(app: &App, input: &TurnInput, form: &Form) -> Result<(), Fault> {
    let mut tx = app
        .store
        .write(&Actor::system(input.org, "conversation"))
        .await?;
    let mut state = tx
        .call_state(input.call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let now = app.now();
    let mut steps = Vec::new();
    state.call.flags.has_message = true;
    if state.call.private.caller_name.is_none() {
        state.call.private.caller_name.clone_from(&form.name);
    }
    let joined = match (&mut state.escalation, &mut state.inbox) {
        (Some(escalation), Some(item))
            if form.kind == FormKind::Escalation
                && !escalation.state.is_final()
                && item.escalation == Some(escalation.id) =>
        {
            tell(&mut item.body, form.name.as_ref(), form.number.as_ref());
            if form.reason.is_some() {
                item.body.reason.clone_from(&form.reason);
            }
            steps = escalation.apply(Happening::MessageTaken, now).1;
            true
        }
        _ => false,
    };
    if !joined {
        let item = item(input.call, input.no, form, now);
        file(&mut *tx, &mut state, item).await?;
    }
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    Ok(())
}

/// Files an item that a turn made, once: a provider that asks for the same turn again makes no second one. Without an
/// escalation it becomes the item that stands for the call.
async fn file(tx: &mut dyn TenantTx, state: &mut CallState, item: InboxItem) -> Result<(), Fault> {
    state.call.flags.has_message = true;
    if tx.inbox_item(item.id).await?.is_some() {
        return Ok(());
    }
    if state.escalation.is_none() {
        state.inbox = Some(item);
    } else {
        tx.put_inbox(&item).await?;
        inbox::announce(tx, &item);
    }
    Ok(())
}

/// A caller who was heard, and whom a fault cut off before anything was answered, is called back.
pub(crate) async fn broken_off(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let actor = Actor::system(org, "conversation");
    let mut tx = app.store.write(&actor).await?;
    let Some(mut state) = tx.call_state(call).await? else {
        return Ok(());
    };
    let known = &state.call;
    if known.outcome != Some(Outcome::Abandoned)
        || !known.flags.heard
        || known.private.caller.is_none()
        || !known.broke_off()
    {
        return Ok(());
    }
    let before = state.clone();
    let now = app.now();
    let urgency = Urgency::Normal;
    let item = InboxItem {
        id: InboxId::derived(call.bytes(), &["broken_off"]),
        kind: InboxKind::Message,
        urgency,
        call: Some(call),
        escalation: None,
        created_at: now,
        due_at: Some(now.plus(urgency.limit_ms())),
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody {
            title: "The call broke off".to_owned(),
            words: "A fault cut the caller off: call back, then close this.".to_owned(),
            caller_name: known.private.caller_name.clone(),
            caller_number: known.private.caller.clone(),
            reason: known.private.gist.clone(),
            ..InboxBody::default()
        },
    };
    file(&mut *tx, &mut state, item).await?;
    write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
    tx.commit().await?;
    Ok(())
}

/// A form that was left for something graver: filed with what is there, so that the wish is not forgotten.
pub(super) async fn left(app: &App, input: &TurnInput, form: &Form) -> Result<(), Fault> {
    if !has_content(form) {
        return Ok(());
    }
    let actor = Actor::system(input.org, "conversation");
    let mut tx = app.store.write(&actor).await?;
    let mut state = tx
        .call_state(input.call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let mut item = item(input.call, input.no, form, app.now());
    item.body.words =
        "The caller went on to something graver: ask them, then close this.".to_owned();
    file(&mut *tx, &mut state, item).await?;
    write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a form holds anything but the number that the caller called from.
fn has_content(form: &Form) -> bool {
    form.name.is_some() || form.number.is_some() || form.service.is_some()
}

/// What a caller who hung up had told: a form in the middle of which they left is filed with what is there, and the item of
/// an escalation gets the name and the number that were told anywhere in the call, so that nobody who wanted something is
/// forgotten. Done once: the form leaves the turn in the same transaction.
pub(crate) async fn unfinished(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let mut tx = app.store.write(&Actor::system(org, "conversation")).await?;
    let mut turns = tx.turns(call).await?;
    let Some(mut state) = tx.call_state(call).await? else {
        return Ok(());
    };
    let before = state.clone();
    let Some(last) = turns.last_mut() else {
        return Ok(());
    };
    let form = last.talk.form.take();
    if let Some(form) = &form {
        tx.put_turn(call, last).await?;
        if has_content(form) && form.kind != FormKind::Escalation {
            let mut item = item(call, last.no, form, app.now());
            item.body.words =
                "The caller hung up before the end: call back, then close this.".to_owned();
            if item.body.reason.is_none() {
                item.body.reason.clone_from(&state.call.private.gist);
            }
            file(&mut *tx, &mut state, item).await?;
        }
    }
    if let Some(item) = &mut state.inbox
        && item.escalation.is_some()
        && item.closed_at.is_none()
    {
        let own = form.iter().find(|form| form.kind == FormKind::Escalation);
        let mut name = own.and_then(|form| form.name.clone());
        let mut number = own.and_then(|form| form.number.clone());
        let said: Vec<Utterance> = turns
            .into_iter()
            .map(|turn| Utterance {
                role: Role::Caller,
                text: turn.said,
            })
            .collect();
        let told = form::told("", &said);
        name = name.or(told.0).filter(|_| item.body.caller_name.is_none());
        number = number
            .or(told.1)
            .filter(|_| item.body.caller_number.is_none());
        tell(&mut item.body, name.as_ref(), number.as_ref());
    }
    if state != before || form.is_some() {
        write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn item(call: CallId, turn: u32, form: &Form, now: voxanne_core::time::Millis) -> InboxItem {
    let text = |value: &Option<Pii<String>>| {
        value
            .as_ref()
            .map(|v| v.expose().clone())
            .unwrap_or_default()
    };
    let (kind, title, words, appointment) = match form.kind {
        FormKind::Appointment(wish) => (
            InboxKind::Appointment,
            match wish {
                voxanne_core::call::talk::Wish::Book => "Wants an appointment",
                voxanne_core::call::talk::Wish::Change => "Wants to move an appointment",
                voxanne_core::call::talk::Wish::Cancel => "Wants to cancel an appointment",
            },
            "Call back to confirm: nothing was promised.",
            Some(AppointmentView {
                service: text(&form.service),
                days: text(&form.days),
                returning: form.returning,
                wish: wish.word().to_owned(),
            }),
        ),
        FormKind::Message | FormKind::Escalation => (
            InboxKind::Message,
            "Message",
            "Call back, then close this.",
            None,
        ),
    };
    let urgency = if form.kind == FormKind::Escalation {
        Urgency::Urgent
    } else {
        Urgency::Normal
    };
    InboxItem {
        id: InboxId::derived(call.bytes(), &[kind.word(), &turn.to_string()]),
        kind,
        urgency,
        call: Some(call),
        escalation: None,
        created_at: now,
        due_at: Some(now.plus(urgency.limit_ms())),
        acknowledged_at: None,
        closed_at: None,
        body: InboxBody {
            title: title.to_owned(),
            words: words.to_owned(),
            caller_name: form.name.clone(),
            caller_number: form.number.clone(),
            reason: form.reason.clone(),
            appointment,
            ..InboxBody::default()
        },
    }
}
