//! The call token: what a call carries, sealed, so that a chat completion needs no database to know whose it is.
//!
//! Self-contained on purpose: it survives a restart, works on every node, and opens exactly one call of one clinic.

use super::Frozen;
use crate::{
    ids::{IntegrationId, OrgId},
    seal::{MasterRing, SealError},
    time::Millis,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

const PURPOSE: &str = "voxanne call token";

/// The content of a call token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallToken {
    /// Whose call.
    #[serde(rename = "o")]
    pub org: OrgId,
    /// By which connection.
    #[serde(rename = "i")]
    pub integration: IntegrationId,
    /// The provider's id of the call.
    #[serde(rename = "c")]
    pub call: String,
    /// The configuration it carries.
    #[serde(rename = "f")]
    pub frozen: Frozen,
    /// Not valid after.
    #[serde(rename = "e")]
    pub expires: Millis,
}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not one of ours, or altered.
    #[error("the call token is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the call token has expired")]
    Expired,
}

impl From<SealError> for TokenError {
    fn from(_: SealError) -> Self {
        Self::Invalid
    }
}

impl CallToken {
    /// The text to hand to the provider.
    pub fn seal(&self, ring: &MasterRing) -> String {
        URL_SAFE_NO_PAD.encode(ring.seal(PURPOSE, &serde_json::to_vec(self).unwrap_or_default()))
    }

    /// The token of a text the provider sent back.
    pub fn open(text: &str, ring: &MasterRing, now: Millis) -> Result<Self, TokenError> {
        if text.len() > 2_048 {
            return Err(TokenError::Invalid);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| TokenError::Invalid)?;
        let token: Self = serde_json::from_slice(&ring.open(PURPOSE, &bytes)?)
            .map_err(|_| TokenError::Invalid)?;
        if now > token.expires {
            Err(TokenError::Expired)
        } else {
            Ok(token)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AgentId;

    #[test]
    fn a_token_opens_only_with_the_ring_and_in_time() {
        let ring = MasterRing::generate();
        let token = CallToken {
            org: OrgId::new(),
            integration: IntegrationId::new(),
            call: "c1".into(),
            frozen: Frozen {
                agent: AgentId::new(),
                agent_version: 3,
                policy_version: 1,
                knowledge_rev: 9,
            },
            expires: Millis(1_000),
        };
        let text = token.seal(&ring);
        assert_eq!(CallToken::open(&text, &ring, Millis(900)), Ok(token));
        assert_eq!(
            CallToken::open(&text, &ring, Millis(1_001)),
            Err(TokenError::Expired)
        );
        assert_eq!(
            CallToken::open(&text, &MasterRing::generate(), Millis(0)),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            CallToken::open("x", &ring, Millis(0)),
            Err(TokenError::Invalid)
        );
    }
}
