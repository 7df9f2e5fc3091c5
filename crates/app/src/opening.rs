//! What a ringing call is answered with: the receptionist, the clinic's own line, or a refusal.
//!
//! Reads one snapshot and asks nobody else. When the database does not answer in time, the last good answer of the
//! connection is given from memory: the call is then adopted from its next message.

use crate::{
    App, Fault,
    settings::{
        phone_line::{self, PhoneLine},
        provider,
    },
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use voxanne_core::{
    agent::{AgentVersion, POLICY_VERSION, Receptionist, hours},
    call::{
        Channel, Frozen, Provider, ProviderCallId,
        message::{CallMessage, IntakeKey, IntakeOp, Opening, Sighting},
        plan::{CallPlan, ReceptionistPlan},
        token::CallToken,
    },
    ids::{IntegrationId, OrgId},
    phone,
    pii::{Pii, Secret},
    ports::store::{Integration, Organization, TenantRead},
    safety::{Approved, Gate, Lang, Phrase, Spoken},
    time::Millis,
};

/// How long the look-up may take, ms, before the last good answer is given.
const LOOKUP_MS: u64 = 1_000;
/// How long the commit may take, ms, before the answer is given uncommitted.
const COMMIT_MS: u64 = 400;
/// How long a call token opens its call, ms.
const TOKEN_MS: i64 = 13 * 3_600_000;
/// Connections remembered.
const MOST_REMEMBERED: usize = 10_000;

/// A clinic as one call sees it.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// The organization.
    pub organization: Organization,
    /// The receptionist in force.
    pub version: AgentVersion,
    /// The knowledge revision in force.
    pub knowledge_rev: u64,
    /// Who answers now.
    pub line: phone_line::LineMode,
    /// Whether calls are recorded.
    pub record: bool,
    /// Our address as the clinic's provider reaches it.
    pub public_url: String,
}

impl Clinic {
    /// Reads a clinic in one snapshot.
    pub async fn read(app: &App, org: OrgId) -> Result<Self, Fault> {
        let mut read = app.store.read(org).await?;
        let version = read
            .agent_current()
            .await?
            .ok_or(Fault::NotFound("the receptionist's configuration"))?;
        Ok(Self {
            organization: read.organization().await?,
            version,
            knowledge_rev: read.knowledge_rev().await?,
            line: PhoneLine::load(&mut *read).await?.current(app.now()),
            record: crate::settings::recording(&mut *read).await?.enabled,
            public_url: provider::public_url(app, &mut *read).await?,
        })
    }

    /// What a call that begins now carries.
    pub fn frozen(&self) -> Frozen {
        Frozen {
            agent: self.version.agent,
            agent_version: self.version.no,
            policy_version: POLICY_VERSION,
            knowledge_rev: self.knowledge_rev,
        }
    }

    /// The first language of a call.
    pub fn lang(&self) -> Lang {
        if self
            .version
            .body
            .languages
            .first()
            .is_some_and(|l| l == "es")
        {
            Lang::Es
        } else {
            Lang::En
        }
    }
}

/// Whether a clinic is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// By its hours.
    Open,
    /// By its hours and holidays.
    Closed,
    /// Whatever the hours say: the phone line was switched to closed.
    SwitchedOff,
}

impl Doors {
    /// How it is at `at`.
    pub async fn read(
        read: &mut dyn TenantRead,
        organization: &Organization,
        body: &Receptionist,
        at: Millis,
    ) -> Result<Self, Fault> {
        if PhoneLine::load(read).await?.current(at) == phone_line::LineMode::Closed {
            return Ok(Self::SwitchedOff);
        }
        // Without hours nothing says that anybody is away.
        if body.hours.is_empty() {
            return Ok(Self::Open);
        }
        let open = hours::zone(&organization.time_zone)
            .is_some_and(|zone| hours::is_open(&body.hours, &body.holidays, at, zone));
        Ok(if open { Self::Open } else { Self::Closed })
    }
}

/// The greeting in force: the clinic's own wording, else ours with the announcements that are switched on.
pub fn greeting(gate: &Gate, body: &Receptionist, lang: Lang, closed_today: bool) -> Approved {
    let own = match lang {
        Lang::En => &body.greeting,
        Lang::Es => &body.greeting_es,
    };
    let mut text = if own.trim().is_empty() {
        let name = &body.name;
        match lang {
            Lang::En => format!("Thank you for calling {name}."),
            Lang::Es => format!("Gracias por llamar a {name}."),
        }
    } else {
        body.fill(own)
    };
    if own.trim().is_empty() || !mentions_automation(own) {
        if body.announce_automated {
            text.push_str(match lang {
                Lang::En => " I am the automated receptionist.",
                Lang::Es => " Soy la recepcionista autom\u{e1}tica.",
            });
        }
        if body.announce_recording {
            text.push_str(match lang {
                Lang::En => " This call is recorded.",
                Lang::Es => " Esta llamada se graba.",
            });
        }
    }
    if closed_today {
        text.push_str(match lang {
            Lang::En => " We are closed today. I can answer questions and take a message.",
            Lang::Es => " Hoy estamos cerrados. Puedo responder preguntas y tomar un mensaje.",
        });
    } else {
        text.push_str(match lang {
            Lang::En => " How can I help you?",
            Lang::Es => " \u{bf}En qu\u{e9} puedo ayudarle?",
        });
    }
    gate.wording(&text).unwrap_or_else(|_| {
        // The clinic's wording makes a claim it may not make: ours is spoken instead.
        Spoken::new(&body.name).map_or_else(
            || gate.phrase(&Phrase::GreetingUnnamed, lang),
            |clinic| gate.phrase(&Phrase::Greeting { clinic }, lang),
        )
    })
}

