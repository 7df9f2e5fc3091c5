//! What the formats share: tables with or without marked column headings, and the title of a document.

use voxanne_core::knowledge::{BlockKind, Parsed};

/// A table being read.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// Whether the format marks the first row as headings.
    pub(super) marked: bool,
}

impl Table {
    /// A table whose format always has a row of headings first.
    pub(super) fn with_headings() -> Self {
        Self {
            rows: Vec::new(),
            marked: true,
        }
    }

    /// Starts a row.
    pub(super) fn row(&mut self) {
        self.rows.push(Vec::new());
    }

    /// Whether no second row has been started.
    pub(super) fn is_first_row(&self) -> bool {
        self.rows.len() <= 1
    }

    /// Adds a cell to the current row.
    pub(super) fn cell(&mut self, text: &str) {
        if self.rows.is_empty() {
            self.row();
        }
        if let Some(row) = self.rows.last_mut() {
            row.push(text.trim().to_owned());
        }
    }

    /// Appends the rows to a document, each with the column headings.
    pub(super) fn finish(self, parsed: &mut Parsed) {
        let mut rows = self
            .rows
            .into_iter()
            .filter(|r| r.iter().any(|c| !c.is_empty()))
            .peekable();
        let names = |row: &Vec<String>| {
            row.len() > 1
                && row
                    .iter()
                    .all(|c| !c.is_empty() && !c.chars().any(|c| c.is_ascii_digit()))
        };
        let mut header: Vec<String> = Vec::new();
        if let Some(first) = rows.peek().cloned()
            && (self.marked || names(&first))
        {
            rows.next();
            if rows.peek().is_none() {
                // Headings alone are content.
                parsed.push_row(&[], &first, None);
                return;
            }
            header = first;
        }
        for row in rows {
            match row.as_slice() {
                // A row with one cell in a wider table names the group of rows below it.
                [name, rest @ ..]
                    if rest.iter().all(String::is_empty)
                        && (header.len() > 1 || !rest.is_empty()) =>
                {
                    parsed.push(BlockKind::Heading(6), name, None);
                }
                _ => parsed.push_row(&header, &row, None),
            }
        }
    }
}

/// The title of a document that names none: its first heading, when that is how it begins.
pub(super) fn title_of(parsed: &Parsed) -> String {
    parsed
        .blocks
        .first()
        .filter(|b| matches!(b.kind, BlockKind::Heading(_)))
        .map(|b| b.text.chars().take(200).collect())
        .unwrap_or_default()
}
