//! People: how they sign in, who belongs to an organization, and the keys of programs.
//!
//! Tokens and passwords exist in clear only inside a request; what is stored is their hash.

pub mod keys;
pub mod links;
pub mod organizations;
pub mod passwords;
pub mod sessions;
pub mod team;

use crate::Fault;

/// Longest accepted e-mail address, in bytes.
const EMAIL_MOST: usize = 254;
/// Longest shown name, in characters.
const NAME_MOST: usize = 120;

/// An e-mail address in the stored form: trimmed, lower case, one `@` with something on both sides.
pub fn email(text: &str) -> Result<String, Fault> {
    let text = text.trim().to_lowercase();
    let fits = text.len() <= EMAIL_MOST
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && matches!(text.split_once('@'), Some((who, at)) if !who.is_empty() && !at.is_empty() && !at.contains('@'));
    if fits {
        Ok(text)
    } else {
        Err(Fault::bad(
            "email",
            "give an e-mail address such as name@clinic.org",
        ))
    }
}

/// A shown name in the stored form: trimmed, at most 120 characters, no control characters.
pub fn name(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_MOST || text.chars().any(char::is_control) {
        return Err(Fault::bad("name", "give a name of at most 120 characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_folded_and_malformed_ones_refused() {
        assert_eq!(email(" Ada@Clinic.ORG "), Ok("ada@clinic.org".to_owned()));
        for bad in [
            "",
            "ada",
            "@x",
            "a@",
            "a@b@c",
            "a b@c",
            &format!("{}@x", "a".repeat(300)),
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(name("  Ada "), Ok("Ada".to_owned()));
        assert!(name(" ").is_err() && name(&"x".repeat(121)).is_err() && name("a\u{7}").is_err());
    }
}
