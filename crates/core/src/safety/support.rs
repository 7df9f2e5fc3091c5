//! Whether the documents support a drafted sentence.
//!
//! One unit of a document (a sentence, a table row, an item of a list) has to say what the draft says: every word of
//! meaning and every figure of the draft stands in it, beside the same subject; nothing that limits it is left away; and
//! it denies what the draft denies and nothing else. Word and figure must belong together, so it is not enough that both
//! occur somewhere. A second unit that says the same with another figure or the other way round is a contradiction, and
//! then nothing is said.

use super::clause::{Segment, leans};
use super::facts::{self, Fact};
use super::terms::{Reader, Said, Words, is_verb, set};
use super::unit::Unit;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A drafted sentence, its yes or no taken off.
pub(super) struct Statement {
    /// Its segments.
    pub(super) segments: Vec<Segment>,
    /// What is known of its subject from the question, where it only says "it".
    pub(super) subject: Said,
}

/// Most segments of a unit that are put together to support one piece of a draft.
const LONGEST_RUN: usize = 6;

/// What is overlooked when contradictions are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overlook {
    Nothing,
    Figures,
    Denial,
}

/// The segments of a unit by which it supports a statement.
pub(super) struct Support<'a> {
    pub(super) unit: &'a Unit,
    /// Whether the supporting segments deny.
    pub(super) denies: bool,
}

/// The unit that supports a statement, if one does and none contradicts it.
pub(super) fn find<'a>(statement: &Statement, units: &'a [Unit]) -> Option<Support<'a>> {
    let whole = one(statement, units);
    if whole.is_some() || statement.segments.len() < 2 {
        return whole;
    }
    // "Botox is $12 and filler is $650" joins two rows, each of them whole.
    let mut last = None;
    for segment in &statement.segments {
        let own = &segment.own;
        let stands_alone = !segment.binds
            && !own.denies
            && own.facts.iter().any(is_figure)
            && (own.has_topic() || own.facts.iter().any(|fact| matches!(fact, Fact::Day(_))));
        if !stands_alone {
            return None;
        }
        let part = Statement {
            segments: vec![segment.clone()],
            subject: Said::default(),
        };
        last = Some(one(&part, units)?);
    }
    last
}

fn one<'a>(statement: &Statement, units: &'a [Unit]) -> Option<Support<'a>> {
    let support = units.iter().find_map(|unit| {
        supports(statement, unit, Overlook::Nothing).map(|denies| Support { unit, denies })
    })?;
    let contradicted = units.iter().any(|unit| {
        supports(statement, unit, Overlook::Nothing).is_none()
            && [Overlook::Figures, Overlook::Denial]
                .iter()
                .any(|overlook| supports(statement, unit, *overlook).is_some())
    });
    (!contradicted).then_some(support)
}

/// A figure that makes a claim of its own.
fn is_figure(fact: &Fact) -> bool {
    matches!(fact, Fact::Price(_) | Fact::Number(_) | Fact::Time(..))
}

fn is_time(fact: &Fact) -> bool {
    matches!(fact, Fact::Time(..))
}

/// Whether a unit supports the statement; Some(whether it denies).
fn supports(statement: &Statement, unit: &Unit, overlook: Overlook) -> Option<bool> {
    let mut said = statement.subject.clone();
    for segment in &statement.segments {
        said.add(&segment.own);
    }
    let known: BTreeSet<Fact> = said.facts.iter().cloned().collect();
    let mut denies = false;
    for segment in &statement.segments {
        let whole = statement.segments.len() == 1;
        let (from, to) = ranges(&unit.segments, whole).find(|&(from, to)| {
            let range = &unit.segments[from..to];
            holds(segment, &statement.subject, range, unit, overlook)
                && keeps(&said, &known, range, overlook)
                && limits(unit, from, to).all(|limit| {
                    keeps_one(&said, &known, limit, overlook)
                        && says_limit(&statement.segments, limit)
                })
        })?;
        denies |= unit.segments[from..to].iter().any(|s| s.own.denies);
    }
    Some(denies)
}

