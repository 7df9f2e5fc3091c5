//! Recordings: fetched by a durable job, streamed through to sealed storage, verified, played through our own endpoint.

pub mod sealed;

use crate::{App, Fault, escalation::watchdog::line_of, jobs::Outcome};
use futures::{StreamExt as _, stream::BoxStream};
use sha2::{Digest as _, Sha256};
use voxanne_core::{
    call::{Call, Recording, RecordingState, Track, view},
    ids::{CallId, ObjectId, OrgId, RecordingId},
    jobs::{Lease, NewJob},
    log::NewEvent,
    ports::{store::TenantTx, voice::RecordingError},
    tenancy::Actor,
};

/// Largest recording, bytes.
const MOST_BYTES: u64 = 2 << 30;
/// Times one run of the job resumes a broken download.
const RESUMES: u32 = 8;

/// The job: fetches one track and stores it. Its end and the stored row are one transaction.
pub async fn fetch(
    app: &App,
    org: OrgId,
    call: CallId,
    track: Track,
    lease: &Lease,
) -> Result<Outcome, Fault> {
    let (call, recording) = {
        let mut read = app.store.read(org).await?;
        let Some(known) = read.call(call).await? else {
            return Ok(Outcome::Done);
        };
        let Some(recording) = read.recording_of(call, track).await? else {
            return Ok(Outcome::Done);
        };
        (known, recording)
    };
    if recording.state == RecordingState::Stored || recording.state == RecordingState::None {
        return Ok(Outcome::Done);
    }
    let mut recording = Recording {
        state: RecordingState::Fetching,
        attempts: recording.attempts.saturating_add(1),
        ..recording
    };
    if !save(app, &call, &recording, None).await? {
        return Ok(Outcome::Done);
    }
    match download(app, &call, track).await {
        Ok(stored) => {
            recording.state = RecordingState::Stored;
            recording.object = Some(stored.object);
            recording.storage_key = Some(stored.key.clone());
            recording.plain_len = Some(stored.length);
            recording.fetched = stored.length;
            recording.sha256 = Some(stored.sha256);
            recording.duration_ms = stored.duration_ms;
            recording.next_try = None;
            recording.error = None;
            if save(app, &call, &recording, Some(lease)).await? {
                metrics::counter!("voxanne_recordings_stored_total").increment(1);
                return Ok(Outcome::Settled);
            }
            // Another worker has it: what this one stored belongs to nobody.
            app.blobs.delete(&stored.key).await?;
            Ok(Outcome::Lost)
        }
        Err(Trouble::Wait(why) | Trouble::Failed(why)) => {
            // It is tried again by itself: only what never will be is called failed.
            recording.state = RecordingState::Waiting;
            recording.error = Some(why.clone());
            save(app, &call, &recording, None).await?;
            Ok(Outcome::Again {
                after_ms: None,
                why,
            })
        }
        Err(Trouble::Never(why)) => {
            recording.state = RecordingState::Failed;
            recording.error = Some(why.clone());
            recording.next_try = None;
            save(app, &call, &recording, None).await?;
            Ok(Outcome::Never(why))
        }
    }
}

struct Stored {
    object: ObjectId,
    key: String,
    length: u64,
    sha256: [u8; 32],
    duration_ms: Option<i64>,
}

enum Trouble {
    Wait(String),
    Failed(String),
    Never(String),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.to_string())
    }
}

impl From<voxanne_core::ports::blobs::BlobError> for Trouble {
    fn from(error: voxanne_core::ports::blobs::BlobError) -> Self {
        Self::Failed(error.to_string())
    }
}

async fn download(app: &App, call: &Call, track: Track) -> Result<Stored, Trouble> {
    let object = ObjectId::new();
    let key = format!("{}/recordings/{object}", call.org);
    let upload = app.blobs.begin(&key).await?;
    match stream(app, call, track, &upload).await {
        Ok((length, sha256, duration_ms)) => {
            app.blobs.complete(upload).await?;
            let stored = sealed::length(app, &key).await?;
            if stored != length {
                app.blobs.delete(&key).await?;
                return Err(Trouble::Failed(
                    "the stored length differs from the fetched one".to_owned(),
                ));
            }
            Ok(Stored {
                object,
                key,
                length,
                sha256,
                duration_ms,
            })
        }
        Err(trouble) => {
            app.blobs.abort(upload).await?;
            Err(trouble)
        }
    }
}

