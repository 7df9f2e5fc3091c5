//! What a clinic sets: who it is, how long recordings are kept, the phone line, the voice provider.

pub mod numbers;
pub mod phone_line;
pub mod provider;

use crate::{App, Fault, members::organizations::NewOrganization};
use serde::{Deserialize, Serialize};
use voxanne_core::{
    log::NewEvent,
    ports::store::{Organization, StoreError, TenantRead},
    tenancy::Actor,
};

const RECORDING: &str = "recording";

/// Whether calls are recorded, and for how long recordings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordingSettings {
    /// Calls are recorded.
    pub enabled: bool,
    /// Days for which recordings are to be kept, 1..=3650. Noted, not applied yet: nothing is erased by itself.
    pub retention_days: u32,
}

impl Default for RecordingSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            retention_days: 365,
        }
    }
}

/// A setting that was never written, or written by a newer program, takes its default.
async fn load<T: Default + for<'de> Deserialize<'de>>(
    read: &mut dyn TenantRead,
    key: &str,
) -> Result<T, StoreError> {
    Ok(read
        .setting(key)
        .await?
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default())
}

/// How recordings are kept.
pub async fn recording(read: &mut dyn TenantRead) -> Result<RecordingSettings, StoreError> {
    load(read, RECORDING).await
}

pub(crate) fn changed() -> NewEvent {
    NewEvent::new(
        "settings.changed",
        "settings",
        None,
        "settings",
        &serde_json::json!({}),
    )
}

/// Changes who the clinic is and how recordings are kept; what is absent stays.
pub async fn change(
    app: &App,
    actor: &Actor,
    organization: Option<NewOrganization>,
    recording: Option<RecordingSettings>,
) -> Result<(), Fault> {
    if let Some(new) = &organization {
        new.check()?;
    }
    if let Some(recording) = &recording
        && !(1..=3_650).contains(&recording.retention_days)
    {
        return Err(Fault::bad("retention_days", "choose 1 to 3650 days"));
    }
    let mut tx = app.store.write(actor).await?;
    if let Some(new) = organization {
        let before = tx.organization().await?;
        tx.put_organization(&Organization {
            name: new.name.trim().to_owned(),
            time_zone: new.time_zone,
            language: new.language,
            country: new.country,
            ..before
        })
        .await?;
        tx.audit("organization.changed", Some(actor.org.to_string()));
    }
    if let Some(recording) = recording {
        let json = serde_json::to_string(&recording).unwrap_or_default();
        tx.put_setting(RECORDING, &json).await?;
        tx.audit("recording_settings.changed", None);
    }
    tx.emit(changed());
    tx.commit().await?;
    Ok(())
}
