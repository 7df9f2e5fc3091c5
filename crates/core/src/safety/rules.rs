//! Rules in plain words: the floor under the classifier.
//!
//! They catch what must never depend on a model: emergencies, requests for a human, and the plainest requests for a
//! medical judgement. They know simple negation ("no chest pain") and nothing else about grammar; what they miss is the
//! classifier's work.

use super::emergencies::Emergencies;
use super::gate::Escalation;
use super::not_now::{Aside, NotNow};
use super::pattern::{Pattern, list};
use super::rules_list::RULES;
use super::text::Word;

/// A rule as written down in the list.
pub(super) struct RuleText {
    pub(super) name: &'static str,
    pub(super) to: Escalation,
    /// Whether "no ..." before the words turns the rule off.
    pub(super) negatable: bool,
    /// Patterns, one a line.
    pub(super) says: &'static str,
    /// Patterns that turn the rule off when they are in the same clause.
    pub(super) unless: &'static str,
}

struct Rule {
    name: &'static str,
    to: Escalation,
    negatable: bool,
    says: Vec<Pattern>,
    unless: Vec<Pattern>,
}

/// All rules, parsed once.
pub(super) struct Rules {
    listed: Vec<Rule>,
    emergencies: Emergencies,
    not_now: NotNow,
}

/// A rule that fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fired {
    pub(super) name: &'static str,
    pub(super) to: Escalation,
}

impl Rules {
    pub(super) fn new() -> Self {
        let listed = RULES
            .iter()
            .map(|rule| Rule {
                name: rule.name,
                to: rule.to,
                negatable: rule.negatable,
                says: list(rule.says),
                unless: list(rule.unless),
            })
            .collect();
        Self {
            listed,
            emergencies: Emergencies::new(),
            not_now: NotNow::new(),
        }
    }

    /// The rules that fire on the clauses, in the order of the list (emergencies first), and then an emergency told in
    /// other words.
    pub(super) fn fired(&self, clauses: &[Vec<Word>]) -> Vec<Fired> {
        let asides: Vec<Aside> = clauses
            .iter()
            .map(|clause| self.not_now.in_clause(clause))
            .collect();
        let listed = self.listed.iter().filter(|rule| {
            clauses
                .iter()
                .zip(&asides)
                .any(|(clause, aside)| rule.fires(clause, aside))
        });
        let mut fired: Vec<Fired> = listed
            .map(|rule| Fired {
                name: rule.name,
                to: rule.to,
            })
            .collect();
        if !fired.iter().any(|rule| rule.to == Escalation::Emergency)
            && let Some(name) = self.emergencies.said(clauses, &asides)
        {
            fired.push(Fired {
                name,
                to: Escalation::Emergency,
            });
        }
        fired
    }
}

impl Rule {
    fn fires(&self, clause: &[Word], aside: &Aside) -> bool {
        let is_aside = |at| self.to == Escalation::Emergency && aside.holds(clause, at);
        let is_off = |at| self.negatable && (is_negated(clause, at) || is_aside(at));
        self.says
            .iter()
            .any(|pattern| pattern.matches(clause).any(|at| !is_off(at)))
            && !self.unless.iter().any(|pattern| pattern.is_in(clause))
    }
}

const NEGATIONS: &[&str] = &[
    "not", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "havent", "hasnt", "hadnt",
    "never", "without", "nor", "neither", "sin", "ningun", "ninguna", "nunca", "tampoco", "ni",
    "no",
];
/// After these words a negation says nothing about what follows.
const NOT_NEGATING: &[&str] = &[
    "know",
    "sure",
    "only",
    "idea",
    "just",
    "think",
    "stop",
    "stopped",
    "para",
    "paro",
    "deja",
    "dejo",
    "se",
    "solo",
    "want",
    "feel",
    "want",
    "wait",
    "my",
    "i",
    "it",
    "its",
    "im",
    "ive",
    "she",
    "shes",
    "he",
    "hes",
    "we",
    "they",
    "the",
    "mi",
    "es",
    "me",
    "one",
    "appointment",
    "longer",
];

/// A new subject ends what a negation before it is about: "he's not well, he swallowed bleach", said without a comma.
const SUBJECTS: &[&str] = &[
    "i", "im", "ive", "he", "hes", "she", "shes", "they", "theyre", "we", "weve", "theres", "yo",
    "ella", "ellos",
];

/// Whether a negation stands at most four words before `at`, in the same breath.
pub(super) fn is_negated(clause: &[Word], at: usize) -> bool {
    let mut index = at;
    for _ in 0..4 {
        let Some(here) = clause.get(index) else {
            return false;
        };
        if here.after_break || SUBJECTS.contains(&here.text.as_str()) {
            return false;
        }
        let Some(previous) = index.checked_sub(1) else {
            return false;
        };
        index = previous;
        let Some(word) = clause.get(index) else {
            return false;
        };
        if NEGATIONS.contains(&word.text.as_str()) {
            let next = clause.get(index + 1).map_or("", |word| word.text.as_str());
            return !NOT_NEGATING.contains(&next);
        }
    }
    false
}
