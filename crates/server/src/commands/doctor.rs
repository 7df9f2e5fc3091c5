//! `voxanne doctor`: looks at everything the server needs and says in words what is wrong and what to do.

use super::ConfigArgs;
use crate::{
    commands::serve,
    config::{Config, Database, key_ring},
    output,
    running::machine_clock,
};
use anyhow::bail;
use clap::Args;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{io::Read as _, path::Path};
use voxanne_core::{ports::blobs::Blobs as _, seal::MasterRing};
use voxanne_local_ai::{MINILM_FILE, MINILM_SHA256};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// As it should be.
    Good,
    /// Works, but look at it.
    Warning,
    /// The server would not start, or not work.
    Bad,
}

#[derive(Debug, Serialize)]
struct Finding {
    name: &'static str,
    state: State,
    words: String,
}

fn good(name: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        name,
        state: State::Good,
        words: words.into(),
    }
}

fn warning(name: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        name,
        state: State::Warning,
        words: words.into(),
    }
}

fn bad(name: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        name,
        state: State::Bad,
        words: words.into(),
    }
}

/// Checks everything; fails when something is bad.
pub async fn run(args: DoctorArgs) -> anyhow::Result<()> {
    let findings = match args.config.load() {
        Ok(config) => examine(&config).await,
        Err(error) => vec![bad("configuration", format!("{error:#}"))],
    };
    let failed = findings.iter().filter(|f| f.state == State::Bad).count();
    if args.json {
        output::json(&serde_json::json!({ "ok": failed == 0, "checks": findings }))?;
    } else {
        for finding in &findings {
            let mark = match finding.state {
                State::Good => "ok     ",
                State::Warning => "look   ",
                State::Bad => "WRONG  ",
            };
            output::line(format!("{mark}{:<16}{}", finding.name, finding.words));
        }
    }
    if failed > 0 {
        bail!("{failed} of {} checks failed", findings.len());
    }
    Ok(())
}

async fn examine(config: &Config) -> Vec<Finding> {
    let mut out = vec![good(
        "configuration",
        format!("read from {}", config.sources.join(", ")),
    )];
    out.push(ring(config));
    out.push(database(config).await);
    if let Database::Postgres { url, listen_url } = &config.database {
        out.push(if url == listen_url {
            warning(
                "wake_ups",
                "database.url is used for LISTEN: if a transaction pooler stands in between, give database.listen_url",
            )
        } else {
            good("wake_ups", "LISTEN has an address of its own")
        });
    }
    out.push(storage(config).await);
    out.push(model(config));
    out.push(public_address(config));
    out.push(match &config.language_model {
        Some(model) => good(
            "language_model",
            format!("{} at {}", model.model, model.base_url),
        ),
        None => good(
            "language_model",
            "none: answers are read from the documents",
        ),
    });
    out.push(if cfg!(target_os = "linux") {
        good(
            "documents",
            "are read in a child process with its memory, time and files limited",
        )
    } else {
        warning(
            "documents",
            "are read in a child process, but this system does not hold its memory limit",
        )
    });
    out
}

fn ring(config: &Config) -> Finding {
    let path = config.key_ring.display();
    let text = match std::fs::read_to_string(&config.key_ring) {
        Ok(text) => text,
        Err(_) => {
            return match key_ring::open(config) {
                Ok(_) => warning(
                    "key_ring",
                    format!("will be made at {path} at the first start"),
                ),
                Err(error) => bad("key_ring", error.0),
            };
        }
    };
    match MasterRing::parse(&text) {
        Err(error) => bad("key_ring", format!("{path}: {error}")),
        Ok(_) if !key_ring::is_private(&config.key_ring) => bad(
            "key_ring",
            format!("others can read {path}: set its mode to 0600"),
        ),
        Ok(ring) => good(
            "key_ring",
            format!(
                "{path}, fingerprint {}. Without this file nothing stored can be read: is there a copy of it elsewhere?",
                ring.fingerprint()
            ),
        ),
    }
}

/// Opens the database as the server would, but never makes one.
async fn database(config: &Config) -> Finding {
    if let Database::Sqlite(path) = &config.database
        && !path.exists()
    {
        return warning(
            "database",
            format!("{} will be made at the first start", path.display()),
        );
    }
    if !config.key_ring.exists() {
        return bad("database", "cannot be opened without its key ring");
    }
    let opened = match serve::open(config, &machine_clock()).await {
        Ok(opened) => opened,
        Err(error) if serve::is_in_use(&error) => {
            return good(
                "database",
                format!("{}: a running server has it open", config.database),
            );
        }
        Err(error) => return bad("database", format!("{error:#}")),
    };
    match opened.store.system().check().await {
        Ok(()) => good(
            "database",
            format!(
                "{}: takes writes, tables are this version's",
                config.database
            ),
        ),
        Err(error) => bad("database", error.to_string()),
    }
}

async fn storage(config: &Config) -> Finding {
    let folder = serve::blobs_folder(config);
    if !folder.exists() {
        return warning(
            "storage",
            format!("{} will be made at the first start", folder.display()),
        );
    }
    let checked = match serve::open_blobs(config) {
        Ok(blobs) => blobs.check().await.map_err(anyhow::Error::new),
        Err(error) => Err(error),
    };
    match checked {
        Ok(()) => good("storage", folder.display().to_string()),
        Err(error) => bad("storage", format!("{error:#}")),
    }
}

fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect());
        }
        hash.update(&buffer[..n]);
    }
}

fn model(config: &Config) -> Finding {
    let path = serve::model_file(config);
    match sha256(&path) {
        Ok(found) if found == MINILM_SHA256 => {
            good("models", format!("{MINILM_FILE} is the pinned one"))
        }
        Ok(_) => warning(
            "models",
            format!(
                "{} is not the pinned file: run `make models`",
                path.display()
            ),
        ),
        Err(_) => warning(
            "models",
            format!(
                "{} is not there: run `make models`; until then words alone are compared",
                path.display()
            ),
        ),
    }
}

fn public_address(config: &Config) -> Finding {
    let url = &config.public_url;
    if config.is_https() {
        good("public_url", url.clone())
    } else if config.listen.ip().is_loopback() {
        warning(
            "public_url",
            format!(
                "{url}: this machine only; a voice provider needs an https address (see the README)"
            ),
        )
    } else {
        warning(
            "public_url",
            format!("{url}: not encrypted; put TLS in front and set public_url to https://"),
        )
    }
}
