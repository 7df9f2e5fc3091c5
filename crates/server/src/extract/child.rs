//! The child process that parses one document: `voxanne extract-child KIND`, document in, JSON out.
//!
//! It must be decided upon before any runtime is started, model loaded or configuration read: what it does not have it
//! cannot leak, and its limits count from the first byte.

use super::{ExtractError, Kind, ParseLimits, parse};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::{Deserialize, Serialize};
use std::{
    io::{Read, Write},
    process::ExitCode,
};
use voxanne_core::knowledge::Parsed;

/// The hidden subcommand.
pub const COMMAND: &str = "extract-child";

/// Bytes of address space.
const MEMORY: u64 = 1 << 30;
/// Seconds of processor time.
const CPU_SECONDS: u64 = 60;
/// Open files: the three it was given, so that it can open neither a file nor a socket.
const FILES: u64 = 3;

/// What the child writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The document.
    Parsed(Parsed),
    /// Why there is none.
    Failed(ExtractError),
}

/// Parses the document on standard input. `kind` is [`Kind::name`]. Success means that an outcome, good or bad, was written.
pub fn main(kind: &str) -> ExitCode {
    if limit().is_err() {
        return ExitCode::from(3);
    }
    let outcome = match kind.parse::<Kind>() {
        Ok(kind) => match read(std::io::stdin().lock(), kind) {
            Ok(parsed) => Outcome::Parsed(parsed),
            Err(e) => Outcome::Failed(e),
        },
        Err(e) => Outcome::Failed(e),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    if serde_json::to_writer(&mut out, &outcome).is_ok() && out.flush().is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Reads and parses a document within the standing limits.
pub(super) fn read(from: impl Read, kind: Kind) -> Result<Parsed, ExtractError> {
    let limits = ParseLimits::default();
    let mut bytes = Vec::new();
    from.take(limits.input_bytes as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(ExtractError::internal)?;
    parse(kind, bytes, &limits)
}

fn limit() -> Result<(), rustix::io::Errno> {
    let set = |resource, most| {
        let most = Some(most);
        setrlimit(
            resource,
            Rlimit {
                current: most,
                maximum: most,
            },
        )
    };
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)?;
    set(Resource::Cpu, CPU_SECONDS)?;
    set(Resource::Nofile, FILES)?;
    // Not enforced everywhere; where it is not, the parent's clock and the input limit remain.
    if cfg!(target_os = "linux") {
        set(Resource::As, MEMORY)?;
    }
    Ok(())
}
