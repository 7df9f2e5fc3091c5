//! The tokenizer of the embedding model: BERT's basic split and WordPiece, from the vocabulary in `assets`.
//!
//! The runtime's own tokenizer cannot be shared between threads, and counting tokens must be possible anywhere without
//! waiting for the inference thread; besides, it panics on some accented texts. A test holds ids of the reference
//! implementation.

use serde::Deserialize;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are unknown to the model.
const MAX_WORD_CHARS: usize = 100;

/// A vocabulary with its special tokens found.
pub(crate) struct WordPiece {
    vocabulary: HashMap<String, u32>,
    unknown: u32,
    begin: u32,
    end: u32,
}

#[derive(Deserialize)]
struct File {
    model: FileModel,
}

#[derive(Deserialize)]
struct FileModel {
    vocab: HashMap<String, u32>,
}

impl WordPiece {
    /// Reads the vocabulary of a `tokenizer.json`.
    pub(crate) fn from_json(json: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let vocabulary = file.model.vocab;
        let special = |name: &str| {
            vocabulary
                .get(name)
                .copied()
                .ok_or(format!("no token {name}"))
        };
        Ok(Self {
            unknown: special("[UNK]")?,
            begin: special("[CLS]")?,
            end: special("[SEP]")?,
            vocabulary,
        })
    }

    /// Token ids of a text between the special ones, at most `most` in all; a longer text loses its end.
    pub(crate) fn encode(&self, text: &str, most: usize) -> Vec<u32> {
        let mut ids = vec![self.begin];
        for word in words(text) {
            self.pieces(&word, &mut ids);
            if ids.len() >= most {
                ids.truncate(most.saturating_sub(1));
                break;
            }
        }
        ids.push(self.end);
        ids
    }

    /// The longest known pieces of a word from its start, or one unknown token.
    fn pieces(&self, word: &str, ids: &mut Vec<u32>) {
        let ends: Vec<usize> = word
            .char_indices()
            .map(|(at, _)| at)
            .skip(1)
            .chain([word.len()])
            .collect();
        let before = ids.len();
        if ends.len() > MAX_WORD_CHARS {
            ids.push(self.unknown);
            return;
        }
        let mut start = 0;
        let mut key = String::with_capacity(word.len() + 2);
        while start < word.len() {
            let found = ends
                .iter()
                .rev()
                .take_while(|end| **end > start)
                .find_map(|end| {
                    key.clear();
                    if start > 0 {
                        key.push_str("##");
                    }
                    key.push_str(&word[start..*end]);
                    self.vocabulary.get(&key).map(|id| (*id, *end))
                });
            let Some((id, end)) = found else {
                ids.truncate(before);
                ids.push(self.unknown);
                return;
            };
            ids.push(id);
            start = end;
        }
    }
}

/// Lower-case words without accents, every mark of punctuation a word of its own.
fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let mut finish = |word: &mut String| {
        if !word.is_empty() {
            all.push(std::mem::take(word));
        }
    };
    for c in text.nfd().filter(|c| !is_combining_mark(*c)) {
        if c.is_whitespace() {
            finish(&mut word);
        } else if c.is_control()
            || matches!(c, '\0' | '\u{fffd}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
        {
        } else if is_punctuation(c) || is_han(c) {
            finish(&mut word);
            word.push(c);
            finish(&mut word);
        } else {
            word.extend(c.to_lowercase());
        }
    }
    finish(&mut word);
    all
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
            | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301f}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{ff20}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = include_str!("../assets/tokenizer.json");

    #[test]
    fn it_agrees_with_the_reference_tokenizer() {
        let ours = WordPiece::from_json(JSON).unwrap();
        for (text, expected) in [
            (
                "what time do you open",
                &[101, 2054, 2051, 2079, 2017, 2330, 102][..],
            ),
            (
                "hay estacionamiento",
                &[101, 10974, 9765, 21736, 10631, 4765, 2080, 102][..],
            ),
            (
                "¿Está NORMAL, verdad?",
                &[
                    101, 1094, 9765, 2050, 3671, 1010, 2310, 13639, 2094, 1029, 102,
                ][..],
            ),
            (
                "naïve café — “quoted” 12.5mg (50%)",
                &[
                    101, 15743, 7668, 1517, 1523, 9339, 1524, 2260, 1012, 1019, 24798, 1006, 2753,
                    1003, 1007, 102,
                ][..],
            ),
            (
                "supercalifragilistic don't",
                &[
                    101, 3565, 9289, 10128, 29181, 24411, 4588, 2123, 1005, 1056, 102,
                ][..],
            ),
            ("a\tb\nc", &[101, 1037, 1038, 1039, 102][..]),
            ("", &[101, 102][..]),
            ("my chest 痛 hurts", &[101, 2026, 3108, 100, 13403, 102][..]),
            (
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                &[101, 100, 102][..],
            ),
        ] {
            assert_eq!(ours.encode(text, 512), expected, "{text}");
        }
    }

    #[test]
    fn accents_and_foreign_marks_are_read_as_the_model_was_trained() {
        let ours = WordPiece::from_json(JSON).unwrap();
        assert_eq!(
            ours.encode("\u{bf}Est\u{e1} M\u{c1}S?", 512),
            ours.encode("\u{bf} esta mas ?", 512)
        );
        assert_eq!(
            ours.encode("one\u{2014}two", 512),
            ours.encode("one \u{2014} two", 512)
        );
        assert_eq!(ours.encode("", 512), [101, 102]);
    }

    #[test]
    fn a_long_text_is_cut_and_still_ends_as_the_model_expects() {
        let ours = WordPiece::from_json(JSON).unwrap();
        let ids = ours.encode(&"word ".repeat(1_000), 256);
        assert_eq!(ids.len(), 256);
        assert_eq!((ids[0], ids[255]), (101, 102));
    }
}
