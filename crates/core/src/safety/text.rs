//! Text as the gate sees it: no case, no accents, no punctuation.
//!
//! Speech recognition writes the same words in many ways, and whoever trains the classifier must see exactly what the
//! running gate sees; so there is one function for both.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest text the classifier reads, in characters; of a longer one the beginning and the end are kept.
pub const CLASSIFIED_CHARS: usize = 1_200;

/// Longest text the rules read, in characters.
pub(super) const RULED_CHARS: usize = 16_000;

/// The words of `text` in lower case without accents, apostrophes and punctuation, joined by single spaces.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(4 * CLASSIFIED_CHARS));
    let mut pending = false;
    for c in middle_cut(text).nfd().filter(|c| !is_combining_mark(*c)) {
        if is_apostrophe(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            pending = !out.is_empty();
            continue;
        }
        if pending {
            out.push(' ');
            pending = false;
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The beginning and the end of a long text, so that neither a long preamble nor a long tail hides the rest.
fn middle_cut(text: &str) -> std::borrow::Cow<'_, str> {
    let count = text.chars().count();
    if count <= CLASSIFIED_CHARS {
        return text.into();
    }
    let half = CLASSIFIED_CHARS / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head} {tail}").into()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}')
}

/// One word of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word in plain form.
    pub(super) text: String,
    /// Whether a comma or a dash stands before it.
    pub(super) after_break: bool,
}

/// The clauses of `text` (cut at sentence ends) as plain words.
pub(super) fn clauses(text: &str) -> Vec<Vec<Word>> {
    let mut all = Vec::new();
    let mut clause: Vec<Word> = Vec::new();
    let mut word = String::new();
    let mut broken = false;
    let push = |word: &mut String, clause: &mut Vec<Word>, broken: &mut bool| {
        if !word.is_empty() {
            clause.push(Word {
                text: std::mem::take(word),
                after_break: *broken,
            });
            *broken = false;
        }
    };
    for c in text
        .chars()
        .take(RULED_CHARS)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
    {
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if is_apostrophe(c) {
        } else {
            push(&mut word, &mut clause, &mut broken);
            match c {
                '.' | '?' | '!' | ';' | '\n' => {
                    if !clause.is_empty() {
                        all.push(std::mem::take(&mut clause));
                    }
                    broken = false;
                }
                ',' | ':' | '\u{2013}' | '\u{2014}' | '-' => broken = true,
                _ => {}
            }
        }
    }
    push(&mut word, &mut clause, &mut broken);
    if !clause.is_empty() {
        all.push(clause);
    }
    all
}

/// Shorter parts of a turn say too little to be judged alone.
const PART_WORDS: usize = 3;
/// Words at which a turn falls into parts.
const JOINTS: &[&str] = &[
    "and", "but", "also", "because", "since", "plus", "though", "porque", "pero", "y", "ademas",
];

/// The parts of a turn that says several things, in plain form; empty when it says one.
pub fn parts(text: &str) -> Vec<String> {
    let mut all: Vec<Vec<String>> = Vec::new();
    for clause in clauses(text) {
        let mut part = Vec::new();
        for word in clause {
            let joint = JOINTS.contains(&word.text.as_str());
            if joint || word.after_break {
                all.push(std::mem::take(&mut part));
            }
            if !joint {
                part.push(word.text);
            }
        }
        all.push(part);
    }
    let parts: Vec<String> = all
        .into_iter()
        .filter(|part| part.len() >= PART_WORDS)
        .map(|part| part.join(" "))
        .collect();
    if parts.len() > 1 { parts } else { Vec::new() }
}

/// Whether most letters of `text` are of a script the gate was made for (Latin).
pub(super) fn is_latin(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).take(RULED_CHARS);
    let (mut latin, mut other) = (0_usize, 0_usize);
    for c in letters {
        if c <= '\u{24f}' || ('\u{1e00}'..='\u{1eff}').contains(&c) {
            latin += 1;
        } else {
            other += 1;
        }
    }
    latin >= other
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_accents_and_punctuation_vanish() {
        assert_eq!(plain("  ¿Está NORMAL, verdad?  "), "esta normal verdad");
        assert_eq!(plain("I'm—well… “fine”"), "im well fine");
    }

    #[test]
    fn both_ends_of_a_long_text_are_kept() {
        let text = format!("first {} last", "x ".repeat(5_000));
        let seen = plain(&text);
        assert!(seen.starts_with("first") && seen.ends_with("last"));
        assert!(seen.chars().count() <= CLASSIFIED_CHARS + 1);
    }

    #[test]
    fn clauses_end_at_sentence_ends_and_remember_commas() {
        let all = clauses("No, my chest hurts. Help!");
        assert_eq!(all.len(), 2);
        assert!(all[0][1].after_break);
        assert!(!all[0][2].after_break);
    }

    #[test]
    fn a_turn_that_says_two_things_has_two_parts() {
        assert_eq!(
            parts("Cancel my facial, and my scar is leaking"),
            ["cancel my facial", "my scar is leaking"]
        );
        assert!(parts("what time do you open").is_empty());
        assert!(parts("yes, what time do you open").is_empty());
    }

    proptest! {
        #[test]
        fn plain_text_is_a_fixed_point(text in ".{0,300}") {
            let once = plain(&text);
            prop_assert_eq!(plain(&once), once);
        }

        #[test]
        fn no_text_is_refused(text in ".{0,400}") {
            let _ = clauses(&text);
            let _ = is_latin(&text);
        }
    }
}
