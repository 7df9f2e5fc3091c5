//! What the tests of several modules share: a clock, approved words, a server on loopback.

use crate::http_client::HttpClient;
use std::{net::SocketAddr, sync::Arc, time::Instant};
use voxanne_core::{
    safety::{Approved, Gate, Policy, Weights},
    time::{Clock, Deadline, Millis},
};

/// 2026-01-01T00:00:00Z.
pub(crate) const NEW_YEAR: i64 = 1_767_225_600_000;

/// A clock that begins at New Year and runs.
pub(crate) fn clock() -> Clock {
    let started = Instant::now();
    Arc::new(move || Millis(NEW_YEAR + started.elapsed().as_millis() as i64))
}

/// The client with the running clock.
pub(crate) fn client() -> HttpClient {
    HttpClient::new("0.0.0", clock()).unwrap()
}

/// A deadline `ms` from the clock's begin.
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
