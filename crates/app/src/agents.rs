//! The receptionist's versions: read the one in force, save the next. Versions are never changed afterwards.

use crate::{App, Fault};
use std::collections::BTreeSet;
use voxanne_core::{
    agent::{AgentVersion, Receptionist, Target, TargetRole, TargetWhen},
    ids::{AgentId, TargetId},
    log::NewEvent,
    ports::store::{Organization, StoreError, TenantRead},
    tenancy::Actor,
};

/// The version in force.
pub async fn current(read: &mut dyn TenantRead) -> Result<AgentVersion, Fault> {
    read.agent_current()
        .await?
        .ok_or(Fault::NotFound("the receptionist"))
}

/// The receptionist of a new organization: no hours yet, everything announced, people reached on the dashboard.
pub fn default_body(organization: &Organization) -> Receptionist {
    let target = |name: &str, role, kinds: &[&str], order| Target {
        id: TargetId::new().to_string(),
        name: name.to_owned(),
        role,
        number: String::new(),
        kinds: kinds.iter().map(|k| (*k).to_owned()).collect(),
        when: TargetWhen::Always,
        order,
    };
    Receptionist {
        name: organization.name.chars().take(80).collect(),
        greeting: String::new(),
        greeting_es: String::new(),
        announce_automated: true,
        announce_recording: true,
        prompt: String::new(),
        languages: match organization.language.as_str() {
            "es" => vec!["es".to_owned(), "en".to_owned()],
            _ => vec!["en".to_owned(), "es".to_owned()],
        },
        // What nobody has entered is not told to callers.
        hours: Vec::new(),
        holidays: Vec::new(),
        targets: vec![
            target("Nurse", TargetRole::Nurse, &["medical", "emergency"], 0),
            target("Front desk", TargetRole::FrontDesk, &["human"], 1),
        ],
        services: Vec::new(),
        emergency_number: match organization.country.as_str() {
            "US" | "CA" | "MX" => "911",
            "GB" => "999",
            _ => "112",
        }
        .to_owned(),
        overflow_number: String::new(),
        blocked_callers: Vec::new(),
    }
}

/// Saves the next version; a conflict when `expected` is not the one in force (0 = none yet).
pub async fn save(
    app: &App,
    actor: &Actor,
    expected: u32,
    mut body: Receptionist,
) -> Result<AgentVersion, Fault> {
    check(app, &mut body)?;
    let mut tx = app.store.write(actor).await?;
    let before = tx.agent_current().await?;
    let version = AgentVersion {
        agent: before.as_ref().map_or_else(AgentId::new, |v| v.agent),
        no: expected + 1,
        body,
        author: actor.who.audit_word(),
        at: tx.now(),
    };
    tx.add_agent_version(expected, &version)
        .await
        .map_err(|error| match error {
            StoreError::Stale(_) => Fault::Conflict(
                "somebody saved a newer version meanwhile: load it and make your change again"
                    .to_owned(),
            ),
            other => other.into(),
        })?;
    tx.audit(
        "receptionist.saved",
        Some(format!("{}/{}", version.agent, version.no)),
    );
    tx.emit(NewEvent::new(
        "receptionist.changed",
        "settings",
        None,
        version.agent,
        &serde_json::json!({ "version": version.no }),
    ));
    tx.commit().await?;
    Ok(version)
}

/// Checks a configuration and gives new targets their keys.
fn check(app: &App, body: &mut Receptionist) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for target in &mut body.targets {
        if target.id.is_empty() || target.id.len() > 64 || !seen.insert(target.id.clone()) {
            target.id = TargetId::new().to_string();
            seen.insert(target.id.clone());
        }
    }
    body.check()
        .map_err(|bad| Fault::bad(bad.field, bad.what))?;
    for (field, text) in [
        ("greeting", &body.greeting),
        ("greeting_es", &body.greeting_es),
    ] {
        if !text.trim().is_empty() && app.gate.wording(&body.fill(text)).is_err() {
            return Err(Fault::bad(
                field,
                "a greeting may not advise, diagnose, reassure or promise: take that part out",
            ));
        }
    }
    Ok(())
}
