//! Drafts of a language model over documents of made-up clinics: what must not be spoken, and what should be.
//!
//! The sentences are our own. `drafts/tuned.txt` was looked at while the rules were written. `drafts/held_out.txt` was
//! not: it is only counted, and a clinic whose drafts have been looked at belongs into the other file. A line is
//! `+ good draft` or `- what is wrong | bad draft`, under `? question`, under the passages of its clinic.

use super::answer::{Grounding, sentence};
use proptest::prelude::*;
use std::collections::BTreeMap;

struct Row {
    grounding: Grounding,
    draft: &'static str,
    /// What is wrong with it; None for a good draft.
    wrong: Option<&'static str>,
}

fn rows(file: &'static str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut grounding = Grounding::default();
    let mut in_passage = false;
    for line in file.lines() {
        if line.starts_with("== ") {
            grounding = Grounding::default();
        } else if let Some(clinic) = line.strip_prefix("clinic: ") {
            grounding.clinic = clinic.split(" | ").map(str::to_owned).collect();
        } else if line == "passage:" {
            grounding.passages.push(String::new());
            in_passage = true;
            continue;
        } else if let Some(question) = line.strip_prefix("? ") {
            grounding.question = question.to_owned();
        } else if let Some(draft) = line.strip_prefix("+ ") {
            let grounding = grounding.clone();
            rows.push(Row {
                grounding,
                draft,
                wrong: None,
            });
        } else if !in_passage
            && let Some((wrong, draft)) = line.strip_prefix("- ").and_then(|l| l.split_once(" | "))
        {
            let grounding = grounding.clone();
            rows.push(Row {
                grounding,
                draft,
                wrong: Some(wrong),
            });
        } else if let (true, false, Some(passage)) =
            (in_passage, line.is_empty(), grounding.passages.last_mut())
        {
            if !passage.is_empty() {
                passage.push('\n');
            }
            passage.push_str(line);
            continue;
        }
        in_passage = false;
    }
    rows
}

/// Bad drafts that passed and good ones that did not, of how many.
struct Count {
    bad: usize,
    passed: Vec<String>,
    good: usize,
    blocked: Vec<String>,
    /// Bad drafts that passed, by what is wrong with them.
    kinds: BTreeMap<&'static str, usize>,
}

fn count(file: &'static str) -> Count {
    let mut count = Count {
        bad: 0,
        passed: Vec::new(),
        good: 0,
        blocked: Vec::new(),
        kinds: BTreeMap::new(),
    };
    for row in rows(file) {
        let judged = sentence(row.draft, &row.grounding);
        if let Some(wrong) = row.wrong {
            count.bad += 1;
            if judged.is_ok() {
                *count.kinds.entry(wrong).or_default() += 1;
                count.passed.push(format!(
                    "{wrong}: {} -> {}",
                    row.grounding.question, row.draft
                ));
            }
        } else {
            count.good += 1;
            if let Err(why) = judged {
                count.blocked.push(format!(
                    "{} -> {} ({why})",
                    row.grounding.question, row.draft
                ));
            }
        }
    }
    count
}

impl Count {
    /// The figures of the model card.
    fn figures(&self, name: &str) -> String {
        let (passed, blocked) = (self.passed.len(), self.blocked.len());
        let spoken = self.good - blocked;
        format!(
            "{name}: bad spoken {passed} of {}, good spoken {spoken} of {}",
            self.bad, self.good
        )
    }
}

#[test]
fn f7_3_no_bad_draft_of_the_tuned_half_is_spoken() {
    let count = count(include_str!("drafts/tuned.txt"));
    println!("{}", count.figures("tuned"));
    for line in &count.blocked {
        println!("blocked: {line}");
    }
    assert!(count.passed.is_empty(), "{:#?}", count.passed);
    assert!(count.blocked.len() <= 6, "{:#?}", count.blocked);
}

#[test]
fn f7_3_no_bad_draft_of_the_held_out_half_is_spoken() {
    let count = count(include_str!("drafts/held_out.txt"));
    println!("{}", count.figures("held out"));
    // What passed is told by its kind only: whoever reads the sentences can no longer count them as unseen.
    assert!(count.passed.is_empty(), "{:?}", count.kinds);
    assert!(count.blocked.len() <= 27, "{} blocked", count.blocked.len());
}

