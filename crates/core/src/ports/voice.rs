//! Voice providers, outgoing only: what is asked of a running call. Facts come back through intake, never as an answer here.

use crate::{
    call::{
        Provider, ProviderCallId, Track,
        message::{CallMessage, Sighting, TargetChoice},
    },
    ids::{CallId, IntegrationId, OrgId},
    pii::{Pii, Secret},
    safety::Approved,
    time::{Deadline, Millis},
};
use async_trait::async_trait;
use futures::stream::BoxStream;
use std::collections::BTreeMap;

/// What a provider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Hands a caller over only when the target accepted.
    pub warm_transfer: bool,
    /// Tells whether a person accepted.
    pub confirms_human: bool,
    /// Has recordings.
    pub recordings: bool,
    /// Sends words while they are spoken.
    pub partials: bool,
}

/// The provider took the request. Not a confirmation: nothing can be built from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted(());

impl Accepted {
    /// The request was taken.
    pub const fn by_provider() -> Self {
        Self(())
    }
}

/// Why a request was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// The call is over.
    #[error("the call is over")]
    Gone,
    /// The provider said no.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// Not reachable.
    #[error("the provider is unreachable: {why}")]
    Unreachable {
        /// Nothing was sent.
        certainly_not_done: bool,
        /// Why, without caller data.
        why: String,
    },
    /// Not answered by the deadline.
    #[error("the provider did not answer in time")]
    Late,
}

/// A running call as the provider is addressed about it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Our id.
    pub call: CallId,
    /// Whose.
    pub org: OrgId,
    /// The connection.
    pub integration: Option<IntegrationId>,
    /// The provider's id.
    pub provider_call_id: ProviderCallId,
    /// Where the call is controlled, once known.
    pub control: Option<Secret>,
}

/// How a number of the clinic shall be set up at the provider.
#[derive(Debug, Clone)]
pub struct NumberPlan {
    /// The provider's id of the number.
    pub provider_id: String,
    /// Where its calls are announced.
    pub hook_url: String,
    /// The clinic's own line for when we do not answer.
    pub fallback_number: Option<Pii<String>>,
    /// Spoken before the caller is sent there.
    pub failure_words: Approved,
}

/// How a number is set up at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberCheck {
    /// Calls are announced at our address.
    pub announces_here: bool,
    /// No assistant of the provider takes the calls before we are asked.
    pub asks_us: bool,
    /// Webhooks carry a signature or a bearer.
    pub proves_itself: bool,
    /// A failed webhook is sent again.
    pub retries: bool,
    /// Calls go to the clinic's own line when we do not answer.
    pub has_fallback: bool,
}

impl NumberCheck {
    /// Everything is as it shall be.
    pub fn is_right(self) -> bool {
        self.announces_here
            && self.asks_us
            && self.proves_itself
            && self.retries
            && self.has_fallback
    }
}

/// What the provider knows of a call, as the messages its webhooks would have brought.
#[derive(Debug, Clone)]
pub struct CallFacts {
    /// The provider's id.
    pub call: ProviderCallId,
    /// When it began.
    pub started_at: Millis,
    /// In the order in which they happened, with their times.
    pub messages: Vec<(Millis, CallMessage)>,
    /// What came along.
    pub seen: Sighting,
    /// It is over.
    pub ended: bool,
}

/// A recording being downloaded.
pub struct Download {
    /// Length of the whole, where said.
    pub len: Option<u64>,
    /// First byte of this stream.
    pub from: u64,
    /// Identifies the version of the file, where said.
    pub etag: Option<String>,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Vec<u8>, RecordingError>>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Download(from {}, len {:?})", self.from, self.len)
    }
}

/// Why a recording did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// Not there yet: later.
    #[error("the recording is not there yet")]
    NotYet,
    /// It will never be there.
    #[error("the provider has no recording of this call")]
    Gone,
    /// The key is wrong or the account may not.
    #[error("the provider refused the recording: {0}")]
    Refused(String),
    /// The connection broke.
    #[error("the download broke off: {0}")]
    Cut(String),
}

/// A voice provider.
#[async_trait]
pub trait Voice: Send + Sync {
    /// Which one.
    fn provider(&self) -> Provider;
    /// What it can do.
    fn abilities(&self) -> Abilities;
    /// Its parts that failed repeatedly and are left alone for a moment, and for how many organizations.
    fn resting(&self) -> BTreeMap<&'static str, u64>;
    /// Speaks; with `then_end` hangs up after.
    async fn say(
        &self,
        line: &Line,
        words: &Approved,
        then_end: bool,
        by: Deadline,
    ) -> Result<Accepted, VoiceError>;
    /// Sends the caller to a target.
    async fn transfer(
        &self,
        line: &Line,
        to: &TargetChoice,
        announce: &Approved,
        by: Deadline,
    ) -> Result<Accepted, VoiceError>;
    /// Hangs up.
    async fn end(&self, line: &Line, by: Deadline) -> Result<Accepted, VoiceError>;
    /// What it knows of one call.
    async fn lookup(
        &self,
        org: OrgId,
        integration: IntegrationId,
        call: &ProviderCallId,
        by: Deadline,
    ) -> Result<Option<CallFacts>, VoiceError>;
    /// What it knows of calls begun since, oldest first, at most 100.
    async fn list(
        &self,
        org: OrgId,
        integration: IntegrationId,
        since: Millis,
        by: Deadline,
    ) -> Result<Vec<CallFacts>, VoiceError>;
    /// How a number is set up, after it was set up by the plan where `repair` asks for it and something was different.
    async fn number(
        &self,
        org: OrgId,
        integration: IntegrationId,
        plan: &NumberPlan,
        repair: bool,
        by: Deadline,
    ) -> Result<NumberCheck, VoiceError>;
    /// A recording from byte `from` on; `etag` makes a changed file start anew at 0.
    async fn recording(
        &self,
        line: &Line,
        track: Track,
        from: u64,
        etag: Option<&str>,
    ) -> Result<Download, RecordingError>;
}
