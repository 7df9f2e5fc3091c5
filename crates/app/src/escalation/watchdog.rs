//! The watchdog: no step of an escalation waits for ever.

use super::happen;
use crate::{App, Fault};
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    call::{
        Life, Provider,
        escalation::{EscalationState, Happening},
    },
    ids::{CallId, OrgId},
    ports::voice::Line,
    safety::{Lang, Phrase},
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
    let actor = Actor::system(org, "watchdog");
    let state = {
        let mut read = app.store.read(org).await?;
        read.call_state(call)
            .await?
            .ok_or(Fault::NotFound("the call"))?
    };
    let Some(escalation) = &state.escalation else {
        return Ok(());
    };
    if state.call.life >= Life::Ended {
        happen(app, &actor, call, Happening::CallEnded).await?;
        return Ok(());
    }
    if escalation.state == EscalationState::Decided && state.call.provider == Provider::Vapi {
        // The provider never asked for a destination: the transfer is ordered over the control address.
        let all = super::candidates_for(app, org, call).await?;
        let (after, next) = happen(app, &actor, call, Happening::Asked(all)).await?;
        if let voxanne_core::call::escalation::Next::Dial(target) = next {
            let line = line_of(&after.call);
            let words = app
                .gate
                .phrase(&Phrase::Connecting { target: None }, Lang::En);
            if let Err(error) = app
                .vapi
                .transfer(&line, &target, &words, app.within(3_000))
                .await
            {
                tracing::warn!(%error, "escalation.control_transfer_failed");
                happen(app, &actor, call, Happening::Overdue).await?;
            }
            return Ok(());
        }
    }
    happen(app, &actor, call, Happening::Overdue).await?;
    if state.call.provider == Provider::Builtin {
        crate::browser::target_did_not_answer(app, org, call).await?;
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
