use super::*;
use crate::testing::{NEW_YEAR, approved, client, serve, within};
use axum::{
    Json, Router,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode as Code, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use futures::StreamExt as _;
use std::{net::SocketAddr, sync::Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use voxanne_core::{
    call::message::CallMessage,
    ids::{CallId, HookId},
    ports::store::{HookAuth, IntegrationSecrets},
};

/// The provider as far as these tests need it: what it was asked, and what it answers.
#[derive(Clone, Default)]
struct Stub {
    asked: Arc<Mutex<Vec<String>>>,
    control_status: Arc<Mutex<u16>>,
    calls: Arc<Mutex<Vec<Value>>>,
    file: Arc<Mutex<Vec<u8>>>,
    etag: Arc<Mutex<&'static str>>,
    at: Arc<Mutex<String>>,
}

impl Stub {
    fn note(&self, line: String) {
        self.asked.lock().unwrap().push(line);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn key(headers: &HeaderMap) -> &str {
    headers
        .get(header::AUTHORIZATION)
        .map_or("-", |key| key.to_str().unwrap())
}

async fn controlled(State(stub): State<Stub>, headers: HeaderMap, body: String) -> Code {
    stub.note(format!("control {} {body}", key(&headers)));
    Code::from_u16(*stub.control_status.lock().unwrap()).unwrap()
}

async fn call(State(stub): State<Stub>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    stub.note(format!("call {id} {}", key(&headers)));
    let calls = stub.calls.lock().unwrap();
    match calls.iter().find(|call| call["id"] == id.as_str()) {
        Some(call) => Json(call.clone()).into_response(),
        None => Code::NOT_FOUND.into_response(),
    }
}

/// Newest first, as the provider does.
async fn calls(State(stub): State<Stub>, RawQuery(query): RawQuery) -> Json<Value> {
    let query = query.unwrap_or_default().replace("%3A", ":");
    let of = |name: &str| {
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix(&format!("{name}=")).map(str::to_owned))
    };
    let (from, to) = (of("createdAtGe").unwrap(), of("createdAtLt"));
    let limit: usize = of("limit").unwrap().parse().unwrap();
    stub.note(format!("list to {}", to.as_deref().unwrap_or("-")));
    let mut found: Vec<Value> = stub.calls.lock().unwrap().clone();
    found.retain(|call| {
        let at = call["createdAt"].as_str().unwrap();
        at >= from.as_str() && to.as_deref().is_none_or(|to| at < to)
    });
    found.reverse();
    found.truncate(limit);
    Json(Value::from(found))
}

async fn recorded(
    State(stub): State<Stub>,
    headers: HeaderMap,
    Path((id, what)): Path<(String, String)>,
) -> Response {
    stub.note(format!("{what} {}", key(&headers)));
    match id.as_str() {
        "later" => Code::NOT_FOUND.into_response(),
        "refused" => Code::UNAUTHORIZED.into_response(),
        "direct" => stub.file.lock().unwrap().clone().into_response(),
        "broken" => {
            let to = format!("http://{}/", serve_half().await);
            (Code::FOUND, [(header::LOCATION, to)]).into_response()
        }
        "inside" => (Code::FOUND, [(header::LOCATION, "http://10.0.0.1/file")]).into_response(),
        _ => {
            let to = format!("{}/hop?sig=1", stub.at.lock().unwrap());
            (Code::FOUND, [(header::LOCATION, to)]).into_response()
        }
    }
}

/// Storage: refuses any authorization, answers ranges of the version it is asked for.
async fn stored(State(stub): State<Stub>, headers: HeaderMap) -> Response {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &header::HeaderValue| value.to_str().unwrap().to_owned())
    };
    let (range, if_range) = (text(header::RANGE), text(header::IF_RANGE));
    stub.note(format!(
        "file {} {}",
        key(&headers),
        range.as_deref().unwrap_or("-")
    ));
    if headers.contains_key(header::AUTHORIZATION) {
        return Code::BAD_REQUEST.into_response();
    }
    let (file, etag) = (
        stub.file.lock().unwrap().clone(),
        *stub.etag.lock().unwrap(),
    );
    let from = range
        .filter(|_| if_range.as_deref() == Some(etag))
        .and_then(|range| {
            range
                .strip_prefix("bytes=")?
                .strip_suffix('-')?
                .parse::<usize>()
                .ok()
        });
    match from {
        Some(from) if from >= file.len() => (
            Code::RANGE_NOT_SATISFIABLE,
            [(header::CONTENT_RANGE, format!("bytes */{}", file.len()))],
        )
            .into_response(),
        Some(from) => {
            let span = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            (
                Code::PARTIAL_CONTENT,
                [
                    (header::CONTENT_RANGE, span),
                    (header::ETAG, etag.to_owned()),
                ],
                file[from..].to_vec(),
            )
                .into_response()
        }
        None => ([(header::ETAG, etag.to_owned())], file).into_response(),
    }
}

async fn hop() -> Response {
    (
        Code::TEMPORARY_REDIRECT,
        [(header::LOCATION, "/file?sig=2")],
    )
        .into_response()
}

/// Half of what was promised, then the connection ends.
async fn serve_half() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0_u8; 4096];
        let _ = socket.read(&mut request).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf";
        socket.write_all(answer).await.unwrap();
        socket.shutdown().await.unwrap();
    });
    at
}

