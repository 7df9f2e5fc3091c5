//! Documents, their passages and vectors. A passage counts from one revision on until another, so that a live call keeps
//! the knowledge it began with.

use crate::{
    calls::text,
    log::bounded,
    sql::{Cells, Id, clean, column, cursor, failed},
    tenant::Scope,
};
use sqlx::postgres::PgRow;
use uuid::Uuid;
use voxanne_core::{
    ids::{ChunkId, DocumentId},
    page::{Limit, Page},
    ports::store::{Chunk, Document, DocumentState, StoreError, StoredVectors},
    seal::OrgKeys,
};

macro_rules! document_columns {
    () => {
        "id, org, title, kind, content_hash, bytes, state, done, total, chunks, pages, storage_key, error, created_at, \
         ready_at, removed_at"
    };
}

fn document(row: &PgRow) -> Result<Document, StoreError> {
    let cells = Cells(row);
    Ok(Document {
        id: cells.id("id")?,
        org: cells.id("org")?,
        title: cells.get("title")?,
        kind: cells.get("kind")?,
        content_hash: cells.hash("content_hash")?,
        bytes: cells.u64("bytes")?,
        state: cells.word("state", DocumentState::from_word)?,
        done: cells.u32("done")?,
        total: cells.u32("total")?,
        chunks: cells.u32("chunks")?,
        pages: cells.opt_u32("pages")?,
        storage_key: cells.get("storage_key")?,
        error: cells.get("error")?,
        created_at: cells.at("created_at")?,
        ready_at: cells.opt_at("ready_at")?,
        removed_at: cells.opt_at("removed_at")?,
    })
}

/// Documents not removed, newest first.
pub(crate) async fn documents(
    of: Scope<'_>,
    after: Option<&str>,
    limit: Limit,
) -> Result<Page<Document>, StoreError> {
    let after: Option<(i64, DocumentId)> = cursor(after)?;
    let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (at, id.uuid()));
    let rows = sqlx::query(concat!(
        "select ",
        document_columns!(),
        " from documents where org = $1 and removed_at is null and (created_at, id) < ($2, $3)
          order by created_at desc, id desc limit $4"
    ))
    .bind(of.org)
    .bind(at)
    .bind(id)
    .bind(i64::from(limit.get()) + 1)
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    let documents = rows
        .iter()
        .map(document)
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(documents, limit, |d| {
        (d.created_at.0, d.id)
    }))
}

/// One document, removed or not; locked when the transaction writes.
pub(crate) async fn one(of: Scope<'_>, id: DocumentId) -> Result<Option<Document>, StoreError> {
    let statement = if of.lock {
        concat!(
            "select ",
            document_columns!(),
            " from documents where org = $1 and id = $2 for update"
        )
    } else {
        concat!(
            "select ",
            document_columns!(),
            " from documents where org = $1 and id = $2"
        )
    };
    let row = sqlx::query(statement)
        .bind(of.org)
        .bind(id.uuid())
        .fetch_optional(of.on)
        .await
        .map_err(failed)?;
    row.as_ref().map(document).transpose()
}

/// The document with these bytes, unless removed.
pub(crate) async fn by_hash(
    of: Scope<'_>,
    hash: &[u8; 32],
) -> Result<Option<Document>, StoreError> {
    let row = sqlx::query(concat!(
        "select ",
        document_columns!(),
        " from documents where org = $1 and content_hash = $2 and removed_at is null"
    ))
    .bind(of.org)
    .bind(&hash[..])
    .fetch_optional(of.on)
    .await
    .map_err(failed)?;
    row.as_ref().map(document).transpose()
}

