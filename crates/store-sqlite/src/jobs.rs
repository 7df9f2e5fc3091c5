//! Jobs: claims that are fair between organizations, leases, dead letters.

use crate::rows::{Columns as _, Cx, db, jid, json_rows, raw};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use voxanne_core::{
    ids::{JobId, OrgId, WorkerId},
    jobs::{Claimed, DeadJob, JobCount, JobPayload, LaneQuota, Lease, Settled},
    pii::Pii,
    ports::store::StoreError,
    time::Millis,
};

/// Longest reason kept with a job, in characters.
const WHY_CHARS: usize = 500;

fn count_of(row: &SqliteRow) -> Result<JobCount, StoreError> {
    Ok(JobCount {
        kind: row.text("kind")?,
        open: row.count("open")?,
        dead: row.count("dead")?,
        oldest: row.at_opt("oldest")?,
    })
}

/// Job counts of one organization by kind.
pub(crate) async fn counts(cx: Cx<'_>) -> Result<Vec<JobCount>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, count(*) - count(dead_at) AS open, count(dead_at) AS dead,
             min(run_at) FILTER (WHERE dead_at IS NULL AND lease_owner IS NULL) AS oldest
         FROM jobs WHERE org = ?1 GROUP BY kind ORDER BY kind",
    )
    .bind(raw(cx.org))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter().map(count_of).collect()
}

/// Counts over all organizations by kind.
pub(crate) async fn all_counts(conn: &mut SqliteConnection) -> Result<Vec<JobCount>, StoreError> {
    let rows = sqlx::query(
        "SELECT kind, count(*) - count(dead_at) AS open, count(dead_at) AS dead,
             min(run_at) FILTER (WHERE dead_at IS NULL AND lease_owner IS NULL) AS oldest
         FROM jobs GROUP BY kind ORDER BY kind",
    )
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter().map(count_of).collect()
}

/// Dead letters of one organization, newest first.
pub(crate) async fn dead(cx: Cx<'_>) -> Result<Vec<DeadJob>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, kind, attempts, error, dead_at, payload FROM jobs
         WHERE org = ?1 AND dead_at IS NOT NULL ORDER BY dead_at DESC, id DESC LIMIT 100",
    )
    .bind(raw(cx.org))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| {
            Ok(DeadJob {
                id: row.id("id")?,
                kind: row.text("kind")?,
                attempts: row.count("attempts")?,
                error: row.text_opt("error")?.unwrap_or_default(),
                at: row.at("dead_at")?,
                payload: Pii::new(row.text("payload")?),
            })
        })
        .collect()
}

/// Makes a dead job open again; where an open one does the same already, the dead one goes.
pub(crate) async fn retry(cx: Cx<'_>, id: JobId, now: Millis) -> Result<bool, StoreError> {
    let gone = sqlx::query(
        "DELETE FROM jobs WHERE org = ?1 AND id = ?2 AND dead_at IS NOT NULL AND EXISTS (
             SELECT 1 FROM jobs o WHERE o.org = jobs.org AND o.kind = jobs.kind AND o.key = jobs.key
                 AND o.dead_at IS NULL)",
    )
    .bind(raw(cx.org))
    .bind(raw(id))
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    if gone.rows_affected() > 0 {
        return Ok(true);
    }
    let done = sqlx::query(
        "UPDATE jobs SET dead_at = NULL, attempts = 0, run_at = ?3, due_at = ?3, lease_owner = NULL, lease_token = NULL
         WHERE org = ?1 AND id = ?2 AND dead_at IS NOT NULL",
    )
    .bind(raw(cx.org))
    .bind(raw(id))
    .bind(now.0)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// Deletes the leased job; false when the lease is lost.
