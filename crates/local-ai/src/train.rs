//! Training of the gate's classifier from the committed examples.
//!
//! Logistic regression on the vector of "two turns before | turn" and hashed n-grams; no random numbers, so that the
//! same examples and model give the same weights. The thresholds come from grouped cross-validation on these examples:
//! rows that share a dialogue or a wording are never on both sides of a fold. No other data is looked at.

use crate::eval::{Label, Row, RowsError, read_rows};
use crate::lbfgs::{Example, Fit, fit};
use crate::minilm::MiniLm;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;
use voxanne_core::pii::Pii;
use voxanne_core::ports::embedder::{EmbedError, Embedder, Urgency};
use voxanne_core::safety::{
    Context, Gate, Policy, Role, Utterance, Weights, context_plain, ngrams, parts, plain,
};
use voxanne_core::time::{Clock, Deadline};

/// Buckets of the hash table, as a power of two.
const BITS: u32 = 16;
const FOLDS: u32 = 5;
/// Inverse of the penalty.
const STRENGTH: f64 = 3.0;
/// Share of own administrative rows that may be escalated, from which the threshold follows.
const OWN_FALSE_POSITIVES: f64 = 0.10;
/// The same without a vector, where missing a medical turn is likelier.
const OWN_FALSE_POSITIVES_FALLBACK: f64 = 0.15;
/// Share of own administrative rows that may be escalated for one part alone, beyond those escalated as a whole.
const OWN_FALSE_POSITIVES_PARTS: f64 = 0.005;
const BATCH: usize = 32;
const BATCH_MS: i64 = 120_000;

/// Why there are no weights.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The examples.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The embedding model.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The result cannot be written.
    #[error("cannot write the weights: {0}")]
    Write(#[from] std::io::Error),
}

/// What training found, on the own examples only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Examples.
    pub rows: usize,
    /// Medical ones.
    pub medical: usize,
    /// Share of the examples' false positives at the threshold, in cross-validation.
    pub own_false_positive_rate: f64,
    /// Share of the medical examples found at the threshold, in cross-validation.
    pub own_recall: f64,
    /// The same without a vector.
    pub fallback_false_positive_rate: f64,
    /// The same without a vector.
    pub fallback_recall: f64,
    /// Share of own administrative rows escalated in cross-validation when parts are judged too.
    pub own_false_positive_rate_with_parts: f64,
    /// Share of own medical rows found in cross-validation when parts are judged too.
    pub own_recall_with_parts: f64,
    /// By kind: rows and share judged right at the threshold, in cross-validation.
    pub kinds: std::collections::BTreeMap<String, (usize, f64)>,
    /// Length of the weights in bytes.
    pub bytes: usize,
    /// sha256 of the weights.
    pub sha256: String,
}

/// A row or its copy, ready for the classifier.
struct Prepared {
    example: Example,
    /// Rows of the same group are never on both sides of a fold.
    fold: u32,
    /// Index of the row; None for a copy with a made-up beginning of the talk.
    row: Option<usize>,
}

