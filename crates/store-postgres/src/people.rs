//! The organization, its members and its API keys, as a tenant sees them.

use crate::{
    sql::{Cells, Id, clean, cursor, failed, json},
    tenant::Scope,
};
use sqlx::postgres::PgRow;
use uuid::Uuid;
use voxanne_core::{
    ids::{ApiKeyId, UserId},
    page::{Limit, Page},
    ports::store::{ApiKey, Member, Organization, StoreError, User},
    tenancy::Role,
    time::Millis,
};

/// An organization of a row; the columns may carry a prefix where several tables meet.
pub(crate) fn organization_of(row: &PgRow, prefix: &str) -> Result<Organization, StoreError> {
    let cells = Cells(row);
    let name = |column: &str| format!("{prefix}{column}");
    Ok(Organization {
        id: cells.id(&name("id"))?,
        name: cells.get(&name("name"))?,
        time_zone: cells.get(&name("time_zone"))?,
        language: cells.get(&name("language"))?,
        country: cells.get(&name("country"))?,
        created_at: cells.at(&name("created_at"))?,
    })
}

/// A person of a row; the columns may carry a prefix.
pub(crate) fn user_of(row: &PgRow, prefix: &str) -> Result<User, StoreError> {
    let cells = Cells(row);
    let name = |column: &str| format!("{prefix}{column}");
    Ok(User {
        id: cells.id(&name("id"))?,
        email: cells.get(&name("email"))?,
        name: cells.get(&name("name"))?,
        password: cells.get(&name("password"))?,
        created_at: cells.at(&name("created_at"))?,
    })
}

/// An API key of a row; `name` and `created_at` may carry a prefix.
pub(crate) fn api_key_of(row: &PgRow, prefix: &str) -> Result<ApiKey, StoreError> {
    let cells = Cells(row);
    let name = |column: &str| format!("{prefix}{column}");
    Ok(ApiKey {
        id: cells.id(&name("id"))?,
        org: cells.id("org")?,
        name: cells.get(&name("name"))?,
        prefix: cells.get("prefix")?,
        hash: cells.hash("hash")?,
        scopes: cells.json("scopes")?,
        created_at: cells.at(&name("created_at"))?,
        last_used_at: cells.opt_at("last_used_at")?,
        revoked_at: cells.opt_at("revoked_at")?,
    })
}

/// The organization.
pub(crate) async fn organization(of: Scope<'_>) -> Result<Organization, StoreError> {
    let row = sqlx::query(
        "select id, name, time_zone, language, country, created_at from organizations where id = $1",
    )
    .bind(of.org)
    .fetch_optional(of.on)
    .await
    .map_err(failed)?
    .ok_or(StoreError::Stale("organization"))?;
    organization_of(&row, "")
}

