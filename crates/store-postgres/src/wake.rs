//! News between nodes.
//!
//! A NOTIFY inside each transaction would make all commits wait for one lock. So a node wakes its own waiters after the
//! commit, and tells the others at most once in 20 ms on a connection of its own. What a notification loses, a look at the
//! heads once a second finds; after each reconnect all heads are read again.

use crate::{
    open::{self, OpenError, Options},
    sql::Id,
};
use sqlx::{
    PgPool, Row as _,
    postgres::{PgListener, PgPoolOptions},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, task::AbortHandle};
use uuid::Uuid;
use voxanne_core::{
    ids::{OrgId, WorkerId},
    log::Seq,
    ports::store::tokio_free::{WakeReceiver, WakeSender},
};

const CHANNEL: &str = "voxanne";
/// Below PostgreSQL's limit of 8,000 bytes.
const PAYLOAD: usize = 7_900;
const COALESCE: Duration = Duration::from_millis(20);
const POLL: Duration = Duration::from_secs(1);
/// Most organizations whose heads this node looks at.
const MOST_WATCHED: usize = 10_000;

struct State {
    node: WorkerId,
    sender: WakeSender,
    outgoing: Mutex<HashMap<OrgId, Seq>>,
    pending: Notify,
    watched: Mutex<HashSet<OrgId>>,
}

/// The node's ends of the wires; the tasks stop when it is dropped.
pub(crate) struct Wakes {
    state: Arc<State>,
    tasks: Vec<AbortHandle>,
}

impl Drop for Wakes {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Wakes {
    /// Connects and starts.
    pub(crate) async fn start(
        url: &str,
        system: PgPool,
        with: &Options,
    ) -> Result<Self, OpenError> {
        let wire = PgPoolOptions::new()
            .max_connections(2)
            .connect_with(open::options(with.listen_url.as_deref().unwrap_or(url))?)
            .await
            .map_err(|_| OpenError::Unreachable("the listening connection failed".to_owned()))?;
        let state = Arc::new(State {
            node: WorkerId::new(),
            sender: WakeSender::default(),
            outgoing: Mutex::default(),
            pending: Notify::new(),
            watched: Mutex::default(),
        });
        let tasks = vec![
            tokio::spawn(tell(state.clone(), wire.clone())).abort_handle(),
            tokio::spawn(listen(state.clone(), wire, system.clone())).abort_handle(),
            tokio::spawn(poll(state.clone(), system)).abort_handle(),
        ];
        Ok(Self { state, tasks })
    }

    /// After a commit: wakes this node now and the others soon.
    pub(crate) fn wake(&self, org: OrgId, head: Seq) {
        self.state.sender.wake(org, head);
        {
            let mut outgoing = lock(&self.state.outgoing);
            let known = outgoing.entry(org).or_default();
            *known = (*known).max(head);
        }
        self.state.pending.notify_one();
    }

    /// Somebody here looks at this organization.
    pub(crate) fn watch(&self, org: OrgId) {
        let mut watched = lock(&self.state.watched);
        if watched.len() >= MOST_WATCHED && !watched.contains(&org) {
            watched.clear();
        }
        watched.insert(org);
    }

    pub(crate) fn subscribe(&self) -> WakeReceiver {
        self.state.sender.subscribe()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The notifications that carry these heads: the node, then `org:seq` each.
fn payloads(node: WorkerId, heads: &HashMap<OrgId, Seq>) -> Vec<String> {
    let node = node.uuid().simple().to_string();
    let mut out = vec![node.clone()];
    for (org, seq) in heads {
        let word = format!(" {}:{seq}", org.uuid().simple());
        match out.last_mut() {
            Some(last) if last.len() + word.len() <= PAYLOAD => last.push_str(&word),
            _ => out.push(format!("{node}{word}")),
        }
    }
    out.retain(|payload| payload.contains(' '));
    out
}

/// The heads another node tells of; nothing when it is our own word or none of ours.
fn heard(node: WorkerId, payload: &str) -> Vec<(OrgId, Seq)> {
    let mut words = payload.split(' ');
    match words.next().map(Uuid::try_parse) {
        Some(Ok(from)) if from != node.uuid() => {}
        _ => return Vec::new(),
    }
    words
        .filter_map(|word| {
            let (org, seq) = word.split_once(':')?;
            Some((OrgId::of(Uuid::try_parse(org).ok()?), seq.parse().ok()?))
        })
        .collect()
}

async fn tell(state: Arc<State>, wire: PgPool) {
    loop {
        state.pending.notified().await;
        let heads = std::mem::take(&mut *lock(&state.outgoing));
        for payload in payloads(state.node, &heads) {
            let sent = sqlx::query("select pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&wire)
                .await;
            if let Err(error) = sent {
                tracing::warn!(%error, "other nodes were not told; they look by themselves");
            }
        }
        tokio::time::sleep(COALESCE).await;
    }
}

async fn listen(state: Arc<State>, wire: PgPool, system: PgPool) {
    loop {
        if let Ok(mut listener) = PgListener::connect_with(&wire).await
            && listener.listen(CHANNEL).await.is_ok()
        {
            look(&state, &system).await;
            // A lost connection ends this loop and begins the outer one, which reads all heads again.
            while let Ok(Some(notification)) = listener.try_recv().await {
                for (org, head) in heard(state.node, notification.payload()) {
                    state.sender.wake(org, head);
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn poll(state: Arc<State>, system: PgPool) {
    let mut tick = tokio::time::interval(POLL);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        look(&state, &system).await;
    }
}

/// Reads the heads of the watched organizations and wakes for those that moved.
async fn look(state: &State, system: &PgPool) {
    let orgs: Vec<Uuid> = lock(&state.watched).iter().map(|org| org.uuid()).collect();
    if orgs.is_empty() {
        return;
    }
    let rows = sqlx::query("select org, seq from org_heads where org = any($1)")
        .bind(orgs)
        .fetch_all(system)
        .await;
    let known = state.sender.subscribe();
    for row in rows.unwrap_or_default() {
        let (Ok(org), Ok(seq)) = (row.try_get::<Uuid, _>(0), row.try_get::<i64, _>(1)) else {
            continue;
        };
        let (org, seq) = (OrgId::of(org), seq.max(0) as Seq);
        if seq > known.head(org) {
            state.sender.wake(org, seq);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_node_tells_another_hears_whole_and_within_the_limit() {
        let (here, there) = (WorkerId::new(), WorkerId::new());
        let heads: HashMap<OrgId, Seq> = (0..1_000).map(|n| (OrgId::new(), n)).collect();
        let told = payloads(here, &heads);
        assert!(told.len() > 1 && told.iter().all(|p| p.len() <= PAYLOAD));
        let got: HashMap<OrgId, Seq> = told.iter().flat_map(|p| heard(there, p)).collect();
        assert_eq!(got, heads);
        assert!(
            told.iter().all(|p| heard(here, p).is_empty()),
            "own words are old news"
        );
        assert!(heard(there, "").is_empty() && heard(there, "x y:z").is_empty());
    }
}