/// Trains on the rows and returns weights with what was found.
pub async fn train(
    rows: &[Row],
    embedder: &dyn Embedder,
    clock: &Clock,
) -> Result<(Weights, Report), TrainError> {
    let prepared = prepare(rows, embedder, clock).await?;
    let (full, folds) = fit_all(&prepared);
    let scores = scores_of(&prepared, rows, &folds);
    let threshold = threshold_for(rows, &scores, OWN_FALSE_POSITIVES);
    let wordy: Vec<Prepared> = prepared
        .into_iter()
        .map(|mut p| {
            p.example.dense.clear();
            p
        })
        .collect();
    let (fallback, fallback_folds) = fit_all(&wordy);
    let fallback_scores = scores_of(&wordy, rows, &fallback_folds);
    let fallback_threshold = threshold_for(rows, &fallback_scores, OWN_FALSE_POSITIVES_FALLBACK);
    let part_scores = part_scores_of(&wordy, rows, &fallback_folds);
    let part_threshold = part_threshold_for(rows, &scores, threshold, &part_scores);
    let (table, table_scale) = quantized(&full.sparse);
    let (fallback_table, fallback_scale) = quantized(&fallback.sparse);
    let weights = Weights {
        bits: BITS,
        bias: full.bias as f32,
        threshold: threshold as f32,
        fallback_bias: fallback.bias as f32,
        fallback_threshold: fallback_threshold as f32,
        part_threshold: part_threshold as f32,
        vector: full.dense.iter().map(|w| *w as f32).collect(),
        table_scale,
        fallback_scale,
        table,
        fallback: fallback_table,
    };
    let bytes = weights.to_bytes();
    let (own_recall, own_false_positive_rate) = rates(rows, &scores, threshold);
    let (fallback_recall, fallback_false_positive_rate) =
        rates(rows, &fallback_scores, fallback_threshold);
    let with_parts: Vec<f64> = scores
        .iter()
        .zip(&part_scores)
        .map(|(score, part)| {
            if *part >= part_threshold {
                f64::INFINITY
            } else {
                *score
            }
        })
        .collect();
    let (own_recall_with_parts, own_false_positive_rate_with_parts) =
        rates(rows, &with_parts, threshold);
    let report = Report {
        rows: rows.len(),
        medical: rows
            .iter()
            .filter(|row| row.label == Label::Medical)
            .count(),
        own_false_positive_rate,
        own_recall,
        fallback_false_positive_rate,
        fallback_recall,
        own_false_positive_rate_with_parts,
        own_recall_with_parts,
        kinds: by_kind(rows, &with_parts, threshold),
        bytes: bytes.len(),
        sha256: Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    };
    Ok((weights, report))
}

/// Trains on a file of examples and writes the weights.
pub async fn run(
    examples: &Path,
    out: &Path,
    model: &MiniLm,
    clock: &Clock,
) -> Result<Report, TrainError> {
    let rows = read_rows(examples)?;
    let (weights, report) = train(&rows, model, clock).await?;
    std::fs::write(out, weights.to_bytes())?;
    Ok(report)
}

/// Beginnings of a talk that say nothing about the turn; a copy of every row without context gets one of them, because
/// on a real call something was nearly always said before.
const BEGINNINGS: &[&[(Role, &str)]] = &[
    &[(
        Role::Receptionist,
        "Thank you for calling. I'm the automated receptionist, and this call is recorded. How can I help you?",
    )],
    &[(Role::Receptionist, "How can I help you?")],
    &[(
        Role::Receptionist,
        "Is there anything else I can help you with?",
    )],
    &[(
        Role::Receptionist,
        "I'm sorry, I didn't catch that. Could you say it again?",
    )],
    &[
        (Role::Caller, "hi there"),
        (Role::Receptionist, "Hello! How can I help you?"),
    ],
    &[
        (Role::Caller, "what time do you close"),
        (
            Role::Receptionist,
            "We are open from nine to six, Monday to Friday.",
        ),
    ],
    &[
        (Role::Caller, "where are you located"),
        (
            Role::Receptionist,
            "We are at 12 Oak Street, next to the library.",
        ),
    ],
    &[
        (Role::Caller, "how much is a consultation"),
        (
            Role::Receptionist,
            "A consultation is one hundred and fifty dollars.",
        ),
    ],
    &[
        (Role::Caller, "do you take insurance"),
        (Role::Receptionist, "We take most major plans."),
    ],
    &[
        (Role::Caller, "I want to book an appointment"),
        (
            Role::Receptionist,
            "I can pass on a booking request. Which service is it for?",
        ),
    ],
    &[
        (Role::Caller, "hola buenas"),
        (Role::Receptionist, "¡Hola! ¿En qué puedo ayudarle?"),
    ],
    &[
        (Role::Caller, "thanks"),
        (
            Role::Receptionist,
            "You're welcome. Is there anything else I can help you with?",
        ),
    ],
];

