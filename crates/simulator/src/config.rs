//! What a simulated provider is set up with: where it listens, how it signs, which numbers it owns.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::faults::FaultProfile;
use crate::script::{Script, TransferOutcome};

/// How one simulated provider behaves.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Address of the REST API, the control and listen URLs and the recording store; port 0 picks
    /// a free one.
    pub listen: SocketAddr,
    /// Mixed into the seed of every call: two simulators with different seeds differ everywhere.
    pub seed: u64,
    /// 1.0 is real time, 50 lets a minute of conversation pass in 1.2 seconds. Limits that the
    /// server under test is held to (7.5 s, `timeoutSeconds`) always stay real.
    pub time_scale: f64,
    /// Bearer token the REST API demands.
    pub api_key: String,
    /// `orgId` of every object.
    pub org_id: String,
    /// How webhooks are authenticated where a number brings nothing of its own.
    pub webhook_auth: WebhookAuth,
    /// Real time between the end of a call and the moment its recording can be fetched.
    pub recording_delay: Duration,
    /// Real lifetime of a signed download URL.
    pub presign_ttl: Duration,
    /// Bearer token of the control URL where an assistant asks for one.
    pub control_auth: Option<String>,
    /// Calls that may be active at once; a further one is rejected.
    pub concurrency_limit: usize,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            time_scale: 50.0,
            api_key: "simulator-private-key".to_owned(),
            org_id: "5b1f0f5e-3c55-4a51-8f6e-52c9c2a7d001".to_owned(),
            webhook_auth: WebhookAuth::hmac("simulator-webhook-secret"),
            recording_delay: Duration::ZERO,
            presign_ttl: Duration::from_hours(1),
            control_auth: None,
            concurrency_limit: 10,
        }
    }
}

/// How a webhook proves where it comes from.
#[derive(Clone)]
pub enum WebhookAuth {
    /// `Authorization: Bearer <token>`.
    Bearer {
        /// The token.
        token: String,
    },
    /// A token in a header of choice, with or without the word `Bearer`.
    BearerHeader {
        /// The token.
        token: String,
        /// Header name.
        header: String,
        /// Whether `Bearer ` stands before the token.
        prefix: bool,
    },
    /// A signature over timestamp and body.
    Hmac {
        /// The key, as text; base64 where the plan says so.
        secret: String,
        /// Format of the signature.
        plan: HmacPlan,
    },
    /// `X-Vapi-Secret: <secret>`.
    LegacySecret {
        /// The secret.
        secret: String,
    },
    /// Client credentials: a token is fetched from the server's own token URL.
    OAuth2 {
        /// Token URL.
        token_url: String,
        /// Client id.
        client_id: String,
        /// Client secret.
        client_secret: String,
    },
    /// Fixed headers, as written.
    Headers {
        /// Name to value.
        headers: BTreeMap<String, String>,
    },
}

impl WebhookAuth {
    /// A signature in the provider's default format.
    pub fn hmac(secret: impl Into<String>) -> Self {
        Self::Hmac {
            secret: secret.into(),
            plan: HmacPlan::default(),
        }
    }

    /// A bearer token.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self::Bearer {
            token: token.into(),
        }
    }

    /// The old shared secret.
    pub fn legacy(secret: impl Into<String>) -> Self {
        Self::LegacySecret {
            secret: secret.into(),
        }
    }

    fn mode(&self) -> &'static str {
        match self {
            Self::Bearer { .. } => "bearer",
            Self::BearerHeader { .. } => "bearer in a named header",
            Self::Hmac { .. } => "hmac",
            Self::LegacySecret { .. } => "legacy secret",
            Self::OAuth2 { .. } => "oauth2",
            Self::Headers { .. } => "static headers",
        }
    }
}

impl fmt::Debug for WebhookAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookAuth({})", self.mode())
    }
}

/// Format of a webhook signature; the default is the provider's.
#[derive(Clone, Debug)]
pub struct HmacPlan {
    /// Hash.
    pub algorithm: HmacAlgorithm,
    /// Header of the signature.
    pub signature_header: String,
    /// Header of the timestamp.
    pub timestamp_header: String,
    /// Text before the signature, such as `sha256=`.
    pub signature_prefix: String,
    /// Whether the timestamp header is sent.
    pub include_timestamp: bool,
    /// What is signed; knows `{body} {timestamp} {method} {url} {svix-id}`.
    pub payload_format: String,
    /// Header of a message id, where one is sent.
    pub message_id_header: Option<String>,
    /// Base64 instead of hexadecimal.
    pub base64: bool,
    /// Whether the secret is base64 of the key.
    pub secret_is_base64: bool,
    /// Timestamps in milliseconds instead of seconds; the provider documents neither.
    pub timestamp_millis: bool,
}

impl Default for HmacPlan {
    fn default() -> Self {
        Self {
            algorithm: HmacAlgorithm::Sha256,
            signature_header: "x-signature".to_owned(),
            timestamp_header: "x-timestamp".to_owned(),
            signature_prefix: String::new(),
            include_timestamp: true,
            payload_format: "{timestamp}.{body}".to_owned(),
            message_id_header: None,
            base64: false,
            secret_is_base64: false,
            timestamp_millis: false,
        }
    }
}

/// Hash of a webhook signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HmacAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// SHA-1.
    Sha1,
}

/// A phone number the simulated provider owns.
#[derive(Clone, Debug)]
pub struct NumberSetup {
    /// Id of the number.
    pub id: String,
    /// The number in E.164.
    pub number: String,
    /// Where its webhooks go.
    pub server_url: String,
    /// How they are authenticated; `None` takes the simulator's own.
    pub auth: Option<WebhookAuth>,
    /// Line that gets the call when no assistant could be had.
    pub fallback: Option<String>,
}

/// One call to place.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Id of a registered number.
    pub number_id: String,
    /// The caller's number; `None` withholds it.
    pub caller: Option<String>,
    /// What the caller says.
    pub script: Script,
    /// What happens when the call is forwarded, unless the script names the target.
    pub transfer: TransferOutcome,
    /// What goes wrong on the way.
    pub faults: FaultProfile,
    /// Decides every choice in the call: same seed, same contents and same faults.
    pub seed: u64,
}
