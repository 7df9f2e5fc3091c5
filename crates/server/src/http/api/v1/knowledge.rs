//! What would the receptionist say?

use crate::http::{Shared, auth::Caller, input::Body, problem::Problem};
use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use voxanne_app::knowledge::ask;
use voxanne_core::{
    call::view::{CiteView, StagesView},
    tenancy::Permission,
};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// At most 1,000 characters.
    question: String,
    /// What the caller asked before, oldest first, at most 20.
    #[serde(default)]
    history: Vec<String>,
}

/// A passage that was looked at.
#[derive(Debug, Serialize, ToSchema)]
struct Passage {
    #[serde(flatten)]
    cite: CiteView,
    /// By meaning; 0 without vectors.
    dense: f32,
    /// By words.
    lexical: f32,
}

/// What came of a question.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AskAnswer)]
struct Asked {
    /// answer, escalate_medical, escalate_emergency, escalate_human or clarify.
    decision: String,
    reasons: Vec<String>,
    confidence: f32,
    /// What would be spoken; null when gate or documents leave nothing.
    answer: Option<String>,
    cites: Vec<CiteView>,
    passages: Vec<Passage>,
    degraded: Vec<String>,
    stages_ms: StagesView,
}

/// Asks the knowledge base as a caller would; nothing is recorded.
#[utoipa::path(post, path = "/knowledge/ask", tag = "knowledge", request_body = Question,
    responses((status = 200, body = Asked)))]
async fn ask_knowledge(
    State(state): State<Shared>,
    caller: Caller,
    Body(body): Body<Question>,
) -> Result<Response, Problem> {
    caller.require(Permission::CallsRead)?;
    let asked = ask::ask(&state.app, caller.actor.org, body.question, body.history).await?;
    Ok(caller.json(&Asked {
        decision: asked.decision,
        reasons: asked.reasons,
        confidence: asked.confidence,
        answer: asked.answer,
        cites: asked.cites,
        passages: asked
            .passages
            .into_iter()
            .map(|p| Passage {
                cite: p.cite,
                dense: p.dense.unwrap_or(0.0),
                lexical: p.lexical,
            })
            .collect(),
        degraded: asked.degraded,
        stages_ms: asked.stages,
    }))
}

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(ask_knowledge))
}
