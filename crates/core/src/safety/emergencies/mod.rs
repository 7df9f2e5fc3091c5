//! Emergencies told in any words and any order: classes of words that are an emergency together.
//!
//! "I took twenty of the tablets" and "the tablets, I've taken like twenty" are one thing. A list of whole phrases
//! misses the second; so an entry names what must be said (something taken, a medicine, an amount beyond a dose) and not
//! how. An entry fires when each of its classes is said within [`BREATH`] words, wherever sentences end in between.

#[cfg(test)]
mod callers;
#[cfg(test)]
mod cases;
mod list;
#[cfg(test)]
mod near_misses;
#[cfg(test)]
mod others;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unseen;
mod words;

use self::list::TOGETHER;
use super::not_now::Aside;
use super::pattern::{Pattern, list_with_endings};
use super::rules::is_negated;
use super::text::Word;

/// An entry as written down in the list.
struct Together {
    name: &'static str,
    /// Each class is given as the lists of patterns of which one must be said.
    all: &'static [&'static [&'static str]],
    /// Patterns that silence the clauses in which they are said.
    unless: &'static str,
}

/// The words within which all classes must begin.
const BREATH: usize = 16;

struct Entry {
    name: &'static str,
    all: Vec<Vec<Pattern>>,
    unless: Vec<Pattern>,
}

/// All entries, parsed once.
pub(super) struct Emergencies(Vec<Entry>);

impl Emergencies {
    pub(super) fn new() -> Self {
        let parsed = |lists: &&[&'static str]| {
            let patterns = lists.iter().copied().flat_map(list_with_endings);
            patterns.collect()
        };
        Self(
            TOGETHER
                .iter()
                .map(|entry| Entry {
                    name: entry.name,
                    all: entry.all.iter().map(parsed).collect(),
                    unless: list_with_endings(entry.unless),
                })
                .collect(),
        )
    }

    /// The name of the first entry that is said.
    pub(super) fn said(&self, clauses: &[Vec<Word>], asides: &[Aside]) -> Option<&'static str> {
        self.0
            .iter()
            .find(|entry| entry.is_said(clauses, asides))
            .map(|entry| entry.name)
    }
}

impl Entry {
    fn is_said(&self, clauses: &[Vec<Word>], asides: &[Aside]) -> bool {
        let mut places = Vec::with_capacity(self.all.len());
        for (index, class) in self.all.iter().enumerate() {
            let found = self.places(class, clauses, asides, index == 0);
            if found.is_empty() {
                return false;
            }
            places.push(found);
        }
        places.iter().flatten().any(|first| {
            places.iter().all(|class| {
                let next = class.get(class.partition_point(|at| at < first));
                next.is_some_and(|at| *at <= first + BREATH)
            })
        })
    }

    /// Where a class is said, in words from the beginning of the turn, ascending. Only the first class can be denied ("no
    /// chest pain"); in the others a negation is often the sign itself ("no siento medio cuerpo").
    fn places(
        &self,
        class: &[Pattern],
        clauses: &[Vec<Word>],
        asides: &[Aside],
        deniable: bool,
    ) -> Vec<usize> {
        let mut places = Vec::new();
        let mut before = 0;
        for (clause, aside) in clauses.iter().zip(asides) {
            let said = class.iter().flat_map(|pattern| pattern.matches(clause));
            let mut here: Vec<usize> = said
                .filter(|at| !aside.holds(clause, *at))
                .filter(|at| !(deniable && is_negated(clause, *at)))
                .collect();
            if !here.is_empty() && !self.unless.iter().any(|pattern| pattern.is_in(clause)) {
                here.sort_unstable();
                places.extend(here.iter().map(|at| before + at));
            }
            before += clause.len();
        }
        places
    }
}
