//! The judgement on a sentence that a language model drafted: talk, or supported by a document.

use super::answer::Grounding;
use super::clause::{Segment, cut, refers};
use super::clinical::{is_clinical, is_worry};
use super::facts::{self, Fact};
use super::support::{self, Statement, Support, needs_subject, stands, topic};
use super::talk::{is_softener, is_talk};
use super::terms::{Reader, Said, Words, is_verb, plain_words, set};
use super::unit::{Unit, answer_head, units};
use crate::knowledge::text::sentences;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Most segments of one sentence: what is longer is no spoken answer.
const MOST_SEGMENTS: usize = 12;
/// Shortest sentence of a document that says something without its question.
const STANDS_ALONE: usize = 4;

/// Whether every sentence of a draft may be said.
pub(super) fn is_supported(draft: &str, grounding: &Grounding) -> bool {
    let reader = Reader::for_text(draft);
    let mut all: Vec<Unit> = Vec::new();
    for passage in &grounding.passages {
        all.extend(units(passage, &reader));
    }
    for known in &grounding.clinic {
        all.extend(units(known, &reader));
    }
    let judge = Judge {
        question: &grounding.question,
        units: &all,
        reader,
    };
    let draft = unnamed(draft, grounding);
    sentences(&draft)
        .into_iter()
        .all(|(from, to)| judge.sentence(&draft[from..to]))
}

/// Whether every sentence is talk that tells nothing.
pub(super) fn is_only_talk(text: &str, grounding: &Grounding) -> bool {
    let text = unnamed(text, grounding);
    sentences(&text)
        .into_iter()
        .all(|(from, to)| is_talk(&plain_words(&text[from..to])))
}

/// The clinic speaks of itself by name or as "we"; here always as the latter.
fn unnamed(text: &str, grounding: &Grounding) -> String {
    match grounding.clinic.first() {
        Some(name) if !name.is_empty() && facts::of(name).is_empty() => text.replace(name, "us"),
        _ => text.to_owned(),
    }
}

struct Judge<'a> {
    question: &'a str,
    units: &'a [Unit],
    reader: Reader,
}

