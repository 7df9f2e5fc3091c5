//! The judgement on a sentence before it is spoken.
//!
//! Three questions, all answered by code: does the sentence claim something a receptionist may not say, does every fact
//! in it stand in the passages it was drawn from, and, where a language model drafted it, does one sentence of them say
//! the same ([`super::draft`]). The passages cannot allow a claim: advice in a document of the clinic stays advice. A
//! blocked sentence is never mended here; the turn falls back to another one.

use super::approved::Approved;
use super::facts::{self, Fact};
use super::pattern::{Pattern, list};
use super::text::{Word, clauses};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

/// Longest text that is spoken at once, in characters.
const MAX_CHARS: usize = 700;
/// So many words in a row taken from the instructions of the model are a leak.
const LEAK_WORDS: usize = 8;

/// What a sentence must rest on.
#[derive(Debug, Clone, Default)]
pub struct Grounding {
    /// The passages the answer is drawn from.
    pub passages: Vec<String>,
    /// Facts of the clinic that may always be said, its name first: address, number, hours. Never words of the caller.
    pub clinic: Vec<String>,
    /// What the caller asked. It only tells what a "yes" or an "it" means; it grounds nothing.
    pub question: String,
    /// The instructions given to the model, which it must not recite.
    pub instructions: String,
}

/// Kind of a fact that stands nowhere in the grounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number.
    Number,
    /// A price.
    Price,
    /// A time or a day.
    Time,
    /// A telephone number.
    Phone,
    /// An address of a page or a mailbox.
    Url,
    /// A clinician's name.
    Name,
}

/// Why a sentence may not be spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// Tells the caller what to do about their body.
    Advice,
    /// Says or asks what the caller may have.
    Diagnosis,
    /// Names a dose or how to take a medicine.
    Dosage,
    /// Says that something is normal, safe or nothing to worry about.
    Reassurance,
    /// A fact that is not in the passages.
    NotGrounded(Kind),
    /// No one sentence of the passages says this.
    Unsupported,
    /// Confirms that somebody is a patient.
    ConfirmsPatient,
    /// Tells something from somebody's records, results or appointments.
    Records,
    /// Promises that something is booked, changed or cancelled.
    Promise,
    /// Longer than what is spoken at once.
    TooLong,
    /// Nothing to speak.
    Empty,
    /// Recites instructions, or is markup and no speech.
    PromptLeak,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Advice => "medical advice",
            Self::Diagnosis => "a diagnosis",
            Self::Dosage => "a dose",
            Self::Reassurance => "a reassurance",
            Self::NotGrounded(Kind::Number) => "a number that is not in the documents",
            Self::NotGrounded(Kind::Price) => "a price that is not in the documents",
            Self::NotGrounded(Kind::Time) => "a time that is not in the documents",
            Self::NotGrounded(Kind::Phone) => "a telephone number that is not in the documents",
            Self::NotGrounded(Kind::Url) => "an address that is not in the documents",
            Self::NotGrounded(Kind::Name) => "a name that is not in the documents",
            Self::Unsupported => "says what no sentence of the documents says",
            Self::ConfirmsPatient => "confirms that somebody is a patient",
            Self::Records => "tells something from records",
            Self::Promise => "promises an appointment",
            Self::TooLong => "too long",
            Self::Empty => "empty",
            Self::PromptLeak => "recites instructions",
        })
    }
}

impl std::error::Error for Blocked {}

/// Judges a drafted sentence.
pub(super) fn sentence(draft: &str, grounding: &Grounding) -> Result<Approved, Blocked> {
    let text = speakable(draft)?;
    if recites(&text, grounding) {
        return Err(Blocked::PromptLeak);
    }
    grounded(&text, grounding)?;
    if !super::draft::is_supported(&text, grounding) {
        return Err(Blocked::Unsupported);
    }
    Ok(Approved::new(text))
}

/// Judges a literal piece of a passage. It says what the document says, so only what may not be said at all is asked.
pub(super) fn extract(text: &str, passage: &str) -> Result<Approved, Blocked> {
    let text = speakable(text)?;
    let grounding = Grounding {
        passages: vec![passage.to_owned()],
        ..Grounding::default()
    };
    grounded(&text, &grounding)?;
    let known = super::terms::plain_words(passage);
    if !super::terms::plain_words(&text)
        .iter()
        .all(|word| known.contains(word))
    {
        return Err(Blocked::Unsupported);
    }
    Ok(Approved::new(text))
}

/// Whether every fact of the text stands somewhere in the grounding.
fn grounded(text: &str, grounding: &Grounding) -> Result<(), Blocked> {
    let texts = || grounding.passages.iter().chain(&grounding.clinic);
    let known = texts().flat_map(|passage| facts::of(passage)).collect();
    let names_known: Vec<String> = texts().flat_map(|passage| plain_all(passage)).collect();
    for fact in facts::of(text) {
        let fine = match &fact {
            Fact::Name(name) => names_known.contains(name),
            _ => facts::covered(&fact, &known),
        };
        if !fine {
            return Err(Blocked::NotGrounded(kind(&fact)));
        }
    }
    Ok(())
}

