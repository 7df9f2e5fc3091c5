//! A recording, fetched by call id through the authenticated route.
//!
//! The route answers with a redirect to a short-lived signed address. It is followed by hand, because our key must not go
//! along: storage refuses a second authorization, and the key would leak to whoever the address names.

use crate::http_client::{Ask, HttpClient, HttpError, Reach};
use futures::{StreamExt as _, stream};
use reqwest::{
    Method, Response, StatusCode, Url,
    header::{CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, LOCATION, RANGE},
};
use voxanne_core::{
    ports::voice::{Download, RecordingError, VoiceError},
    time::Deadline,
};

/// Largest recording, bytes.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;
/// Redirects followed at most.
const HOPS: usize = 3;
/// Longest wait for the head of an answer, ms.
const HEAD_MS: i64 = 20_000;
/// The breaker's word for the storage behind the redirect.
const STORAGE: &str = "vapi.storage";

/// Fetches from byte `from` on. Only a strong `etag` proves that the file is still the same one; without it, or when the
/// file changed, the download begins anew at 0.
pub(super) async fn download(
    http: &HttpClient,
    ask: &Ask,
    reach: Reach,
    from: u64,
    etag: Option<&str>,
) -> Result<Download, RecordingError> {
    let first = open(http, ask).await?;
    if first.status().is_success() {
        return taken(first, 0);
    }
    let mut address = redirect(&first)?;
    let mut range = etag
        .filter(|etag| from > 0 && etag.starts_with('"'))
        .map(|etag| (from, etag));
    for _ in 0..HOPS {
        let mut ask = Ask::new(Method::GET, address.clone(), reach, STORAGE);
        if let Some((from, etag)) = range {
            ask = ask
                .header(RANGE, &format!("bytes={from}-"))
                .header(IF_RANGE, etag);
        }
        let response = open(http, &ask).await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let (starts, _) = content_range(response.headers());
                return match starts {
                    Some(starts) if starts <= from => taken(response, starts),
                    _ => Err(cut("the storage sent another part than asked for")),
                };
            }
            StatusCode::OK => return taken(response, 0),
            StatusCode::RANGE_NOT_SATISFIABLE => {
                if content_range(response.headers()).1 == Some(from) {
                    return Ok(complete(from, etag));
                }
                range = None;
            }
            status if status.is_redirection() => address = redirect(&response)?,
            // A signed address that expired on the way, or a file that is not there yet: ask again for a fresh one.
            _ => return Err(RecordingError::NotYet),
        }
    }
    Err(cut("too many redirects"))
}

async fn open(http: &HttpClient, ask: &Ask) -> Result<Response, RecordingError> {
    let by = Deadline::after(http.now(), HEAD_MS);
    let response = http.open(ask, by).await.map_err(|error| match error {
        HttpError::Forbidden(_) | HttpError::Setup(_) => RecordingError::Refused(error.to_string()),
        other => cut(&other.to_string()),
    })?;
    Ok(response)
}

/// The address of a redirect; other statuses are the route's refusals.
fn redirect(response: &Response) -> Result<Url, RecordingError> {
    match response.status().as_u16() {
        300..=399 => response
            .headers()
            .get(LOCATION)
            .and_then(|to| to.to_str().ok())
            .and_then(|to| response.url().join(to).ok())
            .ok_or_else(|| cut("a redirect without an address")),
        404 | 425 => Err(RecordingError::NotYet),
        410 => Err(RecordingError::Gone),
        401 | 403 => Err(RecordingError::Refused("the key is not accepted".into())),
        408 | 429 | 500.. => Err(cut("the provider is unavailable")),
        code => Err(RecordingError::Refused(format!(
            "the provider answered {code}"
        ))),
    }
}

fn taken(response: Response, from: u64) -> Result<Download, RecordingError> {
    let headers = response.headers();
    let etag = headers
        .get(ETAG)
        .and_then(|etag| etag.to_str().ok())
        .filter(|etag| etag.starts_with('"'))
        .map(str::to_owned);
    let len = content_range(headers).1.or_else(|| {
        response
            .content_length()
            .map(|rest| rest.saturating_add(from))
    });
    if len.is_some_and(|len| len > LARGEST) {
        return Err(too_large());
    }
    let room = LARGEST.saturating_sub(from);
    let bytes = stream::unfold(Some((response, room)), |state| async move {
        let (mut response, room) = state?;
        match response.chunk().await {
            Ok(Some(part)) if part.len() as u64 <= room => {
                let left = room - part.len() as u64;
                Some((Ok(part.to_vec()), Some((response, left))))
            }
            Ok(Some(_)) => Some((Err(too_large()), None)),
            Ok(None) => None,
            Err(_) => Some((Err(cut("the connection broke")), None)),
        }
    });
    Ok(Download {
        len,
        from,
        etag,
        bytes: bytes.boxed(),
    })
}

/// Nothing is left to fetch.
fn complete(len: u64, etag: Option<&str>) -> Download {
    Download {
        len: Some(len),
        from: len,
        etag: etag.map(str::to_owned),
        bytes: stream::empty().boxed(),
    }
}

/// First byte and whole length of `bytes 5-9/10` or `bytes */10`.
fn content_range(headers: &HeaderMap) -> (Option<u64>, Option<u64>) {
    let parts = headers
        .get(CONTENT_RANGE)
        .and_then(|range| range.to_str().ok())
        .and_then(|range| range.trim().strip_prefix("bytes "))
        .and_then(|range| range.split_once('/'));
    match parts {
        Some((span, len)) => {
            let first = span
                .split_once('-')
                .and_then(|(first, _)| first.trim().parse().ok());
            (first, len.trim().parse().ok())
        }
        None => (None, None),
    }
}

fn cut(why: &str) -> RecordingError {
    RecordingError::Cut(why.to_owned())
}

fn too_large() -> RecordingError {
    RecordingError::Refused("the recording is larger than 2 GiB".to_owned())
}

/// What an error before the first request means for a recording.
pub(super) fn from_voice(error: &VoiceError) -> RecordingError {
    match error {
        VoiceError::Gone => RecordingError::Gone,
        VoiceError::Refused(why) => RecordingError::Refused(why.clone()),
        VoiceError::Unreachable { why, .. } => cut(why),
        VoiceError::Late => cut("no answer in time"),
    }
}
