//! Numbers in running text, in digits or in words, English and Spanish.

use super::text::plain;

/// A piece of text that may be part of a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// Digits as written, its value in hundredths, and whether there was a fraction or a comma.
    Digits {
        text: String,
        value: i64,
        whole: bool,
    },
    /// Hours and minutes written with a colon.
    Clock(u16, u16),
    /// A currency sign.
    Currency,
    /// A plain word.
    Word(String),
    /// A joint inside a telephone number.
    Joint,
    /// Anything else.
    Other,
}

/// The tokens of a text, numbers in words already put into digits.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c.is_ascii_digit() {
            let start = i;
            let mut whole = true;
            let mut fraction_at = None;
            while digit(i)
                || (matches!(chars.get(i), Some(',' | '.'))
                    && digit(i + 1)
                    && fraction_at.is_none())
            {
                if !digit(i) {
                    let run = chars[i + 1..]
                        .iter()
                        .take_while(|c| c.is_ascii_digit())
                        .count();
                    let thousands = run == 3 && i - start <= 3;
                    if !thousands {
                        if chars[i] == ',' {
                            break;
                        }
                        fraction_at = Some(i);
                    }
                    whole = false;
                }
                i += 1;
            }
            if chars.get(i) == Some(&':') && digit(i + 1) && digit(i + 2) && whole {
                let number =
                    |part: &[char]| part.iter().collect::<String>().parse::<u16>().unwrap_or(99);
                let (hour, minute) = (number(&chars[start..i]), number(&chars[i + 1..i + 3]));
                i += 3;
                out.push(if hour < 25 && minute < 60 {
                    Token::Clock(hour, minute)
                } else {
                    // No time, but figures that somebody would hear.
                    Token::Digits {
                        text: hour.to_string(),
                        value: i64::from(hour) * 100 + i64::from(minute),
                        whole: false,
                    }
                });
                continue;
            }
            let split = fraction_at.unwrap_or(i);
            let text: String = chars[start..split]
                .iter()
                .filter(|c| c.is_ascii_digit())
                .take(18)
                .collect();
            let cents: String = match fraction_at {
                Some(at) => chars[at + 1..i]
                    .iter()
                    .chain(['0', '0'].iter())
                    .take(2)
                    .collect(),
                None => "00".to_owned(),
            };
            let value = format!("{text}{cents}").parse::<i64>().unwrap_or(i64::MAX);
            out.push(Token::Digits { text, value, whole });
        } else if c.is_alphabetic() {
            let start = i;
            while chars
                .get(i)
                .is_some_and(|c| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}'))
            {
                i += 1;
            }
            out.push(Token::Word(plain(
                &chars[start..i].iter().collect::<String>(),
            )));
        } else {
            out.push(match c {
                '$' | '\u{20ac}' | '\u{a3}' => Token::Currency,
                ' ' | '-' | '(' | ')' | '+' | '/' | '.' | '\u{2011}' => Token::Joint,
                _ => Token::Other,
            });
            i += 1;
        }
    }
    spelled(out)
}

/// Puts numbers written as words into digits.
fn spelled(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        let (value, used, words) = cardinal(&tokens[i..]);
        if words == 0 {
            out.push(tokens[i].clone());
            i += 1;
            continue;
        }
        let pronoun = words == 1 && value == 1 && !is_word(&tokens[i], "uno")
            || words == 1 && is_word(&tokens[i], "uno");
        if pronoun {
            out.push(tokens[i].clone());
        } else {
            out.push(Token::Digits {
                text: value.to_string(),
                value: value * 100,
                whole: true,
            });
        }
        i += used;
    }
    out
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(text) if text == word)
}

/// Whether a plain word is (part of) a number in words; "one" and "uno" are not, they are mostly pronouns.
pub(super) fn is_number_word(word: &str) -> bool {
    small(word).is_some_and(|value| value != 1)
        || tens(word).or_else(|| hundreds(word)).is_some()
        || matches!(word, "hundred" | "thousand" | "mil")
}

fn small(word: &str) -> Option<i64> {
    const EN: &[&str] = &[
        "zero",
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
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const ES: &[&str] = &[
        "cero",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
        "trece",
        "catorce",
        "quince",
        "dieciseis",
        "diecisiete",
        "dieciocho",
        "diecinueve",
        "veinte",
        "veintiuno",
        "veintidos",
        "veintitres",
        "veinticuatro",
        "veinticinco",
        "veintiseis",
        "veintisiete",
        "veintiocho",
        "veintinueve",
    ];
    let at = EN
        .iter()
        .position(|w| *w == word)
        .or_else(|| ES.iter().position(|w| *w == word))?;
    i64::try_from(at).ok()
}

fn tens(word: &str) -> Option<i64> {
    Some(match word {
        "twenty" => 20,
        "thirty" | "treinta" => 30,
        "forty" | "cuarenta" => 40,
        "fifty" | "cincuenta" => 50,
        "sixty" | "sesenta" => 60,
        "seventy" | "setenta" => 70,
        "eighty" | "ochenta" => 80,
        "ninety" | "noventa" => 90,
        _ => return None,
    })
}

fn hundreds(word: &str) -> Option<i64> {
    Some(match word {
        "cien" | "ciento" => 100,
        "doscientos" | "doscientas" => 200,
        "trescientos" | "trescientas" => 300,
        "cuatrocientos" | "cuatrocientas" => 400,
        "quinientos" | "quinientas" => 500,
        "seiscientos" | "seiscientas" => 600,
        "setecientos" | "setecientas" => 700,
        "ochocientos" | "ochocientas" => 800,
        "novecientos" | "novecientas" => 900,
        _ => return None,
    })
}

/// A cardinal number at the start of the tokens: value, tokens used, number words in it (0 when there is none).
fn cardinal(tokens: &[Token]) -> (i64, usize, usize) {
    let (mut total, mut group, mut last) = (0_i64, 0_i64, i64::MAX);
    let (mut used, mut words, mut i) = (0, 0, 0);
    while let Some(token) = tokens.get(i) {
        let word = match token {
            Token::Word(word) => word.as_str(),
            Token::Joint if words > 0 => {
                i += 1;
                continue;
            }
            _ => break,
        };
        if let Some(value) = small(word)
            .or_else(|| tens(word))
            .or_else(|| hundreds(word))
        {
            let fits = last >= 20 && value < 10 && last < 100
                || last >= 100 && value < 100
                || words == 0
                || last == i64::MAX;
            if !fits {
                break;
            }
            group += value;
            last = value;
        } else if word == "hundred" && group > 0 && group < 10 {
            group *= 100;
            last = 100;
        } else if (word == "thousand" || word == "mil")
            && total == 0
            && group < 1_000
            && (group > 0 || word == "mil")
        {
            total = group.max(1) * 1_000;
            group = 0;
            last = 1_000;
        } else if (word == "and" || word == "y") && words > 0 && tokens.get(i + 1).is_some() {
            let next = tokens[i + 1..].iter().find(|t| **t != Token::Joint);
            let joins = matches!(next, Some(Token::Word(w)) if small(w).or_else(|| tens(w)).is_some())
                && ((word == "y" && (30..100).contains(&last)) || (word == "and" && last >= 100));
            if !joins {
                break;
            }
            i += 1;
            continue;
        } else {
            break;
        }
        i += 1;
        used = i;
        words += 1;
    }
    (total + group, used, words)
}
