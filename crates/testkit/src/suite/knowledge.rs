//! Documents, passages with revisions, vectors.

use super::{T0, TestStore, new_org, read, write};
use std::{collections::HashSet, sync::Arc};
use voxanne_core::{
    ids::{ChunkId, DocumentId, OrgId},
    page::Limit,
    pii::Pii,
    ports::store::{Chunk, Document, DocumentState, Store, StoreError, StoredVectors},
};

/// The tests of this file.
#[macro_export]
macro_rules! suite_knowledge {
    ($fresh:ident) => {
        $crate::suite_tests!(
            $fresh,
            knowledge,
            [
                a_document_is_kept_once_for_each_content,
                documents_are_listed_newest_first_without_removed_ones,
                a_revision_shows_what_counted_then,
                passages_of_a_document_come_by_position,
                what_has_no_vectors_yet_is_found_by_model,
                passages_of_a_kept_document_are_never_deleted,
                knowledge_of_another_tenant_is_out_of_reach,
            ],
            whole[passages_are_sealed]
        );
    };
}

fn document(org: OrgId, hash: u8) -> Document {
    Document {
        id: DocumentId::new(),
        org,
        title: "Prices".to_owned(),
        kind: "md".to_owned(),
        content_hash: [hash; 32],
        bytes: 1_234,
        state: DocumentState::Received,
        done: 0,
        total: 0,
        chunks: 0,
        pages: Some(3),
        storage_key: "documents/x".to_owned(),
        error: None,
        created_at: T0,
        ready_at: None,
        removed_at: None,
    }
}

fn chunk(document: DocumentId, ordinal: u32, rev: u64) -> Chunk {
    Chunk {
        id: ChunkId::new(),
        document,
        ordinal,
        title_path: "Prices / Cleaning".to_owned(),
        page: Some(1),
        span: (ordinal * 100, ordinal * 100 + 90),
        text: Pii::new(format!("A cleaning costs {} dollars.", 100 + ordinal)),
        tokens: 9,
        added_rev: rev,
        removed_rev: None,
    }
}

async fn put(store: &dyn Store, org: OrgId, document: &Document) {
    let mut tx = write(store, org).await;
    tx.put_document(document).await.unwrap();
    tx.commit().await.unwrap();
}

/// A document with `n` passages under a revision of its own.
async fn with_chunks(
    store: &dyn Store,
    org: OrgId,
    hash: u8,
    n: u32,
) -> (Document, u64, Vec<Chunk>) {
    let document = document(org, hash);
    let mut tx = write(store, org).await;
    tx.put_document(&document).await.unwrap();
    let rev = tx.next_knowledge_rev().await.unwrap();
    let chunks: Vec<Chunk> = (0..n).map(|at| chunk(document.id, at, rev)).collect();
    tx.add_chunks(&chunks).await.unwrap();
    tx.commit().await.unwrap();
    (document, rev, chunks)
}

async fn ids_at(store: &dyn Store, org: OrgId, rev: u64) -> HashSet<ChunkId> {
    let mut snapshot = read(store, org).await;
    let mut seen = HashSet::new();
    let mut after = None;
    loop {
        let batch = snapshot.chunks_at(rev, after, 2).await.unwrap();
        let Some((last, _)) = batch.last() else {
            return seen;
        };
        after = Some(last.id);
        for (chunk, title) in batch {
            assert_eq!(title, "Prices");
            assert!(seen.insert(chunk.id), "a passage came twice");
        }
    }
}

