//! Rows of the store that are not calls: people, keys, connections, documents, settings.

use crate::{
    ids::{
        ApiKeyId, CallId, ChunkId, DocumentId, HookId, IntegrationId, OrgId, PhoneNumberId,
        SessionId, UserId,
    },
    pii::{Pii, Secret},
    tenancy::{Role, Scope},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// A clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// IANA zone.
    pub time_zone: String,
    /// `en` or `es`: the dashboard's and the receptionist's first language.
    pub language: String,
    /// ISO 3166 code.
    pub country: String,
    /// When it was made.
    pub created_at: Millis,
}

/// A person who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// E-mail, lower case, unique.
    pub email: String,
    /// The shown name.
    pub name: String,
    /// argon2id hash; none until a password was chosen.
    pub password: Option<String>,
    /// When it was made.
    pub created_at: Millis,
}

/// A person's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: User,
    /// The role.
    pub role: Role,
    /// When the person was last seen.
    pub last_seen_at: Option<Millis>,
    /// Never signed in yet.
    pub invited: bool,
}

/// A signed-in session as stored; the token itself is only hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// sha256 of the token.
    pub token_hash: [u8; 32],
    /// Who.
    pub user: UserId,
    /// In which organization.
    pub org: OrgId,
    /// The family of a rotating token.
    pub family: SessionId,
    /// The session it was rotated from.
    pub parent: Option<SessionId>,
    /// When it began.
    pub created_at: Millis,
    /// Not valid after.
    pub expires_at: Millis,
    /// Revoked since.
    pub revoked_at: Option<Millis>,
    /// When it was last used.
    pub seen_at: Millis,
}

/// A session with whose it is, as each request needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
    /// The role now.
    pub role: Role,
    /// The organization.
    pub organization: Organization,
}

/// What a one-time link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The first owner of an installation.
    FirstOwner,
    /// Signs an existing person in, once.
    SignIn,
    /// A new member.
    Invitation,
    /// Choose a new password.
    Reset,
}

impl LinkKind {
    /// The stored and shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::FirstOwner => "first_owner",
            Self::SignIn => "sign_in",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// The kind of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::FirstOwner,
            Self::SignIn,
            Self::Invitation,
            Self::Reset,
        ]
        .into_iter()
        .find(|k| k.word() == word)
    }
}

/// A call that is not reported and of which nothing is heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilentCall {
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub call: CallId,
    /// When something was last heard of it.
    pub last_event_at: Millis,
}

/// A one-time link; the token itself is only hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// sha256 of the token.
    pub token_hash: [u8; 32],
    /// What it does.
    pub kind: LinkKind,
    /// For whom.
    pub user: UserId,
    /// In which organization.
    pub org: OrgId,
    /// Not valid after.
    pub expires_at: Millis,
}

/// A key for the API; the secret itself is only hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// In which organization.
    pub org: OrgId,
    /// The shown name.
    pub name: String,
    /// The secret's first characters, to recognise it by.
    pub prefix: String,
    /// sha256 of the secret.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used.
    pub last_used_at: Option<Millis>,
    /// Revoked since.
    pub revoked_at: Option<Millis>,
}

/// A connection to a voice provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// In which organization.
    pub org: OrgId,
    /// `vapi`.
    pub kind: String,
    /// The provider's API.
    pub base_url: String,
    /// `transient` or `stored`.
    pub mode: String,
    /// The opaque part of the webhook address.
    pub hook: HookId,
    /// Raised by every change; the store counts it, whatever is put.
    pub rev: u64,
    /// What is sealed.
    pub secrets: IntegrationSecrets,
}

/// How webhooks are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HookAuth {
    /// A signature over time and body.
    Hmac,
    /// A bearer token.
    Bearer,
    /// The legacy shared secret header.
    Legacy,
}

impl HookAuth {
    /// The shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hmac => "hmac",
            Self::Bearer => "bearer",
            Self::Legacy => "legacy",
        }
    }
}

/// The sealed part of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationSecrets {
    /// The provider's private key.
    #[serde(with = "secret_option", default)]
    pub api_key: Option<Secret>,
    /// The provider's public key, where live control asks for it.
    #[serde(with = "secret_option", default)]
    pub public_key: Option<Secret>,
    /// The account's id at the provider, to compare with what webhooks say.
    #[serde(default)]
    pub account: Option<String>,
    /// How webhooks are signed.
    pub auth: HookAuth,
    /// The webhook secret in force.
    #[serde(with = "secret_option", default)]
    pub secret: Option<Secret>,
    /// The one before, valid during rotation.
    #[serde(with = "secret_option", default)]
    pub previous_secret: Option<Secret>,
    /// Until when the one before is valid.
    #[serde(default)]
    pub previous_until: Option<Millis>,
    /// Header of the signature; empty takes the provider's default.
    #[serde(default)]
    pub signature_header: String,
    /// Header of the time; empty takes the provider's default.
    #[serde(default)]
    pub timestamp_header: String,
}

impl IntegrationSecrets {
    /// Where a bearer stands unless the connection names another header.
    pub const BEARER_HEADER: &str = "authorization";
    /// Where a shared secret stands unless the connection names another header.
    pub const LEGACY_HEADER: &str = "x-vapi-secret";

