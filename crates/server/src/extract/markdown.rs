//! Markdown, with tables.

use super::table::Table;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use voxanne_core::knowledge::{BlockKind, Parsed};

/// Parses Markdown. Markup inside a block (emphasis, links) leaves its text only.
pub(super) fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let mut buffer = String::new();
    let mut items = 0_usize;
    let mut table: Option<Table> = None;
    let mut metadata = false;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => metadata = true,
            Event::End(TagEnd::MetadataBlock(_)) => metadata = false,
            Event::Start(Tag::Table(_)) => {
                flush(&mut parsed, &mut buffer, items);
                table = Some(Table::with_headings());
            }
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                if let Some(t) = &mut table {
                    t.row();
                }
            }
            Event::End(TagEnd::TableCell) => {
                if let Some(t) = &mut table {
                    t.cell(&buffer);
                }
                buffer.clear();
            }
            Event::End(TagEnd::Table) => {
                if let Some(t) = table.take() {
                    t.finish(&mut parsed);
                }
            }
            Event::Start(Tag::Item) => {
                flush(&mut parsed, &mut buffer, items);
                items += 1;
            }
            Event::End(TagEnd::Item) => {
                flush(&mut parsed, &mut buffer, items);
                items = items.saturating_sub(1);
            }
            Event::End(TagEnd::Heading(level)) => {
                parsed.push(BlockKind::Heading(level as u8), &buffer, None);
                buffer.clear();
            }
            Event::End(TagEnd::CodeBlock) => {
                parsed.push(BlockKind::Code, &buffer, None);
                buffer.clear();
            }
            Event::Start(
                Tag::Heading { .. }
                | Tag::CodeBlock(_)
                | Tag::Paragraph
                | Tag::List(_)
                | Tag::BlockQuote(_),
            )
            | Event::End(TagEnd::Paragraph) => {
                flush(&mut parsed, &mut buffer, items);
            }
            Event::Text(t) | Event::Code(t) if !metadata => buffer.push_str(&t),
            Event::SoftBreak | Event::HardBreak => buffer.push(' '),
            _ => {}
        }
    }
    flush(&mut parsed, &mut buffer, items);
    parsed
}

fn flush(parsed: &mut Parsed, buffer: &mut String, items: usize) {
    let kind = if items > 0 {
        BlockKind::ListItem
    } else {
        BlockKind::Paragraph
    };
    parsed.push(kind, buffer, None);
    buffer.clear();
}
