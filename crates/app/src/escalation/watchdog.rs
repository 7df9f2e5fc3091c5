//! The watchdog: no step of an escalation waits for ever.

use super::happen;
use crate::{App, Fault, conversation};
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    call::{
        Life, Provider,
        escalation::{EscalationState, Happening, Next},
        fold::CallState,
        message::{TargetChoice, TransferFact},
    },
    ids::{CallId, OrgId},
    ports::voice::Line,
    safety::{Phrase, Spoken},
    tenancy::Actor,
};

const EVERY: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 100;

/// Starts watching.
pub fn start(app: &Arc<App>) {
    let app_ = app.clone();
    app.tasks.spawn(async move {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = app_.stop.cancelled() => return,
            }
            if let Err(error) = step(&app_).await {
                tracing::warn!(%error, "escalation.watchdog_failed");
            }
        }
    });
}

/// Acts on every escalation whose time has come; returns how many.
pub async fn step(app: &App) -> Result<usize, Fault> {
    let due = app
        .store
        .system()
        .overdue_escalations(app.now(), AT_ONCE)
        .await?;
    let count = due.len();
    for (org, call, escalation) in due {
        if let Err(error) = act(app, org, call).await {
            tracing::warn!(%error, %escalation, "escalation.step_failed");
        }
    }
    Ok(count)
}

async fn act(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let candidates = super::candidates_for(app, org, call).await?;
    let Some((state, next)) = move_on(app, org, call, candidates).await? else {
        return Ok(());
    };
    match (state.call.provider, next) {
        (Provider::Vapi, Next::Dial(target)) => order(app, &state, &target).await,
        (Provider::Vapi, Next::TakeMessage) if state.call.life == Life::Live => {
            tell(app, &state).await
        }
        (Provider::Builtin, Next::Dial(_)) => Ok(()),
        (Provider::Builtin, _) if state.call.life == Life::Live => {
            crate::browser::target_did_not_answer(app, org, call).await
        }
        _ => Ok(()),
    }
}

/// Moves an escalation on whose time has come. Looked at and changed in one transaction: a fact that came meanwhile, or
/// another node that was faster, leaves nothing to do.
async fn move_on(
    app: &App,
    org: OrgId,
    call: CallId,
    candidates: Vec<TargetChoice>,
) -> Result<Option<(CallState, Next)>, Fault> {
    let mut tx = app.store.write(&Actor::system(org, "watchdog")).await?;
    let mut state = tx
        .call_state(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let before = state.clone();
    let at = app.now();
    let Some(escalation) = &mut state.escalation else {
        return Ok(None);
    };
    if escalation.step_deadline.is_none_or(|due| due > at) {
        return Ok(None);
    }
    let what = if state.call.life >= Life::Ended {
        Happening::CallEnded
    } else if escalation.state == EscalationState::Decided
        || escalation.state == EscalationState::Failed && state.call.provider == Provider::Vapi
    {
        // Nobody has asked for a destination, or the caller is back and silent: it is ordered.
        Happening::Asked(candidates)
    } else {
        Happening::Overdue
    };
    let (next, steps) = escalation.apply(what, at);
    super::write_back(&mut *tx, &before, &mut state, steps).await?;
    tx.commit().await?;
    Ok(Some((state, next)))
}

/// Tells a caller who waits in silence that nobody was reached; whatever they say next begins the message. Where that is
/// being taken already, they know.
async fn tell(app: &App, state: &CallState) -> Result<(), Fault> {
    let call = &state.call;
    let talk = conversation::last_talk(app, call.org, call.id).await?;
    if talk.as_ref().is_some_and(|talk| talk.form.is_some()) {
        return Ok(());
    }
    let lang = conversation::lang_of(app, call.org, call.id).await;
    let target = state.escalation.as_ref().and_then(|e| e.target.as_deref());
    let target = target.and_then(Spoken::new);
    let words = app.gate.phrase(&Phrase::CouldNotReach { target }, lang);
    let said = app
        .vapi
        .say(&line_of(call), &words, false, app.within(3_000))
        .await;
    if let Err(error) = said {
        tracing::warn!(%error, "escalation.not_told");
    }
    Ok(())
}

/// Orders a transfer over the control address of a call.
async fn order(app: &App, state: &CallState, target: &TargetChoice) -> Result<(), Fault> {
    let call = &state.call;
    let lang = conversation::lang_of(app, call.org, call.id).await;
    let words = app.gate.phrase(&Phrase::Connecting { target: None }, lang);
    let ordered = app
        .vapi
        .transfer(&line_of(call), target, &words, app.within(3_000))
        .await;
    if let Err(error) = ordered {
        tracing::warn!(%error, "escalation.control_transfer_failed");
        let failed = Happening::Known(TransferFact::Failed);
        happen(app, &Actor::system(call.org, "watchdog"), call.id, failed).await?;
    }
    Ok(())
}

/// How the provider is addressed about a call.
pub fn line_of(call: &voxanne_core::call::Call) -> Line {
    Line {
        call: call.id,
        org: call.org,
        integration: call.integration,
        provider_call_id: call.provider_call_id.clone(),
        control: call.private.control.clone(),
    }
}
