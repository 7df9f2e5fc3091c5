//! Phone calls: every one in the log once, with its own clinic's words and nothing of another's.

use crate::clinic::{Clinic, Wire, eventually, head, simulator, texts};
use serde_json::{Value, json};
use voxanne_simulator::{Ending, Script, TransferOutcome};
use voxanne_testkit::server::TestServer;

/// Everything of a clinic's log in the topics of its calls.
async fn whole_log(server: &TestServer, clinic: &Clinic, snapshot: &Value) -> String {
    let calls = snapshot["calls"].as_array().unwrap();
    let mut topics = vec![
        "calls".to_owned(),
        "inbox".to_owned(),
        "settings".to_owned(),
        "knowledge".to_owned(),
    ];
    topics.extend(
        calls
            .iter()
            .map(|call| format!("call:{}", call["id"].as_str().unwrap())),
    );
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let head = head(&clinic.owner).await;
    let (mut wire, _) = Wire::open(server, &clinic.owner, 0, &topics).await;
    Value::from(wire.until(0, head).await).to_string()
}

/// The receptionist's words are those sent; the report joins what the stream sent sentence by sentence.
fn same_words(call: &Value, sent: &[String]) {
    assert_eq!(texts(call, "receptionist").join(" "), sent.join(" "));
}

