//! Words of a transcript for the blind index: folded and stemmed, so that "bookings" finds "booking". Words only, no
//! phrases and no prefixes.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// Most different words one call is indexed under.
pub const MOST_TERMS: usize = 4_000;

/// The different search words of a text, sorted.
pub fn terms(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let folded: String = text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let mut out = BTreeSet::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        if word.chars().count() < 2 || word.len() > 64 {
            continue;
        }
        out.insert(stemmer.stem(word).into_owned());
        if out.len() >= MOST_TERMS {
            break;
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_stemmed_and_bounded() {
        assert_eq!(terms("Bookings, booking! S\u{ed} a"), ["book", "si"]);
        let long: String = (0..9_000).map(|n| format!("w{n} ")).collect();
        assert_eq!(terms(&long).len(), MOST_TERMS);
    }
}
