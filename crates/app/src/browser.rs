//! Text calls of the built-in engine, held on a page of the dashboard: the same intake, call, turn, escalation and log as a
//! phone call. A transfer rings on the dashboard: a signed-in person accepts with a click and goes on in text.

use crate::{
    App, Fault,
    conversation::{self, TurnEvent, TurnInput, TurnStream, form},
    escalation::{self, happen},
    opening::{Clinic, greeting},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use voxanne_core::{
    call::{
        Channel, Frozen, Life, Provider, ProviderCallId, Speaker,
        escalation::{EscalationState, Happening, Next},
        message::{CallMessage, IntakeKey, IntakeOp, Opening, Sighting, Status},
        talk::{FormKind, Talk},
    },
    ids::{CallId, OrgId},
    inbox::Person,
    phone,
    pii::Pii,
    ports::store::Receipt,
    safety::{Approved, Lang, Phrase, Role, Spoken, Utterance},
    tenancy::{Actor, Who},
    time::Millis,
};

/// Longest message of a text call, characters.
const MOST_CHARS: usize = 1_000;
/// Text calls at once in this process.
const MOST_LINES: usize = 2_000;
/// Turns of one call.
const MOST_TURNS: u32 = 400;
/// A text call without a word for this long is over, ms.
pub(crate) const SILENCE_MS: i64 = 10 * 60_000;

struct LineState {
    org: OrgId,
    owner: Who,
    provider_call: ProviderCallId,
    frozen: Frozen,
    history: Vec<Utterance>,
    turns: u32,
    events: u64,
    caller: Option<Pii<String>>,
    talk: Option<Talk>,
    person: Option<Person>,
    last: Millis,
}

/// Running text calls.
#[derive(Default)]
pub struct Lines(Mutex<HashMap<CallId, LineState>>);

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines")
    }
}

impl Lines {
    fn with<T>(&self, call: CallId, act: impl FnOnce(&mut LineState) -> T) -> Option<T> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(&call)
            .map(act)
    }

    /// Whether a text call runs in this process.
    pub(crate) fn has(&self, call: CallId) -> bool {
        self.with(call, |_| ()).is_some()
    }

    /// Where the conversation of a text call stands, when something happened between two turns.
    pub(crate) fn talk(&self, call: CallId) -> Option<Talk> {
        self.with(call, |line| line.talk.clone()).flatten()
    }

    pub(crate) fn keep_talk(&self, call: CallId, talk: Talk) {
        self.with(call, |line| line.talk = Some(talk));
    }

    pub(crate) fn person_joined(&self, call: CallId, person: &Person) {
        self.with(call, |line| {
            line.person = Some(person.clone());
            line.talk.get_or_insert_default().form = None;
        });
    }

    fn remove(&self, call: CallId) -> Option<LineState> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&call)
    }

    fn silent(&self, before: Millis) -> Vec<(OrgId, CallId)> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines
            .iter()
            .filter(|(_, line)| line.last < before)
            .map(|(call, line)| (line.org, *call))
            .collect()
    }
}

fn op(
    app: &App,
    org: OrgId,
    provider_call: &ProviderCallId,
    n: u64,
    message: CallMessage,
    seen: Sighting,
) -> IntakeOp {
    let at = app.now();
    IntakeOp {
        org,
        integration: None,
        proved: None,
        provider: Provider::Builtin,
        channel: Channel::Browser,
        key: IntakeKey::of(&["builtin", &provider_call.0, &n.to_string()]),
        call: provider_call.clone(),
        message,
        seen,
        at,
        received: at,
    }
}

/// Takes something of a text call in, numbered within its call.
async fn take_in(app: &App, call: CallId, message: CallMessage) -> Result<(), Fault> {
    let next = app.lines.with(call, |line| {
        line.events += 1;
        line.last = app.now();
        (line.org, line.provider_call.clone(), line.events)
    });
    let (org, provider_call, n) = next.ok_or(Fault::NotFound("the call"))?;
    app.intake
        .submit(op(
            app,
            org,
            &provider_call,
            n,
            message,
            Sighting::default(),
        ))
        .await?;
    Ok(())
}

async fn said(app: &App, call: CallId, speaker: Speaker, text: &str) -> Result<(), Fault> {
    let role = if speaker == Speaker::Caller {
        Role::Caller
    } else {
        Role::Receptionist
    };
    app.lines.with(call, |line| {
        line.history.push(Utterance {
            role,
            text: Pii::new(text.to_owned()),
        });
    });
    take_in(
        app,
        call,
        CallMessage::Final {
            speaker,
            text: Pii::new(text.to_owned()),
            ended_at: Some(app.now()),
        },
    )
    .await
}

