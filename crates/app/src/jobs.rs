//! The job runner: claims durable jobs, runs a bounded number of each lane, settles them under their lease.
//!
//! Woken by the store when something arrives, and by a poll all the same: a lost wake-up costs a second, never a job.

use crate::{App, Fault, conversation, knowledge::import, recording};
use std::{collections::HashMap, sync::Arc, time::Duration};
use voxanne_core::{
    call::search,
    ids::{CallId, OrgId, WorkerId},
    jobs::{Claimed, JobPayload, Lane, LaneQuota, Settled},
    page::Limit,
    tenancy::Actor,
};

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done: the row can go.
    Done,
    /// Done, and the row went in the transaction of its effect.
    Settled,
    /// The lease was lost: another worker has it.
    Lost,
    /// Again, after the given time or by the kind's plan.
    Again {
        /// Wait, ms; none takes the plan's.
        after_ms: Option<i64>,
        /// Why; no caller data.
        why: String,
    },
    /// Never again by itself.
    Never(String),
}

const POLL: Duration = Duration::from_secs(1);
/// How often a lease is renewed in its time: two may fail.
const RENEWALS: i64 = 3;
const LANES: [(Lane, u32, u32); 3] = [
    (Lane::Urgent, 8, 4),
    (Lane::Recording, 6, 3),
    (Lane::Bulk, 2, 1),
];

/// Starts running jobs.
pub fn start(app: &Arc<App>) {
    let app_ = app.clone();
    app.tasks.spawn(async move {
        let worker = WorkerId::new();
        let mut wakes = app_.store.wakes();
        let (done_send, mut done) = tokio::sync::mpsc::channel::<Lane>(64);
        let mut busy: HashMap<Lane, u32> = HashMap::new();
        loop {
            while let Ok(lane) = done.try_recv() {
                *busy.entry(lane).or_default() -= 1;
            }
            let quotas: Vec<LaneQuota> = LANES
                .iter()
                .filter_map(|&(lane, total, per_org)| {
                    let free = total - busy.get(&lane).copied().unwrap_or(0).min(total);
                    (free > 0).then_some(LaneQuota { lane, total: free, per_org })
                })
                .collect();
            let claimed = if quotas.is_empty() || app_.stop.is_cancelled() {
                Vec::new()
            } else {
                app_.store.system().claim(worker, &quotas, app_.now()).await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "jobs.claim_failed");
                    Vec::new()
                })
            };
            let found = !claimed.is_empty();
            for job in claimed {
                let lane = job.payload.lane();
                *busy.entry(lane).or_default() += 1;
                let (app, done) = (app_.clone(), done_send.clone());
                app_.tasks.spawn(async move {
                    run(&app, job).await;
                    let _ = done.send(lane).await;
                });
            }
            if app_.stop.is_cancelled() {
                return;
            }
            if found {
                continue;
            }
            tokio::select! {
                () = wakes.changed() => {}
                lane = done.recv() => if let Some(lane) = lane { *busy.entry(lane).or_default() -= 1; },
                () = tokio::time::sleep(POLL) => {}
                () = app_.stop.cancelled() => {}
            }
        }
    });
}

