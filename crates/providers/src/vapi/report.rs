//! The provider's final account of a call, from a webhook or looked up.
//!
//! The artifact is read first, the older fields beside it fill the gaps.

use super::{
    fields::{TEXT, WORD, at, cut, private, speaker, text, time},
    read::seen_in,
};
use serde_json::Value;
use voxanne_core::{
    call::{
        ProviderCallId, Speaker, Track,
        message::{CallMessage, Report, ReportedSegment, ReportedTransfer, Status, TransferFact},
    },
    pii::Pii,
    ports::voice::CallFacts,
    time::Millis,
};

/// Most utterances kept of one call.
const UTTERANCES: usize = 20_000;
/// Most transfers kept of one call.
const TRANSFERS: usize = 50;

/// Reads a report message, or a call object of the API: both carry the same fields.
pub(super) fn read(message: &Value) -> Report {
    let started_at = time(message, &[&["startedAt"], &["call", "startedAt"]]);
    let ended_at = time(message, &[&["endedAt"], &["call", "endedAt"]]);
    let begin = started_at
        .or_else(|| {
            time(
                message,
                &[&["createdAt"], &["call", "createdAt"], &["timestamp"]],
            )
        })
        .unwrap_or_default();
    Report {
        ended_reason: text(message, &[&["endedReason"], &["call", "endedReason"]], WORD),
        started_at,
        ended_at,
        transcript: transcript(message, begin),
        transfers: transfers(message),
        tracks: tracks(message),
    }
}

/// The fields that may stand in the artifact, in the call's artifact, or beside them.
fn anywhere<'a>(message: &'a Value, field: &str) -> Option<&'a Value> {
    [
        &["artifact", field][..],
        &["call", "artifact", field],
        &[field],
        &["call", field],
    ]
    .iter()
    .find_map(|path| at(message, path).filter(|value| !value.is_null()))
}

fn transcript(message: &Value, begin: Millis) -> Vec<ReportedSegment> {
    let mut out = Vec::new();
    let mut latest = begin;
    let entries = anywhere(message, "messages").and_then(Value::as_array);
    for entry in entries.into_iter().flatten().take(UTTERANCES) {
        let Some(speaker) = entry.get("role").and_then(Value::as_str).and_then(speaker) else {
            continue;
        };
        let Some(text) = private(entry, &[&["message"], &["content"], &["result"]]) else {
            continue;
        };
        let offset = entry.get("secondsFromStart").and_then(Value::as_f64);
        let started_at = time(entry, &[&["time"]])
            .or_else(|| Some(begin.plus((offset? * 1_000.0) as i64)))
            .unwrap_or(latest);
        latest = started_at;
        out.push(ReportedSegment {
            speaker,
            text,
            started_at,
            ended_at: time(entry, &[&["endTime"]]).filter(|end| *end >= started_at),
        });
    }
    if out.is_empty()
        && let Some(written) = anywhere(message, "transcript").and_then(Value::as_str)
    {
        return from_lines(written, begin);
    }
    out
}

/// The transcript as one text: a line each, the speaker's name in front. It has no times; the order of the lines stands.
fn from_lines(written: &str, begin: Millis) -> Vec<ReportedSegment> {
    let mut out: Vec<ReportedSegment> = Vec::new();
    for line in written.lines().map(str::trim).take(UTTERANCES) {
        let (speaker, words) = match line.split_once(':') {
            Some(("User" | "Customer", words)) => (Some(Speaker::Caller), words.trim()),
            Some(("AI" | "Assistant" | "Bot", words)) => {
                (Some(Speaker::Receptionist), words.trim())
            }
            _ => (None, line),
        };
        if words.is_empty() {
            continue;
        }
        match (speaker, out.last_mut()) {
            (Some(speaker), _) => out.push(ReportedSegment {
                speaker,
                text: Pii::new(cut(words, TEXT).to_owned()),
                started_at: begin,
                ended_at: None,
            }),
            // A line without a name goes on with the utterance before.
            (None, Some(before)) if before.text.expose().len() + words.len() < TEXT => {
                before.text = Pii::new(format!("{} {words}", before.text.expose()));
            }
            (None, _) => {}
        }
    }
    out
}

