//! The connection to the hosted voice provider: what is set, what is still missing, and the numbers routed here.
//!
//! Secrets go in and never come out: the shown form only says whether they are there.

use crate::{App, Fault};
use serde::Serialize;
use voxanne_core::{
    ids::{HookId, IntegrationId, PhoneNumberId},
    phone,
    pii::{Pii, Secret},
    ports::store::{HookAuth, Integration, IntegrationSecrets, TenantRead},
    tenancy::Actor,
    time::Millis,
};

/// The provider's own address.
pub const DEFAULT_BASE_URL: &str = "https://api.vapi.ai";
const KIND: &str = "vapi";
const PUBLIC_URL: &str = "public_url";
/// How long the webhook secret before the last change is still taken, ms: one day.
const ROTATION_MS: i64 = 86_400_000;
const MOST_NUMBERS: usize = 200;

/// A number of the clinic, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberView {
    /// Its id.
    pub id: String,
    /// National format.
    pub number: String,
    /// The provider's id of it.
    pub provider_id: String,
    /// When something last came for it, in words.
    pub seen: String,
    /// It is set up at the provider as it should be; null until that was looked at.
    pub set_up: Option<bool>,
    /// What is wrong with its set-up, or that all is right, in words.
    pub set_up_words: String,
}

/// One thing that must be right before calls arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderCheck {
    /// What.
    pub name: String,
    /// It is right.
    pub ok: bool,
    /// What it is, or what to do.
    pub words: String,
}

/// The connection, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderSettings {
    /// vapi.
    pub kind: String,
    /// There is a connection.
    pub configured: bool,
    /// The provider's API.
    pub base_url: String,
    /// Our address as the provider reaches it.
    pub public_url: String,
    /// Where the provider sends webhooks; empty until there is a connection.
    pub hook_url: String,
    /// Where the provider asks for answers; empty until there is a connection.
    pub llm_url: String,
    /// hmac, bearer or legacy.
    pub auth: String,
    /// The provider's key is stored.
    pub has_api_key: bool,
    /// The provider's public key is stored.
    pub has_public_key: bool,
    /// Numbers routed here.
    pub numbers: Vec<NumberView>,
    /// What must be right.
    pub checks: Vec<ProviderCheck>,
}

/// A change; what is absent stays, an empty key or secret is refused.
#[derive(Debug, Default)]
pub struct ProviderChange {
    /// The provider's API.
    pub base_url: Option<String>,
    /// Our address as the provider reaches it.
    pub public_url: Option<String>,
    /// The provider's private key.
    pub api_key: Option<Secret>,
    /// The provider's public key.
    pub public_key: Option<Secret>,
    /// The account's id at the provider.
    pub account: Option<String>,
    /// How webhooks are signed.
    pub auth: Option<HookAuth>,
    /// The webhook secret.
    pub secret: Option<Secret>,
}

/// Where the provider sends webhooks of a connection.
pub fn hook_url(public_url: &str, hook: HookId) -> String {
    format!("{public_url}/webhooks/vapi/{hook}")
}

/// The base address at which the provider asks for answers; it adds `/chat/completions`.
pub fn llm_url(public_url: &str, hook: HookId) -> String {
    format!("{public_url}/llm/{hook}")
}

/// Our address as the organization's provider reaches it: its own setting, else the installation's.
pub async fn public_url(app: &App, read: &mut dyn TenantRead) -> Result<String, Fault> {
    let own = read.setting(PUBLIC_URL).await?;
    Ok(own
        .and_then(|json| serde_json::from_str::<String>(&json).ok())
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| app.public_url.clone()))
}

/// The connection with its numbers.
pub async fn shown(app: &App, read: &mut dyn TenantRead) -> Result<ProviderSettings, Fault> {
    let public = public_url(app, read).await?;
    let connection = read
        .integrations()
        .await?
        .into_iter()
        .find(|i| i.kind == KIND);
    let looked = super::numbers::Looked::load(read).await?;
    let numbers: Vec<NumberView> = read
        .phone_numbers()
        .await?
        .into_iter()
        .map(|n| {
            let (set_up, set_up_words) = looked.shown(n.id, app.now());
            NumberView {
                id: n.id.to_string(),
                number: phone::national(n.number.expose()),
                provider_id: n.provider_id,
                seen: seen(n.seen_at, app.now()),
                set_up,
                set_up_words,
            }
        })
        .collect();
    let checks = checks(&public, connection.as_ref(), numbers.len());
    Ok(ProviderSettings {
        kind: KIND.to_owned(),
        configured: connection.is_some(),
        base_url: connection
            .as_ref()
            .map_or(DEFAULT_BASE_URL.to_owned(), |c| c.base_url.clone()),
        hook_url: connection
            .as_ref()
            .map_or_else(String::new, |c| hook_url(&public, c.hook)),
        llm_url: connection
            .as_ref()
            .map_or_else(String::new, |c| llm_url(&public, c.hook)),
        auth: connection
            .as_ref()
            .map_or(HookAuth::Bearer, |c| c.secrets.auth)
            .word()
            .to_owned(),
        has_api_key: connection
            .as_ref()
            .is_some_and(|c| c.secrets.api_key.is_some()),
        has_public_key: connection
            .as_ref()
            .is_some_and(|c| c.secrets.public_key.is_some()),
        public_url: public,
        numbers,
        checks,
    })
}

