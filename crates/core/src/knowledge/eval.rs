//! Measures retrieval and the answer check on a set of documents and questions.
//!
//! Pure: whoever drives it supplies vectors. The order is [`parse`], [`Prepared::new`], embed every [`Prepared::inputs`],
//! [`Prepared::index`], then [`Prepared::ask`] for each question with its vector, and [`score`] over what came out.

use super::{
    answer::{Answer, answer},
    chunk::{self, VectorInput, chunk, vector_inputs},
    index::{ChunkRow, Index, Query},
    parsed::{Parsed, invisible},
    vector::ChunkVectors,
};
use crate::ids::{ChunkId, DocumentId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A passage of a document.
#[derive(Debug, Clone, Deserialize)]
pub struct PassageRow {
    /// Its id, which questions name as gold.
    pub id: String,
    /// Its text.
    pub text: String,
}

/// A document of the set, in passages or whole.
#[derive(Debug, Clone, Deserialize)]
pub struct DocumentRow {
    /// Its id.
    pub id: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its passages, where it comes in passages.
    #[serde(default)]
    pub passages: Vec<PassageRow>,
    /// Its text, where it comes whole.
    pub text: Option<String>,
}

/// A question of the set.
#[derive(Debug, Clone, Deserialize)]
pub struct QuestionRow {
    /// The question.
    pub text: String,
    /// Ids of the passages that answer it.
    #[serde(default)]
    pub gold: Vec<String>,
    /// The document that holds the answer, for whole documents.
    pub doc: Option<String>,
    /// The answer's text in it.
    pub answer: Option<String>,
    /// The answer's first character in it.
    pub answer_start: Option<usize>,
    /// False when the documents do not answer it; otherwise told by the presence of a gold passage or answer.
    pub answerable: Option<bool>,
    /// For unanswerable ones `near` (its topic is in the documents) or `far`.
    pub kind: Option<String>,
}

/// A line of a set.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Row {
    Document(DocumentRow),
    Question(QuestionRow),
}

/// A set, read.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// Its documents.
    pub documents: Vec<DocumentRow>,
    /// Its questions.
    pub questions: Vec<QuestionRow>,
}

/// A line that is not a document or question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadRow {
    line: usize,
    why: String,
}

/// What the lines of a file are, where they do not say so by `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// Documents.
    Documents,
    /// Questions.
    Questions,
    /// Questions that the documents do not answer.
    Unanswerable,
}

/// Reads the lines of a file into `set`; a line with a `type` is what it says. Rows of the other type are read too, so that
/// one file may hold both; a set given twice is the caller's to avoid.
pub fn parse(set: &mut Set, text: &str, lines: Lines) -> Result<(), BadRow> {
    for (at, line) in text
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty())
    {
        let bad = |e: serde_json::Error| BadRow {
            line: at + 1,
            why: e.to_string(),
        };
        let value: serde_json::Value = serde_json::from_str(line).map_err(bad)?;
        let row = if value.get("type").is_some() {
            serde_json::from_value(value).map_err(bad)?
        } else if lines == Lines::Documents {
            Row::Document(serde_json::from_value(value).map_err(bad)?)
        } else {
            Row::Question(serde_json::from_value(value).map_err(bad)?)
        };
        match row {
            Row::Document(d) => set.documents.push(d),
            Row::Question(mut q) => {
                if lines == Lines::Unanswerable {
                    q.answerable = Some(false);
                }
                set.questions.push(q);
            }
        }
    }
    Ok(())
}

/// What one retrievable unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Each passage as it comes.
    Passages,
    /// The chunks that the product makes of the text.
    Chunks,
}

/// Where an answer lies in a document, counted in visible characters, which no parser changes.
#[derive(Clone, Copy)]
struct Gold {
    document: usize,
    visible: (usize, usize),
}

/// A set cut into units and ready to be embedded.
pub struct Prepared {
    rows: Vec<ChunkRow>,
    inputs: Vec<Vec<VectorInput>>,
    units: HashMap<String, usize>,
    /// Document and visible range of each unit.
    places: Vec<Gold>,
    documents: HashMap<String, usize>,
    sources: Vec<String>,
}

