//! The real server in this process: a fresh SQLite database and folders of its own, the real embedding model, real
//! sessions over real HTTP. Nothing is switched off.

use anyhow::{Context as _, ensure};
use futures::FutureExt as _;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use voxanne_app::{
    App,
    members::{
        keys, links,
        organizations::{self, NewOrganization},
    },
};
use voxanne_core::{
    ids::{OrgId, UserId},
    pii::Secret,
    ports::{
        embedder::Embedder,
        store::{LinkKind, User},
    },
    tenancy::{Actor, Role, Scope},
};
use voxanne_local_ai::MiniLm;
use voxanne_server::{
    Parts, Running,
    config::{Config, Origin},
    extract,
    running::machine_clock,
};

/// The folder of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

static MODEL: OnceCell<Arc<MiniLm>> = OnceCell::const_new();

/// The embedding model, loaded once for all tests of a process; fails with the remedy where it is missing.
pub async fn model() -> anyhow::Result<Arc<dyn Embedder>> {
    let loaded = MODEL
        .get_or_try_init(|| async {
            let path = Origin::process(None)
                .env
                .get("VOXANNE_MODEL_MINILM")
                .map_or_else(
                    || project().join("models").join(voxanne_local_ai::MINILM_FILE),
                    PathBuf::from,
                );
            let load = tokio::task::spawn_blocking(move || MiniLm::load(&path, 2, machine_clock()));
            Ok::<_, anyhow::Error>(Arc::new(load.await??))
        })
        .await
        .context("the embedding model is needed: run `make models`")?;
    Ok(loaded.clone())
}

/// A server under test.
pub struct TestServer {
    running: Option<Running>,
    /// Where it answers, without a slash at the end.
    pub url: String,
    /// Its use cases.
    pub app: Arc<App>,
    /// The organization of [`TestServer::person`].
    pub org: OrgId,
    folder: TempDir,
    settings: Vec<(String, String)>,
}

impl std::fmt::Debug for TestServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestServer({})", self.url)
    }
}

