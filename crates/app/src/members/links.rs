//! One-time links: the first owner, an invitation, a reset, a sign-in. Each works once and not for long.

use super::{
    passwords::Passwords,
    sessions::{self, Entered},
};
use crate::{App, Fault};
use voxanne_core::{
    ids::{OrgId, UserId},
    pii::Secret,
    ports::store::{Link, LinkKind, Organization, User},
    seal::{random_token, token_hash},
    tenancy::{Actor, Role, Who},
};

const MINUTE: i64 = 60_000;

/// How long a link of this kind is valid, ms.
pub const fn valid_ms(kind: LinkKind) -> i64 {
    match kind {
        LinkKind::FirstOwner | LinkKind::SignIn => 15 * MINUTE,
        LinkKind::Reset => 60 * MINUTE,
        LinkKind::Invitation => 7 * 24 * 60 * MINUTE,
    }
}

/// What a link will do, shown before it is used.
#[derive(Debug)]
pub struct Shown {
    /// Which kind.
    pub kind: LinkKind,
    /// For whom.
    pub user: User,
    /// Where.
    pub organization: Organization,
    /// A password has to be given with it: a chosen one, or, of somebody who has one, that one.
    pub needs_password: bool,
}

impl Shown {
    /// The person has a password already and proves with it who uses the link: whoever invites somebody must not become
    /// that person, here or in another clinic.
    pub fn proves_itself(&self) -> bool {
        matches!(self.kind, LinkKind::FirstOwner | LinkKind::Invitation)
            && self.user.password.is_some()
    }
}

/// What a person gives with a link.
#[derive(Debug, Default)]
pub struct Given {
    /// The shown name, where the person is new.
    pub name: Option<String>,
    /// The chosen password.
    pub password: Option<Secret>,
    /// The person's own address; only with the link of the first owner, whose address nobody knew.
    pub email: Option<String>,
}

/// Makes a link; earlier ones of the same kind for the person stop working.
pub async fn make(app: &App, kind: LinkKind, user: UserId, org: OrgId) -> Result<Secret, Fault> {
    let token = random_token();
    let link = Link {
        token_hash: token_hash(&token),
        kind,
        user,
        org,
        expires_at: app.now().plus(valid_ms(kind)),
    };
    app.store.system().create_link(&link).await?;
    Ok(Secret::new(token))
}

/// The address of the page where a link is used.
pub fn address(app: &App, token: &Secret) -> String {
    format!("{}/welcome/{}", app.public_url, token.expose())
}

/// What the link of this token will do; an unknown or expired one is not found.
pub async fn look(app: &App, token: &str) -> Result<Shown, Fault> {
    let (link, user, organization) = app
        .store
        .system()
        .link(&token_hash(token), app.now())
        .await?
        .ok_or(Fault::NotFound("the link"))?;
    let needs_password = match link.kind {
        LinkKind::SignIn => false,
        LinkKind::Reset | LinkKind::FirstOwner | LinkKind::Invitation => true,
    };
    Ok(Shown {
        kind: link.kind,
        user,
        organization,
        needs_password,
    })
}

/// Uses a link up and signs the person in. What is given is checked first, so that a refused password spends no link.
pub async fn take(
    app: &App,
    passwords: &Passwords,
    token: &str,
    given: &Given,
) -> Result<Entered, Fault> {
    let shown = look(app, token).await?;
    let new = matches!(shown.kind, LinkKind::FirstOwner | LinkKind::Invitation)
        && shown.user.password.is_none();
    let name = match &given.name {
        Some(name) if new => Some(super::name(name)?),
        _ => None,
    };
    let hash = match &given.password {
        Some(own) if shown.proves_itself() => {
            let right = passwords
                .verify(shown.user.password.as_deref(), own)
                .await?;
            if !right {
                return Err(Fault::bad(
                    "password",
                    "this is not the password of this person",
                ));
            }
            None
        }
        None if shown.proves_itself() => {
            return Err(Fault::bad(
                "password",
                "enter the password you have here already",
            ));
        }
        Some(chosen) if shown.kind != LinkKind::SignIn => Some(passwords.choose(chosen).await?),
        _ if shown.needs_password => {
            return Err(Fault::bad("password", "choose 12 characters or more"));
        }
        _ => None,
    };
    let email = match &given.email {
        Some(text) if shown.kind == LinkKind::FirstOwner => {
            Some(super::email(text)?).filter(|e| *e != shown.user.email)
        }
        _ => None,
    };
    let system = app.store.system();
    if let Some(email) = &email
        && system.user_by_email(email).await?.is_some()
    {
        return Err(Fault::bad(
            "email",
            "this address belongs to somebody here already",
        ));
    }
    let link = system
        .take_link(&token_hash(token), app.now())
        .await?
        .ok_or(Fault::NotFound("the link"))?;
    let user = match email {
        Some(email) => replace_first_owner(app, &link, email, &shown.user).await?,
        None => link.user,
    };
    if name.is_some() || hash.is_some() {
        system
            .update_user(user, name.as_deref(), hash.as_deref(), None, app.now())
            .await?;
    }
    let mut tx = app
        .store
        .write(&Actor {
            org: link.org,
            who: Who::User(user),
        })
        .await?;
    tx.audit("link.used", Some(user.to_string()));
    tx.emit(super::team::changed());
    tx.commit().await?;
    sessions::enter(app, user, link.org).await
}

/// The first owner gives an own address: the placeholder made at the first start gives way to that person.
async fn replace_first_owner(
    app: &App,
    link: &Link,
    email: String,
    placeholder: &User,
) -> Result<UserId, Fault> {
    let user = User {
        id: UserId::new(),
        email,
        name: placeholder.name.clone(),
        password: None,
        created_at: app.now(),
    };
    app.store.system().create_user(&user).await?;
    let mut tx = app
        .store
        .write(&Actor {
            org: link.org,
            who: Who::User(user.id),
        })
        .await?;
    tx.put_member(user.id, Role::Owner).await?;
    tx.remove_member(placeholder.id).await?;
    tx.audit("member.added", Some(user.id.to_string()));
    tx.commit().await?;
    Ok(user.id)
}
