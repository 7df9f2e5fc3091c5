//! What a person at the dashboard sees while calls are placed, and does about the inbox.

use super::{
    plan::{Habit, Planned},
    staff::Staff,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::{Duration, Instant},
};
use voxanne_core::phone;

const LOOK: Duration = Duration::from_millis(250);

/// How long the dashboard is watched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// After the last call: without anything changing.
    pub(super) still: Duration,
    /// After the last call: at all.
    pub(super) whole: Duration,
}

/// What is known of the calls of a run, by the caller's number in national format.
pub(super) struct Watch<'a> {
    staff: &'a Staff,
    /// Who may see the background work.
    owner: &'a Staff,
    /// Calls that were there before.
    before: BTreeSet<String>,
    planned: BTreeMap<String, &'a Planned>,
    /// Summaries of what was found, by caller.
    pub(super) found: BTreeMap<String, Vec<Value>>,
    open: Vec<Value>,
    due: HashMap<String, Instant>,
    done: BTreeSet<String>,
    since: i64,
}

impl<'a> Watch<'a> {
    pub(super) async fn start(
        staff: &'a Staff,
        owner: &'a Staff,
        plan: &'a [Planned],
        since: i64,
    ) -> anyhow::Result<Self> {
        let mut watch = Self {
            staff,
            owner,
            before: BTreeSet::new(),
            planned: plan
                .iter()
                .map(|p| (phone::national(&p.caller), p))
                .collect(),
            found: BTreeMap::new(),
            open: Vec::new(),
            due: HashMap::new(),
            done: BTreeSet::new(),
            since,
        };
        let known = watch.calls().await?;
        watch.before = known.iter().map(|c| text(c, "id")).collect();
        Ok(watch)
    }

    async fn calls(&self) -> anyhow::Result<Vec<Value>> {
        self.staff
            .all("/calls", &format!("from={}", self.since))
            .await
    }

    /// Looks and acts until everything placed has settled; `placed` says when the last call is over.
    pub(super) async fn until_settled(
        &mut self,
        mut over: impl FnMut() -> bool,
        patience: Patience,
    ) -> bool {
        let mut last = String::new();
        let (mut changed, mut ended) = (Instant::now(), None);
        loop {
            // A server that is away for a moment (killed, restarted) is asked again.
            let is_over = over();
            let rested = self.look().await.is_ok_and(|acted| acted == 0);
            let rested = rested && is_over && self.settled() && self.due.is_empty();
            if rested && self.books_closed().await {
                return true;
            }
            let now = self.state();
            if now != last || !is_over {
                last = now;
                changed = Instant::now();
            }
            if is_over {
                let since = *ended.get_or_insert_with(Instant::now);
                if changed.elapsed() > patience.still || since.elapsed() > patience.whole {
                    return false;
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Reads what is there and acts on it; how many times.
    async fn look(&mut self) -> anyhow::Result<usize> {
        let calls = self.calls().await?;
        self.open = self.staff.all("/inbox", "state=open").await?;
        self.found.clear();
        for call in calls {
            let caller = text(&call, "caller");
            if self.planned.contains_key(&caller) && !self.before.contains(&text(&call, "id")) {
                self.found.entry(caller).or_default().push(call);
            }
        }
        self.act().await
    }

    /// The books of every call are closed: what was left unfinished or unanswered is filed.
    async fn books_closed(&self) -> bool {
        let Ok(system) = self.owner.get("/system").await else {
            return false;
        };
        let jobs = system["jobs"].as_array().into_iter().flatten();
        let mut books = jobs.filter(|job| job["kind"] == "call.index");
        books.all(|job| job["open"] == 0)
    }

    /// Everything was found, reported, and its recordings are stored or given up; nothing waits for the staff member.
    fn settled(&self) -> bool {
        self.planned
            .keys()
            .all(|caller| self.found.get(caller).is_some_and(|c| c.iter().any(rests)))
    }

    fn state(&self) -> String {
        let calls = self.found.values().flatten();
        calls
            .map(|c| format!("{}{}{}", c["life"], c["recording"], c["outcome"]))
            .chain([self.open.len().to_string()])
            .collect()
    }

    async fn act(&mut self) -> anyhow::Result<usize> {
        let now = Instant::now();
        let mut acts = Vec::new();
        for item in &self.open {
            let (id, call) = (text(item, "id"), text(item, "call"));
            let ours = self
                .found
                .iter()
                .find(|(_, calls)| calls.iter().any(|c| text(c, "id") == call));
            let Some(planned) = ours.and_then(|(caller, _)| self.planned.get(caller)) else {
                continue;
            };
            // Whom nobody confirmed to have reached is always called back.
            let habit = if item["kind"] == "unconfirmed_transfer" {
                Habit::AcknowledgeAndClose
            } else {
                planned.habit
            };
            if habit == Habit::Never || self.done.contains(&id) {
                continue;
            }
            let due = *self.due.entry(id.clone()).or_insert(now + planned.after);
            // While the caller is on the line people wait for what comes of it.
            let live = ours.is_some_and(|(_, calls)| {
                calls
                    .iter()
                    .any(|c| text(c, "id") == call && c["life"] != "reported")
            });
            if due <= now && !live {
                acts.push((id, habit));
            }
        }
        let open: BTreeSet<String> = self.open.iter().map(|i| text(i, "id")).collect();
        self.due.retain(|id, _| open.contains(id));
        let acted = acts.len();
        for (id, habit) in acts {
            self.staff
                .send(
                    Method::POST,
                    &format!("/inbox/{id}/acknowledge"),
                    &json!({}),
                )
                .await?;
            if habit == Habit::AcknowledgeAndClose {
                let body = json!({"outcome": "called_back"});
                self.staff
                    .send(Method::POST, &format!("/inbox/{id}/close"), &body)
                    .await?;
            }
            self.due.remove(&id);
            self.done.insert(id);
        }
        Ok(acted)
    }
}

fn rests(call: &Value) -> bool {
    let recording = call["recording"].as_str().unwrap_or("none");
    call["life"] == "reported" && !matches!(recording, "waiting" | "fetching")
}

/// A field as text; empty when it is not there.
pub(super) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
