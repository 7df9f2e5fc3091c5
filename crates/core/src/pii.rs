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

/// Serializes caller content as it is: only for bodies that are sealed before they are stored, and for answers to people
/// who may see it. Used as `#[serde(with = "voxanne_core::pii::exposed")]`, so that every such place can be found.
pub mod exposed {
    use super::Pii;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the content.
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Pii<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.expose().serialize(to)
    }

    /// Reads the content.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Pii<T>, D::Error> {
        T::deserialize(from).map(Pii::new)
    }
}

/// As [`exposed`], for content that may be missing (add `default` where the key may be absent).
pub mod exposed_option {
    use super::Pii;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the content or null.
    pub fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Pii<T>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Pii::expose).serialize(to)
    }

    /// Reads the content or null.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Pii<T>>, D::Error> {
        Ok(Option::<T>::deserialize(from)?.map(Pii::new))
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