fn visible(text: &str) -> usize {
    text.chars()
        .filter(|c| !c.is_whitespace() && !invisible(*c))
        .count()
}

impl Prepared {
    /// Cuts the documents into units. `plain` is the product's own parser of plain text (title, text); `max` the tokens the
    /// embedding model takes.
    pub fn new(
        set: &Set,
        units: Units,
        max: usize,
        count: &dyn Fn(&str) -> usize,
        plain: &dyn Fn(&str, &str) -> Parsed,
    ) -> Self {
        let mut out = Self {
            rows: Vec::new(),
            inputs: Vec::new(),
            units: HashMap::new(),
            places: Vec::new(),
            documents: HashMap::new(),
            sources: Vec::new(),
        };
        for document in &set.documents {
            let at = out.sources.len();
            let id = DocumentId::new();
            out.documents.insert(document.id.clone(), at);
            let joined: Vec<&str> = document.passages.iter().map(|p| p.text.as_str()).collect();
            let source = document.text.clone().unwrap_or_else(|| joined.join("\n\n"));
            if units == Units::Passages && !document.passages.is_empty() {
                let mut offset = 0;
                for passage in &document.passages {
                    out.units.insert(passage.id.clone(), out.rows.len());
                    let length = visible(&passage.text);
                    let place = Gold {
                        document: at,
                        visible: (offset, offset + length),
                    };
                    out.push(
                        id,
                        document,
                        "",
                        None,
                        (0, passage.text.chars().count()),
                        &passage.text,
                        place,
                        max,
                        count,
                    );
                    offset += length;
                }
            } else {
                let parsed = plain(&document.title, &source);
                let text: Vec<char> = parsed.plain_text().chars().collect();
                let before = |to: usize| {
                    text.iter()
                        .take(to)
                        .filter(|c| !c.is_whitespace() && !invisible(**c))
                        .count()
                };
                for c in chunk(&parsed, chunk::DEFAULT_LIMIT, count) {
                    let place = Gold {
                        document: at,
                        visible: (before(c.span.0), before(c.span.1)),
                    };
                    out.push(
                        id,
                        document,
                        &c.title_path,
                        c.page,
                        c.span,
                        &c.text,
                        place,
                        max,
                        count,
                    );
                }
            }
            out.sources.push(source);
        }
        for document in &set.documents {
            let Some(&at) = out.documents.get(&document.id) else {
                continue;
            };
            let mut offset = 0;
            for passage in &document.passages {
                // With chunks as units a gold passage is found by its place.
                let length = visible(&passage.text);
                if units == Units::Chunks
                    && let Some(unit) = out.best_cover(Gold {
                        document: at,
                        visible: (offset, offset + length),
                    })
                {
                    out.units.insert(passage.id.clone(), unit);
                }
                offset += length;
            }
        }
        out
    }

    #[expect(clippy::too_many_arguments, reason = "one row's columns, in one place")]
    fn push(
        &mut self,
        id: DocumentId,
        document: &DocumentRow,
        path: &str,
        page: Option<u32>,
        span: (usize, usize),
        text: &str,
        place: Gold,
        max: usize,
        count: &dyn Fn(&str) -> usize,
    ) {
        self.inputs
            .push(vector_inputs(&document.title, path, text, max, count));
        self.places.push(place);
        self.rows.push(ChunkRow {
            id: ChunkId::new(),
            document: id,
            title: document.title.clone(),
            title_path: path.to_owned(),
            page,
            span,
            text: text.to_owned(),
            vectors: None,
        });
    }

    fn best_cover(&self, gold: Gold) -> Option<usize> {
        let shared = |p: &Gold| {
            let from = p.visible.0.max(gold.visible.0);
            p.visible.1.min(gold.visible.1).saturating_sub(from)
        };
        (0..self.places.len())
            .filter(|at| self.places[*at].document == gold.document)
            .max_by_key(|at| (shared(&self.places[*at]), std::cmp::Reverse(*at)))
            .filter(|at| shared(&self.places[*at]) > 0)
    }

    /// The texts to embed, a list for each unit.
    pub fn inputs(&self) -> &[Vec<VectorInput>] {
        &self.inputs
    }

