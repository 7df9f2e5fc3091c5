//! Organizations and their first owners.

use super::links;
use crate::{App, Fault, agents, settings::phone_line::PhoneLine};
use voxanne_core::{
    agent::hours,
    ids::{OrgId, UserId},
    page::Limit,
    pii::Secret,
    ports::store::{LinkKind, Organization, User},
    tenancy::{Actor, Role},
};

/// The address the first owner is known by until a real one is given.
pub const FIRST_OWNER_EMAIL: &str = "owner@localhost";

/// What a new organization is.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    /// Its name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// `en` or `es`.
    pub language: String,
    /// ISO 3166 code, upper case.
    pub country: String,
}

impl NewOrganization {
    /// Checks every field.
    pub fn check(&self) -> Result<(), Fault> {
        super::name(&self.name)?;
        if hours::zone(&self.time_zone).is_none() {
            return Err(Fault::bad(
                "time_zone",
                "give an IANA zone such as America/New_York",
            ));
        }
        if self.language != "en" && self.language != "es" {
            return Err(Fault::bad("language", "choose en or es"));
        }
        if self.country.len() != 2 || !self.country.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Fault::bad(
                "country",
                "give the two capital letters of the country, such as US",
            ));
        }
        Ok(())
    }
}

/// Makes an organization with a receptionist that works at once.
pub async fn create(app: &App, new: &NewOrganization) -> Result<Organization, Fault> {
    new.check()?;
    let organization = Organization {
        id: OrgId::new(),
        name: new.name.trim().to_owned(),
        time_zone: new.time_zone.clone(),
        language: new.language.clone(),
        country: new.country.clone(),
        created_at: app.now(),
    };
    app.store
        .system()
        .create_organization(&organization)
        .await?;
    let actor = Actor::system(organization.id, "setup");
    agents::save(app, &actor, 0, agents::default_body(&organization)).await?;
    let mut tx = app.store.write(&actor).await?;
    let now = tx.now();
    PhoneLine::receptionist(now).store(&mut *tx).await?;
    tx.audit("organization.created", Some(organization.id.to_string()));
    tx.commit().await?;
    Ok(organization)
}

/// Makes a person an owner (a new person, or one known already) and a link to hand over.
pub async fn add_owner(
    app: &App,
    org: OrgId,
    email: &str,
    name: &str,
    kind: LinkKind,
) -> Result<(UserId, Secret), Fault> {
    let email = super::email(email)?;
    let user = match app.store.system().user_by_email(&email).await? {
        Some((user, _)) => user.id,
        None => {
            let user = User {
                id: UserId::new(),
                email,
                name: super::name(name)?,
                password: None,
                created_at: app.now(),
            };
            app.store.system().create_user(&user).await?;
            user.id
        }
    };
    let mut tx = app.store.write(&Actor::system(org, "setup")).await?;
    tx.put_member(user, Role::Owner).await?;
    tx.audit("member.added", Some(user.to_string()));
    tx.emit(super::team::changed());
    tx.commit().await?;
    let link = links::make(app, kind, user, org).await?;
    Ok((user, link))
}

/// The one-time link of the first owner, while the installation has none that ever signed in.
pub async fn first_owner_link(app: &App) -> Result<Option<Secret>, Fault> {
    let known = app.store.system().organizations(None, 2).await?;
    let org = match known.as_slice() {
        [] => {
            let new = NewOrganization {
                name: "My clinic".to_owned(),
                time_zone: "America/New_York".to_owned(),
                language: "en".to_owned(),
                country: "US".to_owned(),
            };
            create(app, &new).await?.id
        }
        [one] => one.id,
        _ => return Ok(None),
    };
    let members = app.store.read(org).await?.members(None, Limit::MAX).await?;
    let mut owners = members.items.iter().filter(|m| m.role == Role::Owner);
    if owners.clone().any(|m| !m.invited) {
        return Ok(None);
    }
    if let Some(placeholder) = owners.next() {
        return Ok(Some(
            links::make(app, LinkKind::FirstOwner, placeholder.user.id, org).await?,
        ));
    }
    let (_, link) = add_owner(app, org, FIRST_OWNER_EMAIL, "Owner", LinkKind::FirstOwner).await?;
    Ok(Some(link))
}
