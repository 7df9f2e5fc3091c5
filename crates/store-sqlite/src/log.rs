//! The organization's log, and what a transaction writes at its end: events, jobs and audit lines under the head.

use crate::{
    cells::{self, Row, row},
    rows::{Columns as _, Cx, Id, db, jhex, jid, json_rows, raw, sealed},
};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use voxanne_core::{
    ids::{JobId, OrgId},
    jobs::NewJob,
    log::{Event, NewEvent, Seq},
    page::{Limit, Page},
    pii::Pii,
    ports::store::{AuditRow, StoreError},
    seal::OrgKeys,
    time::Millis,
};

/// Version of the bodies' shape.
const VERSION: u16 = 1;

/// An event as a row for [`insert_events`].
pub(crate) fn event_row(org: OrgId, seq: Seq, at: Millis, event: &NewEvent, keys: &OrgKeys) -> Row {
    row![
        org.bytes(),
        seq,
        at,
        event.kind,
        i64::from(VERSION),
        event.topic.as_str(),
        event.call.map(Id::raw),
        event.id.as_str(),
        keys.seal("events.body", event.body.expose().as_bytes()),
    ]
}

/// Adds events; their numbers come from the heads, raised just before.
pub(crate) async fn insert_events(
    conn: &mut SqliteConnection,
    rows: Vec<Row>,
) -> Result<(), StoreError> {
    cells::run(
        conn,
        "INSERT INTO events (org, seq, at, kind, version, topic, call, id, body) VALUES",
        "",
        rows,
    )
    .await
    .map_err(db)
}

/// A job as a row for [`insert_jobs`].
pub(crate) fn job_json(org: OrgId, job: &NewJob, now: Millis) -> Result<Value, StoreError> {
    let payload = serde_json::to_string(&job.payload).map_err(crate::rows::json)?;
    Ok(json!([
        jid(org),
        jid(JobId::new()),
        job.payload.kind(),
        job.key,
        job.payload.lane().word(),
        payload,
        job.run_at.unwrap_or(now).0,
    ]))
}

/// Adds jobs; an open one of the same kind and key stays the only one, and is due no later than either.
pub(crate) async fn insert_jobs(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO jobs (org, id, kind, key, lane, payload, run_at, due_at)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5,
             value ->> 6, value ->> 6
         FROM json_each(?1) WHERE true
         ON CONFLICT (org, kind, key) WHERE dead_at IS NULL DO UPDATE
             SET run_at = excluded.run_at, due_at = excluded.due_at
             WHERE jobs.lease_owner IS NULL AND excluded.run_at < jobs.run_at",
    )
    .bind(json_rows(rows))
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// The head of the log.
pub(crate) async fn head(cx: Cx<'_>) -> Result<Seq, StoreError> {
    head_row(cx).await?.count("seq")
}

/// The floor of the log.
pub(crate) async fn floor(cx: Cx<'_>) -> Result<Seq, StoreError> {
    head_row(cx).await?.count("floor")
}

/// The knowledge revision in force.
pub(crate) async fn knowledge_rev(cx: Cx<'_>) -> Result<u64, StoreError> {
    head_row(cx).await?.count("knowledge_rev")
}

async fn head_row(cx: Cx<'_>) -> Result<SqliteRow, StoreError> {
    sqlx::query("SELECT * FROM org_heads WHERE org = ?1")
        .bind(raw(cx.org))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?
        .ok_or(StoreError::Stale("organization"))
}

