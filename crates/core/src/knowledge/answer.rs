//! Decides whether the documents answer a question, and picks the sentence that does.
//!
//! No language model: what is spoken is a literal piece of a document, or a table row said as "name: value". Two checks
//! guard it. The first asks whether the documents know the topic at all ([`Reason::Far`]); the second whether they hold
//! what is asked about it ([`Reason::Near`]): a price needs an amount in the very sentence that is read out.

use super::{
    attribute::{self, Attribute, Attributes},
    index::{Hits, Index, Query},
    text::{Stems, is_stop_word, sentences, words},
};
use crate::ids::{ChunkId, DocumentId};
use std::sync::Arc;

/// A literal answer and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// What to say.
    pub text: String,
    /// The chunk it is from.
    pub chunk: ChunkId,
    /// The document it is from.
    pub document: DocumentId,
    /// The document's title.
    pub title: Arc<str>,
    /// The page, from 1, where there are pages.
    pub page: Option<u32>,
    /// Characters of the document's plain text it covers.
    pub span: (usize, usize),
    /// How likely the documents answer the question, 0 to 1.
    pub confidence: f32,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The documents do not treat the topic.
    Far,
    /// They treat the topic, but not what is asked about it.
    Near,
}

/// There is no answer in the documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoAnswer {
    /// Why.
    pub reason: Reason,
    /// How likely the documents answered the question all the same, 0 to 1.
    pub confidence: f32,
}

/// What the documents say to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// They answer it.
    Found(Extract),
    /// They do not.
    None(NoAnswer),
}

/// What the decision is made from; all between 0 and about 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// Best cosine among the first five hits; none when degraded.
    pub cosine: Option<f32>,
    /// Share of the question's meaning in the best of the first three hits, with its headings.
    pub coverage: f32,
    /// Share of the question's meaning in the best sentence, with its headings.
    pub sentence: f32,
    /// Share of the meaning that lies beyond the title, in the best of the first three hits.
    pub beyond_title: f32,
    /// Whether what is asked is treated by the first hit: 1 yes, 0 no, one half when nothing particular is asked.
    pub treated: f32,
    /// How far the first hit's sentences stand above those of other documents, after the topic is taken out.
    pub residual: f32,
}

/// Hits whose sentences are looked at.
const READ: usize = 5;
/// Hits a search should return for the decision.
const ENOUGH: usize = 3;
/// Longest spoken answer in characters.
const LONGEST: usize = 320;

/// What a search tells about whether the documents answer the question.
pub fn signals(index: &Index, query: &Query<'_>, found: &Hits) -> Signals {
    let stems = Stems::default();
    let mut out = Signals {
        cosine: found
            .hits
            .iter()
            .take(READ)
            .filter_map(|h| h.dense)
            .reduce(f32::max),
        treated: 0.5,
        residual: index.residual(query.vector, &found.hits),
        ..Signals::default()
    };
    for (rank, hit) in found.hits.iter().take(ENOUGH).enumerate() {
        let Some(chunk) = index.chunk(hit.at) else {
            continue;
        };
        let title = stems.content(&format!("{} {}", chunk.title, chunk.title_path));
        let beyond: Vec<_> = found
            .groups
            .iter()
            .filter(|g| !title.contains(&g.stem))
            .cloned()
            .collect();
        let body = stems.content(&chunk.text);
        out.beyond_title = out.beyond_title.max(index.coverage(&beyond, &body));
        let both: Vec<String> = title.iter().chain(&body).cloned().collect();
        out.coverage = out.coverage.max(index.coverage(&found.groups, &both));
        for (from, to) in sentences(&chunk.text) {
            let mut own = stems.content(&chunk.text[from..to]);
            own.extend(title.iter().cloned());
            out.sentence = out.sentence.max(index.coverage(&found.groups, &own));
        }
        if rank == 0 && !found.asked.is_empty() {
            out.treated = found.asked.and(chunk.treated).len() as f32 / found.asked.len() as f32;
        }
    }
    out
}

