//! Documents: stored while they stream in, then parsed, cut and embedded by a durable job that goes on after any crash.

use crate::{App, Fault, jobs::Outcome};
use futures::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};
use voxanne_core::{
    ids::{ChunkId, DocumentId, OrgId},
    jobs::NewJob,
    knowledge::{ChunkVectors, chunk},
    log::NewEvent,
    pii::Pii,
    ports::{
        blobs::Upload,
        embedder::{EmbedError, Urgency},
        store::{Chunk, Document, DocumentState, StoredVectors, TenantTx},
    },
    tenancy::Actor,
};

/// Largest upload, bytes.
pub const MOST_BYTES: u64 = 100 << 20;
/// Rows of one write transaction.
const ROWS: usize = 100;
/// Part of an upload, bytes.
const PART: usize = 1 << 20;
/// Longest passage in tokens.
const CHUNK_TOKENS: usize = 220;
/// Texts embedded at once; two at a time keep a running call's turn first.
const EMBED: usize = 8;
/// Documents of one organization.
const MOST_TITLE: usize = 200;
/// How long passages of a removed document stay for calls that carry an older revision, ms.
const KEEP_REMOVED_MS: i64 = 13 * 3_600_000;

/// Stores an upload and begins its import. The same bytes are the same document: then the second value is false.
pub async fn upload(
    app: &App,
    actor: &Actor,
    title: Option<String>,
    file_name: &str,
    mut bytes: impl Stream<Item = Result<bytes::Bytes, Fault>> + Send + Unpin,
) -> Result<(Document, bool), Fault> {
    let id = DocumentId::new();
    let key = format!("{}/documents/{id}", actor.org);
    let upload = app.blobs.begin(&key).await?;
    let stored = store(app, actor.org, &upload, &mut bytes).await;
    let (hash, length) = match stored {
        Ok(stored) => stored,
        Err(fault) => {
            app.blobs.abort(upload).await?;
            return Err(fault);
        }
    };
    if length == 0 {
        app.blobs.abort(upload).await?;
        return Err(Fault::bad("file", "the file is empty"));
    }
    app.blobs.complete(upload).await?;
    let title = title
        .filter(|t| !t.trim().is_empty())
        .unwrap_or_else(|| stem(file_name));
    let document = Document {
        id,
        org: actor.org,
        title: title.chars().take(MOST_TITLE).collect(),
        kind: extension(file_name),
        content_hash: hash,
        bytes: length,
        state: DocumentState::Received,
        done: 0,
        total: 0,
        chunks: 0,
        pages: None,
        storage_key: key.clone(),
        error: None,
        created_at: app.now(),
        ready_at: None,
        removed_at: None,
    };
    let mut tx = app.store.write(actor).await?;
    if let Some(known) = tx.document_by_hash(&hash).await? {
        drop(tx);
        app.blobs.delete(&key).await?;
        return Ok((known, false));
    }
    tx.put_document(&document).await?;
    announce(&mut *tx, &document);
    tx.enqueue(NewJob::import_document(id));
    tx.audit("document.added", Some(id.to_string()));
    if let Err(error) = tx.commit().await {
        app.blobs.delete(&key).await?;
        return Err(error.into());
    }
    Ok((document, true))
}

async fn store(
    app: &App,
    org: OrgId,
    upload: &Upload,
    bytes: &mut (impl Stream<Item = Result<bytes::Bytes, Fault>> + Send + Unpin),
) -> Result<([u8; 32], u64), Fault> {
    let mut hash = Sha256::new();
    let mut writer = crate::recording::sealed::Writer::new(app, org, upload).await?;
    let mut length = 0_u64;
    let mut buffer = Vec::with_capacity(PART);
    while let Some(piece) = bytes.next().await {
        let piece = piece?;
        length += piece.len() as u64;
        if length > MOST_BYTES {
            return Err(Fault::TooLarge(format!(
                "the file is larger than {} MB",
                MOST_BYTES >> 20
            )));
        }
        hash.update(&piece);
        buffer.extend_from_slice(&piece);
        if buffer.len() >= PART {
            writer.write(&std::mem::take(&mut buffer)).await?;
        }
    }
    writer.write(&buffer).await?;
    writer.finish().await?;
    Ok((hash.finalize().into(), length))
}

