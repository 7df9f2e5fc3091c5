//! What goes wrong on purpose: profiles of probabilities, and the count of what was done.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// How often each thing goes wrong in one call. Probabilities are per event unless said otherwise;
/// every named profile is certain to do its own kind at least once where the call gives occasion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultProfile {
    /// An event is delivered again, byte for byte or with fresh signed URLs.
    pub duplicate: f64,
    /// An event is held back behind up to three later ones.
    pub reorder: f64,
    /// An event other than the final ones is never delivered.
    pub drop: f64,
    /// An event is delivered up to three seconds of call time later.
    pub delay: f64,
    /// The REST API answers 503, per request on the call (at most two in a row).
    pub rest_5xx: f64,
    /// The REST API answers 429 with `Retry-After: 1`, likewise.
    pub rest_429: f64,
    /// A connection is cut: while a webhook's answer is awaited, and in the first download of each
    /// recording.
    pub cut: f64,
    /// The report comes a minute of call time after the end (per call).
    pub late_report: f64,
    /// No report comes at all (per call).
    pub no_report: f64,
    /// `call.status` in the snapshots is wrong (per call).
    pub stale_status: f64,
    /// Timestamps are ISO texts instead of numbers (per call).
    pub iso_timestamps: f64,
    /// Tool calls come in one of the four shapes instead of the usual one (per tool call).
    pub argument_shapes: f64,
    /// One utterance becomes two to four finals (per utterance).
    pub split_finals: f64,
    /// The caller goes on after an apparent end: the model request is dropped and sent again with
    /// more words (per utterance).
    pub interrupted_turns: f64,
    /// The number's record carries the carrier's secrets (per call).
    pub twilio_secrets: f64,
}

impl FaultProfile {
    /// Every name [`FromStr`] knows.
    pub const NAMES: [&'static str; 14] = [
        "none",
        "duplicate",
        "reorder",
        "drop",
        "delay",
        "5xx",
        "429",
        "cut",
        "mixed",
        "late-report",
        "no-report",
        "shapes",
        "split",
        "interrupt",
    ];

    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything that loses nothing for good goes wrong now and then.
    pub fn mixed() -> Self {
        Self {
            duplicate: 0.15,
            reorder: 0.15,
            drop: 0.08,
            delay: 0.1,
            rest_5xx: 0.2,
            rest_429: 0.1,
            cut: 0.06,
            late_report: 0.2,
            no_report: 0.0,
            stale_status: 0.5,
            iso_timestamps: 0.3,
            argument_shapes: 0.75,
            split_finals: 0.35,
            interrupted_turns: 0.25,
            twilio_secrets: 1.0,
        }
    }
}

/// A profile name nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("unknown fault profile {0:?}; known are: {known}", known = FaultProfile::NAMES.join(", "))]
pub struct UnknownProfile(String);

impl FromStr for FaultProfile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        let base = Self {
            twilio_secrets: 1.0,
            stale_status: 0.5,
            ..Self::default()
        };
        Ok(match name {
            "none" => Self::none(),
            "duplicate" => Self {
                duplicate: 0.35,
                ..base
            },
            "reorder" => Self {
                reorder: 0.35,
                ..base
            },
            "drop" => Self { drop: 0.25, ..base },
            "delay" => Self {
                delay: 0.35,
                ..base
            },
            "5xx" => Self {
                rest_5xx: 0.5,
                ..base
            },
            "429" => Self {
                rest_429: 0.5,
                ..base
            },
            "cut" => Self { cut: 0.2, ..base },
            "mixed" => Self::mixed(),
            "late-report" => Self {
                late_report: 1.0,
                ..base
            },
            "no-report" => Self {
                no_report: 1.0,
                ..base
            },
            "shapes" => Self {
                argument_shapes: 1.0,
                iso_timestamps: 0.5,
                ..base
            },
            "split" => Self {
                split_finals: 1.0,
                ..base
            },
            "interrupt" => Self {
                interrupted_turns: 1.0,
                ..base
            },
            other => return Err(UnknownProfile(other.to_owned())),
        })
    }
}

/// A kind of fault, as it is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Duplicate,
    Reorder,
    Drop,
    Delay,
    Rest5xx,
    Rest429,
    Cut,
    LateReport,
    NoReport,
    StaleStatus,
    IsoTimestamp,
    ArgumentShape,
    SplitFinal,
    InterruptedTurn,
    TwilioSecret,
    Thinned,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Delay => "delay",
            Self::Rest5xx => "5xx",
            Self::Rest429 => "429",
            Self::Cut => "cut",
            Self::LateReport => "late_report",
            Self::NoReport => "no_report",
            Self::StaleStatus => "stale_status",
            Self::IsoTimestamp => "iso_timestamp",
            Self::ArgumentShape => "argument_shape",
            Self::SplitFinal => "split_final",
            Self::InterruptedTurn => "interrupted_turn",
            Self::TwilioSecret => "twilio_secret",
            Self::Thinned => "thinned",
        })
    }
}

/// Counts by kind; one per call, chained to the simulator's own.
#[derive(Clone, Default)]
pub(crate) struct FaultCount {
    here: Arc<Mutex<BTreeMap<String, u64>>>,
    above: Option<Arc<Mutex<BTreeMap<String, u64>>>>,
}

impl FaultCount {
    pub(crate) fn below(&self) -> Self {
        Self {
            here: Arc::default(),
            above: Some(Arc::clone(&self.here)),
        }
    }

    pub(crate) fn add(&self, fault: Fault) {
        for counts in std::iter::once(&self.here).chain(self.above.as_ref()) {
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            *counts.entry(fault.to_string()).or_default() += 1;
        }
    }

    pub(crate) fn all(&self) -> BTreeMap<String, u64> {
        self.here
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_a_profile_and_others_are_refused() {
        for name in FaultProfile::NAMES {
            assert!(name.parse::<FaultProfile>().is_ok(), "{name}");
        }
        assert!("chaos".parse::<FaultProfile>().is_err());
    }

    #[test]
    fn a_calls_faults_count_for_the_simulator_too() {
        let all = FaultCount::default();
        let call = all.below();
        call.add(Fault::Drop);
        call.add(Fault::Drop);
        assert_eq!(call.all().get("drop"), Some(&2));
        assert_eq!(all.all().get("drop"), Some(&2));
    }
}
