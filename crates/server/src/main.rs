//! The command line of Voxanne.

use clap::Parser as _;
use std::process::ExitCode;
use voxanne_server::{commands, extract::child, output};

// Most of what a webhook costs outside the database is allocation (ADR 0008).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before any thread, runtime or model: the child that reads documents must hold nothing worth stealing.
    let mut args = std::env::args();
    if args.nth(1).as_deref() == Some(child::COMMAND) {
        return child::main(&args.next().unwrap_or_default());
    }
    voxanne_providers::http_client::install_crypto();
    let cli = commands::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            output::failure(&anyhow::Error::new(error).context("the runtime cannot be started"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::failure(&error);
            ExitCode::FAILURE
        }
    }
}