impl TestServer {
    /// A server with one organization.
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(&[], Parts::default()).await
    }

    /// A server with these settings (`key`, `value`) and parts.
    pub async fn start_with(settings: &[(&str, &str)], parts: Parts) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let running = run(folder.path(), "127.0.0.1:0", &settings, parts).await?;
        let app = running.app.clone();
        let url = running.url().to_owned();
        let org = organization(&app, "Harbor Clinic").await?;
        Ok(Self {
            running: Some(running),
            url,
            app,
            org,
            folder,
            settings,
        })
    }

    /// Ends the server and starts it again on the same folder and the same address.
    pub async fn restart(self) -> anyhow::Result<Self> {
        let Self {
            running,
            url,
            app,
            org,
            folder,
            settings,
        } = self;
        let running = running.context("the server does not run")?;
        let addr = running.addr.to_string();
        // Whoever holds the use cases holds the database open.
        drop(app);
        running.stop().await?;
        let mut tries = 0;
        let running = loop {
            // In one process the last task of the old server may let go of the database a moment later.
            match run(folder.path(), &addr, &settings, Parts::default()).await {
                Err(error) if tries < 200 && error.to_string().contains("database open") => {
                    tries += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                started => break started?,
            }
        };
        Ok(Self {
            app: running.app.clone(),
            running: Some(running),
            url,
            org,
            folder,
            settings,
        })
    }

    /// The folder that holds its data and its key ring.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Another organization on the same server.
    pub async fn organization(&self, name: &str) -> anyhow::Result<OrgId> {
        organization(&self.app, name).await
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> anyhow::Result<Client> {
        Ok(Client {
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            url: self.url.clone(),
            cookie: None,
            csrf: None,
            bearer: None,
            user: None,
        })
    }

    /// A new person with this role, signed in through a one-time link.
    pub async fn person(&self, role: Role) -> anyhow::Result<Client> {
        self.person_of(self.org, role).await
    }

    /// As [`TestServer::person`], in another organization.
    pub async fn person_of(&self, org: OrgId, role: Role) -> anyhow::Result<Client> {
        let user = User {
            id: UserId::new(),
            email: format!("{}@example.org", UserId::new()),
            name: format!("Test {}", role.word()),
            password: None,
            created_at: self.app.now(),
        };
        self.app.store.system().create_user(&user).await?;
        let mut tx = self.app.store.write(&Actor::system(org, "test")).await?;
        tx.put_member(user.id, role).await?;
        tx.commit().await?;
        let link = links::make(&self.app, LinkKind::SignIn, user.id, org).await?;
        let mut client = self.nobody()?;
        client.user = Some(user.id);
        client.enter(&link).await?;
        Ok(client)
    }

    /// A program with a key of these scopes.
    pub async fn program(&self, org: OrgId, scopes: &[Scope]) -> anyhow::Result<Client> {
        let actor = Actor::system(org, "test");
        let (_, secret) = keys::create(&self.app, &actor, "test", scopes).await?;
        let mut client = self.nobody()?;
        client.bearer = Some(secret.expose().to_owned());
        Ok(client)
    }

    /// Ends the server as a signal would.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        match self.running.take() {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }
}

async fn run(
    folder: &Path,
    listen: &str,
    settings: &[(String, String)],
    mut parts: Parts,
) -> anyhow::Result<Running> {
    let mut set = vec![
        ("listen".to_owned(), listen.to_owned()),
        (
            "data_dir".to_owned(),
            folder.join("data").display().to_string(),
        ),
        (
            "key_ring".to_owned(),
            folder.join("keys/ring").display().to_string(),
        ),
    ];
    set.extend_from_slice(settings);
    let config = Config::load(&Origin {
        set,
        cwd: folder.to_owned(),
        ..Origin::default()
    })?;
    if parts.embedder.is_none() {
        parts.embedder = Some(model().await?);
    }
    if parts.extractor.is_none() {
        // The child process is the server's own binary, which a test is not.
        parts.extractor = Some(Arc::new(|kind, mut bytes| {
            async move {
                let mut all = Vec::new();
                while let Some(piece) = bytes.recv().await {
                    all.extend(piece);
                }
                let kind = extract::detect(&format!("document.{kind}"), &all)
                    .map_err(|error| error.to_string())?;
                extract::parse(kind, all, &extract::ParseLimits::default())
                    .map_err(|error| error.to_string())
            }
            .boxed()
        }));
    }
    voxanne_server::start(config, parts).await
}

async fn organization(app: &App, name: &str) -> anyhow::Result<OrgId> {
    let new = NewOrganization {
        name: name.to_owned(),
        time_zone: "America/New_York".to_owned(),
        language: "en".to_owned(),
        country: "US".to_owned(),
    };
    Ok(organizations::create(app, &new).await?.id)
}

/// Somebody who asks the server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// The session's cookie, `name=value`.
    pub cookie: Option<String>,
    /// What writes carry.
    pub csrf: Option<String>,
    /// An API key.
    pub bearer: Option<String>,
    /// Who it is.
    pub user: Option<UserId>,
}

impl Client {
    async fn enter(&mut self, link: &Secret) -> anyhow::Result<()> {
        let answer = self
            .ask(Method::POST, &format!("/links/{}", link.expose()))
            .json(&serde_json::json!({}))
            .send()
            .await?;
        self.take_session(answer).await
    }

    /// Signs in by address and password.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> anyhow::Result<()> {
        let body = serde_json::json!({ "email": email, "password": password });
        let answer = self
            .ask(Method::POST, "/session")
            .json(&body)
            .send()
            .await?;
        self.take_session(answer).await
    }

    async fn take_session(&mut self, answer: Response) -> anyhow::Result<()> {
        ensure!(
            answer.status() == StatusCode::OK,
            "no session: {}",
            answer.status()
        );
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .context("no cookie")?
            .to_str()?
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        let body: Value = answer.json().await?;
        self.cookie = Some(cookie);
        self.csrf = body["csrf"].as_str().map(str::to_owned);
        Ok(())
    }

    /// A request to `/api/v1` and `path`, with everything a dashboard would send.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask_at(method, &format!("/api/v1{path}"))
    }

    /// A request to any path of the server.
    pub fn ask_at(&self, method: Method, path: &str) -> RequestBuilder {
        let writes = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(csrf) = self.csrf.as_ref().filter(|_| writes) {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        request
    }

    /// Reads JSON; anything but success is an error with the answer's words.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        read(self.ask(Method::GET, path)).await
    }

    /// Sends JSON and reads JSON (null where the answer is empty).
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        read(self.ask(method, path).json(body)).await
    }

    /// Posts JSON and reads JSON.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::POST, path, body).await
    }
}

async fn read(request: RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let (status, address) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await?;
    ensure!(status.is_success(), "{address}: {status}: {text}");
    if text.is_empty() {
        Ok(Value::Null)
    } else {
        Ok(serde_json::from_str(&text)?)
    }
}
