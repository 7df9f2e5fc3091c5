//! Facts in a sentence that must come from a document: numbers, prices, times, days, telephone numbers, addresses of the
//! web, names of clinicians; in whatever way they are written.

use super::numerals::{Token, tokens};
use super::text::plain;
use std::collections::BTreeSet;

/// One fact, normalised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// A number in hundredths.
    Number(i64),
    /// An amount of money in hundredths.
    Price(i64),
    /// Minutes after midnight, and whether morning or afternoon is known.
    Time(u16, bool),
    /// Day of the week, Monday is 0.
    Day(u8),
    /// Seven or more digits.
    Phone(String),
    /// Address of a page or a mailbox, without scheme.
    Url(String),
    /// Family name after a title.
    Name(String),
}

/// All facts of a text.
pub(super) fn of(text: &str) -> BTreeSet<Fact> {
    in_order(text).into_iter().collect()
}

/// All facts of a text; numbers, prices and times in the order in which they are said.
pub(super) fn in_order(text: &str) -> Vec<Fact> {
    let (urls, rest) = urls(text);
    let mut facts: Vec<Fact> = urls.into_iter().map(Fact::Url).collect();
    facts.extend(names(&rest).into_iter().map(Fact::Name));
    numbers(&tokens(&rest), &mut facts);
    let words = plain_words(&rest);
    days(&words, &mut facts);
    if says_free(&words) {
        facts.push(Fact::Price(0));
    }
    facts
}

/// Whether a fact is covered by the facts of the documents.
pub(super) fn covered(fact: &Fact, known: &BTreeSet<Fact>) -> bool {
    match fact {
        Fact::Number(value) => known.iter().any(|other| match other {
            Fact::Number(v) | Fact::Price(v) => v == value,
            Fact::Time(minutes, _) => {
                let (hour, minute) = (i64::from(minutes / 60), i64::from(minutes % 60));
                [hour * 100, (hour % 12) * 100, minute * 100].contains(value)
                    || (hour % 12 == 0 && *value == 1_200)
            }
            _ => false,
        }),
        Fact::Price(value) => known.contains(&Fact::Price(*value)) || known.contains(&Fact::Number(*value)),
        Fact::Time(minutes, sure) => known.iter().any(|other| match other {
            Fact::Time(m, s) => {
                if *sure && *s { m == minutes } else { m % 720 == minutes % 720 }
            }
            Fact::Number(v) => {
                minutes % 60 == 0
                    && *v % 100 == 0
                    && (0..=24).contains(&(*v / 100))
                    && (*v / 100) % 12 == i64::from(minutes / 60) % 12
            }
            _ => false,
        }),
        Fact::Phone(digits) => known.iter().any(|other| {
            matches!(other, Fact::Phone(d) if d.ends_with(digits.as_str()) || digits.ends_with(d.as_str()))
        }),
        Fact::Url(url) => known.iter().any(|other| {
            matches!(other, Fact::Url(u) if u == url || u.strip_prefix(url.as_str()).is_some_and(|r| r.starts_with('/')))
        }),
        Fact::Day(_) | Fact::Name(_) => known.contains(fact),
    }
}

fn plain_words(text: &str) -> Vec<String> {
    super::text::clauses(text)
        .into_iter()
        .flatten()
        .map(|word| word.text)
        .collect()
}

const TLDS: &[&str] = &[
    "com", "org", "net", "health", "clinic", "care", "io", "co", "uk", "us", "ca", "mx", "es",
    "edu", "gov", "info", "example", "test", "dental", "doctor", "eu", "de", "fr", "app", "me",
    "biz", "online",
];

/// Addresses in the text, and the text without them.
fn urls(text: &str) -> (Vec<String>, String) {
    let mut found = Vec::new();
    let mut rest = String::with_capacity(text.len());
    for token in text.split_whitespace() {
        let bare = token
            .trim_matches(|c: char| !c.is_alphanumeric() && c != '/')
            .to_lowercase();
        let bare = bare
            .strip_prefix("https://")
            .or(bare.strip_prefix("http://"))
            .unwrap_or(&bare);
        let bare = bare
            .strip_prefix("www.")
            .unwrap_or(bare)
            .trim_end_matches('/');
        let host = bare.split(['/', '?', '#', ':']).next().unwrap_or("");
        let host = host.rsplit('@').next().unwrap_or("");
        let is_url = host
            .rsplit_once('.')
            .is_some_and(|(name, tld)| !name.is_empty() && TLDS.contains(&tld));
        if is_url || token.contains("://") {
            found.push(bare.to_owned());
        } else {
            rest.push_str(token);
            rest.push(' ');
        }
    }
    (found, rest)
}

const TITLES: &[&str] = &[
    "dr",
    "doctor",
    "doctora",
    "dra",
    "nurse",
    "prof",
    "professor",
    "enfermera",
    "enfermero",
];

/// The capitalised words after a title.
fn names(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if !TITLES.contains(&plain(word).as_str()) {
            continue;
        }
        for next in words[index + 1..].iter().take(3) {
            if !next.starts_with(char::is_uppercase) {
                break;
            }
            let name = next.split(['\'', '\u{2019}']).next().unwrap_or(next);
            found.push(plain(name));
            if next.ends_with(['.', ',', '?', '!', ';', ':']) && next.chars().count() > 2 {
                break;
            }
        }
    }
    found
}

