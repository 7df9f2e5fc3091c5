//! A clinic whose front desk takes those who ask for a person and whose nurse takes medical callers, with a clock that can
//! be put forward and a disk that can be full.

use crate::{
    clinic::{Clinic, eventually, say, simulator},
    wrapped::Doorkeeper,
};
use async_trait::async_trait;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};
use voxanne_app::{
    conversation::{self, TurnEvent, TurnInput},
    escalation::watchdog,
    opening,
};
use voxanne_core::{
    call::{Channel, Provider, message::IntakeOp},
    pii::Pii,
    tenancy::Actor,
};
use voxanne_server::{Parts, running::machine_clock};
use voxanne_testkit::server::TestServer;

pub(crate) const CALLER: &str = "+14155550193";
pub(crate) const BREATHLESS: &str = "I can hardly breathe and my throat is closing up";

/// A clinic whose front desk takes those who ask for a person and whose nurse takes medical callers; with a clock that
/// can be put forward.
pub(crate) struct Desk {
    pub(crate) server: TestServer,
    pub(crate) clinic: Clinic,
    pub(crate) ahead: Arc<AtomicI64>,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::with(Parts::default()).await
    }

    pub(crate) async fn with(parts: Parts) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let (later, machine) = (ahead.clone(), machine_clock());
        let parts = Parts {
            clock: Some(Arc::new(move || {
                machine().plus(later.load(Ordering::Relaxed))
            })),
            ..parts
        };
        let server = TestServer::start_with(&[], parts).await.unwrap();
        let sim = simulator(100.0).await;
        let clinic = Clinic::first(&server, &sim).await;
        clinic
            .receptionist(|body| {
                body["targets"] = json!([
                    target(
                        "Front desk",
                        "front_desk",
                        "+14155550120",
                        &["human"],
                        "always"
                    ),
                    target(
                        "Nurse Kim",
                        "nurse",
                        "+14155550121",
                        &["medical", "emergency"],
                        "always"
                    ),
                ]);
            })
            .await;
        Self {
            server,
            clinic,
            ahead,
        }
    }

    pub(crate) async fn begin(&self) -> String {
        let started = self.clinic.owner.post("/browser-calls", &json!({})).await;
        started.unwrap()["call"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn say(&self, call: &str, text: &str) -> Vec<Value> {
        say(&self.clinic.owner, call, text).await
    }

    pub(crate) async fn hang_up(&self, call: &str) {
        let path = format!("/browser-calls/{call}");
        let left = self.clinic.owner.ask(Method::DELETE, &path).send().await;
        assert_eq!(left.unwrap().status(), StatusCode::NO_CONTENT);
    }

    /// The escalation of a call once it is in this state, calling this target.
    pub(crate) async fn calling(&self, call: &str, target: &str) -> Value {
        eventually(target, async || {
            let now = self.clinic.detail(call).await["escalations"][0].clone();
            (now["state"] == "dialing" && now["target"] == target).then_some(now)
        })
        .await
    }

    /// What a turn of a call begins from.
    pub(crate) async fn input(
        &self,
        call: &str,
        provider: Provider,
        no: u32,
        said: &str,
    ) -> TurnInput {
        let clinic = opening::Clinic::read(&self.server.app, self.clinic.org).await;
        TurnInput {
            org: self.clinic.org,
            call: call.parse().unwrap(),
            provider,
            channel: match provider {
                Provider::Vapi => Channel::Phone,
                Provider::Builtin => Channel::Browser,
            },
            no,
            said: Pii::from(said),
            history: Vec::new(),
            frozen: clinic.unwrap().frozen(),
            caller: None,
        }
    }

    /// Nobody takes the call in time.
    pub(crate) async fn nobody_answers(&self) {
        self.ahead.fetch_add(60_000, Ordering::Relaxed);
        watchdog::step(&self.server.app).await.unwrap();
    }

    /// All open items, whoever they belong to.
    pub(crate) async fn items(&self) -> Vec<Value> {
        let page = self.clinic.owner.get("/inbox?limit=100").await.unwrap();
        page["items"].as_array().unwrap().clone()
    }
}

pub(crate) fn target(name: &str, role: &str, number: &str, kinds: &[&str], when: &str) -> Value {
    json!({"name": name, "role": role, "number": number, "kinds": kinds, "when": when, "order": 0})
}

pub(crate) fn rings(lines: &[Value]) -> bool {
    lines.iter().any(|line| line["t"] == "transfer")
}

/// A phone call at the provider, held by its turns alone.
pub(crate) struct Phone<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) id: &'a str,
}

impl Phone<'_> {
    pub(crate) async fn webhook(&self, mut message: Value) -> Value {
        message["timestamp"] = json!(self.desk.server.app.now().0);
        message["call"] = json!({
            "id": self.id, "phoneNumberId": self.desk.clinic.number_id, "type": "inboundPhoneCall",
            "customer": {"number": CALLER},
        });
        message["customer"] = json!({"number": CALLER});
        let body = json!({ "message": message }).to_string();
        let answer = self.desk.clinic.webhook(&body, 0).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn turn(&self, no: u32, said: &str) -> Vec<TurnEvent> {
        let app = &self.desk.server.app;
        let shown = self.desk.clinic.call_of(CALLER).await;
        let call = shown["id"].as_str().unwrap();
        let input = self.desk.input(call, Provider::Vapi, no, said).await;
        let mut stream = conversation::turn(app, input);
        let mut events = Vec::new();
        while let Some(event) = stream.recv().await {
            events.push(event);
        }
        events
    }
}

pub(crate) fn transfer_to(events: &[TurnEvent]) -> Option<&str> {
    events.iter().find_map(|event| match event {
        TurnEvent::Transfer { target, .. } => target.as_deref(),
        _ => None,
    })
}

/// A full disk: for the conversation alone, or for everybody.
#[derive(Default)]
pub(crate) struct FullDisk {
    pub(crate) conversation: AtomicBool,
    pub(crate) everything: AtomicBool,
}

#[async_trait]
impl Doorkeeper for FullDisk {
    fn refuses(&self, actor: &Actor) -> bool {
        let told = *actor == Actor::system(actor.org, "conversation");
        self.everything.load(Ordering::Relaxed) || self.conversation.load(Ordering::Relaxed) && told
    }

    async fn lets_in(&self, _batch: &[IntakeOp]) -> bool {
        !self.everything.load(Ordering::Relaxed)
    }
}
