//! `voxanne simulate`, run as the command runs it: a good server passes, and each kind of bad server is noticed.

use futures::FutureExt as _;
use std::{sync::Arc, time::Duration};
use voxanne_server::{
    Parts,
    commands::{
        sabotage::Sabotage,
        simulate::{Options, Report, simulate},
    },
    config::Origin,
    extract,
};
use voxanne_testkit::server::{model, project};

/// Few calls, all at once.
const CALLS: u32 = 6;

async fn run(faults: &str, sabotage: Option<Sabotage>) -> Report {
    let mut parts = Parts {
        embedder: Some(model().await.unwrap()),
        // The child process is the server's own binary, which a test is not.
        extractor: Some(Arc::new(|kind, mut bytes| {
            async move {
                let mut all = Vec::new();
                while let Some(piece) = bytes.recv().await {
                    all.extend(piece);
                }
                let kind = extract::detect(&format!("document.{kind}"), &all)
                    .map_err(|error| error.to_string())?;
                extract::parse(kind, all, &extract::ParseLimits::default())
                    .map_err(|error| error.to_string())
            }
            .boxed()
        })),
        ..Parts::default()
    };
    if let Some(sabotage) = sabotage {
        sabotage.spoil(&mut parts);
    }
    let mut options = Options::of(CALLS, CALLS as usize);
    options.faults = faults.to_owned();
    if sabotage == Some(Sabotage::Lose) {
        // What is lost never comes, however long one waits.
        options.patience = Duration::from_secs(20);
    }
    let origin = Origin {
        cwd: project(),
        ..Origin::default()
    };
    simulate(options, origin, parts).await.unwrap()
}

async fn passes(faults: &str) {
    let report = run(faults, None).await;
    assert!(report.verdict().is_ok(), "{report}");
    assert!(report.settled, "{report}");
    assert_eq!(report.calls_recorded, u64::from(CALLS), "{report}");
    assert!(report.live.events > 0, "the live socket said nothing");
}

/// The figure that must become one, and nothing else.
async fn notices(sabotage: Sabotage, expected: [u64; 4]) {
    let report = run("none", Some(sabotage)).await;
    assert!(report.verdict().is_err(), "{report}");
    let figures = [
        report.calls_lost,
        report.calls_duplicated,
        report.transcripts_different,
        report.recordings_different,
    ];
    assert_eq!(figures, expected, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_without_faults_are_shown_as_they_were() {
    passes("none").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_2_repeated_webhooks_change_nothing() {
    passes("duplicate").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_goes_wrong_at_once_loses_nothing() {
    passes("mixed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_call_is_noticed() {
    notices(Sabotage::Lose, [1, 0, 0, 0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_call_is_noticed() {
    notices(Sabotage::Double, [0, 1, 0, 0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_word_is_noticed() {
    notices(Sabotage::AlterWord, [0, 0, 1, 0]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_is_noticed() {
    notices(Sabotage::FlipByte, [0, 0, 0, 1]).await;
}
