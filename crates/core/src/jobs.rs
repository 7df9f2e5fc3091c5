//! Background work: one fact, one effect, repeated until done, then a visible dead letter.

use crate::{
    call::{Track, words},
    ids::{CallId, DocumentId, JobId, OrgId, WorkerId},
    pii::Pii,
    retry::RetryPlan,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Which workers take it; a full lane never delays another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// What a caller or a waiting person feels.
    Urgent,
    /// Fetching and storing recordings.
    Recording,
    /// Documents, indexes, clean-up.
    Bulk,
}
words!(Lane { Urgent = "urgent", Recording = "recording", Bulk = "bulk" });

/// A kind of job with its payload. Versioned by its tag: a changed payload gets a new tag, old ones stay readable for a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum JobPayload {
    /// Fetch a recording from the provider and store it.
    FetchRecording {
        /// Whose.
        call: CallId,
        /// Which track.
        track: Track,
    },
    /// Close the books of an ended call: unfinished messages, unheard words, the blind word index.
    IndexCall {
        /// Which.
        call: CallId,
    },
    /// Parse, chunk and embed a document.
    ImportDocument {
        /// Which.
        document: DocumentId,
    },
    /// Remove a document's object and rows that no live call uses.
    SweepDocument {
        /// Which.
        document: DocumentId,
    },
}

impl JobPayload {
    /// The stored words of all kinds.
    pub const KINDS: [&'static str; 4] = [
        "recording.fetch",
        "call.index",
        "document.import",
        "document.sweep",
    ];

    /// The kind's stored word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::FetchRecording { .. } => "recording.fetch",
            Self::IndexCall { .. } => "call.index",
            Self::ImportDocument { .. } => "document.import",
            Self::SweepDocument { .. } => "document.sweep",
        }
    }

    /// The lane it runs in.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::FetchRecording { .. } => Lane::Recording,
            // It files what a caller left unfinished and brings unheard words to a person.
            Self::IndexCall { .. } => Lane::Urgent,
            Self::ImportDocument { .. } | Self::SweepDocument { .. } => Lane::Bulk,
        }
    }

    /// How often and how fast it is tried again.
    pub const fn retry(&self) -> RetryPlan {
        match self {
            Self::FetchRecording { .. } => RetryPlan::RECORDING,
            _ => RetryPlan::JOB,
        }
    }

    /// How long a worker may hold it without renewing, ms.
    pub const fn lease_ms(&self) -> i64 {
        60_000
    }
}

/// A job about to be enqueued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What to do.
    pub payload: JobPayload,
    /// Unique per (organization, kind) while open: enqueueing twice is enqueueing once.
    pub key: String,
    /// Not before this time; none means now.
    pub run_at: Option<Millis>,
}

impl NewJob {
    /// Fetch a recording.
    pub fn fetch_recording(call: CallId, track: Track) -> Self {
        Self {
            key: format!("{call}/{track}"),
            payload: JobPayload::FetchRecording { call, track },
            run_at: None,
        }
    }

    /// Index an ended call.
    pub fn index_call(call: CallId) -> Self {
        Self {
            key: call.to_string(),
            payload: JobPayload::IndexCall { call },
            run_at: None,
        }
    }

    /// Import a document.
    pub fn import_document(document: DocumentId) -> Self {
        Self {
            key: document.to_string(),
            payload: JobPayload::ImportDocument { document },
            run_at: None,
        }
    }

    /// Remove what is left of a document.
    pub fn sweep_document(document: DocumentId, run_at: Millis) -> Self {
        Self {
            key: document.to_string(),
            payload: JobPayload::SweepDocument { document },
            run_at: Some(run_at),
        }
    }
}

/// A claimed job's lease; settling is guarded by its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// The worker that holds it.
    pub worker: WorkerId,
    /// Drawn anew at each claim.
    pub token: i64,
}

/// A job handed to a worker; its attempt is already counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The lease.
    pub lease: Lease,
    /// Whose job.
    pub org: OrgId,
    /// What to do.
    pub payload: JobPayload,
    /// Attempts including this one.
    pub attempts: u16,
}

/// How many jobs of a lane to claim at most, in all and for each organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneQuota {
    /// The lane.
    pub lane: Lane,
    /// In all.
    pub total: u32,
    /// For each organization.
    pub per_org: u32,
}

/// How a worker settles a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// Done: the row goes.
    Done,
    /// Again at this time, with the reason.
    Again {
        /// When.
        run_at: Millis,
        /// Why; no caller text.
        why: String,
    },
    /// Never again by itself: a dead letter, with the reason.
    Dead {
        /// Why; no caller text.
        why: String,
    },
}

/// How many jobs of a kind are open and dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// The kind.
    pub kind: String,
    /// Open ones.
    pub open: u64,
    /// Dead ones.
    pub dead: u64,
    /// When the oldest open one became due.
    pub oldest: Option<Millis>,
}

/// A dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    /// The job.
    pub id: JobId,
    /// The kind.
    pub kind: String,
    /// Attempts made.
    pub attempts: u16,
    /// Why it died; no caller text.
    pub error: String,
    /// When.
    pub at: Millis,
    /// Its payload.
    pub payload: Pii<String>,
}
