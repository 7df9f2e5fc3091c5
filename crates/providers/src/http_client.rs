//! The one HTTP client.
//!
//! A request carries its deadline, its size cap and the addresses it may reach; redirects are never followed here, because
//! whoever follows one has to decide which headers go along. Retries happen inside the deadline and only where a
//! repetition is harmless. Errors are in our own words: an address or a body may contain what must not be printed.

mod ask;
mod breaker;
mod guard;
#[cfg(test)]
mod tests;

pub use ask::{Answer, Ask};
pub use breaker::{Breakers, Permit};
pub use guard::{Reach, is_public};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Client, Response, StatusCode,
    header::{HeaderMap, RETRY_AFTER},
    redirect::Policy,
};
use std::{sync::Arc, time::Duration};
use voxanne_core::{
    retry::RetryPlan,
    time::{Clock, Deadline, Millis},
};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest silence while a body is read.
const SILENCE: Duration = Duration::from_secs(30);

/// Makes aws-lc-rs the process's cryptography for TLS. The first call counts, later ones change nothing.
pub fn install_crypto() {
    // An error means that one is installed already, which is what is wanted.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Why a request brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The address may not be reached from here.
    #[error("the address is not allowed: {0}")]
    Forbidden(&'static str),
    /// The dependency failed repeatedly and is left alone for a moment; nothing was sent.
    #[error("the dependency failed repeatedly and is left alone for a moment")]
    Resting,
    /// The deadline passed.
    #[error("no answer in time")]
    Late {
        /// Nothing was sent.
        certainly_not_done: bool,
    },
    /// No answer.
    #[error("{why}")]
    Unreachable {
        /// Nothing was sent.
        certainly_not_done: bool,
        /// Why, without address or content.
        why: &'static str,
    },
    /// The answer is longer than the cap.
    #[error("the answer is too large")]
    TooLarge,
    /// The client could not be set up, for example for want of root certificates.
    #[error("the HTTP client could not be set up: {0}")]
    Setup(String),
}

/// The client; clones share connections and breakers.
#[derive(Clone)]
pub struct HttpClient {
    public: Client,
    loopback: Client,
    operator: Client,
    breakers: Breakers,
    clock: Clock,
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HttpClient")
    }
}

impl HttpClient {
    /// A client that names itself `voxanne/<version>` and reads the time from `clock`.
    pub fn new(version: &str, clock: Clock) -> Result<Self, HttpError> {
        install_crypto();
        let build = |reach: Reach| {
            Client::builder()
                .tls_backend_rustls()
                .user_agent(format!("voxanne/{version}"))
                .redirect(Policy::none())
                .referer(false)
                // A proxy would resolve names behind the guard's back.
                .no_proxy()
                .connect_timeout(CONNECT)
                .read_timeout(SILENCE)
                .pool_idle_timeout(Duration::from_mins(1))
                .dns_resolver(Arc::new(guard::Resolver(reach)))
                .build()
                .map_err(|error| HttpError::Setup(error.without_url().to_string()))
        };
        Ok(Self {
            public: build(Reach::Public)?,
            loopback: build(Reach::Loopback)?,
            operator: build(Reach::Operator)?,
            breakers: Breakers::default(),
            clock,
        })
    }