async fn stream(
    app: &App,
    call: &Call,
    track: Track,
    upload: &voxanne_core::ports::blobs::Upload,
) -> Result<(u64, [u8; 32], Option<i64>), Trouble> {
    let line = line_of(call);
    let mut writer = sealed::Writer::new(app, call.org, upload).await?;
    let mut hash = Sha256::new();
    let mut head: Vec<u8> = Vec::new();
    let mut got = 0_u64;
    let mut expected: Option<u64> = None;
    let mut etag: Option<String> = None;
    for _ in 0..=RESUMES {
        let part = app.vapi.recording(&line, track, got, etag.as_deref()).await;
        let mut part = match part {
            Ok(part) => part,
            Err(RecordingError::NotYet) => return Err(Trouble::Wait("not there yet".to_owned())),
            Err(RecordingError::Gone) => {
                return Err(Trouble::Never(
                    "the provider has no recording of this call".to_owned(),
                ));
            }
            Err(RecordingError::Refused(why)) => {
                return Err(Trouble::Failed(format!("the provider refused it: {why}")));
            }
            Err(RecordingError::Cut(_)) => continue,
        };
        if part.from != got {
            // The source changed while it was fetched: what is written so far is of another file.
            return Err(Trouble::Failed(
                "the recording changed while it was fetched".to_owned(),
            ));
        }
        etag = part.etag.take().or(etag);
        expected = part.len.or(expected);
        if expected.is_some_and(|len| len > MOST_BYTES) {
            return Err(Trouble::Never(
                "the recording is larger than 2 GB".to_owned(),
            ));
        }
        let mut cut = false;
        while let Some(piece) = part.bytes.next().await {
            match piece {
                Ok(piece) => {
                    got += piece.len() as u64;
                    if got > MOST_BYTES {
                        return Err(Trouble::Never(
                            "the recording is larger than 2 GB".to_owned(),
                        ));
                    }
                    if head.len() < 64 {
                        head.extend(piece.iter().take(64 - head.len()));
                    }
                    hash.update(&piece);
                    writer.write(&piece).await?;
                }
                Err(_) => {
                    cut = true;
                    break;
                }
            }
        }
        if !cut && expected.is_none_or(|len| got >= len) {
            if got == 0 {
                return Err(Trouble::Wait("the recording is empty so far".to_owned()));
            }
            if expected.is_some_and(|len| got != len) {
                return Err(Trouble::Failed(
                    "the recording is longer than announced".to_owned(),
                ));
            }
            writer.finish().await?;
            return Ok((got, hash.finalize().into(), wav_duration(&head, got)));
        }
    }
    Err(Trouble::Failed(
        "the download broke off too often".to_owned(),
    ))
}

/// The length of a WAV file in ms, from its first bytes.
fn wav_duration(head: &[u8], length: u64) -> Option<i64> {
    if head.len() < 44 || &head[..4] != b"RIFF" || &head[8..12] != b"WAVE" {
        return None;
    }
    let rate = u32::from_le_bytes(head[28..32].try_into().ok()?);
    (rate > 0).then(|| (length.saturating_sub(44) * 1_000 / u64::from(rate)) as i64)
}

/// Writes a recording's row and the call's summary of it. With a lease the job ends in the same transaction; false when the
/// lease is lost or another worker has stored it meanwhile, and then nothing is written.
async fn save(
    app: &App,
    call: &Call,
    recording: &Recording,
    lease: Option<&Lease>,
) -> Result<bool, Fault> {
    let mut tx = app
        .store
        .write(&Actor::system(call.org, "recording"))
        .await?;
    if let Some(lease) = lease
        && !tx.finish_job(lease).await?
    {
        return Ok(false);
    }
    let stored = tx.recording(recording.id).await?;
    if stored.is_some_and(|known| known.state == RecordingState::Stored) {
        return Ok(false);
    }
    put(&mut *tx, call.id, recording).await?;
    tx.commit().await?;
    Ok(true)
}

