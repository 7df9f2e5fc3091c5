//! The inbox: everything that waits for a person.

use crate::{
    call::{
        escalation::{Escalation, EscalationKind, EscalationState},
        view::AppointmentView,
        words,
    },
    ids::{CallId, EscalationId, InboxId, UserId},
    pii::Pii,
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxKind {
    /// An escalation, from its decision on.
    Escalation,
    /// A message or a wish to be called back.
    Message,
    /// A wish to book, change or cancel an appointment.
    Appointment,
    /// A transfer nobody confirmed.
    UnconfirmedTransfer,
    /// Something the operator must look at.
    Alarm,
}
words!(InboxKind {
    Escalation = "escalation", Message = "message", Appointment = "appointment",
    UnconfirmedTransfer = "unconfirmed_transfer", Alarm = "alarm",
});

/// How soon a person must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// In the order of the day.
    Normal,
    /// Soon.
    Urgent,
    /// Now.
    Emergency,
}
words!(Urgency { Normal = "normal", Urgent = "urgent", Emergency = "emergency" });

impl From<EscalationKind> for Urgency {
    fn from(kind: EscalationKind) -> Self {
        match kind {
            EscalationKind::Human => Self::Normal,
            EscalationKind::Medical => Self::Urgent,
            EscalationKind::Emergency => Self::Emergency,
        }
    }
}

impl Urgency {
    /// How soon somebody must act on an escalation: a caller who waits on the line, or whose transfer nobody has confirmed,
    /// stands before whoever waits for a call back, whatever it is about.
    pub fn of(escalation: &Escalation) -> Self {
        let kind = Self::from(escalation.kind);
        let waits =
            escalation.state.is_searching() || escalation.state == EscalationState::Unconfirmed;
        if waits { kind.max(Self::Urgent) } else { kind }
    }

    /// Within which time somebody must have acknowledged, ms.
    pub const fn limit_ms(self) -> i64 {
        match self {
            Self::Normal => 4 * 3_600_000,
            Self::Urgent => 15 * 60_000,
            Self::Emergency => 2 * 60_000,
        }
    }
}

/// A member, by id and shown name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// The shown name.
    pub name: String,
}

/// The sealed part of an item.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct InboxBody {
    /// One line.
    pub title: String,
    /// What to do, in plain words.
    pub words: String,
    /// Who called.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub caller_name: Option<Pii<String>>,
    /// Number to call back.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub caller_number: Option<Pii<String>>,
    /// What it is about.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub reason: Option<Pii<String>>,
    /// The appointment wish.
    #[serde(default)]
    pub appointment: Option<AppointmentView>,
    /// Who has taken it.
    #[serde(default)]
    pub owner: Option<Person>,
    /// Who acknowledged it.
    #[serde(default)]
    pub acknowledged_by: Option<Person>,
    /// With which outcome it was closed.
    #[serde(default)]
    pub outcome: Option<String>,
    /// A person's note.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub note: Option<Pii<String>>,
}

/// An item as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxItem {
    /// Our id.
    pub id: InboxId,
    /// What it is.
    pub kind: InboxKind,
    /// How soon.
    pub urgency: Urgency,
    /// The call it came from.
    pub call: Option<CallId>,
    /// The escalation it stands for.
    pub escalation: Option<EscalationId>,
    /// When it came.
    pub created_at: Millis,
    /// When somebody must have acted.
    pub due_at: Option<Millis>,
    /// When a named person acknowledged it.
    pub acknowledged_at: Option<Millis>,
    /// When it was closed.
    pub closed_at: Option<Millis>,
    /// What is sealed.
    pub body: InboxBody,
}
