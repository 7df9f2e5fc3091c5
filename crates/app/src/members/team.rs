//! Who belongs to an organization, with which role. The last owner stays; only owners make or change owners.

use super::links;
use crate::{App, Fault};
use voxanne_core::{
    ids::UserId,
    log::NewEvent,
    pii::Secret,
    ports::store::{LinkKind, Member, User},
    tenancy::{Actor, Role},
};

/// The event that tells dashboards to read the team again.
pub(crate) fn changed() -> NewEvent {
    NewEvent::new(
        "members.changed",
        "settings",
        None,
        "members",
        &serde_json::json!({}),
    )
}

fn owners_only(by: Role, concerned: &[Role]) -> Result<(), Fault> {
    if by != Role::Owner && concerned.contains(&Role::Owner) {
        return Err(Fault::NotAllowed(
            "only an owner may make, change or remove an owner".to_owned(),
        ));
    }
    Ok(())
}

fn last_owner() -> Fault {
    Fault::Conflict("this is the last owner: make somebody else an owner first".to_owned())
}

/// Invites a person: the member and the link to hand over.
pub async fn invite(
    app: &App,
    actor: &Actor,
    by: Role,
    email: &str,
    name: &str,
    role: Role,
) -> Result<(Member, Secret), Fault> {
    owners_only(by, &[role])?;
    let (email, name) = (super::email(email)?, super::name(name)?);
    let known = app.store.system().user_by_email(&email).await?;
    let user = match known {
        Some((_, orgs)) if orgs.contains(&actor.org) => {
            return Err(Fault::Conflict(
                "this person is a member already".to_owned(),
            ));
        }
        Some((user, orgs)) if user.password.is_none() && !orgs.is_empty() => {
            // Whoever chose the password with our link would have it everywhere.
            return Err(Fault::Conflict(
                "this person has not used an earlier invitation yet: ask them to use that one first".to_owned(),
            ));
        }
        Some((user, _)) => user,
        None => {
            let user = User {
                id: UserId::new(),
                email,
                name,
                password: None,
                created_at: app.now(),
            };
            app.store.system().create_user(&user).await?;
            user
        }
    };
    let mut tx = app.store.write(actor).await?;
    tx.put_member(user.id, role).await?;
    let member = tx
        .member(user.id)
        .await?
        .ok_or(Fault::NotFound("the member"))?;
    tx.audit("member.invited", Some(user.id.to_string()));
    tx.emit(changed());
    tx.commit().await?;
    let link = links::make(app, LinkKind::Invitation, user.id, actor.org).await?;
    Ok((member, link))
}

/// Changes a member's role.
pub async fn change_role(
    app: &App,
    actor: &Actor,
    by: Role,
    user: UserId,
    role: Role,
) -> Result<Member, Fault> {
    let mut tx = app.store.write(actor).await?;
    let member = tx
        .member(user)
        .await?
        .ok_or(Fault::NotFound("the member"))?;
    owners_only(by, &[member.role, role])?;
    if member.role == Role::Owner && role != Role::Owner && tx.owners().await? <= 1 {
        return Err(last_owner());
    }
    tx.put_member(user, role).await?;
    let member = tx
        .member(user)
        .await?
        .ok_or(Fault::NotFound("the member"))?;
    tx.audit("member.role_changed", Some(user.to_string()));
    tx.emit(changed());
    tx.commit().await?;
    Ok(member)
}

/// Takes a person out; the person's sessions here end.
pub async fn remove(app: &App, actor: &Actor, by: Role, user: UserId) -> Result<(), Fault> {
    let mut tx = app.store.write(actor).await?;
    let member = tx
        .member(user)
        .await?
        .ok_or(Fault::NotFound("the member"))?;
    owners_only(by, &[member.role])?;
    if member.role == Role::Owner && tx.owners().await? <= 1 {
        return Err(last_owner());
    }
    tx.remove_member(user).await?;
    tx.audit("member.removed", Some(user.to_string()));
    tx.emit(changed());
    tx.commit().await?;
    Ok(())
}

/// A link with which a member chooses a new password, for the operator to hand over.
pub async fn reset_link(app: &App, email: &str) -> Result<Secret, Fault> {
    let email = super::email(email)?;
    let (user, orgs) = app
        .store
        .system()
        .user_by_email(&email)
        .await?
        .ok_or(Fault::NotFound("a person with this address"))?;
    let org = *orgs
        .first()
        .ok_or(Fault::NotFound("an organization of this person"))?;
    let mut tx = app.store.write(&Actor::system(org, "operator")).await?;
    tx.audit("reset_link.made", Some(user.id.to_string()));
    tx.commit().await?;
    links::make(app, LinkKind::Reset, user.id, org).await
}
