//! Which calls are placed: everything follows from the seed.

use anyhow::Context as _;
use std::time::Duration;
use voxanne_simulator::{Script, TransferOutcome, scripts};

/// Most calls of one run: each has a telephone number of its own.
pub(super) const MOST_CALLS: u32 = 10_000;
const AREA: &str = "+1628555";

/// What becomes of transfers.
#[derive(Debug, Clone, Copy, Default)]
pub enum Transfers {
    /// Drawn for each call.
    #[default]
    Mix,
    /// The same for all.
    Always(TransferOutcome),
}

impl std::str::FromStr for Transfers {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        if word == "mix" {
            return Ok(Self::Mix);
        }
        serde_json::from_value(word.into())
            .map(Self::Always)
            .map_err(|_| {
                "one of mix, connected, no_answer, busy, voicemail, refused, failed, never_confirmed"
                    .to_owned()
            })
    }
}

/// What the staff member does with what a call leaves in the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    Acknowledge,
    AcknowledgeAndClose,
    Never,
}

/// One call to place.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) caller: String,
    pub(super) script: Script,
    pub(super) transfer: TransferOutcome,
    pub(super) seed: u64,
    pub(super) habit: Habit,
    /// How long the staff member takes to do it.
    pub(super) after: Duration,
}

/// A stream of numbers that follows from a seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// The scripts of a name or a file; all built-in ones without either.
pub(super) fn scripts_of(given: Option<&str>) -> anyhow::Result<Vec<Script>> {
    let Some(given) = given else {
        return Ok(scripts::all());
    };
    if let Some(script) = scripts::named(given) {
        return Ok(vec![script]);
    }
    let text = std::fs::read_to_string(given)
        .with_context(|| format!("`{given}` is no built-in script and no readable file"))?;
    let scripts =
        scripts::parse(&text).with_context(|| format!("{given} does not hold scripts"))?;
    anyhow::ensure!(!scripts.is_empty(), "{given} holds no script");
    Ok(scripts)
}

/// The calls of a run, in the order they are placed: each round takes every script once, in an order of its own.
pub(super) fn plan(
    calls: u32,
    scripts: &[Script],
    transfers: Transfers,
    seed: u64,
) -> Vec<Planned> {
    let mut dice = Dice::new(seed);
    let mut round: Vec<Script> = Vec::new();
    (0..calls)
        .map(|n| {
            if round.is_empty() {
                round = scripts.to_vec();
            }
            let script = round.swap_remove(dice.below(round.len() as u64) as usize);
            let transfer = match (transfers, dice.below(10)) {
                (Transfers::Always(outcome), _) => outcome,
                (Transfers::Mix, 0..=4) => TransferOutcome::Connected,
                (Transfers::Mix, 5) => TransferOutcome::NoAnswer,
                (Transfers::Mix, 6) => TransferOutcome::Busy,
                (Transfers::Mix, 7) => TransferOutcome::Voicemail,
                (Transfers::Mix, 8) => TransferOutcome::Refused,
                (Transfers::Mix, _) => TransferOutcome::NeverConfirmed,
            };
            let habit = match dice.below(20) {
                0..=10 => Habit::Acknowledge,
                11..=16 => Habit::AcknowledgeAndClose,
                _ => Habit::Never,
            };
            Planned {
                caller: format!("{AREA}{n:04}"),
                script,
                transfer,
                seed: dice.next(),
                habit,
                after: Duration::from_millis(20 + dice.below(400)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_plan_follows_from_its_seed_and_each_call_has_its_own_number() {
        let of = |seed| {
            plan(40, &scripts::all(), Transfers::Mix, seed)
                .into_iter()
                .map(|p| (p.caller, p.script.name, p.seed))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        let callers: BTreeSet<_> = of(7).into_iter().map(|p| p.0).collect();
        assert_eq!(callers.len(), 40);
        let first: BTreeSet<_> = of(7)
            .into_iter()
            .take(scripts::all().len())
            .map(|p| p.1)
            .collect();
        assert_eq!(first.len(), scripts::all().len());
    }

    #[test]
    fn transfers_are_read_from_words() {
        assert!(matches!("mix".parse(), Ok(Transfers::Mix)));
        assert!(matches!(
            "no_answer".parse(),
            Ok(Transfers::Always(TransferOutcome::NoAnswer))
        ));
        assert!("sometimes".parse::<Transfers>().is_err());
    }
}
