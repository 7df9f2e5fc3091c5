//! Typed, prefixed, time-ordered identifiers: 16 bytes inside (UUIDv7), `call_01k...` outside.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// An identifier's text that is not one of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct BadId {
    kind: &'static str,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Crockford base 32 of 128 bits: 26 characters that sort like the bytes.
fn encode(bytes: [u8; 16]) -> String {
    let mut value = u128::from_be_bytes(bytes);
    let mut out = [0_u8; 26];
    for slot in out.iter_mut().rev() {
        *slot = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    out.iter().map(|&b| char::from(b)).collect()
}

fn decode(text: &str) -> Option<[u8; 16]> {
    if text.len() != 26 {
        return None;
    }
    let mut value: u128 = 0;
    for (at, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&a| a == byte)? as u128;
        if at == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(value.to_be_bytes())
}

/// The first six bytes, which hold the time, of `of`; the others from a hash of all of it.
fn derive(of: [u8; 16], parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new_with_prefix(of);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash = hash.finalize();
    let mut bytes = of;
    bytes[6..].copy_from_slice(&hash[..10]);
    bytes
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// What the shown form starts with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier; later ones sort after earlier ones.
            #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
            pub fn new() -> Self {
                Self(*Uuid::now_v7().as_bytes())
            }

            /// The identifier of something that was made once, however often it is made again: of the same time as `of`, and
            /// told from others by `parts`.
            pub fn derived(of: [u8; 16], parts: &[&str]) -> Self {
                Self(derive(of, parts))
            }

            /// The identifier with these bytes, as read from a store.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes to store.
            pub const fn bytes(self) -> [u8; 16] {
                self.0
            }

            /// The identifier of a stored column, or nothing when it has another length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(BadId { kind: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An organization: the clinic as tenant.
    OrgId = "org";
    /// A person who signs in.
    UserId = "user";
    /// A signed-in session.
    SessionId = "sess";
    /// A key for the API.
    ApiKeyId = "key";
    /// A connection to a voice provider.
    IntegrationId = "int";
    /// A telephone number of a clinic.
    PhoneNumberId = "num";
    /// The opaque path part of a webhook address.
    HookId = "hook";
    /// The receptionist's configuration.
    AgentId = "agent";
    /// A call.
    CallId = "call";
    /// The way from a decision to escalate to a person.
    EscalationId = "esc";
    /// Whom an escalation may reach.
    TargetId = "target";
    /// An item of the inbox.
    InboxId = "inbox";
    /// A recording of a call.
    RecordingId = "rec";
    /// A stored object.
    ObjectId = "obj";
    /// A document of the knowledge base.
    DocumentId = "doc";
    /// A retrievable piece of a document.
    ChunkId = "chunk";
    /// A unit of background work.
    JobId = "job";
    /// A process that does background work.
    WorkerId = "worker";
    /// A key of the key ring.
    KeyId = "ring";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_form_returns_the_same_id_and_keeps_the_order() {
        let mut ids: Vec<CallId> = (0..64).map(|_| CallId::new()).collect();
        for id in &ids {
            assert_eq!(id.to_string().parse::<CallId>().unwrap(), *id);
        }
        ids.sort();
        let mut shown: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let by_bytes = shown.clone();
        shown.sort();
        assert_eq!(shown, by_bytes);
    }

    #[test]
    fn foreign_and_malformed_ids_are_refused() {
        let call = CallId::new().to_string();
        assert!(call.parse::<OrgId>().is_err());
        assert!("call_".parse::<CallId>().is_err());
        assert!("call_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<CallId>().is_err());
        assert!("call_\u{e9}1".parse::<CallId>().is_err());
    }
}
