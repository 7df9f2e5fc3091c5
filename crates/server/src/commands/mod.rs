//! The command line.

pub mod admin;
pub mod demo;
pub mod doctor;
pub mod eval;
pub mod migrate;
pub mod openapi;
pub mod provider_process;
#[cfg(debug_assertions)]
pub mod sabotage;
pub mod scenario;
pub mod serve;
pub mod simulate;

use crate::config::{Config, Origin};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// An AI voice receptionist for clinics.
#[derive(Debug, Parser)]
#[command(name = "voxanne", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the configuration stands.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// The configuration file; ./voxanne.toml or <data_dir>/voxanne.toml by default.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A setting, for example --set listen=0.0.0.0:8080; may be given many times.
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.trim().to_owned(), value.to_owned()))
        .ok_or_else(|| "give KEY=VALUE".to_owned())
}

impl ConfigArgs {
    /// The configuration in force.
    pub fn load(&self) -> anyhow::Result<Config> {
        let origin = Origin {
            set: self.set.clone(),
            ..Origin::process(self.config.clone())
        };
        Ok(Config::load(&origin)?)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::ServeArgs),
    /// Bring the database's tables up to this version, and end.
    Migrate(migrate::MigrateArgs),
    /// Check the configuration, the key ring, the database, the models and the storage.
    Doctor(doctor::DoctorArgs),
    /// Measure the safety gate or retrieval, or train the gate.
    Eval(eval::EvalArgs),
    /// Place simulated phone calls against a server, and compare what it shows with what happened.
    Simulate(Box<simulate::SimulateArgs>),
    /// Run a named course of events that calls have to survive.
    Scenario(scenario::ScenarioArgs),
    /// What only the operator may do: links, owners, API keys.
    Admin(admin::AdminArgs),
    /// Run the server with a demo clinic and a simulated voice provider.
    Demo(demo::DemoArgs),
    /// Be the demo's simulated voice provider.
    #[command(name = "simulated-provider", hide = true)]
    SimulatedProvider,
    /// Print the API's description.
    #[command(hide = true)]
    Openapi,
}

/// Runs the command that was asked for.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Eval(args) => eval::run(args).await,
        Command::Simulate(args) => simulate::run(*args).await,
        Command::Scenario(args) => scenario::run(args).await,
        Command::Admin(args) => admin::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::SimulatedProvider => provider_process::run().await,
        Command::Openapi => openapi::run(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn every_command_has_help() {
        Cli::command().debug_assert();
        fn check(command: &clap::Command) {
            assert!(
                command.get_about().is_some(),
                "{} has no help",
                command.get_name()
            );
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
