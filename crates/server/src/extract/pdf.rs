//! PDF: text page by page, with headings told by their size and running heads left out.

use super::{ExtractError, ParseLimits};
use pdf_oxide::{PdfDocument, error::Error};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};
use voxanne_core::knowledge::{Block, BlockKind, Parsed, plain};

const WHAT: &str = "PDF";
/// Visible characters a page must have on average to count as text and not as a scan with stray marks.
const LEAST_A_PAGE: usize = 8;
/// Lines this much larger than the body are headings.
const LARGER: f32 = 1.15;
/// Pages from which running heads are looked for.
const RUNNING_PAGES: usize = 4;
/// Lines at the top and at the bottom of a page among which running heads are looked for.
const EDGE: usize = 2;

/// Parses a PDF.
pub(super) fn parse(bytes: Vec<u8>, limits: &ParseLimits) -> Result<Parsed, ExtractError> {
    // The parser is known to panic on odd fonts; one bad page must not cost the document.
    let guarded = |f: &mut dyn FnMut() -> Result<(), Error>| match catch_unwind(AssertUnwindSafe(f))
    {
        Ok(Err(Error::EncryptedPdf)) => Err(ExtractError::Encrypted),
        Ok(Err(_)) | Err(_) => Err(ExtractError::malformed(WHAT)),
        Ok(Ok(())) => Ok(()),
    };
    let mut document = None;
    let mut count = 0;
    let mut bytes = Some(bytes);
    guarded(&mut || {
        let opened = PdfDocument::from_bytes(bytes.take().unwrap_or_default())?;
        if opened.is_encrypted() && !opened.is_authenticated() {
            return Err(Error::EncryptedPdf);
        }
        count = opened.page_count()?;
        document = Some(opened);
        Ok(())
    })?;
    let document = document.ok_or_else(|| ExtractError::malformed(WHAT))?;
    if count == 0 {
        return Err(ExtractError::malformed(WHAT));
    }
    if count > limits.pages {
        return Err(ExtractError::TooManyPages {
            pages: limits.pages,
        });
    }
    let mut pages: Vec<Page> = Vec::new();
    let (mut size, mut failed) = (0, 0);
    for number in 0..count {
        let mut page = Page::default();
        let read = guarded(&mut || {
            page = Page {
                text: document.extract_text(number)?,
                sizes: sizes(&document, number),
            };
            Ok(())
        });
        match read {
            Ok(()) => size += page.text.len(),
            Err(ExtractError::Encrypted) => return Err(ExtractError::Encrypted),
            Err(_) => failed += 1,
        }
        if size > limits.text_bytes {
            return Err(ExtractError::TooMuchText {
                megabytes: limits.text_bytes as u64 >> 20,
            });
        }
        pages.push(page);
    }
    if failed == count {
        return Err(ExtractError::malformed(WHAT));
    }
    let visible: usize = pages
        .iter()
        .map(|p| p.text.chars().filter(|c| c.is_alphanumeric()).count())
        .sum();
    if visible < LEAST_A_PAGE * count {
        return Err(ExtractError::Scanned);
    }
    Ok(assemble(&pages))
}

#[derive(Default)]
struct Page {
    text: String,
    /// Letter size of each line, by the line's text without spaces.
    sizes: HashMap<String, f32>,
}

