//! Cuts a parsed document into chunks that never exceed the embedding model's limit, along its structure.
//!
//! A chunk stays inside one section and one page, so that its citation is exact; its text is a literal slice of the plain
//! text, so that a sentence of it can be found again by its span. The headings above it travel in the title path. Sections
//! longer than the limit are cut into parts of about equal size rather than into full ones and a scrap.

use super::{
    Kind,
    parsed::{BlockKind, Parsed},
    text::sentences,
};

/// Most tokens of a chunk, counted by the embedding model's own tokenizer.
pub const DEFAULT_LIMIT: usize = 220;
/// Smallest limit that is honoured: below it single characters of some scripts would not fit.
pub const SMALLEST_LIMIT: usize = 16;
/// Most characters of a chunk: some tokenizers count an endless word as one token.
pub const MOST_CHARS: usize = 4_000;
/// Tokens of a window vector.
const WINDOW: usize = 100;
/// Tokens of the title and title path in front of a passage or window.
const HEAD: usize = 32;
/// Most sentence vectors of a chunk.
pub const MOST_SENTENCES: usize = 32;
/// Longest title path in characters.
const LONGEST_PATH: usize = 240;

/// A chunk before it has an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChunkDraft {
    /// Position in the document, from 0.
    pub ordinal: u32,
    /// Headings above the chunk, outermost first, joined by ` > `.
    pub title_path: String,
    /// Page it lies on, from 1, where the format has pages.
    pub page: Option<u32>,
    /// Characters of the plain text it covers: start and end (exclusive).
    pub span: (usize, usize),
    /// That slice of the plain text.
    pub text: String,
    /// Tokens of `text`.
    pub tokens: usize,
}

/// A piece that is not cut further: byte and character range of the plain text, and its tokens.
#[derive(Clone, Copy)]
struct Unit {
    bytes: (usize, usize),
    chars: (usize, usize),
    tokens: usize,
}

/// Chunks of `parsed` of at most `limit` tokens (at least [`SMALLEST_LIMIT`]) and [`MOST_CHARS`] characters.
pub fn chunk(parsed: &Parsed, limit: usize, count: &dyn Fn(&str) -> usize) -> Vec<ChunkDraft> {
    let plain = parsed.plain_text();
    let mut cutter = Cutter {
        plain: &plain,
        limit: limit.max(SMALLEST_LIMIT),
        count,
        run: Vec::new(),
        page: None,
        path: Vec::new(),
        out: Vec::new(),
    };
    let mut offset = 0;
    let mut heading: Option<Unit> = None;
    for block in &parsed.blocks {
        let at = (offset, block.span.0);
        offset += block.text.len() + 1;
        if let BlockKind::Heading(level) = &block.kind {
            cutter.flush();
            // A heading that nothing stands under is content itself: "Closed on Sundays".
            if let Some(unit) = heading.take()
                && cutter.path.last().is_some_and(|(above, _)| level <= above)
            {
                cutter.keep_heading(unit);
            }
            cutter.page = block.page;
            cutter.enter(*level, &block.text, &parsed.title);
            heading = Some(Unit {
                bytes: (at.0, at.0 + block.text.len()),
                chars: block.span,
                tokens: 0,
            });
            continue;
        }
        heading = None;
        if block.page != cutter.page {
            cutter.flush();
            cutter.page = block.page;
        }
        cutter.add(
            &block.text,
            at,
            matches!(block.kind, BlockKind::Paragraph | BlockKind::Code),
        );
    }
    cutter.flush();
    if let Some(unit) = heading {
        cutter.keep_heading(unit);
    }
    cutter.out
}

struct Cutter<'a> {
    plain: &'a str,
    limit: usize,
    count: &'a dyn Fn(&str) -> usize,
    run: Vec<Unit>,
    page: Option<u32>,
    path: Vec<(u8, String)>,
    out: Vec<ChunkDraft>,
}

