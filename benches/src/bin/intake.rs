//! Durable, acknowledged webhooks a second, beside the store's limit, the wire's limit and an ordinary handler.

use anyhow::Context as _;
use std::{path::PathBuf, sync::Arc};
use voxanne_benches::{
    events::{PER_CALL, prepare},
    load, raw, raw_postgres,
    report::{Report, Times, project},
    servers::{BARE, Server, bare_handler},
};

use voxanne_testkit::postgres::Durable;

/// Clinics the calls belong to.
const CLINICS: usize = 50;
/// Requests under way at once.
const CONNECTIONS: usize = 256;
/// Calls of a run as fast as possible.
const CALLS: usize = 4_000;
/// Calls that go on at once at a fixed rate.
const AT_ONCE: usize = 1_000;
/// Their events a second.
const RATE: f64 = 3_000.0;
/// Text that is cut and embedded at low priority meanwhile, KB.
const IMPORT_KB: usize = 400;

fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some(BARE) {
        return tokio::runtime::Runtime::new()?.block_on(bare_handler());
    }
    // One thread: the sender must not take more of the machine than it needs.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(run())
}

fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let program = own.parent().context("no folder")?.join("voxanne");
    anyhow::ensure!(program.is_file(), "{} is not built", program.display());
    Ok(program)
}

fn words(sent: &load::Sent) -> String {
    let times = Times::of(sent.ms.clone());
    format!(
        "{:.0} a second   {:.1} / {:.1} ms (p50 / p99)",
        sent.rate(),
        times.p50,
        times.p99
    )
}

/// As fast as answers come; the rate, and how many messages shared a commit.
async fn flood(
    server: &Server,
    run: &str,
    key: &'static str,
    label: &str,
    report: &mut Report,
) -> anyhow::Result<(f64, usize)> {
    let calls = prepare(&server.hooks, CALLS, run);
    let sent = load::closed(server.addr, &calls, CONNECTIONS).await?;
    let batches = server.metric("voxanne_intake_batch_size_count").await?;
    let batch = (CALLS * PER_CALL) as f64 / batches;
    report.figure(
        key,
        sent.rate(),
        label,
        format!("{}, {batch:.0} in one commit", words(&sent)),
    );
    Ok((sent.rate(), batch.round() as usize))
}

async fn run() -> anyhow::Result<()> {
    let mut report = Report::new("intake");
    let program = program()?;
    std::env::set_current_dir(project())?;

    let bare = Server::bare().await?;
    let calls = prepare(&bare.hooks, CALLS, "bare");
    let wire = load::closed(bare.addr, &calls, CONNECTIONS).await?;
    report.figure(
        "wire",
        wire.rate(),
        "wire's limit: a handler that stores nothing",
        words(&wire),
    );
    drop((bare, calls));
    let wire = wire.rate();

    let reference = {
        let database = Durable::start().await?;
        let server = Server::reference(&database.url).await?;
        let calls = prepare(&server.hooks, CALLS / 4, "reference");
        let sent = load::closed(server.addr, &calls, CONNECTIONS).await?;
        report.figure(
            "reference",
            sent.rate(),
            "reference: Express and PostgreSQL, a transaction each",
            words(&sent),
        );
        sent.rate()
    };

    let mut server = Server::voxanne(&program, CLINICS, None).await?;
    let (ours, batch) = flood(
        &server,
        "sqlite",
        "sqlite",
        "Voxanne on SQLite",
        &mut report,
    )
    .await?;
    server.end().await?;
    let limit = raw::sqlite(&server.database()?, batch).await?;
    report.figure(
        "sqlite_raw",
        limit,
        "SQLite's limit: the same rows, same groups",
        format!("{limit:.0} a second"),
    );
    report.bar(
        "sqlite_of_limit",
        "  share of the smaller limit",
        ours / limit.min(wire),
        0.6,
        true,
    );
    report.bar(
        "sqlite_of_reference",
        "  times the reference",
        ours / reference,
        3.0,
        true,
    );
    drop(server);

    let database = Durable::start().await?;
    let mut server = Server::voxanne(&program, CLINICS, Some(&database.url)).await?;
    let (ours, batch) = flood(
        &server,
        "postgres",
        "postgres",
        "Voxanne on PostgreSQL",
        &mut report,
    )
    .await?;
    server.end().await?;
    // Twice: the server writes its own checkpoints now and then, and the better one is the limit.
    let limit = raw_postgres::postgres(&database.url, batch).await?;
    drop((server, database));
    report.figure(
        "postgres_raw",
        limit,
        "PostgreSQL's limit: the same rows, same groups",
        format!("{limit:.0} a second"),
    );
    report.bar(
        "postgres_of_limit",
        "  share of the smaller limit",
        ours / limit.min(wire),
        0.6,
        true,
    );
    report.bar(
        "postgres_of_reference",
        "  times the reference",
        ours / reference,
        2.0,
        true,
    );

    let server = Server::voxanne(&program, CLINICS, None).await?;
    server.import(IMPORT_KB).await?;
    let calls = Arc::new(prepare(&server.hooks, AT_ONCE, "steady"));
    let steady = load::open(server.addr, calls, 128, RATE).await?;
    let left = server
        .metric("voxanne_jobs_open{kind=\"document.import\"}")
        .await?;
    anyhow::ensure!(
        left > 0.0,
        "the import was over before the calls were: take a longer text"
    );
    let times = Times::of(steady.ms.clone());
    report.figure(
        "steady",
        times,
        "SQLite at 3,000 a second, beside an import",
        words(&steady),
    );
    report.bar(
        "steady_p99",
        "  p99 until acknowledged, ms",
        times.p99,
        50.0,
        false,
    );
    report.finish()
}
