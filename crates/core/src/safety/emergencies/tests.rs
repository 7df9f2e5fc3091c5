//! What the emergency rules find and what they leave alone, on the sentences they were made with and on unseen ones.

use super::callers::CALLERS;
use super::cases::EMERGENCIES;
use super::near_misses::NEAR_MISSES;
use super::others;
use super::unseen::{EMERGENCIES_EN, EMERGENCIES_ES, NEAR_MISSES_EN, NEAR_MISSES_ES};
use crate::pii::Pii;
use crate::safety::{Context, Decision, Escalation, Gate, Policy, Weights};

/// Of the lines, how many are emergencies, and how many there are.
fn count(gate: &Gate, text: &str) -> (usize, usize) {
    let all: Vec<&str> = lines(text).collect();
    let found = all.iter().filter(|said| is_emergency(gate, said)).count();
    (found, all.len())
}

fn gate() -> Gate {
    Gate::new(Weights::builtin(), Policy::default())
}

fn is_emergency(gate: &Gate, said: &str) -> bool {
    let verdict = gate.question(&Pii::from(said), None, &Context::default());
    verdict.decision == Decision::Escalate(Escalation::Emergency)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim)
}

#[test]
fn f7_1_an_emergency_in_any_words_is_an_emergency() {
    let gate = gate();
    let missed: Vec<String> = EMERGENCIES
        .iter()
        .chain(&[("callers", CALLERS)])
        .flat_map(|(subject, text)| lines(text).map(move |said| (subject, said)))
        .filter(|(_, said)| !is_emergency(&gate, said))
        .map(|(subject, said)| format!("{subject}: {said}"))
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn f7_4_what_is_near_an_emergency_is_none() {
    let gate = gate();
    let wrong: Vec<&str> = lines(NEAR_MISSES)
        .filter(|said| is_emergency(&gate, said))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rates of the unseen sentences are in the model card; here they must not fall.
#[test]
fn f7_1_most_emergencies_nobody_tuned_for_are_found() {
    let gate = gate();
    let all = [
        (EMERGENCIES_EN, 47),
        (EMERGENCIES_ES, 30),
        (others::EMERGENCIES, 131),
    ];
    for (text, least) in all {
        let (found, of) = count(&gate, text);
        assert!(found >= least, "{found} of {of}");
    }
}

#[test]
fn f7_4_few_sentences_nobody_tuned_for_raise_a_false_alarm() {
    let gate = gate();
    let all = [
        (NEAR_MISSES_EN, 1),
        (NEAR_MISSES_ES, 1),
        (others::NEAR_MISSES, 1),
    ];
    for (text, most) in all {
        let (found, of) = count(&gate, text);
        assert!(found <= most, "{found} of {of}");
    }
}

#[test]
fn f7_1_an_emergency_wins_over_a_medical_question_and_a_wish_for_a_person() {
    let gate = gate();
    for said in [
        "is this swelling normal, and my husband drank bleach",
        "my husband drank bleach. Is that dangerous?",
        "should I worry, my heart is racing and I feel faint",
        "let me talk to a person, I took twenty of the tablets",
        "¿es normal? mi hijo bebió cloro",
    ] {
        assert!(is_emergency(&gate, said), "{said}");
    }
}

#[test]
fn f7_4_a_general_question_is_none_until_somebody_is_named() {
    let gate = gate();
    for (said, emergency) in [
        ("do you treat heart attacks", false),
        (
            "do you treat heart attacks because my husband is having one now",
            true,
        ),
        ("do you have a doctor who treats seizures", false),
        ("do you have a doctor, my son is having a seizure", true),
        ("I had chest pain two years ago", false),
        ("I had surgery two years ago and I have chest pain", true),
        (
            "two years ago I had a stroke and now my face is drooping on one side",
            true,
        ),
        ("he's not well he swallowed bleach", true),
        ("he never swallowed any bleach", false),
    ] {
        assert_eq!(is_emergency(&gate, said), emergency, "{said}");
    }
}
