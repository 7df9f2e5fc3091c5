//! Our answers in the provider's shapes. Pure; snapshots in the tests.
//!
//! Every nested object is written whole and only with fields the provider's description names: unknown ones are refused
//! there, and a refused assistant is a caller who hears nothing. Nothing is stored at the provider, so nothing here may
//! contain caller data except numbers to dial.

use serde_json::{Map, Value, json};
use voxanne_core::{
    call::{
        message::Reply,
        plan::{CallPlan, ReceptionistPlan},
    },
    pii::{Pii, Secret},
    safety::Approved,
};

/// The header in which the call token comes back with each chat completion.
pub const TOKEN_HEADER: &str = "X-Voxanne-Call-Token";
/// The name under which we are asked as a model.
pub const MODEL: &str = "voxanne-1";
/// Longest result of a tool, characters.
const RESULT: usize = 4_000;
/// Longest name of an assistant, characters.
const NAME: usize = 40;
/// Seconds a target's telephone rings.
const DIAL_SECONDS: u32 = 30;

/// What we want to be told. Without `conversation-update`, which repeats the whole history, and without
/// `phone-call-control`, which would leave hanging up to us.
const SERVER_MESSAGES: [&str; 10] = [
    "status-update",
    "transcript",
    "speech-update",
    "user-interrupted",
    "hang",
    "tool-calls",
    "transfer-destination-request",
    "transfer-update",
    "end-of-call-report",
    "call.artifact.upload",
];

/// The answer to a ringing call.
pub fn opening(plan: &CallPlan) -> Value {
    match plan {
        CallPlan::Receptionist(plan) => json!({ "assistant": assistant(plan) }),
        CallPlan::SendAway { number, announce } => {
            json!({ "destination": destination(number, Some(announce.as_str())) })
        }
        CallPlan::Refuse { words } => json!({ "error": words.as_str() }),
    }
}

fn assistant(plan: &ReceptionistPlan) -> Value {
    let label = label(&plan.label);
    let mut out = json!({
        "name": label,
        "firstMessage": plan.first_message.as_str(),
        "firstMessageMode": "assistant-speaks-first",
        "model": model(plan),
        "voice": voice(plan.language),
        "transcriber": {"provider": "deepgram", "model": "nova-3", "language": plan.language},
        "credentials": [{"provider": "custom-llm", "apiKey": plan.call_token.expose()}],
        "serverMessages": SERVER_MESSAGES,
        "clientMessages": [],
        "artifactPlan": {
            "recordingEnabled": plan.record, "recordingFormat": "wav;l16", "pcapEnabled": false,
            "transcriptPlan": {"enabled": true},
        },
        "monitorPlan": {
            "listenEnabled": false, "listenAuthenticationEnabled": true,
            "controlEnabled": true, "controlAuthenticationEnabled": plan.guarded_control,
        },
        "analysisPlan": {
            "summaryPlan": {"enabled": false}, "structuredDataPlan": {"enabled": false},
            "successEvaluationPlan": {"enabled": false},
        },
        "maxDurationSeconds": 1_800,
        // A key pressed reaches us as the caller's words; 0 asks for a person.
        "keypadInputPlan": {"enabled": true, "timeoutSeconds": 1},
        "backgroundSound": "off",
        "metadata": {"config": label},
        "hooks": [failure_hook(plan)],
    });
    // A signed webhook needs a credential that lives at the provider and that only the number's own server block names.
    // A block here would replace that one and send everything unsigned, so it is left out: the number's block, with the
    // same address and back-off, applies.
    if let Some((name, value)) = &plan.hook_header {
        out["server"] = server(&plan.hook_url, None, Some((name, value)));
    }
    out
}

fn model(plan: &ReceptionistPlan) -> Value {
    let mut headers = Map::new();
    headers.insert(
        TOKEN_HEADER.to_owned(),
        Value::from(plan.call_token.expose()),
    );
    json!({
        "provider": "custom-llm", "model": MODEL, "url": plan.llm_url, "maxTokens": 400, "temperature": 0.2,
        "timeoutSeconds": 10, "metadataSendMode": "variable", "headers": headers,
        "messages": [{"role": "system", "content": "See server."}],
        // Without destinations every transfer asks us first.
        "tools": [{"type": "transferCall", "destinations": []}, {"type": "endCall"}],
    })
}

fn voice(language: &str) -> Value {
    match language {
        "es" => json!({"provider": "azure", "voiceId": "es-US-PalomaNeural"}),
        _ => json!({"provider": "vapi", "voiceId": "Elliot", "version": "2"}),
    }
}