fn key(line: &str) -> String {
    line.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Letter sizes of a page's lines, for telling headings; empty when they cannot be had.
fn sizes(document: &PdfDocument, number: usize) -> HashMap<String, f32> {
    let mut out = HashMap::new();
    let mut line = (String::new(), f32::NAN, 0.0_f32);
    for span in document.extract_spans(number).unwrap_or_default() {
        if (span.bbox.y - line.1).abs() > 2.0 || line.1.is_nan() {
            if !line.0.is_empty() {
                out.insert(std::mem::take(&mut line.0), line.2);
            }
            line = (String::new(), span.bbox.y, span.font_size);
        }
        line.0.push_str(&key(&span.text));
        line.2 = line.2.min(span.font_size);
    }
    if !line.0.is_empty() {
        out.insert(line.0, line.2);
    }
    out
}

/// The size that most letters of the document have.
fn body_size(pages: &[Page]) -> f32 {
    let mut letters: HashMap<i32, usize> = HashMap::new();
    for (line, size) in pages.iter().flat_map(|p| &p.sizes) {
        *letters.entry((size * 2.0).round() as i32).or_default() += line.len();
    }
    let most = letters
        .into_iter()
        .max_by_key(|(size, n)| (*n, std::cmp::Reverse(*size)));
    most.map_or(0.0, |(size, _)| size as f32 / 2.0)
}

/// A line as it recurs on other pages: without its numbers.
fn without_numbers(line: &str) -> String {
    line.chars()
        .filter(|c| c.is_alphabetic())
        .collect::<String>()
        .to_lowercase()
}

fn edges(page: &Page) -> Vec<&str> {
    let lines: Vec<&str> = page
        .text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let tail = lines.len().saturating_sub(EDGE).max(EDGE.min(lines.len()));
    lines
        .iter()
        .take(EDGE)
        .chain(&lines[tail..])
        .copied()
        .collect()
}

/// Lines at the edges of pages that recur on a quarter of them.
fn running(pages: &[Page]) -> Vec<String> {
    if pages.len() < RUNNING_PAGES {
        return Vec::new();
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let mut own: Vec<String> = edges(page)
            .into_iter()
            .map(without_numbers)
            .filter(|l| !l.is_empty())
            .collect();
        own.sort();
        own.dedup();
        for line in own {
            *seen.entry(line).or_default() += 1;
        }
    }
    let enough = pages.len().div_ceil(4).max(3);
    seen.into_iter()
        .filter(|(_, n)| *n >= enough)
        .map(|(l, _)| l)
        .collect()
}

fn assemble(pages: &[Page]) -> Parsed {
    let body = body_size(pages);
    let running = running(pages);
    let mut out = Parsed::default();
    for (at, page) in pages.iter().enumerate() {
        let number = Some(at as u32 + 1);
        let edges = edges(page);
        let kept: Vec<&str> = page
            .text
            .lines()
            .map(str::trim)
            .filter(|line| {
                let is_number =
                    !line.is_empty() && line.len() <= 5 && line.chars().all(|c| c.is_ascii_digit());
                let recurs = edges.contains(line) && running.contains(&without_numbers(line));
                !is_number && !recurs
            })
            .collect();
        let mut rest = String::new();
        for line in kept {
            if let Some(level) = level(line, page, body) {
                push_text(&mut out, &rest, number);
                rest.clear();
                push_heading(&mut out, level, line, number);
            } else {
                rest.push_str(line);
                rest.push('\n');
            }
        }
        push_text(&mut out, &rest, number);
    }
    out.title = title(&out);
    out
}

/// The largest heading of the first page.
fn title(parsed: &Parsed) -> String {
    let level = |b: &Block| match b.kind {
        BlockKind::Heading(level) if b.page == Some(1) => Some(level),
        _ => None,
    };
    let largest = parsed
        .blocks
        .iter()
        .filter(|b| level(b).is_some())
        .min_by_key(|b| level(b));
    largest
        .map(|b| b.text.chars().take(200).collect())
        .unwrap_or_default()
}

/// Heading level of a line in larger letters, if it reads like one.
fn level(line: &str, page: &Page, body: f32) -> Option<u8> {
    let size = page.sizes.get(&key(line)).copied()?;
    if body <= 0.0
        || size < body * LARGER
        || line.chars().count() > 150
        || !line.chars().any(char::is_alphabetic)
    {
        return None;
    }
    Some(match size / body {
        r if r >= 1.6 => 1,
        r if r >= 1.3 => 2,
        _ => 3,
    })
}

/// A heading; one that goes on in the next line of the same size is one heading.
fn push_heading(out: &mut Parsed, level: u8, line: &str, page: Option<u32>) {
    if let Some(last) = out.blocks.last()
        && last.kind == BlockKind::Heading(level)
        && last.page == page
        && last.text.chars().count() + line.chars().count() < 150
    {
        let joined = format!("{} {line}", last.text);
        out.blocks.pop();
        out.push(BlockKind::Heading(level), &joined, page);
        return;
    }
    out.push(BlockKind::Heading(level), line, page);
}

/// Running text of a page. Where sizes tell headings, the look of a line does not.
fn push_text(out: &mut Parsed, text: &str, page: Option<u32>) {
    for block in plain::parse("", &unhyphenate(text)).blocks {
        let kind = match block.kind {
            BlockKind::Heading(_) => BlockKind::Paragraph,
            kind => kind,
        };
        out.push(kind, &block.text, page);
    }
}

/// Joins words that were divided at the end of a line.
fn unhyphenate(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let divided = line
            .strip_suffix(['-', '\u{2010}'])
            .filter(|l| l.ends_with(char::is_lowercase));
        match divided {
            Some(start)
                if lines
                    .peek()
                    .is_some_and(|n| n.starts_with(char::is_lowercase)) =>
            {
                out.push_str(start);
            }
            _ => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}
