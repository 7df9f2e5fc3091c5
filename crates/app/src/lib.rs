//! Use cases in the order of one call: intake, conversation, escalation, recording, live, and what surrounds them.
//!
//! Knows the domain and its ports only: no engine, no provider, no web framework.

pub mod absent;
pub mod agents;
pub mod browser;
pub mod calls;
pub mod conversation;
pub mod database;
pub mod escalation;
pub mod fault;
pub mod inbox;
pub mod intake;
pub mod jobs;
pub mod knowledge;
pub mod ledger;
pub mod live;
pub mod members;
pub mod opening;
pub mod reconcile;
pub mod recording;
pub mod settings;

pub use fault::Fault;

use futures::future::BoxFuture;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use voxanne_core::{
    knowledge::Parsed,
    ports::{
        blobs::Blobs,
        embedder::{EmbedError, Embedder, Urgency},
        language::Language,
        store::Store,
        voice::Voice,
    },
    safety::Gate,
    seal::MasterRing,
    time::{Clock, Deadline, Millis},
};

/// Reads a stored document into blocks, apart from this process. The error is a sentence for staff.
pub type Extractor = Arc<
    dyn Fn(
            String,
            tokio::sync::mpsc::Receiver<Vec<u8>>,
        ) -> BoxFuture<'static, Result<Parsed, String>>
        + Send
        + Sync,
>;

/// What an application is put together from.
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Clock,
    /// The master keys.
    pub ring: Arc<MasterRing>,
    /// Objects.
    pub blobs: Arc<dyn Blobs>,
    /// The embedding model; [`absent::AbsentEmbedder`] where there is none.
    pub embedder: Arc<dyn Embedder>,
    /// A language model, where one is configured.
    pub language: Option<Arc<dyn Language>>,
    /// The gate.
    pub gate: Arc<Gate>,
    /// The hosted voice provider.
    pub vapi: Arc<dyn Voice>,
    /// Reads documents.
    pub extractor: Extractor,
    /// Our address as others reach it, without a slash at the end.
    pub public_url: String,
}

/// The application: what every use case works with.
pub struct App {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Clock,
    /// The master keys.
    pub ring: Arc<MasterRing>,
    /// Objects.
    pub blobs: Arc<dyn Blobs>,
    /// The embedding model.
    pub embedder: Arc<dyn Embedder>,
    /// A language model, where one is configured.
    pub language: Option<Arc<dyn Language>>,
    /// The gate.
    pub gate: Arc<Gate>,
    /// The hosted voice provider.
    pub vapi: Arc<dyn Voice>,
    /// Reads documents.
    pub extractor: Extractor,
    /// Our address as others reach it.
    pub public_url: String,
    /// Takes provider messages in, many in one commit.
    pub intake: intake::Intake,
    /// Follows organizations' logs for sockets.
    pub live: Arc<live::Live>,
    /// Immutable knowledge indexes and agent versions, keyed by revision.
    pub knowledge: knowledge::Knowledge,
    /// Running text calls of the built-in engine.
    pub lines: browser::Lines,
    /// What the opening answers from when the database does not.
    pub last_good: opening::LastGood,
    /// Conversations whose last turn could not be recorded.
    pub unrecorded: conversation::Unrecorded,
    /// Background tasks, awaited at the end.
    pub tasks: TaskTracker,
    /// Whether the database answers.
    pub database: database::Database,
    /// Set when the process ends.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

impl App {
    /// Puts an application together and starts its background work.
    pub fn new(parts: Parts) -> Arc<Self> {
        let app = Self::idle(parts);
        app.clone().spawn_background();
        app
    }

    /// Puts an application together without background work: for commands that do one thing and end.
    pub fn idle(parts: Parts) -> Arc<Self> {
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        Arc::new(Self {
            intake: intake::Intake::start(parts.store.clone()),
            live: live::Live::start(parts.store.clone(), &tasks, stop.clone()),
            knowledge: knowledge::Knowledge::default(),
            lines: browser::Lines::default(),
            last_good: opening::LastGood::default(),
            unrecorded: conversation::Unrecorded::default(),
            store: parts.store,
            clock: parts.clock,
            ring: parts.ring,
            blobs: parts.blobs,
            embedder: parts.embedder,
            language: parts.language,
            gate: parts.gate,
            vapi: parts.vapi,
            extractor: parts.extractor,
            public_url: parts.public_url,
            database: database::Database::default(),
            tasks,
            stop,
        })
    }

    fn spawn_background(self: Arc<Self>) {
        database::start(&self);
        jobs::start(&self);
        reconcile::start(&self);
        escalation::watchdog::start(&self);
    }

    /// The time now.
    pub fn now(&self) -> Millis {
        (self.clock)()
    }

    /// A deadline `ms` milliseconds from now.
    pub fn within(&self, ms: i64) -> Deadline {
        Deadline::after(self.now(), ms)
    }

    /// Vectors of texts within `ms` milliseconds, whatever the model does: one that ignores its deadline is not waited for.
    pub async fn embed(
        &self,
        texts: Vec<String>,
        urgency: Urgency,
        ms: i64,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let asked = self.embedder.embed(texts, urgency, self.within(ms));
        let limit = std::time::Duration::from_millis(ms.unsigned_abs());
        let answered = tokio::time::timeout(limit, asked).await;
        answered.unwrap_or(Err(EmbedError::Late))
    }

    /// Ends background work: running jobs finish or lose their lease, everything else stops.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        // Ten seconds of grace; what is not done by then is durable and is taken up again at the next start.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(10), self.tasks.wait()).await;
    }
}
