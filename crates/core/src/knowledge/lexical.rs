//! Full-text ranking: BM25 over two fields, with synonyms, acronyms and near spellings of the question's words.

use super::{
    spoken,
    text::{Lang, Stems, is_stop_word, words},
};
use std::collections::HashMap;

/// How the fields count, and how quickly repetition and length stop mattering.
const TITLE_WEIGHT: f32 = 2.0;
const K1: f32 = 1.2;
const TITLE_B: f32 = 0.3;
const BODY_B: f32 = 0.7;
/// Weight of a synonym against the caller's own word.
const SYNONYM: f32 = 0.5;
/// Least likeness of a near spelling (share of common three-letter groups).
const NEAR_ENGLISH: f32 = 0.45;
const NEAR_SPANISH: f32 = 0.3;
/// Near spellings tried for one word.
const MOST_NEAR: usize = 4;
/// Most words of a question that count.
const MOST_WORDS: usize = 64;

struct Posting {
    chunk: u32,
    title: u8,
    body: u16,
}

/// A word of the question: what it may appear as, and how much it says.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The caller's own word, folded.
    pub(super) word: String,
    /// Its stem.
    pub(super) stem: String,
    /// How rare it is; the rarest for words that no document holds.
    pub(super) idf: f32,
    /// Terms of the index that count for it, each with its weight.
    pub(super) terms: Vec<(u32, f32)>,
}

pub(super) struct Lexical {
    vocabulary: HashMap<Box<str>, u32>,
    /// First posting of each term; one entry more than there are terms.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    lengths: Vec<(u16, u16)>,
    average: (f32, f32),
    /// Three-letter group and term, sorted.
    grams: Vec<(u32, u32)>,
    gram_counts: Vec<u8>,
    acronyms: HashMap<Box<str>, Vec<u32>>,
    term_bytes: usize,
}

/// Gathers terms while the index is built.
#[derive(Default)]
pub(super) struct Builder {
    vocabulary: HashMap<Box<str>, u32>,
    stems: Stems,
    stemmed: HashMap<Box<str>, u32>,
    lists: Vec<Vec<Posting>>,
    lengths: Vec<(u16, u16)>,
    acronyms: HashMap<Box<str>, Vec<u32>>,
}

const MOST_ACRONYMS: usize = 20_000;

impl Builder {
    fn term(&mut self, word: &str) -> u32 {
        if let Some(id) = self.stemmed.get(word) {
            return *id;
        }
        let stem = self.stems.of(word);
        let next = self.lists.len() as u32;
        let id = *self.vocabulary.entry(stem.into_boxed_str()).or_insert(next);
        if id == next {
            self.lists.push(Vec::new());
        }
        self.stemmed.insert(word.into(), id);
        id
    }

    pub(super) fn push(&mut self, title: &str, body: &str) {
        let chunk = self.lengths.len() as u32;
        let mut lengths = (0_u16, 0_u16);
        for (text, is_title) in [(title, true), (body, false)] {
            for word in words(text).iter().filter(|w| !is_stop_word(w)) {
                let id = self.term(word) as usize;
                let list = &mut self.lists[id];
                if list.last().is_none_or(|p| p.chunk != chunk) {
                    list.push(Posting {
                        chunk,
                        title: 0,
                        body: 0,
                    });
                }
                if let Some(p) = list.last_mut() {
                    if is_title {
                        p.title = p.title.saturating_add(1);
                        lengths.0 = lengths.0.saturating_add(1);
                    } else {
                        p.body = p.body.saturating_add(1);
                        lengths.1 = lengths.1.saturating_add(1);
                    }
                }
            }
            self.note_acronyms(text);
        }
        self.lengths.push(lengths);
    }

    /// Remembers "Brazilian Butt Lift" as what "bbl" may mean.
    fn note_acronyms(&mut self, text: &str) {
        let mut run: Vec<&str> = Vec::new();
        for word in text.split_whitespace().chain([""]) {
            let clean = word.trim_matches(|c: char| !c.is_alphanumeric());
            if clean.chars().next().is_some_and(char::is_uppercase) && clean.chars().count() > 1 {
                run.push(clean);
                if clean.len() == word.len() || word.starts_with(clean) && word.len() == clean.len()
                {
                    continue;
                }
            }
            self.keep_acronyms(&run);
            run.clear();
        }
    }

    fn keep_acronyms(&mut self, run: &[&str]) {
        for size in 2..=run.len().min(5) {
            for part in run.windows(size) {
                if self.acronyms.len() >= MOST_ACRONYMS {
                    return;
                }
                let name: String = part
                    .iter()
                    .filter_map(|w| w.chars().next())
                    .flat_map(char::to_lowercase)
                    .collect();
                if self.acronyms.contains_key(name.as_str()) {
                    continue;
                }
                let terms = part
                    .iter()
                    .flat_map(|w| words(w))
                    .filter(|w| !is_stop_word(w))
                    .map(|w| self.term(&w))
                    .collect();
                self.acronyms.insert(name.into_boxed_str(), terms);
            }
        }
    }

