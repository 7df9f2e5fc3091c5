//! The provider asks us as its language model: a chat completion, streamed, authenticated by the call's own token.
//!
//! Always 200 and speech once the token holds: silence on a live call is the worst answer. A caller who talks on makes the
//! provider drop the connection; that ends the stream, not the turn's work.

use super::{
    Shared,
    problem::Problem,
    webhooks::{self, read_body},
};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures::{Stream, StreamExt as _, stream};
use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};
use voxanne_app::{
    App,
    conversation::{self, TurnEvent, TurnInput, TurnStream},
};
use voxanne_core::{
    call::{
        Channel, Provider, ProviderCallId, Speaker,
        message::{CallMessage, IntakeKey, IntakeOp, Opening, Sighting},
        token::CallToken,
    },
    ids::{CallId, OrgId},
    pii::Pii,
    ports::store::Receipt,
    safety::{Lang, Phrase, Role, Utterance},
};
use voxanne_providers::vapi::completions::{self, ChatRequest, SseWriter, Step};

/// After this long without a word the caller hears that we are still there.
const FILLER: Duration = Duration::from_secs(1);
/// How long the call may be looked for before the turn begins without it.
const LOOK: Duration = Duration::from_millis(800);

/// The routes; the provider appends the path to whatever base it was given, sometimes twice.
pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/llm/{hook}/chat/completions", post(complete))
        .route(
            "/llm/{hook}/chat/completions/chat/completions",
            post(complete),
        )
}

async fn complete(
    State(state): State<Shared>,
    Path(hook): Path<String>,
    request: Request,
) -> Response {
    match answer(&state.app, &hook, request).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answer(app: &Arc<App>, hook: &str, request: Request) -> Result<Response, Problem> {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let refused = || Problem::not_signed_in("the call token is missing, not valid or expired");
    let token = completions::token(&parts.headers).ok_or_else(refused)?;
    let token = CallToken::open(token.expose(), &app.ring, app.now()).map_err(|_| refused())?;
    let integration = webhooks::connection(app, hook).await?;
    if integration.id != token.integration || integration.org != token.org {
        return Err(refused());
    }
    let bytes = read_body(body).await?;
    let chat = ChatRequest::read(&bytes, &parts.headers)
        .map_err(|error| Problem::bad("body", error.to_string()))?;
    if chat.call.as_ref().is_some_and(|call| call.0 != token.call) {
        return Err(refused());
    }
    let call = adopt(app, &token).await;
    let writer = SseWriter::new(format!("chatcmpl-{call}"), app.now().0 / 1_000);
    let mut history: Vec<Utterance> = chat
        .history
        .iter()
        .map(|(speaker, text)| Utterance {
            role: if *speaker == Speaker::Caller {
                Role::Caller
            } else {
                Role::Receptionist
            },
            text: text.clone(),
        })
        .collect();
    if chat.said.is_some() {
        // The history ends with the words to answer.
        history.pop();
    }
    let input = TurnInput {
        org: token.org,
        call,
        provider: Provider::Vapi,
        channel: Channel::Phone,
        no: chat.caller_turns,
        said: chat.said.unwrap_or_else(|| Pii::new(String::new())),
        history,
        frozen: token.frozen,
        caller: caller_of(app, token.org, call).await,
    };
    let lang = Lang::detect(input.said.expose()).unwrap_or_default();
    let steps = steps(app.clone(), lang, conversation::turn(app, input));
    let mut first = Some(began);
    let out = completions::body(writer, steps).map(move |bytes| {
        if let Some(began) = first.take() {
            metrics::histogram!("voxanne_first_token_ms")
                .record(began.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok::<_, Infallible>(bytes)
    });
    Ok((
        [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        Body::from_stream(out),
    )
        .into_response())
}

/// Our id of the token's call. One that no webhook has brought yet is adopted here.
async fn adopt(app: &App, token: &CallToken) -> CallId {
    let provider_call = ProviderCallId(token.call.clone());
    let known = async || {
        let looked = async {
            let mut read = app.store.read(token.org).await?;
            read.call_by_provider(Some(token.integration), &provider_call)
                .await
        };
        match app.database.within(LOOK, looked).await {
            Some(Ok(Some(call))) => Some(call.id),
            _ => None,
        }
    };
    if let Some(call) = known().await {
        return call;
    }
    let now = app.now();
    let op = IntakeOp {
        org: token.org,
        integration: Some(token.integration),
        proved: None,
        provider: Provider::Vapi,
        channel: Channel::Phone,
        key: IntakeKey::of(&[&token.call, "adopted"]),
        call: provider_call.clone(),
        message: CallMessage::Opened {
            opening: Opening::Receptionist(token.frozen),
        },
        seen: Sighting::default(),
        at: now,
        received: now,
    };
    match app.database.within(LOOK, app.intake.submit(op)).await {
        Some(Ok(Receipt::Fresh { call, .. })) => call,
        // Another request was faster: now it is there. Without a database the turn still speaks; what it says cannot be
        // recorded.
        Some(Ok(Receipt::Repeat { .. }) | Err(_)) | None => known().await.unwrap_or_default(),
    }
}

async fn caller_of(app: &App, org: OrgId, call: CallId) -> Option<Pii<String>> {
    let asked = async { app.store.read(org).await?.call(call).await };
    let call = app.database.within(LOOK, asked).await?.ok()??;
    call.private.caller
}

/// A turn's events as the provider's steps, with a filler when the first words take long.
fn steps(app: Arc<App>, lang: Lang, events: TurnStream) -> impl Stream<Item = Step> + Send {
    struct State {
        app: Arc<App>,
        lang: Lang,
        events: TurnStream,
        spoke: bool,
    }
    stream::unfold(
        State {
            app,
            lang,
            events,
            spoke: false,
        },
        |mut state| async move {
            loop {
                let event = if state.spoke {
                    state.events.recv().await?
                } else {
                    match tokio::time::timeout(FILLER, state.events.recv()).await {
                        Ok(event) => event?,
                        Err(_) => {
                            state.spoke = true;
                            metrics::counter!("voxanne_fillers_total").increment(1);
                            let words = state.app.gate.phrase(&Phrase::Hold, state.lang);
                            return Some((Step::Say(words), state));
                        }
                    }
                };
                let step = match event {
                    TurnEvent::Say { text, .. } => Step::Say(text),
                    TurnEvent::Transfer { .. } => Step::Transfer,
                    TurnEvent::End => Step::EndCall,
                    TurnEvent::TakeMessage => continue,
                };
                state.spoke = true;
                return Some((step, state));
            }
        },
    )
}
