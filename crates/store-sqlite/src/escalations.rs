//! Escalations and their steps.

use crate::rows::{Columns as _, Cx, db, jat, jid, json as bad_json, json_rows, raw, unique};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;
use voxanne_core::{
    call::escalation::{Escalation, EscalationKind, EscalationState, Step},
    ids::{CallId, EscalationId, OrgId},
    ports::store::StoreError,
};

/// The escalation of a row.
pub(crate) fn from_row(row: &SqliteRow) -> Result<Escalation, StoreError> {
    Ok(Escalation {
        id: row.id("id")?,
        call: row.id("call")?,
        kind: row.word("kind", EscalationKind::from_word)?,
        state: row.word("state", EscalationState::from_word)?,
        opened_at: row.at("opened_at")?,
        tried: serde_json::from_str(&row.text("tried")?).map_err(bad_json)?,
        target: row.text_opt("target")?,
        since: row.at("since")?,
        step_deadline: row.at_opt("step_deadline")?,
        human_at: row.at_opt("human_at")?,
        closed_at: row.at_opt("closed_at")?,
        steps: row.count("steps")?,
    })
}

/// An escalation as a row for [`upsert`].
pub(crate) fn to_json(org: OrgId, escalation: &Escalation) -> Value {
    json!([
        jid(org),
        jid(escalation.id),
        jid(escalation.call),
        escalation.kind.word(),
        escalation.state.word(),
        escalation.opened_at.0,
        json!(escalation.tried).to_string(),
        escalation.target,
        escalation.since.0,
        jat(escalation.step_deadline),
        jat(escalation.human_at),
        jat(escalation.closed_at),
        escalation.steps,
    ])
}

/// Writes escalations, new or changed.
pub(crate) async fn upsert(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO escalations (org, id, call, kind, state, opened_at, tried, target, since, step_deadline, human_at,
             closed_at, steps)
         SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4, value ->> 5,
             value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12
         FROM json_each(?1) WHERE true
         ON CONFLICT (org, id) DO UPDATE SET kind = excluded.kind, state = excluded.state, tried = excluded.tried,
             target = excluded.target, since = excluded.since, step_deadline = excluded.step_deadline,
             human_at = excluded.human_at, closed_at = excluded.closed_at, steps = excluded.steps",
    )
    .bind(json_rows(rows))
    .execute(conn)
    .await
    .map_err(unique("escalation"))?;
    Ok(())
}

/// A step as a row for [`insert_steps`].
pub(crate) fn step_json(org: OrgId, escalation: EscalationId, step: &Step) -> Value {
    json!([
        jid(org),
        jid(escalation),
        step.no,
        step.what,
        step.target,
        step.words,
        step.at.0,
    ])
}

/// Adds steps.
pub(crate) async fn insert_steps(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO escalation_steps (org, escalation, no, what, target, words, at)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
         FROM json_each(?1)",
    )
    .bind(json_rows(rows))
    .execute(conn)
    .await
    .map_err(unique("step"))?;
    Ok(())
}

/// The latest escalation of each of these calls that has one.
pub(crate) async fn latest(
    cx: Cx<'_>,
    calls: &[CallId],
) -> Result<HashMap<CallId, Escalation>, StoreError> {
    let rows = latest_rows(
        cx.conn,
        calls
            .iter()
            .map(|call| json!([jid(cx.org), jid(*call)]))
            .collect(),
    )
    .await?;
    rows.iter()
        .map(|row| from_row(row).map(|e| (e.call, e)))
        .collect()
}

/// Rows of the latest escalations of these (organization, call) pairs.
pub(crate) async fn latest_rows(
    conn: &mut SqliteConnection,
    pairs: Vec<Value>,
) -> Result<Vec<SqliteRow>, StoreError> {
    sqlx::query(
        "SELECT e.* FROM json_each(?1) j CROSS JOIN escalations e ON e.row = (
             SELECT row FROM escalations WHERE org = unhex(j.value ->> 0) AND call = unhex(j.value ->> 1)
             ORDER BY opened_at DESC, id DESC LIMIT 1)",
    )
    .bind(json_rows(pairs))
    .fetch_all(conn)
    .await
    .map_err(db)
}

/// Escalations of a call with their steps, oldest first.
pub(crate) async fn of_call(
    cx: Cx<'_>,
    call: CallId,
) -> Result<Vec<(Escalation, Vec<Step>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM escalations WHERE org = ?1 AND call = ?2 ORDER BY opened_at, id LIMIT 200",
    )
    .bind(raw(cx.org))
    .bind(raw(call))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let mut out = rows
        .iter()
        .map(|row| from_row(row).map(|e| (e, Vec::new())))
        .collect::<Result<Vec<_>, _>>()?;
    let steps = sqlx::query(
        "SELECT s.* FROM escalations e JOIN escalation_steps s ON s.org = e.org AND s.escalation = e.id
         WHERE e.org = ?1 AND e.call = ?2 ORDER BY s.escalation, s.no LIMIT 2000",
    )
    .bind(raw(cx.org))
    .bind(raw(call))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    for row in &steps {
        let of: EscalationId = row.id("escalation")?;
        let step = Step {
            no: row.count("no")?,
            what: row.text("what")?,
            target: row.text_opt("target")?,
            words: row.text("words")?,
            at: row.at("at")?,
        };
        if let Some((_, steps)) = out.iter_mut().find(|(e, _)| e.id == of) {
            steps.push(step);
        }
    }
    Ok(out)
}

/// One escalation.
pub(crate) async fn one(cx: Cx<'_>, id: EscalationId) -> Result<Option<Escalation>, StoreError> {
    let row = sqlx::query("SELECT * FROM escalations WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.as_ref().map(from_row).transpose()
}