    pub(super) fn finish(self) -> Lexical {
        let mut starts = Vec::with_capacity(self.lists.len() + 1);
        let mut postings = Vec::with_capacity(self.lists.iter().map(Vec::len).sum());
        for list in self.lists {
            starts.push(postings.len() as u32);
            postings.extend(list);
        }
        starts.push(postings.len() as u32);
        let mut grams = Vec::new();
        let mut gram_counts = vec![0_u8; starts.len() - 1];
        for (term, id) in &self.vocabulary {
            let own = trigrams(term);
            if let Some(count) = gram_counts.get_mut(*id as usize) {
                *count = own.len().min(255) as u8;
            }
            grams.extend(own.into_iter().map(|g| (g, *id)));
        }
        grams.sort_unstable();
        grams.shrink_to_fit();
        let n = self.lengths.len().max(1) as f32;
        let average = (
            (self.lengths.iter().map(|l| f32::from(l.0)).sum::<f32>() / n).max(1.0),
            (self.lengths.iter().map(|l| f32::from(l.1)).sum::<f32>() / n).max(1.0),
        );
        let term_bytes = self.vocabulary.keys().map(|k| k.len()).sum();
        Lexical {
            vocabulary: self.vocabulary,
            starts,
            postings,
            lengths: self.lengths,
            average,
            grams,
            gram_counts,
            acronyms: self.acronyms,
            term_bytes,
        }
    }
}

