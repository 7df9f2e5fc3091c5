//! F7: what is graver comes first, wherever the conversation stands, and what the caller told is never lost over it.

use crate::{
    clinic::{Clinic, eventually, say, simulator, spoken},
    wrapped::{Doorkeeper, behind},
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
    safety::Utterance,
    tenancy::Actor,
};
use voxanne_server::{Parts, running::machine_clock};
use voxanne_testkit::server::TestServer;

const CALLER: &str = "+14155550193";
const BREATHLESS: &str = "I can hardly breathe and my throat is closing up";

/// A clinic whose front desk takes those who ask for a person and whose nurse takes medical callers; with a clock that
/// can be put forward.
struct Desk {
    server: TestServer,
    clinic: Clinic,
    ahead: Arc<AtomicI64>,
}

impl Desk {
    async fn open() -> Self {
        Self::with(Parts::default()).await
    }

    async fn with(parts: Parts) -> Self {
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

    async fn begin(&self) -> String {
        let started = self.clinic.owner.post("/browser-calls", &json!({})).await;
        started.unwrap()["call"].as_str().unwrap().to_owned()
    }

    async fn say(&self, call: &str, text: &str) -> Vec<Value> {
        say(&self.clinic.owner, call, text).await
    }

    async fn hang_up(&self, call: &str) {
        let path = format!("/browser-calls/{call}");
        let left = self.clinic.owner.ask(Method::DELETE, &path).send().await;
        assert_eq!(left.unwrap().status(), StatusCode::NO_CONTENT);
    }

    /// The escalation of a call once it is in this state, calling this target.
    async fn calling(&self, call: &str, target: &str) -> Value {
        eventually(target, async || {
            let now = self.clinic.detail(call).await["escalations"][0].clone();
            (now["state"] == "dialing" && now["target"] == target).then_some(now)
        })
        .await
    }

    /// Nobody takes the call in time.
    async fn nobody_answers(&self) {
        self.ahead.fetch_add(60_000, Ordering::Relaxed);
        watchdog::step(&self.server.app).await.unwrap();
    }

    /// All open items, whoever they belong to.
    async fn items(&self) -> Vec<Value> {
        let page = self.clinic.owner.get("/inbox?limit=100").await.unwrap();
        page["items"].as_array().unwrap().clone()
    }
}

fn target(name: &str, role: &str, number: &str, kinds: &[&str], when: &str) -> Value {
    json!({"name": name, "role": role, "number": number, "kinds": kinds, "when": when, "order": 0})
}

fn rings(lines: &[Value]) -> bool {
    lines.iter().any(|line| line["t"] == "transfer")
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_medical_question_right_after_asking_for_a_person_calls_the_nurse() {
    let desk = Desk::open().await;
    let phone = Phone {
        desk: &desk,
        id: "call-hurried",
    };
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    let events = phone.turn(1, "A real person, please", Vec::new()).await;
    assert_eq!(transfer_to(&events), Some("Front desk"));
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550120", "{answer}");
    let events = phone
        .turn(2, "Is the swelling in my leg normal?", Vec::new())
        .await;
    assert_eq!(transfer_to(&events), Some("Nurse Kim"), "{events:?}");
    desk.ahead.fetch_add(1_000, Ordering::Relaxed);
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550121", "{answer}");
    let call = desk.clinic.call_of(CALLER).await;
    assert_eq!(call["escalations"][0]["kind"], "medical", "{call}");
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_an_emergency_told_while_a_message_is_taken_calls_whoever_was_not_called_yet() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    desk.say(&call, "I want to speak to a real person, please")
        .await;
    desk.calling(&call, "Front desk").await;
    desk.nobody_answers().await;
    desk.say(&call, "My name is Ingrid Falk.").await;
    let lines = desk.say(&call, BREATHLESS).await;
    assert!(spoken(&lines).contains("911"), "{lines:?}");
    assert!(rings(&lines), "{lines:?}");
    desk.calling(&call, "Nurse Kim").await;
    let item = desk.items().await.remove(0);
    assert_eq!(
        (&item["urgency"], &item["title"], &item["caller_name"]),
        (
            &json!("emergency"),
            &json!("Emergency"),
            &json!("Ingrid Falk")
        ),
        "{item}"
    );
    let due = item["due_at"].as_i64().unwrap() - item["created_at"].as_i64().unwrap();
    assert!(due < 10 * 60_000, "due after {due} ms");
    assert!(
        item["reason"].as_str().unwrap().starts_with(BREATHLESS),
        "{item}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_an_emergency_told_after_a_message_was_acknowledged_or_taken_calls_somebody() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    desk.say(&call, "I want to speak to a real person, please")
        .await;
    desk.calling(&call, "Front desk").await;
    desk.nobody_answers().await;
    for line in [
        "My name is Ingrid Falk.",
        "My number is four one five, five five five, zero one three three.",
        "Yes, that is correct.",
    ] {
        desk.say(&call, line).await;
    }
    assert_eq!(
        desk.clinic.detail(&call).await["escalations"][0]["state"],
        "message"
    );
    assert!(rings(&desk.say(&call, BREATHLESS).await));
    desk.calling(&call, "Nurse Kim").await;
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_what_is_told_beside_a_question_for_the_name_is_nobodys_name() {
    let desk = Desk::open().await;
    desk.clinic
        .receptionist(|body| body["targets"] = json!([]))
        .await;
    let call = desk.begin().await;
    desk.say(&call, "Is the swelling in my leg normal?").await;
    let lines = desk.say(&call, BREATHLESS).await;
    assert!(spoken(&lines).contains("911"), "{lines:?}");
    desk.say(&call, "It also hurts when I walk up the stairs.")
        .await;
    desk.say(&call, "Ingrid Falk").await;
    desk.hang_up(&call).await;
    let item = eventually("the name", async || {
        let item = desk.items().await.remove(0);
        (item["caller_name"] != Value::Null).then_some(item)
    })
    .await;
    assert_eq!(item["caller_name"], "Ingrid Falk", "{item}");
    assert!(
        item["reason"].as_str().unwrap().contains(BREATHLESS),
        "{item}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_wish_is_kept_when_the_caller_goes_on_to_something_graver() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    desk.say(&call, "I would like to book an appointment, please.")
        .await;
    desk.say(&call, "A HydraFacial, I am a new patient.").await;
    assert!(rings(&desk.say(&call, BREATHLESS).await));
    let items = desk.items().await;
    assert_eq!(items.len(), 2, "{items:?}");
    let wish = items
        .iter()
        .find(|item| item["kind"] == "appointment")
        .unwrap();
    assert!(
        wish["appointment"]["service"]
            .as_str()
            .unwrap()
            .contains("HydraFacial"),
        "{wish}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_who_hangs_up_before_the_number_is_confirmed_can_be_called_back() {
    let desk = Desk::open().await;
    desk.clinic
        .receptionist(|body| body["targets"] = json!([]))
        .await;
    let call = desk.begin().await;
    for line in [
        "Is the swelling in my leg normal?",
        "My name is Ingrid Falk.",
        "My number is four one five, five five five, zero one three three.",
    ] {
        desk.say(&call, line).await;
    }
    desk.hang_up(&call).await;
    let item = eventually("the number", async || {
        let item = desk.items().await.remove(0);
        (item["caller_number"] != Value::Null).then_some(item)
    })
    .await;
    assert_eq!(item["caller_name"], "Ingrid Falk", "{item}");
    assert!(
        item["caller_number"].as_str().unwrap().ends_with("0133"),
        "{item}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_name_and_a_number_told_while_somebody_is_called_stand_in_the_inbox() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    assert!(rings(
        &desk.say(&call, "Is the swelling in my leg normal?").await
    ));
    desk.say(
        &call,
        "My name is Ingrid Falk, and my number is 415 555 0133.",
    )
    .await;
    desk.hang_up(&call).await;
    let item = eventually("the number", async || {
        let item = desk.items().await.remove(0);
        (item["caller_number"] != Value::Null).then_some(item)
    })
    .await;
    assert_eq!(item["caller_name"], "Ingrid Falk", "{item}");
    assert!(
        item["caller_number"].as_str().unwrap().ends_with("0133"),
        "{item}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_today_reaches_whoever_is_called_and_the_hours_that_are_told() {
    let desk = Desk::open().await;
    desk.clinic
        .receptionist(|body| {
            body["hours"] = (0..7)
                .map(|day| json!({"day": day, "open": "00:00", "close": "24:00"}))
                .collect();
            body["targets"] = json!([
                target(
                    "Front desk",
                    "front_desk",
                    "+14155550120",
                    &["human", "medical"],
                    "open"
                ),
                target(
                    "Dr. Ode",
                    "on_call",
                    "+14155550122",
                    &["human", "medical"],
                    "closed"
                ),
            ]);
        })
        .await;
    let call = desk.begin().await;
    assert!(spoken(&desk.say(&call, "What are your opening hours?").await).contains("open now"));
    desk.say(&call, "I want to speak to a real person, please")
        .await;
    desk.calling(&call, "Front desk").await;
    desk.clinic
        .owner
        .send(Method::PUT, "/phone-line", &json!({"mode": "closed"}))
        .await
        .unwrap();
    let call = desk.begin().await;
    let hours = spoken(&desk.say(&call, "What are your opening hours?").await);
    assert!(hours.contains("closed"), "{hours}");
    desk.say(&call, "I want to speak to a real person, please")
        .await;
    desk.calling(&call, "Dr. Ode").await;
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_1_an_emergency_hears_the_number_that_the_clinic_has_set() {
    let desk = Desk::open().await;
    desk.clinic
        .receptionist(|body| body["emergency_number"] = json!("113"))
        .await;
    let call = desk.begin().await;
    let words = spoken(&desk.say(&call, BREATHLESS).await);
    assert!(words.contains("113") && !words.contains("911"), "{words}");
    desk.server.stop().await.unwrap();
}

/// A phone call at the provider, held by its turns alone.
struct Phone<'a> {
    desk: &'a Desk,
    id: &'a str,
}

impl Phone<'_> {
    async fn webhook(&self, mut message: Value) -> Value {
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

    async fn turn(&self, no: u32, said: &str, history: Vec<Utterance>) -> Vec<TurnEvent> {
        let app = &self.desk.server.app;
        let clinic = opening::Clinic::read(app, self.desk.clinic.org)
            .await
            .unwrap();
        let shown = self.desk.clinic.call_of(CALLER).await;
        let input = TurnInput {
            org: self.desk.clinic.org,
            call: shown["id"].as_str().unwrap().parse().unwrap(),
            provider: Provider::Vapi,
            channel: Channel::Phone,
            no,
            said: Pii::from(said),
            history,
            frozen: clinic.frozen(),
            caller: None,
        };
        let mut stream = conversation::turn(app, input);
        let mut events = Vec::new();
        while let Some(event) = stream.recv().await {
            events.push(event);
        }
        events
    }
}

fn transfer_to(events: &[TurnEvent]) -> Option<&str> {
    events.iter().find_map(|event| match event {
        TurnEvent::Transfer { target, .. } => target.as_deref(),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_after_a_failed_transfer_the_provider_that_asks_again_is_led_to_the_next_target() {
    let desk = Desk::open().await;
    desk.clinic
        .receptionist(|body| {
            body["targets"] = json!([
                target("Nurse Kim", "nurse", "+14155550121", &["medical"], "always"),
                target("Dr. Ode", "on_call", "+14155550122", &["medical"], "always"),
                target(
                    "Front desk",
                    "front_desk",
                    "+14155550120",
                    &["human"],
                    "always"
                ),
            ]);
        })
        .await;
    let phone = Phone {
        desk: &desk,
        id: "call-resumed",
    };
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    let events = phone
        .turn(1, "Is the swelling in my leg normal?", Vec::new())
        .await;
    assert_eq!(transfer_to(&events), Some("Nurse Kim"));
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550121", "{answer}");
    desk.ahead.fetch_add(15_000, Ordering::Relaxed);
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    let events = phone.turn(1, "", Vec::new()).await;
    assert_eq!(transfer_to(&events), Some("Dr. Ode"), "{events:?}");
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550122", "{answer}");
    desk.ahead.fetch_add(15_000, Ordering::Relaxed);
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    // Whoever is asked for now, the list is that of the medical question: nobody on it is left.
    let events = phone.turn(2, "A person please", Vec::new()).await;
    assert_eq!(transfer_to(&events), None, "{events:?}");
    assert!(
        events.iter().any(|e| matches!(e, TurnEvent::TakeMessage)),
        "{events:?}"
    );
    let turns = desk.clinic.call_of(CALLER).await["turns"].clone();
    assert_eq!(
        turns[0]["said"], "Is the swelling in my leg normal?",
        "{turns}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_2_a_turn_that_the_provider_asks_for_twice_files_one_message() {
    let desk = Desk::open().await;
    let phone = Phone {
        desk: &desk,
        id: "call-resent",
    };
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    for (no, said) in [
        (1, "Could you take a message for the office manager?"),
        (2, "My name is Hannah Sorensen."),
        (3, "My number is 415 555 0125."),
        (4, "Yes, that is right."),
        (5, "It is about an invoice I received twice."),
        (5, "It is about an invoice I received twice."),
    ] {
        phone.turn(no, said, Vec::new()).await;
    }
    let items = desk.items().await;
    assert_eq!(items.len(), 1, "{items:?}");
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_words_that_the_caller_went_on_from_is_not_recorded_over_the_whole() {
    let desk = Desk::open().await;
    let phone = Phone {
        desk: &desk,
        id: "call-went-on",
    };
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    let whole = "Could you take a message for the office manager, please?";
    phone.turn(1, whole, Vec::new()).await;
    // The attempt before it, aborted and slower.
    phone.turn(1, "Could you take", Vec::new()).await;
    let call = desk.clinic.call_of(CALLER).await;
    assert_eq!(call["turns"][0]["said"], whole, "{call}");
    phone
        .turn(2, "My name is Hannah Sorensen.", Vec::new())
        .await;
    let call = desk.clinic.call_of(CALLER).await;
    let spoken = call["turns"][1]["spoken"].as_str().unwrap();
    assert!(spoken.contains("number"), "the form is gone: {spoken}");
    desk.server.stop().await.unwrap();
}

/// A full disk: for the conversation alone, or for everybody.
#[derive(Default)]
struct FullDisk {
    conversation: AtomicBool,
    everything: AtomicBool,
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

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_message_that_cannot_be_filed_is_kept_and_filed_later() {
    let disk = Arc::new(FullDisk::default());
    let desk = Desk::with(behind(disk.clone())).await;
    let call = desk.begin().await;
    for line in [
        "Could you take a message for the office manager?",
        "My name is Hannah Sorensen.",
        "My number is 415 555 0125.",
        "Yes, that is right.",
    ] {
        desk.say(&call, line).await;
    }
    disk.conversation.store(true, Ordering::Relaxed);
    let words = spoken(
        &desk
            .say(&call, "It is about an invoice I received twice.")
            .await,
    );
    assert!(!words.to_lowercase().contains("passed on"), "{words}");
    assert_eq!(desk.items().await, Vec::<Value>::new());
    disk.conversation.store(false, Ordering::Relaxed);
    desk.say(&call, "Yes, please.").await;
    let items = desk.items().await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["caller_name"], "Hannah Sorensen", "{items:?}");
    assert!(
        items[0]["reason"].as_str().unwrap().contains("invoice"),
        "{items:?}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_turn_that_nobody_listens_to_any_more_still_calls_a_person() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    let app = &desk.server.app;
    let clinic = opening::Clinic::read(app, desk.clinic.org).await.unwrap();
    let input = TurnInput {
        org: desk.clinic.org,
        call: call.parse().unwrap(),
        provider: Provider::Builtin,
        channel: Channel::Browser,
        no: 1,
        said: Pii::from("Is the swelling in my leg normal?"),
        history: Vec::new(),
        frozen: clinic.frozen(),
        caller: None,
    };
    drop(conversation::turn(app, input));
    eventually("the decision", async || {
        let now = desk.clinic.detail(&call).await["escalations"][0].clone();
        (now["state"] == "decided").then_some(())
    })
    .await;
    desk.nobody_answers().await;
    desk.calling(&call, "Nurse Kim").await;
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_who_leaves_a_text_call_while_it_rings_was_taken_by_nobody() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    assert!(rings(
        &desk.say(&call, "Is the swelling in my leg normal?").await
    ));
    desk.calling(&call, "Nurse Kim").await;
    desk.hang_up(&call).await;
    let shown = desk.clinic.detail(&call).await;
    assert_eq!(shown["outcome"], "message_open", "{shown}");
    assert_eq!(shown["escalations"][0]["state"], "message", "{shown}");
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_fact_that_comes_before_the_watchdog_leaves_it_nothing_to_do() {
    let desk = Desk::open().await;
    let phone = Phone {
        desk: &desk,
        id: "call-watched",
    };
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    phone
        .turn(1, "Is the swelling in my leg normal?", Vec::new())
        .await;
    let call = desk.clinic.call_of(CALLER).await;
    let words = call["turns"][0]["spoken"].as_str().unwrap().chars().count() as i64;
    // The words take longer to be spoken than the provider has to ask: until then nothing is late.
    desk.ahead.fetch_add(4_500, Ordering::Relaxed);
    watchdog::step(&desk.server.app).await.unwrap();
    let call = desk.clinic.call_of(CALLER).await;
    assert_eq!(
        call["escalations"][0]["state"], "decided",
        "{words} characters: {call}"
    );
    desk.ahead.fetch_add(words * 80 + 4_000, Ordering::Relaxed);
    watchdog::step(&desk.server.app).await.unwrap();
    let call = desk.clinic.call_of(CALLER).await;
    // Ordered over a control address that this call does not have: tried, and told as failed.
    assert_eq!(call["escalations"][0]["state"], "failed", "{call}");
    assert_eq!(call["escalations"][0]["target"], "Nurse Kim", "{call}");
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_on_the_line_stands_before_those_who_wait_for_a_call_back() {
    let desk = Desk::open().await;
    let before = desk.begin().await;
    for line in [
        "Could you take a message for the office manager?",
        "My name is Hannah Sorensen.",
        "My number is 415 555 0125.",
        "Yes, that is right.",
        "It is about an invoice I received twice.",
    ] {
        desk.say(&before, line).await;
    }
    let call = desk.begin().await;
    desk.say(&call, "I want to speak to a real person, please")
        .await;
    desk.calling(&call, "Front desk").await;
    let items = desk.items().await;
    assert_eq!(
        (&items[0]["call"], &items[0]["urgency"]),
        (&json!(call), &json!("urgent")),
        "{items:?}"
    );
    desk.nobody_answers().await;
    for line in [
        "My name is Ingrid Falk.",
        "415 555 0133",
        "Yes, that is correct.",
    ] {
        desk.say(&call, line).await;
    }
    let items = desk.items().await;
    assert_eq!(
        (&items[0]["call"], &items[1]["urgency"]),
        (&json!(before), &json!("normal")),
        "{items:?}"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_after_anything_else_is_a_goodbye() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    desk.say(&call, "OK").await;
    let lines = desk.say(&call, "No").await;
    assert!(lines.iter().any(|line| line["t"] == "end"), "{lines:?}");
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_is_closed_when_the_last_of_its_messages_is_acknowledged() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    let message = async |about: &str| {
        for line in [
            "Could you take a message for the office manager?",
            "My name is Hannah Sorensen.",
            "My number is 415 555 0125.",
            "Yes, that is right.",
            about,
        ] {
            desk.say(&call, line).await;
        }
    };
    let acknowledge = async |about: &str| {
        let items = desk.items().await;
        let item = items
            .iter()
            .find(|i| i["reason"].as_str().unwrap().contains(about));
        let path = format!(
            "/inbox/{}/acknowledge",
            item.unwrap()["id"].as_str().unwrap()
        );
        desk.clinic.owner.post(&path, &json!({})).await.unwrap();
    };
    message("It is about an invoice I received twice.").await;
    message("It is about the parking permit.").await;
    // While the call goes on: it counts all the same.
    acknowledge("invoice").await;
    desk.hang_up(&call).await;
    assert_eq!(desk.clinic.detail(&call).await["outcome"], "message_open");
    acknowledge("parking").await;
    assert_eq!(
        desk.clinic.detail(&call).await["outcome"],
        "message_acknowledged"
    );
    desk.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_with_a_full_disk_an_emergency_hears_its_number() {
    let disk = Arc::new(FullDisk::default());
    let desk = Desk::with(behind(disk.clone())).await;
    let call = desk.begin().await;
    disk.everything.store(true, Ordering::Relaxed);
    let words = spoken(&desk.say(&call, BREATHLESS).await);
    assert!(words.contains("911"), "{words}");
    disk.everything.store(false, Ordering::Relaxed);
    desk.server.stop().await.unwrap();
}
