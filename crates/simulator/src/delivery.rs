//! The webhooks of one call on their way: in order, except where a fault says otherwise.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use crate::faults::{Fault, FaultCount, FaultProfile};
use crate::state::{SentEvent, World, lock};
use crate::webhook::{Answer, Target};
use crate::world::{Dice, now_ms};

const QUEUE: usize = 4_096;
/// After so many failures in a row the frequent, dispensable events are left out.
const THIN_AFTER: u32 = 3;

/// What delivering came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) acks_ms: Vec<f64>,
    pub(crate) errors: Vec<String>,
    pub(crate) events: u64,
}

struct Lane {
    world: Arc<World>,
    call_id: String,
    faults: FaultCount,
    failures: AtomicU32,
    done: Mutex<Delivered>,
}

#[derive(Clone)]
struct Envelope {
    kind: String,
    message: Arc<Value>,
    target: Target,
    /// Whether signed URLs are made anew; otherwise the copy is byte-identical.
    fresh: bool,
    /// Cut the first attempt's connection after this long.
    cut: Option<Duration>,
    /// Real time to wait before the first attempt.
    after: Duration,
}

struct Held {
    behind: u32,
    envelope: Envelope,
}

/// Entrance to the lane, with the faults decided at the door, in the order of events.
pub(crate) struct Outbox {
    lane: Arc<Lane>,
    queue: mpsc::Sender<Envelope>,
    worker: JoinHandle<()>,
    profile: FaultProfile,
    dice: Dice,
    held: Vec<Held>,
    once: Once,
}

/// Which faults have struck already: the first occasion of a named profile always does.
#[derive(Default)]
struct Once {
    drop: bool,
    reorder: bool,
    delay: bool,
    cut: bool,
}

impl Outbox {
    pub(crate) fn open(
        world: &Arc<World>,
        call_id: &str,
        faults: FaultCount,
        profile: FaultProfile,
        seed: u64,
    ) -> Self {
        let lane = Arc::new(Lane {
            world: Arc::clone(world),
            call_id: call_id.to_owned(),
            faults,
            failures: AtomicU32::new(0),
            done: Mutex::default(),
        });
        let (queue, entries) = mpsc::channel(QUEUE);
        let worker = tokio::spawn(work(Arc::clone(&lane), entries));
        let dice = Dice::fork(seed, "delivery");
        Self {
            lane,
            queue,
            worker,
            profile,
            dice,
            held: Vec::new(),
            once: Once::default(),
        }
    }

    /// Sends an informational event, or does to it what the profile says.
    pub(crate) async fn push(&mut self, kind: &str, message: Value, target: &Target) {
        let ending = kind == "end-of-call-report" || message["status"] == "ended";
        let p = &self.profile;
        // Every event throws the same dice, so one fault never shifts another.
        let strikes = [p.drop, p.duplicate, p.reorder, p.delay, p.cut]
            .map(|probability| self.dice.chance(probability));
        let (behind, wait, hold) = (
            self.dice.between(1, 3) as u32,
            self.dice.between(100, 3_000),
            self.dice.between(0, 12),
        );
        let identical = self.dice.chance(0.5);
        let speech = kind.starts_with("transcript");
        let report = kind == "end-of-call-report";
        let first = |p: f64, done: &mut bool, struck: bool, occasion: bool| {
            let now = p > 0.0 && (struck || (occasion && !*done));
            *done |= now;
            now
        };
        let drop = !ending && first(p.drop, &mut self.once.drop, strikes[0], speech);
        let duplicate = p.duplicate > 0.0 && (strikes[1] || report);
        let reorder = first(p.reorder, &mut self.once.reorder, strikes[2], !ending);
        let delay = first(p.delay, &mut self.once.delay, strikes[3], speech || ending);
        let cut = first(p.cut, &mut self.once.cut, strikes[4], speech || ending);
        if drop {
            self.lane.faults.add(Fault::Drop);
            return self.release(1).await;
        }
        let mut envelope = Envelope {
            kind: kind.to_owned(),
            message: Arc::new(message),
            target: target.clone(),
            fresh: false,
            cut: None,
            after: Duration::ZERO,
        };
        let copy = duplicate.then(|| Envelope {
            fresh: !identical,
            ..envelope.clone()
        });
        if cut {
            envelope.cut = Some(Duration::from_millis(hold));
        }
        if delay {
            self.lane.faults.add(Fault::Delay);
            envelope.after = self.lane.world.scaled(wait);
        }
        if reorder {
            self.lane.faults.add(Fault::Reorder);
            // One more than asked for: this event itself is counted on the way out.
            self.held.push(Held {
                behind: behind + 1,
                envelope,
            });
        } else {
            self.enqueue(envelope).await;
        }
        if let Some(copy) = copy {
            self.lane.faults.add(Fault::Duplicate);
            self.enqueue(copy).await;
        }
        self.release(1).await;
    }

    async fn enqueue(&self, envelope: Envelope) {
        // The worker only ends when this side closes.
        let _ = self.queue.send(envelope).await;
    }

    async fn release(&mut self, passed: u32) {
        let mut kept = Vec::new();
        for mut held in std::mem::take(&mut self.held) {
            held.behind = held.behind.saturating_sub(passed);
            if held.behind == 0 {
                self.enqueue(held.envelope).await;
            } else {
                kept.push(held);
            }
        }
        self.held = kept;
    }

