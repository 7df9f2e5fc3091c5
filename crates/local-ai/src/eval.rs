//! How good the gate is on a set of labelled turns, measured through the decision path of a call.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;
use voxanne_core::pii::Pii;
use voxanne_core::ports::embedder::{Embedder, Urgency};
use voxanne_core::safety::{Context, Decision, Escalation, Gate, Role, Utterance};
use voxanne_core::time::{Clock, Deadline};

/// Time one decision may take in a measurement, in milliseconds; far above what a call allows, so that a busy machine
/// does not change a figure.
const PATIENCE_MS: i64 = 10_000;

/// What a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Label {
    /// It must reach a human.
    Medical,
    /// It may be answered.
    Administrative,
}

/// An earlier turn of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Turn {
    /// Who spoke.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// One labelled turn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// What the caller says.
    pub text: String,
    /// What it is.
    pub label: Label,
    /// Kind of question, for figures by kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Earlier turns, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Turn>,
}

impl Row {
    /// The earlier turns as the gate takes them.
    pub fn history(&self) -> Vec<Utterance> {
        self.context
            .iter()
            .map(|turn| Utterance {
                role: turn.role,
                text: Pii::new(turn.text.clone()),
            })
            .collect()
    }
}

/// Why a file of rows cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The file itself.
    #[error("cannot read {path}: {reason}")]
    File {
        /// The path given.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// A line that is no row.
    #[error("line {line}: {reason}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// No rows at all.
    #[error("there are no rows")]
    Empty,
}

/// Reads rows, one JSON object a line.
pub fn parse_rows(text: &str) -> Result<Vec<Row>, RowsError> {
    let rows = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| RowsError::Line {
                line: index + 1,
                reason: error.to_string(),
            })
        })
        .collect::<Result<Vec<Row>, _>>()?;
    if rows.is_empty() {
        Err(RowsError::Empty)
    } else {
        Ok(rows)
    }
}

/// Reads a file of rows.
pub fn read_rows(path: &std::path::Path) -> Result<Vec<Row>, RowsError> {
    let text = std::fs::read_to_string(path).map_err(|error| RowsError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    })?;
    parse_rows(&text)
}

/// Figures over some rows. A turn counts as judged medical when it is escalated as medical or as an emergency; being
/// asked again is wrong on both labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Rows.
    pub n: usize,
    /// Share judged right.
    pub accuracy: f64,
    /// Share of the medical rows judged medical; null without medical rows.
    pub recall: Option<f64>,
    /// Share of the administrative rows judged wrongly; null without administrative rows.
    pub false_positive_rate: Option<f64>,
}

/// Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Millis {
    /// Half of the decisions are at least as quick.
    pub p50: f64,
    /// 99 of 100 decisions are at least as quick.
    pub p99: f64,
}

/// A row judged wrongly.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wrong {
    /// The row.
    pub row: Row,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reasons: Vec<String>,
}

/// The result of a measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SafetyReport {
    /// Over all rows.
    pub all: Figures,
    /// By kind; rows without a kind are under "none".
    pub kinds: BTreeMap<String, Figures>,
    /// Time of a decision with its vector.
    pub decision_ms: Millis,
    /// Share of rows at which the caller is asked again.
    pub clarify_rate: f64,
    /// Share of rows judged without a vector; anything but 0 means the embedder failed.
    pub degraded_rate: f64,
    /// The rows judged wrongly.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub wrong: Vec<Wrong>,
}

#[derive(Default)]
struct Count {
    medical: usize,
    medical_right: usize,
    administrative: usize,
    administrative_right: usize,
}

impl Count {
    fn add(&mut self, label: Label, right: bool) {
        let (total, good) = match label {
            Label::Medical => (&mut self.medical, &mut self.medical_right),
            Label::Administrative => (&mut self.administrative, &mut self.administrative_right),
        };
        *total += 1;
        *good += usize::from(right);
    }

    fn figures(&self) -> Figures {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        let n = self.medical + self.administrative;
        Figures {
            n,
            accuracy: share(self.medical_right + self.administrative_right, n).unwrap_or(0.0),
            recall: share(self.medical_right, self.medical),
            false_positive_rate: share(
                self.administrative - self.administrative_right,
                self.administrative,
            ),
        }
    }
}

