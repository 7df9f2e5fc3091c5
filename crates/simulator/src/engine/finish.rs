//! The end: status, recording, report, and the last deliveries.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Call, Registered};
use crate::audio::{RecordingPlan, Track};
use crate::faults::Fault;
use crate::report::{CallReport, Ending, FileReport, RecordingReport};
use crate::state::lock;
use crate::world::{iso, now_ms};

impl Call {
    pub(super) async fn finish(mut self, live: Registered) -> CallReport {
        self.end_speaking().await;
        self.end("unknown-error", Ending::Failed);
        let ended_ms = self.clock.now();
        drop(live);
        let (reason, ending) = self.over.clone().unwrap_or_default();
        self.report.outcome.ended_reason.clone_from(&reason);
        self.report.outcome.ending = ending;
        self.report.duration_ms =
            u64::try_from(ended_ms - self.started_ms.unwrap_or(ended_ms)).unwrap_or(0);
        self.keep_recording().await;
        let mut fields = json!({ "endedReason": reason });
        if self.started_ms.is_none() {
            fields["inboundPhoneCallDebuggingArtifacts"] = json!({ "error": reason });
        }
        self.status_update("ended", fields).await;
        // The ended snapshot is the last one: the clock may go on for the analysis.
        let artifact = self.artifact();
        let report = self.report_fields(&reason, ended_ms, &artifact);
        self.settle_view(&reason, ended_ms, artifact);
        self.send_report(report).await;
        let delivered = self.outbox.close().await;
        let mut out = self.report;
        out.webhook_acks_ms = delivered.acks_ms;
        out.events_sent = delivered.events;
        out.errors.extend(delivered.errors);
        out.faults = self.faults.all();
        out
    }

    async fn send_report(&mut self, report: Value) {
        let profile = self.request.faults.clone();
        let never = self.dice.chance(profile.no_report);
        let late = self.dice.chance(profile.late_report);
        let analysis = self.dice.between(3_000, 8_000);
        self.linger(analysis).await;
        if never {
            self.faults.add(Fault::NoReport);
            return;
        }
        if late {
            self.faults.add(Fault::LateReport);
            self.linger(60_000).await;
        }
        self.emit("end-of-call-report", report).await;
        let wanted = self.report.recording.is_some();
        let kinds = [
            "end-of-call-report",
            "recording-mono",
            "recording-stereo",
            "log",
        ];
        let artifacts: Vec<Value> = kinds
            .iter()
            .filter(|kind| wanted || !kind.starts_with("recording"))
            .map(|kind| json!({ "type": kind, "success": true }))
            .collect();
        self.emit("call.artifact.upload", json!({ "artifacts": artifacts }))
            .await;
    }

    /// Time after the end, in which nothing can interfere any more.
    async fn linger(&mut self, call_ms: u64) {
        tokio::time::sleep(self.world.scaled(call_ms)).await;
        self.clock.passed_ms += call_ms as f64;
    }

    /// Decides the recording's contents and makes it available after the configured delay.
    async fn keep_recording(&mut self) {
        let off = self.assistant["artifactPlan"]["recordingEnabled"] == false;
        let ready_at = now_ms() + self.world.config.recording_delay.as_millis() as i64;
        let plan = (!off && self.started_ms.is_some() && self.report.duration_ms > 0).then(|| {
            Arc::new(RecordingPlan {
                seed: self.request.seed,
                length_ms: self.report.duration_ms,
                segments: std::mem::take(&mut self.segments),
            })
        });
        if let Some(plan) = plan.clone() {
            let made = tokio::task::spawn_blocking(move || {
                let file = |track| {
                    let (sha256, bytes) = plan.digest(track);
                    FileReport { sha256, bytes }
                };
                RecordingReport {
                    length_ms: plan.length_ms,
                    mono: file(Track::Mono),
                    stereo: file(Track::Stereo),
                }
            });
            self.report.recording = made.await.ok();
        }
        if let Some(record) = lock(&self.world.calls).get_mut(&self.id) {
            record.recording = plan;
            record.ready_at_ms = Some(ready_at);
            record.log = self
                .log
                .iter()
                .fold(String::new(), |text, entry| format!("{text}{entry}\n"));
        }
    }

    fn artifact(&self) -> Value {
        let mut artifact = json!({
            "transcript": self.plain_transcript(),
            "messages": self.log,
            "messagesOpenAIFormatted": self.history,
        });
        if !self.transfers.is_empty() {
            artifact["transfers"] = json!(self.transfers);
        }
        if self.report.recording.is_some() {
            let raw = |file: &str| format!("{}/storage/{}/{file}", self.world.store_url, self.id);
            artifact["recordingUrl"] = json!(raw("mono.wav"));
            artifact["stereoRecordingUrl"] = json!(raw("stereo.wav"));
            artifact["recording"] = json!({
                "stereoUrl": raw("stereo.wav"),
                "mono": {
                    "combinedUrl": raw("mono.wav"),
                    "assistantUrl": raw("assistant.wav"),
                    "customerUrl": raw("customer.wav"),
                },
            });
            artifact["logUrl"] = json!(raw("log.jsonl"));
        }
        artifact
    }

    fn report_fields(&self, reason: &str, ended_ms: i64, artifact: &Value) -> Value {
        let mut signed = artifact.clone();
        self.world.sign_artifact(&self.id, &mut signed);
        let seconds = self.report.duration_ms as f64 / 1000.0;
        let cost = (seconds / 60.0 * 0.08 * 10_000.0).round() / 10_000.0;
        let mut fields = json!({
            "endedReason": reason,
            "endedAt": iso(ended_ms),
            "durationSeconds": seconds,
            "cost": cost,
            "costs": [{"type": "vapi", "minutes": seconds / 60.0, "cost": cost}],
            "analysis": {"summary": "", "successEvaluation": ""},
            "artifact": signed,
            "transcript": artifact["transcript"],
            "summary": "",
            "messages": artifact["messages"],
        });
        if let Some(started) = self.started_ms {
            fields["startedAt"] = json!(iso(started));
        }
        if artifact.get("recordingUrl").is_some() {
            fields["recordingUrl"] = artifact["recordingUrl"].clone();
            fields["stereoRecordingUrl"] = artifact["stereoRecordingUrl"].clone();
        }
        if let Some(last) = self.transfers.last() {
            fields["destination"] = last["destination"].clone();
        }
        fields
    }

    /// What `GET /call/{id}` says from now on.
    fn settle_view(&self, reason: &str, ended_ms: i64, artifact: Value) {
        let mut view = self.snapshot(true);
        view["status"] = json!("ended");
        view["endedReason"] = json!(reason);
        view["endedAt"] = json!(iso(ended_ms));
        view["messages"] = artifact["messages"].clone();
        view["artifact"] = artifact;
        view["analysis"] = json!({ "summary": "" });
        if self.assistant.is_object() {
            view["assistant"] = self.assistant.clone();
        }
        if let Some(record) = lock(&self.world.calls).get_mut(&self.id) {
            record.view = view;
        }
    }
}
