//! What the tests of the call path share: a clinic connected to the simulated provider, and ways to look at it through
//! the API alone.

use futures::{SinkExt as _, StreamExt as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::{fmt::Write as _, sync::LazyLock, time::Duration};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest as _},
};
use voxanne_core::{ids::OrgId, tenancy::Role};
use voxanne_server::running::machine_clock;
use voxanne_simulator::{
    CallReport, CallRequest, FaultProfile, NumberSetup, Script, SimConfig, Simulator,
    TransferOutcome, WebhookAuth,
};
use voxanne_testkit::server::{Client, TestServer, project};

/// Longest wait for anything that must happen.
const DEADLINE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The number of the nurse, dialled first for medical questions.
pub(crate) const NURSE: &str = "+14155550121";
/// The number of the doctor, dialled next.
pub(crate) const DOCTOR: &str = "+14155550122";

/// Looks again until there is something to see; fails with what it waited for.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            // What happens in the server tells a test nothing: it is looked at again, until the deadline.
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    match tokio::time::timeout(DEADLINE, waiting).await {
        Ok(seen) => seen,
        Err(late) => panic!("waited in vain for {what}: {late}"),
    }
}

/// Asks again until the answer has this status.
pub(crate) async fn until_status(
    what: &str,
    status: StatusCode,
    ask: impl Fn() -> reqwest::RequestBuilder,
) {
    eventually(what, async || {
        let answer = ask().send().await.unwrap();
        (answer.status() == status).then_some(())
    })
    .await;
}

/// A simulated provider whose calls pass this much faster than real ones.
pub(crate) async fn simulator(time_scale: f64) -> Simulator {
    let config = SimConfig {
        time_scale,
        concurrency_limit: 200,
        ..SimConfig::default()
    };
    Simulator::start(config).await.unwrap()
}

/// One clinic, its people, and its line at the simulated provider.
pub(crate) struct Clinic {
    pub(crate) org: OrgId,
    pub(crate) owner: Client,
    pub(crate) number_id: String,
    pub(crate) hook_url: String,
    pub(crate) secret: String,
}

impl Clinic {
    /// Connects the server's first organization.
    pub(crate) async fn first(server: &TestServer, sim: &Simulator) -> Self {
        Self::of(server, sim, server.org, 1).await
    }

    /// Connects an organization; `n` tells its number from others'.
    pub(crate) async fn of(server: &TestServer, sim: &Simulator, org: OrgId, n: u32) -> Self {
        let owner = server.person_of(org, Role::Owner).await.unwrap();
        let secret = format!("webhook-secret-of-clinic-{n}");
        let number = format!("+1415555011{n}");
        let number_id = format!("77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a00{n}");
        let settings = owner
            .send(
                Method::PUT,
                "/settings/provider",
                &json!({
                    "base_url": sim.base_url(), "public_url": server.url, "api_key": "simulator-private-key",
                    "auth": "hmac", "secret": secret,
                }),
            )
            .await
            .unwrap();
        owner
            .post(
                "/settings/provider/numbers",
                &json!({"provider_id": number_id, "number": number}),
            )
            .await
            .unwrap();
        let hook_url = settings["hook_url"].as_str().unwrap().to_owned();
        sim.register_number(NumberSetup {
            id: number_id.clone(),
            number,
            server_url: hook_url.clone(),
            auth: Some(WebhookAuth::hmac(&secret)),
            fallback: None,
        });
        let clinic = Self {
            org,
            owner,
            number_id,
            hook_url,
            secret,
        };
        clinic
            .receptionist(|body| {
                let target = |name: &str, role: &str, number: &str, order: u32| {
                    json!({"name": name, "role": role, "number": number, "kinds": ["medical", "emergency", "human"],
                           "when": "always", "order": order})
                };
                body["targets"] = json!([
                    target("Nurse Kim", "nurse", NURSE, 0),
                    target("Dr. Ode", "on_call", DOCTOR, 1),
                ]);
                body["services"] = json!(["Consultation", "HydraFacial"]);
                body["hours"] = (0..5)
                    .map(|day| json!({"day": day, "open": "08:00", "close": "17:30"}))
                    .collect();
            })
            .await;
        clinic
    }

