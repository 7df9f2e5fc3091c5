//! F8: the live log. One ordered sequence, resumed without a gap, seen only by whom it concerns.

use crate::clinic::{Clinic, Wire, eventually, head, simulator};
use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use voxanne_core::tenancy::Role;
use voxanne_simulator::{Script, Simulator, TransferOutcome};
use voxanne_testkit::server::TestServer;

const TOPICS: [&str; 4] = ["calls", "inbox", "knowledge", "settings"];
const CALLER: &str = "+14155550187";

async fn one_call(clinic: &Clinic, sim: &Simulator) -> Value {
    let script = Script::of(
        "message",
        &[
            "Could you take a message for the office manager?",
            "My name is Perpetua Vandermeer.",
            "My number is four one five, five five five, zero one eight seven.",
            "Yes, that is right.",
            "It is about an invoice. Bye.",
        ],
    );
    clinic
        .place(sim, clinic.call(CALLER, script, TransferOutcome::Connected))
        .await;
    clinic.recorded(CALLER).await
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_3_a_cursor_gets_exactly_what_came_after_it() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let call = one_call(&clinic, &sim).await;
    let topic = format!("call:{}", call["id"].as_str().unwrap());
    let topics = [TOPICS.as_slice(), &[topic.as_str()]].concat();
    let end = head(&clinic.owner).await;
    let (mut wire, welcome) = Wire::open(&server, &clinic.owner, 0, &topics).await;
    assert_eq!(welcome["head"], end);
    assert_eq!(welcome["beat_s"], 5);
    assert!(welcome["max_batch"].as_u64().unwrap() >= 1);
    let whole = wire.until(0, end).await;
    assert!(whole.len() > 20, "{}", whole.len());
    // From every third place on: the same events, no more and no fewer.
    for cursor in (0..end).step_by(3) {
        let (mut again, _) = Wire::open(&server, &clinic.owner, cursor, &topics).await;
        let rest = again.until(cursor, end).await;
        let expected: Vec<&Value> = whole
            .iter()
            .filter(|e| e["s"].as_u64() > Some(cursor))
            .collect();
        assert_eq!(rest.iter().collect::<Vec<_>>(), expected, "from {cursor}");
    }
    // The segments of the log are those of the page.
    let added: Vec<Value> = whole
        .iter()
        .filter(|e| e["k"] == "transcript.added")
        .flat_map(|e| e["d"]["segments"].as_array().unwrap().clone())
        .filter(|s| s["rev"] == call["transcript_rev"])
        .collect();
    let replaced = whole.iter().any(|e| e["k"] == "transcript.replaced");
    assert!(
        replaced || added == *call["segments"].as_array().unwrap(),
        "{added:?}"
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn viewers_get_the_log_with_numbers_and_names_masked() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    one_call(&clinic, &sim).await;
    let end = head(&clinic.owner).await;
    let topics = ["calls", "inbox"];
    let viewer = server.person(Role::Viewer).await.unwrap();
    let (mut full, _) = Wire::open(&server, &clinic.owner, 0, &topics).await;
    let (mut masked, _) = Wire::open(&server, &viewer, 0, &topics).await;
    let full = Value::from(full.until(0, end).await).to_string();
    let masked = Value::from(masked.until(0, end).await).to_string();
    assert!(
        full.contains("(415) 555-0187") && full.contains("Vandermeer"),
        "{full}"
    );
    for hidden in ["555-0187", "5550187", "Vandermeer"] {
        assert!(!masked.contains(hidden), "{hidden}: {masked}");
    }
    assert!(
        masked.contains("0187"),
        "the last four digits are shown: {masked}"
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_clinics_call_is_silent_and_strangers_get_no_socket() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let call = one_call(&clinic, &sim).await;
    let other = server.organization("Second Clinic").await.unwrap();
    let stranger = server.person_of(other, Role::Owner).await.unwrap();
    let topic = format!("call:{}", call["id"].as_str().unwrap());
    let topics = [TOPICS.as_slice(), &[topic.as_str()]].concat();
    let (mut wire, _) = Wire::open(&server, &stranger, 0, &topics).await;
    // Something of their own, so that the log has an end to wait for.
    stranger
        .send(Method::PUT, "/phone-line", &json!({"mode": "closed"}))
        .await
        .unwrap();
    let end = head(&stranger).await;
    let seen = wire.until(0, end).await;
    assert!(
        seen.iter().any(|e| e["k"] == "phone_line.changed"),
        "{seen:?}"
    );
    let seen = Value::from(seen).to_string();
    for foreign in [
        call["id"].as_str().unwrap(),
        "0187",
        "Vandermeer",
        "invoice",
    ] {
        assert!(!seen.contains(foreign), "{foreign}: {seen}");
    }
    let upgrade = |client: voxanne_testkit::server::Client| async move {
        client
            .ask(Method::GET, "/live")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", "voxanne.log.v1")
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(
        upgrade(server.nobody().unwrap()).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        upgrade(clinic.owner.clone()).await,
        StatusCode::SWITCHING_PROTOCOLS
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_1_a_quiet_socket_hears_that_the_server_is_there() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let end = head(&owner).await;
    let (mut wire, _) = Wire::open(&server, &owner, end, &["calls"]).await;
    let beat = wire.frame().await;
    assert_eq!(
        (&beat["t"], &beat["head"]),
        (&json!("beat"), &json!(end)),
        "{beat}"
    );
    assert!(beat["at"].is_i64() || beat["at"].is_u64());
    // A cursor from another life of the log is told to start over.
    let (mut wrong, _) = Wire::open(&server, &owner, end + 1_000, &["calls"]).await;
    let resync = wrong.frame().await;
    assert_eq!(resync["t"], "resync", "{resync}");
    server.stop().await.unwrap();
}

/// What a page knows: calls and inbox items by id.
#[derive(Default)]
struct Page {
    cursor: u64,
    events: usize,
    numbers: Vec<u64>,
    state: BTreeMap<String, Value>,
}

impl Page {
    fn apply(&mut self, events: Vec<Value>, to: u64) {
        self.events += events.len();
        for event in events {
            self.numbers.push(event["s"].as_u64().unwrap());
            if event["k"] == "call.changed" || event["k"] == "inbox.changed" {
                let id = event["d"]["id"].as_str().unwrap().to_owned();
                self.state.insert(id, event["d"].clone());
            }
        }
        self.cursor = to;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_3_after_any_disconnects_the_page_holds_what_the_server_holds() {
    const CALLS: u32 = 20;
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let place = |n: u32| {
        let caller = format!("+141555507{n:02}");
        let lines: &[&str] = match n % 3 {
            0 => &["Hi, what are your opening hours?", "Thanks, bye."],
            1 => &[
                "Is my swelling normal?",
                "Then please call me back, my name is Ada Finch.",
                "My number is four one five, five five five, zero one eight seven.",
                "Yes. Bye.",
            ],
            _ => &[
                "I want to speak to a real person, please.",
                "Then take a message. My name is Dana Whitfield.",
                "Bye.",
            ],
        };
        let transfer = if n.is_multiple_of(2) {
            TransferOutcome::Connected
        } else {
            TransferOutcome::Busy
        };
        let request = clinic.call(&caller, Script::of("mixed", lines), transfer);
        let (sim, clinic) = (&sim, &clinic);
        async move {
            clinic.place(sim, request).await;
        }
    };
    let over = std::sync::atomic::AtomicU64::new(u64::MAX);
    let follow = async {
        let mut dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[8; 32]);
        let mut page = Page::default();
        let mut connections = 0;
        while page.cursor < over.load(std::sync::atomic::Ordering::Acquire) {
            let (mut wire, _) = Wire::open(&server, &clinic.owner, page.cursor, &TOPICS).await;
            connections += 1;
            for _ in 0..=dice.next_u32() % 4 {
                if page.cursor >= over.load(std::sync::atomic::Ordering::Acquire) {
                    break;
                }
                let (events, to) = wire.batch(page.cursor).await;
                // Now and then the line breaks after a batch was read and before it was kept.
                if dice.next_u32().is_multiple_of(5) {
                    break;
                }
                page.apply(events, to);
            }
        }
        (page, connections)
    };
    let calls = async {
        futures::future::join_all((0..CALLS).map(place)).await;
        eventually("all recordings are stored", async || {
            let page = clinic.owner.get("/calls?limit=100").await.unwrap();
            let calls = page["items"].as_array().unwrap();
            calls
                .iter()
                .all(|c| c["recording"] == "stored")
                .then_some(())
        })
        .await;
        over.store(
            head(&clinic.owner).await,
            std::sync::atomic::Ordering::Release,
        );
        // One event more, after it is known where to stop: whoever waits for news looks once more.
        clinic
            .owner
            .send(Method::PUT, "/phone-line", &json!({"mode": "closed"}))
            .await
            .unwrap();
    };
    let ((page, connections), ()) = tokio::join!(follow, calls);
    assert!(
        connections > 5 && page.events > 200,
        "{connections} {}",
        page.events
    );
    // Read once more from the first event on, without a cut and from the database: the same events, each once.
    let (mut wire, _) = Wire::open(&server, &clinic.owner, 0, &TOPICS).await;
    let straight = wire.until(0, page.cursor).await;
    let straight: Vec<u64> = straight
        .iter()
        .map(|event| event["s"].as_u64().unwrap())
        .filter(|seq| *seq <= page.cursor)
        .collect();
    assert_eq!(page.numbers, straight);
    let held = clinic.snapshot().await;
    let listed = |key: &str| held[key].as_array().unwrap().clone();
    let server_state: BTreeMap<String, Value> = listed("calls")
        .into_iter()
        .chain(listed("inbox"))
        .map(|v| (v["id"].as_str().unwrap().to_owned(), v))
        .collect();
    assert_eq!(listed("calls").len(), CALLS as usize);
    assert_eq!(page.state, server_state);
    server.stop().await.unwrap();
}