/// Runs of segments of one group that deny alike, short ones first. Words and figures of several segments are put
/// together only for a statement that is one piece itself: else they could change places.
fn ranges(segments: &[Segment], whole: bool) -> impl Iterator<Item = (usize, usize)> + '_ {
    let longest = if whole {
        segments.len().min(LONGEST_RUN)
    } else {
        1
    };
    (1..=longest).flat_map(move |length| {
        (0..=segments.len().saturating_sub(length))
            .map(move |from| (from, from + length))
            .filter(|&(from, to)| segments.get(from..to).is_some_and(is_run))
    })
}

fn is_run(run: &[Segment]) -> bool {
    let alike = run
        .windows(2)
        .all(|pair| pair[0].group == pair[1].group && pair[0].own.denies == pair[1].own.denies);
    let figures = run
        .iter()
        .filter(|segment| segment.own.facts.iter().any(is_figure))
        .count();
    alike && !run.is_empty() && (figures <= 1 || run.iter().all(|segment| segment.cell))
}

/// Conditions, exceptions and additions beside the segments that are used.
fn limits(unit: &Unit, from: usize, to: usize) -> impl Iterator<Item = &Segment> {
    let group = unit.segments.get(from).map(|segment| segment.group);
    unit.segments
        .iter()
        .enumerate()
        .filter(move |(index, s)| s.binds && Some(s.group) == group && !(from..to).contains(index))
        .map(|(_, segment)| segment)
        .chain(&unit.limits)
}

/// Whether a segment of the draft says the limit the same way round.
fn says_limit(segments: &[Segment], limit: &Segment) -> bool {
    let topics = || limit.own.topics();
    topics().next().is_none()
        || segments.iter().any(|segment| {
            segment.own.denies == limit.own.denies
                && topics().any(|term| segment.own.terms.contains(term))
        })
}

/// Whether everything the segment says stands in the range.
fn holds(
    segment: &Segment,
    subject: &Said,
    range: &[Segment],
    unit: &Unit,
    overlook: Overlook,
) -> bool {
    let mut scope = unit.context.clone();
    for part in range {
        scope.add(&part.own);
        scope.add(&part.lead);
    }
    if range.iter().any(|part| part.orders) {
        scope.terms.insert("need".to_owned());
    }
    // What is only supposed is said by nobody.
    let states = !segment.supposes && segment.words.iter().any(|word| is_verb(word));
    if states && range.iter().all(|part| part.supposes) {
        return false;
    }
    if segment.orders && !scope.terms.contains("need") {
        return false;
    }
    let known: BTreeSet<Fact> = scope.facts.iter().cloned().collect();
    let denies = range.iter().any(|part| part.own.denies);
    if overlook != Overlook::Denial && denies != segment.own.denies {
        return false;
    }
    if overlook == Overlook::Denial && denies == segment.own.denies {
        return false;
    }
    let mut terms = segment
        .own
        .terms
        .iter()
        .chain(&segment.lead.terms)
        .chain(&subject.terms);
    if !terms.all(|term| stands(term, &scope)) || !segment.own.pairs.is_subset(&scope.pairs) {
        return false;
    }
    // A heading alone supports nothing.
    let in_range = |term: &String| {
        range
            .iter()
            .any(|part| part.own.terms.contains(term) || part.lead.terms.contains(term))
    };
    let topics = || segment.own.topics();
    if segment.own.facts.is_empty() && topics().next().is_some() && !topics().any(in_range) {
        return false;
    }
    let fits = |fact: &&Fact| matches!(fact, Fact::Name(_)) || facts::covered(fact, &known);
    if overlook == Overlook::Figures {
        // Hours of other days are no contradiction, and what has no such figure says nothing about it.
        return segment
            .own
            .facts
            .iter()
            .filter(|fact| !is_figure(fact))
            .all(|fact| fits(&fact))
            && segment
                .own
                .facts
                .iter()
                .filter(|fact| is_figure(fact))
                .all(|fact| {
                    let kind = std::mem::discriminant(fact);
                    known
                        .iter()
                        .any(|other| std::mem::discriminant(other) == kind)
                });
    }
    segment.own.facts.iter().all(|fact| fits(&fact))
        && times_agree(segment, range)
        && in_order(segment, range)
}

