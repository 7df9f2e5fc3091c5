//! Telephone numbers: normalizing, showing, masking, speaking.

/// The number as digits with a leading plus where it had one; nothing when it is no number.
/// Ten digits without a country code are taken as North American.
pub fn normalize(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 3 || digits.len() > 15 {
        return None;
    }
    if text.trim_start().starts_with('+') {
        return Some(format!("+{digits}"));
    }
    match digits.len() {
        10 => Some(format!("+1{digits}")),
        11 if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => Some(digits),
    }
}

/// The number as people of its country write it.
pub fn national(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if number.starts_with("+1") && digits.len() == 11 {
        return format!("({}) {}-{}", &digits[1..4], &digits[4..7], &digits[7..]);
    }
    number.to_owned()
}

/// The last four characters, the rest hidden; a name becomes its first letter.
pub fn masked(text: &str) -> String {
    if text.chars().filter(char::is_ascii_digit).count() >= 3 {
        let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
        let last: String = digits[digits.len().saturating_sub(4)..].iter().collect();
        format!("\u{2026} {last}")
    } else {
        text.chars()
            .next()
            .map_or_else(String::new, |first| format!("{first}\u{2026}"))
    }
}

/// Digits in a row from which they are taken for a number that tells who somebody is.
const TELLING: usize = 7;

fn digits(word: &str) -> usize {
    word.chars().filter(char::is_ascii_digit).count()
}

fn end_of_row<'a>(row: &mut Vec<&'a str>, out: &mut Vec<&'a str>) {
    if row.iter().map(|word| digits(word)).sum::<usize>() >= TELLING {
        out.push("\u{2026}");
        row.clear();
    } else {
        out.append(row);
    }
}

/// The text with every row of seven digits or more hidden: a number dictated for a call back, a date of birth. Prices and
/// times stay.
pub fn mask_in(text: &str) -> String {
    let is_part = |word: &str| {
        digits(word) > 0
            && word
                .chars()
                .all(|c| c.is_ascii_digit() || "()+-./,;:?!\u{2013}".contains(c))
    };
    let mut out: Vec<&str> = Vec::new();
    let mut row: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        if is_part(word) {
            row.push(word);
        } else {
            end_of_row(&mut row, &mut out);
            out.push(if digits(word) >= TELLING {
                "\u{2026}"
            } else {
                word
            });
        }
    }
    end_of_row(&mut row, &mut out);
    out.join(" ")
}

/// The digits one by one in groups, as they are read back to a caller: `4 1 5, 5 5 5, 0 1 4 2`.
pub fn spoken(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let rest = if digits.len() == 11 && digits[0] == '1' {
        &digits[1..]
    } else {
        &digits[..]
    };
    let groups: Vec<String> = if rest.len() == 10 {
        vec![join(&rest[..3]), join(&rest[3..6]), join(&rest[6..])]
    } else {
        rest.chunks(3).map(join).collect()
    };
    groups.join(", ")
}

fn join(digits: &[char]) -> String {
    digits
        .iter()
        .map(char::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_normalized_shown_masked_and_spoken() {
        assert_eq!(normalize("(415) 555-0142").as_deref(), Some("+14155550142"));
        assert_eq!(
            normalize("+44 20 7946 0018").as_deref(),
            Some("+442079460018")
        );
        assert_eq!(normalize("no"), None);
        assert_eq!(national("+14155550142"), "(415) 555-0142");
        assert_eq!(masked("(415) 555-0142"), "\u{2026} 0142");
        assert_eq!(masked("Ada"), "A\u{2026}");
        assert_eq!(spoken("+14155550142"), "4 1 5, 5 5 5, 0 1 4 2");
        assert_eq!(
            mask_in("It is 415 555 0142, or (415) 555-0143 after 17:30."),
            "It is \u{2026} or \u{2026} after 17:30."
        );
        assert_eq!(
            mask_in("Filler is $650, 2 sessions at 9."),
            "Filler is $650, 2 sessions at 9."
        );
    }
}
