//! The organization's own words: settings, the receptionist's versions, connections, numbers, the audit trail.

use super::{T0, TestStore, actor, new_org, read, write};
use std::sync::Arc;
use voxanne_core::{
    agent::{AgentVersion, Receptionist},
    ids::{AgentId, HookId, IntegrationId, OrgId, PhoneNumberId},
    log::NewEvent,
    page::Limit,
    pii::{Pii, Secret},
    ports::store::{
        AuditRow, HookAuth, Integration, IntegrationSecrets, Organization, PhoneNumber, Store,
        StoreError,
    },
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_settings {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            settings,
            [
                settings_are_kept_by_key_and_tenant,
                an_organization_changes_its_own_name_only,
                f6_4_versions_follow_one_another_and_stay_as_they_were,
                two_people_cannot_both_make_the_next_version,
                a_webhook_finds_its_connection,
                a_number_belongs_to_one_row_of_its_connection,
                the_audit_trail_is_a_chain_without_a_gap,
                the_audit_trail_of_a_dropped_write_is_not_there,
            ],
            whole[f9_5_provider_keys_and_numbers_are_sealed]
        );
    };
}

pub async fn settings_are_kept_by_key_and_tenant(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let mut tx = write(&*store, org).await;
    tx.put_setting("retention", "{\"days\":30}").await.unwrap();
    tx.put_setting("retention", "{\"days\":60}").await.unwrap();
    tx.put_setting("sounds", "true").await.unwrap();
    tx.commit().await.unwrap();
    let mut snapshot = read(&*store, org).await;
    assert_eq!(
        snapshot.setting("retention").await.unwrap().as_deref(),
        Some("{\"days\":60}")
    );
    assert_eq!(
        snapshot.setting("sounds").await.unwrap().as_deref(),
        Some("true")
    );
    assert_eq!(snapshot.setting("nothing").await.unwrap(), None);
    assert_eq!(
        read(&*store, other)
            .await
            .setting("retention")
            .await
            .unwrap(),
        None
    );
}

pub async fn an_organization_changes_its_own_name_only(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let mut tx = write(&*store, org).await;
    let before = tx.organization().await.unwrap();
    let after = Organization {
        name: "Lakeside Dental".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        language: "es".to_owned(),
        ..before
    };
    tx.put_organization(&after).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        read(&*store, org).await.organization().await.unwrap(),
        after
    );
    assert_eq!(
        read(&*store, other)
            .await
            .organization()
            .await
            .unwrap()
            .name,
        "Harbour Dental"
    );
}

fn version(agent: AgentId, no: u32, name: &str) -> AgentVersion {
    AgentVersion {
        agent,
        no,
        body: Receptionist {
            name: name.to_owned(),
            greeting: String::new(),
            greeting_es: String::new(),
            announce_automated: true,
            announce_recording: false,
            prompt: String::new(),
            languages: vec!["en".to_owned()],
            hours: Vec::new(),
            holidays: Vec::new(),
            targets: Vec::new(),
            services: Vec::new(),
            emergency_number: "911".to_owned(),
            overflow_number: String::new(),
            blocked_callers: vec!["+14155550177".to_owned()],
        },
        author: "system:suite".to_owned(),
        at: T0.plus(i64::from(no)),
    }
}

