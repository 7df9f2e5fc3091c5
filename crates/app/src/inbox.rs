//! The inbox: taking, acknowledging and closing what waits for a person. Only named, signed-in people can.

use crate::{App, Fault, escalation::write_back};
use voxanne_core::{
    call::{
        Life,
        escalation::{EscalationState, Happening},
        fold::can_accept,
        view,
    },
    ids::InboxId,
    inbox::{InboxItem, Person},
    log::NewEvent,
    pii::Pii,
    ports::store::{TenantTx, tenant::ListedInbox},
    tenancy::Actor,
};

/// Outcomes an item can be closed with.
pub const OUTCOMES: [&str; 6] = [
    "called_back",
    "resolved",
    "booked",
    "no_answer",
    "not_needed",
    "other",
];

enum Act {
    Take,
    Acknowledge,
    Close {
        outcome: String,
        note: Option<Pii<String>>,
    },
}

/// Somebody takes an item on.
pub async fn take(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: InboxId,
) -> Result<ListedInbox, Fault> {
    act(app, actor, person, id, Act::Take).await
}

/// Somebody acknowledges an item: from here on a named person has it.
pub async fn acknowledge(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: InboxId,
) -> Result<ListedInbox, Fault> {
    act(app, actor, person, id, Act::Acknowledge).await
}

/// Somebody closes an item with an outcome.
pub async fn close(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: InboxId,
    outcome: String,
    note: Option<String>,
) -> Result<ListedInbox, Fault> {
    if !OUTCOMES.contains(&outcome.as_str()) {
        return Err(Fault::bad(
            "outcome",
            format!("choose one of {}", OUTCOMES.join(", ")),
        ));
    }
    if note.as_ref().is_some_and(|n| n.chars().count() > 2_000) {
        return Err(Fault::bad("note", "at most 2,000 characters"));
    }
    act(
        app,
        actor,
        person,
        id,
        Act::Close {
            outcome,
            note: note.map(Pii::new),
        },
    )
    .await
}

async fn act(
    app: &App,
    actor: &Actor,
    person: &Person,
    id: InboxId,
    what: Act,
) -> Result<ListedInbox, Fault> {
    let mut tx = app.store.write(actor).await?;
    let (item, _, _) = tx
        .inbox_item(id)
        .await?
        .ok_or(Fault::NotFound("the inbox item"))?;
    let action = match &what {
        Act::Take => "inbox.taken",
        Act::Acknowledge => "inbox.acknowledged",
        Act::Close { .. } => "inbox.closed",
    };
    if item.closed_at.is_some() {
        return Err(Fault::Conflict("this item is closed already".to_owned()));
    }
    let state = match item.call {
        Some(call) => tx.call_state(call).await?,
        None => None,
    };
    match state {
        Some(mut state)
            if item.escalation.is_some()
                && state.escalation.as_ref().map(|e| e.id) == item.escalation =>
        {
            let before = state.clone();
            let mut item = item;
            change(app, &mut item, person, &what);
            let happening = match &what {
                Act::Take => None,
                Act::Acknowledge => Some(Happening::AcknowledgedBy(person.name.clone())),
                Act::Close { .. } => Some(Happening::ClosedBy(person.name.clone())),
            };
            state.inbox = Some(item);
            let mut steps = Vec::new();
            if let (Some(happening), Some(escalation)) = (happening, &mut state.escalation) {
                let searching = state.call.life < Life::Ended && escalation.state.is_searching();
                if searching && matches!(what, Act::Close { .. }) {
                    return Err(Fault::Conflict(
                        "the caller is still on the line: close this when a person was reached or a message was taken"
                            .to_owned(),
                    ));
                }
                // An acknowledgement must not stop the search for a person, and leaves an unconfirmed transfer open: only
                // closing it says what became of the caller.
                let unconfirmed = escalation.state == EscalationState::Unconfirmed;
                let too_early = searching || unconfirmed && matches!(what, Act::Acknowledge);
                if !too_early {
                    steps = escalation.apply(happening, app.now()).1;
                }
            }
            write_back(&mut *tx, &before, &mut state, steps).await?;
        }
        other => {
            let mut item = item;
            change(app, &mut item, person, &what);
            tx.put_inbox(&item).await?;
            announce(&mut *tx, &item);
            // What the call comes to now depends on whether another of its items still waits.
            if let Some(call) = other.map(|state| state.call.id)
                && !matches!(what, Act::Take)
                && let Some(mut state) = tx.call_state(call).await?
            {
                let before = state.clone();
                write_back(&mut *tx, &before, &mut state, Vec::new()).await?;
            }
        }
    }
    tx.audit(action, Some(id.to_string()));
    tx.commit().await?;
    let mut read = app.store.read(actor.org).await?;
    read.inbox_item(id)
        .await?
        .ok_or(Fault::NotFound("the inbox item"))
}

fn change(app: &App, item: &mut InboxItem, person: &Person, what: &Act) {
    let now = app.now();
    item.body.owner.get_or_insert(person.clone());
    if matches!(what, Act::Take) {
        item.body.owner = Some(person.clone());
        return;
    }
    item.acknowledged_at.get_or_insert(now);
    item.body.acknowledged_by.get_or_insert(person.clone());
    if let Act::Close { outcome, note } = what {
        item.closed_at = Some(now);
        item.body.outcome = Some(outcome.clone());
        item.body.note.clone_from(note);
    }
}

/// Writes an item that stands for no escalation into the log.
pub fn announce(tx: &mut dyn TenantTx, item: &InboxItem) {
    tx.emit(NewEvent::new(
        "inbox.changed",
        "inbox",
        item.call,
        item.id,
        &view::inbox(item, None, false),
    ));
}

/// An item as shown, from what a list gives.
pub fn shown((item, escalation, call): &ListedInbox) -> view::InboxView {
    let accept = match call {
        Some(call) if item.escalation.is_some() => {
            can_accept(&voxanne_core::call::fold::CallState {
                call: call.clone(),
                escalation: escalation.clone(),
                inbox: None,
            })
        }
        _ => false,
    };
    view::inbox(item, escalation.as_ref(), accept)
}
