//! The whole server on PostgreSQL, and on a PostgreSQL that vanishes.

use crate::clinic::{Clinic, eventually, say, simulator, spoken, texts, until_status};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use voxanne_server::{Parts, running::machine_clock};
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::{
    chaos::{Chaos, Weather},
    postgres::Durable,
    server::TestServer,
};

async fn server_on(url: &str) -> TestServer {
    TestServer::start_with(&[("database.url", url)], Parts::default())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_documents_and_escalations_work_on_postgresql() {
    let database = Durable::start().await.unwrap();
    let server = server_on(&database.url).await;
    let sim = simulator(50.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    clinic.document("Services and prices", "prices.md").await;
    let caller = "+14155550163";
    let script = Script::of(
        "prices and a medical question",
        &[
            "How much is the lip filler?",
            "Is my swelling normal?",
            "Then please call me back, my name is Ada Finch.",
            "Yes, that is right. Bye.",
        ],
    );
    let report = clinic
        .place(&sim, clinic.call(caller, script, TransferOutcome::Busy))
        .await;
    let call = clinic.recorded(caller).await;
    assert_eq!(texts(&call, "caller"), report.sent_user_finals);
    assert_eq!(
        texts(&call, "receptionist").join(" "),
        report.sent_assistant_finals.join(" ")
    );
    assert!(!call["turns"][0]["cites"].as_array().unwrap().is_empty());
    let item = clinic.item_of(&call).await;
    let path = format!("/inbox/{}/acknowledge", item["id"].as_str().unwrap());
    clinic.owner.post(&path, &json!({})).await.unwrap();
    eventually("the ring is closed by a named person", async || {
        let call = clinic.call_of(caller).await;
        (call["outcome"] == "message_acknowledged").then_some(())
    })
    .await;
    let started = clinic
        .owner
        .post("/browser-calls", &json!({}))
        .await
        .unwrap();
    let answer = say(
        &clinic.owner,
        started["call"].as_str().unwrap(),
        "Are you open on Mondays?",
    )
    .await;
    assert!(!spoken(&answer).is_empty());
    // Words are found by the blind index, on this engine through a function.
    eventually("the call is found by a word", async || {
        let page = clinic.owner.get("/calls?q=filler").await.unwrap();
        (page["items"].as_array().unwrap().len() == 1).then_some(())
    })
    .await;
    // A new process on the same database knows everything.
    let before = clinic.snapshot().await;
    let server = server.restart().await.unwrap();
    assert_eq!(clinic.snapshot().await["details"], before["details"]);
    server.stop().await.unwrap();
}

fn ring(call: &str, clinic: &Clinic) -> String {
    json!({"message": {
        "type": "assistant-request", "timestamp": machine_clock()().0,
        "call": {"id": call, "phoneNumberId": clinic.number_id, "type": "inboundPhoneCall"},
        "phoneNumber": {"id": clinic.number_id}, "customer": {"number": "+14155550164"},
    }})
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn x2_a_database_that_vanishes_stops_nothing_but_what_needs_it() {
    let database = Durable::start().await.unwrap();
    let chaos = Chaos::before(database.addr, 1).await.unwrap();
    let through = database
        .url
        .replace(&database.addr.to_string(), &chaos.addr.to_string());
    let server = server_on(&through).await;
    let sim = simulator(50.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let answer = clinic.webhook(&ring("call-before", &clinic), 0).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let before: Value = answer.json().await.unwrap();
    assert!(before["assistant"]["model"]["url"].is_string(), "{before}");
    let (mut wire, _) = crate::clinic::Wire::open(&server, &clinic.owner, 0, &["calls"]).await;
    let ready = || clinic.owner.ask_at(Method::GET, "/readyz");
    chaos.set(Weather {
        black_hole: true,
        ..Weather::default()
    });
    until_status("readiness tells", StatusCode::SERVICE_UNAVAILABLE, ready).await;
    // The API says so, in its own form and at once: well within the ten seconds an ordinary request may take.
    let limit = Duration::from_secs(5);
    let refused = clinic.owner.ask(Method::GET, "/calls").send();
    let refused = tokio::time::timeout(limit, refused).await.unwrap().unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        refused.headers()["content-type"],
        "application/problem+json"
    );
    // A ringing call is answered from memory; a message that bears state is asked for again.
    let rings = ring("call-during", &clinic);
    let answer = clinic.webhook(&rings, 0);
    let answer = tokio::time::timeout(limit, answer).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let during: Value = answer.json().await.unwrap();
    assert_eq!(
        during["assistant"]["model"]["url"],
        before["assistant"]["model"]["url"]
    );
    let status = rings
        .replace("assistant-request", "status-update")
        .replace("\"timestamp\"", "\"status\":\"in-progress\",\"timestamp\"");
    let answer = clinic.webhook(&status, 0).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    chaos.set(Weather::default());
    until_status("everything goes on", StatusCode::OK, ready).await;
    assert_eq!(clinic.webhook(&status, 0).await.status(), StatusCode::OK);
    let calls = clinic.owner.get("/calls").await.unwrap();
    assert_eq!(calls["items"].as_array().unwrap().len(), 2, "{calls}");
    // The socket was never closed, and brings what came after.
    loop {
        let frame = wire.frame().await;
        assert_ne!(frame["t"], "bye", "{frame}");
        if frame["t"] == "batch" {
            break;
        }
    }
    server.stop().await.unwrap();
}
