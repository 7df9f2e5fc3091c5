//! What belongs to no tenant: routing, sign-in, job claims, watchdogs, sweeps.

use super::{
    ApiKey, Integration, Link, Organization, Session, SignedIn, SilentCall, StoreError, User,
};
use crate::{
    ids::{CallId, EscalationId, HookId, OrgId, SessionId, UserId, WorkerId},
    jobs::{Claimed, JobCount, LaneQuota, Lease, Settled},
    log::Seq,
    time::Millis,
};
use async_trait::async_trait;

/// The system's side of the store. Nothing here returns caller content.
#[async_trait]
pub trait SystemStore: Send + Sync {
    /// Whether the database takes writes now and its schema is the program's.
    async fn check(&self) -> Result<(), StoreError>;

    /// Makes an organization with its keys and head.
    async fn create_organization(&self, organization: &Organization) -> Result<(), StoreError>;
    /// Organizations after `after` by id, at most `most`.
    async fn organizations(
        &self,
        after: Option<OrgId>,
        most: u32,
    ) -> Result<Vec<Organization>, StoreError>;
    /// Heads of these organizations' logs.
    async fn heads(&self, orgs: &[OrgId]) -> Result<Vec<(OrgId, Seq)>, StoreError>;

    /// Makes a person; `Conflict("email")` when the address is taken.
    async fn create_user(&self, user: &User) -> Result<(), StoreError>;
    /// The person with this address (lower case) and the organizations the person belongs to.
    async fn user_by_email(&self, email: &str) -> Result<Option<(User, Vec<OrgId>)>, StoreError>;
    /// Sets name and password hash; none leaves as it is. A new password revokes all other sessions of the person.
    async fn update_user(
        &self,
        user: UserId,
        name: Option<&str>,
        password: Option<&str>,
        keep: Option<SessionId>,
        now: Millis,
    ) -> Result<(), StoreError>;
    /// Stores a session.
    async fn create_session(&self, session: &Session) -> Result<(), StoreError>;
    /// The session of a token with person, role and organization; expired, revoked and memberless ones are nothing.
    async fn signed_in(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<SignedIn>, StoreError>;
    /// Notes that a session was used; called at most once a minute for each.
    async fn touch_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError>;
    /// Revokes a session.
    async fn revoke_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError>;
    /// Stores a one-time link; earlier ones of the same kind for the person go.
    async fn create_link(&self, link: &Link) -> Result<(), StoreError>;
    /// The link with its person and organization, unless expired.
    async fn link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(Link, User, Organization)>, StoreError>;
    /// Uses a link up: the link exactly once, nothing the second time.
    async fn take_link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<Link>, StoreError>;
    /// The API key with this hash, unless revoked, with its organization; notes its use (at most once a minute).
    async fn api_key(
        &self,
        hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(ApiKey, Organization)>, StoreError>;

    /// The connection behind a webhook address.
    async fn by_hook(&self, hook: HookId) -> Result<Option<Integration>, StoreError>;

    /// Claims due jobs: attempts + 1 here, over the plan's maximum dead and not claimed, at most `per_org` for each
    /// organization, organizations served longest ago first. Expired leases count as due.
    async fn claim(
        &self,
        worker: WorkerId,
        want: &[LaneQuota],
        now: Millis,
    ) -> Result<Vec<Claimed>, StoreError>;
    /// Renews a lease; false when it is lost: stop working.
    async fn renew(&self, lease: &Lease, until: Millis) -> Result<bool, StoreError>;
    /// Settles a job, guarded by the lease's token; false when it is lost.
    async fn settle(
        &self,
        lease: &Lease,
        settled: &Settled,
        now: Millis,
    ) -> Result<bool, StoreError>;
    /// When the next job becomes due.
    async fn next_job_at(&self) -> Result<Option<Millis>, StoreError>;
    /// Counts over all organizations by kind.
    async fn all_job_counts(&self) -> Result<Vec<JobCount>, StoreError>;

    /// Escalations whose step deadline has come, at most `most`.
    async fn overdue_escalations(
        &self,
        now: Millis,
        most: u32,
    ) -> Result<Vec<(OrgId, CallId, EscalationId)>, StoreError>;
    /// Calls not reported and silent since `before`, at most `most`, those silent longest first; `after` is the last one of
    /// the page before.
    async fn silent_calls(
        &self,
        before: Millis,
        after: Option<&SilentCall>,
        most: u32,
    ) -> Result<Vec<SilentCall>, StoreError>;

    /// Organizations with rings that nobody has closed although their calls ended before `before`, and how many.
    async fn late_rings(&self, before: Millis) -> Result<Vec<(OrgId, u64)>, StoreError>;

    /// Takes or renews a named lease until `until`; false when another holds it.
    async fn lease(
        &self,
        name: &str,
        worker: WorkerId,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError>;
    /// Deletes intake keys from before `keys_before`, events from before `events_before` (raising floors), expired sessions and
    /// links; at most 1,000 rows of each. True when there may be more.
    async fn sweep(
        &self,
        keys_before: Millis,
        events_before: Millis,
        now: Millis,
    ) -> Result<bool, StoreError>;
    /// Copies a consistent snapshot of the whole database to a file; engines that cannot say so.
    async fn snapshot(&self, to: &std::path::Path) -> Result<(), StoreError>;
}