pub async fn f6_4_versions_follow_one_another_and_stay_as_they_were(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    assert_eq!(
        read(&*store, org).await.agent_current().await.unwrap(),
        None
    );
    let agent = AgentId::new();
    let versions: Vec<AgentVersion> = (1..=3)
        .map(|no| version(agent, no, &format!("Name {no}")))
        .collect();
    for made in &versions {
        let mut tx = write(&*store, org).await;
        tx.add_agent_version(made.no - 1, made).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = write(&*store, org).await;
    assert_eq!(
        tx.add_agent_version(2, &version(agent, 3, "Late")).await,
        Err(StoreError::Stale("version"))
    );
    drop(tx);
    let mut snapshot = read(&*store, org).await;
    assert_eq!(
        snapshot.agent_current().await.unwrap().as_ref(),
        Some(&versions[2])
    );
    assert_eq!(
        snapshot.agent_version(1).await.unwrap().as_ref(),
        Some(&versions[0])
    );
    assert_eq!(snapshot.agent_version(4).await.unwrap(), None);
    let first = snapshot.agent_versions(None, Limit::new(2)).await.unwrap();
    let rest = snapshot
        .agent_versions(first.next.as_deref(), Limit::new(2))
        .await
        .unwrap();
    let numbers: Vec<u32> = first
        .items
        .iter()
        .chain(&rest.items)
        .map(|v| v.no)
        .collect();
    assert_eq!(numbers, [3, 2, 1]);
}

pub async fn two_people_cannot_both_make_the_next_version(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let agent = AgentId::new();
    let tries: Vec<_> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = write(&*store, org).await;
                tx.add_agent_version(0, &version(agent, 1, name)).await?;
                tx.commit().await
            })
        })
        .collect();
    let mut done = Vec::new();
    for one in tries {
        done.push(one.await.unwrap());
    }
    assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1);
    assert!(done.contains(&Err(StoreError::Stale("version"))));
}

/// A connection to put.
pub fn connection(org: OrgId) -> Integration {
    Integration {
        id: IntegrationId::new(),
        org,
        kind: "vapi".to_owned(),
        base_url: "https://api.vapi.example".to_owned(),
        mode: "transient".to_owned(),
        hook: HookId::new(),
        rev: 0,
        secrets: IntegrationSecrets {
            api_key: Some(Secret::new("sk-provider-private-key")),
            public_key: None,
            account: Some("acct-1".to_owned()),
            auth: HookAuth::Hmac,
            secret: Some(Secret::new("whsec-in-force")),
            previous_secret: Some(Secret::new("whsec-before")),
            previous_until: Some(T0.plus(60_000)),
            signature_header: String::new(),
            timestamp_header: String::new(),
        },
    }
}

pub async fn a_webhook_finds_its_connection(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let mut made = connection(org);
    let mut tx = write(&*store, org).await;
    tx.put_integration(&made).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        store.system().by_hook(made.hook).await.unwrap(),
        Some(made.clone())
    );
    assert_eq!(store.system().by_hook(HookId::new()).await.unwrap(), None);
    let stolen = Integration {
        hook: made.hook,
        ..connection(other)
    };
    let mut tx = write(&*store, other).await;
    assert_eq!(
        tx.put_integration(&stolen).await,
        Err(StoreError::Conflict("hook"))
    );
    drop(tx);
    let old = made.hook;
    made.hook = HookId::new();
    made.mode = "stored".to_owned();
    let mut tx = write(&*store, org).await;
    tx.put_integration(&made).await.unwrap();
    tx.commit().await.unwrap();
    made.rev += 1;
    assert_eq!(store.system().by_hook(old).await.unwrap(), None);
    assert_eq!(
        read(&*store, org).await.integrations().await.unwrap(),
        [made]
    );
    assert!(
        read(&*store, other)
            .await
            .integrations()
            .await
            .unwrap()
            .is_empty()
    );
}

fn number(org: OrgId, integration: IntegrationId, provider_id: &str) -> PhoneNumber {
    PhoneNumber {
        id: PhoneNumberId::new(),
        org,
        integration,
        provider_id: provider_id.to_owned(),
        number: Pii::from("+14155550199"),
        seen_at: None,
    }
}