/// Updates name, zone, language and country.
pub(crate) async fn put_organization(
    of: Scope<'_>,
    organization: &Organization,
) -> Result<(), StoreError> {
    sqlx::query(
        "update organizations set name = $2, time_zone = $3, language = $4, country = $5 where id = $1",
    )
    .bind(of.org)
    .bind(clean(&organization.name).into_owned())
    .bind(&organization.time_zone)
    .bind(&organization.language)
    .bind(&organization.country)
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

macro_rules! members {
    ($rest:literal) => {
        concat!(
            "select u.id, u.email, u.name, u.password, u.created_at, m.role, m.last_seen_at
             from memberships m join users u on u.id = m.member where m.org = $1 ",
            $rest
        )
    };
}

fn member_of(row: &PgRow) -> Result<Member, StoreError> {
    let cells = Cells(row);
    let last_seen_at = cells.opt_at("last_seen_at")?;
    Ok(Member {
        user: user_of(row, "")?,
        role: cells.word("role", Role::from_word)?,
        last_seen_at,
        invited: last_seen_at.is_none(),
    })
}

/// Members by name.
pub(crate) async fn members(
    of: Scope<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Member>, StoreError> {
    let after: Option<(String, UserId)> = cursor(after)?;
    let (name, id) = after.map_or((None, Uuid::nil()), |(name, id)| (Some(name), id.uuid()));
    let rows = sqlx::query(members!(
        "and ($2::text is null or (u.name collate \"C\", u.id) > ($2 collate \"C\", $3))
         order by u.name collate \"C\", u.id limit $4"
    ))
    .bind(of.org)
    .bind(name)
    .bind(id)
    .bind(i64::from(limit.get()) + 1)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let members = rows
        .iter()
        .map(member_of)
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(members, limit, |m| {
        (m.user.name.clone(), m.user.id)
    }))
}

/// One member; locked when the transaction writes.
pub(crate) async fn member(of: Scope<'_>, user: UserId) -> Result<Option<Member>, StoreError> {
    let statement = if of.lock {
        members!("and m.member = $2 for update of m")
    } else {
        members!("and m.member = $2")
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(user.uuid())
        .fetch_optional(of.on)
        .await
        .map_err(failed)?;
    row.as_ref().map(member_of).transpose()
}

/// How many owners there are; they are locked when the transaction writes, so that two people cannot each take out the
/// other as the last but one.
pub(crate) async fn owners(of: Scope<'_>) -> Result<u64, StoreError> {
    let statement = if of.lock {
        "select member from memberships where org = $1 and role = 'owner' order by member for update"
    } else {
        "select member from memberships where org = $1 and role = 'owner'"
    };
    let rows = sqlx::query(statement)
        .bind(of.org)
        .fetch_all(of.on)
        .await
        .map_err(failed)?;
    Ok(rows.len() as u64)
}

/// Makes a person a member, or changes the role.
pub(crate) async fn put_member(of: Scope<'_>, user: UserId, role: Role) -> Result<(), StoreError> {
    sqlx::query(
        "insert into memberships (org, member, role) values ($1, $2, $3)
         on conflict (org, member) do update set role = excluded.role",
    )
    .bind(of.org)
    .bind(user.uuid())
    .bind(role.word())
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Takes a person out and revokes the person's sessions here.
pub(crate) async fn remove_member(
    of: Scope<'_>,
    user: UserId,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("delete from memberships where org = $1 and member = $2")
        .bind(of.org)
        .bind(user.uuid())
        .execute(&mut *of.on)
        .await
        .map_err(failed)?;
    sqlx::query(
        "update sessions set revoked_at = $3 where org = $1 and member = $2 and revoked_at is null",
    )
    .bind(of.org)
    .bind(user.uuid())
    .bind(now.0)
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// API keys, newest first.
pub(crate) async fn api_keys(
    of: Scope<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ApiKey>, StoreError> {
    let after: Option<(i64, ApiKeyId)> = cursor(after)?;
    let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (at, id.uuid()));
    let rows = sqlx::query(
        "select id, org, name, prefix, hash, scopes, created_at, last_used_at, revoked_at from api_keys
         where org = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4",
    )
    .bind(of.org)
    .bind(at)
    .bind(id)
    .bind(i64::from(limit.get()) + 1)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let keys = rows
        .iter()
        .map(|row| api_key_of(row, ""))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(keys, limit, |k| (k.created_at.0, k.id)))
}

/// Adds an API key.
pub(crate) async fn add_api_key(of: Scope<'_>, key: &ApiKey) -> Result<(), StoreError> {
    sqlx::query(
        "insert into api_keys (org, id, name, prefix, hash, scopes, created_at, last_used_at, revoked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(of.org)
    .bind(key.id.uuid())
    .bind(clean(&key.name).into_owned())
    .bind(&key.prefix)
    .bind(&key.hash[..])
    .bind(json(&key.scopes))
    .bind(key.created_at.0)
    .bind(key.last_used_at.map(|at| at.0))
    .bind(key.revoked_at.map(|at| at.0))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Revokes an API key; false when there is none in force.
pub(crate) async fn revoke_api_key(
    of: Scope<'_>,
    id: ApiKeyId,
    now: Millis,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update api_keys set revoked_at = $3 where org = $1 and id = $2 and revoked_at is null",
    )
    .bind(of.org)
    .bind(id.uuid())
    .bind(now.0)
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected() == 1)
}
