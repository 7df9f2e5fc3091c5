//! A stand-in for the server under test: it answers as told and remembers what it got.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use voxanne_simulator::{
    CallReport, CallRequest, FaultProfile, NumberSetup, Script, SimConfig, Simulator,
    TransferOutcome, WebhookAuth,
};

pub(crate) const NUMBER: &str = "77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a001";
pub(crate) const DESK: &str = "+14155550199";
pub(crate) const KEY: &str = "private-key";
pub(crate) const CONTROL_KEY: &str = "control-key";

/// Something the stub does while it is asked for an answer, to the simulator.
#[derive(Clone, Default)]
pub(crate) enum During {
    #[default]
    Nothing,
    /// Posts this to the control URL with this key.
    Control(Value, Option<&'static str>),
    /// Listens to the call until it hears a frame.
    Listen,
}

#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) hooks: Vec<(HeaderMap, Value)>,
    pub(crate) model: Vec<(HeaderMap, Value)>,
    pub(crate) control_status: Vec<u16>,
    pub(crate) heard_bytes: usize,
    refused_once: Vec<String>,
}

pub(crate) struct Stub {
    pub(crate) url: String,
    pub(crate) memory: Mutex<Memory>,
    pub(crate) plan: Mutex<Plan>,
}

/// How the stub behaves.
#[derive(Clone)]
pub(crate) struct Plan {
    /// The answer to assistant-request; `None` answers 500.
    pub(crate) assistant: Option<Value>,
    /// Never answers assistant-request.
    pub(crate) mute: bool,
    /// The answer to transfer-destination-request.
    pub(crate) destination: Value,
    /// Refuse every event other than questions the first time it comes.
    pub(crate) refuse_first: bool,
    pub(crate) during: During,
}

/// The assistant the stub answers with.
pub(crate) fn assistant(url: &str) -> Value {
    json!({
        "name": "Stub clinic",
        "firstMessage": "Stub clinic. How can I help?",
        "model": {
            "provider": "custom-llm", "model": "stub-1", "url": format!("{url}/llm"),
            "headers": {"X-Call-Token": "token-1"}, "timeoutSeconds": 5,
            "messages": [{"role": "system", "content": "See server."}],
            "tools": [
                {"type": "transferCall", "destinations": []},
                {"type": "endCall"},
                {"type": "function", "function": {"name": "lookup"}},
            ],
        },
        "server": {"url": format!("{url}/hook"), "timeoutSeconds": 5,
            "backoffPlan": {"type": "exponential", "maxRetries": 4, "baseDelaySeconds": 1,
                "excludedStatusCodes": [400, 401]}},
        "serverMessages": ["status-update", "transcript", "speech-update", "user-interrupted",
            "hang", "tool-calls", "transfer-destination-request", "transfer-update",
            "end-of-call-report", "call.artifact.upload"],
        "monitorPlan": {"controlAuthenticationEnabled": true},
        "keypadInputPlan": {"enabled": true},
        "metadata": {"tenant": "t1"},
    })
}

/// A destination that brings the caller back when nobody takes the call.
pub(crate) fn warm() -> Value {
    json!({"destination": {"type": "number", "number": DESK, "message": "Connecting you.",
        "transferPlan": {"mode": "warm-transfer-experimental", "dialTimeout": 20,
            "fallbackPlan": {"message": "Nobody is free. I take a message.",
                "endCallEnabled": false}}}})
}

