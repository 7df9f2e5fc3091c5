//! Calls and what happened in them: one call, its words, its turns, its recordings, the day's counts.

use crate::{
    cells::{self, Row, row},
    rows::{
        Columns as _, Cx, Id, cursor, db, integration_bytes, jat, jhex, jid, jid_opt, json_rows,
        raw, sealed, unique,
    },
};
use serde_json::{Value, json};
use sqlx::{SqliteConnection, sqlite::SqliteRow};
use voxanne_core::{
    call::{
        Call, Channel, Flags, Frozen, Life, Outcome, Provider, ProviderCallId, Recording,
        RecordingState, Segment, Speaker, Track, TurnRow, fold::CallState,
    },
    ids::{CallId, IntegrationId, OrgId, RecordingId},
    page::{Limit, Page},
    phone,
    pii::Pii,
    ports::store::{DayCounts, StoreError},
    seal::OrgKeys,
    time::Millis,
};

/// The call of a row of `calls`.
pub(crate) fn from_row(row: &SqliteRow, keys: &OrgKeys) -> Result<Call, StoreError> {
    let integration: [u8; 16] = row
        .blob("integration")?
        .try_into()
        .map_err(|_| StoreError::Corrupt("column integration".to_owned()))?;
    let frozen = match (row.id_opt("agent")?, row.count_opt("agent_version")?) {
        (Some(agent), Some(agent_version)) => Some(Frozen {
            agent,
            agent_version,
            policy_version: row.count("policy_version")?,
            knowledge_rev: row.count("knowledge_rev")?,
        }),
        _ => None,
    };
    Ok(Call {
        id: row.id("id")?,
        org: row.id("org")?,
        provider: row.word("provider", Provider::from_word)?,
        provider_call_id: ProviderCallId(row.text("provider_call_id")?),
        integration: (integration != [0; 16]).then(|| IntegrationId::from_bytes(integration)),
        channel: row.word("channel", Channel::from_word)?,
        life: row.word("life", Life::from_word)?,
        outcome: row.word_opt("outcome", Outcome::from_word)?,
        ended_reason: row.text_opt("ended_reason")?,
        started_at: row.at("started_at")?,
        answered_at: row.at_opt("answered_at")?,
        ended_at: row.at_opt("ended_at")?,
        frozen,
        number: row.id_opt("number")?,
        flags: Flags::from_bits(row.int("flags")?),
        transcript_rev: row.count("transcript_rev")?,
        live_segments: row.count("live_segments")?,
        last_event_at: row.at("last_event_at")?,
        ring_closed_at: row.at_opt("ring_closed_at")?,
        recording: row.word("recording", RecordingState::from_word)?,
        private: keys
            .open_json("calls.private", &row.blob("private")?)
            .map_err(sealed)?,
    })
}

/// The blind key of a caller's number, where it is one.
pub(crate) fn caller_key(keys: &OrgKeys, number: &Pii<String>) -> Option<[u8; 16]> {
    phone::normalize(number.expose()).map(|number| keys.blind("number", &number))
}

/// A call as a row for [`upsert`].
pub(crate) fn to_row(call: &Call, keys: &OrgKeys) -> Row {
    let caller = call
        .private
        .caller
        .as_ref()
        .and_then(|number| caller_key(keys, number));
    row![
        call.org.bytes(),
        call.id.bytes(),
        call.provider.word(),
        integration_bytes(call.integration),
        call.provider_call_id.0.as_str(),
        call.channel.word(),
        call.life.word(),
        call.outcome.map(Outcome::word),
        call.ended_reason.as_deref(),
        call.started_at,
        call.answered_at,
        call.ended_at,
        call.frozen.map(|f| f.agent.bytes()),
        call.frozen.map(|f| f.agent_version),
        call.frozen.map(|f| f.policy_version),
        call.frozen.map(|f| f.knowledge_rev),
        call.number.map(Id::raw),
        call.flags.bits(),
        call.transcript_rev,
        call.live_segments,
        call.last_event_at,
        call.ring_closed_at,
        call.recording.word(),
        caller,
        keys.seal_json("calls.private", &call.private),
    ]
}

