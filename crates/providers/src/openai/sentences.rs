//! Sentences cut out of a text that is still being written.

/// Longest piece, bytes: a text without an end is cut at a space.
const LONGEST: usize = 600;

/// Words with a dot that do not end a sentence, in lower case.
const ABBREVIATIONS: [&str; 22] = [
    "dr", "dra", "mr", "mrs", "ms", "st", "sr", "sra", "srta", "prof", "no", "approx", "e.g",
    "i.e", "etc", "vs", "ave", "blvd", "rd", "ste", "ext", "av",
];

/// What has been written and not cut yet.
#[derive(Debug, Default)]
pub(super) struct Sentences {
    open: String,
}

impl Sentences {
    /// Adds a piece and gives the sentences it finishes. A sentence counts as finished when something follows it.
    pub(super) fn push(&mut self, piece: &str) -> Vec<String> {
        self.open.push_str(piece);
        let mut out = Vec::new();
        while let Some(end) = end_of_sentence(&self.open) {
            let rest = self.open.split_off(end);
            let sentence = std::mem::replace(&mut self.open, rest);
            out.extend(cleaned(&sentence));
        }
        out
    }

    /// The last sentence, when the text is over.
    pub(super) fn rest(&mut self) -> Option<String> {
        cleaned(&std::mem::take(&mut self.open))
    }
}

fn cleaned(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Where the first finished sentence ends, in bytes.
fn end_of_sentence(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let next = chars.peek().map(|(_, next)| *next);
        let ends = match c {
            '\n' => true,
            '.' => next.is_some_and(char::is_whitespace) && !is_abbreviation(&text[..at]),
            '!' | '?' | '\u{2026}' => next.is_some_and(char::is_whitespace),
            _ => false,
        };
        if ends || (end >= LONGEST && c.is_whitespace()) {
            return Some(end);
        }
        // One endless word.
        if end >= 2 * LONGEST {
            return Some(end);
        }
    }
    None
}

fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let word = word
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    // Single letters are initials or abbreviations: "J." and "a.m.".
    let letters = word
        .split('.')
        .all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    letters || ABBREVIATIONS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&str]) -> Vec<String> {
        let mut sentences = Sentences::default();
        let mut out: Vec<String> = pieces
            .iter()
            .flat_map(|piece| sentences.push(piece))
            .collect();
        out.extend(sentences.rest());
        out
    }

    #[test]
    fn sentences_end_where_a_reader_would_say() {
        assert_eq!(
            cut(&[
                "We are open. Dr. Lee is in from 8.30 a.m. on Monday! A check-up is $90.50. Anything else?"
            ]),
            [
                "We are open.",
                "Dr. Lee is in from 8.30 a.m. on Monday!",
                "A check-up is $90.50.",
                "Anything else?",
            ]
        );
        assert_eq!(cut(&["One\n\nTwo"]), ["One", "Two"]);
        assert_eq!(cut(&["  "]), Vec::<String>::new());
    }

    #[test]
    fn a_sentence_comes_as_soon_as_something_follows_it() {
        let mut sentences = Sentences::default();
        assert!(sentences.push("We are op").is_empty());
        assert!(sentences.push("en.").is_empty());
        assert_eq!(sentences.push(" And").len(), 1);
        assert_eq!(sentences.rest().as_deref(), Some("And"));
    }

    proptest! {
        /// Cutting loses and invents nothing, however the text arrives.
        #[test]
        fn pieces_do_not_matter(text in "[A-Za-z0-9 .!?\n\u{e9}]{0,200}", size in 1_usize..20) {
            let chars: Vec<char> = text.chars().collect();
            let pieces: Vec<String> = chars.chunks(size).map(|piece| piece.iter().collect()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            let (cut_up, whole) = (cut(&pieces), cut(&[&text]));
            prop_assert_eq!(&cut_up, &whole);
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&whole.join(" ")), bare(&text));
        }

        #[test]
        fn no_piece_is_endless(word in "[a-z]{3000}") {
            prop_assert!(cut(&[&word]).iter().all(|piece| piece.len() <= 2 * LONGEST));
        }
    }
}
