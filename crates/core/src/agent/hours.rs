//! Opening hours in the clinic's time zone.

use crate::time::Millis;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One stretch of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Opening {
    /// 0 = Monday to 6 = Sunday.
    pub day: u8,
    /// `HH:MM`.
    pub open: String,
    /// `HH:MM`, `24:00` for midnight.
    pub close: String,
}

impl Opening {
    /// Minutes of the day from and to; nothing when malformed.
    pub fn minutes(&self) -> Option<(u32, u32)> {
        let (from, to) = (minute(&self.open)?, minute(&self.close)?);
        (self.day < 7 && from < to).then_some((from, to))
    }
}

/// A day without opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// What it is called.
    pub name: String,
}

impl Holiday {
    /// The day; nothing when malformed.
    pub fn day(&self) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(&self.date, "%Y-%m-%d").ok()
    }
}

fn minute(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

/// A clinic's zone by its IANA name; unknown names are nothing.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The clinic's local time at `at`.
pub fn local(at: Millis, zone: Tz) -> Option<DateTime<Tz>> {
    zone.timestamp_millis_opt(at.0).single()
}

/// The local day of `at`, as days since 1970-01-01.
pub fn day(at: Millis, zone: Tz) -> i64 {
    local(at, zone).map_or(0, |t| i64::from(t.date_naive().to_epoch_days()))
}

/// The first millisecond of the local day that `at` lies in.
pub fn day_start(at: Millis, zone: Tz) -> Millis {
    local(at, zone)
        .and_then(|t| t.date_naive().and_hms_opt(0, 0, 0))
        .and_then(|midnight| zone.from_local_datetime(&midnight).earliest())
        .map_or(at, |t| Millis(t.timestamp_millis()))
}

/// Whether the clinic is open at `at`.
pub fn is_open(hours: &[Opening], holidays: &[Holiday], at: Millis, zone: Tz) -> bool {
    let Some(now) = local(at, zone) else {
        return false;
    };
    let today = now.date_naive();
    if holidays.iter().any(|h| h.day() == Some(today)) {
        return false;
    }
    let day = now.weekday().num_days_from_monday() as u8;
    let minute = now.hour() * 60 + now.minute();
    hours
        .iter()
        .filter(|h| h.day == day)
        .filter_map(Opening::minutes)
        .any(|(from, to)| (from..to).contains(&minute))
}

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const DIAS: [&str; 7] = [
    "lunes",
    "martes",
    "mi\u{e9}rcoles",
    "jueves",
    "viernes",
    "s\u{e1}bado",
    "domingo",
];

/// The hours as one spoken sentence part: `Monday to Friday, 8 AM to 5 PM; Saturday, 9 AM to noon`.
pub fn in_words(hours: &[Opening]) -> String {
    words_with(hours, &DAYS, " to ", "closed", clock_en)
}

/// The hours in Spanish: `lunes a viernes, de 8:00 a 17:00`.
pub fn in_words_es(hours: &[Opening]) -> String {
    words_with(hours, &DIAS, " a ", "cerrado", |m| {
        format!("{}:{:02}", m / 60, m % 60)
    })
}

fn words_with(
    hours: &[Opening],
    days: &[&str; 7],
    to: &str,
    none: &str,
    clock: fn(u32) -> String,
) -> String {
    let of = |day: u8| -> Vec<(u32, u32)> {
        let mut list: Vec<_> = hours
            .iter()
            .filter(|h| h.day == day)
            .filter_map(Opening::minutes)
            .collect();
        list.sort_unstable();
        list
    };
    let mut parts = Vec::new();
    let mut day = 0_u8;
    while day < 7 {
        let these = of(day);
        let mut last = day;
        while last < 6 && of(last + 1) == these {
            last += 1;
        }
        if !these.is_empty() {
            let name = if last == day {
                days[usize::from(day)].to_owned()
            } else {
                format!("{}{to}{}", days[usize::from(day)], days[usize::from(last)])
            };
            let times: Vec<String> = these
                .iter()
                .map(|&(a, b)| format!("{}{to}{}", clock(a), clock(b)))
                .collect();
            parts.push(format!("{name}, {}", times.join(", ")));
        }
        day = last + 1;
    }
    if parts.is_empty() {
        none.to_owned()
    } else {
        parts.join("; ")
    }
}

fn clock_en(minute: u32) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    match (hour, minute) {
        (12, 0) => "noon".to_owned(),
        (0 | 24, 0) => "midnight".to_owned(),
        _ => {
            let half = if hour % 24 < 12 { "AM" } else { "PM" };
            let shown = if hour % 12 == 0 { 12 } else { hour % 12 };
            if minute == 0 {
                format!("{shown} {half}")
            } else {
                format!("{shown}:{minute:02} {half}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week() -> Vec<Opening> {
        let mut hours: Vec<Opening> = (0..5)
            .map(|day| Opening {
                day,
                open: "08:00".into(),
                close: "17:30".into(),
            })
            .collect();
        hours.push(Opening {
            day: 5,
            open: "09:00".into(),
            close: "12:00".into(),
        });
        hours
    }

    #[test]
    fn hours_are_the_clinics_own_across_zones_and_holidays() {
        let zone = zone("America/Los_Angeles").unwrap();
        let monday_8_local = Millis(1_767_628_800_000); // 2026-01-05 08:00 in Los Angeles
        assert!(is_open(&week(), &[], monday_8_local, zone));
        assert!(!is_open(&week(), &[], monday_8_local.plus(-1), zone));
        let holiday = [Holiday {
            date: "2026-01-05".into(),
            name: "x".into(),
        }];
        assert!(!is_open(&week(), &holiday, monday_8_local, zone));
    }

    #[test]
    fn hours_are_spoken_in_groups() {
        assert_eq!(
            in_words(&week()),
            "Monday to Friday, 8 AM to 5:30 PM; Saturday, 9 AM to noon"
        );
        assert_eq!(
            in_words_es(&week()),
            "lunes a viernes, 8:00 a 17:30; s\u{e1}bado, 9:00 a 12:00"
        );
        assert_eq!(in_words(&[]), "closed");
    }

    #[test]
    fn malformed_hours_are_nothing() {
        for (open, close) in [
            ("8:00", "17:00"),
            ("08:00", "07:00"),
            ("08:60", "09:00"),
            ("xx:yy", "09:00"),
            ("08:00", "24:01"),
        ] {
            assert_eq!(
                Opening {
                    day: 0,
                    open: open.into(),
                    close: close.into()
                }
                .minutes(),
                None,
                "{open}-{close}"
            );
        }
    }
}
