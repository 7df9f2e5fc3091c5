//! The simulated provider as a process of its own, driven by JSON lines over its standard streams. It ends when its
//! standard input closes, so it never outlives the demo that started it.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::{
    io::{BufRead as _, Write as _},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use voxanne_simulator::{
    CallReport, CallRequest, FaultProfile, NumberSetup, SimConfig, Simulator, TransferOutcome,
    WebhookAuth, scripts,
};

/// Hidden subcommand that runs this.
pub const COMMAND: &str = "simulated-provider";

/// What the demo tells the process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Order {
    /// The first line: how to be.
    Begin {
        /// Bearer token of the simulated API.
        api_key: String,
        /// How fast time passes; 1.0 is real.
        time_scale: f64,
    },
    /// Adds a phone number.
    Number {
        /// Its id at the provider.
        id: String,
        /// The number.
        number: String,
        /// Where its webhooks go.
        server_url: String,
        /// Signs them.
        secret: String,
    },
    /// Places a call.
    Place {
        /// Echoed in the result.
        run: u64,
        /// Which number is called.
        number_id: String,
        /// Who calls.
        caller: String,
        /// Which built-in script.
        script: String,
        /// What becomes of transfers.
        transfer: TransferOutcome,
        /// Which faults.
        faults: String,
        /// Decides everything else.
        seed: u64,
    },
}

/// What the process answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Note {
    /// It serves.
    Ready {
        /// Address of the simulated API.
        base_url: String,
    },
    /// A call is over.
    Over {
        /// Which run it belonged to.
        run: u64,
        /// How it ended.
        ending: String,
        /// What went wrong, without caller words.
        problem: Option<String>,
    },
}

/// Runs until standard input closes.
pub async fn run() -> anyhow::Result<()> {
    let mut lines = orders();
    let first = lines.recv().await.context("no order came")?;
    let Order::Begin {
        api_key,
        time_scale,
    } = serde_json::from_str(&first)?
    else {
        anyhow::bail!("the first order must be `begin`");
    };
    let config = SimConfig {
        api_key,
        time_scale,
        recording_delay: Duration::from_secs(2),
        concurrency_limit: 200,
        ..SimConfig::default()
    };
    let simulator = Arc::new(Simulator::start(config).await?);
    let (notes, mut to_write) = mpsc::channel::<Note>(64);
    notes
        .send(Note::Ready {
            base_url: simulator.base_url(),
        })
        .await?;
    std::thread::spawn(move || {
        let mut out = std::io::stdout();
        while let Some(note) = to_write.blocking_recv() {
            let line = serde_json::to_string(&note).unwrap_or_default();
            // Nobody reads any more: the demo has ended, and standard input will say so too.
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                return;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        match serde_json::from_str(&line)? {
            Order::Begin { .. } => {}
            Order::Number {
                id,
                number,
                server_url,
                secret,
            } => simulator.register_number(NumberSetup {
                id,
                number,
                server_url,
                auth: Some(WebhookAuth::hmac(secret)),
                fallback: None,
            }),
            Order::Place {
                run,
                number_id,
                caller,
                script,
                transfer,
                faults,
                seed,
            } => {
                let (simulator, notes) = (simulator.clone(), notes.clone());
                tokio::spawn(async move {
                    let placed = place(
                        &simulator, number_id, caller, &script, transfer, &faults, seed,
                    )
                    .await;
                    let note = match placed {
                        Ok(report) => Note::Over {
                            run,
                            ending: serde_json::to_value(report.outcome.ending)
                                .ok()
                                .and_then(|v| v.as_str().map(str::to_owned))
                                .unwrap_or_default(),
                            problem: None,
                        },
                        Err(error) => Note::Over {
                            run,
                            ending: "failed".to_owned(),
                            problem: Some(error.to_string()),
                        },
                    };
                    let _ = notes.send(note).await;
                });
            }
        }
    }
    Ok(())
}

/// The lines of standard input; the channel closes with it.
fn orders() -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel(64);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receive
}

async fn place(
    simulator: &Simulator,
    number_id: String,
    caller: String,
    script: &str,
    transfer: TransferOutcome,
    faults: &str,
    seed: u64,
) -> anyhow::Result<CallReport> {
    let script = scripts::named(script).context("no such script")?;
    let faults: FaultProfile = faults.parse().context("no such fault profile")?;
    simulator
        .place_call(CallRequest {
            number_id,
            caller: Some(caller),
            script,
            transfer,
            faults,
            seed,
        })
        .await
}
