//! The job queue: kept once while open, claimed fairly, leased, counted at the claim, dead when spent.

use crate::{
    sql::{Cells, Id, clean, column, commit_failed, failed, json},
    tenant::Scope,
};
use sqlx::{PgConnection, PgPool, postgres::PgRow};
use voxanne_core::{
    ids::{JobId, OrgId, WorkerId},
    jobs::{Claimed, DeadJob, JobCount, JobPayload, LaneQuota, Lease, NewJob, Settled},
    pii::Pii,
    ports::store::StoreError,
    time::Millis,
};

/// Dead letters shown at most.
const MOST_DEAD: i64 = 100;
/// How often one claim looks again because all it found was spent.
const MOST_ROUNDS: u32 = 10;

/// Adds jobs; one that is open already stays the only one, and is due no later than either.
pub(crate) async fn enqueue(
    on: &mut PgConnection,
    jobs: &[(OrgId, &NewJob)],
    now: Millis,
) -> Result<(), StoreError> {
    insert(on, jobs, now).await.map_err(failed)
}

/// As [`enqueue`], with the database's own error.
pub(crate) async fn insert(
    on: &mut PgConnection,
    jobs: &[(OrgId, &NewJob)],
    now: Millis,
) -> Result<(), sqlx::Error> {
    if jobs.is_empty() {
        return Ok(());
    }
    // In one order everywhere, so that two transactions with the same keys do not wait for each other in a circle.
    let mut jobs = jobs.to_vec();
    jobs.sort_by(|(a, x), (b, y)| {
        let at = |job: &NewJob| job.run_at.unwrap_or(now);
        (a, x.payload.kind(), &x.key, at(x)).cmp(&(b, y.payload.kind(), &y.key, at(y)))
    });
    // One statement may touch a row once.
    jobs.dedup_by(|(b, y), (a, x)| (a, x.payload.kind(), &x.key) == (b, y.payload.kind(), &y.key));
    sqlx::query(
        "insert into jobs (id, org, kind, key, lane, payload, run_at, due_at, attempts)
         select id, org, kind, key, lane, payload, run_at, run_at, 0
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
           as j(id, org, kind, key, lane, payload, run_at)
         on conflict (org, kind, key) where dead_at is null do update
           set run_at = excluded.run_at, due_at = excluded.due_at
           where jobs.lease_owner is null and excluded.run_at < jobs.run_at",
    )
    .bind(column!(jobs, _ => JobId::new().uuid()))
    .bind(column!(jobs, j => j.0.uuid()))
    .bind(column!(jobs, j => j.1.payload.kind()))
    .bind(column!(jobs, j => clean(&j.1.key).into_owned()))
    .bind(column!(jobs, j => j.1.payload.lane().word()))
    .bind(column!(jobs, j => json(&j.1.payload)))
    .bind(column!(jobs, j => j.1.run_at.unwrap_or(now).0))
    .execute(on)
    .await
    .map(|_| ())
}

/// A job that may be taken, locked.
struct Due {
    job: JobId,
    org: OrgId,
    /// None where it cannot be read: that job dies, and no other waits for it.
    payload: Option<JobPayload>,
    attempts: u32,
    token: i64,
}

/// See [`voxanne_core::ports::store::SystemStore::claim`].
pub(crate) async fn claim(
    pool: &PgPool,
    worker: WorkerId,
    want: &[LaneQuota],
    now: Millis,
) -> Result<Vec<Claimed>, StoreError> {
    let mut out = Vec::new();
    for quota in want.iter().filter(|q| q.total > 0 && q.per_org > 0) {
        // Spent jobs die at the claim; then others may have come into reach.
        for _ in 0..MOST_ROUNDS {
            let mut tx = pool.begin().await.map_err(failed)?;
            let due = due(&mut tx, quota, now).await?;
            let mut live: Vec<(Due, JobPayload)> = Vec::new();
            let mut spent: Vec<Due> = Vec::new();
            for mut job in due {
                match job.payload.take() {
                    Some(payload) if job.attempts < u32::from(payload.retry().attempts) => {
                        live.push((job, payload));
                    }
                    payload => spent.push(Due { payload, ..job }),
                }
            }
            bury(&mut tx, &spent, now).await?;
            lease(&mut tx, quota.lane.word(), worker, &live, now).await?;
            tx.commit().await.map_err(commit_failed)?;
            let again = live.is_empty() && !spent.is_empty();
            out.extend(live.into_iter().map(|(d, payload)| Claimed {
                lease: Lease {
                    job: d.job,
                    worker,
                    token: d.token + 1,
                },
                org: d.org,
                payload,
                attempts: (d.attempts + 1) as u16,
            }));
            if !again {
                break;
            }
        }
    }
    Ok(out)
}

