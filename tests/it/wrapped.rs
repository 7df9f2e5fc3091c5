//! A store with somebody before it who may refuse, or look at, what is written.

use async_trait::async_trait;
use std::sync::Arc;
use voxanne_core::{
    call::{fold::Fold, message::IntakeOp},
    ids::OrgId,
    ports::store::{
        Receipt, Store, StoreError, SystemStore, TenantRead, TenantTx, tokio_free::WakeReceiver,
    },
    seal::OrgKeys,
    tenancy::Actor,
};
use voxanne_server::Parts;

/// Who stands before the store; by default everything passes.
#[async_trait]
pub(crate) trait Doorkeeper: Send + Sync + 'static {
    /// Whether this actor may not write now.
    fn refuses(&self, _actor: &Actor) -> bool {
        false
    }

    /// A batch is about to be taken in; false refuses it.
    async fn lets_in(&self, _batch: &[IntakeOp]) -> bool {
        true
    }
}

struct Wrapped {
    inner: Arc<dyn Store>,
    keeper: Arc<dyn Doorkeeper>,
}

fn full() -> StoreError {
    StoreError::NotApplied("the disk is full".to_owned())
}

/// Parts of a server whose store has this doorkeeper.
pub(crate) fn behind(keeper: Arc<dyn Doorkeeper>) -> Parts {
    Parts {
        wrap_store: Some(Box::new(move |inner| Arc::new(Wrapped { inner, keeper }))),
        ..Parts::default()
    }
}

#[async_trait]
impl Store for Wrapped {
    fn engine(&self) -> &'static str {
        self.inner.engine()
    }

    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }

    async fn read(&self, org: OrgId) -> Result<Box<dyn TenantRead>, StoreError> {
        self.inner.read(org).await
    }

    async fn write(&self, actor: &Actor) -> Result<Box<dyn TenantTx>, StoreError> {
        if self.keeper.refuses(actor) {
            return Err(full());
        }
        self.inner.write(actor).await
    }

    async fn intake(
        &self,
        batch: &[IntakeOp],
        fold: &dyn Fold,
    ) -> Vec<Result<Receipt, StoreError>> {
        if !self.keeper.lets_in(batch).await {
            return batch.iter().map(|_| Err(full())).collect();
        }
        self.inner.intake(batch, fold).await
    }

    async fn keys(&self, org: OrgId) -> Result<OrgKeys, StoreError> {
        self.inner.keys(org).await
    }

    fn system(&self) -> &dyn SystemStore {
        self.inner.system()
    }

    fn wakes(&self) -> WakeReceiver {
        self.inner.wakes()
    }
}
