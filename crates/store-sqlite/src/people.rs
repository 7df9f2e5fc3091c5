//! The organization, its members and their keys.

use crate::rows::{Columns as _, Cx, cursor, db, json as bad_json, raw, unique};
use sqlx::sqlite::SqliteRow;
use voxanne_core::{
    ids::{ApiKeyId, UserId},
    page::{Limit, Page},
    ports::store::{ApiKey, Member, Organization, StoreError, User},
    tenancy::{Role, Scope},
    time::Millis,
};

/// The organization of a row of `organizations`.
pub(crate) fn organization_of(row: &SqliteRow) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.id("id")?,
        name: row.text("name")?,
        time_zone: row.text("time_zone")?,
        language: row.text("language")?,
        country: row.text("country")?,
        created_at: row.at("created_at")?,
    })
}

/// The person of a row of `users`.
pub(crate) fn user_of(row: &SqliteRow) -> Result<User, StoreError> {
    Ok(User {
        id: row.id("id")?,
        email: row.text("email")?,
        name: row.text("name")?,
        password: row.text_opt("password")?,
        created_at: row.at("created_at")?,
    })
}

/// The key of a row of `api_keys`.
pub(crate) fn api_key_of(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    let scopes: Vec<Scope> = serde_json::from_str(&row.text("scopes")?).map_err(bad_json)?;
    Ok(ApiKey {
        id: row.id("id")?,
        org: row.id("org")?,
        name: row.text("name")?,
        prefix: row.text("prefix")?,
        hash: row.hash("hash")?,
        scopes,
        created_at: row.at("created_at")?,
        last_used_at: row.at_opt("last_used_at")?,
        revoked_at: row.at_opt("revoked_at")?,
    })
}

fn member_of(row: &SqliteRow) -> Result<Member, StoreError> {
    let last_seen_at = row.at_opt("last_seen_at")?;
    Ok(Member {
        user: user_of(row)?,
        role: row.word("role", Role::from_word)?,
        last_seen_at,
        invited: last_seen_at.is_none(),
    })
}

/// The organization.
pub(crate) async fn organization(cx: Cx<'_>) -> Result<Organization, StoreError> {
    let row = sqlx::query("SELECT * FROM organizations WHERE id = ?1")
        .bind(raw(cx.org))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?
        .ok_or(StoreError::Stale("organization"))?;
    organization_of(&row)
}

/// Updates name, zone, language and country.
pub(crate) async fn put_organization(
    cx: Cx<'_>,
    organization: &Organization,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE organizations SET name = ?2, time_zone = ?3, language = ?4, country = ?5 WHERE id = ?1",
    )
    .bind(raw(cx.org))
    .bind(&organization.name)
    .bind(&organization.time_zone)
    .bind(&organization.language)
    .bind(&organization.country)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Members by name.
pub(crate) async fn members(
    cx: Cx<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Member>, StoreError> {
    let last: Option<UserId> = cursor(after)?;
    let rows = sqlx::query(
        "SELECT u.*, m.role, m.last_seen_at FROM memberships m JOIN users u ON u.id = m.member
         WHERE m.org = ?1 AND (?2 IS NULL OR (u.name, u.id) > ((SELECT name FROM users WHERE id = ?2), ?2))
         ORDER BY u.name, u.id LIMIT ?3",
    )
    .bind(raw(cx.org))
    .bind(last.map(raw))
    .bind(limit.get() + 1)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let items = rows.iter().map(member_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, limit, |m| m.user.id))
}

/// One member.
pub(crate) async fn member(cx: Cx<'_>, user: UserId) -> Result<Option<Member>, StoreError> {
    let row = sqlx::query(
        "SELECT u.*, m.role, m.last_seen_at FROM memberships m JOIN users u ON u.id = m.member
         WHERE m.org = ?1 AND m.member = ?2",
    )
    .bind(raw(cx.org))
    .bind(raw(user))
    .fetch_optional(&mut *cx.conn)
    .await
    .map_err(db)?;
    row.as_ref().map(member_of).transpose()
}

/// How many owners there are.
pub(crate) async fn owners(cx: Cx<'_>) -> Result<u64, StoreError> {
    sqlx::query("SELECT count(*) AS n FROM memberships WHERE org = ?1 AND role = ?2")
        .bind(raw(cx.org))
        .bind(Role::Owner.word())
        .fetch_one(&mut *cx.conn)
        .await
        .map_err(db)?
        .count("n")
}

/// Makes a person a member, or changes the role.
pub(crate) async fn put_member(cx: Cx<'_>, user: UserId, role: Role) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO memberships (org, member, role) VALUES (?1, ?2, ?3)
         ON CONFLICT (org, member) DO UPDATE SET role = excluded.role",
    )
    .bind(raw(cx.org))
    .bind(raw(user))
    .bind(role.word())
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Takes a person out and revokes the person's sessions here.
pub(crate) async fn remove_member(cx: Cx<'_>, user: UserId, now: Millis) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM memberships WHERE org = ?1 AND member = ?2")
        .bind(raw(cx.org))
        .bind(raw(user))
        .execute(&mut *cx.conn)
        .await
        .map_err(db)?;
    if gone.rows_affected() == 0 {
        return Err(StoreError::Stale("member"));
    }
    sqlx::query(
        "UPDATE sessions SET revoked_at = ?3 WHERE member = ?2 AND org = ?1 AND revoked_at IS NULL",
    )
    .bind(raw(cx.org))
    .bind(raw(user))
    .bind(now.0)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// API keys, newest first.
pub(crate) async fn api_keys(
    cx: Cx<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<ApiKey>, StoreError> {
    let (at, id): (i64, Option<ApiKeyId>) = cursor(after)?.unwrap_or((i64::MAX, None));
    let rows = sqlx::query(
        "SELECT * FROM api_keys WHERE org = ?1 AND (created_at, id) < (?2, ?3)
         ORDER BY created_at DESC, id DESC LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(at)
    .bind(id.map_or_else(Vec::new, raw))
    .bind(limit.get() + 1)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let items = rows.iter().map(api_key_of).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, limit, |k| (k.created_at.0, k.id)))
}

/// Adds an API key.
pub(crate) async fn add_api_key(cx: Cx<'_>, key: &ApiKey) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO api_keys (org, id, name, prefix, hash, scopes, created_at, last_used_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(raw(cx.org))
    .bind(raw(key.id))
    .bind(&key.name)
    .bind(&key.prefix)
    .bind(key.hash.to_vec())
    .bind(serde_json::to_string(&key.scopes).map_err(bad_json)?)
    .bind(key.created_at.0)
    .bind(key.last_used_at.map(|at| at.0))
    .bind(key.revoked_at.map(|at| at.0))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("api_key"))?;
    Ok(())
}

/// Revokes an API key; false when there is none.
pub(crate) async fn revoke_api_key(
    cx: Cx<'_>,
    id: ApiKeyId,
    now: Millis,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE api_keys SET revoked_at = ?3 WHERE org = ?1 AND id = ?2 AND revoked_at IS NULL",
    )
    .bind(raw(cx.org))
    .bind(raw(id))
    .bind(now.0)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected() > 0)
}