/// Events with `from < seq <= to`, at most `most`, in order.
pub(crate) async fn events(
    cx: Cx<'_>,
    from: Seq,
    to: Seq,
    most: u32,
) -> Result<Vec<Event>, StoreError> {
    let bound = |seq: Seq| i64::try_from(seq).unwrap_or(i64::MAX);
    let rows = sqlx::query(
        "SELECT seq, at, kind, version, topic, id, body FROM events
         WHERE org = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(bound(from))
    .bind(bound(to))
    .bind(most)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| {
            let body = cx
                .keys
                .open("events.body", &row.blob("body")?)
                .map_err(sealed)?;
            Ok(Event {
                seq: row.count("seq")?,
                at: row.at("at")?,
                kind: row.text("kind")?,
                version: row.count("version")?,
                topic: row.text("topic")?,
                id: row.text("id")?,
                body: Pii::new(
                    String::from_utf8(body)
                        .map_err(|_| StoreError::Corrupt("column body".to_owned()))?,
                ),
            })
        })
        .collect()
}

/// What a transaction collected.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) events: Vec<NewEvent>,
    pub(crate) jobs: Vec<NewJob>,
    pub(crate) audit: Vec<(&'static str, Option<String>)>,
    /// A job became due by an update.
    pub(crate) stirred: bool,
}

/// Writes what was collected, the head last; the new head.
pub(crate) async fn flush(
    mut cx: Cx<'_>,
    pending: &Pending,
    actor: &str,
    now: Millis,
) -> Result<Seq, StoreError> {
    if !pending.jobs.is_empty() {
        let rows = pending
            .jobs
            .iter()
            .map(|job| job_json(cx.org, job, now))
            .collect::<Result<Vec<_>, _>>()?;
        insert_jobs(cx.conn, rows).await?;
    }
    let head = head_row(cx.again()).await?;
    let seq: Seq = head.count("seq")?;
    if pending.events.is_empty() && pending.audit.is_empty() {
        return Ok(seq);
    }
    let mut audit_seq: u64 = head.count("audit_seq")?;
    let mut hash = head.hash("audit_hash")?;
    let mut lines = Vec::new();
    for (action, object) in &pending.audit {
        audit_seq += 1;
        let prev = hash;
        hash = AuditRow::chain(&prev, audit_seq, now, actor, action, object.as_deref());
        lines.push(json!([
            jid(cx.org),
            audit_seq,
            now.0,
            actor,
            action,
            object,
            jhex(&prev),
            jhex(&hash),
        ]));
    }
    if !lines.is_empty() {
        sqlx::query(
            "INSERT INTO audit (org, n, at, actor, action, object, prev, hash)
             SELECT unhex(value ->> 0), value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                 unhex(value ->> 6), unhex(value ->> 7)
             FROM json_each(?1)",
        )
        .bind(json_rows(lines))
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    }
    let new = seq + pending.events.len() as u64;
    sqlx::query("UPDATE org_heads SET seq = ?2, audit_seq = ?3, audit_hash = ?4 WHERE org = ?1")
        .bind(raw(cx.org))
        .bind(new as i64)
        .bind(audit_seq as i64)
        .bind(hash.to_vec())
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    let rows = pending
        .events
        .iter()
        .zip(seq + 1..)
        .map(|(event, seq)| event_row(cx.org, seq, now, event, cx.keys))
        .collect::<Vec<_>>();
    if !rows.is_empty() {
        insert_events(cx.conn, rows).await?;
    }
    Ok(new)
}

/// The audit trail, newest first.
pub(crate) async fn audit_trail(
    cx: Cx<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<AuditRow>, StoreError> {
    let before: i64 = crate::rows::cursor(after)?.unwrap_or(i64::MAX);
    let rows =
        sqlx::query("SELECT * FROM audit WHERE org = ?1 AND n < ?2 ORDER BY n DESC LIMIT ?3")
            .bind(raw(cx.org))
            .bind(before)
            .bind(limit.get() + 1)
            .fetch_all(&mut *cx.conn)
            .await
            .map_err(db)?;
    let items = rows
        .iter()
        .map(|row| {
            Ok(AuditRow {
                n: row.count("n")?,
                at: row.at("at")?,
                actor: row.text("actor")?,
                action: row.text("action")?,
                object: row.text_opt("object")?,
                prev: row.hash("prev")?,
                hash: row.hash("hash")?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(items, limit, |row| row.n))
}