/// What the provider does by itself when we, or it, fail in the middle of a call.
fn failure_hook(plan: &ReceptionistPlan) -> Value {
    let mut steps = vec![json!({"type": "say", "exact": plan.failure_words.as_str()})];
    if let Some(number) = &plan.fallback_number {
        steps.push(json!({
            "type": "tool", "tool": {"type": "transferCall", "destinations": [destination(number, Some(""))]},
        }));
    }
    json!({
        "on": "call.ending",
        "filters": [{
            "type": "oneOf", "key": "call.endedReason",
            "oneOf": ["pipeline-error", "providerfault", "vapifault"],
        }],
        "do": steps,
    })
}

/// A server block: where webhooks go and how often they are tried. `proof` is a header that shows who sends them.
pub(super) fn server(url: &str, credential: Option<&str>, proof: Option<(&str, &Secret)>) -> Value {
    let mut out = json!({
        "url": url, "timeoutSeconds": 20,
        // Without a plan a failed webhook is never sent again.
        "backoffPlan": {
            "type": "exponential", "maxRetries": 5, "baseDelaySeconds": 1,
            "excludedStatusCodes": [400, 401, 403, 404, 413, 422],
        },
    });
    if let Some(credential) = credential {
        out["credentialId"] = Value::from(credential);
    }
    if let Some((name, value)) = proof {
        let mut headers = Map::new();
        headers.insert(name.to_owned(), Value::from(value.expose()));
        out["headers"] = Value::Object(headers);
    }
    out
}

/// A number to dial; `message` is spoken before, empty means silently.
pub(super) fn destination(number: &Pii<String>, message: Option<&str>) -> Value {
    let number = number.expose();
    let mut out = json!({"type": "number", "number": number});
    if let Some(message) = message {
        out["message"] = Value::from(message);
    }
    if !number.starts_with('+') {
        out["numberE164CheckEnabled"] = Value::from(false);
    }
    out
}

/// How a caller is handed over: only to somebody who takes the call, and back to us where nobody does. The provider asks
/// for words to speak then; without any it says nothing and the receptionist goes on.
pub(super) fn transfer_plan(fallback: Option<&Approved>) -> Value {
    json!({
        "mode": "warm-transfer-experimental", "dialTimeout": DIAL_SECONDS,
        "fallbackPlan": {"message": fallback.map_or("", Approved::as_str), "endCallEnabled": false},
    })
}

/// The answer to the question for a transfer destination. `announce` is spoken before, `fallback` when nobody takes it.
pub fn transfer_reply(
    reply: Option<&Reply>,
    announce: Option<&Approved>,
    fallback: &Approved,
) -> Value {
    match reply {
        Some(Reply::TransferTo { number, .. }) if !number.expose().is_empty() => {
            let mut to = destination(number, Some(announce.map_or("", Approved::as_str)));
            to["transferPlan"] = transfer_plan(Some(fallback));
            json!({ "destination": to })
        }
        _ => json!({"error": "Nobody can be reached now. Go on and take a message."}),
    }
}

/// The answer to tool calls, in the order of the replies.
pub fn tool_reply(replies: &[Reply]) -> Value {
    let results: Vec<Value> = replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::Tool { id, name, result } => {
                Some(json!({"toolCallId": id, "name": name, "result": single_line(result)}))
            }
            Reply::TransferTo { .. } | Reply::TakeMessage => None,
        })
        .collect();
    json!({ "results": results })
}

/// The answer to a knowledge request: the words to speak, so that no model of the provider answers by itself.
pub fn knowledge_reply(words: &Approved) -> Value {
    json!({"message": {"type": "custom-message", "role": "assistant", "content": words.as_str()}})
}

/// A line break in a result makes the provider drop it.
fn single_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(RESULT).collect()
}

