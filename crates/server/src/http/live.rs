//! The live log over a WebSocket: a cursor over the organization's ordered log, two batches in flight, nothing queued.

use super::{Shared, auth::Caller, problem::Problem};
use axum::{
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::{collections::HashSet, time::Duration};
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::live::{Follower, MAX_BATCH, Next, Partial, View};
use voxanne_core::{ids::CallId, log::Seq, phone, tenancy::Permission};

const PROTOCOL: &str = "voxanne.log.v1";
/// The server says that it is there.
const BEAT: Duration = Duration::from_secs(5);
/// Beats between two looks at whether the session still holds.
const LOOK_EVERY: u32 = 3;
/// A client that takes no frame for this long is gone.
const WRITE: Duration = Duration::from_secs(10);
/// A client has this long to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Batches a client may leave unacknowledged.
const WINDOW: usize = 2;
const MOST_TOPICS: usize = 64;
const MOST_FRAME: usize = 16 << 10;
/// Sockets of this process.
const MOST_SOCKETS: u64 = 20_000;

/// The routes.
pub fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Follow the organization's log over a WebSocket (subprotocol `voxanne.log.v1`, see docs/api-design.md).
#[utoipa::path(get, path = "/live", tag = "live", responses((status = 101, description = "Switching to the log's frames"), (status = 401, body = super::problem::ProblemBody)))]
async fn live(State(state): State<Shared>, caller: Caller, upgrade: WebSocketUpgrade) -> Response {
    if let Err(problem) = caller.require(Permission::CallsRead) {
        return problem.into_response();
    }
    if state.app.live.sockets() >= MOST_SOCKETS {
        return Problem::too_many("too many live connections: try again in a moment", 5_000)
            .into_response();
    }
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MOST_FRAME)
        .max_frame_size(MOST_FRAME)
        .on_upgrade(move |socket| async move {
            metrics::gauge!("voxanne_sockets").increment(1.0);
            let _ = Socket {
                state,
                caller,
                wire: socket,
                topics: HashSet::new(),
                cursor: 0,
                acked: 0,
                in_flight: Vec::new(),
            }
            .serve()
            .await;
            metrics::gauge!("voxanne_sockets").decrement(1.0);
        })
}

#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "lowercase")]
enum FromClient {
    Hello { cursor: Seq, topics: Vec<String> },
    Ack { cursor: Seq },
}

/// The socket is over; nothing is left to do.
struct Gone;

struct Socket {
    state: Shared,
    caller: Caller,
    wire: WebSocket,
    topics: HashSet<String>,
    cursor: Seq,
    acked: Seq,
    in_flight: Vec<Seq>,
}

impl Socket {
    async fn serve(mut self) -> Result<(), Gone> {
        let view = if self.caller.may(Permission::CallsFull) {
            View::Full
        } else {
            View::Masked
        };
        let hello = tokio::time::timeout(HELLO, self.wire.recv())
            .await
            .map_err(|_| Gone)?;
        self.heard(hello)?;
        let app = self.state.app.clone();
        let mut follower = app
            .live
            .follow(self.caller.actor.org, view)
            .await
            .map_err(|_| Gone)?;
        let floor = follower.floor().await.map_err(|_| Gone)?;
        let head = follower.head();
        self.send(&json!({"t": "welcome", "head": head, "floor": floor, "beat_s": BEAT.as_secs(), "max_batch": MAX_BATCH}))
            .await?;
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        beat.reset();
        let mut beats = 0_u32;
        loop {
            self.forward(&mut follower, false).await?;
            self.partials(&mut follower, view).await?;
            tokio::select! {
                heard = self.wire.recv() => self.heard(heard)?,
                _ = follower.changed(), if self.in_flight.len() < WINDOW => {}
                _ = beat.tick() => {
                    beats += 1;
                    self.forward(&mut follower, true).await?;
                    let head = follower.head();
                    self.send(&json!({"t": "beat", "head": head, "at": app.now()})).await?;
                    if beats.is_multiple_of(LOOK_EVERY) && !self.still_signed_in().await {
                        self.bye("revoked", 0).await?;
                    }
                }
                () = app.stop.cancelled() => self.bye("draining", 800).await?,
            }
        }
    }

