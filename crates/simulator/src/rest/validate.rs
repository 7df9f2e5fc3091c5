//! What the provider refuses: wrong values, and unknown properties of the objects it checks.

use std::collections::BTreeMap;

use serde_json::Value;

/// Per object path (`assistant`, `model`, `server`, …): the properties it may have.
pub(crate) type Known = BTreeMap<String, Vec<String>>;

const MODEL_PROVIDERS: &[&str] = &[
    "anthropic",
    "anyscale",
    "azure-openai",
    "cerebras",
    "custom-llm",
    "deepinfra",
    "deep-seek",
    "google",
    "groq",
    "inflection-ai",
    "mistral",
    "openai",
    "openrouter",
    "perplexity-ai",
    "together-ai",
    "vapi",
    "xai",
];
const VOICE_PROVIDERS: &[&str] = &[
    "11labs",
    "azure",
    "cartesia",
    "custom-voice",
    "deepgram",
    "hume",
    "inworld",
    "lmnt",
    "minimax",
    "neets",
    "neuphonic",
    "openai",
    "playht",
    "rime-ai",
    "sesame",
    "smallest-ai",
    "tavus",
    "vapi",
];
const VAPI_VOICES: &[&str] = &[
    "Elliot", "Kylie", "Rohan", "Lily", "Savannah", "Hana", "Neha", "Cole", "Harry", "Paige",
    "Spencer", "Leah", "Tara", "Jess", "Leo", "Dan", "Mia", "Zac", "Zoe", "Clara", "Nico", "Kai",
    "Emma", "Sagar", "Godfrey", "Neil",
];
const TRANSCRIBERS: &[&str] = &[
    "11labs",
    "assembly-ai",
    "azure",
    "cartesia",
    "custom-transcriber",
    "deepgram",
    "gladia",
    "google",
    "openai",
    "soniox",
    "speechmatics",
    "talkscriber",
];
const SERVER_MESSAGES: &[&str] = &[
    "assistant.started",
    "assistant.speechStarted",
    "conversation-update",
    "end-of-call-report",
    "function-call",
    "hang",
    "language-changed",
    "language-change-detected",
    "model-output",
    "phone-call-control",
    "speech-update",
    "status-update",
    "transcript",
    "transcript[transcriptType=\"final\"]",
    "tool-calls",
    "transfer-destination-request",
    "handoff-destination-request",
    "transfer-update",
    "user-interrupted",
    "voice-input",
    "chat.created",
    "chat.deleted",
    "session.created",
    "session.updated",
    "session.deleted",
    "call.deleted",
    "call.delete.failed",
    "call.artifact.upload",
];
pub(crate) const NUMBER_PROVIDERS: &[&str] =
    &["vapi", "twilio", "vonage", "telnyx", "byo-phone-number"];
const TOOL_TYPES: &[&str] = &[
    "apiRequest",
    "bash",
    "code",
    "computer",
    "dtmf",
    "endCall",
    "function",
    "handoff",
    "mcp",
    "query",
    "sipRequest",
    "sms",
    "textEditor",
    "transferCall",
    "voicemail",
];

/// The lists a simulator starts with.
pub(crate) fn known_properties() -> Known {
    const LISTS: &[(&str, &str)] = &[
        (
            "assistant",
            "name transcriber model voice firstMessage firstMessageInterruptionsEnabled \
             firstMessageMode voicemailDetection clientMessages serverMessages \
             maxDurationSeconds backgroundSound backgroundDenoisingEnabled \
             modelOutputInMessagesEnabled transportConfigurations observabilityPlan credentials \
             credentialIds hooks voicemailMessage endCallMessage endCallPhrases compliancePlan \
             metadata backgroundSpeechDenoisingPlan analysisPlan artifactPlan startSpeakingPlan \
             stopSpeakingPlan monitorPlan server keypadInputPlan silenceTimeoutSeconds \
             variableValues",
        ),
        (
            "model",
            "provider model url messages tools toolIds knowledgeBase knowledgeBaseId headers \
             metadataSendMode temperature maxTokens timeoutSeconds wordLevelConfidenceEnabled \
             emotionRecognitionEnabled numFastTurns",
        ),
        (
            "server",
            "url timeoutSeconds credentialId headers encryptedPaths staticIpAddressesEnabled \
             backoffPlan secret",
        ),
        (
            "backoffPlan",
            "type maxRetries baseDelaySeconds excludedStatusCodes",
        ),
        (
            "monitorPlan",
            "listenEnabled listenAuthenticationEnabled controlEnabled \
             controlAuthenticationEnabled monitorIds",
        ),
    ];
    LISTS
        .iter()
        .map(|(path, names)| {
            (
                (*path).to_owned(),
                names.split_whitespace().map(str::to_owned).collect(),
            )
        })
        .collect()
}