#[tokio::test(flavor = "multi_thread")]
async fn f1_4_each_concurrent_call_keeps_its_own_clinic() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let other = server.organization("Second Clinic").await.unwrap();
    let clinics = [
        Clinic::first(&server, &sim).await,
        Clinic::of(&server, &sim, other, 2).await,
    ];
    let greetings = [
        "Thank you for calling Alderbrook Skin Care, how can I help?",
        "Welcome to Tamarisk Dermatology, what can I do for you?",
    ];
    for (clinic, greeting) in clinics.iter().zip(greetings) {
        clinic
            .receptionist(|body| body["greeting"] = json!(greeting))
            .await;
    }
    // Each caller has a name that nobody else says; the same number calls both clinics.
    let names = [
        ["Quillon Abernathy", "Perpetua Vandermeer", "Ottoline Grubb"],
        ["Cosmo Featherby", "Isolde Marchbanks", "Barnaby Threlkeld"],
    ];
    let caller = |n: usize| format!("+1415555020{n}");
    let place = |clinic: usize, n: usize| {
        let name = format!("My name is {}.", names[clinic][n]);
        let script = Script::of(
            "canary",
            &[
                "Hi, what are your opening hours?",
                "Could you take a message for the office manager?",
                &name,
                "My number is four one five, five five five, zero one two five.",
                "Yes, that is right.",
                "It is about an invoice I received twice. That is all, thank you.",
                "Goodbye.",
            ],
        );
        let request = clinics[clinic].call(&caller(n), script, TransferOutcome::Connected);
        clinics[clinic].place(&sim, request)
    };
    let all =
        futures::future::join_all((0..2).flat_map(|c| (0..3).map(move |n| place(c, n)))).await;
    for (i, clinic) in clinics.iter().enumerate() {
        let snapshot = clinic.snapshot().await;
        let log = whole_log(&server, clinic, &snapshot).await;
        assert_eq!(snapshot["calls"].as_array().unwrap().len(), 3);
        assert_eq!(snapshot["inbox"].as_array().unwrap().len(), 3, "{snapshot}");
        let seen = format!("{snapshot}{log}");
        assert!(seen.contains(greetings[i]) && !seen.contains(greetings[1 - i]));
        for n in 0..3 {
            let report = &all[i * 3 + n];
            assert!(report.spoken[0].starts_with(greetings[i]));
            assert!(snapshot.to_string().contains(names[i][n]) && log.contains(names[i][n]));
            assert!(
                !seen.contains(names[1 - i][n]),
                "{} crossed",
                names[1 - i][n]
            );
            let call = clinic.call_of(&caller(n)).await;
            assert_eq!(texts(&call, "caller"), report.sent_user_finals);
            same_words(&call, &report.sent_assistant_finals);
            assert_eq!(
                clinic.item_of(&call).await["caller_name"],
                names[i][n],
                "{call}"
            );
            for foreign in (0..3).filter(|other| *other != n) {
                assert!(!call.to_string().contains(names[i][foreign]), "{call}");
            }
        }
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_call_about_hours_and_a_price_is_answered_from_the_clinics_own_words() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let document = clinic.document("Services and prices", "prices.md").await;
    let caller = "+14155550142";
    let script = Script::of(
        "hours and a price",
        &[
            "Hi, what are your opening hours?",
            "How much is a HydraFacial?",
            "Great, thank you, bye.",
        ],
    );
    let report = clinic
        .place(
            &sim,
            clinic.call(caller, script, TransferOutcome::Connected),
        )
        .await;
    assert!(report.outcome.transfers.is_empty(), "{report:?}");
    let call = clinic.recorded(caller).await;
    assert_eq!(texts(&call, "caller"), report.sent_user_finals);
    same_words(&call, &report.sent_assistant_finals);
    assert_eq!(
        (&call["life"], &call["outcome"]),
        (&json!("reported"), &json!("answered")),
        "{call}"
    );
    assert_eq!(call["escalated"], false);
    let turns = call["turns"].as_array().unwrap();
    let turn = |word: &str| {
        turns
            .iter()
            .find(|t| t["said"].as_str().unwrap().contains(word))
            .unwrap_or_else(|| panic!("no turn about {word}: {call}"))
    };
    assert!(turn("opening")["spoken"].as_str().unwrap().contains('8'));
    let price = turn("HydraFacial");
    assert_eq!(price["decision"], "answer");
    assert!(price["spoken"].as_str().unwrap().contains("189"), "{price}");
    assert!(
        !price["reasons"].as_array().unwrap().is_empty()
            || price["confidence"].as_f64() > Some(0.0)
    );
    let cite = &price["cites"][0];
    assert_eq!(cite["document"], document.as_str());
    assert!(cite["text"].as_str().unwrap().contains("189"), "{cite}");
    // The recording is the caller's and the receptionist's, byte by byte.
    let sent = report.recording.unwrap();
    for (track, file) in [("mono", &sent.mono), ("stereo", &sent.stereo)] {
        let row = call["recordings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["track"] == track)
            .unwrap_or_else(|| panic!("no {track} track: {call}"));
        assert_eq!(row["sha256"], file.sha256.as_str());
        assert_eq!(row["bytes"], file.bytes);
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_says_is_on_the_log_while_the_call_runs() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(20.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let caller = "+14155550143";
    let mut script = Script::of("talks on", &["Hi, what are your opening hours?"]);
    script.hangup_after = false;
    let request = clinic.call(caller, script, TransferOutcome::Connected);
    let (report, ()) = tokio::join!(clinic.place(&sim, request), async {
        let call = eventually("a live call with words", async || {
            let page = clinic.owner.get("/calls?life=live").await.unwrap();
            let id = page["items"].get(0)?["id"].as_str()?.to_owned();
            let call = clinic.detail(&id).await;
            let (asked, answered) = (texts(&call, "caller"), texts(&call, "receptionist"));
            (asked.len() == 1 && answered.len() >= 2 && call["life"] == "live").then_some(call)
        })
        .await;
        // Somebody of the clinic hangs up.
        let id = call["id"].as_str().unwrap();
        let ended = clinic
            .owner
            .ask(reqwest::Method::POST, &format!("/calls/{id}/end"))
            .send()
            .await
            .unwrap();
        assert_eq!(ended.status(), reqwest::StatusCode::ACCEPTED);
    });
    assert_eq!(report.outcome.ending, Ending::Controlled, "{report:?}");
    assert_eq!(clinic.call_of(caller).await["life"], "reported");
    server.stop().await.unwrap();
}