    /// Sends what is new while the window is open. Stretches without anything in the topics move the client's cursor only
    /// with the next batch or beat.
    async fn forward(&mut self, follower: &mut Follower, beat: bool) -> Result<(), Gone> {
        let mut reached = self.cursor;
        if beat && reached > follower.head() {
            // A cursor beyond the log belongs to another life of it, such as before a backup was put back.
            let head = follower.head();
            self.send(&json!({"t": "resync", "reason": "restarted", "head": head}))
                .await?;
            self.cursor = head;
            self.in_flight.clear();
            return Ok(());
        }
        while self.in_flight.len() < WINDOW && follower.head() > reached {
            match follower
                .after(reached, &self.topics)
                .await
                .map_err(|_| Gone)?
            {
                Next::Resync => {
                    let head = follower.head();
                    let reason = if self.cursor > head {
                        "restarted"
                    } else {
                        "too_old"
                    };
                    self.send(&json!({"t": "resync", "reason": reason, "head": head}))
                        .await?;
                    // The client says hello again with the cursor of its fresh snapshots.
                    self.cursor = head;
                    self.in_flight.clear();
                    return Ok(());
                }
                Next::Batch { to, frames } => {
                    if to <= reached {
                        return Ok(());
                    }
                    let quiet = frames.is_empty() && follower.head() > to;
                    reached = to;
                    if frames.is_empty() && (quiet || !beat) {
                        if quiet {
                            continue;
                        }
                        return Ok(());
                    }
                    let text = format!(
                        r#"{{"t":"batch","from":{},"to":{to},"events":[{}]}}"#,
                        self.cursor,
                        frames.join(",")
                    );
                    self.write(text).await?;
                    self.cursor = to;
                    self.in_flight.push(to);
                }
            }
        }
        Ok(())
    }

    async fn partials(&mut self, follower: &mut Follower, view: View) -> Result<(), Gone> {
        for Partial {
            call,
            speaker,
            text,
            ..
        } in follower.newer_partials(&self.topics)
        {
            let shown = match view {
                View::Full => text.expose().clone(),
                View::Masked => phone::mask_in(text.expose()),
            };
            self.send(&json!({"t": "now", "k": "partial", "call": call, "role": speaker.word(), "text": shown})).await?;
        }
        Ok(())
    }

    fn heard(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Gone> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => return Ok(()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone),
        };
        match serde_json::from_str(&text) {
            Ok(FromClient::Hello { cursor, topics }) => {
                self.cursor = cursor;
                self.acked = cursor;
                self.in_flight.clear();
                self.topics = topics
                    .into_iter()
                    .filter(|t| is_topic(t))
                    .take(MOST_TOPICS)
                    .collect();
            }
            Ok(FromClient::Ack { cursor }) => {
                self.acked = self.acked.max(cursor);
                self.in_flight.retain(|sent| *sent > cursor);
            }
            // A client of a later version may say more.
            Err(_) => {}
        }
        Ok(())
    }

    async fn still_signed_in(&mut self) -> bool {
        let app = &self.state.app;
        match &self.caller.session {
            Some(who) => app
                .store
                .system()
                .signed_in(&who.session.token_hash, app.now())
                .await
                .map_or(true, |now| {
                    now.is_some_and(|now| now.role == self.caller.role)
                }),
            // A key whose look-up fails for a moment is asked for again at the next beat.
            None => match &self.caller.key {
                Some(key) => voxanne_app::members::keys::who(app, key.expose())
                    .await
                    .map_or(true, |known| known.is_some()),
                None => false,
            },
        }
    }

    async fn bye(&mut self, reason: &str, retry_ms: u64) -> Result<(), Gone> {
        self.send(&json!({"t": "bye", "reason": reason, "retry_ms": retry_ms}))
            .await?;
        let _ = self.wire.send(Message::Close(None)).await;
        Err(Gone)
    }

    async fn send(&mut self, frame: &serde_json::Value) -> Result<(), Gone> {
        self.write(frame.to_string()).await
    }

    async fn write(&mut self, text: String) -> Result<(), Gone> {
        tokio::time::timeout(WRITE, self.wire.send(Message::Text(text.into())))
            .await
            .map_err(|_| Gone)?
            .map_err(|_| Gone)
    }
}

fn is_topic(topic: &str) -> bool {
    matches!(topic, "calls" | "inbox" | "knowledge" | "settings")
        || topic
            .strip_prefix("call:")
            .is_some_and(|id| id.parse::<CallId>().is_ok())
}
