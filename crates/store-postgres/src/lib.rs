//! The store port on PostgreSQL 14 or newer, without extensions.
//!
//! Two pools with a role each: `voxanne_app` sees one tenant at a time, by row level security on every table and again by
//! `org = $1` in every statement; `voxanne_system` claims, routes and takes in. Neither owns a table.

mod call_list;
mod calls;
mod escalations;
mod inbox;
mod intake;
mod jobs;
mod keys;
mod knowledge;
mod log;
mod open;
mod people;
mod recordings;
mod settings;
mod sql;
mod system;
mod tenant;
mod wake;

use crate::{keys::Keys, sql::failed, tenant::Tenant, wake::Wakes};
use async_trait::async_trait;
pub use call_list::CALL_LISTS;
pub use open::{MIGRATIONS, OpenError, Options, schema_fingerprint};
use sqlx::PgPool;
use std::sync::Arc;
use voxanne_core::{
    call::{fold::Fold, message::IntakeOp},
    ids::OrgId,
    ports::store::{
        Receipt, Store, StoreError, SystemStore, TenantRead, TenantTx, tokio_free::WakeReceiver,
    },
    seal::{MasterRing, OrgKeys},
    tenancy::{Actor, Who},
    time::Clock,
};

/// What all parts of the store share.
pub(crate) struct Inner {
    pub(crate) app: PgPool,
    pub(crate) system: PgPool,
    pub(crate) keys: Keys,
    pub(crate) wakes: Wakes,
    pub(crate) clock: Clock,
}

/// The store on PostgreSQL.
#[derive(Clone)]
pub struct PostgresStore(Arc<Inner>);

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresStore")
    }
}

impl PostgresStore {
    /// Makes roles, schema and tables where they are missing, then opens the pools. `url` names the database and a user that
    /// may make roles (at the first start) and is a member of the three roles.
    pub async fn connect(url: &str, ring: MasterRing, options: Options) -> Result<Self, OpenError> {
        open::prepare(url, options.allow_unsafe).await?;
        let app = open::pool(url, "voxanne_app", &options).await?;
        let system = open::pool(url, "voxanne_system", &options).await?;
        let wakes = Wakes::start(url, system.clone(), &options).await?;
        Ok(Self(Arc::new(Inner {
            app,
            system,
            keys: Keys::new(ring),
            wakes,
            clock: options.clock,
        })))
    }

    /// Brings the schema up to date without opening a store. `allow_unsafe` as in [`Options`].
    pub async fn migrate(url: &str, allow_unsafe: bool) -> Result<(), OpenError> {
        open::prepare(url, allow_unsafe).await
    }

    /// Closes all connections; what still runs gets errors.
    pub async fn close(&self) {
        self.0.app.close().await;
        self.0.system.close().await;
    }

    async fn tenant(&self, org: OrgId, who: Option<&Who>) -> Result<Tenant, StoreError> {
        let inner = self.0.clone();
        let keys = inner.keys.of(&inner.system, org).await?;
        inner.wakes.watch(org);
        let begin = match who {
            Some(_) => "begin",
            None => "begin isolation level repeatable read read only",
        };
        let tx = inner.app.begin_with(begin).await.map_err(failed)?;
        Tenant::begin(tx, inner, org, keys, who.map(Who::audit_word)).await
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn engine(&self) -> &'static str {
        "postgres"
    }

    fn is_exclusive(&self) -> bool {
        false
    }

    async fn read(&self, org: OrgId) -> Result<Box<dyn TenantRead>, StoreError> {
        Ok(Box::new(self.tenant(org, None).await?))
    }

    async fn write(&self, actor: &Actor) -> Result<Box<dyn TenantTx>, StoreError> {
        Ok(Box::new(self.tenant(actor.org, Some(&actor.who)).await?))
    }

    async fn intake(
        &self,
        batch: &[IntakeOp],
        fold: &dyn Fold,
    ) -> Vec<Result<Receipt, StoreError>> {
        intake::take_in(&self.0, batch, fold).await
    }

    fn system(&self) -> &dyn SystemStore {
        self
    }

    async fn keys(&self, org: OrgId) -> Result<OrgKeys, StoreError> {
        let keys = self.0.keys.of(&self.0.system, org).await?;
        Ok((*keys).clone())
    }

    fn wakes(&self) -> WakeReceiver {
        self.0.wakes.subscribe()
    }
}
