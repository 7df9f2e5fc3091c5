//! Escalations and their steps.

use crate::{
    sql::{Cells, Id, clean, column, failed, json},
    tenant::Scope,
};
use sqlx::{PgConnection, postgres::PgRow};
use std::collections::HashMap;
use uuid::Uuid;
use voxanne_core::{
    call::escalation::{Escalation, EscalationKind, EscalationState, Step},
    ids::{CallId, EscalationId},
    ports::store::StoreError,
};

macro_rules! columns {
    () => {
        "id, call, kind, state, opened_at, tried, target, since, step_deadline, human_at, closed_at, steps"
    };
}

fn of_row(row: &PgRow) -> Result<Escalation, StoreError> {
    let cells = Cells(row);
    Ok(Escalation {
        id: cells.id("id")?,
        call: cells.id("call")?,
        kind: cells.word("kind", EscalationKind::from_word)?,
        state: cells.word("state", EscalationState::from_word)?,
        opened_at: cells.at("opened_at")?,
        tried: cells.json("tried")?,
        target: cells.get("target")?,
        since: cells.at("since")?,
        step_deadline: cells.opt_at("step_deadline")?,
        human_at: cells.opt_at("human_at")?,
        closed_at: cells.opt_at("closed_at")?,
        steps: cells.u32("steps")?,
    })
}

/// Inserts escalations, or changes what may change of them. The first part of each is its tenant.
pub(crate) async fn put(
    on: &mut PgConnection,
    rows: &[(Uuid, &Escalation)],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into escalations (org, id, call, kind, state, opened_at, tried, target, since, step_deadline, human_at,
                                  closed_at, steps)
         select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[],
                              $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::integer[])
         on conflict (org, id) do update set
           kind = excluded.kind, state = excluded.state, tried = excluded.tried, target = excluded.target,
           since = excluded.since, step_deadline = excluded.step_deadline, human_at = excluded.human_at,
           closed_at = excluded.closed_at, steps = excluded.steps",
    )
    .bind(column!(rows, (org, _) => *org))
    .bind(column!(rows, (_, e) => e.id.uuid()))
    .bind(column!(rows, (_, e) => e.call.uuid()))
    .bind(column!(rows, (_, e) => e.kind.word()))
    .bind(column!(rows, (_, e) => e.state.word()))
    .bind(column!(rows, (_, e) => e.opened_at.0))
    .bind(column!(rows, (_, e) => json(&e.tried)))
    .bind(column!(rows, (_, e) => e.target.as_deref().map(|t| clean(t).into_owned())))
    .bind(column!(rows, (_, e) => e.since.0))
    .bind(column!(rows, (_, e) => e.step_deadline.map(|at| at.0)))
    .bind(column!(rows, (_, e) => e.human_at.map(|at| at.0)))
    .bind(column!(rows, (_, e) => e.closed_at.map(|at| at.0)))
    .bind(column!(rows, (_, e) => e.steps as i32))
    .execute(on)
    .await
    .map(|_| ())
}

/// Inserts steps.
pub(crate) async fn add_steps(
    on: &mut PgConnection,
    rows: &[(Uuid, EscalationId, &Step)],
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into escalation_steps (org, escalation, no, what, target, words, at)
         select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::bigint[])",
    )
    .bind(column!(rows, r => r.0))
    .bind(column!(rows, r => r.1.uuid()))
    .bind(column!(rows, r => r.2.no as i32))
    .bind(column!(rows, r => clean(&r.2.what).into_owned()))
    .bind(column!(rows, r => r.2.target.as_deref().map(|t| clean(t).into_owned())))
    .bind(column!(rows, r => clean(&r.2.words).into_owned()))
    .bind(column!(rows, r => r.2.at.0))
    .execute(on)
    .await
    .map(|_| ())
}

/// The latest escalation of each of these calls, named by (tenant, call).
pub(crate) async fn latest(
    on: &mut PgConnection,
    calls: &[(Uuid, Uuid)],
) -> Result<HashMap<CallId, Escalation>, StoreError> {
    if calls.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(concat!(
        "select e.* from unnest($1::uuid[], $2::uuid[]) as w(org, call) cross join lateral (
           select ",
        columns!(),
        " from escalations where org = w.org and call = w.call order by opened_at desc, id desc limit 1) e"
    ))
    .bind(column!(calls, c => c.0))
    .bind(column!(calls, c => c.1))
    .fetch_all(on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| of_row(row).map(|escalation| (escalation.call, escalation)))
        .collect()
}

/// Escalations by id.
pub(crate) async fn several(
    of: Scope<'_>,
    ids: &[EscalationId],
) -> Result<HashMap<EscalationId, Escalation>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(concat!(
        "select ",
        columns!(),
        " from escalations where org = $1 and id = any($2)"
    ))
    .bind(of.org)
    .bind(column!(ids, id => id.uuid()))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| of_row(row).map(|escalation| (escalation.id, escalation)))
        .collect()
}

/// Escalations of a call with their steps, oldest first.
pub(crate) async fn of_call(
    of: Scope<'_>,
    call: CallId,
) -> Result<Vec<(Escalation, Vec<Step>)>, StoreError> {
    let rows = sqlx::query(concat!(
        "select ",
        columns!(),
        " from escalations where org = $1 and call = $2 order by opened_at, id"
    ))
    .bind(of.org)
    .bind(call.uuid())
    .fetch_all(&mut *of.on)
    .await
    .map_err(failed)?;
    let escalations = rows
        .iter()
        .map(of_row)
        .collect::<Result<Vec<_>, StoreError>>()?;
    let rows = sqlx::query(
        "select escalation, no, what, target, words, at from escalation_steps
         where org = $1 and escalation = any($2) order by escalation, no",
    )
    .bind(of.org)
    .bind(column!(escalations, e => e.id.uuid()))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let mut steps: HashMap<EscalationId, Vec<Step>> = HashMap::new();
    for row in &rows {
        let cells = Cells(row);
        steps
            .entry(cells.id("escalation")?)
            .or_default()
            .push(Step {
                no: cells.u32("no")?,
                what: cells.get("what")?,
                target: cells.get("target")?,
                words: cells.get("words")?,
                at: cells.at("at")?,
            });
    }
    Ok(escalations
        .into_iter()
        .map(|e| {
            let steps = steps.remove(&e.id).unwrap_or_default();
            (e, steps)
        })
        .collect())
}