impl Cutter<'_> {
    fn enter(&mut self, level: u8, text: &str, title: &str) {
        self.path.retain(|(above, _)| *above < level);
        let shown = if text.trim().eq_ignore_ascii_case(title.trim()) {
            ""
        } else {
            text
        };
        self.path.push((level, shown.to_owned()));
    }

    fn keep_heading(&mut self, unit: Unit) {
        let own = self.path.pop();
        self.split(unit, &mut |cutter, piece| cutter.run.push(piece));
        self.flush();
        self.path.extend(own);
    }

    /// Cuts a block into units: sentences of running text, whole items and rows.
    fn add(&mut self, text: &str, at: (usize, usize), running: bool) {
        let pieces = if running { sentences(text) } else { Vec::new() };
        let pieces = if pieces.is_empty() {
            vec![(0, text.len())]
        } else {
            pieces
        };
        let (mut byte, mut char) = (0, at.1);
        for (from, to) in pieces {
            char += text[byte..from].chars().count();
            let length = text[from..to].chars().count();
            let unit = Unit {
                bytes: (at.0 + from, at.0 + to),
                chars: (char, char + length),
                tokens: 0,
            };
            self.split(unit, &mut |cutter, piece| cutter.run.push(piece));
            byte = to;
            char += length;
        }
    }

    /// Halves a piece until each part fits, at white space where there is some.
    fn split(&mut self, unit: Unit, keep: &mut dyn FnMut(&mut Self, Unit)) {
        let text = &self.plain[unit.bytes.0..unit.bytes.1];
        let length = unit.chars.1 - unit.chars.0;
        if length <= MOST_CHARS {
            let tokens = (self.count)(text);
            if tokens <= self.limit || length <= 1 {
                keep(self, Unit { tokens, ..unit });
                return;
            }
        }
        let (cut, chars) = halve(text, length);
        let middle = (unit.bytes.0 + cut, unit.chars.0 + chars);
        self.split(
            Unit {
                bytes: (unit.bytes.0, middle.0),
                chars: (unit.chars.0, middle.1),
                tokens: 0,
            },
            keep,
        );
        self.split(
            Unit {
                bytes: (middle.0, unit.bytes.1),
                chars: (middle.1, unit.chars.1),
                tokens: 0,
            },
            keep,
        );
    }

    /// Packs the units of the section read so far into chunks of about equal size.
    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        let total: usize = run.iter().map(|u| u.tokens + 1).sum();
        let parts = total.div_ceil(self.limit).max(1);
        let target = total.div_ceil(parts);
        let (mut from, mut size) = (0, 0);
        for (at, unit) in run.iter().enumerate() {
            let chars = unit.chars.1 - run[from].chars.0;
            if at > from
                && (size >= target || size + unit.tokens + 1 > self.limit || chars > MOST_CHARS)
            {
                self.emit(&run[from..at]);
                (from, size) = (at, 0);
            }
            size += unit.tokens + 1;
        }
        self.emit(&run[from..]);
    }

    fn emit(&mut self, units: &[Unit]) {
        let (Some(first), Some(last)) = (units.first(), units.last()) else {
            return;
        };
        let text = self.plain[first.bytes.0..last.bytes.1].trim();
        if text.is_empty() {
            return;
        }
        let tokens = (self.count)(text);
        // Some tokenizers count a joined text higher than its parts.
        if tokens > self.limit && units.len() > 1 {
            let (a, b) = units.split_at(units.len() / 2);
            self.emit(a);
            self.emit(b);
            return;
        }
        let lead = self.plain[first.bytes.0..last.bytes.1]
            .chars()
            .take_while(|c| c.is_whitespace())
            .count();
        let start = first.chars.0 + lead;
        self.out.push(ChunkDraft {
            ordinal: self.out.len() as u32,
            title_path: self.title_path(),
            page: self.page,
            span: (start, start + text.chars().count()),
            text: text.to_owned(),
            tokens,
        });
    }

    fn title_path(&self) -> String {
        let parts: Vec<&str> = self
            .path
            .iter()
            .map(|(_, t)| t.as_str())
            .filter(|t| !t.is_empty())
            .collect();
        parts.join(" > ").chars().take(LONGEST_PATH).collect()
    }
}

/// Where to cut a text in two: byte and character offset, after white space near the middle or else at the middle.
fn halve(text: &str, length: usize) -> (usize, usize) {
    let middle = length / 2;
    let mut best: Option<(usize, usize)> = None;
    let mut exact = (0, 0);
    for (char, (byte, c)) in text.char_indices().enumerate() {
        if char == middle {
            exact = (byte, char);
        }
        if c.is_whitespace() && char > length / 4 && char + 1 < length && char < length - length / 4
        {
            let here = (byte + c.len_utf8(), char + 1);
            if best.is_none_or(|b| here.1.abs_diff(middle) < b.1.abs_diff(middle)) {
                best = Some(here);
            }
        }
    }
    best.unwrap_or(exact)
}

