//! Passwords: argon2id, two at a time, off the async threads.
//!
//! Checking the password of somebody unknown costs what checking a known one costs, so that the answer's time tells
//! nothing about who has an account.

use crate::Fault;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;
use voxanne_core::{pii::Secret, seal::random_token};

/// Memory of one hash, KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Hashes at once.
const AT_ONCE: usize = 2;
/// Requests that may wait for their hash.
const MOST_WAITING: usize = 64;
/// Shortest password, in characters.
pub const SHORTEST: usize = 12;
/// Longest password, in bytes.
const LONGEST: usize = 512;

/// Hashes and checks passwords.
#[derive(Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    nobody: String,
}

struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Passwords {
    /// Ready to work; makes one hash, so it takes some tens of milliseconds.
    pub fn new() -> Result<Self, Fault> {
        Ok(Self {
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(AtomicUsize::new(0)),
            nobody: hash(&Secret::new(random_token()))?,
        })
    }

    /// Checks `given` against the stored hash of somebody, or of nobody at the same cost.
    pub async fn verify(&self, stored: Option<&str>, given: &Secret) -> Result<bool, Fault> {
        let known = stored.is_some();
        let (stored, given) = (stored.unwrap_or(&self.nobody).to_owned(), given.clone());
        let right = self
            .work(move || {
                given.expose().len() <= LONGEST
                    && PasswordHash::new(&stored).is_ok_and(|hash| {
                        Argon2::default()
                            .verify_password(given.expose().as_bytes(), &hash)
                            .is_ok()
                    })
            })
            .await?;
        Ok(right && known)
    }

    /// The hash to store for a newly chosen password, at least 12 characters.
    pub async fn choose(&self, chosen: &Secret) -> Result<String, Fault> {
        let text = chosen.expose();
        if text.chars().count() < SHORTEST || text.len() > LONGEST {
            return Err(Fault::bad("password", "choose 12 characters or more"));
        }
        let chosen = chosen.clone();
        self.work(move || hash(&chosen)).await?
    }

    async fn work<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let busy =
            || Fault::TooMany("many people are signing in: try again in a moment".to_owned());
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(self.waiting.clone());
        if before >= MOST_WAITING {
            return Err(busy());
        }
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        tokio::task::spawn_blocking(move || {
            // Held by the thread: a client that leaves does not make room for a third hash.
            let _permit = permit;
            what()
        })
        .await
        .map_err(|_| Fault::Unavailable("the password could not be checked".to_owned()))
    }
}

fn hash(password: &Secret) -> Result<String, Fault> {
    let broken = || Fault::Unavailable("the password could not be hashed".to_owned());
    let params = Params::new(MEMORY_KIB, 2, 1, None).map_err(|_| broken())?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.expose().as_bytes())
        .map_err(|_| broken())?
        .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_chosen_password_is_right_and_nobody_has_none() {
        let passwords = Passwords::new().unwrap();
        let chosen = Secret::new("correct horse battery");
        let stored = passwords.choose(&chosen).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(passwords.verify(Some(&stored), &chosen).await.unwrap());
        assert!(
            !passwords
                .verify(Some(&stored), &Secret::new("other"))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(None, &chosen).await.unwrap());
        assert!(!passwords.verify(Some("not a hash"), &chosen).await.unwrap());
        assert!(
            !passwords
                .verify(Some(&stored), &Secret::new("x".repeat(10_000)))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn short_and_endless_passwords_are_refused() {
        let passwords = Passwords::new().unwrap();
        assert!(passwords.choose(&Secret::new("short")).await.is_err());
        assert!(
            passwords
                .choose(&Secret::new("x".repeat(1_000)))
                .await
                .is_err()
        );
    }
}
