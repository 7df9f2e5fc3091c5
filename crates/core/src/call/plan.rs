//! What we answer to a ringing call: pure data, encoded by the provider's adapter.

use crate::{
    pii::{Pii, Secret},
    safety::Approved,
};

/// Our answer.
#[derive(Debug, Clone)]
pub enum CallPlan {
    /// The receptionist takes it.
    Receptionist(Box<ReceptionistPlan>),
    /// It goes to a line of the clinic at once.
    SendAway {
        /// Where to dial, E.164.
        number: Pii<String>,
        /// Spoken before.
        announce: Approved,
    },
    /// It is refused with these words.
    Refuse {
        /// Spoken before hanging up.
        words: Approved,
    },
}

/// What the provider needs to let the receptionist take a call.
#[derive(Debug, Clone)]
pub struct ReceptionistPlan {
    /// Name of the configuration, at most 40 characters, no caller data.
    pub label: String,
    /// The greeting.
    pub first_message: Approved,
    /// Base address of our chat completions for this connection.
    pub llm_url: String,
    /// The sealed call token.
    pub call_token: Secret,
    /// Where webhooks go.
    pub hook_url: String,
    /// The header that proves them, name and value, sent inline; a signature needs a credential made at the provider.
    pub hook_header: Option<(String, Secret)>,
    /// First language: `en` or `es`.
    pub language: &'static str,
    /// Whether the provider may record.
    pub record: bool,
    /// We have the key that control addresses can ask for, so they shall ask for it.
    pub guarded_control: bool,
    /// The clinic's own line for when everything fails.
    pub fallback_number: Option<Pii<String>>,
    /// Spoken when the provider fails in the middle of the call.
    pub failure_words: Approved,
}
