//! What the classifier sees of a turn besides its vector: hashed words, word pairs and word pieces.
//!
//! Training and running share this code, so that a weight always means the same feature.

use std::collections::BTreeSet;

/// Scale of the block of words and of the block of word pieces; together twice the length of a vector.
const BLOCK: f32 = std::f32::consts::SQRT_2;
/// Scale of the block of words said before.
const CONTEXT_BLOCK: f32 = 1.0;
/// A turn of more words is judged without what was said before: it speaks for itself.
const SHORT_WORDS: usize = 7;
/// Turns before the judged one that are looked at.
const TURNS_BEFORE: usize = 2;

/// A sparse vector: bucket and value, buckets ascending.
pub type Sparse = Vec<(u32, f32)>;

/// The n-gram features of a turn in plain form and of the plain text said before it, hashed into `1 << bits` buckets.
pub fn ngrams(said: &str, before: &str, bits: u32) -> Sparse {
    let mask = (1_u32 << bits) - 1;
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let mut word_set = BTreeSet::new();
    let mut piece_set = BTreeSet::new();
    for word in &words {
        word_set.insert(hash("w", &[word]) & mask);
        pieces(word, &mut |piece| {
            piece_set.insert(hash("c", &[piece]) & mask);
        });
    }
    let edges = std::iter::once("^")
        .chain(words.iter().copied())
        .chain(std::iter::once("$"));
    let edged: Vec<&str> = edges.collect();
    for pair in edged.windows(2) {
        word_set.insert(hash("b", pair) & mask);
    }
    let before_set: BTreeSet<u32> = before
        .split([' ', '|'])
        .filter(|word| !word.is_empty())
        .map(|word| hash("x", &[word]) & mask)
        .collect();
    let mut sum = std::collections::BTreeMap::new();
    for (set, scale) in [
        (word_set, BLOCK),
        (piece_set, BLOCK),
        (before_set, CONTEXT_BLOCK),
    ] {
        let value = scale / (set.len().max(1) as f32).sqrt();
        for bucket in set {
            *sum.entry(bucket).or_insert(0.0) += value;
        }
    }
    sum.into_iter().collect()
}

/// The plain turns before a plain turn that take part in its judgement, joined by " | "; none for a long turn.
pub fn context_plain(said: &str, before: &[String]) -> String {
    if said.split(' ').count() > SHORT_WORDS {
        return String::new();
    }
    let from = before.len().saturating_sub(TURNS_BEFORE);
    before[from..]
        .iter()
        .filter(|turn| !turn.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" | ")
}

/// Pieces of three to five characters of a word with its edges.
fn pieces(word: &str, each: &mut impl FnMut(&str)) {
    let edged = format!(" {word} ");
    let starts: Vec<usize> = edged
        .char_indices()
        .map(|(at, _)| at)
        .chain([edged.len()])
        .collect();
    for length in 3..=5 {
        for window in starts.windows(length + 1) {
            if let Some(piece) = edged.get(window[0]..window[length]) {
                each(piece);
            }
        }
    }
}

/// FNV-1a with a final mix; fixed for ever, because weights depend on it.
fn hash(kind: &str, parts: &[&str]) -> u32 {
    let mut state: u32 = 0x811c_9dc5;
    let mut eat = |byte: u8| {
        state = (state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    };
    kind.bytes().for_each(&mut eat);
    for part in parts {
        eat(0);
        part.bytes().for_each(&mut eat);
    }
    state ^= state >> 16;
    state = state.wrapping_mul(0x85eb_ca6b);
    state ^= state >> 13;
    state = state.wrapping_mul(0xc2b2_ae35);
    state ^ (state >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_turn_stands_alone_and_a_short_one_takes_two_turns_before() {
        let before: Vec<String> = ["one", "two", "three"].map(str::to_owned).to_vec();
        assert_eq!(context_plain("is that normal", &before), "two | three");
        assert_eq!(
            context_plain("one two three four five six seven eight", &before),
            ""
        );
    }

    #[test]
    fn a_bucket_never_changes_its_meaning() {
        assert_eq!(hash("w", &["swelling"]), hash("w", &["swelling"]));
        assert_ne!(hash("w", &["ab"]), hash("b", &["a", "b"]));
        let first = ngrams("is my swelling normal", "", 16);
        assert!(first.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    proptest! {
        #[test]
        fn every_bucket_is_inside_the_table(said in "[a-z ]{0,80}", before in "[a-z |]{0,80}") {
            for (bucket, value) in ngrams(&said, &before, 10) {
                prop_assert!(bucket < 1024 && value.is_finite());
            }
        }
    }
}
