//! Cuts a sentence into segments that each say one thing, and tells what a segment takes over from the one before it.
//!
//! "The consultation takes 45 minutes and costs $100" is two segments; the second has no subject of its own and takes
//! over the first one's. A figure belongs to the words of its own segment and to what that takes over, to nothing else:
//! this is what keeps the price of one treatment away from the name of another.

use super::facts::Fact;
use super::numerals::is_number_word;
use super::terms::{Reader, Said, Words, is_condition, is_verb, plain_words, set};
use std::sync::LazyLock;

/// A piece of a sentence.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    /// What it says itself.
    pub(super) own: Said,
    /// What it takes over from an earlier one.
    pub(super) lead: Said,
    /// The part before its verb: what it speaks of.
    pub(super) subject: Said,
    /// Segments of one group belong together; between groups stand a semicolon or the items of a list.
    pub(super) group: usize,
    /// Whether it is a condition, an exception or an addition, which may not be left away.
    pub(super) binds: bool,
    /// Whether it only supposes something: "if you wear lenses" does not say that you may.
    pub(super) supposes: bool,
    /// Whether it asks the caller to do something.
    pub(super) orders: bool,
    /// Whether it is a cell of a table row, where each cell has a figure of its own.
    pub(super) cell: bool,
    /// Its words.
    pub(super) words: Vec<String>,
}

/// Words at which a segment begins.
const JOINTS: &[&str] = &["and", "y", "e", "but", "pero", "plus", "because", "which"];

/// Pronouns that stand for something said before.
static PRONOUNS: Words = LazyLock::new(|| {
    set(
        "it its this that these those they them he she which who ello eso esto estos esas esos cual",
    )
});

/// Whether a sentence or segment begins with a word that stands for something said before.
pub(super) fn leans(words: &[String]) -> bool {
    words
        .iter()
        .find(|word| !matches!(word.as_str(), "and" | "but" | "y" | "pero"))
        .is_some_and(|word| PRONOUNS.contains(word.as_str()))
        || words.iter().take(2).any(|word| word == "after")
            && words.iter().take(2).any(|word| word == "that")
}

/// Whether words ask somebody to do something: "please ring", "bring your ticket".
fn orders(words: &[String]) -> bool {
    static VERBS: Words = LazyLock::new(|| {
        set("
        please pay bring wear arrive call send ask fill use provide come take leave ring tell let
        traiga venga llame llegue lleve use")
    });
    let first = words
        .iter()
        .find(|word| !matches!(word.as_str(), "and" | "y"));
    first.is_some_and(|word| VERBS.contains(word.as_str()))
}

/// Whether words stand for something said elsewhere, so that the sentence means nothing alone.
pub(super) fn refers(words: &[String]) -> bool {
    words.iter().any(|word| PRONOUNS.contains(word.as_str()))
}

/// Cuts a sentence.
pub(super) fn cut(text: &str, reader: &Reader) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for (group, whole) in text.split(';').enumerate() {
        let pieces = joined(&pieces(whole), reader);
        for (index, (piece, own)) in pieces.into_iter().enumerate() {
            let words = plain_words(&piece);
            let before = segments.last().filter(|_| index > 0 || leans(&words));
            let (lead, turned) = before.map_or_else(Default::default, |segment| {
                taken_over(&own, &words, segment, reader)
            });
            let subject = verb_at(&words).map_or_else(Said::default, |at| {
                named(reader.read(&words[..at].join(" ")))
            });
            let first = words.first().cloned().unwrap_or_default();
            // "…, medication not included" limits what stands before; "… and has no parking" is news.
            let limits = index > 0 && own.denies && !JOINTS.contains(&first.as_str());
            let binds = is_condition(&first) || limits || narrows(index, &own, &words);
            let denies = own.denies ^ turned;
            segments.push(Segment {
                own: Said { denies, ..own },
                lead,
                subject,
                group,
                binds,
                supposes: matches!(
                    first.as_str(),
                    "if" | "unless" | "when" | "whenever" | "si" | "cuando"
                ),
                orders: orders(&words),
                cell: false,
                words,
            });
        }
    }
    // "For members, parking is free": what stands before the sentence proper narrows it.
    for index in 1..segments.len() {
        let goes_on = matches!(
            segments[index].words.first().map(String::as_str),
            Some("and" | "y" | "e" | "or" | "o")
        );
        let (before, this) = (
            verb_at(&segments[index - 1].words),
            verb_at(&segments[index].words),
        );
        if before.is_none()
            && this.is_some()
            && !goes_on
            && segments[index - 1].group == segments[index].group
        {
            segments[index - 1].binds = true;
        }
    }
    segments
}

/// Whether a later segment without a verb narrows what stands before it: "…, weekdays only", "…, for members".
fn narrows(index: usize, own: &Said, words: &[String]) -> bool {
    let first = words.first().map_or("", String::as_str);
    index > 0
        && verb_at(words).is_none()
        && (own.terms.contains("only")
            || matches!(
                first,
                "for" | "on" | "upon" | "during" | "per" | "para" | "durante" | "por" | "con"
            ))
}

