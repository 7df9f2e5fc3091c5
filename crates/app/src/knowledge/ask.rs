//! What would the receptionist say? The turn's own decision path, asked from the dashboard, with everything it saw.

use crate::{App, Fault, conversation::brain};
use voxanne_core::{
    call::view::{CiteView, StagesView},
    ids::OrgId,
    pii::Pii,
    safety::{Role, Utterance},
};

/// A passage that was looked at.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The passage.
    pub cite: CiteView,
    /// Best cosine, where there are vectors.
    pub dense: Option<f32>,
    /// Score by words.
    pub lexical: f32,
}

/// What came of a question.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `answer`, `escalate_medical`, ...
    pub decision: String,
    /// Why.
    pub reasons: Vec<String>,
    /// The gate's confidence.
    pub confidence: f32,
    /// The answer that would be spoken; none when the gate or the documents leave none.
    pub answer: Option<String>,
    /// What it stands on.
    pub cites: Vec<CiteView>,
    /// What was looked at, best first.
    pub passages: Vec<Looked>,
    /// Degraded parts.
    pub degraded: Vec<String>,
    /// Milliseconds of each stage.
    pub stages: StagesView,
}

/// Asks.
pub async fn ask(
    app: &App,
    org: OrgId,
    question: String,
    history: Vec<String>,
) -> Result<Asked, Fault> {
    if question.trim().is_empty() || question.chars().count() > 1_000 {
        return Err(Fault::bad(
            "question",
            "ask something, at most 1,000 characters",
        ));
    }
    if history.len() > 20 || history.iter().any(|h| h.chars().count() > 1_000) {
        return Err(Fault::bad(
            "history",
            "at most 20 earlier questions of at most 1,000 characters",
        ));
    }
    let rev = app.store.read(org).await?.knowledge_rev().await?;
    let history: Vec<Utterance> = history
        .into_iter()
        .map(|text| Utterance {
            role: Role::Caller,
            text: Pii::new(text),
        })
        .collect();
    let said = Pii::new(question);
    let mut mind = brain::judge(app, &said, &history).await;
    let found = brain::retrieve(app, org, rev, &mut mind).await?;
    let spoken = brain::extract(app, &found, &mut mind);
    let allowed = mind.decision_word() == "answer";
    Ok(Asked {
        decision: mind.decision_word().to_owned(),
        reasons: mind.reasons(),
        confidence: mind.verdict.confidence,
        answer: spoken
            .as_ref()
            .filter(|_| allowed)
            .map(|s| s.text.as_str().to_owned()),
        cites: spoken
            .filter(|_| allowed)
            .map(|s| s.cites)
            .unwrap_or_default(),
        passages: found.looked(),
        degraded: mind.degraded.iter().map(|d| (*d).to_owned()).collect(),
        stages: mind.stages,
    })
}