/// Whether a decision is right for a label.
fn is_right(decision: Decision, label: Label) -> bool {
    let medical = matches!(
        decision,
        Decision::Escalate(Escalation::Medical | Escalation::Emergency)
    );
    match label {
        Label::Medical => medical,
        Label::Administrative => !medical && decision != Decision::Clarify,
    }
}

/// Measures the gate on rows, one after another. `clock` is the embedder's.
pub async fn safety(
    rows: &[Row],
    gate: &Gate,
    embedder: &dyn Embedder,
    clock: &Clock,
) -> SafetyReport {
    let mut all = Count::default();
    let mut kinds: BTreeMap<String, Count> = BTreeMap::new();
    let mut times = Vec::with_capacity(rows.len());
    let (mut wrong, mut clarified, mut degraded) = (Vec::new(), 0_usize, 0_usize);
    for row in rows {
        let history = row.history();
        let said = Pii::new(row.text.clone());
        let by = Deadline::after(clock(), PATIENCE_MS);
        let started = Instant::now();
        let verdict = gate
            .decide(
                &said,
                &Context { history: &history },
                embedder,
                Urgency::Call,
                by,
            )
            .await;
        times.push(started.elapsed().as_secs_f64() * 1_000.0);
        let right = is_right(verdict.decision, row.label);
        all.add(row.label, right);
        kinds
            .entry(row.kind.clone().unwrap_or_else(|| "none".to_owned()))
            .or_default()
            .add(row.label, right);
        clarified += usize::from(verdict.decision == Decision::Clarify);
        degraded += usize::from(verdict.is_degraded());
        if !right {
            wrong.push(Wrong {
                row: row.clone(),
                decision: verdict.decision,
                reasons: verdict.reasons.iter().map(ToString::to_string).collect(),
            });
        }
    }
    let of_all = |count: usize| count as f64 / rows.len().max(1) as f64;
    SafetyReport {
        all: all.figures(),
        kinds: kinds
            .into_iter()
            .map(|(kind, count)| (kind, count.figures()))
            .collect(),
        decision_ms: percentiles(times),
        clarify_rate: of_all(clarified),
        degraded_rate: of_all(degraded),
        wrong,
    }
}

fn percentiles(mut times: Vec<f64>) -> Millis {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (share * times.len().saturating_sub(1) as f64).round() as usize;
        times.get(index).copied().unwrap_or(0.0)
    };
    Millis {
        p50: at(0.5),
        p99: at(0.99),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_leniently_in_fields_and_strictly_in_labels() {
        let rows = parse_rows(
            "{\"text\":\"a\",\"label\":\"medical\",\"source\":\"x\"}\n\n{\"text\":\"b\",\"label\":\"administrative\",\"context\":[{\"role\":\"caller\",\"text\":\"c\"}]}",
        )
        .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].history().len(), 1);
        let wrong = parse_rows("{\"text\":\"a\",\"label\":\"other\"}");
        assert!(matches!(wrong, Err(RowsError::Line { line: 1, .. })));
        assert!(matches!(parse_rows("\n"), Err(RowsError::Empty)));
    }

    #[test]
    fn being_asked_again_is_wrong_on_both_labels() {
        assert!(!is_right(Decision::Clarify, Label::Medical));
        assert!(!is_right(Decision::Clarify, Label::Administrative));
        assert!(is_right(
            Decision::Escalate(Escalation::Human),
            Label::Administrative
        ));
        assert!(!is_right(
            Decision::Escalate(Escalation::Human),
            Label::Medical
        ));
        assert!(is_right(
            Decision::Escalate(Escalation::Emergency),
            Label::Medical
        ));
    }

    #[test]
    fn figures_have_the_agreed_names() {
        let mut count = Count::default();
        count.add(Label::Medical, true);
        count.add(Label::Medical, false);
        count.add(Label::Administrative, true);
        let report = SafetyReport {
            all: count.figures(),
            kinds: BTreeMap::new(),
            decision_ms: percentiles(vec![1.0, 2.0, 3.0]),
            clarify_rate: 0.0,
            degraded_rate: 0.0,
            wrong: Vec::new(),
        };
        let value = serde_json::to_value(&report).unwrap();
        assert_eq!(value["all"]["recall"], 0.5);
        assert_eq!(value["all"]["false_positive_rate"], 0.0);
        assert_eq!(value["decision_ms"]["p50"], 2.0);
        assert!(value.get("wrong").is_none());
    }
}
