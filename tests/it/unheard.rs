//! A caller whose words nobody answered: the process was killed, or the provider never asked.

use crate::clinic::{Clinic, eventually, simulator};
use reqwest::StatusCode;
use serde_json::json;
use voxanne_server::running::machine_clock;
use voxanne_testkit::server::TestServer;

const CALLER: &str = "+14155550193";

/// The webhooks of a call whose words no turn answered.
pub(crate) async fn told(clinic: &Clinic, call: &str, words: &str) {
    ended(clinic, call, words, "pipeline-error-custom-llm-failed").await;
}

async fn ended(clinic: &Clinic, call: &str, words: &str, reason: &str) {
    let now = machine_clock()().0;
    let send = |mut message: serde_json::Value| {
        message["timestamp"] = json!(now);
        message["call"] = json!({
            "id": call, "phoneNumberId": clinic.number_id, "type": "inboundPhoneCall", "customer": {"number": CALLER},
        });
        message["customer"] = json!({"number": CALLER});
        json!({ "message": message }).to_string()
    };
    for body in [
        send(json!({"type": "status-update", "status": "in-progress"})),
        send(
            json!({"type": "transcript", "transcriptType": "final", "role": "user", "transcript": words}),
        ),
        send(json!({"type": "status-update", "status": "ended", "endedReason": reason})),
        send(json!({
            "type": "end-of-call-report", "endedReason": reason,
            "artifact": {"messages": [{"role": "user", "message": words, "time": now, "endTime": now + 900}]},
        })),
    ] {
        assert_eq!(clinic.webhook(&body, 0).await.status(), StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_medical_question_that_no_turn_answered_becomes_a_call_back() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    told(
        &clinic,
        "call-unheard",
        "There is a small lump under my scar, should I be worried about it?",
    )
    .await;
    let call = eventually("the call back", async || {
        let call = clinic.call_of(CALLER).await;
        (call["outcome"] == "message_open").then_some(call)
    })
    .await;
    assert_eq!(call["escalated"], true);
    let item = clinic.item_of(&call).await;
    assert_eq!(item["escalation_state"], "message");
    assert_eq!(item["title"], "Medical question");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_4_an_administrative_question_that_no_turn_answered_asks_for_nobody() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let words = "Which bus stops near the clinic?";
    ended(&clinic, "call-unheard", words, "customer-ended-call").await;
    eventually("the books to be closed", async || {
        let system = clinic.owner.get("/system").await.unwrap();
        let reported = clinic.call_of(CALLER).await["life"] == "reported";
        let open = system["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .any(|kind| kind["open"] != 0);
        (reported && !open).then_some(())
    })
    .await;
    let call = clinic.call_of(CALLER).await;
    assert_eq!(
        (&call["escalated"], &call["outcome"]),
        (&json!(false), &json!("abandoned"))
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_caller_whom_a_fault_cut_off_is_called_back_and_did_not_hang_up() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    told(&clinic, "call-broken", "Which bus stops near the clinic?").await;
    let call = eventually("the call back", async || {
        let call = clinic.call_of(CALLER).await;
        (call["outcome"] == "message_open").then_some(call)
    })
    .await;
    assert_eq!(call["escalated"], false, "{call}");
    let item = clinic.item_of(&call).await;
    assert_eq!(item["title"], "The call broke off", "{item}");
    let path = format!("/inbox/{}/acknowledge", item["id"].as_str().unwrap());
    clinic.owner.post(&path, &json!({})).await.unwrap();
    let call = clinic.call_of(CALLER).await;
    assert_eq!(call["outcome"], "message_acknowledged", "{call}");
    server.stop().await.unwrap();
}
