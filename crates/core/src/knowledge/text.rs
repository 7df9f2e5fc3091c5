//! Words, sentences and languages, as far as retrieval needs them.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The language of a question, as far as ranking cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// English, or nothing else recognized.
    English,
    /// Spanish.
    Spanish,
}

/// Lower case without accents, with typographic quotes and dashes made plain.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd() {
        match c {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' => out.push('\''),
            '\u{2010}'..='\u{2015}' => out.push('-'),
            c if is_combining_mark(c) => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
}

/// Longest word that is indexed, in bytes; the rest of an endless word is dropped.
const LONGEST_WORD: usize = 64;

/// Folded words in order; scripts without spaces give one word a character; possessive endings are dropped.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut out = Vec::new();
    let mut word = String::new();
    let mut chars = folded.chars().peekable();
    let mut flush = |word: &mut String| {
        if !word.is_empty() {
            out.push(std::mem::take(word));
        }
    };
    while let Some(c) = chars.next() {
        if is_ideograph(c) {
            flush(&mut word);
            word.push(c);
            flush(&mut word);
        } else if c.is_alphanumeric() {
            if word.len() < LONGEST_WORD {
                word.push(c);
            }
        } else if c == '\'' && !word.is_empty() && chars.peek().is_some_and(|n| n.is_alphabetic()) {
            // "doctor's" is "doctor", "don't" is "don": neither ending carries meaning here.
            flush(&mut word);
            while chars.peek().is_some_and(|n| n.is_alphabetic()) {
                chars.next();
            }
        } else if (c == '.' || c == ',')
            && word.ends_with(|w: char| w.is_ascii_digit())
            && chars.peek().is_some_and(char::is_ascii_digit)
        {
            if c == '.' {
                word.push(c);
            }
        } else {
            flush(&mut word);
        }
    }
    flush(&mut word);
    out
}

/// Reduces words to stems.
pub struct Stems(Stemmer);

impl Default for Stems {
    fn default() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }
}

impl Stems {
    /// The stem of a folded word.
    pub fn of(&self, word: &str) -> String {
        self.0.stem(word).into_owned()
    }

    /// Stems of the words of `text` that carry meaning.
    pub fn content(&self, text: &str) -> Vec<String> {
        words(text)
            .iter()
            .filter(|w| !is_stop_word(w))
            .map(|w| self.of(w))
            .collect()
    }
}

const STOP: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can",
    "could", "did", "do", "does", "don", "for", "from", "get", "give", "had", "has", "have",
    "hello", "hey", "hi", "how", "i", "if", "in", "into", "is", "it", "its", "just", "know", "let",
    "like", "me", "much", "my", "of", "ok", "okay", "on", "or", "our", "please", "should", "so",
    "some", "such", "tell", "than", "thank", "thanks", "that", "the", "their", "them", "there",
    "these", "they", "this", "those", "to", "um", "uh", "up", "us", "want", "was", "we", "well",
    "were", "what", "when", "where", "which", "who", "whom", "whose", "why", "will", "with",
    "would", "yes", "you", "your", "el", "la", "los", "las", "de", "del", "en", "un", "una", "que",
    "y", "es", "por", "para", "con", "se", "su", "al", "como", "cual", "cuanto", "cuanta",
    "cuantos", "cuantas", "cuando", "donde", "quien", "hay", "tiene", "tienen", "ustedes", "mi",
    "esta", "estan", "son", "puedo", "quiero", "necesito", "hacen", "me", "nos", "lo", "le", "muy",
    "sus",
];

/// Whether a folded word carries no meaning of its own.
pub fn is_stop_word(word: &str) -> bool {
    STOP.contains(&word)
}

const SPANISH: &[&str] = &[
    "el", "la", "los", "las", "de", "del", "que", "en", "un", "una", "por", "para", "con", "es",
    "son", "cual", "cuanto", "cuanta", "cuantos", "cuantas", "cuando", "donde", "quien", "quienes",
    "como", "cuesta", "tienen", "tiene", "hay", "se", "su", "al", "y", "puedo", "quiero", "esta",
    "estan", "fue", "sus", "mas", "cuales", "hacen", "abierto", "horario", "precio", "cita",
    "ustedes",
];
const ENGLISH: &[&str] = &[
    "the", "of", "and", "to", "in", "is", "are", "do", "does", "what", "how", "when", "where",
    "who", "which", "can", "you", "your", "my", "for", "with", "have", "it", "was", "were", "did",
    "much", "many", "an", "i", "on",
];

