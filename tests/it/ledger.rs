//! Every ring is closed, and one that is not in time raises an alarm.

use crate::{
    clinic::{Clinic, eventually, simulator},
    unheard::told,
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use voxanne_app::ledger;
use voxanne_server::{Parts, running::machine_clock};
use voxanne_testkit::server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_that_stays_open_raises_one_alarm_which_goes_when_it_is_closed() {
    let later = Arc::new(AtomicI64::new(0));
    let (ahead, machine) = (later.clone(), machine_clock());
    let parts = Parts {
        clock: Some(Arc::new(move || {
            machine().plus(ahead.load(Ordering::Relaxed))
        })),
        ..Parts::default()
    };
    let server = TestServer::start_with(&[], parts).await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    told(&clinic, "call-open", "Is this lump under my scar normal?").await;
    let item = eventually("the call back", async || {
        let page = clinic.owner.get("/inbox").await.unwrap();
        page["items"].get(0).cloned()
    })
    .await;
    let alarms = async || {
        let page = clinic.owner.get("/inbox?limit=100").await.unwrap();
        let all = page["items"].as_array().unwrap().clone();
        all.into_iter()
            .filter(|item| item["kind"] == "alarm")
            .collect::<Vec<_>>()
    };
    ledger::step(&server.app, &[server.org]).await.unwrap();
    assert_eq!(alarms().await.len(), 0, "its time has not come");
    later.store(ledger::LATE_MS + 60_000, Ordering::Relaxed);
    for _ in 0..3 {
        ledger::step(&server.app, &[server.org]).await.unwrap();
    }
    let raised = alarms().await;
    assert_eq!(
        raised.len(),
        1,
        "one for the clinic, however often it is looked"
    );
    assert!(
        raised[0]["words"]
            .as_str()
            .unwrap()
            .starts_with("1 call has")
    );
    let path = format!("/inbox/{}/acknowledge", item["id"].as_str().unwrap());
    clinic.owner.post(&path, &json!({})).await.unwrap();
    ledger::step(&server.app, &[server.org]).await.unwrap();
    assert_eq!(alarms().await.len(), 0, "it goes with its cause");
    server.stop().await.unwrap();
}
