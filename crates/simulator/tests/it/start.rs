//! Who answers a call, and how a webhook proves where it comes from.

use serde_json::json;
use voxanne_simulator::{Ending, FaultProfile, Script, SimConfig, TransferOutcome, WebhookAuth};

use crate::stub::{DESK, Pair, assistant, fast};

#[tokio::test]
async fn no_answer_hangs_up_or_takes_the_fallback_line() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| plan.assistant = None);
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(report.outcome.ended_reason, "assistant-request-failed");
    assert_eq!(report.outcome.ending, Ending::Failed);
    assert!(report.recording.is_none());
    assert_eq!(pair.stub.hooks("end-of-call-report").len(), 1);

    let pair = Pair::with(fast(), None, Some(DESK.to_owned())).await;
    pair.stub.set(|plan| plan.assistant = None);
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(report.outcome.ending, Ending::TransferredConnected);
    assert_eq!(report.outcome.transfers[0].to, DESK);
}

#[tokio::test]
async fn error_beats_destination_beats_stored_beats_transient() {
    let pair = Pair::new().await;
    let transient = assistant(&pair.stub.url);
    let full = json!({
        "error": "Not in service.",
        "destination": {"type": "number", "number": DESK},
        "assistantId": "no-such-assistant",
        "assistant": transient,
    });
    let reasons = [
        "assistant-request-returned-error",
        "assistant-request-returned-forwarding-phone-number",
        "assistant-request-returned-invalid-assistant",
        "customer-ended-call",
    ];
    let mut answer = full;
    for (reason, next) in reasons
        .into_iter()
        .zip(["error", "destination", "assistantId", ""])
    {
        pair.stub.set(|plan| plan.assistant = Some(answer.clone()));
        let report = pair.call(&["Hello?"]).await;
        assert_eq!(report.outcome.ended_reason, reason);
        answer.as_object_mut().unwrap().remove(next);
    }
}

#[tokio::test]
async fn an_assistant_the_api_would_refuse_is_refused() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| {
        plan.assistant.as_mut().unwrap()["assistant"]["model"]["colour"] = json!("blue");
    });
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(
        report.outcome.ended_reason,
        "assistant-request-returned-invalid-assistant"
    );
    assert_eq!(report.errors, ["model.property colour should not exist"]);
    pair.simulator.set_known_properties("model", &[]);
    assert_eq!(
        pair.call(&["Hello?"]).await.outcome.ended_reason,
        "customer-ended-call"
    );
}

#[tokio::test]
async fn a_stored_assistant_is_used_with_whole_overrides() {
    let pair = Pair::new().await;
    let mut body = assistant(&pair.stub.url);
    body["firstMessage"] = json!("Stored.");
    let made = pair
        .rest(reqwest::Method::POST, "/assistant")
        .json(&body)
        .send()
        .await
        .unwrap();
    let id = made.json::<serde_json::Value>().await.unwrap()["id"].clone();
    pair.stub.set(|plan| {
        plan.assistant = Some(json!({
            "assistantId": id, "assistantOverrides": {"firstMessage": "Overridden."}}));
    });
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(report.sent_assistant_finals[0], "Overridden.");
}

#[tokio::test]
async fn every_way_to_authenticate_reaches_the_server() {
    let cases = [
        (WebhookAuth::bearer("t-1"), "authorization", "Bearer t-1"),
        (WebhookAuth::legacy("s-1"), "x-vapi-secret", "s-1"),
        (
            WebhookAuth::BearerHeader {
                token: "t-2".into(),
                header: "x-key".into(),
                prefix: false,
            },
            "x-key",
            "t-2",
        ),
    ];
    for (auth, header, value) in cases {
        let pair = Pair::with(fast(), Some(auth), None).await;
        pair.call(&[]).await;
        let memory = pair.stub.memory.lock().unwrap();
        assert!(memory.hooks.len() > 3);
        assert!(
            memory
                .hooks
                .iter()
                .all(|(headers, _)| headers[header] == value)
        );
    }
    let pair = Pair::new().await;
    pair.call(&[]).await;
    let memory = pair.stub.memory.lock().unwrap();
    let signed = |h: &axum::http::HeaderMap| h["x-signature"].len() == 64;
    assert!(
        memory
            .hooks
            .iter()
            .all(|(h, _)| signed(h) && h.contains_key("x-timestamp"))
    );
}

#[tokio::test]
async fn a_call_over_the_limit_is_rejected_and_touches_nobody() {
    let config = SimConfig {
        concurrency_limit: 0,
        ..fast()
    };
    let pair = Pair::with(config, None, None).await;
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(
        report.outcome.ended_reason,
        "call.start.error-subscription-concurrency-limit-reached"
    );
    assert!(pair.stub.hooks("assistant-request").is_empty());
}

#[tokio::test]
async fn a_withheld_number_comes_as_a_customer_without_one() {
    let pair = Pair::new().await;
    let request = voxanne_simulator::CallRequest {
        number_id: crate::stub::NUMBER.to_owned(),
        caller: None,
        script: Script::of("withheld", &["Hello?"]),
        transfer: TransferOutcome::Connected,
        faults: FaultProfile::none(),
        seed: 3,
    };
    pair.simulator.place_call(request).await.unwrap();
    assert_eq!(
        pair.stub.hooks("assistant-request")[0]["customer"],
        json!({})
    );
}

#[tokio::test]
async fn a_token_is_fetched_where_the_server_wants_one() {
    let pair = Pair::new().await;
    let auth = WebhookAuth::OAuth2 {
        token_url: format!("{}/token", pair.stub.url),
        client_id: "c 1".into(),
        client_secret: "s".into(),
    };
    pair.simulator
        .register_number(voxanne_simulator::NumberSetup {
            id: crate::stub::NUMBER.to_owned(),
            number: "+14155550111".to_owned(),
            server_url: format!("{}/hook", pair.stub.url),
            auth: Some(auth),
            fallback: None,
        });
    pair.call(&[]).await;
    let memory = pair.stub.memory.lock().unwrap();
    assert!(
        memory
            .hooks
            .iter()
            .all(|(headers, _)| headers["authorization"] == "Bearer fetched")
    );
}

#[tokio::test]
async fn a_server_that_never_answers_loses_the_call_at_the_fixed_limit() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| plan.mute = true);
    let report = pair.call(&["Hello?"]).await;
    assert_eq!(report.outcome.ended_reason, "assistant-request-failed");
    assert!(report.sent_user_finals.is_empty());
}
