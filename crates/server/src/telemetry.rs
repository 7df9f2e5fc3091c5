//! Logs and metrics. Neither carries caller data: logs name ids, metrics name routes by their template.

use crate::config::{Config, LogFormat};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{io::IsTerminal as _, sync::OnceLock, time::Duration};
use tracing_subscriber::EnvFilter;

/// Bucket bounds of everything measured in seconds.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Bucket bounds of everything measured in milliseconds.
const MILLIS: [f64; 12] = [
    1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 10_000.0,
];
/// Bucket bounds of counts.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to write logs to standard error, and makes panics log where they happened instead of what they held.
pub fn start_logs(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_level)
        .map_err(|error| anyhow::anyhow!("log.level: {error}"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(true);
    let set = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    set.map_err(|error| anyhow::anyhow!("logs: {error}"))?;
    std::panic::set_hook(Box::new(|panic| {
        let at = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(at, "panic");
    }));
    Ok(())
}

/// The process's metrics; the first call installs the recorder.
pub fn metrics() -> PrometheusHandle {
    METRICS
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
                .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_ms".to_owned()), &MILLIS))
                .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), &SIZES))
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("metrics.already_installed");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    metrics::describe_counter!(
        "voxanne_http_requests_total",
        "Requests by route template, method and status"
    );
    metrics::describe_histogram!(
        "voxanne_http_request_seconds",
        metrics::Unit::Seconds,
        "Time until the answer's head"
    );
    metrics::describe_gauge!("voxanne_live_sockets", "Open sockets of the live log");
    metrics::describe_gauge!("voxanne_jobs_open", "Open jobs by kind");
    metrics::describe_gauge!("voxanne_jobs_dead", "Dead letters by kind");
    metrics::describe_gauge!("voxanne_ready", "1 when every necessary part works");
}

/// Keeps histograms small until the task is dropped.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tick.tick().await;
        handle.run_upkeep();
    }
}
