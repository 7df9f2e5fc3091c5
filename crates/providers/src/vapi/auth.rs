//! Who sent a webhook.
//!
//! Everything that can be told from the headers is told before a byte of the body is read, so that strangers cost little.
//! There is no setting that switches the check off.

use super::keys::hex;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::HeaderMap;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use voxanne_core::{
    pii::Secret,
    ports::store::{HookAuth, IntegrationSecrets},
    time::Millis,
};

/// How far a signature's time may be from ours, ms: 5 minutes for clocks and the provider's whole back-off.
pub const WINDOW_MS: i64 = 10 * 60_000;
/// The setting of the time header that means: signatures cover the body alone.
pub const NO_TIMESTAMP: &str = "none";

const BEARER: &str = IntegrationSecrets::BEARER_HEADER;
const LEGACY: &str = IntegrationSecrets::LEGACY_HEADER;

/// Why a webhook was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The connection has no webhook secret yet.
    #[error("the connection has no webhook secret")]
    NotConfigured,
    /// The header that must prove the sender is missing.
    #[error("the webhook carries no proof of its sender")]
    Missing,
    /// The time of the signature is missing, unreadable, or too far from ours.
    #[error("the webhook's signature is too old or from the future")]
    Stale,
    /// The proof is wrong.
    #[error("the webhook's proof of its sender is wrong")]
    Wrong,
}

/// A webhook whose headers passed; its body may be read.
#[derive(Debug, Clone)]
pub struct Claim {
    secrets: Vec<Secret>,
    proof: Proof,
}

#[derive(Debug, Clone)]
enum Proof {
    /// The headers proved it.
    Shown,
    /// The body must fit the signature.
    Signed {
        signature: Secret,
        stamp: Option<String>,
    },
}

/// Checks the headers. `window_ms` bounds the signature's distance from `now` in both directions.
pub fn before_body(
    secrets: &IntegrationSecrets,
    headers: &HeaderMap,
    now: Millis,
    window_ms: i64,
) -> Result<Claim, Refused> {
    let valid = in_force(secrets, now);
    if valid.is_empty() {
        return Err(Refused::NotConfigured);
    }
    let proof = match secrets.auth {
        HookAuth::Bearer => shown(&valid, headers, or(&secrets.signature_header, BEARER))?,
        HookAuth::Legacy => shown(&valid, headers, or(&secrets.signature_header, LEGACY))?,
        HookAuth::Hmac => {
            let signature = header(headers, or(&secrets.signature_header, "x-signature"))?;
            let stamp = match or(&secrets.timestamp_header, "x-timestamp") {
                NO_TIMESTAMP => None,
                name => Some(fresh(headers, name, now, window_ms)?),
            };
            Proof::Signed {
                signature: Secret::new(signature),
                stamp,
            }
        }
    };
    Ok(Claim {
        secrets: valid,
        proof,
    })
}

impl Claim {
    /// Checks the raw bytes of the body, before they are parsed.
    pub fn holds_for(&self, body: &[u8]) -> Result<(), Refused> {
        let Proof::Signed { signature, stamp } = &self.proof else {
            return Ok(());
        };
        // "sha256=" or another prefix in front of the hex digits.
        let given = signature.expose();
        let given = given.rsplit_once('=').map_or(given, |(_, digits)| digits);
        let given = given.trim().to_ascii_lowercase();
        let mut right = false;
        for secret in &self.secrets {
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
                continue;
            };
            if let Some(stamp) = stamp {
                mac.update(stamp.as_bytes());
                mac.update(b".");
            }
            mac.update(body);
            let expected = hex(&mac.finalize().into_bytes());
            // No early exit: the time taken must not tell which secret is in use.
            right |= bool::from(expected.as_bytes().ct_eq(given.as_bytes()));
        }
        if right { Ok(()) } else { Err(Refused::Wrong) }
    }
}

/// The secret in force and, during a rotation, the one before.
fn in_force(secrets: &IntegrationSecrets, now: Millis) -> Vec<Secret> {
    let previous = secrets
        .previous_secret
        .as_ref()
        .filter(|_| secrets.previous_until.is_some_and(|until| now < until));
    [secrets.secret.as_ref(), previous]
        .into_iter()
        .flatten()
        .filter(|secret| !secret.expose().is_empty())
        .cloned()
        .collect()
}

