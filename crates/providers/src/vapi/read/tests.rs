use super::*;
use crate::vapi::report;
use proptest::prelude::*;
use serde_json::json;
use voxanne_core::call::message::{Report, TransferFact};

const AT: i64 = 1_767_225_610_100;

fn one(message: Value) -> Heard {
    envelope(message).heard.remove(0)
}

fn envelope(mut message: Value) -> Envelope {
    if message.get("call").is_none() {
        message["call"] = json!({"id": "c1", "orgId": "o1"});
    }
    read(json!({ "message": message }).to_string().as_bytes()).unwrap()
}

fn key(heard: &Heard) -> IntakeKey {
    match heard {
        Heard::Message { key, .. }
        | Heard::TransferAsk { key }
        | Heard::AssistantRequest { key } => *key,
        other => panic!("{other:?} has no key"),
    }
}

fn message(heard: Heard) -> CallMessage {
    match heard {
        Heard::Message { message, .. } => message,
        other => panic!("{other:?} is no message"),
    }
}

fn reported(heard: Heard) -> Report {
    match message(heard) {
        CallMessage::Report(report) => *report,
        other => panic!("{other:?} is no report"),
    }
}

#[test]
fn a_ringing_call_is_read_with_caller_number_and_account() {
    let envelope = envelope(json!({
        "type": "assistant-request", "timestamp": AT,
        "call": {"id": "c1", "orgId": "o1", "status": "ringing", "phoneNumberId": "p1", "customer": {"number": "+14155550100"}},
        "phoneNumber": {"provider": "vapi", "name": "Front desk"},
        "customer": {"number": "+14155550100", "name": "Ada"},
    }));
    assert!(matches!(
        envelope.heard[..],
        [Heard::AssistantRequest { .. }]
    ));
    assert_eq!(envelope.call, Some(ProviderCallId("c1".into())));
    assert_eq!(envelope.account.as_deref(), Some("o1"));
    assert_eq!(envelope.number_provider_id.as_deref(), Some("p1"));
    assert_eq!(envelope.at, Some(Millis(AT)));
    assert_eq!(envelope.seen.caller.unwrap().expose(), "+14155550100");
    assert_eq!(envelope.seen.caller_name.unwrap().expose(), "Ada");
}

#[test]
fn a_status_is_the_messages_own_and_never_the_snapshots() {
    let stale = json!({"id": "c1", "status": "ringing", "monitor": {"controlUrl": "https://ctl.vapi.ai/x/control"}});
    let envelope = envelope(
        json!({"type": "status-update", "status": "in-progress", "timestamp": AT, "call": stale}),
    );
    assert_eq!(
        envelope.seen.control.as_ref().map(Secret::expose),
        Some("https://ctl.vapi.ai/x/control")
    );
    let CallMessage::Status {
        status,
        ended_reason,
    } = message(envelope.heard.into_iter().next().unwrap())
    else {
        panic!("no status");
    };
    assert_eq!((status, ended_reason), (Status::InProgress, None));
    let ended = message(one(
        json!({"type": "status-update", "status": "ended", "endedReason": "customer-ended-call"}),
    ));
    assert_eq!(
        ended,
        CallMessage::Status {
            status: Status::Ended,
            ended_reason: Some("customer-ended-call".into())
        }
    );
    // A stale snapshot alone says nothing.
    let hang = one(json!({"type": "hang", "call": {"id": "c1", "status": "ended"}}));
    assert_eq!(message(hang), CallMessage::Hang);
}

#[test]
fn the_same_status_at_another_time_is_another_message() {
    let status = |at: Value| {
        key(&one(
            json!({"type": "status-update", "status": "in-progress", "timestamp": at}),
        ))
    };
    assert_eq!(status(json!(AT)), status(json!("2026-01-01T00:00:10.100Z")));
    assert_ne!(status(json!(AT)), status(json!(AT + 1)));
    assert_eq!(status(Value::Null), status(Value::Null));
}

