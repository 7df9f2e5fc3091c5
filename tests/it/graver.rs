//! F7: what is graver comes first, wherever the conversation stands.

use crate::{
    clinic::{eventually, spoken},
    desk::{BREATHLESS, CALLER, Desk, FullDisk, Phone, rings, target, transfer_to},
    wrapped::behind,
};
use reqwest::Method;
use serde_json::json;
use std::sync::{Arc, atomic::Ordering};
use voxanne_app::{
    conversation::{self, TurnEvent},
    escalation::watchdog,
};
use voxanne_core::call::Provider;

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
    let events = phone.turn(1, "A real person, please").await;
    assert_eq!(transfer_to(&events), Some("Front desk"));
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550120", "{answer}");
    let events = phone.turn(2, "Is the swelling in my leg normal?").await;
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
    let events = phone.turn(1, "Is the swelling in my leg normal?").await;
    assert_eq!(transfer_to(&events), Some("Nurse Kim"));
    let answer = phone
        .webhook(json!({"type": "transfer-destination-request"}))
        .await;
    assert_eq!(answer["destination"]["number"], "+14155550121", "{answer}");
    desk.ahead.fetch_add(15_000, Ordering::Relaxed);
    phone
        .webhook(json!({"type": "status-update", "status": "in-progress"}))
        .await;
    let events = phone.turn(1, "").await;
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
    let events = phone.turn(2, "A person please").await;
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
async fn f7_2_a_turn_that_nobody_listens_to_any_more_still_calls_a_person() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    let app = &desk.server.app;
    let question = "Is the swelling in my leg normal?";
    let input = desk.input(&call, Provider::Builtin, 1, question).await;
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
    phone.turn(1, "Is the swelling in my leg normal?").await;
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
