//! Types that cannot be printed: caller data and secrets.
//!
//! Neither implements `Display`; `Debug` shows a placeholder. Serialization is deliberately absent: whoever writes caller
//! data anywhere has to say `expose` and can be found by that word.

use std::fmt;
use zeroize::Zeroize;

/// Caller content: a name, a number, spoken words, a document's text about a person.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps caller content.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The content itself, for sealing, speaking or showing to a person who may see it.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the content out.
    pub fn into_exposed(self) -> T {
        self.0
    }

    /// Maps the content without unwrapping it.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Pii<U> {
        Pii(f(self.0))
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<caller data>")
    }
}

impl From<&str> for Pii<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

/// A secret: key, token, password. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for the one place that must send or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}
