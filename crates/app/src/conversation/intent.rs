//! What a caller wants when it needs no document: greetings, goodbyes, hours, a message, an appointment. Plain words in
//! English and Spanish; whatever is not recognised goes to the documents.

use voxanne_core::{
    call::talk::Wish,
    safety::{SmallTalk, plain},
};

/// What was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The caller is done.
    Goodbye,
    /// The last words again.
    Repeat,
    /// Small talk.
    Small(SmallTalk),
    /// When the clinic is open.
    Hours,
    /// An appointment.
    Appointment(Wish),
    /// Leave a message or be called back.
    Message,
    /// Somebody's records, results or appointments.
    Records,
    /// Whether somebody is a patient.
    ConfirmPatient,
    /// Yes.
    Yes,
    /// No.
    No,
}

fn has(text: &str, phrases: &[&str]) -> bool {
    let padded = format!(" {text} ");
    phrases.iter().any(|p| padded.contains(&format!(" {p} ")))
}

/// Whether the caller agrees (true) or not (false); nothing when neither.
pub fn yes_or_no(said: &str) -> Option<bool> {
    let text = plain(said);
    const NO: &[&str] = &[
        "no",
        "nope",
        "nah",
        "not really",
        "that is wrong",
        "thats wrong",
        "wrong",
        "incorrect",
        "not correct",
        "not right",
        "never mind",
        "nevermind",
        "no gracias",
        "incorrecto",
    ];
    const YES: &[&str] = &[
        "yes",
        "yeah",
        "yep",
        "yup",
        "sure",
        "correct",
        "right",
        "that is right",
        "thats right",
        "ok",
        "okay",
        "please",
        "please do",
        "of course",
        "absolutely",
        "go ahead",
        "exactly",
        "si",
        "claro",
        "correcto",
        "vale",
        "por favor",
        "exacto",
        "bueno",
        "asi es",
    ];
    if has(&text, NO) {
        Some(false)
    } else if has(&text, YES) {
        Some(true)
    } else {
        None
    }
}

/// Whether the caller gives up what is being asked.
pub fn gives_up(said: &str) -> bool {
    has(
        &plain(said),
        &[
            "never mind",
            "nevermind",
            "forget it",
            "forget about it",
            "cancel that",
            "stop",
            "i changed my mind",
            "no message",
            "olvidelo",
            "olvidalo",
            "dejelo",
            "no importa",
        ],
    )
}

/// Recognises what needs no document.
pub fn of(said: &str) -> Option<Intent> {
    let text = plain(said);
    let words = text.split_whitespace().count();
    if words == 0 {
        return None;
    }
    if words <= 10
        && has(
            &text,
            &[
                "say that again",
                "repeat that",
                "repeat",
                "come again",
                "pardon",
                "say again",
                "didnt catch that",
                "did not catch that",
                "didnt hear you",
                "puede repetir",
                "repita",
                "otra vez por favor",
                "no le escuche",
                "que dijo",
            ],
        )
    {
        return Some(Intent::Repeat);
    }
    if has(
        &text,
        &[
            "leave a message",
            "take a message",
            "leave message",
            "call me back",
            "callback",
            "call back",
            "give me a call",
            "dejar un mensaje",
            "dejar mensaje",
            "tomar un mensaje",
            "me llamen",
            "devuelvan la llamada",
            "me devuelva la llamada",
        ],
    ) {
        return Some(Intent::Message);
    }
    if let Some(wish) = appointment(&text) {
        return Some(Intent::Appointment(wish));
    }
    if has(
        &text,
        &[
            "my records",
            "medical records",
            "my chart",
            "my file",
            "my results",
            "test results",
            "lab results",
            "his results",
            "her results",
            "her records",
            "his records",
            "mis resultados",
            "mi expediente",
            "mi historial",
            "when is my appointment",
            "what time is my appointment",
            "cuando es mi cita",
            "a que hora es mi cita",
        ],
    ) {
        return Some(Intent::Records);
    }
    if has(
        &text,
        &[
            "a patient of yours",
            "a patient there",
            "patient at your",
            "one of your patients",
            "been seen there",
            "come in today for",
            "es paciente",
            "paciente de ustedes",
            "is she a patient",
            "is he a patient",
            "is my wife a patient",
            "is my husband a patient",
        ],
    ) {
        return Some(Intent::ConfirmPatient);
    }
    if words <= 16 && hours(&text) {
        return Some(Intent::Hours);
    }
    if words <= 8
        && has(
            &text,
            &[
                "bye",
                "goodbye",
                "good bye",
                "bye bye",
                "thats all",
                "that is all",
                "that will be all",
                "nothing else",
                "im done",
                "have a good day",
                "have a nice day",
                "adios",
                "hasta luego",
                "eso es todo",
                "nada mas",
            ],
        )
    {
        return Some(Intent::Goodbye);
    }
    if words <= 9
        && let Some(small) = small_talk(&text)
    {
        return Some(Intent::Small(small));
    }
    if words <= 4 {
        return yes_or_no(said).map(|yes| if yes { Intent::Yes } else { Intent::No });
    }
    None
}

