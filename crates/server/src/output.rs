//! What commands say: lines and reports to standard output, failures to standard error. The only place that prints.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "commands answer on the terminal; everything else logs"
)]

use serde::Serialize;

/// A line for the person at the terminal.
pub fn line(text: impl std::fmt::Display) {
    println!("{text}");
}

/// A report for a program.
pub fn json<T: Serialize>(report: &T) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}

/// Why a command failed.
pub fn failure(error: &anyhow::Error) {
    eprintln!("voxanne: {error:#}");
}
