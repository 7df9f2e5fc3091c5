//! Compares what callers and the provider sent with what the server shows.

use super::{
    plan::Planned,
    staff::Staff,
    watch::{Watch, text},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use voxanne_core::phone;
use voxanne_simulator::{CallReport, Expect, Simulator, Track, TurnReport};

/// A call that is not as it ought to be; names no caller.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// The provider's id of the call.
    pub provider_call_id: String,
    /// Its script.
    pub script: String,
    /// Its id here, where it was found.
    pub call: Option<String>,
    /// What is wrong.
    pub what: String,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) recorded: u64,
    pub(super) lost: u64,
    pub(super) duplicated: u64,
    pub(super) never_taken: u64,
    pub(super) transcripts: u64,
    pub(super) recordings: u64,
    pub(super) medical_unanswered: u64,
    pub(super) outcomes_different: u64,
    pub(super) outcomes: BTreeMap<String, u64>,
    pub(super) rings_closed: u64,
    pub(super) differences: Vec<Difference>,
}

pub(super) async fn compare(
    staff: &Staff,
    simulator: &Simulator,
    watch: &Watch<'_>,
    calls: &[(Planned, CallReport)],
    only_acknowledged: bool,
) -> anyhow::Result<Found> {
    let mut out = Found::default();
    let receptionist = staff.get("/receptionist").await?;
    let own_line = text(&receptionist["body"], "overflow_number");
    for (planned, report) in calls {
        let found = watch
            .found
            .get(&phone::national(&planned.caller))
            .map_or(&[][..], Vec::as_slice);
        let mut differs = |call: Option<&Value>, what: &str| {
            out.differences.push(Difference {
                provider_call_id: report.provider_call_id.clone(),
                script: report.script.clone(),
                call: call.map(|c| text(c, "id")),
                what: what.to_owned(),
            });
        };
        let Some(first) = found.last() else {
            if only_acknowledged && report.webhook_acks_ms.is_empty() {
                out.never_taken += 1;
            } else {
                differs(None, "lost");
                out.lost += 1;
            }
            continue;
        };
        out.recorded += 1;
        if found.len() > 1 {
            differs(Some(first), "found more than once");
            out.duplicated += found.len() as u64 - 1;
        }
        let (mut transcript, mut recording) = (false, false);
        for call in found {
            let detail = staff.get(&format!("/calls/{}", text(call, "id"))).await?;
            transcript |= same_transcript(staff, &detail, report).await?;
            recording |= same_recordings(staff, simulator, &detail, report).await;
        }
        if !transcript {
            differs(Some(first), "transcript differs");
            out.transcripts += 1;
        }
        if !recording {
            differs(Some(first), "recording differs");
            out.recordings += 1;
        }
        let outcome = first["outcome"].as_str().unwrap_or("none");
        *out.outcomes.entry(outcome.to_owned()).or_default() += 1;
        // An unconfirmed transfer counts when a person has called back and closed it.
        let open = matches!(outcome, "message_open" | "transfer_unconfirmed")
            && text(first, "state") != "closed";
        out.rings_closed += u64::from(first["life"] == "reported" && !open);
        let reached = outcome == "transferred_connected"
            || outcome.starts_with("message_")
            || (outcome == "transfer_unconfirmed" && !open);
        // What counts is what was really said: a caller who was cut off before has asked for nobody yet.
        let must_reach = |turn: &TurnReport| turn.expect == Some(Expect::Escalate);
        // Connected is a fact of the provider: no more and no less than what happened there.
        let took = report.outcome.human_at_ms.is_some();
        let last = report.outcome.transfers.last();
        // Sent there by the provider because we failed, whether or not somebody was being looked for.
        let at_own_line = took && last.is_some_and(|last| last.to == own_line);
        let right = if at_own_line {
            matches!(outcome, "failed_over" | "transferred_connected")
                || outcome.starts_with("message_")
        } else {
            took == (outcome == "transferred_connected")
        };
        if !right {
            let what = match (took, at_own_line) {
                (true, true) => "the clinic's own line took the call",
                (true, false) => "a person took the call",
                (false, _) => "nobody took the call",
            };
            differs(
                Some(first),
                &format!("{what}, and it is shown as {outcome}"),
            );
            out.outcomes_different += 1;
        }
        if report.turns.iter().any(must_reach) && !reached {
            differs(
                Some(first),
                &format!("a medical caller got neither a person nor a message: {outcome}"),
            );
            out.medical_unanswered += 1;
        }
    }
    Ok(out)
}

/// The words of each role, whatever pieces they come in.
async fn same_transcript(
    staff: &Staff,
    detail: &Value,
    report: &CallReport,
) -> anyhow::Result<bool> {
    let mut segments = detail["segments"].as_array().cloned().unwrap_or_default();
    let mut next = detail["segments_next"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let path = format!("/calls/{}/segments?cursor={cursor}", text(detail, "id"));
        let page = staff.get(&path).await?;
        segments.extend(page["items"].as_array().into_iter().flatten().cloned());
        next = page["next"].as_str().map(str::to_owned);
    }
    let said = |role: &str| {
        let of_role = segments.iter().filter(|s| s["role"] == role);
        words(of_role.filter_map(|s| s["text"].as_str()))
    };
    let sent = |texts: &[String]| words(texts.iter().map(String::as_str));
    let same = said("caller") == sent(&report.sent_user_finals)
        && said("receptionist") == sent(&report.sent_assistant_finals);
    Ok(same)
}

fn words<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

async fn same_recordings(
    staff: &Staff,
    simulator: &Simulator,
    detail: &Value,
    report: &CallReport,
) -> bool {
    let shown = detail["recordings"].as_array().cloned().unwrap_or_default();
    if report.recording.is_none() {
        return shown.iter().all(|r| r["state"] != "stored");
    }
    for (word, track) in [("mono", Track::Mono), ("stereo", Track::Stereo)] {
        let Some(sent) = simulator.recording(&report.provider_call_id, track) else {
            return false;
        };
        let Some(id) = shown
            .iter()
            .find(|r| r["track"] == word && r["state"] == "stored")
            .and_then(|r| r["id"].as_str())
        else {
            return false;
        };
        // One that cannot be read is no copy either.
        let Ok(stored) = staff.audio(id).await else {
            return false;
        };
        if Sha256::digest(&stored) != Sha256::digest(&sent) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_whatever_pieces_they_come_in() {
        assert_eq!(
            words(["Hello  there,", "who is it?"].into_iter()),
            words(["Hello there, who", " is it?"].into_iter())
        );
        assert_ne!(words(["Hello"].into_iter()), words(["hello"].into_iter()));
    }
}