fn or<'a>(set: &'a str, default: &'a str) -> &'a str {
    if set.trim().is_empty() {
        default
    } else {
        set.trim()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refused> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .ok_or(Refused::Missing)
}

/// A secret shown as it is, with or without `Bearer` in front.
fn shown(secrets: &[Secret], headers: &HeaderMap, name: &str) -> Result<Proof, Refused> {
    let given = header(headers, name)?;
    let given = match given.split_at_checked(7) {
        Some((word, rest)) if word.eq_ignore_ascii_case("bearer ") => rest.trim_start(),
        _ => given,
    };
    let mut right = false;
    for secret in secrets {
        // Hashes have one length, so the comparison does not tell the secret's.
        let (left, given) = (
            Sha256::digest(secret.expose().as_bytes()),
            Sha256::digest(given.as_bytes()),
        );
        right |= bool::from(left.ct_eq(&given));
    }
    if right {
        Ok(Proof::Shown)
    } else {
        Err(Refused::Wrong)
    }
}

/// The time header as it was signed, if it is near enough; seconds and milliseconds are told apart by magnitude.
fn fresh(headers: &HeaderMap, name: &str, now: Millis, window_ms: i64) -> Result<String, Refused> {
    let text = header(headers, name)?;
    let number: i64 = text.parse().map_err(|_| Refused::Stale)?;
    let at = if number > 100_000_000_000 {
        Millis(number)
    } else {
        Millis(number.saturating_mul(1_000))
    };
    if now.since(at).unsigned_abs() <= window_ms.unsigned_abs() {
        Ok(text.to_owned())
    } else {
        Err(Refused::Stale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"message":{"type":"hang","call":{"id":"c1"}}}"#;
    const STAMP: &str = "1767225600";
    const NOW: Millis = Millis(1_767_225_600_000);
    const SIGNED: &str = "fc440505a0b07223b68d09f359ba8f074cdbef277d80d272bacd7de24570a79b";
    const BODY_ONLY: &str = "4ae66b735caeb5bedd29ba54f3dfb82c0939894e3222a07776535aa223cdd374";

    fn secrets(auth: HookAuth) -> IntegrationSecrets {
        IntegrationSecrets {
            api_key: None,
            public_key: None,
            account: None,
            auth,
            secret: Some(Secret::new("test-secret")),
            previous_secret: None,
            previous_until: None,
            signature_header: String::new(),
            timestamp_header: String::new(),
        }
    }

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| {
                (
                    reqwest::header::HeaderName::from_static(name),
                    value.parse().unwrap(),
                )
            })
            .collect()
    }

    fn judge(
        secrets: &IntegrationSecrets,
        list: &[(&'static str, &str)],
        now: Millis,
    ) -> Result<(), Refused> {
        before_body(secrets, &headers(list), now, WINDOW_MS)?.holds_for(BODY)
    }

    #[test]
    fn the_contracts_signatures_are_accepted_and_changed_ones_refused() {
        let hmac = secrets(HookAuth::Hmac);
        assert_eq!(
            judge(
                &hmac,
                &[("x-signature", SIGNED), ("x-timestamp", STAMP)],
                NOW
            ),
            Ok(())
        );
        let prefixed = format!("sha256={}", SIGNED.to_uppercase());
        assert_eq!(
            judge(
                &hmac,
                &[("x-signature", &prefixed), ("x-timestamp", STAMP)],
                NOW
            ),
            Ok(())
        );
        let claim = before_body(
            &hmac,
            &headers(&[("x-signature", SIGNED), ("x-timestamp", STAMP)]),
            NOW,
            WINDOW_MS,
        );
        assert_eq!(claim.unwrap().holds_for(b"{}"), Err(Refused::Wrong));
        assert_eq!(
            judge(
                &hmac,
                &[("x-signature", BODY_ONLY), ("x-timestamp", STAMP)],
                NOW
            ),
            Err(Refused::Wrong)
        );
        assert_eq!(
            judge(&hmac, &[("x-signature", ""), ("x-timestamp", STAMP)], NOW),
            Err(Refused::Missing)
        );
        assert_eq!(
            judge(&hmac, &[("x-signature", SIGNED)], NOW),
            Err(Refused::Missing)
        );
        let body_only = IntegrationSecrets {
            timestamp_header: NO_TIMESTAMP.into(),
            ..hmac
        };
        assert_eq!(
            judge(&body_only, &[("x-signature", BODY_ONLY)], NOW),
            Ok(())
        );
    }

    #[test]
    fn a_time_outside_the_window_is_refused_before_the_body() {
        let hmac = secrets(HookAuth::Hmac);
        let list = [("x-signature", SIGNED), ("x-timestamp", STAMP)];
        assert_eq!(judge(&hmac, &list, NOW.plus(WINDOW_MS)), Ok(()));
        for now in [NOW.plus(WINDOW_MS + 1), NOW.plus(-WINDOW_MS - 1)] {
            assert_eq!(
                before_body(&hmac, &headers(&list), now, WINDOW_MS).unwrap_err(),
                Refused::Stale
            );
        }
        for stamp in ["soon", "-1", "99999999999999999999", "9223372036854775807"] {
            let list = [("x-signature", SIGNED), ("x-timestamp", stamp)];
            assert_eq!(judge(&hmac, &list, NOW), Err(Refused::Stale), "{stamp}");
        }
        // In milliseconds the time passes and the signature is judged over the text that was sent.
        let list = [("x-signature", SIGNED), ("x-timestamp", "1767225600000")];
        assert_eq!(judge(&hmac, &list, NOW), Err(Refused::Wrong));
    }

    #[test]
    fn bearer_and_legacy_are_proved_by_the_headers_alone() {
        let bearer = secrets(HookAuth::Bearer);
        assert_eq!(
            judge(&bearer, &[("authorization", "Bearer test-secret")], NOW),
            Ok(())
        );
        assert_eq!(
            judge(&bearer, &[("authorization", "test-secret")], NOW),
            Ok(())
        );
        assert_eq!(
            judge(&bearer, &[("authorization", "Bearer test-secre")], NOW),
            Err(Refused::Wrong)
        );
        assert_eq!(
            judge(&bearer, &[("x-vapi-secret", "test-secret")], NOW),
            Err(Refused::Missing)
        );
        let legacy = secrets(HookAuth::Legacy);
        assert_eq!(
            judge(&legacy, &[("x-vapi-secret", "test-secret")], NOW),
            Ok(())
        );
        assert_eq!(
            judge(&legacy, &[("x-vapi-secret", "other")], NOW),
            Err(Refused::Wrong)
        );
        let own = IntegrationSecrets {
            signature_header: "X-Clinic".into(),
            ..secrets(HookAuth::Bearer)
        };
        assert_eq!(judge(&own, &[("x-clinic", "test-secret")], NOW), Ok(()));
    }

    #[test]
    fn the_header_we_ask_for_is_the_header_we_accept() {
        for auth in [HookAuth::Bearer, HookAuth::Legacy] {
            let (name, value) = secrets(auth).shown_header().unwrap();
            let mut list = HeaderMap::new();
            list.insert(
                reqwest::header::HeaderName::try_from(name).unwrap(),
                value.expose().parse().unwrap(),
            );
            assert!(before_body(&secrets(auth), &list, NOW, WINDOW_MS).is_ok());
        }
        assert!(secrets(HookAuth::Hmac).shown_header().is_none());
    }

    #[test]
    fn both_secrets_are_valid_during_rotation_and_none_means_closed() {
        let rotating = IntegrationSecrets {
            secret: Some(Secret::new("new")),
            previous_secret: Some(Secret::new("test-secret")),
            previous_until: Some(NOW.plus(1)),
            ..secrets(HookAuth::Hmac)
        };
        let list = [("x-signature", SIGNED), ("x-timestamp", STAMP)];
        assert_eq!(judge(&rotating, &list, NOW), Ok(()));
        assert_eq!(judge(&rotating, &list, NOW.plus(1)), Err(Refused::Wrong));
        for none in [None, Some(Secret::new(""))] {
            let open = IntegrationSecrets {
                secret: none,
                ..secrets(HookAuth::Bearer)
            };
            assert_eq!(
                judge(&open, &[("authorization", "Bearer ")], NOW),
                Err(Refused::NotConfigured)
            );
        }
    }

    #[test]
    fn nothing_secret_is_printed() {
        let list = [("x-signature", SIGNED), ("x-timestamp", STAMP)];
        let claim = before_body(&secrets(HookAuth::Hmac), &headers(&list), NOW, WINDOW_MS).unwrap();
        let printed = format!("{claim:?}");
        assert!(
            !printed.contains(SIGNED) && !printed.contains("test-secret"),
            "{printed}"
        );
    }
}
