//! Text out of uploaded documents: TXT, Markdown, HTML, PDF and DOCX into [`Parsed`].
//!
//! Documents come from anywhere, and parsers of such formats are where a server is attacked or brought to its knees. So
//! none of them runs in the server: [`run`] starts the same binary as a child ([`child`]) that limits its own memory,
//! processor time and files before it reads a byte, has no environment and can open neither files nor sockets. Whatever
//! happens to it, the server gets a document or a sentence for staff.

mod docx;
mod error;
mod html;
mod kind;
mod markdown;
mod parent;
mod pdf;
mod table;
mod text;

pub mod child;

pub use error::ExtractError;
pub use kind::{Kind, detect, title_from_name};
pub use parent::{Limits, run};

use voxanne_core::knowledge::Parsed;

/// What a parser will take, in the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseLimits {
    /// Bytes of the file.
    pub input_bytes: usize,
    /// Pages of a PDF.
    pub pages: usize,
    /// Bytes of text, all told.
    pub text_bytes: usize,
    /// How many times its packed size a part of an archive may have.
    pub expansion: u64,
}

impl Default for ParseLimits {
    fn default() -> Self {
        Self {
            input_bytes: 100 << 20,
            pages: 5_000,
            text_bytes: 20 << 20,
            expansion: 200,
        }
    }
}

/// Parses a document in this process. Only [`child`] and tests call this; everything else calls [`run`].
pub fn parse(kind: Kind, bytes: Vec<u8>, limits: &ParseLimits) -> Result<Parsed, ExtractError> {
    if bytes.len() > limits.input_bytes {
        return Err(ExtractError::TooLarge {
            megabytes: limits.input_bytes as u64 >> 20,
        });
    }
    if !matches!(kind, Kind::Pdf | Kind::Docx) && bytes.len() > limits.text_bytes {
        return Err(ExtractError::TooMuchText {
            megabytes: limits.text_bytes as u64 >> 20,
        });
    }
    let mut parsed = match kind {
        Kind::Text => text::parse(&bytes),
        Kind::Markdown => markdown::parse(&text::decode(&bytes)),
        Kind::Html => html::parse(&text::decode(&bytes)),
        Kind::Pdf => pdf::parse(bytes, limits)?,
        Kind::Docx => docx::parse(bytes, limits)?,
    };
    if parsed.text_bytes() > limits.text_bytes {
        return Err(ExtractError::TooMuchText {
            megabytes: limits.text_bytes as u64 >> 20,
        });
    }
    if parsed.blocks.is_empty() {
        return Err(ExtractError::Empty);
    }
    if parsed.title.is_empty() {
        parsed.title = table::title_of(&parsed);
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests;
