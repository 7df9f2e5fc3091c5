//! Speaking and listening: call time, transcripts, the history, and what the recording will hold.

use serde_json::{Value, json};

use super::Call;
use crate::audio::Segment;
use crate::faults::Fault;
use crate::llm::{self, Pieces};
use crate::report::Ending;

/// Speed of speech.
const CHARS_PER_SECOND: u64 = 15;

/// A turn of the assistant that is being spoken.
pub(crate) struct Speaking {
    pieces: Vec<String>,
    since_ms: i64,
}

/// Call time it takes to say a text.
fn length_ms(text: &str) -> u64 {
    (text.chars().count() as u64 * 1000 / CHARS_PER_SECOND).max(200)
}

/// The words of `text` that are said in this time; at least one.
fn said_within(text: &str, call_ms: u64) -> &str {
    let most = (call_ms * CHARS_PER_SECOND / 1000) as usize;
    let mut end = text.find(char::is_whitespace).unwrap_or(text.len());
    for (count, (at, c)) in text.char_indices().enumerate() {
        if count > most {
            break;
        }
        if c.is_whitespace() {
            end = end.max(at);
        }
    }
    text[..end].trim_end()
}

/// Cuts a text at word boundaries into so many parts, fewer where there are fewer words.
fn split_words(text: &str, parts: usize) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts = parts.clamp(1, words.len().max(1));
    (0..parts)
        .map(|part| words[part * words.len() / parts..(part + 1) * words.len() / parts].join(" "))
        .filter(|part| !part.is_empty())
        .collect()
}

