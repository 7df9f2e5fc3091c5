//! When to try again: full jitter under a cap, inside a budget.

use serde::{Deserialize, Serialize};

/// A schedule of attempts. The wait before attempt n+1 is uniform in `0..=min(cap, base * 2^n)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPlan {
    /// First upper bound of the wait, ms.
    pub base_ms: u32,
    /// Largest upper bound of the wait, ms.
    pub cap_ms: u32,
    /// Attempts in all.
    pub attempts: u16,
}

impl RetryPlan {
    /// Inside a request: 3 attempts, waits of at most 100 + 200 ms.
    pub const IN_REQUEST: Self = Self {
        base_ms: 100,
        cap_ms: 400,
        attempts: 3,
    };
    /// A recording not there yet: 5 s doubling to 1 h, 320 attempts, about 13 days in all.
    pub const RECORDING: Self = Self {
        base_ms: 5_000,
        cap_ms: 3_600_000,
        attempts: 320,
    };
    /// Ordinary background work: 1 s doubling to 5 min, 20 attempts, about 1 h in all.
    pub const JOB: Self = Self {
        base_ms: 1_000,
        cap_ms: 300_000,
        attempts: 20,
    };

    /// Upper bound of the wait after `attempts_done` attempts, ms.
    pub fn bound(self, attempts_done: u16) -> u64 {
        let doubled = u64::from(self.base_ms).saturating_mul(
            1_u64
                .checked_shl(u32::from(attempts_done.saturating_sub(1)))
                .unwrap_or(u64::MAX),
        );
        doubled.min(u64::from(self.cap_ms))
    }

    /// The wait after `attempts_done` attempts, for `random` in 0.0..1.0; nothing when no attempt is left or when the wait
    /// would pass `left_ms`.
    pub fn wait(self, attempts_done: u16, random: f64, left_ms: Option<u64>) -> Option<u64> {
        if attempts_done >= self.attempts {
            return None;
        }
        let wait = (self.bound(attempts_done) as f64 * random.clamp(0.0, 1.0)) as u64;
        match left_ms {
            Some(left) if wait >= left => None,
            _ => Some(wait),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn f1_3_waits_never_pass_the_budget(
            base in 1_u32..100_000, cap in 1_u32..10_000_000, attempts in 1_u16..400,
            budget in 0_u64..60_000, cost in 0_u64..5_000, randoms in proptest::collection::vec(0.0_f64..1.0, 400),
        ) {
            let plan = RetryPlan { base_ms: base, cap_ms: cap, attempts };
            let mut left = budget;
            let mut made = 0_u16;
            loop {
                let spent = cost.min(left);
                left -= spent;
                made += 1;
                match plan.wait(made, randoms[usize::from(made - 1)], Some(left)) {
                    Some(wait) => { prop_assert!(wait < left); left -= wait; }
                    None => break,
                }
                prop_assert!(made <= attempts);
            }
            prop_assert!(made <= attempts);
        }
    }
}
