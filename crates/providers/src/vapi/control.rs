//! Where a running call is controlled: an address that arrives in a webhook and may therefore be anybody's.

use crate::http_client::{HttpError, Reach};
use reqwest::Url;

/// The provider's own domain; API and control hosts differ below it.
const PROVIDER: &str = "vapi.ai";

/// The control address as it may be used with a connection to `base`: below the provider's domain or the base's own host
/// over TLS, or on this machine when the base is.
pub(super) fn allowed(base: &Url, control: &str) -> Result<Url, HttpError> {
    let url = Url::parse(control).map_err(|_| HttpError::Forbidden("it is not an address"))?;
    let reach = Reach::of_base(base);
    reach.check(&url)?;
    if reach == Reach::Loopback {
        return Ok(url);
    }
    let host = url.host_str().unwrap_or_default();
    let base_host = base.host_str().unwrap_or_default();
    let domain = if below(base_host, PROVIDER) {
        PROVIDER
    } else {
        base_host
    };
    if !domain.is_empty() && below(host, domain) && url.port_or_known_default() == Some(443) {
        Ok(url)
    } else {
        Err(HttpError::Forbidden("it is not the provider's"))
    }
}

fn below(host: &str, domain: &str) -> bool {
    host == domain
        || host
            .strip_suffix(domain)
            .is_some_and(|front| front.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(base: &str, control: &str) -> bool {
        allowed(&Url::parse(base).unwrap(), control).is_ok()
    }

    #[test]
    fn only_the_providers_hosts_are_controlled() {
        for base in ["https://api.vapi.ai", "https://api.eu.vapi.ai/"] {
            assert!(ok(
                base,
                "https://phone-call-websocket.aws-us-west-2.vapi.ai/c1/control"
            ));
            for other in [
                "http://ctl.vapi.ai/c1/control",
                "https://ctl.vapi.ai:8443/c1/control",
                "https://vapi.ai.example.org/c1/control",
                "https://evilvapi.ai/c1/control",
                "https://user@ctl.vapi.ai/c1/control",
                "https://127.0.0.1/c1/control",
                "https://169.254.169.254/latest",
                "wss://ctl.vapi.ai/c1/transport",
                "file:///etc/passwd",
                "not an address",
            ] {
                assert!(!ok(base, other), "{other}");
            }
        }
        assert!(ok(
            "https://voice.example.co.uk",
            "https://ctl.voice.example.co.uk/c"
        ));
        assert!(!ok("https://voice.example.co.uk", "https://other.co.uk/c"));
    }

    #[test]
    fn this_machine_is_reached_only_from_a_base_on_this_machine() {
        assert!(ok(
            "http://127.0.0.1:9000",
            "http://127.0.0.1:9001/c1/control"
        ));
        assert!(!ok(
            "http://127.0.0.1:9000",
            "https://ctl.vapi.ai/c1/control"
        ));
        assert!(!ok(
            "https://api.vapi.ai",
            "http://localhost:9001/c1/control"
        ));
    }
}
