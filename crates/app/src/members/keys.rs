//! Keys for programs: `vxk_` and 256 random bits, shown once, stored as a hash.

use crate::{App, Fault};
use voxanne_core::{
    ids::ApiKeyId,
    pii::Secret,
    ports::store::{ApiKey, Organization},
    seal::{random_token, token_hash},
    tenancy::{Actor, Scope},
};

/// What every key begins with.
pub const PREFIX: &str = "vxk_";
/// Characters of the secret that are kept to recognise it by.
const SHOWN: usize = 12;

/// Makes a key; the secret is shown now and never again.
pub async fn create(
    app: &App,
    actor: &Actor,
    name: &str,
    scopes: &[Scope],
) -> Result<(ApiKey, Secret), Fault> {
    let name = super::name(name)?;
    let mut distinct: Vec<Scope> = Vec::new();
    for scope in scopes {
        if !distinct.contains(scope) {
            distinct.push(*scope);
        }
    }
    if distinct.is_empty() {
        return Err(Fault::bad(
            "scopes",
            "choose at least one of read, write, admin",
        ));
    }
    let secret = format!("{PREFIX}{}", random_token());
    let key = ApiKey {
        id: ApiKeyId::new(),
        org: actor.org,
        name,
        prefix: secret.chars().take(SHOWN).collect(),
        hash: token_hash(&secret),
        scopes: distinct,
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
    };
    let mut tx = app.store.write(actor).await?;
    tx.add_api_key(&key).await?;
    tx.audit("api_key.created", Some(key.id.to_string()));
    tx.emit(super::team::changed());
    tx.commit().await?;
    Ok((key, Secret::new(secret)))
}

/// The key of a secret, unless revoked, with its organization.
pub async fn who(app: &App, secret: &str) -> Result<Option<(ApiKey, Organization)>, Fault> {
    if !secret.starts_with(PREFIX) || secret.len() > 128 {
        return Ok(None);
    }
    Ok(app
        .store
        .system()
        .api_key(&token_hash(secret), app.now())
        .await?)
}

/// Revokes a key at once.
pub async fn revoke(app: &App, actor: &Actor, id: ApiKeyId) -> Result<(), Fault> {
    let mut tx = app.store.write(actor).await?;
    if !tx.revoke_api_key(id).await? {
        return Err(Fault::NotFound("the key"));
    }
    tx.audit("api_key.revoked", Some(id.to_string()));
    tx.emit(super::team::changed());
    tx.commit().await?;
    Ok(())
}