pub async fn a_number_belongs_to_one_row_of_its_connection(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let made = connection(org);
    let mut first = number(org, made.id, "pn-1");
    let mut tx = write(&*store, org).await;
    tx.put_integration(&made).await.unwrap();
    tx.put_phone_number(&first).await.unwrap();
    tx.put_phone_number(&number(org, made.id, "pn-2"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = write(&*store, org).await;
    assert_eq!(
        tx.put_phone_number(&number(org, made.id, "pn-1")).await,
        Err(StoreError::Conflict("number"))
    );
    drop(tx);
    first.seen_at = Some(T0);
    first.number = Pii::from("+14155550111");
    let mut tx = write(&*store, org).await;
    tx.put_phone_number(&first).await.unwrap();
    tx.commit().await.unwrap();
    let numbers = read(&*store, org).await.phone_numbers().await.unwrap();
    assert_eq!(numbers.len(), 2);
    assert!(numbers.contains(&first));
    let mut foreign = write(&*store, other).await;
    assert!(!foreign.remove_phone_number(first.id).await.unwrap());
    drop(foreign);
    let mut tx = write(&*store, org).await;
    assert!(tx.remove_phone_number(first.id).await.unwrap());
    assert!(!tx.remove_phone_number(first.id).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(
        read(&*store, org)
            .await
            .phone_numbers()
            .await
            .unwrap()
            .len(),
        1
    );
}

/// The whole trail, oldest first.
async fn trail(store: &dyn Store, org: OrgId) -> Vec<AuditRow> {
    let mut snapshot = read(store, org).await;
    let mut rows = Vec::new();
    let mut cursor = None;
    loop {
        let page = snapshot
            .audit_trail(cursor.as_deref(), Limit::new(7))
            .await
            .unwrap();
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            rows.reverse();
            return rows;
        }
    }
}

pub async fn the_audit_trail_is_a_chain_without_a_gap(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let writers: Vec<_> = (0..8_u32)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..3_u32 {
                    let mut tx = write(&*store, org).await;
                    tx.audit("suite.first", Some(format!("obj_{n}_{round}")));
                    tx.audit("suite.second", None);
                    if round == 1 {
                        tx.emit(NewEvent::new("suite.event", "settings", None, n, &n));
                    }
                    if n == 3 {
                        drop(tx);
                    } else {
                        tx.commit().await.unwrap();
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let rows = trail(&*store, org).await;
    assert_eq!(rows.len(), 7 * 3 * 2);
    let mut prev = [0_u8; 32];
    for (n, row) in (1..).zip(&rows) {
        assert_eq!(row.n, n);
        assert_eq!(row.prev, prev);
        assert_eq!(
            row.hash,
            AuditRow::chain(
                &prev,
                n,
                row.at,
                &row.actor,
                &row.action,
                row.object.as_deref()
            )
        );
        assert_eq!(row.actor, actor(org).who.audit_word());
        prev = row.hash;
    }
    let pairs = rows.chunks(2).all(|pair| {
        pair[0].action == "suite.first"
            && pair[1].action == "suite.second"
            && pair[1].object.is_none()
    });
    assert!(pairs, "lines of one transaction stay together");
    assert!(trail(&*store, other).await.is_empty());
    assert_eq!(read(&*store, org).await.head().await.unwrap(), 7);
}

pub async fn the_audit_trail_of_a_dropped_write_is_not_there(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut tx = write(&*store, org).await;
    tx.audit("suite.dropped", None);
    drop(tx);
    assert!(trail(&*store, org).await.is_empty());
}

pub async fn f9_5_provider_keys_and_numbers_are_sealed(fresh: TestStore) {
    let store = fresh.store.clone();
    let org = new_org(&*store).await;
    let made = connection(org);
    let mut tx = write(&*store, org).await;
    tx.put_integration(&made).await.unwrap();
    tx.put_phone_number(&number(org, made.id, "pn-1"))
        .await
        .unwrap();
    tx.add_agent_version(0, &version(AgentId::new(), 1, "Harbour"))
        .await
        .unwrap();
    tx.put_setting("note", "\"ring the side door\"")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let bytes = fresh.guard.bytes_at_rest().await;
    let holds = |what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
    assert!(
        holds(&made.base_url),
        "what is read are the bytes of the database"
    );
    for secret in [
        "sk-provider-private-key",
        "whsec-in-force",
        "whsec-before",
        "4155550199",
        "4155550177",
        "side door",
    ] {
        assert!(!holds(secret), "{secret} lies in the clear");
    }
}
