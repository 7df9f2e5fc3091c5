//! Word patterns for the rules, in a notation a clinician can read.
//!
//! `cant/cannot .. breath*` means: one of two words, up to four words of anything, a word that begins with "breath".
//! `...` is up to nine words, a lone `*` is any word, `5+` is a number of at least five in digits or words, `?the` is optional, `^` and `$` are the ends of a
//! clause. No regular expressions: rules match whole plain words, so
//! that "pus" is never found in "push".

use super::numbers::number;
use super::text::Word;

/// Most words a short gap (`..`) skips.
const GAP: usize = 4;
/// Most words a long gap (`...`) skips.
const LONG_GAP: usize = 9;

#[derive(Debug, Clone)]
enum Element {
    Word(Vec<Choice>),
    Optional(Vec<Choice>),
    Gap(usize),
    Start,
    End,
}

#[derive(Debug, Clone)]
enum Choice {
    Exact(&'static str),
    Prefix(&'static str),
    WithEnding(&'static str),
    AtLeast(u32),
}

impl Choice {
    fn matches(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => word == *text,
            Self::Prefix(text) => word.starts_with(text),
            Self::WithEnding(text) => word
                .strip_prefix(text)
                .is_some_and(|rest| matches!(rest, "" | "s")),
            Self::AtLeast(least) => number(word).is_some_and(|value| value >= *least),
        }
    }
}

/// One parsed pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Vec<Element>);

impl Pattern {
    /// Parses the notation of the module documentation.
    pub(super) fn new(notation: &'static str) -> Self {
        let choices = |text: &'static str| {
            text.split('/')
                // "?real/?true" is read like "?real/true".
                .map(|part| part.strip_prefix('?').unwrap_or(part))
                .map(|part| {
                    let least = part.strip_suffix('+').and_then(|n| n.parse().ok());
                    match (least, part.strip_suffix('*')) {
                        (Some(least), _) => Choice::AtLeast(least),
                        (None, Some(prefix)) => Choice::Prefix(prefix),
                        (None, None) => Choice::Exact(part),
                    }
                })
                .collect()
        };
        Self(
            notation
                .split_whitespace()
                .map(|part| match part {
                    ".." => Element::Gap(GAP),
                    "..." => Element::Gap(LONG_GAP),
                    "^" => Element::Start,
                    "$" => Element::End,
                    _ => match part.strip_prefix('?') {
                        Some(rest) => Element::Optional(choices(rest)),
                        None => Element::Word(choices(part)),
                    },
                })
                .collect(),
        )
    }

    /// The word indices at which the pattern matches in the clause.
    pub(super) fn matches<'a>(&'a self, clause: &'a [Word]) -> impl Iterator<Item = usize> + 'a {
        (0..clause.len()).filter(|start| Self::at(&self.0, clause, *start))
    }

    /// Whether the pattern matches anywhere in the clause.
    pub(super) fn is_in(&self, clause: &[Word]) -> bool {
        self.matches(clause).next().is_some()
    }

    fn at(elements: &[Element], clause: &[Word], position: usize) -> bool {
        let Some((first, rest)) = elements.split_first() else {
            return true;
        };
        let word_fits = |choices: &[Choice]| {
            clause
                .get(position)
                .is_some_and(|word| choices.iter().any(|c| c.matches(&word.text)))
        };
        match first {
            Element::Word(choices) => word_fits(choices) && Self::at(rest, clause, position + 1),
            Element::Optional(choices) => {
                (word_fits(choices) && Self::at(rest, clause, position + 1))
                    || Self::at(rest, clause, position)
            }
            Element::Gap(most) => {
                (0..=*most).any(|skip| Self::at(rest, clause, position.saturating_add(skip)))
            }
            Element::Start => position == 0 && Self::at(rest, clause, position),
            Element::End => position == clause.len() && Self::at(rest, clause, position),
        }
    }
}

/// Parses a list of patterns, one a line; empty lines are skipped. A word of at least three letters also stands for the
/// same with an "s", so that "heart" is "heart's" and "hearts" too.
pub(super) fn list_with_endings(notation: &'static str) -> Vec<Pattern> {
    let mut patterns = list(notation);
    for element in patterns.iter_mut().flat_map(|pattern| &mut pattern.0) {
        if let Element::Word(choices) | Element::Optional(choices) = element {
            for choice in choices {
                if let Choice::Exact(text) = *choice
                    && text.len() >= 3
                {
                    *choice = Choice::WithEnding(text);
                }
            }
        }
    }
    patterns
}

/// Parses a list of patterns, one a line; empty lines are skipped.
pub(super) fn list(notation: &'static str) -> Vec<Pattern> {
    notation
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(Pattern::new)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::text::clauses;
    use super::*;

    fn found(notation: &'static str, text: &str) -> bool {
        let pattern = Pattern::new(notation);
        clauses(text).iter().any(|clause| pattern.is_in(clause))
    }

    #[test]
    fn the_notation_means_what_it_says() {
        assert!(found(
            "cant/cannot .. breath*",
            "I can't really breathe well"
        ));
        assert!(!found("cant/cannot .. breath*", "I can't. Take a breath"));
        assert!(!found("pus", "push the door"));
        assert!(found("is ?the pain normal", "is pain normal"));
        assert!(found("is ?the/?your pain normal", "is your pain normal"));
        assert!(found("^ operator $", "Operator!"));
        assert!(!found("^ operator $", "the operator"));
        assert!(found("a ?real/?medical emergency", "a medical emergency"));
        assert!(found("5+ .. tablets", "twenty of the tablets"));
        assert!(found("5+ tablets", "40 tablets"));
        assert!(!found("5+ tablets", "two tablets"));
    }
}