struct Fixed(Integration);

#[async_trait]
impl Connections for Fixed {
    async fn integration(&self, org: OrgId, id: IntegrationId) -> Option<Integration> {
        (org == self.0.org && id == self.0.id).then(|| self.0.clone())
    }
}

struct World {
    stub: Stub,
    vapi: Vapi,
    integration: Integration,
    at: SocketAddr,
}

async fn world() -> World {
    let stub = Stub::default();
    *stub.control_status.lock().unwrap() = 200;
    *stub.file.lock().unwrap() = (0..200_000).map(|at| (at % 251) as u8).collect();
    *stub.etag.lock().unwrap() = "\"v1\"";
    let router = Router::new()
        .route("/control/{id}", post(controlled))
        .route("/api/call/{id}", get(call))
        .route("/api/call", get(calls))
        .route("/api/call/{id}/{what}", get(recorded))
        .route("/hop", get(hop))
        .route("/file", get(stored))
        .with_state(stub.clone());
    let at = serve(router).await;
    *stub.at.lock().unwrap() = format!("http://{at}");
    let integration = integration(&format!("http://{at}/api/"));
    let vapi = Vapi::new(client(), Arc::new(Fixed(integration.clone())));
    World {
        stub,
        vapi,
        integration,
        at,
    }
}

fn integration(base: &str) -> Integration {
    Integration {
        id: IntegrationId::new(),
        org: OrgId::new(),
        kind: "vapi".into(),
        base_url: base.into(),
        mode: "transient".into(),
        hook: HookId::new(),
        rev: 0,
        secrets: IntegrationSecrets {
            api_key: Some(Secret::new("private")),
            public_key: Some(Secret::new("public")),
            account: None,
            auth: HookAuth::Bearer,
            secret: None,
            previous_secret: None,
            previous_until: None,
            signature_header: String::new(),
            timestamp_header: String::new(),
        },
    }
}

impl World {
    fn line(&self, id: &str) -> Line {
        Line {
            call: CallId::new(),
            org: self.integration.org,
            integration: Some(self.integration.id),
            provider_call_id: ProviderCallId(id.into()),
            control: Some(Secret::new(format!("http://{}/control/{id}", self.at))),
        }
    }

    fn soon(&self) -> Deadline {
        within(&self.vapi.http, 20_000)
    }
}

#[tokio::test]
async fn control_messages_go_out_with_the_public_key() {
    let world = world().await;
    let line = world.line("c1");
    let words = approved("One moment please.");
    let target = TargetChoice {
        key: "nurse".into(),
        name: "Nurse line".into(),
        number: "+14155550199".into(),
    };
    world
        .vapi
        .say(&line, &words, true, world.soon())
        .await
        .unwrap();
    world
        .vapi
        .transfer(&line, &target, &words, world.soon())
        .await
        .unwrap();
    world.vapi.end(&line, world.soon()).await.unwrap();
    let bodies: Vec<Value> = world
        .stub
        .asked()
        .iter()
        .map(|line| {
            serde_json::from_str(line.strip_prefix("control Bearer public ").unwrap()).unwrap()
        })
        .collect();
    assert_eq!(
        bodies[0],
        json!({"type": "say", "content": "One moment please.", "endCallAfterSpoken": true})
    );
    assert_eq!(bodies[1]["type"], "transfer");
    assert_eq!(bodies[1]["content"], "One moment please.");
    assert_eq!(bodies[1]["destination"]["number"], "+14155550199");
    // The message is required: without it the whole transfer is refused.
    assert_eq!(
        bodies[1]["destination"]["transferPlan"]["fallbackPlan"],
        json!({"message": "", "endCallEnabled": false})
    );
    assert_eq!(bodies[2], json!({"type": "end-call"}));
    let desk = TargetChoice {
        number: "".into(),
        ..target
    };
    let refused = world
        .vapi
        .transfer(&line, &desk, &words, world.soon())
        .await;
    assert!(matches!(refused, Err(VoiceError::Refused(_))));
    assert!(world.stub.asked().is_empty());
}