const MONEY: &[&str] = &[
    "dollar", "dollars", "dolares", "usd", "bucks", "euro", "euros", "eur", "pound", "pounds",
    "gbp", "pesos", "mxn", "cents",
];

fn numbers(tokens: &[Token], facts: &mut Vec<Fact>) {
    let mut i = 0;
    while i < tokens.len() {
        match &tokens[i] {
            Token::Clock(hour, minute) => {
                let half = half_of_day(tokens, i + 1);
                facts.push(time(*hour, *minute, half));
            }
            Token::Digits { text, value, whole } => {
                if *whole && let Some((digits, used)) = phone(tokens, i) {
                    facts.push(Fact::Phone(digits));
                    i += used;
                    continue;
                }
                let priced = i
                    .checked_sub(1)
                    .is_some_and(|p| tokens[p] == Token::Currency)
                    || next_word(tokens, i + 1).is_some_and(|w| MONEY.contains(&w))
                    || tokens[i + 1..].iter().find(|t| **t != Token::Joint)
                        == Some(&Token::Currency);
                let half = half_of_day(tokens, i + 1);
                if priced {
                    facts.push(Fact::Price(*value));
                } else if let (Some(half), Ok(hour @ 0..=12)) = (half, text.parse::<u16>()) {
                    facts.push(time(hour, 0, Some(half)));
                } else {
                    facts.push(Fact::Number(*value));
                }
            }
            Token::Word(word) if word == "noon" || word == "midday" || word == "mediodia" => {
                facts.push(Fact::Time(720, true));
            }
            Token::Word(word) if word == "midnight" || word == "medianoche" => {
                facts.push(Fact::Time(0, true));
            }
            _ => {}
        }
        i += 1;
    }
}

fn next_word(tokens: &[Token], from: usize) -> Option<&str> {
    match tokens.get(from..)?.iter().find(|t| **t != Token::Joint)? {
        Token::Word(word) => Some(word),
        _ => None,
    }
}

/// Whether "am" or "pm" follows: Some(true) for the afternoon.
fn half_of_day(tokens: &[Token], from: usize) -> Option<bool> {
    let words: Vec<&str> = tokens
        .get(from..)
        .unwrap_or_default()
        .iter()
        .filter(|t| **t != Token::Joint)
        .map_while(|t| {
            if let Token::Word(w) = t {
                Some(w.as_str())
            } else {
                None
            }
        })
        .take(3)
        .collect();
    match words.as_slice() {
        ["am", ..] | ["a", "m", ..] | ["in" | "de" | "por", "the" | "la", "morning" | "manana"] => {
            Some(false)
        }
        ["pm", ..]
        | ["p", "m", ..]
        | [
            "in" | "de" | "por",
            "the" | "la",
            "afternoon" | "evening" | "tarde" | "noche",
        ]
        | ["at", "night", ..] => Some(true),
        _ => None,
    }
}

fn time(hour: u16, minute: u16, afternoon: Option<bool>) -> Fact {
    let hour = match afternoon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour % 24,
    };
    Fact::Time(hour * 60 + minute, afternoon.is_some() || hour > 12)
}

/// A telephone number that begins at token `from`: its digits and the tokens used.
fn phone(tokens: &[Token], from: usize) -> Option<(String, usize)> {
    let mut digits = String::new();
    let mut used = 0;
    let mut i = from;
    let mut gap = 0;
    while let Some(token) = tokens.get(i) {
        match token {
            Token::Digits {
                text, whole: true, ..
            } => {
                digits.push_str(text);
                i += 1;
                used = i - from;
                gap = 0;
            }
            Token::Joint if gap < 3 => {
                gap += 1;
                i += 1;
            }
            Token::Other if gap == 0 && text_len(tokens.get(i.wrapping_sub(1))) == 1 => {
                gap += 1;
                i += 1;
            }
            _ => break,
        }
    }
    (digits.len() >= 7 && digits.len() <= 18).then_some((digits, used))
}

fn text_len(token: Option<&Token>) -> usize {
    match token {
        Some(Token::Digits { text, .. }) => text.len(),
        _ => 0,
    }
}

/// Words that say that something costs nothing. That is a price, and as easily invented as one.
const FREE: &[&str] = &[
    "free",
    "complimentary",
    "gratis",
    "gratuito",
    "gratuita",
    "gratuitos",
    "gratuitas",
];

/// Whether the two plain words say that something costs nothing: "no charge", "sin coste".
pub(super) fn is_no_charge(first: &str, second: &str) -> bool {
    matches!(first, "no" | "sin")
        && matches!(
            second,
            "charge" | "cost" | "fee" | "coste" | "costo" | "cargo"
        )
}

/// Whether a plain word alone says so.
pub(super) fn is_free(word: &str) -> bool {
    FREE.contains(&word)
}

