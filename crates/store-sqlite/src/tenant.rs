//! What can be read of one organization, on a snapshot or inside a write transaction.

use crate::{
    call_list, calls, escalations, inbox, jobs, knowledge, log, people,
    rows::Cx,
    settings,
    store::{Held, Shared, Writer},
};
use async_trait::async_trait;
use sqlx::SqliteConnection;
use std::sync::Arc;
use voxanne_core::{
    agent::AgentVersion,
    call::{
        Call, ProviderCallId, Recording, Segment, Track, TurnRow,
        escalation::{Escalation, Step},
        fold::CallState,
    },
    ids::{
        CallId, ChunkId, DocumentId, EscalationId, InboxId, IntegrationId, OrgId, RecordingId,
        UserId,
    },
    jobs::{DeadJob, JobCount},
    log::{Event, Seq},
    page::{Limit, Page},
    ports::store::{
        ApiKey, AuditRow, CallFilter, Chunk, DayCounts, Document, InboxFilter, Integration, Member,
        Organization, PhoneNumber, StoreError, StoredVectors, TenantRead,
        tenant::{ListedCall, ListedInbox},
    },
    seal::OrgKeys,
    tenancy::Actor,
    time::Millis,
};

/// One organization on a held connection.
pub(crate) struct Tenant<H> {
    pub(crate) org: OrgId,
    pub(crate) keys: Arc<OrgKeys>,
    pub(crate) held: H,
}

impl<H: Held> Tenant<H> {
    pub(crate) fn cx(&mut self) -> Cx<'_> {
        Cx {
            conn: self.held.conn(),
            org: self.org,
            keys: &self.keys,
        }
    }
}

/// The writer and what its transaction collected so far.
pub(crate) struct Collected {
    pub(crate) shared: Arc<Shared>,
    pub(crate) writer: Writer,
    pub(crate) actor: String,
    pub(crate) now: Millis,
    pub(crate) pending: log::Pending,
}

impl Collected {
    pub(crate) fn new(shared: Arc<Shared>, writer: Writer, actor: &Actor) -> Self {
        Self {
            now: shared.now(),
            shared,
            writer,
            actor: actor.who.audit_word(),
            pending: log::Pending::default(),
        }
    }
}

impl Held for Collected {
    fn conn(&mut self) -> &mut SqliteConnection {
        self.writer.conn()
    }
}

#[async_trait]
impl<H: Held> TenantRead for Tenant<H> {
    fn org(&self) -> OrgId {
        self.org
    }

    async fn head(&mut self) -> Result<Seq, StoreError> {
        log::head(self.cx()).await
    }

    async fn floor(&mut self) -> Result<Seq, StoreError> {
        log::floor(self.cx()).await
    }

    async fn events(&mut self, from: Seq, to: Seq, most: u32) -> Result<Vec<Event>, StoreError> {
        log::events(self.cx(), from, to, most).await
    }

    async fn call(&mut self, id: CallId) -> Result<Option<Call>, StoreError> {
        calls::one(self.cx(), id).await
    }

    async fn call_state(&mut self, id: CallId) -> Result<Option<CallState>, StoreError> {
        calls::state(self.cx(), id).await
    }

    async fn call_by_provider(
        &mut self,
        integration: Option<IntegrationId>,
        id: &ProviderCallId,
    ) -> Result<Option<Call>, StoreError> {
        calls::by_provider(self.cx(), integration, id).await
    }

