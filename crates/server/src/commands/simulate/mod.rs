//! `voxanne simulate`: simulated phone calls against a server, and whether it shows afterwards exactly what happened.
//!
//! What was sent is known from the simulated provider, what was kept only from what any signed-in person can see: the API
//! and the live socket. Nothing is read from the database.

mod compare;
pub(crate) mod plan;
mod report;
pub(crate) mod site;
mod socket;
pub(crate) mod staff;
mod watch;

pub use plan::Transfers;
pub use report::Report;
pub use site::Target;

use super::ConfigArgs;
#[cfg(debug_assertions)]
use super::sabotage::Sabotage;
use crate::{
    Parts,
    config::{Config, Origin},
    output,
    running::machine_clock,
    telemetry,
};
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use futures::StreamExt as _;
use plan::Planned;
use site::Site;
use socket::Follower;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use voxanne_core::phone;
use voxanne_simulator::{CallReport, CallRequest, FaultProfile, SimConfig, Simulator};
use watch::{Patience, Watch};

/// Calls from so long before the start are looked at, so that those of an earlier run are told apart, ms.
const BACK_MS: i64 = 3_600_000;
/// A call that lasts longer hangs.
const LONGEST: Duration = Duration::from_mins(10);
const MOST_CONCURRENT: usize = 1_000;

/// Arguments of `simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// How many calls to place.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=i64::from(plan::MOST_CALLS)))]
    calls: u32,
    /// How many calls at once.
    #[arg(long, default_value_t = 10)]
    concurrency: usize,
    /// A file of scripts or the name of a built-in one; all built-in ones by default.
    #[arg(long, value_name = "FILE|NAME")]
    script: Option<String>,
    /// What goes wrong on the way: none, duplicate, reorder, drop, delay, 5xx, 429, cut, mixed, ...
    #[arg(long, value_name = "PROFILE", default_value = "none")]
    faults: String,
    /// What becomes of transfers: mix, or one of connected, no_answer, busy, voicemail, refused, failed, never_confirmed.
    #[arg(long, value_name = "OUTCOME", default_value = "mix")]
    transfer: Transfers,
    /// Decides everything that is drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast calls pass; 1 is real time.
    #[arg(long, default_value_t = 50.0)]
    time_scale: f64,
    /// A server that runs already, of a clinic for trials: its provider settings are replaced.
    #[arg(long, value_name = "URL", requires_all = ["email", "password"])]
    target: Option<String>,
    /// Who signs in there; must be an admin or the owner.
    #[arg(long)]
    email: Option<String>,
    /// The person's password.
    #[arg(long, env = "VOXANNE_SIMULATE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// The simulated provider's own key, which the server is given; a fixed one by default.
    #[arg(long)]
    api_key: Option<String>,
    /// A folder for everything that was sent and the report.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seconds without any change after which what is missing counts as lost.
    #[arg(long)]
    patience: Option<u64>,
    /// Let the server do the wrong, to see that it is noticed.
    #[cfg(debug_assertions)]
    #[arg(long, value_enum, conflicts_with = "target")]
    sabotage: Option<Sabotage>,
    /// Report as JSON.
    #[arg(long)]
    json: bool,
}

/// Some calls at once.
#[derive(Debug, Clone, Copy)]
pub struct Phase {
    /// How many.
    pub calls: u32,
    /// How many at once.
    pub concurrency: usize,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Calls to place, one phase after the other.
    pub phases: Vec<Phase>,
    /// As the argument.
    pub script: Option<String>,
    /// Name of a fault profile.
    pub faults: String,
    /// What becomes of transfers.
    pub transfer: Transfers,
    /// Decides everything that is drawn.
    pub seed: u64,
    /// How fast calls pass.
    pub time_scale: f64,
    /// The server; none = one of our own.
    pub target: Option<Target>,
    /// The simulated provider's key.
    pub api_key: Option<String>,
    /// Where to write what was sent.
    pub out: Option<PathBuf>,
    /// Without any change for so long, what is missing counts as lost.
    pub patience: Duration,
    /// Calls of which nothing was ever acknowledged may be missing: the server is away at times.
    pub only_acknowledged: bool,
    /// Told the number of each phase as it begins.
    pub phase_begins: Option<mpsc::Sender<usize>>,
}

