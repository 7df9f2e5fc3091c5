//! Keys of objects as paths below a folder, and their order.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};
use voxanne_core::ports::blobs::BlobError;

/// Longest key, bytes.
const KEY: usize = 512;
/// Longest part of a key, bytes: file systems allow 255.
const PART: usize = 200;
/// Most parts of a key.
const PARTS: usize = 8;

/// Accepts `part/part/part` of letters, digits, `-`, `_` and inner dots; nothing that could leave the folder.
pub(super) fn check(key: &str) -> Result<(), BlobError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_part = |part: &str| {
        !part.is_empty() && part.len() <= PART && !part.starts_with('.') && part.chars().all(plain)
    };
    if key.len() <= KEY && key.split('/').count() <= PARTS && key.split('/').all(is_part) {
        Ok(())
    } else {
        Err(BlobError::Failed("not a valid key".into()))
    }
}

/// The first `most` keys that begin with `prefix` and come after `after`, sorted. Holds no more than that many at a time
/// and does not look into folders that cannot contain one.
pub(super) fn list(
    root: &Path,
    prefix: &str,
    after: Option<&str>,
    most: usize,
) -> io::Result<Vec<String>> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut folders: Vec<(PathBuf, String)> = vec![(root.to_owned(), String::new())];
    while let Some((folder, front)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            // Removed since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let key = format!("{front}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let inside = format!("{key}/");
                if may_hold(&inside, prefix, after) {
                    folders.push((entry.path(), inside));
                }
            } else if kind.is_file()
                && key.starts_with(prefix)
                && after.is_none_or(|after| *key > *after)
            {
                found.insert(key);
                if found.len() > most {
                    found.pop_last();
                }
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether a folder whose keys all begin with `inside` may hold one that is asked for.
fn may_hold(inside: &str, prefix: &str, after: Option<&str>) -> bool {
    let fits = inside.starts_with(prefix) || prefix.starts_with(inside);
    fits && after.is_none_or(|after| inside > after || after.starts_with(inside))
}
