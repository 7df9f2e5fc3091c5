//! Documents, their passages and the passages' vectors.

use crate::rows::{Columns as _, Cx, cursor, db, jhex, jid, json_rows, raw, sealed, unique};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use voxanne_core::{
    ids::{ChunkId, DocumentId},
    page::{Limit, Page},
    pii::Pii,
    ports::store::{Chunk, Document, DocumentState, StoreError, StoredVectors},
    seal::OrgKeys,
};

fn document_of(row: &SqliteRow) -> Result<Document, StoreError> {
    Ok(Document {
        id: row.id("id")?,
        org: row.id("org")?,
        title: row.text("title")?,
        kind: row.text("kind")?,
        content_hash: row.hash("content_hash")?,
        bytes: row.count("bytes")?,
        state: row.word("state", DocumentState::from_word)?,
        done: row.count("done")?,
        total: row.count("total")?,
        chunks: row.count("chunks")?,
        pages: row.count_opt("pages")?,
        storage_key: row.text("storage_key")?,
        error: row.text_opt("error")?,
        created_at: row.at("created_at")?,
        ready_at: row.at_opt("ready_at")?,
        removed_at: row.at_opt("removed_at")?,
    })
}

fn text_of(keys: &OrgKeys, column: &str, sealed_text: &[u8]) -> Result<String, StoreError> {
    let bytes = keys.open(column, sealed_text).map_err(sealed)?;
    String::from_utf8(bytes).map_err(|_| StoreError::Corrupt(column.to_owned()))
}

fn chunk_of(row: &SqliteRow, keys: &OrgKeys) -> Result<Chunk, StoreError> {
    Ok(Chunk {
        id: row.id("id")?,
        document: row.id("document")?,
        ordinal: row.count("ordinal")?,
        title_path: text_of(keys, "chunks.title_path", &row.blob("title_path")?)?,
        page: row.count_opt("page")?,
        span: (row.count("span_from")?, row.count("span_to")?),
        text: Pii::new(text_of(keys, "chunks.text", &row.blob("text")?)?),
        tokens: row.count("tokens")?,
        added_rev: row.count("added_rev")?,
        removed_rev: row.count_opt("removed_rev")?,
    })
}

/// Documents not removed, newest first.
pub(crate) async fn documents(
    cx: Cx<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Document>, StoreError> {
    let (at, id): (i64, Option<DocumentId>) = cursor(after)?.unwrap_or((i64::MAX, None));
    let rows = sqlx::query(
        "SELECT * FROM documents WHERE org = ?1 AND removed_at IS NULL AND (created_at, id) < (?2, ?3)
         ORDER BY created_at DESC, id DESC LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(at)
    .bind(id.map_or_else(Vec::new, raw))
    .bind(limit.get() + 1)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    let items = rows
        .iter()
        .map(document_of)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, limit, |d| (d.created_at.0, d.id)))
}

/// One document, removed or not.
pub(crate) async fn document(cx: Cx<'_>, id: DocumentId) -> Result<Option<Document>, StoreError> {
    let row = sqlx::query("SELECT * FROM documents WHERE org = ?1 AND id = ?2")
        .bind(raw(cx.org))
        .bind(raw(id))
        .fetch_optional(&mut *cx.conn)
        .await
        .map_err(db)?;
    row.as_ref().map(document_of).transpose()
}

/// The document with these bytes, unless removed.
pub(crate) async fn by_hash(cx: Cx<'_>, hash: &[u8; 32]) -> Result<Option<Document>, StoreError> {
    let row = sqlx::query(
        "SELECT * FROM documents WHERE org = ?1 AND content_hash = ?2 AND removed_at IS NULL",
    )
    .bind(raw(cx.org))
    .bind(hash.to_vec())
    .fetch_optional(&mut *cx.conn)
    .await
    .map_err(db)?;
    row.as_ref().map(document_of).transpose()
}

