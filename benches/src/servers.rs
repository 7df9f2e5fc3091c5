//! The processes that are measured: the real server, a handler that stores nothing, and the reference in JavaScript.

use crate::{events::Hook, report::project};
use anyhow::{Context as _, bail};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::{
    fmt::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use voxanne_app::{
    members::{
        keys,
        organizations::{self, NewOrganization},
    },
    settings::provider::{self, ProviderChange},
};
use voxanne_core::{
    pii::Secret,
    ports::store::HookAuth,
    seal::random_token,
    tenancy::{Actor, Scope},
};
use voxanne_server::{
    Parts,
    commands::serve::assemble_idle,
    config::{Config, Origin},
};

/// How long a process may take until it answers.
const READY: Duration = Duration::from_mins(1);

/// A process that answers webhooks; ended with this value.
#[derive(Debug)]
pub struct Server {
    /// Where.
    pub addr: SocketAddr,
    /// The clinics' addresses.
    pub hooks: Vec<Hook>,
    /// An API key of the first clinic.
    key: Option<String>,
    child: Child,
    /// Deleted with this value; a server elsewhere has none.
    folder: Option<tempfile::TempDir>,
}

impl Server {
    /// The real server with `clinics` organizations, on SQLite, or on the PostgreSQL of this address.
    pub async fn voxanne(
        program: &Path,
        clinics: usize,
        postgres: Option<&str>,
    ) -> anyhow::Result<Self> {
        // Beside the build, so that it lies on the disk that is meant and not in memory.
        let folder = tempfile::Builder::new()
            .prefix("bench-")
            .tempdir_in(project().join("target"))?;
        let addr = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let set: Vec<(String, String)> = [
            ("listen", addr.to_string()),
            ("data_dir", folder.path().join("data").display().to_string()),
            (
                "key_ring",
                folder.path().join("keys/ring").display().to_string(),
            ),
            ("models_dir", project().join("models").display().to_string()),
            ("database.url", postgres.unwrap_or_default().to_owned()),
            ("log.level", "warn".to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec();
        let config = Config::load(&Origin {
            set: set.clone(),
            cwd: folder.path().to_owned(),
            ..Origin::default()
        })?;
        let app = assemble_idle(&config, Parts::default()).await?;
        let mut hooks = Vec::with_capacity(clinics);
        let mut key = None;
        for n in 0..clinics {
            let new = NewOrganization {
                name: format!("Clinic {n}"),
                time_zone: "Europe/Berlin".to_owned(),
                language: "en".to_owned(),
                country: "DE".to_owned(),
            };
            let org = organizations::create(&app, &new).await?.id;
            let secret = random_token();
            let change = ProviderChange {
                auth: Some(HookAuth::Hmac),
                secret: Some(Secret::new(secret.clone())),
                ..ProviderChange::default()
            };
            let shown = provider::change(&app, &Actor::system(org, "bench"), change).await?;
            if key.is_none() {
                let actor = Actor::system(org, "bench");
                let scopes = [Scope::Read, Scope::Write];
                let (_, secret) = keys::create(&app, &actor, "bench", &scopes).await?;
                key = Some(secret.expose().to_owned());
            }
            let path = shown.hook_url.find("/webhooks").context("no hook")?;
            hooks.push(Hook {
                path: shown.hook_url[path..].to_owned(),
                secret,
            });
        }
        app.shut_down().await;
        drop(app);
        let mut tries = 0;
        loop {
            let mut command = Command::new(program);
            command.arg("serve").current_dir(folder.path());
            for (key, value) in &set {
                command.arg("--set").arg(format!("{key}={value}"));
            }
            let child = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true)
                .spawn()
                .with_context(|| format!("{} cannot be started", program.display()))?;
            let mut server = Self {
                addr,
                hooks: hooks.clone(),
                key: key.clone(),
                child,
                folder: None,
            };
            match server.answers("/startupz").await {
                Ok(()) => {
                    server.folder = Some(folder);
                    return Ok(server);
                }
                // The last task of the application that made the clinics may let go of the database a moment later.
                Err(_) if tries < 20 && server.child.try_wait()?.is_some() => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A handler that reads, verifies, parses and replies, and stores nothing: this program started again.
    pub async fn bare() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(BARE);
        Self::told(command, BARE_SECRET).await
    }

    /// The reference: Express on PostgreSQL, one transaction for each event.
    pub async fn reference(database: &str) -> anyhow::Result<Self> {
        let folder = project().join("benches/reference");
        if !folder.join("node_modules").is_dir() {
            let done = Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--silent"])
                .current_dir(&folder)
                .status()
                .await
                .context("npm is needed for the reference")?;
            anyhow::ensure!(done.success(), "npm could not install the reference");
        }
        let mut command = Command::new("node");
        command
            .arg("server.mjs")
            .current_dir(&folder)
            .env("DATABASE_URL", database)
            .env("REFERENCE_SECRET", BARE_SECRET)
            .env("PORT", "0");
        Self::told(command, BARE_SECRET).await
    }

    /// A process that prints `listening PORT` when it is ready.
    async fn told(mut command: Command, secret: &str) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let port = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(port) = line.strip_prefix("listening ") {
                    return Ok(port.trim().parse::<u16>()?);
                }
            }
            bail!("it ended before it listened")
        };
        let port = tokio::time::timeout(READY, port).await??;
        Ok(Self {
            addr: SocketAddr::from(([127, 0, 0, 1], port)),
            hooks: (0..50)
                .map(|n| Hook {
                    path: format!("/webhooks/vapi/clinic-{n}"),
                    secret: secret.to_owned(),
                })
                .collect(),
            key: None,
            child,
            folder: None,
        })
    }

    async fn answers(&mut self, path: &str) -> anyhow::Result<()> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("http://{}{path}", self.addr);
        let ready = async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    bail!("the server ended: {status}");
                }
                if http
                    .get(&url)
                    .send()
                    .await
                    .is_ok_and(|a| a.status().is_success())
                {
                    return Ok(());
                }
                // A child process tells nobody when it is ready: it is asked again, until the time below is over.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(READY, ready)
            .await
            .context("the server did not answer")?
    }

    /// Begins an import of so much text, which goes on in the background.
    pub async fn import(&self, kilobytes: usize) -> anyhow::Result<()> {
        let mut text = String::new();
        let mut n = 0;
        while text.len() < kilobytes * 1_024 {
            n += 1;
            let _ = write!(
                text,
                "# Procedure {n}\n\nThe consultation for procedure {n} takes {} minutes and costs {} euros. Bring the form of \
                 room {} and arrive ten minutes early, since the desk notes every arrival by hand.\n\n",
                10 + n % 50,
                40 + n % 300,
                n % 90
            );
        }
        let key = self.key.as_ref().context("a server without a key")?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http
            .post(format!("http://{}/api/v1/documents/text", self.addr))
            .bearer_auth(key)
            .json(&serde_json::json!({"title": "A long text", "text": text}))
            .send()
            .await?;
        anyhow::ensure!(answer.status().is_success(), "{}", answer.text().await?);
        Ok(())
    }

    /// What the server counts of itself under `name`.
    pub async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let url = format!("http://{}/metrics", self.addr);
        let text = http.get(url).send().await?.text().await?;
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
            .with_context(|| format!("no metric {name}"))
    }

    /// The database file of a server on SQLite.
    pub fn database(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.as_ref().context("a server without a folder")?;
        Ok(folder.path().join("data/voxanne.db"))
    }

    /// Ends the process and keeps its folder.
    pub async fn end(&mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// The argument that makes this program the bare handler.
pub const BARE: &str = "bare-handler";
const BARE_SECRET: &str = "a-secret-that-every-clinic-of-the-bare-handler-shares";

/// The wire's limit: reads, verifies the HMAC, parses, replies. Written before anything was tuned against it.
pub async fn bare_handler() -> anyhow::Result<()> {
    use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
    async fn take(
        State(secret): State<Arc<str>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<axum::Json<serde_json::Value>, axum::http::StatusCode> {
        let refused = axum::http::StatusCode::UNAUTHORIZED;
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(signature), Some(stamp)) = (text("x-signature"), text("x-timestamp")) else {
            return Err(refused);
        };
        let given: Vec<u8> = (0..signature.len() / 2)
            .filter_map(|n| u8::from_str_radix(signature.get(n * 2..n * 2 + 2)?, 16).ok())
            .collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| refused)?;
        mac.update(stamp.as_bytes());
        mac.update(b".");
        mac.update(&body);
        mac.verify_slice(&given).map_err(|_| refused)?;
        let parsed: serde_json::Value =
            serde_json::from_slice(&body).map_err(|_| axum::http::StatusCode::BAD_REQUEST)?;
        if parsed["message"]["type"].is_string() {
            Ok(axum::Json(serde_json::json!({})))
        } else {
            Err(axum::http::StatusCode::BAD_REQUEST)
        }
    }
    let router = Router::new()
        .route("/webhooks/vapi/{hook}", post(take))
        .with_state(Arc::from(BARE_SECRET));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    voxanne_server::output::line(format!("listening {}", listener.local_addr()?.port()));
    Ok(axum::serve(listener, router).await?)
}
