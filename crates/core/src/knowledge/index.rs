//! The immutable index of one organization's knowledge at one revision, and its search.
//!
//! Two independent arms, full text and vectors, are brought to one scale by their z-scores over all chunks and added with
//! fixed weights. Either arm alone still answers: without vectors the search is marked degraded, without a known word the
//! vectors decide.

use super::{
    attribute::{self, Attributes},
    lexical::{Builder, Group, Lexical},
    text::{self, Lang},
    vector::{Arm, ChunkVectors, Kind, Probe},
};
use crate::ids::{ChunkId, DocumentId};
use std::{collections::HashMap, sync::Arc};

/// A chunk as read from a store.
#[derive(Debug, Clone)]
pub struct ChunkRow {
    /// Its id.
    pub id: ChunkId,
    /// Its document.
    pub document: DocumentId,
    /// Title of the document.
    pub title: String,
    /// Headings above it.
    pub title_path: String,
    /// Page, from 1, where there are pages.
    pub page: Option<u32>,
    /// Characters of the document's plain text it covers.
    pub span: (usize, usize),
    /// Its text.
    pub text: String,
    /// Its vectors, once embedded.
    pub vectors: Option<ChunkVectors>,
}

/// A chunk as the index holds it.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Its id.
    pub id: ChunkId,
    /// Its document.
    pub document: DocumentId,
    /// Title of the document, shared by its chunks.
    pub title: Arc<str>,
    /// Headings above it.
    pub title_path: Box<str>,
    /// Page, from 1, where there are pages.
    pub page: Option<u32>,
    /// Characters of the document's plain text it covers.
    pub span: (usize, usize),
    /// Its text.
    pub text: Box<str>,
    /// What its headings and beginning treat.
    pub(super) treated: Attributes,
}

/// A question to search with.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The caller's words; see [`super::follow_up`] for questions that lean on the turn before.
    pub text: &'a str,
    /// Their vector by the model that embedded the chunks, of unit length; without it the search is degraded.
    pub vector: Option<&'a [f32]>,
    /// Their language; detected when not given.
    pub lang: Option<Lang>,
}

impl<'a> Query<'a> {
    /// A question in whatever language it is in.
    pub const fn new(text: &'a str, vector: Option<&'a [f32]>) -> Self {
        Self {
            text,
            vector,
            lang: None,
        }
    }
}

/// A chunk found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its place in the index, for [`Index::chunk`].
    pub at: usize,
    /// Fused score; comparable within one search only.
    pub score: f32,
    /// Best cosine of its vectors with the question, where it has vectors.
    pub dense: Option<f32>,
    /// Full-text score, 0 where no word matches.
    pub lexical: f32,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Whether vectors were missing: of the question, or of some chunks.
    pub degraded: bool,
    pub(super) groups: Vec<Group>,
    pub(super) asked: Attributes,
}

/// Weights of the fusion; the defaults were tuned on development questions, never on the measured ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Title and passage vector.
    pub passage: f32,
    /// Best window vector.
    pub window: f32,
    /// Best sentence vector.
    pub sentence: f32,
    /// Full text, for English questions.
    pub lexical: f32,
    /// Full text with near spellings, for Spanish questions.
    pub lexical_spanish: f32,
    /// Whether the passage treats what is asked.
    pub attribute: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            passage: 0.3,
            window: 0.4,
            sentence: 0.3,
            lexical: 0.5,
            lexical_spanish: 0.6,
            attribute: 0.7,
        }
    }
}

/// The index. Cheap to share behind an [`Arc`]; never changes.
pub struct Index {
    chunks: Vec<Chunk>,
    lexical: Lexical,
    arms: [Arm; 3],
    dimensions: usize,
    without_vectors: usize,
    /// Document of each chunk, as a place in `means`.
    document_of: Vec<u32>,
    /// Mean vector of each document: its topic. Empty without vectors.
    means: Vec<Box<[f32]>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("chunks", &self.chunks.len())
            .finish_non_exhaustive()
    }
}

/// Characters of a passage in which its subject is looked for.
const BEGINNING: usize = 250;