fn appointment(text: &str) -> Option<Wish> {
    const THING: &[&str] = &[
        "appointment",
        "appointments",
        "appt",
        "consultation",
        "consult",
        "visit",
        "booking",
        "session",
        "cita",
        "citas",
        "consulta",
        "reservation",
        "slot",
    ];
    let thing = has(text, THING);
    let policy = has(
        text,
        &[
            "policy",
            "fee",
            "charge",
            "charged",
            "how much",
            "cost",
            "costs",
            "price",
            "what happens if",
            "politica",
            "cuanto",
        ],
    );
    if policy {
        return None;
    }
    if thing
        && has(
            text,
            &["cancel", "canceling", "cancelling", "cancelar", "anular"],
        )
    {
        return Some(Wish::Cancel);
    }
    if has(
        text,
        &["reschedule", "rescheduling", "reagendar", "reprogramar"],
    ) || thing
        && has(
            text,
            &[
                "change",
                "move",
                "switch",
                "cambiar",
                "mover",
                "different day",
                "different time",
                "another day",
                "another time",
            ],
        )
    {
        return Some(Wish::Change);
    }
    let wish = has(
        text,
        &[
            "book",
            "schedule",
            "make",
            "set up",
            "get",
            "need",
            "want",
            "would like",
            "id like",
            "like to",
            "come in",
            "agendar",
            "reservar",
            "hacer",
            "quiero",
            "quisiera",
            "necesito",
            "pedir",
            "sacar",
        ],
    );
    let asks = has(
        text,
        &[
            "do you have",
            "are there",
            "what",
            "which",
            "how",
            "when",
            "where",
            "tienen",
            "hay",
            "que",
            "como",
        ],
    ) && !has(
        text,
        &[
            "can i",
            "could i",
            "how do i",
            "how can i",
            "puedo",
            "como puedo",
        ],
    );
    if thing && wish && !asks
        || has(
            text,
            &[
                "book me in",
                "schedule me",
                "book an appointment",
                "make an appointment",
                "schedule an appointment",
            ],
        )
    {
        return Some(Wish::Book);
    }
    None
}

fn hours(text: &str) -> bool {
    has(
        text,
        &[
            "your hours",
            "opening hours",
            "office hours",
            "business hours",
            "what hours",
            "the hours",
            "hours today",
            "hours on",
            "are you open",
            "you open",
            "you guys open",
            "do you open",
            "do you close",
            "you close",
            "you closed",
            "are you closed",
            "when do you open",
            "when do you close",
            "what time do you open",
            "what time do you close",
            "open today",
            "open tomorrow",
            "open on",
            "open now",
            "still open",
            "su horario",
            "que horario",
            "el horario",
            "horario de atencion",
            "estan abiertos",
            "abren",
            "cierran",
            "a que hora abren",
            "a que hora cierran",
        ],
    )
}