/// Inserts or updates a document.
pub(crate) async fn put(of: Scope<'_>, document: &Document) -> Result<(), StoreError> {
    sqlx::query(
        "insert into documents (org, id, title, kind, content_hash, bytes, state, done, total, chunks, pages, storage_key,
                                error, created_at, ready_at, removed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (org, id) do update set
           title = excluded.title, kind = excluded.kind, content_hash = excluded.content_hash, bytes = excluded.bytes,
           state = excluded.state, done = excluded.done, total = excluded.total, chunks = excluded.chunks,
           pages = excluded.pages, storage_key = excluded.storage_key, error = excluded.error,
           ready_at = excluded.ready_at, removed_at = excluded.removed_at",
    )
    .bind(of.org)
    .bind(document.id.uuid())
    .bind(clean(&document.title).into_owned())
    .bind(&document.kind)
    .bind(&document.content_hash[..])
    .bind(bounded(document.bytes))
    .bind(document.state.word())
    .bind(document.done as i32)
    .bind(document.total as i32)
    .bind(document.chunks as i32)
    .bind(document.pages.map(|n| n as i32))
    .bind(&document.storage_key)
    .bind(document.error.as_deref().map(|e| clean(e).into_owned()))
    .bind(document.created_at.0)
    .bind(document.ready_at.map(|at| at.0))
    .bind(document.removed_at.map(|at| at.0))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// The revision in force.
pub(crate) async fn rev(of: Scope<'_>) -> Result<u64, StoreError> {
    let rev: i64 = sqlx::query_scalar("select knowledge_rev from org_heads where org = $1")
        .bind(of.org)
        .fetch_one(of.on)
        .await
        .map_err(failed)?;
    Ok(rev.max(0) as u64)
}

/// Raises the revision by one.
pub(crate) async fn next_rev(of: Scope<'_>) -> Result<u64, StoreError> {
    let rev: i64 = sqlx::query_scalar(
        "update org_heads set knowledge_rev = knowledge_rev + 1 where org = $1 returning knowledge_rev",
    )
    .bind(of.org)
    .fetch_one(of.on)
    .await
    .map_err(failed)?;
    Ok(rev.max(0) as u64)
}

macro_rules! chunk_columns {
    () => {
        "c.id, c.document, c.ordinal, c.title_path, c.page, c.span_from, c.span_to, c.text, c.tokens, c.added_rev, \
         c.removed_rev"
    };
}

fn chunk(row: &PgRow, keys: &OrgKeys) -> Result<Chunk, StoreError> {
    let cells = Cells(row);
    let bytes = |name| cells.get::<Vec<u8>>(name);
    Ok(Chunk {
        id: cells.id("id")?,
        document: cells.id("document")?,
        ordinal: cells.u32("ordinal")?,
        title_path: text(keys, "chunks.title_path", &bytes("title_path")?)?.into_exposed(),
        page: cells.opt_u32("page")?,
        span: (cells.u32("span_from")?, cells.u32("span_to")?),
        text: text(keys, "chunks.text", &bytes("text")?)?,
        tokens: cells.u32("tokens")?,
        added_rev: cells.u64("added_rev")?,
        removed_rev: cells.opt_u64("removed_rev")?,
    })
}

/// Passages that count at `rev`, by id, with the titles of their documents.
pub(crate) async fn chunks_at(
    of: Scope<'_>,
    rev: u64,
    after: Option<ChunkId>,
    most: u32,
) -> Result<Vec<(Chunk, String)>, StoreError> {
    let rows = sqlx::query(concat!(
        "select ",
        chunk_columns!(),
        ", d.title from chunks c join documents d on d.org = $1 and d.id = c.document
          where c.org = $1 and c.added_rev <= $2 and (c.removed_rev is null or c.removed_rev > $2)
            and ($3::uuid is null or c.id > $3)
          order by c.id limit $4"
    ))
    .bind(of.org)
    .bind(bounded(rev))
    .bind(after.map(Id::uuid))
    .bind(i64::from(most))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((chunk(row, of.keys)?, Cells(row).get("title")?)))
        .collect()
}

/// Passages of one document by position.
pub(crate) async fn chunks_of(
    of: Scope<'_>,
    document: DocumentId,
    after: Option<u32>,
    most: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows = sqlx::query(concat!(
        "select ",
        chunk_columns!(),
        " from chunks c where c.org = $1 and c.document = $2 and c.ordinal > $3 order by c.ordinal, c.id limit $4"
    ))
    .bind(of.org)
    .bind(document.uuid())
    .bind(after.map_or(-1, |n| n as i32))
    .bind(i64::from(most))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| chunk(row, of.keys)).collect()
}

