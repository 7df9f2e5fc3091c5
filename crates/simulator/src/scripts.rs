//! Callers of a clinic, ready to place: administrative, medical, an emergency, and the awkward ones.

use std::collections::BTreeMap;

use crate::script::{Expect, Script, Utterance};

use Expect::{Answer, Any, Escalate, Message};

/// One line of a caller: the words and what they should lead to.
type Line = (&'static str, Expect);

const CALLERS: &[(&str, &[Line])] = &[
    (
        "opening-hours",
        &[
            ("Hi, what are your opening hours?", Answer),
            ("And are you open on Saturdays?", Answer),
            ("Great, thank you, bye.", Any),
        ],
    ),
    (
        "price",
        &[
            ("Hello, how much does a first consultation cost?", Answer),
            ("Do I have to pay on the same day?", Answer),
            ("Okay, thanks, goodbye.", Any),
        ],
    ),
    (
        "booking",
        &[
            ("I would like to book an appointment, please.", Answer),
            ("A check-up, I am a new patient.", Answer),
            ("Tuesday or Thursday morning would be best.", Answer),
            ("My name is Rosa Delgado.", Answer),
            (
                "My number is four one five, five five five, zero one four two.",
                Message,
            ),
            ("Yes, that is right.", Message),
            ("Thanks, bye.", Any),
        ],
    ),
    (
        "cancel",
        &[
            ("I need to cancel my appointment on Friday.", Answer),
            ("The name is Peter Lindqvist.", Answer),
            (
                "You can reach me at four one five, five five five, zero one seven seven.",
                Message,
            ),
            ("Yes, correct. Thank you, bye.", Any),
        ],
    ),
    (
        "insurance",
        &[
            ("Which insurance plans do you accept?", Answer),
            ("Do you bill the insurance directly?", Answer),
            ("All right, thank you. Goodbye.", Any),
        ],
    ),
    (
        "directions",
        &[
            ("How do I get to the clinic from the train station?", Answer),
            ("Is there somewhere to park?", Answer),
            ("Perfect, bye.", Any),
        ],
    ),
    (
        "medical-swelling",
        &[
            (
                "Hello, I had a procedure with you last week and the area is more swollen today, is that normal?",
                Escalate,
            ),
            (
                "Yes, please, take a message then. My name is Ingrid Falk.",
                Message,
            ),
            (
                "My number is four one five, five five five, zero one three three.",
                Message,
            ),
            ("Yes, that is correct.", Message),
            ("Please have somebody call me back today. Thank you.", Any),
        ],
    ),
    (
        "medical-dosage",
        &[
            (
                "I was given some tablets after my visit, can I take two of them instead of one?",
                Escalate,
            ),
            (
                "Please ask somebody to call me. This is Marco Bianchi.",
                Message,
            ),
            (
                "Four one five, five five five, zero one eight eight.",
                Message,
            ),
            ("Yes, that is right, thanks.", Any),
        ],
    ),
    (
        "emergency",
        &[
            (
                "My husband has strong chest pain and his arm feels numb, what should I do?",
                Escalate,
            ),
            ("All right, I will do that now.", Any),
        ],
    ),
    (
        "human",
        &[
            ("I want to speak to a real person, please.", Escalate),
            ("Then take a message. My name is Dana Whitfield.", Message),
            (
                "The number is four one five, five five five, zero one six one.",
                Message,
            ),
            ("Yes. Thank you, goodbye.", Any),
        ],
    ),
    (
        "key-zero",
        &[
            ("#0", Escalate),
            ("My name is Oluwaseun Ade, please call me back.", Message),
            (
                "Four one five, five five five, zero one nine nine.",
                Message,
            ),
            ("Yes, that is correct.", Any),
        ],
    ),
    (
        "message",
        &[
            ("Could you take a message for the office manager?", Message),
            ("My name is Hannah Sorensen.", Message),
            (
                "My number is four one five, five five five, zero one two five.",
                Message,
            ),
            ("Yes, that is right.", Message),
            (
                "It is about an invoice I received twice. That is all, thank you.",
                Message,
            ),
            ("Goodbye.", Any),
        ],
    ),
    (
        "spanish",
        &[
            ("Hola, buenos días. ¿A qué hora abren ustedes mañana?", Any),
            ("¿Puedo hablar con una persona, por favor?", Escalate),
            ("Me llamo Lucía Romero.", Message),
            (
                "Mi número es cuatro uno cinco, cinco cinco cinco, cero uno cuatro ocho.",
                Message,
            ),
            ("Gracias, adiós.", Any),
        ],
    ),
    (
        "chatty",
        &[
            ("Hi there, how are you doing today?", Any),
            (
                "I am fine too, it has been raining here all morning and my dog refuses to leave the house.",
                Any,
            ),
            (
                "Anyway, I wanted to ask, do you have evening appointments at all?",
                Answer,
            ),
            (
                "!1500:Oh wait, before I forget, do you also see children?",
                Answer,
            ),
            ("Sorry, could you say that again?", Answer),
            ("You are very kind. Have a nice day, bye.", Any),
        ],
    ),
    ("silent", &[]),
    (
        "goodbye",
        &[("Oh, I think I called the wrong number. Goodbye.", Any)],
    ),
    (
        "medical-late",
        &[
            ("Hello, when do you close today?", Answer),
            (
                "!1200:Thanks, and also, since yesterday I feel dizzy when I stand up, is that from the treatment?",
                Escalate,
            ),
            ("Yes, they can call me. My name is Viktor Haas.", Message),
            (
                "Four one five, five five five, zero one five four.",
                Message,
            ),
            ("Yes. Thanks.", Any),
        ],
    ),
];

/// All callers, in a fixed order.
pub fn all() -> Vec<Script> {
    CALLERS
        .iter()
        .map(|(name, lines)| build(name, lines))
        .collect()
}

/// The caller of this name.
pub fn named(name: &str) -> Option<Script> {
    CALLERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(name, lines)| build(name, lines))
}

