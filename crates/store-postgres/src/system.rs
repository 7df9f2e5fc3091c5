//! What belongs to no tenant: routing, sign-in, claims, watchdogs, sweeps. Works in the role `voxanne_system`.

use crate::{
    PostgresStore, jobs, open, people, settings,
    sql::{Cells, Id, clean, column, commit_failed, failed},
};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use std::path::Path;
use voxanne_core::{
    ids::{CallId, EscalationId, HookId, OrgId, SessionId, UserId, WorkerId},
    jobs::{Claimed, JobCount, LaneQuota, Lease, Settled},
    log::Seq,
    ports::store::{
        ApiKey, Integration, Link, LinkKind, Organization, Session, SignedIn, SilentCall,
        StoreError, SystemStore, User,
    },
    seal::OrgKeys,
    tenancy::Role,
    time::Millis,
};

/// Rows of one kind that one sweep deletes at most.
const SWEEP: i64 = 1_000;
/// An API key's use is noted at most this often, ms.
const NOTE_EVERY_MS: i64 = 60_000;

fn session_of(row: &PgRow, prefix: &str) -> Result<Session, StoreError> {
    let cells = Cells(row);
    let name = |column: &str| format!("{prefix}{column}");
    Ok(Session {
        id: cells.id(&name("id"))?,
        token_hash: cells.hash("token_hash")?,
        user: cells.id("member")?,
        org: cells.id("org")?,
        family: cells.id("family")?,
        parent: cells.opt_id("parent")?,
        created_at: cells.at(&name("created_at"))?,
        expires_at: cells.at("expires_at")?,
        revoked_at: cells.opt_at("revoked_at")?,
        seen_at: cells.at("seen_at")?,
    })
}

fn link_of(row: &PgRow) -> Result<Link, StoreError> {
    let cells = Cells(row);
    Ok(Link {
        token_hash: cells.hash("token_hash")?,
        kind: cells.word("link_kind", LinkKind::from_word)?,
        user: cells.id("member")?,
        org: cells.id("org")?,
        expires_at: cells.at("expires_at")?,
    })
}

macro_rules! organization_columns {
    () => {
        "o.id as o_id, o.name as o_name, o.time_zone as o_time_zone, o.language as o_language, \
         o.country as o_country, o.created_at as o_created_at"
    };
}

macro_rules! user_columns {
    () => {
        "u.id as u_id, u.email as u_email, u.name as u_name, u.password as u_password, u.created_at as u_created_at"
    };
}

#[async_trait]
impl SystemStore for PostgresStore {
    async fn check(&self) -> Result<(), StoreError> {
        open::check(&self.0.system).await
    }