fn says_free(words: &[String]) -> bool {
    let at = |i: usize| words.get(i).map_or("", String::as_str);
    (0..words.len()).any(|i| {
        let feel_free = i > 0 && matches!(at(i - 1), "feel" | "toll");
        is_free(at(i)) && !feel_free || is_no_charge(at(i), at(i + 1))
    })
}

/// The day of the week a plain word names, Monday is 0.
pub(super) fn day(word: &str) -> Option<u8> {
    const DAYS: [&[&str]; 7] = [
        &["monday", "mondays", "mon", "lunes"],
        &["tuesday", "tuesdays", "tue", "tues", "martes"],
        &["wednesday", "wednesdays", "wed", "miercoles"],
        &["thursday", "thursdays", "thu", "thur", "thurs", "jueves"],
        &["friday", "fridays", "fri", "viernes"],
        &["saturday", "saturdays", "sat", "sabado", "sabados"],
        &["sunday", "sundays", "sun", "domingo", "domingos"],
    ];
    DAYS.iter()
        .position(|names| names.contains(&word))
        .and_then(|at| u8::try_from(at).ok())
}

fn days(words: &[String], facts: &mut Vec<Fact>) {
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).map(String::as_str);
        let Some(first) = day(word) else {
            match (word.as_str(), next) {
                ("weekday" | "weekdays", _) | ("entre", Some("semana")) => {
                    facts.extend((0..5).map(Fact::Day));
                }
                ("weekend" | "weekends", _) | ("fin" | "fines", Some("de")) => {
                    facts.extend((5..7).map(Fact::Day));
                }
                ("daily", _)
                | ("every", Some("day"))
                | ("todos", Some("los"))
                | ("7" | "seven", Some("days")) => {
                    facts.extend((0..7).map(Fact::Day));
                }
                _ => {}
            }
            continue;
        };
        facts.push(Fact::Day(first));
        let joined = matches!(
            next,
            Some("to" | "through" | "thru" | "until" | "till" | "a" | "al" | "hasta")
        );
        let last = if joined {
            words.get(index + 2)
        } else {
            words.get(index + 1)
        };
        if let Some(last) = last.and_then(|word| day(word))
            && last > first
            && joined
        {
            facts.extend((first..=last).map(Fact::Day));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grounded(sentence: &str, passage: &str) -> bool {
        let known = of(passage);
        of(sentence).iter().all(|fact| covered(fact, &known))
    }

    #[test]
    fn the_same_fact_in_another_form_is_the_same() {
        for (sentence, passage) in [
            ("It costs $1,250.", "Price: 1250 USD"),
            (
                "It costs one thousand two hundred and fifty dollars.",
                "$1,250.00",
            ),
            ("We open at nine.", "Hours 9:00 to 17:00"),
            ("We close at 5 p.m.", "Hours 9:00 to 17:00"),
            ("We are open from nine to five.", "Open 9am - 5pm"),
            ("Call 555-010-0123.", "Tel. +1 (555) 010 0123"),
            (
                "See www.lakeside.example.",
                "https://lakeside.example/booking",
            ),
            ("Ask for Dr. Reyes.", "Our surgeon is Dr. Ana Reyes"),
            ("We are open on Tuesdays.", "Monday to Friday, 9 to 5"),
            ("Cuesta ciento cincuenta dólares.", "consultation $150"),
            ("There are twenty-five parking spaces.", "25 spaces"),
            ("We open at noon.", "opens at 12:00 pm"),
        ] {
            assert!(
                grounded(sentence, passage),
                "{sentence} | {passage}: {:?} {:?}",
                of(sentence),
                of(passage)
            );
        }
    }

    #[test]
    fn another_fact_is_found() {
        for (sentence, passage) in [
            ("It costs $1,520.", "Price: 1250 USD"),
            ("We open at eight.", "Hours 9:00 to 17:00"),
            ("We close at 5 a.m.", "Hours 9:00 to 17:00"),
            ("Call 555-010-0124.", "Tel. (555) 010 0123"),
            ("See lakeside.example.", "see hillside.example"),
            ("Ask for Dr. Stone.", "Our surgeon is Dr. Ana Reyes"),
            ("We are open on Sundays.", "Monday to Friday, 9 to 5"),
            ("It costs thirty dollars.", "$300"),
        ] {
            assert!(!grounded(sentence, passage), "{sentence} | {passage}");
        }
    }

    #[test]
    fn one_as_a_pronoun_is_no_number() {
        assert!(of("Which one would you like?").is_empty());
        assert!(of("This one, please").is_empty());
    }

    proptest! {
        #[test]
        fn every_text_covers_itself(text in "[ -~]{0,120}") {
            let facts = of(&text);
            prop_assert!(facts.iter().all(|fact| covered(fact, &facts)));
        }

        #[test]
        fn no_text_is_refused(text in ".{0,200}") {
            let _ = of(&text);
        }

        #[test]
        fn a_price_that_is_not_in_the_passage_is_found(price in 1_u32..100_000, other in 1_u32..100_000) {
            prop_assume!(price != other);
            let (sentence, passage) = (format!("It costs ${price}."), format!("The fee is {other} dollars."));
            prop_assert!(!grounded(&sentence, &passage));
        }
    }
}
