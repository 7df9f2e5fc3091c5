//! The live log for sockets: a shared ring of ready frames for each followed organization.
//!
//! A socket owns no queue: it is a cursor. It reads from the ring, else from the database, else it must resync. Frames are
//! serialized once per (event, view), however many sockets follow.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use voxanne_core::{
    call::Speaker,
    ids::{CallId, OrgId},
    log::{Event, Seq, mask},
    pii::Pii,
    ports::store::{Store, StoreError},
};

/// Frames kept in memory for each followed organization.
const RING: usize = 2_000;
/// Events in one batch.
pub const MAX_BATCH: u32 = 200;
/// Calls whose latest words are kept for each organization.
const MOST_PARTIALS: usize = 2_000;

/// What a socket may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Everything.
    Full,
    /// Callers' numbers and names masked.
    Masked,
}

struct Frame {
    seq: Seq,
    topic: String,
    full: Arc<str>,
    masked: Arc<str>,
}

impl Frame {
    fn of(event: &Event) -> Self {
        let mut body: serde_json::Value =
            serde_json::from_str(event.body.expose()).unwrap_or(serde_json::Value::Null);
        let shape = |body: &serde_json::Value| -> Arc<str> {
            serde_json::json!({
                "s": event.seq, "k": event.kind, "v": event.version, "at": event.at, "id": event.id, "d": body,
            })
            .to_string()
            .into()
        };
        let full = shape(&body);
        mask(&mut body);
        Self {
            seq: event.seq,
            topic: event.topic.clone(),
            full,
            masked: shape(&body),
        }
    }
}

/// The latest words of a call that will still change.
#[derive(Debug, Clone)]
pub struct Partial {
    /// Which call.
    pub call: CallId,
    /// Who speaks.
    pub speaker: Speaker,
    /// The words so far; empty clears them.
    pub text: Pii<String>,
    version: u64,
}

struct OrgLog {
    ring: Mutex<VecDeque<Arc<Frame>>>,
    head: watch::Sender<Seq>,
    partials: Mutex<HashMap<CallId, Partial>>,
    partial_version: watch::Sender<u64>,
}

/// Follows logs for as long as somebody listens.
pub struct Live {
    store: Arc<dyn Store>,
    logs: Mutex<HashMap<OrgId, Weak<OrgLog>>>,
    sockets: AtomicU64,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Live")
    }
}

impl Live {
    /// Starts following whatever is asked for.
    pub fn start(store: Arc<dyn Store>, tasks: &TaskTracker, stop: CancellationToken) -> Arc<Self> {
        let live = Arc::new(Self {
            store: store.clone(),
            logs: Mutex::new(HashMap::new()),
            sockets: AtomicU64::new(0),
        });
        let follower = live.clone();
        tasks.spawn(async move {
            let mut wakes = store.wakes();
            loop {
                tokio::select! {
                    () = wakes.changed() => {}
                    () = stop.cancelled() => return,
                }
                let logs: Vec<(OrgId, Arc<OrgLog>)> = {
                    let mut logs = follower.logs.lock().unwrap_or_else(PoisonError::into_inner);
                    logs.retain(|_, log| log.strong_count() > 0);
                    logs.iter()
                        .filter_map(|(org, log)| Some((*org, log.upgrade()?)))
                        .collect()
                };
                for (org, log) in logs {
                    if wakes.head(org) > *log.head.borrow()
                        && let Err(error) = fill(&*store, org, &log).await
                    {
                        tracing::warn!(%error, "live.read_failed");
                    }
                }
            }
        });
        live
    }

    /// How many sockets follow now.
    pub fn sockets(&self) -> u64 {
        self.sockets.load(Ordering::Relaxed)
    }

    /// Follows an organization's log from now on.
    pub async fn follow(self: &Arc<Self>, org: OrgId, view: View) -> Result<Follower, StoreError> {
        let known = {
            let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            logs.get(&org).and_then(Weak::upgrade)
        };
        let log = match known {
            Some(log) => log,
            None => {
                let head = self.store.read(org).await?.head().await?;
                let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
                match logs.get(&org).and_then(Weak::upgrade) {
                    Some(log) => log,
                    None => {
                        let log = Arc::new(OrgLog {
                            ring: Mutex::new(VecDeque::new()),
                            head: watch::Sender::new(head),
                            partials: Mutex::new(HashMap::new()),
                            partial_version: watch::Sender::new(0),
                        });
                        logs.insert(org, Arc::downgrade(&log));
                        log
                    }
                }
            }
        };
        // What was committed between the snapshot of the head and the registration.
        fill(&*self.store, org, &log).await?;
        self.sockets.fetch_add(1, Ordering::Relaxed);
        Ok(Follower {
            live: self.clone(),
            org,
            view,
            heads: log.head.subscribe(),
            partials: log.partial_version.subscribe(),
            log,
            seen: 0,
        })
    }

