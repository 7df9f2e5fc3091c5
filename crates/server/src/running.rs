//! A running server, started the same way by `serve`, the demo and the tests.

use crate::{
    commands::serve,
    config::Config,
    http::{DemoParts, ServerState, Shared, router},
    listen, telemetry,
};
use anyhow::Context as _;
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use voxanne_app::{App, Extractor};
use voxanne_core::{
    ports::{blobs::Blobs, embedder::Embedder, language::Language, store::Store},
    time::{Clock, Millis},
};

/// Longest wait for requests under way when the server ends.
const DRAIN: Duration = Duration::from_secs(10);

/// Puts something around a part.
pub type Wrap<T> = Box<dyn FnOnce(Arc<T>) -> Arc<T> + Send>;

/// Parts that replace the configuration's own; tests and the demo hand them in.
#[derive(Default)]
pub struct Parts {
    /// The time.
    pub clock: Option<Clock>,
    /// The embedding model.
    pub embedder: Option<Arc<dyn Embedder>>,
    /// The language model.
    pub language: Option<Arc<dyn Language>>,
    /// Reads documents.
    pub extractor: Option<Extractor>,
    /// This is `voxanne demo`.
    pub demo: bool,
    /// Put around the store, once it is open.
    pub wrap_store: Option<Wrap<dyn Store>>,
    /// Put around the objects, once they are open.
    pub wrap_blobs: Option<Wrap<dyn Blobs>>,
    /// Places simulated calls from the dashboard; only the demo has it.
    pub demo_calls: Option<Arc<crate::http::demo::Demo>>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parts")
    }
}

/// The time of the machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the clock is read"
)]
pub fn machine_clock() -> Clock {
    Arc::new(|| {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its use cases.
    pub app: Arc<App>,
    /// What its handlers share.
    pub state: Shared,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Running({})", self.addr)
    }
}

impl Running {
    /// The address as others reach it.
    pub fn url(&self) -> &str {
        &self.state.config.public_url
    }

    /// Ends it: nothing new is taken, what is under way has ten seconds.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.state.draining.store(true, Ordering::Release);
        self.stop.cancel();
        let (served, ()) = tokio::join!(
            tokio::time::timeout(DRAIN, self.served),
            self.app.shut_down()
        );
        self.upkeep.abort();
        match served {
            Ok(ended) => ended
                .context("the server's task broke")?
                .context("serving failed"),
            // Whoever is still connected is cut off; nothing acknowledged is lost by it.
            Err(_) => Ok(()),
        }
    }

    /// Waits until it ends by itself, which it does only by failing.
    pub async fn broken(&mut self) -> anyhow::Error {
        match (&mut self.served).await {
            Ok(Ok(())) => anyhow::anyhow!("the server ended"),
            Ok(Err(error)) => anyhow::Error::new(error).context("serving failed"),
            Err(error) => anyhow::Error::new(error).context("the server's task broke"),
        }
    }
}

/// Starts a server: takes the port, opens everything, answers.
pub async fn start(mut config: Config, mut parts: Parts) -> anyhow::Result<Running> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: is another program using it?",
            config.listen
        )
    })?;
    let addr = listener.local_addr()?;
    if config.public_url.is_empty() {
        config.public_url = format!("http://{addr}");
    }
    let demo = DemoParts {
        is_demo: parts.demo,
        calls: parts.demo_calls.take(),
    };
    let app = serve::assemble(&config, parts).await?;
    let state = ServerState::new(app.clone(), Arc::new(config), demo)?;
    let upkeep = tokio::spawn(telemetry::upkeep(state.metrics.clone()));
    let stop = CancellationToken::new();
    let served = tokio::spawn(listen::serve(listener, router(state.clone()), stop.clone()));
    state.started.store(true, Ordering::Release);
    tracing::info!(%addr, engine = app.store.engine(), "server.started");
    Ok(Running {
        addr,
        app,
        state,
        stop,
        served,
        upkeep,
    })
}
