//! Reconcilers: no input but the clock; they compare what is with what ought to be and mend the difference.

use crate::{App, Fault, browser, ledger, settings};
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    call::{
        Channel, Life, Provider,
        message::{IntakeKey, IntakeOp},
    },
    ids::{CallId, IntegrationId, OrgId, WorkerId},
    ports::voice::CallFacts,
    time::Millis,
};

const EVERY: Duration = Duration::from_secs(30);
/// A call not reported and silent for this long is looked up, ms.
const SILENT_MS: i64 = 120_000;
/// Missed calls are looked for this far back, ms.
const BACK_MS: i64 = 2 * 3_600_000;
/// Intake keys are kept so long, ms.
const KEYS_MS: i64 = 14 * 86_400_000;
/// Events are kept so long, ms.
const EVENTS_MS: i64 = 48 * 3_600_000;
const AT_ONCE: u32 = 100;

/// Starts reconciling.
pub fn start(app: &Arc<App>) {
    let app_ = app.clone();
    app.tasks.spawn(async move {
        let worker = WorkerId::new();
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => {}
                () = app_.stop.cancelled() => return,
            }
            browser::end_silent(&app_).await;
            let now = app_.now();
            match app_
                .store
                .system()
                .lease("reconcile", worker, now, now.plus(90_000))
                .await
            {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) => {
                    tracing::warn!(%error, "reconcile.no_lease");
                    continue;
                }
            }
            if let Err(fault) = step(&app_).await {
                tracing::warn!(%fault, "reconcile.failed");
            }
        }
    });
}

/// One round: sweeps, then silent calls, the ledger, missed calls, and numbers last, because there a slow provider keeps
/// nobody waiting. What goes wrong at one clinic is told and stops nothing at another.
pub async fn step(app: &App) -> Result<(), Fault> {
    let now = app.now();
    let system = app.store.system();
    while system
        .sweep(now.plus(-KEYS_MS), now.plus(-EVENTS_MS), now)
        .await?
    {}
    for (org, call) in system.silent_calls(now.plus(-SILENT_MS), AT_ONCE).await? {
        if let Err(fault) = silent(app, org, call).await {
            tracing::warn!(%fault, %call, "reconcile.call_failed");
        }
    }
    let clinics = clinics(app).await?;
    ledger::step(app, &clinics).await?;
    for org in &clinics {
        if let Err(fault) = missed_of(app, *org, now.plus(-BACK_MS)).await {
            tracing::warn!(%fault, %org, "reconcile.list_failed");
        }
    }
    for org in clinics {
        if let Err(fault) = settings::numbers::look(app, org, false).await {
            tracing::warn!(%fault, %org, "reconcile.numbers_failed");
        }
    }
    Ok(())
}

async fn clinics(app: &App) -> Result<Vec<OrgId>, Fault> {
    let mut out: Vec<OrgId> = Vec::new();
    loop {
        let after = out.last().copied();
        let page = app.store.system().organizations(after, AT_ONCE).await?;
        if page.is_empty() {
            return Ok(out);
        }
        out.extend(page.iter().map(|organization| organization.id));
    }
}

async fn silent(app: &App, org: OrgId, id: CallId) -> Result<(), Fault> {
    let Some(call) = app.store.read(org).await?.call(id).await? else {
        return Ok(());
    };
    match (call.provider, call.integration) {
        (Provider::Builtin, _) => {
            // A line that is not here is of an earlier process; on a database that others share it may be another node's,
            // which ends it itself when its time has come.
            let silent = app.now().since(call.last_event_at);
            let ours = app.store.is_exclusive() || silent > browser::SILENCE_MS + SILENT_MS;
            if ours && !app.lines.has(id) {
                browser::hang_up(app, org, id, "process-restarted").await?;
            }
        }
        (Provider::Vapi, Some(integration)) => {
            let facts = app
                .vapi
                .lookup(org, integration, &call.provider_call_id, app.within(10_000))
                .await
                .map_err(|error| Fault::Unavailable(error.to_string()))?;
            match facts {
                Some(facts) if facts.ended => adopt(app, org, integration, facts).await?,
                Some(_) => {}
                // The provider does not know it (any more): it ended without a word.
                None if call.life < Life::Reported => close_unknown(app, &call).await?,
                None => {}
            }
        }
        (Provider::Vapi, None) => {}
    }
    Ok(())
}

async fn close_unknown(app: &App, call: &voxanne_core::call::Call) -> Result<(), Fault> {
    use voxanne_core::call::message::{CallMessage, Report, Sighting};
    let now = app.now();
    let report = Report {
        ended_reason: Some("not-known-to-provider".to_owned()),
        ended_at: Some(call.last_event_at),
        ..Report::default()
    };
    let op = IntakeOp {
        org: call.org,
        integration: call.integration,
        proved: None,
        provider: call.provider,
        channel: call.channel,
        key: IntakeKey::of(&[&call.provider_call_id.0, "closed"]),
        call: call.provider_call_id.clone(),
        message: CallMessage::Report(Box::new(report)),
        seen: Sighting {
            recovered: true,
            ..Sighting::default()
        },
        at: now,
        received: now,
    };
    app.intake.submit(op).await?;
    Ok(())
}

/// Missed calls of all of a clinic's connections.
async fn missed_of(app: &App, org: OrgId, since: Millis) -> Result<(), Fault> {
    // The snapshot ends before the provider is asked: it must not be held while somebody else thinks.
    let connections = app.store.read(org).await?.integrations().await?;
    for connection in connections {
        if connection.secrets.api_key.is_some()
            && let Err(fault) = missed(app, org, connection.id, since).await
        {
            tracing::info!(%fault, %org, "reconcile.list_failed");
        }
    }
    Ok(())
}

/// Calls the provider has and we have not, or have without their end.
async fn missed(
    app: &App,
    org: OrgId,
    integration: IntegrationId,
    since: Millis,
) -> Result<(), Fault> {
    let list = app
        .vapi
        .list(org, integration, since, app.within(10_000))
        .await
        .map_err(|error| Fault::Unavailable(error.to_string()))?;
    for facts in list {
        if !facts.ended {
            continue;
        }
        let known = app
            .store
            .read(org)
            .await?
            .call_by_provider(Some(integration), &facts.call)
            .await?;
        // The report of a call that ended just now is on its way: only what has been silent is recovered.
        let silent_since = known
            .as_ref()
            .map_or(facts.started_at, |call| call.last_event_at);
        if app.now().since(silent_since) > SILENT_MS
            && known.is_none_or(|call| call.life < Life::Reported)
        {
            adopt(app, org, integration, facts).await?;
        }
    }
    Ok(())
}

/// Takes a call's facts in as the webhooks would have brought them.
async fn adopt(
    app: &App,
    org: OrgId,
    integration: IntegrationId,
    facts: CallFacts,
) -> Result<(), Fault> {
    metrics::counter!("voxanne_calls_recovered_total").increment(1);
    for (n, (at, message)) in facts.messages.into_iter().enumerate() {
        let op = IntakeOp {
            org,
            integration: Some(integration),
            proved: None,
            provider: Provider::Vapi,
            channel: Channel::Phone,
            key: IntakeKey::of(&[&facts.call.0, "recovered", &n.to_string()]),
            call: facts.call.clone(),
            message,
            seen: voxanne_core::call::message::Sighting {
                recovered: true,
                ..facts.seen.clone()
            },
            at,
            received: app.now(),
        };
        app.intake.submit(op).await?;
    }
    Ok(())
}
