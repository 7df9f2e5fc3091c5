//! Forms: a message, or a wish about an appointment, asked for question by question without any model.

use super::intent::yes_or_no;
use voxanne_core::{
    call::talk::{Ask, Form, FormKind, Wish},
    phone,
    pii::Pii,
    safety::{Digits, Phrase, Role, Utterance, plain},
};

/// Longest answer kept, characters.
const MOST: usize = 400;
/// After so many misses the form goes on without the answer.
const MISSES: u8 = 2;

/// What to say after an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask on.
    Ask(Vec<Phrase>),
    /// The form is complete.
    Done(Vec<Phrase>),
}

/// Begins a form; `first` is what the caller said just now, `earlier` the call before it, `services` what the clinic
/// offers. A name or a number told earlier is not asked for again.
pub fn begin(
    kind: FormKind,
    first: &str,
    earlier: &[Utterance],
    services: &[String],
    caller: Option<&Pii<String>>,
) -> (Form, Vec<Phrase>) {
    let mut form = Form {
        kind,
        ask: Ask::Name,
        misses: 0,
        service: None,
        days: None,
        returning: None,
        name: None,
        number: caller
            .and_then(|c| phone::normalize(c.expose()))
            .map(Pii::new),
        reason: None,
    };
    if matches!(kind, FormKind::Appointment(_)) {
        let said = plain(first);
        form.service = services
            .iter()
            .find(|s| {
                let service = plain(s);
                !service.is_empty() && format!(" {said} ").contains(&format!(" {service} "))
            })
            .map(|s| Pii::new(s.clone()));
    }
    let (name, number) = told(first, earlier);
    form.name = name;
    form.number = number.or(form.number);
    if matches!(kind, FormKind::Appointment(Wish::Change | Wish::Cancel)) && names_a_day(first) {
        form.service = Some(Pii::new(first.trim().chars().take(MOST).collect()));
    }
    let ask = next(&mut form, 0);
    (form, ask)
}

/// The name and the number that the caller has told, the latest ones; `said` is the latest of all.
pub fn told(said: &str, earlier: &[Utterance]) -> (Option<Pii<String>>, Option<Pii<String>>) {
    let all = || {
        let before = earlier.iter().rev().filter(|u| u.role == Role::Caller);
        std::iter::once(said).chain(before.map(|u| u.text.expose().as_str()))
    };
    (
        all().find_map(introduced).map(Pii::new),
        all().find_map(number).map(Pii::new),
    )
}

/// Asks once more what was asked last.
pub fn again(form: &mut Form) -> Vec<Phrase> {
    ask(form, form.ask)
}

/// Keeps something that was told beside what was asked; a name or a number in it counts as an answer.
pub fn aside(form: &mut Form, said: &str) -> Step {
    let (name, number) = told(said, &[]);
    let answered = match form.ask {
        Ask::Name => name.is_some(),
        Ask::Number => number.is_some(),
        _ => false,
    };
    form.name = name.or_else(|| form.name.take());
    form.number = number.or_else(|| form.number.take());
    let known = form.reason.take();
    let known = known.as_ref().map_or("", |known| known.expose().as_str());
    let reason = format!("{known} {said}");
    form.reason = Some(Pii::new(reason.trim().chars().take(MOST).collect()));
    if answered || form.misses >= MISSES {
        return on(form);
    }
    form.misses += 1;
    Step::Ask(again(form))
}