/// Answers a question from what a search found.
pub fn answer(index: &Index, query: &Query<'_>, found: &Hits) -> Answer {
    let signals = signals(index, query, found);
    let (far, near) = signals.gates();
    let none = |reason| {
        Answer::None(NoAnswer {
            reason,
            confidence: near.0,
        })
    };
    let Some(best) = choose(index, query, found) else {
        return none(if far.0 < far.1 {
            Reason::Far
        } else {
            Reason::Near
        });
    };
    // In a small collection a document's topic is the very passage that answers, so the vectors see nothing beyond it. A
    // sentence that holds the words of the question is then judged by its words alone, where its meaning agrees.
    let agrees = signals.cosine.is_some_and(|c| c >= AGREES);
    let (words_far, words_near) = Signals {
        cosine: None,
        ..signals
    }
    .gates();
    let clear =
        best.literal && agrees && words_far.0 >= words_far.1 && words_near.0 >= words_near.1;
    // A figure beside every word of the question is an answer, whatever the general impression.
    if !best.certain && !clear {
        if far.0 < far.1 {
            return none(Reason::Far);
        }
        if near.0 < near.1 {
            return none(Reason::Near);
        }
    }
    match index.chunk(best.at) {
        Some(chunk) => Answer::Found(Extract {
            text: best.text,
            chunk: chunk.id,
            document: chunk.document,
            title: Arc::clone(&chunk.title),
            page: chunk.page,
            span: best.span,
            confidence: if clear {
                near.0.max(words_near.0)
            } else {
                near.0
            },
        }),
        None => none(Reason::Far),
    }
}

impl Signals {
    /// Probability and threshold of "the topic is known" and of "and what is asked about it".
    ///
    /// Fitted on development questions with their passage taken away (near) and with its document taken away (far), with
    /// thresholds that keep 96 of 100 answerable ones answered; every weight is positive, so that more evidence never
    /// makes an answer less likely.
    fn gates(&self) -> ((f32, f32), (f32, f32)) {
        let logistic = |x: f32| 1.0 / (1.0 + (-x).exp());
        match self.cosine {
            Some(cosine) => (
                (
                    logistic(
                        -4.3 + 5.9 * cosine
                            + 1.5 * self.coverage
                            + 1.3 * self.sentence
                            + 0.2 * self.beyond_title
                            + 1.5 * self.residual,
                    ),
                    0.35,
                ),
                (
                    logistic(
                        -3.8 + 0.2 * cosine
                            + 1.2 * self.coverage
                            + 1.0 * self.sentence
                            + 1.1 * self.beyond_title
                            + 1.0 * self.treated
                            + 7.3 * self.residual,
                    ),
                    0.27,
                ),
            ),
            None => (
                (
                    logistic(-2.6 + 2.7 * self.coverage + 2.7 * self.sentence),
                    0.35,
                ),
                (
                    logistic(
                        -3.4 + 1.7 * self.coverage
                            + 1.4 * self.sentence
                            + 0.8 * self.beyond_title
                            + 0.9 * self.treated,
                    ),
                    0.23,
                ),
            ),
        }
    }
}

/// The piece of a chunk to say.
struct Choice {
    at: usize,
    text: String,
    span: (usize, usize),
    /// Whether it holds a figure that was asked for and all of the topic.
    certain: bool,
    /// Whether the sentence itself, without its headings, holds the question's words.
    literal: bool,
}

/// Least cosine at which the vectors agree with a hit by words.
const AGREES: f32 = 0.4;

/// Share of the question's meaning in one sentence that makes it a clear hit by words, and the fewest words for that.
const LITERAL: f32 = 0.9;
const LITERAL_WORDS: usize = 2;

/// Least share of the topic that must stand beside a figure before it may be read out.
const TOPIC_BESIDE_FIGURE: f32 = 0.45;

/// Share of the topic beside a figure that makes it an answer whatever the general impression.
const TOPIC_CERTAIN: f32 = 0.75;

/// Folded words written with a capital letter inside a question: what it is about, more than any other word.
fn names(question: &str) -> Vec<String> {
    let capital =
        |w: &&str| w.chars().next().is_some_and(char::is_uppercase) && w.chars().count() > 1;
    question
        .split_whitespace()
        .skip(1)
        .filter(capital)
        .flat_map(words)
        .collect()
}

