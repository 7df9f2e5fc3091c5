//! What a question asks for (a price, opening hours, who, where ...), and whether a text holds it.
//!
//! Topic words say which passage is about the right thing; the asked attribute says which of those passages answers. It is
//! also the strictest check of an answer: a sentence without an amount does not answer "how much".

use super::{
    lexicon::{ASKED, TREATED},
    text::fold,
};

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

fn matching(table: &[(Attribute, &str)], text: &str) -> Attributes {
    let padded = padded(text);
    let mut out = Attributes::default();
    for (attribute, phrases) in table {
        if phrases.split('|').any(|p| has(&padded, p)) {
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

/// Whether a folded word only says that these attributes are asked for, and nothing about the topic.
pub(super) fn is_cue(asked: Attributes, word: &str) -> bool {
    ASKED
        .iter()
        .filter(|(a, _)| asked.contains(*a))
        .flat_map(|(_, phrases)| phrases.split(['|', ' ', '-']))
        .any(|cue| {
            cue.strip_suffix('*')
                .map_or(cue == word, |open| word.starts_with(open))
        })
}

/// Things a clinic is asked about itself, without naming a topic: "where are you", "what is your number".
pub(super) const fn is_of_the_house(attribute: Attribute) -> bool {
    matches!(
        attribute,
        A::Hours
            | A::Phone
            | A::Email
            | A::Website
            | A::Place
            | A::Insurance
            | A::Payment
            | A::Parking
            | A::Preparation
            | A::Cancellation
            | A::Language
    )
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

const MONTHS: &str = "january|february|march|april|may|june|july|august|september|october|november|\
     december|today|tomorrow|century|decade|since|spring|summer|autumn|winter";
const DAYS: &str = "monday*|tuesday*|wednesday*|thursday*|friday*|saturday*|sunday*|mon|tue|wed|thu|fri|\
     sat|sun|weekday*|weekend*|daily|every day|24/7|closed|noon|midnight|lunes|sabado*|\
     domingo*";
const UNITS: &str = "second*|minute*|min|mins|hour*|hr|hrs|day*|week*|month*|year*|overnight";
const NUMBERS: &str = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|\
     thirty|forty|fifty|sixty|ninety|hundred*|thousand*|million*|billion*|dozen*|half|\
     a few|several|an hour|a day|a week|a month|a year|percent|none|both|single|twice|\
     once|a couple";

/// Whether `sentence` holds a value of this attribute: an amount for a price, a clock time or day for hours, and so on.
/// Attributes without a recognizable form are always held.
pub fn holds(sentence: &str, attribute: Attribute) -> bool {
    let digits = sentence.chars().filter(char::is_ascii_digit).count();
    let text = padded(sentence);
    let any = |list: &str| list.split('|').any(|p| has(&text, p));
    let number = || digits > 0 || any(NUMBERS);
    match attribute {
        A::Price => {
            (number()
                && (sentence.contains(['$', '€', '£', '¥'])
                    || any("dollar*|usd|euro*|eur|pound*|cents|pesos|gbp|percent off")))
                || any(
                    "free|no charge|no cost|free of charge|complimentary|at no extra cost|gratis|included",
                )
        }
        A::Hours => {
            (any(DAYS) || clock(&text))
                || any("around the clock|open 24 hours|24 hours a day|o'clock")
        }
        A::Duration => (number() && any(UNITS)) || any("permanent*|same day|lifelong|immediately"),
        A::Phone => longest_digit_run(sentence) >= 7,
        A::Email => sentence
            .split_whitespace()
            .any(|w| w.contains('@') && w.contains('.')),
        A::Website => {
            any("www*|http*|https*")
                || sentence
                    .split_whitespace()
                    .any(|w| w.contains(".com") || w.contains(".org") || w.contains(".net"))
        }
        A::Time => digits > 0 || any(MONTHS) || any(DAYS) || any(NUMBERS) || any(UNITS),
        A::Count | A::Age => number() || any("all|every|no|any age"),
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
