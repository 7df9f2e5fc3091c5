//! Text calls of the dashboard: the same receptionist, a person who joins with a click, forms that promise nothing.

use crate::clinic::{Clinic, eventually, say, simulator, spoken, texts};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use voxanne_core::tenancy::Role;
use voxanne_testkit::server::{Client, TestServer};

async fn clinic(server: &TestServer) -> Clinic {
    let sim = simulator(100.0).await;
    Clinic::first(server, &sim).await
}

async fn begin(client: &Client) -> String {
    let started = client.post("/browser-calls", &json!({})).await.unwrap();
    assert!(!started["greeting"].as_str().unwrap().is_empty());
    started["call"].as_str().unwrap().to_owned()
}

async fn hang_up(client: &Client, call: &str) {
    let left = client
        .ask(Method::DELETE, &format!("/browser-calls/{call}"))
        .send()
        .await
        .unwrap();
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
}

async fn accept(client: &Client, call: &Value) -> reqwest::Response {
    let id = call["escalations"][0]["id"].as_str().unwrap();
    client
        .ask(Method::POST, &format!("/escalations/{id}/accept"))
        .json(&json!({}))
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_accepts_a_browser_call_has_it_and_the_receptionist_is_silent() {
    let server = TestServer::start().await.unwrap();
    let clinic = clinic(&server).await;
    let caller = server.person(Role::Staff).await.unwrap();
    let staff = server.person(Role::Staff).await.unwrap();
    let call = begin(&caller).await;
    assert!(spoken(&say(&caller, &call, "What are your opening hours?").await).contains('8'));
    let lines = say(&caller, &call, "I want to speak to a real person, please").await;
    assert!(lines.iter().any(|l| l["t"] == "transfer"), "{lines:?}");
    let ringing = eventually("the call rings on the dashboard", async || {
        let now = clinic.detail(&call).await;
        (now["escalations"][0]["state"] == "dialing").then_some(now)
    })
    .await;
    assert_eq!(ringing["escalations"][0]["human_at"], Value::Null);
    assert_eq!(clinic.item_of(&ringing).await["can_accept"], true);
    // Before anybody accepts, nobody can speak for the clinic.
    let early = staff
        .ask(Method::POST, &format!("/calls/{call}/say"))
        .json(&json!({"text": "Hello"}))
        .send()
        .await
        .unwrap();
    assert_eq!(early.status(), StatusCode::CONFLICT);
    let viewer = server.person(Role::Viewer).await.unwrap();
    assert_eq!(
        accept(&viewer, &ringing).await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(accept(&staff, &ringing).await.status(), StatusCode::OK);
    let before = texts(&clinic.detail(&call).await, "receptionist");
    let lines = say(&caller, &call, "Is the swelling in my leg normal?").await;
    assert_eq!(lines.len(), 1, "the receptionist spoke: {lines:?}");
    let said = staff
        .ask(Method::POST, &format!("/calls/{call}/say"))
        .json(&json!({"text": "This is Kim, I am a nurse. Tell me more."}))
        .send()
        .await
        .unwrap();
    assert_eq!(said.status(), StatusCode::ACCEPTED);
    // Who did not accept does not speak.
    let other = clinic
        .owner
        .ask(Method::POST, &format!("/calls/{call}/say"))
        .json(&json!({"text": "And me"}))
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), StatusCode::CONFLICT);
    hang_up(&caller, &call).await;
    let after = clinic.detail(&call).await;
    assert_eq!(texts(&after, "receptionist"), before);
    assert_eq!(
        texts(&after, "staff"),
        ["This is Kim, I am a nurse. Tell me more."]
    );
    assert_eq!(after["outcome"], "transferred_connected", "{after}");
    assert!(after["escalations"][0]["human_at"].is_i64(), "{after}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_1_the_emergency_number_is_the_first_thing_said() {
    let server = TestServer::start().await.unwrap();
    let clinic = clinic(&server).await;
    for words in [
        "My husband has strong chest pain and his arm feels numb, what should I do?",
        "I can hardly breathe and my throat is closing up",
    ] {
        let call = begin(&clinic.owner).await;
        let lines = say(&clinic.owner, &call, words).await;
        let first = lines.iter().find(|l| l["t"] == "say").unwrap();
        assert!(first["text"].as_str().unwrap().contains("911"), "{lines:?}");
        let shown = clinic.detail(&call).await;
        assert_eq!(shown["emergency"], true, "{shown}");
        assert_eq!(shown["escalations"][0]["kind"], "emergency");
        let item = clinic.item_of(&shown).await;
        assert_eq!(item["urgency"], "emergency", "{item}");
        let overview = clinic.owner.get("/overview").await.unwrap();
        let listed = overview["emergencies"].as_array().unwrap();
        assert!(listed.iter().any(|e| e["id"] == item["id"]), "{overview}");
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_for_an_appointment_waits_for_a_person_and_is_never_called_booked() {
    let server = TestServer::start().await.unwrap();
    let clinic = clinic(&server).await;
    let call = begin(&clinic.owner).await;
    let mut words = String::new();
    for line in [
        "I would like to book an appointment, please.",
        "A HydraFacial, I am a new patient.",
        "Tuesday or Thursday morning would be best.",
        "My name is Rosa Delgado.",
        "My number is four one five, five five five, zero one four two.",
        "Yes, that is right.",
    ] {
        words.push_str(&spoken(&say(&clinic.owner, &call, line).await));
        words.push('\n');
    }
    hang_up(&clinic.owner, &call).await;
    let lower = words.to_lowercase();
    for promise in [
        "is booked",
        "are booked",
        "booked you",
        "you're booked",
        "is confirmed",
        "have booked",
        "see you on",
    ] {
        assert!(!lower.contains(promise), "{words}");
    }
    assert!(
        words.contains("0142") || words.contains("0 1 4 2"),
        "the number is not read back: {words}"
    );
    let shown = clinic.detail(&call).await;
    assert_eq!(shown["outcome"], "message_open", "{shown}");
    let item = clinic.item_of(&shown).await;
    assert_eq!(item["kind"], "appointment", "{item}");
    assert_eq!(item["caller_name"], "Rosa Delgado", "{item}");
    assert!(
        item["caller_number"].as_str().unwrap().ends_with("0142"),
        "{item}"
    );
    let wish = &item["appointment"];
    assert_eq!(
        (&wish["wish"], &wish["returning"]),
        (&json!("book"), &json!(false)),
        "{wish}"
    );
    assert!(
        wish["service"].as_str().unwrap().contains("HydraFacial"),
        "{wish}"
    );
    assert!(wish["days"].as_str().unwrap().contains("Tuesday"), "{wish}");
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_left_in_a_browser_call_is_open_until_somebody_acknowledges_it() {
    let server = TestServer::start().await.unwrap();
    let clinic = clinic(&server).await;
    let call = begin(&clinic.owner).await;
    for line in [
        "Could you take a message for the office manager?",
        "My name is Hannah Sorensen.",
        "My number is 415 555 0125.",
        "Yes, that is right.",
        "It is about an invoice I received twice. That is all, thank you.",
    ] {
        say(&clinic.owner, &call, line).await;
    }
    hang_up(&clinic.owner, &call).await;
    let shown = clinic.detail(&call).await;
    assert_eq!(
        (&shown["has_message"], &shown["outcome"]),
        (&json!(true), &json!("message_open")),
        "{shown}"
    );
    let item = clinic.item_of(&shown).await;
    assert_eq!(item["kind"], "message", "{item}");
    assert_eq!(item["caller_name"], "Hannah Sorensen", "{item}");
    assert!(
        item["reason"].as_str().unwrap().contains("invoice"),
        "{item}"
    );
    let path = format!("/inbox/{}/acknowledge", item["id"].as_str().unwrap());
    clinic.owner.post(&path, &json!({})).await.unwrap();
    assert_eq!(
        clinic.detail(&call).await["outcome"],
        "message_acknowledged"
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_browser_call_is_not_to_be_spoken_in() {
    let server = TestServer::start().await.unwrap();
    let clinic = clinic(&server).await;
    let call = begin(&clinic.owner).await;
    let foreign = server.organization("Second Clinic").await.unwrap();
    let colleague = server.person(Role::Staff).await.unwrap();
    let stranger = server.person_of(foreign, Role::Owner).await.unwrap();
    for who in [&colleague, &stranger] {
        let turn = who
            .ask(Method::POST, &format!("/browser-calls/{call}/turns"))
            .json(&json!({"text": "Hello"}));
        assert_eq!(turn.send().await.unwrap().status(), StatusCode::NOT_FOUND);
        let leave = who.ask(Method::DELETE, &format!("/browser-calls/{call}"));
        assert_eq!(leave.send().await.unwrap().status(), StatusCode::NOT_FOUND);
    }
    assert_eq!(clinic.detail(&call).await["life"], "live");
    server.stop().await.unwrap();
}
