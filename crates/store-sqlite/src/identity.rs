//! Sign-in: people, sessions, one-time links, keys by their hash.

use crate::{
    people::{api_key_of, organization_of, user_of},
    rows::{Columns as _, db, raw, raw_opt, unique},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use voxanne_core::{
    ids::{OrgId, SessionId, UserId},
    ports::store::{ApiKey, Link, LinkKind, Organization, Session, SignedIn, StoreError, User},
    tenancy::Role,
    time::Millis,
};

/// Uses of a key or a session within this time are noted once, ms.
pub(crate) const NOTE_EVERY: i64 = 60_000;

/// Makes a person.
pub(crate) async fn create_user(
    conn: &mut SqliteConnection,
    user: &User,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO users (id, email, name, password, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(raw(user.id))
    .bind(&user.email)
    .bind(&user.name)
    .bind(&user.password)
    .bind(user.created_at.0)
    .execute(conn)
    .await
    .map_err(unique("email"))?;
    Ok(())
}

/// The person with this address and where the person belongs.
pub(crate) async fn user_by_email(
    conn: &mut SqliteConnection,
    email: &str,
) -> Result<Option<(User, Vec<OrgId>)>, StoreError> {
    let row = sqlx::query("SELECT * FROM users WHERE email = ?1")
        .bind(email)
        .fetch_optional(&mut *conn)
        .await
        .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let user = user_of(&row)?;
    let rows = sqlx::query("SELECT org FROM memberships WHERE member = ?1 ORDER BY org LIMIT 1000")
        .bind(raw(user.id))
        .fetch_all(conn)
        .await
        .map_err(db)?;
    let orgs = rows
        .iter()
        .map(|row| row.id("org"))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Some((user, orgs)))
}

/// Sets name and password hash; a new password revokes all other sessions of the person.
pub(crate) async fn update_user(
    conn: &mut SqliteConnection,
    user: UserId,
    name: Option<&str>,
    password: Option<&str>,
    keep: Option<SessionId>,
    now: Millis,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE users SET name = coalesce(?2, name), password = coalesce(?3, password) WHERE id = ?1",
    )
    .bind(raw(user))
    .bind(name)
    .bind(password)
    .execute(&mut *conn)
    .await
    .map_err(db)?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Stale("user"));
    }
    if password.is_some() {
        sqlx::query(
            "UPDATE sessions SET revoked_at = ?3
             WHERE member = ?1 AND revoked_at IS NULL AND (?2 IS NULL OR id <> ?2)",
        )
        .bind(raw(user))
        .bind(raw_opt(keep))
        .bind(now.0)
        .execute(conn)
        .await
        .map_err(db)?;
    }
    Ok(())
}

/// Stores a session; its member has been seen.
pub(crate) async fn create_session(
    conn: &mut SqliteConnection,
    session: &Session,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, token_hash, member, org, family, parent, created_at, expires_at, revoked_at, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(raw(session.id))
    .bind(session.token_hash.to_vec())
    .bind(raw(session.user))
    .bind(raw(session.org))
    .bind(raw(session.family))
    .bind(raw_opt(session.parent))
    .bind(session.created_at.0)
    .bind(session.expires_at.0)
    .bind(session.revoked_at.map(|at| at.0))
    .bind(session.seen_at.0)
    .execute(&mut *conn)
    .await
    .map_err(unique("session"))?;
    seen(conn, session.id, session.seen_at).await
}

async fn seen(
    conn: &mut SqliteConnection,
    session: SessionId,
    at: Millis,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE memberships SET last_seen_at = max(coalesce(last_seen_at, 0), ?2)
         WHERE (org, member) = (SELECT org, member FROM sessions WHERE id = ?1)",
    )
    .bind(raw(session))
    .bind(at.0)
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes that a session was used.
pub(crate) async fn touch_session(
    conn: &mut SqliteConnection,
    id: SessionId,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1")
        .bind(raw(id))
        .bind(now.0)
        .execute(&mut *conn)
        .await
        .map_err(db)?;
    seen(conn, id, now).await
}

/// Revokes a session.
pub(crate) async fn revoke_session(
    conn: &mut SqliteConnection,
    id: SessionId,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
        .bind(raw(id))
        .bind(now.0)
        .execute(conn)
        .await
        .map_err(db)?;
    Ok(())
}

fn session_of(row: &SqliteRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.id("id")?,
        token_hash: row.hash("token_hash")?,
        user: row.id("member")?,
        org: row.id("org")?,
        family: row.id("family")?,
        parent: row.id_opt("parent")?,
        created_at: row.at("created_at")?,
        expires_at: row.at("expires_at")?,
        revoked_at: row.at_opt("revoked_at")?,
        seen_at: row.at("seen_at")?,
    })
}

