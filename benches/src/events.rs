//! Webhooks of many calls, signed and ready to be sent.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

/// One clinic's address for webhooks.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The path, for example `/webhooks/vapi/hook_...`.
    pub path: String,
    /// The HMAC secret.
    pub secret: String,
}

/// The requests of one call, in order, as bytes for the wire.
#[derive(Debug)]
pub struct CallEvents(pub Vec<Vec<u8>>);

/// Final transcripts of one call.
const FINALS: usize = 24;
/// State-bearing messages of one call: it begins, words, it ends.
pub const PER_CALL: usize = FINALS + 2;

const WORDS: [&str; 6] = [
    "Good morning, I would like to ask about the opening hours at the end of the week.",
    "We are open from eight in the morning until half past five.",
    "And is there a parking space near the entrance, or should I come by tram?",
    "There are four spaces behind the house, and the tram stops in front of it.",
    "Thank you. Could you tell me what I should bring along for the first visit?",
    "Please bring an identity card and the form that was sent to you.",
];

fn now_ms() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "signatures carry the time of the machine"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_millis() as u64)
}

/// Prepares `calls` calls spread over the hooks. `run` keeps their ids apart from those of another run.
pub fn prepare(hooks: &[Hook], calls: usize, run: &str) -> Vec<CallEvents> {
    (0..calls)
        .map(|n| call(&hooks[n % hooks.len()], &format!("{run}-{n:08}"), n))
        .collect()
}

fn call(hook: &Hook, id: &str, n: usize) -> CallEvents {
    let began = now_ms();
    let caller = format!("+1415555{:04}", n % 10_000);
    let mut out = Vec::with_capacity(PER_CALL);
    for step in 0..PER_CALL {
        let at = began + step as u64 * 300;
        let mut message = json!({
            "timestamp": at,
            "call": {
                "id": id, "orgId": "0d9a4f3e-5b1c-4a6e-9e0f-3a6d1c2b4f50", "type": "inboundPhoneCall",
                "createdAt": "2026-01-01T10:00:00.000Z", "updatedAt": "2026-01-01T10:00:01.000Z", "status": "in-progress",
                "phoneNumberId": "77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a001", "phoneCallProvider": "twilio",
                "phoneCallProviderId": "CA00000000000000000000000000000000", "phoneCallTransport": "pstn",
                "customer": {"number": caller},
                "monitor": {
                    "listenUrl": "wss://phone-call-websocket.example/listen/0d9a4f3e",
                    "controlUrl": "https://phone-call-websocket.example/control/0d9a4f3e",
                },
            },
            "phoneNumber": {
                "id": "77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a001", "number": "+14155550111", "name": "Front desk",
                "createdAt": "2026-01-01T10:00:00.000Z", "provider": "twilio", "status": "active",
            },
            "customer": {"number": caller},
        });
        let more = if step == 0 {
            json!({"type": "status-update", "status": "in-progress"})
        } else if step == PER_CALL - 1 {
            json!({"type": "status-update", "status": "ended", "endedReason": "customer-ended-call"})
        } else {
            json!({
                "type": "transcript", "transcriptType": "final",
                "role": if step % 2 == 1 { "user" } else { "assistant" }, "transcript": WORDS[step % WORDS.len()],
            })
        };
        if let (Some(message), Some(more)) = (message.as_object_mut(), more.as_object()) {
            message.extend(more.clone());
        }
        out.push(request(hook, &json!({ "message": message }).to_string()));
    }
    CallEvents(out)
}

fn request(hook: &Hook, body: &str) -> Vec<u8> {
    let stamp = (now_ms() / 1_000).to_string();
    let mut signature = String::with_capacity(64);
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(hook.secret.as_bytes()) {
        mac.update(format!("{stamp}.{body}").as_bytes());
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
    }
    format!(
        "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         x-signature: {signature}\r\nx-timestamp: {stamp}\r\n\r\n{body}",
        hook.path,
        body.len(),
    )
    .into_bytes()
}
