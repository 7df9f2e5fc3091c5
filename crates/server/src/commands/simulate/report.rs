//! What a run came to, and whether that is good.

use super::{
    compare::{Difference, Found},
    plan::Planned,
    socket::LiveFigures,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};
use voxanne_simulator::{CallReport, Simulator};

/// Half of the times are at most `p50`, 99 of 100 at most `p99`; milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Times {
    /// Median.
    pub p50: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |share: usize| {
            let rank = (times.len() * share).div_ceil(100).max(1);
            times.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            p50: at(50),
            p99: at(99),
            max: at(100),
        }
    }
}

/// The figures of a run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Calls placed at the simulated provider.
    pub calls_placed: u64,
    /// Calls found in the list at least once.
    pub calls_recorded: u64,
    /// Calls not found.
    pub calls_lost: u64,
    /// Calls found beyond the first of each.
    pub calls_duplicated: u64,
    /// Calls of which the server acknowledged nothing, because it was away.
    pub calls_never_taken: u64,
    /// Calls whose words differ from what was said.
    pub transcripts_different: u64,
    /// Calls whose recording differs from the provider's, cannot be read or is not there.
    pub recordings_different: u64,
    /// Callers who said something that needs a person, and got neither a person nor a message.
    pub medical_unanswered: u64,
    /// Calls shown as taken by a person that nobody took, or the other way round.
    pub outcomes_different: u64,
    /// Calls by outcome.
    pub outcomes: BTreeMap<String, u64>,
    /// Faults by kind.
    pub faults_injected: BTreeMap<String, u64>,
    /// Reported calls that wait for nobody any more.
    pub rings_closed: u64,
    /// From sending a webhook to its answer.
    pub ack_ms: Times,
    /// From asking for an answer to its first word.
    pub first_token_ms: Times,
    /// What came over the live socket.
    pub live: LiveFigures,
    /// Everything came to rest before patience ended.
    pub settled: bool,
    /// The profile that was asked for did nothing.
    pub faults_missing: bool,
    /// What the provider would have had to complain about, by call.
    pub complaints: u64,
    /// What is wrong, at most 100.
    pub differences: Vec<Difference>,
}

const MOST_SHOWN: usize = 100;

impl Report {
    pub(super) fn of(
        mut found: Found,
        calls: &[(Planned, CallReport)],
        simulator: &Simulator,
        profile: &str,
    ) -> Self {
        let faults_injected = simulator.faults_injected();
        found.differences.truncate(MOST_SHOWN);
        let reports = || calls.iter().map(|(_, report)| report);
        Self {
            calls_placed: calls.len() as u64,
            calls_recorded: found.recorded,
            calls_lost: found.lost,
            calls_duplicated: found.duplicated,
            calls_never_taken: found.never_taken,
            transcripts_different: found.transcripts,
            recordings_different: found.recordings,
            medical_unanswered: found.medical_unanswered,
            outcomes_different: found.outcomes_different,
            outcomes: found.outcomes,
            rings_closed: found.rings_closed,
            faults_missing: !did_its_own(profile, &faults_injected),
            faults_injected,
            ack_ms: Times::of(reports().flat_map(|r| r.webhook_acks_ms.clone()).collect()),
            first_token_ms: Times::of(reports().flat_map(|r| r.first_token_ms.clone()).collect()),
            live: LiveFigures::default(),
            settled: true,
            complaints: reports().map(|r| r.errors.len() as u64).sum(),
            differences: found.differences,
        }
    }

    /// An error that names every figure that has to be zero and is not.
    pub fn verdict(&self) -> anyhow::Result<()> {
        let bad: Vec<String> = [
            ("calls lost", self.calls_lost),
            ("calls duplicated", self.calls_duplicated),
            ("transcripts different", self.transcripts_different),
            ("recordings different", self.recordings_different),
            ("medical callers unanswered", self.medical_unanswered),
            ("outcomes different", self.outcomes_different),
            ("gaps in the live log", self.live.gaps),
            (
                "the fault profile did nothing",
                u64::from(self.faults_missing),
            ),
        ]
        .into_iter()
        .filter(|(_, figure)| *figure > 0)
        .map(|(what, figure)| format!("{what}: {figure}"))
        .collect();
        anyhow::ensure!(bad.is_empty(), "{}", bad.join(", "));
        Ok(())
    }
}