async fn user(conn: &mut SqliteConnection, id: UserId) -> Result<User, StoreError> {
    let row = sqlx::query("SELECT * FROM users WHERE id = ?1")
        .bind(raw(id))
        .fetch_one(conn)
        .await
        .map_err(db)?;
    user_of(&row)
}

async fn organization(conn: &mut SqliteConnection, id: OrgId) -> Result<Organization, StoreError> {
    let row = sqlx::query("SELECT * FROM organizations WHERE id = ?1")
        .bind(raw(id))
        .fetch_one(conn)
        .await
        .map_err(db)?;
    organization_of(&row)
}

/// The session of a token; expired, revoked and memberless ones are nothing.
pub(crate) async fn signed_in(
    conn: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: Millis,
) -> Result<Option<SignedIn>, StoreError> {
    let row = sqlx::query(
        "SELECT s.*, m.role FROM sessions s JOIN memberships m ON m.org = s.org AND m.member = s.member
         WHERE s.token_hash = ?1 AND s.revoked_at IS NULL AND s.expires_at > ?2",
    )
    .bind(token_hash.to_vec())
    .bind(now.0)
    .fetch_optional(&mut *conn)
    .await
    .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let session = session_of(&row)?;
    let role = row.word("role", Role::from_word)?;
    Ok(Some(SignedIn {
        user: user(conn, session.user).await?,
        organization: organization(conn, session.org).await?,
        session,
        role,
    }))
}

/// Stores a one-time link; earlier ones of the same kind for the person go.
pub(crate) async fn create_link(
    conn: &mut SqliteConnection,
    link: &Link,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM links WHERE member = ?1 AND kind = ?2 AND org = ?3")
        .bind(raw(link.user))
        .bind(link.kind.word())
        .bind(raw(link.org))
        .execute(&mut *conn)
        .await
        .map_err(db)?;
    sqlx::query(
        "INSERT INTO links (token_hash, kind, member, org, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(link.token_hash.to_vec())
    .bind(link.kind.word())
    .bind(raw(link.user))
    .bind(raw(link.org))
    .bind(link.expires_at.0)
    .execute(conn)
    .await
    .map_err(unique("link"))?;
    Ok(())
}

fn link_of(row: &SqliteRow) -> Result<Link, StoreError> {
    Ok(Link {
        token_hash: row.hash("token_hash")?,
        kind: row.word("kind", LinkKind::from_word)?,
        user: row.id("member")?,
        org: row.id("org")?,
        expires_at: row.at("expires_at")?,
    })
}

/// The link with its person and organization, unless expired.
pub(crate) async fn link(
    conn: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: Millis,
) -> Result<Option<(Link, User, Organization)>, StoreError> {
    let row = sqlx::query("SELECT * FROM links WHERE token_hash = ?1 AND expires_at > ?2")
        .bind(token_hash.to_vec())
        .bind(now.0)
        .fetch_optional(&mut *conn)
        .await
        .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let link = link_of(&row)?;
    let user = user(conn, link.user).await?;
    let organization = organization(conn, link.org).await?;
    Ok(Some((link, user, organization)))
}

/// Uses a link up.
pub(crate) async fn take_link(
    conn: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: Millis,
) -> Result<Option<Link>, StoreError> {
    let row =
        sqlx::query("DELETE FROM links WHERE token_hash = ?1 AND expires_at > ?2 RETURNING *")
            .bind(token_hash.to_vec())
            .bind(now.0)
            .fetch_optional(conn)
            .await
            .map_err(db)?;
    row.as_ref().map(link_of).transpose()
}

/// The API key with this hash, unless revoked, with its organization.
pub(crate) async fn api_key(
    conn: &mut SqliteConnection,
    hash: &[u8; 32],
) -> Result<Option<(ApiKey, Organization)>, StoreError> {
    let row = sqlx::query("SELECT * FROM api_keys WHERE hash = ?1 AND revoked_at IS NULL")
        .bind(hash.to_vec())
        .fetch_optional(&mut *conn)
        .await
        .map_err(db)?;
    let Some(row) = row else { return Ok(None) };
    let key = api_key_of(&row)?;
    let organization = organization(conn, key.org).await?;
    Ok(Some((key, organization)))
}

/// Notes that a key was used.
pub(crate) async fn touch_api_key(
    conn: &mut SqliteConnection,
    key: &ApiKey,
    now: Millis,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE api_keys SET last_used_at = ?3 WHERE org = ?1 AND id = ?2")
        .bind(raw(key.org))
        .bind(raw(key.id))
        .bind(now.0)
        .execute(conn)
        .await
        .map_err(db)?;
    Ok(())
}
