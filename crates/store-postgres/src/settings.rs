//! The receptionist's versions, connections, numbers and settings.

use crate::{
    sql::{Cells, Id, clean, cursor, failed, sealed},
    tenant::Scope,
};
use sqlx::postgres::PgRow;
use voxanne_core::{
    agent::AgentVersion,
    ids::PhoneNumberId,
    page::{Limit, Page},
    ports::store::{Integration, PhoneNumber, StoreError},
    seal::OrgKeys,
};

fn version_of(row: &PgRow, keys: &OrgKeys) -> Result<AgentVersion, StoreError> {
    let cells = Cells(row);
    Ok(AgentVersion {
        agent: cells.id("agent")?,
        no: cells.u32("no")?,
        body: keys
            .open_json("agent_versions.body", &cells.get::<Vec<u8>>("body")?)
            .map_err(sealed)?,
        author: cells.get("author")?,
        at: cells.at("at")?,
    })
}

/// Versions below `before`, newest first, at most `most`.
async fn versions(of: Scope<'_>, before: u32, most: u32) -> Result<Vec<AgentVersion>, StoreError> {
    let rows = sqlx::query(
        "select agent, no, body, author, at from agent_versions
         where org = $1 and no < $2 order by no desc limit $3",
    )
    .bind(of.org)
    .bind(i32::try_from(before).unwrap_or(i32::MAX))
    .bind(i64::from(most))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| version_of(row, of.keys)).collect()
}

/// The version in force.
pub(crate) async fn agent_current(of: Scope<'_>) -> Result<Option<AgentVersion>, StoreError> {
    Ok(versions(of, u32::MAX, 1).await?.pop())
}

/// One version.
pub(crate) async fn agent_version(
    of: Scope<'_>,
    no: u32,
) -> Result<Option<AgentVersion>, StoreError> {
    let found = versions(of, no.saturating_add(1), 1).await?.pop();
    Ok(found.filter(|version| version.no == no))
}

/// Versions, newest first.
pub(crate) async fn agent_versions(
    of: Scope<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<AgentVersion>, StoreError> {
    let before: Option<u32> = cursor(after)?;
    let found = versions(of, before.unwrap_or(u32::MAX), limit.get() + 1).await?;
    Ok(Page::from_rows(found, limit, |version| version.no))
}

/// Adds the next version, when `expected` is the one in force.
pub(crate) async fn add_agent_version(
    of: Scope<'_>,
    expected: u32,
    version: &AgentVersion,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "insert into agent_versions (org, no, agent, body, author, at)
         select $1, $2, $3, $4, $5, $6
         where $7 = (select coalesce(max(no), 0) from agent_versions where org = $1)
         on conflict (org, no) do nothing",
    )
    .bind(of.org)
    .bind(version.no as i32)
    .bind(version.agent.uuid())
    .bind(of.keys.seal_json("agent_versions.body", &version.body))
    .bind(&version.author)
    .bind(version.at.0)
    .bind(expected as i32)
    .execute(of.on)
    .await
    .map_err(failed)?;
    if done.rows_affected() == 1 && version.no > expected {
        Ok(())
    } else {
        Err(StoreError::Stale("version"))
    }
}

/// A connection of a row.
pub(crate) fn integration_of(row: &PgRow, keys: &OrgKeys) -> Result<Integration, StoreError> {
    let cells = Cells(row);
    Ok(Integration {
        id: cells.id("id")?,
        org: cells.id("org")?,
        kind: cells.get("kind")?,
        base_url: cells.get("base_url")?,
        mode: cells.get("mode")?,
        hook: cells.id("hook")?,
        rev: u64::try_from(cells.get::<i64>("rev")?).unwrap_or_default(),
        secrets: keys
            .open_json("integrations.secrets", &cells.get::<Vec<u8>>("secrets")?)
            .map_err(sealed)?,
    })
}

/// Connections, oldest first.
pub(crate) async fn integrations(of: Scope<'_>) -> Result<Vec<Integration>, StoreError> {
    let rows = sqlx::query(
        "select id, org, kind, base_url, mode, hook, rev, secrets from integrations where org = $1 order by id",
    )
    .bind(of.org)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| integration_of(row, of.keys))
        .collect()
}

/// Inserts or updates a connection with its hook.
pub(crate) async fn put_integration(
    of: Scope<'_>,
    integration: &Integration,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into integrations (org, id, kind, base_url, mode, hook, secrets) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org, id) do update set
           kind = excluded.kind, base_url = excluded.base_url, mode = excluded.mode, hook = excluded.hook,
           secrets = excluded.secrets, rev = integrations.rev + 1",
    )
    .bind(of.org)
    .bind(integration.id.uuid())
    .bind(&integration.kind)
    .bind(&integration.base_url)
    .bind(&integration.mode)
    .bind(integration.hook.uuid())
    .bind(of.keys.seal_json("integrations.secrets", &integration.secrets))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Numbers, oldest first.
pub(crate) async fn phone_numbers(of: Scope<'_>) -> Result<Vec<PhoneNumber>, StoreError> {
    let rows = sqlx::query(
        "select id, org, integration, provider_id, number, seen_at from phone_numbers where org = $1 order by id",
    )
    .bind(of.org)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(PhoneNumber {
                id: cells.id("id")?,
                org: cells.id("org")?,
                integration: cells.id("integration")?,
                provider_id: cells.get("provider_id")?,
                number: crate::calls::text(
                    of.keys,
                    "phone_numbers.number",
                    &cells.get::<Vec<u8>>("number")?,
                )?,
                seen_at: cells.opt_at("seen_at")?,
            })
        })
        .collect()
}

/// Inserts or updates a number.
pub(crate) async fn put_phone_number(
    of: Scope<'_>,
    number: &PhoneNumber,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into phone_numbers (org, id, integration, provider_id, number, seen_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (org, id) do update set
           integration = excluded.integration, provider_id = excluded.provider_id, number = excluded.number,
           seen_at = excluded.seen_at",
    )
    .bind(of.org)
    .bind(number.id.uuid())
    .bind(number.integration.uuid())
    .bind(clean(&number.provider_id).into_owned())
    .bind(of.keys.seal("phone_numbers.number", number.number.expose().as_bytes()))
    .bind(number.seen_at.map(|at| at.0))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Removes a number; false when there is none.
pub(crate) async fn remove_phone_number(
    of: Scope<'_>,
    id: PhoneNumberId,
) -> Result<bool, StoreError> {
    let done = sqlx::query("delete from phone_numbers where org = $1 and id = $2")
        .bind(of.org)
        .bind(id.uuid())
        .execute(of.on)
        .await
        .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}

/// A setting as JSON.
pub(crate) async fn setting(of: Scope<'_>, key: &str) -> Result<Option<String>, StoreError> {
    let value: Option<Vec<u8>> =
        sqlx::query_scalar("select value from settings where org = $1 and key = $2")
            .bind(of.org)
            .bind(clean(key).into_owned())
            .fetch_optional(of.on)
            .await
            .map_err(failed)?;
    value
        .map(|bytes| {
            crate::calls::text(of.keys, "settings.value", &bytes)
                .map(voxanne_core::pii::Pii::into_exposed)
        })
        .transpose()
}

/// Writes a setting.
pub(crate) async fn put_setting(of: Scope<'_>, key: &str, json: &str) -> Result<(), StoreError> {
    sqlx::query(
        "insert into settings (org, key, value) values ($1, $2, $3)
         on conflict (org, key) do update set value = excluded.value",
    )
    .bind(of.org)
    .bind(clean(key).into_owned())
    .bind(of.keys.seal("settings.value", json.as_bytes()))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}
