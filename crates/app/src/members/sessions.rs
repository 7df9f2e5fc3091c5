//! Sessions: an opaque token in a cookie, looked up at each request, revoked at once.

use super::passwords::Passwords;
use crate::{App, Fault};
use voxanne_core::{
    ids::{OrgId, SessionId, UserId},
    pii::Secret,
    ports::store::{Session, SignedIn},
    seal::{random_token, token_hash},
    tenancy::{Actor, Who},
};

/// How long a session lasts, ms: 14 days.
pub const SESSION_MS: i64 = 14 * 86_400_000;
/// How often the use of a session is noted, ms.
const TOUCH_MS: i64 = 60_000;

/// A session just begun; the token goes into the cookie and nowhere else.
#[derive(Debug)]
pub struct Entered {
    /// The token.
    pub token: Secret,
    /// Who it is.
    pub who: SignedIn,
}

/// Signs a person in by address and password; nothing when either is wrong.
pub async fn sign_in(
    app: &App,
    passwords: &Passwords,
    email: &str,
    password: &Secret,
) -> Result<Option<Entered>, Fault> {
    let email = email.trim().to_lowercase();
    let known = app.store.system().user_by_email(&email).await?;
    let stored = known
        .as_ref()
        .and_then(|(user, _)| user.password.as_deref());
    let right = passwords.verify(stored, password).await?;
    match known {
        Some((user, orgs)) if right => match orgs.first() {
            Some(org) => Ok(Some(enter(app, user.id, *org).await?)),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// Begins a session of a person in an organization.
pub async fn enter(app: &App, user: UserId, org: OrgId) -> Result<Entered, Fault> {
    let now = app.now();
    let token = random_token();
    let id = SessionId::new();
    let session = Session {
        id,
        token_hash: token_hash(&token),
        user,
        org,
        family: id,
        parent: None,
        created_at: now,
        expires_at: now.plus(SESSION_MS),
        revoked_at: None,
        seen_at: now,
    };
    app.store.system().create_session(&session).await?;
    let mut tx = app
        .store
        .write(&Actor {
            org,
            who: Who::User(user),
        })
        .await?;
    tx.audit("session.started", Some(id.to_string()));
    tx.commit().await?;
    let who = app
        .store
        .system()
        .signed_in(&session.token_hash, now)
        .await?
        .ok_or(Fault::NotFound("the member"))?;
    Ok(Entered {
        token: Secret::new(token),
        who,
    })
}

/// Whose session a token is, if any; notes its use at most once a minute.
pub async fn who(app: &App, token: &str) -> Result<Option<SignedIn>, Fault> {
    let now = app.now();
    let found = app
        .store
        .system()
        .signed_in(&token_hash(token), now)
        .await?;
    if let Some(who) = &found
        && now.since(who.session.seen_at) >= TOUCH_MS
        && let Err(error) = app.store.system().touch_session(who.session.id, now).await
    {
        // A missed note of use is no reason to refuse a signed-in person.
        tracing::debug!(%error, "session.touch_failed");
    }
    Ok(found)
}

/// Ends a session.
pub async fn sign_out(app: &App, who: &SignedIn) -> Result<(), Fault> {
    app.store
        .system()
        .revoke_session(who.session.id, app.now())
        .await?;
    let mut tx = app
        .store
        .write(&Actor {
            org: who.organization.id,
            who: Who::User(who.user.id),
        })
        .await?;
    tx.audit("session.ended", Some(who.session.id.to_string()));
    tx.commit().await?;
    Ok(())
}

/// Changes a person's password; ends the person's other sessions. The current one is asked for where there is one.
pub async fn change_password(
    app: &App,
    passwords: &Passwords,
    who: &SignedIn,
    current: Option<&Secret>,
    new: &Secret,
) -> Result<(), Fault> {
    if let Some(stored) = &who.user.password {
        let given = current.ok_or_else(|| Fault::bad("current", "give the current password"))?;
        if !passwords.verify(Some(stored), given).await? {
            return Err(Fault::bad("current", "this is not the current password"));
        }
    }
    let hash = passwords.choose(new).await.map_err(|fault| match fault {
        Fault::Bad { what, .. } => Fault::bad("new", what),
        other => other,
    })?;
    app.store
        .system()
        .update_user(
            who.user.id,
            None,
            Some(&hash),
            Some(who.session.id),
            app.now(),
        )
        .await?;
    let mut tx = app
        .store
        .write(&Actor {
            org: who.organization.id,
            who: Who::User(who.user.id),
        })
        .await?;
    tx.audit("password.changed", Some(who.user.id.to_string()));
    tx.commit().await?;
    Ok(())
}