    /// The index over all units, with one set of vectors for each (none where the vectors are to be left out).
    pub fn index(&self, vectors: impl IntoIterator<Item = Option<ChunkVectors>>) -> Index {
        let mut vectors = vectors.into_iter();
        Index::build(self.rows.iter().cloned().map(|mut row| {
            row.vectors = vectors.next().flatten();
            row
        }))
    }

    /// Places in the index of the units that answer a question.
    pub fn gold(&self, question: &QuestionRow) -> Vec<usize> {
        let mut gold: Vec<usize> = question
            .gold
            .iter()
            .filter_map(|g| self.units.get(g).copied())
            .collect();
        if let (Some(doc), Some(text), Some(start)) =
            (&question.doc, &question.answer, question.answer_start)
            && let Some(&document) = self.documents.get(doc)
            && let Some(source) = self.sources.get(document)
        {
            let before: String = source.chars().take(start).collect();
            let from = visible(&before);
            let to = from + visible(text);
            let covers =
                |p: &Gold| p.document == document && p.visible.0 <= from && p.visible.1 >= to;
            gold.extend((0..self.places.len()).filter(|at| covers(&self.places[*at])));
        }
        gold
    }

    /// Searches and answers one question. `ms` is the time it took, which the caller measures around this call (see
    /// [`Outcome::ms`]).
    pub fn ask(&self, index: &Index, question: &QuestionRow, vector: Option<&[f32]>) -> Outcome {
        let query = Query::new(&question.text, vector);
        let hits = index.search(&query, RETURNED);
        let gold = self.gold(question);
        let mut returned = 0;
        let mut within = false;
        for hit in &hits.hits {
            returned += index.chunk(hit.at).map_or(0, |c| c.text.chars().count());
            within |= returned <= COVERED && gold.contains(&hit.at);
        }
        Outcome {
            answerable: question
                .answerable
                .unwrap_or(!gold.is_empty() || question.answer.is_some()),
            near: question.kind.as_deref() == Some("near"),
            rank: hits.hits.iter().position(|h| gold.contains(&h.at)),
            within,
            answered: matches!(answer(index, &query, &hits), Answer::Found(_)),
            ms: 0.0,
        }
    }
}

/// Hits looked at for a question.
const RETURNED: usize = 100;
/// Returned characters within which an answer counts as covered.
const COVERED: usize = 3_600;

/// What came out for one question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Whether the documents answer it.
    pub answerable: bool,
    /// For unanswerable ones: whether its topic is in the documents.
    pub near: bool,
    /// Place of the first right hit, from 0.
    pub rank: Option<usize>,
    /// Whether the first 3,600 returned characters hold it.
    pub within: bool,
    /// Whether an answer was given.
    pub answered: bool,
    /// Milliseconds it took, with the embedding of the question.
    pub ms: f64,
}

/// Shares of unanswerable questions that were refused; null without such questions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Refused {
    /// Topic in the documents, fact absent.
    pub near: Option<f64>,
    /// Topic absent.
    pub far: Option<f64>,
    /// Both.
    pub all: Option<f64>,
}

/// Half of the times are below `p50`, 99 of 100 below `p99`, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// The report of `voxanne eval retrieval`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Report {
    /// Answerable questions.
    pub n: usize,
    /// Share with a right hit first.
    pub r1: f64,
    /// Share with a right hit among three.
    pub r3: f64,
    /// Among five.
    pub r5: f64,
    /// Among ten.
    pub r10: f64,
    /// Mean of one over the rank.
    pub mrr: f64,
    /// Share whose answer the first 3,600 returned characters hold.
    pub covered_3600: f64,
    /// Unanswerable questions refused.
    pub unanswerable_refused: Refused,
    /// Share of answerable questions answered.
    pub answerable_answered: f64,
    /// Time of a question.
    pub query_ms: Times,
}

