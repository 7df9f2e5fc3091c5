//! One turn, from the caller's words to the end of the answer.

use super::{
    TurnEvent, TurnInput,
    brain::{self, Mind},
    form::{self, Step},
    intent::{self, Intent},
    kind_of, record,
};
use crate::{
    App, Fault,
    escalation::{self, Need, Reach},
    opening::Doors,
};
use futures::StreamExt as _;
use std::{sync::Arc, time::Instant};
use tokio::sync::mpsc;
use voxanne_core::{
    agent::{AgentVersion, hours},
    call::{
        escalation::{self as open, EscalationState},
        fold::CallState,
        talk::{Form, FormKind, Talk},
        view::CiteView,
    },
    ids::EscalationId,
    pii::Pii,
    ports::{language::Prompt, store::Organization},
    safety::{
        Approved, Decision, EmergencyNumber, Escalation, Grounding, Lang, Phrase, Role, SmallTalk,
        Spoken,
    },
};

/// How long a language model may take to its first sentence, ms; then the documents answer themselves.
const MODEL_FIRST_MS: u64 = 1_800;
/// How long a language model may take in all, ms.
const MODEL_MS: i64 = 6_000;
/// How long the call and its clinic may be looked for before an apology is spoken instead, ms.
const SETTING_MS: u64 = 1_500;
/// How long a whole turn may take, ms; every part of it has a shorter limit of its own.
const TURN_MS: u64 = 20_000;
/// How long a turn may take to be recorded, ms.
const RECORD_MS: u64 = 3_000;
/// Sentences of one answer.
const MOST_SENTENCES: usize = 4;

/// What a turn knows of its call.
pub(super) struct Setting {
    pub(super) organization: Organization,
    pub(super) version: AgentVersion,
    pub(super) doors: Doors,
    pub(super) state: CallState,
    pub(super) talk: Talk,
}

/// The way to the caller's ear, and what was said through it.
pub(super) struct Out {
    send: mpsc::Sender<TurnEvent>,
    pub(super) spoken: Vec<String>,
    pub(super) cites: Vec<CiteView>,
    pub(super) first_words: Option<f64>,
    pub(super) interrupted: bool,
    started: Instant,
}

impl Out {
    async fn event(&mut self, event: TurnEvent) {
        if self.send.send(event).await.is_err() {
            self.interrupted = true;
        }
    }

    pub(super) async fn say(&mut self, text: Approved, cites: Vec<CiteView>) {
        if self.first_words.is_none() {
            self.first_words = Some(brain::ms(self.started));
        }
        self.spoken.push(text.as_str().to_owned());
        self.cites.extend(cites.iter().cloned());
        self.event(TurnEvent::Say { text, cites }).await;
    }
}

/// Runs a turn to its end and records it.
pub(super) async fn run(app: &Arc<App>, input: TurnInput, send: mpsc::Sender<TurnEvent>) {
    let mut out = Out {
        send,
        spoken: Vec::new(),
        cites: Vec::new(),
        first_words: None,
        interrupted: false,
        started: Instant::now(),
    };
    let mut mind = brain::judge(app, &input.said, &input.history).await;
    let limit = std::time::Duration::from_millis(SETTING_MS);
    let setting = app.database.within(limit, setting(app, &input)).await;
    let setting = setting.unwrap_or_else(|| {
        let words = "the database does not answer".to_owned();
        Err(Fault::Unavailable(words))
    });
    let mut stands = None;
    match setting {
        Ok(setting) => {
            let mut talk = setting.talk.clone();
            let mut turn = Turn {
                app,
                input: &input,
                setting: &setting,
                talk: &mut talk,
                mind: &mut mind,
                out: &mut out,
            };
            let limit = std::time::Duration::from_millis(TURN_MS);
            let decided = app.database.within(limit, turn.decide()).await;
            let decided = decided.unwrap_or(Err(Fault::Late));
            if let Err(fault) = decided {
                tracing::warn!(%fault, call = %input.call, "turn.failed");
                turn.mind.degraded.insert("turn");
                turn.apologize().await;
            }
            talk.last_spoken = Pii::new(out.spoken.join(" "));
            stands = Some(talk);
        }
        Err(fault) => {
            // Nothing is known of the clinic: the words still must not fail the caller.
            tracing::warn!(%fault, call = %input.call, "turn.no_setting");
            mind.degraded.insert("database");
            let lang = Lang::detect(input.said.expose()).unwrap_or_default();
            if mind.verdict.decision == Decision::Escalate(Escalation::Emergency) {
                let number = EmergencyNumber::of_country("");
                out.say(
                    app.gate.phrase(&Phrase::Emergency { number }, lang),
                    Vec::new(),
                )
                .await;
            }
            out.say(
                app.gate.phrase(&Phrase::ApologyOfferMessage, lang),
                Vec::new(),
            )
            .await;
        }
    }
    mind.stages.first_words = out.first_words.unwrap_or_default();
    mind.stages.total = brain::ms(mind.started);
    metrics::histogram!("voxanne_turn_stage_ms", "stage" => "first_words")
        .record(mind.stages.first_words);
    metrics::histogram!("voxanne_turn_stage_ms", "stage" => "total").record(mind.stages.total);
    metrics::counter!("voxanne_turns_total", "decision" => mind.decision_word()).increment(1);
    // The stream ends with this function: nobody waits for a database that does not answer.
    let limit = std::time::Duration::from_millis(RECORD_MS);
    let recorded = record::turn(app, &input, &mind, &out, stands.clone());
    let recorded = app.database.within(limit, recorded).await;
    match recorded.unwrap_or(Err(Fault::Late)) {
        Ok(()) => app.unrecorded.forget(input.call),
        Err(fault) => {
            tracing::warn!(%fault, call = %input.call, "turn.not_recorded");
            if let Some(talk) = stands {
                app.unrecorded.keep(input.call, input.no, talk);
            }
        }
    }
}

