//! Sealing of caller content and the blind index over it (ADR 0001).
//!
//! A copied database or bucket must reveal nothing: every organization has keys of its own, kept wrapped in the
//! database by a master ring that lies outside the data folder. Sealed bytes are
//! `version(1) | ring key no (4) | nonce(24) | ciphertext | tag(16)`, XChaCha20-Poly1305, with organization and column as
//! associated data, so that a value cannot be moved to another row's column or tenant unnoticed.

use crate::ids::OrgId;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroize;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Sealed bytes could not be opened, or a ring could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Wrong key, wrong place, or altered bytes.
    #[error("sealed content cannot be opened: wrong key or altered bytes")]
    Altered,
    /// A key of the ring is missing.
    #[error("key {0} of the key ring is missing")]
    MissingKey(u32),
    /// The key ring's text is not one of ours.
    #[error("the key ring is not readable: expected lines `number base64-key`")]
    BadRing,
}

#[derive(Clone, PartialEq, Eq)]
struct Key32([u8; 32]);

impl Drop for Key32 {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Key32 {
    fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes)
    }

    fn derive(&self, info: &str) -> Self {
        let mut out = [0_u8; 32];
        // 32 bytes are always within what HKDF-SHA256 can give.
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(info.as_bytes(), &mut out);
        Self(out)
    }

    fn seal(&self, number: u32, aad: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let cipher = XChaCha20Poly1305::new(&Key::from(self.0));
        let mut out = Vec::with_capacity(plain.len() + 45);
        out.push(VERSION);
        out.extend_from_slice(&number.to_be_bytes());
        out.extend_from_slice(&nonce);
        // Encryption fails only above 256 GiB; an empty rest can never be opened again by mistake.
        out.extend(
            cipher
                .encrypt(
                    &XNonce::from(nonce),
                    Payload {
                        msg: plain,
                        aad: aad.as_bytes(),
                    },
                )
                .unwrap_or_default(),
        );
        out
    }

    fn open(&self, aad: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (_, rest) = split(sealed)?;
        let (nonce, body) = rest.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealError::Altered)?;
        XChaCha20Poly1305::new(&Key::from(self.0))
            .decrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: body,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| SealError::Altered)
    }
}

fn split(sealed: &[u8]) -> Result<(u32, &[u8]), SealError> {
    if sealed.len() < 5 + NONCE + 16 || sealed[0] != VERSION {
        return Err(SealError::Altered);
    }
    let number = u32::from_be_bytes([sealed[1], sealed[2], sealed[3], sealed[4]]);
    Ok((number, &sealed[5..]))
}

/// The master keys of an installation. Kept outside the data folder; lost keys mean lost content.
#[derive(Clone)]
pub struct MasterRing {
    keys: Vec<(u32, Key32)>,
}

impl fmt::Debug for MasterRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterRing({} keys)", self.keys.len())
    }
}

impl MasterRing {
    /// A new ring with one key.
    pub fn generate() -> Self {
        Self {
            keys: vec![(1, Key32::random())],
        }
    }

    /// Reads a ring: one `number base64-key` a line, the highest number is in force.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let mut keys = Vec::new();
        for line in text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            let (number, key) = line.split_once(' ').ok_or(SealError::BadRing)?;
            let bytes = URL_SAFE_NO_PAD
                .decode(key.trim())
                .map_err(|_| SealError::BadRing)?;
            keys.push((
                number.parse().map_err(|_| SealError::BadRing)?,
                Key32(bytes.try_into().map_err(|_| SealError::BadRing)?),
            ));
        }
        keys.sort_by_key(|(number, _)| *number);
        if keys.is_empty() {
            Err(SealError::BadRing)
        } else {
            Ok(Self { keys })
        }
    }

    /// The text to keep in the key file. Secret.
    pub fn to_text(&self) -> String {
        use fmt::Write as _;
        let mut out = String::from(
            "# Voxanne key ring. Without this file nothing stored can be read. Keep a copy apart from the data.\n",
        );
        for (number, key) in &self.keys {
            let _ = writeln!(out, "{number} {}", URL_SAFE_NO_PAD.encode(key.0));
        }
        out
    }

    /// A short fingerprint to recognise the ring by, safe to show.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for (number, key) in &self.keys {
            hash.update(number.to_be_bytes());
            hash.update(key.derive("voxanne fingerprint").0);
        }
        hash.finalize()
            .iter()
            .take(6)
            .map(|b| format!("{b:02x}"))
            .collect()
    }

    fn current(&self) -> &(u32, Key32) {
        // A ring is never empty: both constructors see to it.
        &self.keys[self.keys.len() - 1]
    }

    fn key(&self, number: u32) -> Result<&Key32, SealError> {
        self.keys
            .iter()
            .find(|(n, _)| *n == number)
            .map(|(_, key)| key)
            .ok_or(SealError::MissingKey(number))
    }

    /// Seals something that belongs to no organization or must be opened before one is known (call tokens, secrets).
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let (number, key) = self.current();
        key.derive(purpose).seal(*number, purpose, plain)
    }

    /// Opens what [`MasterRing::seal`] made for the same purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (number, _) = split(sealed)?;
        self.key(number)?.derive(purpose).open(purpose, sealed)
    }

    /// A keyed hash that is the same for the same input as long as the first key stays in the ring.
    pub fn keyed_hash(&self, purpose: &str, input: &[u8]) -> [u8; 32] {
        mac(&self.keys[0].1.derive(purpose), input)
    }
}

