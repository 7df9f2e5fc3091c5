//! `voxanne scenario`: named courses of events that simulated calls have to survive.

use super::{
    ConfigArgs, demo,
    serve::assemble_idle,
    simulate::{self, Options, Phase, Report, Target, plan::Dice, site::settings},
};
use crate::{
    Parts,
    config::{Config, Origin},
    output,
};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::{
    ffi::OsString,
    fmt,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    sync::mpsc,
};
use voxanne_app::members::links;
use voxanne_core::{
    page::Limit, pii::Secret, ports::store::LinkKind, seal::random_token, tenancy::Role,
};

/// Every scenario: its name, and what it shows.
pub const ALL: [(&str, &str); 2] = [
    (
        "S1",
        "Burst: 10 calls at once, then suddenly 100, all of them kept, with every word and recording",
    ),
    (
        "S5",
        "Kill: the server is killed among 20 concurrent calls and started again; whatever it acknowledged is there once",
    ),
];
/// Calls under way when the server is killed.
const CONCURRENT: usize = 20;
/// How long a server may take to answer.
const READY: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(50);
/// Calls whose report was lost with the server are looked up after two minutes.
const PATIENCE: Duration = Duration::from_mins(5);

/// Arguments of `scenario`.
#[derive(Debug, Args)]
pub struct ScenarioArgs {
    #[command(subcommand)]
    command: ScenarioCommand,
}

#[derive(Debug, Subcommand)]
enum ScenarioCommand {
    /// Name the scenarios.
    List {
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Run one.
    Run {
        #[command(flatten)]
        config: ConfigArgs,
        /// Its name.
        name: String,
        /// How often the server is killed, in S5.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
        kills: u32,
        /// Decides everything that is drawn.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Report as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What a scenario came to.
#[derive(Debug, Serialize)]
pub struct ScenarioReport {
    /// Which one.
    pub scenario: String,
    /// How often the server was killed.
    pub kills: u32,
    /// The figures of its calls.
    #[serde(flatten)]
    pub calls: Report,
}

impl fmt::Display for ScenarioReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: the server was killed {} times; {} calls came while it was away",
            self.scenario, self.kills, self.calls.calls_never_taken
        )?;
        self.calls.fmt(f)
    }
}

impl ScenarioReport {
    /// An error that names what went wrong.
    pub fn verdict(&self) -> anyhow::Result<()> {
        self.calls.verdict()
    }
}

/// Runs the command.
pub async fn run(args: ScenarioArgs) -> anyhow::Result<()> {
    let (config, name, kills, seed, json) = match args.command {
        ScenarioCommand::List { json } => return list(json),
        ScenarioCommand::Run {
            config,
            name,
            kills,
            seed,
            json,
        } => (config, name, kills, seed, json),
    };
    let origin = simulate::origin(&config);
    simulate::start_logs(&origin)?;
    let report = match name.to_uppercase().as_str() {
        "S1" => burst(origin, seed).await?,
        "S5" => killed(std::env::current_exe()?, origin, kills, seed).await?,
        _ => bail!("there is no scenario {name}; see `voxanne scenario list`"),
    };
    if json {
        output::json(&report)?;
    } else {
        output::line(&report);
    }
    report.verdict()
}

fn list(json: bool) -> anyhow::Result<()> {
    if json {
        let all: Vec<_> = ALL
            .iter()
            .map(|(name, words)| serde_json::json!({"name": name, "words": words}))
            .collect();
        return output::json(&all);
    }
    for (name, words) in ALL {
        output::line(format!("{name}  {words}"));
    }
    Ok(())
}

/// Ten calls at once, then a hundred.
async fn burst(origin: Origin, seed: u64) -> anyhow::Result<ScenarioReport> {
    let mut options = Options::of(0, 1);
    options.seed = seed;
    // As slow as calls are when a hundred pass at once on a small machine.
    options.time_scale = 10.0;
    options.patience = PATIENCE;
    options.phases = vec![
        Phase {
            calls: 10,
            concurrency: 10,
        },
        Phase {
            calls: 100,
            concurrency: 100,
        },
    ];
    Ok(ScenarioReport {
        scenario: "S1".to_owned(),
        kills: 0,
        calls: simulate::simulate(options, origin, Parts::default()).await?,
    })
}