async fn prepare(
    rows: &[Row],
    embedder: &dyn Embedder,
    clock: &Clock,
) -> Result<Vec<Prepared>, TrainError> {
    let gate = Gate::new(Weights::builtin(), Policy::Standard);
    let mut turns: Vec<(usize, bool, Vec<Utterance>)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        turns.push((index, true, row.history()));
        if row.context.is_empty() {
            let pick = stable(&row.text) as usize % BEGINNINGS.len();
            let history = BEGINNINGS[pick]
                .iter()
                .map(|(role, text)| Utterance {
                    role: *role,
                    text: Pii::from(*text),
                })
                .collect();
            turns.push((index, false, history));
        }
    }
    let texts: Vec<String> = turns
        .iter()
        .map(|(index, _, history)| gate.embed_text(&rows[*index].text, &Context { history }))
        .collect();
    let vectors = embed_all(&texts, embedder, clock).await?;
    Ok(turns
        .into_iter()
        .zip(vectors)
        .map(|((index, original, history), dense)| {
            let row = &rows[index];
            let said = plain(&row.text);
            let before: Vec<String> = history
                .iter()
                .map(|turn| plain(turn.text.expose()))
                .collect();
            let sparse = ngrams(&said, &context_plain(&said, &before), BITS);
            let group = if row.context.is_empty() {
                said
            } else {
                row.context
                    .iter()
                    .map(|turn| plain(&turn.text))
                    .collect::<Vec<_>>()
                    .join("|")
            };
            Prepared {
                example: Example {
                    dense,
                    sparse,
                    positive: row.label == Label::Medical,
                },
                fold: stable(&group) % FOLDS,
                row: original.then_some(index),
            }
        })
        .collect())
}

/// One vector a text, each different text embedded once.
async fn embed_all(
    texts: &[String],
    embedder: &dyn Embedder,
    clock: &Clock,
) -> Result<Vec<Vec<f32>>, EmbedError> {
    let mut known: HashMap<&str, Vec<f32>> = HashMap::new();
    let mut different: Vec<&str> = texts.iter().map(String::as_str).collect();
    different.sort_unstable();
    different.dedup();
    for batch in different.chunks(BATCH) {
        let by = Deadline::after(clock(), BATCH_MS);
        let owned = batch.iter().map(|text| (*text).to_owned()).collect();
        let vectors = embedder.embed(owned, Urgency::Bulk, by).await?;
        known.extend(batch.iter().copied().zip(vectors));
    }
    Ok(texts
        .iter()
        .map(|text| known.get(text.as_str()).cloned().unwrap_or_default())
        .collect())
}

/// Fits on everything, and once without each fold.
fn fit_all(prepared: &[Prepared]) -> (Fit, Vec<Fit>) {
    let without = |fold: Option<u32>| {
        let rest: Vec<&Example> = prepared
            .iter()
            .filter(|p| Some(p.fold) != fold)
            .map(|p| &p.example)
            .collect();
        fit(&rest, 1 << BITS, STRENGTH)
    };
    (
        without(None),
        (0..FOLDS).map(|fold| without(Some(fold))).collect(),
    )
}

/// Scores of the rows by the fit that has not seen them.
fn scores_of(prepared: &[Prepared], rows: &[Row], folds: &[Fit]) -> Vec<f64> {
    let mut scores = vec![0.0; rows.len()];
    for p in prepared {
        if let (Some(row), Some(unseen)) = (p.row, folds.get(p.fold as usize)) {
            scores[row] = unseen.score(&p.example);
        }
    }
    scores
}