fn small_talk(text: &str) -> Option<SmallTalk> {
    let only = |list: &[&str]| list.contains(&text);
    if has(
        text,
        &[
            "are you a robot",
            "are you a machine",
            "are you human",
            "are you real",
            "are you a real person",
            "who is this",
            "who am i talking to",
            "who am i speaking to",
            "who am i speaking with",
            "is this a robot",
            "are you ai",
            "eres un robot",
            "es un robot",
            "con quien hablo",
            "quien habla",
        ],
    ) {
        return Some(SmallTalk::WhoAreYou);
    }
    if has(
        text,
        &[
            "do you speak spanish",
            "speak spanish",
            "habla espanol",
            "hablan espanol",
            "do you speak english",
            "habla ingles",
        ],
    ) {
        return Some(SmallTalk::Languages);
    }
    if has(
        text,
        &[
            "are you there",
            "can you hear me",
            "you there",
            "me escucha",
            "sigue ahi",
        ],
    ) {
        return Some(SmallTalk::AreYouThere);
    }
    if has(
        text,
        &[
            "hold on",
            "one moment",
            "one second",
            "just a second",
            "give me a second",
            "just a minute",
            "un momento",
            "espere un momento",
        ],
    ) {
        return Some(SmallTalk::TakeYourTime);
    }
    if has(
        text,
        &[
            "how are you",
            "hows it going",
            "how is your day",
            "how are you doing",
            "como esta",
            "como estas",
            "que tal",
        ],
    ) {
        return Some(SmallTalk::HowAreYou);
    }
    if has(
        text,
        &[
            "thank you",
            "thanks",
            "thank you so much",
            "many thanks",
            "appreciate it",
            "gracias",
            "muchas gracias",
        ],
    ) {
        return Some(SmallTalk::Thanks);
    }
    if only(&[
        "hello",
        "hi",
        "hey",
        "hello there",
        "hi there",
        "good morning",
        "good afternoon",
        "good evening",
        "hola",
        "buenos dias",
        "buenas tardes",
        "buenas noches",
        "buenas",
        "alo",
        "bueno",
    ]) {
        return Some(SmallTalk::Hello);
    }
    if only(&[
        "ok",
        "okay",
        "all right",
        "alright",
        "great",
        "perfect",
        "sounds good",
        "got it",
        "i see",
        "cool",
        "vale",
        "de acuerdo",
        "perfecto",
        "muy bien",
        "esta bien",
    ]) {
        return Some(SmallTalk::Acknowledge);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_wishes_are_recognised_and_questions_left_to_the_documents() {
        let cases: &[(&str, Option<Intent>)] = &[
            ("What are your hours?", Some(Intent::Hours)),
            ("Are you open on Saturday", Some(Intent::Hours)),
            ("\u{bf}A qu\u{e9} hora abren?", Some(Intent::Hours)),
            (
                "I'd like to book an appointment for a cleaning",
                Some(Intent::Appointment(Wish::Book)),
            ),
            (
                "I need to reschedule my visit",
                Some(Intent::Appointment(Wish::Change)),
            ),
            (
                "please cancel my appointment",
                Some(Intent::Appointment(Wish::Cancel)),
            ),
            (
                "Quiero hacer una cita",
                Some(Intent::Appointment(Wish::Book)),
            ),
            ("what is your cancellation policy for an appointment", None),
            ("how much is a consultation", None),
            ("Do you have morning appointments?", None),
            (
                "Can I leave a message for the manager",
                Some(Intent::Message),
            ),
            ("bye", Some(Intent::Goodbye)),
            ("Hello", Some(Intent::Small(SmallTalk::Hello))),
            ("Hello, do you take my insurance?", None),
            ("could you repeat that", Some(Intent::Repeat)),
            ("is my wife a patient there", Some(Intent::ConfirmPatient)),
            ("yes", Some(Intent::Yes)),
            ("no thanks", Some(Intent::Small(SmallTalk::Thanks))),
            ("Where can I park?", None),
        ];
        for (said, expected) in cases {
            assert_eq!(of(said), *expected, "{said}");
        }
    }

    #[test]
    fn agreement_is_heard_in_both_languages() {
        assert_eq!(yes_or_no("Yes, that's right"), Some(true));
        assert_eq!(yes_or_no("no, that is wrong"), Some(false));
        assert_eq!(yes_or_no("s\u{ed}, correcto"), Some(true));
        assert_eq!(yes_or_no("four one five"), None);
    }
}
