//! The receptionist's configuration: what a version holds, its limits, and what it means at a given hour.

pub mod hours;

use crate::{
    call::{escalation::EscalationKind, message::TargetChoice, words},
    ids::AgentId,
    pii::Pii,
    safety::EmergencyNumber,
    time::Millis,
};
use hours::{Holiday, Opening};
use serde::{Deserialize, Serialize};

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TargetRole {
    /// A nurse.
    Nurse,
    /// The front desk.
    FrontDesk,
    /// Whoever is on call.
    OnCall,
}
words!(TargetRole { Nurse = "nurse", FrontDesk = "front_desk", OnCall = "on_call" });

/// When a target may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TargetWhen {
    /// At any hour.
    Always,
    /// While the clinic is open.
    Open,
    /// While it is closed.
    Closed,
}

/// Whom an escalation may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    /// Stable key within the organization; made by the server when absent.
    #[serde(default)]
    pub id: String,
    /// The shown and spoken name.
    pub name: String,
    /// What it is.
    pub role: TargetRole,
    /// Where to dial, E.164; empty means: ring on the dashboard.
    #[serde(default)]
    pub number: String,
    /// For which escalations.
    pub kinds: Vec<String>,
    /// When.
    pub when: TargetWhen,
    /// Lower goes first.
    #[serde(default)]
    pub order: u32,
}

/// What a version of the receptionist says and does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receptionist {
    /// The clinic's spoken name.
    pub name: String,
    /// The English greeting; empty takes the built-in one.
    #[serde(default)]
    pub greeting: String,
    /// The Spanish greeting; empty takes the built-in one.
    #[serde(default)]
    pub greeting_es: String,
    /// The greeting says that it is an automated receptionist.
    pub announce_automated: bool,
    /// The greeting says that the call is recorded.
    pub announce_recording: bool,
    /// Instructions for the language model, where one is configured.
    #[serde(default)]
    pub prompt: String,
    /// `en`, `es`.
    pub languages: Vec<String>,
    /// Opening hours.
    pub hours: Vec<Opening>,
    /// Days without opening hours.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Whom escalations may reach.
    pub targets: Vec<Target>,
    /// Services an appointment may be wished for.
    #[serde(default)]
    pub services: Vec<String>,
    /// The country's emergency number, spoken.
    pub emergency_number: String,
    /// The clinic's own line: overflow, desk mode, our failure.
    #[serde(default)]
    pub overflow_number: String,
    /// Callers that are refused, E.164.
    #[serde(default)]
    pub blocked_callers: Vec<String>,
}

/// A configuration that may not be saved; the field and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {what}")]
pub struct BadReceptionist {
    /// Which field.
    pub field: &'static str,
    /// What to do about it.
    pub what: String,
}

/// The version of the safety policy this program carries.
pub const POLICY_VERSION: u32 = 1;

/// A stored version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentVersion {
    /// Whose.
    pub agent: AgentId,
    /// Which, from 1.
    pub no: u32,
    /// What it says and does.
    pub body: Receptionist,
    /// Who made it, as the audit trail names people.
    pub author: String,
    /// When.
    pub at: Millis,
}

/// Variables that texts of the receptionist may use.
pub const VARIABLES: [&str; 3] = ["clinic", "emergency_number", "hours"];

impl Receptionist {
    /// Checks limits, numbers, hours and template variables.
    pub fn check(&self) -> Result<(), BadReceptionist> {
        let bad = |field, what: &str| {
            Err(BadReceptionist {
                field,
                what: what.to_owned(),
            })
        };
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            return bad("name", "give the clinic's name, at most 80 characters");
        }
        for (field, text, most) in [
            ("greeting", &self.greeting, 600),
            ("greeting_es", &self.greeting_es, 600),
            ("prompt", &self.prompt, 8_000),
        ] {
            if text.chars().count() > most {
                return Err(BadReceptionist {
                    field,
                    what: format!("shorten it to {most} characters"),
                });
            }
            if let Some(unknown) = unknown_variable(text) {
                return Err(BadReceptionist {
                    field,
                    what: format!(
                        "unknown variable {{{{{unknown}}}}}: known are {}",
                        VARIABLES.join(", ")
                    ),
                });
            }
        }
        if self.languages.is_empty() || self.languages.iter().any(|l| l != "en" && l != "es") {
            return bad("languages", "choose en, es or both");
        }
        if self.hours.len() > 42 || self.hours.iter().any(|h| h.minutes().is_none()) {
            return bad(
                "hours",
                "give day 0 to 6 and times as HH:MM, the end after the beginning",
            );
        }
        if self.holidays.len() > 100 || self.holidays.iter().any(|h| h.day().is_none()) {
            return bad("holidays", "give dates as YYYY-MM-DD, at most 100");
        }
        if self.targets.len() > 50 {
            return bad("targets", "at most 50");
        }
        for target in &self.targets {
            if target.name.trim().is_empty() || target.name.chars().count() > 60 {
                return bad("targets", "each target needs a name, at most 60 characters");
            }
            if !target.number.is_empty() && !e164(&target.number) {
                return bad(
                    "targets",
                    "numbers begin with + and the country code, digits only",
                );
            }
            if target.kinds.is_empty()
                || target
                    .kinds
                    .iter()
                    .any(|k| EscalationKind::from_word(k).is_none())
            {
                return bad("targets", "kinds are medical, emergency, human");
            }
        }
        if self.services.len() > 100 || self.services.iter().any(|s| s.chars().count() > 80) {
            return bad("services", "at most 100, each at most 80 characters");
        }
        if !self.overflow_number.is_empty() && !e164(&self.overflow_number) {
            return bad(
                "overflow_number",
                "begin with + and the country code, digits only",
            );
        }
        if EmergencyNumber::new(&self.emergency_number)
            .digits()
            .is_none()
        {
            return bad(
                "emergency_number",
                "the country's short number, 2 to 6 digits",
            );
        }
        if self.blocked_callers.len() > 1_000 {
            return bad("blocked_callers", "at most 1,000");
        }
        Ok(())
    }

    /// A text with its variables filled in; the text was checked when it was saved.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{{clinic}}", &self.name)
            .replace("{{emergency_number}}", &self.emergency_number)
            .replace("{{hours}}", &hours::in_words(&self.hours))
    }

    /// Whom an escalation of `kind` may reach now, best first. Targets without a number are left out unless `dashboard`.
    pub fn candidates(
        &self,
        kind: EscalationKind,
        open: bool,
        dashboard: bool,
    ) -> Vec<TargetChoice> {
        let mut fit: Vec<&Target> = self
            .targets
            .iter()
            .filter(|t| t.kinds.iter().any(|k| k == kind.word()))
            .filter(|t| match t.when {
                TargetWhen::Always => true,
                TargetWhen::Open => open,
                TargetWhen::Closed => !open,
            })
            .filter(|t| dashboard || !t.number.is_empty())
            .collect();
        fit.sort_by_key(|t| t.order);
        fit.into_iter()
            .map(|t| TargetChoice {
                key: t.id.clone(),
                name: t.name.clone(),
                number: Pii::new(t.number.clone()),
            })
            .collect()
    }
}

fn e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|d| (3..=15).contains(&d.len()) && d.bytes().all(|b| b.is_ascii_digit()))
}

fn unknown_variable(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        rest = &rest[at + 2..];
        let end = rest.find("}}").unwrap_or(rest.len());
        let name = rest[..end].trim();
        if !VARIABLES.contains(&name) || &rest[..end] != name {
            return Some(name.chars().take(40).collect());
        }
        rest = &rest[end..];
    }
    None
}
