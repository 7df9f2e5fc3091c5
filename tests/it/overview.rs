//! What stands above every page.

use voxanne_core::{
    ids::InboxId,
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    tenancy::{Actor, Role},
};
use voxanne_testkit::server::TestServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_emergency_is_seen_behind_any_number_of_acknowledged_ones() {
    let server = TestServer::start().await.unwrap();
    let owner = server.person(Role::Owner).await.unwrap();
    let now = server.app.now();
    let item = |n: i64, is_known: bool| InboxItem {
        id: InboxId::new(),
        kind: InboxKind::Message,
        urgency: Urgency::Emergency,
        call: None,
        escalation: None,
        created_at: now.plus(n),
        due_at: None,
        acknowledged_at: is_known.then_some(now.plus(n)),
        closed_at: None,
        body: InboxBody::default(),
    };
    let mut tx = server
        .app
        .store
        .write(&Actor::system(server.org, "test"))
        .await
        .unwrap();
    for n in 0..150 {
        tx.put_inbox(&item(n, true)).await.unwrap();
    }
    let new = item(150, false);
    tx.put_inbox(&new).await.unwrap();
    tx.commit().await.unwrap();
    let overview = owner.get("/overview").await.unwrap();
    let shown = overview["emergencies"].as_array().unwrap();
    assert_eq!(shown.len(), 1, "{overview}");
    assert_eq!(shown[0]["id"], new.id.to_string());
    server.stop().await.unwrap();
}