/// Kills a server of its own, `program serve`, once among each twenty calls.
pub async fn killed(
    program: PathBuf,
    origin: Origin,
    kills: u32,
    seed: u64,
) -> anyhow::Result<ScenarioReport> {
    let folder = tempfile::tempdir()?;
    // A port that is free now; the server comes back to it after each kill.
    let addr = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut set = settings(folder.path(), &addr);
    set.extend(origin.set.clone());
    let password = random_token();
    let config = Config::load(&Origin {
        set: set.clone(),
        ..origin
    })?;
    let email = furnish(&config, &password).await?;
    set.push((
        "models_dir".to_owned(),
        config.models_dir.display().to_string(),
    ));
    let server = Server {
        program,
        arguments: set
            .iter()
            .flat_map(|(key, value)| ["--set".into(), format!("{key}={value}").into()])
            .collect(),
        folder: folder.path().to_owned(),
        url: format!("http://{addr}"),
    };
    let mut child = server.start().await?;
    let (phase_begins, mut begun) = mpsc::channel(1);
    let mut options = Options::of(0, 1);
    options.phases = (0..kills)
        .map(|_| Phase {
            calls: CONCURRENT as u32,
            concurrency: CONCURRENT,
        })
        .collect();
    options.seed = seed;
    options.time_scale = 10.0;
    options.patience = PATIENCE;
    options.only_acknowledged = true;
    options.phase_begins = Some(phase_begins);
    options.target = Some(Target {
        url: server.url.clone(),
        email,
        password,
    });
    let mut dice = Dice::new(seed);
    let killing = async {
        let mut done = 0;
        while begun.recv().await.is_some() {
            // The sleep is the fault itself, not a wait for something: the kill comes somewhere among the calls, as they
            // begin, in their middle, or as their reports arrive.
            tokio::time::sleep(Duration::from_millis(300 + dice.below(6_000))).await;
            child.kill().await?;
            child = server.start().await?;
            done += 1;
        }
        anyhow::Ok((done, child))
    };
    let calling = simulate::simulate(options, Origin::default(), Parts::default());
    let (calls, killed) = tokio::join!(calling, killing);
    let (kills, mut child) = killed?;
    child.kill().await?;
    Ok(ScenarioReport {
        scenario: "S5".to_owned(),
        kills,
        calls: calls?,
    })
}

/// Makes the demo clinic in a folder where no server runs yet; the owner's address.
async fn furnish(config: &Config, password: &str) -> anyhow::Result<String> {
    let app = assemble_idle(config, Parts::default()).await?;
    let org = demo::clinic(&app).await?;
    let members = app.store.read(org).await?.members(None, Limit::MAX).await?;
    let owner = members.items.iter().find(|m| m.role == Role::Owner);
    let user = owner.context("the clinic has no owner")?.user.clone();
    let link = links::make(&app, LinkKind::Reset, user.id, org).await?;
    let given = links::Given {
        password: Some(Secret::new(password)),
        ..links::Given::default()
    };
    let passwords = voxanne_app::members::passwords::Passwords::new()?;
    links::take(&app, &passwords, link.expose(), &given).await?;
    app.shut_down().await;
    Ok(user.email)
}

struct Server {
    program: PathBuf,
    arguments: Vec<OsString>,
    folder: PathBuf,
    url: String,
}

impl Server {
    /// Starts the process and waits until it answers.
    async fn start(&self) -> anyhow::Result<Child> {
        let mut child = Command::new(&self.program)
            .arg("serve")
            .args(&self.arguments)
            .current_dir(Path::new(&self.folder))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let ready = async {
            loop {
                if let Some(status) = child.try_wait()? {
                    bail!("the server ended: {status}");
                }
                let answer = http.get(format!("{}/startupz", self.url)).send().await;
                if answer.is_ok_and(|a| a.status().is_success()) {
                    return Ok(());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(READY, ready)
            .await
            .context("the server did not answer")??;
        Ok(child)
    }
}
