//! `voxanne serve`: the only file that names engines. Everything else works with ports.

use super::ConfigArgs;
use crate::{
    config::{Config, Database, key_ring},
    extract, output,
    running::{Parts, machine_clock, start},
    telemetry,
};
use anyhow::{Context as _, bail};
use async_trait::async_trait;
use clap::Args;
use futures::{FutureExt as _, StreamExt as _};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::StreamReader;
use voxanne_app::{App, Extractor, absent::AbsentEmbedder, members};
use voxanne_core::{
    ids::{IntegrationId, OrgId},
    ports::{
        blobs::Blobs,
        embedder::Embedder,
        language::Language,
        store::{Integration, Store, StoreError},
    },
    safety::{Gate, Policy, Weights},
    seal::MasterRing,
    time::Clock,
};
use voxanne_local_ai::{MINILM_FILE, MiniLm};
use voxanne_providers::{
    files::FileBlobs,
    http_client::{HttpClient, Reach},
    openai::{ModelSettings, OpenAi},
    vapi::{Connections, Vapi},
};
use voxanne_store_postgres::PostgresStore;
use voxanne_store_sqlite::SqliteStore;

/// Bytes of a document that tell what it is.
const HEAD: usize = 1_024;

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs the server until it is told to end.
pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    telemetry::start_logs(&config)?;
    let mut running = start(config, Parts::default()).await?;
    output::line(format!("Voxanne answers at {}", running.url()));
    if let Some(link) = members::organizations::first_owner_link(&running.app).await? {
        // Standard output only: a log may be read by people who shall not own the clinic.
        output::line(format!(
            "Become the first owner (once, within 15 minutes): {}",
            members::links::address(&running.app, &link)
        ));
    }
    tokio::select! {
        error = running.broken() => return Err(error),
        () = told_to_end() => {}
    }
    output::line("Ending: calls under way have ten seconds");
    running.stop().await
}

/// Waits for Ctrl-C, or for what service managers send.
pub async fn told_to_end() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => tokio::select! {
                () = interrupted => {}
                _ = terminated.recv() => {}
            },
            Err(_) => interrupted.await,
        }
    }
    #[cfg(not(unix))]
    interrupted.await;
}

/// A store, opened, and whether its key ring was made for it just now.
pub struct Opened {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The keys.
    pub ring: MasterRing,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", self.store.engine())
    }
}

/// Opens the database with its key ring; a new installation gets a ring, an old one without its ring is refused.
pub async fn open(config: &Config, clock: &Clock) -> anyhow::Result<Opened> {
    let ring = key_ring::open(config)?;
    make_data_folder(&config.data_dir)?;
    let keys = ring.ring.clone();
    let sqlite = matches!(config.database, Database::Sqlite(_));
    if ring.fresh && sqlite {
        // Before the database, so that a crash in between leaves a ring without data and never data without its ring.
        key_ring::write(&config.key_ring, &keys)?;
    }
    let store: Arc<dyn Store> = match &config.database {
        Database::Sqlite(path) => {
            if let Some(folder) = path.parent() {
                make_data_folder(folder)?;
            }
            let options = voxanne_store_sqlite::Options::new(clock.clone());
            Arc::new(SqliteStore::open(path, keys.clone(), options).await?)
        }
        Database::Postgres { url, listen_url } => {
            let mut options = voxanne_store_postgres::Options::new(clock.clone());
            options.listen_url = Some(listen_url.expose().to_owned());
            Arc::new(PostgresStore::connect(url.expose(), keys.clone(), options).await?)
        }
    };
    let known = store.system().organizations(None, 1).await?;
    if ring.fresh && !sqlite {
        if !known.is_empty() {
            return Err(key_ring::missing(config).into());
        }
        key_ring::write(&config.key_ring, &keys)?;
    }
    if let Some(org) = known.first() {
        proves_ring(&*store, org.id, config).await?;
    }
    Ok(Opened { store, ring: keys })
}

/// Whether a database could not be opened because a running server has it.
pub fn is_in_use(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(voxanne_store_sqlite::OpenError::InUse)
    )
}