/// Writes calls, new or changed.
pub(crate) async fn upsert(conn: &mut SqliteConnection, rows: Vec<Row>) -> Result<(), StoreError> {
    cells::run(
        conn,
        "INSERT INTO calls (org, id, provider, integration, provider_call_id, channel, life, outcome, ended_reason,
             started_at, answered_at, ended_at, agent, agent_version, policy_version, knowledge_rev, number, flags,
             transcript_rev, live_segments, last_event_at, ring_closed_at, recording, caller_key, private) VALUES",
        "ON CONFLICT (org, id) DO UPDATE SET
             channel = excluded.channel, life = excluded.life, outcome = excluded.outcome,
             ended_reason = excluded.ended_reason, started_at = excluded.started_at,
             answered_at = excluded.answered_at, ended_at = excluded.ended_at, agent = excluded.agent,
             agent_version = excluded.agent_version, policy_version = excluded.policy_version,
             knowledge_rev = excluded.knowledge_rev, number = excluded.number, flags = excluded.flags,
             transcript_rev = excluded.transcript_rev, live_segments = excluded.live_segments,
             last_event_at = excluded.last_event_at, ring_closed_at = excluded.ring_closed_at,
             recording = excluded.recording, caller_key = excluded.caller_key, private = excluded.private",
        rows,
    )
    .await
    .map_err(unique("call"))
}

/// A call that only went on, as a row for [`go_on`].
pub(crate) fn step_row(call: &Call) -> Row {
    row![
        call.org.bytes(),
        call.id.bytes(),
        call.last_event_at,
        call.live_segments,
    ]
}

/// Writes of calls how far they have come, which no index holds: most messages change nothing else.
pub(crate) async fn go_on(conn: &mut SqliteConnection, rows: Vec<Row>) -> Result<(), StoreError> {
    cells::run(
        conn,
        "WITH v (org, id, at, said) AS (VALUES",
        ") UPDATE calls SET last_event_at = v.at, live_segments = v.said FROM v
         WHERE calls.org = v.org AND calls.id = v.id",
        rows,
    )
    .await
    .map_err(db)
}

/// One call.
pub(crate) async fn one(cx: Cx<'_>, id: CallId) -> Result<Option<Call>, StoreError> {
    let row = sqlx::query("SELECT * FROM calls WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.map(|row| from_row(&row, cx.keys)).transpose()
}

/// The call with the provider's id.
pub(crate) async fn by_provider(
    cx: Cx<'_>,
    integration: Option<IntegrationId>,
    id: &ProviderCallId,
) -> Result<Option<Call>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM calls WHERE org = ?1 AND integration = ?2 AND provider_call_id = ?3",
    )
    .bind(raw(cx.org))
    .bind(integration_bytes(integration).to_vec())
    .bind(&id.0)
    .fetch_optional(&mut *cx.conn)
    .await
    .map_err(db)?;
    row.map(|row| from_row(&row, cx.keys)).transpose()
}

/// The call with its latest escalation and that one's inbox item.
pub(crate) async fn state(mut cx: Cx<'_>, id: CallId) -> Result<Option<CallState>, StoreError> {
    let Some(call) = one(cx.again(), id).await? else {
        return Ok(None);
    };
    let escalation = crate::escalations::latest(cx.again(), &[id])
        .await?
        .remove(&id);
    let items = crate::inbox::of_call(cx, id).await?;
    let inbox = crate::inbox::pick(items, escalation.as_ref().map(|e| e.id));
    Ok(Some(CallState {
        call,
        escalation,
        inbox,
    }))
}

/// A segment as a row for [`insert_segments`].
pub(crate) fn segment_row(org: OrgId, call: CallId, segment: &Segment, keys: &OrgKeys) -> Row {
    row![
        org.bytes(),
        call.bytes(),
        segment.rev,
        segment.ordinal,
        segment.speaker.word(),
        segment.started_at,
        segment.ended_at,
        keys.seal("segments.text", segment.text.expose().as_bytes()),
    ]
}

/// Adds segments.
pub(crate) async fn insert_segments(
    conn: &mut SqliteConnection,
    rows: Vec<Row>,
) -> Result<(), StoreError> {
    cells::run(
        conn,
        "INSERT INTO segments (org, call, rev, ordinal, speaker, started_at, ended_at, text) VALUES",
        "",
        rows,
    )
    .await
    .map_err(unique("segment"))
}

