//! The ledger: every ring is closed with one outcome. Rings that stay open past their time raise an alarm, one for each
//! clinic, which goes by itself when the last of them is closed.

use crate::{App, Fault, inbox};
use std::collections::HashMap;
use voxanne_core::{
    ids::{InboxId, OrgId},
    inbox::{InboxBody, InboxItem, InboxKind, Urgency},
    ports::store::TenantRead,
    tenancy::Actor,
};

/// A ring may stay open so long after its call, ms: the time within which an ordinary message is to be answered.
pub const LATE_MS: i64 = Urgency::Normal.limit_ms();
const STANDING: &str = "alarm_open_rings";

/// Raises, renews and takes back the alarms of these clinics.
pub async fn step(app: &App, clinics: &[OrgId]) -> Result<(), Fault> {
    let late = app
        .store
        .system()
        .late_rings(app.now().plus(-LATE_MS))
        .await?;
    let late: HashMap<OrgId, u64> = late.into_iter().collect();
    metrics::gauge!("voxanne_rings_open_late").set(late.values().sum::<u64>() as f64);
    for org in clinics {
        if let Err(fault) = alarm(app, *org, late.get(org).copied().unwrap_or_default()).await {
            tracing::warn!(%fault, %org, "ledger.no_alarm");
        }
    }
    Ok(())
}

async fn alarm(app: &App, org: OrgId, open: u64) -> Result<(), Fault> {
    // Mostly there is nothing to do, and that is seen without the writer.
    let mut read = app.store.read(org).await?;
    let standing = standing(&mut *read).await?;
    drop(read);
    if due(app, standing, open).is_none() {
        return Ok(());
    }
    let mut tx = app.store.write(&Actor::system(org, "ledger")).await?;
    // Looked at again by the one who may write: somebody may have acknowledged it meanwhile.
    let standing = self::standing(&mut *tx).await?;
    let Some(changed) = due(app, standing, open) else {
        return Ok(());
    };
    let standing = changed.closed_at.is_none().then_some(changed.id);
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

/// The alarm that stands, if one does.
async fn standing(read: &mut dyn TenantRead) -> Result<Option<InboxItem>, Fault> {
    let id: Option<InboxId> = read
        .setting(STANDING)
        .await?
        .and_then(|json| serde_json::from_str(&json).ok())
        .flatten();
    let item = match id {
        Some(id) => read.inbox_item(id).await?.map(|(item, _, _)| item),
        None => None,
    };
    Ok(item.filter(|item| item.closed_at.is_none()))
}

/// The alarm as it has to be, where it is not so yet.
fn due(app: &App, standing: Option<InboxItem>, open: u64) -> Option<InboxItem> {
    let now = app.now();
    let words = words(open);
    match (standing, open) {
        (None, 0) => None,
        (Some(item), 1..) if item.body.words == words => None,
        (Some(mut item), 0) => {
            item.closed_at = Some(now);
            item.body.outcome = Some("resolved".to_owned());
            Some(item)
        }
        (Some(mut item), _) => {
            item.body.words = words;
            Some(item)
        }
        (None, _) => Some(InboxItem {
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
        }),
    }
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
