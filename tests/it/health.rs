//! F10.1: probes say what works, and stop saying so when it does not.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use voxanne_core::tenancy::Role;
use voxanne_testkit::server::TestServer;

async fn probe(server: &TestServer, path: &str) -> (StatusCode, Value) {
    let answer = server
        .nobody()
        .unwrap()
        .ask_at(Method::GET, path)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

fn check<'a>(body: &'a Value, name: &str) -> &'a Value {
    body["checks"]
        .as_array()
        .and_then(|all| all.iter().find(|c| c["name"] == name))
        .unwrap_or_else(|| panic!("no check `{name}` in {body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_1_a_healthy_server_is_ready_and_says_why() {
    let server = TestServer::start().await.unwrap();
    assert_eq!(probe(&server, "/livez").await.0, StatusCode::OK);
    assert_eq!(probe(&server, "/startupz").await.0, StatusCode::OK);
    let (status, body) = probe(&server, "/readyz").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    for name in ["database", "storage", "jobs", "key_ring", "live", "models"] {
        let check = check(&body, name);
        assert!(
            check["ok"] == true && !check["words"].as_str().unwrap().is_empty(),
            "{check}"
        );
    }
    let owner = server.person(Role::Owner).await.unwrap();
    assert_eq!(
        owner.get("/system").await.unwrap()["checks"],
        body["checks"]
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_1_without_storage_the_server_lives_but_is_not_ready() {
    let server = TestServer::start().await.unwrap();
    let objects = server.folder().join("data/objects");
    std::fs::remove_dir_all(&objects).unwrap();
    std::fs::write(&objects, b"in the way").unwrap();
    let (status, body) = probe(&server, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(check(&body, "storage")["ok"], false);
    assert_eq!(check(&body, "database")["ok"], true);
    assert_eq!(probe(&server, "/livez").await.0, StatusCode::OK);
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f10_1_a_lost_key_ring_is_said_before_the_next_start_fails() {
    let server = TestServer::start().await.unwrap();
    std::fs::remove_file(server.folder().join("keys/ring")).unwrap();
    let (status, body) = probe(&server, "/readyz").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let ring = check(&body, "key_ring");
    assert!(
        ring["degraded"] == true && ring["words"].as_str().unwrap().contains("backup"),
        "{ring}"
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_name_routes_by_template_and_are_not_for_strangers() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let id = voxanne_core::ids::CallId::new().to_string();
    assert!(owner.get(&format!("/calls/{id}")).await.is_err());
    let page = owner
        .ask_at(Method::GET, "/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains(r#"route="/api/v1/calls/{id}""#), "{page}");
    assert!(!page.contains(&id), "a path stands in the metrics");
    let proxied = owner
        .ask_at(Method::GET, "/metrics")
        .header("x-forwarded-for", "10.0.0.1");
    assert_eq!(
        proxied.send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    let server = TestServer::start().await.unwrap();
    let nobody = server.nobody().unwrap();
    for path in [
        "/",
        "/calls/anything",
        "/api/v1/session",
        "/api/v1/none",
        "/livez",
        "/assets/none.js",
    ] {
        let answer = nobody.ask_at(Method::GET, path).send().await.unwrap();
        let headers = answer.headers();
        let csp = headers["content-security-policy"].to_str().unwrap();
        assert!(
            csp.contains("default-src 'self'") && csp.contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert!(
            headers.contains_key("x-request-id") && headers.contains_key("cache-control"),
            "{path}"
        );
        if path.starts_with("/api") {
            assert_eq!(headers["cache-control"], "no-store", "{path}");
            assert_eq!(
                headers["content-type"], "application/problem+json",
                "{path}"
            );
        }
    }
    assert_eq!(
        probe(&server, "/api/v1/none").await.0,
        StatusCode::NOT_FOUND
    );
    server.stop().await.unwrap();
}