/// The language of a question, by its small words.
pub fn detect(text: &str) -> Lang {
    let words = words(text);
    let count = |list: &[&str]| words.iter().filter(|w| list.contains(&w.as_str())).count();
    let marks = text
        .chars()
        .filter(|c| matches!(c, '¿' | '¡' | 'ñ' | 'Ñ'))
        .count();
    if count(SPANISH) + 2 * marks > count(ENGLISH) {
        Lang::Spanish
    } else {
        Lang::English
    }
}

const ABBREVIATIONS: &[&str] = &[
    "dr", "mr", "mrs", "ms", "prof", "st", "no", "vs", "e.g", "i.e", "approx", "ext", "tel", "inc",
    "ltd", "jr", "sr", "dept", "ave", "blvd", "rd", "fig", "max", "min", "u.s", "p.m", "a.m",
    "sra", "av", "etc", "al",
];

/// Byte ranges of the sentences of `text`, trimmed, in order. A line break always ends a sentence.
pub fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut push = |from: usize, to: usize| {
        let piece = &text[from..to];
        let lead = piece.len() - piece.trim_start().len();
        let kept = piece.trim();
        if kept.chars().any(char::is_alphanumeric) {
            out.push((from + lead, from + lead + kept.len()));
        }
    };
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        match c {
            '\n' | '。' | '！' | '？' => {
                push(start, after);
                start = after;
            }
            '.' | '!' | '?' => {
                let mut end = after;
                while let Some(&(i, q)) = chars.peek() {
                    if !matches!(
                        q,
                        '"' | '\'' | ')' | ']' | '\u{201d}' | '\u{2019}' | '.' | '!' | '?'
                    ) {
                        break;
                    }
                    end = i + q.len_utf8();
                    chars.next();
                }
                let rest = &text[end..];
                let ends = rest.is_empty()
                    || rest.starts_with(char::is_whitespace)
                        && rest
                            .trim_start()
                            .chars()
                            .next()
                            .is_none_or(|n| !n.is_lowercase());
                if ends && !(c == '.' && after_abbreviation(&text[start..at], rest)) {
                    push(start, end);
                    start = end;
                }
            }
            _ => {}
        }
    }
    push(start, text.len());
    out
}

fn after_abbreviation(before: &str, rest: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default();
    let folded = word.to_lowercase();
    if matches!(folded.as_str(), "p.m" | "a.m" | "etc" | "u.s") {
        // These often end a sentence: only a following capital letter tells, and it is the more likely reading.
        return !rest.trim_start().starts_with(char::is_uppercase);
    }
    ABBREVIATIONS.contains(&folded.as_str())
        || (word.chars().count() == 1 && word.chars().all(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_possessives_dropped() {
        assert_eq!(
            words("Dr. Núñez’s fee: $1,250.50"),
            ["dr", "nunez", "fee", "1250.50"]
        );
        assert_eq!(words("予約は?"), ["予", "約", "は"]);
    }

    #[test]
    fn sentences_keep_abbreviations_and_amounts_whole() {
        let text = "Dr. Lee charges $90.50 a visit. Call us at 8 a.m. on Mondays! Price list\nCheck-up: $20";
        let got: Vec<&str> = sentences(text)
            .into_iter()
            .map(|(a, b)| &text[a..b])
            .collect();
        assert_eq!(
            got,
            [
                "Dr. Lee charges $90.50 a visit.",
                "Call us at 8 a.m. on Mondays!",
                "Price list",
                "Check-up: $20"
            ]
        );
    }

    #[test]
    fn spanish_questions_are_told_from_english_ones() {
        assert_eq!(detect("¿Cuánto cuesta una limpieza dental?"), Lang::Spanish);
        assert_eq!(detect("a que hora abren el sabado"), Lang::Spanish);
        assert_eq!(detect("How much is a cleaning?"), Lang::English);
        assert_eq!(detect("Botox"), Lang::English);
    }
}
