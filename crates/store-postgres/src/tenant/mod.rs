//! One tenant's transaction: a snapshot to read, or a write that collects events, jobs and audit lines until its commit.

mod read;
mod write;

use crate::{
    Inner, jobs,
    log::{self, Outgoing},
    sql::{Id, commit_failed, failed},
};
use sqlx::{PgConnection, Postgres, Transaction};
use std::sync::Arc;
use uuid::Uuid;
use voxanne_core::{
    ids::OrgId,
    jobs::NewJob,
    log::{NewEvent, Seq},
    ports::store::StoreError,
    seal::OrgKeys,
    time::Millis,
};

/// What a write collects until its commit.
#[derive(Default)]
struct Collected {
    events: Vec<NewEvent>,
    jobs: Vec<NewJob>,
    audit: Vec<(&'static str, Option<String>)>,
    /// A job was made due without being enqueued.
    woke: bool,
}

/// An open transaction of one organization.
pub(crate) struct Tenant {
    tx: Transaction<'static, Postgres>,
    inner: Arc<Inner>,
    org: OrgId,
    keys: Arc<OrgKeys>,
    /// Who writes; none in a snapshot.
    who: Option<String>,
    now: Millis,
    collected: Collected,
}

impl Tenant {
    /// Names the tenant to the database before anything else is asked.
    pub(crate) async fn begin(
        mut tx: Transaction<'static, Postgres>,
        inner: Arc<Inner>,
        org: OrgId,
        keys: Arc<OrgKeys>,
        who: Option<String>,
    ) -> Result<Self, StoreError> {
        sqlx::query("select set_config('voxanne.org', $1, true)")
            .bind(org.uuid().to_string())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        let now = (inner.clock)();
        Ok(Self {
            tx,
            inner,
            org,
            keys,
            who,
            now,
            collected: Collected::default(),
        })
    }

    /// Connection, tenant, keys, and whether rows that are read may be written later and so must be locked.
    fn scope(&mut self) -> Scope<'_> {
        Scope {
            lock: self.who.is_some(),
            on: &mut self.tx,
            org: self.org.uuid(),
            keys: &self.keys,
        }
    }

    async fn flush(mut self) -> Result<Seq, StoreError> {
        let Collected {
            events,
            jobs: new_jobs,
            audit,
            woke,
        } = std::mem::take(&mut self.collected);
        let org = self.org;
        let rows: Vec<(OrgId, &NewJob)> = new_jobs.iter().map(|job| (org, job)).collect();
        jobs::enqueue(&mut self.tx, &rows, self.now).await?;
        let outgoing: Vec<Outgoing<'_>> = events
            .iter()
            .map(|event| Outgoing {
                org,
                keys: &self.keys,
                event,
            })
            .collect();
        let head = if events.is_empty() && audit.is_empty() {
            log::head(&mut self.tx, org).await?
        } else {
            let who = self.who.as_deref().unwrap_or("system");
            let head = log::advance(&mut self.tx, org, events.len(), who, &audit, self.now).await?;
            let first = head - events.len() as Seq + 1;
            let numbers: Vec<Seq> = (first..=head).collect();
            log::write(&mut self.tx, &outgoing, &numbers, self.now).await?;
            head
        };
        self.tx.commit().await.map_err(commit_failed)?;
        if woke || !events.is_empty() || !new_jobs.is_empty() {
            self.inner.wakes.wake(org, head);
        }
        Ok(head)
    }
}

/// What a statement of a tenant needs.
pub(crate) struct Scope<'a> {
    pub(crate) on: &'a mut PgConnection,
    pub(crate) org: Uuid,
    pub(crate) keys: &'a OrgKeys,
    pub(crate) lock: bool,
}

impl Scope<'_> {
    /// The same once more, for one statement of several.
    pub(crate) fn again(&mut self) -> Scope<'_> {
        Scope {
            on: self.on,
            org: self.org,
            keys: self.keys,
            lock: self.lock,
        }
    }
}
