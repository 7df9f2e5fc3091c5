//! Every profile does what it is named for, loses nothing it must not lose, and can be repeated.

use std::collections::BTreeMap;

use serde_json::Value;
use voxanne_simulator::{CallReport, FaultProfile, Script, TransferOutcome, scripts};

use crate::stub::Pair;

const LINES: [&str; 3] = [
    "What are your opening hours?",
    "Is there anybody to talk to on Saturday?",
    "Yes.",
];

async fn with_profile(pair: &Pair, name: &str, seed: u64) -> CallReport {
    let script = Script::of("faults", &LINES);
    pair.place(
        script,
        TransferOutcome::Connected,
        name.parse().unwrap(),
        seed,
    )
    .await
}

fn joined(texts: &[String]) -> String {
    texts.join(" ")
}

/// Texts of one role in the last report that arrived.
fn reported(pair: &Pair, role: &str) -> String {
    let report = pair.stub.hooks("end-of-call-report").pop().unwrap();
    let messages = report["artifact"]["messages"].as_array().unwrap().clone();
    let of_role = messages.iter().filter(|m| m["role"] == role);
    of_role
        .map(|m| m["message"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn every_webhook_profile_injects_its_kind_and_the_report_stays_whole() {
    for name in ["duplicate", "reorder", "drop", "delay", "cut", "mixed"] {
        let pair = Pair::new().await;
        let report = with_profile(&pair, name, 11).await;
        let counted = if name == "mixed" {
            report.faults.values().sum()
        } else {
            report.faults.get(name).copied().unwrap_or(0)
        };
        assert!(counted > 0, "{name}: {:?}", report.faults);
        assert_eq!(
            reported(&pair, "user"),
            joined(&report.sent_user_finals),
            "{name}"
        );
        assert_eq!(
            reported(&pair, "bot"),
            joined(&report.sent_assistant_finals),
            "{name}"
        );
        assert_eq!(
            report.outcome.ended_reason, "customer-ended-call",
            "{name}: {report:?}"
        );
        assert_eq!(joined(&report.sent_user_finals), LINES.join(" "), "{name}");
    }
}

#[tokio::test]
async fn without_faults_nothing_is_counted() {
    let pair = Pair::new().await;
    let report = with_profile(&pair, "none", 11).await;
    assert!(report.faults.is_empty());
    assert!(pair.simulator.faults_injected().is_empty());
}

#[tokio::test]
async fn a_dropped_final_is_missing_in_the_events_and_present_in_the_report() {
    let pair = Pair::new().await;
    let report = with_profile(&pair, "drop", 4).await;
    let told = pair.stub.hooks("transcript").len() as u64;
    let sent = pair
        .simulator
        .sent_log()
        .iter()
        .filter(|e| e.kind == "transcript")
        .count() as u64;
    assert_eq!(told, sent);
    assert!(report.faults["drop"] > 0);
    assert_eq!(pair.stub.hooks("end-of-call-report").len(), 1);
    assert_eq!(reported(&pair, "user"), LINES.join(" "));
}

#[tokio::test]
async fn copies_are_identical_or_differ_in_signed_urls_alone() {
    let mut identical = 0;
    let mut fresh = 0;
    let pair = Pair::new().await;
    for seed in 0..12 {
        let call = with_profile(&pair, "duplicate", seed)
            .await
            .provider_call_id;
        let mut reports = pair.stub.hooks("end-of-call-report");
        reports.retain(|report| report["call"]["id"] == call.as_str());
        assert_eq!(reports.len(), 2);
        let bare = |report: &Value| {
            let mut artifact = report["artifact"].clone();
            artifact
                .as_object_mut()
                .unwrap()
                .retain(|key, _| !key.starts_with("presigned"));
            artifact
        };
        assert_eq!(bare(&reports[0]), bare(&reports[1]));
        if reports[0] == reports[1] {
            identical += 1;
        } else {
            fresh += 1;
        }
    }
    assert!(identical > 0 && fresh > 0);
}

#[tokio::test]
async fn refused_events_come_again_by_the_backoff_plan() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| plan.refuse_first = true);
    let report = with_profile(&pair, "none", 1).await;
    let memory = pair.stub.memory.lock().unwrap();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for (_, body) in &memory.hooks {
        let message = &body["message"];
        // Of these some are left out while the server keeps refusing.
        let thinned = message["type"] == "speech-update";
        if !thinned && message["type"] != "assistant-request" {
            *seen
                .entry(format!("{}{}", message["type"], message["timestamp"]))
                .or_default() += 1;
        }
    }
    assert!(seen.len() > 10);
    assert!(seen.values().all(|times| *times == 2), "{seen:?}");
    assert!(
        report
            .errors
            .iter()
            .all(|error| error.ends_with("answered 503"))
    );
    assert!(report.webhook_acks_ms.len() > seen.len());
}

#[tokio::test]
async fn without_a_backoff_plan_a_refused_event_is_gone() {
    let pair = Pair::new().await;
    pair.stub.set(|plan| {
        plan.refuse_first = true;
        let server = &mut plan.assistant.as_mut().unwrap()["assistant"]["server"];
        server.as_object_mut().unwrap().remove("backoffPlan");
    });
    with_profile(&pair, "none", 1).await;
    assert_eq!(pair.stub.hooks("end-of-call-report").len(), 1);
}

#[tokio::test]
async fn rest_faults_refuse_the_first_requests_of_a_call_and_then_let_through() {
    for (name, status) in [("5xx", 503), ("429", 429)] {
        let pair = Pair::new().await;
        let report = with_profile(&pair, name, 6).await;
        let path = format!("/call/{}", report.provider_call_id);
        let mut answers = Vec::new();
        for _ in 0..3 {
            let answer = pair.rest(reqwest::Method::GET, &path).send().await.unwrap();
            if answer.status() == 429 {
                assert_eq!(answer.headers()["retry-after"], "1");
            }
            answers.push(answer.status().as_u16());
        }
        assert_eq!(answers[0], status);
        assert!(answers.contains(&200), "{answers:?}");
        assert!(pair.simulator.faults_injected()[name] > 0);
    }
}

#[tokio::test]
async fn a_cut_download_breaks_once_and_then_is_whole() {
    let pair = Pair::new().await;
    let report = with_profile(&pair, "cut", 6).await;
    let path = format!("/call/{}/mono-recording", report.provider_call_id);
    let fetch = async || {
        let redirect = pair.rest(reqwest::Method::GET, &path).send().await.unwrap();
        let location = redirect.headers()["location"].to_str().unwrap().to_owned();
        let client = reqwest::Client::builder().build().unwrap();
        client.get(location).send().await?.bytes().await
    };
    assert!(fetch().await.is_err());
    assert_eq!(
        fetch().await.unwrap().len() as u64,
        report.recording.unwrap().mono.bytes
    );
}

#[tokio::test]
async fn turns_are_split_and_interrupted_without_losing_a_word() {
    for name in ["split", "interrupt"] {
        let pair = Pair::new().await;
        let report = with_profile(&pair, name, 2).await;
        assert!(report.sent_user_finals.len() > LINES.len(), "{name}");
        assert_eq!(joined(&report.sent_user_finals), LINES.join(" "));
        let last = pair.stub.model_requests().pop().unwrap();
        let heard: Vec<String> = last["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|m| m["role"] == "user")
            .map(|m| m["content"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(heard, LINES);
    }
}

#[tokio::test]
async fn late_and_missing_reports_happen_and_the_call_can_still_be_read() {
    let pair = Pair::new().await;
    let report = with_profile(&pair, "late-report", 2).await;
    assert_eq!(report.faults["late_report"], 1);
    assert_eq!(pair.stub.hooks("end-of-call-report").len(), 1);

    let pair = Pair::new().await;
    let report = with_profile(&pair, "no-report", 2).await;
    assert_eq!(report.faults["no_report"], 1);
    assert!(pair.stub.hooks("end-of-call-report").is_empty());
    let path = format!("/call/{}", report.provider_call_id);
    let view: Value = pair
        .rest(reqwest::Method::GET, &path)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(view["status"], "ended");
    assert!(view["artifact"]["presignedMonoUrl"].is_string());
    assert_eq!(view["artifact"]["messages"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn tool_calls_come_in_all_four_shapes_and_secrets_are_in_the_number() {
    let mut shapes = [0; 4];
    let pair = Pair::new().await;
    for seed in 0..24 {
        let script = Script::of("shapes", &["Please look it up."]);
        let profile: FaultProfile = "shapes".parse().unwrap();
        pair.place(script, TransferOutcome::Connected, profile, seed)
            .await;
        let asked = pair.stub.hooks("tool-calls").pop().unwrap();
        let call = &asked["toolCallList"][0];
        let shape = match (&call["function"]["arguments"], &call["arguments"]) {
            (Value::Object(_), _) => 0,
            (Value::String(_), _) => 1,
            (_, Value::Object(_)) => 2,
            _ => 3,
        };
        shapes[shape] += 1;
        assert!(asked["phoneNumber"]["twilioAuthToken"].is_string());
    }
    assert!(shapes.iter().all(|count| *count > 0), "{shapes:?}");
}

/// What a call sent, without what differs between any two runs.
fn contents(pair: &Pair) -> Vec<String> {
    let mut out: Vec<String> = pair
        .simulator
        .sent_log()
        .iter()
        .filter(|event| event.kind != "end-of-call-report")
        .map(|event| {
            let message: Value =
                serde_json::from_str::<Value>(&event.body).unwrap()["message"].take();
            format!(
                "{} {} {} {} {} {}",
                event.kind,
                message["status"],
                message["role"],
                message["transcript"],
                message["turn"],
                message["timestamp"].is_string(),
            )
        })
        .collect();
    out.sort();
    out
}

#[tokio::test]
async fn the_same_seed_gives_the_same_contents_and_faults() {
    for script in scripts::all().into_iter().step_by(3) {
        let mut runs = Vec::new();
        for _ in 0..2 {
            let pair = Pair::new().await;
            let faults: FaultProfile = "mixed".parse().unwrap();
            let report = pair
                .place(script.clone(), TransferOutcome::NoAnswer, faults, 9)
                .await;
            runs.push((
                contents(&pair),
                report.faults,
                report.sent_user_finals,
                report.spoken,
            ));
        }
        assert_eq!(runs[0], runs[1], "{}", script.name);
    }
    let mut differing = Vec::new();
    for seed in [1, 2] {
        let pair = Pair::new().await;
        differing.push(with_profile(&pair, "mixed", seed).await.sent_user_finals);
        differing.push(contents(&pair));
    }
    assert_ne!(differing[1], differing[3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_callers_at_once_are_each_told_completely() {
    let config = voxanne_simulator::SimConfig {
        concurrency_limit: 20,
        ..crate::stub::fast()
    };
    let pair = Pair::with(config, None, None).await;
    let calls = (0..20).map(|seed| {
        let callers = scripts::all();
        let script = callers[seed % callers.len()].clone();
        pair.place(
            script,
            TransferOutcome::NoAnswer,
            FaultProfile::mixed(),
            seed as u64,
        )
    });
    let reports = futures::future::join_all(calls).await;
    let told = pair.stub.hooks("end-of-call-report");
    for report in &reports {
        let own = told
            .iter()
            .find(|m| m["call"]["id"] == report.provider_call_id.as_str());
        let messages = own.unwrap()["artifact"]["messages"].as_array().unwrap();
        let said = messages.iter().filter(|m| m["role"] == "user");
        let said: Vec<&str> = said.map(|m| m["message"].as_str().unwrap()).collect();
        assert_eq!(
            said.join(" "),
            joined(&report.sent_user_finals),
            "{}",
            report.script
        );
        assert!(
            !report.outcome.ended_reason.contains("failed"),
            "{report:?}"
        );
    }
    assert_eq!(pair.simulator.active_calls(), 0);
}
