//! What a question asks for (a price, opening hours, who, where ...), and whether a text holds it.
//!
//! Topic words say which passage is about the right thing; the asked attribute says which of those passages answers. It is
//! also the strictest check of an answer: a sentence without an amount does not answer "how much".

use super::text::fold;

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Something a question can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Attribute {
            $($(#[$doc])* $name,)*
        }

        impl Attribute {
            /// All attributes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

attributes! {
    /// What it costs.
    Price;
    /// When it is open.
    Hours;
    /// How long it takes or lasts.
    Duration;
    /// A telephone number.
    Phone;
    /// An e-mail address.
    Email;
    /// A web address.
    Website;
    /// A place or address.
    Place;
    /// A person.
    Person;
    /// A date or time.
    Time;
    /// A number of things.
    Count;
    /// Why, or from what.
    Cause;
    /// What is done about it.
    Treatment;
    /// How it shows.
    Symptoms;
    /// How it is found out.
    Diagnosis;
    /// How it is kept from happening.
    Prevention;
    /// Who is at risk.
    Risk;
    /// How it goes on.
    Outlook;
    /// What it is.
    Definition;
    /// What is being studied.
    Research;
    /// Whether it is inherited.
    Inheritance;
    /// Stages or kinds.
    Stages;
    /// What can go wrong.
    Complications;
    /// Insurance and plans.
    Insurance;
    /// Ways to pay.
    Payment;
    /// Where to park.
    Parking;
    /// What to do or bring beforehand.
    Preparation;
    /// What follows afterwards.
    Recovery;
    /// An age.
    Age;
    /// Cancelling or moving an appointment.
    Cancellation;
    /// Languages spoken.
    Language;
}

/// A set of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes(u32);

impl Attributes {
    /// Adds one.
    pub fn insert(&mut self, attribute: Attribute) {
        self.0 |= 1 << attribute as u32;
    }

    /// Whether it holds this one.
    pub const fn contains(self, attribute: Attribute) -> bool {
        self.0 & (1 << attribute as u32) != 0
    }

    /// Whether it is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many it holds.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Those in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its members in order.
    pub fn iter(self) -> impl Iterator<Item = Attribute> {
        Attribute::ALL
            .iter()
            .copied()
            .filter(move |a| self.contains(*a))
    }
}

use Attribute as A;

/// Phrases of questions. A phrase matches whole words; a trailing `*` lets its last word go on.
const ASKED: &[(Attribute, &[&str])] = &[
    (
        A::Price,
        &[
            "how much is",
            "how much are",
            "how much do",
            "how much does",
            "how much would",
            "how much will",
            "how much for",
            "how much to",
            "price*",
            "pricing",
            "cost",
            "costs",
            "fee",
            "fees",
            "charge",
            "charges",
            "rate",
            "rates",
            "what do you charge",
            "expensive",
            "cheap*",
            "how much",
            "cuanto cuesta*",
            "cuanto vale*",
            "precio*",
            "cuesta*",
            "cuanto cobran",
        ],
    ),
    (
        A::Hours,
        &[
            "what time do you",
            "hours",
            "when are you open",
            "are you open",
            "you open",
            "open on",
            "open at",
            "open until",
            "do you close",
            "closing time",
            "opening time*",
            "when do you open",
            "when do you close",
            "close on",
            "closed on",
            "open today",
            "open tomorrow",
            "time do you",
            "what days",
            "horario*",
            "abren",
            "abierto*",
            "cierran",
            "abre",
            "cierra",
        ],
    ),
    (
        A::Duration,
        &[
            "how long does",
            "how long do",
            "how long is",
            "how long will",
            "how long would",
            "how long are",
            "how long before",
            "how long after",
            "how long until",
            "how long",
            "duration",
            "how many minutes",
            "how many hours",
            "how many weeks",
            "how many days",
            "how soon",
            "cuanto dura*",
            "cuanto tiempo",
            "cuanto tarda*",
        ],
    ),
    (
        A::Phone,
        &[
            "phone number",
            "telephone",
            "your number",
            "fax",
            "number can i call",
            "number to call",
            "number do i call",
            "numero de telefono",
            "telefono",
        ],
    ),
    (A::Email, &["email", "e-mail", "mail address", "correo*"]),
    (
        A::Website,
        &[
            "website",
            "web site",
            "web page",
            "web address",
            "online portal",
            "pagina web",
        ],
    ),
    (
        A::Place,
        &[
            "where",
            "address",
            "located",
            "location",
            "directions",
            "how do i get to",
            "which floor",
            "what floor",
            "in what city",
            "in which city",
            "what country",
            "donde",
            "direccion",
            "ubicad*",
        ],
    ),
    (
        A::Person,
        &[
            "who",
            "whom",
            "whose",
            "which doctor*",
            "what doctor*",
            "which dentist*",
            "quien*",
        ],
    ),
    (
        A::Time,
        &[
            "when",
            "what year",
            "which year",
            "what date",
            "what day",
            "in what decade",
            "what century",
            "which century",
            "what month",
            "cuando",
            "en que ano",
            "que fecha",
        ],
    ),
    (
        A::Count,
        &[
            "how many",
            "what percentage",
            "what percent",
            "what number of",
            "cuantos",
            "cuantas",
            "how old",
            "how tall",
            "how far",
            "how large",
            "how big",
        ],
    ),
    (
        A::Cause,
        &[
            "cause*",
            "why",
            "what leads to",
            "due to what",
            "reason for",
            "por que",
        ],
    ),
    (
        A::Treatment,
        &[
            "treat*",
            "therapy",
            "therapies",
            "cure*",
            "how do you fix",
            "tratamiento*",
            "remedy",
            "remedies",
        ],
    ),
    (
        A::Symptoms,
        &[
            "symptom*",
            "sign of",
            "signs of",
            "sintoma*",
            "how do i know if",
        ],
    ),
    (
        A::Diagnosis,
        &[
            "diagnos*",
            "how is it detected",
            "tests for",
            "test for",
            "diagnostic*",
        ],
    ),
    (A::Prevention, &["prevent*", "avoid*", "prevenir"]),
    (
        A::Risk,
        &[
            "at risk",
            "risk factor*",
            "who gets",
            "who is affected",
            "how many people are affected",
            "how common",
        ],
    ),
    (
        A::Outlook,
        &[
            "outlook",
            "prognosis",
            "survival",
            "life expectancy",
            "chance of recovery",
            "pronostico",
        ],
    ),
    (
        A::Definition,
        &[
            "what is",
            "what are",
            "what's",
            "define",
            "definition of",
            "que es",
            "que son",
            "meaning of",
        ],
    ),
    (
        A::Research,
        &[
            "research",
            "clinical trial*",
            "studies",
            "being studied",
            "investigacion*",
        ],
    ),
    (
        A::Inheritance,
        &[
            "inherit*",
            "genetic*",
            "hereditary",
            "run in families",
            "runs in families",
            "hereditari*",
        ],
    ),
    (
        A::Stages,
        &[
            "stage*",
            "types of",
            "kinds of",
            "what kinds",
            "what types",
            "etapas",
            "tipos de",
        ],
    ),
    (
        A::Complications,
        &[
            "complication*",
            "side effect*",
            "go wrong",
            "dangers of",
            "risks of",
            "complicacion*",
        ],
    ),
    (
        A::Insurance,
        &[
            "insurance",
            "insured",
            "medicare",
            "medicaid",
            "in network",
            "in-network",
            "accept my plan",
            "coverage",
            "seguro*",
        ],
    ),
    (
        A::Payment,
        &[
            "pay",
            "payment*",
            "credit card*",
            "financing",
            "installment*",
            "cash",
            "cards do you",
            "pago*",
            "pagar",
            "tarjeta*",
        ],
    ),
    (A::Parking, &["park", "parking", "estacion*", "aparca*"]),
    (
        A::Preparation,
        &[
            "bring",
            "prepare*",
            "preparation*",
            "before my",
            "before the",
            "fasting",
            "eat before",
            "llevar",
            "traer",
        ],
    ),
    (
        A::Recovery,
        &[
            "recovery",
            "recover",
            "downtime",
            "aftercare",
            "back to work",
            "afterwards",
            "recuperacion*",
        ],
    ),
    (A::Age, &["age", "ages", "how old", "minimum age", "edad*"]),
    (
        A::Cancellation,
        &[
            "cancel*",
            "resched*",
            "no show",
            "no-show",
            "move my appointment",
            "change my appointment",
            "late for",
        ],
    ),
    (
        A::Language,
        &[
            "speak",
            "language*",
            "spanish",
            "interpreter*",
            "idioma*",
            "hablan",
        ],
    ),
];

/// Words of passages that treat an attribute, as [`ASKED`] writes phrases.
const TREATED: &[(Attribute, &[&str])] = &[
    (
        A::Price,
        &[
            "price*",
            "cost*",
            "fee",
            "fees",
            "charge*",
            "rate",
            "rates",
            "free of charge",
            "precio*",
        ],
    ),
    (
        A::Hours,
        &[
            "open",
            "opening hours",
            "hours",
            "closed",
            "monday*",
            "mon",
            "weekdays",
            "weekends",
            "horario*",
        ],
    ),
    (
        A::Duration,
        &[
            "minutes",
            "minute",
            "hours",
            "hour",
            "days",
            "weeks",
            "months",
            "lasts",
            "takes",
            "takes about",
        ],
    ),
    (A::Phone, &["call", "phone", "telephone", "tel"]),
    (A::Email, &["email", "e-mail"]),
    (A::Website, &["website", "www*", "http*", "online"]),
    (
        A::Place,
        &[
            "located", "address", "street", "avenue", "floor", "suite", "building", "near", "city",
            "north", "south", "east", "west",
        ],
    ),
    (
        A::Person,
        &[
            "dr",
            "director",
            "founder",
            "president",
            "by",
            "led by",
            "named",
            "physician*",
            "dentist*",
            "he",
            "she",
        ],
    ),
    (
        A::Time,
        &[
            "in",
            "year*",
            "century",
            "since",
            "until",
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
    ),
    (A::Count, &[]),
    (
        A::Cause,
        &[
            "cause*",
            "because",
            "due to",
            "result* from",
            "leads to",
            "mutation*",
            "reason*",
        ],
    ),
    (
        A::Treatment,
        &[
            "treat*",
            "therap*",
            "surger*",
            "medicine*",
            "medication*",
            "drug*",
            "cure",
            "goals of",
        ],
    ),
    (
        A::Symptoms,
        &[
            "symptom*",
            "signs",
            "sign of",
            "may include",
            "may cause",
            "pain",
            "feel*",
        ],
    ),
    (
        A::Diagnosis,
        &["diagnos*", "test", "tests", "exam*", "detected"],
    ),
    (
        A::Prevention,
        &[
            "prevent*",
            "avoid*",
            "reduce the risk",
            "lower your risk",
            "vaccine*",
            "protect*",
        ],
    ),
    (
        A::Risk,
        &[
            "risk",
            "at risk",
            "risk factor*",
            "affects",
            "more common",
            "people who",
            "occurs in",
            "most often",
            "increase*",
        ],
    ),
    (
        A::Outlook,
        &[
            "prognosis",
            "outlook",
            "survival",
            "recover*",
            "chance of",
            "life expectancy",
            "full recovery",
            "mortality",
            "progressive",
        ],
    ),
    (
        A::Definition,
        &[
            "is a",
            "is an",
            "is the",
            "are a",
            "refers to",
            "is one of",
            "are the",
            "group of",
            "also called",
            "type of",
            "also known as",
        ],
    ),
    (
        A::Research,
        &[
            "research*",
            "studies",
            "clinical trial*",
            "nih",
            "conducts",
            "supports",
            "study",
            "scientists",
            "investigat*",
        ],
    ),
    (
        A::Inheritance,
        &[
            "inherit*",
            "gene",
            "genes",
            "genetic*",
            "hereditary",
            "mutation*",
            "chromosome*",
            "familial",
            "family history",
            "passed from",
        ],
    ),
    (A::Stages, &["stage*", "types", "type", "kinds", "spread"]),
    (
        A::Complications,
        &[
            "complication*",
            "side effect*",
            "problems",
            "can lead to",
            "risks",
        ],
    ),
    (
        A::Insurance,
        &[
            "insurance",
            "insurer*",
            "plan",
            "plans",
            "medicare",
            "medicaid",
            "network",
            "coverage",
            "copay*",
        ],
    ),
    (
        A::Payment,
        &[
            "pay*",
            "card",
            "cards",
            "cash",
            "visa",
            "mastercard",
            "financing",
            "installment*",
            "check",
            "checks",
        ],
    ),
    (A::Parking, &["park*", "garage", "lot"]),
    (
        A::Preparation,
        &[
            "bring",
            "arrive",
            "before",
            "prepare*",
            "fast*",
            "id",
            "in advance",
        ],
    ),
    (
        A::Recovery,
        &[
            "recover*",
            "heal*",
            "after",
            "afterwards",
            "rest",
            "return to",
            "resume",
            "downtime",
        ],
    ),
    (
        A::Age,
        &[
            "age*",
            "years old",
            "year old",
            "adults",
            "children",
            "older",
            "younger",
        ],
    ),
    (
        A::Cancellation,
        &[
            "cancel*", "resched*", "notice", "no-show", "no show", "missed",
        ],
    ),
    (
        A::Language,
        &[
            "speak*",
            "language*",
            "spanish",
            "english",
            "bilingual",
            "interpreter*",
        ],
    ),
];

/// Folded text between spaces, so that whole words can be found by substring.
fn padded(text: &str) -> String {
    let folded = fold(text);
    let mut out = String::with_capacity(folded.len() + 2);
    out.push(' ');
    for c in folded.chars() {
        if c.is_alphanumeric() || matches!(c, '\'' | '-') {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

fn has(padded: &str, phrase: &str) -> bool {
    let (phrase, open) = phrase
        .strip_suffix('*')
        .map_or((phrase, false), |p| (p, true));
    padded.match_indices(phrase).any(|(at, _)| {
        let before = at > 0 && padded.as_bytes().get(at - 1) == Some(&b' ');
        before && (open || padded.as_bytes().get(at + phrase.len()) == Some(&b' '))
    })
}

fn matching(table: &[(Attribute, &[&str])], text: &str) -> Attributes {
    let padded = padded(text);
    let mut out = Attributes::default();
    for (attribute, phrases) in table {
        if phrases.iter().any(|p| has(&padded, p)) {
            out.insert(*attribute);
        }
    }
    out
}

/// What a question asks for. The general ones (what is, who, when) give way to the particular ones asked beside them.
pub fn asked(question: &str) -> Attributes {
    let mut out = matching(ASKED, question);
    let drop = |out: &mut Attributes, a: Attribute| out.0 &= !(1 << a as u32);
    let particular = out
        .iter()
        .any(|a| !matches!(a, A::Definition | A::Person | A::Time | A::Place | A::Count));
    if particular || out.len() > 1 {
        drop(&mut out, A::Definition);
    }
    if out.contains(A::Risk) {
        drop(&mut out, A::Person);
    }
    if out.contains(A::Hours) {
        drop(&mut out, A::Time);
    }
    if out.contains(A::Duration) {
        drop(&mut out, A::Count);
        drop(&mut out, A::Hours);
    }
    if out.contains(A::Email) || out.contains(A::Website) {
        drop(&mut out, A::Place);
    }
    if out.contains(A::Parking) {
        drop(&mut out, A::Place);
    }
    if out.contains(A::Price) {
        drop(&mut out, A::Payment);
        drop(&mut out, A::Count);
    }
    out
}

/// What a passage treats, judged by its heading and beginning.
pub fn treated(text: &str) -> Attributes {
    let mut out = matching(TREATED, text);
    for attribute in [
        A::Price,
        A::Hours,
        A::Phone,
        A::Email,
        A::Website,
        A::Count,
        A::Time,
    ] {
        if holds(text, attribute) {
            out.insert(attribute);
        }
    }
    out
}

/// Whether a sentence without the attribute cannot be an answer: for these a caller expects a figure, a time or an address.
pub const fn is_strict(attribute: Attribute) -> bool {
    matches!(
        attribute,
        A::Price
            | A::Hours
            | A::Duration
            | A::Phone
            | A::Email
            | A::Website
            | A::Time
            | A::Count
            | A::Age
    )
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "today",
    "tomorrow",
    "century",
    "decade",
    "since",
    "spring",
    "summer",
    "autumn",
    "winter",
];
const DAYS: &[&str] = &[
    "monday*",
    "tuesday*",
    "wednesday*",
    "thursday*",
    "friday*",
    "saturday*",
    "sunday*",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "weekday*",
    "weekend*",
    "daily",
    "every day",
    "24/7",
    "closed",
    "noon",
    "midnight",
    "lunes",
    "sabado*",
    "domingo*",
];
const UNITS: &[&str] = &[
    "second*",
    "minute*",
    "min",
    "mins",
    "hour*",
    "hr",
    "hrs",
    "day*",
    "week*",
    "month*",
    "year*",
    "overnight",
];
const NUMBERS: &[&str] = &[
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "ninety",
    "hundred*",
    "thousand*",
    "million*",
    "billion*",
    "dozen*",
    "half",
    "a few",
    "several",
    "an hour",
    "a day",
    "a week",
    "a month",
    "a year",
    "percent",
    "none",
    "both",
    "single",
    "twice",
    "once",
    "a couple",
];

/// Whether `sentence` holds a value of this attribute: an amount for a price, a clock time or day for hours, and so on.
/// Attributes without a recognizable form are always held.
pub fn holds(sentence: &str, attribute: Attribute) -> bool {
    let digits = sentence.chars().filter(char::is_ascii_digit).count();
    let text = padded(sentence);
    let any = |list: &[&str]| list.iter().any(|p| has(&text, p));
    let number = || digits > 0 || any(NUMBERS);
    match attribute {
        A::Price => {
            (number()
                && (sentence.contains(['$', '€', '£', '¥'])
                    || any(&[
                        "dollar*",
                        "usd",
                        "euro*",
                        "eur",
                        "pound*",
                        "cents",
                        "pesos",
                        "gbp",
                        "percent off",
                    ])))
                || any(&[
                    "free",
                    "no charge",
                    "no cost",
                    "free of charge",
                    "complimentary",
                    "at no extra cost",
                    "gratis",
                    "included",
                ])
        }
        A::Hours => {
            (any(DAYS) || clock(&text)) || any(&["around the clock", "24 hours", "o'clock"])
        }
        A::Duration => {
            (number() && any(UNITS)) || any(&["permanent*", "same day", "lifelong", "immediately"])
        }
        A::Phone => longest_digit_run(sentence) >= 7,
        A::Email => sentence
            .split_whitespace()
            .any(|w| w.contains('@') && w.contains('.')),
        A::Website => {
            any(&["www*", "http*", "https*"])
                || sentence
                    .split_whitespace()
                    .any(|w| w.contains(".com") || w.contains(".org") || w.contains(".net"))
        }
        A::Time => digits > 0 || any(MONTHS) || any(DAYS) || any(NUMBERS) || any(UNITS),
        A::Count | A::Age => number() || any(&["all", "every", "no", "any age"]),
        _ => true,
    }
}

/// A time of day such as `8 am`, `8:30`, `8am`.
fn clock(padded: &str) -> bool {
    let words: Vec<&str> = padded.split_whitespace().collect();
    let hour = |w: &str| w.parse::<u8>().is_ok_and(|h| h <= 24);
    words.iter().enumerate().any(|(at, w)| {
        let next = words.get(at + 1).copied().unwrap_or_default();
        let bare = w.trim_end_matches("am").trim_end_matches("pm");
        (bare.len() < w.len() && hour(bare))
            || (hour(w) && matches!(next, "am" | "pm" | "o'clock"))
            || (hour(w) && matches!(next, "a" | "p") && words.get(at + 2) == Some(&"m"))
            || (hour(w) && next.len() == 2 && next.parse::<u8>().is_ok_and(|m| m < 60))
    })
}

/// Digits of the longest run that only telephone punctuation interrupts.
fn longest_digit_run(text: &str) -> usize {
    let (mut best, mut run) = (0, 0);
    for c in text.chars() {
        if c.is_ascii_digit() {
            run += 1;
            best = best.max(run);
        } else if !matches!(c, ' ' | '-' | '(' | ')' | '.' | '+' | '/') {
            run = 0;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(a: Attributes) -> Vec<Attribute> {
        a.iter().collect()
    }

    #[test]
    fn questions_ask_for_what_they_ask_for() {
        assert_eq!(list(asked("How much is a check-up?")), [A::Price]);
        assert_eq!(
            list(asked("What are your opening hours on Saturday?")),
            [A::Hours]
        );
        assert_eq!(
            list(asked("How long does a root canal take?")),
            [A::Duration]
        );
        assert_eq!(list(asked("Where can I park?")), [A::Parking]);
        assert_eq!(list(asked("What is a crown?")), [A::Definition]);
        assert_eq!(list(asked("¿Cuánto cuesta una limpieza?")), [A::Price]);
        assert!(asked("Do you do whitening?").is_empty());
    }

    #[test]
    fn values_are_recognized_by_their_form() {
        assert!(
            holds("A check-up is $90.", A::Price)
                && holds("It costs ninety dollars.", A::Price)
                && holds("Consultations are free.", A::Price)
        );
        assert!(!holds("We offer 3 kinds of filler.", A::Price));
        assert!(
            holds("We open at 8:30.", A::Hours)
                && holds("from 9am to noon", A::Hours)
                && holds("Closed on holidays.", A::Hours)
        );
        assert!(!holds("Room 12 is upstairs.", A::Hours));
        assert!(
            holds("It takes forty minutes.", A::Duration) && !holds("It takes time.", A::Duration)
        );
        assert!(holds("Call (555) 010-0199.", A::Phone) && !holds("Suite 1200", A::Phone));
        assert!(holds("Write to desk@example.org.", A::Email));
    }
}
