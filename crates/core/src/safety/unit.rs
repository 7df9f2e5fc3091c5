//! Cuts passages into the units a drafted sentence can rest on: sentences, table rows, lists.

use super::clause::{Segment, cut, leans};
use super::terms::{Reader, Said, Words, is_verb, plain_words, set};
use crate::knowledge::text::sentences;
use std::sync::LazyLock;

/// Most sentences of one passage that are looked at; a passage is a few hundred words.
const MOST: usize = 200;
/// Longest sentence that can support anything, in bytes: nobody speaks such a sentence, and it would take long to cut.
const LONGEST: usize = 1_500;

/// A sentence, a row or a list of a document.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) segments: Vec<Segment>,
    /// Heading, column and question above: these may name the subject.
    pub(super) context: Said,
    /// Restrictions that the next sentence puts on this one.
    pub(super) limits: Vec<Segment>,
    /// The words as they stand.
    pub(super) words: Vec<String>,
}

/// Words with which a sentence takes back part of the one before.
static TAKES_BACK: Words = LazyLock::new(|| set("except however but unless excepto salvo pero"));

/// A sentence without its leading yes or no, and which of the two it was.
pub(super) fn answer_head(text: &str) -> (Option<bool>, &str) {
    const YES: &[&str] = &[
        "yes",
        "yeah",
        "yep",
        "s\u{ed}",
        "si",
        "sure",
        "certainly",
        "absolutely",
        "of course",
        "correct",
        "right",
        "all right",
        "okay",
        "ok",
        "claro que s\u{ed}",
        "claro",
        "por supuesto",
        "desde luego",
        "de acuerdo",
    ];
    const NO: &[&str] = &["no", "nope", "of course not", "claro que no"];
    let text = text.trim_start_matches(['\u{a1}', ' ']);
    let ends = |rest: &str| rest.is_empty() || rest.starts_with([',', '.', '!', ';', ':']);
    let says = |words: &[&str]| {
        words.iter().find_map(|word| {
            let rest = text.get(word.len()..)?;
            let same = text[..word.len()].to_lowercase() == *word;
            let is_head = ends(rest) || matches!(*word, "yes" | "s\u{ed}") && rest.starts_with(' ');
            (same && is_head).then_some(rest)
        })
    };
    let body = |rest: &'_ str| {
        text.len()
            - rest
                .trim_start_matches([',', '.', '!', ';', ':', ' '])
                .len()
    };
    match (says(YES), says(NO)) {
        (Some(rest), _) => (Some(true), &text[body(rest)..]),
        (None, Some(rest)) => (Some(false), &text[body(rest)..]),
        (None, None) => (None, text),
    }
}

/// The units of a passage.
pub(super) fn units(passage: &str, reader: &Reader) -> Vec<Unit> {
    let pieces: Vec<&str> = sentences(passage)
        .into_iter()
        .take(MOST)
        .filter(|(from, to)| to - from <= LONGEST)
        .map(|(from, to)| &passage[from..to])
        .collect();
    let has_heading = passage.trim().contains('\n');
    let mut heading = Said::default();
    let mut asked = Said::default();
    let mut just_asked = false;
    let mut intro: Option<Said> = None;
    let mut list: Option<Unit> = None;
    let mut before: Option<Vec<Segment>> = None;
    let mut out: Vec<Unit> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if index == 0 && has_heading {
            heading = reader.read(piece);
            continue;
        }
        if piece.ends_with('?') {
            asked = reader.read(piece);
            asked.denies = false;
            (just_asked, intro, before) = (true, None, None);
            continue;
        }
        let item = piece
            .trim_start()
            .strip_prefix(['-', '*', '\u{2022}', '\u{2013}', '\u{b7}']);
        let (says, body) = answer_head(item.unwrap_or(piece).trim_start());
        let mut context = heading.clone();
        context.add(&asked);
        let mut unit = Unit {
            segments: row(body, reader).unwrap_or_else(|| cut(body, reader)),
            context,
            limits: Vec::new(),
            words: plain_words(item.unwrap_or(piece)),
        };
        if let Some(says) = says {
            answer(&mut unit, says, just_asked.then_some(&asked), body);
        }
        just_asked = false;
        if leans(&plain_words(body))
            && let (Some(before), Some(first)) = (&before, unit.segments.first_mut())
        {
            first.lead.add(&subject(before));
        }
        match (item, &intro) {
            (Some(_), Some(intro)) => {
                for segment in &mut unit.segments {
                    segment.lead.add(intro);
                    segment.own.denies ^= intro.denies;
                }
                let list = list.get_or_insert_with(|| Unit {
                    segments: Vec::new(),
                    ..unit.clone()
                });
                let group = list.segments.last().map_or(0, |segment| segment.group + 1);
                list.words.clear();
                list.segments.extend(
                    unit.segments
                        .iter()
                        .cloned()
                        .map(|segment| Segment { group, ..segment }),
                );
            }
            _ => {
                out.extend(list.take());
                intro = piece.ends_with(':').then(|| reader.read(piece));
            }
        }
        let first = unit.words.first().map_or("", String::as_str);
        let takes_back = TAKES_BACK.contains(first)
            || unit.segments.iter().any(|s| s.own.terms.contains("only"))
                && !unit.words.iter().any(|word| is_verb(word))
            || leans(&unit.words)
                && unit
                    .segments
                    .iter()
                    .any(|s| s.own.denies || s.own.terms.contains("only"));
        if takes_back && let Some(last) = out.last_mut() {
            last.limits.extend(unit.segments.iter().cloned());
        }
        before = Some(unit.segments.clone());
        if intro.is_none() || item.is_some() {
            out.push(unit);
        }
    }
    out.extend(list);
    out
}

/// "No, that is included": the question says what is answered.
fn answer(unit: &mut Unit, says: bool, asked: Option<&Said>, body: &str) {
    if unit.segments.is_empty() {
        unit.segments = vec![Segment::default()];
    }
    let Some(asked) = asked else { return };
    let whole = plain_words(body).iter().any(|word| is_verb(word));
    if let (false, Some(first)) = (whole, unit.segments.first_mut()) {
        first.lead.add(asked);
        first.own.denies |= !says;
    }
}

/// What a sentence is about: the words before its verb.
fn subject(segments: &[Segment]) -> Said {
    let mut said = Said::default();
    if let Some(first) = segments.iter().find(|segment| !segment.binds) {
        said.add(&first.subject);
        said.add(&first.lead);
    }
    said
}

/// A table row: the first cell is the subject of all others.
fn row(line: &str, reader: &Reader) -> Option<Vec<Segment>> {
    let cells: Vec<(&str, &str)> = line
        .trim_end_matches('.')
        .split("; ")
        .map(|cell| cell.split_once(": ").unwrap_or(("", cell)))
        .collect();
    let labelled = cells
        .iter()
        .filter(|(label, _)| !label.is_empty() && plain_words(label).len() <= 6)
        .count();
    if cells.len() < 2 || labelled < cells.len().div_ceil(2) {
        return None;
    }
    let subject = reader.read(cells.first()?.1);
    let mut segments = Vec::new();
    for (index, (label, value)) in cells.iter().enumerate() {
        let text = if index == 0 {
            (*value).to_owned()
        } else {
            format!("{label} {value}")
        };
        segments.push(Segment {
            own: reader.read(&text),
            cell: true,
            lead: if index == 0 {
                Said::default()
            } else {
                subject.clone()
            },
            words: plain_words(&text),
            ..Segment::default()
        });
    }
    Some(segments)
}