/// A ring that does not open what is stored would seal new content that the right one cannot open.
async fn proves_ring(store: &dyn Store, org: OrgId, config: &Config) -> anyhow::Result<()> {
    let read = async { store.read(org).await?.setting("phone_line").await };
    match read.await {
        Err(StoreError::Corrupt(_)) => bail!(
            "the key ring {} does not belong to this database: put the right one back",
            config.key_ring.display()
        ),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

fn make_data_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(folder)
        .with_context(|| format!("the data folder {} cannot be made", folder.display()))
}

/// Where recordings and documents lie.
pub fn blobs_folder(config: &Config) -> PathBuf {
    config.data_dir.join("objects")
}

/// Opens where recordings and documents lie.
pub fn open_blobs(config: &Config) -> anyhow::Result<FileBlobs> {
    let folder = blobs_folder(config);
    make_data_folder(&folder)?;
    FileBlobs::open(&folder)
        .with_context(|| format!("the storage {} cannot be opened", folder.display()))
}

/// Where the embedding model lies.
pub fn model_file(config: &Config) -> PathBuf {
    config
        .model_minilm
        .clone()
        .unwrap_or_else(|| config.models_dir.join(MINILM_FILE))
}

/// Loads the embedding model; takes about 0.2 s off the async threads.
pub async fn load_model(config: &Config, clock: &Clock) -> anyhow::Result<MiniLm> {
    let (path, clock) = (model_file(config), clock.clone());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    Ok(tokio::task::spawn_blocking(move || MiniLm::load(&path, threads, clock)).await??)
}

/// Puts the application together from its configuration and the parts that replace it.
pub async fn assemble(config: &Config, parts: Parts) -> anyhow::Result<Arc<App>> {
    Ok(App::new(gather(config, parts).await?))
}

/// As [`assemble`], without background work: for commands that do one thing and end.
pub async fn assemble_idle(config: &Config, parts: Parts) -> anyhow::Result<Arc<App>> {
    Ok(App::idle(gather(config, parts).await?))
}

async fn gather(config: &Config, parts: Parts) -> anyhow::Result<voxanne_app::Parts> {
    let clock = parts.clock.unwrap_or_else(machine_clock);
    let mut opened = open(config, &clock).await?;
    if let Some(wrap) = parts.wrap_store {
        opened.store = wrap(opened.store);
    }
    let mut blobs: Arc<dyn Blobs> = Arc::new(open_blobs(config)?);
    if let Some(wrap) = parts.wrap_blobs {
        blobs = wrap(blobs);
    }
    let embedder: Arc<dyn Embedder> = match parts.embedder {
        Some(embedder) => embedder,
        None => match load_model(config, &clock).await {
            Ok(model) => Arc::new(model),
            Err(error) => {
                tracing::warn!(%error, "model.absent");
                Arc::new(AbsentEmbedder)
            }
        },
    };
    let http = HttpClient::new(env!("CARGO_PKG_VERSION"), clock.clone())?;
    let language = match (parts.language, &config.language_model) {
        (Some(language), _) => Some(language),
        (None, Some(model)) => Some(Arc::new(OpenAi::new(
            http.clone(),
            ModelSettings {
                base_url: model.base_url.parse().context("language_model.base_url")?,
                key: model.key.clone(),
                model: model.model.clone(),
                reach: Reach::Operator,
                org: None,
            },
        )) as Arc<dyn Language>),
        (None, None) => None,
    };
    let connections = Arc::new(StoredConnections(opened.store.clone()));
    Ok(voxanne_app::Parts {
        blobs,
        vapi: Arc::new(Vapi::new(http, connections)),
        store: opened.store,
        clock,
        ring: Arc::new(opened.ring),
        embedder,
        language,
        gate: Arc::new(Gate::new(Weights::builtin(), Policy::default())),
        extractor: parts.extractor.map_or_else(child_extractor, Ok)?,
        public_url: config.public_url.clone(),
    })
}

/// The provider's settings, read from the store at each use so that a change counts at once.
struct StoredConnections(Arc<dyn Store>);

#[async_trait]
impl Connections for StoredConnections {
    async fn integration(&self, org: OrgId, id: IntegrationId) -> Option<Integration> {
        let found = async { self.0.read(org).await?.integrations().await };
        match found.await {
            Ok(all) => all.into_iter().find(|i| i.id == id),
            Err(error) => {
                tracing::warn!(%error, "connection.unreadable");
                None
            }
        }
    }
}

/// Reads documents in a child process of this same program.
fn child_extractor() -> anyhow::Result<Extractor> {
    let exe = std::env::current_exe().context("the program's own file is not known")?;
    Ok(Arc::new(move |kind, mut bytes| {
        let exe = exe.clone();
        async move {
            let mut head = Vec::new();
            while head.len() < HEAD
                && let Some(piece) = bytes.recv().await
            {
                head.extend(piece);
            }
            let kind = extract::detect(&format!("document.{kind}"), &head)
                .map_err(|error| error.to_string())?;
            let all = futures::stream::once(std::future::ready(head))
                .chain(ReceiverStream::new(bytes))
                .map(|piece| Ok::<_, std::io::Error>(bytes::Bytes::from(piece)));
            let reader = StreamReader::new(Box::pin(all));
            extract::run(&exe, kind, reader, extract::Limits::default())
                .await
                .map_err(|error| error.to_string())
        }
        .boxed()
    }))
}
