use super::*;
use crate::{
    testing::{approved, client, serve, within},
    vapi::Connections,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode as Code},
    response::{IntoResponse as _, Response},
    routing::get,
};
use std::sync::{Arc, Mutex};
use voxanne_core::{
    ids::{HookId, IntegrationId, OrgId},
    pii::Secret,
    ports::store::{HookAuth, IntegrationSecrets},
};

const HOOK: &str = "https://voice.example.org/vapi/hook/hook_1";

type Numbers = Arc<Mutex<Vec<Value>>>;

async fn list(State(numbers): State<Numbers>, headers: HeaderMap) -> Response {
    if headers["authorization"] != "Bearer private" {
        return Code::UNAUTHORIZED.into_response();
    }
    Json(Value::from(numbers.lock().unwrap().clone())).into_response()
}

async fn show(State(numbers): State<Numbers>, Path(id): Path<String>) -> Response {
    let numbers = numbers.lock().unwrap();
    match numbers.iter().find(|number| number["id"] == id.as_str()) {
        Some(number) => Json(number.clone()).into_response(),
        None => Code::NOT_FOUND.into_response(),
    }
}

/// Replaces nested objects whole, as the provider does.
async fn change(
    State(numbers): State<Numbers>,
    Path(id): Path<String>,
    Json(patch): Json<Value>,
) -> Json<Value> {
    let mut numbers = numbers.lock().unwrap();
    let number = numbers
        .iter_mut()
        .find(|number| number["id"] == id.as_str())
        .unwrap();
    for (key, value) in patch.as_object().unwrap() {
        number[key] = value.clone();
    }
    Json(number.clone())
}

struct Nobody;

#[async_trait::async_trait]
impl Connections for Nobody {
    async fn integration(&self, _: OrgId, _: IntegrationId) -> Option<Integration> {
        None
    }
}

async fn world(numbers: Vec<Value>) -> (Vapi, Integration, Numbers) {
    let numbers: Numbers = Arc::new(Mutex::new(numbers));
    let router = Router::new()
        .route("/phone-number", get(list))
        .route("/phone-number/{id}", get(show).patch(change))
        .with_state(numbers.clone());
    let at = serve(router).await;
    let integration = Integration {
        id: IntegrationId::new(),
        org: OrgId::new(),
        kind: "vapi".into(),
        base_url: format!("http://{at}"),
        mode: "transient".into(),
        hook: HookId::new(),
        rev: 0,
        secrets: IntegrationSecrets {
            api_key: Some(Secret::new("private")),
            public_key: None,
            account: None,
            auth: HookAuth::Hmac,
            secret: None,
            previous_secret: None,
            previous_until: None,
            signature_header: String::new(),
            timestamp_header: String::new(),
        },
    };
    (Vapi::new(client(), Arc::new(Nobody)), integration, numbers)
}

fn plan() -> NumberPlan {
    NumberPlan {
        provider_id: "p1".into(),
        hook_url: HOOK.into(),
        fallback_number: Some("+14155550199".into()),
        failure_words: approved("I am connecting you with the clinic now."),
    }
}

fn as_found() -> Value {
    json!({
        "id": "p1", "provider": "twilio", "number": "+14155550111", "orgId": "o1", "name": "Front desk",
        "twilioAuthToken": "CANARY", "assistantId": "a1", "squadId": null,
        "server": {"url": "https://old.example.org", "credentialId": "cred-1"},
        "hooks": [{"on": "call.ringing", "do": [{"type": "say"}]}, {"on": "call.ending", "do": {"type": "say"}}],
    })
}

#[tokio::test]
async fn a_number_is_set_up_and_everything_else_kept() {
    let (vapi, integration, numbers) = world(vec![as_found()]).await;
    let before = vapi
        .check_number(&integration, &plan(), within(&vapi.http, 20_000))
        .await
        .unwrap();
    assert!(!before.announces_here && !before.asks_us && !before.retries && !before.has_fallback);
    let after = vapi
        .configure_number(&integration, &plan(), within(&vapi.http, 20_000))
        .await
        .unwrap();
    assert!(after.is_right(), "{after:?}");
    let number = numbers.lock().unwrap()[0].clone();
    assert_eq!(number["server"]["url"], HOOK);
    assert_eq!(number["server"]["credentialId"], "cred-1");
    assert_eq!(number["assistantId"], Value::Null);
    assert_eq!(number["provider"], "twilio");
    assert_eq!(number["fallbackDestination"]["number"], "+14155550199");
    let hooks = number["hooks"].as_array().unwrap();
    assert_eq!(
        (hooks.len(), hooks[0]["on"].as_str()),
        (2, Some("call.ringing"))
    );
    let reasons = hooks[1]["filters"][0]["oneOf"].to_string();
    assert!(reasons.contains("assistant-request-failed"));
    // A refused caller must not be sent to the clinic's own line.
    assert!(!reasons.contains("returned-error\""));
    // Once more changes nothing.
    vapi.configure_number(&integration, &plan(), within(&vapi.http, 20_000))
        .await
        .unwrap();
    assert_eq!(numbers.lock().unwrap()[0], number);
}

#[tokio::test]
async fn a_number_without_any_proof_of_its_webhooks_is_not_right() {
    let mut number = as_found();
    number["server"] = Value::Null;
    let (vapi, integration, numbers) = world(vec![number]).await;
    let by = within(&vapi.http, 20_000);
    let unsigned = vapi
        .configure_number(&integration, &plan(), by)
        .await
        .unwrap();
    assert!(!unsigned.proves_itself && !unsigned.is_right());
    let bearer = Integration {
        secrets: IntegrationSecrets {
            auth: HookAuth::Bearer,
            secret: Some(Secret::new("s")),
            ..integration.secrets.clone()
        },
        ..integration
    };
    assert!(
        vapi.configure_number(&bearer, &plan(), by)
            .await
            .unwrap()
            .is_right()
    );
    assert_eq!(
        numbers.lock().unwrap()[0]["server"]["headers"]["authorization"],
        "Bearer s"
    );
}

#[tokio::test]
async fn numbers_are_listed_without_the_carriers_secrets() {
    let (vapi, integration, _) = world(vec![as_found(), json!({"name": "no id"})]).await;
    let by = within(&vapi.http, 20_000);
    let numbers = vapi.list_numbers(&integration, by).await.unwrap();
    assert_eq!(numbers.len(), 1);
    assert_eq!(numbers[0].account.as_deref(), Some("o1"));
    assert_eq!(numbers[0].carrier.as_deref(), Some("twilio"));
    let printed = format!("{numbers:?}");
    assert!(!printed.contains("CANARY") && !printed.contains("+1415"));
    let unknown = NumberPlan {
        provider_id: "p9".into(),
        ..plan()
    };
    let got = vapi.configure_number(&integration, &unknown, by).await;
    assert!(matches!(got, Err(VoiceError::Refused(_))));
    let wrong = Integration {
        secrets: IntegrationSecrets {
            api_key: Some(Secret::new("x")),
            ..integration.secrets
        },
        ..integration
    };
    assert!(matches!(
        vapi.list_numbers(&wrong, by).await,
        Err(VoiceError::Refused(_))
    ));
}