/// Begins a text call: the call's id and the greeting.
pub async fn start(
    app: &Arc<App>,
    actor: &Actor,
    caller_name: Option<String>,
    caller_number: Option<String>,
) -> Result<(CallId, Approved), Fault> {
    if caller_name.as_ref().is_some_and(|n| n.chars().count() > 80) {
        return Err(Fault::bad("caller_name", "at most 80 characters"));
    }
    let number = match caller_number.filter(|n| !n.trim().is_empty()) {
        Some(text) => Some(
            phone::normalize(&text)
                .ok_or_else(|| Fault::bad("caller_number", "type a telephone number"))?,
        ),
        None => None,
    };
    let clinic = Clinic::read(app, actor.org).await?;
    let frozen = clinic.frozen();
    let provider_call = ProviderCallId(voxanne_core::seal::random_token());
    let seen = Sighting {
        caller: number.map(Pii::new),
        caller_name: caller_name.filter(|n| !n.trim().is_empty()).map(Pii::new),
        ..Sighting::default()
    };
    let opened = op(
        app,
        actor.org,
        &provider_call,
        0,
        CallMessage::Opened {
            opening: Opening::Receptionist(frozen),
        },
        seen.clone(),
    );
    let call = match app.intake.submit(opened).await? {
        Receipt::Fresh { call, .. } => call,
        Receipt::Repeat { .. } => {
            return Err(Fault::Conflict("this call exists already".to_owned()));
        }
    };
    {
        let mut lines = app.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= MOST_LINES {
            return Err(Fault::TooMany(
                "too many text calls at once: try again in a moment".to_owned(),
            ));
        }
        lines.insert(
            call,
            LineState {
                org: actor.org,
                owner: actor.who.clone(),
                provider_call,
                frozen,
                history: Vec::new(),
                turns: 0,
                events: 0,
                caller: seen.caller,
                talk: None,
                person: None,
                last: app.now(),
            },
        );
    }
    take_in(
        app,
        call,
        CallMessage::Status {
            status: Status::InProgress,
            ended_reason: None,
        },
    )
    .await?;
    metrics::counter!("voxanne_calls_total", "channel" => "browser", "opening" => "receptionist")
        .increment(1);
    let words = greeting(
        &app.gate,
        &clinic.version.body,
        clinic.lang(),
        clinic.line == crate::settings::phone_line::LineMode::Closed,
    );
    said(app, call, Speaker::Receptionist, words.as_str()).await?;
    Ok((call, words))
}

fn check(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Fault::bad(
            "text",
            "say something, at most 1,000 characters",
        ));
    }
    Ok(text.to_owned())
}

/// What the caller types. With a person on the line the receptionist is silent and the stream is empty.
pub async fn turn(
    app: &Arc<App>,
    actor: &Actor,
    call: CallId,
    text: &str,
) -> Result<TurnStream, Fault> {
    let text = check(text)?;
    let input = app
        .lines
        .with(call, |line| {
            if line.org != actor.org || line.owner != actor.who {
                return Err(Fault::NotFound("the call"));
            }
            if line.turns >= MOST_TURNS {
                return Err(Fault::TooMany(
                    "this call has become too long: start a new one".to_owned(),
                ));
            }
            line.turns += 1;
            let input = TurnInput {
                org: line.org,
                call,
                provider: Provider::Builtin,
                channel: Channel::Browser,
                no: line.turns,
                said: Pii::new(text.clone()),
                history: line.history.clone(),
                frozen: line.frozen,
                caller: line.caller.clone(),
            };
            Ok((input, line.person.is_some()))
        })
        .ok_or(Fault::NotFound("the call"))??;
    let (input, with_person) = input;
    if let Err(fault) = said(app, call, Speaker::Caller, &text).await {
        // Words that cannot be recorded are answered all the same: an emergency hears its number.
        tracing::warn!(%fault, %call, "browser.not_recorded");
    }
    let (send, receive) = mpsc::channel(8);
    if with_person {
        return Ok(receive);
    }
    let mut events = conversation::turn(app, input);
    let app_ = app.clone();
    let org = actor.org;
    app.tasks.spawn(async move {
        while let Some(event) = events.recv().await {
            let heard = match &event {
                TurnEvent::Say { text, .. } => {
                    said(&app_, call, Speaker::Receptionist, text.as_str()).await
                }
                TurnEvent::Transfer { .. } => ring_dashboard(&app_, org, call).await,
                TurnEvent::End => hang_up(&app_, org, call, "assistant-ended-call").await,
                TurnEvent::TakeMessage => Ok(()),
            };
            if let Err(fault) = heard {
                tracing::warn!(%fault, %call, "browser.event_failed");
            }
            if send.send(event).await.is_err() {
                // The page has gone: dropping the events interrupts the turn, which is recorded as such.
                return;
            }
        }
    });
    Ok(receive)
}

/// Rings the next target on the dashboard.
async fn ring_dashboard(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let candidates = escalation::candidates_for(app, org, call).await?;
    let (_, next) = happen(
        app,
        &Actor::system(org, "builtin"),
        call,
        Happening::Asked(candidates),
    )
    .await?;
    match next {
        Next::Dial(_) => Ok(()),
        Next::TakeMessage | Next::Nothing => take_message(app, org, call, None).await,
    }
}