impl Call {
    /// The greeting, as the assistant's first message or from its model.
    pub(super) async fn greet(&mut self, budget: Option<u64>) {
        match self.assistant["firstMessageMode"].as_str() {
            Some("assistant-waits-for-user") => {}
            Some("assistant-speaks-first-with-model-generated-message") => {
                self.answer(budget).await;
            }
            _ => {
                let text = self.assistant["firstMessage"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                self.say_text(&text, budget).await;
            }
        }
    }

    /// A whole text as one turn.
    pub(super) async fn say_alone(&mut self, text: &str) {
        self.say_text(text, None).await;
    }

    async fn say_text(&mut self, text: &str, mut budget: Option<u64>) {
        let mut pieces = Pieces::default();
        let mut all = pieces.push(text);
        all.extend(pieces.rest());
        for piece in all {
            if self.stopped() || self.say_piece(&piece, &mut budget).await {
                break;
            }
        }
        self.end_speaking().await;
    }

    /// Says one piece; true when the caller cut it short. `budget` is the call time left until the
    /// caller will.
    pub(super) async fn say_piece(&mut self, text: &str, budget: &mut Option<u64>) -> bool {
        if self.assistant_muted || text.is_empty() {
            return false;
        }
        if self.speaking.is_none() {
            self.speech_update("started", "assistant").await;
            self.speaking = Some(Speaking {
                pieces: Vec::new(),
                since_ms: self.clock.now(),
            });
        }
        let whole = length_ms(text);
        let (text, length, cut) = match *budget {
            Some(left) if left < whole => (said_within(text, left), left, true),
            _ => (text, whole, false),
        };
        self.emit("voice-input", json!({ "input": text })).await;
        if whole > 1_500 && !cut {
            let half = said_within(text, whole / 2).to_owned();
            self.hold(whole / 2, false).await;
            self.transcript("assistant", false, &half).await;
            self.hold(length - whole / 2, false).await;
        } else {
            self.hold(length, false).await;
        }
        if let Some(left) = budget {
            *left = left.saturating_sub(length);
        }
        self.transcript("assistant", true, text).await;
        self.report.sent_assistant_finals.push(text.to_owned());
        if let Some(speaking) = &mut self.speaking {
            speaking.pieces.push(text.to_owned());
        }
        if cut {
            if let Some(turn) = self.report.turns.last_mut() {
                turn.interrupted = true;
            }
            self.emit(
                "user-interrupted",
                json!({ "turnId": format!("t-{}", self.turn) }),
            )
            .await;
        }
        cut
    }

    /// Ends the assistant's turn, if it has one, and writes it into history and log.
    pub(super) async fn end_speaking(&mut self) {
        let Some(speaking) = self.speaking.take() else {
            return;
        };
        let text = speaking.pieces.join(" ");
        self.note("bot", &text, speaking.since_ms);
        self.history
            .push(json!({ "role": "assistant", "content": text }));
        self.speech_update("stopped", "assistant").await;
        self.turn += 1;
        if let Some(turn) = self.report.turns.last_mut() {
            if !turn.answer.is_empty() {
                turn.answer.push(' ');
            }
            turn.answer.push_str(&text);
        }
        let phrases = self.assistant["endCallPhrases"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let lower = text.to_lowercase();
        let final_word = phrases
            .iter()
            .filter_map(Value::as_str)
            .any(|phrase| !phrase.is_empty() && lower.contains(&phrase.to_lowercase()));
        self.report.spoken.push(text);
        self.conversation_update().await;
        if final_word {
            self.end("assistant-said-end-call-phrase", Ending::AssistantEnded);
        }
    }

    /// The caller says something: in one final or in several, perhaps with an apparent end in the
    /// middle that makes the provider ask the model too early.
    pub(super) async fn hear_utterance(&mut self, text: &str) {
        let profile = self.request.faults.clone();
        let (split, hesitates) = (
            self.dice.chance(profile.split_finals),
            self.dice.chance(profile.interrupted_turns),
        );
        let parts = self.dice.between(2, 4) as usize;
        if hesitates && text.split_whitespace().count() >= 4 {
            self.faults.add(Fault::InterruptedTurn);
            let halves = split_words(text, 2);
            self.hear(&halves[..1]).await;
            self.ask_too_early().await;
            self.hear(&halves[1..]).await;
        } else if split && text.split_whitespace().count() >= 2 {
            self.faults.add(Fault::SplitFinal);
            self.hear(&split_words(text, parts)).await;
        } else {
            self.hear(&[text.to_owned()]).await;
        }
    }

    pub(super) async fn hear_keys(&mut self, keys: &str) {
        self.hear(&[format!("User's Keypad Entry: {keys}")]).await;
    }

    async fn hear(&mut self, parts: &[String]) {
        let since = self.clock.now();
        self.speech_update("started", "user").await;
        for part in parts {
            let whole = length_ms(part);
            let steps = (whole / 1_200).min(3);
            for step in 1..=steps {
                self.hold(whole / (steps + 1), true).await;
                let heard = said_within(part, whole * step / (steps + 1)).to_owned();
                self.transcript("user", false, &heard).await;
            }
            self.hold(whole - steps * (whole / (steps + 1)), true).await;
            self.transcript("user", true, part).await;
            self.report.sent_user_finals.push(part.clone());
        }
        self.speech_update("stopped", "user").await;
        let text = parts.join(" ");
        self.note("user", &text, since);
        self.turn += 1;
        match self.history.last_mut() {
            // Two stretches without an answer between them are one message to the model.
            Some(last) if last["role"] == "user" => {
                let before = last["content"].as_str().unwrap_or_default();
                last["content"] = json!(format!("{before} {text}"));
            }
            _ => self
                .history
                .push(json!({ "role": "user", "content": text })),
        }
        self.conversation_update().await;
    }

    /// A model request on half a sentence, dropped as soon as the caller goes on.
    async fn ask_too_early(&mut self) {
        let mut early = llm::stream(
            &self.world.http,
            llm::Endpoint::read(&self.assistant),
            self.model_body(),
        );
        let patience = self
            .world
            .scaled(400)
            .max(std::time::Duration::from_millis(5));
        let waited = tokio::time::Instant::now();
        let _ = tokio::time::timeout(patience, early.heard.recv()).await;
        drop(early);
        self.spent(waited.elapsed());
    }

    /// Time in which one side speaks, and which the recording will hold.
    async fn hold(&mut self, call_ms: u64, caller: bool) {
        let from = self.clock.now();
        self.pass(call_ms).await;
        let Some(started) = self.started_ms else {
            return;
        };
        let offset = |at: i64| u64::try_from(at - started).unwrap_or(0);
        self.segments.push(Segment {
            start_ms: offset(from),
            end_ms: offset(self.clock.now()),
            caller,
        });
    }

    /// Writes a line into the log of the call.
    fn note(&mut self, role: &str, text: &str, since: i64) {
        let started = self.started_ms.unwrap_or(since);
        let now = self.clock.now().max(since + 1);
        // `(role, time)` identifies a line: no two of one role may share their time.
        let last = self
            .log
            .iter()
            .rev()
            .find(|entry| entry["role"] == role)
            .and_then(|entry| entry["time"].as_i64());
        let time = last.map_or(since, |last| since.max(last + 1));
        let mut entry = json!({
            "role": role,
            "message": text,
            "time": time,
            "endTime": now.max(time),
            "secondsFromStart": (time - started) as f64 / 1000.0,
            "duration": (now - since) as f64,
        });
        if role == "bot" {
            entry["source"] = json!("");
        }
        self.log.push(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_said_in_a_time_end_at_a_word() {
        let text = "We are open from eight to five.";
        assert_eq!(said_within(text, 0), "We");
        assert_eq!(said_within(text, 1_000), "We are open");
        assert_eq!(said_within("Word", 10), "Word");
        assert!(text.starts_with(said_within(text, 700)));
    }

    #[test]
    fn splitting_loses_no_word() {
        let text = "one two three four five";
        for parts in 1..9 {
            assert_eq!(split_words(text, parts).join(" "), text);
        }
        assert_eq!(split_words(text, 2).len(), 2);
    }
}
