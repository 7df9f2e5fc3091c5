//! The door of the webhooks: who may not in, what is not kept, and that a second delivery changes nothing.

use crate::clinic::{Clinic, hex, post, simulator};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use voxanne_server::running::machine_clock;
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

const TOO_LARGE: usize = (10 << 20) + 1;

fn message(kind: &str, call: &str, number: &str) -> String {
    json!({"message": {
        "type": kind, "timestamp": machine_clock()().0,
        "call": {"id": call, "phoneNumberId": number, "type": "inboundPhoneCall", "customer": {"number": "+14155550190"}},
        "phoneNumber": {"id": number}, "customer": {"number": "+14155550190"}, "status": "in-progress",
    }})
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_without_a_true_and_fresh_signature_are_refused() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let body = message("status-update", "call-forged", &clinic.number_id);
    let now = (machine_clock()().0 / 1_000).to_string();
    let before = clinic.snapshot().await;
    let wrong = post(&clinic.hook_url, &body, &hex(&[7; 32]), &now).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let stale = clinic.webhook(&body, -3_600).await;
    assert_eq!(stale.status(), StatusCode::UNAUTHORIZED);
    let early = clinic.webhook(&body, 3_600).await;
    assert_eq!(early.status(), StatusCode::UNAUTHORIZED);
    let bare = reqwest::Client::builder().no_proxy().build().unwrap();
    let bare = bare
        .post(&clinic.hook_url)
        .body(body.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    let other = server.organization("Second Clinic").await.unwrap();
    let other = Clinic::of(&server, &sim, other, 2).await;
    let crossed = Clinic {
        hook_url: clinic.hook_url.clone(),
        ..other
    };
    assert_eq!(
        crossed.webhook(&body, 0).await.status(),
        StatusCode::UNAUTHORIZED,
        "another clinic's secret"
    );
    let (base, _) = clinic.hook_url.rsplit_once('/').unwrap();
    for unknown in [
        format!("{base}/{}", voxanne_core::ids::HookId::new()),
        format!("{base}/nonsense"),
    ] {
        let answer = post(&unknown, &body, &hex(&[7; 32]), &now).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(clinic.snapshot().await, before);
    // The same body with a true signature is taken, so it was the proof that was missing.
    assert_eq!(clinic.webhook(&body, 0).await.status(), StatusCode::OK);
    assert_ne!(clinic.snapshot().await, before);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_counts_at_once_although_the_connection_is_remembered() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let mut clinic = Clinic::first(&server, &sim).await;
    let body = |call| message("status-update", call, &clinic.number_id);
    let (first, second, third) = (body("call-1"), body("call-2"), body("call-3"));
    assert_eq!(clinic.webhook(&first, 0).await.status(), StatusCode::OK);
    let before = clinic.secret.clone();
    // Changed twice: the secret before the last change is taken for one more day, the one before that is not.
    for secret in [
        "the-second-secret-of-the-clinic",
        "the-third-secret-of-the-clinic",
    ] {
        clinic
            .owner
            .send(
                Method::PUT,
                "/settings/provider",
                &json!({"secret": secret}),
            )
            .await
            .unwrap();
        clinic.secret = secret.to_owned();
    }
    assert_eq!(clinic.webhook(&second, 0).await.status(), StatusCode::OK);
    clinic.secret = before;
    assert_eq!(
        clinic.webhook(&third, 0).await.status(),
        StatusCode::UNAUTHORIZED
    );
    clinic.secret = "the-second-secret-of-the-clinic".to_owned();
    assert_eq!(clinic.webhook(&third, 0).await.status(), StatusCode::OK);
    let calls = clinic.owner.get("/calls").await.unwrap();
    assert_eq!(calls["items"].as_array().unwrap().len(), 3, "{calls}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_that_mean_nothing_leave_nothing_behind() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let before = clinic.snapshot().await;
    for garbage in [
        "",
        "{",
        "[]",
        "\"words\"",
        "{\"message\": 5}",
        "{\"message\": {\"type\": 9}}",
    ] {
        let answer = clinic.webhook(garbage, 0).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{garbage}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["type"], "bad-input", "{problem}");
    }
    let large = "x".repeat(TOO_LARGE);
    assert_eq!(
        clinic.webhook(&large, 0).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(clinic.snapshot().await, before);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_later_version_is_taken_and_says_nothing_but_that_there_is_a_call() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let unknown = message("something-of-next-year", "call-unknown", &clinic.number_id);
    assert_eq!(clinic.webhook(&unknown, 0).await.status(), StatusCode::OK);
    let once = clinic.snapshot().await;
    assert_eq!(once["calls"].as_array().unwrap().len(), 1, "{once}");
    let call = &once["details"][0];
    assert_eq!(
        (&call["life"], &call["segments"], &call["turns"]),
        (&json!("ringing"), &json!([]), &json!([]))
    );
    assert_eq!(once["inbox"], json!([]));
    assert_eq!(clinic.webhook(&unknown, 0).await.status(), StatusCode::OK);
    assert_eq!(clinic.snapshot().await, once);
    // Of a call nobody names there is nothing to keep.
    let nameless = json!({"message": {"type": "something-of-next-year", "x": 1}}).to_string();
    assert_eq!(clinic.webhook(&nameless, 0).await.status(), StatusCode::OK);
    assert_eq!(clinic.snapshot().await, once);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_2_a_second_delivery_of_every_message_of_a_call_changes_nothing() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let caller = "+14155550133";
    let script = Script::of(
        "medical",
        &[
            "Hello, when do you close today?",
            "I had a procedure with you last week and the area is more swollen today, is that normal?",
            "Yes, please, take a message then. My name is Ingrid Falk.",
            "My number is four one five, five five five, zero one three three.",
            "Yes, that is correct. Bye.",
        ],
    );
    let report = clinic
        .place(&sim, clinic.call(caller, script, TransferOutcome::NoAnswer))
        .await;
    clinic.recorded(caller).await;
    let before = clinic.snapshot().await;
    assert_eq!(before["inbox"].as_array().unwrap().len(), 1, "{before}");
    let sent = sim.sent_log();
    assert!(
        sent.len() as u64 >= report.events_sent && sent.len() > 20,
        "{}",
        sent.len()
    );
    // Once in order, once from the end.
    for event in sent.iter().chain(sent.iter().rev()) {
        let answer = clinic.webhook(&event.body, 0).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", event.kind);
    }
    let after = clinic.snapshot().await;
    assert_eq!(after, before);
    server.stop().await.unwrap();
}
