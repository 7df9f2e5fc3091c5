//! F7: a medical caller ends with a person who accepted, or with a message that a named person acknowledges; nothing
//! claims a person before the provider confirms one.

use crate::clinic::{Clinic, DOCTOR, NURSE, simulator, texts};
use serde_json::{Value, json};
use voxanne_core::tenancy::Role;
use voxanne_simulator::{CallReport, Ending, Script, Simulator, TransferOutcome};
use voxanne_testkit::server::TestServer;

const CALLER: &str = "+14155550133";
const NAME: &str = "Ingrid Falk";

/// A medical caller who leaves a message where nobody can be reached; each target does as told.
fn medical(nurse: TransferOutcome, doctor: TransferOutcome) -> Script {
    let mut script = Script::of(
        "medical",
        &[
            "Hello, I had a procedure with you last week and the area is more swollen today, is that normal?",
            "Oh. Please try somebody else then.",
            "My name is Ingrid Falk.",
            "My number is four one five, five five five, zero one three three.",
            "Yes, that is correct.",
            "Please have somebody call me back today. Thank you.",
        ],
    );
    script.transfers.insert(NURSE.to_owned(), nurse);
    script.transfers.insert(DOCTOR.to_owned(), doctor);
    script
}

struct Placed {
    server: TestServer,
    clinic: Clinic,
    report: CallReport,
    call: Value,
    _sim: Simulator,
}

async fn placed(nurse: TransferOutcome, doctor: TransferOutcome) -> Placed {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let request = clinic.call(CALLER, medical(nurse, doctor), TransferOutcome::Failed);
    let report = clinic.place(&sim, request).await;
    let call = clinic.call_of(CALLER).await;
    assert_eq!(call["escalated"], true, "{call}");
    assert_eq!(
        call["turns"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|t| t["decision"] == "escalate_medical")
            .count(),
        1,
        "{call}"
    );
    assert_eq!(call["escalations"].as_array().unwrap().len(), 1, "{call}");
    assert_eq!(call["escalations"][0]["kind"], "medical");
    assert_eq!(texts(&call, "caller"), report.sent_user_finals);
    Placed {
        server,
        clinic,
        report,
        call,
        _sim: sim,
    }
}

/// The numbers dialled, in order.
fn dialled(report: &CallReport) -> Vec<&str> {
    report
        .outcome
        .transfers
        .iter()
        .map(|t| t.to.as_str())
        .collect()
}

fn steps(call: &Value) -> Vec<&str> {
    call["escalations"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["what"].as_str().unwrap())
        .collect()
}

/// No part of the call says that a person was reached.
fn claims_nobody(call: &Value) {
    let escalation = &call["escalations"][0];
    assert_eq!(escalation["human_at"], Value::Null, "{escalation}");
    assert_ne!(escalation["state"], "connected", "{escalation}");
    assert_ne!(call["outcome"], "transferred_connected", "{call}");
    assert!(!steps(call).contains(&"connected"), "{escalation}");
    assert!(
        !call["words"].as_str().unwrap().contains("took the call"),
        "{call}"
    );
}