    /// Asks a question and waits for its answer, within the target's limit. `retry` says whether
    /// the target's back-off plan is followed. A cut or doubled question is asked twice.
    pub(crate) async fn ask(
        &mut self,
        kind: &str,
        message: &Value,
        target: &Target,
        retry: bool,
    ) -> Answer {
        let text = json!({ "message": message }).to_string();
        let (duplicate, cut) = (
            self.dice.chance(self.profile.duplicate),
            self.dice.chance(self.profile.cut),
        );
        let hold = Duration::from_millis(self.dice.between(0, 12));
        if cut {
            self.lane.faults.add(Fault::Cut);
            self.lane.world.post_and_cut(target, &text, hold).await;
            self.lane.sent(kind, &text, 0, None);
        }
        let mut answer = self.lane.once(kind, &text, target, u32::from(cut)).await;
        if let Some(plan) = target.backoff.as_ref().filter(|_| retry) {
            for attempt in 1..=plan.max_retries {
                let excluded = answer
                    .status
                    .is_some_and(|code| plan.excluded.contains(&code));
                if answer.accepted() || excluded {
                    break;
                }
                tokio::time::sleep(self.lane.world.scaled(plan.wait_ms(attempt))).await;
                answer = self.lane.once(kind, &text, target, attempt).await;
            }
        }
        if duplicate && answer.accepted() {
            self.lane.faults.add(Fault::Duplicate);
            let again = self.lane.once(kind, &text, target, 1).await;
            // An assistant may carry a fresh token; a destination or a result may not change.
            if kind != "assistant-request" && again.body != answer.body {
                self.trouble(format!("{kind} asked twice was answered differently"));
            }
        }
        answer
    }

    pub(crate) fn trouble(&self, what: String) {
        lock(&self.lane.done).errors.push(what);
    }

    /// Lets everything held go, waits for all deliveries and their retries.
    pub(crate) async fn close(mut self) -> Delivered {
        self.release(u32::MAX).await;
        drop(self.queue);
        if self.worker.await.is_err() {
            lock(&self.lane.done)
                .errors
                .push("the delivery worker broke".to_owned());
        }
        lock(&self.lane.done).clone()
    }
}

async fn work(lane: Arc<Lane>, mut entries: mpsc::Receiver<Envelope>) {
    let mut late = JoinSet::new();
    while let Some(envelope) = entries.recv().await {
        if !envelope.after.is_zero() {
            let lane = Arc::clone(&lane);
            late.spawn(async move {
                tokio::time::sleep(envelope.after).await;
                if !lane.attempt(&envelope, 0).await {
                    lane.retry(&envelope).await;
                }
            });
        } else if !lane.attempt(&envelope, 0).await {
            let lane = Arc::clone(&lane);
            late.spawn(async move { lane.retry(&envelope).await });
        }
    }
    while late.join_next().await.is_some() {}
}

impl Lane {
    /// One attempt; true when nothing more is to be done.
    async fn attempt(&self, envelope: &Envelope, number: u32) -> bool {
        if envelope.kind == "speech-update" && self.failures.load(Ordering::Relaxed) >= THIN_AFTER {
            self.faults.add(Fault::Thinned);
            return true;
        }
        let text = self.render(envelope, number);
        if number == 0
            && let Some(hold) = envelope.cut
        {
            self.faults.add(Fault::Cut);
            self.world.post_and_cut(&envelope.target, &text, hold).await;
            self.sent(&envelope.kind, &text, number, None);
            return envelope.target.backoff.is_none();
        }
        let answer = self
            .once(&envelope.kind, &text, &envelope.target, number)
            .await;
        answer.accepted()
            || envelope.target.backoff.as_ref().is_none_or(|plan| {
                number >= plan.max_retries
                    || answer
                        .status
                        .is_some_and(|code| plan.excluded.contains(&code))
            })
    }

    async fn retry(&self, envelope: &Envelope) {
        let Some(plan) = envelope.target.backoff.clone() else {
            return;
        };
        for number in 1..=plan.max_retries {
            tokio::time::sleep(self.world.scaled(plan.wait_ms(number))).await;
            if self.attempt(envelope, number).await {
                return;
            }
        }
    }

    /// The body; a report that is delivered again carries new signed URLs, as the provider's does.
    fn render(&self, envelope: &Envelope, number: u32) -> String {
        if envelope.kind == "end-of-call-report" && (envelope.fresh || number > 0) {
            let mut message = (*envelope.message).clone();
            self.world
                .sign_artifact(&self.call_id, &mut message["artifact"]);
            return json!({ "message": message }).to_string();
        }
        json!({ "message": *envelope.message }).to_string()
    }

    async fn once(&self, kind: &str, text: &str, target: &Target, number: u32) -> Answer {
        let answer = self.world.post(target, text).await;
        self.sent(kind, text, number, answer.status);
        let mut done = lock(&self.done);
        if answer.accepted() {
            self.failures.store(0, Ordering::Relaxed);
            done.acks_ms.push(answer.took_ms);
        } else {
            self.failures.fetch_add(1, Ordering::Relaxed);
            done.errors.push(format!("{kind}: {}", answer.trouble()));
        }
        answer
    }

    fn sent(&self, kind: &str, text: &str, attempt: u32, status: Option<u16>) {
        lock(&self.done).events += 1;
        self.world.note_sent(SentEvent {
            call_id: self.call_id.clone(),
            kind: kind.to_owned(),
            body: text.to_owned(),
            attempt,
            status,
            at_ms: now_ms(),
        });
    }
}