/// The best sentence of the first hits, or none when none holds what is asked.
fn choose(index: &Index, query: &Query<'_>, found: &Hits) -> Option<Choice> {
    let stems = Stems::default();
    let strict: Vec<Attribute> = found
        .asked
        .iter()
        .filter(|a| attribute::is_strict(*a))
        .collect();
    let mut figures = Attributes::default();
    for attribute in &strict {
        figures.insert(*attribute);
    }
    // What a figure is asked of; and what is asked of the house itself, such as its address, has no topic at all.
    let beside = if strict.is_empty() {
        found.asked
    } else {
        figures
    };
    let topic: Vec<_> = found
        .groups
        .iter()
        .filter(|g| !attribute::is_cue(beside, &g.word))
        .cloned()
        .collect();
    let of_the_house = topic.is_empty()
        && !found.asked.is_empty()
        && found.asked.iter().all(attribute::is_of_the_house);
    let names = names(query.text);
    let top = found.hits.first()?.score;
    let mut best: Option<(f32, Choice)> = None;
    for hit in found.hits.iter().take(READ) {
        let Some(chunk) = index.chunk(hit.at) else {
            continue;
        };
        let title = stems.content(&format!("{} {}", chunk.title, chunk.title_path));
        let pieces = sentences(&chunk.text);
        let cosines = index.sentence_cosines(hit.at, query.vector);
        for (n, (from, to)) in pieces.iter().enumerate() {
            let sentence = &chunk.text[*from..*to];
            if sentence.ends_with('?') || !strict.iter().all(|a| attribute::holds(sentence, *a)) {
                continue;
            }
            let own = stems.content(sentence);
            let mut around = own.clone();
            around.extend(title.iter().cloned());
            let before = n
                .checked_sub(1)
                .and_then(|p| pieces.get(p))
                .map(|(f, t)| &chunk.text[*f..*t]);
            // What stands before may name the topic: a question, or the word that "it" stands for.
            let leans = before.filter(|b| b.ends_with('?') || leans_back(sentence));
            if let Some(b) = leans {
                around.extend(stems.content(b));
            }
            let about = index.coverage(&topic, &around);
            if !strict.is_empty()
                && !topic.is_empty()
                && about < TOPIC_BESIDE_FIGURE
                && !strict.iter().all(|a| *a == Attribute::Time)
            {
                continue;
            }
            let close = cosines.get(n).copied().unwrap_or(0.0);
            let score = 0.8 * index.coverage(&found.groups, &around)
                + 0.6 * index.coverage(&found.groups, &own)
                + close
                + 0.25 * (hit.score - top).max(-4.0)
                - if own.len() < 2 { 0.5 } else { 0.0 }
                - if names.iter().any(|n| {
                    found.groups.iter().any(|g| g.word == *n) && !around.contains(&stems.of(n))
                }) {
                    0.5
                } else {
                    0.0
                };
            if best.as_ref().is_none_or(|(s, _)| score > *s) {
                let with_before = leans.is_some_and(|b| !b.ends_with('?'));
                let (text, range) = spoken(&chunk.text, &pieces, n, with_before, &strict);
                let start = chunk.span.0 + chunk.text[..range.0].chars().count();
                let certain = if of_the_house {
                    found.asked.and(attribute::treated(&format!(
                        "{}. {sentence}",
                        chunk.title_path
                    ))) == found.asked
                } else {
                    !strict.is_empty() && !topic.is_empty() && about >= TOPIC_CERTAIN
                };
                best = Some((
                    score,
                    Choice {
                        at: hit.at,
                        text,
                        span: (start, start + chunk.text[range.0..range.1].chars().count()),
                        certain,
                        literal: found.groups.len() >= LITERAL_WORDS
                            && index.coverage(&found.groups, &own) >= LITERAL,
                    },
                ));
            }
        }
    }
    best.map(|(_, choice)| choice)
}

/// Whether a sentence begins with a word that stands for something said before.
fn leans_back(sentence: &str) -> bool {
    let first = sentence
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let first = first.trim_end_matches(|c: char| !c.is_alphanumeric());
    matches!(
        first,
        "it" | "its"
            | "it's"
            | "this"
            | "that"
            | "these"
            | "those"
            | "they"
            | "their"
            | "he"
            | "she"
            | "such"
            | "both"
            | "prices"
            | "most"
    )
}

/// The words to say for sentence `n` and the bytes of the chunk they stand on: one or two sentences, a list after its
/// introduction, or a table row as "name: value".
fn spoken(
    text: &str,
    pieces: &[(usize, usize)],
    n: usize,
    with_before: bool,
    strict: &[Attribute],
) -> (String, (usize, usize)) {
    let (from, to) = pieces.get(n).copied().unwrap_or_default();
    if let Some(row) = say_row(&text[from..to], strict) {
        return (row, (from, to));
    }
    let before = n
        .checked_sub(1)
        .and_then(|p| pieces.get(p))
        .map_or(from, |p| p.0);
    let alone =
        strict.is_empty() && n + 1 == pieces.len() && text[from..to].chars().count() < SHORT;
    let joins = alone
        && !text[before..from].contains('\n')
        && !text[before..from].trim_end().ends_with('?')
        && text[before..to].chars().count() <= LONGEST;
    let start = if with_before || joins { before } else { from };
    let mut end = to;
    let introduces = text[from..to].ends_with(':');
    for (_, next) in pieces.iter().skip(n + 1) {
        let short = strict.is_empty()
            && text[start..end].chars().count() < SHORT
            && !text[end..*next].contains('\n');
        if !(introduces || short) || text[start..*next].chars().count() > LONGEST {
            break;
        }
        end = *next;
        if !introduces {
            break;
        }
    }
    let literal = cut(&text[start..end]);
    let end = start + literal.len();
    let mut out = String::with_capacity(literal.len());
    for (at, line) in literal
        .lines()
        .map(strip_mark)
        .filter(|l| !l.is_empty())
        .enumerate()
    {
        if at > 0 {
            out.push_str(if out.ends_with([':', '.', '!', '?', ',', ';']) {
                " "
            } else {
                ", "
            });
        }
        out.push_str(line);
    }
    (out, (start, end))
}

