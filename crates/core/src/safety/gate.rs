//! The decision on a caller's turn.

use super::answer::{Blocked, Grounding};
use super::approved::{Approved, Draft};
use super::features::{context_plain, ngrams};
use super::phrase::{Lang, Phrase};
use super::rules::Rules;
use super::text::{clauses, is_latin, parts, plain};
use super::weights::Weights;
use crate::pii::Pii;
use crate::ports::embedder::{Embedder, Urgency};
use crate::time::Deadline;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The caller.
    Caller,
    /// Our side.
    Receptionist,
}

/// One turn of the talk so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// Who spoke.
    pub role: Role,
    /// What was said.
    pub text: Pii<String>,
}

/// Why a turn goes to a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Escalation {
    /// The caller asks for a medical judgement.
    Medical,
    /// A life may be in danger.
    Emergency,
    /// The caller asks for a person.
    Human,
}

/// What happens with a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may be answered.
    Answer,
    /// It must reach a human.
    Escalate(Escalation),
    /// Nothing was understood; the caller is asked again.
    Clarify,
}

/// Why the gate decided so; contains no words of the caller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A rule fired; its name.
    Rule(Cow<'static, str>),
    /// The classifier's probability of "medical" and the one from which it escalates, both 0 to 1.
    Classifier {
        /// Probability of this turn.
        probability: f32,
        /// Probability from which a turn is medical.
        from: f32,
    },
    /// One part of a turn that says several things is medical by its words; its probability and the one needed.
    Part {
        /// Probability of the part.
        probability: f32,
        /// Probability from which a part makes the turn medical.
        from: f32,
    },
    /// There was no vector: judged by words alone.
    Degraded,
    /// Nothing readable was said.
    Unreadable,
    /// Most letters are of a script the gate does not read.
    OtherScript,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(name) => write!(f, "rule: {name}"),
            Self::Classifier { probability, from } => {
                write!(f, "classifier {probability:.2} (medical from {from:.2})")
            }
            Self::Part { probability, from } => {
                write!(
                    f,
                    "a part of the turn {probability:.2} (medical from {from:.2})"
                )
            }
            Self::Degraded => f.write_str("no vector, judged by words alone"),
            Self::Unreadable => f.write_str("nothing readable was said"),
            Self::OtherScript => f.write_str("a script the gate does not read"),
        }
    }
}

/// A decision with its grounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What happens with the turn.
    pub decision: Decision,
    /// How sure the gate is of the decision, 0 to 1.
    pub confidence: f32,
    /// Why, without words of the caller.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Whether the turn was judged without a vector.
    pub fn is_degraded(&self) -> bool {
        self.reasons.contains(&Reason::Degraded)
    }
}

/// The talk before the judged turn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Earlier turns, oldest first; only the last few are looked at.
    pub history: &'a [Utterance],
}

impl Context<'_> {
    /// The last `n` turns before, in plain form.
    fn plain(&self, n: usize) -> Vec<String> {
        let from = self.history.len().saturating_sub(n);
        self.history[from..]
            .iter()
            .map(|turn| plain(turn.text.expose()))
            .collect()
    }
}

/// What a clinic may choose: more caution, never less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The threshold found in training.
    #[default]
    Standard,
    /// A lower threshold: fewer medical questions missed, more administrative ones escalated.
    Cautious,
}

impl Policy {
    /// How much the threshold is lowered; never negative.
    fn lowered(self) -> f32 {
        match self {
            Self::Standard => 0.0,
            Self::Cautious => 0.7,
        }
    }
}

/// The safety gate of one agent version.
pub struct Gate {
    weights: Weights,
    policy: Policy,
    rules: Rules,
}

impl Gate {
    /// A gate with these weights and the clinic's policy.
    pub fn new(weights: Weights, policy: Policy) -> Self {
        Self {
            weights,
            policy,
            rules: Rules::new(),
        }
    }

    /// The text whose vector [`Gate::question`] wants: the turn in plain form, after up to two turns before it when it is
    /// short. Empty when there is nothing to embed.
    pub fn embed_text(&self, said: &str, ctx: &Context<'_>) -> String {
        let said = plain(said);
        if said.is_empty() {
            return said;
        }
        let before = context_plain(&said, &ctx.plain(2));
        if before.is_empty() {
            said
        } else {
            format!("{before} | {said}")
        }
    }

