//! The inbox: what waits for a person, and what is closed.

use crate::{
    calls, escalations,
    sql::{Cells, Id, column, cursor, failed, sealed},
    tenant::Scope,
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;
use voxanne_core::{
    ids::{CallId, InboxId, OrgId},
    inbox::{InboxItem, InboxKind, Urgency},
    page::{Limit, Page},
    ports::store::{InboxFilter, StoreError, tenant::ListedInbox},
    seal::OrgKeys,
};

macro_rules! columns {
    () => {
        "i.org, i.id, i.kind, i.urgency, i.call, i.escalation, i.created_at, i.due_at, i.acknowledged_at, i.closed_at, \
         i.body"
    };
}

const fn rank(urgency: Urgency) -> i32 {
    match urgency {
        Urgency::Normal => 0,
        Urgency::Urgent => 1,
        Urgency::Emergency => 2,
    }
}

fn of_row(row: &PgRow, keys: &OrgKeys) -> Result<InboxItem, StoreError> {
    let cells = Cells(row);
    Ok(InboxItem {
        id: cells.id("id")?,
        kind: cells.word("kind", InboxKind::from_word)?,
        urgency: match cells.get::<i32>("urgency")? {
            0 => Urgency::Normal,
            1 => Urgency::Urgent,
            _ => Urgency::Emergency,
        },
        call: cells.opt_id("call")?,
        escalation: cells.opt_id("escalation")?,
        created_at: cells.at("created_at")?,
        due_at: cells.opt_at("due_at")?,
        acknowledged_at: cells.opt_at("acknowledged_at")?,
        closed_at: cells.opt_at("closed_at")?,
        body: keys
            .open_json("inbox.body", &cells.get::<Vec<u8>>("body")?)
            .map_err(sealed)?,
    })
}

/// Inserts items, or changes what may change of them.
pub(crate) async fn put(
    on: &mut PgConnection,
    rows: &[(Uuid, &InboxItem, &OrgKeys)],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into inbox (org, id, kind, urgency, call, escalation, created_at, due_at, acknowledged_at, closed_at, body)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[], $5::uuid[], $6::uuid[], $7::bigint[],
                              $8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[])
         on conflict (org, id) do update set
           kind = excluded.kind, urgency = excluded.urgency, call = excluded.call, escalation = excluded.escalation,
           due_at = excluded.due_at, acknowledged_at = excluded.acknowledged_at, closed_at = excluded.closed_at,
           body = excluded.body",
    )
    .bind(column!(rows, r => r.0))
    .bind(column!(rows, r => r.1.id.uuid()))
    .bind(column!(rows, r => r.1.kind.word()))
    .bind(column!(rows, r => rank(r.1.urgency)))
    .bind(column!(rows, r => r.1.call.map(Id::uuid)))
    .bind(column!(rows, r => r.1.escalation.map(Id::uuid)))
    .bind(column!(rows, r => r.1.created_at.0))
    .bind(column!(rows, r => r.1.due_at.map(|at| at.0)))
    .bind(column!(rows, r => r.1.acknowledged_at.map(|at| at.0)))
    .bind(column!(rows, r => r.1.closed_at.map(|at| at.0)))
    .bind(column!(rows, r => r.2.seal_json("inbox.body", &r.1.body)))
    .execute(on)
    .await
    .map(|_| ())
}

/// For each (tenant, call, latest escalation): the item of that escalation, else the latest open one of the call.
pub(crate) async fn of_calls<'k>(
    on: &mut PgConnection,
    calls: &[(Uuid, Uuid, Option<Uuid>)],
    keys: impl Fn(OrgId) -> Option<&'k OrgKeys>,
) -> Result<HashMap<CallId, InboxItem>, StoreError> {
    if calls.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(concat!(
        "select x.* from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as w(org, call, escalation) cross join lateral (
           select ",
        columns!(),
        " from inbox i where i.org = w.org and i.call = w.call
             and (i.closed_at is null or i.escalation = w.escalation)
           order by (w.escalation is not null and i.escalation is not distinct from w.escalation) desc,
                    (i.acknowledged_at is null) desc, i.created_at desc, i.id desc limit 1) x"
    ))
    .bind(column!(calls, c => c.0))
    .bind(column!(calls, c => c.1))
    .bind(column!(calls, c => c.2))
    .fetch_all(on)
    .await
    .map_err(failed)?;
    let mut items = HashMap::new();
    for row in &rows {
        let org: OrgId = Cells(row).id("org")?;
        let keys = keys(org).ok_or(StoreError::Stale("organization"))?;
        let item = of_row(row, keys)?;
        if let Some(call) = item.call {
            items.insert(call, item);
        }
    }
    Ok(items)
}