/// Whether a term stands in the scope; the name of a kind of fact is given by the fact itself.
pub(super) fn stands(term: &str, scope: &Said) -> bool {
    let has = |terms: &[&str]| terms.iter().any(|term| scope.terms.contains(*term));
    let fact = |wanted: fn(&Fact) -> bool| scope.facts.iter().any(wanted);
    // What is free has no price to speak of.
    let costs = || fact(|f| matches!(f, Fact::Price(cents) if *cents > 0));
    scope.terms.contains(term)
        || match term {
            "#price" | "pay" => costs(),
            "#last" => fact(|f| matches!(f, Fact::Number(_))),
            "#take" => has(&["accept", "#last"]) || fact(|f| matches!(f, Fact::Number(_))),
            "accept" => has(&["#take"]),
            "#hours" => fact(|f| matches!(f, Fact::Time(..) | Fact::Day(_))),
            "#open" | "#close" | "#until" => fact(|f| matches!(f, Fact::Time(..) | Fact::Day(_))),
            "#phone" => fact(|f| matches!(f, Fact::Phone(_))),
            _ => false,
        }
}

/// Whether several prices or numbers come in the order in which the unit names them.
fn in_order(segment: &Segment, range: &[Segment]) -> bool {
    let of = |facts: &[Fact], price: bool| -> Vec<Fact> {
        facts
            .iter()
            .filter(|fact| {
                matches!(
                    (fact, price),
                    (Fact::Price(_), true) | (Fact::Number(_), false)
                )
            })
            .cloned()
            .collect()
    };
    let timed = range.iter().flat_map(|part| &part.own.facts).any(is_time);
    [true, false]
        .into_iter()
        .filter(|price| *price || !timed)
        .all(|price| {
            let said = of(&segment.own.facts, price);
            let written: Vec<Fact> = range
                .iter()
                .flat_map(|part| of(&part.own.facts, price))
                .collect();
            let mut rest = written.iter();
            said.len() < 2 || said.iter().all(|fact| rest.any(|other| other == fact))
        })
}

/// Whether the times are those of one stretch of the unit, and a lone one is the beginning or the end it is said to be.
fn times_agree(segment: &Segment, range: &[Segment]) -> bool {
    let times: Vec<&Fact> = range
        .iter()
        .flat_map(|part| &part.own.facts)
        .filter(|fact| is_time(fact))
        .collect();
    if times.is_empty() {
        return true;
    }
    // Where one time is past noon by its figures, the others mean what they say.
    let whole_day = times
        .iter()
        .any(|fact| matches!(fact, Fact::Time(780.., _)))
        && times
            .iter()
            .any(|fact| matches!(fact, Fact::Time(_, false)));
    let read = |facts: &[Fact]| -> Vec<(u16, bool)> {
        facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::Time(minutes, sure) => Some((*minutes, *sure || whole_day)),
                Fact::Number(hour) if *hour % 100 == 0 && (0..=2_400).contains(hour) => {
                    u16::try_from(hour / 100 * 60)
                        .ok()
                        .map(|minutes| (minutes, false))
                }
                _ => None,
            })
            .collect()
    };
    let same = |one: &(u16, bool), other: &(u16, bool)| {
        if one.1 && other.1 {
            one.0 == other.0
        } else {
            one.0 % 720 == other.0 % 720
        }
    };
    let said = read(&segment.own.facts);
    let written: Vec<(u16, bool)> = range
        .iter()
        .flat_map(|part| read(&part.own.facts))
        .collect();
    // "9 to 1 and 2 to 6" is not "9 to 6".
    let runs = |run: &[(u16, bool)]| run.iter().zip(&said).all(|(one, other)| same(one, other));
    if said.len() > 1 && !written.windows(said.len()).any(runs) {
        return false;
    }
    let end = range.iter().find_map(|part| part.own.end);
    match (segment.own.end, said.as_slice()) {
        (Some(one), _) if written.len() == 1 => end.is_none_or(|other| other == one),
        (Some(end), [time]) if written.len() > 1 => written
            .iter()
            .enumerate()
            .any(|(index, other)| same(other, time) && (index % 2 == 1) == end),
        _ => true,
    }
}