async fn setting(app: &App, input: &TurnInput) -> Result<Setting, Fault> {
    let mut read = app.store.read(input.org).await?;
    let organization = read.organization().await?;
    let version = read
        .agent_version(input.frozen.agent_version)
        .await?
        .ok_or(Fault::NotFound("the receptionist's version"))?;
    let state = read
        .call_state(input.call)
        .await?
        .ok_or(Fault::NotFound("the call"))?;
    // A resend of the same turn starts from where the turn before it ended.
    let turns = read.turns(input.call).await?;
    let talk = turns
        .iter()
        .rev()
        .find(|t| t.no < input.no)
        .map(|t| t.talk.clone())
        .unwrap_or_default();
    let remembered = app.unrecorded.before(input.call, input.no);
    let talk = remembered
        .or_else(|| app.lines.talk(input.call))
        .unwrap_or(talk);
    let doors = Doors::read(&mut *read, &organization, &version.body, app.now()).await?;
    Ok(Setting {
        organization,
        version,
        doors,
        state,
        talk,
    })
}

struct Turn<'a> {
    app: &'a Arc<App>,
    input: &'a TurnInput,
    setting: &'a Setting,
    talk: &'a mut Talk,
    mind: &'a mut Mind,
    out: &'a mut Out,
}

impl Turn<'_> {
    fn lang(&self) -> Lang {
        if self.talk.spanish {
            Lang::Es
        } else {
            Lang::En
        }
    }

    async fn phrase(&mut self, phrase: &Phrase) {
        let text = self.app.gate.phrase(phrase, self.lang());
        self.out.say(text, Vec::new()).await;
    }

    async fn phrases(&mut self, phrases: &[Phrase]) {
        for phrase in phrases {
            self.phrase(phrase).await;
        }
    }

    fn reach(&self) -> Reach<'_> {
        Reach {
            body: &self.setting.version.body,
            doors: self.setting.doors,
            provider: self.input.provider,
        }
    }

    async fn decide(&mut self) -> Result<(), Fault> {
        if self.input.said.expose().is_empty() {
            return self.resume().await;
        }
        let offers = &self.setting.version.body.languages;
        match Lang::detect(self.input.said.expose()) {
            Some(Lang::Es) if offers.iter().any(|l| l == "es") => self.talk.spanish = true,
            Some(Lang::En) if offers.iter().any(|l| l == "en") => self.talk.spanish = false,
            _ => {}
        }
        let was_offered = std::mem::take(&mut self.talk.offered);
        if let Decision::Escalate(why) = self.mind.verdict.decision {
            return self.escalate(why).await;
        }
        if let Some(form) = self.talk.form.clone() {
            return self.fill(form).await;
        }
        if let Some(escalation) = &self.setting.state.escalation
            && escalation.state == EscalationState::Failed
        {
            return self.next_target(escalation).await;
        }
        if self.mind.verdict.decision == Decision::Clarify {
            return self.unclear().await;
        }
        self.talk.unclear = 0;
        match intent::of(self.input.said.expose()) {
            Some(Intent::Yes) if was_offered => self.begin(FormKind::Message).await,
            Some(Intent::No) if self.asked_for_more() => self.follow(Intent::Goodbye).await,
            Some(intent) => self.follow(intent).await,
            None => self.answer().await,
        }
    }

    /// A person is needed. The decision is written down before anything is spoken of it.
    async fn escalate(&mut self, why: Escalation) -> Result<(), Fault> {
        let kind = kind_of(why);
        if why == Escalation::Emergency {
            let number = self.emergency_number();
            self.phrase(&Phrase::Emergency { number }).await;
        }
        let said = self.input.said.expose();
        let (mut name, mut number) = form::told(said, &self.input.history);
        if let Some(form) = &self.talk.form {
            name = form.name.clone().or(name);
            number = form.number.clone().or(number);
        }
        let need = Need {
            kind,
            about: said,
            name,
            number,
            reach: Some(self.reach()),
        };
        let opened = escalation::open(self.app, self.input.org, self.input.call, need).await?;
        match self.talk.form.take() {
            Some(form) if form.kind == FormKind::Escalation && opened.target.is_none() => {
                return self.put_aside(form).await;
            }
            Some(form) if form.kind != FormKind::Escalation => {
                // What was wished for before is not forgotten over what is graver.
                if let Err(fault) = record::left(self.app, self.input, &form).await {
                    self.talk.form = Some(form);
                    return Err(fault);
                }
            }
            _ => {}
        }
        match why {
            Escalation::Medical => self.phrase(&Phrase::MedicalHandOff).await,
            Escalation::Human if opened.target.is_some() => {
                self.phrase(&Phrase::HumanRequested).await;
            }
            Escalation::Human | Escalation::Emergency => {}
        }
        if let Some(name) = opened.target {
            let target = Spoken::new(&name);
            self.phrase(&Phrase::Connecting { target }).await;
            self.transfer(opened.escalation, name).await;
            return Ok(());
        }
        self.phrase(&if why == Escalation::Human {
            Phrase::HumanUnavailable
        } else {
            Phrase::CouldNotReach { target: None }
        })
        .await;
        self.begin(FormKind::Escalation).await
    }

    fn emergency_number(&self) -> EmergencyNumber {
        let own = EmergencyNumber::new(&self.setting.version.body.emergency_number);
        if own.digits().is_some() {
            return own;
        }
        EmergencyNumber::of_country(&self.setting.organization.country)
    }

    async fn transfer(&mut self, escalation: EscalationId, target: String) {
        let event = TurnEvent::Transfer {
            escalation,
            target: Some(target),
        };
        self.out.event(event).await;
    }

    /// The last target failed and the caller is back: the next one, or a message.
    async fn next_target(&mut self, escalation: &open::Escalation) -> Result<(), Fault> {
        let candidates = self.reach().of(escalation.kind);
        if let Some(next) = escalation.would_dial(&candidates, self.app.now()) {
            self.phrase(&Phrase::TryingAnother).await;
            self.transfer(escalation.id, next.name.clone()).await;
            return Ok(());
        }
        let target = escalation.target.as_deref().and_then(Spoken::new);
        self.phrase(&Phrase::CouldNotReach { target }).await;
        self.begin(FormKind::Escalation).await
    }

    /// The provider asks again though the caller has said nothing: mostly because a transfer came to nothing.
    async fn resume(&mut self) -> Result<(), Fault> {
        if let Some(mut form) = self.talk.form.take() {
            let ask = form::again(&mut form);
            self.talk.form = Some(form);
            self.phrases(&ask).await;
            return Ok(());
        }
        let escalation = self.setting.state.escalation.as_ref();
        match escalation.map(|e| (e, e.state)) {
            Some((escalation, EscalationState::Decided | EscalationState::Failed)) => {
                self.next_target(escalation).await
            }
            Some((_, EscalationState::Dialing)) => {
                self.phrase(&Phrase::Hold).await;
                Ok(())
            }
            _ => {
                self.phrase(&Phrase::HowCanIHelp).await;
                Ok(())
            }
        }
    }

    async fn unclear(&mut self) -> Result<(), Fault> {
        self.talk.unclear = self.talk.unclear.saturating_add(1);
        if self.talk.unclear > 1 {
            self.talk.offered = true;
            self.phrase(&Phrase::ClarifyAgain).await;
        } else {
            self.phrase(&Phrase::Clarify).await;
        }
        Ok(())
    }

    async fn begin(&mut self, kind: FormKind) -> Result<(), Fault> {
        let services = &self.setting.version.body.services;
        let (form, ask) = form::begin(
            kind,
            self.input.said.expose(),
            &self.input.history,
            services,
            self.input.caller.as_ref(),
        );
        self.talk.form = Some(form);
        self.out.event(TurnEvent::TakeMessage).await;
        self.phrases(&ask).await;
        Ok(())
    }

    async fn fill(&mut self, mut form: Form) -> Result<(), Fault> {
        let said = self.input.said.expose();
        if form.kind != FormKind::Escalation && intent::gives_up(said) {
            self.talk.form = None;
            self.phrase(&Phrase::MessageDropped).await;
            return Ok(());
        }
        if intent::of(said) == Some(Intent::Repeat) {
            return self.follow(Intent::Repeat).await;
        }
        let step = form::answer(&mut form, said);
        self.go_on(form, step).await
    }

    /// Something grave was told while a message is being taken and nobody new can be called: it belongs to the message, and
    /// is no answer to what was asked.
    async fn put_aside(&mut self, mut form: Form) -> Result<(), Fault> {
        let step = form::aside(&mut form, self.input.said.expose());
        self.go_on(form, step).await
    }

    async fn go_on(&mut self, form: Form, step: Step) -> Result<(), Fault> {
        // Kept until it is filed: when that fails, what the caller told is still there.
        self.talk.form = Some(form.clone());
        match step {
            Step::Ask(ask) => self.phrases(&ask).await,
            Step::Done(words) => {
                // The caller hears "taken" only once it is.
                record::form(self.app, self.input, &form).await?;
                self.talk.form = None;
                self.phrases(&words).await;
                self.phrase(&Phrase::AnythingElse).await;
            }
        }
        Ok(())
    }

    async fn follow(&mut self, intent: Intent) -> Result<(), Fault> {
        match intent {
            Intent::Goodbye => {
                self.phrase(&Phrase::Goodbye).await;
                self.out.event(TurnEvent::End).await;
            }
            Intent::Repeat => {
                let last = self.last_spoken();
                match self.app.gate.wording(&last) {
                    Ok(words) if !last.is_empty() => {
                        self.phrase(&Phrase::LetMeRepeat).await;
                        self.out.say(words, Vec::new()).await;
                    }
                    _ => self.phrase(&Phrase::NothingToRepeat).await,
                }
            }
            Intent::Small(SmallTalk::Acknowledge) => self.phrase(&Phrase::AnythingElse).await,
            Intent::Small(talk) => self.phrase(&Phrase::Small(talk)).await,
            Intent::Hours => return self.hours().await,
            Intent::Appointment(wish) => return self.begin(FormKind::Appointment(wish)).await,
            Intent::Message => return self.begin(FormKind::Message).await,
            Intent::Records => {
                self.talk.offered = true;
                self.phrase(&Phrase::CannotReadRecords).await;
            }
            Intent::ConfirmPatient => {
                self.talk.offered = true;
                self.phrase(&Phrase::CannotConfirmPatient).await;
            }
            Intent::Yes => self.phrase(&Phrase::HowCanIHelp).await,
            Intent::No => self.phrase(&Phrase::AnythingElse).await,
        }
        Ok(())
    }

    /// Whether the last words were "anything else?": then "no" is a goodbye.
    fn asked_for_more(&self) -> bool {
        let asked = self.app.gate.phrase(&Phrase::AnythingElse, self.lang());
        self.last_spoken().ends_with(asked.as_str())
    }

    fn last_spoken(&self) -> String {
        let last = self.talk.last_spoken.expose();
        if !last.is_empty() {
            return last.clone();
        }
        let before = self
            .input
            .history
            .iter()
            .rev()
            .find(|u| u.role == Role::Receptionist);
        before.map(|u| u.text.expose().clone()).unwrap_or_default()
    }

    async fn hours(&mut self) -> Result<(), Fault> {
        let body = &self.setting.version.body;
        if body.hours.is_empty() {
            return self.answer().await;
        }
        let text = match self.lang() {
            Lang::En => {
                let now = match self.setting.doors {
                    Doors::Open => "We are open now.",
                    Doors::Closed => "We are closed now.",
                    Doors::SwitchedOff => "But we are closed at the moment.",
                };
                format!("Our hours are {}. {now}", hours::in_words(&body.hours))
            }
            Lang::Es => {
                let now = match self.setting.doors {
                    Doors::Open => "Ahora estamos abiertos.",
                    Doors::Closed => "Ahora estamos cerrados.",
                    Doors::SwitchedOff => "Pero en este momento estamos cerrados.",
                };
                format!(
                    "Nuestro horario es {}. {now}",
                    hours::in_words_es(&body.hours)
                )
            }
        };
        match self.app.gate.wording(&text) {
            Ok(words) => {
                self.out.say(words, Vec::new()).await;
                Ok(())
            }
            Err(_) => self.answer().await,
        }
    }

    /// From the documents: by the language model where one is configured and in time, else literally.
    async fn answer(&mut self) -> Result<(), Fault> {
        let rev = self.input.frozen.knowledge_rev;
        let found = brain::retrieve(self.app, self.input.org, rev, self.mind).await;
        let found = match found {
            Ok(found) => found,
            Err(fault) => {
                tracing::warn!(%fault, "turn.no_knowledge");
                self.mind.degraded.insert("knowledge");
                self.talk.offered = true;
                self.phrase(&Phrase::ApologyOfferMessage).await;
                return Ok(());
            }
        };
        if self.app.language.is_some() && self.draft(&found).await {
            return Ok(());
        }
        match brain::extract(self.app, &found, self.mind) {
            Some(spoken) => self.out.say(spoken.text, spoken.cites).await,
            None => {
                self.talk.offered = true;
                self.phrase(&Phrase::DontKnow).await;
            }
        }
        Ok(())
    }

    /// Lets the language model draft; true when it answered, be it that it does not know. A greeting before a blocked
    /// sentence is no answer: the documents then go on.
    async fn draft(&mut self, found: &brain::Found) -> bool {
        let Some(language) = self.app.language.clone() else {
            return false;
        };
        let (passages, cites) = found.passages();
        if passages.is_empty() {
            return false;
        }
        let body = &self.setting.version.body;
        let system = format!("{PLATFORM}\n{}", body.fill(&body.prompt));
        let grounding = Grounding {
            passages: passages.clone(),
            clinic: vec![
                body.name.clone(),
                hours::in_words(&body.hours),
                hours::in_words_es(&body.hours),
            ],
            question: self.mind.query.clone(),
            instructions: system.clone(),
        };
        let prompt = Prompt {
            system,
            passages,
            history: self
                .input
                .history
                .iter()
                .map(|u| (u.role == Role::Caller, u.text.clone()))
                .collect(),
            said: self.input.said.clone(),
            language: if self.talk.spanish { "es" } else { "en" },
        };
        let mut drafts = language.draft(prompt, self.app.within(MODEL_MS));
        let (mut spoke, mut answered) = (0, false);
        let mut cites = Some(cites);
        loop {
            let wait = if spoke == 0 {
                MODEL_FIRST_MS
            } else {
                MODEL_MS as u64
            };
            let next =
                tokio::time::timeout(std::time::Duration::from_millis(wait), drafts.next()).await;
            match next {
                Ok(Some(Ok(draft))) => match self.app.gate.sentence(draft, &grounding) {
                    Ok(text) => {
                        let talk = self.app.gate.is_talk(&text, &grounding);
                        let shown = if talk { None } else { cites.take() };
                        answered |= !talk;
                        self.out.say(text, shown.unwrap_or_default()).await;
                        spoke += 1;
                    }
                    Err(blocked) => {
                        tracing::info!(?blocked, "turn.draft_blocked");
                        metrics::counter!("voxanne_blocked_sentences_total", "from" => "model")
                            .increment(1);
                        self.mind.degraded.insert("blocked");
                        // What follows a blocked sentence leans on it: the documents answer instead.
                        return answered;
                    }
                },
                Ok(None) => return spoke > 0,
                Ok(Some(Err(error))) => {
                    tracing::warn!(%error, "turn.model_failed");
                    self.mind.degraded.insert("model");
                    return answered;
                }
                Err(_) => {
                    self.mind.degraded.insert("model");
                    return answered;
                }
            }
            if spoke >= MOST_SENTENCES || self.out.interrupted {
                return true;
            }
        }
    }

    async fn apologize(&mut self) {
        self.talk.offered = true;
        self.phrase(&Phrase::ApologyOfferMessage).await;
    }
}

/// What every language model is told; the gate holds whatever it makes of it.
const PLATFORM: &str = "You are the receptionist of a clinic on the telephone. Answer in one or two short spoken sentences, \
only from the passages given. If they do not answer the question, say that you do not know. Never give medical advice, never \
judge symptoms, never say whether somebody is a patient, never promise an appointment.";