struct Check<'a> {
    known: &'a Known,
    wrong: Vec<String>,
}

impl Check<'_> {
    fn say(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Unknown properties of the object at `path`, if its list is kept under `list`.
    fn properties(&mut self, value: &Value, list: &str, path: &str) {
        let Some(known) = self.known.get(list) else {
            return;
        };
        for key in value
            .as_object()
            .into_iter()
            .flat_map(|object| object.keys())
        {
            if !known.contains(key) {
                let dot = if path.is_empty() { "" } else { "." };
                self.wrong
                    .push(format!("{path}{dot}property {key} should not exist"));
            }
        }
    }

    fn one_of(&mut self, value: &Value, path: &str, allowed: &[&str]) {
        if !value.as_str().is_some_and(|text| allowed.contains(&text)) {
            self.say(format!(
                "{path} must be one of the following values: {}",
                allowed.join(", ")
            ));
        }
    }

    fn text(&mut self, value: &Value, path: &str, longest: usize) {
        match value {
            Value::Null => {}
            Value::String(text) if text.chars().count() <= longest => {}
            Value::String(_) => {
                self.say(format!(
                    "{path} must be shorter than or equal to {longest} characters"
                ));
            }
            _ => self.say(format!("{path} must be a string")),
        }
    }

    fn number(&mut self, value: &Value, path: &str, low: f64, high: f64) {
        let fits = value
            .as_f64()
            .is_some_and(|number| (low..=high).contains(&number));
        if !value.is_null() && !fits {
            self.say(format!("{path} must be a number between {low} and {high}"));
        }
    }

    fn url(&mut self, value: &Value, path: &str) {
        let fits = value.as_str().is_some_and(|text| {
            reqwest::Url::parse(text)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        });
        if !fits {
            self.say(format!("{path} must be a URL address"));
        }
    }

    /// True when there is an object to look into.
    fn object(&mut self, value: &Value, path: &str) -> bool {
        if !value.is_null() && !value.is_object() {
            self.say(format!("{path} must be an object"));
        }
        value.is_object()
    }

    fn server(&mut self, server: &Value, path: &str) {
        if !self.object(server, path) {
            return;
        }
        self.properties(server, "server", path);
        self.url(&server["url"], &format!("{path}.url"));
        self.number(
            &server["timeoutSeconds"],
            &format!("{path}.timeoutSeconds"),
            1.0,
            300.0,
        );
        let plan = &server["backoffPlan"];
        let path = format!("{path}.backoffPlan");
        if self.object(plan, &path) {
            self.properties(plan, "backoffPlan", &path);
            self.one_of(
                &plan["type"],
                &format!("{path}.type"),
                &["fixed", "exponential"],
            );
            self.number(
                &plan["maxRetries"],
                &format!("{path}.maxRetries"),
                0.0,
                10.0,
            );
            self.number(
                &plan["baseDelaySeconds"],
                &format!("{path}.baseDelaySeconds"),
                0.0,
                10.0,
            );
        }
    }
}