/// A text to embed for a chunk, and what its vector stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorInput {
    /// What the vector stands for.
    pub kind: Kind,
    /// The text, at most as long as the model takes.
    pub text: String,
}

/// The texts whose vectors make up a chunk's [`super::ChunkVectors`], each of at most `max` tokens: title and passage, title
/// and windows (only where the chunk is longer than one), and every sentence up to [`MOST_SENTENCES`].
pub fn vector_inputs(
    title: &str,
    title_path: &str,
    text: &str,
    max: usize,
    count: &dyn Fn(&str) -> usize,
) -> Vec<VectorInput> {
    let head = match (title.trim(), title_path.trim()) {
        ("", path) => path.to_owned(),
        (title, "") => title.to_owned(),
        (title, path) => format!("{title}. {path}"),
    };
    let head = fit(&head, HEAD.min(max / 4), count);
    let with_head = |body: &str| {
        let whole = if head.is_empty() {
            body.to_owned()
        } else {
            format!("{head}. {body}")
        };
        fit(&whole, max, count).to_owned()
    };
    let mut out = vec![VectorInput {
        kind: Kind::Passage,
        text: with_head(text),
    }];
    let pieces = sentences(text);
    for (from, to) in windows(text, &pieces, count) {
        out.push(VectorInput {
            kind: Kind::Window,
            text: with_head(&text[from..to]),
        });
    }
    for (from, to) in pieces.iter().take(MOST_SENTENCES) {
        out.push(VectorInput {
            kind: Kind::Sentence,
            text: fit(&text[*from..*to], max, count).to_owned(),
        });
    }
    out
}

/// Byte ranges of consecutive sentences of about 100 tokens; none when the whole text is one window.
fn windows(
    text: &str,
    sentences: &[(usize, usize)],
    count: &dyn Fn(&str) -> usize,
) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut size = 0;
    for &(from, to) in sentences {
        let tokens = count(fit(&text[from..to], WINDOW * 4, count));
        match out.last_mut() {
            Some(last) if size + tokens <= WINDOW => {
                last.1 = to;
                size += tokens;
            }
            _ => {
                out.push((from, to));
                size = tokens;
            }
        }
    }
    if out.len() < 2 { Vec::new() } else { out }
}

