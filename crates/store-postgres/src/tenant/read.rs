//! The reading side of the port, in words; the statements stand with their tables.

use super::Tenant;
use crate::{
    call_list, calls, escalations, inbox, jobs, knowledge, log, people, recordings, settings,
};
use async_trait::async_trait;
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
    time::Millis,
};

type Got<T> = Result<T, StoreError>;

#[async_trait]
impl TenantRead for Tenant {
    fn org(&self) -> OrgId {
        self.org
    }

    async fn head(&mut self) -> Got<Seq> {
        log::head(&mut self.tx, self.org).await
    }

    async fn floor(&mut self) -> Got<Seq> {
        log::floor(self.scope()).await
    }

    async fn events(&mut self, from: Seq, to: Seq, most: u32) -> Got<Vec<Event>> {
        log::events(self.scope(), from, to, most).await
    }

    async fn call(&mut self, id: CallId) -> Got<Option<Call>> {
        calls::one(self.scope(), id).await
    }

    async fn call_state(&mut self, id: CallId) -> Got<Option<CallState>> {
        calls::state(self.scope(), id).await
    }

    async fn call_by_provider(
        &mut self,
        integration: Option<IntegrationId>,
        id: &ProviderCallId,
    ) -> Got<Option<Call>> {
        calls::by_provider(self.scope(), integration, id).await
    }

    async fn calls(
        &mut self,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Got<Page<ListedCall>> {
        call_list::list(self.scope(), filter, cursor, limit).await
    }

    async fn segments(
        &mut self,
        call: CallId,
        rev: u32,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Got<Page<Segment>> {
        calls::segments(self.scope(), call, rev, cursor, limit).await
    }

    async fn turns(&mut self, call: CallId) -> Got<Vec<TurnRow>> {
        calls::turns(self.scope(), call).await
    }

    async fn escalations(&mut self, call: CallId) -> Got<Vec<(Escalation, Vec<Step>)>> {
        escalations::of_call(self.scope(), call).await
    }

    async fn escalation(&mut self, id: EscalationId) -> Got<Option<Escalation>> {
        Ok(escalations::several(self.scope(), &[id]).await?.remove(&id))
    }

    async fn recordings(&mut self, call: CallId) -> Got<Vec<Recording>> {
        recordings::of_call(self.scope(), call).await
    }

    async fn recording(&mut self, id: RecordingId) -> Got<Option<Recording>> {
        recordings::one(self.scope(), id).await
    }

    async fn recording_of(&mut self, call: CallId, track: Track) -> Got<Option<Recording>> {
        recordings::of_track(self.scope(), call, track).await
    }

    async fn day_counts(&mut self, from: Millis, to: Millis) -> Got<DayCounts> {
        calls::day_counts(self.scope(), from, to).await
    }

    async fn live_counts(&mut self) -> Got<(u64, u64)> {
        calls::live_counts(self.scope()).await
    }

    async fn inbox(
        &mut self,
        filter: InboxFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Got<Page<ListedInbox>> {
        inbox::list(self.scope(), filter, cursor, limit).await
    }

    async fn inbox_item(&mut self, id: InboxId) -> Got<Option<ListedInbox>> {
        inbox::one(self.scope(), id).await
    }

    async fn inbox_open(&mut self) -> Got<u64> {
        inbox::open(self.scope()).await
    }

    async fn documents(&mut self, cursor: Option<&str>, limit: Limit) -> Got<Page<Document>> {
        knowledge::documents(self.scope(), cursor, limit).await
    }

    async fn document(&mut self, id: DocumentId) -> Got<Option<Document>> {
        knowledge::one(self.scope(), id).await
    }

    async fn document_by_hash(&mut self, hash: &[u8; 32]) -> Got<Option<Document>> {
        knowledge::by_hash(self.scope(), hash).await
    }

    async fn knowledge_rev(&mut self) -> Got<u64> {
        knowledge::rev(self.scope()).await
    }

    async fn chunks_at(
        &mut self,
        rev: u64,
        after: Option<ChunkId>,
        most: u32,
    ) -> Got<Vec<(Chunk, String)>> {
        knowledge::chunks_at(self.scope(), rev, after, most).await
    }

    async fn chunks_of(
        &mut self,
        document: DocumentId,
        after: Option<u32>,
        most: u32,
    ) -> Got<Vec<Chunk>> {
        knowledge::chunks_of(self.scope(), document, after, most).await
    }

    async fn vectors(&mut self, model: &str, chunks: &[ChunkId]) -> Got<Vec<StoredVectors>> {
        knowledge::vectors(self.scope(), model, chunks).await
    }

    async fn unembedded(
        &mut self,
        document: DocumentId,
        model: &str,
        most: u32,
    ) -> Got<Vec<Chunk>> {
        knowledge::unembedded(self.scope(), document, model, most).await
    }

    async fn knowledge_counts(&mut self, model: &str) -> Got<(u64, u64)> {
        knowledge::counts(self.scope(), model).await
    }

    async fn organization(&mut self) -> Got<Organization> {
        people::organization(self.scope()).await
    }

    async fn members(&mut self, cursor: Option<&str>, limit: Limit) -> Got<Page<Member>> {
        people::members(self.scope(), cursor, limit).await
    }

    async fn member(&mut self, user: UserId) -> Got<Option<Member>> {
        people::member(self.scope(), user).await
    }

    async fn owners(&mut self) -> Got<u64> {
        people::owners(self.scope()).await
    }

    async fn api_keys(&mut self, cursor: Option<&str>, limit: Limit) -> Got<Page<ApiKey>> {
        people::api_keys(self.scope(), cursor, limit).await
    }

    async fn agent_current(&mut self) -> Got<Option<AgentVersion>> {
        settings::agent_current(self.scope()).await
    }

    async fn agent_version(&mut self, no: u32) -> Got<Option<AgentVersion>> {
        settings::agent_version(self.scope(), no).await
    }

    async fn agent_versions(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Got<Page<AgentVersion>> {
        settings::agent_versions(self.scope(), cursor, limit).await
    }

    async fn integrations(&mut self) -> Got<Vec<Integration>> {
        settings::integrations(self.scope()).await
    }

    async fn phone_numbers(&mut self) -> Got<Vec<PhoneNumber>> {
        settings::phone_numbers(self.scope()).await
    }

    async fn setting(&mut self, key: &str) -> Got<Option<String>> {
        settings::setting(self.scope(), key).await
    }

    async fn audit_trail(&mut self, cursor: Option<&str>, limit: Limit) -> Got<Page<AuditRow>> {
        log::audit_trail(self.scope(), cursor, limit).await
    }

    async fn job_counts(&mut self) -> Got<Vec<JobCount>> {
        jobs::counts(self.scope()).await
    }

    async fn dead_jobs(&mut self) -> Got<Vec<DeadJob>> {
        jobs::dead(self.scope()).await
    }
}
