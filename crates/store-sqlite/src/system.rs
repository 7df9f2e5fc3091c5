//! The system's side of the store.

use crate::{
    gate::Lane,
    identity, jobs,
    people::organization_of,
    rows::{Columns as _, db, raw, unique},
    settings,
    store::SqliteStore,
    sweep,
};
use async_trait::async_trait;
use sqlx::Row as _;
use std::path::Path;
use voxanne_core::{
    ids::{CallId, EscalationId, HookId, OrgId, SessionId, UserId, WorkerId},
    jobs::{Claimed, JobCount, LaneQuota, Lease, Settled},
    log::Seq,
    ports::store::{
        ApiKey, Integration, Link, Organization, Session, SignedIn, SilentCall, StoreError,
        SystemStore, User,
    },
    seal::OrgKeys,
    time::Millis,
};

/// Runs one function in a write transaction of its own.
macro_rules! writing {
    ($self:ident, $function:path $(, $argument:expr)*) => {{
        let mut writer = $self.shared.begin(Lane::Other).await?;
        let out = $function(writer.conn() $(, $argument)*).await?;
        writer.commit().await?;
        Ok(out)
    }};
}

/// Runs one function on a reading connection.
macro_rules! reading {
    ($self:ident, $function:path $(, $argument:expr)*) => {{
        let mut conn = $self.shared.readers.acquire().await.map_err(db)?;
        $function(&mut conn $(, $argument)*).await
    }};
}

