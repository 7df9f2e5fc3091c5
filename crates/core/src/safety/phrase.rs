//! Every fixed sentence the receptionist can speak, as a closed list.
//!
//! A sentence that is known beforehand needs no judgement at run time; its slots are types that can hold nothing but a
//! name, digits or an emergency number. A test runs every phrase in every language through the rules for answers.

use super::{answer, phrase_en, phrase_es};
use serde::{Deserialize, Serialize};

/// A language the receptionist speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Lang {
    /// The language of a turn by its commonest words; None when it says too little to tell.
    pub fn detect(said: &str) -> Option<Self> {
        const ES: &[&str] = &[
            "el", "la", "los", "las", "de", "que", "es", "una", "un", "para", "por", "con", "mi",
            "cita", "hola", "gracias", "tengo", "quiero", "cuanto", "cual", "donde", "como",
            "cuando", "puedo", "buenos", "buenas", "si", "esta", "estoy", "necesito", "hablar",
            "favor", "se", "y", "del", "al", "su", "hay", "horario", "cuesta", "duele",
        ];
        const EN: &[&str] = &[
            "the",
            "is",
            "are",
            "you",
            "i",
            "my",
            "a",
            "an",
            "to",
            "for",
            "of",
            "and",
            "do",
            "have",
            "can",
            "what",
            "when",
            "where",
            "how",
            "hello",
            "hi",
            "thanks",
            "please",
            "appointment",
            "yes",
            "need",
            "want",
            "with",
            "your",
            "it",
            "would",
            "like",
            "much",
            "does",
            "in",
            "on",
            "im",
            "this",
            "that",
        ];
        let text = super::text::plain(said);
        let count = |list: &[&str]| text.split(' ').filter(|word| list.contains(word)).count();
        let (es, en) = (count(ES), count(EN));
        match es.cmp(&en) {
            std::cmp::Ordering::Greater => Some(Self::Es),
            std::cmp::Ordering::Less => Some(Self::En),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// A name that may stand in a phrase: of the clinic, or of the person or desk that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken(String);

impl Spoken {
    /// Longest name in characters.
    pub const MAX: usize = 80;

    /// Accepts 1 to 80 letters, digits and marks of names that make no medical claim.
    pub fn new(name: &str) -> Option<Self> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let allowed = |c: char| c.is_alphanumeric() || " &'’.,-/()+".contains(c);
        let fits = !name.is_empty()
            && name.chars().count() <= Self::MAX
            && name.chars().all(allowed)
            && name.chars().any(char::is_alphanumeric)
            && answer::claim(&name).is_none();
        fits.then_some(Self(name))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number read back digit by digit.
#[derive(Clone, PartialEq, Eq)]
pub struct Digits(String);

impl Digits {
    /// Takes the digits (0-9) out of a number as written; None unless there are 3 to 15.
    pub fn new(number: &str) -> Option<Self> {
        let digits: String = number
            .chars()
            .filter(char::is_ascii_digit)
            .take(16)
            .collect();
        (3..=15).contains(&digits.len()).then_some(Self(digits))
    }

    /// "5 5 5, 0 1 2": groups of three, the last of up to four, so that a voice pauses.
    pub(super) fn spoken(&self) -> String {
        let all: Vec<char> = self.0.chars().collect();
        let mut out = String::new();
        for (index, digit) in all.iter().enumerate() {
            if index > 0 {
                let left = all.len() - index;
                out.push_str(if index % 3 == 0 && left >= 3 {
                    ", "
                } else {
                    " "
                });
            }
            out.push(*digit);
        }
        out
    }
}

impl std::fmt::Debug for Digits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<caller data>")
    }
}

/// The number to call in an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyNumber(Option<String>);

impl EmergencyNumber {
    /// The number of the country with this two-letter code; a country not on the list has no number and is spoken as
    /// "your local emergency number".
    pub fn of_country(code: &str) -> Self {
        let number = match code.trim().to_ascii_uppercase().as_str() {
            "US" | "CA" | "MX" | "PR" | "AR" | "CR" | "DO" | "EC" | "GT" | "HN" | "PA" | "PE"
            | "PY" | "SV" | "UY" | "VE" | "PH" | "JM" | "BS" => "911",
            "GB" | "UK" | "HK" | "SG" | "MY" | "KE" => "999",
            "AU" => "000",
            "NZ" => "111",
            "AT" | "BE" | "BG" | "CO" | "CY" | "CZ" | "DE" | "DK" | "EE" | "ES" | "FI" | "FR"
            | "GR" | "HR" | "HU" | "IE" | "IN" | "IS" | "IT" | "LT" | "LU" | "LV" | "MT" | "NL"
            | "NO" | "PL" | "PT" | "RO" | "SE" | "SI" | "SK" | "TR" | "UA" | "ZA" => "112",
            "CL" => "131",
            "BR" => "192",
            _ => return Self(None),
        };
        Self(Some(number.to_owned()))
    }

    /// The number a clinic has set; what is no number of 2 to 6 digits is spoken as "your local emergency number".
    pub fn new(digits: &str) -> Self {
        let fits = (2..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        Self(fits.then(|| digits.to_owned()))
    }

    /// The number in digits, if there is a known one.
    pub fn digits(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Small talk that needs no documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmallTalk {
    /// "Hello".
    Hello,
    /// "How are you".
    HowAreYou,
    /// "Thank you".
    Thanks,
    /// "Are you a robot", "who am I talking to".
    WhoAreYou,
    /// "Are you there", "can you hear me".
    AreYouThere,
    /// "Do you speak Spanish".
    Languages,
    /// Compliments, jokes, the weather.
    Chat,
    /// "OK", "all right".
    Acknowledge,
    /// "One moment", "hold on".
    TakeYourTime,
}

/// A fixed sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phrase {
    /// First sentence of a call when the clinic has not written its own.
    Greeting {
        /// The clinic.
        clinic: Spoken,
    },
    /// First sentence when the clinic's name cannot be spoken.
    GreetingUnnamed,
    /// A medical question goes to a human.
    MedicalHandOff,
    /// What to do in an emergency; said before anything else.
    Emergency {
        /// The number to call.
        number: EmergencyNumber,
    },
    /// A transfer begins.
    Connecting {
        /// Who is called, if it has a name.
        target: Option<Spoken>,
    },
    /// The next target is tried.
    TryingAnother,
    /// Nobody answered; a message is taken instead.
    CouldNotReach {
        /// Who was called, if it has a name.
        target: Option<Spoken>,
    },
    /// The caller asked for a person.
    HumanRequested,
    /// The caller asked for a person and none can be called now.
    HumanUnavailable,
    /// Asks for the caller's name.
    AskName,
    /// Asks for a number to call back.
    AskNumber,
    /// The number was not understood.
    NumberNotUnderstood,
    /// Reads the number back and asks whether it is right.
    ReadNumberBack {
        /// The number understood.
        number: Digits,
    },
    /// Asks what the message is about.
    AskReason,
    /// The message is stored.
    MessageTaken,
    /// The message is stored and marked urgent.
    UrgentMessageTaken,
    /// The caller gives up leaving a message.
    MessageDropped,
    /// The documents do not answer this; offers a message.
    DontKnow,
    /// Offers to take a message.
    OfferMessage,
    /// Nothing was understood.
    Clarify,
    /// Nothing was understood again; offers a person.
    ClarifyAgain,
    /// The caller is silent.
    StillThere,
    /// Small talk.
    Small(SmallTalk),
    /// Asked to repeat, and nothing was said yet.
    NothingToRepeat,
    /// Before repeating the last sentence.
    LetMeRepeat,
    /// Asks for the next question.
    AnythingElse,
    /// Asks what the caller wants.
    HowCanIHelp,
    /// Last sentence.
    Goodbye,
    /// Last sentence with the clinic's name.
    GoodbyeFrom {
        /// The clinic.
        clinic: Spoken,
    },
    /// The answer takes a moment.
    Hold,
    /// Something went wrong on our side.
    Apology,
    /// Something went wrong on our side; a message is taken.
    ApologyOfferMessage,
    /// Booking: which service.
    BookingService,
    /// Booking: which days and times suit.
    BookingDays,
    /// Booking: new or returning.
    BookingNewOrReturning,
    /// Booking: name.
    BookingName,
    /// Booking: number.
    BookingNumber,
    /// The request is stored; nothing is promised.
    BookingTaken,
    /// Change or cancel: which appointment.
    ChangeWhich,
    /// Change: which days suit instead.
    ChangeDays,
    /// The wish to change is stored; nothing is promised.
    ChangeTaken,
    /// The wish to cancel is stored; nothing is promised.
    CancelTaken,
    /// Asked whether somebody is a patient.
    CannotConfirmPatient,
    /// Asked for records, results, appointments of somebody.
    CannotReadRecords,
    /// No medical advice, said once when a caller insists.
    NoMedicalAdvice,
    /// The clinic is closed now; a message is possible.
    ClosedNow,
}

impl Phrase {
    /// The sentence in a language.
    pub(super) fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => phrase_en::text(self),
            Lang::Es => phrase_es::text(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn all() -> Vec<Phrase> {
        use Phrase as P;
        let clinic = || Spoken::new("Lakeside Clinic").unwrap();
        let mut phrases = vec![
            P::Greeting { clinic: clinic() },
            P::GreetingUnnamed,
            P::MedicalHandOff,
            P::Emergency {
                number: EmergencyNumber::of_country("US"),
            },
            P::Emergency {
                number: EmergencyNumber::of_country("??"),
            },
            P::Connecting { target: None },
            P::Connecting {
                target: Spoken::new("the nurses' desk"),
            },
            P::TryingAnother,
            P::CouldNotReach { target: None },
            P::CouldNotReach {
                target: Spoken::new("Dr. Reyes"),
            },
            P::HumanRequested,
            P::HumanUnavailable,
            P::AskName,
            P::AskNumber,
            P::NumberNotUnderstood,
            P::ReadNumberBack {
                number: Digits::new("+1 (555) 010-0123").unwrap(),
            },
            P::AskReason,
            P::MessageTaken,
            P::UrgentMessageTaken,
            P::MessageDropped,
            P::DontKnow,
            P::OfferMessage,
            P::Clarify,
            P::ClarifyAgain,
            P::StillThere,
            P::NothingToRepeat,
            P::LetMeRepeat,
            P::AnythingElse,
            P::HowCanIHelp,
            P::Goodbye,
            P::GoodbyeFrom { clinic: clinic() },
            P::Hold,
            P::Apology,
            P::ApologyOfferMessage,
            P::BookingService,
            P::BookingDays,
            P::BookingNewOrReturning,
            P::BookingName,
            P::BookingNumber,
            P::BookingTaken,
            P::ChangeWhich,
            P::ChangeDays,
            P::ChangeTaken,
            P::CancelTaken,
            P::CannotConfirmPatient,
            P::CannotReadRecords,
            P::NoMedicalAdvice,
            P::ClosedNow,
        ];
        use SmallTalk as S;
        phrases.extend(
            [
                S::Hello,
                S::HowAreYou,
                S::Thanks,
                S::WhoAreYou,
                S::AreYouThere,
                S::Languages,
                S::Chat,
                S::Acknowledge,
                S::TakeYourTime,
            ]
            .map(P::Small),
        );
        phrases
    }

    #[test]
    fn every_phrase_passes_the_rules_it_is_exempt_from() {
        for phrase in all() {
            for lang in [Lang::En, Lang::Es] {
                let text = phrase.text(lang);
                assert_eq!(
                    answer::wording(&text).map(|a| a.as_str().to_owned()),
                    Ok(text.clone()),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn f7_3_the_greeting_says_that_it_is_automated_and_recorded() {
        let text = Phrase::Greeting {
            clinic: Spoken::new("Lakeside").unwrap(),
        }
        .text(Lang::En);
        assert!(
            text.contains("automated receptionist")
                && text.contains("recorded")
                && text.contains("Lakeside")
        );
        let text = Phrase::GreetingUnnamed.text(Lang::Es);
        assert!(text.contains("recepcionista automática") && text.contains("graba"));
    }

    #[test]
    fn the_emergency_sentence_names_the_number_of_the_country() {
        let text = |code| {
            Phrase::Emergency {
                number: EmergencyNumber::of_country(code),
            }
            .text(Lang::En)
        };
        assert!(text("us").contains("hang up and call 911 now"));
        assert!(text("GB").contains("call 999 now"));
        assert!(text("DE").contains("call 112 now"));
        assert!(text("??").contains("your local emergency number"));
    }

    #[test]
    fn a_booking_is_never_promised() {
        for phrase in [
            Phrase::BookingTaken,
            Phrase::ChangeTaken,
            Phrase::CancelTaken,
        ] {
            let text = phrase.text(Lang::En);
            assert!(text.contains("call you to confirm"), "{text}");
        }
    }

    #[test]
    fn a_number_is_read_in_digits() {
        let text = Phrase::ReadNumberBack {
            number: Digits::new("555-010-0123").unwrap(),
        }
        .text(Lang::En);
        assert!(text.contains("5 5 5, 0 1 0, 0 1 2 3"), "{text}");
        assert_eq!(Digits::new("12"), None);
        assert_eq!(Digits::new("1234567890123456"), None);
    }

    #[test]
    fn a_name_cannot_smuggle_a_claim_or_markup() {
        assert!(Spoken::new("St. Mary's Women & Children").is_some());
        assert!(Spoken::new("").is_none());
        assert!(Spoken::new(&"x".repeat(81)).is_none());
        assert!(Spoken::new("Your swelling is normal").is_none());
        assert!(Spoken::new("<system>").is_none());
    }

    #[test]
    fn the_language_of_a_turn() {
        assert_eq!(Lang::detect("hola quiero una cita"), Some(Lang::Es));
        assert_eq!(Lang::detect("what are your hours"), Some(Lang::En));
        assert_eq!(Lang::detect("Maria Gonzalez"), None);
    }
}
