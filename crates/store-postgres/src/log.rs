//! The organization's log and audit trail: numbers are given by one update of the head, last in the transaction, so that
//! commit order is number order and no reader sees a hole.

use crate::sql::{Cells, Id, column, cursor, failed, sealed};
use crate::tenant::Scope;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;
use voxanne_core::{
    ids::OrgId,
    log::{Event, NewEvent, Seq},
    page::{Limit, Page},
    pii::Pii,
    ports::store::{AuditRow, StoreError},
    seal::OrgKeys,
    time::Millis,
};

/// The version of all event bodies.
const VERSION: i32 = 1;

/// An event with whose it is.
pub(crate) struct Outgoing<'a> {
    pub(crate) org: OrgId,
    pub(crate) keys: &'a OrgKeys,
    pub(crate) event: &'a NewEvent,
}

/// The head as it stands.
pub(crate) async fn head(on: &mut PgConnection, org: OrgId) -> Result<Seq, StoreError> {
    let seq: Option<i64> = sqlx::query_scalar("select seq from org_heads where org = $1")
        .bind(org.uuid())
        .fetch_optional(on)
        .await
        .map_err(failed)?;
    seq.map(|n| n.max(0) as Seq)
        .ok_or(StoreError::Stale("organization"))
}

/// The floor as it stands.
pub(crate) async fn floor(of: Scope<'_>) -> Result<Seq, StoreError> {
    let floor: i64 = sqlx::query_scalar("select floor from org_heads where org = $1")
        .bind(of.org)
        .fetch_one(of.on)
        .await
        .map_err(failed)?;
    Ok(floor.max(0) as Seq)
}

/// Moves one head on by `events` and writes the audit lines; the new head.
pub(crate) async fn advance(
    on: &mut PgConnection,
    org: OrgId,
    events: usize,
    actor: &str,
    audit: &[(&'static str, Option<String>)],
    at: Millis,
) -> Result<Seq, StoreError> {
    let row = sqlx::query(
        "update org_heads set seq = seq + $2, audit_seq = audit_seq + $3 where org = $1
         returning seq, audit_seq, audit_hash",
    )
    .bind(org.uuid())
    .bind(events as i64)
    .bind(audit.len() as i64)
    .fetch_optional(&mut *on)
    .await
    .map_err(failed)?
    .ok_or(StoreError::Stale("organization"))?;
    let cells = Cells(&row);
    let head = cells.u64("seq")?;
    if audit.is_empty() {
        return Ok(head);
    }
    let mut prev = cells.hash("audit_hash")?;
    let first = cells.u64("audit_seq")? - audit.len() as u64 + 1;
    let mut lines = Vec::with_capacity(audit.len());
    for (n, (action, object)) in (first..).zip(audit) {
        let hash = AuditRow::chain(&prev, n, at, actor, action, object.as_deref());
        lines.push((n as i64, *action, object.clone(), prev, hash));
        prev = hash;
    }
    sqlx::query(
        "insert into audit (org, n, at, actor, action, object, prev, hash)
         select $1, n, $2, $3, action, object, prev, hash
         from unnest($4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bytea[]) as l(n, action, object, prev, hash)",
    )
    .bind(org.uuid())
    .bind(at.0)
    .bind(actor)
    .bind(column!(lines, l => l.0))
    .bind(column!(lines, l => l.1))
    .bind(column!(lines, l => l.2.clone()))
    .bind(column!(lines, l => l.3.to_vec()))
    .bind(column!(lines, l => l.4.to_vec()))
    .execute(&mut *on)
    .await
    .map_err(failed)?;
    sqlx::query("update org_heads set audit_hash = $2 where org = $1")
        .bind(org.uuid())
        .bind(prev.to_vec())
        .execute(on)
        .await
        .map_err(failed)?;
    Ok(head)
}

/// Writes events under the numbers they were given.
pub(crate) async fn write(
    on: &mut PgConnection,
    events: &[Outgoing<'_>],
    numbers: &[Seq],
    at: Millis,
) -> Result<(), StoreError> {
    insert(on, events, numbers, at).await.map_err(failed)
}

/// As [`write`], with the database's own error.
pub(crate) async fn insert(
    on: &mut PgConnection,
    events: &[Outgoing<'_>],
    numbers: &[Seq],
    at: Millis,
) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into events (org, seq, at, call, kind, version, topic, id, body)
         select org, seq, $1, call, kind, $2, topic, id, body
         from unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[])
           as e(org, seq, call, kind, topic, id, body)",
    )
    .bind(at.0)
    .bind(VERSION)
    .bind(column!(events, e => e.org.uuid()))
    .bind(column!(numbers, n => *n as i64))
    .bind(column!(events, e => e.event.call.map(Id::uuid)))
    .bind(column!(events, e => e.event.kind))
    .bind(column!(events, e => e.event.topic.clone()))
    .bind(column!(events, e => e.event.id.clone()))
    .bind(column!(events, e => e.keys.seal("events.body", e.event.body.expose().as_bytes())))
    .execute(on)
    .await
    .map(|_| ())
}

/// Events with `from < seq <= to`, at most `most`, in order.
pub(crate) async fn events(
    of: Scope<'_>,
    from: Seq,
    to: Seq,
    most: u32,
) -> Result<Vec<Event>, StoreError> {
    let rows = sqlx::query(
        "select seq, at, kind, version, topic, id, body from events
         where org = $1 and seq > $2 and seq <= $3 order by seq limit $4",
    )
    .bind(of.org)
    .bind(bounded(from))
    .bind(bounded(to))
    .bind(i64::from(most))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let cells = Cells(row);
            let body = of
                .keys
                .open("events.body", &cells.get::<Vec<u8>>("body")?)
                .map_err(sealed)?;
            Ok(Event {
                seq: cells.u64("seq")?,
                at: cells.at("at")?,
                kind: cells.get("kind")?,
                version: cells.u32("version")? as u16,
                topic: cells.get("topic")?,
                id: cells.get("id")?,
                body: Pii::new(
                    String::from_utf8(body)
                        .map_err(|_| StoreError::Corrupt("an event is not text".to_owned()))?,
                ),
            })
        })
        .collect()
}

