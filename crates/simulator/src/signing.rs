//! The headers by which a webhook proves where it comes from, in every mode the provider has.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::config::{HmacAlgorithm, HmacPlan, WebhookAuth};
use crate::world::fresh_id;

/// Headers for one attempt to deliver `body`; `now_ms` is the moment of the attempt. OAuth2 tokens
/// are fetched by the sender and passed in.
pub(crate) fn headers(
    auth: &WebhookAuth,
    url: &str,
    body: &str,
    now_ms: i64,
    oauth_token: Option<&str>,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match auth {
        WebhookAuth::Bearer { token } => put(&mut headers, "authorization", &bearer(token)),
        WebhookAuth::BearerHeader {
            token,
            header,
            prefix,
        } => {
            put(
                &mut headers,
                header,
                &if *prefix {
                    bearer(token)
                } else {
                    token.clone()
                },
            );
        }
        WebhookAuth::LegacySecret { secret } => put(&mut headers, "x-vapi-secret", secret),
        WebhookAuth::Headers { headers: fixed } => {
            for (name, value) in fixed {
                put(&mut headers, name, value);
            }
        }
        WebhookAuth::OAuth2 { .. } => {
            if let Some(token) = oauth_token {
                put(&mut headers, "authorization", &bearer(token));
            }
        }
        WebhookAuth::Hmac { secret, plan } => {
            let timestamp = if plan.timestamp_millis {
                now_ms
            } else {
                now_ms / 1000
            }
            .to_string();
            let message_id = fresh_id();
            let payload = payload(plan, url, body, &timestamp, &message_id);
            put(
                &mut headers,
                &plan.signature_header,
                &signature(secret, plan, &payload),
            );
            if plan.include_timestamp {
                put(&mut headers, &plan.timestamp_header, &timestamp);
            }
            if let Some(name) = &plan.message_id_header {
                put(&mut headers, name, &message_id);
            }
        }
    }
    headers
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// A header that cannot be written is left out: the receiver then refuses, which is the truth.
pub(crate) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_str(value),
    ) {
        headers.insert(name, value);
    }
}

fn payload(plan: &HmacPlan, url: &str, body: &str, timestamp: &str, message_id: &str) -> String {
    // The body goes in last: what it contains is never taken for a placeholder.
    let mut out = String::with_capacity(body.len() + plan.payload_format.len() + 64);
    let mut parts = plan.payload_format.split("{body}");
    let fill = |text: &str| {
        text.replace("{timestamp}", timestamp)
            .replace("{method}", "POST")
            .replace("{url}", url)
            .replace("{svix-id}", message_id)
    };
    if let Some(first) = parts.next() {
        out.push_str(&fill(first));
    }
    for part in parts {
        out.push_str(body);
        out.push_str(&fill(part));
    }
    out
}

fn signature(secret: &str, plan: &HmacPlan, payload: &str) -> String {
    let key = if plan.secret_is_base64 {
        STANDARD.decode(secret).unwrap_or_default()
    } else {
        secret.as_bytes().to_vec()
    };
    let tag = match plan.algorithm {
        HmacAlgorithm::Sha256 => tag::<Hmac<sha2::Sha256>>(&key, payload),
        HmacAlgorithm::Sha512 => tag::<Hmac<sha2::Sha512>>(&key, payload),
        HmacAlgorithm::Sha1 => tag::<Hmac<sha1::Sha1>>(&key, payload),
    };
    let text = if plan.base64 {
        STANDARD.encode(&tag)
    } else {
        hex(&tag)
    };
    format!("{}{text}", plan.signature_prefix)
}

fn tag<M: Mac + KeyInit>(key: &[u8], payload: &str) -> Vec<u8> {
    match <M as KeyInit>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(payload.as_bytes());
            mac.finalize().into_bytes().to_vec()
        }
        Err(_) => Vec::new(),
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Signature of the simulator's own download URLs.
pub(crate) fn url_tag(key: &str, what: &str) -> String {
    hex(&tag::<Hmac<sha2::Sha256>>(key.as_bytes(), what))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"message":{"type":"hang","call":{"id":"c1"}}}"#;

    fn sign(auth: &WebhookAuth) -> HeaderMap {
        headers(
            auth,
            "https://clinic.example/hook",
            BODY,
            1_767_225_600_000,
            None,
        )
    }

    #[test]
    fn the_default_signature_is_the_known_vector() {
        let headers = sign(&WebhookAuth::hmac("test-secret"));
        assert_eq!(
            headers["x-signature"],
            "fc440505a0b07223b68d09f359ba8f074cdbef277d80d272bacd7de24570a79b"
        );
        assert_eq!(headers["x-timestamp"], "1767225600");
    }

    #[test]
    fn a_body_only_signature_with_prefix_is_the_known_vector() {
        let plan = HmacPlan {
            payload_format: "{body}".to_owned(),
            signature_prefix: "sha256=".to_owned(),
            signature_header: "x-vapi-signature".to_owned(),
            include_timestamp: false,
            ..HmacPlan::default()
        };
        let headers = sign(&WebhookAuth::Hmac {
            secret: "test-secret".to_owned(),
            plan,
        });
        assert_eq!(
            headers["x-vapi-signature"],
            "sha256=4ae66b735caeb5bedd29ba54f3dfb82c0939894e3222a07776535aa223cdd374"
        );
        assert!(!headers.contains_key("x-timestamp"));
    }

    #[test]
    fn placeholders_inside_the_body_stay_as_they_are() {
        let plan = HmacPlan {
            payload_format: "{svix-id}.{url}.{body}".into(),
            ..HmacPlan::default()
        };
        assert_eq!(
            payload(&plan, "u", "say {timestamp} {url}", "9", "m"),
            "m.u.say {timestamp} {url}"
        );
    }

    #[test]
    fn the_other_modes_write_their_headers() {
        assert_eq!(sign(&WebhookAuth::bearer("t"))["authorization"], "Bearer t");
        assert_eq!(sign(&WebhookAuth::legacy("s"))["x-vapi-secret"], "s");
        let named = WebhookAuth::BearerHeader {
            token: "t".into(),
            header: "X-Key".into(),
            prefix: false,
        };
        assert_eq!(sign(&named)["x-key"], "t");
        let fixed = WebhookAuth::Headers {
            headers: [("x-a".to_owned(), "1".to_owned())].into(),
        };
        assert_eq!(sign(&fixed)["x-a"], "1");
    }
}
