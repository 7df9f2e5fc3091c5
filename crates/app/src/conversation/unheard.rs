//! Words that no turn answered: a process that was killed, a provider that never asked. Looked at once more when the books
//! of a call are closed, so that a medical question always reaches a person, whatever broke in between.

use super::{brain, form, kind_of};
use crate::{
    App, Fault,
    escalation::{self, Need},
};
use voxanne_core::{
    call::{Speaker, escalation::Happening},
    ids::{CallId, OrgId},
    page::Limit,
    safety::{Decision, Role, Utterance, plain},
    tenancy::Actor,
};

/// Utterances looked at.
const MOST: usize = 400;

/// Opens an escalation, as a call back, when words that no turn answered needed a person and nobody was asked for.
pub(crate) async fn reach_a_person(app: &App, org: OrgId, call: CallId) -> Result<(), Fault> {
    let mut read = app.store.read(org).await?;
    let Some(known) = read.call(call).await?.filter(|c| !c.flags.escalated) else {
        return Ok(());
    };
    let answered: Vec<String> = read
        .turns(call)
        .await?
        .iter()
        // Nobody was asked for in this call, so a turn that decided to ask for a person was not carried out.
        .filter(|turn| !turn.decision.starts_with("escalate"))
        .map(|turn| plain(turn.said.expose()))
        .filter(|turn| !turn.is_empty())
        .collect();
    let mut words: Vec<Utterance> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = read
            .segments(call, known.transcript_rev, cursor.as_deref(), Limit::MAX)
            .await?;
        words.extend(page.items.into_iter().map(|segment| Utterance {
            role: if segment.speaker == Speaker::Caller {
                Role::Caller
            } else {
                Role::Receptionist
            },
            text: segment.text,
        }));
        cursor = page.next;
        if cursor.is_none() || words.len() >= MOST {
            break;
        }
    }
    drop(read);
    for (at, utterance) in words.iter().enumerate() {
        let said = plain(utterance.text.expose());
        // The provider may join or split what one turn answered.
        let heard = answered
            .iter()
            .any(|turn| whole_words(turn, &said) || whole_words(&said, turn));
        if utterance.role != Role::Caller || said.is_empty() || heard {
            continue;
        }
        let verdict = brain::judge(app, &utterance.text, &words[..at])
            .await
            .verdict;
        if let Decision::Escalate(why) = verdict.decision {
            let (name, number) = form::told(utterance.text.expose(), &words);
            let need = Need {
                kind: kind_of(why),
                about: utterance.text.expose(),
                name,
                number,
                reach: None,
            };
            escalation::open(app, org, call, need).await?;
            escalation::happen(
                app,
                &Actor::system(org, "conversation"),
                call,
                Happening::CallEnded,
            )
            .await?;
            metrics::counter!("voxanne_unheard_escalations_total").increment(1);
            return Ok(());
        }
    }
    Ok(())
}

/// Whether the words of `part` stand in `text`, as whole words: "hi" does not stand in "is this swelling normal".
fn whole_words(text: &str, part: &str) -> bool {
    format!(" {text} ").contains(&format!(" {part} "))
}

#[cfg(test)]
mod tests {
    use super::whole_words;

    #[test]
    fn f7_2_a_short_turn_does_not_hide_a_question_that_holds_its_letters() {
        assert!(!whole_words("is this swelling normal", "hi"));
        assert!(whole_words("hi is this swelling normal", "hi"));
        assert!(whole_words("hi", "hi"));
    }
}