pub async fn a_document_is_kept_once_for_each_content(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let mut first = document(org, 7);
    put(&*store, org, &first).await;
    let mut tx = write(&*store, org).await;
    assert_eq!(
        tx.put_document(&document(org, 7)).await,
        Err(StoreError::Conflict("document"))
    );
    drop(tx);
    put(&*store, other, &document(other, 7)).await;
    let mut snapshot = read(&*store, org).await;
    assert_eq!(
        snapshot.document_by_hash(&[7; 32]).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(snapshot.document_by_hash(&[8; 32]).await.unwrap(), None);
    drop(snapshot);

    first.state = DocumentState::Failed;
    first.error =
        Some("The file is locked with a password: remove it and upload again.".to_owned());
    first.removed_at = Some(T0.plus(5));
    put(&*store, org, &first).await;
    let mut snapshot = read(&*store, org).await;
    assert_eq!(snapshot.document_by_hash(&[7; 32]).await.unwrap(), None);
    assert_eq!(snapshot.document(first.id).await.unwrap(), Some(first));
    drop(snapshot);
    put(&*store, org, &document(org, 7)).await;
}

pub async fn documents_are_listed_newest_first_without_removed_ones(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let mut made = Vec::new();
    for n in 0..4_u8 {
        let document = Document {
            created_at: T0.plus(i64::from(n)),
            removed_at: (n == 2).then_some(T0.plus(9)),
            ..document(org, n)
        };
        put(&*store, org, &document).await;
        made.push(document);
    }
    let mut snapshot = read(&*store, org).await;
    let first = snapshot.documents(None, Limit::new(2)).await.unwrap();
    assert_eq!(first.items, [made[3].clone(), made[1].clone()]);
    let rest = snapshot
        .documents(first.next.as_deref(), Limit::new(2))
        .await
        .unwrap();
    assert_eq!(rest.items, [made[0].clone()]);
    assert_eq!(rest.next, None);
}

pub async fn a_revision_shows_what_counted_then(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    assert_eq!(read(&*store, org).await.knowledge_rev().await.unwrap(), 0);
    let (old, before, old_chunks) = with_chunks(&*store, org, 1, 5).await;
    let mut tx = write(&*store, org).await;
    let rev = tx.next_knowledge_rev().await.unwrap();
    assert_eq!(rev, before + 1);
    tx.remove_chunks(old.id, rev).await.unwrap();
    let new = document(org, 2);
    tx.put_document(&new).await.unwrap();
    let new_chunks: Vec<Chunk> = (0..3).map(|at| chunk(new.id, at, rev)).collect();
    tx.add_chunks(&new_chunks).await.unwrap();
    tx.commit().await.unwrap();
    let ids = |chunks: &[Chunk]| chunks.iter().map(|c| c.id).collect::<HashSet<_>>();
    assert_eq!(ids_at(&*store, org, before).await, ids(&old_chunks));
    assert_eq!(ids_at(&*store, org, rev).await, ids(&new_chunks));
    assert!(ids_at(&*store, org, 0).await.is_empty());
    assert_eq!(read(&*store, org).await.knowledge_rev().await.unwrap(), rev);
    assert_eq!(
        read(&*store, org)
            .await
            .knowledge_counts("m")
            .await
            .unwrap(),
        (3, 0)
    );
}

pub async fn passages_of_a_document_come_by_position(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (document, _, chunks) = with_chunks(&*store, org, 1, 5).await;
    with_chunks(&*store, org, 2, 5).await;
    let mut snapshot = read(&*store, org).await;
    let first = snapshot.chunks_of(document.id, None, 3).await.unwrap();
    assert_eq!(first, chunks[..3]);
    let rest = snapshot.chunks_of(document.id, Some(2), 9).await.unwrap();
    assert_eq!(rest, chunks[3..]);
}

pub async fn what_has_no_vectors_yet_is_found_by_model(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (document, _, chunks) = with_chunks(&*store, org, 1, 4).await;
    let vectors = |at: usize, model: &str, blob: u8| StoredVectors {
        chunk: chunks[at].id,
        model: model.to_owned(),
        blob: vec![blob; 40],
    };
    let mut tx = write(&*store, org).await;
    tx.put_vectors(&[
        vectors(0, "small", 1),
        vectors(1, "small", 2),
        vectors(0, "large", 3),
    ])
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let mut snapshot = read(&*store, org).await;
    let missing = snapshot.unembedded(document.id, "small", 9).await.unwrap();
    assert_eq!(missing, chunks[2..]);
    let missing = snapshot.unembedded(document.id, "large", 2).await.unwrap();
    assert_eq!(missing, chunks[1..3]);
    assert_eq!(snapshot.knowledge_counts("small").await.unwrap(), (4, 2));
    drop(snapshot);
    let mut tx = write(&*store, org).await;
    tx.put_vectors(&[vectors(1, "small", 9)]).await.unwrap();
    tx.commit().await.unwrap();
    let ids: Vec<ChunkId> = chunks.iter().map(|c| c.id).collect();
    let mut got = read(&*store, org)
        .await
        .vectors("small", &ids)
        .await
        .unwrap();
    got.sort_by_key(|v| v.blob.clone());
    assert_eq!(got, [vectors(0, "small", 1), vectors(1, "small", 9)]);
}

pub async fn passages_of_a_kept_document_are_never_deleted(store: Arc<dyn Store>) {
    let org = new_org(&*store).await;
    let (document, rev, chunks) = with_chunks(&*store, org, 1, 5).await;
    let mut tx = write(&*store, org).await;
    tx.put_vectors(&[StoredVectors {
        chunk: chunks[0].id,
        model: "small".to_owned(),
        blob: vec![1],
    }])
    .await
    .unwrap();
    assert_eq!(tx.delete_chunks(document.id, 100).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(ids_at(&*store, org, rev).await.len(), 5);
    let mut tx = write(&*store, org).await;
    tx.put_document(&Document {
        removed_at: Some(T0),
        ..document.clone()
    })
    .await
    .unwrap();
    assert_eq!(tx.delete_chunks(document.id, 3).await.unwrap(), 3);
    assert_eq!(tx.delete_chunks(document.id, 3).await.unwrap(), 2);
    assert_eq!(tx.delete_chunks(document.id, 3).await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert!(ids_at(&*store, org, rev).await.is_empty());
    let left = read(&*store, org)
        .await
        .vectors("small", &[chunks[0].id])
        .await
        .unwrap();
    assert!(left.is_empty(), "vectors go with their passages");
}

pub async fn knowledge_of_another_tenant_is_out_of_reach(store: Arc<dyn Store>) {
    let (org, other) = (new_org(&*store).await, new_org(&*store).await);
    let (document, rev, chunks) = with_chunks(&*store, org, 1, 3).await;
    let mut foreign = write(&*store, other).await;
    assert_eq!(foreign.document(document.id).await.unwrap(), None);
    assert!(
        foreign
            .chunks_of(document.id, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(foreign.chunks_at(rev, None, 9).await.unwrap().is_empty());
    assert!(
        foreign
            .vectors("small", &[chunks[0].id])
            .await
            .unwrap()
            .is_empty()
    );
    foreign.remove_chunks(document.id, rev + 1).await.unwrap();
    assert_eq!(foreign.delete_chunks(document.id, 9).await.unwrap(), 0);
    foreign.commit().await.unwrap();
    assert_eq!(ids_at(&*store, org, rev + 1).await.len(), 3);
    let mut foreign = write(&*store, other).await;
    assert!(
        foreign
            .add_chunks(&[chunk(document.id, 9, 1)])
            .await
            .is_err(),
        "passages cannot be hung on another tenant's document"
    );
}

pub async fn passages_are_sealed(fresh: TestStore) {
    let org = new_org(&*fresh.store).await;
    let (document, rev, _) = with_chunks(&*fresh.store, org, 1, 2).await;
    let bytes = fresh.guard.bytes_at_rest().await;
    let holds = |what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
    assert!(holds(&document.storage_key));
    assert!(!holds("cleaning costs") && !holds("Prices / Cleaning"));
    let texts = read(&*fresh.store, org)
        .await
        .chunks_at(rev, None, 9)
        .await
        .unwrap();
    assert!(
        texts
            .iter()
            .all(|(c, _)| c.text.expose().contains("cleaning costs"))
    );
}