/// Hashes of the three-character groups of a term with its ends marked; sorted, each once. Short terms have none: too many
/// of them are alike.
fn trigrams(term: &str) -> Vec<u32> {
    let chars: Vec<u32> = std::iter::once(1)
        .chain(term.chars().map(u32::from))
        .chain([2])
        .collect();
    if chars.len() < 5 {
        return Vec::new();
    }
    let mut out: Vec<u32> = chars
        .windows(3)
        .map(|w| {
            w.iter()
                .fold(0x811c_9dc5_u32, |h, c| (h ^ c).wrapping_mul(0x0100_0193))
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

impl Lexical {
    fn list(&self, term: u32) -> &[Posting] {
        let at = term as usize;
        let (from, to) = (self.starts.get(at), self.starts.get(at + 1));
        from.zip(to)
            .and_then(|(f, t)| self.postings.get(*f as usize..*t as usize))
            .unwrap_or_default()
    }

    fn idf(&self, documents: usize) -> f32 {
        let n = self.lengths.len() as f32;
        let d = documents as f32;
        (1.0 + (n - d + 0.5) / (d + 0.5)).ln()
    }

    /// Terms spelled like `stem`, best first.
    fn near(&self, stem: &str, least: f32) -> Vec<(u32, f32)> {
        let own = trigrams(stem);
        let mut common: HashMap<u32, u32> = HashMap::new();
        for gram in &own {
            let from = self.grams.partition_point(|(g, _)| g < gram);
            for (_, term) in self.grams[from..].iter().take_while(|(g, _)| g == gram) {
                *common.entry(*term).or_default() += 1;
            }
        }
        let mut out: Vec<(u32, f32)> = common
            .into_iter()
            .filter_map(|(term, n)| {
                let other = self.gram_counts.get(term as usize).copied().unwrap_or(0);
                let like = 2.0 * n as f32 / (own.len() as f32 + f32::from(other));
                (like >= least && !self.list(term).is_empty()).then_some((term, like))
            })
            .collect();
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        out.truncate(MOST_NEAR);
        out
    }

    /// The words of a question that carry meaning, with what each may appear as.
    pub(super) fn analyse(&self, question: &str, lang: Lang) -> Vec<Group> {
        let stems = Stems::default();
        let all = words(question);
        let mut said: Vec<String> = all.iter().filter(|w| !is_stop_word(w)).cloned().collect();
        for name in spoken::spelled(&all) {
            if self.vocabulary.contains_key(name.as_str())
                || self.acronyms.contains_key(name.as_str())
            {
                said.retain(|w| w.chars().count() > 1);
                said.push(name);
            }
        }
        said.truncate(MOST_WORDS);
        let mut out: Vec<Group> = Vec::new();
        for word in said {
            let stem = stems.of(&word);
            if out.iter().any(|g| g.stem == stem) {
                continue;
            }
            let mut terms: Vec<(u32, f32)> = Vec::new();
            let own = self
                .vocabulary
                .get(stem.as_str())
                .copied()
                .filter(|t| !self.list(*t).is_empty());
            if let Some(term) = own {
                terms.push((term, 1.0));
            }
            if let Some(meaning) = self.acronyms.get(word.as_str()).filter(|_| own.is_none()) {
                terms.extend(meaning.iter().map(|t| (*t, 0.8)));
            }
            for other in spoken::synonyms(&word) {
                if let Some(term) = self.vocabulary.get(stems.of(other).as_str()) {
                    terms.push((*term, SYNONYM));
                }
            }
            let is_name = word.chars().all(char::is_alphabetic);
            if is_name && (lang == Lang::Spanish || own.is_none()) {
                let least = if lang == Lang::Spanish {
                    NEAR_SPANISH
                } else {
                    NEAR_ENGLISH
                };
                terms.extend(
                    self.near(&stem, least)
                        .into_iter()
                        .map(|(t, like)| (t, like * like.sqrt())),
                );
            }
            terms.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            terms.dedup_by_key(|t| t.0);
            let documents = terms
                .iter()
                .filter(|t| t.1 >= 0.6)
                .map(|t| self.list(t.0).len())
                .max();
            out.push(Group {
                idf: self.idf(documents.unwrap_or(0)),
                word,
                stem,
                terms,
            });
        }
        out
    }

    /// Score of every chunk.
    pub(super) fn scores(&self, groups: &[Group]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.lengths.len()];
        let mut best = vec![0.0_f32; self.lengths.len()];
        let mut touched: Vec<u32> = Vec::new();
        for group in groups {
            for (term, weight) in &group.terms {
                let list = self.list(*term);
                let idf = self.idf(list.len());
                for p in list {
                    let at = p.chunk as usize;
                    let (Some(length), Some(slot)) = (self.lengths.get(at), best.get_mut(at))
                    else {
                        continue;
                    };
                    let norm = |b: f32, length: u16, average: f32| {
                        1.0 - b + b * f32::from(length) / average
                    };
                    let tf = TITLE_WEIGHT * f32::from(p.title)
                        / norm(TITLE_B, length.0, self.average.0)
                        + f32::from(p.body) / norm(BODY_B, length.1, self.average.1);
                    let score = weight * idf * tf * (K1 + 1.0) / (K1 + tf);
                    if *slot == 0.0 {
                        touched.push(p.chunk);
                    }
                    if score > *slot {
                        *slot = score;
                    }
                }
            }
            for chunk in touched.drain(..) {
                let at = chunk as usize;
                if let (Some(sum), Some(one)) = (scores.get_mut(at), best.get_mut(at)) {
                    *sum += *one;
                    *one = 0.0;
                }
            }
        }
        scores
    }

    /// Share of the question's meaning that the terms of a text cover, 0 to 1; 1 where the question has none.
    pub(super) fn coverage(&self, groups: &[Group], stems: &[String]) -> f32 {
        let ids: Vec<u32> = stems
            .iter()
            .filter_map(|s| self.vocabulary.get(s.as_str()).copied())
            .collect();
        let mut total = 0.0;
        let mut covered = 0.0;
        for group in groups {
            total += group.idf;
            let best = group
                .terms
                .iter()
                .filter(|(t, _)| ids.contains(t))
                .map(|(_, w)| w.max(0.8 * w.ceil()))
                .fold(0.0, f32::max);
            let literal = if stems.contains(&group.stem) {
                1.0
            } else {
                0.0
            };
            covered += group.idf * best.max(literal).min(1.0);
        }
        if total > 0.0 { covered / total } else { 1.0 }
    }

    pub(super) fn bytes(&self) -> usize {
        let entry = size_of::<Box<str>>() + 4 + 8;
        self.vocabulary.capacity() * entry
            + self.term_bytes
            + self.starts.capacity() * 4
            + self.postings.capacity() * size_of::<Posting>()
            + self.lengths.capacity() * 4
            + self.grams.capacity() * 8
            + self.gram_counts.capacity()
            + self
                .acronyms
                .iter()
                .map(|(k, v)| k.len() + v.capacity() * 4 + entry + 24)
                .sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexical(rows: &[(&str, &str)]) -> Lexical {
        let mut b = Builder::default();
        for (title, body) in rows {
            b.push(title, body);
        }
        b.finish()
    }

    fn best(l: &Lexical, question: &str) -> usize {
        let scores = l.scores(&l.analyse(question, Lang::English));
        let top = scores
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        top.map_or(usize::MAX, |(at, _)| at)
    }

    #[test]
    fn names_are_found_as_recognizers_spell_them() {
        let l = lexical(&[
            ("Fillers", "We use Juvederm and Restylane."),
            ("Body", "A Brazilian Butt Lift takes three hours."),
            ("Dental", "Cleanings cost $90."),
        ]);
        assert_eq!(best(&l, "do you have juvaderm"), 0);
        assert_eq!(best(&l, "how long is a bee bee el"), 1);
        assert_eq!(best(&l, "how long is a BBL?"), 1);
        assert_eq!(best(&l, "what's the fee for a cleaning"), 2);
    }

    #[test]
    fn the_title_counts_more_than_the_body() {
        let l = lexical(&[
            ("Hours", "Parking is free."),
            ("Parking", "Ask at the desk."),
            ("Other", "Nothing."),
        ]);
        assert_eq!(best(&l, "parking"), 1);
    }

    #[test]
    fn coverage_is_the_share_of_meaning() {
        let l = lexical(&[("A", "botox costs"), ("B", "filler"), ("C", "lips")]);
        let groups = l.analyse("botox for frogs", Lang::English);
        let full = l.coverage(&groups, &["botox".into(), "frog".into()]);
        let half = l.coverage(&groups, &["botox".into()]);
        assert!(
            (full - 1.0).abs() < 1e-6 && half > 0.2 && half < 0.8,
            "{full} {half}"
        );
    }
}
