//! The inbox.

use crate::{
    calls, escalations,
    rows::{
        Columns as _, Cx, cursor, db, jat, jhex, jid, jid_opt, json_rows, raw, raw_opt, sealed,
    },
};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;
use voxanne_core::{
    call::{Call, escalation::Escalation},
    ids::{CallId, EscalationId, InboxId, OrgId},
    inbox::{InboxItem, InboxKind, Urgency},
    page::{Limit, Page},
    ports::store::{InboxFilter, StoreError, tenant::ListedInbox},
    seal::OrgKeys,
};

/// The item of a row.
pub(crate) fn from_row(row: &SqliteRow, keys: &OrgKeys) -> Result<InboxItem, StoreError> {
    let urgency = row.int("urgency")?;
    Ok(InboxItem {
        id: row.id("id")?,
        kind: row.word("kind", InboxKind::from_word)?,
        urgency: Urgency::ALL
            .iter()
            .copied()
            .find(|u| *u as i64 == urgency)
            .ok_or_else(|| StoreError::Corrupt("column urgency".to_owned()))?,
        call: row.id_opt("call")?,
        escalation: row.id_opt("escalation")?,
        created_at: row.at("created_at")?,
        due_at: row.at_opt("due_at")?,
        acknowledged_at: row.at_opt("acknowledged_at")?,
        closed_at: row.at_opt("closed_at")?,
        body: keys
            .open_json("inbox.body", &row.blob("body")?)
            .map_err(sealed)?,
    })
}

/// An item as a row for [`upsert`].
pub(crate) fn to_json(org: OrgId, item: &InboxItem, keys: &OrgKeys) -> Value {
    json!([
        jid(org),
        jid(item.id),
        item.kind.word(),
        item.urgency as i64,
        jid_opt(item.call),
        jid_opt(item.escalation),
        item.created_at.0,
        jat(item.due_at),
        jat(item.acknowledged_at),
        jat(item.closed_at),
        jhex(&keys.seal_json("inbox.body", &item.body)),
    ])
}

/// Writes items, new or changed.
pub(crate) async fn upsert(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO inbox (org, id, kind, urgency, call, escalation, created_at, due_at, acknowledged_at, closed_at, body)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, unhex(value ->> 4),
             unhex(value ->> 5), value ->> 6, value ->> 7, value ->> 8, value ->> 9, unhex(value ->> 10)
         FROM json_each(?1) WHERE true
         ON CONFLICT (org, id) DO UPDATE SET kind = excluded.kind, urgency = excluded.urgency, call = excluded.call,
             escalation = excluded.escalation, due_at = excluded.due_at, acknowledged_at = excluded.acknowledged_at,
             closed_at = excluded.closed_at, body = excluded.body",
    )
    .bind(json_rows(rows))
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Which item stands for a call: that of its latest escalation, else its latest open one, first those that nobody has
/// acknowledged.
pub(crate) fn pick(items: Vec<InboxItem>, escalation: Option<EscalationId>) -> Option<InboxItem> {
    let own = items
        .iter()
        .position(|item| escalation.is_some() && item.escalation == escalation);
    let at = own.or_else(|| {
        (0..items.len())
            .filter(|at| items[*at].closed_at.is_none())
            .max_by_key(|at| {
                let item = &items[*at];
                (item.acknowledged_at.is_none(), item.created_at, item.id)
            })
    })?;
    items.into_iter().nth(at)
}

/// Items of a call.
pub(crate) async fn of_call(cx: Cx<'_>, call: CallId) -> Result<Vec<InboxItem>, StoreError> {
    let rows = sqlx::query("SELECT * FROM inbox WHERE org = ?1 AND call = ?2")
        .bind(raw(cx.org))
        .bind(raw(call))
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
    rows.iter().map(|row| from_row(row, cx.keys)).collect()
}

/// Rows of all items of these (organization, call) pairs.
pub(crate) async fn rows_of(
    conn: &mut SqliteConnection,
    pairs: Vec<Value>,
) -> Result<Vec<SqliteRow>, StoreError> {
    sqlx::query(
        "SELECT i.* FROM json_each(?1) j CROSS JOIN inbox i
         ON i.org = unhex(j.value ->> 0) AND i.call = unhex(j.value ->> 1)",
    )
    .bind(json_rows(pairs))
    .fetch_all(conn)
    .await
    .map_err(db)
}

