//! Who asks: a session cookie or an API key, nothing else, in every mode.
//!
//! Handlers that take a [`Caller`] cannot run without one. The organization comes from the credential alone.

use super::{Shared, problem::Problem};
use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use subtle::ConstantTimeEq as _;
use voxanne_app::members::{keys, sessions};
use voxanne_core::{
    ids::SessionId,
    inbox::Person,
    log::{Seq, mask},
    pii::Secret,
    ports::store::{Organization, SignedIn},
    tenancy::{Actor, Permission, Role, Scope, Who},
};

/// The token that cookie-authenticated writes carry.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The head of the log a snapshot was read at.
pub const SEQ_HEADER: HeaderName = HeaderName::from_static("x-voxanne-seq");
const PLAIN_COOKIE: &str = "voxanne";
const HOST_COOKIE: &str = "__Host-voxanne";

/// Who asks, and what that person or program may do.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Organization and identity, for the store and the audit trail.
    pub actor: Actor,
    /// The role, of a key the highest its scopes give.
    pub role: Role,
    /// Where.
    pub organization: Organization,
    /// The person; none behind an API key.
    pub person: Option<Person>,
    /// The session; none behind an API key.
    pub session: Option<SignedIn>,
    /// The key; none behind a session.
    pub key: Option<Secret>,
    reads_whole: bool,
}

impl Caller {
    fn from_session(who: SignedIn) -> Self {
        Self {
            actor: Actor {
                org: who.organization.id,
                who: Who::User(who.user.id),
            },
            role: who.role,
            organization: who.organization.clone(),
            person: Some(Person {
                id: who.user.id,
                name: who.user.name.clone(),
            }),
            session: Some(who),
            key: None,
            reads_whole: false,
        }
    }

    /// Whether it may.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
            || (self.reads_whole
                && matches!(permission, Permission::CallsFull | Permission::CallsListen))
    }

    /// Refuses a role that may not.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Problem::not_allowed(format!(
                "the role {} may not do this ({})",
                self.role.word(),
                permission.word()
            )))
        }
    }

    /// The person, where a name has to stand behind what is done.
    pub fn person(&self) -> Result<&Person, Problem> {
        self.person.as_ref().ok_or_else(|| {
            Problem::not_allowed("a signed-in person has to do this, not a program's key")
        })
    }

    /// The session, where it has to be one.
    pub fn session(&self) -> Result<&SignedIn, Problem> {
        self.session
            .as_ref()
            .ok_or_else(|| Problem::not_signed_in("this needs a session, not a program's key"))
    }

    /// The names of everything it may do.
    pub fn permissions(&self) -> Vec<String> {
        Permission::ALL
            .into_iter()
            .filter(|p| self.may(*p))
            .map(|p| p.word().to_owned())
            .collect()
    }

    /// A JSON answer, with callers' numbers and names masked for who may not see them whole.
    pub fn json<T: Serialize>(&self, body: &T) -> Response {
        match serde_json::to_value(body) {
            Ok(mut value) => {
                if !self.may(Permission::CallsFull) {
                    mask(&mut value);
                }
                Json(value).into_response()
            }
            Err(_) => Problem::broken().into_response(),
        }
    }

    /// A snapshot: as [`Caller::json`], with the head of the log it was read at.
    pub fn snapshot<T: Serialize>(&self, head: Seq, body: &T) -> Response {
        let mut response = self.json(body);
        response
            .headers_mut()
            .insert(SEQ_HEADER, HeaderValue::from(head));
        response
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        if let Some(header) = parts.headers.get(header::AUTHORIZATION) {
            return by_key(header, state).await;
        }
        let token = cookie(&parts.headers, state)
            .ok_or_else(|| Problem::not_signed_in("sign in, or send an API key"))?;
        let who = sessions::who(&state.app, token)
            .await?
            .ok_or_else(|| Problem::not_signed_in("the session is over: sign in again"))?;
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        let upgrades = parts.headers.contains_key(header::UPGRADE);
        if writes || upgrades {
            same_origin(&parts.headers, state)?;
        }
        if writes {
            let given = parts
                .headers
                .get(CSRF_HEADER)
                .map_or(&b""[..], HeaderValue::as_bytes);
            let wanted = csrf(state, who.session.id);
            if !bool::from(given.ct_eq(wanted.as_bytes())) {
                return Err(Problem::csrf());
            }
        }
        Ok(Self::from_session(who))
    }
}