impl Options {
    /// So many calls, all scripts, no faults, against a server of our own.
    pub fn of(calls: u32, concurrency: usize) -> Self {
        Self {
            phases: vec![Phase { calls, concurrency }],
            script: None,
            faults: "none".to_owned(),
            transfer: Transfers::Mix,
            seed: 1,
            time_scale: 50.0,
            target: None,
            api_key: None,
            out: None,
            patience: Duration::from_mins(1),
            only_acknowledged: false,
            phase_begins: None,
        }
    }
}

/// Runs the command.
pub async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let mut options = Options::of(args.calls, args.concurrency);
    options.script = args.script;
    options.faults = args.faults;
    options.transfer = args.transfer;
    options.seed = args.seed;
    options.time_scale = args.time_scale;
    options.api_key = args.api_key;
    options.out = args.out;
    options.target = args.target.map(|url| Target {
        url,
        email: args.email.unwrap_or_default(),
        password: args.password.unwrap_or_default(),
    });
    // Without a report a call is found by looking it up, after two minutes of silence.
    let still = if options.faults == "no-report" {
        240
    } else {
        60
    };
    options.patience = Duration::from_secs(args.patience.unwrap_or(still));
    let origin = origin(&args.config);
    #[cfg_attr(
        not(debug_assertions),
        expect(unused_mut, reason = "only debug builds change it")
    )]
    let mut parts = Parts::default();
    #[cfg(debug_assertions)]
    if let Some(sabotage) = args.sabotage {
        sabotage.spoil(&mut parts);
    }
    start_logs(&origin)?;
    let report = simulate(options, origin, parts).await?;
    if args.json {
        output::json(&report)?;
    } else {
        output::line(&report);
    }
    report.verdict()
}

/// The configuration's sources, from the command line.
pub(crate) fn origin(args: &ConfigArgs) -> Origin {
    Origin {
        set: args.set.clone(),
        ..Origin::process(args.config.clone())
    }
}

/// Begins to log to standard error, warnings only unless asked otherwise.
pub(crate) fn start_logs(origin: &Origin) -> anyhow::Result<()> {
    let mut set = vec![("log.level".to_owned(), "warn".to_owned())];
    set.extend(origin.set.clone());
    telemetry::start_logs(&Config::load(&Origin {
        set,
        ..origin.clone()
    })?)
}

/// Places the calls and compares.
pub async fn simulate(options: Options, origin: Origin, parts: Parts) -> anyhow::Result<Report> {
    let site = match &options.target {
        Some(target) => Site::theirs(target).await?,
        None => Site::own(origin, parts).await?,
    };
    let report = on(&site, &options).await;
    site.end().await?;
    report
}

