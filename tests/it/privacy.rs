//! X3 and F9.5: what a caller says stands sealed in the database, and nowhere in files, logs or metrics.

use crate::clinic::{Clinic, simulator, texts};
use reqwest::{Method, StatusCode};
use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

const CALLER: &str = "+14155550187";
const NAME: &str = "Quillon Featherby";
const WORDS: &str = "marzipan glockenspiel";

/// Ways in which the caller could stand somewhere.
fn canaries() -> Vec<String> {
    let mut all: Vec<String> = [
        CALLER,
        "4155550187",
        "(415) 555-0187",
        "415-555-0187",
        "zero one eight seven",
        NAME,
        "Quillon",
        "Featherby",
        WORDS,
        "marzipan",
        "glockenspiel",
        "swollen",
    ]
    .map(str::to_owned)
    .to_vec();
    all.extend(all.clone().iter().map(|text| text.to_lowercase()));
    all
}

#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything the server and its libraries log, at the most talkative.
fn capture() -> Logs {
    let logs = Logs::default();
    let filter = EnvFilter::new(
        "trace,voxanne_simulator=off,it=off,tungstenite=off,hyper_util=off,hyper=off,reqwest=off,h2=off",
    );
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(logs.clone())
        .with_ansi(false)
        .try_init()
        .unwrap();
    logs
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn nowhere(bytes: &[u8], place: &str, canaries: &[String]) {
    for canary in canaries {
        assert!(!holds(bytes, canary), "`{canary}` stands in {place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x3_f9_5_what_a_caller_says_is_found_through_the_api_and_nowhere_else() {
    let logs = capture();
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let script = Script::of(
        "canary",
        &[
            "Hi, what are your opening hours?",
            "My leg is swollen since the marzipan glockenspiel procedure, is that normal?",
            "Oh. Please try somebody else then.",
            "My name is Quillon Featherby.",
            "My number is four one five, five five five, zero one eight seven.",
            "Yes, that is right.",
            "It is about the marzipan glockenspiel. Goodbye.",
        ],
    );
    clinic
        .place(&sim, clinic.call(CALLER, script, TransferOutcome::NoAnswer))
        .await;
    let call = clinic.recorded(CALLER).await;
    // A browser call with the same secrets, a search for them, an address that carries them, and a request that fails.
    let started = clinic
        .owner
        .post(
            "/browser-calls",
            &serde_json::json!({"caller_name": NAME, "caller_number": CALLER}),
        )
        .await
        .unwrap();
    let id = started["call"].as_str().unwrap();
    crate::clinic::say(&clinic.owner, id, "Tell me about the marzipan glockenspiel").await;
    clinic.owner.get("/calls?q=marzipan").await.unwrap();
    let bad = clinic
        .owner
        .ask(Method::POST, "/browser-calls")
        .json(&serde_json::json!({"caller_name": NAME.repeat(9)}));
    assert_eq!(bad.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let lost = clinic
        .owner
        .ask(Method::GET, "/calls/marzipan")
        .send()
        .await
        .unwrap();
    assert_eq!(lost.status(), StatusCode::NOT_FOUND);
    // First the scan must be able to find: the API shows it all.
    let said = texts(&call, "caller").join(" ");
    assert!(said.contains(WORDS) && said.contains("Quillon"), "{said}");
    let item = clinic.item_of(&call).await;
    assert_eq!(item["caller_name"], NAME, "{item}");
    assert_eq!(call["caller"], "(415) 555-0187", "{call}");

    let canaries = canaries();
    let metrics = clinic
        .owner
        .ask_at(Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    assert_eq!(metrics.status(), StatusCode::OK);
    nowhere(&metrics.bytes().await.unwrap(), "the metrics", &canaries);
    let secrets = [clinic.secret.clone(), "simulator-private-key".to_owned()];
    let scan = |when: &str| {
        let all = files(server.folder());
        let mut names = Vec::new();
        for path in &all {
            let bytes = std::fs::read(path).unwrap();
            let place = format!("{} {when}", path.display());
            nowhere(&bytes, &place, &canaries);
            nowhere(&bytes, &place, &secrets);
            names.push(path.display().to_string());
        }
        assert!(names.iter().any(|n| n.contains("objects")), "{names:?}");
        assert!(
            names
                .iter()
                .any(|n| n.contains("db") || n.contains("sqlite")),
            "{names:?}"
        );
    };
    scan("while it runs");
    let log = logs
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    assert!(holds(&log, "server.started"), "the log was not captured");
    nowhere(&log, "the log", &canaries);
    nowhere(&log, "the log", &secrets);
    let folder = server.folder().to_owned();
    server.stop().await.unwrap();
    assert!(!folder.exists(), "the folder is the test's own");
}