fn stem(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .replace(['_', '-'], " ");
    if stem.trim().is_empty() {
        "Document".to_owned()
    } else {
        stem.trim().to_owned()
    }
}

fn extension(file_name: &str) -> String {
    let end = file_name
        .rsplit_once('.')
        .map(|(_, end)| end.to_lowercase())
        .unwrap_or_default();
    match end.as_str() {
        "md" | "markdown" => "md",
        "htm" | "html" => "html",
        "pdf" => "pdf",
        "docx" => "docx",
        _ => "txt",
    }
    .to_owned()
}

/// Stores a text typed into the dashboard as a document.
pub async fn upload_text(
    app: &App,
    actor: &Actor,
    title: &str,
    text: String,
) -> Result<(Document, bool), Fault> {
    if title.trim().is_empty() || title.chars().count() > MOST_TITLE {
        return Err(Fault::bad("title", "give a title, at most 200 characters"));
    }
    if text.trim().is_empty() {
        return Err(Fault::bad("text", "type some text"));
    }
    let bytes = futures::stream::iter([Ok(bytes::Bytes::from(text))]);
    upload(app, actor, Some(title.to_owned()), "text.md", bytes).await
}

/// Removes a document: it stops counting at once; its bytes go when no call can use it any more.
pub async fn remove(app: &App, actor: &Actor, id: DocumentId) -> Result<(), Fault> {
    let mut tx = app.store.write(actor).await?;
    let mut document = tx
        .document(id)
        .await?
        .filter(|d| d.removed_at.is_none())
        .ok_or(Fault::NotFound("the document"))?;
    document.removed_at = Some(app.now());
    let rev = tx.next_knowledge_rev().await?;
    tx.remove_chunks(id, rev).await?;
    tx.put_document(&document).await?;
    tx.enqueue(NewJob::sweep_document(id, app.now().plus(KEEP_REMOVED_MS)));
    tx.emit(NewEvent::new(
        "document.changed",
        "knowledge",
        None,
        id,
        &serde_json::json!({"id": id, "deleted": true}),
    ));
    in_force(&mut *tx, rev);
    tx.audit("document.removed", Some(id.to_string()));
    tx.commit().await?;
    Ok(())
}

/// Writes a document's state into the log.
fn announce(tx: &mut dyn TenantTx, document: &Document) {
    tx.emit(NewEvent::new(
        "document.changed",
        "knowledge",
        None,
        document.id,
        &shown(document),
    ));
}

/// A document as the API and the log show it.
pub fn shown(document: &Document) -> serde_json::Value {
    let words = match document.state {
        DocumentState::Received => "Waiting to be read".to_owned(),
        DocumentState::Parsing => "Being read".to_owned(),
        DocumentState::Chunking => {
            format!("Cut into passages: {} of {}", document.done, document.total)
        }
        DocumentState::Embedding => format!(
            "Can be found by words; meaning: {} of {}",
            document.done, document.total
        ),
        DocumentState::Ready => format!(
            "{} of {} passages can be found",
            document.chunks, document.chunks
        ),
        DocumentState::Failed => document
            .error
            .clone()
            .unwrap_or_else(|| "It could not be read".to_owned()),
    };
    serde_json::json!({
        "id": document.id, "title": document.title, "kind": document.kind, "bytes": document.bytes,
        "state": document.state.word(), "progress": {"done": document.done, "total": document.total},
        "chunks": document.chunks, "pages": document.pages, "created_at": document.created_at,
        "ready_at": document.ready_at, "words": words, "error": document.error,
    })
}

/// Begins a write of a document's import; nothing where the document is not any more as it was read, because it was removed
/// or renamed, or because another worker is at it too. What is written over it would bring it back or double its passages.
async fn begin(app: &App, known: &Document) -> Result<Option<Box<dyn TenantTx>>, Fault> {
    let actor = Actor::system(known.org, "import");
    let mut tx = app.store.write(&actor).await?;
    let stands = tx.document(known.id).await?;
    Ok((stands.as_ref() == Some(known)).then_some(tx))
}

/// Writes the next state of a document; nothing when it has changed meanwhile.
async fn save(app: &App, known: &Document, next: &Document) -> Result<(), Fault> {
    if let Some(mut tx) = begin(app, known).await? {
        tx.put_document(next).await?;
        announce(&mut *tx, next);
        tx.commit().await?;
    }
    Ok(())
}