impl Index {
    /// Builds the index. Vectors of another length than the first chunk's count as missing.
    pub fn build(rows: impl Iterator<Item = ChunkRow>) -> Self {
        let mut chunks = Vec::new();
        let mut lexical = Builder::default();
        let mut arms = [Arm::new(), Arm::new(), Arm::new()];
        let mut titles: HashMap<DocumentId, Arc<str>> = HashMap::new();
        let mut dimensions = 0;
        let mut without_vectors = 0;
        for row in rows {
            let heading = format!("{} {}", row.title, row.title_path);
            lexical.push(&heading, &row.text);
            let mut vectors = row.vectors.as_ref().filter(|v| v.dimensions() > 0);
            if dimensions == 0 {
                dimensions = vectors.map_or(0, ChunkVectors::dimensions);
            }
            vectors =
                vectors.filter(|v| v.vectors.iter().all(|(_, q)| q.values.len() == dimensions));
            without_vectors += usize::from(vectors.is_none());
            for (arm, kind) in arms
                .iter_mut()
                .zip([Kind::Passage, Kind::Window, Kind::Sentence])
            {
                arm.push_chunk(vectors, kind);
            }
            let beginning: String = row
                .title_path
                .chars()
                .chain([' ', '.', ' '])
                .chain(row.text.chars().take(BEGINNING))
                .collect();
            let title = titles
                .entry(row.document)
                .or_insert_with(|| Arc::from(row.title.as_str()));
            chunks.push(Chunk {
                id: row.id,
                document: row.document,
                title: Arc::clone(title),
                title_path: row.title_path.into(),
                page: row.page,
                span: row.span,
                text: row.text.into(),
                treated: attribute::treated(&beginning),
            });
        }
        chunks.shrink_to_fit();
        for arm in &mut arms {
            arm.finish();
        }
        let (document_of, means) = topics(&chunks, &arms, dimensions);
        Self {
            chunks,
            lexical: lexical.finish(),
            arms,
            dimensions,
            without_vectors,
            document_of,
            means,
        }
    }

    /// Number of chunks.
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The chunk at a hit's place.
    pub fn chunk(&self, at: usize) -> Option<&Chunk> {
        self.chunks.get(at)
    }

    /// Bytes of memory the index holds, near enough for a bounded cache.
    pub fn bytes(&self) -> usize {
        let text: usize = self
            .chunks
            .iter()
            .map(|c| c.text.len() + c.title_path.len())
            .sum();
        size_of::<Self>()
            + self.chunks.capacity() * size_of::<Chunk>()
            + text
            + self.lexical.bytes()
            + self.arms.iter().map(Arm::bytes).sum::<usize>()
            + self.document_of.capacity() * 4
            + self.means.len() * (self.dimensions * 4 + size_of::<Box<[f32]>>())
    }

    /// The `k` best chunks for a question.
    pub fn search(&self, query: &Query<'_>, k: usize) -> Hits {
        self.search_weighted(query, k, &Weights::default())
    }