#[test]
fn f3_1_finals_are_read_under_both_type_words_and_both_yes_are_kept() {
    let said = |at: i64| {
        one(
            json!({"type": "transcript", "role": "user", "transcriptType": "final", "transcript": "Yes.", "timestamp": at}),
        )
    };
    assert_ne!(key(&said(AT)), key(&said(AT + 900)));
    assert_eq!(key(&said(AT)), key(&said(AT)));
    let bracketed = one(json!({
        "type": "transcript[transcriptType=\"final\"]", "role": "user", "transcript": "Yes.", "timestamp": AT
    }));
    assert_eq!(key(&bracketed), key(&said(AT)));
    assert_eq!(
        message(bracketed),
        CallMessage::Final {
            speaker: Speaker::Caller,
            text: "Yes.".into(),
            ended_at: None
        }
    );
    let ours = one(
        json!({"type": "transcript", "role": "assistant", "transcriptType": "final", "transcript": "Hello."}),
    );
    assert!(matches!(
        message(ours),
        CallMessage::Final {
            speaker: Speaker::Receptionist,
            ..
        }
    ));
}

#[test]
fn f3_4_partials_and_speech_pass_without_a_key() {
    let partial = one(
        json!({"type": "transcript", "role": "user", "transcriptType": "partial", "transcript": "Is my"}),
    );
    assert!(matches!(
        partial,
        Heard::Partial {
            speaker: Speaker::Caller,
            ..
        }
    ));
    let speech =
        one(json!({"type": "speech-update", "status": "stopped", "role": "user", "turn": 2}));
    assert!(matches!(
        speech,
        Heard::Speech {
            speaker: Speaker::Caller,
            started: false
        }
    ));
}

#[test]
fn tool_calls_are_read_in_all_four_shapes() {
    let shapes = [
        json!({"id": "t1", "type": "function", "function": {"name": "find", "arguments": {"query": "hours"}}}),
        json!({"id": "t1", "type": "function", "function": {"name": "find", "arguments": "{\"query\":\"hours\"}"}}),
        json!({"id": "t1", "name": "find", "arguments": {"query": "hours"}}),
        json!({"id": "t1", "name": "find", "parameters": {"query": "hours"}}),
    ];
    let wrapped = json!({"type": "tool-calls", "toolWithToolCallList": [{"name": "find", "toolCall": shapes[1]}]});
    let messages = shapes
        .iter()
        .flat_map(|shape| {
            [
                json!({"type": "tool-calls", "toolCallList": [shape]}),
                json!({"type": "tool-calls", "toolCalls": [shape]}),
            ]
        })
        .chain([wrapped]);
    let mut keys = Vec::new();
    for body in messages {
        let Heard::ToolCalls(calls) = one(body.clone()) else {
            panic!("{body} has no tool calls");
        };
        assert_eq!(calls.len(), 1, "{body}");
        assert_eq!(
            (calls[0].id.as_str(), calls[0].name.as_str()),
            ("t1", "find"),
            "{body}"
        );
        assert_eq!(
            *calls[0].arguments.expose(),
            json!({"query": "hours"}),
            "{body}"
        );
        keys.push(calls[0].key);
    }
    keys.dedup();
    assert_eq!(keys.len(), 1);
}

#[test]
fn one_post_with_two_tool_calls_has_two_keys_and_broken_arguments_become_empty() {
    let Heard::ToolCalls(calls) = one(json!({"type": "tool-calls", "toolCallList": [
        {"id": "t1", "function": {"name": "a", "arguments": "{not json"}},
        {"id": "t2", "function": {"name": "b", "arguments": "[1]"}},
        {"id": "t2", "function": {"name": "b"}},
        {"function": {"name": "without id"}},
    ]})) else {
        panic!("no tool calls");
    };
    assert_eq!(calls.len(), 2);
    assert_ne!(calls[0].key, calls[1].key);
    assert!(
        calls
            .iter()
            .all(|call| *call.arguments.expose() == json!({}))
    );
}

fn full_report() -> Value {
    json!({
        "type": "end-of-call-report", "endedReason": "customer-ended-call", "timestamp": AT,
        "startedAt": "2026-01-01T00:00:04.000Z", "endedAt": "2026-01-01T00:01:00.000Z",
        "artifact": {
            "messages": [
                {"role": "system", "message": "See server.", "time": 1_767_225_604_000_i64},
                {"role": "bot", "message": "How can I help?", "time": 1_767_225_604_500_i64, "endTime": 1_767_225_606_000_i64},
                {"role": "user", "message": "Hours?", "time": 1_767_225_607_000_i64},
                {"role": "tool_calls", "toolCalls": [{"id": "t1"}]},
                {"role": "tool_call_result", "result": "Mon to Fri", "name": "find", "secondsFromStart": 4.5},
            ],
            "transcript": "AI: something else",
            "recordingUrl": "https://storage.example/m.wav", "presignedStereoUrl": "https://storage.example/s.wav?sig=1",
            "transfers": [
                {"destination": {"type": "number", "number": "+14155550199"}, "mode": "blind-transfer", "status": "connected"},
                {"destination": {"type": "sip", "sipUri": "sip:desk@example.org"}, "status": "no-answer"},
                {"mode": "blind-transfer", "status": "completed"},
                {"mode": "warm-transfer-experimental", "status": "completed"},
            ],
        },
    })
}

