//! Web pages: the text a reader sees, by its blocks.

use super::table::Table;
use scraper::{Html, Node};
use voxanne_core::knowledge::{BlockKind, Parsed};

const SKIPPED: &[&str] = &[
    "script", "style", "noscript", "template", "svg", "nav", "head", "iframe", "object", "select",
    "button", "textarea",
];
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "blockquote",
    "address",
    "figure",
    "figcaption",
    "hr",
    "body",
    "details",
    "summary",
    "fieldset",
];

/// Parses a web page. Scripts, styles, navigation and controls are left out.
pub(super) fn parse(text: &str) -> Parsed {
    let page = Html::parse_document(text);
    let mut reader = Reader::default();
    // By hand instead of by recursion: pages can be nested deeper than the stack.
    let mut node = Some(page.tree.root());
    while let Some(current) = node {
        let entered = reader.open(current.value());
        let child = if entered { current.first_child() } else { None };
        if child.is_some() {
            node = child;
            continue;
        }
        let mut at = current;
        if entered {
            reader.close(at.value());
        }
        loop {
            if let Some(next) = at.next_sibling() {
                node = Some(next);
                break;
            }
            match at.parent() {
                Some(parent) => {
                    at = parent;
                    reader.close(at.value());
                }
                None => {
                    node = None;
                    break;
                }
            }
        }
    }
    reader.flush();
    let title = scraper::Selector::parse("head > title")
        .ok()
        .and_then(|s| page.select(&s).next())
        .map(|t| t.text().collect::<String>());
    let mut parsed = reader.parsed;
    parsed.title = title
        .map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "))
        .unwrap_or_default();
    parsed
}

#[derive(Default)]
struct Reader {
    parsed: Parsed,
    buffer: String,
    items: usize,
    code: usize,
    tables: usize,
    table: Table,
}

fn heading(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(level - b'0'),
        _ => None,
    }
}

impl Reader {
    /// Whether to go into a node.
    fn open(&mut self, node: &Node) -> bool {
        match node {
            Node::Text(text) => {
                self.buffer.push_str(text);
                true
            }
            Node::Element(element) => {
                let name = element.name();
                if SKIPPED.contains(&name)
                    || element.attr("hidden").is_some()
                    || element.attr("aria-hidden") == Some("true")
                {
                    return false;
                }
                match name {
                    "table" => {
                        if self.tables == 0 {
                            self.flush();
                        }
                        self.tables += 1;
                    }
                    "tr" if self.tables == 1 => {
                        self.buffer.clear();
                        self.table.row();
                    }
                    "th" if self.tables == 1 => self.table.marked |= self.table.is_first_row(),
                    "br" => self.buffer.push(' '),
                    _ if self.tables > 0 => self.buffer.push(' '),
                    "li" => {
                        self.flush();
                        self.items += 1;
                    }
                    "pre" => {
                        self.flush();
                        self.code += 1;
                    }
                    _ if heading(name).is_some() || BLOCKS.contains(&name) => self.flush(),
                    _ => {}
                }
                true
            }
            Node::Document | Node::Fragment => true,
            _ => false,
        }
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        match element.name() {
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    std::mem::take(&mut self.table).finish(&mut self.parsed);
                    self.buffer.clear();
                }
            }
            "td" | "th" if self.tables == 1 => {
                let cell: Vec<&str> = self.buffer.split_whitespace().collect();
                self.table.cell(&cell.join(" "));
                self.buffer.clear();
            }
            _ if self.tables > 0 => {}
            "li" => {
                self.flush();
                self.items = self.items.saturating_sub(1);
            }
            "pre" => {
                self.flush();
                self.code = self.code.saturating_sub(1);
            }
            name => {
                if let Some(level) = heading(name) {
                    self.parsed
                        .push(BlockKind::Heading(level), &self.buffer, None);
                    self.buffer.clear();
                } else if BLOCKS.contains(&name) {
                    self.flush();
                }
            }
        }
    }

    fn flush(&mut self) {
        let kind = if self.code > 0 {
            BlockKind::Code
        } else if self.items > 0 {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        };
        self.parsed.push(kind, &self.buffer, None);
        self.buffer.clear();
    }
}