/// Inserts or updates a document.
pub(crate) async fn put_document(cx: Cx<'_>, document: &Document) -> Result<(), StoreError> {
    let row = json!([
        jid(cx.org),
        jid(document.id),
        document.title,
        document.kind,
        jhex(&document.content_hash),
        document.bytes,
        document.state.word(),
        document.done,
        document.total,
        document.chunks,
        document.pages,
        document.storage_key,
        document.error,
        document.created_at.0,
        crate::rows::jat(document.ready_at),
        crate::rows::jat(document.removed_at),
    ]);
    sqlx::query(
        "INSERT INTO documents (org, id, title, kind, content_hash, bytes, state, done, total, chunks, pages,
             storage_key, error, created_at, ready_at, removed_at)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5,
             value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12,
             value ->> 13, value ->> 14, value ->> 15
         FROM json_each(?1) WHERE true
         ON CONFLICT (org, id) DO UPDATE SET title = excluded.title, kind = excluded.kind,
             content_hash = excluded.content_hash, bytes = excluded.bytes, state = excluded.state,
             done = excluded.done, total = excluded.total, chunks = excluded.chunks, pages = excluded.pages,
             storage_key = excluded.storage_key, error = excluded.error, ready_at = excluded.ready_at,
             removed_at = excluded.removed_at",
    )
    .bind(json_rows(vec![row]))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("document"))?;
    Ok(())
}

/// Raises the knowledge revision by one and returns it.
pub(crate) async fn next_rev(cx: Cx<'_>) -> Result<u64, StoreError> {
    sqlx::query(
        "UPDATE org_heads SET knowledge_rev = knowledge_rev + 1 WHERE org = ?1 RETURNING knowledge_rev",
    )
    .bind(raw(cx.org))
    .fetch_one(&mut *cx.conn)
    .await
    .map_err(db)?
    .count("knowledge_rev")
}

/// Passages that count at `rev`, after `after` by id, with the title of each one's document.
pub(crate) async fn chunks_at(
    cx: Cx<'_>,
    rev: u64,
    after: Option<ChunkId>,
    most: u32,
) -> Result<Vec<(Chunk, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.*, d.title AS title FROM chunks c JOIN documents d ON d.org = c.org AND d.id = c.document
         WHERE c.org = ?1 AND c.id > ?2 AND c.added_rev <= ?3 AND (c.removed_rev IS NULL OR c.removed_rev > ?3)
         ORDER BY c.id LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(after.map_or_else(Vec::new, raw))
    .bind(i64::try_from(rev).unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| Ok((chunk_of(row, cx.keys)?, row.text("title")?)))
        .collect()
}

/// Passages of one document by position, after `after`.
pub(crate) async fn chunks_of(
    cx: Cx<'_>,
    document: DocumentId,
    after: Option<u32>,
    most: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM chunks WHERE org = ?1 AND document = ?2 AND ordinal > ?3 ORDER BY ordinal, id LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(raw(document))
    .bind(after.map_or(-1, i64::from))
    .bind(most)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter().map(|row| chunk_of(row, cx.keys)).collect()
}

/// Adds passages.
pub(crate) async fn add_chunks(cx: Cx<'_>, chunks: &[Chunk]) -> Result<(), StoreError> {
    let rows: Vec<Value> = chunks
        .iter()
        .map(|chunk| {
            json!([
                jid(cx.org),
                jid(chunk.id),
                jid(chunk.document),
                chunk.ordinal,
                jhex(
                    &cx.keys
                        .seal("chunks.title_path", chunk.title_path.as_bytes())
                ),
                chunk.page,
                chunk.span.0,
                chunk.span.1,
                jhex(&cx.keys.seal("chunks.text", chunk.text.expose().as_bytes())),
                chunk.tokens,
                chunk.added_rev,
                chunk.removed_rev,
            ])
        })
        .collect();
    sqlx::query(
        "INSERT INTO chunks (org, id, document, ordinal, title_path, page, span_from, span_to, text, tokens, added_rev,
             removed_rev)
         SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, unhex(value ->> 4),
             value ->> 5, value ->> 6, value ->> 7, unhex(value ->> 8), value ->> 9, value ->> 10, value ->> 11
         FROM json_each(?1)",
    )
    .bind(json_rows(rows))
    .execute(&mut *cx.conn)
    .await
    .map_err(unique("passage"))?;
    Ok(())
}