    /// Words that will still change: latest wins, nothing is kept, nobody followed means nobody told.
    pub fn partial(&self, org: OrgId, call: CallId, speaker: Speaker, text: Pii<String>) {
        let log = {
            let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            logs.get(&org).and_then(Weak::upgrade)
        };
        let Some(log) = log else { return };
        let version = *log.partial_version.borrow() + 1;
        {
            let mut partials = log.partials.lock().unwrap_or_else(PoisonError::into_inner);
            if partials.len() >= MOST_PARTIALS && !partials.contains_key(&call) {
                partials.clear();
            }
            partials.insert(
                call,
                Partial {
                    call,
                    speaker,
                    text,
                    version,
                },
            );
        }
        log.partial_version.send_replace(version);
    }
}

/// Reads what is new into the ring.
async fn fill(store: &dyn Store, org: OrgId, log: &OrgLog) -> Result<(), StoreError> {
    loop {
        let from = *log.head.borrow();
        let mut read = store.read(org).await?;
        let head = read.head().await?;
        if head <= from {
            return Ok(());
        }
        let events = read.events(from, head, MAX_BATCH).await?;
        drop(read);
        let Some(last) = events.last().map(|e| e.seq) else {
            return Ok(());
        };
        let frames: Vec<Arc<Frame>> = events.iter().map(|e| Arc::new(Frame::of(e))).collect();
        {
            let mut ring = log.ring.lock().unwrap_or_else(PoisonError::into_inner);
            // Two readers may race for the same stretch; numbers tell what is there already.
            let known = ring.back().map_or(0, |f| f.seq).max(*log.head.borrow());
            ring.extend(frames.into_iter().filter(|f| f.seq > known));
            while ring.len() > RING {
                ring.pop_front();
            }
        }
        log.head.send_if_modified(|head| {
            let newer = last > *head;
            *head = (*head).max(last);
            newer
        });
    }
}

/// What a socket gets next.
#[derive(Debug)]
pub enum Next {
    /// Everything of `(from, to]` in its topics; `frames` are event objects.
    Batch {
        /// Up to where.
        to: Seq,
        /// The event objects, ready to be joined.
        frames: Vec<Arc<str>>,
    },
    /// The cursor is too old, or of another life of the database.
    Resync,
}

/// One socket's place in a log.
pub struct Follower {
    live: Arc<Live>,
    org: OrgId,
    view: View,
    log: Arc<OrgLog>,
    heads: watch::Receiver<Seq>,
    partials: watch::Receiver<u64>,
    seen: u64,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Follower({})", self.org)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.live.sockets.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Follower {
    /// The head of the log as followed.
    pub fn head(&self) -> Seq {
        *self.heads.borrow()
    }

    /// The oldest cursor that need not resync.
    pub async fn floor(&self) -> Result<Seq, StoreError> {
        self.live.store.read(self.org).await?.floor().await
    }

    /// Waits for a newer head or newer partial words. True when it was the head.
    pub async fn changed(&mut self) -> bool {
        tokio::select! {
            moved = self.heads.changed() => moved.is_ok(),
            _ = self.partials.changed() => false,
        }
    }

    /// Everything after `cursor` in these topics, at most [`MAX_BATCH`] events.
    pub async fn after(
        &mut self,
        cursor: Seq,
        topics: &HashSet<String>,
    ) -> Result<Next, StoreError> {
        let head = *self.heads.borrow_and_update();
        if cursor > head {
            return Ok(Next::Resync);
        }
        if let Some(next) = self.ring_after(cursor, head, topics) {
            return Ok(next);
        }
        let mut read = self.live.store.read(self.org).await?;
        if cursor < read.floor().await? {
            return Ok(Next::Resync);
        }
        let events = read.events(cursor, head, MAX_BATCH).await?;
        let to = if (events.len() as u32) < MAX_BATCH {
            head
        } else {
            events.last().map_or(head, |e| e.seq)
        };
        let frames = events
            .iter()
            .filter(|e| topics.contains(&e.topic))
            .map(|e| self.shown(&Frame::of(e)))
            .collect();
        Ok(Next::Batch { to, frames })
    }

    fn ring_after(&self, cursor: Seq, head: Seq, topics: &HashSet<String>) -> Option<Next> {
        let ring = self.log.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let first = ring.front()?.seq;
        if cursor + 1 < first {
            return None;
        }
        let start = (cursor + 1 - first) as usize;
        let taken: Vec<&Arc<Frame>> = ring
            .iter()
            .skip(start)
            .take_while(|f| f.seq <= head)
            .take(MAX_BATCH as usize)
            .collect();
        let to = taken.last().map_or(cursor, |f| f.seq);
        let frames = taken
            .into_iter()
            .filter(|f| topics.contains(&f.topic))
            .map(|f| self.shown(f))
            .collect();
        Some(Next::Batch { to, frames })
    }

    fn shown(&self, frame: &Frame) -> Arc<str> {
        match self.view {
            View::Full => frame.full.clone(),
            View::Masked => frame.masked.clone(),
        }
    }

    /// Partial words of the followed calls that are newer than those seen last.
    pub fn newer_partials(&mut self, topics: &HashSet<String>) -> Vec<Partial> {
        let until = *self.partials.borrow_and_update();
        let seen = std::mem::replace(&mut self.seen, until);
        let partials = self
            .log
            .partials
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        partials
            .values()
            .filter(|p| p.version > seen && topics.contains(&format!("call:{}", p.call)))
            .cloned()
            .collect()
    }
}
