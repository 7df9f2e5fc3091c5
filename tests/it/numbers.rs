//! A number that somebody edited in the provider's dashboard is set up again, and the settings say what is wrong with it.

use crate::clinic::{Clinic, simulator};
use reqwest::StatusCode;
use serde_json::{Value, json};
use voxanne_testkit::server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_number_is_mended_and_what_cannot_be_mended_is_said() {
    let server = TestServer::start().await.unwrap();
    let sim = simulator(100.0).await;
    let clinic = Clinic::first(&server, &sim).await;
    clinic
        .receptionist(|body| body["overflow_number"] = json!("+14155550123"))
        .await;
    let at_provider = format!("{}/phone-number/{}", sim.base_url(), clinic.number_id);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let edit = async |change: Value| {
        let answer = http
            .patch(&at_provider)
            .bearer_auth("simulator-private-key")
            .json(&change)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        assert_eq!(status, StatusCode::OK, "{}", answer.text().await.unwrap());
    };
    let check = async || {
        let shown = clinic
            .owner
            .post("/settings/provider/check", &json!({}))
            .await
            .unwrap();
        shown["numbers"][0].clone()
    };
    // Somebody tried another product and left its address behind.
    edit(json!({
        "provider": "twilio", "server": {"url": "https://elsewhere.example.org/hook", "credentialId": "cred-1"}, "fallbackDestination": null,
    }))
    .await;
    let number = check().await;
    assert_eq!(number["set_up"], true, "{number}");
    let answer = http
        .get(&at_provider)
        .bearer_auth("simulator-private-key")
        .send()
        .await
        .unwrap();
    let mended: Value = answer.json().await.unwrap();
    assert_eq!(mended["server"]["url"], clinic.hook_url);
    assert_eq!(mended["server"]["credentialId"], "cred-1");
    assert_eq!(mended["fallbackDestination"]["number"], "+14155550123");
    // Without a credential nothing proves where its webhooks come from, and only a person can choose one.
    edit(json!({"provider": "twilio", "server": {"url": clinic.hook_url}})).await;
    let number = check().await;
    assert_eq!(number["set_up"], false, "{number}");
    assert!(
        number["set_up_words"]
            .as_str()
            .unwrap()
            .contains("credential"),
        "{number}"
    );
    server.stop().await.unwrap();
}