impl Stub {
    pub(crate) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stub = Arc::new(Self {
            plan: Mutex::new(Plan {
                assistant: Some(json!({ "assistant": assistant(&url) })),
                mute: false,
                destination: warm(),
                refuse_first: false,
                during: During::Nothing,
            }),
            url,
            memory: Mutex::default(),
        });
        let router = axum::Router::new()
            .route("/hook", post(hook))
            .route("/token", post(token))
            .route("/llm/chat/completions", post(model))
            .with_state(Arc::clone(&stub));
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Plan)) {
        change(&mut self.plan.lock().unwrap());
    }

    fn plan(&self) -> Plan {
        self.plan.lock().unwrap().clone()
    }

    /// Messages of one type, in the order of arrival.
    pub(crate) fn hooks(&self, kind: &str) -> Vec<Value> {
        let memory = self.memory.lock().unwrap();
        let messages = memory.hooks.iter().map(|(_, body)| body["message"].clone());
        messages.filter(|message| message["type"] == kind).collect()
    }

    /// Texts of the final transcripts of one role.
    pub(crate) fn finals(&self, role: &str) -> Vec<String> {
        self.hooks("transcript")
            .iter()
            .filter(|m| m["transcriptType"] == "final" && m["role"] == role)
            .map(|m| m["transcript"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn model_requests(&self) -> Vec<Value> {
        self.memory
            .lock()
            .unwrap()
            .model
            .iter()
            .map(|(_, body)| body.clone())
            .collect()
    }
}

async fn token(body: String) -> Json<Value> {
    assert!(body.contains("grant_type=client_credentials") && body.contains("client_id=c%201"));
    Json(json!({"access_token": "fetched", "token_type": "bearer", "expires_in": 3600}))
}

async fn hook(State(stub): State<Arc<Stub>>, headers: HeaderMap, body: Bytes) -> Response {
    let value: Value = serde_json::from_slice(&body).unwrap();
    let plan = stub.plan();
    let message = value["message"].clone();
    {
        let mut memory = stub.memory.lock().unwrap();
        memory.hooks.push((headers, value));
        let name = format!("{}/{}", message["type"], message["timestamp"]);
        let question = matches!(
            message["type"].as_str(),
            Some("assistant-request" | "tool-calls" | "transfer-destination-request")
        );
        if plan.refuse_first && !question && !memory.refused_once.contains(&name) {
            memory.refused_once.push(name);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    match message["type"].as_str().unwrap() {
        "assistant-request" if plan.mute => std::future::pending().await,
        "assistant-request" => match plan.assistant {
            Some(answer) => Json(answer).into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        "transfer-destination-request" => Json(plan.destination).into_response(),
        "tool-calls" => {
            let call = &message["toolCallList"][0];
            Json(
                json!({"results": [{"toolCallId": call["id"], "name": "lookup",
                "result": "forty two"}]}),
            )
            .into_response()
        }
        _ => Json(json!({})).into_response(),
    }
}

async fn model(State(stub): State<Arc<Stub>>, headers: HeaderMap, body: Bytes) -> Response {
    let body: Value = serde_json::from_slice(&body).unwrap();
    let during = stub.plan().during;
    stub.memory
        .lock()
        .unwrap()
        .model
        .push((headers, body.clone()));
    act(&stub, &body, during).await;
    let last = body["messages"].as_array().unwrap().last().unwrap();
    let text = last["content"].as_str().unwrap_or_default().to_lowercase();
    let sse = match last["role"].as_str() {
        Some("tool") => answer(&format!("I found: {text}."), None),
        _ if text.contains("person") || text.contains("entry: 0") => {
            answer("One moment. ", Some("transferCall"))
        }
        _ if text.contains("goodbye") => answer("Goodbye. ", Some("endCall")),
        _ if text.contains("look it up") => answer("", Some("lookup")),
        _ if text.contains("broken chunk") => "data: {\"function_call\":{}}\n\n".to_owned(),
        _ if text.contains("broken server") => {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        _ => answer(
            "That is a good question. We are open from eight to five every day.",
            None,
        ),
    };
    ([("content-type", "text/event-stream")], sse).into_response()
}

async fn act(stub: &Stub, body: &Value, during: During) {
    let call = body["call"]["id"].as_str().unwrap_or_default();
    let base = body["metadata"]["simulator"].as_str().unwrap_or_default();
    match during {
        During::Nothing => {}
        During::Control(command, key) => {
            let mut request = reqwest::Client::builder()
                .build()
                .unwrap()
                .post(format!("{base}/live/{call}/control"))
                .json(&command);
            if let Some(key) = key {
                request = request.bearer_auth(key);
            }
            let status = request.send().await.unwrap().status().as_u16();
            stub.memory.lock().unwrap().control_status.push(status);
        }
        During::Listen => {
            use futures::StreamExt as _;
            use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
            let url = format!("{}/live/{call}/transport", base.replacen("http", "ws", 1));
            let mut request = url.into_client_request().unwrap();
            let key = format!("Bearer {CONTROL_KEY}").parse().unwrap();
            request.headers_mut().insert("authorization", key);
            let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
            let frame = socket.next().await.unwrap().unwrap();
            stub.memory.lock().unwrap().heard_bytes = frame.into_data().len();
        }
    }
}

fn answer(text: &str, tool: Option<&str>) -> String {
    let chunk = |delta: Value, finish: Value| {
        let body = json!({"id": "c", "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
        format!("data: {body}\n\n")
    };
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        out.push_str(&chunk(json!({ "content": word }), Value::Null));
    }
    if let Some(name) = tool {
        let call = json!({"tool_calls": [{"index": 0, "id": format!("t-{name}"),
            "type": "function", "function": {"name": name, "arguments": "{}"}}]});
        out.push_str(&chunk(call, Value::Null));
    }
    let finish = if tool.is_some() { "tool_calls" } else { "stop" };
    out.push_str(&chunk(json!({}), json!(finish)));
    out.push_str("data: [DONE]\n\n");
    out
}

/// A stub, a simulator with one number that points at it, and calls between them.
pub(crate) struct Pair {
    pub(crate) stub: Arc<Stub>,
    pub(crate) simulator: Simulator,
}

pub(crate) fn fast() -> SimConfig {
    SimConfig {
        time_scale: 2_000.0,
        api_key: KEY.to_owned(),
        control_auth: Some(CONTROL_KEY.to_owned()),
        ..SimConfig::default()
    }
}

impl Pair {
    pub(crate) async fn new() -> Self {
        Self::with(fast(), None, None).await
    }

    pub(crate) async fn with(
        config: SimConfig,
        auth: Option<WebhookAuth>,
        fallback: Option<String>,
    ) -> Self {
        let stub = Stub::start().await;
        let simulator = Simulator::start(config).await.unwrap();
        simulator.register_number(NumberSetup {
            id: NUMBER.to_owned(),
            number: "+14155550111".to_owned(),
            server_url: format!("{}/hook", stub.url),
            auth,
            fallback,
        });
        let base = simulator.base_url();
        stub.set(|plan| {
            let assistant = plan.assistant.as_mut().unwrap();
            assistant["assistant"]["metadata"]["simulator"] = json!(base);
        });
        Self { stub, simulator }
    }

    pub(crate) async fn call(&self, lines: &[&str]) -> CallReport {
        self.place(
            Script::of("test", lines),
            TransferOutcome::Connected,
            FaultProfile::none(),
            1,
        )
        .await
    }

    pub(crate) async fn place(
        &self,
        script: Script,
        transfer: TransferOutcome,
        faults: FaultProfile,
        seed: u64,
    ) -> CallReport {
        let request = CallRequest {
            number_id: NUMBER.to_owned(),
            caller: Some("+14155550100".to_owned()),
            script,
            transfer,
            faults,
            seed,
        };
        self.simulator.place_call(request).await.unwrap()
    }

    pub(crate) fn rest(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .request(method, format!("{}{path}", self.simulator.base_url()))
            .bearer_auth(KEY)
    }
}
