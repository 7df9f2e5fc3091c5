//! Documents of the knowledge base.

use crate::http::{
    Shared,
    auth::Caller,
    input::{Body, Id, PageParams, Params},
    problem::Problem,
};
use axum::{
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State, multipart::Field},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::{Fault, knowledge::import};
use voxanne_core::{ids::DocumentId, ports::store::Document, tenancy::Permission};

/// Longest silence of an upload.
const IDLE: Duration = Duration::from_secs(30);
/// Longest title that is read, bytes.
const TITLE_BYTES: usize = 2_048;

/// How far a step is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Progress {
    done: u32,
    total: u32,
}

/// A document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Document)]
struct DocumentView {
    id: String,
    title: String,
    /// txt, md, html, pdf or docx.
    kind: String,
    bytes: u64,
    /// received, parsing, chunking, embedding, ready or failed.
    state: String,
    progress: Progress,
    /// Passages it was cut into.
    chunks: u32,
    pages: Option<u32>,
    created_at: i64,
    ready_at: Option<i64>,
    words: String,
    error: Option<String>,
}

/// The log's shape of a document is the API's.
fn view(document: &Document) -> Result<DocumentView, Problem> {
    serde_json::from_value(import::shown(document)).map_err(|_| Problem::broken())
}

/// A page of documents and the state of the whole knowledge base.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentList {
    items: Vec<DocumentView>,
    next: Option<String>,
    /// The knowledge revision in force.
    revision: u64,
    /// Passages that count.
    chunks: u64,
    /// Of these with vectors.
    embedded: u64,
}

/// The documents, newest first.
#[utoipa::path(get, path = "/documents", tag = "knowledge", params(PageParams),
    responses((status = 200, body = DocumentList)))]
async fn list_documents(
    State(state): State<Shared>,
    caller: Caller,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let documents = read.documents(page.cursor()?, page.limit()).await?;
    let (chunks, embedded) = read.knowledge_counts(state.app.embedder.model()).await?;
    let list = DocumentList {
        items: documents.items.iter().map(view).collect::<Result<_, _>>()?,
        next: documents.next,
        revision: read.knowledge_rev().await?,
        chunks,
        embedded,
    };
    Ok(caller.snapshot(head, &list))
}

/// A passage of a document.
#[derive(Debug, Serialize, ToSchema)]
struct PassageView {
    id: String,
    /// The headings above it.
    title_path: String,
    page: Option<u32>,
    text: String,
}

/// A document with its first passages.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentDetail {
    #[serde(flatten)]
    document: DocumentView,
    /// The first 100.
    passages: Vec<PassageView>,
}

/// One document.
#[utoipa::path(get, path = "/documents/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = DocumentDetail)))]
async fn get_document(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<DocumentId>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let mut read = state.app.store.read(caller.actor.org).await?;
    let head = read.head().await?;
    let document = read
        .document(id)
        .await?
        .filter(|d| d.removed_at.is_none())
        .ok_or(Fault::NotFound("the document"))?;
    let passages = read
        .chunks_of(id, None, 100)
        .await?
        .into_iter()
        .map(|chunk| PassageView {
            id: chunk.id.to_string(),
            title_path: chunk.title_path,
            page: chunk.page,
            text: chunk.text.into_exposed(),
        })
        .collect();
    Ok(caller.snapshot(
        head,
        &DocumentDetail {
            document: view(&document)?,
            passages,
        },
    ))
}