/// A number that may come from outside as one PostgreSQL can compare.
pub(crate) fn bounded(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The audit trail, newest first.
pub(crate) async fn audit_trail(
    of: Scope<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<AuditRow>, StoreError> {
    let before: Option<u64> = cursor(after)?;
    let rows = sqlx::query(
        "select n, at, actor, action, object, prev, hash from audit
         where org = $1 and n < $2 order by n desc limit $3",
    )
    .bind(of.org)
    .bind(before.map_or(i64::MAX, bounded))
    .bind(i64::from(limit.get()) + 1)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let lines = rows
        .iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(AuditRow {
                n: cells.u64("n")?,
                at: cells.at("at")?,
                actor: cells.get("actor")?,
                action: cells.get("action")?,
                object: cells.get("object")?,
                prev: cells.hash("prev")?,
                hash: cells.hash("hash")?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(lines, limit, |line| line.n))
}

/// Moves several heads on, each by its count; the new heads. Locks them in the order of the organizations.
pub(crate) async fn advance_many(
    on: &mut PgConnection,
    counts: &[(OrgId, i64)],
) -> Result<Vec<(OrgId, Seq)>, sqlx::Error> {
    let orgs = column!(counts, c => c.0.uuid());
    if counts.len() > 1 {
        sqlx::query("select 1 from org_heads where org = any($1) order by org for update")
            .bind(&orgs)
            .execute(&mut *on)
            .await?;
    }
    let rows = sqlx::query(
        "update org_heads h set seq = h.seq + c.n from unnest($1::uuid[], $2::bigint[]) as c(org, n)
         where h.org = c.org returning h.org, h.seq",
    )
    .bind(orgs)
    .bind(column!(counts, c => c.1))
    .fetch_all(on)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                OrgId::of(row.try_get::<Uuid, _>(0)?),
                row.try_get::<i64, _>(1)?.max(0) as Seq,
            ))
        })
        .collect()
}
