//! `voxanne eval`: the published measurements, on the shipped decision and retrieval paths.

use super::ConfigArgs;
use crate::{commands::serve, output, running::machine_clock};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use std::{path::PathBuf, time::Instant};
use voxanne_core::{
    knowledge::{
        ChunkVectors,
        eval::{Lines, Outcome, Prepared, Report, Set, Units, parse, score},
        plain,
        vector::Kind,
    },
    ports::embedder::{Embedder, Urgency},
    safety::{Gate, Policy, Weights},
    time::{Clock, Deadline},
};
use voxanne_local_ai::{MiniLm, eval, train};

/// Texts embedded at once.
const BATCH: usize = 32;
/// How long one batch may take, ms.
const PATIENCE_MS: i64 = 120_000;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    #[command(flatten)]
    config: ConfigArgs,
    #[command(subcommand)]
    command: EvalCommand,
}

#[derive(Debug, Subcommand)]
enum EvalCommand {
    /// Measure the safety gate on labelled questions.
    Safety {
        /// A file of rows {"text", "label": "medical"|"administrative", "kind"?, "context"?}.
        #[arg(long)]
        set: PathBuf,
        /// Show the rows it got wrong.
        #[arg(long)]
        errors: bool,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Measure retrieval and the refusal of questions that the documents do not answer.
    Retrieval {
        /// A file of documents; may hold questions too.
        #[arg(long)]
        documents: PathBuf,
        /// A file of questions; may be the same file.
        #[arg(long)]
        questions: Option<PathBuf>,
        /// A file of questions that the documents do not answer.
        #[arg(long)]
        unanswerable: Option<PathBuf>,
        /// passages: each passage is one unit; chunks: the product's own cutting.
        #[arg(long, value_enum, default_value_t = UnitsArg::Passages)]
        units: UnitsArg,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Train the gate's weights on labelled examples.
    TrainGate {
        /// A file of rows as for `safety`.
        #[arg(long)]
        examples: PathBuf,
        /// Where the weights are written.
        #[arg(long)]
        out: PathBuf,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnitsArg {
    Passages,
    Chunks,
}

/// Measures what was asked for.
pub async fn run(args: EvalArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    let clock = machine_clock();
    let model = serve::load_model(&config, &clock).await?;
    match args.command {
        EvalCommand::Safety { set, errors, json } => {
            safety(&set, errors, json, &model, &clock).await
        }
        EvalCommand::Retrieval {
            documents,
            questions,
            unanswerable,
            units,
            json,
        } => {
            let set = read_set(&documents, questions.as_ref(), unanswerable.as_ref())?;
            let report = retrieval(&set, units, &model, &clock).await?;
            if json {
                return output::json(&report);
            }
            tell(&report);
            Ok(())
        }
        EvalCommand::TrainGate {
            examples,
            out,
            json,
        } => {
            let report = train::run(&examples, &out, &model, &clock).await?;
            if json {
                return output::json(&report);
            }
            output::line(format!(
                "{} rows, {} medical; recall {:.4}, false positives {:.4} on its own rows; {} bytes, sha256 {}",
                report.rows,
                report.medical,
                report.own_recall,
                report.own_false_positive_rate,
                report.bytes,
                report.sha256
            ));
            Ok(())
        }
    }
}

async fn safety(
    set: &std::path::Path,
    errors: bool,
    json: bool,
    model: &MiniLm,
    clock: &Clock,
) -> anyhow::Result<()> {
    let rows = eval::read_rows(set)?;
    if rows.is_empty() {
        bail!("{} holds no rows", set.display());
    }
    let gate = Gate::new(Weights::builtin(), Policy::default());
    let report = eval::safety(&rows, &gate, model, clock).await;
    if json {
        let mut value = serde_json::to_value(&report)?;
        if !errors && let Some(map) = value.as_object_mut() {
            map.remove("wrong");
        }
        return output::json(&value);
    }
    let tell = |name: &str, f: &eval::Figures| {
        let share = |v: Option<f64>| v.map_or_else(|| "    -".to_owned(), |v| format!("{v:.4}"));
        output::line(format!(
            "{name:<28} n {:>6}  accuracy {:.4}  recall {}  false positives {}",
            f.n,
            f.accuracy,
            share(f.recall),
            share(f.false_positive_rate)
        ));
    };
    tell("all", &report.all);
    for (kind, figures) in &report.kinds {
        tell(kind, figures);
    }
    output::line(format!(
        "clarify rate {:.4}, degraded rate {:.4}, decision p50 {:.1} ms, p99 {:.1} ms",
        report.clarify_rate, report.degraded_rate, report.decision_ms.p50, report.decision_ms.p99
    ));
    if errors {
        for wrong in &report.wrong {
            output::line(format!(
                "{:?} as {:?} ({}): {}",
                wrong.row.label,
                wrong.decision,
                wrong.reasons.join(", "),
                wrong.row.text
            ));
        }
    }
    Ok(())
}

fn read_set(
    documents: &PathBuf,
    questions: Option<&PathBuf>,
    unanswerable: Option<&PathBuf>,
) -> anyhow::Result<Set> {
    let mut set = Set::default();
    let mut read = |path: &PathBuf, lines: Lines| -> anyhow::Result<()> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        parse(&mut set, &text, lines).with_context(|| path.display().to_string())
    };
    read(documents, Lines::Documents)?;
    if let Some(path) = questions.filter(|q| *q != documents) {
        read(path, Lines::Questions)?;
    }
    if let Some(path) = unanswerable.filter(|u| *u != documents && Some(*u) != questions) {
        read(path, Lines::Unanswerable)?;
    }
    if set.documents.is_empty() || set.questions.is_empty() {
        bail!("both documents and questions are needed");
    }
    Ok(set)
}

async fn embed(
    texts: Vec<String>,
    model: &MiniLm,
    urgency: Urgency,
    clock: &Clock,
) -> anyhow::Result<Vec<Vec<f32>>> {
    Ok(model
        .embed(texts, urgency, Deadline::after(clock(), PATIENCE_MS))
        .await?)
}

async fn retrieval(
    set: &Set,
    units: UnitsArg,
    model: &MiniLm,
    clock: &Clock,
) -> anyhow::Result<Report> {
    let units = match units {
        UnitsArg::Passages => Units::Passages,
        UnitsArg::Chunks => Units::Chunks,
    };
    let count = |text: &str| model.count_tokens(text);
    let prepared = Prepared::new(set, units, model.max_tokens(), &count, &plain::parse);
    let texts: Vec<String> = prepared
        .inputs()
        .iter()
        .flatten()
        .map(|input| input.text.clone())
        .collect();
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(BATCH) {
        vectors.extend(embed(batch.to_vec(), model, Urgency::Bulk, clock).await?);
    }
    let mut rest = vectors.iter();
    let per_unit: Vec<Option<ChunkVectors>> = prepared
        .inputs()
        .iter()
        .map(|inputs| {
            let parts: Vec<(Kind, &[f32])> = inputs
                .iter()
                .zip(rest.by_ref())
                .map(|(input, vector)| (input.kind, vector.as_slice()))
                .collect();
            Some(ChunkVectors::quantize(parts))
        })
        .collect();
    let index = prepared.index(per_unit);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(set.questions.len());
    for question in &set.questions {
        let began = Instant::now();
        let vector = embed(vec![question.text.clone()], model, Urgency::Call, clock).await?;
        let mut outcome = prepared.ask(&index, question, vector.first().map(Vec::as_slice));
        outcome.ms = began.elapsed().as_secs_f64() * 1_000.0;
        outcomes.push(outcome);
    }
    Ok(score(&outcomes))
}

fn tell(report: &Report) {
    let share = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
    output::line(format!(
        "n {}  R@1 {:.4}  R@3 {:.4}  R@5 {:.4}  R@10 {:.4}  MRR {:.4}  covered in 3,600 characters {:.4}",
        report.n, report.r1, report.r3, report.r5, report.r10, report.mrr, report.covered_3600
    ));
    output::line(format!(
        "unanswerable refused: near {}, far {}, all {}; answerable answered {:.4}",
        share(report.unanswerable_refused.near),
        share(report.unanswerable_refused.far),
        share(report.unanswerable_refused.all),
        report.answerable_answered
    ));
    output::line(format!(
        "query p50 {:.1} ms, p99 {:.1} ms",
        report.query_ms.p50, report.query_ms.p99
    ));
}
