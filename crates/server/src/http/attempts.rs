//! How often a sign-in may be tried: a bounded count per address and account, and per address alone.

use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};
use voxanne_core::time::Millis;

const WINDOW_MS: i64 = 600_000;
const MOST_KEYS: usize = 20_000;
/// An address may fail for so many times as many accounts.
const PER_ADDRESS: u32 = 5;

type Key = [u8; 16];

/// Counts attempts.
#[derive(Debug)]
pub struct Attempts {
    limit: u32,
    counts: Mutex<HashMap<Key, (Millis, u32)>>,
}

/// Attempts counted for one request, to be given back when it succeeds.
#[derive(Debug, Clone, Copy)]
pub struct Taken([Key; 2]);

impl Attempts {
    /// At most `limit` failures of an address for an account within ten minutes.
    pub fn new(limit: u32) -> Self {
        Self {
            limit,
            counts: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an attempt before it is made; `Err` is the wait in milliseconds.
    pub fn take(&self, from: IpAddr, account: &str, now: Millis) -> Result<Taken, u64> {
        let taken = Taken([key(from, account), key(from, "")]);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, most) in taken
            .0
            .iter()
            .zip([self.limit, self.limit.saturating_mul(PER_ADDRESS)])
        {
            if let Some((since, count)) = counts.get(key)
                && now.since(*since) < WINDOW_MS
                && *count >= most
            {
                return Err(u64::try_from(WINDOW_MS - now.since(*since)).unwrap_or(0));
            }
        }
        if counts.len() + 2 > MOST_KEYS {
            counts.retain(|_, (since, _)| now.since(*since) < WINDOW_MS);
        }
        if counts.len() + 2 > MOST_KEYS {
            // Under a flood of addresses the least suspicious are forgotten first.
            counts.retain(|_, (_, count)| *count > 1);
            counts.shrink_to_fit();
        }
        for key in taken.0 {
            let entry = counts.entry(key).or_insert((now, 0));
            if now.since(entry.0) >= WINDOW_MS {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
        Ok(taken)
    }

    /// The attempt succeeded: it does not count.
    pub fn give_back(&self, taken: Taken) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for key in taken.0 {
            if let Some((_, count)) = counts.get_mut(&key) {
                *count = count.saturating_sub(1);
            }
        }
    }
}

/// An IPv6 subscriber owns a whole /64: its addresses count as one.
fn key(from: IpAddr, account: &str) -> Key {
    let mut hash = Sha256::new();
    match from {
        IpAddr::V4(v4) => hash.update(v4.octets()),
        IpAddr::V6(v6) => hash.update(&v6.octets()[..8]),
    }
    hash.update([0]);
    hash.update(account.trim().to_lowercase());
    let mut out = [0; 16];
    out.copy_from_slice(&hash.finalize()[..16]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn failures_are_limited_per_account_and_per_address() {
        let attempts = Attempts::new(3);
        for _ in 0..3 {
            assert!(attempts.take(HERE, "a@x", Millis(0)).is_ok());
        }
        assert_eq!(
            attempts.take(HERE, "A@x ", Millis(1_000)).unwrap_err(),
            599_000
        );
        assert!(
            attempts
                .take("10.0.0.9".parse().unwrap(), "a@x", Millis(0))
                .is_ok()
        );
        for n in 0..12 {
            assert!(
                attempts.take(HERE, &format!("{n}@x"), Millis(0)).is_ok(),
                "{n}"
            );
        }
        assert!(attempts.take(HERE, "new@x", Millis(0)).is_err());
        assert!(attempts.take(HERE, "a@x", Millis(WINDOW_MS)).is_ok());
    }

    #[test]
    fn successes_do_not_count_and_memory_is_bounded() {
        let attempts = Attempts::new(1);
        for _ in 0..20 {
            let taken = attempts.take(HERE, "a@x", Millis(0)).unwrap();
            attempts.give_back(taken);
        }
        for n in 0..(MOST_KEYS as u32 * 2) {
            let _ = attempts.take(IpAddr::V4(n.into()), "a@x", Millis(0));
        }
        assert!(attempts.counts.lock().unwrap().len() <= MOST_KEYS);
    }
}
