//! The REST API as a client meets it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stub::{KEY, NUMBER, Pair};

async fn send(pair: &Pair, method: Method, path: &str, body: Value) -> (u16, Value) {
    let mut request = pair.rest(method, path);
    if !body.is_null() {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn without_the_key_nothing_is_answered() {
    let pair = Pair::new().await;
    let client = reqwest::Client::builder().build().unwrap();
    for path in [
        "/assistant",
        "/call",
        "/call/x/mono-recording",
        "/phone-number",
    ] {
        let url = format!("{}{path}", pair.simulator.base_url());
        assert_eq!(client.get(&url).send().await.unwrap().status(), 401);
        assert_eq!(
            client
                .get(&url)
                .bearer_auth("wrong")
                .send()
                .await
                .unwrap()
                .status(),
            401
        );
    }
    assert_ne!(KEY, "wrong");
}

#[tokio::test]
async fn assistants_are_created_replaced_in_parts_and_pinned() {
    let pair = Pair::new().await;
    let body = json!({"name": "a", "model": {"provider": "openai", "model": "m",
        "messages": [{"role": "system", "content": "x"}], "temperature": 0.1}});
    let (status, made) = send(&pair, Method::POST, "/assistant", body).await;
    assert_eq!(status, 201);
    let path = format!("/assistant/{}", made["id"].as_str().unwrap());

    let patch = json!({"model": {"provider": "openai", "model": "m2"}});
    let (status, changed) = send(&pair, Method::PATCH, &path, patch).await;
    assert_eq!(status, 200);
    assert_eq!(
        changed["model"],
        json!({"provider": "openai", "model": "m2"})
    );
    assert_eq!(changed["name"], "a");

    let wrong = json!({"model": {"provider": "openai", "model": "m", "foo": 1}});
    let (status, refusal) = send(&pair, Method::POST, "/assistant", wrong).await;
    assert_eq!(status, 400);
    assert_eq!(
        refusal,
        json!({"message": ["model.property foo should not exist"], "error": "Bad Request",
            "statusCode": 400})
    );

    let number = format!("/phone-number/{NUMBER}");
    let pin = json!({"provider": "vapi", "assistantId": made["id"]});
    assert_eq!(send(&pair, Method::PATCH, &number, pin).await.0, 200);
    let (status, refusal) = send(&pair, Method::DELETE, &path, Value::Null).await;
    assert_eq!(
        (status, refusal["error"].as_str()),
        (409, Some("assistant_pinned"))
    );
    let free = json!({"provider": "vapi", "assistantId": null});
    assert_eq!(send(&pair, Method::PATCH, &number, free).await.0, 200);
    assert_eq!(send(&pair, Method::DELETE, &path, Value::Null).await.0, 200);
    assert_eq!(send(&pair, Method::GET, &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_patched_number_sends_its_calls_elsewhere() {
    let pair = Pair::new().await;
    let other = crate::stub::Stub::start().await;
    let path = format!("/phone-number/{NUMBER}");
    let patch = json!({"provider": "vapi", "server": {"url": format!("{}/hook", other.url)}});
    assert_eq!(send(&pair, Method::PATCH, &path, patch).await.0, 200);
    pair.call(&[]).await;
    assert_eq!(other.hooks("assistant-request").len(), 1);
    assert!(pair.stub.hooks("assistant-request").is_empty());
    let without = json!({"server": {"url": "http://127.0.0.1:1/"}});
    assert_eq!(send(&pair, Method::PATCH, &path, without).await.0, 400);
    let (_, page) = send(&pair, Method::GET, "/v2/phone-number?limit=1", Value::Null).await;
    assert_eq!(page["metadata"]["totalItems"], 1);
    assert_eq!(page["results"][0]["id"], NUMBER);
}

#[tokio::test]
async fn calls_are_listed_bare_and_filtered() {
    let pair = Pair::new().await;
    let first = pair.call(&[]).await.provider_call_id;
    pair.call(&[]).await;
    let (_, all) = send(&pair, Method::GET, "/call", Value::Null).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    let (_, one) = send(&pair, Method::GET, "/call?limit=1", Value::Null).await;
    assert_eq!(one.as_array().unwrap().len(), 1);
    let (_, found) = send(
        &pair,
        Method::GET,
        &format!("/call?id={first}"),
        Value::Null,
    )
    .await;
    assert_eq!(found[0]["id"], first.as_str());
    let later = "/call?createdAtGt=2999-01-01T00%3A00%3A00Z";
    assert_eq!(
        send(&pair, Method::GET, later, Value::Null).await.1,
        json!([])
    );
    let wrong = "/call?limit=1001";
    assert_eq!(send(&pair, Method::GET, wrong, Value::Null).await.0, 400);
    assert_eq!(
        send(&pair, Method::GET, "/call/c%2F1%20x", Value::Null)
            .await
            .0,
        404
    );
    let path = format!("/call/{first}");
    let renamed = send(&pair, Method::PATCH, &path, json!({"name": "z"})).await;
    assert_eq!((renamed.0, renamed.1["name"].as_str()), (200, Some("z")));
    assert_eq!(
        send(&pair, Method::PATCH, &path, json!({"status": "ended"}))
            .await
            .0,
        400
    );
    assert_eq!(send(&pair, Method::DELETE, &path, json!({})).await.0, 200);
    assert_eq!(send(&pair, Method::GET, &path, Value::Null).await.0, 404);
}

#[tokio::test]
async fn outbound_and_web_calls_are_accepted_and_counted() {
    let pair = Pair::new().await;
    let body = json!({"assistant": {"firstMessage": "x"}, "phoneNumberId": NUMBER,
        "customer": {"number": "+14155550100"}});
    let (status, call) = send(&pair, Method::POST, "/call", body.clone()).await;
    assert_eq!(status, 201);
    assert_eq!(call["subscriptionLimits"]["concurrencyLimit"], 10);
    assert!(call["monitor"]["controlUrl"].is_string());
    let (status, web) = send(&pair, Method::POST, "/call/web", body).await;
    assert_eq!(status, 201);
    assert!(web["webCallUrl"].is_string());
    let nobody = json!({"phoneNumberId": NUMBER});
    assert_eq!(send(&pair, Method::POST, "/call", nobody).await.0, 400);
}

#[tokio::test]
async fn tools_in_use_cannot_be_deleted() {
    let pair = Pair::new().await;
    let tool = json!({"type": "function", "function": {"name": "f"}});
    let (status, tool) = send(&pair, Method::POST, "/tool", tool).await;
    assert_eq!(status, 201);
    let body = json!({"model": {"provider": "openai", "model": "m", "toolIds": [tool["id"]]}});
    assert_eq!(send(&pair, Method::POST, "/assistant", body).await.0, 201);
    let path = format!("/tool/{}", tool["id"].as_str().unwrap());
    assert_eq!(send(&pair, Method::DELETE, &path, Value::Null).await.0, 409);
    assert_eq!(
        send(&pair, Method::POST, "/tool", json!({"type": "hammer"}))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let pair = Pair::new().await;
    pair.simulator.set_rate_limit(0.01, 1.0);
    assert_eq!(send(&pair, Method::GET, "/call", Value::Null).await.0, 200);
    let answer = pair.rest(Method::GET, "/call").send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait > 1);
}

#[tokio::test]
async fn a_recording_is_not_there_before_its_time() {
    let config = voxanne_simulator::SimConfig {
        recording_delay: std::time::Duration::from_hours(1),
        ..crate::stub::fast()
    };
    let pair = Pair::with(config, None, None).await;
    let call = pair.call(&["Hello?"]).await.provider_call_id;
    let path = format!("/call/{call}/mono-recording");
    assert_eq!(send(&pair, Method::GET, &path, Value::Null).await.0, 404);
    let told = &pair.stub.hooks("end-of-call-report")[0]["artifact"]["presignedMonoUrl"];
    let client = reqwest::Client::builder().build().unwrap();
    assert_eq!(
        client
            .get(told.as_str().unwrap())
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
}

#[tokio::test]
async fn a_signed_url_expires() {
    let config = voxanne_simulator::SimConfig {
        presign_ttl: std::time::Duration::ZERO,
        ..crate::stub::fast()
    };
    let pair = Pair::with(config, None, None).await;
    pair.call(&["Hello?"]).await;
    let told = &pair.stub.hooks("end-of-call-report")[0]["artifact"]["presignedMonoUrl"];
    let client = reqwest::Client::builder().build().unwrap();
    assert_eq!(
        client
            .get(told.as_str().unwrap())
            .send()
            .await
            .unwrap()
            .status(),
        403
    );
}

#[tokio::test]
async fn requests_are_remembered_for_comparison() {
    let pair = Pair::new().await;
    send(&pair, Method::POST, "/call", json!({"x": 1})).await;
    let seen = pair.simulator.requests();
    assert_eq!(seen[0].method, "POST");
    assert_eq!(seen[0].path, "/call");
    assert_eq!(seen[0].body, json!({"x": 1}));
    pair.simulator.shutdown().await;
}
