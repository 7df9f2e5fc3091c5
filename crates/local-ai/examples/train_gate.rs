//! Trains the gate's classifier and measures a set: `cargo run -p voxanne-local-ai --example train_gate -- train|eval FILE|wrong FILE`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use voxanne_core::safety::{Gate, Policy, Weights};
use voxanne_core::time::{Clock, Millis};
use voxanne_local_ai::{MINILM_FILE, MiniLm, eval, train};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[expect(clippy::print_stdout, reason = "the result of the command")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let clock: Clock = Arc::new(move || Millis(started.elapsed().as_millis() as i64));
    let model = MiniLm::load(
        &Path::new(ROOT).join("models").join(MINILM_FILE),
        2,
        Arc::clone(&clock),
    )?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["train"] => {
            let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/gate-examples.jsonl");
            let out = Path::new(ROOT).join("crates/core/src/safety/weights.bin");
            let report = runtime.block_on(train::run(&examples, &out, &model, &clock))?;
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        [mode @ ("eval" | "wrong"), file] => {
            let rows = eval::read_rows(Path::new(file))?;
            let gate = Gate::new(Weights::builtin(), Policy::Standard);
            let mut report = runtime.block_on(eval::safety(&rows, &gate, &model, &clock));
            if *mode == "eval" {
                report.wrong.clear();
            }
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        _ => return Err("usage: train_gate train | eval FILE | wrong FILE".into()),
    }
    Ok(())
}
