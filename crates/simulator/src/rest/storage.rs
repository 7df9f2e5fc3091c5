//! The store behind signed URLs: no key is wanted here, and a request that brings one is refused.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;

use super::errors::error;
use crate::audio::Track;
use crate::signing::url_tag;
use crate::state::{World, lock};
use crate::world::now_ms;

/// Header of an empty packet capture.
const EMPTY_CAPTURE: [u8; 24] = [
    0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0,
];

/// What a signed URL carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Signed {
    expires: Option<i64>,
    nonce: Option<String>,
    signature: Option<String>,
}

pub(crate) async fn fetch(
    State(world): State<Arc<World>>,
    Path((call, file)): Path<(String, String)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(header::AUTHORIZATION) {
        return error(StatusCode::BAD_REQUEST, "Only one auth mechanism allowed");
    }
    let (Some(expires), Some(nonce), Some(signature)) =
        (signed.expires, signed.nonce, signed.signature)
    else {
        return error(StatusCode::BAD_REQUEST, "The URL is not signed");
    };
    let expected = url_tag(&world.url_key, &format!("{call}/{file}/{expires}/{nonce}"));
    if expected != signature {
        return error(StatusCode::FORBIDDEN, "The signature does not match");
    }
    if expires < now_ms() {
        return error(StatusCode::FORBIDDEN, "Request has expired");
    }
    let found = {
        let mut calls = lock(&world.calls);
        calls
            .get_mut(&call)
            .filter(|record| record.ready_at_ms.is_some_and(|at| at <= now_ms()))
            .map(|record| {
                (
                    record.recording.clone(),
                    record.log.clone(),
                    record.faults.cut(&file),
                )
            })
    };
    let Some((recording, log, cut)) = found else {
        return error(StatusCode::NOT_FOUND, "The file is not there");
    };
    let track = Track::ALL.into_iter().find(|track| track.file() == file);
    let (kind, bytes) = match (track, file.as_str()) {
        (Some(track), _) => {
            let Some(recording) = recording else {
                return error(StatusCode::NOT_FOUND, "The file is not there");
            };
            let made = tokio::task::spawn_blocking(move || recording.wav(track)).await;
            ("audio/wav", made.unwrap_or_default())
        }
        (None, "log.jsonl") => ("application/jsonl", log.into_bytes()),
        (None, "capture.pcap") => ("application/vnd.tcpdump.pcap", EMPTY_CAPTURE.to_vec()),
        _ => return error(StatusCode::NOT_FOUND, "The file is not there"),
    };
    let length = bytes.len();
    let head = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
    ];
    let body = if cut {
        broken(bytes)
    } else {
        Body::from(bytes)
    };
    (head, body).into_response()
}

/// Half of the bytes, and then a connection that is gone.
fn broken(mut bytes: Vec<u8>) -> Body {
    bytes.truncate(bytes.len() / 2);
    let end = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "cut");
    Body::from_stream(stream::iter([Ok(Bytes::from(bytes)), Err(end)]))
}