fn mentions_automation(text: &str) -> bool {
    let text = text.to_lowercase();
    ["automat", "virtual", "recorded", "se graba", "grabad"]
        .iter()
        .any(|w| text.contains(w))
}

/// The last good clinic of each connection.
#[derive(Default)]
pub struct LastGood(Mutex<HashMap<IntegrationId, Arc<Clinic>>>);

impl LastGood {
    fn keep(&self, integration: IntegrationId, clinic: Arc<Clinic>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_REMEMBERED && !known.contains_key(&integration) {
            known.clear();
        }
        known.insert(integration, clinic);
    }

    fn get(&self, integration: IntegrationId) -> Option<Arc<Clinic>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&integration).cloned()
    }
}

/// Decides on a ringing call and commits the decision if that works in time.
pub async fn answer(
    app: &App,
    integration: &Integration,
    call: &ProviderCallId,
    seen: Sighting,
    at: Millis,
) -> Result<CallPlan, Fault> {
    let read = Clinic::read(app, integration.org);
    let looked_up = app.database.within(Duration::from_millis(LOOKUP_MS), read);
    let clinic = match looked_up.await {
        Some(Ok(clinic)) => {
            let clinic = Arc::new(clinic);
            app.last_good.keep(integration.id, clinic.clone());
            clinic
        }
        Some(Err(fault @ Fault::NotFound(_))) => return Err(fault),
        Some(Err(_)) | None => {
            metrics::counter!("voxanne_opening_from_memory_total").increment(1);
            app.last_good
                .get(integration.id)
                .ok_or_else(|| Fault::Unavailable("no configuration is at hand".to_owned()))?
        }
    };
    let (plan, opening) = decide(app, integration, &clinic, call, &seen);
    let way = match &opening {
        Opening::Receptionist(_) => "receptionist",
        Opening::SentAway(_) => "sent_away",
        Opening::Refused(_) => "refused",
    };
    metrics::counter!("voxanne_calls_total", "channel" => "phone", "opening" => way).increment(1);
    let op = IntakeOp {
        org: integration.org,
        integration: Some(integration.id),
        proved: None,
        provider: Provider::Vapi,
        channel: Channel::Phone,
        key: IntakeKey::of(&[&call.0, "opened"]),
        call: call.clone(),
        message: CallMessage::Opened { opening },
        seen,
        at,
        received: app.now(),
    };
    // The answer to a ringing call is no acknowledgement: uncommitted, the call is adopted from its next message.
    let commit = Duration::from_millis(COMMIT_MS);
    match app.database.within(commit, app.intake.submit(op)).await {
        Some(Ok(_)) => {}
        Some(Err(error)) => tracing::warn!(%error, "opening.not_committed"),
        None => tracing::warn!("opening.commit_late"),
    }
    Ok(plan)
}

fn decide(
    app: &App,
    integration: &Integration,
    clinic: &Clinic,
    call: &ProviderCallId,
    seen: &Sighting,
) -> (CallPlan, Opening) {
    let body = &clinic.version.body;
    let lang = clinic.lang();
    let caller = seen
        .caller
        .as_ref()
        .and_then(|c| phone::normalize(c.expose()));
    if caller.is_some_and(|c| {
        body.blocked_callers
            .iter()
            .any(|b| phone::normalize(b).as_deref() == Some(&c))
    }) {
        let words = app.gate.phrase(&Phrase::Goodbye, lang);
        return (
            CallPlan::Refuse { words },
            Opening::Refused("blocked caller"),
        );
    }
    let overflow =
        (!body.overflow_number.is_empty()).then(|| Pii::new(body.overflow_number.clone()));
    if clinic.line == phone_line::LineMode::Desk
        && let Some(number) = overflow.clone()
    {
        let announce = app.gate.phrase(&Phrase::Connecting { target: None }, lang);
        return (
            CallPlan::SendAway { number, announce },
            Opening::SentAway("calls go to the desk"),
        );
    }
    let frozen = clinic.frozen();
    let token = CallToken {
        org: integration.org,
        integration: integration.id,
        call: call.0.clone(),
        frozen,
        expires: app.now().plus(TOKEN_MS),
    };
    let plan = ReceptionistPlan {
        label: format!("receptionist v{}", clinic.version.no),
        first_message: greeting(
            &app.gate,
            body,
            lang,
            clinic.line == phone_line::LineMode::Closed,
        ),
        llm_url: provider::llm_url(&clinic.public_url, integration.hook),
        call_token: Secret::new(token.seal(&app.ring)),
        hook_url: provider::hook_url(&clinic.public_url, integration.hook),
        hook_header: integration.secrets.shown_header(),
        language: if lang == Lang::Es { "es" } else { "en" },
        record: clinic.record,
        guarded_control: integration.secrets.public_key.is_some(),
        fallback_number: overflow,
        failure_words: app.gate.phrase(&Phrase::Apology, lang),
    };
    (
        CallPlan::Receptionist(Box::new(plan)),
        Opening::Receptionist(frozen),
    )
}