/// The job: brings a document one state after the other to ready. Each state is durable, so that it goes on where it was,
/// and each begins with what stands then.
pub async fn run(app: &App, org: OrgId, id: DocumentId) -> Result<Outcome, Fault> {
    loop {
        let document = app.store.read(org).await?.document(id).await?;
        let Some(document) = document.filter(|d| d.removed_at.is_none()) else {
            return Ok(Outcome::Done);
        };
        if app.stop.is_cancelled() {
            return Ok(Outcome::Again {
                after_ms: Some(0),
                why: "the process is ending".to_owned(),
            });
        }
        let mut next = document.clone();
        match document.state {
            DocumentState::Ready | DocumentState::Failed => return Ok(Outcome::Done),
            DocumentState::Received => {
                next.state = DocumentState::Parsing;
                save(app, &document, &next).await?;
            }
            DocumentState::Parsing | DocumentState::Chunking => {
                match parse(app, &document).await? {
                    Ok(parsed) => cut(app, document, &parsed).await?,
                    Err(sentence) => {
                        next.state = DocumentState::Failed;
                        next.error = Some(sentence);
                        save(app, &document, &next).await?;
                    }
                }
            }
            DocumentState::Embedding => {
                if let Some(outcome) = embed(app, document).await? {
                    return Ok(outcome);
                }
            }
        }
    }
}

async fn parse(
    app: &App,
    document: &Document,
) -> Result<Result<voxanne_core::knowledge::Parsed, String>, Fault> {
    let (send, receive) = tokio::sync::mpsc::channel::<Vec<u8>>(4);
    let reading = (app.extractor)(document.kind.clone(), receive);
    let mut bytes =
        crate::recording::sealed::read(app, document.org, &document.storage_key, 0, None).await?;
    let feed = async move {
        while let Some(piece) = bytes.next().await {
            // A parser that has seen enough closes its end.
            if send.send(piece?).await.is_err() {
                break;
            }
        }
        Ok::<(), Fault>(())
    };
    let (fed, parsed) = tokio::join!(feed, reading);
    fed?;
    Ok(parsed)
}

/// Cuts a document into passages, from where it was left; ends early when the document has changed meanwhile.
async fn cut(
    app: &App,
    mut known: Document,
    parsed: &voxanne_core::knowledge::Parsed,
) -> Result<(), Fault> {
    let embedder = app.embedder.clone();
    let parsed = parsed.clone();
    let mut next = known.clone();
    next.pages = parsed.blocks.iter().filter_map(|b| b.page).max();
    let drafts = tokio::task::spawn_blocking(move || {
        chunk::chunk(&parsed, CHUNK_TOKENS, &|text: &str| {
            embedder.count_tokens(text)
        })
    })
    .await
    .map_err(|_| Fault::Unavailable("the document could not be cut into passages".to_owned()))?;
    if drafts.is_empty() {
        next.state = DocumentState::Failed;
        next.error = Some(
            "No text was found in this document. Upload a version with text, or type it in."
                .to_owned(),
        );
        return save(app, &known, &next).await;
    }
    // The same bytes are cut in the same way, unless the program has changed since: then it begins anew.
    let is_same = known.state == DocumentState::Chunking && known.total as usize == drafts.len();
    let mut stale = known.done > 0 && !is_same;
    next.state = DocumentState::Chunking;
    next.total = drafts.len() as u32;
    if !is_same {
        next.done = 0;
    }
    for part in drafts[next.done as usize..].chunks(ROWS) {
        let Some(mut tx) = begin(app, &known).await? else {
            return Ok(());
        };
        // Each part becomes findable by words at once, under a revision of its own.
        let rev = tx.next_knowledge_rev().await?;
        if std::mem::take(&mut stale) {
            tx.remove_chunks(known.id, rev).await?;
        }
        let rows: Vec<Chunk> = part
            .iter()
            .map(|d| Chunk {
                id: ChunkId::new(),
                document: known.id,
                ordinal: d.ordinal,
                title_path: d.title_path.clone(),
                page: d.page,
                span: (d.span.0 as u32, d.span.1 as u32),
                text: Pii::new(d.text.clone()),
                tokens: d.tokens as u32,
                added_rev: rev,
                removed_rev: None,
            })
            .collect();
        tx.add_chunks(&rows).await?;
        next.done += part.len() as u32;
        next.chunks = next.done;
        write(&mut *tx, &next, rev).await?;
        tx.commit().await?;
        known = next.clone();
    }
    next.state = DocumentState::Embedding;
    next.done = 0;
    save(app, &known, &next).await
}

