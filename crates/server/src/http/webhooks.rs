//! Webhooks of the voice provider: authenticate, take in, answer. Nothing here waits on a third party.
//!
//! A 2xx to a message that bears state means: committed to disk. Partial words and speech updates are told to whoever
//! watches and forgotten. Answers that bear a decision are given under a deadline, from what is at hand.

use super::{Shared, problem::Problem};
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};
use voxanne_app::{App, Fault, conversation, escalation, knowledge::ask, opening};
use voxanne_core::{
    call::{
        Channel, Provider, ProviderCallId, Speaker,
        message::{CallMessage, IntakeKey, IntakeOp, Reply, Sighting},
    },
    ids::{CallId, HookId, IntegrationId, OrgId},
    pii::Pii,
    ports::store::{Integration, PhoneNumber, Receipt, StoreError},
    safety::{Lang, Phrase, Spoken},
    tenancy::Actor,
    time::Millis,
};
use voxanne_providers::vapi::{
    auth, encode,
    read::{self, Envelope, Heard, ToolCall},
};

/// How long the look-up of transfer targets may take.
const TARGETS: Duration = Duration::from_secs(1);
/// How long a commit may take before the provider is asked to send the message again; it waits 20 seconds.
const COMMIT: Duration = Duration::from_secs(10);
/// Connections and calls remembered in this process.
const REMEMBERED: usize = 20_000;
/// A number's last sighting is written at most this often, ms.
const SEEN_EVERY_MS: i64 = 60_000;

/// The routes; outside the API, authenticated by the provider's own proof.
pub fn routes() -> Router<Shared> {
    Router::new().route("/webhooks/vapi/{hook}", post(receive))
}

/// Connections by webhook address as last read. What is taken in names the revision its sender was proved against, and the
/// commit refuses it when another stands by then: so a change counts at once, and nothing is read for each message.
static CONNECTIONS: LazyLock<Mutex<HashMap<HookId, Arc<Integration>>>> =
    LazyLock::new(Mutex::default);
/// Our ids of running calls; the mapping never changes.
static CALLS: LazyLock<Mutex<HashMap<(IntegrationId, ProviderCallId), CallId>>> =
    LazyLock::new(Mutex::default);

fn remember<K: std::hash::Hash + Eq, V>(map: &Mutex<HashMap<K, V>>, key: K, value: V) {
    let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
    if map.len() >= REMEMBERED && !map.contains_key(&key) {
        map.clear();
    }
    map.insert(key, value);
}

fn forget<K: std::hash::Hash + Eq, V>(map: &Mutex<HashMap<K, V>>, key: &K) {
    map.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(key);
}

fn recall<K: std::hash::Hash + Eq, V: Clone>(map: &Mutex<HashMap<K, V>>, key: &K) -> Option<V> {
    map.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(key)
        .cloned()
}

fn unknown() -> Problem {
    Problem::not_found("this webhook address")
}

/// The connection behind an address: as stored, or as last known while the database does not answer.
pub(super) async fn connection(app: &App, hook: &str) -> Result<Arc<Integration>, Problem> {
    let hook: HookId = hook.parse().map_err(|_| unknown())?;
    let asked = app.store.system().by_hook(hook);
    match app.database.within(TARGETS, asked).await {
        Some(Ok(Some(integration))) => {
            let integration = Arc::new(integration);
            remember(&CONNECTIONS, hook, integration.clone());
            Ok(integration)
        }
        Some(Ok(None)) => {
            forget(&CONNECTIONS, &hook);
            Err(unknown())
        }
        Some(Err(_)) | None => recall(&CONNECTIONS, &hook).ok_or_else(unavailable),
    }
}

/// The connection as remembered, else as stored.
async fn known_connection(app: &App, hook: &str) -> Result<(Arc<Integration>, bool), Problem> {
    let remembered = hook
        .parse()
        .ok()
        .and_then(|hook| recall(&CONNECTIONS, &hook));
    match remembered {
        Some(integration) => Ok((integration, true)),
        None => Ok((Box::pin(connection(app, hook)).await?, false)),
    }
}

fn unavailable() -> Problem {
    Fault::Unavailable("the database does not answer: send it again".to_owned()).into()
}

async fn receive(
    State(state): State<Shared>,
    Path(hook): Path<String>,
    request: Request,
) -> Response {
    let began = Instant::now();
    let answered = take(&state.app, &hook, request).await;
    let (kind, response) = match answered {
        Ok((kind, response)) => (kind, response),
        Err(problem) => ("refused", problem.into_response()),
    };
    let status = response.status().as_u16().to_string();
    metrics::counter!("voxanne_webhooks_total", "kind" => kind, "status" => status).increment(1);
    metrics::histogram!("voxanne_webhook_ms", "kind" => kind)
        .record(began.elapsed().as_secs_f64() * 1_000.0);
    response
}

