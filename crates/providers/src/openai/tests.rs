use super::*;
use crate::testing::{client, serve, within};
use axum::{Router, body::Body, http::StatusCode, routing::post};
use bytes::Bytes;
use std::sync::{Arc, Mutex};

fn prompt() -> Prompt {
    Prompt {
        system: "You answer for a clinic.".into(),
        passages: vec!["Open 8 to 5.".into()],
        history: vec![(true, "Hello".into()), (false, "Good day.".into())],
        said: "When are you open?".into(),
        language: "en",
    }
}

async fn model(router: Router) -> OpenAi {
    let at = serve(router).await;
    let settings = ModelSettings {
        base_url: Url::parse(&format!("http://{at}/v1/")).unwrap(),
        key: Some(Secret::new("key-1")),
        model: "m".into(),
        reach: Reach::Operator,
        org: None,
    };
    OpenAi::new(client(), settings)
}

async fn drafts(model: &OpenAi, ms: i64) -> Vec<Result<Draft, ModelError>> {
    let by = within(&model.http, ms);
    model.draft(prompt(), by).collect().await
}

fn delta(words: &str) -> String {
    format!(
        "data: {}\n\n",
        json!({"choices": [{"index": 0, "delta": {"content": words}}]})
    )
}

const STOP: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn answering(body: String) -> Router {
    Router::new().route("/v1/chat/completions", post(move || async move { body }))
}

fn ok(sentences: &[&str]) -> Vec<Result<Draft, ModelError>> {
    sentences
        .iter()
        .map(|sentence| Ok(Draft::new(*sentence)))
        .collect()
}

#[tokio::test]
async fn sentences_come_one_by_one_and_the_request_is_whole() {
    let seen: Arc<Mutex<Option<(String, Value)>>> = Arc::default();
    let kept = seen.clone();
    let stream = [
        delta("We are open. From ei"),
        delta("ght"),
        delta(" to five"),
        STOP.to_owned(),
    ]
    .concat();
    let router = Router::new().route(
        "/v1/chat/completions",
        post(
            move |headers: axum::http::HeaderMap, body: String| async move {
                let key = headers["authorization"].to_str().unwrap().to_owned();
                *kept.lock().unwrap() = Some((key, serde_json::from_str(&body).unwrap()));
                stream
            },
        ),
    );
    let model = model(router).await;
    assert_eq!(
        drafts(&model, 20_000).await,
        ok(&["We are open.", "From eight to five"])
    );
    let (key, body) = seen.lock().unwrap().take().unwrap();
    assert_eq!(key, "Bearer key-1");
    assert_eq!(body["stream"], true);
    let roles: Vec<_> = body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["role"].as_str().unwrap())
        .collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert!(
        body["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("Open 8 to 5.")
    );
    assert_eq!(body["messages"][3]["content"], "When are you open?");
}

#[tokio::test]
async fn the_first_sentence_does_not_wait_for_the_last() {
    let (send, receive) = tokio::sync::mpsc::channel::<Bytes>(4);
    let receive = Arc::new(Mutex::new(Some(receive)));
    let router = Router::new().route(
        "/v1/chat/completions",
        post(move || async move {
            let receive = receive.lock().unwrap().take().unwrap();
            let parts = stream::unfold(receive, |mut receive| async move {
                receive
                    .recv()
                    .await
                    .map(|part| (Ok::<_, std::io::Error>(part), receive))
            });
            Body::from_stream(parts)
        }),
    );
    let model = model(router).await;
    let mut answer = model.draft(prompt(), within(&model.http, 60_000));
    send.send(delta("We are open. And").into()).await.unwrap();
    // The rest is sent only after the first sentence came.
    assert_eq!(answer.next().await, Some(Ok(Draft::new("We are open."))));
    send.send(delta(" more.").into()).await.unwrap();
    send.send(STOP.into()).await.unwrap();
    assert_eq!(answer.next().await, Some(Ok(Draft::new("And more."))));
    assert_eq!(answer.next().await, None);
}

#[tokio::test]
async fn a_deadline_ends_an_answer_that_never_comes() {
    let router = Router::new().route(
        "/v1/chat/completions",
        post(|| async {
            let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from(delta(
                "We are open. And",
            )))]);
            Body::from_stream(first.chain(stream::pending()))
        }),
    );
    let model = model(router).await;
    let got = drafts(&model, 1_500).await;
    assert_eq!(got.last(), Some(&Err(ModelError::Late)));
    let silent = Router::new().route("/v1/chat/completions", post(std::future::pending::<&str>));
    let model = self::model(silent).await;
    assert_eq!(drafts(&model, 50).await, [Err(ModelError::Late)]);
}

#[tokio::test]
async fn what_is_not_a_whole_sentence_is_not_handed_on() {
    let broken_off = model(answering(delta("We are open. The dose is"))).await;
    let got = drafts(&broken_off, 20_000).await;
    assert_eq!(got[0], Ok(Draft::new("We are open.")));
    assert!(matches!(got[1..], [Err(ModelError::Unavailable(_))]));
    let too_long = delta("We are open. The dose is")
        + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n";
    let too_long = model(answering(too_long)).await;
    assert_eq!(drafts(&too_long, 20_000).await, ok(&["We are open."]));
    let failing = model(answering(
        delta("Well") + "data: {\"error\":{\"message\":\"CANARY\"}}\n\n",
    ))
    .await;
    let got = drafts(&failing, 20_000).await;
    assert!(matches!(got[..], [Err(ModelError::Unavailable(_))]));
    assert!(!format!("{got:?}").contains("CANARY"));
    let rubbish = model(answering("data: {{{\n\n".into())).await;
    assert!(matches!(
        drafts(&rubbish, 20_000).await[..],
        [Err(ModelError::Unavailable(_))]
    ));
}

#[tokio::test]
async fn statuses_are_told_apart_without_quoting_the_answer() {
    for (status, refused) in [
        (401, true),
        (404, true),
        (429, true),
        (500, false),
        (503, false),
    ] {
        let router = Router::new().route(
            "/v1/chat/completions",
            post(move || async move { (StatusCode::from_u16(status).unwrap(), "CANARY") }),
        );
        let got = drafts(&model(router).await, 20_000).await;
        assert!(!format!("{got:?}").contains("CANARY"));
        match &got[..] {
            [Err(ModelError::Refused(_))] => assert!(refused, "{status}"),
            [Err(ModelError::Unavailable(_))] => assert!(!refused, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_clinics_own_address_may_not_lead_inside() {
    let settings = ModelSettings {
        base_url: Url::parse("https://10.0.0.1/v1").unwrap(),
        key: None,
        model: "m".into(),
        reach: Reach::Public,
        org: Some(OrgId::new()),
    };
    let model = OpenAi::new(client(), settings);
    assert!(matches!(
        drafts(&model, 20_000).await[..],
        [Err(ModelError::Refused(_))]
    ));
}