    /// Decides on a turn. `vector` is the unit-length vector of [`Gate::embed_text`], or None when the embedder did not
    /// answer: then words alone decide, with a lower threshold.
    pub fn question(
        &self,
        said: &Pii<String>,
        vector: Option<&[f32]>,
        ctx: &Context<'_>,
    ) -> Verdict {
        let text = said.expose();
        let said_plain = plain(text);
        if said_plain.is_empty() {
            return verdict(Decision::Clarify, 1.0, vec![Reason::Unreadable]);
        }
        let said_clauses = clauses(text);
        let fired = self.rules.fired(&said_clauses);
        let named = |to: Escalation| fired.iter().find(|rule| rule.to == to);
        if let Some(rule) = named(Escalation::Emergency) {
            return by_rule(Escalation::Emergency, rule.name);
        }
        if let Some(rule) = named(Escalation::Medical) {
            return by_rule(Escalation::Medical, rule.name);
        }
        if !is_latin(text) {
            return verdict(
                Decision::Escalate(Escalation::Human),
                1.0,
                vec![Reason::OtherScript],
            );
        }
        let human = named(Escalation::Human);
        let (score, threshold, degraded) = self.classify(&said_plain, vector, ctx);
        let mut reasons = vec![Reason::Classifier {
            probability: logistic(score),
            from: logistic(threshold),
        }];
        if degraded {
            reasons.push(Reason::Degraded);
        }
        if score >= threshold {
            let decision = Decision::Escalate(Escalation::Medical);
            return verdict(decision, logistic(score - threshold), reasons);
        }
        let (part, part_threshold) = self.strongest_part(text);
        if part >= part_threshold {
            reasons.push(Reason::Part {
                probability: logistic(part),
                from: logistic(part_threshold),
            });
            let decision = Decision::Escalate(Escalation::Medical);
            return verdict(decision, logistic(part - part_threshold), reasons);
        }
        if let Some(rule) = human {
            reasons.insert(0, Reason::Rule(rule.name.into()));
            return verdict(Decision::Escalate(Escalation::Human), 1.0, reasons);
        }
        verdict(Decision::Answer, logistic(threshold - score), reasons)
    }

    /// The whole decision path of a turn: embeds [`Gate::embed_text`] and decides; when there is no vector by the
    /// deadline, words alone decide.
    pub async fn decide(
        &self,
        said: &Pii<String>,
        ctx: &Context<'_>,
        embedder: &dyn Embedder,
        urgency: Urgency,
        by: Deadline,
    ) -> Verdict {
        let text = self.embed_text(said.expose(), ctx);
        if text.is_empty() {
            return self.question(said, None, ctx);
        }
        let vectors = embedder
            .embed(vec![text], urgency, by)
            .await
            .unwrap_or_default();
        self.question(said, vectors.first().map(Vec::as_slice), ctx)
    }

    /// Score, threshold and whether it was judged without a vector.
    fn classify(&self, said: &str, vector: Option<&[f32]>, ctx: &Context<'_>) -> (f32, f32, bool) {
        let before = context_plain(said, &ctx.plain(2));
        let features = ngrams(said, &before, self.weights.bits);
        let lowered = self.policy.lowered();
        match vector.and_then(|vector| self.weights.score(vector, &features)) {
            Some(score) => (score, self.weights.threshold - lowered, false),
            None => (
                self.weights.fallback_score(&features),
                self.weights.fallback_threshold - lowered,
                true,
            ),
        }
    }

    /// The highest score of a part by its words, and the threshold. One harmless half of a turn cannot hide the other.
    fn strongest_part(&self, text: &str) -> (f32, f32) {
        let strongest = parts(text)
            .iter()
            .map(|part| {
                self.weights
                    .fallback_score(&ngrams(part, "", self.weights.bits))
            })
            .fold(f32::NEG_INFINITY, f32::max);
        (
            strongest,
            self.weights.part_threshold - self.policy.lowered(),
        )
    }

    /// Judges a drafted sentence against the passages it must rest on.
    pub fn sentence(&self, draft: Draft, grounding: &Grounding) -> Result<Approved, Blocked> {
        super::answer::sentence(draft.text(), grounding)
    }

    /// Whether an approved text is only talk: a greeting, an offer to take a message. It tells a caller nothing.
    pub fn is_talk(&self, text: &Approved, grounding: &Grounding) -> bool {
        super::draft::is_only_talk(text.as_str(), grounding)
    }

    /// Judges a literal piece of a passage. A language model's sentence is none: see [`Gate::sentence`].
    pub fn extract(&self, text: &str, passage: &str) -> Result<Approved, Blocked> {
        super::answer::extract(text, passage)
    }

    /// A fixed sentence of the receptionist.
    pub fn phrase(&self, phrase: &Phrase, lang: Lang) -> Approved {
        Approved::new(phrase.text(lang))
    }

    /// Judges a text the clinic wrote itself to be spoken as it stands (greeting, fixed wordings). Its facts are the
    /// clinic's own; its claims are held to the same rules as every other sentence.
    pub fn wording(&self, clinic_text: &str) -> Result<Approved, Blocked> {
        super::answer::wording(clinic_text)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("weights", &self.weights)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

fn by_rule(to: Escalation, name: &'static str) -> Verdict {
    verdict(Decision::Escalate(to), 1.0, vec![Reason::Rule(name.into())])
}

fn verdict(decision: Decision, confidence: f32, reasons: Vec<Reason>) -> Verdict {
    Verdict {
        decision,
        confidence,
        reasons,
    }
}

fn logistic(score: f32) -> f32 {
    1.0 / (1.0 + (-score).exp())
}