/// Marks all passages of a document as not counting from `rev` on.
pub(crate) async fn remove_chunks(
    cx: Cx<'_>,
    document: DocumentId,
    rev: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE chunks SET removed_rev = ?3 WHERE org = ?1 AND document = ?2 AND removed_rev IS NULL",
    )
    .bind(raw(cx.org))
    .bind(raw(document))
    .bind(i64::try_from(rev).unwrap_or(i64::MAX))
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Deletes passages and vectors of a removed document for good, at most `most`.
pub(crate) async fn delete_chunks(
    cx: Cx<'_>,
    document: DocumentId,
    most: u32,
) -> Result<u64, StoreError> {
    // The vectors go with their passages.
    let done = sqlx::query(
        "DELETE FROM chunks WHERE row IN (
             SELECT c.row FROM chunks c JOIN documents d ON d.org = c.org AND d.id = c.document
             WHERE c.org = ?1 AND c.document = ?2 AND d.removed_at IS NOT NULL ORDER BY c.ordinal LIMIT ?3)",
    )
    .bind(raw(cx.org))
    .bind(raw(document))
    .bind(most)
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(done.rows_affected())
}

/// Adds vectors; existing ones are replaced.
pub(crate) async fn put_vectors(cx: Cx<'_>, vectors: &[StoredVectors]) -> Result<(), StoreError> {
    let rows: Vec<Value> = vectors
        .iter()
        .map(|v| json!([jid(cx.org), jid(v.chunk), v.model, jhex(&v.blob)]))
        .collect();
    sqlx::query(
        "INSERT INTO chunk_vectors (org, chunk, model, vectors)
         SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, unhex(value ->> 3)
         FROM json_each(?1) WHERE true
         ON CONFLICT (org, chunk, model) DO UPDATE SET vectors = excluded.vectors",
    )
    .bind(json_rows(rows))
    .execute(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok(())
}

/// Vectors of these passages by this model.
pub(crate) async fn vectors(
    cx: Cx<'_>,
    model: &str,
    chunks: &[ChunkId],
) -> Result<Vec<StoredVectors>, StoreError> {
    let rows = sqlx::query(
        "SELECT v.chunk, v.vectors FROM json_each(?3) j CROSS JOIN chunk_vectors v
         ON v.org = ?1 AND v.chunk = unhex(j.value) AND v.model = ?2",
    )
    .bind(raw(cx.org))
    .bind(model)
    .bind(json_rows(chunks.iter().copied().map(jid).collect()))
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter()
        .map(|row| {
            Ok(StoredVectors {
                chunk: row.id("chunk")?,
                model: model.to_owned(),
                blob: row.blob("vectors")?,
            })
        })
        .collect()
}

/// Passages of a document without vectors by this model, by position.
pub(crate) async fn unembedded(
    cx: Cx<'_>,
    document: DocumentId,
    model: &str,
    most: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.* FROM chunks c WHERE c.org = ?1 AND c.document = ?2 AND NOT EXISTS (
             SELECT 1 FROM chunk_vectors v WHERE v.org = c.org AND v.chunk = c.id AND v.model = ?3)
         ORDER BY c.ordinal, c.id LIMIT ?4",
    )
    .bind(raw(cx.org))
    .bind(raw(document))
    .bind(model)
    .bind(most)
    .fetch_all(&mut *cx.conn)
    .await
    .map_err(db)?;
    rows.iter().map(|row| chunk_of(row, cx.keys)).collect()
}

/// Passages that count now, and how many of them have vectors by this model.
pub(crate) async fn counts(cx: Cx<'_>, model: &str) -> Result<(u64, u64), StoreError> {
    let row = sqlx::query(
        "SELECT count(*) AS passages, count(v.row) AS embedded
         FROM org_heads h JOIN chunks c ON c.org = h.org AND c.added_rev <= h.knowledge_rev
             AND (c.removed_rev IS NULL OR c.removed_rev > h.knowledge_rev)
         LEFT JOIN chunk_vectors v ON v.org = c.org AND v.chunk = c.id AND v.model = ?2
         WHERE h.org = ?1",
    )
    .bind(raw(cx.org))
    .bind(model)
    .fetch_one(&mut *cx.conn)
    .await
    .map_err(db)?;
    Ok((row.count("passages")?, row.count("embedded")?))
}