/// Writes a document with what makes `rev` the revision in force.
async fn write(tx: &mut dyn TenantTx, document: &Document, rev: u64) -> Result<(), Fault> {
    tx.put_document(document).await?;
    announce(tx, document);
    in_force(tx, rev);
    Ok(())
}

/// Tells that `rev` is the revision in force.
fn in_force(tx: &mut dyn TenantTx, rev: u64) {
    tx.emit(NewEvent::new(
        "knowledge.changed",
        "knowledge",
        None,
        "knowledge",
        &serde_json::json!({"revision": rev}),
    ));
}

/// Gives passages their vectors; an outcome ends the run, none means: look again.
async fn embed(app: &App, mut known: Document) -> Result<Option<Outcome>, Fault> {
    let model = app.embedder.model().to_owned();
    let mut next = known.clone();
    loop {
        let chunks = app
            .store
            .read(known.org)
            .await?
            .unembedded(known.id, &model, EMBED as u32)
            .await?;
        if chunks.is_empty() {
            break;
        }
        let mut rows = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            match vectors_of(app, &known.title, chunk).await {
                Ok(vectors) => rows.push(StoredVectors {
                    chunk: chunk.id,
                    model: model.clone(),
                    blob: vectors.to_bytes(),
                }),
                Err(error) => {
                    return Ok(Some(Outcome::Again {
                        after_ms: None,
                        why: error.to_string(),
                    }));
                }
            }
        }
        let Some(mut tx) = begin(app, &known).await? else {
            return Ok(None);
        };
        tx.put_vectors(&rows).await?;
        next.done = (next.done + rows.len() as u32).min(next.total);
        tx.put_document(&next).await?;
        announce(&mut *tx, &next);
        tx.commit().await?;
        known = next.clone();
        if app.stop.is_cancelled() {
            return Ok(Some(Outcome::Again {
                after_ms: Some(0),
                why: "the process is ending".to_owned(),
            }));
        }
    }
    next.state = DocumentState::Ready;
    next.ready_at = Some(app.now());
    next.done = next.total;
    if let Some(mut tx) = begin(app, &known).await? {
        // A new revision, so that indexes with the vectors are built; a call keeps the one it began with.
        let rev = tx.next_knowledge_rev().await?;
        write(&mut *tx, &next, rev).await?;
        tx.commit().await?;
    }
    Ok(None)
}

async fn vectors_of(app: &App, title: &str, chunk: &Chunk) -> Result<ChunkVectors, EmbedError> {
    let embedder = &app.embedder;
    let inputs = chunk::vector_inputs(
        title,
        &chunk.title_path,
        chunk.text.expose(),
        embedder.max_tokens(),
        &|text: &str| embedder.count_tokens(text),
    );
    let mut made = Vec::with_capacity(inputs.len());
    for part in inputs.chunks(EMBED) {
        let texts = part.iter().map(|i| i.text.clone()).collect();
        made.extend(app.embed(texts, Urgency::Bulk, 60_000).await?);
    }
    Ok(ChunkVectors::quantize(
        inputs
            .iter()
            .zip(&made)
            .map(|(input, vector)| (input.kind, vector.as_slice())),
    ))
}

/// The job: removes what is left of a removed document.
pub async fn sweep(app: &App, org: OrgId, id: DocumentId) -> Result<Outcome, Fault> {
    let Some(document) = app.store.read(org).await?.document(id).await? else {
        return Ok(Outcome::Done);
    };
    if document.removed_at.is_none() {
        return Ok(Outcome::Done);
    }
    app.blobs.delete(&document.storage_key).await?;
    loop {
        let mut tx = app.store.write(&Actor::system(org, "sweep")).await?;
        let gone = tx.delete_chunks(id, ROWS as u32).await?;
        tx.commit().await?;
        if gone == 0 {
            return Ok(Outcome::Done);
        }
    }
}
