//! What people do to calls: hang up, close an open ring.

use crate::{
    App, Fault,
    escalation::{watchdog::line_of, write_back},
};
use voxanne_core::{
    call::{Life, Outcome, Provider, escalation::Happening},
    ids::CallId,
    inbox::Person,
    pii::Pii,
    tenancy::Actor,
};

/// Hangs a live call up.
pub async fn end(app: &App, actor: &Actor, id: CallId) -> Result<(), Fault> {
    let call = app
        .store
        .read(actor.org)
        .await?
        .call(id)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    if call.life >= Life::Ended {
        return Err(Fault::Conflict("the call is over already".to_owned()));
    }
    match call.provider {
        Provider::Builtin => {
            crate::browser::hang_up(app, actor.org, id, "staff-ended-call").await?;
        }
        Provider::Vapi => {
            app.vapi
                .end(&line_of(&call), app.within(5_000))
                .await
                .map_err(|error| {
                    Fault::Unavailable(format!("the call could not be ended: {error}"))
                })?;
        }
    }
    let mut tx = app.store.write(actor).await?;
    tx.audit("call.ended", Some(id.to_string()));
    tx.commit().await?;
    Ok(())
}

/// A person says what became of a caller whose transfer nobody confirmed.
pub async fn close_ring(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: CallId,
    note: String,
) -> Result<(), Fault> {
    if note.chars().count() > 2_000 {
        return Err(Fault::bad("note", "at most 2,000 characters"));
    }
    let mut tx = app.store.write(actor).await?;
    let mut state = tx
        .call_state(id)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    if !state.call.outcome.is_some_and(Outcome::is_open) || state.call.ring_closed_at.is_some() {
        return Err(Fault::Conflict(
            "this call's ring is closed already".to_owned(),
        ));
    }
    let now = app.now();
    let mut steps = Vec::new();
    if let Some(escalation) = &mut state.escalation {
        steps = escalation
            .apply(Happening::ClosedBy(person.name.clone()), now)
            .1;
    } else {
        state.call.outcome = Some(Outcome::MessageAcknowledged);
    }
    if let Some(item) = &mut state.inbox {
        item.acknowledged_at.get_or_insert(now);
        item.body.acknowledged_by.get_or_insert(person.clone());
        item.closed_at = Some(now);
        item.body.outcome = Some("resolved".to_owned());
        item.body.note = Some(Pii::new(note));
    }
    write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.audit("call.ring_closed", Some(id.to_string()));
    tx.commit().await?;
    Ok(())
}
