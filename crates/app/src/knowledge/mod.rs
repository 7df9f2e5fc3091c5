//! The clinic's knowledge: documents in, an immutable index for each revision, questions asked of it.

pub mod ask;
pub mod import;

use crate::{App, Fault};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;
use voxanne_core::{
    ids::{ChunkId, OrgId},
    knowledge::{ChunkVectors, Index, index::ChunkRow},
};

/// Memory that all indexes together may hold, bytes.
const CACHE_BYTES: usize = 512 << 20;
/// Passages read at once while an index is built.
const PAGE: u32 = 500;
/// Passages of one organization: more are not searched, and the dashboard says so.
pub const MOST_CHUNKS: usize = 100_000;

type Key = (OrgId, u64);

struct Slot {
    index: Arc<OnceCell<Arc<Index>>>,
    used: u64,
}

/// Indexes keyed by revision, least recently used ones go first. A call keeps its revision's index by holding it.
#[derive(Default)]
pub struct Knowledge {
    slots: Mutex<(u64, HashMap<Key, Slot>)>,
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Knowledge")
    }
}

impl Knowledge {
    /// The index of a revision, built on first use; concurrent askers share one build.
    pub async fn index(&self, app: &App, org: OrgId, rev: u64) -> Result<Arc<Index>, Fault> {
        let cell = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            slots.0 += 1;
            let now = slots.0;
            let slot = slots.1.entry((org, rev)).or_insert_with(|| Slot {
                index: Arc::new(OnceCell::new()),
                used: now,
            });
            slot.used = now;
            slot.index.clone()
        };
        let index = cell.get_or_try_init(|| build(app, org, rev)).await?.clone();
        self.shrink((org, rev));
        Ok(index)
    }

    /// Forgets the index of a revision: more vectors have come for it.
    pub fn forget(&self, org: OrgId, rev: u64) {
        self.slots
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .remove(&(org, rev));
    }

    fn shrink(&self, keep: Key) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let held: usize = slots
                .1
                .values()
                .filter_map(|s| s.index.get())
                .map(|index| index.bytes())
                .sum();
            let oldest = slots
                .1
                .iter()
                .filter(|(key, _)| **key != keep)
                .min_by_key(|(_, s)| s.used)
                .map(|(k, _)| *k);
            match oldest {
                Some(key) if held > CACHE_BYTES => slots.1.remove(&key),
                _ => return,
            };
        }
    }
}

async fn build(app: &App, org: OrgId, rev: u64) -> Result<Arc<Index>, Fault> {
    let mut rows: Vec<ChunkRow> = Vec::new();
    let mut after: Option<ChunkId> = None;
    let mut read = app.store.read(org).await?;
    loop {
        let page = read.chunks_at(rev, after, PAGE).await?;
        let ids: Vec<ChunkId> = page.iter().map(|(chunk, _)| chunk.id).collect();
        let Some(last) = ids.last().copied() else {
            break;
        };
        let mut vectors: HashMap<ChunkId, ChunkVectors> = read
            .vectors(app.embedder.model(), &ids)
            .await?
            .into_iter()
            .filter_map(|v| Some((v.chunk, ChunkVectors::from_bytes(&v.blob)?)))
            .collect();
        for (chunk, title) in page {
            rows.push(ChunkRow {
                vectors: vectors.remove(&chunk.id),
                id: chunk.id,
                document: chunk.document,
                title,
                title_path: chunk.title_path,
                page: chunk.page,
                span: (chunk.span.0 as usize, chunk.span.1 as usize),
                text: chunk.text.into_exposed(),
            });
        }
        if rows.len() >= MOST_CHUNKS {
            tracing::warn!(%org, "knowledge.too_many_passages");
            rows.truncate(MOST_CHUNKS);
            break;
        }
        after = Some(last);
    }
    drop(read);
    // Tens of thousands of passages take a while: not on a thread that carries calls.
    tokio::task::spawn_blocking(move || Arc::new(Index::build(rows.into_iter())))
        .await
        .map_err(|_| Fault::Unavailable("the knowledge index could not be built".to_owned()))
}
