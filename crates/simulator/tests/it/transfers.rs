//! Forwarding, and coming back.

use serde_json::{Value, json};
use voxanne_simulator::{CallReport, Ending, FaultProfile, Script, TransferOutcome};

use crate::stub::{DESK, Pair, warm};

const LINES: [&str; 2] = ["I want to speak to a person.", "Take a message then."];

async fn outcome(pair: &Pair, outcome: TransferOutcome) -> CallReport {
    pair.place(
        Script::of("transfer", &LINES),
        outcome,
        FaultProfile::none(),
        1,
    )
    .await
}

fn statuses(pair: &Pair) -> Vec<Value> {
    pair.stub
        .hooks("status-update")
        .iter()
        .map(|m| m["status"].clone())
        .collect()
}

#[tokio::test]
async fn a_human_takes_the_call_and_the_rest_of_the_script_is_not_spoken() {
    let pair = Pair::new().await;
    let report = outcome(&pair, TransferOutcome::Connected).await;
    assert_eq!(report.outcome.ended_reason, "assistant-forwarded-call");
    assert_eq!(report.outcome.ending, Ending::TransferredConnected);
    assert!(report.outcome.human_at_ms.is_some());
    assert_eq!(report.sent_user_finals, LINES[..1]);
    assert_eq!(
        statuses(&pair),
        ["ringing", "in-progress", "forwarding", "ended"]
    );
    assert_eq!(pair.stub.hooks("transfer-destination-request").len(), 1);
    assert_eq!(
        pair.stub.hooks("transfer-update")[0]["destination"]["number"],
        DESK
    );
    let told = &pair.stub.hooks("end-of-call-report")[0]["artifact"]["transfers"];
    assert_eq!(told[0]["status"], "connected");
    assert!(
        report
            .sent_assistant_finals
            .contains(&"Connecting you.".to_owned())
    );
}

#[tokio::test]
async fn nobody_takes_it_and_the_caller_comes_back() {
    for (unlucky, status) in [
        (TransferOutcome::NoAnswer, "no-answer"),
        (TransferOutcome::Busy, "busy"),
        (TransferOutcome::Voicemail, "voicemail"),
        (TransferOutcome::Refused, "cancelled"),
        (TransferOutcome::Failed, "failed"),
    ] {
        let pair = Pair::new().await;
        let report = outcome(&pair, unlucky).await;
        assert_eq!(report.outcome.ending, Ending::CallerHungUp);
        assert_eq!(report.sent_user_finals, LINES);
        assert!(report.outcome.transfers[0].came_back);
        assert_eq!(report.outcome.transfers[0].status.as_deref(), Some(status));
        assert!(
            report
                .sent_assistant_finals
                .contains(&"Nobody is free.".to_owned())
        );
        assert_eq!(
            statuses(&pair),
            [
                "ringing",
                "in-progress",
                "forwarding",
                "in-progress",
                "ended"
            ]
        );
        let told = &pair.stub.hooks("end-of-call-report")[0]["artifact"]["transfers"];
        assert_eq!(told[0]["status"], status);
    }
}

#[tokio::test]
async fn a_blind_transfer_that_fails_loses_the_caller() {
    for (unlucky, reason) in [
        (TransferOutcome::NoAnswer, "call.forwarding.no-answer"),
        (TransferOutcome::Busy, "call.forwarding.operator-busy"),
        (
            TransferOutcome::Failed,
            "call.in-progress.error-transfer-failed",
        ),
    ] {
        let pair = Pair::new().await;
        pair.stub.set(|plan| {
            plan.destination = json!({"destination": {"type": "number", "number": DESK}});
        });
        let report = outcome(&pair, unlucky).await;
        assert_eq!(report.outcome.ending, Ending::TransferLost);
        assert_eq!(report.outcome.ended_reason, reason);
        assert!(
            report
                .spoken
                .contains(&"Transferring the call now".to_owned())
        );
    }
}

#[tokio::test]
async fn a_transfer_nobody_confirms_leaves_no_status() {
    let pair = Pair::new().await;
    let report = outcome(&pair, TransferOutcome::NeverConfirmed).await;
    assert_eq!(report.outcome.ending, Ending::TransferredUnconfirmed);
    assert_eq!(report.outcome.ended_reason, "assistant-forwarded-call");
    let told = &pair.stub.hooks("end-of-call-report")[0];
    assert!(told["artifact"].get("transfers").is_none());
}

#[tokio::test]
async fn a_refused_destination_goes_back_to_the_model() {
    let pair = Pair::new().await;
    pair.stub
        .set(|plan| plan.destination = json!({"error": "Nobody is on call"}));
    let report = outcome(&pair, TransferOutcome::Connected).await;
    assert!(report.outcome.transfers.is_empty());
    assert!(
        report.turns[0]
            .answer
            .ends_with("I found: nobody is on call.")
    );
}

#[tokio::test]
async fn an_undeclared_destination_is_ignored() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| {
        let model = &mut plan.assistant.as_mut().unwrap()["assistant"]["model"];
        model["tools"] = json!([{"type": "endCall"}]);
    });
    let report = outcome(&pair, TransferOutcome::Connected).await;
    assert!(report.outcome.transfers.is_empty());
    assert_eq!(report.outcome.ending, Ending::CallerHungUp);
    assert!(report.errors.iter().any(|e| e.contains("not declared")));
}

#[tokio::test]
async fn a_script_decides_per_target() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| plan.destination = warm());
    let mut script = Script::of("transfer", &LINES);
    script
        .transfers
        .insert(DESK.to_owned(), TransferOutcome::Busy);
    let none = FaultProfile::none();
    let report = pair
        .place(script, TransferOutcome::Connected, none, 1)
        .await;
    assert_eq!(report.outcome.transfers[0].status.as_deref(), Some("busy"));
}