/// Removes a document; running calls still answer from it.
#[utoipa::path(delete, path = "/documents/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 204)))]
async fn remove_document(
    State(state): State<Shared>,
    caller: Caller,
    Id(id): Id<DocumentId>,
) -> Result<StatusCode, Problem> {
    caller.require(Permission::KnowledgeWrite)?;
    import::remove(&state.app, &caller.actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextDocument {
    title: String,
    text: String,
}

fn stored(caller: &Caller, document: &Document, new: bool) -> Result<Response, Problem> {
    let status = if new {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    Ok((status, caller.json(&view(document)?)).into_response())
}

/// Adds a text typed in the dashboard. The same text is the same document: 200.
#[utoipa::path(post, path = "/documents/text", tag = "knowledge", request_body = TextDocument,
    responses((status = 202, body = DocumentView), (status = 200, body = DocumentView)))]
async fn add_text(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<TextDocument>,
) -> Result<Response, Problem> {
    caller.require(Permission::KnowledgeWrite)?;
    let (document, new) =
        import::upload_text(&state.app, &caller.actor, &body.title, body.text).await?;
    stored(&caller, &document, new)
}

/// The parts of an upload.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the multipart form; the form is read part by part"
)]
struct UploadForm {
    /// The document: TXT, MD, HTML, PDF or DOCX.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Its title, before the file; the file's name by default.
    title: Option<String>,
}

/// Uploads a document. The same bytes are the same document: 200.
#[utoipa::path(post, path = "/documents", tag = "knowledge",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, body = DocumentView), (status = 200, body = DocumentView)))]
async fn upload_document(
    State(state): State<Shared>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Permission::KnowledgeWrite)?;
    let most = state.config.limits.upload_mib << 20;
    let broken = || Problem::bad("file", "the upload is not a complete multipart form");
    let mut form = Multipart::from_request(request, &state)
        .await
        .map_err(|_| broken())?;
    let mut title = None;
    while let Some(mut field) = next(&mut form).await? {
        match field.name() {
            Some("title") => title = Some(text(&mut field).await?),
            Some("file") => {
                let name = field.file_name().unwrap_or("document").to_owned();
                let mut taken = 0_u64;
                let bytes = Box::pin(futures::stream::unfold(field, |mut field| async move {
                    let part = tokio::time::timeout(IDLE, field.chunk()).await;
                    match part {
                        Ok(Ok(Some(bytes))) => Some((Ok(bytes), field)),
                        Ok(Ok(None)) => None,
                        Ok(Err(_)) => {
                            Some((Err(Fault::bad("file", "the upload broke off")), field))
                        }
                        Err(_) => Some((Err(Fault::bad("file", "the upload stopped")), field)),
                    }
                }))
                .map(move |part| {
                    let bytes: bytes::Bytes = part?;
                    taken += bytes.len() as u64;
                    if taken > most {
                        let words = format!("documents may have {} MiB", most >> 20);
                        return Err(Fault::TooLarge(words));
                    }
                    Ok(bytes)
                });
                let (document, new) =
                    import::upload(&state.app, &caller.actor, title, &name, bytes).await?;
                return stored(&caller, &document, new);
            }
            _ => {}
        }
    }
    Err(Problem::bad("file", "choose a file"))
}

async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, Problem> {
    match tokio::time::timeout(IDLE, form.next_field()).await {
        Ok(Ok(field)) => Ok(field),
        Ok(Err(_)) => Err(Problem::bad(
            "file",
            "the upload is not a complete multipart form",
        )),
        Err(_) => Err(Problem::late()),
    }
}

async fn text(field: &mut Field<'_>) -> Result<String, Problem> {
    let mut out = Vec::new();
    loop {
        match tokio::time::timeout(IDLE, field.chunk()).await {
            Ok(Ok(Some(bytes))) if out.len() + bytes.len() <= TITLE_BYTES => out.extend(bytes),
            Ok(Ok(Some(_))) => return Err(Problem::bad("title", "shorten the title")),
            Ok(Ok(None)) => {
                return String::from_utf8(out)
                    .map_err(|_| Problem::bad("title", "the title is not text"));
            }
            _ => return Err(Problem::bad("title", "the upload broke off")),
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list_documents))
        .routes(routes!(get_document, remove_document))
        .routes(routes!(add_text))
}

pub(super) fn upload_routes() -> OpenApiRouter<Shared> {
    // The stream is counted as it is read: the limit is the configuration's.
    OpenApiRouter::new()
        .routes(routes!(upload_document))
        .layer(DefaultBodyLimit::disable())
}
