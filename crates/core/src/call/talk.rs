//! Where a conversation stands between two turns: what was offered, which form is being filled in.
//!
//! Kept with each recorded turn, so that a restarted process or another node goes on in the middle of a form.

use crate::pii::Pii;
use serde::{Deserialize, Serialize};

/// What an appointment form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// A new appointment.
    Book,
    /// Another time.
    Change,
    /// None any more.
    Cancel,
}

impl Wish {
    /// The shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Change => "change",
            Self::Cancel => "cancel",
        }
    }
}

/// What a form is filled in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "t", content = "wish")]
pub enum FormKind {
    /// A message or a wish to be called back.
    Message,
    /// The message that an escalation ends in when nobody was reached.
    Escalation,
    /// A wish about an appointment.
    Appointment(Wish),
}

/// What was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Which service, or which appointment.
    Service,
    /// Which days.
    Days,
    /// New or returning.
    Returning,
    /// The name.
    Name,
    /// The number.
    Number,
    /// Whether the number was understood.
    ConfirmNumber,
    /// What it is about.
    Reason,
}

/// A form being filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// What for.
    pub kind: FormKind,
    /// What was asked last.
    pub ask: Ask,
    /// How often the last question was not answered.
    #[serde(default)]
    pub misses: u8,
    /// Service or which appointment.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub service: Option<Pii<String>>,
    /// Days that suit.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub days: Option<Pii<String>>,
    /// Been here before.
    #[serde(default)]
    pub returning: Option<bool>,
    /// The caller's name.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub name: Option<Pii<String>>,
    /// The number to call back.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub number: Option<Pii<String>>,
    /// What it is about.
    #[serde(with = "crate::pii::exposed_option", default)]
    pub reason: Option<Pii<String>>,
}

/// Where a conversation stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Talk {
    /// The form being filled in.
    #[serde(default)]
    pub form: Option<Form>,
    /// A message was offered with the last words.
    #[serde(default)]
    pub offered: bool,
    /// The last words were not understood so often in a row.
    #[serde(default)]
    pub unclear: u8,
    /// The caller speaks Spanish.
    #[serde(default)]
    pub spanish: bool,
    /// A person has taken the call: the receptionist is silent.
    #[serde(default)]
    pub with_person: bool,
    /// What was spoken last, to repeat it.
    #[serde(with = "crate::pii::exposed", default)]
    pub last_spoken: Pii<String>,
}