impl Judge<'_> {
    fn sentence(&self, text: &str) -> bool {
        if is_talk(&plain_words(text)) {
            return true;
        }
        let (says, body) = answer_head(text);
        let mut segments = cut(body, &self.reader);
        let talks = segments.iter().any(|segment| is_talk(&segment.words));
        let mut after_talk = false;
        segments.retain_mut(|segment| {
            let talk = is_talk(&segment.words) || is_softener(&segment.words);
            if after_talk {
                segment.lead = Said::default();
            }
            after_talk = talk;
            !talk
        });
        if segments.is_empty() && says.is_none() {
            return talks;
        }
        if segments.len() > MOST_SEGMENTS {
            return false;
        }
        let words: Vec<String> = segments.iter().flat_map(|s| s.words.clone()).collect();
        let question = plain_words(self.question);
        if is_clinical(&words) || is_clinical(&question) {
            return says.is_none() && self.is_literal(&words);
        }
        if says.is_none()
            && words.len() >= STANDS_ALONE
            && !refers(&words)
            && !needs_subject(&segments, &words)
            && self.stands_written(&words)
        {
            return true;
        }
        let Some(statement) = self.statement(says, segments, &words) else {
            return false;
        };
        support::find(&statement, self.units)
            .is_some_and(|support| says.is_none_or(|says| self.answers(says, &support)))
    }

    /// What the sentence states, its subject and its left-out words filled in from the question. None when it states
    /// nothing, or of something unknown.
    fn statement(
        &self,
        says: Option<bool>,
        mut segments: Vec<Segment>,
        words: &[String],
    ) -> Option<Statement> {
        let asked = self.reader.read(self.question);
        let about = topic(self.question, &self.reader);
        let is_empty = segments
            .iter()
            .all(|s| !s.own.has_topic() && s.own.facts.is_empty());
        let elliptic = says.is_some() && (is_empty || !words.iter().any(|word| is_verb(word)));
        if elliptic {
            // "Yes, for children only." and "No, we don't." say the question again.
            if !about.has_topic() {
                return None;
            }
            let mut own = Said {
                facts: asked.facts,
                ..about
            };
            own.denies = says == Some(false);
            for segment in &segments {
                own.add(&segment.own);
                own.denies |= segment.own.denies;
            }
            let whole = Segment {
                own,
                ..Segment::default()
            };
            return Some(Statement {
                segments: vec![whole],
                subject: Said::default(),
            });
        }
        if is_empty {
            // That the clinic is open at all is everything that can be said without a word of meaning.
            let open = segments
                .iter()
                .any(|s| s.own.terms.contains("#open") && !s.own.denies);
            let when = asked
                .facts
                .iter()
                .any(|f| matches!(f, Fact::Day(_) | Fact::Time(..)));
            return (open && !when).then_some(Statement {
                segments,
                subject: Said::default(),
            });
        }
        let mut subject = Said::default();
        if needs_subject(&segments, words) {
            if !about.has_topic() {
                return None;
            }
            let own_topic = segments.iter().any(|segment| segment.own.has_subject());
            subject.terms = about.terms;
            subject.terms.retain(|term| !term.starts_with('#'));
            if own_topic {
                // "It is returned if you cancel": of the question, what some document speaks of at all.
                subject.terms.retain(|term| {
                    self.units
                        .iter()
                        .any(|unit| scope(unit).terms.contains(term))
                });
                if subject.terms.is_empty() {
                    return None;
                }
            }
        }
        if let Some(first) = segments.first_mut() {
            first.binds = false;
        }
        Some(Statement { segments, subject })
    }

    /// Whether a leading yes or no is the answer that the supporting unit gives to the question.
    fn answers(&self, says: bool, support: &Support<'_>) -> bool {
        let about = topic(self.question, &self.reader);
        let asked = self.reader.read(self.question);
        let scope = scope(support.unit);
        let known: BTreeSet<Fact> = scope.facts.iter().cloned().collect();
        let covered = about.topics().filter(|term| stands(term, &scope)).count();
        let of = about.topics().count();
        let facts_stand = asked.facts.iter().all(|fact| facts::covered(fact, &known));
        let whole = covered == of && facts_stand;
        let denies = support.denies ^ asked.denies;
        if says {
            return whole && !denies;
        }
        let pays = about.terms.contains("pay") && known.contains(&Fact::Price(0));
        let costs = asked.facts.contains(&Fact::Price(0))
            && !known.contains(&Fact::Price(0))
            && known.iter().any(|fact| matches!(fact, Fact::Price(_)));
        let only = scope.terms.contains("only") && !whole;
        let of_it = covered * 2 >= of;
        of_it && (denies || costs || pays) || only
    }

    /// Whether a unit has exactly these words.
    fn stands_written(&self, words: &[String]) -> bool {
        self.units.iter().any(|unit| unit.words == words)
    }

    /// Whether a unit says this in the same words, articles aside, and speaks of all that was asked about.
    fn is_literal(&self, words: &[String]) -> bool {
        static SLIGHT: Words =
            LazyLock::new(|| set("a an the is are our el la los las un una es son please"));
        let weighty = |words: &[String]| -> Vec<String> {
            let kept = words.iter().filter(|word| !SLIGHT.contains(word.as_str()));
            kept.cloned().collect()
        };
        let said = weighty(words);
        let mut about = topic(self.question, &self.reader);
        about.terms.retain(|term| !is_worry(term));
        !said.is_empty()
            && self.units.iter().any(|unit| {
                let scope = scope(unit);
                weighty(&unit.words) == said && about.topics().all(|term| stands(term, &scope))
            })
    }
}

/// Everything a unit says, with what stands above it.
fn scope(unit: &Unit) -> Said {
    let mut scope = unit.context.clone();
    for segment in &unit.segments {
        scope.add(&segment.own);
        scope.add(&segment.lead);
    }
    scope
}
