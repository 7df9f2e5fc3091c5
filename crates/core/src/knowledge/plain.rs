//! Plain text into blocks: paragraphs at blank lines, lists by their marks, headings by their look.

use super::parsed::{BlockKind, Parsed};

/// Parses plain text. No visible character is dropped or moved, only white space changes.
pub fn parse(title: &str, text: &str) -> Parsed {
    let mut parsed = Parsed::new(title);
    let mut open = Open::default();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        let blank_before = at == 0 || lines[at - 1].is_empty();
        let blank_after = at + 1 < lines.len() && lines[at + 1].is_empty();
        if line.is_empty() {
            open.close(&mut parsed);
        } else if is_item(line) {
            open.close(&mut parsed);
            open.start(BlockKind::ListItem, line);
        } else if blank_before && blank_after && looks_like_heading(line) {
            parsed.push(BlockKind::Heading(2), line, None);
        } else if open.is_complete() && is_entry(line) {
            open.close(&mut parsed);
            parsed.push(BlockKind::ListItem, line, None);
        } else {
            if open.kind == Some(BlockKind::ListItem) && !open.continues(line) {
                open.close(&mut parsed);
            }
            open.start(BlockKind::Paragraph, line);
        }
    }
    open.close(&mut parsed);
    parsed
}

/// The block being read.
#[derive(Default)]
struct Open {
    kind: Option<BlockKind>,
    text: String,
    last: usize,
}

/// Lines at least this long were probably broken by their margin.
const MARGIN: usize = 60;

impl Open {
    /// Adds a line, to a new block of this kind if none is open.
    fn start(&mut self, kind: BlockKind, line: &str) {
        self.kind.get_or_insert(kind);
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(line);
        self.last = line.chars().count();
    }

    fn close(&mut self, parsed: &mut Parsed) {
        if let Some(kind) = self.kind.take() {
            parsed.push(kind, &self.text, None);
        }
        self.text.clear();
    }

    /// Whether what was read so far may end here.
    fn is_complete(&self) -> bool {
        self.text.is_empty() || self.last < MARGIN || self.text.ends_with(['.', ':', '!', '?', ';'])
    }

    /// Whether a line goes on with a list item: it would have fitted on no line before.
    fn continues(&self, line: &str) -> bool {
        line.starts_with(char::is_lowercase) || (self.last >= MARGIN && !self.text.ends_with('.'))
    }
}

/// A line marked as an item of a list.
pub fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('-' | '*' | '•' | '–' | '·' | '▪' | '◦' | '●') => {
            chars.next().is_some_and(char::is_whitespace)
        }
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 3 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

/// A short "name: value" line, or a name and an amount at the end, which is an entry of its own.
fn is_entry(line: &str) -> bool {
    if line.chars().count() > 120 {
        return false;
    }
    let label = line.split_once(": ").is_some_and(|(name, value)| {
        name.split_whitespace().count() <= 6 && !value.trim().is_empty() && !value.starts_with("//")
    });
    let amount = line
        .rsplit(char::is_whitespace)
        .next()
        .is_some_and(|last| last.starts_with(['$', '€', '£']) || last.ends_with(['€', '£']));
    label || (amount && line.split_whitespace().count() <= 12)
}

/// A short line that reads like a heading: no full stop, no amount, begins with a capital letter.
pub fn looks_like_heading(line: &str) -> bool {
    line.chars().count() <= 70
        && line.split_whitespace().count() <= 10
        && line.chars().next().is_some_and(char::is_uppercase)
        && !line.ends_with(['.', ',', ';', '!', ':'])
        && !line.chars().any(|c| matches!(c, '$' | '€' | '£' | '@'))
        && line.chars().filter(char::is_ascii_digit).count() < 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_look_of_the_text() {
        let text = "Welcome to the clinic,\nwe are glad to help.\n\nOur prices\n\nCheck-up: $90\nCleaning $120\n\n- Visa\n- Cash\n";
        let p = parse("T", text);
        let got: Vec<(&BlockKind, &str)> = p
            .blocks
            .iter()
            .map(|b| (&b.kind, b.text.as_str()))
            .collect();
        assert_eq!(
            got,
            [
                (
                    &BlockKind::Paragraph,
                    "Welcome to the clinic, we are glad to help."
                ),
                (&BlockKind::Heading(2), "Our prices"),
                (&BlockKind::ListItem, "Check-up: $90"),
                (&BlockKind::ListItem, "Cleaning $120"),
                (&BlockKind::ListItem, "- Visa"),
                (&BlockKind::ListItem, "- Cash"),
            ]
        );
        let visible = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(visible(&p.plain_text()), visible(text));
    }

    #[test]
    fn broken_lines_belong_to_their_item() {
        let text = "- Patients who come for the first time should bring their insurance\ncard and an ID.\nAnother paragraph.";
        let got: Vec<String> = parse("", text).blocks.into_iter().map(|b| b.text).collect();
        assert_eq!(
            got,
            [
                "- Patients who come for the first time should bring their insurance card and an ID.",
                "Another paragraph."
            ]
        );
    }
}