/// Judges a text of the clinic by the same rules, except that its facts are its own.
pub(super) fn wording(text: &str) -> Result<Approved, Blocked> {
    speakable(text).map(Approved::new)
}

fn plain_all(passage: &str) -> Vec<String> {
    clauses(passage)
        .into_iter()
        .flatten()
        .map(|word| word.text)
        .collect()
}

fn kind(fact: &Fact) -> Kind {
    match fact {
        Fact::Number(_) => Kind::Number,
        Fact::Price(_) => Kind::Price,
        Fact::Time(..) | Fact::Day(_) => Kind::Time,
        Fact::Phone(_) => Kind::Phone,
        Fact::Url(_) => Kind::Url,
        Fact::Name(_) => Kind::Name,
    }
}

/// The text with single spaces, if it is short enough, speech at all, and claims nothing forbidden.
fn speakable(text: &str) -> Result<String, Blocked> {
    if text.chars().take(4 * MAX_CHARS + 1).count() > 4 * MAX_CHARS {
        return Err(Blocked::TooLong);
    }
    let text = text
        .split_whitespace()
        .map(|word| {
            word.chars()
                .filter(|c| !is_invisible(*c))
                .collect::<String>()
        })
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if !text.chars().any(char::is_alphanumeric) {
        return Err(Blocked::Empty);
    }
    if text.chars().count() > MAX_CHARS {
        return Err(Blocked::TooLong);
    }
    if is_markup(&text) {
        return Err(Blocked::PromptLeak);
    }
    match claim(&text) {
        Some(blocked) => Err(blocked),
        None => Ok(text),
    }
}

/// Characters nobody hears, with which words could be split to pass a rule.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

const MARKUP: &[&str] = &[
    "```",
    "<|",
    "|>",
    "[inst",
    "<<",
    "###",
    "</",
    "<system",
    "{\"",
    "system:",
    "assistant:",
    "user:",
    "<script",
];
const LEAKS: &str = "
    system prompt/message/instruction/instructions
    my/the/these/hidden/secret/initial/developer instructions/prompt/prompts are/say/is/were/tell
    my ?secret/?hidden/?system/?initial instructions/prompt
    as an ai
    large/ai language model
    language model
    openai/chatgpt/anthropic/gpt/llama
    ignore/disregard/forget .. previous/prior/above/earlier .. instructions/rules
    i was/am/have/been ?been instructed/told/prompted/programmed to
    you are a helpful
    developer/debug/admin/jailbreak mode
    instrucciones del sistema
    mis instrucciones
    modelo de lenguaje
";

fn is_markup(text: &str) -> bool {
    static LEAK: LazyLock<Vec<Pattern>> = LazyLock::new(|| list(LEAKS));
    let lower = text.to_lowercase();
    MARKUP.iter().any(|mark| lower.contains(mark))
        || clauses(text)
            .iter()
            .any(|clause| LEAK.iter().any(|pattern| pattern.is_in(clause)))
}

/// Whether the text repeats a run of words of the instructions that stands in no passage.
fn recites(text: &str, grounding: &Grounding) -> bool {
    if grounding.instructions.is_empty() {
        return false;
    }
    let said = plain_all(text);
    let instructions = plain_all(&grounding.instructions).join(" ");
    let facts: Vec<String> = grounding
        .passages
        .iter()
        .chain(&grounding.clinic)
        .map(|passage| plain_all(passage).join(" "))
        .collect();
    said.windows(LEAK_WORDS).any(|run| {
        let run = run.join(" ");
        instructions.contains(&run) && !facts.iter().any(|fact| fact.contains(&run))
    })
}

struct Claim {
    blocked: Blocked,
    says: Vec<Pattern>,
    unless: Vec<Pattern>,
}

/// The forbidden claim a text makes, if any.
pub(super) fn claim(text: &str) -> Option<Blocked> {
    static CLAIMS: LazyLock<Vec<Claim>> = LazyLock::new(|| {
        super::claims::CLAIMS
            .iter()
            .map(|(blocked, says, unless)| Claim {
                blocked: *blocked,
                says: list(says),
                unless: list(unless),
            })
            .collect()
    });
    let makes = |claim: &Claim, clause: &[Word]| {
        claim.says.iter().any(|pattern| pattern.is_in(clause))
            && !claim.unless.iter().any(|pattern| pattern.is_in(clause))
    };
    let clauses = clauses(text);
    CLAIMS
        .iter()
        .find(|claim| clauses.iter().any(|clause| makes(claim, clause)))
        .map(|claim| claim.blocked)
}