/// The longest beginning of `text`, cut at white space where possible, of at most `max` tokens.
fn fit<'a>(text: &'a str, max: usize, count: &dyn Fn(&str) -> usize) -> &'a str {
    let mut kept = match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => &text[..at],
        None => text,
    };
    while !kept.is_empty() {
        let tokens = count(kept);
        if tokens <= max {
            break;
        }
        // Shrink in proportion, a little more than needed, so that two or three rounds do.
        let want = kept.len() * max / tokens.max(1);
        let mut cut = want.min(kept.len() - 1);
        while !kept.is_char_boundary(cut) {
            cut -= 1;
        }
        let space = kept[..cut]
            .rfind(char::is_whitespace)
            .filter(|s| *s > cut / 2);
        kept = kept[..space.unwrap_or(cut)].trim_end();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts like a greedy byte-pair tokenizer would at worst: every four letters of a word a token, every other
    /// character its bytes.
    fn strict(text: &str) -> usize {
        let mut tokens = 0;
        let mut letters = 0;
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                letters += 1;
                continue;
            }
            tokens += usize::div_ceil(letters, 4);
            letters = 0;
            if !c.is_whitespace() {
                tokens += c.len_utf8();
            }
        }
        tokens + usize::div_ceil(letters, 4)
    }

    /// Counts an endless word as one, as the local model's tokenizer does.
    fn lenient(text: &str) -> usize {
        text.split_whitespace().count()
    }

    fn document(blocks: &[(u8, String)]) -> Parsed {
        let mut p = Parsed::new("Guide");
        for (at, (kind, text)) in blocks.iter().enumerate() {
            let page = Some(at as u32 / 3 + 1);
            match kind % 5 {
                0 => p.push(BlockKind::Heading(kind % 3 + 1), text, page),
                1 => p.push(BlockKind::ListItem, text, page),
                2 => p.push_row(
                    &["Service".into(), "Price".into()],
                    &[text.clone(), "$90".into()],
                    page,
                ),
                3 => p.push(BlockKind::Code, text, page),
                _ => p.push(BlockKind::Paragraph, text, page),
            }
        }
        p
    }

    fn check(p: &Parsed, limit: usize, count: &dyn Fn(&str) -> usize) {
        let plain: Vec<char> = p.plain_text().chars().collect();
        let chunks = chunk(p, limit, count);
        let mut end = 0;
        for (at, c) in chunks.iter().enumerate() {
            assert_eq!(c.ordinal as usize, at);
            assert!(
                c.tokens <= limit && count(&c.text) == c.tokens,
                "{} > {limit}",
                c.tokens
            );
            assert!(c.text.chars().count() <= MOST_CHARS);
            assert_eq!(plain[c.span.0..c.span.1].iter().collect::<String>(), c.text);
            assert!(c.span.0 >= end, "chunks overlap");
            end = c.span.1;
            for input in vector_inputs(&p.title, &c.title_path, &c.text, 254, count) {
                assert!(count(&input.text) <= 254);
            }
        }
    }

    proptest! {
        #[test]
        fn f5_1_no_chunk_is_over_its_limit_in_any_language(
            blocks in prop::collection::vec(
                (any::<u8>(), prop_oneof![
                    "[a-z]{1,9}( [a-zA-Zéüñß]{1,12}){0,200}[.?!]?",
                    "[\u{4e00}-\u{4fff}。]{1,700}",
                    "[😀🏥👩🏽\u{200d}\u{fe0f}a ]{1,400}",
                    "[a-z]{1,9000}",
                    "\\PC{0,300}",
                ]),
                0..12,
            ),
            limit in 16_usize..300,
        ) {
            let p = document(&blocks);
            check(&p, limit, &strict);
            check(&p, limit, &lenient);
        }
    }

    #[test]
    fn f5_1_nothing_that_can_be_read_is_lost() {
        let sentence = "The clinic keeps the following records for seven years. ";
        let p = document(&[
            (4, sentence.repeat(200)),
            (2, "Check-up".into()),
            (4, "x".repeat(9_500)),
        ]);
        let total: usize = chunk(&p, 100, &lenient)
            .iter()
            .map(|c| c.text.chars().filter(|c| !c.is_whitespace()).count())
            .sum();
        assert_eq!(
            total,
            p.plain_text()
                .chars()
                .filter(|c| !c.is_whitespace())
                .count()
        );
    }

    #[test]
    fn headings_travel_with_their_section_and_lonely_ones_are_content() {
        let mut p = Parsed::new("Sunrise Clinic");
        p.push(BlockKind::Heading(1), "Sunrise Clinic", Some(1));
        p.push(BlockKind::Heading(2), "Fees", Some(1));
        p.push(BlockKind::Heading(3), "Dental", Some(1));
        p.push_row(
            &["Service".into(), "Price".into()],
            &["Check-up".into(), "$90".into()],
            Some(1),
        );
        p.push(BlockKind::Heading(2), "Closed on Sundays", Some(1));
        p.push(BlockKind::Heading(2), "Parking", Some(2));
        p.push(BlockKind::Paragraph, "Behind the building.", Some(2));
        let got: Vec<(String, String, Option<u32>)> = chunk(&p, DEFAULT_LIMIT, &lenient)
            .into_iter()
            .map(|c| (c.title_path, c.text, c.page))
            .collect();
        assert_eq!(
            got,
            [
                (
                    "Fees > Dental".into(),
                    "Service: Check-up; Price: $90".into(),
                    Some(1)
                ),
                (String::new(), "Closed on Sundays".into(), Some(1)),
                ("Parking".into(), "Behind the building.".into(), Some(2)),
            ]
        );
    }

    #[test]
    fn long_sections_are_cut_into_parts_of_about_equal_size() {
        let p = document(&[(4, "One two three four five. ".repeat(50))]);
        let sizes: Vec<usize> = chunk(&p, DEFAULT_LIMIT, &lenient)
            .iter()
            .map(|c| c.tokens)
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|s| *s >= 100), "{sizes:?}");
    }

    #[test]
    fn windows_are_left_out_where_the_passage_is_one() {
        let short = vector_inputs("T", "", "One. Two.", 254, &lenient);
        assert_eq!(short.iter().filter(|i| i.kind == Kind::Window).count(), 0);
        assert_eq!(short.iter().filter(|i| i.kind == Kind::Sentence).count(), 2);
        let long = vector_inputs(
            "T",
            "Fees",
            &"One two three four five. ".repeat(40),
            254,
            &lenient,
        );
        assert_eq!(long.iter().filter(|i| i.kind == Kind::Window).count(), 2);
        assert!(long[0].text.starts_with("T. Fees. One two"));
    }
}