/// Whether nothing of the range that matters was left away.
fn keeps(said: &Said, known: &BTreeSet<Fact>, range: &[Segment], overlook: Overlook) -> bool {
    // "We are open" says no more than that there are opening hours.
    if said.facts.is_empty() && !said.has_topic() {
        return true;
    }
    range
        .iter()
        .all(|segment| keeps_one(said, known, segment, overlook))
}

fn keeps_one(said: &Said, known: &BTreeSet<Fact>, segment: &Segment, overlook: Overlook) -> bool {
    let names: Vec<String> = segment
        .own
        .facts
        .iter()
        .chain(&segment.lead.facts)
        .filter_map(|fact| {
            if let Fact::Name(name) = fact {
                Some(name.clone())
            } else {
                None
            }
        })
        .collect();
    let named = names
        .iter()
        .any(|name| said.facts.contains(&Fact::Name(name.clone())));
    let term_stays = |term: &String| {
        term.starts_with('#') || said.terms.contains(term)
            || term == "accept" && said.terms.contains("#take")
            // Of "Dr. Helen Okafor" the family name is enough.
            || named && names.iter().any(|name| name.starts_with(term.as_str()))
    };
    if !segment
        .own
        .terms
        .iter()
        .chain(&segment.lead.terms)
        .all(term_stays)
    {
        return false;
    }
    if overlook == Overlook::Figures {
        return true;
    }
    let facts = &segment.own.facts;
    let timed = facts.iter().any(|fact| matches!(fact, Fact::Time(..)));
    let says_figure = said.facts.iter().any(is_figure);
    let says_day = said.facts.iter().any(|fact| matches!(fact, Fact::Day(_)));
    facts.iter().all(|fact| match fact {
        Fact::Number(_) => timed || facts::covered(fact, known),
        Fact::Price(_) => !says_figure || facts::covered(fact, known),
        Fact::Day(_) => says_day,
        Fact::Phone(_) | Fact::Url(_) | Fact::Time(..) | Fact::Name(_) => true,
    })
}

/// Whether a sentence needs its question to know what it speaks of.
pub(super) fn needs_subject(segments: &[Segment], words: &[String]) -> bool {
    let named = segments.iter().any(|segment| segment.own.has_subject());
    let priced = segments
        .iter()
        .any(|s| s.own.facts.iter().any(|f| matches!(f, Fact::Price(_))));
    let of_the_house = !priced
        && words.iter().any(|word| {
            matches!(
                word.as_str(),
                "we" | "were" | "our" | "us" | "nuestro" | "nuestra"
            ) || word.ends_with("mos")
        });
    leans(words) || !named && !of_the_house
}

/// What a question asks about: its words without those that only ask.
pub(super) fn topic(question: &str, reader: &Reader) -> Said {
    static ASKING: Words = LazyLock::new(|| {
        set("
        how what when where why who much many want like know tell ask wonder help say give hello hi hey ok okay thank yes
        cual cuanto cuanta cuando donde como quien quier gustari sab quisiera dime hol graci buen si")
    });
    let mut said = reader.read(question);
    said.terms.retain(|term| !ASKING.contains(term.as_str()));
    said
}
