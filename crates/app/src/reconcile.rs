//! Reconcilers: no input but the clock; they compare what is with what ought to be and mend the difference.

use crate::{App, Fault, browser, ledger, settings};
use futures::StreamExt as _;
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    call::{
        Channel, Life, Provider,
        message::{IntakeKey, IntakeOp},
    },
    ids::{CallId, IntegrationId, OrgId, WorkerId},
    ports::{store::SilentCall, voice::CallFacts},
    tenancy::Actor,
    time::Millis,
};

const EVERY: Duration = Duration::from_secs(30);
/// A call not reported and silent for this long is looked up, ms.
const SILENT_MS: i64 = 120_000;
/// Calls that began so long ago have ended, and their ends have come or never will, ms: calls last half an hour at most.
const BACK_MS: i64 = 2 * 3_600_000;
/// Missed calls are looked for this far back at most, ms: the provider keeps them no longer.
const FARTHEST_MS: i64 = 13 * 86_400_000;
/// How far on the mark of what is complete must have come to be written, ms.
const MARK_EVERY_MS: i64 = 600_000;
/// A call silent for this long is over, ms.
const LONGEST_MS: i64 = 13 * 3_600_000;
/// Calls asked about at once.
const LOOKUPS: usize = 8;
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
    silent_calls(app, now.plus(-SILENT_MS)).await?;
    let clinics = clinics(app).await?;
    ledger::step(app, &clinics).await?;
    for org in &clinics {
        if let Err(fault) = missed_of(app, *org).await {
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

/// Looks after every call of which nothing was heard since `before`, several at a time: one that a slow provider does not
/// answer about keeps the others waiting as little as one whose end never comes.
async fn silent_calls(app: &App, before: Millis) -> Result<(), Fault> {
    let system = app.store.system();
    let mut last: Option<SilentCall> = None;
    loop {
        let page = system.silent_calls(before, last.as_ref(), AT_ONCE).await?;
        last = page.last().cloned();
        if page.is_empty() {
            return Ok(());
        }
        let all = futures::stream::iter(page);
        all.for_each_concurrent(LOOKUPS, async |known| {
            if let Err(fault) = silent(app, known.org, known.call).await {
                tracing::warn!(%fault, call = %known.call, "reconcile.call_failed");
            }
        })
        .await;
    }
}

async fn silent(app: &App, org: OrgId, id: CallId) -> Result<(), Fault> {
    let Some(call) = app.store.read(org).await?.call(id).await? else {
        return Ok(());
    };
    if call.life >= Life::Reported {
        return Ok(());
    }
    let silence = app.now().since(call.last_event_at);
    match (call.provider, call.integration) {
        (Provider::Builtin, _) => {
            // A line that is not here is of an earlier process; on a database that others share it may be another node's,
            // which ends it itself when its time has come.
            let ours = app.store.is_exclusive() || silence > browser::SILENCE_MS + SILENT_MS;
            if ours && !app.lines.has(id) {
                browser::hang_up(app, org, id, "process-restarted").await?;
            }
            Ok(())
        }
        (Provider::Vapi, Some(integration)) => {
            let facts = app
                .vapi
                .lookup(org, integration, &call.provider_call_id, app.within(10_000))
                .await;
            match facts {
                Ok(Some(facts)) if facts.ended => adopt(app, org, integration, facts).await,
                // The provider does not know it (any more): it ended without a word.
                Ok(None) => close_unknown(app, &call).await,
                // No call lasts so long: whatever the provider says, or does not say, this ring is closed.
                _ if silence > LONGEST_MS => close_unknown(app, &call).await,
                Ok(Some(_)) => Ok(()),
                Err(error) => Err(Fault::Unavailable(error.to_string())),
            }
        }
        // Its connection was removed: nobody can be asked any more.
        (Provider::Vapi, None) if silence > LONGEST_MS => close_unknown(app, &call).await,
        (Provider::Vapi, None) => Ok(()),
    }
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
async fn missed_of(app: &App, org: OrgId) -> Result<(), Fault> {
    // The snapshot ends before the provider is asked: it must not be held while somebody else thinks.
    let (connections, marks) = {
        let mut read = app.store.read(org).await?;
        let connections = read.integrations().await?;
        let mut marks = Vec::with_capacity(connections.len());
        for connection in &connections {
            marks.push(read.setting(&mark_key(connection.id)).await?);
        }
        (connections, marks)
    };
    for (connection, mark) in connections.into_iter().zip(marks) {
        if connection.secrets.api_key.is_none() {
            continue;
        }
        let mark = mark.and_then(|json| json.parse().ok()).map(Millis);
        if let Err(fault) = missed(app, org, connection.id, mark).await {
            tracing::info!(%fault, %org, "reconcile.list_failed");
        }
    }
    Ok(())
}

/// Where it is kept up to when a connection's calls are known to be complete.
fn mark_key(integration: IntegrationId) -> String {
    format!("reconciled:{integration}")
}

/// Calls the provider has and we have not, or have without their end: since `mark`, up to which all are known, so that
/// nothing is missed however long we or the provider were away.
async fn missed(
    app: &App,
    org: OrgId,
    integration: IntegrationId,
    mark: Option<Millis>,
) -> Result<(), Fault> {
    let began = app.now();
    let complete = began.plus(-BACK_MS);
    let oldest = began.plus(-FARTHEST_MS);
    let mut since = mark.map_or(complete, |mark| mark.min(complete).max(oldest));
    loop {
        let list = app
            .vapi
            .list(org, integration, since, app.within(10_000))
            .await
            .map_err(|error| Fault::Unavailable(error.to_string()))?;
        // The oldest of the interval come first, so many at a time; the next ones begin with the last of these.
        let last = list.iter().map(|facts| facts.started_at).max();
        for facts in list {
            recover(app, org, integration, facts).await?;
        }
        match last {
            Some(last) if last > since => since = last,
            _ => break,
        }
    }
    if mark.is_none_or(|mark| complete.since(mark) > MARK_EVERY_MS) {
        let mut tx = app.store.write(&Actor::system(org, "reconcile")).await?;
        tx.put_setting(&mark_key(integration), &complete.0.to_string())
            .await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Takes in a call that ended, unless its end is known, or ended just now and the report is on its way.
async fn recover(
    app: &App,
    org: OrgId,
    integration: IntegrationId,
    facts: CallFacts,
) -> Result<(), Fault> {
    if !facts.ended {
        return Ok(());
    }
    let known = app
        .store
        .read(org)
        .await?
        .call_by_provider(Some(integration), &facts.call)
        .await?;
    let silent_since = known
        .as_ref()
        .map_or(facts.started_at, |call| call.last_event_at);
    if app.now().since(silent_since) > SILENT_MS
        && known.is_none_or(|call| call.life < Life::Reported)
    {
        adopt(app, org, integration, facts).await?;
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