async fn by_key(header: &HeaderValue, state: &Shared) -> Result<Caller, Problem> {
    let refused = || Problem::not_signed_in("the API key is not valid");
    let secret = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Bearer "))
        .map(str::trim)
        .ok_or_else(refused)?;
    let (key, organization) = keys::who(&state.app, secret).await?.ok_or_else(refused)?;
    let role = key
        .scopes
        .iter()
        .map(|s| s.role())
        .max()
        .ok_or_else(refused)?;
    Ok(Caller {
        actor: Actor {
            org: organization.id,
            who: Who::ApiKey(key.id),
        },
        role,
        organization,
        person: None,
        session: None,
        key: Some(Secret::new(secret)),
        reads_whole: key.scopes.contains(&Scope::Read),
    })
}

/// The token that writes of this session carry.
pub fn csrf(state: &Shared, session: SessionId) -> String {
    URL_SAFE_NO_PAD.encode(state.app.ring.keyed_hash("voxanne csrf", &session.bytes()))
}

/// Refuses what a browser sends on behalf of another site. Programs that send neither header pass: they hold no cookie
/// of somebody else's.
pub fn same_origin(headers: &HeaderMap, state: &Shared) -> Result<(), Problem> {
    if let Some(site) = headers.get("sec-fetch-site")
        && site != "same-origin"
        && site != "none"
    {
        return Err(Problem::csrf());
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().map_err(|_| Problem::csrf())?;
    let own = origin.eq_ignore_ascii_case(&state.config.public_url);
    let authority = origin.split_once("://").map(|(_, rest)| rest);
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    if own || (authority.is_some() && authority == host) {
        Ok(())
    } else {
        Err(Problem::csrf())
    }
}

fn cookie_name(state: &Shared) -> &'static str {
    if state.config.is_https() {
        HOST_COOKIE
    } else {
        PLAIN_COOKIE
    }
}

fn cookie<'a>(headers: &'a HeaderMap, state: &Shared) -> Option<&'a str> {
    let name = cookie_name(state);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= 128)
        .map(|(_, value)| value)
}

/// The cookie that begins a session; nothing as token ends it.
pub fn set_cookie(state: &Shared, token: Option<&Secret>) -> Option<HeaderValue> {
    let secure = if state.config.is_https() {
        "; Secure"
    } else {
        ""
    };
    let (value, age) = token.map_or(("", 0), |t| (t.expose(), sessions::SESSION_MS / 1_000));
    let name = cookie_name(state);
    let mut header = HeaderValue::try_from(format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"
    ))
    .ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Where a request comes from: the peer, or what a trusted proxy says about it.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddr(pub IpAddr);

impl FromRequestParts<Shared> for ClientAddr {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| {
                c.0.ip().to_canonical()
            });
        Ok(Self(client(
            peer,
            &parts.headers,
            &state.config.trusted_proxies,
        )))
    }
}

/// The address nearest to us that is not a trusted proxy's: what is further left may be forged.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer.to_canonical();
    let forwarded = headers.get_all("x-forwarded-for");
    let hops = forwarded
        .iter()
        .filter_map(|h| h.to_str().ok())
        .flat_map(|h| h.split(','));
    for hop in hops.collect::<Vec<_>>().into_iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_forwarded_address_is_not_believed() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            HeaderValue::from_static("1.1.1.1, 2.2.2.2"),
        );
        let show = |peer: IpAddr, trusted: &[IpAddr]| client(peer, &headers, trusted).to_string();
        assert_eq!(show(proxy, &[]), "10.0.0.1");
        assert_eq!(show(proxy, &[proxy]), "2.2.2.2");
        assert_eq!(show("9.9.9.9".parse().unwrap(), &[proxy]), "9.9.9.9");
    }
}