/// Segments of one revision by (start, ordinal).
pub(crate) async fn segments(
    cx: Cx<'_>,
    call: CallId,
    rev: u32,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Segment>, StoreError> {
    let (at, ordinal): (i64, i64) = cursor(after)?.unwrap_or((i64::MIN, -1));
    let rows = sqlx::query(
        "SELECT rev, ordinal, speaker, started_at, ended_at, text FROM segments
         WHERE org = ?1 AND call = ?2 AND rev = ?3 AND (started_at, ordinal) > (?4, ?5)
         ORDER BY started_at, ordinal LIMIT ?6",
    )
    .bind(raw(cx.org))
    .bind(raw(call))
    .bind(rev)
    .bind(at)
    .bind(ordinal)
    .bind(limit.get() + 1)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let items = rows
        .iter()
        .map(|row| segment(row, cx.keys))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, limit, |s| {
        (s.started_at.0, s.ordinal)
    }))
}

fn segment(row: &SqliteRow, keys: &OrgKeys) -> Result<Segment, StoreError> {
    let text = keys
        .open("segments.text", &row.blob("text")?)
        .map_err(sealed)?;
    Ok(Segment {
        rev: row.count("rev")?,
        ordinal: row.count("ordinal")?,
        speaker: row.word("speaker", Speaker::from_word)?,
        started_at: row.at("started_at")?,
        ended_at: row.at_opt("ended_at")?,
        text: Pii::new(
            String::from_utf8(text).map_err(|_| StoreError::Corrupt("column text".to_owned()))?,
        ),
    })
}

/// Writes a turn; the same number is replaced.
pub(crate) async fn put_turn(cx: Cx<'_>, call: CallId, turn: &TurnRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO turns (org, call, no, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (org, call, no) DO UPDATE SET body = excluded.body",
    )
    .bind(raw(cx.org))
    .bind(raw(call))
    .bind(turn.no)
    .bind(cx.keys.seal_json("turns.body", turn))
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Turns, oldest first, the newest 200.
pub(crate) async fn turns(cx: Cx<'_>, call: CallId) -> Result<Vec<TurnRow>, StoreError> {
    let rows = sqlx::query(
        "SELECT body FROM turns WHERE org = ?1 AND call = ?2 ORDER BY no DESC LIMIT 200",
    )
    .bind(raw(cx.org))
    .bind(raw(call))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .rev()
        .map(|row| {
            cx.keys
                .open_json("turns.body", &row.blob("body")?)
                .map_err(sealed)
        })
        .collect()
}

/// A recording as a row for [`insert_recordings`] and [`put_recording`].
pub(crate) fn recording_json(org: OrgId, recording: &Recording) -> Value {
    json!([
        jid(org),
        jid(recording.id),
        jid(recording.call),
        recording.track.word(),
        recording.state.word(),
        jid_opt(recording.object),
        recording.storage_key,
        recording.plain_len,
        recording.fetched,
        recording.sha256.map(|hash| jhex(&hash)),
        recording.duration_ms,
        recording.attempts,
        jat(recording.next_try),
        recording.error,
        recording.created_at.0,
    ])
}

macro_rules! recordings_insert {
    ($rest:literal) => {
        concat!(
            "INSERT INTO recordings (org, id, call, track, state, object, storage_key, plain_len, fetched, sha256,
                 duration_ms, attempts, next_try, error, created_at)
             SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, value ->> 4,
                 unhex(value ->> 5), value ->> 6, value ->> 7, value ->> 8, unhex(value ->> 9), value ->> 10,
                 value ->> 11, value ->> 12, value ->> 13, value ->> 14
             FROM json_each(?1) WHERE true ",
            $rest
        )
    };
}