/// Takes an answer. Callers answer in their own order: a name or a number given before it was asked for is kept.
pub fn answer(form: &mut Form, said: &str) -> Step {
    let kept = || Pii::new(said.trim().chars().take(MOST).collect::<String>());
    let (given_name, given_number) = (introduced(said), number(said));
    let elsewhere = match form.ask {
        Ask::Name => given_number.is_some() && given_name.is_none(),
        Ask::Number | Ask::ConfirmNumber => given_name.is_some() && given_number.is_none(),
        Ask::Service | Ask::Days | Ask::Returning => given_name.is_some() || given_number.is_some(),
        Ask::Reason => false,
    };
    if let Some(name) = given_name {
        form.name = Some(Pii::new(name));
    }
    if let Some(number) = given_number.clone() {
        form.number = Some(Pii::new(number));
    }
    if elsewhere && form.misses < MISSES {
        // Something else was told: what was asked is asked once more, unless it is what can be done without.
        form.misses += 1;
        if matches!(form.ask, Ask::Name | Ask::Number | Ask::ConfirmNumber) {
            return Step::Ask(ask(form, form.ask));
        }
        return on(form);
    }
    match form.ask {
        Ask::Service | Ask::Days => {
            // Many say in one breath what they want and that they are new.
            form.returning = form.returning.or_else(|| told_returning(said));
            if form.ask == Ask::Service {
                form.service = Some(kept());
            } else {
                form.days = Some(kept());
            }
        }
        Ask::Returning => form.returning = returning(said),
        Ask::Name if form.name.is_none() && !may_be_a_name(said) && form.misses < MISSES => {
            form.misses += 1;
            return Step::Ask(ask(form, Ask::Name));
        }
        Ask::Name => {
            if form.name.is_none() {
                form.name = Some(Pii::new(name(said)));
            }
        }
        // Asked again because it could not be filed, "yes" is no new reason.
        Ask::Reason if form.reason.is_some() && is_assent(said) => {}
        Ask::Reason => form.reason = Some(kept()),
        Ask::Number => match given_number {
            Some(_) => form.misses = 0,
            None if form.misses < MISSES => {
                form.misses += 1;
                return Step::Ask(vec![Phrase::NumberNotUnderstood]);
            }
            None => {
                // What was heard is kept as it is: a person can make something of it.
                form.number = Some(kept());
                form.misses = 0;
                form.ask = Ask::ConfirmNumber;
            }
        },
        Ask::ConfirmNumber => match yes_or_no(said) {
            _ if given_number.is_some() => return Step::Ask(read_back(form)),
            Some(true) => form.misses = 0,
            answer => {
                if answer == Some(false) || form.misses < MISSES {
                    form.misses += 1;
                    if form.misses <= MISSES {
                        form.ask = Ask::Number;
                        form.number = None;
                        return Step::Ask(vec![Phrase::AskNumber]);
                    }
                }
            }
        },
    }
    on(form)
}

/// Goes on after what was asked last.
fn on(form: &mut Form) -> Step {
    let past = order(form.kind)
        .iter()
        .position(|a| *a == form.ask)
        .map_or(0, |at| at + 1);
    let asked = next(form, past);
    if asked.is_empty() {
        Step::Done(done(form))
    } else {
        Step::Ask(asked)
    }
}

fn order(kind: FormKind) -> &'static [Ask] {
    use Ask::{ConfirmNumber, Days, Name, Number, Reason, Returning, Service};
    match kind {
        FormKind::Message => &[Name, Number, ConfirmNumber, Reason],
        // What it is about was said already; a caller in need is not asked again.
        FormKind::Escalation => &[Name, Number, ConfirmNumber],
        FormKind::Appointment(Wish::Book) => {
            &[Service, Days, Returning, Name, Number, ConfirmNumber]
        }
        FormKind::Appointment(Wish::Change) => &[Service, Days, Name, Number, ConfirmNumber],
        FormKind::Appointment(Wish::Cancel) => &[Service, Name, Number, ConfirmNumber],
    }
}

/// Asks the first open question from position `from` on; empty when none is left.
fn next(form: &mut Form, from: usize) -> Vec<Phrase> {
    let all = order(form.kind);
    for &ask in &all[from.min(all.len())..] {
        if answered(form, ask) {
            continue;
        }
        form.ask = ask;
        return self::ask(form, ask);
    }
    Vec::new()
}

/// The question, spoken.
fn ask(form: &mut Form, what: Ask) -> Vec<Phrase> {
    let appointment = matches!(form.kind, FormKind::Appointment(_));
    vec![match what {
        Ask::Service if form.kind == FormKind::Appointment(Wish::Book) => Phrase::BookingService,
        Ask::Service => Phrase::ChangeWhich,
        Ask::Days if form.kind == FormKind::Appointment(Wish::Change) => Phrase::ChangeDays,
        Ask::Days => Phrase::BookingDays,
        Ask::Returning => Phrase::BookingNewOrReturning,
        Ask::Name if appointment => Phrase::BookingName,
        Ask::Name => Phrase::AskName,
        Ask::Number if appointment => Phrase::BookingNumber,
        Ask::Number => Phrase::AskNumber,
        Ask::ConfirmNumber => return read_back(form),
        Ask::Reason => Phrase::AskReason,
    }]
}