/// Picks and locks what may be taken, fairly. Organizations with open jobs are found by hopping through the index, not by
/// reading all jobs.
async fn due(
    on: &mut PgConnection,
    quota: &LaneQuota,
    now: Millis,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query(
        "with recursive hop as (
           (select org from jobs where lane = $1 and dead_at is null order by org limit 1)
           union all
           select (select j.org from jobs j where j.lane = $1 and j.dead_at is null and j.org > hop.org
                   order by j.org limit 1)
           from hop where hop.org is not null
         ),
         fair as (
           select hop.org, coalesce(o.served_at, 0) as served_at
           from hop left join job_orgs o on o.lane = $1 and o.org = hop.org
           where hop.org is not null and exists (
             select 1 from jobs j where j.lane = $1 and j.org = hop.org and j.dead_at is null and j.due_at <= $2)
           order by served_at, hop.org limit $3
         )
         select j.id, j.org, j.payload, j.attempts, coalesce(j.lease_token, 0) as lease_token
         from fair cross join lateral (
           select id, org, payload, attempts, lease_token, due_at from jobs
           where lane = $1 and org = fair.org and dead_at is null and due_at <= $2 and kind = any($5)
           order by due_at, id limit $4 for update skip locked) j
         order by fair.served_at, j.org, j.due_at, j.id limit $3",
    )
    .bind(quota.lane.word())
    .bind(now.0)
    .bind(i64::from(quota.total))
    .bind(i64::from(quota.per_org))
    // While nodes of two versions run, those of the newer one take what only they know.
    .bind(&JobPayload::KINDS[..])
    .fetch_all(on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(Due {
                job: cells.id("id")?,
                org: cells.id("org")?,
                payload: cells.json("payload").ok(),
                attempts: cells.u32("attempts")?,
                token: cells.get("lease_token")?,
            })
        })
        .collect()
}