#[test]
fn a_report_gives_transcript_transfers_and_tracks() {
    let report = reported(one(full_report()));
    let lines: Vec<_> = report
        .transcript
        .iter()
        .map(|line| {
            (
                line.speaker,
                line.text.expose().as_str(),
                line.started_at.0 - 1_767_225_600_000,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            (Speaker::Receptionist, "How can I help?", 4_500),
            (Speaker::Caller, "Hours?", 7_000),
            (Speaker::Tool, "Mon to Fri", 8_500),
        ]
    );
    assert_eq!(
        report.transcript[0].ended_at,
        Some(Millis(1_767_225_606_000))
    );
    assert_eq!(report.tracks, [Track::Stereo, Track::Mono]);
    assert_eq!(report.ended_reason.as_deref(), Some("customer-ended-call"));
    assert_eq!(report.started_at, Some(Millis(1_767_225_604_000)));
    assert_eq!(report.ended_at, Some(Millis(1_767_225_660_000)));
    let facts: Vec<_> = report
        .transfers
        .iter()
        .map(|transfer| transfer.fact)
        .collect();
    let (connected, none) = (Some(TransferFact::Connected), None);
    assert_eq!(
        facts,
        [connected, Some(TransferFact::NoAnswer), none, connected]
    );
    assert_eq!(
        report.transfers[1].destination.as_ref().unwrap().expose(),
        "sip:desk@example.org"
    );
}

#[test]
fn a_report_in_the_older_form_is_read_too() {
    let report = reported(one(json!({
        "type": "end-of-call-report", "startedAt": 1_767_225_604_000_i64,
        "transcript": "AI: How can I help?\nUser: Hours?\nOn Monday.\n", "recordingUrl": "https://storage.example/m.wav",
    })));
    let lines: Vec<_> = report
        .transcript
        .iter()
        .map(|line| line.text.expose().as_str())
        .collect();
    assert_eq!(lines, ["How can I help?", "Hours? On Monday."]);
    assert_eq!(report.tracks, [Track::Mono]);
    let silent = reported(one(
        json!({"type": "end-of-call-report", "artifact": {"recordingUrl": null}}),
    ));
    assert_eq!((silent.tracks.len(), silent.transcript.len()), (0, 0));
}

#[test]
fn f1_2_a_repeated_report_with_fresh_addresses_has_the_same_key() {
    let mut again = full_report();
    again["artifact"]["presignedStereoUrl"] = json!("https://storage.example/s.wav?sig=2");
    again["timestamp"] = json!(AT + 5_000);
    assert_eq!(key(&one(full_report())), key(&one(again)));
}

#[test]
fn uploads_transfers_and_unknown_types_are_kept() {
    let uploaded = one(json!({"type": "call.artifact.upload", "artifacts": [
        {"type": "recording-mono", "success": true}, {"type": "recording-stereo", "success": false}, {"type": "log", "success": true}
    ]}));
    assert_eq!(
        message(uploaded),
        CallMessage::ArtifactUploaded {
            tracks: vec![Track::Mono]
        }
    );
    assert_eq!(
        message(one(json!({"type": "transfer-update"}))),
        CallMessage::TransferBegun
    );
    assert_eq!(
        message(one(json!({"type": "brand.new", "x": 1}))),
        CallMessage::Other {
            kind: "brand.new".into()
        }
    );
    let asked = |at: i64| {
        key(&one(
            json!({"type": "transfer-destination-request", "timestamp": at}),
        ))
    };
    assert_eq!(asked(1_767_225_620_000), asked(1_767_225_620_000));
    assert_ne!(asked(1_767_225_620_000), asked(1_767_225_630_000));
    assert!(matches!(
        one(json!({"type": "conversation-update", "messages": []})),
        Heard::Ignored
    ));
}

#[test]
fn an_older_call_id_form_and_a_body_without_a_wrapper_are_accepted() {
    let body = json!({"type": "hang", "call": {"callId": "c9"}}).to_string();
    assert_eq!(
        read(body.as_bytes()).unwrap().call,
        Some(ProviderCallId("c9".into()))
    );
    assert_eq!(read(b"{").unwrap_err(), BadWebhook::NotJson);
    assert_eq!(
        read(b"{\"message\":{}}").unwrap_err(),
        BadWebhook::NoMessage
    );
    assert_eq!(
        read(&vec![b' '; LARGEST + 1]).unwrap_err(),
        BadWebhook::TooLarge
    );
}

#[test]
fn a_knowledge_request_gives_the_callers_last_words() {
    let asked = one(
        json!({"type": "knowledge-base-request", "messagesOpenAIFormatted": [
            {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}, {"role": "user", "content": "Price?"}
        ]}),
    );
    let Heard::KnowledgeRequest { question } = asked else {
        panic!("no question");
    };
    assert_eq!(question.expose(), "Price?");
}

#[test]
fn a_looked_up_call_tells_what_its_webhooks_would_have() {
    let mut call = full_report();
    call["id"] = json!("c1");
    call["createdAt"] = json!("2026-01-01T00:00:00.000Z");
    call["status"] = json!("ended");
    let facts = report::facts(&call).unwrap();
    assert!(facts.ended && facts.seen.recovered);
    assert_eq!(facts.started_at, Millis(1_767_225_600_000));
    let [
        (
            at,
            CallMessage::Status {
                status: Status::Ended,
                ..
            },
        ),
        (_, CallMessage::Report(found)),
    ] = &facts.messages[..]
    else {
        panic!("{:?}", facts.messages);
    };
    assert_eq!(*at, Millis(1_767_225_660_000));
    assert_eq!(**found, reported(one(full_report())));
    assert_eq!(
        keys::looked_up(&facts.call, *at, &facts.messages[1].1),
        key(&one(full_report()))
    );
}

#[test]
fn a_looked_up_call_is_not_reported_before_it_is_worked_up() {
    let mut call = json!({"id": "c1", "createdAt": "2026-01-01T00:00:00Z", "startedAt": "2026-01-01T00:00:04Z", "status": "in-progress"});
    let kinds = |call: &Value| report::facts(call).unwrap().messages.len();
    assert_eq!(kinds(&call), 1);
    assert!(!report::facts(&call).unwrap().ended);
    call["endedAt"] = json!("2026-01-01T00:01:00Z");
    assert_eq!(kinds(&call), 1);
    call["artifact"] = json!({"messages": []});
    assert_eq!(kinds(&call), 2);
    assert!(report::facts(&json!({"id": 4})).is_none());
}

/// Everything the reading gives, with all wrappers taken off.
fn exposed(envelope: &Envelope) -> String {
    use std::fmt::Write as _;
    let mut out = format!("{envelope:?}");
    let seen = &envelope.seen;
    for kept in [&seen.caller, &seen.caller_name].into_iter().flatten() {
        out.push_str(kept.expose());
    }
    out.push_str(seen.control.as_ref().map_or("", Secret::expose));
    for heard in &envelope.heard {
        match heard {
            Heard::Message {
                message: CallMessage::Report(report),
                ..
            } => {
                for line in &report.transcript {
                    out.push_str(line.text.expose());
                }
                for transfer in &report.transfers {
                    out.push_str(transfer.destination.as_ref().map_or("", |to| to.expose()));
                }
            }
            Heard::Message {
                message: CallMessage::Final { text, .. },
                ..
            }
            | Heard::Partial { text, .. } => {
                out.push_str(text.expose());
            }
            Heard::ToolCalls(calls) => {
                for call in calls {
                    let _ = write!(out, "{}", call.arguments.expose());
                }
            }
            Heard::KnowledgeRequest { question } => out.push_str(question.expose()),
            _ => {}
        }
    }
    out
}

const CANARY: &str = "CANARY-7f3a";

/// A message of every type with our own secrets and the carrier's in every place where they were seen.
fn loaded(kind: &str) -> Value {
    let number = json!({"id": "p1", "number": "+1", "twilioAccountSid": CANARY, "twilioAuthToken": CANARY,
        "credentialId": CANARY, "server": {"secret": CANARY, "headers": {"Authorization": CANARY}}});
    let assistant = json!({"model": {"headers": {"X-Voxanne-Call-Token": CANARY}, "url": CANARY},
        "credentials": [{"apiKey": CANARY}], "server": {"url": CANARY}});
    let mut body = full_report();
    body["type"] = json!(kind);
    body["role"] = json!("user");
    body["status"] = json!("ended");
    body["transcript"] = json!("said");
    body["phoneNumber"] = number.clone();
    body["assistant"] = assistant.clone();
    body["toolCallList"] = json!([{"id": "t", "function": {"name": "n", "arguments": {}}, "server": {"secret": CANARY}}]);
    body["artifact"]["presignedMonoUrl"] = json!(CANARY);
    body["artifact"]["variableValues"] = json!({"secret": CANARY});
    body["call"] = json!({"id": "c1", "phoneNumber": number, "assistant": assistant, "phoneCallProviderId": CANARY,
        "transport": {"callToken": CANARY}, "monitor": {"controlUrl": "https://ctl.vapi.ai/x", "listenUrl": CANARY},
        "assistantOverrides": {"credentials": [{"apiKey": CANARY}]}});
    body
}

#[test]
fn no_secret_of_a_payload_is_kept_or_printed() {
    for kind in [
        "assistant-request",
        "status-update",
        "transcript",
        "speech-update",
        "tool-calls",
        "transfer-update",
        "transfer-destination-request",
        "end-of-call-report",
        "call.artifact.upload",
        "hang",
        "conversation-update",
        "knowledge-base-request",
        "user-interrupted",
        "model-output",
        "something-new",
    ] {
        let envelope = envelope(loaded(kind));
        assert!(!exposed(&envelope).contains(CANARY), "{kind}");
        let printed = format!("{envelope:?}");
        for private in ["How can I help?", "+14155550199", "ctl.vapi.ai", "said"] {
            assert!(!printed.contains(private), "{kind} prints {private}");
        }
    }
    let mut call = loaded("x");
    call["id"] = json!("c1");
    call["createdAt"] = json!(AT);
    assert!(!format!("{:?}", report::facts(&call).unwrap()).contains(CANARY));
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("message".to_owned()),
        Just("type".to_owned()),
        Just("call".to_owned()),
        Just("id".to_owned()),
        Just("timestamp".to_owned()),
        Just("status".to_owned()),
        Just("role".to_owned()),
        Just("transcript".to_owned()),
        Just("artifact".to_owned()),
        Just("messages".to_owned()),
        Just("toolCallList".to_owned()),
        Just("function".to_owned()),
        Just("arguments".to_owned()),
        Just("transfers".to_owned()),
        Just("startedAt".to_owned()),
        Just("createdAt".to_owned()),
        Just("secondsFromStart".to_owned()),
        "[a-z]{0,6}",
    ];
    let word = prop_oneof![
        Just("assistant-request".to_owned()),
        Just("status-update".to_owned()),
        Just("ended".to_owned()),
        Just("transcript".to_owned()),
        Just("user".to_owned()),
        Just("final".to_owned()),
        Just("tool-calls".to_owned()),
        Just("end-of-call-report".to_owned()),
        Just("2026-01-01T00:00:00Z".to_owned()),
        "\\PC{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_without_a_panic(value in any_json(), typed in any_json()) {
        let _ = read(value.to_string().as_bytes());
        let _ = report::facts(&value);
        for kind in ["tool-calls", "end-of-call-report", "transcript", "status-update"] {
            let mut message = typed.clone();
            if let Some(map) = message.as_object_mut() {
                map.insert("type".into(), json!(kind));
                let envelope = read(json!({"message": message}).to_string().as_bytes()).unwrap();
                prop_assert_eq!(envelope.kind, kind);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    /// Whatever stands in the places that are not kept, nothing of it comes out.
    #[test]
    fn nothing_beside_the_allow_list_comes_out(junk in "[a-z]{1,10}", kind in prop_oneof![Just("hang"), Just("status-update"), Just("end-of-call-report")]) {
        prop_assume!(!["call", "type", "status", "artifact", "transcript", "summary"].contains(&junk.as_str()));
        let mut body = loaded(kind);
        body["phoneNumber"][&junk] = json!({"x": CANARY});
        body["assistant"][&junk] = json!([CANARY]);
        body["artifact"]["recording"] = json!({"mono": {"combinedUrl": CANARY}});
        prop_assert!(!exposed(&envelope(body)).contains(CANARY));
    }
}
