//! A tenant's rows: snapshots and write transactions of one organization.

use super::{
    ApiKey, AuditRow, CallFilter, Chunk, DayCounts, Document, InboxFilter, Integration, Member,
    Organization, PhoneNumber, StoreError, StoredVectors,
};
use crate::{
    agent::AgentVersion,
    call::{
        Call, ProviderCallId, Recording, Segment, Track, TurnRow,
        escalation::{Escalation, Step},
        fold::CallState,
    },
    ids::{
        ApiKeyId, CallId, ChunkId, DocumentId, EscalationId, InboxId, IntegrationId, OrgId,
        PhoneNumberId, RecordingId, UserId,
    },
    inbox::InboxItem,
    jobs::NewJob,
    log::{Event, NewEvent, Seq},
    page::{Limit, Page},
    tenancy::Role,
    time::Millis,
};
use async_trait::async_trait;

/// A call with its escalation, as lists need it.
pub type ListedCall = (Call, Option<Escalation>);
/// An inbox item with its escalation and call, as lists need it.
pub type ListedInbox = (InboxItem, Option<Escalation>, Option<Call>);

/// What can be read of one organization. All reads of one value see the same snapshot.
#[async_trait]
pub trait TenantRead: Send {
    /// Whose.
    fn org(&self) -> OrgId;

    /// The head of the log in this snapshot.
    async fn head(&mut self) -> Result<Seq, StoreError>;
    /// The oldest number still kept minus one: a cursor below it must resync.
    async fn floor(&mut self) -> Result<Seq, StoreError>;
    /// Events with `from < seq <= to`, at most `most`, in order.
    async fn events(&mut self, from: Seq, to: Seq, most: u32) -> Result<Vec<Event>, StoreError>;

