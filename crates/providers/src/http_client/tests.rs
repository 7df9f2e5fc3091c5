use super::*;
use crate::testing::{client, serve, within};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap as Headers, StatusCode as Code, header},
    routing::any,
};
use reqwest::{Method, Url};
use std::sync::atomic::{AtomicU32, Ordering};
use voxanne_core::pii::Secret;

/// Answers the codes in order, the last one for ever, and counts.
#[derive(Clone)]
struct Script {
    codes: Arc<Vec<(u16, Option<&'static str>)>>,
    asked: Arc<AtomicU32>,
}

async fn play(State(script): State<Script>, _: Headers) -> (Code, Headers, &'static str) {
    let at = script.asked.fetch_add(1, Ordering::SeqCst) as usize;
    let (code, retry) = script.codes[at.min(script.codes.len() - 1)];
    let mut headers = Headers::new();
    if let Some(retry) = retry {
        headers.insert(header::RETRY_AFTER, retry.parse().unwrap());
    }
    headers.insert(header::LOCATION, "/elsewhere".parse().unwrap());
    (Code::from_u16(code).unwrap(), headers, "a body of 18 chars")
}

async fn stub(codes: &[(u16, Option<&'static str>)]) -> (Url, Arc<AtomicU32>) {
    let script = Script {
        codes: Arc::new(codes.to_vec()),
        asked: Arc::default(),
    };
    let asked = script.asked.clone();
    let at = serve(Router::new().fallback(any(play)).with_state(script)).await;
    (Url::parse(&format!("http://{at}/x")).unwrap(), asked)
}

fn ask(method: Method, url: &Url) -> Ask {
    Ask::new(method, url.clone(), Reach::Loopback, "stub")
}

#[tokio::test]
async fn a_get_is_repeated_and_a_post_is_not() {
    let client = client();
    let (url, asked) = stub(&[(503, None), (429, Some("0")), (200, None)]).await;
    let answer = client
        .call(&ask(Method::GET, &url), within(&client, 20_000), 100)
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_u16(), asked.load(Ordering::SeqCst)),
        (200, 3)
    );

    let (url, asked) = stub(&[(503, None), (200, None)]).await;
    let answer = client
        .call(&ask(Method::POST, &url), within(&client, 20_000), 100)
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_u16(), asked.load(Ordering::SeqCst)),
        (503, 1)
    );
}

#[tokio::test]
async fn f1_3_a_retry_after_beyond_the_deadline_is_not_waited_for() {
    let client = client();
    let (url, asked) = stub(&[(429, Some("3600"))]).await;
    let answer = client
        .call(&ask(Method::GET, &url), within(&client, 20_000), 100)
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_u16(), asked.load(Ordering::SeqCst)),
        (429, 1)
    );
}

#[tokio::test]
async fn redirects_are_handed_back() {
    let client = client();
    let (url, asked) = stub(&[(302, None)]).await;
    let response = client
        .open(&ask(Method::GET, &url), within(&client, 20_000))
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_beyond_the_cap_is_refused() {
    let client = client();
    let (url, _) = stub(&[(200, None)]).await;
    let got = client
        .call(&ask(Method::GET, &url), within(&client, 20_000), 17)
        .await;
    assert_eq!(got.unwrap_err(), HttpError::TooLarge);
}

#[tokio::test]
async fn a_dependency_that_keeps_failing_is_left_alone() {
    let client = client();
    let (url, asked) = stub(&[(500, None)]).await;
    for _ in 0..5 {
        let post = ask(Method::POST, &url);
        client
            .call(&post, within(&client, 20_000), 100)
            .await
            .unwrap();
    }
    let got = client
        .call(&ask(Method::POST, &url), within(&client, 20_000), 100)
        .await;
    assert_eq!(got.unwrap_err(), HttpError::Resting);
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline_or_to_a_forbidden_address() {
    let client = client();
    let (url, asked) = stub(&[(200, None)]).await;
    let got = client
        .call(&ask(Method::GET, &url), Deadline(Millis(0)), 100)
        .await;
    assert_eq!(
        got.unwrap_err(),
        HttpError::Late {
            certainly_not_done: true
        }
    );
    let public = Ask::new(Method::GET, url, Reach::Public, "stub");
    let got = client.call(&public, within(&client, 20_000), 100).await;
    assert!(matches!(got.unwrap_err(), HttpError::Forbidden(_)));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_closed_port_is_certainly_not_done() {
    let client = client();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let url = Url::parse(&format!("http://{at}/")).unwrap();
    let got = client
        .call(&ask(Method::POST, &url), within(&client, 20_000), 100)
        .await;
    assert!(matches!(
        got.unwrap_err(),
        HttpError::Unreachable {
            certainly_not_done: true,
            ..
        }
    ));
}

#[tokio::test]
async fn a_public_request_does_not_resolve_to_this_machine() {
    let client = client();
    let url = Url::parse("https://localhost:1/").unwrap();
    let public = Ask::new(Method::POST, url, Reach::Public, "stub");
    let got = client.call(&public, within(&client, 20_000), 100).await;
    assert!(matches!(got.unwrap_err(), HttpError::Unreachable { .. }));
}

#[test]
fn a_date_as_retry_after_counts_from_now() {
    let mut headers = HeaderMap::new();
    headers.insert(
        RETRY_AFTER,
        "Thu, 01 Jan 2026 00:00:05 GMT".parse().unwrap(),
    );
    let new_year = Millis(crate::testing::NEW_YEAR);
    assert_eq!(retry_after(&headers, new_year), Some(5_000));
    assert_eq!(retry_after(&headers, new_year.plus(6_000)), None);
}

#[test]
fn nothing_of_a_request_is_printed() {
    let url = Url::parse("https://api.example.org/CANARY").unwrap();
    let ask = Ask::new(Method::POST, url, Reach::Public, "stub")
        .bearer(&Secret::new("CANARY"))
        .unwrap()
        .json(&serde_json::json!({"said": "CANARY"}));
    assert!(!format!("{ask:?}").contains("CANARY"));
}
