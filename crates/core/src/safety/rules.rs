//! Rules in plain words: the floor under the classifier.
//!
//! They catch what must never depend on a model: emergencies, requests for a human, and the plainest requests for a
//! medical judgement. They know simple negation ("no chest pain") and nothing else about grammar; what they miss is the
//! classifier's work.

use super::gate::Escalation;
use super::pattern::{Pattern, list};
use super::rules_list::RULES;
use super::signs::{REACH, SIGNS};
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

/// Signs that make an emergency together, parsed.
struct Sign {
    name: &'static str,
    signs: Vec<Vec<Pattern>>,
    unless: Vec<Pattern>,
}

/// All rules, parsed once.
pub(super) struct Rules {
    rules: Vec<Rule>,
    signs: Vec<Sign>,
}

/// A rule that fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fired {
    pub(super) name: &'static str,
    pub(super) to: Escalation,
}

impl Rules {
    pub(super) fn new() -> Self {
        let rules = RULES.iter().map(|rule| Rule {
            name: rule.name,
            to: rule.to,
            negatable: rule.negatable,
            says: list(rule.says),
            unless: list(rule.unless),
        });
        let signs = SIGNS.iter().map(|sign| Sign {
            name: sign.name,
            signs: sign.signs.iter().map(|one| list(one)).collect(),
            unless: list(sign.unless),
        });
        Self {
            rules: rules.collect(),
            signs: signs.collect(),
        }
    }

    /// The rules that fire on the clauses, in the order of the list (emergencies first).
    pub(super) fn fired<'a>(
        &'a self,
        clauses: &'a [Vec<Word>],
    ) -> impl Iterator<Item = Fired> + 'a {
        let signs = self.signs.iter().filter(move |sign| sign.fires(clauses));
        let rules = self
            .rules
            .iter()
            .filter(move |rule| clauses.iter().any(|clause| rule.fires(clause)));
        let emergencies = signs.map(|sign| Fired {
            name: sign.name,
            to: Escalation::Emergency,
        });
        emergencies.chain(rules.map(|rule| Fired {
            name: rule.name,
            to: rule.to,
        }))
    }
}

impl Rule {
    fn fires(&self, clause: &[Word]) -> bool {
        self.says.iter().any(|pattern| {
            pattern
                .matches(clause)
                .any(|at| !(self.negatable && is_negated(clause, at)))
        }) && !self.unless.iter().any(|pattern| pattern.is_in(clause))
    }
}

impl Sign {
    /// Whether all signs are told, none of them denied, within reach of the first of them.
    fn fires(&self, clauses: &[Vec<Word>]) -> bool {
        let mut places: Vec<Vec<usize>> = Vec::with_capacity(self.signs.len());
        for patterns in &self.signs {
            let told = told(patterns, clauses);
            if told.is_empty() {
                return false;
            }
            places.push(told);
        }
        let near = |at: usize, other: &Vec<usize>| other.iter().any(|o| at.abs_diff(*o) <= REACH);
        let together = places
            .first()
            .is_some_and(|first| first.iter().any(|at| places.iter().all(|p| near(*at, p))));
        together
            && !clauses
                .iter()
                .any(|clause| self.unless.iter().any(|pattern| pattern.is_in(clause)))
    }
}

/// Where in the turn one of the patterns is told and not denied, counted in words.
fn told(patterns: &[Pattern], clauses: &[Vec<Word>]) -> Vec<usize> {
    let mut before = 0;
    let mut all = Vec::new();
    for clause in clauses {
        for pattern in patterns {
            let here = pattern
                .matches(clause)
                .filter(|at| !is_negated(clause, *at));
            all.extend(here.map(|at| before + at));
        }
        before += clause.len();
    }
    all
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
    "just",
    "think",
    "stop",
    "stopped",
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

/// Whether a negation stands at most four words before `at`, in the same breath.
fn is_negated(clause: &[Word], at: usize) -> bool {
    let mut index = at;
    for _ in 0..4 {
        if clause.get(index).is_some_and(|word| word.after_break) {
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