fn transfers(message: &Value) -> Vec<ReportedTransfer> {
    anywhere(message, "transfers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .take(TRANSFERS)
        .map(|transfer| ReportedTransfer {
            destination: private(
                transfer,
                &[&["destination", "number"], &["destination", "sipUri"]],
            ),
            fact: transfer_fact(transfer),
        })
        .collect()
}

fn transfer_fact(transfer: &Value) -> Option<TransferFact> {
    match transfer.get("status").and_then(Value::as_str)? {
        "connected" => Some(TransferFact::Connected),
        // Of a blind transfer it only says that the call was handed over, not that anybody took it.
        "completed" => text(transfer, &[&["mode"], &["transferPlan", "mode"]], WORD)
            .is_some_and(|mode| mode.starts_with("warm"))
            .then_some(TransferFact::Connected),
        "no-answer" => Some(TransferFact::NoAnswer),
        "busy" => Some(TransferFact::Busy),
        "voicemail" => Some(TransferFact::Voicemail),
        "failed" | "cancelled" | "canceled" => Some(TransferFact::Failed),
        _ => None,
    }
}

/// Tracks the report has an identifier of. The identifiers themselves are not kept: recordings are fetched by call id.
fn tracks(message: &Value) -> Vec<Track> {
    let has =
        |field: &str| anywhere(message, field).is_some_and(|value| value.as_str() != Some(""));
    let in_recording = |path: &[&str]| {
        anywhere(message, "recording")
            .and_then(|recording| at(recording, path))
            .and_then(Value::as_str)
            .is_some_and(|address| !address.is_empty())
    };
    let mut out = Vec::new();
    if has("stereoRecordingUrl") || has("presignedStereoUrl") || in_recording(&["stereoUrl"]) {
        out.push(Track::Stereo);
    }
    if has("recordingUrl") || has("presignedMonoUrl") || in_recording(&["mono", "combinedUrl"]) {
        out.push(Track::Mono);
    }
    out
}

/// A call object of the API, as the messages its webhooks would have brought.
pub fn facts(call: &Value) -> Option<CallFacts> {
    let id = ProviderCallId(text(call, &[&["id"]], WORD)?);
    let answered_at = time(call, &[&["startedAt"]]);
    let started_at = time(call, &[&["createdAt"]]).or(answered_at)?;
    let ended_at = time(call, &[&["endedAt"]]);
    let is_over = ended_at.is_some() || call.get("status").and_then(Value::as_str) == Some("ended");
    let mut messages = Vec::new();
    let status = |status, ended_reason| CallMessage::Status {
        status,
        ended_reason,
    };
    if is_over {
        let at = ended_at
            .or_else(|| time(call, &[&["updatedAt"]]))
            .or(answered_at)
            .unwrap_or(started_at);
        let reason = text(call, &[&["endedReason"]], WORD);
        messages.push((at, status(Status::Ended, reason)));
        // Before the provider has worked the call up there is no transcript yet, and a report is taken in only once.
        if is_worked_up(call) || answered_at.is_none() {
            messages.push((at, CallMessage::Report(Box::new(read(call)))));
        }
    } else if call.get("status").and_then(Value::as_str) == Some("forwarding") {
        let at = time(call, &[&["updatedAt"]]).or(answered_at);
        messages.push((at.unwrap_or(started_at), status(Status::Forwarding, None)));
    } else if let Some(at) = answered_at {
        messages.push((at, status(Status::InProgress, None)));
    } else {
        messages.push((started_at, status(Status::Ringing, None)));
    }
    let mut seen = seen_in(call);
    seen.recovered = true;
    Some(CallFacts {
        call: id,
        started_at,
        messages,
        seen,
        ended: is_over,
    })
}

fn is_worked_up(call: &Value) -> bool {
    let artifact = call.get("artifact").and_then(Value::as_object);
    artifact.is_some_and(|artifact| !artifact.is_empty())
        || call
            .get("analysis")
            .is_some_and(|analysis| !analysis.is_null())
        || call.get("costs").is_some_and(Value::is_array)
}
