//! What a file is, by its content first and its name second.

use super::ExtractError;
use std::str::FromStr;

/// A format that can be parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// A web page.
    Html,
    /// PDF.
    Pdf,
    /// Word since 2007.
    Docx,
}

impl Kind {
    /// Its short name, as the child process takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
        }
    }
}

impl FromStr for Kind {
    type Err = ExtractError;

    fn from_str(name: &str) -> Result<Self, ExtractError> {
        [
            Self::Text,
            Self::Markdown,
            Self::Html,
            Self::Pdf,
            Self::Docx,
        ]
        .into_iter()
        .find(|k| k.name() == name)
        .ok_or(ExtractError::UnknownType)
    }
}

/// Beginnings of files that are something else: images, archives, programs, sound.
const FOREIGN: &[&[u8]] = &[
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x7fELF",
    b"MZ\x90",
    b"ID3",
    b"OggS",
    b"{\\rtf",
];

/// The format of a file, from its name and its first bytes (a kilobyte is enough).
pub fn detect(name: &str, head: &[u8]) -> Result<Kind, ExtractError> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, e)| e.to_ascii_lowercase())
        .unwrap_or_default();
    let head = head.get(..1_024).unwrap_or(head);
    if head.windows(5).any(|w| w == b"%PDF-") {
        return Ok(Kind::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") {
        return if matches!(
            extension.as_str(),
            "xlsx" | "pptx" | "zip" | "odt" | "epub" | "jar"
        ) {
            Err(ExtractError::UnknownType)
        } else {
            Ok(Kind::Docx)
        };
    }
    if head.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ExtractError::OldOffice);
    }
    if FOREIGN.iter().any(|f| head.starts_with(f)) {
        return Err(ExtractError::UnknownType);
    }
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !wide && head.contains(&0) {
        return Err(ExtractError::UnknownType);
    }
    let start = String::from_utf8_lossy(head)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    let tagged = start.starts_with("<!doctype html") || start.starts_with("<html");
    match extension.as_str() {
        "pdf" => Err(ExtractError::malformed("PDF")),
        "docx" => Err(ExtractError::malformed("Word file")),
        "html" | "htm" | "xhtml" => Ok(Kind::Html),
        _ if tagged => Ok(Kind::Html),
        "md" | "markdown" => Ok(Kind::Markdown),
        _ => Ok(Kind::Text),
    }
}

/// A title from a file's name: `price_list-2026.pdf` is `price list 2026`.
pub fn title_from_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = name
        .rsplit_once('.')
        .filter(|(s, e)| !s.is_empty() && e.len() <= 8)
        .map_or(name, |(s, _)| s);
    let spaced: String = stem
        .chars()
        .map(|c| if matches!(c, '_' | '-' | '+') { ' ' } else { c })
        .collect();
    let tidy: Vec<&str> = spaced.split_whitespace().collect();
    tidy.join(" ").chars().take(200).collect()
}
