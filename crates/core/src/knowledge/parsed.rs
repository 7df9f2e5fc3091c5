//! What a parser makes of a document, whatever its format.

use serde::{Deserialize, Serialize};

/// What a block of a document is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading; 1 is the highest level.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// One item of a list.
    ListItem,
    /// One row of a table with the headings of its columns (empty where the table has none).
    TableRow {
        /// Column headings, in order.
        header: Vec<String>,
        /// Cells, in order.
        cells: Vec<String>,
    },
    /// Preformatted text.
    Code,
}

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text, with runs of white space made one space.
    pub text: String,
    /// The page it starts on, from 1, where the format has pages.
    pub page: Option<u32>,
    /// Characters of the plain text it covers: start and end (exclusive).
    pub span: (usize, usize),
}

/// A parsed document. Its plain text is its blocks' text joined by newlines, and every span counts characters of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parsed {
    /// Title of the document, possibly empty.
    pub title: String,
    /// Its blocks in reading order.
    pub blocks: Vec<Block>,
}

impl Parsed {
    /// An empty document with this title.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    /// Appends a block; text without any visible character is left out.
    pub fn push(&mut self, kind: BlockKind, text: &str, page: Option<u32>) {
        let text = if kind == BlockKind::Code {
            tidy_lines(text)
        } else {
            tidy(text)
        };
        if text.is_empty() {
            return;
        }
        let start = self.blocks.last().map_or(0, |b| b.span.1 + 1);
        let end = start + text.chars().count();
        self.blocks.push(Block {
            kind,
            text,
            page,
            span: (start, end),
        });
    }

    /// Appends a table row whose text repeats the column headings: `Service: Check-up; Price: $90`.
    pub fn push_row(&mut self, header: &[String], cells: &[String], page: Option<u32>) {
        let header: Vec<String> = header.iter().map(|h| tidy(h)).collect();
        let cells: Vec<String> = cells.iter().map(|c| tidy(c)).collect();
        let mut text = String::new();
        for (at, cell) in cells.iter().enumerate().filter(|(_, c)| !c.is_empty()) {
            if !text.is_empty() {
                text.push_str("; ");
            }
            if let Some(name) = header.get(at).filter(|h| !h.is_empty()) {
                text.push_str(name.trim_end_matches(':'));
                text.push_str(": ");
            }
            text.push_str(cell);
        }
        self.push(BlockKind::TableRow { header, cells }, &text, page);
    }

    /// The plain text that spans refer to.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        for (at, block) in self.blocks.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            out.push_str(&block.text);
        }
        out
    }

    /// Bytes of all blocks' text.
    pub fn text_bytes(&self) -> usize {
        self.blocks.iter().map(|b| b.text.len() + 1).sum()
    }
}

/// One space for every run of white space; control and invisible formatting characters dropped.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !invisible(c) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn tidy_lines(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|l| {
            l.chars()
                .filter(|c| !invisible(*c))
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// Characters that no reader sees and no search should trip over.
pub(crate) fn invisible(c: char) -> bool {
    (c.is_control() && !c.is_whitespace())
        || matches!(
            c,
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fffd}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_point_into_the_plain_text() {
        let mut p = Parsed::new("Prices");
        p.push(BlockKind::Heading(1), "  Our   prices ", None);
        p.push(BlockKind::Paragraph, "Ärzte\u{ad}haus\n is open.", Some(1));
        p.push(BlockKind::Paragraph, " \n ", None);
        p.push_row(
            &["Service".into(), "Price:".into(), String::new()],
            &["Check-up".into(), "$90".into(), "yearly".into()],
            None,
        );
        let plain: Vec<char> = p.plain_text().chars().collect();
        assert_eq!(p.blocks.len(), 3);
        for block in &p.blocks {
            let cut: String = plain[block.span.0..block.span.1].iter().collect();
            assert_eq!(cut, block.text);
        }
        assert_eq!(p.blocks[1].text, "Ärztehaus is open.");
        assert_eq!(p.blocks[2].text, "Service: Check-up; Price: $90; yearly");
    }
}
