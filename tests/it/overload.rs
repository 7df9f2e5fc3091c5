//! F1.1, X1: slow parts and floods stop no webhook and lose none.

use crate::{
    clinic::{Clinic, eventually, post, simulator, texts},
    wrapped::{Doorkeeper, behind},
};
use async_trait::async_trait;
use futures::future::join_all;
use reqwest::StatusCode;
use serde_json::json;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use voxanne_core::{
    call::{
        Channel, Provider, ProviderCallId,
        message::{CallMessage, IntakeKey, IntakeOp, Sighting},
    },
    ids::OrgId,
    ports::embedder::{EmbedError, Embedder, Urgency},
    time::Deadline,
};
use voxanne_server::{Parts, running::machine_clock};
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

/// A model that never answers in time.
struct Late;

#[async_trait]
impl Embedder for Late {
    fn model(&self) -> &'static str {
        "late"
    }

    fn dimensions(&self) -> usize {
        384
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }

    fn max_tokens(&self) -> usize {
        254
    }

    async fn embed(
        &self,
        _texts: Vec<String>,
        _urgency: Urgency,
        _by: Deadline,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        // This is the fault itself: nobody waits for it to pass.
        tokio::time::sleep(Duration::from_secs(15)).await;
        Err(EmbedError::Late)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_1_a_model_and_a_provider_that_answer_late_delay_no_webhook_and_lose_no_call() {
    const CALLS: u32 = 10;
    let parts = Parts {
        embedder: Some(Arc::new(Late)),
        ..Parts::default()
    };
    let server = TestServer::start_with(&[], parts).await.unwrap();
    let sim = simulator(20.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let place = |n: u32| {
        let script = Script::of(
            "hours",
            &["What are your opening hours?", "Thank you, bye."],
        );
        let caller = format!("+141555508{n:02}");
        let request = clinic.call(&caller, script, TransferOutcome::Connected);
        let sim = &sim;
        async move { sim.place_call(request).await.unwrap() }
    };
    let reports = join_all((0..CALLS).map(place)).await;
    for report in &reports {
        assert_eq!(report.errors, Vec::<String>::new());
        assert!(!report.sent_assistant_finals.is_empty());
    }
    let calls = eventually("every call is reported", async || {
        let page = clinic.owner.get("/calls?limit=100").await.unwrap();
        let calls = page["items"].as_array().unwrap().clone();
        let all = calls.len() == CALLS as usize && calls.iter().all(|c| c["life"] == "reported");
        all.then_some(calls)
    })
    .await;
    assert!(
        calls.iter().all(|call| call["degraded"] == true),
        "and it says so"
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_flood_loses_no_event_and_forged_ones_are_refused_before_their_body() {
    const CALLS: usize = 20;
    const FINALS: usize = 40;
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let now = machine_clock()().0;
    let message = |call: usize, n: usize| {
        json!({"message": {
            "type": "transcript", "transcriptType": "final", "role": "user", "timestamp": now + n as i64,
            "transcript": format!("sentence {n} of call {call}"),
            "call": {"id": format!("flood-{call}"), "phoneNumberId": clinic.number_id, "type": "inboundPhoneCall"},
            "customer": {"number": format!("+1415555{:04}", 900 + call)},
        }})
        .to_string()
    };
    let signed = join_all((0..CALLS * FINALS).map(|n| {
        let body = message(n % CALLS, n / CALLS);
        let clinic = &clinic;
        async move { clinic.webhook(&body, 0).await.status() }
    }));
    let stamp = (now / 1_000).to_string();
    let forged = join_all((0..CALLS * FINALS).map(|n| {
        let body = message(n % CALLS, 1_000 + n);
        let (url, stamp) = (&clinic.hook_url, &stamp);
        async move { post(url, &body, &"0".repeat(64), stamp).await.status() }
    }));
    let (signed, forged) = tokio::join!(signed, forged);
    assert!(signed.iter().all(|status| *status == StatusCode::OK));
    assert!(
        forged
            .iter()
            .all(|status| *status == StatusCode::UNAUTHORIZED)
    );
    for call in 0..CALLS {
        let call = clinic.call_of(&format!("+1415555{:04}", 900 + call)).await;
        assert_eq!(texts(&call, "caller").len(), FINALS);
    }
    // Nothing of a body is waited for whose sender shows no proof.
    let addr = server.url.trim_start_matches("http://").to_owned();
    let path = clinic.hook_url.trim_start_matches(&server.url).to_owned();
    let mut stream = tokio::net::TcpStream::connect(&addr).await.unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9000000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let answered = stream.read_exact(&mut answer);
    let limit = Duration::from_secs(20);
    tokio::time::timeout(limit, answered)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    server.stop().await.unwrap();
}

/// Notes whose messages each batch holds, and lets none in before it is allowed to.
struct Batches {
    seen: Mutex<Vec<Vec<OrgId>>>,
    gate: Semaphore,
}

#[async_trait]
impl Doorkeeper for Batches {
    async fn lets_in(&self, batch: &[IntakeOp]) -> bool {
        let orgs = batch.iter().map(|op| op.org).collect();
        self.seen.lock().unwrap().push(orgs);
        self.gate.acquire().await.unwrap().forget();
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn x1_a_burst_at_one_clinic_keeps_no_other_waiting() {
    const BURST: usize = 2_000;
    let batches = Arc::new(Batches {
        seen: Mutex::default(),
        gate: Semaphore::new(1_000_000),
    });
    let server = TestServer::start_with(&[], behind(batches.clone()))
        .await
        .unwrap();
    let (busy, quiet) = (
        server.org,
        server.organization("Second Clinic").await.unwrap(),
    );
    let op = |org, n: usize| IntakeOp {
        org,
        integration: None,
        proved: None,
        provider: Provider::Builtin,
        channel: Channel::Browser,
        key: IntakeKey::of(&["burst", &n.to_string()]),
        call: ProviderCallId(format!("burst-{}", n % 50)),
        message: CallMessage::Hang,
        seen: Sighting::default(),
        at: server.app.now(),
        received: server.app.now(),
    };
    let submit = |op: IntakeOp| {
        let app = server.app.clone();
        tokio::spawn(async move { app.intake.submit(op).await })
    };
    // One batch is held while everything else arrives.
    let open = batches.gate.available_permits();
    batches.gate.forget_permits(open);
    batches.seen.lock().unwrap().clear();
    let mut all = vec![submit(op(busy, 0))];
    eventually("the first batch", async || {
        (batches.seen.lock().unwrap().len() == 1).then_some(())
    })
    .await;
    all.extend((1..BURST).map(|n| submit(op(busy, n))));
    let late = submit(op(quiet, BURST));
    // The burst has filled its own places, and the late one stands behind all of it.
    tokio::task::yield_now().await;
    batches.gate.add_permits(1_000_000);
    assert!(late.await.unwrap().is_ok());
    for one in join_all(all).await {
        assert!(one.unwrap().is_ok());
    }
    let seen = batches.seen.lock().unwrap().clone();
    let before: usize = seen
        .iter()
        .take_while(|batch| !batch.contains(&quiet))
        .map(Vec::len)
        .sum();
    assert!(before <= 600, "{before} messages of the burst came first");
    server.stop().await.unwrap();
}
