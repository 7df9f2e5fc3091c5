//! What is watched and what is swept: deadlines, silent calls, old keys and events.

use crate::rows::{Columns as _, db, jid, json_rows, raw};
use sqlx::SqliteConnection;
use voxanne_core::{
    ids::{CallId, EscalationId, OrgId},
    log::Seq,
    ports::store::{SilentCall, StoreError},
    time::Millis,
};

/// Rows of a table that one sweep deletes.
const MOST: i64 = 1_000;

/// Escalations whose step deadline has come.
pub(crate) async fn overdue(
    conn: &mut SqliteConnection,
    now: Millis,
    most: u32,
) -> Result<Vec<(OrgId, CallId, EscalationId)>, StoreError> {
    let rows = sqlx::query(
        "SELECT org, call, id FROM escalations
         WHERE step_deadline <= ?1 AND closed_at IS NULL ORDER BY step_deadline LIMIT ?2",
    )
    .bind(now.0)
    .bind(most)
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| Ok((row.id("org")?, row.id("call")?, row.id("id")?)))
        .collect()
}

/// Calls not reported and silent since `before`, oldest first.
pub(crate) async fn silent(
    conn: &mut SqliteConnection,
    before: Millis,
    after: Option<&SilentCall>,
    most: u32,
) -> Result<Vec<SilentCall>, StoreError> {
    let (at, id) = after.map_or((i64::MIN, Vec::new()), |last| {
        (last.last_event_at.0, last.call.bytes().to_vec())
    });
    let rows = sqlx::query(
        "SELECT org, id, last_event_at FROM calls INDEXED BY calls_unreported
         WHERE last_event_at < ?1 AND (last_event_at, id) > (?2, ?3) AND life <> 'reported'
         ORDER BY last_event_at, id LIMIT ?4",
    )
    .bind(before.0)
    .bind(at)
    .bind(id)
    .bind(most)
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| {
            Ok(SilentCall {
                org: row.id("org")?,
                call: row.id("id")?,
                last_event_at: row.at("last_event_at")?,
            })
        })
        .collect()
}

/// Organizations with open rings of calls that ended before `before`, by the index of open rings.
pub(crate) async fn late_rings(
    conn: &mut SqliteConnection,
    before: Millis,
) -> Result<Vec<(OrgId, u64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT org, count(*) AS open FROM calls INDEXED BY calls_open_rings
         WHERE ring_closed_at IS NULL AND life IN ('ended', 'reported') AND coalesce(ended_at, started_at) < ?1
         GROUP BY org",
    )
    .bind(before.0)
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| Ok((row.id("org")?, row.count("open")?)))
        .collect()
}

/// Heads of these organizations' logs.
pub(crate) async fn heads(
    conn: &mut SqliteConnection,
    orgs: &[OrgId],
) -> Result<Vec<(OrgId, Seq)>, StoreError> {
    let rows = sqlx::query(
        "SELECT h.org, h.seq FROM json_each(?1) j CROSS JOIN org_heads h ON h.org = unhex(j.value)",
    )
    .bind(json_rows(orgs.iter().copied().map(jid).collect()))
    .fetch_all(conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| Ok((row.id("org")?, row.count("seq")?)))
        .collect()
}

/// Takes or renews a named lease; false when another holds it.
pub(crate) async fn lease(
    conn: &mut SqliteConnection,
    name: &str,
    worker: voxanne_core::ids::WorkerId,
    now: Millis,
    until: Millis,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO leases (name, worker, until) VALUES (?1, ?2, ?4)
         ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, until = excluded.until
             WHERE leases.worker = excluded.worker OR leases.until <= ?3",
    )
    .bind(name)
    .bind(raw(worker))
    .bind(now.0)
    .bind(until.0)
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// Deletes what is old; true when there may be more.
pub(crate) async fn sweep(
    conn: &mut SqliteConnection,
    keys_before: Millis,
    events_before: Millis,
    now: Millis,
) -> Result<bool, StoreError> {
    let keys = sqlx::query(
        "DELETE FROM intake_keys WHERE (org, key) IN (
             SELECT org, key FROM intake_keys WHERE at < ?1 ORDER BY at LIMIT ?2)",
    )
    .bind(keys_before.0)
    .bind(MOST)
    .execute(&mut *conn)
    .await
    .map_err(db)?
    .rows_affected();
    let sessions = sqlx::query(
        "DELETE FROM sessions WHERE row IN (SELECT row FROM sessions WHERE expires_at < ?1 LIMIT ?2)",
    )
    .bind(now.0)
    .bind(MOST)
    .execute(&mut *conn)
    .await
    .map_err(db)?
    .rows_affected();
    let links = sqlx::query(
        "DELETE FROM links WHERE token_hash IN (SELECT token_hash FROM links WHERE expires_at < ?1 LIMIT ?2)",
    )
    .bind(now.0)
    .bind(MOST)
    .execute(&mut *conn)
    .await
    .map_err(db)?
    .rows_affected();
    let events = sweep_events(conn, events_before).await?;
    let full = MOST as u64;
    Ok(events || keys >= full || sessions >= full || links >= full)
}

/// Old events go from the bottom of each log, and its floor rises with them.
async fn sweep_events(conn: &mut SqliteConnection, before: Millis) -> Result<bool, StoreError> {
    let rows = sqlx::query(
        "SELECT h.org, h.floor FROM org_heads h JOIN events e ON e.org = h.org AND e.seq = h.floor + 1
         WHERE e.at < ?1 ORDER BY h.org LIMIT 100",
    )
    .bind(before.0)
    .fetch_all(&mut *conn)
    .await
    .map_err(db)?;
    let mut left = MOST;
    for row in &rows {
        if left <= 0 {
            return Ok(true);
        }
        let org: OrgId = row.id("org")?;
        let floor = row.int("floor")?;
        let new_floor = sqlx::query(
            "SELECT max(seq) AS seq FROM (
                 SELECT seq, at FROM events WHERE org = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3) WHERE at < ?4",
        )
        .bind(raw(org))
        .bind(floor)
        .bind(left)
        .bind(before.0)
        .fetch_one(&mut *conn)
        .await
        .map_err(db)?
        .int_opt("seq")?
        .unwrap_or(floor);
        sqlx::query("DELETE FROM events WHERE org = ?1 AND seq <= ?2")
            .bind(raw(org))
            .bind(new_floor)
            .execute(&mut *conn)
            .await
            .map_err(db)?;
        sqlx::query("UPDATE org_heads SET floor = ?2 WHERE org = ?1")
            .bind(raw(org))
            .bind(new_floor)
            .execute(&mut *conn)
            .await
            .map_err(db)?;
        left -= new_floor - floor;
    }
    Ok(left <= 0 || rows.len() == 100)
}
