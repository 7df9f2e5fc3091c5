//! `voxanne migrate`: brings the tables up to date without serving, for installations that separate the two.

use super::ConfigArgs;
use crate::{commands::serve, output, running::machine_clock};
use clap::Args;

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Opens the database, which brings it up to date, and checks it.
pub async fn run(args: MigrateArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    let opened = serve::open(&config, &machine_clock()).await?;
    opened.store.system().check().await?;
    let engine = opened.store.engine();
    if args.json {
        output::json(&serde_json::json!({ "engine": engine, "up_to_date": true }))
    } else {
        output::line(format!("{} is up to date ({engine})", config.database));
        Ok(())
    }
}