/// The target did not take the caller: the next one rings, or a message is taken.
pub(crate) async fn target_did_not_answer(
    app: &App,
    org: OrgId,
    call: CallId,
) -> Result<(), Fault> {
    let state = app
        .store
        .read(org)
        .await?
        .call_state(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    let Some(escalation) = &state.escalation else {
        return Ok(());
    };
    let waits = matches!(
        escalation.state,
        EscalationState::Decided | EscalationState::Failed
    );
    if state.call.life != Life::Live || !waits {
        return Ok(());
    }
    let last = escalation.target.clone();
    let candidates = escalation::candidates_for(app, org, call).await?;
    let (_, next) = happen(
        app,
        &Actor::system(org, "builtin"),
        call,
        Happening::Asked(candidates),
    )
    .await?;
    match next {
        Next::Dial(_) => speak(app, call, &[Phrase::TryingAnother]).await,
        Next::TakeMessage | Next::Nothing => take_message(app, org, call, last).await,
    }
}

fn lang(app: &App, call: CallId) -> Lang {
    if app.lines.talk(call).is_some_and(|t| t.spanish) {
        Lang::Es
    } else {
        Lang::En
    }
}

async fn speak(app: &App, call: CallId, phrases: &[Phrase]) -> Result<(), Fault> {
    for phrase in phrases {
        let words = app.gate.phrase(phrase, lang(app, call));
        said(app, call, Speaker::Receptionist, words.as_str()).await?;
    }
    Ok(())
}

async fn take_message(
    app: &App,
    org: OrgId,
    call: CallId,
    target: Option<String>,
) -> Result<(), Fault> {
    tracing::debug!(%org, %call, "browser.take_message");
    let target = target.as_deref().and_then(Spoken::new);
    speak(app, call, &[Phrase::CouldNotReach { target }]).await?;
    let (caller, history) = app
        .lines
        .with(call, |line| (line.caller.clone(), line.history.clone()))
        .unwrap_or_default();
    let (form, ask) = form::begin(FormKind::Escalation, "", &history, &[], caller.as_ref());
    app.lines.with(call, |line| {
        line.talk.get_or_insert_default().form = Some(form);
    });
    speak(app, call, &ask).await
}

/// A person who accepted the call speaks.
pub async fn staff_say(
    app: &App,
    actor: &Actor,
    person: &Person,
    call: CallId,
    text: &str,
) -> Result<(), Fault> {
    let text = check(text)?;
    let allowed = app.lines.with(call, |line| {
        (line.org == actor.org).then(|| line.person.as_ref().is_some_and(|p| p.id == person.id))
    });
    match allowed.flatten() {
        None => Err(Fault::NotFound("the call")),
        Some(false) => Err(Fault::Conflict("accept the call first".to_owned())),
        Some(true) => said(app, call, Speaker::Staff, &text).await,
    }
}

/// The caller of a text call hangs up.
pub async fn leave(app: &App, actor: &Actor, call: CallId) -> Result<(), Fault> {
    let own = app.lines.with(call, |line| {
        line.org == actor.org && line.owner == actor.who
    });
    if own != Some(true) {
        return Err(Fault::NotFound("the call"));
    }
    hang_up(app, actor.org, call, "customer-ended-call").await
}

/// Ends a text call.
pub async fn hang_up(app: &App, org: OrgId, call: CallId, reason: &str) -> Result<(), Fault> {
    let ended = CallMessage::Status {
        status: Status::Ended,
        ended_reason: Some(reason.to_owned()),
    };
    if app.lines.with(call, |line| line.org == org) == Some(true) {
        take_in(app, call, ended).await?;
        let report = voxanne_core::call::message::Report {
            ended_reason: Some(reason.to_owned()),
            ..Default::default()
        };
        take_in(app, call, CallMessage::Report(Box::new(report))).await?;
        app.lines.remove(call);
        return Ok(());
    }
    // A line of an earlier process: it is closed in the record.
    let known = app
        .store
        .read(org)
        .await?
        .call(call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    if known.provider != Provider::Builtin || known.life >= Life::Reported {
        return Ok(());
    }
    let late = op(
        app,
        org,
        &known.provider_call_id,
        u64::MAX,
        ended,
        Sighting::default(),
    );
    app.intake.submit(late).await?;
    let report = voxanne_core::call::message::Report {
        ended_reason: Some(reason.to_owned()),
        ..Default::default()
    };
    let late = op(
        app,
        org,
        &known.provider_call_id,
        u64::MAX - 1,
        CallMessage::Report(Box::new(report)),
        Sighting::default(),
    );
    app.intake.submit(late).await?;
    Ok(())
}

/// Ends text calls in which nothing was said for long.
pub(crate) async fn end_silent(app: &App) {
    for (org, call) in app.lines.silent(app.now().plus(-SILENCE_MS)) {
        if let Err(fault) = hang_up(app, org, call, "silence-timed-out").await {
            tracing::warn!(%fault, %call, "browser.not_ended");
        }
    }
}