async fn take(
    app: &Arc<App>,
    hook: &str,
    request: Request,
) -> Result<(&'static str, Response), Problem> {
    let (mut integration, mut remembered) = known_connection(app, hook).await?;
    let (parts, body) = request.into_parts();
    let mut body = Unread(Some(body));
    loop {
        let sender = Sender {
            app,
            integration: &integration,
            remembered,
        };
        match sender.prove_and_answer(&parts.headers, &mut body).await {
            // What was remembered may have changed since: only the database can refuse.
            Err(Refusal::Unproved(_) | Refusal::Changed) if remembered => {
                (integration, remembered) = (Box::pin(connection(app, hook)).await?, false);
            }
            Err(Refusal::Unproved(why)) => {
                tracing::warn!(%why, integration = %integration.id, "webhook.refused");
                return Err(Problem::not_signed_in(why.to_string()));
            }
            // It changed in the very moment: sent again, it is proved against what stands then.
            Err(Refusal::Changed) => return Err(unavailable()),
            Err(Refusal::Problem(problem)) => return Err(problem),
            Ok(done) => return Ok(done),
        }
    }
}

/// Why a webhook was not taken.
enum Refusal {
    /// The sender has no proof.
    Unproved(auth::Refused),
    /// The connection is not any more what the sender was proved against.
    Changed,
    /// Anything else.
    Problem(Problem),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A body that is read once, and only for a sender whose headers promise a proof.
struct Unread(Option<Body>);

impl Unread {
    async fn read(&mut self) -> Result<bytes::Bytes, Problem> {
        let bytes = read_body(self.0.take().unwrap_or_default()).await?;
        self.0 = Some(Body::from(bytes.clone()));
        Ok(bytes)
    }
}

/// Whoever sent a webhook, and the connection it came by.
struct Sender<'a> {
    app: &'a Arc<App>,
    integration: &'a Integration,
    /// The connection was not read for this message.
    remembered: bool,
}

impl Sender<'_> {
    async fn prove_and_answer(
        &self,
        headers: &HeaderMap,
        body: &mut Unread,
    ) -> Result<(&'static str, Response), Refusal> {
        let secrets = &self.integration.secrets;
        // Before the body: nothing of it is read for a sender without a proof.
        let claim = auth::before_body(secrets, headers, self.app.now(), auth::WINDOW_MS)
            .map_err(Refusal::Unproved)?;
        let bytes = body.read().await?;
        claim.holds_for(&bytes).map_err(Refusal::Unproved)?;
        let envelope =
            read::read(&bytes).map_err(|error| Problem::bad("body", error.to_string()))?;
        drop(bytes);
        if let (Some(known), Some(said)) = (&secrets.account, &envelope.account)
            && known != said
        {
            return Err(Problem::not_signed_in("the webhook is of another account").into());
        }
        let rings = |heard: &Heard| matches!(heard, Heard::AssistantRequest { .. });
        if self.remembered && envelope.heard.iter().any(rings) {
            // The answer to a ring hands the connection's own settings out, so they are read for it.
            return Err(Refusal::Changed);
        }
        let kind = label(&envelope.kind);
        Ok((kind, answer(self.app, self.integration, envelope).await?))
    }
}

/// Takes one message in. Given up here it may still be committed: sent again, its key makes that harmless.
async fn commit(app: &App, op: IntakeOp) -> Result<Receipt, Refusal> {
    match app.database.within(COMMIT, app.intake.submit(op)).await {
        Some(Ok(receipt)) => Ok(receipt),
        Some(Err(StoreError::Stale("connection"))) => Err(Refusal::Changed),
        Some(Err(error)) => {
            tracing::warn!(%error, "webhook.not_committed");
            Err(unavailable().into())
        }
        None => {
            tracing::warn!("webhook.commit_late");
            Err(unavailable().into())
        }
    }
}

/// Reads a body of at most [`read::LARGEST`] bytes.
pub(super) async fn read_body(body: Body) -> Result<bytes::Bytes, Problem> {
    axum::body::to_bytes(body, read::LARGEST)
        .await
        .map_err(|_| Problem::too_large("the body is too large"))
}

