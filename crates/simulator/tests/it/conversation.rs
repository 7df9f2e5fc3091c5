//! What is said, heard, asked and recorded.

use serde_json::{Value, json};
use voxanne_simulator::{Ending, Expect, FaultProfile, Script, Track, TransferOutcome, Utterance};

use crate::stub::{KEY, Pair};

#[tokio::test]
async fn a_plain_call_is_told_in_order_and_completely() {
    let pair = Pair::new().await;
    let report = pair
        .call(&["What are your opening hours?", "And on Saturday?"])
        .await;

    assert_eq!(report.outcome.ended_reason, "customer-ended-call");
    assert_eq!(report.outcome.ending, Ending::CallerHungUp);
    assert_eq!(report.errors, Vec::<String>::new());
    let statuses: Vec<Value> = pair
        .stub
        .hooks("status-update")
        .iter()
        .map(|m| m["status"].clone())
        .collect();
    assert_eq!(statuses, ["ringing", "in-progress", "ended"]);
    assert_eq!(pair.stub.finals("user"), report.sent_user_finals);
    assert_eq!(
        report.sent_user_finals,
        ["What are your opening hours?", "And on Saturday?"]
    );
    assert_eq!(pair.stub.finals("assistant"), report.sent_assistant_finals);
    assert_eq!(
        report.sent_assistant_finals[..2],
        ["Stub clinic.", "How can I help?"]
    );
    assert_eq!(report.first_token_ms.len(), 2);
    assert_eq!(report.turns.len(), 2);
    assert!(
        report.turns[0]
            .answer
            .starts_with("That is a good question.")
    );
}

#[tokio::test]
async fn every_event_has_a_later_timestamp_than_the_one_before() {
    let pair = Pair::new().await;
    pair.call(&["Yes.", "Yes."]).await;
    let memory = pair.stub.memory.lock().unwrap();
    let stamps: Vec<i64> = memory
        .hooks
        .iter()
        .map(|(_, body)| body["message"]["timestamp"].as_i64().unwrap())
        .collect();
    assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]));
}

