//! Pages of lists: capped sizes and opaque cursors, never an offset.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

/// A page size between 1 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    /// The default page.
    pub const DEFAULT: Self = Self(50);
    /// The largest page.
    pub const MAX: Self = Self(100);

    /// A limit, capped to 1..=100.
    pub fn new(wanted: u32) -> Self {
        Self(wanted.clamp(1, 100))
    }

    /// The number of rows.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A cursor that is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not valid: start again without one")]
pub struct BadCursor;

/// Encodes the key of a page's last row.
pub fn encode_cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// Decodes a cursor made by [`encode_cursor`].
pub fn decode_cursor<K: DeserializeOwned>(text: &str) -> Result<K, BadCursor> {
    if text.len() > 512 {
        return Err(BadCursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
    serde_json::from_slice(&bytes).map_err(|_| BadCursor)
}

/// A page of a list and the way to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page, when there may be one.
    pub next: Option<String>,
    /// Set when the page ended because its scan budget was used: searched back to this time (ms).
    pub searched_back_to: Option<i64>,
}

impl<T> Page<T> {
    /// A page from `limit + 1` fetched rows: the extra one only tells that there is more.
    pub fn from_rows<K: Serialize>(mut items: Vec<T>, limit: Limit, key: impl Fn(&T) -> K) -> Self {
        let size = limit.get() as usize;
        let more = items.len() > size;
        items.truncate(size);
        let next = if more {
            items.last().map(|last| encode_cursor(&key(last)))
        } else {
            None
        };
        Self {
            items,
            next,
            searched_back_to: None,
        }
    }

    /// The same page with other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
            searched_back_to: self.searched_back_to,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f4_1_cursors_come_back_whole_and_bad_ones_are_refused() {
        let cursor = encode_cursor(&(17_i64, "x"));
        assert_eq!(
            decode_cursor::<(i64, String)>(&cursor),
            Ok((17, "x".to_owned()))
        );
        assert_eq!(decode_cursor::<(i64, String)>("%%%"), Err(BadCursor));
        assert_eq!(
            decode_cursor::<(i64, String)>(&"A".repeat(600)),
            Err(BadCursor)
        );
        assert_eq!(decode_cursor::<(i64, i64)>(&cursor), Err(BadCursor));
    }

    #[test]
    fn the_extra_row_only_tells_that_there_is_more() {
        let page = Page::from_rows((0..4).collect::<Vec<i64>>(), Limit::new(3), |n| *n);
        assert_eq!(page.items, [0, 1, 2]);
        assert_eq!(decode_cursor::<i64>(&page.next.unwrap()), Ok(2));
        assert!(
            Page::from_rows(vec![1], Limit::new(3), |n: &i64| *n)
                .next
                .is_none()
        );
    }
}
