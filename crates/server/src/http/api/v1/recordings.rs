//! Recordings: the sound itself with ranges, and trying again.

use crate::http::{Shared, auth::Caller, input::Id, problem::Problem};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{Fault, recording};
use voxanne_core::{
    call::view::{self, RecordingView},
    ids::RecordingId,
    tenancy::Permission,
};

/// The part of a file a `Range` header asks for, end exclusive; `None` = all of it, `Err` = cannot be given. Several
/// parts at once are answered with the whole.
fn range(headers: &HeaderMap, len: u64) -> Result<Option<(u64, u64)>, ()> {
    let Some(text) = headers.get(header::RANGE).and_then(|h| h.to_str().ok()) else {
        return Ok(None);
    };
    let Some(spec) = text.trim().strip_prefix("bytes=") else {
        return Ok(None);
    };
    if spec.contains(',') {
        return Ok(None);
    }
    let (first, last) = spec.split_once('-').ok_or(())?;
    let (from, to) = match (first.trim(), last.trim()) {
        ("", "") => return Err(()),
        ("", n) => (len.saturating_sub(n.parse().map_err(|_| ())?), len),
        (a, "") => (a.parse().map_err(|_| ())?, len),
        (a, b) => {
            let (a, b): (u64, u64) = (a.parse().map_err(|_| ())?, b.parse().map_err(|_| ())?);
            if b < a {
                return Err(());
            }
            (a, b.saturating_add(1).min(len))
        }
    };
    if from < to {
        Ok(Some((from, to)))
    } else {
        Err(())
    }
}

/// The sound, whole or a range of bytes; each play stands in the audit trail.
#[utoipa::path(get, path = "/recordings/{id}/audio", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, description = "The whole file", content_type = "audio/wav", body = Vec<u8>),
              (status = 206, description = "The range asked for", content_type = "audio/wav", body = Vec<u8>),
              (status = 416, description = "There is no such range")))]
async fn play_recording(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<RecordingId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsListen)?;
    let row = state
        .app
        .store
        .read(caller.actor.org)
        .await?
        .recording(id)
        .await?
        .ok_or(Fault::NotFound("the recording"))?;
    let len = row
        .plain_len
        .ok_or(Fault::NotFound("the recording's sound"))?;
    let Ok(part) = range(&headers, len) else {
        let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
        if let Ok(value) = HeaderValue::try_from(format!("bytes */{len}")) {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
        return Ok(response);
    };
    let (from, to) = part.unwrap_or((0, len));
    let playback = recording::open(&state.app, &caller.actor, id, from, Some(to)).await?;
    let body = Body::from_stream(playback.bytes.map(|part| part.map(bytes::Bytes::from)));
    let status = if part.is_some() {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (status, body).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
    if part.is_some()
        && let Ok(value) = HeaderValue::try_from(format!("bytes {from}-{}/{len}", to - 1))
    {
        out.insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Tries a recording that failed again, now.
#[utoipa::path(post, path = "/recordings/{id}/retry", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = RecordingView)))]
async fn retry_recording(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<RecordingId>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsAct)?;
    let row = recording::retry(&state.app, &caller.actor, id).await?;
    Ok(caller.json(&view::recording(&row)))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(retry_recording))
}

pub(super) fn audio_routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(play_recording))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_browsers_send_them() {
        let asked = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(text));
            range(&headers, 100)
        };
        assert_eq!(range(&HeaderMap::new(), 100), Ok(None));
        assert_eq!(asked("bytes=0-"), Ok(Some((0, 100))));
        assert_eq!(asked("bytes=10-19"), Ok(Some((10, 20))));
        assert_eq!(asked("bytes=-5"), Ok(Some((95, 100))));
        assert_eq!(asked("bytes=90-900"), Ok(Some((90, 100))));
        assert_eq!(asked("bytes=0-1,5-6"), Ok(None));
        for bad in ["bytes=100-", "bytes=9-3", "bytes=x-", "bytes=-", "bytes=5"] {
            assert_eq!(asked(bad), Err(()), "{bad}");
        }
    }
}