/// Sentences that differ from one of a document in one thing that matters.
fn changed(sentence: &str) -> Vec<String> {
    const TURNS: &[(&str, &str)] = &[
        (" is ", " is not "),
        (" are ", " are not "),
        (" may ", " may not "),
        (" can ", " cannot "),
        (" not ", " "),
        (" cannot ", " can "),
        (" no ", " "),
        ("No ", ""),
        (" cuesta ", " no cuesta "),
        (" es ", " no es "),
        ("Monday", "Sunday"),
        ("Tuesday", "Sunday"),
        ("Wednesday", "Sunday"),
        ("lunes", "domingo"),
        ("martes", "domingo"),
        ("jueves", "domingo"),
        (" if ", " even if "),
        (" only", ""),
        ("Solo ", ""),
        (" solo ", " "),
        (" minutes", " hours"),
        (" days", " weeks"),
        ("$", "€"),
        (" before", " after"),
        (" antes", " después"),
    ];
    let mut out: Vec<String> = TURNS
        .iter()
        .filter(|(from, _)| sentence.contains(from))
        .map(|(from, to)| sentence.replacen(from, to, 1))
        .collect();
    let parts = [
        " if ",
        " unless ",
        ", except ",
        " for ",
        " only",
        " during ",
        " si ",
        " salvo ",
        " durante ",
    ];
    let shorter = parts
        .iter()
        .filter_map(|part| sentence.find(part))
        .map(|at| &sentence[..at]);
    let says = |text: &&str| {
        super::terms::plain_words(text)
            .iter()
            .any(|word| super::terms::is_verb(word))
    };
    out.extend(shorter.filter(says).map(|text| format!("{text}.")));
    let digits: Vec<usize> = sentence
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .map(|(at, _)| at)
        .collect();
    for at in digits {
        let digit = (sentence.as_bytes()[at] - b'0' + 3) % 10;
        out.push(format!("{}{digit}{}", &sentence[..at], &sentence[at + 1..]));
    }
    out
}

#[test]
fn f7_3_a_sentence_of_a_document_changed_in_one_thing_is_not_spoken() {
    use crate::knowledge::text::sentences;
    let mut seen = std::collections::BTreeSet::new();
    let (mut passed, mut tried, mut literal, mut spoken) = (Vec::new(), 0, 0, 0);
    for row in [
        include_str!("drafts/tuned.txt"),
        include_str!("drafts/held_out.txt"),
    ]
    .into_iter()
    .flat_map(rows)
    {
        if !seen.insert(row.grounding.passages.clone()) {
            continue;
        }
        let grounding = Grounding {
            question: String::new(),
            ..row.grounding
        };
        for passage in &grounding.passages {
            let all: Vec<&str> = sentences(passage)
                .into_iter()
                .skip(1)
                .map(|(a, b)| &passage[a..b])
                .collect();
            for text in all
                .iter()
                .filter(|text| !text.ends_with([':', '?']) && !text.contains(": "))
            {
                literal += 1;
                spoken += usize::from(sentence(text, &grounding).is_ok());
                for change in changed(text)
                    .into_iter()
                    .filter(|change| !all.contains(&change.as_str()))
                {
                    tried += 1;
                    if sentence(&change, &grounding).is_ok() {
                        passed.push(format!("{text} -> {change}"));
                    }
                }
            }
        }
    }
    println!(
        "sentences of documents: spoken {spoken} of {literal}; changed in one thing: spoken {} of {tried}",
        passed.len()
    );
    assert!(passed.is_empty(), "{passed:#?}");
    assert!(spoken * 100 >= literal * 95, "{spoken} of {literal}");
}

proptest! {
    #[test]
    fn no_draft_and_no_document_is_refused(
        draft in "[ -~¿áñ€\u{2014}]{0,160}",
        passage in "(.{0,80}[,;:.?\n-] ?){0,6}",
        question in ".{0,60}",
    ) {
        let grounding = Grounding {
            passages: vec![passage.clone()],
            clinic: vec![question.clone()],
            question,
            ..Grounding::default()
        };
        let _ = sentence(&draft, &grounding);
        let _ = sentence(&passage, &grounding);
    }
}

#[test]
fn a_document_that_is_one_endless_list_costs_little() {
    let long = format!("{} end.", "a, b and c; ".repeat(400));
    let many = "Parking, lift and garden, open and free, near and far. ".repeat(60);
    let grounding = Grounding {
        passages: vec![long, many],
        ..Grounding::default()
    };
    let begun = std::time::Instant::now();
    let _ = sentence(
        "The parking, the lift and the garden are open and free.",
        &grounding,
    );
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