pub(crate) async fn finish(
    conn: &mut SqliteConnection,
    org: Option<OrgId>,
    lease: &Lease,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "DELETE FROM jobs WHERE id = ?1 AND lease_owner = ?2 AND lease_token = ?3 AND dead_at IS NULL
             AND (?4 IS NULL OR org = ?4)",
    )
    .bind(raw(lease.job))
    .bind(raw(lease.worker))
    .bind(lease.token)
    .bind(org.map(raw))
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// Renews a lease; false when it is lost.
pub(crate) async fn renew(
    conn: &mut SqliteConnection,
    lease: &Lease,
    until: Millis,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE jobs SET due_at = ?4
         WHERE id = ?1 AND lease_owner = ?2 AND lease_token = ?3 AND dead_at IS NULL",
    )
    .bind(raw(lease.job))
    .bind(raw(lease.worker))
    .bind(lease.token)
    .bind(until.0)
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// Settles a job; false when the lease is lost.
pub(crate) async fn settle(
    conn: &mut SqliteConnection,
    lease: &Lease,
    settled: &Settled,
    now: Millis,
) -> Result<bool, StoreError> {
    let short = |why: &str| why.chars().take(WHY_CHARS).collect::<String>();
    let (run_at, dead_at, why) = match settled {
        Settled::Done => return finish(conn, None, lease).await,
        Settled::Again { run_at, why } => (Some(run_at.0), None, short(why)),
        Settled::Dead { why } => (None, Some(now.0), short(why)),
    };
    let done = sqlx::query(
        "UPDATE jobs SET run_at = coalesce(?4, run_at), due_at = coalesce(?4, due_at), dead_at = ?5, error = ?6,
             lease_owner = NULL, lease_token = NULL
         WHERE id = ?1 AND lease_owner = ?2 AND lease_token = ?3 AND dead_at IS NULL",
    )
    .bind(raw(lease.job))
    .bind(raw(lease.worker))
    .bind(lease.token)
    .bind(run_at)
    .bind(dead_at)
    .bind(why)
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// When the next job becomes due.
pub(crate) async fn next_at(conn: &mut SqliteConnection) -> Result<Option<Millis>, StoreError> {
    sqlx::query("SELECT min(due_at) AS due_at FROM jobs WHERE dead_at IS NULL")
        .fetch_one(conn)
        .await
        .map_err(db)?
        .at_opt("due_at")
}

/// Claims due jobs of the wanted lanes, at most `per_org` for each organization, longest unserved first.
pub(crate) async fn claim(
    conn: &mut SqliteConnection,
    worker: WorkerId,
    want: &[LaneQuota],
    now: Millis,
) -> Result<Vec<Claimed>, StoreError> {
    let mut out = Vec::new();
    for quota in want {
        let mut left = quota.total;
        // Jobs that die here leave their place to the next ones; a few rounds are enough, the rest comes with the next claim.
        for _ in 0..3 {
            if left == 0 {
                break;
            }
            let round = LaneQuota {
                total: left,
                ..*quota
            };
            let (claimed, died) = claim_lane(conn, worker, round, now).await?;
            left -= claimed.len() as u32;
            out.extend(claimed);
            if died == 0 {
                break;
            }
        }
    }
    Ok(out)
}

async fn claim_lane(
    conn: &mut SqliteConnection,
    worker: WorkerId,
    quota: LaneQuota,
    now: Millis,
) -> Result<(Vec<Claimed>, usize), StoreError> {
    // Walks from organization to organization by the index instead of looking at every job.
    let rows = sqlx::query(
        "WITH RECURSIVE waiting (org) AS (
             SELECT min(org) FROM jobs WHERE lane = ?1 AND dead_at IS NULL
             UNION ALL
             SELECT (SELECT min(org) FROM jobs WHERE lane = ?1 AND dead_at IS NULL AND org > waiting.org)
             FROM waiting WHERE waiting.org IS NOT NULL)
         SELECT j.row, j.org, j.payload, j.attempts FROM (
             SELECT w.org, coalesce(s.served_at, 0) AS served_at FROM waiting w
             LEFT JOIN job_orgs s ON s.lane = ?1 AND s.org = w.org
             WHERE w.org IS NOT NULL AND EXISTS (
                 SELECT 1 FROM jobs WHERE lane = ?1 AND org = w.org AND dead_at IS NULL AND due_at <= ?2)
             ORDER BY served_at, w.org LIMIT ?4) o
         JOIN jobs j ON j.row IN (
             SELECT row FROM jobs WHERE lane = ?1 AND org = o.org AND dead_at IS NULL AND due_at <= ?2
             ORDER BY due_at, row LIMIT ?3)
         ORDER BY o.served_at, j.org, j.due_at, j.row LIMIT ?4",
    )
    .bind(quota.lane.word())
    .bind(now.0)
    .bind(quota.per_org)
    .bind(quota.total)
    .fetch_all(&mut *conn)
    .await
    .map_err(db)?;
    let mut take: Vec<Value> = Vec::new();
    let mut dead: Vec<Value> = Vec::new();
    let mut orgs: Vec<OrgId> = Vec::new();
    for row in &rows {
        let at = row.int("row")?;
        let attempts: u16 = row.count("attempts")?;
        match serde_json::from_str::<JobPayload>(&row.text("payload")?) {
            Ok(payload) if attempts < payload.retry().attempts => {
                take.push(json!([at, now.plus(payload.lease_ms()).0]));
                let org: OrgId = row.id("org")?;
                if orgs.last() != Some(&org) {
                    orgs.push(org);
                }
            }
            Ok(_) => dead.push(json!([at, "its last worker was lost"])),
            Err(_) => dead.push(json!([at, "this program does not know such a job"])),
        }
    }
    let died = dead.len();
    if died > 0 {
        bury(conn, dead, now).await?;
    }
    if take.is_empty() {
        return Ok((Vec::new(), died));
    }
    let claimed = lease_rows(conn, worker, take).await?;
    sqlx::query(
        "INSERT INTO job_orgs (lane, org, served_at) SELECT ?1, unhex(value), ?2 FROM json_each(?3) WHERE true
         ON CONFLICT (lane, org) DO UPDATE SET served_at = excluded.served_at",
    )
    .bind(quota.lane.word())
    .bind(now.0)
    .bind(json_rows(orgs.into_iter().map(jid).collect()))
    .execute(&mut *conn)
    .await
    .map_err(db)?;
    Ok((claimed, died))
}

async fn bury(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE jobs SET dead_at = ?2, error = coalesce(error, j.value ->> 1), lease_owner = NULL, lease_token = NULL
         FROM json_each(?1) j WHERE jobs.row = j.value ->> 0",
    )
    .bind(json_rows(rows))
    .bind(now.0)
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(())
}

async fn lease_rows(
    conn: &mut SqliteConnection,
    worker: WorkerId,
    rows: Vec<Value>,
) -> Result<Vec<Claimed>, StoreError> {
    let leased = sqlx::query(
        "UPDATE jobs SET attempts = attempts + 1, lease_owner = ?2, lease_token = random(), due_at = j.value ->> 1
         FROM json_each(?1) j WHERE jobs.row = j.value ->> 0
         RETURNING id, org, payload, attempts, lease_token",
    )
    .bind(json_rows(rows))
    .bind(raw(worker))
    .fetch_all(conn)
    .await
    .map_err(db)?;
    leased
        .iter()
        .map(|row| {
            Ok(Claimed {
                lease: Lease {
                    job: row.id("id")?,
                    worker,
                    token: row.int("lease_token")?,
                },
                org: row.id("org")?,
                payload: serde_json::from_str(&row.text("payload")?).map_err(crate::rows::json)?,
                attempts: row.count("attempts")?,
            })
        })
        .collect()
}
