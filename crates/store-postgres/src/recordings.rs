//! Recordings of calls.

use crate::{
    sql::{Cells, Id, clean, column, failed},
    tenant::Scope,
};
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;
use voxanne_core::{
    call::{Recording, RecordingState, Track},
    ids::{CallId, RecordingId},
    ports::store::StoreError,
};

macro_rules! columns {
    () => {
        "id, call, track, state, object, storage_key, plain_len, fetched, sha256, duration_ms, attempts, next_try, error, \
         created_at"
    };
}

fn of_row(row: &PgRow) -> Result<Recording, StoreError> {
    let cells = Cells(row);
    Ok(Recording {
        id: cells.id("id")?,
        call: cells.id("call")?,
        track: cells.word("track", Track::from_word)?,
        state: cells.word("state", RecordingState::from_word)?,
        object: cells.opt_id("object")?,
        storage_key: cells.get("storage_key")?,
        plain_len: cells.opt_u64("plain_len")?,
        fetched: cells.u64("fetched")?,
        sha256: cells.opt_hash("sha256")?,
        duration_ms: cells.get("duration_ms")?,
        attempts: cells.u32("attempts")? as u16,
        next_try: cells.opt_at("next_try")?,
        error: cells.get("error")?,
        created_at: cells.at("created_at")?,
    })
}

macro_rules! put {
    ($conflict:literal) => {
        concat!(
            "insert into recordings (org, id, call, track, state, object, storage_key, plain_len, fetched, sha256,
                                     duration_ms, attempts, next_try, error, created_at)
             select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[],
                                  $8::bigint[], $9::bigint[], $10::bytea[], $11::bigint[], $12::integer[],
                                  $13::bigint[], $14::text[], $15::bigint[]) ",
            $conflict
        )
    };
}

/// Inserts or updates recordings; `only_new` leaves tracks alone that are known already.
pub(crate) async fn put(
    on: &mut PgConnection,
    rows: &[(Uuid, &Recording)],
    only_new: bool,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = if only_new {
        put!("on conflict (org, call, track) do nothing")
    } else {
        put!(
            "on conflict (org, id) do update set
               state = excluded.state, object = excluded.object, storage_key = excluded.storage_key,
               plain_len = excluded.plain_len, fetched = excluded.fetched, sha256 = excluded.sha256,
               duration_ms = excluded.duration_ms, attempts = excluded.attempts, next_try = excluded.next_try,
               error = excluded.error"
        )
    };
    sqlx::query(statement)
        .bind(column!(rows, r => r.0))
        .bind(column!(rows, r => r.1.id.uuid()))
        .bind(column!(rows, r => r.1.call.uuid()))
        .bind(column!(rows, r => r.1.track.word()))
        .bind(column!(rows, r => r.1.state.word()))
        .bind(column!(rows, r => r.1.object.map(Id::uuid)))
        .bind(column!(rows, r => r.1.storage_key.clone()))
        .bind(column!(rows, r => r.1.plain_len.map(|n| n as i64)))
        .bind(column!(rows, r => r.1.fetched as i64))
        .bind(column!(rows, r => r.1.sha256.map(|h| h.to_vec())))
        .bind(column!(rows, r => r.1.duration_ms))
        .bind(column!(rows, r => i32::from(r.1.attempts)))
        .bind(column!(rows, r => r.1.next_try.map(|at| at.0)))
        .bind(column!(rows, r => r.1.error.as_deref().map(|e| clean(e).into_owned())))
        .bind(column!(rows, r => r.1.created_at.0))
        .execute(on)
        .await
        .map(|_| ())
}

/// Recordings of a call, in the order of their tracks.
pub(crate) async fn of_call(of: Scope<'_>, call: CallId) -> Result<Vec<Recording>, StoreError> {
    let rows = sqlx::query(concat!(
        "select ",
        columns!(),
        " from recordings where org = $1 and call = $2 order by track"
    ))
    .bind(of.org)
    .bind(call.uuid())
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter().map(of_row).collect()
}

/// One recording; locked when the transaction writes.
pub(crate) async fn one(of: Scope<'_>, id: RecordingId) -> Result<Option<Recording>, StoreError> {
    let statement = if of.lock {
        concat!(
            "select ",
            columns!(),
            " from recordings where org = $1 and id = $2 for update"
        )
    } else {
        concat!(
            "select ",
            columns!(),
            " from recordings where org = $1 and id = $2"
        )
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(id.uuid())
        .fetch_optional(of.on)
        .await
        .map_err(failed)?;
    row.as_ref().map(of_row).transpose()
}

/// The recording of a track; locked when the transaction writes.
pub(crate) async fn of_track(
    of: Scope<'_>,
    call: CallId,
    track: Track,
) -> Result<Option<Recording>, StoreError> {
    let statement = if of.lock {
        concat!(
            "select ",
            columns!(),
            " from recordings where org = $1 and call = $2 and track = $3 for update"
        )
    } else {
        concat!(
            "select ",
            columns!(),
            " from recordings where org = $1 and call = $2 and track = $3"
        )
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(call.uuid())
        .bind(track.word())
        .fetch_optional(of.on)
        .await
        .map_err(failed)?;
    row.as_ref().map(of_row).transpose()
}
