//! What a clinic configures: the receptionist's versions, connections, numbers, settings.

use crate::rows::{Columns as _, Cx, cursor, db, raw, sealed, unique};
use sqlx::sqlite::SqliteRow;
use voxanne_core::{
    agent::AgentVersion,
    ids::PhoneNumberId,
    page::{Limit, Page},
    pii::Pii,
    ports::store::{Integration, PhoneNumber, StoreError},
    seal::OrgKeys,
};

fn version_of(row: &SqliteRow, keys: &OrgKeys) -> Result<AgentVersion, StoreError> {
    Ok(AgentVersion {
        agent: row.id("agent")?,
        no: row.count("no")?,
        body: keys
            .open_json("agent_versions.body", &row.blob("body")?)
            .map_err(sealed)?,
        author: row.text("author")?,
        at: row.at("at")?,
    })
}

/// The receptionist's version in force.
pub(crate) async fn agent_current(cx: Cx<'_>) -> Result<Option<AgentVersion>, StoreError> {
    let row = sqlx::query("SELECT * FROM agent_versions WHERE org = ?1 ORDER BY no DESC LIMIT 1")
        .bind(raw(cx.org))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.map(|row| version_of(&row, cx.keys)).transpose()
}

/// One version.
pub(crate) async fn agent_version(cx: Cx<'_>, no: u32) -> Result<Option<AgentVersion>, StoreError> {
    let row = sqlx::query("SELECT * FROM agent_versions WHERE org = ?1 AND no = ?2")
        .bind(raw(cx.org))
        .bind(no)
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.map(|row| version_of(&row, cx.keys)).transpose()
}

/// Versions, newest first.
pub(crate) async fn agent_versions(
    cx: Cx<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<AgentVersion>, StoreError> {
    let before: i64 = cursor(after)?.unwrap_or(i64::MAX);
    let rows = sqlx::query(
        "SELECT * FROM agent_versions WHERE org = ?1 AND no < ?2 ORDER BY no DESC LIMIT ?3",
    )
    .bind(raw(cx.org))
    .bind(before)
    .bind(limit.get() + 1)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let items = rows
        .iter()
        .map(|row| version_of(row, cx.keys))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, limit, |v| v.no))
}

/// Adds the next version; `Stale` when `expected` is not the one in force.
pub(crate) async fn add_agent_version(
    cx: Cx<'_>,
    expected: u32,
    version: &AgentVersion,
) -> Result<(), StoreError> {
    let current: u32 =
        sqlx::query("SELECT coalesce(max(no), 0) AS no FROM agent_versions WHERE org = ?1")
            .bind(raw(cx.org))
            .fetch_one(&mut *cx.conn)
            .await
            .map_err(db)?
            .count("no")?;
    if current != expected || version.no <= current {
        return Err(StoreError::Stale("version"));
    }
    sqlx::query(
        "INSERT INTO agent_versions (org, no, agent, body, author, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(raw(cx.org))
    .bind(version.no)
    .bind(raw(version.agent))
    .bind(cx.keys.seal_json("agent_versions.body", &version.body))
    .bind(&version.author)
    .bind(version.at.0)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// The connection of a row of `integrations`.
pub(crate) fn integration_of(row: &SqliteRow, keys: &OrgKeys) -> Result<Integration, StoreError> {
    Ok(Integration {
        id: row.id("id")?,
        org: row.id("org")?,
        kind: row.text("kind")?,
        base_url: row.text("base_url")?,
        mode: row.text("mode")?,
        hook: row.id("hook")?,
        rev: row.count("rev")?,
        secrets: keys
            .open_json("integrations.secrets", &row.blob("secrets")?)
            .map_err(sealed)?,
    })
}

/// Connections.
pub(crate) async fn integrations(cx: Cx<'_>) -> Result<Vec<Integration>, StoreError> {
    let rows = sqlx::query("SELECT * FROM integrations WHERE org = ?1 ORDER BY id LIMIT 1000")
        .bind(raw(cx.org))
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
    rows.iter()
        .map(|row| integration_of(row, cx.keys))
        .collect()
}

/// Inserts or updates a connection with its hook.
pub(crate) async fn put_integration(
    cx: Cx<'_>,
    integration: &Integration,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO integrations (org, id, kind, base_url, mode, hook, secrets) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (org, id) DO UPDATE SET kind = excluded.kind, base_url = excluded.base_url,
             mode = excluded.mode, hook = excluded.hook, secrets = excluded.secrets, rev = integrations.rev + 1",
    )
    .bind(raw(cx.org))
    .bind(raw(integration.id))
    .bind(&integration.kind)
    .bind(&integration.base_url)
    .bind(&integration.mode)
    .bind(raw(integration.hook))
    .bind(cx.keys.seal_json("integrations.secrets", &integration.secrets))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("hook"))?;
    Ok(())
}

/// Numbers.
pub(crate) async fn phone_numbers(cx: Cx<'_>) -> Result<Vec<PhoneNumber>, StoreError> {
    let rows = sqlx::query("SELECT * FROM phone_numbers WHERE org = ?1 ORDER BY id LIMIT 1000")
        .bind(raw(cx.org))
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
    rows.iter()
        .map(|row| {
            let number = cx
                .keys
                .open("phone_numbers.number", &row.blob("number")?)
                .map_err(sealed)?;
            Ok(PhoneNumber {
                id: row.id("id")?,
                org: row.id("org")?,
                integration: row.id("integration")?,
                provider_id: row.text("provider_id")?,
                number: Pii::new(
                    String::from_utf8(number)
                        .map_err(|_| StoreError::Corrupt("column number".to_owned()))?,
                ),
                seen_at: row.at_opt("seen_at")?,
            })
        })
        .collect()
}

/// Inserts or updates a number; `Conflict` when another row has its provider id.
pub(crate) async fn put_phone_number(cx: Cx<'_>, number: &PhoneNumber) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO phone_numbers (org, id, integration, provider_id, number, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (org, id) DO UPDATE SET integration = excluded.integration,
             provider_id = excluded.provider_id, number = excluded.number, seen_at = excluded.seen_at",
    )
    .bind(raw(cx.org))
    .bind(raw(number.id))
    .bind(raw(number.integration))
    .bind(&number.provider_id)
    .bind(
        cx.keys
            .seal("phone_numbers.number", number.number.expose().as_bytes()),
    )
    .bind(number.seen_at.map(|at| at.0))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("number"))?;
    Ok(())
}

/// Removes a number; false when there is none.
pub(crate) async fn remove_phone_number(cx: Cx<'_>, id: PhoneNumberId) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM phone_numbers WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    Ok(done.rows_affected() > 0)
}

/// A setting as JSON.
pub(crate) async fn setting(cx: Cx<'_>, key: &str) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT value FROM settings WHERE org = ?1 AND key = ?2")
        .bind(raw(cx.org))
        .bind(key)
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.map(|row| {
        let value = cx
            .keys
            .open("settings.value", &row.blob("value")?)
            .map_err(sealed)?;
        String::from_utf8(value).map_err(|_| StoreError::Corrupt("column value".to_owned()))
    })
    .transpose()
}

/// Writes a setting.
pub(crate) async fn put_setting(cx: Cx<'_>, key: &str, json: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO settings (org, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (org, key) DO UPDATE SET value = excluded.value",
    )
    .bind(raw(cx.org))
    .bind(key)
    .bind(cx.keys.seal("settings.value", json.as_bytes()))
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}