    async fn calls(
        &mut self,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ListedCall>, StoreError> {
        call_list::list(self.cx(), filter, cursor, limit).await
    }

    async fn segments(
        &mut self,
        call: CallId,
        rev: u32,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Segment>, StoreError> {
        calls::segments(self.cx(), call, rev, cursor, limit).await
    }

    async fn turns(&mut self, call: CallId) -> Result<Vec<TurnRow>, StoreError> {
        calls::turns(self.cx(), call).await
    }

    async fn escalations(
        &mut self,
        call: CallId,
    ) -> Result<Vec<(Escalation, Vec<Step>)>, StoreError> {
        escalations::of_call(self.cx(), call).await
    }

    async fn escalation(&mut self, id: EscalationId) -> Result<Option<Escalation>, StoreError> {
        escalations::one(self.cx(), id).await
    }

    async fn recordings(&mut self, call: CallId) -> Result<Vec<Recording>, StoreError> {
        calls::recordings(self.cx(), call).await
    }

    async fn recording(&mut self, id: RecordingId) -> Result<Option<Recording>, StoreError> {
        calls::recording(self.cx(), id).await
    }

    async fn recording_of(
        &mut self,
        call: CallId,
        track: Track,
    ) -> Result<Option<Recording>, StoreError> {
        calls::recording_of(self.cx(), call, track).await
    }

    async fn day_counts(&mut self, from: Millis, to: Millis) -> Result<DayCounts, StoreError> {
        calls::day_counts(self.cx(), from, to).await
    }

    async fn live_counts(&mut self) -> Result<(u64, u64), StoreError> {
        calls::live_counts(self.cx()).await
    }

    async fn inbox(
        &mut self,
        filter: InboxFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ListedInbox>, StoreError> {
        inbox::list(self.cx(), filter, cursor, limit).await
    }

    async fn inbox_item(&mut self, id: InboxId) -> Result<Option<ListedInbox>, StoreError> {
        inbox::one(self.cx(), id).await
    }

    async fn inbox_open(&mut self) -> Result<u64, StoreError> {
        inbox::open(self.cx()).await
    }

    async fn documents(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Document>, StoreError> {
        knowledge::documents(self.cx(), cursor, limit).await
    }

    async fn document(&mut self, id: DocumentId) -> Result<Option<Document>, StoreError> {
        knowledge::document(self.cx(), id).await
    }

    async fn document_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<Document>, StoreError> {
        knowledge::by_hash(self.cx(), hash).await
    }

    async fn knowledge_rev(&mut self) -> Result<u64, StoreError> {
        log::knowledge_rev(self.cx()).await
    }

    async fn chunks_at(
        &mut self,
        rev: u64,
        after: Option<ChunkId>,
        most: u32,
    ) -> Result<Vec<(Chunk, String)>, StoreError> {
        knowledge::chunks_at(self.cx(), rev, after, most).await
    }

    async fn chunks_of(
        &mut self,
        document: DocumentId,
        after: Option<u32>,
        most: u32,
    ) -> Result<Vec<Chunk>, StoreError> {
        knowledge::chunks_of(self.cx(), document, after, most).await
    }

    async fn vectors(
        &mut self,
        model: &str,
        chunks: &[ChunkId],
    ) -> Result<Vec<StoredVectors>, StoreError> {
        knowledge::vectors(self.cx(), model, chunks).await
    }

    async fn unembedded(
        &mut self,
        document: DocumentId,
        model: &str,
        most: u32,
    ) -> Result<Vec<Chunk>, StoreError> {
        knowledge::unembedded(self.cx(), document, model, most).await
    }

    async fn knowledge_counts(&mut self, model: &str) -> Result<(u64, u64), StoreError> {
        knowledge::counts(self.cx(), model).await
    }

    async fn organization(&mut self) -> Result<Organization, StoreError> {
        people::organization(self.cx()).await
    }

    async fn members(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Member>, StoreError> {
        people::members(self.cx(), cursor, limit).await
    }

    async fn member(&mut self, user: UserId) -> Result<Option<Member>, StoreError> {
        people::member(self.cx(), user).await
    }

    async fn owners(&mut self) -> Result<u64, StoreError> {
        people::owners(self.cx()).await
    }

    async fn api_keys(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ApiKey>, StoreError> {
        people::api_keys(self.cx(), cursor, limit).await
    }

    async fn agent_current(&mut self) -> Result<Option<AgentVersion>, StoreError> {
        settings::agent_current(self.cx()).await
    }

    async fn agent_version(&mut self, no: u32) -> Result<Option<AgentVersion>, StoreError> {
        settings::agent_version(self.cx(), no).await
    }

    async fn agent_versions(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<AgentVersion>, StoreError> {
        settings::agent_versions(self.cx(), cursor, limit).await
    }

    async fn integrations(&mut self) -> Result<Vec<Integration>, StoreError> {
        settings::integrations(self.cx()).await
    }

    async fn phone_numbers(&mut self) -> Result<Vec<PhoneNumber>, StoreError> {
        settings::phone_numbers(self.cx()).await
    }

    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        settings::setting(self.cx(), key).await
    }

    async fn audit_trail(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<AuditRow>, StoreError> {
        log::audit_trail(self.cx(), cursor, limit).await
    }

    async fn job_counts(&mut self) -> Result<Vec<JobCount>, StoreError> {
        jobs::counts(self.cx()).await
    }

    async fn dead_jobs(&mut self) -> Result<Vec<DeadJob>, StoreError> {
        jobs::dead(self.cx()).await
    }
}