#[async_trait]
impl SystemStore for SqliteStore {
    async fn check(&self) -> Result<(), StoreError> {
        let mut writer = self.shared.begin(Lane::Other).await?;
        let newest: i64 = sqlx::query("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(writer.conn())
            .await
            .and_then(|row| row.try_get(0))
            .map_err(db)?;
        if newest != crate::open::SCHEMA {
            return Err(StoreError::Corrupt(format!("schema {newest}")));
        }
        // A row is really written: a full disk shows in no other way.
        sqlx::query(
            "INSERT INTO leases (name, worker, until) VALUES ('health', zeroblob(16), ?1)
             ON CONFLICT (name) DO UPDATE SET until = excluded.until",
        )
        .bind(self.shared.now().0)
        .execute(writer.conn())
        .await
        .map_err(db)?;
        writer.commit().await
    }

    async fn create_organization(&self, organization: &Organization) -> Result<(), StoreError> {
        let (_, wrapped) = OrgKeys::generate(organization.id, &self.shared.ring);
        let mut writer = self.shared.begin(Lane::Other).await?;
        sqlx::query(
            "INSERT INTO organizations (id, name, time_zone, language, country, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(raw(organization.id))
        .bind(&organization.name)
        .bind(&organization.time_zone)
        .bind(&organization.language)
        .bind(&organization.country)
        .bind(organization.created_at.0)
        .execute(writer.conn())
        .await
        .map_err(unique("organization"))?;
        sqlx::query("INSERT INTO key_ring (org, wrapped) VALUES (?1, ?2)")
            .bind(raw(organization.id))
            .bind(wrapped)
            .execute(writer.conn())
            .await
            .map_err(db)?;
        sqlx::query("INSERT INTO org_heads (org) VALUES (?1)")
            .bind(raw(organization.id))
            .execute(writer.conn())
            .await
            .map_err(db)?;
        writer.commit().await
    }

    async fn organizations(
        &self,
        after: Option<OrgId>,
        most: u32,
    ) -> Result<Vec<Organization>, StoreError> {
        let rows = sqlx::query("SELECT * FROM organizations WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(after.map_or_else(Vec::new, raw))
            .bind(most)
            .fetch_all(&self.shared.readers)
            .await
            .map_err(db)?;
        rows.iter().map(organization_of).collect()
    }

    async fn heads(&self, orgs: &[OrgId]) -> Result<Vec<(OrgId, Seq)>, StoreError> {
        reading!(self, sweep::heads, orgs)
    }

    async fn create_user(&self, user: &User) -> Result<(), StoreError> {
        writing!(self, identity::create_user, user)
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<(User, Vec<OrgId>)>, StoreError> {
        reading!(self, identity::user_by_email, email)
    }

    async fn update_user(
        &self,
        user: UserId,
        name: Option<&str>,
        password: Option<&str>,
        keep: Option<SessionId>,
        now: Millis,
    ) -> Result<(), StoreError> {
        writing!(self, identity::update_user, user, name, password, keep, now)
    }

    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        writing!(self, identity::create_session, session)
    }

    async fn signed_in(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<SignedIn>, StoreError> {
        let mut snapshot = self.shared.readers.begin().await.map_err(db)?;
        identity::signed_in(&mut snapshot, token_hash, now).await
    }

    async fn touch_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError> {
        writing!(self, identity::touch_session, id, now)
    }

    async fn revoke_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError> {
        writing!(self, identity::revoke_session, id, now)
    }

    async fn create_link(&self, link: &Link) -> Result<(), StoreError> {
        writing!(self, identity::create_link, link)
    }

    async fn link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(Link, User, Organization)>, StoreError> {
        let mut snapshot = self.shared.readers.begin().await.map_err(db)?;
        identity::link(&mut snapshot, token_hash, now).await
    }

    async fn take_link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<Link>, StoreError> {
        writing!(self, identity::take_link, token_hash, now)
    }

    async fn api_key(
        &self,
        hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(ApiKey, Organization)>, StoreError> {
        let found = {
            let mut snapshot = self.shared.readers.begin().await.map_err(db)?;
            identity::api_key(&mut snapshot, hash).await?
        };
        if let Some((key, _)) = &found
            && key
                .last_used_at
                .is_none_or(|at| now.since(at) >= identity::NOTE_EVERY)
        {
            let noted: Result<(), StoreError> =
                async { writing!(self, identity::touch_api_key, key, now) }.await;
            // The key is good whether its use could be noted or not.
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of an API key was not noted");
            }
        }
        Ok(found)
    }

    async fn by_hook(&self, hook: HookId) -> Result<Option<Integration>, StoreError> {
        let row = sqlx::query("SELECT * FROM integrations WHERE hook = ?1")
            .bind(raw(hook))
            .fetch_optional(&self.shared.readers)
            .await
            .map_err(db)?;
        let Some(row) = row else { return Ok(None) };
        let keys = self.shared.keys(row.id("org")?).await?;
        settings::integration_of(&row, &keys).map(Some)
    }

    async fn claim(
        &self,
        worker: WorkerId,
        want: &[LaneQuota],
        now: Millis,
    ) -> Result<Vec<Claimed>, StoreError> {
        // Most looks find nothing; they must not stand in line for the writer.
        match self.next_job_at().await? {
            Some(at) if at <= now => writing!(self, jobs::claim, worker, want, now),
            _ => Ok(Vec::new()),
        }
    }

    async fn renew(&self, lease: &Lease, until: Millis) -> Result<bool, StoreError> {
        writing!(self, jobs::renew, lease, until)
    }

    async fn settle(
        &self,
        lease: &Lease,
        settled: &Settled,
        now: Millis,
    ) -> Result<bool, StoreError> {
        writing!(self, jobs::settle, lease, settled, now)
    }

    async fn next_job_at(&self) -> Result<Option<Millis>, StoreError> {
        reading!(self, jobs::next_at)
    }

    async fn all_job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        reading!(self, jobs::all_counts)
    }

    async fn overdue_escalations(
        &self,
        now: Millis,
        most: u32,
    ) -> Result<Vec<(OrgId, CallId, EscalationId)>, StoreError> {
        reading!(self, sweep::overdue, now, most)
    }

    async fn silent_calls(
        &self,
        before: Millis,
        after: Option<&SilentCall>,
        most: u32,
    ) -> Result<Vec<SilentCall>, StoreError> {
        reading!(self, sweep::silent, before, after, most)
    }

    async fn late_rings(&self, before: Millis) -> Result<Vec<(OrgId, u64)>, StoreError> {
        reading!(self, sweep::late_rings, before)
    }

    async fn lease(
        &self,
        name: &str,
        worker: WorkerId,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError> {
        writing!(self, sweep::lease, name, worker, now, until)
    }

    async fn sweep(
        &self,
        keys_before: Millis,
        events_before: Millis,
        now: Millis,
    ) -> Result<bool, StoreError> {
        writing!(self, sweep::sweep, keys_before, events_before, now)
    }

    async fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let to = to
            .to_str()
            .ok_or_else(|| StoreError::NotApplied("the path is not text".to_owned()))?;
        let mut conn = crate::open::writer(&self.shared.path).await.map_err(db)?;
        sqlx::query("VACUUM INTO ?1")
            .bind(to)
            .execute(&mut conn)
            .await
            .map_err(db)?;
        Ok(())
    }
}