/// Whether a named profile did what it is named after.
fn did_its_own(profile: &str, injected: &BTreeMap<String, u64>) -> bool {
    let kinds: &[&str] = match profile {
        "none" => return true,
        "late-report" => &["late_report"],
        "no-report" => &["no_report"],
        "shapes" => &["argument_shape", "iso_timestamp"],
        "split" => &["split_final"],
        "interrupt" => &["interrupted_turn"],
        "mixed" => &["duplicate", "reorder", "drop", "delay", "5xx", "429", "cut"],
        own => &[own],
    };
    kinds
        .iter()
        .any(|kind| injected.get(*kind).is_some_and(|n| *n > 0))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |all: &BTreeMap<String, u64>| {
            let words: Vec<String> = all.iter().map(|(k, n)| format!("{k} {n}")).collect();
            if words.is_empty() {
                "none".to_owned()
            } else {
                words.join(", ")
            }
        };
        writeln!(
            f,
            "Calls: {} placed, {} recorded, {} lost, {} duplicated",
            self.calls_placed, self.calls_recorded, self.calls_lost, self.calls_duplicated
        )?;
        writeln!(
            f,
            "Different from what was sent: {} transcripts, {} recordings; medical callers unanswered: {}",
            self.transcripts_different, self.recordings_different, self.medical_unanswered
        )?;
        writeln!(f, "Outcomes: {}", list(&self.outcomes))?;
        writeln!(f, "Faults: {}", list(&self.faults_injected))?;
        writeln!(
            f,
            "Webhooks acknowledged in {:.1} ms (p50), {:.1} ms (p99); first words in {:.0} ms (p50), {:.0} ms (p99)",
            self.ack_ms.p50, self.ack_ms.p99, self.first_token_ms.p50, self.first_token_ms.p99
        )?;
        write!(
            f,
            "Rings closed: {}; live log: {} events, {} gaps",
            self.rings_closed, self.live.events, self.live.gaps
        )?;
        for wrong in &self.differences {
            write!(
                f,
                "\n  {} ({}): {}",
                wrong.provider_call_id, wrong.script, wrong.what
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_that_must_be_zero_fails_the_run_by_name() {
        assert!(Report::default().verdict().is_ok());
        let spoil: [fn(&mut Report); 8] = [
            |r| r.calls_lost = 1,
            |r| r.calls_duplicated = 1,
            |r| r.transcripts_different = 1,
            |r| r.recordings_different = 1,
            |r| r.medical_unanswered = 1,
            |r| r.outcomes_different = 1,
            |r| r.live.gaps = 1,
            |r| r.faults_missing = true,
        ];
        for spoil in spoil {
            let mut report = Report::default();
            spoil(&mut report);
            assert!(report.verdict().is_err());
        }
    }

    #[test]
    fn a_profile_that_did_nothing_of_its_own_is_noticed() {
        let injected = BTreeMap::from([("twilio_secret".to_owned(), 3), ("drop".to_owned(), 1)]);
        assert!(did_its_own("drop", &injected) && did_its_own("none", &injected));
        assert!(did_its_own("mixed", &injected));
        assert!(!did_its_own("duplicate", &injected) && !did_its_own("late-report", &injected));
    }

    #[test]
    fn times_are_ranked() {
        let times = Times::of((1..=200).rev().map(f64::from).collect());
        assert!((times.p50 - 100.0).abs() < f64::EPSILON);
        assert!((times.p99 - 198.0).abs() < f64::EPSILON);
        assert!((times.max - 200.0).abs() < f64::EPSILON);
        assert!(Times::of(Vec::new()).max.abs() < f64::EPSILON);
    }
}