fn answered(form: &Form, ask: Ask) -> bool {
    match ask {
        Ask::Service => form.service.is_some(),
        Ask::Days => form.days.is_some(),
        Ask::Returning => form.returning.is_some(),
        Ask::ConfirmNumber => false,
        Ask::Name => form.name.is_some(),
        Ask::Number => form.number.is_some(),
        Ask::Reason => form.reason.is_some(),
    }
}

fn read_back(form: &mut Form) -> Vec<Phrase> {
    form.ask = Ask::ConfirmNumber;
    let number = form
        .number
        .as_ref()
        .and_then(|n| Digits::new(&spoken_digits(n.expose())));
    number.map_or_else(
        || vec![Phrase::AskNumber],
        |number| vec![Phrase::ReadNumberBack { number }],
    )
}

/// A North American country code is not read back: callers do not say it either.
fn spoken_digits(number: &str) -> String {
    number
        .strip_prefix("+1")
        .filter(|rest| rest.len() == 10)
        .unwrap_or(number)
        .to_owned()
}

fn done(form: &Form) -> Vec<Phrase> {
    vec![match form.kind {
        FormKind::Message => Phrase::MessageTaken,
        FormKind::Escalation => Phrase::UrgentMessageTaken,
        FormKind::Appointment(Wish::Book) => Phrase::BookingTaken,
        FormKind::Appointment(Wish::Change) => Phrase::ChangeTaken,
        FormKind::Appointment(Wish::Cancel) => Phrase::CancelTaken,
    }]
}

fn returning(said: &str) -> Option<bool> {
    let text = format!(" {} ", plain(said));
    let has = |list: &[&str]| list.iter().any(|w| text.contains(&format!(" {w} ")));
    if has(&[
        "returning",
        "been there",
        "been here",
        "existing",
        "came before",
        "been before",
        "not new",
        "ya soy",
        "ya he ido",
        "paciente existente",
    ]) {
        Some(true)
    } else if has(&[
        "new",
        "first time",
        "never been",
        "first visit",
        "nuevo",
        "nueva",
        "primera vez",
    ]) {
        Some(false)
    } else {
        yes_or_no(said)
    }
}

/// New or returning, where it is said without being asked.
fn told_returning(said: &str) -> Option<bool> {
    const ABOUT: [&str; 13] = [
        "new patient",
        "new client",
        "new customer",
        "new here",
        "first time",
        "first visit",
        "never been",
        "returning",
        "been there",
        "been here",
        "been before",
        "existing patient",
        "not new",
    ];
    let text = format!(" {} ", plain(said));
    ABOUT
        .iter()
        .any(|w| text.contains(&format!(" {w} ")))
        .then(|| returning(said))
        .flatten()
}

/// Nothing but "yes, that is correct" and the like, which is nobody's name.
fn is_assent(said: &str) -> bool {
    const WORDS: [&str; 24] = [
        "yes", "yeah", "yep", "no", "nope", "ok", "okay", "that", "thats", "is", "right",
        "correct", "sure", "please", "thanks", "thank", "you", "i", "do", "of", "course", "si",
        "claro", "gracias",
    ];
    let text = plain(said);
    !text.is_empty() && text.split_whitespace().all(|word| WORDS.contains(&word))
}

/// Whether a caller who was asked for their name may have told it: few words, and none of them of a sentence about
/// something else. Asked again, whatever is said is kept: a person can make something of it.
fn may_be_a_name(said: &str) -> bool {
    const ELSEWHERE: [&str; 52] = [
        "what", "why", "how", "when", "where", "who", "do", "does", "did", "is", "are", "was",
        "can", "could", "would", "will", "have", "has", "not", "dont", "cant", "need", "want",
        "help", "hurts", "pain", "bleeding", "please", "about", "because", "your", "you", "the",
        "que", "como", "cuando", "donde", "por", "para", "porque", "tengo", "quiero", "necesito",
        "puedo", "puede", "duele", "dolor", "sangre", "ayuda", "hay", "esta", "cuanto",
    ];
    // "It is Ana", "I am Ana": what is left of it is the name.
    let text = plain(&name(said));
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=6).contains(&words.len())
        && !is_assent(said)
        && !words.iter().any(|word| ELSEWHERE.contains(word))
}