async fn on(site: &Site, options: &Options) -> anyhow::Result<Report> {
    let faults: FaultProfile = options.faults.parse()?;
    let total: u32 = options.phases.iter().map(|p| p.calls).sum();
    let most = options.phases.iter().map(|p| p.concurrency).max();
    let most = most.unwrap_or(1);
    ensure!(
        (1..=plan::MOST_CALLS).contains(&total),
        "1 to {} calls",
        plan::MOST_CALLS
    );
    ensure!(
        (1..=MOST_CONCURRENT).contains(&most),
        "1 to {MOST_CONCURRENT} calls at once"
    );
    ensure!(
        options.time_scale.is_finite() && (0.1..=1_000.0).contains(&options.time_scale),
        "a time scale of 0.1 to 1000"
    );
    let scripts = plan::scripts_of(options.script.as_deref())?;
    let plan = plan::plan(total, &scripts, options.transfer, options.seed);
    let mut config = SimConfig {
        seed: options.seed,
        time_scale: options.time_scale,
        // A call whose last webhooks are under way still counts.
        concurrency_limit: most * 2 + 10,
        ..SimConfig::default()
    };
    if let Some(key) = &options.api_key {
        config.api_key.clone_from(key);
    }
    let simulator = Arc::new(site.connect(config).await?);
    let follower = Follower::start(site.staff.clone(), site.staff.head().await?);
    let mut watch = Watch::start(
        &site.staff,
        &site.owner,
        &plan,
        machine_clock()().plus(-BACK_MS).0,
    )
    .await?;
    let placing = tokio::spawn(place(
        simulator.clone(),
        plan.clone(),
        faults,
        options.phases.clone(),
        options.phase_begins.clone(),
    ));
    let patience = Patience {
        still: options.patience,
        whole: options.patience * 2 + Duration::from_secs(u64::from(total)),
    };
    let settled = watch
        .until_settled(|| placing.is_finished(), patience)
        .await;
    let calls = placing.await.context("placing calls broke")??;
    let found = compare::compare(
        &site.staff,
        &simulator,
        &watch,
        &calls,
        options.only_acknowledged,
    )
    .await?;
    let mut report = Report::of(found, &calls, &simulator, &options.faults);
    report.settled = settled;
    report.live = follower.figures();
    drop(follower);
    if let Some(folder) = &options.out {
        write(folder, &calls, &report)?;
    }
    if let Ok(simulator) = Arc::try_unwrap(simulator) {
        // Connections that the server keeps open for later do not hold the end up.
        let _ = tokio::time::timeout(Duration::from_secs(2), simulator.shutdown()).await;
    }
    Ok(report)
}

async fn place(
    simulator: Arc<Simulator>,
    plan: Vec<Planned>,
    faults: FaultProfile,
    phases: Vec<Phase>,
    begins: Option<mpsc::Sender<usize>>,
) -> anyhow::Result<Vec<(Planned, CallReport)>> {
    let mut out = Vec::with_capacity(plan.len());
    let mut plan = plan.into_iter();
    for (number, phase) in phases.into_iter().enumerate() {
        if let Some(begins) = &begins
            && begins.send(number).await.is_err()
        {
            bail!("the run was ended");
        }
        let these: Vec<Planned> = plan.by_ref().take(phase.calls as usize).collect();
        let mut running = futures::stream::iter(these)
            .map(|planned| {
                let (simulator, faults) = (simulator.clone(), faults.clone());
                // A task each: calls pass in real time and must not wait for each other's work.
                tokio::spawn(async move {
                    let request = CallRequest {
                        number_id: site::NUMBER_ID.to_owned(),
                        caller: Some(planned.caller.clone()),
                        script: planned.script.clone(),
                        transfer: planned.transfer,
                        faults,
                        seed: planned.seed,
                    };
                    let report = tokio::time::timeout(LONGEST, simulator.place_call(request))
                        .await
                        .with_context(|| {
                            format!("a call did not end: {}", planned.script.name)
                        })??;
                    Ok::<_, anyhow::Error>((planned, report))
                })
            })
            .buffer_unordered(phase.concurrency);
        while let Some(over) = running.next().await {
            out.push(over??);
        }
    }
    out.sort_by(|(a, _), (b, _)| a.caller.cmp(&b.caller));
    Ok(out)
}

/// Writes `calls.jsonl` (what was sent) and `report.json`.
fn write(folder: &Path, calls: &[(Planned, CallReport)], report: &Report) -> anyhow::Result<()> {
    let mut lines = String::new();
    for (planned, sent) in calls {
        let line = serde_json::json!({
            "caller": phone::national(&planned.caller), "script": planned.script.name,
            "transfer": planned.transfer, "sent": sent,
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(folder.join("calls.jsonl"), lines))
        .and_then(|()| {
            let text = serde_json::to_vec_pretty(report).unwrap_or_default();
            std::fs::write(folder.join("report.json"), text)
        })
        .with_context(|| format!("{} cannot be written to", folder.display()))
}