    /// Saves a changed receptionist.
    pub(crate) async fn receptionist(&self, change: impl FnOnce(&mut Value)) {
        let now = self.owner.get("/receptionist").await.unwrap();
        let mut body = now["body"].clone();
        change(&mut body);
        self.owner
            .send(
                Method::PUT,
                "/receptionist",
                &json!({"expected_version": now["version"], "body": body}),
            )
            .await
            .unwrap();
    }

    /// Uploads a document of the demo and waits until it can be cited.
    pub(crate) async fn document(&self, title: &str, file: &str) -> String {
        let path = project().join("crates/server/demo").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        let document = self
            .owner
            .post("/documents/text", &json!({"title": title, "text": text}))
            .await
            .unwrap();
        let id = document["id"].as_str().unwrap().to_owned();
        eventually("the document is ready", async || {
            let now = self.owner.get(&format!("/documents/{id}")).await.unwrap();
            assert_ne!(now["state"], "failed", "{now}");
            (now["state"] == "ready").then_some(())
        })
        .await;
        id
    }

    /// One call to place.
    pub(crate) fn call(
        &self,
        caller: &str,
        script: Script,
        transfer: TransferOutcome,
    ) -> CallRequest {
        CallRequest {
            number_id: self.number_id.clone(),
            caller: Some(caller.to_owned()),
            script,
            transfer,
            faults: FaultProfile::none(),
            seed: 7,
        }
    }

    /// Places a call to its end.
    pub(crate) async fn place(&self, sim: &Simulator, request: CallRequest) -> CallReport {
        let report = sim.place_call(request).await.unwrap();
        assert_eq!(
            report.errors,
            Vec::<String>::new(),
            "the provider complains"
        );
        report
    }