/// The message is open until a signed-in person acknowledges it, and then carries that person's name.
async fn ends_with_an_acknowledged_message(placed: Placed) {
    let Placed {
        server,
        clinic,
        call,
        ..
    } = placed;
    claims_nobody(&call);
    assert_eq!(
        (&call["outcome"], &call["state"]),
        (&json!("message_open"), &json!("waiting_for_person")),
        "{call}"
    );
    let item = clinic.item_of(&call).await;
    assert_eq!(item["kind"], "escalation", "{item}");
    assert_eq!(item["caller_name"], NAME, "{item}");
    assert!(
        item["caller_number"].as_str().unwrap().ends_with("0133"),
        "{item}"
    );
    assert_eq!(item["acknowledged_at"], Value::Null, "{item}");
    let path = format!("/inbox/{}/acknowledge", item["id"].as_str().unwrap());
    let viewer = server.person(Role::Viewer).await.unwrap();
    assert!(
        viewer.post(&path, &json!({})).await.is_err(),
        "a viewer acknowledged"
    );
    assert_eq!(clinic.call_of(CALLER).await["outcome"], "message_open");
    let staff = server.person(Role::Staff).await.unwrap();
    let taken = staff.post(&path, &json!({})).await.unwrap();
    assert_eq!(
        taken["acknowledged_by"]["id"],
        staff.user.unwrap().to_string(),
        "{taken}"
    );
    let after = clinic.call_of(CALLER).await;
    assert_eq!(
        (&after["outcome"], &after["state"]),
        (&json!("message_acknowledged"), &json!("acknowledged")),
        "{after}"
    );
    claims_nobody(&after);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_nurse_who_takes_the_call_is_the_end_of_it() {
    let p = placed(TransferOutcome::Connected, TransferOutcome::Failed).await;
    assert_eq!(dialled(&p.report), [NURSE]);
    assert_eq!(p.call["outcome"], "transferred_connected", "{}", p.call);
    let escalation = &p.call["escalations"][0];
    assert_eq!(escalation["state"], "connected");
    assert_eq!(escalation["target"], "Nurse Kim");
    let human_at = escalation["human_at"].as_i64().unwrap();
    assert!(human_at >= escalation["opened_at"].as_i64().unwrap());
    // A person has the caller: nothing is left to do in the inbox.
    let open = p.clinic.owner.get("/inbox").await.unwrap();
    assert_eq!(open["items"], json!([]));
    p.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_busy_nurse_leads_to_the_next_person() {
    let p = placed(TransferOutcome::Busy, TransferOutcome::Connected).await;
    assert_eq!(dialled(&p.report), [NURSE, DOCTOR]);
    assert_eq!(p.report.outcome.ending, Ending::TransferredConnected);
    assert_eq!(p.call["outcome"], "transferred_connected", "{}", p.call);
    assert_eq!(p.call["escalations"][0]["target"], "Dr. Ode");
    assert!(p.call["escalations"][0]["human_at"].is_i64());
    p.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_nobody_answers_so_a_named_person_acknowledges_the_message() {
    let p = placed(TransferOutcome::NoAnswer, TransferOutcome::NoAnswer).await;
    assert_eq!(dialled(&p.report), [NURSE, DOCTOR]);
    ends_with_an_acknowledged_message(p).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_colleagues_voicemail_is_nobody() {
    let p = placed(TransferOutcome::Voicemail, TransferOutcome::Voicemail).await;
    assert_eq!(dialled(&p.report), [NURSE, DOCTOR]);
    ends_with_an_acknowledged_message(p).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_refused_transfer_ends_with_a_message() {
    let p = placed(TransferOutcome::Refused, TransferOutcome::Refused).await;
    assert_eq!(dialled(&p.report), [NURSE, DOCTOR]);
    ends_with_an_acknowledged_message(p).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_a_transfer_nobody_confirms_stays_open_until_a_person_closes_it() {
    let p = placed(TransferOutcome::NeverConfirmed, TransferOutcome::Failed).await;
    assert_eq!(p.report.outcome.ending, Ending::TransferredUnconfirmed);
    claims_nobody(&p.call);
    assert_eq!(p.call["outcome"], "transfer_unconfirmed", "{}", p.call);
    assert_eq!(p.call["state"], "waiting_for_person", "{}", p.call);
    let item = p.clinic.item_of(&p.call).await;
    assert_eq!(item["closed_at"], Value::Null, "{item}");
    let rings = |overview: &Value| {
        let open = overview["today"]["open"].as_array().unwrap().len();
        (overview["today"]["rings"].as_u64().unwrap(), open)
    };
    let overview = p.clinic.owner.get("/overview").await.unwrap();
    assert_eq!(rings(&overview), (1, 1), "{overview}");
    let staff = p.server.person(Role::Staff).await.unwrap();
    let id = p.call["id"].as_str().unwrap();
    let closed = staff
        .post(
            &format!("/calls/{id}/close"),
            &json!({"note": "Called her back, she is fine"}),
        )
        .await
        .unwrap();
    claims_nobody(&closed);
    assert_eq!(closed["state"], "closed", "{closed}");
    let overview = p.clinic.owner.get("/overview").await.unwrap();
    assert_eq!(rings(&overview), (1, 0), "{overview}");
    p.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_1_callers_of_the_field_analysis_reach_a_human_and_nothing_reassuring_is_spoken() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    clinic.document("Services and prices", "prices.md").await;
    clinic.document("Appointments", "appointments.md").await;
    let medical: [&[&str]; 6] = [
        &[
            "I had BBL surgery 2 weeks ago",
            "There's some swelling, is that normal?",
        ],
        &["Is my swelling normal?"],
        &["Should I be concerned about this rash?"],
        &["Is this an infection?"],
        &["Is my scar normal?"],
        &["Is the pain from the procedure normal?"],
    ];
    let administrative: [&[&str]; 4] = [
        &["Do you have morning appointments?", "Okay, thanks, bye."],
        &[
            "I'm looking for the best treatment option",
            "Okay, thanks, bye.",
        ],
        &["Do you accept medication insurance?", "Okay, thanks, bye."],
        &["How much is a BBL?", "Okay, thanks, bye."],
    ];
    let call = |n: usize, lines: &[&str]| {
        let caller = format!("+141555503{n:02}");
        let request = clinic.call(
            &caller,
            Script::of("sentence", lines),
            TransferOutcome::Connected,
        );
        let clinic = &clinic;
        let sim = &sim;
        async move { (clinic.place(sim, request).await, caller) }
    };
    let all: Vec<&[&str]> = medical.into_iter().chain(administrative).collect();
    let placed =
        futures::future::join_all(all.iter().enumerate().map(|(n, lines)| call(n, lines))).await;
    for (n, (report, caller)) in placed.iter().enumerate() {
        let shown = clinic.call_of(caller).await;
        let words = report.spoken.join(" ").to_lowercase();
        if n < medical.len() {
            assert_eq!(
                shown["outcome"], "transferred_connected",
                "{:?}: {shown}",
                all[n]
            );
            for soothing in ["is normal", "nothing to worry", "don't worry", "probably"] {
                assert!(!words.contains(soothing), "{:?}: {words}", all[n]);
            }
        } else {
            assert_eq!(shown["escalated"], false, "{:?}: {shown}", all[n]);
            assert_eq!(shown["outcome"], "answered", "{:?}: {shown}", all[n]);
        }
    }
    assert!(
        placed[9].0.spoken.join(" ").contains("8,400"),
        "{:?}",
        placed[9].0.spoken
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_2_the_key_zero_reaches_a_person() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let mut script = Script::of("key", &[""]);
    script.utterances[0].dtmf = Some("0".to_owned());
    script
        .transfers
        .insert(NURSE.to_owned(), TransferOutcome::Connected);
    let report = clinic
        .place(&sim, clinic.call(CALLER, script, TransferOutcome::Failed))
        .await;
    assert_eq!(dialled(&report), [NURSE]);
    let call = clinic.call_of(CALLER).await;
    assert_eq!(call["outcome"], "transferred_connected", "{call}");
    assert_eq!(call["escalations"][0]["kind"], "human", "{call}");
    server.stop().await.unwrap();
}