/// What a segment takes over from the one before, and whether a denial is among it.
fn taken_over(own: &Said, words: &[String], before: &Segment, reader: &Reader) -> (Said, bool) {
    let none = (Said::default(), false);
    let first = words.first().map_or("", String::as_str);
    if is_condition(first)
        && !matches!(
            first,
            "except" | "salvo" | "excepto" | "but" | "pero" | "plus"
        )
        || before
            .words
            .first()
            .is_some_and(|word| is_condition(word) && word != "but" && word != "pero")
    {
        return none;
    }
    let topic_before = |at: usize| {
        let own = words[..at]
            .iter()
            .filter(|word| !PRONOUNS.contains(word.as_str()));
        reader
            .read(&own.cloned().collect::<Vec<_>>().join(" "))
            .has_topic()
    };
    let mut subject = before.lead.clone();
    subject.add(&before.subject);
    let verb_before = verb_at(&before.words);
    match (verb_at(words), verb_before) {
        (Some(at), _) if topic_before(at) && !leans(words) => none,
        (Some(_), Some(_)) => (subject, false),
        (Some(_), None) => {
            subject.add(&before.own);
            (subject, false)
        }
        (None, None) if own.has_topic() => none,
        (None, None) => {
            subject.add(&before.own);
            (subject, before.own.denies)
        }
        // "Whitening costs $300, a cleaning $90": what is priced anew is a new subject.
        (None, Some(_))
            if own.has_topic() && same_kind(own, &before.own) && !figure_first(words) =>
        {
            none
        }
        (None, Some(at)) => {
            subject.add(&reader.read(&before.words[at]));
            subject.facts.clear();
            (subject, before.own.denies)
        }
    }
}

/// Whether a figure comes before any other word: "and $40 for students" goes on about the same.
fn figure_first(words: &[String]) -> bool {
    words
        .iter()
        .find(|word| !matches!(word.as_str(), "and" | "y" | "or" | "o"))
        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()) || is_number_word(word))
}

/// A subject without the unit of its figures: what is said of "a deposit of $50" is said of a deposit.
fn named(mut subject: Said) -> Said {
    subject
        .terms
        .retain(|term| !matches!(term.as_str(), "dollar" | "euro" | "pound" | "percent"));
    subject
}

fn verb_at(words: &[String]) -> Option<usize> {
    words.iter().position(|word| is_verb(word))
}

fn same_kind(one: &Said, other: &Said) -> bool {
    one.facts.iter().any(|fact| {
        let kind = std::mem::discriminant(fact);
        !matches!(fact, Fact::Day(_))
            && other
                .facts
                .iter()
                .any(|f| std::mem::discriminant(f) == kind)
    })
}

/// Cuts at commas, brackets, dashes and joints.
fn pieces(text: &str) -> Vec<&str> {
    let mut cuts = vec![0];
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for (n, (at, c)) in chars.iter().enumerate() {
        let digit = |n: Option<usize>| {
            n.and_then(|n| chars.get(n))
                .is_some_and(|(_, c)| c.is_ascii_digit())
        };
        match c {
            ',' if digit(n.checked_sub(1)) && digit(Some(n + 1)) => {}
            ',' | '(' | ')' | '\u{2013}' | '\u{2014}' => cuts.push(at + c.len_utf8()),
            ' ' => {
                let word = text[at + 1..]
                    .split([' ', ',', '.', '?', '!'])
                    .next()
                    .unwrap_or_default();
                if begins(word, &text[..*at], &text[at + 1 + word.len()..]) {
                    cuts.push(at + 1);
                }
            }
            _ => {}
        }
    }
    cuts.push(text.len());
    cuts.windows(2)
        .map(|pair| text[pair[0]..pair[1]].trim())
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .collect()
}

/// Whether a segment begins with this word, between what stands before and after it.
fn begins(word: &str, before: &str, after: &str) -> bool {
    // "Sí" with its accent is a yes and no condition.
    let plain = word.to_lowercase();
    if !(JOINTS.contains(&plain.as_str()) || is_condition(&plain) && plain != "only") {
        return false;
    }
    let last = before
        .rsplit([' ', ','])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let next = after
        .trim_start()
        .split([' ', ',', '.'])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    // "One hundred and fifty" is one number, and so is "one and a half".
    let half = ["a half", "media", "medio"]
        .iter()
        .any(|half| after.trim_start().starts_with(half));
    let number = is_number_word(&last) && is_number_word(&next);
    !(matches!(plain.as_str(), "and" | "y") && (number || half))
}

/// Puts pieces without words of meaning to their neighbours, except where day and time stand together anew.
fn joined(pieces: &[&str], reader: &Reader) -> Vec<(String, Said)> {
    let mut out: Vec<(String, Said)> = Vec::new();
    let bare = |said: &Said| said.terms.is_empty() && !said.denies;
    let hours = |said: &Said| {
        let has = |kind: fn(&Fact) -> bool| said.facts.iter().any(kind);
        has(|f| matches!(f, Fact::Day(_))) && has(|f| matches!(f, Fact::Time(..) | Fact::Number(_)))
    };
    for piece in pieces {
        let said = reader.read(piece);
        match out.last_mut() {
            Some((text, before))
                if bare(&said) && !(hours(&said) && hours(before))
                    || bare(before) && !hours(before) =>
            {
                text.push_str(", ");
                text.push_str(piece);
                *before = reader.read(text);
            }
            _ => out.push(((*piece).to_owned(), said)),
        }
    }
    out
}
