//! One suite for both stores: what the port promises, proved against whichever engine a factory makes.
//!
//! A store crate writes `async fn fresh() -> TestStore` and `voxanne_testkit::store_suite!(fresh);` in its tests; each
//! function listed by the files below becomes one test there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these functions are tests"
)]
#![expect(missing_docs, reason = "a test's name is its sentence")]

pub mod calls;
pub mod inbox;
pub mod intake;
pub mod jobs;
pub mod knowledge;
pub mod log;
pub mod people;
pub mod privacy;
pub mod settings;
pub mod system;

use async_trait::async_trait;
use std::sync::Arc;
use voxanne_core::{
    call::{
        Channel, Provider, ProviderCallId, Speaker,
        message::{CallMessage, IntakeKey, IntakeOp, Sighting, Status},
    },
    ids::{IntegrationId, OrgId},
    pii::Pii,
    ports::store::{Organization, Store, TenantRead, TenantTx},
    seal::MasterRing,
    tenancy::Actor,
    time::Millis,
};

/// A fresh, migrated store and what keeps it alive.
pub struct TestStore {
    pub store: Arc<dyn Store>,
    pub ring: MasterRing,
    pub guard: Arc<dyn Guard>,
}

/// Holds what a fresh store lies in, and shows its bytes.
#[async_trait]
pub trait Guard: Send + Sync {
    /// Everything the engine keeps, as whoever copies the database would find it.
    async fn bytes_at_rest(&self) -> Vec<u8>;
}

/// All tests of the suite, for a factory `async fn() -> TestStore` named by `$fresh`.
#[macro_export]
macro_rules! store_suite {
    ($fresh:ident) => {
        $crate::suite_calls!($fresh);
        $crate::suite_inbox!($fresh);
        $crate::suite_intake!($fresh);
        $crate::suite_log!($fresh);
        $crate::suite_privacy!($fresh);
        $crate::suite_system!($fresh);
        $crate::suite_people!($fresh);
        $crate::suite_jobs!($fresh);
        $crate::suite_knowledge!($fresh);
        $crate::suite_settings!($fresh);
    };
}

/// The tests of one file: those that take the store, and those that take the whole [`TestStore`].
#[macro_export]
macro_rules! suite_tests {
    ($fresh:ident, $file:ident, [$($name:ident),* $(,)?], whole [$($whole:ident),* $(,)?]) => {
        mod $file {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let fresh = super::$fresh().await;
                    $crate::suite::$file::$name(fresh.store.clone()).await;
                }
            )*
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $whole() {
                    $crate::suite::$file::$whole(super::$fresh().await).await;
                }
            )*
        }
    };
    ($fresh:ident, $file:ident, [$($name:ident),* $(,)?]) => {
        $crate::suite_tests!($fresh, $file, [$($name),*], whole []);
    };
}

/// When the suite's stories begin.
pub const T0: Millis = Millis(1_767_225_600_000);

/// A new organization in the store.
pub async fn new_org(store: &dyn Store) -> OrgId {
    let organization = Organization {
        id: OrgId::new(),
        name: "Harbour Dental".to_owned(),
        time_zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        country: "US".to_owned(),
        created_at: T0,
    };
    store
        .system()
        .create_organization(&organization)
        .await
        .unwrap();
    organization.id
}

/// Voxanne itself acting in an organization.
pub fn actor(org: OrgId) -> Actor {
    Actor::system(org, "suite")
}

/// A snapshot.
pub async fn read(store: &dyn Store, org: OrgId) -> Box<dyn TenantRead> {
    store.read(org).await.unwrap()
}

/// A write transaction of [`actor`].
pub async fn write(store: &dyn Store, org: OrgId) -> Box<dyn TenantTx> {
    store.write(&actor(org)).await.unwrap()
}

/// Makes intake operations of one provider call.
#[derive(Debug, Clone)]
pub struct Line {
    pub org: OrgId,
    pub integration: Option<IntegrationId>,
    pub call: ProviderCallId,
    pub caller: String,
}

impl Line {
    /// A line with this provider call id.
    pub fn new(org: OrgId, call: &str) -> Self {
        Self {
            org,
            integration: None,
            call: ProviderCallId(call.to_owned()),
            caller: "+14155550142".to_owned(),
        }
    }

    /// One message at `at`; `key` tells it from others of the call.
    pub fn op(&self, key: &str, at: Millis, message: CallMessage) -> IntakeOp {
        IntakeOp {
            org: self.org,
            integration: self.integration,
            proved: None,
            provider: Provider::Vapi,
            channel: Channel::Phone,
            key: IntakeKey::of(&[&self.call.0, key]),
            call: self.call.clone(),
            message,
            seen: Sighting {
                caller: Some(Pii::new(self.caller.clone())),
                ..Sighting::default()
            },
            at,
            received: at.plus(40),
        }
    }

    /// A status.
    pub fn status(&self, at: Millis, status: Status) -> IntakeOp {
        self.op(
            &format!("status {status:?} {}", at.0),
            at,
            CallMessage::Status {
                status,
                ended_reason: (status == Status::Ended).then(|| "customer-ended-call".to_owned()),
            },
        )
    }

    /// Final words.
    pub fn words(&self, at: Millis, speaker: Speaker, text: &str) -> IntakeOp {
        self.op(
            &format!("final {speaker} {} {text}", at.0),
            at,
            CallMessage::Final {
                speaker,
                text: Pii::from(text),
                ended_at: Some(at.plus(900)),
            },
        )
    }
}
