//! `/api/v1`: one file for each resource, described as OpenAPI from the same code that answers.

mod api_keys;
mod audit;
mod calls;
mod documents;
mod inbox;
mod knowledge;
mod links;
mod members;
mod overview;
mod receptionist;
mod recordings;
mod session;
mod settings;
mod system;

use super::super::{
    Shared, browser_calls, compression,
    layers::bounded,
    live,
    problem::{Problem, ProblemBody},
};
use axum::{Router, extract::DefaultBodyLimit, middleware, response::IntoResponse as _};
use serde::Serialize;
use utoipa::{
    OpenApi, PartialSchema as _, ToSchema,
    openapi::{
        ContentBuilder, OpenApi as Description, Ref, RefOr, ResponseBuilder,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// Largest ordinary body, bytes.
pub(crate) const BODY_BYTES: usize = 512 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Voxanne",
        description = "An AI voice receptionist for clinics. Times are milliseconds UTC, ids are prefixed text, enumerations may grow. \
                       Errors are application/problem+json with a stable slug as type.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("session" = []), ("api_key" = [])),
)]
struct Base;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageOf<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// A page of the store, each row as shown.
    pub fn from<R>(page: voxanne_core::page::Page<R>, shown: impl FnMut(R) -> T) -> Self {
        let page = page.map(shown);
        Self {
            items: page.items,
            next: page.next,
        }
    }
}

/// Routes that answer soon: with a place, a deadline and a small body.
fn ordinary() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(links::routes())
        .merge(members::routes())
        .merge(api_keys::routes())
        .merge(overview::routes())
        .merge(calls::routes())
        .merge(browser_calls::routes())
        .merge(recordings::routes())
        .merge(inbox::routes())
        .merge(documents::routes())
        .merge(knowledge::routes())
        .merge(receptionist::routes())
        .merge(settings::routes())
        .merge(audit::routes())
        .merge(system::routes())
}

/// Routes that take their time: uploads, sound, spoken turns, sockets.
fn streaming() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(documents::upload_routes())
        .merge(recordings::audio_routes())
        .merge(browser_calls::streams())
        .merge(live::routes())
}

/// The router and its description.
pub fn parts(state: &Shared) -> (Router<Shared>, Description) {
    let (router, description) = described(Some(state));
    (
        router.fallback(|| async { Problem::not_found("this address").into_response() }),
        description,
    )
}

/// The description alone.
pub fn description() -> Description {
    described(None).1
}

fn described(state: Option<&Shared>) -> (Router<Shared>, Description) {
    let mut soon = ordinary().layer(DefaultBodyLimit::max(BODY_BYTES));
    if let Some(state) = state {
        soon = soon
            .layer(middleware::from_fn_with_state(state.clone(), bounded))
            .layer(compression());
    }
    let mut description = Base::openapi();
    description.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let (router, mut description) = OpenApiRouter::with_openapi(description)
        .merge(soon)
        .merge(streaming())
        .split_for_parts();
    complete(&mut description);
    (router, description)
}

/// Adds what is the same everywhere: the base path, the ways to sign in, the shape of errors.
fn complete(description: &mut Description) {
    description.servers = Some(vec![utoipa::openapi::Server::new("/api/v1")]);
    let components = description.components.get_or_insert_default();
    components.security_schemes.insert(
        "session".to_owned(),
        RefOr::T(SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "voxanne",
            "The session cookie; writes also need X-CSRF-Token from GET /session. `__Host-voxanne` over https.",
        )))),
    );
    components.security_schemes.insert(
        "api_key".to_owned(),
        RefOr::T(SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("vxk_...")
                .build(),
        )),
    );
    components
        .schemas
        .insert("Problem".to_owned(), ProblemBody::schema());
    let failed = ResponseBuilder::new()
        .description("What went wrong and what to do")
        .content(
            "application/problem+json",
            ContentBuilder::new()
                .schema(Some(RefOr::Ref(Ref::from_schema_name("Problem"))))
                .build(),
        )
        .build();
    for item in description.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            operation
                .responses
                .responses
                .entry("default".to_owned())
                .or_insert_with(|| RefOr::T(failed.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_the_codes() {
        let now = serde_json::to_string_pretty(&super::description()).unwrap() + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/voxanne.json");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            now == committed,
            "openapi/voxanne.json is out of date: run `cargo run -p voxanne-server -- openapi > openapi/voxanne.json`"
        );
    }
}
