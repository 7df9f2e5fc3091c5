//! Lenient access to the provider's JSON: whatever is missing, of the wrong kind or too long is absent.

use chrono::{DateTime, NaiveDateTime};
use serde_json::Value;
use voxanne_core::{call::Speaker, pii::Pii, time::Millis};

/// Longest identifier or word kept, bytes.
pub(super) const WORD: usize = 200;
/// Longest text of one utterance kept, bytes.
pub(super) const TEXT: usize = 16 * 1024;
/// Longest address kept, bytes.
pub(super) const ADDRESS: usize = 2_048;
/// Numbers above this are milliseconds, below seconds.
const MILLIS_FROM: f64 = 1e11;
/// 2100-01-01: later times are nonsense.
const LATEST: f64 = 4_102_444_800_000.0;

/// The value at a path of keys.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The first non-empty text among the paths, at most `max` bytes long.
pub(super) fn text(value: &Value, paths: &[&[&str]], max: usize) -> Option<String> {
    paths.iter().find_map(|path| {
        at(value, path)?
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty() && text.len() <= max)
            .map(str::to_owned)
    })
}

/// As [`text`], for what a caller said or is called; too long a text is cut instead of dropped.
pub(super) fn private(value: &Value, paths: &[&[&str]]) -> Option<Pii<String>> {
    paths.iter().find_map(|path| {
        let text = at(value, path)?.as_str()?.trim();
        (!text.is_empty()).then(|| Pii::new(cut(text, TEXT).to_owned()))
    })
}

/// The first `max` bytes of `text`, never through the middle of a character.
pub(super) fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or(text)
}

/// The first point in time among the paths: epoch milliseconds or seconds, as number or text, or ISO 8601.
pub(super) fn time(value: &Value, paths: &[&[&str]]) -> Option<Millis> {
    paths.iter().find_map(|path| millis(at(value, path)?))
}

/// A point in time in any of the forms that were seen.
pub(super) fn millis(value: &Value) -> Option<Millis> {
    match value {
        Value::Number(number) => from_number(number.as_f64()?),
        Value::String(text) => from_text(text.trim()),
        _ => None,
    }
}

fn from_number(number: f64) -> Option<Millis> {
    let ms = if number > MILLIS_FROM {
        number
    } else {
        number * 1_000.0
    };
    (ms > 0.0 && ms < LATEST).then_some(Millis(ms as i64))
}

fn from_text(text: &str) -> Option<Millis> {
    if text.len() > 64 {
        return None;
    }
    if let Ok(number) = text.parse::<f64>() {
        return from_number(number);
    }
    let ms = DateTime::parse_from_rfc3339(text)
        .map(|at| at.timestamp_millis())
        .or_else(|_| {
            text.parse::<NaiveDateTime>()
                .map(|at| at.and_utc().timestamp_millis())
        })
        .ok()?;
    from_number(ms as f64)
}

/// Who speaks under the provider's role word.
pub(super) fn speaker(role: &str) -> Option<Speaker> {
    match role {
        "user" | "customer" => Some(Speaker::Caller),
        "assistant" | "bot" => Some(Speaker::Receptionist),
        "tool" | "function" | "tool_call_result" => Some(Speaker::Tool),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_are_read_in_every_form() {
        let new_year = Some(Millis(1_767_225_600_000));
        for form in [
            json!(1_767_225_600_000_i64),
            json!(1_767_225_600),
            json!(1_767_225_600_000.4),
            json!("1767225600000"),
            json!("2026-01-01T00:00:00.000Z"),
            json!("2026-01-01T01:00:00+01:00"),
            json!("2026-01-01T00:00:00"),
        ] {
            assert_eq!(millis(&form), new_year, "{form}");
        }
        for form in [
            json!(null),
            json!(-5),
            json!(1e300),
            json!("soon"),
            json!({}),
            json!("NaN"),
        ] {
            assert_eq!(millis(&form), None, "{form}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("a\u{e9}b", 2), "a");
        assert_eq!(cut("abc", 9), "abc");
    }
}