/// Adds recordings of tracks that are not known yet.
pub(crate) async fn insert_recordings(
    conn: &mut SqliteConnection,
    rows: Vec<Value>,
) -> Result<(), StoreError> {
    sqlx::query(recordings_insert!(
        "ON CONFLICT (org, call, track) DO NOTHING"
    ))
    .bind(json_rows(rows))
    .execute(conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Inserts or updates a recording.
pub(crate) async fn put_recording(cx: Cx<'_>, recording: &Recording) -> Result<(), StoreError> {
    sqlx::query(recordings_insert!(
        "ON CONFLICT (org, id) DO UPDATE SET state = excluded.state, object = excluded.object,
             storage_key = excluded.storage_key, plain_len = excluded.plain_len, fetched = excluded.fetched,
             sha256 = excluded.sha256, duration_ms = excluded.duration_ms, attempts = excluded.attempts,
             next_try = excluded.next_try, error = excluded.error"
    ))
    .bind(json_rows(vec![recording_json(cx.org, recording)]))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("recording"))?;
    Ok(())
}

fn recording_of_row(row: &SqliteRow) -> Result<Recording, StoreError> {
    Ok(Recording {
        id: row.id("id")?,
        call: row.id("call")?,
        track: row.word("track", Track::from_word)?,
        state: row.word("state", RecordingState::from_word)?,
        object: row.id_opt("object")?,
        storage_key: row.text_opt("storage_key")?,
        plain_len: row.count_opt("plain_len")?,
        fetched: row.count("fetched")?,
        sha256: row
            .blob_opt("sha256")?
            .map(|hash| {
                hash.try_into()
                    .map_err(|_| StoreError::Corrupt("column sha256".to_owned()))
            })
            .transpose()?,
        duration_ms: row.int_opt("duration_ms")?,
        attempts: row.count("attempts")?,
        next_try: row.at_opt("next_try")?,
        error: row.text_opt("error")?,
        created_at: row.at("created_at")?,
    })
}

/// Recordings of a call.
pub(crate) async fn recordings(cx: Cx<'_>, call: CallId) -> Result<Vec<Recording>, StoreError> {
    let rows = sqlx::query("SELECT * FROM recordings WHERE org = ?1 AND call = ?2 ORDER BY track")
        .bind(raw(cx.org))
        .bind(raw(call))
        .fetch_all(&mut *cx.conn)
        .await
        .map_err(db)?;
    rows.iter().map(recording_of_row).collect()
}

/// One recording.
pub(crate) async fn recording(
    cx: Cx<'_>,
    id: RecordingId,
) -> Result<Option<Recording>, StoreError> {
    let row = sqlx::query("SELECT * FROM recordings WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.as_ref().map(recording_of_row).transpose()
}

/// The recording of a track.
pub(crate) async fn recording_of(
    cx: Cx<'_>,
    call: CallId,
    track: Track,
) -> Result<Option<Recording>, StoreError> {
    let row = sqlx::query("SELECT * FROM recordings WHERE org = ?1 AND call = ?2 AND track = ?3")
        .bind(raw(cx.org))
        .bind(raw(call))
        .bind(track.word())
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.as_ref().map(recording_of_row).transpose()
}

/// Calls begun in `from..to` counted by outcome.
pub(crate) async fn day_counts(
    cx: Cx<'_>,
    from: Millis,
    to: Millis,
) -> Result<DayCounts, StoreError> {
    let rows = sqlx::query(
        "SELECT outcome, count(*) AS rings, count(ring_closed_at) AS closed FROM calls
         WHERE org = ?1 AND started_at >= ?2 AND started_at < ?3 GROUP BY outcome ORDER BY outcome",
    )
    .bind(raw(cx.org))
    .bind(from.0)
    .bind(to.0)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let mut counts = DayCounts::default();
    for row in &rows {
        let rings: u64 = row.count("rings")?;
        counts.rings += rings;
        counts.closed += row.count::<u64>("closed")?;
        if let Some(outcome) = row.text_opt("outcome")? {
            counts.outcomes.push((outcome, rings));
        }
    }
    Ok(counts)
}

/// How many calls ring and how many are live.
pub(crate) async fn live_counts(cx: Cx<'_>) -> Result<(u64, u64), StoreError> {
    let row = sqlx::query(
        "SELECT count(*) FILTER (WHERE life = 'ringing') AS ringing, count(*) FILTER (WHERE life = 'live') AS live
         FROM calls WHERE org = ?1 AND life IN ('ringing', 'live')",
    )
    .bind(raw(cx.org))
    .fetch_one(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok((row.count("ringing")?, row.count("live")?))
}