/// Metric labels stay few, whatever type words arrive.
fn label(kind: &str) -> &'static str {
    const KNOWN: [&str; 13] = [
        "assistant-request",
        "status-update",
        "transcript",
        "speech-update",
        "conversation-update",
        "user-interrupted",
        "hang",
        "tool-calls",
        "transfer-destination-request",
        "transfer-update",
        "end-of-call-report",
        "call.artifact.upload",
        "knowledge-base-request",
    ];
    KNOWN.into_iter().find(|k| *k == kind).unwrap_or("other")
}

async fn answer(
    app: &Arc<App>,
    integration: &Integration,
    envelope: Envelope,
) -> Result<Response, Refusal> {
    let Envelope {
        call,
        at,
        number_provider_id,
        mut seen,
        heard,
        kind,
        ..
    } = envelope;
    let at = at.unwrap_or_else(|| app.now());
    let Some(call) = call else {
        tracing::debug!(kind, "webhook.without_call");
        return Ok(Json(json!({})).into_response());
    };
    let mut reply = json!({});
    for one in heard {
        // What is rare is boxed: the state of a request is moved through every layer, and most requests are words.
        match one {
            Heard::AssistantRequest { .. } => {
                let number = number_of(app, integration, number_provider_id.as_deref());
                seen.number = Box::pin(number).await;
                let opening = opening::answer(app, integration, &call, seen.clone(), at);
                let plan = Box::pin(opening).await.map_err(Problem::from)?;
                reply = encode::opening(&plan);
            }
            Heard::Message { key, message } => {
                let is_final = matches!(message, CallMessage::Final { .. });
                let op = op(app, integration, &call, key, message, seen.clone(), at);
                let receipt = commit(app, op).await?;
                if let Receipt::Fresh { call: id, .. } = receipt {
                    remember(&CALLS, (integration.id, call.clone()), id);
                    if is_final {
                        app.live
                            .partial(integration.org, id, Speaker::Caller, Pii::from(""));
                    }
                }
            }
            Heard::TransferAsk { key } => {
                let asked = destination(app, integration, &call, key, seen.clone(), at);
                reply = Box::pin(asked).await?;
            }
            Heard::ToolCalls(calls) => {
                reply = Box::pin(tools(app, integration, &call, calls, &seen, at)).await?;
            }
            Heard::Partial { speaker, text } => {
                if let Some(id) = Box::pin(known_call(app, integration, &call)).await {
                    app.live.partial(integration.org, id, speaker, text);
                }
            }
            Heard::KnowledgeRequest { question } => {
                reply = Box::pin(knowledge(app, integration.org, question)).await;
            }
            Heard::Speech { .. } | Heard::Ignored => {}
        }
    }
    Ok((StatusCode::OK, Json(reply)).into_response())
}

/// The operation of a message.
pub(super) fn op(
    app: &App,
    integration: &Integration,
    call: &ProviderCallId,
    key: IntakeKey,
    message: CallMessage,
    seen: Sighting,
    at: Millis,
) -> IntakeOp {
    IntakeOp {
        org: integration.org,
        integration: Some(integration.id),
        proved: Some(integration.rev),
        provider: Provider::Vapi,
        channel: Channel::Phone,
        key,
        call: call.clone(),
        message,
        seen,
        at,
        received: app.now(),
    }
}

/// Our id of a call the provider names.
pub(super) async fn known_call(
    app: &App,
    integration: &Integration,
    call: &ProviderCallId,
) -> Option<CallId> {
    let key = (integration.id, call.clone());
    if let Some(id) = recall(&CALLS, &key) {
        return Some(id);
    }
    let asked = async {
        let mut read = app.store.read(integration.org).await?;
        read.call_by_provider(Some(integration.id), call).await
    };
    let id = app.database.within(TARGETS, asked).await?.ok()??.id;
    remember(&CALLS, key, id);
    Some(id)
}

/// The clinic's number that was called; notes that it works.
async fn number_of(
    app: &Arc<App>,
    integration: &Integration,
    provider_id: Option<&str>,
) -> Option<voxanne_core::ids::PhoneNumberId> {
    let provider_id = provider_id?;
    let read = async { app.store.read(integration.org).await?.phone_numbers().await };
    let numbers = app.database.within(TARGETS, read).await?.ok()?;
    let number = numbers
        .into_iter()
        .find(|n| n.integration == integration.id && n.provider_id == provider_id)?;
    let id = number.id;
    if number
        .seen_at
        .is_none_or(|seen| app.now().since(seen) > SEEN_EVERY_MS)
    {
        let app_ = app.clone();
        app.tasks.spawn(async move {
            if let Err(error) = note_seen(&app_, number).await {
                tracing::debug!(%error, "webhook.number_not_noted");
            }
        });
    }
    Some(id)
}