fn seen(at: Option<Millis>, now: Millis) -> String {
    let Some(at) = at else {
        return "Nothing came yet".to_owned();
    };
    let minutes = (now.since(at) / 60_000).max(0);
    match minutes {
        0 => "A moment ago".to_owned(),
        1..=119 => format!("{minutes} minutes ago"),
        120..=2_879 => format!("{} hours ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1_440),
    }
}

fn checks(public: &str, connection: Option<&Integration>, numbers: usize) -> Vec<ProviderCheck> {
    let check = |name: &str, ok: bool, yes: &str, no: &str| ProviderCheck {
        name: name.to_owned(),
        ok,
        words: if ok { yes } else { no }.to_owned(),
    };
    let loopback = host(public).is_none_or(is_loopback);
    let local_provider = connection
        .and_then(|c| host(&c.base_url))
        .is_some_and(is_loopback);
    vec![
        check(
            "public_address",
            (public.starts_with("https://") && !loopback) || (loopback && local_provider),
            "The provider can reach this address",
            "Give an https address that the provider can reach from the internet",
        ),
        check(
            "api_key",
            connection.is_some_and(|c| c.secrets.api_key.is_some()),
            "The provider's key is stored",
            "Paste the private key of the provider's account",
        ),
        check(
            "webhook_secret",
            connection.is_some_and(|c| c.secrets.secret.is_some()),
            "Webhooks are checked",
            "Give the secret that the provider shows with its webhooks",
        ),
        check(
            "public_key",
            connection.is_some_and(|c| c.secrets.public_key.is_some()),
            "Only this server can control running calls",
            "Paste the public key of the provider's account: with it, control of running calls asks for proof",
        ),
        check(
            "numbers",
            numbers > 0,
            "At least one number is routed here",
            "Add the provider's id of a phone number",
        ),
    ]
}

/// The host of an address, lower case, without port and brackets.
fn host(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains('@') {
        return None;
    }
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// An address to store: https anywhere, http on this machine only; without a slash at the end.
fn address(field: &'static str, text: &str) -> Result<String, Fault> {
    let text = text.trim().trim_end_matches('/');
    let known = host(text).filter(|_| {
        text.len() <= 300 && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    });
    match known {
        Some(h) if text.starts_with("https://") || is_loopback(h) => Ok(text.to_owned()),
        _ => Err(Fault::bad(
            field,
            "give an address that begins with https://",
        )),
    }
}

fn secret(field: &'static str, value: Option<Secret>) -> Result<Option<Secret>, Fault> {
    match value {
        Some(value) => {
            let text = value.expose();
            if text.len() < 8 || text.len() > 500 || !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Fault::bad(field, "give 8 to 500 characters without spaces"));
            }
            Ok(Some(value))
        }
        None => Ok(None),
    }
}

/// Changes the connection, making it if there is none; the first time a webhook secret has to be given.
pub async fn change(
    app: &App,
    actor: &Actor,
    change: ProviderChange,
) -> Result<ProviderSettings, Fault> {
    let base_url = change
        .base_url
        .as_deref()
        .map(|u| address("base_url", u))
        .transpose()?;
    let on_this_machine = |url: &str| host(url).is_some_and(is_loopback);
    if base_url.as_deref().is_some_and(on_this_machine) && !on_this_machine(&app.public_url) {
        // A server that others reach must not be made to ask what only this machine may reach.
        return Err(Fault::bad(
            "base_url",
            "give the provider's public address: one of this machine is for a server that only this machine reaches",
        ));
    }
    let public = match change.public_url.as_deref().map(str::trim) {
        Some("") => Some(String::new()),
        Some(url) => Some(address("public_url", url)?),
        None => None,
    };
    let api_key = secret("api_key", change.api_key)?;
    let public_key = secret("public_key", change.public_key)?;
    let hook_secret = secret("secret", change.secret)?;
    if change.account.as_ref().is_some_and(|a| a.len() > 100) {
        return Err(Fault::bad("org_id", "at most 100 characters"));
    }
    let mut tx = app.store.write(actor).await?;
    let before = tx
        .integrations()
        .await?
        .into_iter()
        .find(|i| i.kind == KIND);
    let mut connection = before.unwrap_or_else(|| Integration {
        id: IntegrationId::new(),
        org: actor.org,
        kind: KIND.to_owned(),
        base_url: DEFAULT_BASE_URL.to_owned(),
        mode: "transient".to_owned(),
        hook: HookId::new(),
        rev: 0,
        secrets: IntegrationSecrets {
            api_key: None,
            public_key: None,
            account: None,
            auth: HookAuth::Bearer,
            secret: None,
            previous_secret: None,
            previous_until: None,
            signature_header: String::new(),
            timestamp_header: String::new(),
        },
    });
    if let Some(url) = base_url {
        connection.base_url = url;
    }
    let secrets = &mut connection.secrets;
    if api_key.is_some() {
        secrets.api_key = api_key;
    }
    if public_key.is_some() {
        secrets.public_key = public_key;
    }
    if let Some(account) = change.account {
        secrets.account = Some(account.trim().to_owned()).filter(|a| !a.is_empty());
    }
    if let Some(auth) = change.auth {
        secrets.auth = auth;
    }
    match (hook_secret, secrets.secret.is_some()) {
        (Some(new), _) => {
            secrets.previous_secret = secrets.secret.replace(new);
            secrets.previous_until = Some(app.now().plus(ROTATION_MS));
        }
        // One that we made up could never be learnt, and the provider has to know it.
        (None, false) => {
            return Err(Fault::bad(
                "secret",
                "give the secret that the provider shows with its webhooks, for example from `openssl rand -hex 32`",
            ));
        }
        (None, true) => {}
    }
    tx.put_integration(&connection).await?;
    if let Some(url) = public {
        tx.put_setting(PUBLIC_URL, &serde_json::to_string(&url).unwrap_or_default())
            .await?;
    }
    tx.audit("provider.changed", Some(connection.id.to_string()));
    tx.emit(super::changed());
    let view = shown(app, &mut *tx).await?;
    tx.commit().await?;
    Ok(view)
}

