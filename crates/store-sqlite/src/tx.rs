//! A write transaction of one organization.

use crate::{
    call_list, calls, escalations, inbox, jobs, knowledge, log, people, settings,
    tenant::{Collected, Tenant},
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

#[async_trait]
impl TenantTx for Tenant<Collected> {
    fn emit(&mut self, event: NewEvent) {
        self.held.pending.events.push(event);
    }

    fn enqueue(&mut self, job: NewJob) {
        self.held.pending.jobs.push(job);
    }

    fn audit(&mut self, action: &'static str, object: Option<String>) {
        self.held.pending.audit.push((action, object));
    }

    fn now(&self) -> Millis {
        self.held.now
    }

    async fn put_call_state(
        &mut self,
        state: &CallState,
        steps: &[Step],
    ) -> Result<(), StoreError> {
        if state.call.org != self.org {
            return Err(StoreError::Stale("call"));
        }
        let org = self.org;
        self.held.shared.hot.forget(state.call.id);
        let cx = self.cx();
        calls::upsert(cx.conn, vec![calls::to_row(&state.call, cx.keys)]).await?;
        if let Some(escalation) = &state.escalation {
            escalations::upsert(cx.conn, vec![escalations::to_json(org, escalation)]).await?;
            if !steps.is_empty() {
                let rows = steps
                    .iter()
                    .map(|step| escalations::step_json(org, escalation.id, step))
                    .collect();
                escalations::insert_steps(cx.conn, rows).await?;
            }
        }
        if let Some(item) = &state.inbox {
            inbox::upsert(cx.conn, vec![inbox::to_json(org, item, cx.keys)]).await?;
        }
        Ok(())
    }

    async fn add_segments(&mut self, call: CallId, segments: &[Segment]) -> Result<(), StoreError> {
        let cx = self.cx();
        let rows = segments
            .iter()
            .map(|segment| calls::segment_row(cx.org, call, segment, cx.keys))
            .collect();
        calls::insert_segments(cx.conn, rows).await
    }

    async fn put_turn(&mut self, call: CallId, turn: &TurnRow) -> Result<(), StoreError> {
        calls::put_turn(self.cx(), call, turn).await
    }

    async fn put_inbox(&mut self, item: &InboxItem) -> Result<(), StoreError> {
        if let Some(call) = item.call {
            self.held.shared.hot.forget(call);
        }
        let cx = self.cx();
        inbox::upsert(cx.conn, vec![inbox::to_json(cx.org, item, cx.keys)]).await
    }

    async fn put_recording(&mut self, recording: &Recording) -> Result<(), StoreError> {
        calls::put_recording(self.cx(), recording).await
    }

    async fn put_call_terms(&mut self, call: CallId, words: &[String]) -> Result<(), StoreError> {
        call_list::put_terms(self.cx(), call, words).await
    }

    async fn put_document(&mut self, document: &Document) -> Result<(), StoreError> {
        knowledge::put_document(self.cx(), document).await
    }

    async fn next_knowledge_rev(&mut self) -> Result<u64, StoreError> {
        knowledge::next_rev(self.cx()).await
    }

    async fn add_chunks(&mut self, chunks: &[Chunk]) -> Result<(), StoreError> {
        knowledge::add_chunks(self.cx(), chunks).await
    }

    async fn remove_chunks(&mut self, document: DocumentId, rev: u64) -> Result<(), StoreError> {
        knowledge::remove_chunks(self.cx(), document, rev).await
    }

    async fn delete_chunks(&mut self, document: DocumentId, most: u32) -> Result<u64, StoreError> {
        knowledge::delete_chunks(self.cx(), document, most).await
    }

    async fn put_vectors(&mut self, vectors: &[StoredVectors]) -> Result<(), StoreError> {
        knowledge::put_vectors(self.cx(), vectors).await
    }

    async fn put_organization(&mut self, organization: &Organization) -> Result<(), StoreError> {
        people::put_organization(self.cx(), organization).await
    }

    async fn put_member(&mut self, user: UserId, role: Role) -> Result<(), StoreError> {
        people::put_member(self.cx(), user, role).await
    }

    async fn remove_member(&mut self, user: UserId) -> Result<(), StoreError> {
        let now = self.held.now;
        people::remove_member(self.cx(), user, now).await
    }

    async fn add_api_key(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        people::add_api_key(self.cx(), key).await
    }

    async fn revoke_api_key(&mut self, id: ApiKeyId) -> Result<bool, StoreError> {
        let now = self.held.now;
        people::revoke_api_key(self.cx(), id, now).await
    }

    async fn add_agent_version(
        &mut self,
        expected: u32,
        version: &AgentVersion,
    ) -> Result<(), StoreError> {
        settings::add_agent_version(self.cx(), expected, version).await
    }

    async fn put_integration(&mut self, integration: &Integration) -> Result<(), StoreError> {
        settings::put_integration(self.cx(), integration).await
    }

    async fn put_phone_number(&mut self, number: &PhoneNumber) -> Result<(), StoreError> {
        settings::put_phone_number(self.cx(), number).await
    }

    async fn remove_phone_number(&mut self, id: PhoneNumberId) -> Result<bool, StoreError> {
        settings::remove_phone_number(self.cx(), id).await
    }

    async fn put_setting(&mut self, key: &str, json: &str) -> Result<(), StoreError> {
        settings::put_setting(self.cx(), key, json).await
    }

    async fn retry_job(&mut self, id: JobId) -> Result<bool, StoreError> {
        let now = self.held.now;
        let retried = jobs::retry(self.cx(), id, now).await?;
        self.held.pending.stirred |= retried;
        Ok(retried)
    }

    async fn finish_job(&mut self, lease: &Lease) -> Result<bool, StoreError> {
        let cx = self.cx();
        jobs::finish(cx.conn, Some(cx.org), lease).await
    }

    async fn commit(mut self: Box<Self>) -> Result<Seq, StoreError> {
        let pending = std::mem::take(&mut self.held.pending);
        let (actor, now) = (std::mem::take(&mut self.held.actor), self.held.now);
        let seq = log::flush(self.cx(), &pending, &actor, now).await?;
        let Self { org, held, .. } = *self;
        let Collected { shared, writer, .. } = held;
        writer.commit().await?;
        if pending.stirred || !pending.events.is_empty() || !pending.jobs.is_empty() {
            shared.wakes.wake(org, seq);
        }
        Ok(seq)
    }
}
