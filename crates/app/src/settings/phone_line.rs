//! The switch on every page: who answers the phone now, and until when.

use crate::{App, Fault, agents};
use chrono::{DateTime, Datelike as _, Timelike as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use voxanne_core::{
    agent::hours,
    log::NewEvent,
    ports::store::{StoreError, TenantRead, TenantTx},
    tenancy::Actor,
    time::Millis,
};

const KEY: &str = "phone_line";
/// Furthest end of a switch, ms: 31 days.
const FURTHEST_MS: i64 = 31 * 86_400_000;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LineMode {
    /// The receptionist.
    #[default]
    Receptionist,
    /// The clinic's own line, at once.
    Desk,
    /// The receptionist says that the clinic is closed and takes messages; emergencies still escalate.
    Closed,
}

impl LineMode {
    /// The shown word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Receptionist => "receptionist",
            Self::Desk => "desk",
            Self::Closed => "closed",
        }
    }
}

/// The switch as stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhoneLine {
    /// Who answers until `until`.
    pub mode: LineMode,
    /// When the receptionist answers again; none = until somebody switches.
    pub until: Option<Millis>,
    /// When it was switched.
    pub changed_at: Millis,
    /// Who switched, by shown name.
    pub changed_by: Option<String>,
}

/// The switch as shown and as told to dashboards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneLineView {
    /// receptionist, desk or closed: what is in force now.
    pub mode: String,
    /// When the receptionist answers again.
    pub until: Option<i64>,
    /// In plain words.
    pub words: String,
    /// When it was switched.
    pub changed_at: i64,
    /// Who switched.
    pub changed_by: Option<String>,
    /// The clinic's own line is known, so that calls can be sent there.
    pub can_transfer_to_desk: bool,
}

impl PhoneLine {
    /// The receptionist answers, since `at`.
    pub fn receptionist(at: Millis) -> Self {
        Self {
            changed_at: at,
            ..Self::default()
        }
    }

    /// The switch as stored; the receptionist when it was never set.
    pub async fn load(read: &mut dyn TenantRead) -> Result<Self, StoreError> {
        super::load(read, KEY).await
    }

    /// Writes the switch.
    pub async fn store(&self, tx: &mut dyn TenantTx) -> Result<(), StoreError> {
        tx.put_setting(KEY, &serde_json::to_string(self).unwrap_or_default())
            .await
    }

    /// What is in force at `now`: after its end, the receptionist.
    pub fn current(&self, now: Millis) -> LineMode {
        match self.until {
            Some(until) if now >= until => LineMode::Receptionist,
            _ => self.mode,
        }
    }

    /// The switch as shown at `now` in the clinic's zone.
    pub fn view(&self, now: Millis, zone: Tz, has_desk: bool) -> PhoneLineView {
        let mode = self.current(now);
        let until = self.until.filter(|_| mode != LineMode::Receptionist);
        let end =
            match until.and_then(|at| Some((hours::local(at, zone)?, hours::local(now, zone)?))) {
                Some((at, now)) => format!("until {}", clock(at, now)),
                None => "until somebody switches back".to_owned(),
            };
        let words = match mode {
            LineMode::Receptionist => "The receptionist answers".to_owned(),
            LineMode::Desk => format!("Calls go to the front desk {end}"),
            LineMode::Closed => {
                format!(
                    "Closed {end}: callers can leave a message, emergencies still reach a person"
                )
            }
        };
        PhoneLineView {
            mode: mode.word().to_owned(),
            until: until.map(|at| at.0),
            words,
            changed_at: self.changed_at.0,
            changed_by: self.changed_by.clone(),
            can_transfer_to_desk: has_desk,
        }
    }
}

fn clock(at: DateTime<Tz>, now: DateTime<Tz>) -> String {
    let (pm, hour) = at.hour12();
    let time = format!("{hour}:{:02} {}", at.minute(), if pm { "PM" } else { "AM" });
    if at.date_naive() == now.date_naive() {
        time
    } else {
        format!(
            "{} {} {}, {time}",
            at.weekday(),
            at.day(),
            MONTHS[at.month0() as usize % 12]
        )
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The switch as shown now.
pub async fn shown(read: &mut dyn TenantRead, now: Millis) -> Result<PhoneLineView, Fault> {
    let line = PhoneLine::load(read).await?;
    let zone = hours::zone(&read.organization().await?.time_zone).unwrap_or(Tz::UTC);
    let desk = read
        .agent_current()
        .await?
        .is_some_and(|v| !v.body.overflow_number.is_empty());
    Ok(line.view(now, zone, desk))
}

/// Switches the phone line.
pub async fn switch(
    app: &App,
    actor: &Actor,
    by: Option<String>,
    mode: LineMode,
    until: Option<Millis>,
) -> Result<PhoneLineView, Fault> {
    let now = app.now();
    if let Some(until) = until
        && (until <= now || until > now.plus(FURTHEST_MS))
    {
        return Err(Fault::bad("until", "choose a time within the next 31 days"));
    }
    let mut tx = app.store.write(actor).await?;
    let version = agents::current(&mut *tx).await?;
    let desk = !version.body.overflow_number.is_empty();
    if mode == LineMode::Desk && !desk {
        return Err(Fault::bad(
            "mode",
            "first give the clinic's own line under Receptionist",
        ));
    }
    let line = PhoneLine {
        mode,
        until: until.filter(|_| mode != LineMode::Receptionist),
        changed_at: now,
        changed_by: by,
    };
    line.store(&mut *tx).await?;
    let zone = hours::zone(&tx.organization().await?.time_zone).unwrap_or(Tz::UTC);
    let view = line.view(now, zone, desk);
    tx.audit("phone_line.switched", Some(mode.word().to_owned()));
    tx.emit(NewEvent::new(
        "phone_line.changed",
        "settings",
        None,
        "phone_line",
        &view,
    ));
    tx.commit().await?;
    Ok(view)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = Millis(1_767_632_400_000); // 2026-01-05 12:00 in New York

    fn line(mode: LineMode, until: Option<Millis>) -> PhoneLine {
        PhoneLine {
            mode,
            until,
            ..PhoneLine::receptionist(NOON)
        }
    }

    #[test]
    fn the_receptionist_answers_again_at_the_end_of_a_switch() {
        let closed = line(LineMode::Closed, Some(NOON.plus(1_000)));
        assert_eq!(closed.current(NOON), LineMode::Closed);
        assert_eq!(closed.current(NOON.plus(1_000)), LineMode::Receptionist);
        assert_eq!(
            line(LineMode::Desk, None).current(NOON.plus(i64::MAX / 4)),
            LineMode::Desk
        );
    }

    #[test]
    fn words_name_the_end_in_the_clinics_own_time() {
        let zone = hours::zone("America/New_York").unwrap();
        let today = line(LineMode::Desk, Some(NOON.plus(5 * 3_600_000 + 1_800_000)));
        assert_eq!(
            today.view(NOON, zone, true).words,
            "Calls go to the front desk until 5:30 PM"
        );
        let tomorrow = line(LineMode::Closed, Some(NOON.plus(20 * 3_600_000)));
        assert_eq!(
            tomorrow.view(NOON, zone, false).words,
            "Closed until Tue 6 Jan, 8:00 AM: callers can leave a message, emergencies still reach a person"
        );
        let over = tomorrow.view(NOON.plus(86_400_000), zone, false);
        assert_eq!((over.mode.as_str(), over.until), ("receptionist", None));
    }
}
