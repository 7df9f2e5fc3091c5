//! One POST to the server under test: authentication, time limit, and the connection cut on demand.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::config::WebhookAuth;
use crate::signing;
use crate::state::{World, lock};
use crate::world::now_ms;

/// Largest answer that is read.
const LARGEST_ANSWER: usize = 2 * 1024 * 1024;

/// Where the webhooks of a call go, and how failures are retried.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) timeout: Duration,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) auth: WebhookAuth,
    pub(crate) backoff: Option<Backoff>,
}

/// A `backoffPlan`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) exponential: bool,
    pub(crate) max_retries: u32,
    pub(crate) base_ms: u64,
    pub(crate) excluded: Vec<u16>,
}

impl Backoff {
    pub(crate) fn wait_ms(&self, retry: u32) -> u64 {
        if self.exponential {
            self.base_ms << retry.saturating_sub(1).min(10)
        } else {
            self.base_ms
        }
    }
}

impl Target {
    /// Reads a `server` block; `None` without a URL, as then nothing is delivered.
    pub(crate) fn read(server: &Value, auth: &WebhookAuth) -> Option<Self> {
        let url = server["url"].as_str().filter(|url| !url.is_empty())?;
        // The old form of a secret, on the block itself, beats the credential.
        let auth = match server["secret"].as_str() {
            Some(secret) => WebhookAuth::legacy(secret),
            None => auth.clone(),
        };
        let headers = server["headers"].as_object().into_iter().flatten();
        Some(Self {
            url: url.to_owned(),
            timeout: Duration::from_secs_f64(
                server["timeoutSeconds"]
                    .as_f64()
                    .unwrap_or(20.0)
                    .clamp(1.0, 300.0),
            ),
            headers: headers
                .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                .collect(),
            auth,
            backoff: server["backoffPlan"].as_object().map(|plan| Backoff {
                exponential: plan.get("type").and_then(Value::as_str) == Some("exponential"),
                max_retries: plan
                    .get("maxRetries")
                    .and_then(Value::as_u64)
                    .unwrap_or(0)
                    .min(10) as u32,
                base_ms: (plan
                    .get("baseDelaySeconds")
                    .and_then(Value::as_f64)
                    .unwrap_or(1.0)
                    * 1000.0)
                    .clamp(0.0, 10_000.0) as u64,
                excluded: plan
                    .get("excludedStatusCodes")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(|code| u16::try_from(code.as_u64()?).ok())
                    .collect(),
            }),
        })
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    pub(crate) body: Vec<u8>,
    pub(crate) took_ms: f64,
    pub(crate) error: Option<String>,
}

impl Answer {
    pub(crate) fn accepted(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }

    pub(crate) fn trouble(&self) -> String {
        match (&self.error, self.status) {
            (Some(error), _) => error.clone(),
            (None, Some(status)) => format!("answered {status}"),
            (None, None) => "no answer".to_owned(),
        }
    }
}

impl World {
    /// Posts a body and reads the whole answer within the target's limit.
    pub(crate) async fn post(self: &Arc<Self>, target: &Target, body: &str) -> Answer {
        let headers = self.webhook_headers(target, body).await;
        let started = Instant::now();
        let exchange = async {
            let mut response = self
                .http
                .post(&target.url)
                .headers(headers)
                .body(body.to_owned())
                .send()
                .await?;
            let status = response.status().as_u16();
            let mut answer = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                answer.extend_from_slice(&chunk);
                if answer.len() > LARGEST_ANSWER {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((status, answer))
        };
        let outcome = tokio::time::timeout(target.timeout, exchange).await;
        let took_ms = started.elapsed().as_secs_f64() * 1000.0;
        match outcome {
            Ok(Ok((status, body))) => Answer {
                status: Some(status),
                body,
                took_ms,
                error: None,
            },
            Ok(Err(error)) => Answer {
                status: None,
                body: Vec::new(),
                took_ms,
                error: Some(error.to_string()),
            },
            Err(_) => Answer {
                status: None,
                body: Vec::new(),
                took_ms,
                error: Some(format!("no answer within {:?}", target.timeout)),
            },
        }
    }

    /// Sends a whole request and closes the connection `hold` later without reading the answer.
    /// Only for plain HTTP; elsewhere the answer is read and thrown away.
    pub(crate) async fn post_and_cut(
        self: &Arc<Self>,
        target: &Target,
        body: &str,
        hold: Duration,
    ) {
        let headers = self.webhook_headers(target, body).await;
        if self.cut_plain(target, headers, body, hold).await.is_none() {
            self.post(target, body).await;
        }
    }

    async fn cut_plain(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: &str,
        hold: Duration,
    ) -> Option<()> {
        let url = reqwest::Url::parse(&target.url)
            .ok()
            .filter(|url| url.scheme() == "http")?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default()?;
        let mut stream = TcpStream::connect((host.as_str(), port)).await.ok()?;
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let path = format!("{}{query}", url.path());
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}:{port}\r\ncontent-length: {}\r\n",
            url.host_str()?,
            body.len()
        );
        for (name, value) in &headers {
            let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        tokio::time::sleep(hold).await;
        Some(())
    }

    async fn webhook_headers(self: &Arc<Self>, target: &Target, body: &str) -> HeaderMap {
        let token = self.oauth_token(&target.auth).await;
        let mut headers =
            signing::headers(&target.auth, &target.url, body, now_ms(), token.as_deref());
        for (name, value) in &target.headers {
            signing::put(&mut headers, name, value);
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers
    }

    /// A client-credentials token, fetched once and again half a minute before it expires.
    async fn oauth_token(&self, auth: &WebhookAuth) -> Option<String> {
        let WebhookAuth::OAuth2 {
            token_url,
            client_id,
            client_secret,
        } = auth
        else {
            return None;
        };
        if let Some((token, until)) = lock(&self.oauth).get(token_url).cloned()
            && until > now_ms()
        {
            return Some(token);
        }
        let form: String = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", client_secret),
        ]
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .join("&");
        let answer: Value = self
            .http
            .post(token_url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form)
            .timeout(Duration::from_secs(10))
            .send()
            .await
            .ok()?
            .json()
            .await
            .ok()?;
        let token = answer["access_token"].as_str()?.to_owned();
        let life = answer["expires_in"].as_i64().unwrap_or(3600);
        let until = now_ms() + (life - 30).max(1) * 1000;
        lock(&self.oauth).insert(token_url.clone(), (token.clone(), until));
        Some(token)
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_server_block_is_read_with_the_providers_defaults() {
        let target = Target::read(&json!({"url":"http://x/"}), &WebhookAuth::bearer("t")).unwrap();
        assert_eq!(target.timeout, Duration::from_secs(20));
        assert!(target.backoff.is_none());
        assert!(Target::read(&json!({}), &WebhookAuth::bearer("t")).is_none());
    }

    #[test]
    fn backoff_is_fixed_or_doubles() {
        let block = json!({"url":"http://x/","backoffPlan":{"type":"exponential","maxRetries":3,
            "baseDelaySeconds":1,"excludedStatusCodes":[400]}});
        let plan = Target::read(&block, &WebhookAuth::bearer("t"))
            .unwrap()
            .backoff
            .unwrap();
        assert_eq!(
            [1, 2, 3].map(|retry| plan.wait_ms(retry)),
            [1000, 2000, 4000]
        );
        assert_eq!(plan.excluded, [400]);
        let fixed = Backoff {
            exponential: false,
            ..plan
        };
        assert_eq!(
            [1, 2, 3].map(|retry| fixed.wait_ms(retry)),
            [1000, 1000, 1000]
        );
    }
}