/// Highest score of a part of each row by the fit that has not seen the row.
fn part_scores_of(prepared: &[Prepared], rows: &[Row], folds: &[Fit]) -> Vec<f64> {
    let mut scores = vec![f64::NEG_INFINITY; rows.len()];
    for p in prepared {
        let (Some(row), Some(unseen)) = (p.row, folds.get(p.fold as usize)) else {
            continue;
        };
        for part in parts(&rows[row].text) {
            let sparse = ngrams(&part, "", BITS);
            let example = Example {
                dense: Vec::new(),
                sparse,
                positive: false,
            };
            scores[row] = scores[row].max(unseen.score(&example));
        }
    }
    scores
}

/// The score that this share of the administrative rows reaches.
fn threshold_for(rows: &[Row], scores: &[f64], share: f64) -> f64 {
    let negatives = rows
        .iter()
        .zip(scores)
        .filter(|(row, _)| row.label == Label::Administrative)
        .map(|(_, score)| *score);
    at_share(negatives.collect(), share)
}

/// The same for parts, over the administrative rows that are not escalated as a whole.
fn part_threshold_for(rows: &[Row], scores: &[f64], threshold: f64, part_scores: &[f64]) -> f64 {
    let negatives = rows
        .iter()
        .zip(scores)
        .zip(part_scores)
        .filter(|((row, score), _)| row.label == Label::Administrative && **score < threshold)
        .map(|(_, part)| *part);
    at_share(negatives.collect(), OWN_FALSE_POSITIVES_PARTS)
}

/// A score just above the one at this share from the top; finite.
fn at_share(mut negatives: Vec<f64>, share: f64) -> f64 {
    negatives.sort_by(|a, b| b.total_cmp(a));
    let allowed = (share * negatives.len() as f64) as usize;
    negatives
        .get(allowed)
        .filter(|score| score.is_finite())
        .map_or(0.0, |score| score + 1e-6)
}

/// Recall and false-positive rate.
fn rates(rows: &[Row], scores: &[f64], threshold: f64) -> (f64, f64) {
    let share = |label: Label| {
        let of: Vec<bool> = rows
            .iter()
            .zip(scores)
            .filter(|(row, _)| row.label == label)
            .map(|(_, score)| *score >= threshold)
            .collect();
        of.iter().filter(|medical| **medical).count() as f64 / of.len().max(1) as f64
    };
    (share(Label::Medical), share(Label::Administrative))
}

fn by_kind(
    rows: &[Row],
    scores: &[f64],
    threshold: f64,
) -> std::collections::BTreeMap<String, (usize, f64)> {
    let mut kinds: std::collections::BTreeMap<String, (usize, f64)> =
        std::collections::BTreeMap::new();
    for (row, score) in rows.iter().zip(scores) {
        let label = match row.label {
            Label::Medical => "medical",
            Label::Administrative => "administrative",
        };
        let kind = format!("{label}/{}", row.kind.as_deref().unwrap_or("none"));
        let entry = kinds.entry(kind).or_default();
        entry.0 += 1;
        entry.1 += f64::from(u8::from(
            (*score >= threshold) == (row.label == Label::Medical),
        ));
    }
    for (n, right) in kinds.values_mut() {
        *right /= (*n).max(1) as f64;
    }
    kinds
}

/// Weights in 127 steps either side of zero, and the value of a step.
fn quantized(weights: &[f64]) -> (Vec<i8>, f32) {
    let most = weights.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
    let step = if most > 0.0 { most / 127.0 } else { 1.0 };
    (
        weights.iter().map(|w| (w / step).round() as i8).collect(),
        step as f32,
    )
}

/// A number that depends on the text alone.
fn stable(text: &str) -> u32 {
    let digest = Sha256::digest(text.as_bytes());
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantizing_keeps_the_largest_weight_and_the_signs() {
        let (table, step) = quantized(&[0.5, -0.25, 0.0]);
        assert_eq!(table, [127, -64, 0]);
        assert!((f64::from(step) * 127.0 - 0.5).abs() < 1e-6);
        assert_eq!(quantized(&[0.0]).0, [0]);
    }
}