/// One item.
pub(crate) async fn one(mut cx: Cx<'_>, id: InboxId) -> Result<Option<ListedInbox>, StoreError> {
    let row = sqlx::query("SELECT * FROM inbox WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let item = from_row(&row, cx.keys)?;
    Ok(listed(cx.again(), vec![item]).await?.pop())
}

/// How many are open.
pub(crate) async fn open(cx: Cx<'_>) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT count(*) AS n FROM inbox WHERE org = ?1 AND closed_at IS NULL")
        .bind(raw(cx.org))
        .fetch_one(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.count("n")
}

/// Open items by urgency, then age; closed ones newest first.
pub(crate) async fn list(
    mut cx: Cx<'_>,
    filter: InboxFilter,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ListedInbox>, StoreError> {
    let kind = filter.kind.map(InboxKind::word);
    let rows = if filter.closed {
        let (at, id): (i64, Option<InboxId>) = cursor(after)?.unwrap_or((i64::MAX, None));
        sqlx::query(
            "SELECT * FROM inbox WHERE org = ?1 AND closed_at IS NOT NULL AND (closed_at, id) < (?2, ?3)
                 AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR call = ?5)
             ORDER BY closed_at DESC, id DESC LIMIT ?6",
        )
        .bind(raw(cx.org))
        .bind(at)
        .bind(id.map_or_else(Vec::new, raw))
        .bind(kind)
        .bind(raw_opt(filter.call))
        .bind(limit.get() + 1)
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?
    } else {
        let (urgency, at, id): (i64, i64, Option<InboxId>) =
            cursor(after)?.unwrap_or((i64::MAX, i64::MIN, None));
        sqlx::query(
            "SELECT * FROM inbox WHERE org = ?1 AND closed_at IS NULL AND urgency <= ?2
                 AND (urgency < ?2 OR (created_at, id) > (?3, ?4))
                 AND (?5 IS NULL OR kind = ?5) AND (?6 IS NULL OR call = ?6)
             ORDER BY urgency DESC, created_at, id LIMIT ?7",
        )
        .bind(raw(cx.org))
        .bind(urgency)
        .bind(at)
        .bind(id.map_or_else(Vec::new, raw))
        .bind(kind)
        .bind(raw_opt(filter.call))
        .bind(limit.get() + 1)
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?
    };
    let items = rows
        .iter()
        .map(|row| from_row(row, cx.keys))
        .collect::<Result<Vec<_>, _>>()?;
    let listed = listed(cx.again(), items).await?;
    Ok(if filter.closed {
        Page::from_rows(listed, limit, |(item, _, _)| {
            (item.closed_at.map_or(0, |at| at.0), item.id)
        })
    } else {
        Page::from_rows(listed, limit, |(item, _, _)| {
            (item.urgency as i64, item.created_at.0, item.id)
        })
    })
}

/// The items with their escalations and calls.
async fn listed(mut cx: Cx<'_>, items: Vec<InboxItem>) -> Result<Vec<ListedInbox>, StoreError> {
    let mut escalations: HashMap<EscalationId, Escalation> = HashMap::new();
    let wanted: Vec<Value> = items
        .iter()
        .filter_map(|item| item.escalation)
        .map(jid)
        .collect();
    if !wanted.is_empty() {
        let rows = sqlx::query(
            "SELECT e.* FROM json_each(?2) j CROSS JOIN escalations e ON e.org = ?1 AND e.id = unhex(j.value)",
        )
        .bind(raw(cx.org))
        .bind(json_rows(wanted))
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
        for row in &rows {
            let escalation = escalations::from_row(row)?;
            escalations.insert(escalation.id, escalation);
        }
    }
    let calls = calls_of(cx.again(), items.iter().filter_map(|item| item.call)).await?;
    Ok(items
        .into_iter()
        .map(|item| {
            let escalation = item.escalation.and_then(|id| escalations.get(&id)).cloned();
            let call = item.call.and_then(|id| calls.get(&id)).cloned();
            (item, escalation, call)
        })
        .collect())
}

async fn calls_of(
    cx: Cx<'_>,
    ids: impl Iterator<Item = CallId>,
) -> Result<HashMap<CallId, Call>, StoreError> {
    let wanted: Vec<Value> = ids.map(jid).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT c.* FROM json_each(?2) j CROSS JOIN calls c ON c.org = ?1 AND c.id = unhex(j.value)",
    )
    .bind(raw(cx.org))
    .bind(json_rows(wanted))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| calls::from_row(row, cx.keys).map(|call| (call.id, call)))
        .collect()
}