async fn note_seen(
    app: &App,
    number: PhoneNumber,
) -> Result<(), voxanne_core::ports::store::StoreError> {
    let mut tx = app
        .store
        .write(&Actor::system(number.org, "webhook"))
        .await?;
    tx.put_phone_number(&PhoneNumber {
        seen_at: Some(app.now()),
        ..number
    })
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Whom to dial now: always an answer to a proven sender, at worst "take a message".
async fn destination(
    app: &App,
    integration: &Integration,
    call: &ProviderCallId,
    key: IntakeKey,
    seen: Sighting,
    at: Millis,
) -> Result<Value, Refusal> {
    let asked = async {
        let Some(id) = known_call(app, integration, call).await else {
            return Ok(Vec::new());
        };
        escalation::candidates_for(app, integration.org, id).await
    };
    let candidates = match app.database.within(TARGETS, asked).await {
        Some(Ok(candidates)) => candidates,
        Some(Err(fault)) => {
            tracing::warn!(%fault, "webhook.no_targets");
            Vec::new()
        }
        None => Vec::new(),
    };
    let op = op(
        app,
        integration,
        call,
        key,
        CallMessage::TransferAsked { candidates },
        seen,
        at,
    );
    // Waited for as long as any commit: given up sooner, it would order a transfer that the caller hears is none.
    let reply = match commit(app, op).await {
        Ok(receipt) => receipt.reply().cloned(),
        Err(Refusal::Changed) => return Err(Refusal::Changed),
        Err(_) => None,
    };
    let target = match &reply {
        Some(Reply::TransferTo { name, .. }) => Spoken::new(name),
        _ => None,
    };
    let lang = language(app, integration, call).await;
    let fallback = app.gate.phrase(&Phrase::CouldNotReach { target }, lang);
    // The turn has announced it: said again, the caller would hear it twice.
    Ok(encode::transfer_reply(reply.as_ref(), None, &fallback))
}

/// The language a call is held in, as far as can be told in time.
async fn language(app: &App, integration: &Integration, call: &ProviderCallId) -> Lang {
    let told = async {
        let id = known_call(app, integration, call).await?;
        Some(conversation::lang_of(app, integration.org, id).await)
    };
    let told = app.database.within(TARGETS, told).await;
    told.flatten().unwrap_or_default()
}

async fn tools(
    app: &App,
    integration: &Integration,
    call: &ProviderCallId,
    calls: Vec<ToolCall>,
    seen: &Sighting,
    at: Millis,
) -> Result<Value, Refusal> {
    let mut replies = Vec::with_capacity(calls.len());
    for tool in calls {
        let result = tool_result(app, integration.org, &tool).await;
        let message = CallMessage::ToolCall {
            id: tool.id,
            name: tool.name,
            result,
        };
        let op = op(app, integration, call, tool.key, message, seen.clone(), at);
        replies.extend(commit(app, op).await?.reply().cloned());
    }
    Ok(encode::tool_reply(&replies))
}

/// The one tool that a model of the provider's may use; whatever it asks passes the same gate as a caller's words.
async fn tool_result(app: &App, org: OrgId, tool: &ToolCall) -> String {
    if tool.name != "search_knowledge" {
        return "This tool does not exist.".to_owned();
    }
    let question = tool
        .arguments
        .expose()
        .get("query")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    spoken_answer(app, org, question).await
}

async fn spoken_answer(app: &App, org: OrgId, question: String) -> String {
    let unknown = app.gate.phrase(&Phrase::DontKnow, Lang::En);
    match ask::ask(app, org, question, Vec::new()).await {
        Ok(asked) if asked.decision.starts_with("escalate") => app
            .gate
            .phrase(&Phrase::MedicalHandOff, Lang::En)
            .as_str()
            .to_owned(),
        Ok(asked) => asked.answer.unwrap_or_else(|| unknown.as_str().to_owned()),
        Err(_) => unknown.as_str().to_owned(),
    }
}

async fn knowledge(app: &App, org: OrgId, question: Pii<String>) -> Value {
    let text = spoken_answer(app, org, question.into_exposed()).await;
    // What the question path gave is approved already; the type asks for it once more.
    let words = app
        .gate
        .wording(&text)
        .unwrap_or_else(|_| app.gate.phrase(&Phrase::DontKnow, Lang::En));
    encode::knowledge_reply(&words)
}