fn mac(key: &Key32, input: &[u8]) -> [u8; 32] {
    match <Hmac<Sha256> as KeyInit>::new_from_slice(&key.0) {
        Ok(mut mac) => {
            mac.update(input);
            mac.finalize().into_bytes().into()
        }
        Err(_) => Sha256::digest([&key.0[..], input].concat()).into(),
    }
}

/// The keys of one organization, unwrapped. Deleting the wrapped row makes its content unreadable everywhere.
#[derive(Clone)]
pub struct OrgKeys {
    org: OrgId,
    content: Key32,
    search: Key32,
    object: Key32,
}

impl fmt::Debug for OrgKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrgKeys({})", self.org)
    }
}

impl OrgKeys {
    /// New keys for an organization and their wrapped form to store.
    pub fn generate(org: OrgId, ring: &MasterRing) -> (Self, Vec<u8>) {
        let root = Key32::random();
        let wrapped = ring.seal(&format!("voxanne org {org}"), &root.0);
        (Self::from_root(org, &root), wrapped)
    }

    /// The keys from their stored, wrapped form.
    pub fn unwrap(org: OrgId, ring: &MasterRing, wrapped: &[u8]) -> Result<Self, SealError> {
        let root = ring.open(&format!("voxanne org {org}"), wrapped)?;
        Ok(Self::from_root(
            org,
            &Key32(root.try_into().map_err(|_| SealError::Altered)?),
        ))
    }

    fn from_root(org: OrgId, root: &Key32) -> Self {
        Self {
            org,
            content: root.derive("content"),
            search: root.derive("search"),
            object: root.derive("object"),
        }
    }

    /// Seals content of `column` (for example `segments.text`).
    pub fn seal(&self, column: &str, plain: &[u8]) -> Vec<u8> {
        self.content
            .seal(1, &format!("{}/{column}", self.org), plain)
    }

    /// Opens content of `column`.
    pub fn open(&self, column: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.content.open(&format!("{}/{column}", self.org), sealed)
    }

    /// Seals a value as JSON.
    pub fn seal_json<T: serde::Serialize>(&self, column: &str, value: &T) -> Vec<u8> {
        self.seal(column, &serde_json::to_vec(value).unwrap_or_default())
    }

    /// Opens a value sealed as JSON.
    pub fn open_json<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
        sealed: &[u8],
    ) -> Result<T, SealError> {
        serde_json::from_slice(&self.open(column, sealed)?).map_err(|_| SealError::Altered)
    }

    /// The blind index of a normalized value (a number, a word): equal values meet, nothing else can be read from it.
    pub fn blind(&self, kind: &str, normalized: &str) -> [u8; 16] {
        let full = mac(&self.search.derive(kind), normalized.as_bytes());
        let mut out = [0_u8; 16];
        out.copy_from_slice(&full[..16]);
        out
    }

    /// Seals one frame of an object; `aad` names object, frame and whether it is the last.
    pub fn seal_object(&self, aad: &str, plain: &[u8]) -> Vec<u8> {
        self.object.seal(1, aad, plain)
    }

    /// Opens one frame of an object.
    pub fn open_object(&self, aad: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.object.open(aad, sealed)
    }
}

/// A random token of 256 bits, URL-safe.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(Key32::random().0)
}

/// The hash under which a token is stored.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_content_opens_only_in_its_place_and_tenant() {
        let ring = MasterRing::parse(&MasterRing::generate().to_text()).unwrap();
        let org = OrgId::new();
        let (keys, wrapped) = OrgKeys::generate(org, &ring);
        let sealed = keys.seal("segments.text", b"my name is Ada");
        assert!(!sealed.windows(3).any(|w| w == b"Ada"));
        let again = OrgKeys::unwrap(org, &ring, &wrapped).unwrap();
        assert_eq!(
            again.open("segments.text", &sealed).unwrap(),
            b"my name is Ada"
        );
        assert_eq!(again.open("turns.body", &sealed), Err(SealError::Altered));
        let (other, _) = OrgKeys::generate(OrgId::new(), &ring);
        assert_eq!(
            other.open("segments.text", &sealed),
            Err(SealError::Altered)
        );
        assert!(OrgKeys::unwrap(OrgId::new(), &ring, &wrapped).is_err());
        assert!(OrgKeys::unwrap(org, &MasterRing::generate(), &wrapped).is_err());
    }

    #[test]
    fn every_altered_byte_is_noticed() {
        let ring = MasterRing::generate();
        let sealed = ring.seal("token", b"x");
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(ring.open("token", &bad).is_err(), "byte {at}");
        }
        assert!(ring.open("other", &sealed).is_err());
    }

    #[test]
    fn blind_index_is_stable_per_tenant_and_differs_between_them() {
        let ring = MasterRing::generate();
        let (a, wrapped) = OrgKeys::generate(OrgId::new(), &ring);
        let again = OrgKeys::unwrap(a.org, &ring, &wrapped).unwrap();
        let (b, _) = OrgKeys::generate(OrgId::new(), &ring);
        assert_eq!(
            a.blind("number", "+14155550100"),
            again.blind("number", "+14155550100")
        );
        assert_ne!(
            a.blind("number", "+14155550100"),
            b.blind("number", "+14155550100")
        );
        assert_ne!(a.blind("number", "x"), a.blind("word", "x"));
    }
}