/// Complaints about an assistant; empty means accepted.
pub(crate) fn assistant(assistant: &Value, known: &Known) -> Vec<String> {
    let mut check = Check {
        known,
        wrong: Vec::new(),
    };
    if !assistant.is_object() {
        return vec!["assistant must be an object".to_owned()];
    }
    let mut own = assistant.clone();
    for read_only in ["id", "orgId", "createdAt", "updatedAt"] {
        if let Some(object) = own.as_object_mut() {
            object.remove(read_only);
        }
    }
    check.properties(&own, "assistant", "");
    check.text(&assistant["name"], "name", 40);
    check.text(&assistant["endCallMessage"], "endCallMessage", 1_000);
    check.text(&assistant["voicemailMessage"], "voicemailMessage", 1_000);
    check.number(
        &assistant["maxDurationSeconds"],
        "maxDurationSeconds",
        10.0,
        43_200.0,
    );
    check.server(&assistant["server"], "server");
    let model = &assistant["model"];
    if check.object(model, "model") {
        check.properties(model, "model", "model");
        check.one_of(&model["provider"], "model.provider", MODEL_PROVIDERS);
        if !model["model"].is_string() {
            check.say("model.model must be a string".to_owned());
        }
        if model["provider"] == "custom-llm" {
            check.url(&model["url"], "model.url");
        }
        check.number(&model["temperature"], "model.temperature", 0.0, 2.0);
        check.number(&model["maxTokens"], "model.maxTokens", 50.0, 10_000.0);
        check.number(&model["timeoutSeconds"], "model.timeoutSeconds", 0.0, 300.0);
        for id in model["toolIds"].as_array().into_iter().flatten() {
            if id
                .as_str()
                .is_none_or(|id| uuid::Uuid::parse_str(id).is_err())
            {
                check.say("each value in toolIds must be a UUID".to_owned());
            }
        }
        for tool in model["tools"].as_array().into_iter().flatten() {
            check.one_of(&tool["type"], "model.tools.type", TOOL_TYPES);
        }
    }
    let voice = &assistant["voice"];
    if check.object(voice, "voice") {
        check.one_of(&voice["provider"], "voice.provider", VOICE_PROVIDERS);
        if voice["provider"] == "vapi" {
            check.one_of(&voice["voiceId"], "voice.voiceId", VAPI_VOICES);
        }
    }
    let transcriber = &assistant["transcriber"];
    if check.object(transcriber, "transcriber") {
        check.one_of(
            &transcriber["provider"],
            "transcriber.provider",
            TRANSCRIBERS,
        );
    }
    let monitor = &assistant["monitorPlan"];
    if check.object(monitor, "monitorPlan") {
        check.properties(monitor, "monitorPlan", "monitorPlan");
    }
    for listed in assistant["serverMessages"].as_array().into_iter().flatten() {
        check.one_of(listed, "each value in serverMessages", SERVER_MESSAGES);
    }
    check.object(&assistant["metadata"], "metadata");
    check.object(&assistant["artifactPlan"], "artifactPlan");
    check.wrong
}

/// Complaints about a phone number.
pub(crate) fn number(number: &Value, known: &Known) -> Vec<String> {
    let mut check = Check {
        known,
        wrong: Vec::new(),
    };
    check.one_of(&number["provider"], "provider", NUMBER_PROVIDERS);
    check.text(&number["name"], "name", 40);
    check.server(&number["server"], "server");
    let fallback = &number["fallbackDestination"];
    if check.object(fallback, "fallbackDestination") {
        check.one_of(
            &fallback["type"],
            "fallbackDestination.type",
            &["number", "sip"],
        );
    }
    check.wrong
}

/// Complaints about a tool.
pub(crate) fn tool(tool: &Value, known: &Known) -> Vec<String> {
    let mut check = Check {
        known,
        wrong: Vec::new(),
    };
    check.one_of(&tool["type"], "type", TOOL_TYPES);
    check.server(&tool["server"], "server");
    check.wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_properties_are_named_with_their_path() {
        let body = json!({"model":{"provider":"custom-llm","model":"m","url":"http://h/","foo":1}});
        assert_eq!(
            assistant(&body, &known_properties()),
            ["model.property foo should not exist"]
        );
        assert!(assistant(&body, &Known::new()).is_empty());
    }

    #[test]
    fn wrong_values_are_refused() {
        for (body, part) in [
            (json!({"name":"x".repeat(41)}), "name must be shorter"),
            (
                json!({"model":{"provider":"openai","model":"m","toolIds":["x"]}}),
                "must be a UUID",
            ),
            (
                json!({"voice":{"provider":"vapi","voiceId":"elliot"}}),
                "voice.voiceId",
            ),
            (
                json!({"server":{"url":"nowhere"}}),
                "server.url must be a URL",
            ),
            (json!({"serverMessages":["everything"]}), "serverMessages"),
            (json!({"maxDurationSeconds":5}), "maxDurationSeconds"),
            (
                json!({"server":{"url":"http://h/","backoffPlan":{"type":"fixed","maxRetries":11}}}),
                "maxRetries",
            ),
        ] {
            let wrong = assistant(&body, &known_properties());
            assert!(
                wrong.iter().any(|text| text.contains(part)),
                "{body}: {wrong:?}"
            );
        }
    }
}
