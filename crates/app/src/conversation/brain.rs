//! The parts of a turn that think: judging the question, retrieving, choosing an extract. Used by calls, by the question
//! console and by the evaluation alike, so that all three decide the same.

use crate::{App, Fault, knowledge::ask::Looked};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use voxanne_core::{
    call::view::{CiteView, StagesView},
    ids::OrgId,
    knowledge::{self, Answer, Hits, Index, Query},
    pii::Pii,
    ports::embedder::Urgency,
    safety::{Approved, Context, Decision, Escalation, Gate, Role, Utterance, Verdict},
};

/// How long a running call waits for vectors, ms.
const EMBED_MS: i64 = 400;
/// How long a running call waits for an index that is being built, ms.
const INDEX_MS: u64 = 1_500;
/// Passages searched for: the answer check looks at more than are shown.
const PASSAGES: usize = 24;
/// Passages shown.
const SHOWN: usize = 8;
/// Passages a language model gets.
const GROUND: usize = 4;

/// What is known of a question so far.
pub struct Mind {
    /// The gate's verdict.
    pub verdict: Verdict,
    /// The question to search with: follow-ups carry the turn before.
    pub query: String,
    /// Its vector, where the embedder answered.
    pub vector: Option<Vec<f32>>,
    /// Degraded parts.
    pub degraded: BTreeSet<&'static str>,
    /// Milliseconds of each stage so far.
    pub stages: StagesView,
    /// When the turn began.
    pub started: Instant,
}

impl Mind {
    /// The decision as stored and shown.
    pub fn decision_word(&self) -> &'static str {
        match self.verdict.decision {
            Decision::Answer => "answer",
            Decision::Escalate(Escalation::Medical) => "escalate_medical",
            Decision::Escalate(Escalation::Emergency) => "escalate_emergency",
            Decision::Escalate(Escalation::Human) => "escalate_human",
            Decision::Clarify => "clarify",
        }
    }

    /// The reasons as stored and shown.
    pub fn reasons(&self) -> Vec<String> {
        self.verdict
            .reasons
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

/// Judges a question: one embedding pass for gate and search, then the gate.
pub async fn judge(app: &App, said: &Pii<String>, history: &[Utterance]) -> Mind {
    let started = Instant::now();
    let context = Context { history };
    let to_judge = app.gate.embed_text(said.expose(), &context);
    let before = history
        .iter()
        .rev()
        .find(|u| u.role == Role::Caller)
        .map(|u| u.text.expose().as_str());
    let query = before
        .and_then(|before| knowledge::follow_up(before, said.expose()))
        .unwrap_or_else(|| said.expose().clone());
    let mut degraded = BTreeSet::new();
    let mut vectors = None;
    if !to_judge.is_empty() {
        let asked = vec![to_judge, query.clone()];
        match app.embed(asked, Urgency::Call, EMBED_MS).await {
            Ok(made) => vectors = Some(made),
            Err(error) => {
                tracing::debug!(%error, "turn.no_vector");
                degraded.insert("embedding");
            }
        }
    }
    let mut vectors = vectors.into_iter().flatten();
    let (for_gate, vector) = (vectors.next(), vectors.next());
    let verdict = app.gate.question(said, for_gate.as_deref(), &context);
    let gate = ms(started);
    metrics::histogram!("voxanne_turn_stage_ms", "stage" => "gate").record(gate);
    Mind {
        verdict,
        query,
        vector,
        degraded,
        stages: StagesView {
            gate,
            retrieve: 0.0,
            first_words: 0.0,
            total: gate,
        },
        started,
    }
}

/// Milliseconds since `from`.
pub fn ms(from: Instant) -> f64 {
    (from.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
}

/// What retrieval found.
pub struct Found {
    index: Arc<Index>,
    hits: Hits,
}

impl Found {
    /// Everything looked at, best first.
    pub fn looked(&self) -> Vec<Looked> {
        self.hits
            .hits
            .iter()
            .take(SHOWN)
            .filter_map(|hit| {
                Some(Looked {
                    cite: cite(&self.index, hit.at, hit.score)?,
                    dense: hit.dense,
                    lexical: hit.lexical,
                })
            })
            .collect()
    }

    /// The best passages as a language model gets them.
    pub fn passages(&self) -> (Vec<String>, Vec<CiteView>) {
        self.hits
            .hits
            .iter()
            .take(GROUND)
            .filter_map(|hit| {
                let cite = cite(&self.index, hit.at, hit.score)?;
                let chunk = self.index.chunk(hit.at)?;
                Some((
                    format!("{} {}\n{}", chunk.title, chunk.title_path, chunk.text),
                    cite,
                ))
            })
            .unzip()
    }
}

fn cite(index: &Index, at: usize, score: f32) -> Option<CiteView> {
    let chunk = index.chunk(at)?;
    Some(CiteView {
        document: chunk.document.to_string(),
        title: chunk.title.to_string(),
        page: chunk.page,
        span: (chunk.span.0 as u32, chunk.span.1 as u32),
        text: chunk.text.to_string(),
        score,
    })
}

/// Searches the knowledge of a revision.
pub async fn retrieve(app: &App, org: OrgId, rev: u64, mind: &mut Mind) -> Result<Found, Fault> {
    let begun = Instant::now();
    let index = tokio::time::timeout(
        Duration::from_millis(INDEX_MS),
        app.knowledge.index(app, org, rev),
    )
    .await
    .map_err(|_| Fault::Late)??;
    let query = Query::new(&mind.query, mind.vector.as_deref());
    let hits = index.search(&query, PASSAGES);
    if hits.degraded && !index.is_empty() {
        mind.degraded.insert("vectors");
    }
    mind.stages.retrieve = ms(begun);
    mind.stages.total = ms(mind.started);
    metrics::histogram!("voxanne_turn_stage_ms", "stage" => "retrieve")
        .record(mind.stages.retrieve);
    Ok(Found { index, hits })
}

/// An answer that may be spoken, and what it stands on.
pub struct Spoken {
    /// The words.
    pub text: Approved,
    /// What they stand on.
    pub cites: Vec<CiteView>,
}

/// Chooses a literal answer from what was found; none when the documents do not answer or the gate blocks it.
pub fn extract(app: &App, found: &Found, mind: &mut Mind) -> Option<Spoken> {
    let query = Query::new(&mind.query, mind.vector.as_deref());
    let Answer::Found(extract) = knowledge::answer(&found.index, &query, &found.hits) else {
        return None;
    };
    let at = found.hits.hits.iter().find(|h| {
        found
            .index
            .chunk(h.at)
            .is_some_and(|c| c.id == extract.chunk)
    })?;
    let mut cite = cite(&found.index, at.at, at.score)?;
    cite.span = (extract.span.0 as u32, extract.span.1 as u32);
    cite.page = extract.page;
    cite.score = extract.confidence;
    let chunk = found.index.chunk(at.at)?;
    let passage = format!("{} {} {}", chunk.title, chunk.title_path, chunk.text);
    let text = approve(&app.gate, &extract.text, &passage)?;
    Some(Spoken {
        text,
        cites: vec![cite],
    })
}

fn approve(gate: &Gate, text: &str, passage: &str) -> Option<Approved> {
    match gate.extract(text, passage) {
        Ok(approved) => Some(approved),
        Err(blocked) => {
            tracing::info!(?blocked, "turn.extract_blocked");
            metrics::counter!("voxanne_blocked_sentences_total", "from" => "extract").increment(1);
            None
        }
    }
}
