//! F2: a recording is played through our own door only, by whoever may listen, and every play is written down.

use crate::clinic::{Clinic, eventually, hex, simulator};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use voxanne_core::{
    ids::CallId,
    tenancy::{Role, Scope},
};
use voxanne_simulator::{Script, Simulator, Track, TransferOutcome};
use voxanne_testkit::server::{Client, TestServer};

const CALLER: &str = "+14155550142";

struct Recorded {
    server: TestServer,
    clinic: Clinic,
    call: Value,
    /// The bytes the provider holds.
    mono: Vec<u8>,
    sim: Simulator,
}

async fn recorded() -> Recorded {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let script = Script::of(
        "hours",
        &["Hi, what are your opening hours?", "Thanks, bye."],
    );
    let report = clinic
        .place(
            &sim,
            clinic.call(CALLER, script, TransferOutcome::Connected),
        )
        .await;
    let call = clinic.recorded(CALLER).await;
    let mono = sim
        .recording(&report.provider_call_id, Track::Mono)
        .unwrap();
    Recorded {
        server,
        clinic,
        call,
        mono,
        sim,
    }
}

fn audio(call: &Value, track: &str) -> String {
    let rows = call["recordings"].as_array().unwrap();
    let row = rows.iter().find(|r| r["track"] == track).unwrap();
    format!("/recordings/{}/audio", row["id"].as_str().unwrap())
}

async fn plays(owner: &Client, id: &str) -> usize {
    let page = owner.get("/audit?limit=100").await.unwrap();
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .filter(|i| i["action"].as_str().unwrap().contains("play") && i["object"] == id)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_2_only_who_may_listen_hears_a_recording_and_each_play_is_in_the_audit_trail() {
    let r = recorded().await;
    let path = audio(&r.call, "mono");
    let id = path.split('/').nth(2).unwrap();
    let status = async |client: &Client| {
        client
            .ask(Method::GET, &path)
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(
        status(&r.server.nobody().unwrap()).await,
        StatusCode::UNAUTHORIZED
    );
    let viewer = r.server.person(Role::Viewer).await.unwrap();
    assert_eq!(status(&viewer).await, StatusCode::FORBIDDEN);
    let other = r.server.organization("Second Clinic").await.unwrap();
    let stranger = r.server.person_of(other, Role::Owner).await.unwrap();
    assert_eq!(status(&stranger).await, StatusCode::NOT_FOUND);
    let program = r
        .server
        .program(other, &[Scope::Read, Scope::Write, Scope::Admin])
        .await
        .unwrap();
    assert_eq!(status(&program).await, StatusCode::NOT_FOUND);
    assert_eq!(
        plays(&r.clinic.owner, id).await,
        0,
        "a refused play counts as none"
    );
    // A member plays it; nobody can after the session has ended.
    let staff = r.server.person(Role::Staff).await.unwrap();
    let answer = staff.ask(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "audio/wav");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.bytes().await.unwrap(), r.mono);
    assert_eq!(plays(&r.clinic.owner, id).await, 1);
    let left = staff.ask(Method::DELETE, "/session").send().await.unwrap();
    assert_eq!(left.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        status(&staff).await,
        StatusCode::UNAUTHORIZED,
        "a signed-out session listens"
    );
    assert_eq!(plays(&r.clinic.owner, id).await, 1);
    r.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_a_recording_is_exactly_those_bytes() {
    let r = recorded().await;
    let path = audio(&r.call, "mono");
    let whole = r.mono.len();
    for (from, to) in [
        (0, 1),
        (0, 44),
        (43, 45),
        (1_000, 70_000),
        (whole - 9, whole),
        (65_535, 65_537),
    ] {
        let answer = r
            .clinic
            .owner
            .ask(Method::GET, &path)
            .header(header::RANGE, format!("bytes={from}-{}", to - 1))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(
            answer.headers()[header::CONTENT_RANGE],
            format!("bytes {from}-{}/{whole}", to - 1)
        );
        assert_eq!(
            answer.bytes().await.unwrap(),
            r.mono[from..to],
            "{from}..{to}"
        );
    }
    let beyond = r
        .clinic
        .owner
        .ask(Method::GET, &path)
        .header(header::RANGE, format!("bytes={whole}-"));
    assert_eq!(
        beyond.send().await.unwrap().status(),
        StatusCode::RANGE_NOT_SATISFIABLE
    );
    // The stereo track is another file with its own sound.
    let stereo = r
        .clinic
        .owner
        .ask(Method::GET, &audio(&r.call, "stereo"))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let row = r.call["recordings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["track"] == "stereo")
        .unwrap();
    assert_eq!(row["sha256"], hex(&Sha256::digest(&stereo)));
    assert_ne!(stereo, r.mono);
    r.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_4_rows_hold_a_key_and_recordings_play_without_the_provider() {
    let r = recorded().await;
    let id: CallId = r.call["id"].as_str().unwrap().parse().unwrap();
    let rows = r
        .server
        .app
        .store
        .read(r.clinic.org)
        .await
        .unwrap()
        .recordings(id)
        .await
        .unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let key = row.storage_key.unwrap();
        assert!(
            !key.contains("://") && !key.contains("http") && !key.starts_with('/'),
            "{key}"
        );
    }
    assert!(
        !r.call.to_string().contains("http"),
        "an address is shown: {}",
        r.call
    );
    r.sim.shutdown().await;
    let settings = json!({"base_url": "https://moved.example"});
    r.clinic
        .owner
        .send(Method::PUT, "/settings/provider", &settings)
        .await
        .unwrap();
    let answer = r
        .clinic
        .owner
        .ask(Method::GET, &audio(&r.call, "mono"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.bytes().await.unwrap(), r.mono);
    r.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_3_recordings_arrive_whole_although_downloads_break_off() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    let place = |n: u64| {
        let script = Script::of(
            "hours",
            &["Hi, what are your opening hours?", "Thanks, bye."],
        );
        let caller = format!("+1415555040{n}");
        let mut request = clinic.call(&caller, script, TransferOutcome::Connected);
        request.faults = "cut".parse().unwrap();
        request.seed = n;
        let sim = &sim;
        async move { (sim.place_call(request).await.unwrap(), caller) }
    };
    let placed = futures::future::join_all((0..4).map(place)).await;
    for (report, caller) in placed {
        let sent = report.recording.unwrap();
        let call = eventually("both tracks are stored", async || {
            let call = clinic.call_of(&caller).await;
            let rows = call["recordings"].as_array().unwrap();
            (rows.len() == 2 && rows.iter().all(|r| r["state"] == "stored")).then_some(call)
        })
        .await;
        for row in call["recordings"].as_array().unwrap() {
            let file = if row["track"] == "mono" {
                &sent.mono
            } else {
                &sent.stereo
            };
            assert_eq!(row["sha256"], file.sha256.as_str());
        }
    }
    let cuts: u64 = sim
        .faults_injected()
        .iter()
        .filter(|(kind, _)| kind.contains("cut"))
        .map(|(_, n)| n)
        .sum();
    assert!(cuts > 0, "{:?}", sim.faults_injected());
    server.stop().await.unwrap();
}