/// Marks jobs dead whose workers never said how it ended, or whose payload cannot be read.
async fn bury(on: &mut PgConnection, spent: &[Due], now: Millis) -> Result<(), StoreError> {
    if spent.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update jobs set dead_at = $2, lease_owner = null,
                error = coalesce(error, case when id = any($3) then 'its payload cannot be read'
                                             else 'its worker stopped ' || attempts || ' times without a word' end)
         where id = any($1)",
    )
    .bind(column!(spent, d => d.job.uuid()))
    .bind(now.0)
    .bind(
        spent
            .iter()
            .filter(|d| d.payload.is_none())
            .map(|d| d.job.uuid())
            .collect::<Vec<_>>(),
    )
    .execute(on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Leases the picked jobs and notes that their organizations were served.
async fn lease(
    on: &mut PgConnection,
    lane: &'static str,
    worker: WorkerId,
    live: &[(Due, JobPayload)],
    now: Millis,
) -> Result<(), StoreError> {
    if live.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update jobs j set attempts = attempts + 1, lease_owner = $1, lease_token = l.token, due_at = l.until
         from unnest($2::uuid[], $3::bigint[], $4::bigint[]) as l(id, token, until) where j.id = l.id",
    )
    .bind(worker.uuid())
    .bind(column!(live, d => d.0.job.uuid()))
    .bind(column!(live, d => d.0.token + 1))
    .bind(column!(live, d => now.plus(d.1.lease_ms()).0))
    .execute(&mut *on)
    .await
    .map_err(failed)?;
    let mut orgs = column!(live, d => d.0.org.uuid());
    orgs.sort_unstable();
    orgs.dedup();
    sqlx::query(
        "insert into job_orgs (lane, org, served_at) select $1, org, $3 from unnest($2::uuid[]) as o(org)
         on conflict (lane, org) do update set served_at = greatest(job_orgs.served_at, excluded.served_at)",
    )
    .bind(lane)
    .bind(orgs)
    .bind(now.0)
    .execute(on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Renews; false when the lease is lost.
pub(crate) async fn renew(pool: &PgPool, lease: &Lease, until: Millis) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update jobs set due_at = $4
         where id = $1 and lease_owner = $2 and lease_token = $3 and dead_at is null",
    )
    .bind(lease.job.uuid())
    .bind(lease.worker.uuid())
    .bind(lease.token)
    .bind(until.0)
    .execute(pool)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// Settles; false when the lease is lost.
pub(crate) async fn settle(
    pool: &PgPool,
    lease: &Lease,
    settled: &Settled,
    now: Millis,
) -> Result<bool, StoreError> {
    let query = match settled {
        Settled::Done => sqlx::query(
            "delete from jobs where id = $1 and lease_owner = $2 and lease_token = $3 and dead_at is null",
        ),
        Settled::Again { .. } => sqlx::query(
            "update jobs set lease_owner = null, run_at = $4, due_at = $4, error = $5
             where id = $1 and lease_owner = $2 and lease_token = $3 and dead_at is null",
        ),
        Settled::Dead { .. } => sqlx::query(
            "update jobs set lease_owner = null, dead_at = $4, error = $5
             where id = $1 and lease_owner = $2 and lease_token = $3 and dead_at is null",
        ),
    }
    .bind(lease.job.uuid())
    .bind(lease.worker.uuid())
    .bind(lease.token);
    let query = match settled {
        Settled::Done => query,
        Settled::Again { run_at, why } => query.bind(run_at.0).bind(clean(why).into_owned()),
        Settled::Dead { why } => query.bind(now.0).bind(clean(why).into_owned()),
    };
    let done = query.execute(pool).await.map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// When the next job becomes due.
pub(crate) async fn next_at(pool: &PgPool) -> Result<Option<Millis>, StoreError> {
    let at: Option<i64> = sqlx::query_scalar("select min(due_at) from jobs where dead_at is null")
        .fetch_one(pool)
        .await
        .map_err(failed)?;
    Ok(at.map(Millis))
}

fn count(row: &PgRow) -> Result<JobCount, StoreError> {
    let cells = Cells(row);
    Ok(JobCount {
        kind: cells.get("kind")?,
        open: cells.u64("open")?,
        dead: cells.u64("dead")?,
        oldest: cells.opt_at("oldest")?,
    })
}

/// Counts over all organizations.
pub(crate) async fn all_counts(pool: &PgPool) -> Result<Vec<JobCount>, StoreError> {
    let rows = sqlx::query(
        "select kind, count(*) filter (where dead_at is null) as open, count(dead_at) as dead,
                min(run_at) filter (where dead_at is null and lease_owner is null) as oldest
         from jobs group by kind order by kind",
    )
    .fetch_all(pool)
    .await
    .map_err(failed)?;
    rows.iter().map(count).collect()
}

/// Counts of one organization.
pub(crate) async fn counts(of: Scope<'_>) -> Result<Vec<JobCount>, StoreError> {
    let rows = sqlx::query(
        "select kind, count(*) filter (where dead_at is null) as open, count(dead_at) as dead,
                min(run_at) filter (where dead_at is null and lease_owner is null) as oldest
         from jobs where org = $1 group by kind order by kind",
    )
    .bind(of.org)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter().map(count).collect()
}

/// Dead letters, newest first.
pub(crate) async fn dead(of: Scope<'_>) -> Result<Vec<DeadJob>, StoreError> {
    let rows = sqlx::query(
        "select id, kind, attempts, error, dead_at, payload from jobs
         where org = $1 and dead_at is not null order by dead_at desc, id desc limit $2",
    )
    .bind(of.org)
    .bind(MOST_DEAD)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(DeadJob {
                id: cells.id("id")?,
                kind: cells.get("kind")?,
                attempts: cells.u32("attempts")? as u16,
                error: cells.get::<Option<String>>("error")?.unwrap_or_default(),
                at: cells.at("dead_at")?,
                payload: Pii::new(cells.get("payload")?),
            })
        })
        .collect()
}

/// Opens a dead job again. When the same work is open already, the dead one only goes.
pub(crate) async fn retry(of: Scope<'_>, id: JobId, now: Millis) -> Result<bool, StoreError> {
    let twin = sqlx::query(
        "delete from jobs d where d.id = $1 and d.org = $2 and d.dead_at is not null and exists (
           select 1 from jobs o where o.org = d.org and o.kind = d.kind and o.key = d.key and o.dead_at is null)",
    )
    .bind(id.uuid())
    .bind(of.org)
    .execute(&mut *of.on)
    .await
    .map_err(failed)?;
    if twin.rows_affected() == 1 {
        return Ok(true);
    }
    let done = sqlx::query(
        "update jobs set dead_at = null, attempts = 0, run_at = $3, due_at = $3, error = null
         where id = $1 and org = $2 and dead_at is not null",
    )
    .bind(id.uuid())
    .bind(of.org)
    .bind(now.0)
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a leased job within the transaction of its effect.
pub(crate) async fn finish(of: Scope<'_>, lease: &Lease) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "delete from jobs where id = $1 and org = $2 and lease_owner = $3 and lease_token = $4
           and dead_at is null",
    )
    .bind(lease.job.uuid())
    .bind(of.org)
    .bind(lease.worker.uuid())
    .bind(lease.token)
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}