/// Reads scripts from JSON: one, or a list of them.
pub fn parse(text: &str) -> serde_json::Result<Vec<Script>> {
    if text.trim_start().starts_with('[') {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(text).map(|script| vec![script])
    }
}

/// Callers whose first question is medical: each must end with a human or a stored message.
pub fn medical() -> Vec<Script> {
    all()
        .into_iter()
        .filter(|s| s.name.starts_with("medical") || s.name == "emergency")
        .collect()
}

fn build(name: &str, lines: &[Line]) -> Script {
    Script {
        name: name.to_owned(),
        language: (name == "spanish").then(|| "es".to_owned()),
        utterances: lines.iter().map(|line| utterance(*line)).collect(),
        // The one who dialled the wrong number waits to be said goodbye to.
        hangup_after: name != "goodbye",
        transfers: BTreeMap::new(),
    }
}

/// `#` presses keys, `!ms:` cuts the answer before short after so many milliseconds.
fn utterance((text, expect): Line) -> Utterance {
    if let Some(keys) = text.strip_prefix('#') {
        let dtmf = Some(keys.to_owned());
        return Utterance {
            dtmf,
            expect: Some(expect),
            ..Utterance::default()
        };
    }
    if let Some((after, words)) = text.strip_prefix('!').and_then(|rest| rest.split_once(':')) {
        let interrupt_after_ms = after.parse().ok();
        return Utterance {
            interrupt_after_ms,
            ..Utterance::expecting(words, expect)
        };
    }
    Utterance::expecting(text, expect)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_line_expects_something() {
        let scripts = all();
        let names: BTreeSet<_> = scripts.iter().map(|s| s.name.clone()).collect();
        assert_eq!(names.len(), scripts.len());
        assert!(
            scripts
                .iter()
                .flat_map(|s| &s.utterances)
                .all(|u| u.expect.is_some())
        );
        assert!(scripts.iter().all(|s| named(&s.name).as_ref() == Some(s)));
    }

    #[test]
    fn every_medical_caller_expects_an_escalation() {
        let medical = medical();
        assert!(medical.len() >= 3);
        for script in medical {
            assert!(
                script.utterances.iter().any(|u| u.expect == Some(Escalate)),
                "{}",
                script.name
            );
        }
    }

    #[test]
    fn scripts_survive_json_and_marks_are_understood() {
        for script in all() {
            let text = serde_json::to_string(&script).unwrap();
            assert_eq!(parse(&text).unwrap()[0], script);
            assert_eq!(parse(&format!("[{text}]")).unwrap(), [script]);
        }
        assert_eq!(
            named("key-zero").unwrap().utterances[0].dtmf.as_deref(),
            Some("0")
        );
        let cut_short = &named("chatty").unwrap().utterances[3];
        assert_eq!(cut_short.interrupt_after_ms, Some(1500));
        assert!(cut_short.say.starts_with("Oh wait"));
    }
}