    /// The one call of this caller, whole.
    pub(crate) async fn call_of(&self, caller: &str) -> Value {
        let page = self
            .owner
            .get(&format!("/calls?caller={}", caller.replace('+', "%2B")))
            .await
            .unwrap();
        let items = page["items"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{page}");
        self.detail(items[0]["id"].as_str().unwrap()).await
    }

    /// A call as its page shows it.
    pub(crate) async fn detail(&self, id: &str) -> Value {
        self.owner.get(&format!("/calls/{id}")).await.unwrap()
    }

    /// The call of this caller once its recordings are stored.
    pub(crate) async fn recorded(&self, caller: &str) -> Value {
        eventually("the recordings are stored", async || {
            let call = self.call_of(caller).await;
            let all = call["recordings"].as_array().unwrap();
            let stored = !all.is_empty() && all.iter().all(|r| r["state"] == "stored");
            stored.then_some(call)
        })
        .await
    }

    /// Everything of the clinic that a person can see, and how many events its log holds.
    pub(crate) async fn snapshot(&self) -> Value {
        let answer = self
            .owner
            .ask(Method::GET, "/calls?limit=100")
            .send()
            .await
            .unwrap();
        let head = answer.headers()["x-voxanne-seq"]
            .to_str()
            .unwrap()
            .to_owned();
        let calls: Value = answer.json().await.unwrap();
        let mut details = Vec::new();
        for call in calls["items"].as_array().unwrap() {
            details.push(self.detail(call["id"].as_str().unwrap()).await);
        }
        let mut inbox = Vec::new();
        for state in ["open", "closed"] {
            let page = self
                .owner
                .get(&format!("/inbox?state={state}&limit=100"))
                .await
                .unwrap();
            inbox.extend(page["items"].as_array().unwrap().clone());
        }
        json!({"head": head, "calls": calls["items"], "details": details, "inbox": inbox})
    }

    /// The open item of a call.
    pub(crate) async fn item_of(&self, call: &Value) -> Value {
        let page = self.owner.get("/inbox?limit=100").await.unwrap();
        let items = page["items"].as_array().unwrap();
        let mut own = items.iter().filter(|item| item["call"] == call["id"]);
        let item = own
            .next()
            .unwrap_or_else(|| panic!("no item of the call: {page}"));
        assert!(own.next().is_none(), "two items of one call: {page}");
        item.clone()
    }

    /// Sends a webhook body as the provider would, signed `seconds` from now.
    pub(crate) async fn webhook(&self, body: &str, seconds: i64) -> reqwest::Response {
        let timestamp = (machine_clock()().0 / 1_000 + seconds).to_string();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(format!("{timestamp}.{body}").as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        post(&self.hook_url, body, &signature, &timestamp).await
    }
}

/// Posts a webhook with these proofs.
pub(crate) async fn post(
    url: &str,
    body: &str,
    signature: &str,
    timestamp: &str,
) -> reqwest::Response {
    // Made once, since reading the root certificates takes longer than a webhook; keeps no connection, since each test has a
    // runtime of its own.
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        let builder = reqwest::Client::builder().no_proxy();
        builder.pool_max_idle_per_host(0).build().unwrap()
    });
    CLIENT
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-signature", signature)
        .header("x-timestamp", timestamp)
        .body(body.to_owned())
        .send()
        .await
        .unwrap()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The texts a call's transcript holds for a role, in order.
pub(crate) fn texts(call: &Value, role: &str) -> Vec<String> {
    call["segments"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["role"] == role)
        .map(|s| s["text"].as_str().unwrap().to_owned())
        .collect()
}

/// Says something in a browser call: the lines of the answer.
pub(crate) async fn say(client: &Client, call: &str, text: &str) -> Vec<Value> {
    let answer = client
        .ask(Method::POST, &format!("/browser-calls/{call}/turns"))
        .json(&json!({"text": text}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let text = answer.text().await.unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.last().unwrap()["t"], "done", "{text}");
    lines
}

/// The words spoken in an answer, joined.
pub(crate) fn spoken(lines: &[Value]) -> String {
    lines
        .iter()
        .filter(|line| line["t"] == "say")
        .map(|line| line["text"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A client of the live log.
pub(crate) struct Wire(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Wire {
    /// Opens the socket and says hello; the welcome.
    pub(crate) async fn open(
        server: &TestServer,
        client: &Client,
        cursor: u64,
        topics: &[&str],
    ) -> (Self, Value) {
        let url = format!("{}/api/v1/live", server.url.replace("http:", "ws:"));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("cookie", client.cookie.clone().unwrap().parse().unwrap());
        headers.insert("sec-websocket-protocol", "voxanne.log.v1".parse().unwrap());
        headers.insert("origin", server.url.parse().unwrap());
        let (stream, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "voxanne.log.v1");
        let mut wire = Self(stream);
        wire.hello(cursor, topics).await;
        let welcome = wire.frame().await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        (wire, welcome)
    }

    /// Says hello, again or first.
    pub(crate) async fn hello(&mut self, cursor: u64, topics: &[&str]) {
        self.say(&json!({"t": "hello", "cursor": cursor, "topics": topics}))
            .await;
    }

    async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame.
    pub(crate) async fn frame(&mut self) -> Value {
        let next = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                    Some(Ok(_)) => {}
                    other => panic!("the socket ended: {other:?}"),
                }
            }
        };
        tokio::time::timeout(DEADLINE, next).await.unwrap()
    }

    /// The next batch, acknowledged: its events and where the cursor stands after it. Checks that it begins at `cursor`.
    pub(crate) async fn batch(&mut self, cursor: u64) -> (Vec<Value>, u64) {
        loop {
            let frame = self.frame().await;
            assert_ne!(frame["t"], "resync", "{frame}");
            if frame["t"] != "batch" {
                continue;
            }
            assert_eq!(frame["from"], cursor, "a gap before {frame}");
            let to = frame["to"].as_u64().unwrap();
            let events = frame["events"].as_array().unwrap().clone();
            let mut last = cursor;
            for event in &events {
                let seq = event["s"].as_u64().unwrap();
                assert!(last < seq && seq <= to, "{frame}");
                last = seq;
            }
            self.say(&json!({"t": "ack", "cursor": to})).await;
            return (events, to);
        }
    }

    /// Everything after `cursor` up to `head`.
    pub(crate) async fn until(&mut self, mut cursor: u64, head: u64) -> Vec<Value> {
        let mut all = Vec::new();
        while cursor < head {
            let (events, to) = self.batch(cursor).await;
            all.extend(events);
            cursor = to;
        }
        all
    }
}

/// The head of the clinic's log.
pub(crate) async fn head(client: &Client) -> u64 {
    let answer = client
        .ask(Method::GET, "/calls?limit=1")
        .send()
        .await
        .unwrap();
    answer.headers()["x-voxanne-seq"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}