    /// Which dependencies are left alone now, and for how many organizations.
    pub fn resting(&self) -> std::collections::BTreeMap<&'static str, u64> {
        self.breakers.resting()
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        (self.clock)()
    }

    /// Sends and returns once the head of the answer is there; the body may be read for as long as it keeps coming.
    pub async fn open(&self, ask: &Ask, by: Deadline) -> Result<Response, HttpError> {
        match self.attempts(ask, by, None).await? {
            Taken::Head(response) => Ok(response),
            Taken::Whole(_) => Err(broken_off()),
        }
    }

    /// Sends and reads the whole answer, at most `cap` bytes.
    pub async fn call(&self, ask: &Ask, by: Deadline, cap: usize) -> Result<Answer, HttpError> {
        match self.attempts(ask, by, Some(cap)).await? {
            Taken::Whole(answer) => Ok(answer),
            Taken::Head(_) => Err(broken_off()),
        }
    }

    /// Reads the whole answer where a cap is given, else its head.
    async fn attempts(
        &self,
        ask: &Ask,
        by: Deadline,
        cap: Option<usize>,
    ) -> Result<Taken, HttpError> {
        ask.reach.check(&ask.url)?;
        let plan = RetryPlan::IN_REQUEST;
        let mut made = 0_u16;
        loop {
            let outcome = self.attempt(ask, by, cap).await;
            made += 1;
            let Some(at_least) = again(ask, &outcome, self.now()) else {
                return outcome;
            };
            let left = by.left(self.now());
            let wait = match plan.wait(made, rand::random::<f64>(), Some(left)) {
                Some(wait) => wait.max(at_least),
                None => return outcome,
            };
            if wait >= left {
                return outcome;
            }
            // The back-off between two attempts, always shorter than what is left of the deadline.
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    async fn attempt(
        &self,
        ask: &Ask,
        by: Deadline,
        cap: Option<usize>,
    ) -> Result<Taken, HttpError> {
        let now = self.now();
        let left = by.left(now);
        if left == 0 {
            return Err(HttpError::Late {
                certainly_not_done: true,
            });
        }
        let permit = self
            .breakers
            .enter(ask.org, ask.dependency, now)
            .ok_or(HttpError::Resting)?;
        let exchange = async {
            let response = self.send(ask).await?;
            match cap {
                Some(cap) => whole(response, cap).await.map(Taken::Whole),
                None => Ok(Taken::Head(response)),
            }
        };
        let outcome = tokio::time::timeout(Duration::from_millis(left), exchange)
            .await
            .unwrap_or(Err(HttpError::Late {
                certainly_not_done: false,
            }));
        match &outcome {
            Ok(answer) if answer.head().0.is_server_error() => permit.failed(self.now()),
            Ok(_) | Err(HttpError::TooLarge) => permit.worked(),
            Err(_) => permit.failed(self.now()),
        }
        outcome
    }

    async fn send(&self, ask: &Ask) -> Result<Response, HttpError> {
        let client = match ask.reach {
            Reach::Public => &self.public,
            Reach::Loopback => &self.loopback,
            Reach::Operator => &self.operator,
        };
        let mut request = client
            .request(ask.method.clone(), ask.url.clone())
            .headers(ask.headers.clone());
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        request.send().await.map_err(|error| broken(&error))
    }
}

/// An answer as far as it was asked for.
enum Taken {
    Head(Response),
    Whole(Answer),
}

impl Taken {
    fn head(&self) -> (StatusCode, &HeaderMap) {
        match self {
            Self::Head(response) => (response.status(), response.headers()),
            Self::Whole(answer) => (answer.status, &answer.headers),
        }
    }
}

async fn whole(response: Response, cap: usize) -> Result<Answer, HttpError> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = read_capped(response, cap).await?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// Whether it is worth and harmless to try again, and the least wait the other side asked for, ms.
fn again(ask: &Ask, outcome: &Result<Taken, HttpError>, now: Millis) -> Option<u64> {
    match outcome {
        Ok(answer) => {
            let (status, headers) = answer.head();
            let passing = matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
            (passing && ask.repeatable).then(|| retry_after(headers, now).unwrap_or(0))
        }
        Err(HttpError::Unreachable {
            certainly_not_done, ..
        }) => (ask.repeatable || *certainly_not_done).then_some(0),
        Err(_) => None,
    }
}

/// `Retry-After` in ms: seconds or a date.
fn retry_after(headers: &HeaderMap, now: Millis) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    u64::try_from(Millis(date.timestamp_millis()).since(now)).ok()
}

fn broken(error: &reqwest::Error) -> HttpError {
    if error.is_connect() {
        HttpError::Unreachable {
            certainly_not_done: true,
            why: "no connection could be made",
        }
    } else if error.is_timeout() {
        HttpError::Unreachable {
            certainly_not_done: false,
            why: "the connection went silent",
        }
    } else if error.is_builder() {
        HttpError::Unreachable {
            certainly_not_done: true,
            why: "the request could not be built",
        }
    } else {
        broken_off()
    }
}

const fn broken_off() -> HttpError {
    HttpError::Unreachable {
        certainly_not_done: false,
        why: "the connection broke",
    }
}

/// Reads a body of at most `cap` bytes; never holds more than that.
pub async fn read_capped(mut response: Response, cap: usize) -> Result<Bytes, HttpError> {
    if response
        .content_length()
        .is_some_and(|length| length > cap as u64)
    {
        return Err(HttpError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(part) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + part.len() > cap {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body.freeze())
}
