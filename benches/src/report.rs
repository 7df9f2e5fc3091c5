//! What a benchmark prints and keeps: a table for people, `target/bench/NAME.json` for programs.

use serde::Serialize;
use serde_json::{Map, Value, json};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

/// The folder of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The `share`-th percentile of times, nearest rank; 0 of none.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share / 100.0).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied().unwrap_or_default()
}

/// Times in milliseconds, summed up.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Times {
    /// Median.
    pub p50: f64,
    /// 99 of 100 are at most this.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Times {
    /// Of times in any order.
    pub fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self {
            p50: percentile(&times, 50.0),
            p99: percentile(&times, 99.0),
            max: times.last().copied().unwrap_or_default(),
        }
    }
}

/// A benchmark's report.
#[derive(Debug)]
pub struct Report {
    name: &'static str,
    rows: Vec<(String, String)>,
    figures: Map<String, Value>,
    missed: Vec<String>,
}

impl Report {
    /// An empty report of the benchmark `name`.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            rows: Vec::new(),
            figures: Map::new(),
            missed: Vec::new(),
        }
    }

    /// Adds a figure under `key`, shown as `words`.
    pub fn figure(&mut self, key: &str, value: impl Serialize, label: &str, words: String) {
        self.figures.insert(key.to_owned(), json!(value));
        self.rows.push((label.to_owned(), words));
    }

    /// Adds a bar: whether `value` is on the right side of it.
    pub fn bar(&mut self, key: &str, label: &str, value: f64, bar: f64, at_least: bool) {
        let met = if at_least { value >= bar } else { value <= bar };
        let side = if at_least { "at least" } else { "at most" };
        let word = if met { "met" } else { "MISSED" };
        self.figures.insert(
            key.to_owned(),
            json!({"value": value, "bar": bar, "met": met}),
        );
        self.rows.push((
            label.to_owned(),
            format!("{value:.3}   {side} {bar}: {word}"),
        ));
        if !met {
            self.missed.push(label.to_owned());
        }
    }

    /// Prints the table, writes the file, and fails when a bar was missed.
    pub fn finish(self) -> anyhow::Result<()> {
        let widest = self.rows.iter().map(|(label, _)| label.len()).max();
        let width = widest.unwrap_or_default() + 2;
        let mut table = format!("bench-{}\n", self.name);
        for (label, words) in &self.rows {
            let _ = writeln!(table, "  {label:width$}{words}");
        }
        voxanne_server::output::line(&table);
        let folder = std::env::current_dir()?.join("target/bench");
        std::fs::create_dir_all(&folder)?;
        let file = json!({
            "name": self.name, "figures": self.figures, "missed": self.missed,
            "machine": machine(), "commit": commit(), "profile": if cfg!(debug_assertions) { "debug" } else { "optimized" },
        });
        std::fs::write(
            folder.join(format!("{}.json", self.name)),
            serde_json::to_vec_pretty(&file)?,
        )?;
        anyhow::ensure!(self.missed.is_empty(), "missed: {}", self.missed.join(", "));
        Ok(())
    }
}

fn machine() -> Value {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
    json!({"cores": cores, "cpu": cpu})
}

fn commit() -> Option<String> {
    let done = Command::new("git")
        .args(["rev-parse", "--short", "HEAD"])
        .current_dir(project())
        .output()
        .ok()?;
    done.status
        .success()
        .then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}