/// The configuration's name as the provider may keep it: short, and without anything that looks like a caller's number
/// or address.
fn label(given: &str) -> String {
    let digits = given.chars().filter(char::is_ascii_digit).count();
    let name: String = single_line(given).chars().take(NAME).collect();
    if digits >= 7 || given.contains('@') || name.is_empty() {
        "Receptionist".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::approved;

    const TOKEN: &str = "sealed-call-token";

    fn plan() -> ReceptionistPlan {
        ReceptionistPlan {
            label: "Riverside Clinic r42".into(),
            first_message: approved("Riverside Clinic, this call is recorded. How can I help?"),
            llm_url: "https://voice.example.org/vapi/llm/hook_1".into(),
            call_token: Secret::new(TOKEN),
            hook_url: "https://voice.example.org/vapi/hook/hook_1".into(),
            hook_header: Some(("Authorization".into(), Secret::new("Bearer hook-secret"))),
            language: "en",
            record: true,
            guarded_control: true,
            fallback_number: Some("+14155550199".into()),
            failure_words: approved("I am connecting you with the clinic now."),
        }
    }

    /// Sorted, so that the snapshot does not depend on how JSON objects are held in memory.
    macro_rules! shape {
        ($value:expr) => {
            insta::with_settings!({sort_maps => true}, { insta::assert_json_snapshot!($value) })
        };
    }

    fn opened(plan: ReceptionistPlan) -> Value {
        opening(&CallPlan::Receptionist(Box::new(plan)))
    }

    #[test]
    fn the_receptionist_with_every_safety_net() {
        shape!(opened(plan()));
    }

    #[test]
    fn sent_away_and_refused() {
        let away = CallPlan::SendAway {
            number: "+14155550199".into(),
            announce: approved("Connecting you to the clinic."),
        };
        let refused = CallPlan::Refuse {
            words: approved("This number is not in service at the moment."),
        };
        shape!([opening(&away), opening(&refused)]);
    }

    #[test]
    fn transfers_and_tools() {
        let to = |number: &str| Reply::TransferTo {
            key: "nurse".into(),
            name: "Nurse line".into(),
            number: number.into(),
        };
        let tool = Reply::Tool {
            id: "call_1".into(),
            name: "hours".into(),
            result: "Monday\nto  Friday,\r\n8 to 5.".into(),
        };
        let (announce, fallback) = (
            approved("I am connecting you with our nurse line now."),
            approved("I could not reach anybody. I will take a message."),
        );
        let nobody = transfer_reply(Some(&Reply::TakeMessage), Some(&announce), &fallback);
        assert_eq!(transfer_reply(Some(&to("")), None, &fallback), nobody);
        assert_eq!(transfer_reply(None, None, &fallback), nobody);
        shape!([
            transfer_reply(Some(&to("+14155550199")), Some(&announce), &fallback),
            nobody,
            tool_reply(&[tool, Reply::TakeMessage]),
            knowledge_reply(&announce),
        ]);
    }

    #[test]
    fn every_webhook_of_a_call_carries_the_proof_that_its_connection_asks_for() {
        let legacy = opened(ReceptionistPlan {
            hook_header: Some(("x-vapi-secret".into(), Secret::new("hook-secret"))),
            ..plan()
        });
        let headers = &legacy["assistant"]["server"]["headers"];
        assert_eq!(headers["x-vapi-secret"], "hook-secret");
        assert!(headers.get("Authorization").is_none());
    }

    #[test]
    fn spanish_without_recording_and_without_a_line_of_last_resort() {
        let spanish = opened(ReceptionistPlan {
            language: "es",
            record: false,
            fallback_number: None,
            hook_header: None,
            ..plan()
        });
        let assistant = &spanish["assistant"];
        assert_eq!(assistant["artifactPlan"]["recordingEnabled"], false);
        assert_eq!(assistant["transcriber"]["language"], "es");
        assert_eq!(
            assistant["hooks"][0]["do"].as_array().map(Vec::len),
            Some(1)
        );
        // Signed: the number's own server block must apply.
        assert!(assistant.get("server").is_none());
    }

    #[test]
    fn every_server_block_retries_and_every_control_asks_for_a_key() {
        let opened = opened(plan());
        let plan = &opened["assistant"]["server"]["backoffPlan"];
        assert_eq!(plan["type"], "exponential");
        assert!(plan["maxRetries"].as_u64().unwrap() > 0);
        assert_eq!(
            opened["assistant"]["monitorPlan"]["controlAuthenticationEnabled"],
            true
        );
        assert_eq!(
            opened["assistant"]["monitorPlan"]["listenAuthenticationEnabled"],
            true
        );
        let listed = opened["assistant"]["serverMessages"].to_string();
        assert!(listed.contains("transcript") && !listed.contains("phone-call-control"));
    }

    #[test]
    fn label_and_metadata_carry_no_caller_data_and_no_secret() {
        for leak in ["Call of +1 415 555 0100", "ada@example.org", "", "\n"] {
            let opened = opened(ReceptionistPlan {
                label: leak.into(),
                ..plan()
            });
            assert_eq!(opened["assistant"]["name"], "Receptionist");
            assert_eq!(
                opened["assistant"]["metadata"],
                json!({"config": "Receptionist"})
            );
        }
        let opened = opened(ReceptionistPlan {
            label: "A".repeat(90),
            ..plan()
        });
        assert_eq!(
            opened["assistant"]["name"].as_str().map(str::len),
            Some(NAME)
        );
        let kept = [
            &opened["assistant"]["name"],
            &opened["assistant"]["metadata"],
        ];
        assert!(kept.iter().all(|part| !part.to_string().contains(TOKEN)));
    }
}