#[tokio::test]
async fn the_report_carries_what_the_finals_said() {
    let pair = Pair::new().await;
    let report = pair.call(&["What are your opening hours?"]).await;
    let told = &pair.stub.hooks("end-of-call-report")[0];
    let texts = |role: &str| {
        let messages = told["artifact"]["messages"].as_array().unwrap().iter();
        let of_role = messages.filter(|m| m["role"] == role);
        of_role
            .map(|m| m["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(texts("user"), report.sent_user_finals.join(" "));
    assert_eq!(texts("bot"), report.sent_assistant_finals.join(" "));
    assert_eq!(told["endedReason"], "customer-ended-call");
    assert_eq!(told["transcript"], told["artifact"]["transcript"]);
    let uploads = &pair.stub.hooks("call.artifact.upload")[0];
    assert!(
        uploads["artifacts"]
            .as_array()
            .unwrap()
            .iter()
            .all(|a| a["success"] == true)
    );
}

#[tokio::test]
async fn the_model_gets_history_metadata_tools_and_headers() {
    let pair = Pair::new().await;
    pair.call(&["What are your opening hours?", "And on Saturday?"])
        .await;
    let requests = pair.stub.model_requests();
    let roles: Vec<&str> = requests[1]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "assistant", "user", "assistant", "user"]);
    assert_eq!(requests[1]["stream"], true);
    assert_eq!(requests[1]["metadata"]["tenant"], "t1");
    assert_eq!(requests[1]["customer"]["number"], "+14155550100");
    assert_eq!(requests[1]["tools"].as_array().unwrap().len(), 3);
    let memory = pair.stub.memory.lock().unwrap();
    assert_eq!(memory.model[0].0["x-call-token"], "token-1");
}

#[tokio::test]
async fn a_caller_who_interrupts_cuts_the_answer_at_a_word() {
    let pair = Pair::new().await;
    let mut script = Script::of("test", &["What are your opening hours?", "No, wait."]);
    script.utterances[1].interrupt_after_ms = Some(2_500);
    let none = FaultProfile::none();
    let report = pair
        .place(script, TransferOutcome::Connected, none, 1)
        .await;
    assert!(report.turns[0].interrupted);
    assert_eq!(pair.stub.hooks("user-interrupted").len(), 1);
    let whole = "That is a good question. We are open from eight to five every day.";
    let cut = &report.turns[0].answer;
    assert!(
        whole.starts_with(cut.as_str()) && cut.len() < whole.len(),
        "{cut}"
    );
    let history = pair.stub.model_requests()[1]["messages"].clone();
    assert_eq!(history[3]["content"], json!(cut));
}

#[tokio::test]
async fn a_tool_is_asked_and_its_result_goes_back_to_the_model() {
    let pair = Pair::new().await;
    let report = pair.call(&["Please look it up."]).await;
    assert_eq!(report.turns[0].tools, ["lookup"]);
    assert_eq!(report.turns[0].answer, "I found: forty two.");
    let asked = &pair.stub.hooks("tool-calls")[0];
    assert_eq!(asked["toolCallList"][0]["id"], "t-lookup");
    assert_eq!(
        asked["toolWithToolCallList"][0]["toolCall"]["id"],
        "t-lookup"
    );
}

#[tokio::test]
async fn keys_reach_the_model_as_a_keypad_entry() {
    let pair = Pair::new().await;
    let script = Script {
        utterances: vec![Utterance {
            dtmf: Some("0".into()),
            expect: Some(Expect::Escalate),
            ..Utterance::default()
        }],
        ..Script::of("key", &[])
    };
    let none = FaultProfile::none();
    let report = pair
        .place(script, TransferOutcome::Connected, none, 1)
        .await;
    assert_eq!(report.sent_user_finals, ["User's Keypad Entry: 0"]);
    assert_eq!(report.outcome.ending, Ending::TransferredConnected);
}

#[tokio::test]
async fn the_assistant_ends_the_call_and_a_silent_caller_is_given_up() {
    let pair = Pair::new().await;
    let report = pair.call(&["Goodbye."]).await;
    assert_eq!(report.outcome.ended_reason, "assistant-ended-call");
    let script = Script {
        hangup_after: false,
        ..Script::of("quiet", &["Hello?"])
    };
    let none = FaultProfile::none();
    let report = pair
        .place(script, TransferOutcome::Connected, none, 1)
        .await;
    assert_eq!(report.outcome.ended_reason, "silence-timed-out");
}

#[tokio::test]
async fn a_stream_without_choices_breaks_the_call_off_as_the_provider_does() {
    let pair = Pair::new().await;
    let report = pair.call(&["A broken chunk, please."]).await;
    assert!(report.outcome.ended_reason.contains("custom-llm"));
    assert!(
        report
            .errors
            .iter()
            .any(|e| e == "chunk.choices is not iterable")
    );
    let report = pair.call(&["A broken server, please."]).await;
    assert_eq!(
        report.outcome.ended_reason,
        "call.in-progress.error-providerfault-custom-llm-500-server-error"
    );
}

#[tokio::test]
async fn a_hook_on_a_broken_model_forwards_the_call() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| {
        plan.assistant.as_mut().unwrap()["assistant"]["hooks"] = json!([{
            "on": "call.ending",
            "filters": [{"type": "oneOf", "key": "call.endedReason",
                "oneOf": ["providerfault", "vapifault"]}],
            "do": [{"type": "tool", "tool": {"type": "transferCall",
                "destinations": [{"type": "number", "number": "+14155550188"}]}}],
        }]);
    });
    let report = pair.call(&["A broken server, please."]).await;
    assert_eq!(report.outcome.ending, Ending::TransferredConnected);
    assert_eq!(report.outcome.transfers[0].to, "+14155550188");
}

#[tokio::test]
async fn recordings_come_through_a_signed_redirect_and_never_with_the_key() {
    let pair = Pair::new().await;
    let report = pair.call(&["What are your opening hours?"]).await;
    let id = &report.provider_call_id;
    let told = report.recording.as_ref().unwrap();
    assert!(told.length_ms.abs_diff(report.duration_ms) < 50);

    let redirect = pair
        .rest(
            reqwest::Method::GET,
            &format!("/call/{id}/stereo-recording"),
        )
        .send()
        .await;
    let redirect = redirect.unwrap();
    assert_eq!(redirect.status(), 302);
    let location = redirect.headers()["location"].to_str().unwrap().to_owned();
    let client = reqwest::Client::builder().build().unwrap();
    let bytes = client
        .get(&location)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert_eq!(bytes.len() as u64, told.stereo.bytes);
    assert_eq!(
        bytes[..],
        pair.simulator.recording(id, Track::Stereo).unwrap()[..]
    );

    let with_key = client.get(&location).bearer_auth(KEY).send().await.unwrap();
    assert_eq!(with_key.status(), 400);
    let raw = location.split('?').next().unwrap();
    assert_eq!(client.get(raw).send().await.unwrap().status(), 400);
    let forged = client
        .get(location.replace("signature=", "signature=0"))
        .send()
        .await
        .unwrap();
    assert_eq!(forged.status(), 403);
    let told = &pair.stub.hooks("end-of-call-report")[0]["artifact"];
    let signed = told["presignedMonoUrl"].as_str().unwrap();
    assert_eq!(client.get(signed).send().await.unwrap().status(), 200);
}