    /// The header the provider has to be told to send, for the forms that show the secret itself; a signature needs a
    /// credential made at the provider instead.
    pub fn shown_header(&self) -> Option<(String, Secret)> {
        let secret = self.secret.as_ref()?;
        let named = |default: &str| match self.signature_header.trim() {
            "" => default.to_owned(),
            set => set.to_owned(),
        };
        match self.auth {
            HookAuth::Hmac => None,
            HookAuth::Bearer => Some((
                named(Self::BEARER_HEADER),
                Secret::new(format!("Bearer {}", secret.expose())),
            )),
            HookAuth::Legacy => Some((named(Self::LEGACY_HEADER), secret.clone())),
        }
    }
}

mod secret_option {
    use crate::pii::Secret;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<Secret>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Secret::expose).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::new))
    }
}

/// A number of the clinic at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Its id.
    pub id: PhoneNumberId,
    /// In which organization.
    pub org: OrgId,
    /// At which connection.
    pub integration: IntegrationId,
    /// The provider's id of it, unique within the connection.
    pub provider_id: String,
    /// The number, E.164.
    pub number: Pii<String>,
    /// When a webhook for it last came.
    pub seen_at: Option<Millis>,
}

/// Where an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Its bytes are stored.
    Received,
    /// Being read.
    Parsing,
    /// Being cut into passages.
    Chunking,
    /// Findable by words; vectors are being made.
    Embedding,
    /// All of it can be found.
    Ready,
    /// Could not be read; the sentence says what to do.
    Failed,
}
crate::call::words!(DocumentState {
    Received = "received", Parsing = "parsing", Chunking = "chunking", Embedding = "embedding", Ready = "ready", Failed = "failed",
});

/// A document of the knowledge base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// In which organization.
    pub org: OrgId,
    /// Its title.
    pub title: String,
    /// `txt`, `md`, `html`, `pdf`, `docx`.
    pub kind: String,
    /// sha256 of its bytes: identity within the organization.
    pub content_hash: [u8; 32],
    /// Length in bytes.
    pub bytes: u64,
    /// Where it is.
    pub state: DocumentState,
    /// Steps done of the current state.
    pub done: u32,
    /// Steps of the current state in all.
    pub total: u32,
    /// Passages it was cut into.
    pub chunks: u32,
    /// Pages, where it has any.
    pub pages: Option<u32>,
    /// Its bytes in the object store.
    pub storage_key: String,
    /// Why it failed, a sentence for staff.
    pub error: Option<String>,
    /// When it came.
    pub created_at: Millis,
    /// When all of it could be found.
    pub ready_at: Option<Millis>,
    /// Removed since; rows stay while a live call may use them.
    pub removed_at: Option<Millis>,
}

/// A passage of a document as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunk {
    /// Its id.
    pub id: ChunkId,
    /// Whose.
    pub document: DocumentId,
    /// Position in the document.
    pub ordinal: u32,
    /// Headings above it.
    pub title_path: String,
    /// Page, from 1.
    pub page: Option<u32>,
    /// Characters from and to in the document's plain text.
    pub span: (u32, u32),
    /// The text.
    pub text: Pii<String>,
    /// Its length in tokens of the embedding model.
    pub tokens: u32,
    /// The knowledge revision from which on it counts.
    pub added_rev: u64,
    /// The revision from which on it does not count any more.
    pub removed_rev: Option<u64>,
}

/// The vectors of a passage, encoded by `core::knowledge`; opaque to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVectors {
    /// The passage.
    pub chunk: ChunkId,
    /// The model that made them.
    pub model: String,
    /// Encoded vectors.
    pub blob: Vec<u8>,
}

/// A line of the audit trail; ids only, so that the chain survives erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, without a gap.
    pub n: u64,
    /// When.
    pub at: Millis,
    /// Who, as [`crate::tenancy::Who::audit_word`] says it.
    pub actor: String,
    /// What, for example `inbox.acknowledged`.
    pub action: String,
    /// On what.
    pub object: Option<String>,
    /// The hash of the line before.
    pub prev: [u8; 32],
    /// sha256 over `n|at|actor|action|object|prev`.
    pub hash: [u8; 32],
}

impl AuditRow {
    /// The hash of a line with this content.
    pub fn chain(
        prev: &[u8; 32],
        n: u64,
        at: Millis,
        actor: &str,
        action: &str,
        object: Option<&str>,
    ) -> [u8; 32] {
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        hash.update(format!(
            "{n}|{}|{actor}|{action}|{}|",
            at.0,
            object.unwrap_or("")
        ));
        hash.update(prev);
        hash.finalize().into()
    }
}

/// Which calls a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallFilter {
    /// Only these lives; empty means all.
    pub lives: Vec<crate::call::Life>,
    /// Only this outcome.
    pub outcome: Option<crate::call::Outcome>,
    /// Only escalated ones.
    pub escalated: bool,
    /// Begun at or after.
    pub from: Option<Millis>,
    /// Begun before.
    pub to: Option<Millis>,
    /// Only of this caller, normalized number.
    pub caller: Option<Pii<String>>,
    /// Words of the transcript, all of which must occur.
    pub words: Option<Pii<String>>,
    /// Only rings a person still has to close.
    pub open_rings: bool,
}

/// Which inbox items a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxFilter {
    /// Closed ones instead of open ones.
    pub closed: bool,
    /// Only this kind.
    pub kind: Option<crate::inbox::InboxKind>,
    /// Only of this call.
    pub call: Option<crate::ids::CallId>,
}

/// Counts of one local day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// Calls begun.
    pub rings: u64,
    /// Of these closed.
    pub closed: u64,
    /// By outcome word.
    pub outcomes: Vec<(String, u64)>,
}
