//! What the tests of several modules share: a client, approved words, a server on loopback.

use crate::http_client::HttpClient;
use std::{net::SocketAddr, sync::Arc};
use voxanne_core::{
    safety::{Approved, Gate, Policy, Weights},
    time::{Deadline, Millis},
};

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: i64 = 1_767_225_600_000;

/// The client with a clock that stands still at New Year, so that a slow machine changes no result.
pub(crate) fn client() -> HttpClient {
    HttpClient::new("0.0.0", Arc::new(|| Millis(NEW_YEAR))).unwrap()
}

/// A deadline `ms` from the clock's standing time.
pub(crate) fn within(client: &HttpClient, ms: i64) -> Deadline {
    Deadline::after(client.now(), ms)
}

/// Words as the gate lets them through.
pub(crate) fn approved(words: &str) -> Approved {
    Gate::new(Weights::builtin(), Policy::default())
        .wording(words)
        .unwrap()
}

/// Serves `router` on a free loopback port until the test's runtime ends.
pub(crate) async fn serve(router: axum::Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