/// One item; locked when the transaction writes, after its call, which is the order everywhere.
pub(crate) async fn one(mut of: Scope<'_>, id: InboxId) -> Result<Option<ListedInbox>, StoreError> {
    if of.lock {
        sqlx::query(
            "select 1 from calls where org = $1 and id = (select call from inbox where org = $1 and id = $2) for update",
        )
        .bind(of.org)
        .bind(id.uuid())
        .execute(&mut *of.on)
        .await
        .map_err(failed)?;
    }
    let statement = if of.lock {
        concat!(
            "select ",
            columns!(),
            " from inbox i where i.org = $1 and i.id = $2 for update"
        )
    } else {
        concat!(
            "select ",
            columns!(),
            " from inbox i where i.org = $1 and i.id = $2"
        )
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(id.uuid())
        .fetch_optional(&mut *of.on)
        .await
        .map_err(failed)?;
    let Some(row) = row else { return Ok(None) };
    let item = of_row(&row, of.keys)?;
    Ok(listed(of.again(), vec![item]).await?.pop())
}

/// How many are open.
pub(crate) async fn open(of: Scope<'_>) -> Result<u64, StoreError> {
    let row = sqlx::query("select count(*) as n from inbox where org = $1 and closed_at is null")
        .bind(of.org)
        .fetch_one(of.on)
        .await
        .map_err(failed)?;
    Cells(&row).u64("n")
}

/// A page: open ones by urgency, then age; closed ones newest first.
pub(crate) async fn list(
    mut of: Scope<'_>,
    filter: InboxFilter,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ListedInbox>, StoreError> {
    let kind = filter.kind.map(InboxKind::word);
    let call = filter.call.map(Id::uuid);
    let most = i64::from(limit.get()) + 1;
    let rows = if filter.closed {
        let after: Option<(i64, InboxId)> = cursor(after)?;
        let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (at, id.uuid()));
        sqlx::query(concat!(
            "select ",
            columns!(),
            " from inbox i where i.org = $1 and i.closed_at is not null and (i.closed_at, i.id) < ($2, $3)
                and ($4::text is null or i.kind = $4) and ($5::uuid is null or i.call = $5)
              order by i.closed_at desc, i.id desc limit $6"
        ))
        .bind(of.org)
        .bind(at)
        .bind(id)
        .bind(kind)
        .bind(call)
        .bind(most)
    } else {
        let after: Option<(i32, i64, InboxId)> = cursor(after)?;
        let (urgency, at, id) = after.map_or((i32::MAX, i64::MIN, Uuid::nil()), |(u, at, id)| {
            (u, at, id.uuid())
        });
        sqlx::query(concat!(
            "select ",
            columns!(),
            " from inbox i where i.org = $1 and i.closed_at is null and i.urgency <= $6
                and (i.urgency < $6 or (i.created_at, i.id) > ($2, $3))
                and ($4::text is null or i.kind = $4) and ($5::uuid is null or i.call = $5)
              order by i.urgency desc, i.created_at, i.id limit $7"
        ))
        .bind(of.org)
        .bind(at)
        .bind(id)
        .bind(kind)
        .bind(call)
        .bind(urgency)
        .bind(most)
    }
    .fetch_all(&mut *of.on)
    .await
    .map_err(failed)?;
    let items = rows
        .iter()
        .map(|row| of_row(row, of.keys))
        .collect::<Result<Vec<_>, StoreError>>()?;
    let page = if filter.closed {
        Page::from_rows(items, limit, |i| (i.closed_at.map_or(0, |at| at.0), i.id))
    } else {
        Page::from_rows(items, limit, |i| (rank(i.urgency), i.created_at.0, i.id))
    };
    Ok(Page {
        items: listed(of.again(), page.items).await?,
        next: page.next,
        searched_back_to: None,
    })
}

/// Items with their escalations and calls.
async fn listed(mut of: Scope<'_>, items: Vec<InboxItem>) -> Result<Vec<ListedInbox>, StoreError> {
    let mut ids: Vec<CallId> = items.iter().filter_map(|i| i.call).collect();
    ids.sort_unstable();
    ids.dedup();
    let calls = calls::several(of.again(), &ids).await?;
    let mut ids: Vec<_> = items.iter().filter_map(|i| i.escalation).collect();
    ids.sort_unstable();
    ids.dedup();
    let escalations = escalations::several(of.again(), &ids).await?;
    Ok(items
        .into_iter()
        .map(|item| {
            let escalation = item.escalation.and_then(|id| escalations.get(&id)).cloned();
            let call = item.call.and_then(|id| calls.get(&id)).cloned();
            (item, escalation, call)
        })
        .collect())
}
