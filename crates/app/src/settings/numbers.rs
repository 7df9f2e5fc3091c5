//! The clinic's numbers at the provider: set up as they should be, compared now and then, mended where they differ.
//!
//! Anybody may edit a number in the provider's dashboard, and with it send the clinic's calls elsewhere.

use super::provider;
use crate::{App, Fault, opening::Clinic};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use voxanne_core::{
    ids::{OrgId, PhoneNumberId},
    pii::Pii,
    ports::{
        store::{Integration, PhoneNumber, StoreError, TenantRead},
        voice::{NumberCheck, NumberPlan},
    },
    safety::Phrase,
    tenancy::Actor,
    time::Millis,
};

const SETTING: &str = "numbers_looked_at";
/// A number is looked at again after this long, ms.
const AGAIN_MS: i64 = 10 * 60_000;
/// How long one number may take, ms.
const LIMIT_MS: i64 = 15_000;

/// What was found out about one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Found {
    at: Millis,
    right: bool,
    words: String,
}

/// What was found out about the clinic's numbers.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked(BTreeMap<String, Found>);

impl Looked {
    /// What was found out last.
    pub async fn load(read: &mut dyn TenantRead) -> Result<Self, StoreError> {
        super::load(read, SETTING).await
    }

    /// Whether a number is right, and in words; nothing is known of one that was not looked at.
    pub fn shown(&self, number: PhoneNumberId, now: Millis) -> (Option<bool>, String) {
        match self.0.get(&number.to_string()) {
            Some(found) => {
                let minutes = (now.since(found.at) / 60_000).max(0);
                let when = match minutes {
                    0 => "a moment ago".to_owned(),
                    1 => "a minute ago".to_owned(),
                    n => format!("{n} minutes ago"),
                };
                (
                    Some(found.right),
                    format!("{} (looked at {when})", found.words),
                )
            }
            None => (None, "Not looked at yet".to_owned()),
        }
    }
}

/// Looks at every number whose time has come, mends what differs, and notes what was found. With `all`, at each of them.
pub async fn look(app: &App, org: OrgId, all: bool) -> Result<(), Fault> {
    let now = app.now();
    let mut read = app.store.read(org).await?;
    let connections = read.integrations().await?;
    let numbers = read.phone_numbers().await?;
    let mut looked = Looked::load(&mut *read).await?;
    drop(read);
    let due = |number: &PhoneNumber| {
        let found = looked.0.get(&number.id.to_string());
        all || found.is_none_or(|found| now.since(found.at) >= AGAIN_MS)
    };
    let due: Vec<(PhoneNumber, Integration)> = numbers
        .iter()
        .filter(|number| due(number))
        .filter_map(|number| {
            let of = connections.iter().find(|c| c.id == number.integration)?;
            of.secrets.api_key.as_ref()?;
            Some((number.clone(), of.clone()))
        })
        .collect();
    if due.is_empty() {
        return Ok(());
    }
    let clinic = Clinic::read(app, org).await?;
    let mut changed = false;
    for (number, connection) in due {
        let found = one(app, &clinic, &number, &connection).await;
        let before = looked.0.insert(number.id.to_string(), found.clone());
        changed |= before.is_none_or(|b| (b.right, b.words) != (found.right, found.words));
    }
    looked
        .0
        .retain(|id, _| numbers.iter().any(|n| n.id.to_string() == *id));
    let mut tx = app.store.write(&Actor::system(org, "numbers")).await?;
    tx.put_setting(SETTING, &serde_json::to_string(&looked).unwrap_or_default())
        .await?;
    if changed {
        tx.emit(super::changed());
    }
    tx.commit().await?;
    Ok(())
}

async fn one(app: &App, clinic: &Clinic, number: &PhoneNumber, connection: &Integration) -> Found {
    let body = &clinic.version.body;
    let plan = NumberPlan {
        provider_id: number.provider_id.clone(),
        hook_url: provider::hook_url(&clinic.public_url, connection.hook),
        fallback_number: (!body.overflow_number.is_empty())
            .then(|| Pii::new(body.overflow_number.clone())),
        failure_words: app.gate.phrase(&Phrase::Apology, clinic.lang()),
    };
    let by = app.within(LIMIT_MS);
    let seen = app
        .vapi
        .number(number.org, connection.id, &plan, true, by)
        .await;
    let (right, words) = match seen {
        Ok(check) => {
            if !check.is_right() {
                tracing::warn!(number = %number.id, ?check, "number.not_as_it_should_be");
            }
            (check.is_right(), words(check))
        }
        Err(error) => (false, format!("Could not be looked at: {error}")),
    };
    Found {
        at: app.now(),
        right,
        words,
    }
}

fn words(check: NumberCheck) -> String {
    let wrong: Vec<&str> = [
        (check.announces_here, "its server URL is not this server's"),
        (check.asks_us, "an assistant, squad or workflow of the provider takes its calls"),
        (
            check.proves_itself,
            "its server has no credential: choose the one with the webhook secret in the provider's dashboard",
        ),
        (check.retries, "failed webhooks are not sent again"),
        (check.has_fallback, "it has no fallback to the clinic's own line"),
    ]
    .into_iter()
    .filter_map(|(right, words)| (!right).then_some(words))
    .collect();
    if wrong.is_empty() {
        "Set up as it should be".to_owned()
    } else {
        format!("Wrong at the provider: {}", wrong.join("; "))
    }
}