/// The name of a caller who introduces themselves, without what follows it.
fn introduced(said: &str) -> Option<String> {
    const LEADS: [&str; 7] = [
        "my name is ",
        "my name's ",
        "the name is ",
        "the name's ",
        "name is ",
        "me llamo ",
        "mi nombre es ",
    ];
    let lower = said.to_lowercase();
    // Lower-casing may change lengths outside ASCII: then nothing is cut, and the words are kept whole elsewhere.
    if lower.len() != said.len() {
        return None;
    }
    let (at, lead) = LEADS
        .iter()
        .filter_map(|lead| Some((lower.find(lead)?, lead)))
        .min()?;
    let rest = said.get(at + lead.len()..)?;
    let end = rest.find([',', '.', '!', '?', ';']).unwrap_or(rest.len());
    let name = rest[..end].trim();
    let name = name.split(" and ").next().unwrap_or(name).trim();
    (!name.is_empty()).then(|| name.chars().take(80).collect())
}

/// Whether a day is named, so that "which appointment" need not be asked.
fn names_a_day(said: &str) -> bool {
    const DAYS: [&str; 17] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "today",
        "tomorrow",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
        "manana",
    ];
    plain(said).split(' ').any(|word| DAYS.contains(&word))
}

fn name(said: &str) -> String {
    let trimmed = said.trim().trim_end_matches(['.', '!', ',']);
    let lower = trimmed.to_lowercase();
    for lead in ["this is ", "it's ", "it is ", "i'm ", "i am ", "soy "] {
        if lower.len() == trimmed.len() && lower.starts_with(lead) {
            return trimmed[lead.len()..].chars().take(80).collect();
        }
    }
    trimmed.chars().take(80).collect()
}

