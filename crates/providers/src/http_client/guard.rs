//! Which addresses a request may reach.
//!
//! Addresses in webhooks and redirects are chosen by others. They are checked twice: the name before sending, and what it
//! resolves to when connecting, so that a name that answers with an inner address leads nowhere.

use super::HttpError;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What a request may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses over TLS.
    Public,
    /// This machine only: where the configured base address is loopback.
    Loopback,
    /// Anything: only for addresses that the operator wrote into the configuration.
    Operator,
}

impl Reach {
    /// What may be reached on behalf of a configured base address: loopback only if it is loopback itself.
    pub fn of_base(base: &Url) -> Self {
        if is_loopback_host(base) {
            Self::Loopback
        } else {
            Self::Public
        }
    }

    /// Whether `url` may be asked at all.
    pub fn check(self, url: &Url) -> Result<(), HttpError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::Forbidden("it contains credentials"));
        }
        let host = url
            .host_str()
            .ok_or(HttpError::Forbidden("it has no host"))?;
        match self {
            Self::Public if url.scheme() != "https" => {
                return Err(HttpError::Forbidden("it is not https"));
            }
            _ if !matches!(url.scheme(), "http" | "https") => {
                return Err(HttpError::Forbidden("it is not http"));
            }
            Self::Loopback if !is_loopback_host(url) => {
                return Err(HttpError::Forbidden("it is not on this machine"));
            }
            _ => {}
        }
        match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => {
                Err(HttpError::Forbidden("it is not a public address"))
            }
            _ => Ok(()),
        }
    }

    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Loopback => address.to_canonical().is_loopback(),
            Self::Operator => true,
        }
    }
}

fn is_loopback_host(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        host == "localhost"
            || host
                .trim_matches(['[', ']'])
                .parse::<IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback())
    })
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let reserved = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !reserved
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [first, second, third, .., before_last, last] = v6.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    // Forms that carry an IPv4 address inside: translation and 6to4.
    if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(inner(before_last, last));
    }
    if first == 0x2002 {
        return is_public_v4(inner(second, third));
    }
    let global = first & 0xe000 == 0x2000;
    let reserved = match first {
        0x2001 => second < 0x0200 || second == 0x0db8,
        0x3fff => second < 0x1000,
        _ => false,
    };
    global && !reserved
}

/// Resolves names and drops every address that may not be reached.
pub(super) struct Resolver(pub(super) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|at| reach.allows(at.ip())).collect();
            if allowed.is_empty() {
                return Err("no address that may be reached".into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn inner_addresses_in_every_disguise_are_refused() {
        for inner in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://10.1.2.3/",
            "https://172.16.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://user:pass@api.example.org/",
            "http://api.example.org/",
            "ftp://api.example.org/",
        ] {
            assert!(Reach::Public.check(&url(inner)).is_err(), "{inner}");
        }
        assert!(Reach::Public.check(&url("https://8.8.8.8/")).is_ok());
        assert!(Reach::Public.check(&url("https://[2606:4700::1]/")).is_ok());
        assert!(
            Reach::Public
                .check(&url("https://api.example.org/"))
                .is_ok()
        );
    }

    #[test]
    fn loopback_reaches_this_machine_and_nothing_else() {
        let reach = Reach::of_base(&url("http://127.0.0.1:18080"));
        assert_eq!(reach, Reach::Loopback);
        assert!(reach.check(&url("http://localhost:3/x")).is_ok());
        assert!(reach.check(&url("http://10.0.0.1/")).is_err());
        assert!(reach.check(&url("https://api.example.org/")).is_err());
        assert_eq!(
            Reach::of_base(&url("https://localhost.example.org")),
            Reach::Public
        );
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_as_public_as_the_address_inside(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(IpAddr::V4(v4)), is_public(IpAddr::V6(v4.to_ipv6_mapped())));
        }
    }
}
