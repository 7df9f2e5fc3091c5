//! Faults of the REST API: refusals per call, and downloads that break off.

use std::collections::BTreeSet;

use crate::faults::{Fault, FaultCount, FaultProfile};
use crate::world::Dice;

/// Refusals in a row at most: a client that retries twice always gets through.
const MOST_IN_A_ROW: u32 = 2;

/// What still goes wrong for one call, or for requests that belong to none.
pub(crate) struct RestFaults {
    dice: Dice,
    rest_5xx: f64,
    rest_429: f64,
    in_a_row: u32,
    struck: bool,
    cuts: bool,
    cut_files: BTreeSet<String>,
    count: FaultCount,
}

impl RestFaults {
    pub(crate) fn new(profile: &FaultProfile, seed: u64) -> Self {
        Self::counted(profile, seed, FaultCount::default())
    }

    pub(crate) fn counted(profile: &FaultProfile, seed: u64, count: FaultCount) -> Self {
        Self {
            dice: Dice::fork(seed, "rest"),
            rest_5xx: profile.rest_5xx,
            rest_429: profile.rest_429,
            in_a_row: 0,
            struck: false,
            cuts: profile.cut > 0.0,
            cut_files: BTreeSet::new(),
            count,
        }
    }

    /// What befalls the next request; the first one of a profile never goes through.
    pub(crate) fn next(&mut self) -> Option<Fault> {
        let first = !self.struck;
        let unavailable = self.dice.chance(self.rest_5xx) || (first && self.rest_5xx > 0.0);
        let limited = self.dice.chance(self.rest_429) || (first && self.rest_429 > 0.0);
        if self.in_a_row >= MOST_IN_A_ROW || !(unavailable || limited) {
            self.in_a_row = 0;
            return None;
        }
        self.in_a_row += 1;
        self.struck = true;
        let fault = if unavailable {
            Fault::Rest5xx
        } else {
            Fault::Rest429
        };
        self.count.add(fault);
        Some(fault)
    }

    /// Whether the download of this file breaks off: once per file.
    pub(crate) fn cut(&mut self, file: &str) -> bool {
        let cut = self.cuts && self.cut_files.insert(file.to_owned());
        if cut {
            self.count.add(Fault::Cut);
        }
        cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_come_at_once_and_never_three_in_a_row() {
        let profile = FaultProfile {
            rest_429: 1.0,
            ..FaultProfile::none()
        };
        let mut faults = RestFaults::new(&profile, 5);
        let answers: Vec<bool> = (0..9).map(|_| faults.next().is_some()).collect();
        assert_eq!(
            answers,
            [true, true, false, true, true, false, true, true, false]
        );
        assert_eq!(faults.count.all()["429"], 6);
    }

    #[test]
    fn a_file_is_cut_once() {
        let profile = FaultProfile {
            cut: 0.1,
            ..FaultProfile::none()
        };
        let mut faults = RestFaults::new(&profile, 5);
        assert!(faults.cut("mono.wav") && !faults.cut("mono.wav") && faults.cut("stereo.wav"));
        assert!(!RestFaults::new(&FaultProfile::none(), 5).cut("mono.wav"));
    }
}
