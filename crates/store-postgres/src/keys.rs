//! The organizations' keys, unwrapped once and kept.

use crate::sql::{Id, failed, sealed};
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use voxanne_core::{
    ids::OrgId,
    ports::store::StoreError,
    seal::{MasterRing, OrgKeys},
};

/// Most organizations whose keys are kept unwrapped at a time.
const MOST: usize = 10_000;

/// Unwraps and keeps.
pub(crate) struct Keys {
    ring: MasterRing,
    known: RwLock<HashMap<OrgId, Arc<OrgKeys>>>,
}

impl Keys {
    pub(crate) fn new(ring: MasterRing) -> Self {
        Self {
            ring,
            known: RwLock::default(),
        }
    }

    /// The master ring.
    pub(crate) const fn ring(&self) -> &MasterRing {
        &self.ring
    }

    /// The keys of an organization; `Stale` when there is no such organization.
    pub(crate) async fn of(&self, system: &PgPool, org: OrgId) -> Result<Arc<OrgKeys>, StoreError> {
        if let Some(keys) = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&org)
        {
            return Ok(keys.clone());
        }
        let wrapped: Option<Vec<u8>> =
            sqlx::query_scalar("select wrapped from key_ring where org = $1")
                .bind(org.uuid())
                .fetch_optional(system)
                .await
                .map_err(failed)?;
        let wrapped = wrapped.ok_or(StoreError::Stale("organization"))?;
        let keys = Arc::new(OrgKeys::unwrap(org, &self.ring, &wrapped).map_err(sealed)?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(org, keys.clone());
        Ok(keys)
    }
}