#[tokio::test]
async fn a_control_message_is_sent_once_and_its_refusal_told_apart() {
    let world = world().await;
    for (status, expected) in [
        (404, "gone"),
        (410, "gone"),
        (401, "refused"),
        (429, "not done"),
        (503, "maybe done"),
    ] {
        *world.stub.control_status.lock().unwrap() = status;
        let got = world
            .vapi
            .end(&world.line("c1"), world.soon())
            .await
            .unwrap_err();
        let word = match got {
            VoiceError::Gone => "gone",
            VoiceError::Refused(_) => "refused",
            VoiceError::Unreachable {
                certainly_not_done: true,
                ..
            } => "not done",
            VoiceError::Unreachable { .. } => "maybe done",
            VoiceError::Late => "late",
        };
        assert_eq!((word, world.stub.asked().len()), (expected, 1), "{status}");
    }
    let late = world.vapi.end(&world.line("c1"), Deadline(Millis(0))).await;
    assert_eq!(late, Err(VoiceError::Late));
}

#[tokio::test]
async fn a_control_address_of_somebody_else_gets_no_key() {
    let world = world().await;
    let foreign = Line {
        control: Some(Secret::new("https://ctl.example.org/c1/control")),
        ..world.line("c1")
    };
    let got = world.vapi.end(&foreign, world.soon()).await;
    assert!(matches!(got, Err(VoiceError::Refused(_))));
    // With the provider's own base this machine is out of reach.
    let public = integration("https://api.vapi.ai");
    let line = Line {
        org: public.org,
        integration: Some(public.id),
        ..world.line("c1")
    };
    let vapi = Vapi::new(client(), Arc::new(Fixed(public)));
    let got = vapi.end(&line, within(&vapi.http, 20_000)).await;
    assert!(matches!(got, Err(VoiceError::Refused(_))));
    assert!(world.stub.asked().is_empty());
}

#[tokio::test]
async fn a_missing_control_address_is_looked_up() {
    let world = world().await;
    let running = json!({"id": "c1", "createdAt": "2026-01-01T00:00:00.000Z", "status": "in-progress",
        "startedAt": "2026-01-01T00:00:01.000Z", "monitor": {"controlUrl": format!("http://{}/control/c1", world.at)}});
    let over = json!({"id": "c2", "createdAt": "2026-01-01T00:00:00.000Z", "endedAt": "2026-01-01T00:01:00.000Z"});
    *world.stub.calls.lock().unwrap() = vec![running, over];
    let line = |id: &str| Line {
        control: None,
        ..world.line(id)
    };
    assert!(world.vapi.end(&line("c1"), world.soon()).await.is_ok());
    assert_eq!(world.stub.asked().len(), 2);
    for gone in ["c2", "c3"] {
        assert_eq!(
            world.vapi.end(&line(gone), world.soon()).await,
            Err(VoiceError::Gone)
        );
    }
}

#[tokio::test]
async fn a_call_is_looked_up_with_the_private_key() {
    let world = world().await;
    *world.stub.calls.lock().unwrap() = vec![
        json!({"id": "a/b c", "createdAt": "2026-01-01T00:00:00.000Z",
        "startedAt": "2026-01-01T00:00:01.000Z", "endedAt": "2026-01-01T00:01:00.000Z", "endedReason": "customer-ended-call",
        "artifact": {"messages": [{"role": "user", "message": "Hello", "time": NEW_YEAR}]}}),
    ];
    let id = ProviderCallId("a/b c".into());
    let (org, integration) = (world.integration.org, world.integration.id);
    let facts = world
        .vapi
        .lookup(org, integration, &id, world.soon())
        .await
        .unwrap()
        .unwrap();
    assert!(facts.ended);
    assert!(matches!(
        facts.messages[..],
        [(_, CallMessage::Status { .. }), (_, CallMessage::Report(_))]
    ));
    assert_eq!(world.stub.asked(), ["call a/b c Bearer private"]);
    let unknown = ProviderCallId("x".into());
    assert!(
        world
            .vapi
            .lookup(org, integration, &unknown, world.soon())
            .await
            .unwrap()
            .is_none()
    );
    let stranger = world
        .vapi
        .lookup(OrgId::new(), integration, &id, world.soon())
        .await;
    assert!(matches!(stranger, Err(VoiceError::Refused(_))));
}

