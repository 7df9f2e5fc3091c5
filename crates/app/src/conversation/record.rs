//! What a turn leaves behind: its record, and the message or wish it completed.

use super::{TurnInput, brain::Mind, turn::Out};
use crate::{App, Fault, escalation::write_back, inbox};
use voxanne_core::{
    call::{
        TurnRow,
        escalation::Happening,
        talk::{Form, FormKind, Talk},
        view::{self, AppointmentView},
    },
    ids::{CallId, InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    log::NewEvent,
    pii::Pii,
    tenancy::Actor,
};

/// Records a turn with its stages, decision, citations and where the conversation stands.
pub(super) async fn turn(
    app: &App,
    input: &TurnInput,
    mind: &Mind,
    out: &Out,
    talk: Talk,
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
    let attempt = before
        .iter()
        .find(|t| t.no == input.no)
        .map_or(1, |t| t.attempt.saturating_add(1));
    let row = TurnRow {
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
    };
    let before = state.clone();
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
            item.body.caller_name.clone_from(&form.name);
            item.body.caller_number.clone_from(&form.number);
            if form.reason.is_some() {
                item.body.reason.clone_from(&form.reason);
            }
            steps = escalation.apply(Happening::MessageTaken, now).1;
            true
        }
        _ => false,
    };
    if !joined {
        let item = item(input.call, form, now);
        tx.put_inbox(&item).await?;
        inbox::announce(&mut *tx, &item);
    }
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    Ok(())
}

/// What a caller who hung up in the middle of a form had told: filed with what is there, so that nobody who wanted
/// something is forgotten. Done once: the form leaves the turn in the same transaction.
pub(crate) async fn unfinished(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let mut tx = app.store.write(&Actor::system(org, "conversation")).await?;
    let Some(mut last) = tx.turns(call).await?.pop() else {
        return Ok(());
    };
    let Some(form) = last.talk.form.take() else {
        return Ok(());
    };
    let Some(mut state) = tx.call_state(call).await? else {
        return Ok(());
    };
    tx.put_turn(call, &last).await?;
    // An escalation's own item stands in the inbox already, whatever the caller had told.
    let told = form.name.is_some() || form.number.is_some() || form.service.is_some();
    if told && form.kind != FormKind::Escalation {
        let before = state.clone();
        state.call.flags.has_message = true;
        let mut item = item(call, &form, app.now());
        item.body.words =
            "The caller hung up before the end: call back, then close this.".to_owned();
        if item.body.reason.is_none() {
            item.body.reason.clone_from(&state.call.private.gist);
        }
        tx.put_inbox(&item).await?;
        inbox::announce(&mut *tx, &item);
        write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn item(call: CallId, form: &Form, now: voxanne_core::time::Millis) -> InboxItem {
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
        id: InboxId::new(),
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
