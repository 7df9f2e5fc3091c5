//! Simulated phone calls from the dashboard. These routes exist only under `voxanne demo`; `serve` has no way to them.

use super::{
    Shared,
    auth::Caller,
    input::{Body, Params},
    problem::Problem,
};
use crate::commands::provider_process::{Note, Order};
use axum::{
    Extension, Json, Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc;
use voxanne_core::tenancy::Permission;
use voxanne_simulator::{FaultProfile, TransferOutcome, scripts};

/// Runs remembered.
const MOST_RUNS: usize = 100;
/// Calls of one run.
const MOST_CALLS: u32 = 50;
const TRANSFERS: [TransferOutcome; 6] = [
    TransferOutcome::Connected,
    TransferOutcome::NoAnswer,
    TransferOutcome::Busy,
    TransferOutcome::Voicemail,
    TransferOutcome::Refused,
    TransferOutcome::NeverConfirmed,
];

/// The way to the simulated provider's process.
pub struct Demo {
    orders: mpsc::Sender<Order>,
    runs: Mutex<BTreeMap<u64, Run>>,
    next: AtomicU64,
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Demo")
    }
}

#[derive(Debug, Clone)]
struct Run {
    count: u32,
    placed: u32,
    finished: u32,
    problem: Option<String>,
    words: String,
}

#[derive(Debug, Serialize)]
struct RunView {
    id: String,
    state: &'static str,
    placed: u32,
    finished: u32,
    count: u32,
    words: String,
}

impl Run {
    fn shown(&self, id: u64) -> RunView {
        let state = match (&self.problem, self.finished >= self.count) {
            (Some(_), true) => "failed",
            (None, true) => "done",
            (_, false) => "running",
        };
        let words = match &self.problem {
            Some(problem) => format!("{}: {problem}", self.words),
            None => format!("{}: {} of {} over", self.words, self.finished, self.count),
        };
        RunView {
            id: id.to_string(),
            state,
            placed: self.placed,
            finished: self.finished,
            count: self.count,
            words,
        }
    }
}

impl Demo {
    /// A demo whose orders go into `orders`.
    pub fn new(orders: mpsc::Sender<Order>) -> Arc<Self> {
        Arc::new(Self {
            orders,
            runs: Mutex::new(BTreeMap::new()),
            next: AtomicU64::new(1),
        })
    }

    /// Takes what the process says.
    pub fn heard(&self, note: &Note) {
        if let Note::Over { run, problem, .. } = note
            && let Some(run) = self
                .runs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_mut(run)
        {
            run.finished += 1;
            if run.problem.is_none() {
                run.problem.clone_from(problem);
            }
        }
    }
}

/// The routes, below `/api/v1`.
pub fn routes(demo: Arc<Demo>) -> Router<Shared> {
    Router::new()
        .route("/demo", get(overview))
        .route("/demo/calls", post(place))
        .route("/demo/runs/{id}", get(run))
        .layer(Extension(demo))
}

fn words_of<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// `medical_swelling` becomes `Medical swelling`.
fn title(name: &str) -> String {
    let plain = name.replace(['_', '-'], " ");
    let mut chars = plain.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[derive(Debug, Deserialize)]
struct Nothing {}

async fn overview(
    caller: Caller,
    Extension(demo): Extension<Arc<Demo>>,
    Params(Nothing {}): Params<Nothing>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let scripts: Vec<_> = scripts::all()
        .into_iter()
        .map(|s| {
            let first = s
                .utterances
                .iter()
                .map(|u| u.say.as_str())
                .find(|t| !t.is_empty())
                .unwrap_or("Says nothing");
            serde_json::json!({"name": s.name, "title": title(&s.name), "words": first})
        })
        .collect();
    let runs: Vec<_> = {
        let runs = demo.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.iter()
            .rev()
            .take(20)
            .map(|(id, run)| run.shown(*id))
            .collect()
    };
    let transfers: Vec<String> = TRANSFERS.iter().map(words_of).collect();
    Ok(Json(serde_json::json!({
        "scripts": scripts, "faults": FaultProfile::NAMES, "transfers": transfers, "runs": runs,
    }))
    .into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewRun {
    script: String,
    count: u32,
    faults: String,
    transfer: TransferOutcome,
}

async fn place(
    caller: Caller,
    Extension(demo): Extension<Arc<Demo>>,
    Body(new): Body<NewRun>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    if !(1..=MOST_CALLS).contains(&new.count) {
        return Err(Problem::bad("count", "between 1 and 50"));
    }
    if !FaultProfile::NAMES.contains(&new.faults.as_str()) {
        return Err(Problem::bad("faults", "choose one of the listed profiles"));
    }
    let all = scripts::all();
    if new.script != "mixed" && !all.iter().any(|s| s.name == new.script) {
        return Err(Problem::bad(
            "script",
            "choose one of the listed scripts, or mixed",
        ));
    }
    let id = demo.next.fetch_add(1, Ordering::Relaxed);
    let run = Run {
        count: new.count,
        placed: new.count,
        finished: 0,
        problem: None,
        words: format!("{} calls, {}", new.count, title(&new.script)),
    };
    let shown = run.shown(id);
    {
        let mut runs = demo.runs.lock().unwrap_or_else(PoisonError::into_inner);
        while runs.len() >= MOST_RUNS {
            runs.pop_first();
        }
        runs.insert(id, run);
    }
    let start: usize = rand::rng().random_range(0..all.len());
    for n in 0..new.count {
        let script = if new.script == "mixed" {
            all[(start + n as usize) % all.len()].name.clone()
        } else {
            new.script.clone()
        };
        let order = Order::Place {
            run: id,
            number_id: crate::commands::demo::NUMBER_ID.to_owned(),
            caller: format!("+1415555{:04}", rand::rng().random_range(100..9_999)),
            script,
            transfer: new.transfer,
            faults: new.faults.clone(),
            seed: rand::rng().random(),
        };
        demo.orders.send(order).await.map_err(|_| {
            voxanne_app::Fault::Unavailable(
                "the simulated provider has ended: restart the demo".to_owned(),
            )
        })?;
    }
    Ok((StatusCode::ACCEPTED, Json(shown)).into_response())
}

async fn run(
    caller: Caller,
    Extension(demo): Extension<Arc<Demo>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let unknown = || Problem::not_found("this run");
    let id: u64 = id.parse().map_err(|_| unknown())?;
    let runs = demo.runs.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Json(runs.get(&id).ok_or_else(unknown)?.shown(id)).into_response())
}