    /// The `k` best chunks under other weights than the shipped ones, for tuning.
    pub fn search_weighted(&self, query: &Query<'_>, k: usize, weights: &Weights) -> Hits {
        let lang = query.lang.unwrap_or_else(|| text::detect(query.text));
        let groups = self.lexical.analyse(query.text, lang);
        let asked = attribute::asked(query.text);
        let lexical = self.lexical.scores(&groups);
        let mut scores = z_scores(&lexical);
        let weight = if lang == Lang::Spanish {
            weights.lexical_spanish
        } else {
            weights.lexical
        };
        let probe = query
            .vector
            .filter(|v| self.dimensions > 0 && v.len() == self.dimensions)
            .map(Probe::new);
        let mut cosines: Option<Vec<f32>> = None;
        if let Some(probe) = &probe {
            let (best, dense) = self.dense(probe, weights);
            for (score, dense) in scores.iter_mut().zip(&dense) {
                // A chunk that has no vectors yet is ranked by its words, as if its meaning fitted half as well.
                *score = dense.map_or((0.5 + weight) * *score, |d| d + weight * *score);
            }
            cosines = Some(best);
        }
        if !asked.is_empty() {
            for (score, chunk) in scores.iter_mut().zip(&self.chunks) {
                *score +=
                    weights.attribute * asked.and(chunk.treated).len() as f32 / asked.len() as f32;
            }
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        if probe.is_none() {
            order.retain(|at| lexical.get(*at).is_some_and(|s| *s > 0.0));
        }
        let by_score = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
        if order.len() > k && k > 0 {
            order.select_nth_unstable_by(k - 1, by_score);
        }
        order.truncate(k);
        order.sort_by(by_score);
        let hits = order
            .into_iter()
            .map(|at| Hit {
                at,
                score: scores[at],
                dense: cosines.as_ref().map(|c| c[at]).filter(|c| c.is_finite()),
                lexical: lexical[at],
            })
            .collect();
        Hits {
            hits,
            degraded: probe.is_none() || self.without_vectors > 0,
            groups,
            asked,
        }
    }

    /// Best cosine of every chunk (not finite without vectors), and the weighted sum of its kinds' z-scores.
    fn dense(&self, probe: &Probe, weights: &Weights) -> (Vec<f32>, Vec<Option<f32>>) {
        let mut kinds: [Vec<f32>; 3] =
            std::array::from_fn(|_| Vec::with_capacity(self.chunks.len()));
        for at in 0..self.chunks.len() {
            let best = |arm: &Arm| arm.cosines(at, probe).fold(f32::NEG_INFINITY, f32::max);
            let passage = best(&self.arms[0]);
            // A chunk no longer than a window is its own window, and so for sentences.
            let or = |v: f32, other: f32| if v.is_finite() { v } else { other };
            let window = or(best(&self.arms[1]), passage);
            let sentence = or(best(&self.arms[2]), window);
            for (list, v) in kinds.iter_mut().zip([passage, window, sentence]) {
                list.push(v);
            }
        }
        let best = (0..self.chunks.len())
            .map(|at| {
                kinds
                    .iter()
                    .map(|k| k[at])
                    .fold(f32::NEG_INFINITY, f32::max)
            })
            .collect();
        let z = kinds.each_ref().map(|k| z_scores(k));
        let sum = (0..self.chunks.len())
            .map(|at| {
                let parts = [weights.passage, weights.window, weights.sentence];
                kinds[0][at]
                    .is_finite()
                    .then(|| parts.iter().zip(&z).map(|(w, z)| w * z[at]).sum())
            })
            .collect();
        (best, sum)
    }

    /// Cosines of a chunk's sentences with the question, in order.
    pub(super) fn sentence_cosines(&self, at: usize, vector: Option<&[f32]>) -> Vec<f32> {
        vector
            .filter(|v| self.dimensions > 0 && v.len() == self.dimensions)
            .map(|v| self.arms[2].cosines(at, &Probe::new(v)).collect())
            .unwrap_or_default()
    }

    /// How far the sentences of the first hit's document stand above those of other documents once its topic is taken out of
    /// the question: what is left is what is asked about the topic. 0 without vectors.
    pub(super) fn residual(&self, vector: Option<&[f32]>, hits: &[Hit]) -> f32 {
        let (Some(vector), Some(first)) = (
            vector.filter(|v| self.dimensions > 0 && v.len() == self.dimensions),
            hits.first(),
        ) else {
            return 0.0;
        };
        let document = |at: usize| self.document_of.get(at).map_or(0, |d| *d as usize);
        let own = document(first.at);
        let Some(topic) = self.means.get(own) else {
            return 0.0;
        };
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let size = dot(topic, topic).max(1e-6);
        let along = dot(vector, topic) / size;
        let rest: Vec<f32> = vector
            .iter()
            .zip(topic)
            .map(|(v, t)| v - along * t)
            .collect();
        let norm = dot(&rest, &rest).sqrt().max(1e-6);
        let rest: Vec<f32> = rest.iter().map(|v| v / norm).collect();
        let probe = Probe::new(&rest);
        let (mut inside, mut outside) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for hit in hits.iter().take(RESIDUAL_HITS) {
            let at = document(hit.at);
            let shift = self.means.get(at).map_or(0.0, |m| dot(&rest, m));
            let best = self.arms[1..]
                .iter()
                .flat_map(|arm| arm.cosines(hit.at, &probe))
                .fold(f32::NEG_INFINITY, f32::max);
            let slot = if at == own { &mut inside } else { &mut outside };
            *slot = slot.max(best - shift);
        }
        match (inside.is_finite(), outside.is_finite()) {
            (true, true) => inside - outside,
            (true, false) => inside,
            _ => 0.0,
        }
    }

    pub(super) fn coverage(&self, groups: &[Group], stems: &[String]) -> f32 {
        self.lexical.coverage(groups, stems)
    }
}

/// Hits among which the residual looks for other documents.
pub(super) const RESIDUAL_HITS: usize = 50;

/// The document of each chunk and the mean of each document's vectors.
fn topics(chunks: &[Chunk], arms: &[Arm; 3], dimensions: usize) -> (Vec<u32>, Vec<Box<[f32]>>) {
    let mut known: HashMap<DocumentId, u32> = HashMap::new();
    let mut document_of = Vec::with_capacity(chunks.len());
    let mut sums: Vec<(Vec<f32>, usize)> = Vec::new();
    for (at, chunk) in chunks.iter().enumerate() {
        let next = sums.len() as u32;
        let document = *known.entry(chunk.document).or_insert(next);
        if document == next {
            sums.push((vec![0.0; dimensions], 0));
        }
        document_of.push(document);
        if let Some((sum, n)) = sums.get_mut(document as usize).filter(|_| dimensions > 0) {
            *n += arms.iter().map(|arm| arm.add_to(at, sum)).sum::<usize>();
        }
    }
    let means = sums
        .into_iter()
        .map(|(sum, n)| sum.into_iter().map(|v| v / n.max(1) as f32).collect())
        .collect();
    (document_of, means)
}

/// How many standard deviations each finite value lies above their mean; 0 for the others, and where all are equal.
fn z_scores(values: &[f32]) -> Vec<f32> {
    let (mut n, mut sum, mut squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    for v in values.iter().filter(|v| v.is_finite()) {
        n += 1.0;
        sum += f64::from(*v);
        squares += f64::from(*v) * f64::from(*v);
    }
    let mean = sum / n.max(1.0);
    let deviation = (squares / n.max(1.0) - mean * mean).max(0.0).sqrt();
    values
        .iter()
        .map(|v| {
            if v.is_finite() && deviation > 1e-9 {
                ((f64::from(*v) - mean) / deviation) as f32
            } else {
                0.0
            }
        })
        .collect()
}