/// Adds passages.
pub(crate) async fn add_chunks(of: Scope<'_>, chunks: &[Chunk]) -> Result<(), StoreError> {
    if chunks.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into chunks (org, id, document, ordinal, title_path, page, span_from, span_to, text, tokens, added_rev,
                             removed_rev)
         select $1, * from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::bytea[], $6::integer[], $7::integer[],
                                  $8::integer[], $9::bytea[], $10::integer[], $11::bigint[], $12::bigint[])",
    )
    .bind(of.org)
    .bind(column!(chunks, c => c.id.uuid()))
    .bind(column!(chunks, c => c.document.uuid()))
    .bind(column!(chunks, c => c.ordinal as i32))
    .bind(column!(chunks, c => of.keys.seal("chunks.title_path", c.title_path.as_bytes())))
    .bind(column!(chunks, c => c.page.map(|n| n as i32)))
    .bind(column!(chunks, c => c.span.0 as i32))
    .bind(column!(chunks, c => c.span.1 as i32))
    .bind(column!(chunks, c => of.keys.seal("chunks.text", c.text.expose().as_bytes())))
    .bind(column!(chunks, c => c.tokens as i32))
    .bind(column!(chunks, c => bounded(c.added_rev)))
    .bind(column!(chunks, c => c.removed_rev.map(bounded)))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Marks the passages of a document as not counting from `rev` on.
pub(crate) async fn remove_chunks(
    of: Scope<'_>,
    document: DocumentId,
    rev: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "update chunks set removed_rev = $3 where org = $1 and document = $2 and removed_rev is null",
    )
    .bind(of.org)
    .bind(document.uuid())
    .bind(bounded(rev))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Deletes passages of a removed document for good; their vectors go with them.
pub(crate) async fn delete_chunks(
    of: Scope<'_>,
    document: DocumentId,
    most: u32,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "delete from chunks where org = $1 and id in (
           select c.id from chunks c join documents d on d.org = $1 and d.id = c.document
           where c.org = $1 and c.document = $2 and d.removed_at is not null order by c.ordinal limit $3)",
    )
    .bind(of.org)
    .bind(document.uuid())
    .bind(i64::from(most))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(done.rows_affected())
}

/// Vectors of these passages by this model.
pub(crate) async fn vectors(
    of: Scope<'_>,
    model: &str,
    chunks: &[ChunkId],
) -> Result<Vec<StoredVectors>, StoreError> {
    let rows = sqlx::query(
        "select chunk, model, vectors from chunk_vectors
         where org = $1 and model = $2 and chunk = any($3) order by chunk",
    )
    .bind(of.org)
    .bind(model)
    .bind(column!(chunks, id => id.uuid()))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter()
        .map(|row| {
            let cells = Cells(row);
            Ok(StoredVectors {
                chunk: cells.id("chunk")?,
                model: cells.get("model")?,
                blob: cells.get("vectors")?,
            })
        })
        .collect()
}

/// Adds vectors; existing ones are replaced.
pub(crate) async fn put_vectors(
    of: Scope<'_>,
    vectors: &[StoredVectors],
) -> Result<(), StoreError> {
    if vectors.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into chunk_vectors (org, chunk, model, vectors)
         select $1, * from unnest($2::uuid[], $3::text[], $4::bytea[])
         on conflict (org, chunk, model) do update set vectors = excluded.vectors",
    )
    .bind(of.org)
    .bind(column!(vectors, v => v.chunk.uuid()))
    .bind(column!(vectors, v => v.model.clone()))
    .bind(column!(vectors, v => v.blob.clone()))
    .execute(of.on)
    .await
    .map_err(failed)?;
    Ok(())
}

/// Passages of a document without vectors by this model, by position.
pub(crate) async fn unembedded(
    of: Scope<'_>,
    document: DocumentId,
    model: &str,
    most: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows = sqlx::query(concat!(
        "select ",
        chunk_columns!(),
        " from chunks c where c.org = $1 and c.document = $2 and not exists (
            select 1 from chunk_vectors v where v.org = $1 and v.chunk = c.id and v.model = $3)
          order by c.ordinal, c.id limit $4"
    ))
    .bind(of.org)
    .bind(document.uuid())
    .bind(model)
    .bind(i64::from(most))
    .fetch_all(of.on)
    .await
    .map_err(failed)?;
    rows.iter().map(|row| chunk(row, of.keys)).collect()
}

/// Passages that count now, and how many of them have vectors by this model.
pub(crate) async fn counts(of: Scope<'_>, model: &str) -> Result<(u64, u64), StoreError> {
    let row = sqlx::query(
        "select count(*) as passages, count(v.chunk) as embedded
         from chunks c left join chunk_vectors v on v.org = $1 and v.chunk = c.id and v.model = $2
         where c.org = $1 and c.removed_rev is null
           and c.added_rev <= (select knowledge_rev from org_heads where org = $1)",
    )
    .bind(of.org)
    .bind(model)
    .fetch_one(of.on)
    .await
    .map_err(failed)?;
    Ok((Cells(&row).u64("passages")?, Cells(&row).u64("embedded")?))
}