async fn run(app: &Arc<App>, job: Claimed) {
    let kind = job.payload.kind();
    let done = tokio::select! {
        done = work(app, &job) => done,
        never = keep(app, &job) => match never {},
    };
    let outcome = done.unwrap_or_else(|fault| Outcome::Again {
        after_ms: None,
        why: fault.to_string(),
    });
    let now = app.now();
    let settled = match outcome {
        Outcome::Settled | Outcome::Lost => None,
        Outcome::Done => Some(Settled::Done),
        Outcome::Never(why) => Some(Settled::Dead { why }),
        Outcome::Again {
            after_ms: Some(ms),
            why,
        } => Some(Settled::Again {
            run_at: now.plus(ms),
            why,
        }),
        Outcome::Again {
            after_ms: None,
            why,
        } => {
            let random = f64::from(rand::random::<u32>()) / f64::from(u32::MAX);
            Some(match job.payload.retry().wait(job.attempts, random, None) {
                Some(wait) => Settled::Again {
                    run_at: now.plus(wait as i64),
                    why,
                },
                None => Settled::Dead { why },
            })
        }
    };
    let word = match &settled {
        None => "settled",
        Some(Settled::Done) => "done",
        Some(Settled::Again { why, .. }) => {
            tracing::info!(kind, why, attempts = job.attempts, "job.again");
            "again"
        }
        Some(Settled::Dead { why }) => {
            tracing::error!(kind, why, attempts = job.attempts, "job.dead");
            "dead"
        }
    };
    metrics::counter!("voxanne_jobs_total", "kind" => kind, "result" => word).increment(1);
    if let Some(settled) = settled
        && let Err(error) = app.store.system().settle(&job.lease, &settled, now).await
    {
        // The lease runs out and the job is claimed again: its effect is idempotent.
        tracing::warn!(%error, kind, "job.not_settled");
    }
}

/// Renews the lease of a job for as long as it is worked on, however long that takes. Once it is lost the work goes on to
/// where it sees that by itself: ended in the middle, it would leave half an upload behind.
async fn keep(app: &App, job: &Claimed) -> std::convert::Infallible {
    let lease_ms = job.payload.lease_ms();
    let mut due = app.now().plus(lease_ms / RENEWALS);
    loop {
        tokio::time::sleep(POLL).await;
        let now = app.now();
        if now < due {
            continue;
        }
        match app
            .store
            .system()
            .renew(&job.lease, now.plus(lease_ms))
            .await
        {
            Ok(true) => {
                due = now.plus(lease_ms / RENEWALS);
                metrics::counter!("voxanne_leases_renewed_total").increment(1);
            }
            Ok(false) => {
                tracing::warn!(kind = job.payload.kind(), "job.lease_lost");
                std::future::pending::<()>().await;
            }
            Err(error) => tracing::warn!(%error, kind = job.payload.kind(), "job.not_renewed"),
        }
    }
}

async fn work(app: &Arc<App>, job: &Claimed) -> Result<Outcome, Fault> {
    match &job.payload {
        JobPayload::FetchRecording { call, track } => {
            recording::fetch(app, job.org, *call, *track, &job.lease).await
        }
        JobPayload::IndexCall { call } => index_call(app, job.org, *call).await,
        JobPayload::ImportDocument { document } => import::run(app, job.org, *document).await,
        JobPayload::SweepDocument { document } => import::sweep(app, job.org, *document).await,
    }
}

/// Closes the books of an ended call: files what was left unfinished, brings unanswered
/// medical words to a person, writes the blind word index.
async fn index_call(app: &App, org: OrgId, call: CallId) -> Result<Outcome, Fault> {
    conversation::record::unfinished(app, org, call).await?;
    conversation::unheard::reach_a_person(app, org, call).await?;
    conversation::record::broken_off(app, org, call).await?;
    let mut read = app.store.read(org).await?;
    let Some(known) = read.call(call).await? else {
        return Ok(Outcome::Done);
    };
    let outcome = known
        .outcome
        .map_or("none", voxanne_core::call::Outcome::word);
    metrics::counter!("voxanne_calls_ended_total", "outcome" => outcome).increment(1);
    let mut text = String::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = read
            .segments(call, known.transcript_rev, cursor.as_deref(), Limit::MAX)
            .await?;
        for segment in &page.items {
            text.push_str(segment.text.expose());
            text.push('\n');
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    drop(read);
    let mut tx = app.store.write(&Actor::system(org, "search")).await?;
    tx.put_call_terms(call, &search::terms(&text)).await?;
    tx.commit().await?;
    Ok(Outcome::Done)
}