/// Below this many characters a sentence is joined by the next.
const SHORT: usize = 70;

/// A line without the mark of a list item.
fn strip_mark(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix(['-', '*', '•', '–', '·', '▪', '◦', '●'])
        .map_or(line, str::trim_start)
}

/// At most [`LONGEST`] characters, ended at a clause where that loses less than half.
fn cut(text: &str) -> &str {
    let Some((limit, _)) = text.char_indices().nth(LONGEST) else {
        return text;
    };
    let head = &text[..limit];
    let clause = head
        .rfind([';', '.'])
        .or_else(|| head.rfind(','))
        .filter(|c| *c > limit / 2);
    let at = clause
        .or_else(|| head.rfind(char::is_whitespace))
        .unwrap_or(limit);
    head[..at].trim_end()
}

/// A table row as speech: its name and the cells that hold what is asked, or all cells when nothing strict is asked.
fn say_row(line: &str, strict: &[Attribute]) -> Option<String> {
    let cells: Vec<(&str, &str)> = line
        .trim_end_matches('.')
        .split("; ")
        .map(|cell| cell.split_once(": ").unwrap_or(("", cell)))
        .collect();
    if cells.len() < 2
        || cells
            .iter()
            .filter(|(label, _)| !label.is_empty() && words(label).len() <= 6)
            .count()
            < cells.len().div_ceil(2)
    {
        return None;
    }
    let (first, rest) = cells.split_first()?;
    let holds = |(label, value): &&(&str, &str)| {
        let whole = format!("{label} {value}");
        strict
            .iter()
            .any(|a| attribute::holds(value, *a) || (attribute::holds(&whole, *a)))
    };
    let mut kept: Vec<&(&str, &str)> = rest.iter().filter(holds).collect();
    if kept.is_empty() {
        kept = rest.iter().collect();
    }
    let single = kept.len() == 1;
    let said: Vec<String> = kept
        .iter()
        .map(|(label, value)| {
            if single || label.is_empty() {
                say_amounts(value)
            } else {
                format!("{} {}", label.to_lowercase(), say_amounts(value))
            }
        })
        .collect();
    Some(format!("{}: {}.", first.1, said.join(", ")))
}

/// `$90` as `90 dollars`, and so for euros and pounds.
fn say_amounts(text: &str) -> String {
    let said: Vec<String> = text
        .split(' ')
        .map(|word| {
            let unit = match word.chars().next() {
                Some('$') => "dollars",
                Some('€') => "euros",
                Some('£') => "pounds",
                _ => return word.to_owned(),
            };
            let amount = word.trim_start_matches(['$', '€', '£']);
            let digits = amount.trim_end_matches(|c: char| !c.is_ascii_digit());
            if digits.is_empty()
                || !digits
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
            {
                return word.to_owned();
            }
            let tail = &amount[digits.len()..];
            format!(
                "{} {unit}{tail}",
                digits.strip_suffix(".00").unwrap_or(digits)
            )
        })
        .collect();
    said.join(" ")
}

/// Words a question needs before it stands on its own.
const LEANING: &[&str] = &[
    "it", "its", "that", "this", "they", "them", "those", "these", "one", "there", "eso", "esto",
];

/// The question as it stands together with the turn before, where it leans on it ("and how much is that?"): search and
/// embed this instead. None when it stands on its own.
pub fn follow_up(previous: &str, question: &str) -> Option<String> {
    let said = words(question);
    let asks = attribute::asked(question);
    let topic = said
        .iter()
        .filter(|w| !is_stop_word(w) && !attribute::is_cue(asks, w))
        .count();
    let leans = said.iter().any(|w| LEANING.contains(&w.as_str()));
    let continues = matches!(
        said.first().map(String::as_str),
        Some("and" | "what" | "how" | "y")
    ) && said.len() <= 4;
    if topic > 1
        || !(leans || (continues && topic == 0 && said.first().is_some_and(|w| w == "and")))
    {
        return None;
    }
    // Only the topic of the turn before: what it asked for is not asked again.
    let asked_before = attribute::asked(previous);
    let subject: Vec<&str> = previous
        .split_whitespace()
        .filter(|w| {
            let mut own = words(w).into_iter().filter(|w| !is_stop_word(w)).peekable();
            own.peek().is_some() && own.all(|w| !attribute::is_cue(asked_before, &w))
        })
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    (!subject.is_empty()).then(|| {
        format!(
            "{} {}",
            question.trim_end_matches(['?', '.', '!', ' ']),
            subject.join(" ")
        )
    })
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;