/// The number in what was said, digits or words; at least seven digits.
pub fn number(said: &str) -> Option<String> {
    let mut digits = String::new();
    let mut twice = 1;
    for word in plain(said).split_whitespace() {
        if word.bytes().all(|b| b.is_ascii_digit()) {
            digits.push_str(word);
            continue;
        }
        let digit = match word {
            "zero" | "oh" | "o" | "cero" => "0",
            "one" | "uno" | "una" => "1",
            "two" | "dos" => "2",
            "three" | "tres" => "3",
            "four" | "cuatro" => "4",
            "five" | "cinco" => "5",
            "six" | "seis" => "6",
            "seven" | "siete" => "7",
            "eight" | "ocho" => "8",
            "nine" | "nueve" => "9",
            "double" | "doble" => {
                twice = 2;
                continue;
            }
            "triple" => {
                twice = 3;
                continue;
            }
            _ => continue,
        };
        digits.push_str(&digit.repeat(twice));
        twice = 1;
    }
    let plus = if said.trim_start().starts_with('+') {
        "+"
    } else {
        ""
    };
    if digits.len() < 7 {
        None
    } else {
        phone::normalize(&format!("{plus}{digits}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_heard_in_digits_and_words() {
        assert_eq!(number("it's 415-555-0142").as_deref(), Some("+14155550142"));
        assert_eq!(
            number("four one five, double five five, oh one four two").as_deref(),
            Some("+14155550142")
        );
        assert_eq!(number("about three weeks"), None);
    }

    #[test]
    fn assent_is_nobodys_name() {
        let (mut form, _) = begin(FormKind::Escalation, "", &[], &[], None);
        assert_eq!(
            answer(&mut form, "Yes, that is correct."),
            Step::Ask(vec![Phrase::AskName])
        );
        answer(&mut form, "Ingrid Falk");
        assert_eq!(form.name.as_ref().unwrap().expose(), "Ingrid Falk");
    }

    #[test]
    fn who_says_at_once_that_they_are_new_is_not_asked() {
        let book = FormKind::Appointment(Wish::Book);
        let (mut form, _) = begin(book, "", &[], &[], None);
        answer(&mut form, "A check-up, I am a new patient.");
        assert_eq!(form.returning, Some(false));
        assert_eq!(
            answer(&mut form, "Tuesday morning"),
            Step::Ask(vec![Phrase::BookingName])
        );
    }

    #[test]
    fn a_message_is_asked_for_in_order_and_the_number_read_back() {
        let (mut form, asked) = begin(FormKind::Message, "", &[], &[], None);
        assert_eq!(asked, [Phrase::AskName]);
        assert_eq!(
            answer(&mut form, "My name is Ada Byron."),
            Step::Ask(vec![Phrase::AskNumber])
        );
        assert_eq!(form.name.as_ref().unwrap().expose(), "Ada Byron");
        assert_eq!(
            answer(&mut form, "hm"),
            Step::Ask(vec![Phrase::NumberNotUnderstood])
        );
        let back = vec![Phrase::ReadNumberBack {
            number: Digits::new("4155550142").unwrap(),
        }];
        assert_eq!(answer(&mut form, "415 555 0142"), Step::Ask(back));
        assert_eq!(answer(&mut form, "no"), Step::Ask(vec![Phrase::AskNumber]));
        let back = vec![Phrase::ReadNumberBack {
            number: Digits::new("4155550143").unwrap(),
        }];
        assert_eq!(answer(&mut form, "415 555 0143"), Step::Ask(back));
        assert_eq!(answer(&mut form, "yes"), Step::Ask(vec![Phrase::AskReason]));
        assert_eq!(
            answer(&mut form, "the invoice"),
            Step::Done(vec![Phrase::MessageTaken])
        );
    }

    #[test]
    fn a_known_number_is_only_confirmed_and_a_named_service_not_asked_for() {
        let caller = Pii::from("+14155550142");
        let (mut form, asked) = begin(
            FormKind::Appointment(Wish::Book),
            "book a facial please",
            &[],
            &["Facial".into()],
            Some(&caller),
        );
        assert_eq!(asked, [Phrase::BookingDays]);
        assert_eq!(
            answer(&mut form, "Tuesday"),
            Step::Ask(vec![Phrase::BookingNewOrReturning])
        );
        assert_eq!(
            answer(&mut form, "hmm"),
            Step::Ask(vec![Phrase::BookingName])
        );
        assert!(
            matches!(answer(&mut form, "Ada"), Step::Ask(p) if matches!(p[0], Phrase::ReadNumberBack { .. }))
        );
        assert_eq!(
            answer(&mut form, "yes"),
            Step::Done(vec![Phrase::BookingTaken])
        );
    }

    #[test]
    fn callers_may_answer_in_their_own_order() {
        let caller = Pii::from("+14155559999");
        let (mut form, asked) = begin(
            FormKind::Appointment(Wish::Cancel),
            "cancel my appointment on Friday",
            &[],
            &[],
            Some(&caller),
        );
        assert_eq!(asked, [Phrase::BookingName]);
        let read_back = vec![Phrase::ReadNumberBack {
            number: Digits::new("4155559999").unwrap(),
        }];
        assert_eq!(
            answer(&mut form, "The name is Peter Lind."),
            Step::Ask(read_back)
        );
        let corrected = vec![Phrase::ReadNumberBack {
            number: Digits::new("4155550177").unwrap(),
        }];
        assert_eq!(
            answer(&mut form, "Reach me at 415 555 0177"),
            Step::Ask(corrected)
        );
        assert_eq!(
            answer(&mut form, "yes"),
            Step::Done(vec![Phrase::CancelTaken])
        );
        assert_eq!(form.name.unwrap().expose(), "Peter Lind");

        let (mut form, asked) = begin(
            FormKind::Message,
            "My name is Ola Ade, please call me back.",
            &[],
            &[],
            None,
        );
        assert_eq!(asked, [Phrase::AskNumber]);
        assert_eq!(form.name.as_ref().unwrap().expose(), "Ola Ade");
        assert!(matches!(answer(&mut form, "415 555 0199"), Step::Ask(_)));
    }

    #[test]
    fn what_was_told_earlier_in_the_call_is_not_asked_for_again() {
        let earlier = [
            (
                Role::Caller,
                "My name is Ada Byron, call me at 415 555 0142.",
            ),
            (Role::Receptionist, "My name is nobody, 415 555 0100."),
            (Role::Caller, "Is anybody there?"),
        ]
        .map(|(role, text)| Utterance {
            role,
            text: Pii::from(text),
        });
        let (form, asked) = begin(FormKind::Escalation, "Hello?", &earlier, &[], None);
        assert_eq!(form.name.unwrap().expose(), "Ada Byron");
        let number = Digits::new("4155550142").unwrap();
        assert_eq!(asked, [Phrase::ReadNumberBack { number }]);
    }

    #[test]
    fn a_form_always_ends() {
        let (mut form, _) = begin(FormKind::Message, "", &[], &[], None);
        for round in 0..20 {
            if let Step::Done(_) = answer(&mut form, "umm") {
                return;
            }
            assert!(round < 19, "the form never ended");
        }
    }
}
