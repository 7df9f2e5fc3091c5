//! Follows the live log as a dashboard does, and counts what it should never see.

use super::staff::Staff;
use futures::{SinkExt as _, StreamExt as _};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest as _, http::HeaderValue},
};

const AGAIN: Duration = Duration::from_millis(200);

/// What came over the live socket.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct LiveFigures {
    /// Events received.
    pub events: u64,
    /// Batches that did not begin where the one before ended, or held an event out of order.
    pub gaps: u64,
    /// Times the server asked to begin anew.
    pub resyncs: u64,
    /// Times the connection was made.
    pub connections: u64,
}

/// A follower; ends when dropped.
pub(super) struct Follower {
    figures: Arc<Mutex<LiveFigures>>,
    task: JoinHandle<()>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Follower {
    /// Follows from `cursor` on, through interruptions.
    pub(super) fn start(staff: Staff, mut cursor: i64) -> Self {
        let figures = Arc::new(Mutex::new(LiveFigures::default()));
        let kept = figures.clone();
        let task = tokio::spawn(async move {
            loop {
                let note = |change: &dyn Fn(&mut LiveFigures)| {
                    change(&mut kept.lock().unwrap_or_else(PoisonError::into_inner));
                };
                // A connection that ends is made again from the same place; nothing else is lost by it.
                let _ = follow(&staff, &mut cursor, &note).await;
                tokio::time::sleep(AGAIN).await;
            }
        });
        Self { figures, task }
    }

    pub(super) fn figures(&self) -> LiveFigures {
        *self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn follow(
    staff: &Staff,
    cursor: &mut i64,
    note: &(dyn Fn(&dyn Fn(&mut LiveFigures)) + Sync),
) -> anyhow::Result<()> {
    let address = format!("{}/api/v1/live", staff.url()).replacen("http", "ws", 1);
    let mut request = address.into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("cookie", HeaderValue::from_str(staff.cookie())?);
    headers.insert(
        "sec-websocket-protocol",
        HeaderValue::from_static("voxanne.log.v1"),
    );
    let (mut wire, _) = connect_async(request).await?;
    note(&|f| f.connections += 1);
    let hello = |cursor: i64| {
        let frame = json!({"t": "hello", "cursor": cursor, "topics": ["calls", "inbox"]});
        Message::text(frame.to_string())
    };
    wire.send(hello(*cursor)).await?;
    while let Some(message) = wire.next().await {
        let Message::Text(text) = message? else {
            continue;
        };
        let frame: Value = serde_json::from_str(&text)?;
        let number = |field: &str| frame[field].as_i64().unwrap_or_default();
        match frame["t"].as_str() {
            Some("batch") => {
                let events = frame["events"].as_array().map_or(&[][..], Vec::as_slice);
                let whole = is_whole(events, number("from"), number("to"), *cursor);
                note(&|f| {
                    f.events += events.len() as u64;
                    f.gaps += u64::from(!whole);
                });
                *cursor = number("to");
                let ack = json!({"t": "ack", "cursor": *cursor}).to_string();
                wire.send(Message::text(ack)).await?;
            }
            Some("resync") => {
                note(&|f| f.resyncs += 1);
                *cursor = number("head");
                wire.send(hello(*cursor)).await?;
            }
            Some("bye") => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a batch begins at the cursor and its events rise within it.
fn is_whole(events: &[Value], from: i64, to: i64, cursor: i64) -> bool {
    let mut last = from;
    let rising = events.iter().all(|event| {
        let s = event["s"].as_i64().unwrap_or_default();
        let fits = s > last && s <= to;
        last = s;
        fits
    });
    rising && from == cursor && to >= from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_disorder_in_a_batch_are_seen() {
        let events = [json!({"s": 5}), json!({"s": 7})];
        assert!(is_whole(&events, 4, 7, 4));
        assert!(
            !is_whole(&events, 4, 7, 3),
            "it begins later than the one before ended"
        );
        assert!(!is_whole(&events, 4, 6, 4), "an event beyond its end");
        assert!(!is_whole(&[json!({"s": 7}), json!({"s": 5})], 4, 7, 4));
    }
}
