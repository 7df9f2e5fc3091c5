//! Live control of a running call: the control URL and the listen URL on the simulator's own host.

use std::sync::Arc;

use axum::Json;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc::error::TrySendError;

use crate::rest::errors::{Refusal, bad_request, error};
use crate::state::{LiveCall, World, lock};

/// What somebody outside wants a running call to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Command {
    Say {
        content: String,
        then_end: bool,
    },
    AddMessage {
        message: Value,
        respond: bool,
    },
    Switch(Switch),
    SayFirstMessage,
    End,
    Transfer {
        destination: Value,
        content: Option<String>,
    },
    /// Accepted and without effect here.
    Ignored,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    MuteAssistant,
    UnmuteAssistant,
    MuteCustomer,
    UnmuteCustomer,
}

impl Command {
    /// Reads a control body; the text names what is wrong with it.
    pub(crate) fn read(body: &Value) -> Result<Self, String> {
        let text = |key: &str| body[key].as_str().map(str::to_owned);
        match body["type"].as_str().unwrap_or_default() {
            "say" => Ok(Self::Say {
                content: text("content")
                    .or_else(|| text("message"))
                    .ok_or("content must be a string")?,
                then_end: body["endCallAfterSpoken"].as_bool().unwrap_or(false),
            }),
            "add-message" => {
                let message = &body["message"];
                if !message["role"].is_string() || !message["content"].is_string() {
                    return Err("message must be an object with role and content".to_owned());
                }
                Ok(Self::AddMessage {
                    message: message.clone(),
                    respond: body["triggerResponseEnabled"].as_bool().unwrap_or(true),
                })
            }
            "control" => match body["control"].as_str().unwrap_or_default() {
                "mute-assistant" => Ok(Self::Switch(Switch::MuteAssistant)),
                "unmute-assistant" => Ok(Self::Switch(Switch::UnmuteAssistant)),
                "mute-customer" => Ok(Self::Switch(Switch::MuteCustomer)),
                "unmute-customer" => Ok(Self::Switch(Switch::UnmuteCustomer)),
                "say-first-message" => Ok(Self::SayFirstMessage),
                _ => Err("control must be one of the known controls".to_owned()),
            },
            "end-call" => Ok(Self::End),
            "transfer" => {
                let destination = &body["destination"];
                let complete = match destination["type"].as_str() {
                    Some("number") => destination["number"].is_string(),
                    Some("sip") => destination["sipUri"].is_string(),
                    _ => false,
                };
                if !complete {
                    return Err("destination must be a number or a sip destination".to_owned());
                }
                Ok(Self::Transfer {
                    destination: destination.clone(),
                    content: text("content"),
                })
            }
            "handoff" | "send-transport-message" => Ok(Self::Ignored),
            _ => Err("type must be a known message type".to_owned()),
        }
    }
}

/// `POST /live/{call}/control`.
pub(crate) async fn control(
    State(world): State<Arc<World>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let live = match reach(&world, &call, &headers) {
        Ok(live) => live,
        Err(refusal) => return refusal.into_response(),
    };
    let command = match Command::read(&body) {
        Ok(command) => command,
        Err(what) => return bad_request(&[what]),
    };
    match live.commands.try_send(command) {
        Ok(()) => Json(json!({"status": "accepted"})).into_response(),
        Err(TrySendError::Full(_)) => error(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many commands on one call",
        ),
        Err(TrySendError::Closed(_)) => error(StatusCode::NOT_FOUND, "The call is over"),
    }
}

fn reach(world: &World, call: &str, headers: &HeaderMap) -> Result<LiveCall, Refusal> {
    let live = lock(&world.live)
        .get(call)
        .cloned()
        .ok_or_else(|| Refusal::from(error(StatusCode::NOT_FOUND, "No such call is running")))?;
    if let Some(key) = world.config.control_auth.as_ref().filter(|_| live.guarded) {
        let sent = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if sent != Some(format!("Bearer {key}").as_str()) {
            return Err(error(StatusCode::UNAUTHORIZED, "Invalid Key").into());
        }
    }
    Ok(live)
}

/// `GET /live/{call}/transport`: raw audio frames of 20 ms until the call ends.
pub(crate) async fn listen(
    State(world): State<Arc<World>>,
    Path(call): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    match reach(&world, &call, &headers) {
        Ok(live) => upgrade.on_upgrade(move |socket| stream(socket, world, live)),
        Err(refusal) => refusal.into_response(),
    }
}

async fn stream(mut socket: WebSocket, world: Arc<World>, live: LiveCall) {
    let frame = vec![0_u8; 640];
    loop {
        tokio::select! {
            () = live.commands.closed() => break,
            () = tokio::time::sleep(world.scaled(20)) => {
                if socket.send(Message::Binary(frame.clone().into())).await.is_err() {
                    return;
                }
            }
        }
    }
    let _ = socket.send(Message::Close(None)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_read_as_documented() {
        let read = |body: Value| Command::read(&body);
        assert_eq!(read(json!({"type":"end-call"})), Ok(Command::End));
        assert_eq!(
            read(json!({"type":"say","content":"One moment.","endCallAfterSpoken":true})),
            Ok(Command::Say {
                content: "One moment.".into(),
                then_end: true
            })
        );
        assert_eq!(
            read(json!({"type":"control","control":"mute-assistant"})),
            Ok(Command::Switch(Switch::MuteAssistant))
        );
        assert!(read(json!({"type":"transfer","destination":{"type":"number"}})).is_err());
        assert!(read(json!({"type":"dance"})).is_err());
    }
}