    async fn create_organization(&self, organization: &Organization) -> Result<(), StoreError> {
        let org = organization.id.uuid();
        let (_, wrapped) = OrgKeys::generate(organization.id, self.0.keys.ring());
        let mut tx = self.0.system.begin().await.map_err(failed)?;
        sqlx::query(
            "insert into organizations (id, name, time_zone, language, country, created_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(org)
        .bind(clean(&organization.name).into_owned())
        .bind(&organization.time_zone)
        .bind(&organization.language)
        .bind(&organization.country)
        .bind(organization.created_at.0)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        sqlx::query("insert into key_ring (org, wrapped) values ($1, $2)")
            .bind(org)
            .bind(wrapped)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        sqlx::query("insert into org_heads (org, audit_hash) values ($1, $2)")
            .bind(org)
            .bind(vec![0_u8; 32])
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        tx.commit().await.map_err(commit_failed)
    }

    async fn organizations(
        &self,
        after: Option<OrgId>,
        most: u32,
    ) -> Result<Vec<Organization>, StoreError> {
        let rows = sqlx::query(
            "select id, name, time_zone, language, country, created_at from organizations
             where $1::uuid is null or id > $1 order by id limit $2",
        )
        .bind(after.map(Id::uuid))
        .bind(i64::from(most))
        .fetch_all(&self.0.system)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(|row| people::organization_of(row, ""))
            .collect()
    }

    async fn heads(&self, orgs: &[OrgId]) -> Result<Vec<(OrgId, Seq)>, StoreError> {
        for org in orgs {
            self.0.wakes.watch(*org);
        }
        let rows = sqlx::query("select org, seq from org_heads where org = any($1) order by org")
            .bind(column!(orgs, org => org.uuid()))
            .fetch_all(&self.0.system)
            .await
            .map_err(failed)?;
        rows.iter()
            .map(|row| Ok((Cells(row).id("org")?, Cells(row).u64("seq")?)))
            .collect()
    }

    async fn create_user(&self, user: &User) -> Result<(), StoreError> {
        sqlx::query(
            "insert into users (id, email, name, password, created_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(user.id.uuid())
        .bind(clean(&user.email).into_owned())
        .bind(clean(&user.name).into_owned())
        .bind(&user.password)
        .bind(user.created_at.0)
        .execute(&self.0.system)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<(User, Vec<OrgId>)>, StoreError> {
        let rows = sqlx::query(
            "select u.id, u.email, u.name, u.password, u.created_at, m.org
             from users u left join memberships m on m.member = u.id where u.email = $1 order by m.org",
        )
        .bind(clean(email).into_owned())
        .fetch_all(&self.0.system)
        .await
        .map_err(failed)?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let orgs = rows
            .iter()
            .filter_map(|row| Cells(row).opt_id("org").transpose())
            .collect::<Result<Vec<OrgId>, StoreError>>()?;
        Ok(Some((people::user_of(first, "")?, orgs)))
    }

    async fn update_user(
        &self,
        user: UserId,
        name: Option<&str>,
        password: Option<&str>,
        keep: Option<SessionId>,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut tx = self.0.system.begin().await.map_err(failed)?;
        let done = sqlx::query(
            "update users set name = coalesce($2, name), password = coalesce($3, password) where id = $1",
        )
        .bind(user.uuid())
        .bind(name.map(|n| clean(n).into_owned()))
        .bind(password)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        if done.rows_affected() == 0 {
            return Err(StoreError::Stale("user"));
        }
        if password.is_some() {
            sqlx::query(
                "update sessions set revoked_at = $3
                 where member = $1 and id is distinct from $2 and revoked_at is null",
            )
            .bind(user.uuid())
            .bind(keep.map(Id::uuid))
            .bind(now.0)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        }
        tx.commit().await.map_err(commit_failed)
    }

    async fn create_session(&self, session: &Session) -> Result<(), StoreError> {
        let mut tx = self.0.system.begin().await.map_err(failed)?;
        sqlx::query(
            "insert into sessions (id, token_hash, member, org, family, parent, created_at, expires_at, revoked_at, seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(session.id.uuid())
        .bind(&session.token_hash[..])
        .bind(session.user.uuid())
        .bind(session.org.uuid())
        .bind(session.family.uuid())
        .bind(session.parent.map(Id::uuid))
        .bind(session.created_at.0)
        .bind(session.expires_at.0)
        .bind(session.revoked_at.map(|at| at.0))
        .bind(session.seen_at.0)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        sqlx::query(
            "update memberships set last_seen_at = greatest(last_seen_at, $3) where org = $1 and member = $2",
        )
        .bind(session.org.uuid())
        .bind(session.user.uuid())
        .bind(session.seen_at.0)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(commit_failed)
    }

    async fn signed_in(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<SignedIn>, StoreError> {
        let row = sqlx::query(concat!(
            "select s.id as s_id, s.token_hash, s.member, s.org, s.family, s.parent, s.created_at as s_created_at,
                    s.expires_at, s.revoked_at, s.seen_at, m.role, ",
            user_columns!(),
            ", ",
            organization_columns!(),
            " from sessions s join users u on u.id = s.member
               join memberships m on m.org = s.org and m.member = s.member
               join organizations o on o.id = s.org
             where s.token_hash = $1 and s.revoked_at is null and s.expires_at > $2"
        ))
        .bind(&token_hash[..])
        .bind(now.0)
        .fetch_optional(&self.0.system)
        .await
        .map_err(failed)?;
        row.map(|row| {
            Ok(SignedIn {
                session: session_of(&row, "s_")?,
                user: people::user_of(&row, "u_")?,
                role: Cells(&row).word("role", Role::from_word)?,
                organization: people::organization_of(&row, "o_")?,
            })
        })
        .transpose()
    }

    async fn touch_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError> {
        sqlx::query(
            "with s as (update sessions set seen_at = greatest(seen_at, $2) where id = $1 returning org, member)
             update memberships m set last_seen_at = greatest(m.last_seen_at, $2) from s
             where m.org = s.org and m.member = s.member",
        )
        .bind(id.uuid())
        .bind(now.0)
        .execute(&self.0.system)
        .await
        .map_err(failed)?;
        Ok(())
    }

    async fn revoke_session(&self, id: SessionId, now: Millis) -> Result<(), StoreError> {
        sqlx::query("update sessions set revoked_at = $2 where id = $1 and revoked_at is null")
            .bind(id.uuid())
            .bind(now.0)
            .execute(&self.0.system)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn create_link(&self, link: &Link) -> Result<(), StoreError> {
        let mut tx = self.0.system.begin().await.map_err(failed)?;
        sqlx::query("delete from links where member = $1 and kind = $2 and org = $3")
            .bind(link.user.uuid())
            .bind(link.kind.word())
            .bind(link.org.uuid())
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
        sqlx::query(
            "insert into links (token_hash, kind, member, org, expires_at) values ($1, $2, $3, $4, $5)",
        )
        .bind(&link.token_hash[..])
        .bind(link.kind.word())
        .bind(link.user.uuid())
        .bind(link.org.uuid())
        .bind(link.expires_at.0)
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
        tx.commit().await.map_err(commit_failed)
    }

    async fn link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(Link, User, Organization)>, StoreError> {
        let row = sqlx::query(concat!(
            "select l.token_hash, l.kind as link_kind, l.member, l.org, l.expires_at, ",
            user_columns!(),
            ", ",
            organization_columns!(),
            " from links l join users u on u.id = l.member join organizations o on o.id = l.org
             where l.token_hash = $1 and l.expires_at > $2"
        ))
        .bind(&token_hash[..])
        .bind(now.0)
        .fetch_optional(&self.0.system)
        .await
        .map_err(failed)?;
        row.map(|row| {
            Ok((
                link_of(&row)?,
                people::user_of(&row, "u_")?,
                people::organization_of(&row, "o_")?,
            ))
        })
        .transpose()
    }

    async fn take_link(
        &self,
        token_hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<Link>, StoreError> {
        let row = sqlx::query(
            "delete from links where token_hash = $1 and expires_at > $2
             returning token_hash, kind as link_kind, member, org, expires_at",
        )
        .bind(&token_hash[..])
        .bind(now.0)
        .fetch_optional(&self.0.system)
        .await
        .map_err(failed)?;
        row.as_ref().map(link_of).transpose()
    }

    async fn api_key(
        &self,
        hash: &[u8; 32],
        now: Millis,
    ) -> Result<Option<(ApiKey, Organization)>, StoreError> {
        let row = sqlx::query(concat!(
            "select k.id as k_id, k.org, k.name as k_name, k.prefix, k.hash, k.scopes, k.created_at as k_created_at,
                    k.last_used_at, k.revoked_at, ",
            organization_columns!(),
            " from api_keys k join organizations o on o.id = k.org where k.hash = $1 and k.revoked_at is null"
        ))
        .bind(&hash[..])
        .fetch_optional(&self.0.system)
        .await
        .map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let mut key = people::api_key_of(&row, "k_")?;
        if key
            .last_used_at
            .is_none_or(|at| now.since(at) >= NOTE_EVERY_MS)
        {
            sqlx::query(
                "update api_keys set last_used_at = $3
                 where org = $1 and id = $2 and (last_used_at is null or last_used_at < $3)",
            )
            .bind(key.org.uuid())
            .bind(key.id.uuid())
            .bind(now.0)
            .execute(&self.0.system)
            .await
            .map_err(failed)?;
            key.last_used_at = Some(now);
        }
        Ok(Some((key, people::organization_of(&row, "o_")?)))
    }

    async fn by_hook(&self, hook: HookId) -> Result<Option<Integration>, StoreError> {
        let row = sqlx::query(
            "select id, org, kind, base_url, mode, hook, rev, secrets from integrations where hook = $1",
        )
        .bind(hook.uuid())
        .fetch_optional(&self.0.system)
        .await
        .map_err(failed)?;
        let Some(row) = row else { return Ok(None) };
        let keys = self
            .0
            .keys
            .of(&self.0.system, Cells(&row).id("org")?)
            .await?;
        settings::integration_of(&row, &keys).map(Some)
    }

    async fn claim(
        &self,
        worker: WorkerId,
        want: &[LaneQuota],
        now: Millis,
    ) -> Result<Vec<Claimed>, StoreError> {
        jobs::claim(&self.0.system, worker, want, now).await
    }

    async fn renew(&self, lease: &Lease, until: Millis) -> Result<bool, StoreError> {
        jobs::renew(&self.0.system, lease, until).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        settled: &Settled,
        now: Millis,
    ) -> Result<bool, StoreError> {
        jobs::settle(&self.0.system, lease, settled, now).await
    }

    async fn next_job_at(&self) -> Result<Option<Millis>, StoreError> {
        jobs::next_at(&self.0.system).await
    }

    async fn all_job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        jobs::all_counts(&self.0.system).await
    }

    async fn overdue_escalations(
        &self,
        now: Millis,
        most: u32,
    ) -> Result<Vec<(OrgId, CallId, EscalationId)>, StoreError> {
        let rows = sqlx::query(
            "select org, call, id from escalations
             where step_deadline is not null and closed_at is null and step_deadline <= $1
             order by step_deadline limit $2",
        )
        .bind(now.0)
        .bind(i64::from(most))
        .fetch_all(&self.0.system)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(|row| {
                let cells = Cells(row);
                Ok((cells.id("org")?, cells.id("call")?, cells.id("id")?))
            })
            .collect()
    }

    async fn silent_calls(
        &self,
        before: Millis,
        after: Option<&SilentCall>,
        most: u32,
    ) -> Result<Vec<SilentCall>, StoreError> {
        let rows = sqlx::query(
            "select org, id, last_event_at from calls
             where life <> 'reported' and last_event_at < $1 and (last_event_at, id) > ($2, $3)
             order by last_event_at, id limit $4",
        )
        .bind(before.0)
        .bind(after.map_or(i64::MIN, |last| last.last_event_at.0))
        .bind(after.map_or(uuid::Uuid::nil(), |last| last.call.uuid()))
        .bind(i64::from(most))
        .fetch_all(&self.0.system)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(|row| {
                Ok(SilentCall {
                    org: Cells(row).id("org")?,
                    call: Cells(row).id("id")?,
                    last_event_at: Cells(row).at("last_event_at")?,
                })
            })
            .collect()
    }

    async fn late_rings(&self, before: Millis) -> Result<Vec<(OrgId, u64)>, StoreError> {
        let rows = sqlx::query(
            "select org, count(*) as open from calls
             where ring_closed_at is null and life in ('ended', 'reported') and coalesce(ended_at, started_at) < $1
             group by org",
        )
        .bind(before.0)
        .fetch_all(&self.0.system)
        .await
        .map_err(failed)?;
        rows.iter()
            .map(|row| {
                let open = Cells(row).get::<i64>("open")?;
                Ok((
                    Cells(row).id("org")?,
                    u64::try_from(open).unwrap_or_default(),
                ))
            })
            .collect()
    }

    async fn lease(
        &self,
        name: &str,
        worker: WorkerId,
        now: Millis,
        until: Millis,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into leases as l (name, worker, until) values ($1, $2, $4)
             on conflict (name) do update set worker = excluded.worker, until = excluded.until
             where l.worker = excluded.worker or l.until <= $3",
        )
        .bind(name)
        .bind(worker.uuid())
        .bind(now.0)
        .bind(until.0)
        .execute(&self.0.system)
        .await
        .map_err(failed)?;
        Ok(done.rows_affected() == 1)
    }

    async fn sweep(
        &self,
        keys_before: Millis,
        events_before: Millis,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let pool = &self.0.system;
        let mut most = 0;
        // What is deleted is at the log's end: the floor rises to the highest number that goes, and nothing below it stays.
        let events = sqlx::query(
            "with picked as (select org, seq from events where at < $1 order by at, org, seq limit $2),
                  tops as (select org, max(seq) as top from picked group by org),
                  raised as (update org_heads h set floor = greatest(h.floor, t.top) from tops t where h.org = t.org)
             delete from events e using tops t where e.org = t.org and e.seq <= t.top",
        )
        .bind(events_before.0)
        .bind(SWEEP)
        .execute(pool)
        .await
        .map_err(failed)?;
        most = most.max(events.rows_affected());
        let keys = sqlx::query(
            "delete from intake_keys k using
               (select org, key from intake_keys where at < $1 order by at limit $2 for update skip locked) old
             where k.org = old.org and k.key = old.key",
        )
        .bind(keys_before.0)
        .bind(SWEEP)
        .execute(pool)
        .await
        .map_err(failed)?;
        most = most.max(keys.rows_affected());
        for statement in [
            "delete from sessions where id in (
               select id from sessions where expires_at <= $1 order by expires_at limit $2)",
            "delete from links where token_hash in (
               select token_hash from links where expires_at <= $1 order by expires_at limit $2)",
        ] {
            let done = sqlx::query(statement)
                .bind(now.0)
                .bind(SWEEP)
                .execute(pool)
                .await
                .map_err(failed)?;
            most = most.max(done.rows_affected());
        }
        Ok(most >= SWEEP as u64)
    }

    async fn snapshot(&self, _to: &Path) -> Result<(), StoreError> {
        Err(StoreError::NotApplied(
            "PostgreSQL is copied by its own tool: use pg_dump".to_owned(),
        ))
    }
}
