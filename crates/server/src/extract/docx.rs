//! Word documents: a zip of XML. Headings by their style, lists, tables; nothing is expanded beyond its limit.

use super::{ExtractError, ParseLimits, table::Table};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::{
    collections::HashMap,
    io::{Cursor, Read},
};
use voxanne_core::knowledge::{BlockKind, Parsed};
use zip::{ZipArchive, result::ZipError};

const WHAT: &str = "Word file";
/// Most parts of an archive.
const MOST_PARTS: usize = 20_000;
/// Bytes of XML for one byte of text: beyond it the markup, not the text, is the document.
const MARKUP: usize = 12;
/// Below this unpacked size a part may expand as it likes.
const SMALL: u64 = 4 << 20;

type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// Parses a Word document.
pub(super) fn parse(bytes: Vec<u8>, limits: &ParseLimits) -> Result<Parsed, ExtractError> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| ExtractError::malformed(WHAT))?;
    if archive.len() > MOST_PARTS {
        return Err(ExtractError::Bomb);
    }
    let Some(document) = part(&mut archive, "word/document.xml", limits)? else {
        return Err(ExtractError::UnknownType);
    };
    let styles = part(&mut archive, "word/styles.xml", limits)?
        .map(|xml| styles(&xml))
        .unwrap_or_default();
    let mut parsed = body(&document, &styles, limits)?;
    if let Some(core) = part(&mut archive, "docProps/core.xml", limits)? {
        parsed.title = title(&core);
    }
    Ok(parsed)
}

/// A part's text, or nothing when the archive has no such part.
fn part(
    archive: &mut Archive,
    name: &str,
    limits: &ParseLimits,
) -> Result<Option<String>, ExtractError> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(ZipError::UnsupportedArchive(_)) => return Err(ExtractError::Encrypted),
        Err(_) => return Err(ExtractError::malformed(WHAT)),
    };
    let most = (limits.text_bytes * MARKUP) as u64;
    let packed = file.compressed_size().max(1);
    // The sizes in the archive may lie, so the bytes are counted as they come.
    let allowed = most.min((packed.saturating_mul(limits.expansion)).max(SMALL));
    let mut bytes = Vec::new();
    file.take(allowed + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| ExtractError::malformed(WHAT))?;
    if bytes.len() as u64 > allowed {
        return Err(ExtractError::Bomb);
    }
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| ExtractError::malformed(WHAT))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = tag.try_get_attribute(name).ok()??;
    Some(value.value.into_owned())
}

/// Heading level of each style that is one.
fn styles(xml: &str) -> HashMap<String, u8> {
    let mut reader = Reader::from_str(xml);
    let mut out = HashMap::new();
    let mut id = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) if tag.local_name().as_ref() == "style" => {
                id = attribute(&tag, "w:styleId").unwrap_or_default();
            }
            Event::Empty(tag) | Event::Start(tag) => {
                let value = attribute(&tag, "w:val").unwrap_or_default();
                match tag.local_name().as_ref() {
                    "name" => {
                        if let Some(level) = heading_name(&value) {
                            out.insert(id.clone(), level);
                        }
                    }
                    "outlineLvl" => {
                        if let Ok(level @ 0..=8) = value.parse::<u8>() {
                            out.entry(id.clone()).or_insert(level + 1);
                        }
                    }
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    out
}

fn heading_name(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(1);
    }
    name.strip_prefix("heading")
        .and_then(|n| n.trim().parse().ok())
        .filter(|n| (1..=9).contains(n))
}

/// The title in the document's properties.
fn title(xml: &str) -> String {
    let mut reader = Reader::from_str(xml);
    let mut inside = false;
    let mut out = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) => inside = tag.local_name().as_ref() == "title",
            Event::End(_) => inside = false,
            Event::Text(text) if inside => out.push_str(&text.xml10_content()),
            Event::GeneralRef(name) if inside => out.push_str(&reference(&name)),
            Event::Eof => break,
            _ => {}
        }
    }
    out.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(200)
        .collect()
}

/// What a reference stands for; only the five of XML and numbers, so that nothing can be defined to expand.
fn reference(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return c.to_string();
    }
    match &*name.xml10_content() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

#[derive(Default)]
struct Body {
    parsed: Parsed,
    text: String,
    style: Option<u8>,
    item: bool,
    tables: usize,
    table: Table,
    cell: String,
    /// Whether text of the current element counts.
    counts: bool,
    /// How deep inside something that is shown elsewhere again.
    skipped: usize,
}

fn body(
    xml: &str,
    styles: &HashMap<String, u8>,
    limits: &ParseLimits,
) -> Result<Parsed, ExtractError> {
    let mut reader = Reader::from_str(xml);
    let mut body = Body::default();
    loop {
        match reader
            .read_event()
            .map_err(|_| ExtractError::malformed(WHAT))?
        {
            Event::Start(tag) => {
                body.open(&tag, styles);
                body.enter(tag.local_name().as_ref());
            }
            Event::Empty(tag) => body.open(&tag, styles),
            Event::End(tag) => body.close(tag.local_name().as_ref()),
            Event::Text(text) if body.counts && body.skipped == 0 => {
                body.text.push_str(&text.xml10_content());
            }
            Event::GeneralRef(name) if body.counts && body.skipped == 0 => {
                body.text.push_str(&reference(&name));
            }
            Event::Eof => break,
            _ => {}
        }
        if body.text.len() + body.cell.len() > limits.text_bytes {
            return Err(ExtractError::TooMuchText {
                megabytes: limits.text_bytes as u64 >> 20,
            });
        }
    }
    Ok(body.parsed)
}

impl Body {
    /// A tag, whether or not it has content.
    fn open(&mut self, tag: &BytesStart<'_>, styles: &HashMap<String, u8>) {
        match tag.local_name().as_ref() {
            "pStyle" => {
                let style = attribute(tag, "w:val").unwrap_or_default();
                self.style = styles.get(&style).copied().or_else(|| heading_name(&style));
            }
            "numPr" => self.item = true,
            "tblHeader" if self.tables == 1 => self.table.marked |= self.table.is_first_row(),
            "tab" | "br" | "cr" => self.text.push(' '),
            "noBreakHyphen" => self.text.push('-'),
            _ => {}
        }
    }

    /// A tag with content.
    fn enter(&mut self, name: &str) {
        match name {
            "p" if self.tables == 0 => {
                self.text.clear();
                (self.style, self.item) = (None, false);
            }
            "t" => self.counts = true,
            "tbl" => self.tables += 1,
            "tr" if self.tables == 1 => self.table.row(),
            "tc" if self.tables == 1 => self.cell.clear(),
            // The same content once more, for older programs.
            "Fallback" => self.skipped += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.counts = false,
            "Fallback" => self.skipped = self.skipped.saturating_sub(1),
            "p" if self.tables > 0 => {
                self.cell.push(' ');
                self.cell.push_str(&self.text);
                self.text.clear();
            }
            "p" => {
                let kind = match self.style {
                    Some(level) => BlockKind::Heading(level),
                    None if self.item => BlockKind::ListItem,
                    None => BlockKind::Paragraph,
                };
                self.parsed.push(kind, &self.text, None);
                self.text.clear();
            }
            "tc" if self.tables == 1 => {
                let words: Vec<&str> = self.cell.split_whitespace().collect();
                self.table.cell(&words.join(" "));
                self.cell.clear();
            }
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    std::mem::take(&mut self.table).finish(&mut self.parsed);
                }
            }
            _ => {}
        }
    }
}
