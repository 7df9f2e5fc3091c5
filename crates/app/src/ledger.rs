//! The ledger: every ring is closed with one outcome. Rings that stay open past their time raise an alarm, one for each
//! clinic, which goes by itself when the last of them is closed.

use crate::{App, Fault, inbox};
use std::collections::{HashMap, HashSet};
use voxanne_core::{
    ids::{InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    tenancy::Actor,
};

/// A ring may stay open so long after its call, ms: the time within which an ordinary message is to be answered.
pub const LATE_MS: i64 = Urgency::Normal.limit_ms();
const STANDING: &str = "alarm_open_rings";

/// Raises, renews and takes back the alarms of all clinics.
pub async fn step(app: &App) -> Result<(), Fault> {
    let late = app
        .store
        .system()
        .late_rings(app.now().plus(-LATE_MS))
        .await?;
    let late: HashMap<OrgId, u64> = late.into_iter().collect();
    metrics::gauge!("voxanne_rings_open_late").set(late.values().sum::<u64>() as f64);
    let mut known: HashSet<OrgId> = HashSet::new();
    let mut after = None;
    loop {
        let page = app.store.system().organizations(after, 100).await?;
        let Some(last) = page.last().map(|o| o.id) else {
            break;
        };
        known.extend(page.iter().map(|o| o.id));
        after = Some(last);
    }
    for org in known {
        alarm(app, org, late.get(&org).copied().unwrap_or_default()).await?;
    }
    Ok(())
}

async fn alarm(app: &App, org: OrgId, open: u64) -> Result<(), Fault> {
    let mut read = app.store.read(org).await?;
    let standing: Option<InboxId> = read
        .setting(STANDING)
        .await?
        .and_then(|json| serde_json::from_str(&json).ok())
        .flatten();
    let item = match standing {
        Some(id) => read.inbox_item(id).await?.map(|(item, _, _)| item),
        None => None,
    };
    drop(read);
    let item = item.filter(|item| item.closed_at.is_none());
    let now = app.now();
    let words = words(open);
    let changed = match (item, open) {
        (None, 0) => return Ok(()),
        (Some(item), _) if open > 0 && item.body.words == words => return Ok(()),
        (Some(mut item), 0) => {
            item.closed_at = Some(now);
            item.body.outcome = Some("resolved".to_owned());
            item
        }
        (Some(mut item), _) => {
            item.body.words = words;
            item
        }
        (None, _) => InboxItem {
            id: InboxId::new(),
            kind: InboxKind::Alarm,
            urgency: Urgency::Urgent,
            call: None,
            escalation: None,
            created_at: now,
            due_at: Some(now.plus(Urgency::Urgent.limit_ms())),
            acknowledged_at: None,
            closed_at: None,
            body: InboxBody {
                title: "Callers are waiting".to_owned(),
                words,
                ..InboxBody::default()
            },
        },
    };
    let standing = changed.closed_at.is_none().then_some(changed.id);
    let mut tx = app.store.write(&Actor::system(org, "ledger")).await?;
    tx.put_inbox(&changed).await?;
    inbox::announce(&mut *tx, &changed);
    tx.put_setting(
        STANDING,
        &serde_json::to_string(&standing).unwrap_or_default(),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

fn words(open: u64) -> String {
    let (calls, have) = if open == 1 {
        ("call", "has")
    } else {
        ("calls", "have")
    };
    format!(
        "{open} {calls} {have} been open for more than four hours: answer what they left in the inbox."
    )
}
