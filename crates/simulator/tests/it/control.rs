//! Live control while a call runs.

use serde_json::json;
use voxanne_simulator::Ending;

use crate::stub::{CONTROL_KEY, DESK, During, Pair};

async fn with_command(
    command: serde_json::Value,
    key: Option<&'static str>,
) -> (Pair, voxanne_simulator::CallReport) {
    let pair = Pair::new().await;
    pair.stub
        .set(|plan| plan.during = During::Control(command, key));
    let report = pair
        .call(&["What are your opening hours?", "And on Saturday?"])
        .await;
    (pair, report)
}

#[tokio::test]
async fn the_call_says_where_it_is_controlled_and_wants_the_key() {
    let (pair, report) = with_command(json!({"type": "end-call"}), None).await;
    assert_eq!(report.outcome.ending, Ending::CallerHungUp);
    assert_eq!(pair.stub.memory.lock().unwrap().control_status, [401, 401]);
    let status = &pair.stub.hooks("status-update")[1];
    let url = status["call"]["monitor"]["controlUrl"].as_str().unwrap();
    assert_eq!(
        url,
        format!(
            "{}/live/{}/control",
            pair.simulator.base_url(),
            report.provider_call_id
        )
    );
    let client = reqwest::Client::builder().build().unwrap();
    let gone = client
        .post(url)
        .bearer_auth(CONTROL_KEY)
        .json(&json!({"type": "end-call"}));
    assert_eq!(gone.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_call_is_ended_from_outside() {
    let (_, report) = with_command(json!({"type": "end-call"}), Some(CONTROL_KEY)).await;
    assert_eq!(report.outcome.ending, Ending::Controlled);
    assert_eq!(report.outcome.ended_reason, "manually-canceled");
    assert_eq!(report.sent_user_finals.len(), 1);
}

#[tokio::test]
async fn a_call_is_transferred_from_outside() {
    let command = json!({"type": "transfer", "content": "A colleague takes over.",
        "destination": {"type": "number", "number": DESK}});
    let (pair, report) = with_command(command, Some(CONTROL_KEY)).await;
    assert_eq!(report.outcome.ending, Ending::TransferredConnected);
    assert!(report.outcome.transfers[0].by_control);
    assert!(
        report
            .spoken
            .contains(&"A colleague takes over.".to_owned())
    );
    assert!(pair.stub.hooks("transfer-destination-request").is_empty());
}

#[tokio::test]
async fn words_are_spoken_and_messages_added_on_request() {
    let command = json!({"type": "say", "content": "Please stay on the line."});
    let (_, report) = with_command(command, Some(CONTROL_KEY)).await;
    assert_eq!(
        report
            .spoken
            .iter()
            .filter(|s| *s == "Please stay on the line.")
            .count(),
        2
    );

    let command = json!({"type": "add-message", "triggerResponseEnabled": false,
        "message": {"role": "system", "content": "A colleague listens."}});
    let (pair, _) = with_command(command, Some(CONTROL_KEY)).await;
    let second = pair.stub.model_requests()[1].clone();
    let messages = second["messages"].as_array().unwrap();
    assert!(
        messages
            .iter()
            .any(|m| m["content"] == "A colleague listens.")
    );
}

#[tokio::test]
async fn a_muted_assistant_says_nothing() {
    let command = json!({"type": "control", "control": "mute-assistant"});
    let (_, report) = with_command(command, Some(CONTROL_KEY)).await;
    assert_eq!(report.spoken, ["Stub clinic. How can I help?"]);
}

#[tokio::test]
async fn a_running_call_can_be_listened_to() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| plan.during = During::Listen);
    pair.call(&["What are your opening hours?"]).await;
    assert_eq!(pair.stub.memory.lock().unwrap().heard_bytes, 640);
}

#[tokio::test]
async fn wrong_commands_are_refused() {
    let (pair, _) = with_command(json!({"type": "transfer"}), Some(CONTROL_KEY)).await;
    assert_eq!(pair.stub.memory.lock().unwrap().control_status, [400, 400]);
}