async fn put(tx: &mut dyn TenantTx, call: CallId, recording: &Recording) -> Result<(), Fault> {
    tx.put_recording(recording).await?;
    tx.emit(NewEvent::new(
        "recording.changed",
        NewEvent::call_topic(call),
        Some(call),
        recording.id,
        &serde_json::json!({"call": call, "recording": view::recording(recording)}),
    ));
    let Some(mut state) = tx.call_state(call).await? else {
        return Ok(());
    };
    let all = tx.recordings(call).await?;
    let summary = summary(&all, recording);
    if state.call.recording != summary {
        state.call.recording = summary;
        tx.put_call_state(&state, &[]).await?;
        tx.emit(NewEvent::new(
            "call.changed",
            "calls",
            Some(call),
            call,
            &view::call(&state.call, state.escalation.as_ref()),
        ));
    }
    Ok(())
}

/// One word for all tracks: the least advanced one that still moves, failures first.
fn summary(all: &[Recording], changed: &Recording) -> RecordingState {
    let states: Vec<RecordingState> = all
        .iter()
        .filter(|r| r.id != changed.id)
        .map(|r| r.state)
        .chain([changed.state])
        .collect();
    [
        RecordingState::Failed,
        RecordingState::Fetching,
        RecordingState::Waiting,
        RecordingState::Stored,
    ]
    .into_iter()
    .find(|s| states.contains(s))
    .unwrap_or(RecordingState::None)
}

/// What is played.
pub struct Playback {
    /// The recording.
    pub recording: Recording,
    /// Length of the whole file, bytes.
    pub len: u64,
    /// The bytes asked for.
    pub bytes: BoxStream<'static, Result<Vec<u8>, Fault>>,
}

impl std::fmt::Debug for Playback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Playback({})", self.recording.id)
    }
}

/// Opens a recording from `from` (inclusive) to `to` (exclusive, none = end). A play from the beginning is audited.
pub async fn open(
    app: &App,
    actor: &Actor,
    id: RecordingId,
    from: u64,
    to: Option<u64>,
) -> Result<Playback, Fault> {
    let recording = app
        .store
        .read(actor.org)
        .await?
        .recording(id)
        .await?
        .ok_or(Fault::NotFound("the recording"))?;
    let Some(key) = recording
        .storage_key
        .clone()
        .filter(|_| recording.state == RecordingState::Stored)
    else {
        return Err(Fault::Conflict(view::recording(&recording).words));
    };
    let len = sealed::length(app, &key).await?;
    if from == 0 {
        let mut tx = app.store.write(actor).await?;
        tx.audit("recording.played", Some(id.to_string()));
        tx.commit().await?;
    }
    let bytes = sealed::read(app, actor.org, &key, from, to).await?;
    Ok(Playback {
        recording,
        len,
        bytes,
    })
}

/// Tries a recording again, now.
pub async fn retry(app: &App, actor: &Actor, id: RecordingId) -> Result<Recording, Fault> {
    let mut tx = app.store.write(actor).await?;
    let mut recording = tx
        .recording(id)
        .await?
        .ok_or(Fault::NotFound("the recording"))?;
    if recording.state == RecordingState::Stored {
        return Err(Fault::Conflict(
            "this recording is stored already".to_owned(),
        ));
    }
    recording.state = RecordingState::Waiting;
    recording.next_try = Some(app.now());
    put(&mut *tx, recording.call, &recording).await?;
    tx.enqueue(NewJob::fetch_recording(recording.call, recording.track));
    for dead in tx.dead_jobs().await? {
        let wanted = serde_json::to_string(
            &NewJob::fetch_recording(recording.call, recording.track).payload,
        );
        if wanted.is_ok_and(|w| w == *dead.payload.expose()) {
            tx.retry_job(dead.id).await?;
        }
    }
    tx.audit("recording.retried", Some(id.to_string()));
    tx.commit().await?;
    Ok(recording)
}
