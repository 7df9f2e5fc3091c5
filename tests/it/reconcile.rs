//! Calls whose ends, or whose every word, never came.

use crate::clinic::{Clinic, eventually, simulator};
use reqwest::StatusCode;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use voxanne_app::reconcile;
use voxanne_server::{Parts, running::machine_clock};
use voxanne_simulator::{NumberSetup, Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

const HOUR: i64 = 3_600_000;

/// A server whose clock can be put forward.
async fn server() -> (TestServer, Arc<AtomicI64>) {
    let ahead = Arc::new(AtomicI64::new(0));
    let (later, machine) = (ahead.clone(), machine_clock());
    let parts = Parts {
        clock: Some(Arc::new(move || {
            machine().plus(later.load(Ordering::Relaxed))
        })),
        ..Parts::default()
    };
    (TestServer::start_with(&[], parts).await.unwrap(), ahead)
}

#[tokio::test(flavor = "multi_thread")]
async fn law_5_a_call_whose_end_nobody_can_tell_is_closed_when_no_call_lasts_so_long() {
    let (server, ahead) = server().await;
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let caller = "+14155550171";
    let message = json!({
        "type": "status-update", "status": "in-progress", "timestamp": machine_clock()().0,
        "call": {"id": "call-endless", "phoneNumberId": clinic.number_id, "type": "inboundPhoneCall",
                 "customer": {"number": caller}},
        "customer": {"number": caller},
    });
    let answer = clinic
        .webhook(&json!({ "message": message }).to_string(), 0)
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    // From here on the provider is not there to be asked.
    sim.shutdown().await;
    ahead.fetch_add(HOUR, Ordering::Relaxed);
    reconcile::step(&server.app).await.unwrap();
    assert_eq!(clinic.call_of(caller).await["life"], "live");
    ahead.fetch_add(13 * HOUR, Ordering::Relaxed);
    reconcile::step(&server.app).await.unwrap();
    let call = clinic.call_of(caller).await;
    assert_eq!(call["life"], "reported", "{call}");
    assert_ne!(call["outcome"], serde_json::Value::Null, "{call}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_1_calls_are_looked_for_since_all_of_them_were_known() {
    let (server, ahead) = server().await;
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    reconcile::step(&server.app).await.unwrap();
    // Nothing of this call ever reaches us.
    let id = "77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a099";
    sim.register_number(NumberSetup {
        id: id.to_owned(),
        number: "+14155550199".to_owned(),
        server_url: "http://127.0.0.1:9/nobody".to_owned(),
        auth: None,
        fallback: None,
    });
    let mut request = clinic.call(
        "+14155550172",
        Script::of("hours", &["Hello?"]),
        TransferOutcome::Failed,
    );
    request.number_id = id.to_owned();
    sim.place_call(request).await.unwrap();
    ahead.fetch_add(5 * HOUR, Ordering::Relaxed);
    reconcile::step(&server.app).await.unwrap();
    let call = eventually("the call", async || {
        let page = clinic
            .owner
            .get("/calls?caller=%2B14155550172")
            .await
            .unwrap();
        page["items"].get(0).cloned()
    })
    .await;
    assert_eq!(call["recovered"], true, "{call}");
    server.stop().await.unwrap();
}