#[tokio::test]
async fn a_list_walks_back_to_the_oldest() {
    let world = world().await;
    let call =
        |n: i64| json!({"id": format!("c{n}"), "createdAt": iso(Millis(NEW_YEAR + n * 1_000))});
    *world.stub.calls.lock().unwrap() = (0..250).map(call).collect();
    let (org, integration) = (world.integration.org, world.integration.id);
    let since = Millis(NEW_YEAR + 10_000);
    let found = world
        .vapi
        .list(org, integration, since, world.soon())
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|facts| facts.call.0.clone()).collect();
    assert_eq!(ids, (10..110).map(|n| format!("c{n}")).collect::<Vec<_>>());
    assert_eq!(world.stub.asked().len(), 3);
}

async fn all(download: Download) -> Result<Vec<u8>, RecordingError> {
    let parts: Vec<_> = download.bytes.collect().await;
    Ok(parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat())
}

#[tokio::test]
async fn f2_3_a_recording_comes_without_our_key_leaving_and_goes_on_where_it_broke_off() {
    let world = world().await;
    let file = world.stub.file.lock().unwrap().clone();
    let whole = world
        .vapi
        .recording(&world.line("c1"), Track::Stereo, 0, None)
        .await
        .unwrap();
    assert_eq!(
        (whole.from, whole.len, whole.etag.as_deref()),
        (0, Some(200_000), Some("\"v1\""))
    );
    assert_eq!(all(whole).await.unwrap(), file);
    assert_eq!(
        world.stub.asked(),
        ["stereo-recording Bearer private", "file - -"]
    );
    let rest = world
        .vapi
        .recording(&world.line("c1"), Track::Mono, 70_000, Some("\"v1\""))
        .await
        .unwrap();
    assert_eq!((rest.from, rest.len), (70_000, Some(200_000)));
    assert_eq!(all(rest).await.unwrap(), file[70_000..]);
    assert_eq!(
        world.stub.asked(),
        ["mono-recording Bearer private", "file - bytes=70000-"]
    );
    let nothing = world
        .vapi
        .recording(&world.line("c1"), Track::Mono, 200_000, Some("\"v1\""))
        .await
        .unwrap();
    assert_eq!((nothing.from, nothing.len), (200_000, Some(200_000)));
    assert!(all(nothing).await.unwrap().is_empty());
}

#[tokio::test]
async fn f2_3_a_changed_or_unproven_file_begins_anew() {
    let world = world().await;
    let file = world.stub.file.lock().unwrap().clone();
    for etag in [Some("\"v0\""), Some("W/\"v1\""), None] {
        let got = world
            .vapi
            .recording(&world.line("c1"), Track::Mono, 70_000, etag)
            .await
            .unwrap();
        assert_eq!(got.from, 0, "{etag:?}");
        assert_eq!(all(got).await.unwrap(), file);
    }
}

#[tokio::test]
async fn a_recording_that_is_late_refused_direct_cut_or_elsewhere() {
    let world = world().await;
    let fetch = async |id: &str| {
        world
            .vapi
            .recording(&world.line(id), Track::Mono, 0, None)
            .await
    };
    assert_eq!(fetch("later").await.unwrap_err(), RecordingError::NotYet);
    assert!(matches!(
        fetch("refused").await.unwrap_err(),
        RecordingError::Refused(_)
    ));
    assert!(matches!(
        fetch("inside").await.unwrap_err(),
        RecordingError::Refused(_)
    ));
    let direct = fetch("direct").await.unwrap();
    assert_eq!(all(direct).await.unwrap().len(), 200_000);
    let cut = fetch("broken").await.unwrap();
    assert!(matches!(
        all(cut).await.unwrap_err(),
        RecordingError::Cut(_)
    ));
}
