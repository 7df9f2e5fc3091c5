//! F7: what the caller told is kept and filed once, wherever the conversation breaks off.

use crate::{
    clinic::{eventually, spoken},
    desk::{BREATHLESS, CALLER, Desk, FullDisk, Phone, rings},
    wrapped::behind,
};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};

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
        phone.turn(no, said).await;
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
    phone.turn(1, whole).await;
    // The attempt before it, aborted and slower.
    phone.turn(1, "Could you take").await;
    let call = desk.clinic.call_of(CALLER).await;
    assert_eq!(call["turns"][0]["said"], whole, "{call}");
    phone.turn(2, "My name is Hannah Sorensen.").await;
    let call = desk.clinic.call_of(CALLER).await;
    let spoken = call["turns"][1]["spoken"].as_str().unwrap();
    assert!(spoken.contains("number"), "the form is gone: {spoken}");
    desk.server.stop().await.unwrap();
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
async fn no_after_anything_else_is_a_goodbye() {
    let desk = Desk::open().await;
    let call = desk.begin().await;
    desk.say(&call, "OK").await;
    let lines = desk.say(&call, "No").await;
    assert!(lines.iter().any(|line| line["t"] == "end"), "{lines:?}");
    desk.server.stop().await.unwrap();
}
