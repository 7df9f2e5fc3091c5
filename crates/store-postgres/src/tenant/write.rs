//! The writing side of the port.

use super::Tenant;
use crate::{
    call_list, calls, escalations, inbox, jobs, knowledge, people, recordings, settings,
    sql::{Id, failed},
};
use async_trait::async_trait;
use voxanne_core::{
    agent::AgentVersion,
    call::{Recording, Segment, TurnRow, escalation::Step, fold::CallState},
    ids::{ApiKeyId, CallId, DocumentId, JobId, PhoneNumberId, UserId},
    inbox::InboxItem,
    jobs::{Lease, NewJob},
    log::{NewEvent, Seq},
    ports::store::{
        ApiKey, Chunk, Document, Integration, Organization, PhoneNumber, StoreError, StoredVectors,
        TenantTx,
    },
    tenancy::Role,
    time::Millis,
};

type Done = Result<(), StoreError>;

#[async_trait]
impl TenantTx for Tenant {
    fn emit(&mut self, event: NewEvent) {
        self.collected.events.push(event);
    }

    fn enqueue(&mut self, job: NewJob) {
        self.collected.jobs.push(job);
    }

    fn audit(&mut self, action: &'static str, object: Option<String>) {
        self.collected.audit.push((action, object));
    }

    fn now(&self) -> Millis {
        self.now
    }

    async fn put_call_state(&mut self, state: &CallState, steps: &[Step]) -> Done {
        let of = self.scope();
        if state.call.org.uuid() != of.org {
            return Err(StoreError::Stale("call"));
        }
        calls::put(of.on, &[(&state.call, of.keys)], false)
            .await
            .map_err(failed)?;
        if let Some(escalation) = &state.escalation {
            escalations::put(of.on, &[(of.org, escalation)])
                .await
                .map_err(failed)?;
            let steps: Vec<_> = steps.iter().map(|s| (of.org, escalation.id, s)).collect();
            escalations::add_steps(of.on, &steps)
                .await
                .map_err(failed)?;
        }
        if let Some(item) = &state.inbox {
            inbox::put(of.on, &[(of.org, item, of.keys)])
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    async fn add_segments(&mut self, call: CallId, segments: &[Segment]) -> Done {
        let of = self.scope();
        let said: Vec<_> = segments
            .iter()
            .map(|s| (of.org, call, s, of.keys))
            .collect();
        calls::add_segments(of.on, &said).await.map_err(failed)
    }

    async fn put_turn(&mut self, call: CallId, turn: &TurnRow) -> Done {
        calls::put_turn(self.scope(), call, turn).await
    }

    async fn put_inbox(&mut self, item: &InboxItem) -> Done {
        let of = self.scope();
        inbox::put(of.on, &[(of.org, item, of.keys)])
            .await
            .map_err(failed)
    }

    async fn put_recording(&mut self, recording: &Recording) -> Done {
        let of = self.scope();
        recordings::put(of.on, &[(of.org, recording)], false)
            .await
            .map_err(failed)
    }

    async fn put_call_terms(&mut self, call: CallId, words: &[String]) -> Done {
        call_list::put_terms(self.scope(), call, words).await
    }

    async fn put_document(&mut self, document: &Document) -> Done {
        knowledge::put(self.scope(), document).await
    }

    async fn next_knowledge_rev(&mut self) -> Result<u64, StoreError> {
        knowledge::next_rev(self.scope()).await
    }

    async fn add_chunks(&mut self, chunks: &[Chunk]) -> Done {
        knowledge::add_chunks(self.scope(), chunks).await
    }

    async fn remove_chunks(&mut self, document: DocumentId, rev: u64) -> Done {
        knowledge::remove_chunks(self.scope(), document, rev).await
    }

    async fn delete_chunks(&mut self, document: DocumentId, most: u32) -> Result<u64, StoreError> {
        knowledge::delete_chunks(self.scope(), document, most).await
    }

    async fn put_vectors(&mut self, vectors: &[StoredVectors]) -> Done {
        knowledge::put_vectors(self.scope(), vectors).await
    }

    async fn put_organization(&mut self, organization: &Organization) -> Done {
        people::put_organization(self.scope(), organization).await
    }

    async fn put_member(&mut self, user: UserId, role: Role) -> Done {
        people::put_member(self.scope(), user, role).await
    }

    async fn remove_member(&mut self, user: UserId) -> Done {
        let now = self.now;
        people::remove_member(self.scope(), user, now).await
    }

    async fn add_api_key(&mut self, key: &ApiKey) -> Done {
        people::add_api_key(self.scope(), key).await
    }

    async fn revoke_api_key(&mut self, id: ApiKeyId) -> Result<bool, StoreError> {
        let now = self.now;
        people::revoke_api_key(self.scope(), id, now).await
    }

    async fn add_agent_version(&mut self, expected: u32, version: &AgentVersion) -> Done {
        settings::add_agent_version(self.scope(), expected, version).await
    }

    async fn put_integration(&mut self, integration: &Integration) -> Done {
        settings::put_integration(self.scope(), integration).await
    }

    async fn put_phone_number(&mut self, number: &PhoneNumber) -> Done {
        settings::put_phone_number(self.scope(), number).await
    }

    async fn remove_phone_number(&mut self, id: PhoneNumberId) -> Result<bool, StoreError> {
        settings::remove_phone_number(self.scope(), id).await
    }

    async fn put_setting(&mut self, key: &str, json: &str) -> Done {
        settings::put_setting(self.scope(), key, json).await
    }

    async fn retry_job(&mut self, id: JobId) -> Result<bool, StoreError> {
        let now = self.now;
        let found = jobs::retry(self.scope(), id, now).await?;
        self.collected.woke |= found;
        Ok(found)
    }

    async fn finish_job(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        jobs::finish(self.scope(), lease).await
    }

    async fn commit(self: Box<Self>) -> Result<Seq, StoreError> {
        self.flush().await
    }
}
