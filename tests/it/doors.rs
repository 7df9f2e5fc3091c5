//! Ways around the doors: somebody else's link, the server's own machine, connections that say nothing.

use crate::clinic::{eventually, until_status};
use reqwest::{Method, StatusCode};
use serde_json::json;
use voxanne_app::{
    Fault,
    members::links,
    settings::provider::{self, ProviderChange},
};
use voxanne_core::{
    pii::Secret,
    ports::store::LinkKind,
    tenancy::{Actor, Role},
};
use voxanne_server::Parts;
use voxanne_testkit::server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn f9_3_an_invitation_gives_nobody_away_who_is_known_elsewhere() {
    let server = TestServer::start().await.unwrap();
    let own = "the owner's own long password";
    let owner = server.person(Role::Owner).await.unwrap();
    let user = owner.user.unwrap();
    let members = owner.get("/members").await.unwrap();
    let email = members["items"][0]["email"].as_str().unwrap().to_owned();
    let reset = links::make(&server.app, LinkKind::Reset, user, server.org)
        .await
        .unwrap();
    let nobody = server.nobody().unwrap();
    let link = |token: &str| format!("/links/{token}");
    nobody
        .post(&link(reset.expose()), &json!({"password": own}))
        .await
        .unwrap();
    // The admin of another clinic invites the address and holds the link.
    let other = server.organization("Second Clinic").await.unwrap();
    let admin = server.person_of(other, Role::Admin).await.unwrap();
    let invited = admin
        .post(
            "/members",
            &json!({"email": email, "name": "Somebody", "role": "staff"}),
        )
        .await
        .unwrap();
    let token = invited["link"]
        .as_str()
        .unwrap()
        .rsplit_once('/')
        .unwrap()
        .1;
    for given in [json!({}), json!({"password": "chosen by the other admin"})] {
        let answer = nobody.ask(Method::POST, &link(token)).json(&given);
        assert_eq!(
            answer.send().await.unwrap().status(),
            StatusCode::BAD_REQUEST
        );
    }
    let mut again = server.nobody().unwrap();
    assert!(
        again
            .sign_in(&email, "chosen by the other admin")
            .await
            .is_err()
    );
    again.sign_in(&email, own).await.unwrap();
    nobody
        .post(&link(token), &json!({"password": own}))
        .await
        .unwrap();
    // Who has not used an invitation yet cannot be invited by another clinic, which would choose the password.
    let pending = json!({"email": "new@example.org", "name": "New", "role": "staff"});
    server
        .person(Role::Owner)
        .await
        .unwrap()
        .post("/members", &pending)
        .await
        .unwrap();
    let second = admin.ask(Method::POST, "/members").json(&pending);
    assert_eq!(second.send().await.unwrap().status(), StatusCode::CONFLICT);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f9_3_a_clinic_cannot_make_a_public_server_ask_its_own_machine() {
    let settings = [("public_url", "https://voxanne.example.com")];
    let server = TestServer::start_with(&settings, Parts::default())
        .await
        .unwrap();
    let actor = Actor::system(server.org, "test");
    for base in [
        "http://127.0.0.1:2375",
        "http://localhost:1",
        "https://[::1]/",
    ] {
        let change = ProviderChange {
            base_url: Some(base.to_owned()),
            secret: Some(Secret::new("a-long-enough-secret")),
            ..ProviderChange::default()
        };
        let refused = provider::change(&server.app, &actor, change).await;
        let is_it = matches!(
            refused,
            Err(Fault::Bad {
                field: "base_url",
                ..
            })
        );
        assert!(is_it, "{base}");
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_keeps_no_place() {
    let settings = [
        ("limits.request_seconds", "1"),
        ("limits.concurrent_requests", "2"),
    ];
    let server = TestServer::start_with(&settings, Parts::default())
        .await
        .unwrap();
    let addr = server.url.trim_start_matches("http://").to_owned();
    let nobody = server.nobody().unwrap();
    let look = || nobody.ask(Method::GET, "/session");
    let mut silent = Vec::new();
    // A place is kept for a second; more of them come until all are seen to be taken at once.
    eventually("the places are taken", async || {
        for _ in 0..2 {
            let mut stream = tokio::net::TcpStream::connect(&addr).await.unwrap();
            tokio::io::AsyncWriteExt::write_all(
                &mut stream,
                b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n",
            )
            .await
            .unwrap();
            silent.push(stream);
        }
        let status = look().send().await.unwrap().status();
        (status == StatusCode::TOO_MANY_REQUESTS).then_some(())
    })
    .await;
    until_status("a place is free", StatusCode::UNAUTHORIZED, look).await;
    drop(silent);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_an_address_does_not_take_is_told_in_the_form_of_all_errors() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    for path in ["/calls", "/inbox", "/overview"] {
        let answer = owner.ask(Method::DELETE, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.headers().contains_key("allow"), "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(body["status"], 405, "{body}");
    }
    server.stop().await.unwrap();
}
