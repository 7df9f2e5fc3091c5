//! The safety gate: what may be answered, what must reach a human, and what may be spoken.
//!
//! The gate is code and not prompt. It judges every caller turn before anything else sees it ([`Gate::question`]) and
//! every drafted sentence before it is heard ([`Gate::sentence`]). Only [`Approved`] text can be spoken, and only this
//! module makes it. Nothing a caller says, a document contains, a clinic configures or a model writes changes a rule:
//! all of that is data here. Vectors come in as arguments, so that every decision can be repeated from its inputs.

mod answer;
mod approved;
mod claims;
mod clause;
mod clinical;
mod draft;
#[cfg(test)]
mod drafts;
mod emergencies;
mod facts;
mod features;
mod gate;
mod numerals;
mod not_now;
mod numbers;
mod pattern;
mod phrase;
mod phrase_en;
mod phrase_es;
mod rules;
mod rules_list;
mod support;
mod talk;
mod terms;
mod text;
#[cfg(test)]
mod tests;
mod unit;
mod weights;

pub use answer::{Blocked, Grounding, Kind};
pub use approved::{Approved, Draft};
pub use features::{Sparse, context_plain, ngrams};
pub use gate::{Context, Decision, Escalation, Gate, Policy, Reason, Role, Utterance, Verdict};
pub use phrase::{Digits, EmergencyNumber, Lang, Phrase, SmallTalk, Spoken};
pub use text::{CLASSIFIED_CHARS, parts, plain};
pub use weights::{Weights, WeightsError};