/// The report over all outcomes.
pub fn score(outcomes: &[Outcome]) -> Report {
    let answerable: Vec<&Outcome> = outcomes.iter().filter(|o| o.answerable).collect();
    let n = answerable.len();
    let share = |count: usize, of: usize| {
        if of == 0 {
            0.0
        } else {
            count as f64 / of as f64
        }
    };
    let within = |k: usize| {
        share(
            answerable
                .iter()
                .filter(|o| o.rank.is_some_and(|r| r < k))
                .count(),
            n,
        )
    };
    let refused = |keep: &dyn Fn(&Outcome) -> bool| {
        let of: Vec<&Outcome> = outcomes
            .iter()
            .filter(|o| !o.answerable && keep(o))
            .collect();
        (!of.is_empty()).then(|| share(of.iter().filter(|o| !o.answered).count(), of.len()))
    };
    let mut times: Vec<f64> = outcomes.iter().map(|o| o.ms).collect();
    times.sort_by(f64::total_cmp);
    let percentile = |p: f64| {
        let at = (p * times.len() as f64).ceil() as usize;
        times.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
    };
    Report {
        n,
        r1: within(1),
        r3: within(3),
        r5: within(5),
        r10: within(10),
        mrr: answerable
            .iter()
            .filter_map(|o| o.rank)
            .map(|r| 1.0 / (r as f64 + 1.0))
            .sum::<f64>()
            / n.max(1) as f64,
        covered_3600: share(answerable.iter().filter(|o| o.within).count(), n),
        unanswerable_refused: Refused {
            near: refused(&|o| o.near),
            far: refused(&|o| !o.near),
            all: refused(&|_| true),
        },
        answerable_answered: share(answerable.iter().filter(|o| o.answered).count(), n),
        query_ms: Times {
            p50: percentile(0.5),
            p99: percentile(0.99),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::plain;

    fn outcome(
        answerable: bool,
        near: bool,
        rank: Option<usize>,
        answered: bool,
        ms: f64,
    ) -> Outcome {
        Outcome {
            answerable,
            near,
            rank,
            within: rank == Some(0),
            answered,
            ms,
        }
    }

    #[test]
    fn the_report_counts_as_its_keys_say() {
        let report = score(&[
            outcome(true, false, Some(0), true, 1.0),
            outcome(true, false, Some(3), false, 2.0),
            outcome(false, true, None, true, 3.0),
            outcome(false, false, None, false, 4.0),
        ]);
        let json = serde_json::to_value(report).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "n": 2, "r1": 0.5, "r3": 0.5, "r5": 1.0, "r10": 1.0, "mrr": 0.625, "covered_3600": 0.5,
                "unanswerable_refused": {"near": 0.0, "far": 1.0, "all": 0.5},
                "answerable_answered": 0.5, "query_ms": {"p50": 2.0, "p99": 4.0}
            })
        );
    }

    #[test]
    fn gold_is_found_in_passages_and_in_chunks() {
        let lines = concat!(
            r#"{"type":"document","id":"d","title":"Fees","text":"Check-ups are\n$90.\n\nCleaning\n\nCleaning costs $120 here."}"#,
            "\n",
            r#"{"type":"question","text":"What does cleaning cost?","doc":"d","answer":"$120","answer_start":44}"#,
            "\n",
            r#"{"id":"e","title":"Parking","passages":[{"id":"p","text":"Park behind the house."}]}"#,
            "\n",
        );
        let mut set = Set::default();
        parse(&mut set, lines, Lines::Documents).unwrap();
        parse(
            &mut set,
            r#"{"text":"Where do I park?","gold":["p"]}"#,
            Lines::Questions,
        )
        .unwrap();
        let words = |t: &str| t.split_whitespace().count();
        for units in [Units::Passages, Units::Chunks] {
            let prepared = Prepared::new(&set, units, 254, &words, &plain::parse);
            let index = prepared.index(std::iter::empty());
            for question in &set.questions {
                assert_eq!(prepared.gold(question).len(), 1, "{units:?}");
                let got = prepared.ask(&index, question, None);
                assert!(
                    got.answerable && got.rank == Some(0) && got.within,
                    "{got:?}"
                );
            }
        }
        assert!(
            parse(&mut set, "{}", Lines::Documents)
                .unwrap_err()
                .to_string()
                .starts_with("line 1: ")
        );
    }
}
