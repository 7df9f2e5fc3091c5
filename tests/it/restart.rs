//! A server that ends and starts again on the same folder: calls under way go on, nothing is doubled.

use crate::clinic::{Clinic, eventually, say, simulator, spoken, texts};
use reqwest::{Method, StatusCode};
use serde_json::json;
use voxanne_simulator::{Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_call_goes_on_over_a_restart_with_the_token_it_had() {
    let server = TestServer::start().await.unwrap();
    // Slow enough that the caller still thinks while the server starts again.
    let sim = simulator(5.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let caller = "+14155550125";
    let mut script = Script::of(
        "message over a restart",
        &[
            "Could you take a message for the office manager?",
            "My name is Hannah Sorensen.",
            "My number is four one five, five five five, zero one two five.",
            "Yes, that is right.",
            "It is about an invoice I received twice. That is all, thank you.",
        ],
    );
    script.utterances[1].pause_ms = Some(20_000);
    let request = clinic.call(caller, script, TransferOutcome::Connected);
    let (report, server) = tokio::join!(sim.place_call(request), async {
        eventually("the receptionist asks for the name", async || {
            let page = clinic.owner.get("/calls?life=live").await.unwrap();
            let id = page["items"].get(0)?["id"].as_str()?.to_owned();
            let call = clinic.detail(&id).await;
            (texts(&call, "caller").len() == 1 && texts(&call, "receptionist").len() >= 2)
                .then_some(())
        })
        .await;
        server.restart().await.unwrap()
    });
    let report = report.unwrap();
    let call = clinic.recorded(caller).await;
    assert_eq!(
        texts(&call, "caller"),
        report.sent_user_finals,
        "{:?}",
        report.errors
    );
    assert_eq!(
        texts(&call, "receptionist").join(" "),
        report.sent_assistant_finals.join(" "),
        "{:?}",
        report.errors
    );
    assert_eq!(call["recordings"].as_array().unwrap().len(), 2);
    // The form went on where it was.
    let item = clinic.item_of(&call).await;
    assert_eq!(item["caller_name"], "Hannah Sorensen", "{item}");
    assert!(
        item["caller_number"].as_str().unwrap().ends_with("0125"),
        "{item}"
    );
    assert_eq!(call["outcome"], "message_open", "{call}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_call_cut_by_a_restart_keeps_its_words_and_can_be_ended() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let started = clinic
        .owner
        .post("/browser-calls", &json!({}))
        .await
        .unwrap();
    let id = started["call"].as_str().unwrap();
    let asked = say(
        &clinic.owner,
        id,
        "Could you take a message for the office manager?",
    )
    .await;
    assert!(!spoken(&asked).is_empty());
    say(&clinic.owner, id, "My name is Hannah Sorensen.").await;
    let before = clinic.detail(id).await;
    let server = server.restart().await.unwrap();
    // Whoever was signed in still is, and what was said is there once.
    let after = clinic.detail(id).await;
    assert_eq!(after["segments"], before["segments"]);
    assert_eq!(after["turns"], before["turns"]);
    let gone = clinic
        .owner
        .ask(Method::POST, &format!("/browser-calls/{id}/turns"))
        .json(&json!({"text": "Hello?"}));
    assert_eq!(
        gone.send().await.unwrap().status(),
        StatusCode::NOT_FOUND,
        "the line ended with the process"
    );
    // The call does not stay live for ever: a person can end it.
    let ended = clinic
        .owner
        .ask(Method::POST, &format!("/calls/{id}/end"))
        .send()
        .await
        .unwrap();
    assert_eq!(ended.status(), StatusCode::ACCEPTED);
    let call = eventually("the call is over", async || {
        let call = clinic.detail(id).await;
        (call["life"] == "reported").then_some(call)
    })
    .await;
    assert_eq!(call["segments"], before["segments"]);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_changes_nothing_that_was_there() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let place = |n: u32| {
        let caller = format!("+1415555060{n}");
        let script = Script::of(
            "medical",
            &[
                "Is my swelling normal?",
                "Then please call me back, my name is Ada Finch.",
                "Bye.",
            ],
        );
        let request = clinic.call(
            &caller,
            script,
            if n == 0 {
                TransferOutcome::Connected
            } else {
                TransferOutcome::Busy
            },
        );
        let (sim, clinic) = (&sim, &clinic);
        async move {
            clinic.place(sim, request).await;
            clinic.recorded(&caller).await;
        }
    };
    futures::future::join_all((0..3).map(place)).await;
    let before = clinic.snapshot().await;
    let server = server.restart().await.unwrap();
    assert_eq!(clinic.snapshot().await, before);
    // The provider asks again for everything it had sent; a new process knows it all.
    for event in sim.sent_log() {
        assert_eq!(
            clinic.webhook(&event.body, 0).await.status(),
            StatusCode::OK,
            "{}",
            event.kind
        );
    }
    assert_eq!(clinic.snapshot().await, before);
    server.stop().await.unwrap();
}