/// Routes a number of the provider here.
pub async fn add_number(
    app: &App,
    actor: &Actor,
    provider_id: &str,
    number: &str,
) -> Result<ProviderSettings, Fault> {
    let provider_id = provider_id.trim();
    if provider_id.is_empty()
        || provider_id.len() > 100
        || !provider_id.bytes().all(|b| b.is_ascii_graphic())
    {
        return Err(Fault::bad(
            "provider_id",
            "paste the provider's id of the number",
        ));
    }
    let number = phone::normalize(number)
        .filter(|n| n.starts_with('+'))
        .ok_or_else(|| Fault::bad("number", "give the number with + and the country code"))?;
    let mut tx = app.store.write(actor).await?;
    let connection = tx
        .integrations()
        .await?
        .into_iter()
        .find(|i| i.kind == KIND)
        .ok_or_else(|| Fault::Conflict("save the connection first".to_owned()))?;
    let known = tx.phone_numbers().await?;
    if known.len() >= MOST_NUMBERS {
        return Err(Fault::TooMany(format!("at most {MOST_NUMBERS} numbers")));
    }
    let same = known
        .into_iter()
        .find(|n| n.integration == connection.id && n.provider_id == provider_id);
    let row = voxanne_core::ports::store::PhoneNumber {
        id: same.as_ref().map_or_else(PhoneNumberId::new, |n| n.id),
        org: actor.org,
        integration: connection.id,
        provider_id: provider_id.to_owned(),
        number: Pii::new(number),
        seen_at: same.and_then(|n| n.seen_at),
    };
    tx.put_phone_number(&row).await?;
    tx.audit("number.added", Some(row.id.to_string()));
    tx.emit(super::changed());
    let view = shown(app, &mut *tx).await?;
    tx.commit().await?;
    Ok(view)
}

/// Routes a number elsewhere again.
pub async fn remove_number(
    app: &App,
    actor: &Actor,
    id: PhoneNumberId,
) -> Result<ProviderSettings, Fault> {
    let mut tx = app.store.write(actor).await?;
    if !tx.remove_phone_number(id).await? {
        return Err(Fault::NotFound("the number"));
    }
    tx.audit("number.removed", Some(id.to_string()));
    tx.emit(super::changed());
    let view = shown(app, &mut *tx).await?;
    tx.commit().await?;
    Ok(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_this_machine_and_hide_no_user() {
        assert_eq!(
            address("base_url", " https://api.vapi.ai/ "),
            Ok("https://api.vapi.ai".to_owned())
        );
        assert!(address("base_url", "http://127.0.0.1:9000").is_ok());
        assert!(address("base_url", "http://[::1]:9000").is_ok());
        for bad in [
            "",
            "api.vapi.ai",
            "http://api.vapi.ai",
            "ftp://x",
            "https://",
            "http://localhost@evil.org",
            "https://a b",
        ] {
            assert!(address("base_url", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_connection_names_what_is_missing() {
        let missing: Vec<String> = checks("http://127.0.0.1:8080", None, 0)
            .into_iter()
            .filter(|c| !c.ok)
            .map(|c| c.name)
            .collect();
        assert_eq!(
            missing,
            [
                "public_address",
                "api_key",
                "webhook_secret",
                "public_key",
                "numbers"
            ]
        );
    }
}
