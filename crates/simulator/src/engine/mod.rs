//! One call from the first ring to the report.

mod events;
mod finish;
mod speech;
mod start;
mod transfer;
mod turn;

pub use events::CARRIER_SECRET_PREFIX;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::audio::Segment;
use crate::config::CallRequest;
use crate::control::{Command, Switch};
use crate::delivery::Outbox;
use crate::faults::{Fault, FaultCount};
use crate::report::{CallReport, Ending, TurnReport};
use crate::rest::faults::RestFaults;
use crate::script::Utterance;
use crate::state::{CallRecord, LiveCall, World, lock};
use crate::webhook::Target;
use crate::world::{Dice, fresh_id, now_ms};

/// Commands one call keeps waiting.
const COMMANDS: usize = 64;

/// Call time: it runs faster than the clock on the wall by the time scale, and never stands still
/// between two events, so that every event has a timestamp of its own.
struct CallClock {
    base_ms: i64,
    passed_ms: f64,
    last_stamp: i64,
}

impl CallClock {
    fn now(&self) -> i64 {
        self.base_ms + self.passed_ms as i64
    }

    fn stamp(&mut self) -> i64 {
        self.last_stamp = self.now().max(self.last_stamp + 1);
        self.last_stamp
    }
}

/// A call in progress.
pub(crate) struct Call {
    world: Arc<World>,
    request: CallRequest,
    id: String,
    clock: CallClock,
    dice: Dice,
    faults: FaultCount,
    stale_status: bool,
    iso_timestamps: bool,
    /// The number's record as the REST API knows it.
    number: Value,
    assistant: Value,
    target: Option<Target>,
    outbox: Outbox,
    commands: mpsc::Receiver<Command>,
    waiting: VecDeque<Command>,
    /// A transfer somebody outside asked for: it does not wait its turn.
    urgent: Option<(Value, Option<String>)>,
    /// Set once: the reason the call ends for, and what the end really is.
    over: Option<(String, Ending)>,
    status: &'static str,
    started_ms: Option<i64>,
    /// The conversation as the model gets it.
    history: Vec<Value>,
    /// The conversation as the report has it.
    log: Vec<Value>,
    segments: Vec<Segment>,
    transfers: Vec<Value>,
    turn: u32,
    speaking: Option<speech::Speaking>,
    assistant_muted: bool,
    customer_muted: bool,
    report: CallReport,
}

/// Runs one call to its end, and to the last delivery of its webhooks.
pub(crate) async fn place(world: &Arc<World>, request: CallRequest) -> anyhow::Result<CallReport> {
    let number = world
        .object("phone-number", &request.number_id)
        .ok_or_else(|| anyhow::anyhow!("no such number: {}", request.number_id))?;
    let id = fresh_id();
    let seed = world.config.seed.rotate_left(32) ^ request.seed;
    let profile = request.faults.clone();
    let faults = world.faults.below();
    let mut dice = Dice::fork(seed, "call");
    let mut decide = |probability: f64, fault: Fault| {
        let struck = dice.chance(probability);
        if struck {
            faults.add(fault);
        }
        struck
    };
    let stale_status = decide(profile.stale_status, Fault::StaleStatus);
    let iso_timestamps = decide(profile.iso_timestamps, Fault::IsoTimestamp);
    let number = if decide(profile.twilio_secrets, Fault::TwilioSecret) {
        events::with_secrets(number, seed)
    } else {
        number
    };
    let (tell, commands) = mpsc::channel(COMMANDS);
    let accepted = {
        let mut live = lock(&world.live);
        let accepted = live.len() < world.config.concurrency_limit;
        if accepted {
            live.insert(
                id.clone(),
                LiveCall {
                    commands: tell,
                    guarded: false,
                },
            );
        }
        accepted
    };
    let live = Registered(Arc::clone(world), id.clone());
    let mut call = Call {
        outbox: Outbox::open(world, &id, faults.clone(), profile.clone(), seed),
        world: Arc::clone(world),
        clock: CallClock {
            base_ms: now_ms(),
            passed_ms: 0.0,
            last_stamp: 0,
        },
        dice: Dice::fork(seed, "conversation"),
        faults,
        stale_status,
        iso_timestamps,
        number,
        assistant: Value::Null,
        target: None,
        commands,
        waiting: VecDeque::new(),
        urgent: None,
        over: None,
        status: "ringing",
        started_ms: None,
        history: Vec::new(),
        log: Vec::new(),
        segments: Vec::new(),
        transfers: Vec::new(),
        turn: 0,
        speaking: None,
        assistant_muted: false,
        customer_muted: false,
        report: CallReport {
            provider_call_id: id.clone(),
            script: request.script.name.clone(),
            ..CallReport::default()
        },
        id,
        request,
    };
    world.put_call(
        &call.id,
        CallRecord {
            view: call.snapshot(true),
            recording: None,
            ready_at_ms: None,
            log: String::new(),
            faults: RestFaults::counted(&profile, seed, call.faults.clone()),
        },
    );
    if accepted {
        call.begin().await;
    } else {
        call.end(
            "call.start.error-subscription-concurrency-limit-reached",
            Ending::Failed,
        );
    }
    Ok(call.finish(live).await)
}

/// Takes the call off the list of running ones, whichever way it leaves.
struct Registered(Arc<World>, String);

impl Drop for Registered {
    fn drop(&mut self) {
        lock(&self.0.live).remove(&self.1);
    }
}