    /// One call.
    async fn call(&mut self, id: CallId) -> Result<Option<Call>, StoreError>;
    /// The call, its latest escalation and that one's inbox item: what the fold works on.
    async fn call_state(&mut self, id: CallId) -> Result<Option<CallState>, StoreError>;
    /// The call with the provider's id; `integration` is none for the built-in engine.
    async fn call_by_provider(
        &mut self,
        integration: Option<IntegrationId>,
        id: &ProviderCallId,
    ) -> Result<Option<Call>, StoreError>;
    /// Calls, newest first. Cursor: (started_at, id) of the last row. Examines at most 5,000 rows, else returns what it has
    /// with `searched_back_to`.
    async fn calls(
        &mut self,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ListedCall>, StoreError>;
    /// Segments of one revision by (start, ordinal). Cursor: (started_at, ordinal) of the last row.
    async fn segments(
        &mut self,
        call: CallId,
        rev: u32,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Segment>, StoreError>;
    /// Turns, oldest first, the newest 200.
    async fn turns(&mut self, call: CallId) -> Result<Vec<TurnRow>, StoreError>;
    /// Escalations of a call with their steps, oldest first.
    async fn escalations(
        &mut self,
        call: CallId,
    ) -> Result<Vec<(Escalation, Vec<Step>)>, StoreError>;
    /// One escalation.
    async fn escalation(&mut self, id: EscalationId) -> Result<Option<Escalation>, StoreError>;
    /// Recordings of a call.
    async fn recordings(&mut self, call: CallId) -> Result<Vec<Recording>, StoreError>;
    /// One recording.
    async fn recording(&mut self, id: RecordingId) -> Result<Option<Recording>, StoreError>;
    /// The recording of a track.
    async fn recording_of(
        &mut self,
        call: CallId,
        track: Track,
    ) -> Result<Option<Recording>, StoreError>;
    /// Calls begun in `from..to` counted by outcome.
    async fn day_counts(&mut self, from: Millis, to: Millis) -> Result<DayCounts, StoreError>;
    /// How many calls ring and how many are live.
    async fn live_counts(&mut self) -> Result<(u64, u64), StoreError>;

    /// Inbox items: open ones by urgency, then age; closed ones newest first.
    async fn inbox(
        &mut self,
        filter: InboxFilter,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ListedInbox>, StoreError>;
    /// One item.
    async fn inbox_item(&mut self, id: InboxId) -> Result<Option<ListedInbox>, StoreError>;
    /// How many are open.
    async fn inbox_open(&mut self) -> Result<u64, StoreError>;

    /// Documents not removed, newest first.
    async fn documents(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Document>, StoreError>;
    /// One document, removed or not.
    async fn document(&mut self, id: DocumentId) -> Result<Option<Document>, StoreError>;
    /// The document with these bytes, unless removed.
    async fn document_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<Document>, StoreError>;
    /// The knowledge revision in force.
    async fn knowledge_rev(&mut self) -> Result<u64, StoreError>;
    /// Passages that count at `rev`, after `after` by id, at most `most`; with the title of each one's document.
    async fn chunks_at(
        &mut self,
        rev: u64,
        after: Option<ChunkId>,
        most: u32,
    ) -> Result<Vec<(Chunk, String)>, StoreError>;
    /// Passages of one document by position, after `after` (none = from the first), at most `most`.
    async fn chunks_of(
        &mut self,
        document: DocumentId,
        after: Option<u32>,
        most: u32,
    ) -> Result<Vec<Chunk>, StoreError>;
    /// Vectors of these passages by this model.
    async fn vectors(
        &mut self,
        model: &str,
        chunks: &[ChunkId],
    ) -> Result<Vec<StoredVectors>, StoreError>;
    /// Passages of a document without vectors by this model, by position, at most `most`.
    async fn unembedded(
        &mut self,
        document: DocumentId,
        model: &str,
        most: u32,
    ) -> Result<Vec<Chunk>, StoreError>;
    /// Passages that count now, and how many of them have vectors by this model.
    async fn knowledge_counts(&mut self, model: &str) -> Result<(u64, u64), StoreError>;

    /// The organization.
    async fn organization(&mut self) -> Result<Organization, StoreError>;
    /// Members by name.
    async fn members(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<Member>, StoreError>;
    /// One member.
    async fn member(&mut self, user: UserId) -> Result<Option<Member>, StoreError>;
    /// How many owners there are.
    async fn owners(&mut self) -> Result<u64, StoreError>;
    /// API keys, newest first.
    async fn api_keys(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<ApiKey>, StoreError>;
    /// The receptionist's version in force.
    async fn agent_current(&mut self) -> Result<Option<AgentVersion>, StoreError>;
    /// One version.
    async fn agent_version(&mut self, no: u32) -> Result<Option<AgentVersion>, StoreError>;
    /// Versions, newest first.
    async fn agent_versions(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<AgentVersion>, StoreError>;
    /// Connections.
    async fn integrations(&mut self) -> Result<Vec<Integration>, StoreError>;
    /// Numbers.
    async fn phone_numbers(&mut self) -> Result<Vec<PhoneNumber>, StoreError>;
    /// A setting as JSON.
    async fn setting(&mut self, key: &str) -> Result<Option<String>, StoreError>;
    /// The audit trail, newest first.
    async fn audit_trail(
        &mut self,
        cursor: Option<&str>,
        limit: Limit,
    ) -> Result<Page<AuditRow>, StoreError>;
    /// Job counts of this organization by kind.
    async fn job_counts(&mut self) -> Result<Vec<crate::jobs::JobCount>, StoreError>;
    /// Dead letters of this organization, newest first, at most 100.
    async fn dead_jobs(&mut self) -> Result<Vec<crate::jobs::DeadJob>, StoreError>;
}

/// A write transaction of one organization. At most 200 rows each; does only SQL; no await on anything but itself.
#[async_trait]
pub trait TenantTx: TenantRead {
    /// Collects an event; it gets its number at commit.
    fn emit(&mut self, event: NewEvent);
    /// Collects a job; the same open (kind, key) is kept once, at the earlier of the two times while nobody works on it.
    fn enqueue(&mut self, job: NewJob);
    /// Collects a line of the audit trail.
    fn audit(&mut self, action: &'static str, object: Option<String>);
    /// The time of this transaction, as written into rows; set once at its beginning.
    fn now(&self) -> Millis;

    /// Writes the call, its escalation and its inbox item back (insert or update), with new steps.
    async fn put_call_state(&mut self, state: &CallState, steps: &[Step])
    -> Result<(), StoreError>;
    /// Adds segments.
    async fn add_segments(&mut self, call: CallId, segments: &[Segment]) -> Result<(), StoreError>;
    /// Writes a turn; the same number is replaced.
    async fn put_turn(&mut self, call: CallId, turn: &TurnRow) -> Result<(), StoreError>;
    /// Inserts or updates an inbox item that belongs to no escalation.
    async fn put_inbox(&mut self, item: &InboxItem) -> Result<(), StoreError>;
    /// Inserts or updates a recording.
    async fn put_recording(&mut self, recording: &Recording) -> Result<(), StoreError>;
    /// Writes the word index of a call: hashed terms, sorted, at most 4,000.
    async fn put_call_terms(&mut self, call: CallId, words: &[String]) -> Result<(), StoreError>;

    /// Inserts or updates a document.
    async fn put_document(&mut self, document: &Document) -> Result<(), StoreError>;
    /// Raises the knowledge revision by one and returns it.
    async fn next_knowledge_rev(&mut self) -> Result<u64, StoreError>;
    /// Adds passages.
    async fn add_chunks(&mut self, chunks: &[Chunk]) -> Result<(), StoreError>;
    /// Marks all passages of a document as not counting from `rev` on.
    async fn remove_chunks(&mut self, document: DocumentId, rev: u64) -> Result<(), StoreError>;
    /// Deletes passages and vectors of a removed document for good, at most `most`; returns how many went.
    async fn delete_chunks(&mut self, document: DocumentId, most: u32) -> Result<u64, StoreError>;
    /// Adds vectors; existing ones are replaced.
    async fn put_vectors(&mut self, vectors: &[StoredVectors]) -> Result<(), StoreError>;

    /// Updates name, zone, language and country.
    async fn put_organization(&mut self, organization: &Organization) -> Result<(), StoreError>;
    /// Makes a person a member, or changes the role.
    async fn put_member(&mut self, user: UserId, role: Role) -> Result<(), StoreError>;
    /// Takes a person out and revokes the person's sessions here.
    async fn remove_member(&mut self, user: UserId) -> Result<(), StoreError>;
    /// Adds an API key.
    async fn add_api_key(&mut self, key: &ApiKey) -> Result<(), StoreError>;
    /// Revokes an API key; false when there is none.
    async fn revoke_api_key(&mut self, id: ApiKeyId) -> Result<bool, StoreError>;
    /// Adds the next version; `Stale` when `expected` is not the one in force (0 = none yet).
    async fn add_agent_version(
        &mut self,
        expected: u32,
        version: &AgentVersion,
    ) -> Result<(), StoreError>;
    /// Inserts or updates a connection with its hook.
    async fn put_integration(&mut self, integration: &Integration) -> Result<(), StoreError>;
    /// Inserts or updates a number; `Conflict` when another row has its provider id.
    async fn put_phone_number(&mut self, number: &PhoneNumber) -> Result<(), StoreError>;
    /// Removes a number; false when there is none.
    async fn remove_phone_number(&mut self, id: PhoneNumberId) -> Result<bool, StoreError>;
    /// Writes a setting.
    async fn put_setting(&mut self, key: &str, json: &str) -> Result<(), StoreError>;
    /// Makes a dead job open again, now; false when there is none.
    async fn retry_job(&mut self, id: crate::ids::JobId) -> Result<bool, StoreError>;
    /// Deletes the leased job in this transaction (the effect and its end are one); false when the lease is lost.
    async fn finish_job(&mut self, lease: &crate::jobs::Lease) -> Result<bool, StoreError>;

    /// Flushes events, jobs and audit, updates the head last, commits. The new head. The log numbers are gap-free.
    async fn commit(self: Box<Self>) -> Result<Seq, StoreError>;
}