impl Call {
    /// The whole conversation, once an assistant has been found.
    async fn converse(&mut self) {
        self.started_ms = Some(self.clock.now());
        self.status_update("in-progress", json!({})).await;
        self.emit("assistant.started", json!({})).await;
        let script = self.request.script.clone();
        let mut budgets = script
            .utterances
            .iter()
            .map(|utterance| utterance.interrupt_after_ms)
            .skip(1);
        let greeting_budget = script.utterances.first().and_then(|u| u.interrupt_after_ms);
        self.greet(greeting_budget).await;
        for utterance in &script.utterances {
            self.tend().await;
            if self.over.is_some() {
                return;
            }
            self.pass(utterance.pause_ms.unwrap_or(700)).await;
            self.tend().await;
            if self.over.is_some() {
                return;
            }
            self.utter(utterance, budgets.next().flatten()).await;
        }
        self.tend().await;
        if self.over.is_some() {
            return;
        }
        if script.hangup_after {
            // Somebody who says nothing at all listens for a while first.
            self.pass(if script.utterances.is_empty() {
                4_000
            } else {
                800
            })
            .await;
            self.tend().await;
            self.end("customer-ended-call", Ending::CallerHungUp);
        } else {
            self.fall_silent().await;
        }
    }

    async fn utter(&mut self, utterance: &Utterance, budget: Option<u64>) {
        let keys = utterance.dtmf.clone().unwrap_or_default();
        let said = if keys.is_empty() {
            utterance.say.clone()
        } else {
            format!("key {keys}")
        };
        self.report.turns.push(TurnReport {
            said,
            expect: utterance.expect,
            ..TurnReport::default()
        });
        if !keys.is_empty() && self.assistant["keypadInputPlan"]["enabled"] == true {
            self.pass(2_000).await;
            self.hear_keys(&keys).await;
            if utterance.say.is_empty() {
                return self.answer(budget).await;
            }
        }
        if utterance.say.is_empty() || self.customer_muted {
            return;
        }
        self.hear_utterance(&utterance.say).await;
        if !self.stopped() {
            self.answer(budget).await;
        }
    }

    /// Nobody speaks any more: hooks for silence, then the end.
    async fn fall_silent(&mut self) {
        let limit = self.assistant["silenceTimeoutSeconds"]
            .as_u64()
            .unwrap_or(30)
            .clamp(5, 3600);
        for second in 1..=limit {
            self.pass(1_000).await;
            self.tend().await;
            if self.over.is_some() {
                return;
            }
            self.silence_hooks(second).await;
        }
        self.end("silence-timed-out", Ending::Silence);
    }

    /// Lets call time pass. Commands from outside are taken meanwhile; an end or a transfer cuts
    /// the waiting short.
    async fn pass(&mut self, call_ms: u64) {
        if self.stopped() {
            return;
        }
        let started = tokio::time::Instant::now();
        let sleep = tokio::time::sleep(self.world.scaled(call_ms));
        tokio::pin!(sleep);
        loop {
            tokio::select! {
                () = &mut sleep => {
                    self.clock.passed_ms += call_ms as f64;
                    break;
                }
                Some(command) = self.commands.recv() => {
                    self.take(command);
                    if self.stopped() {
                        let share = started.elapsed().as_secs_f64() * 1000.0;
                        let passed = share * self.world.config.time_scale;
                        self.clock.passed_ms += passed.min(call_ms as f64);
                        break;
                    }
                }
            }
        }
        self.check_length();
    }

    /// Real time spent waiting for the server is call time one to one.
    fn spent(&mut self, real: Duration) {
        self.clock.passed_ms += real.as_secs_f64() * 1000.0;
        self.check_length();
    }

    fn check_length(&mut self) {
        let Some(started) = self.started_ms else {
            return;
        };
        let limit = self.assistant["maxDurationSeconds"].as_i64().unwrap_or(600);
        if self.clock.now() - started > limit * 1000 {
            self.end("exceeded-max-duration", Ending::Failed);
        }
    }

    fn take(&mut self, command: Command) {
        match command {
            Command::End => self.end("manually-canceled", Ending::Controlled),
            Command::Transfer {
                destination,
                content,
            } => {
                self.urgent = Some((destination, content));
            }
            Command::Switch(switch) => match switch {
                Switch::MuteAssistant => self.assistant_muted = true,
                Switch::UnmuteAssistant => self.assistant_muted = false,
                Switch::MuteCustomer => self.customer_muted = true,
                Switch::UnmuteCustomer => self.customer_muted = false,
            },
            Command::Ignored => {}
            other => self.waiting.push_back(other),
        }
    }

    /// Does what was asked from outside and could not be done at once.
    async fn tend(&mut self) {
        while let Ok(command) = self.commands.try_recv() {
            self.take(command);
        }
        while self.over.is_none() {
            if let Some((destination, content)) = self.urgent.take() {
                self.transfer_by_control(destination, content).await;
                continue;
            }
            match self.waiting.pop_front() {
                Some(Command::Say { content, then_end }) => {
                    self.say_alone(&content).await;
                    if then_end {
                        self.end("assistant-ended-call", Ending::AssistantEnded);
                    }
                }
                Some(Command::AddMessage { message, respond }) => {
                    self.history.push(message);
                    if respond {
                        self.answer(None).await;
                    }
                }
                Some(Command::SayFirstMessage) => self.greet(None).await,
                Some(_) => {}
                None => break,
            }
        }
    }

    /// Whether whatever is going on must stop.
    fn stopped(&self) -> bool {
        self.over.is_some() || self.urgent.is_some()
    }

    /// Ends the call; the first reason stands.
    fn end(&mut self, reason: &str, ending: Ending) {
        self.over.get_or_insert_with(|| (reason.to_owned(), ending));
    }

    fn trouble(&mut self, what: String) {
        self.report.errors.push(what);
    }
}
