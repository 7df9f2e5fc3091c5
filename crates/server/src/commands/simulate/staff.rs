//! A signed-in person, or a program with a key, who asks a server over HTTP as the dashboard does.

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, RequestBuilder, Response, header};
use serde_json::{Value, json};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody signed in.
#[derive(Clone)]
pub(crate) struct Staff {
    http: Client,
    url: String,
    cookie: String,
    csrf: String,
}

impl Staff {
    /// Signs in with a one-time link; a new person takes the name and the password given here.
    pub(crate) async fn by_link(url: &str, link: &str, new: Option<&str>) -> anyhow::Result<Self> {
        let token = link.rsplit('/').next().unwrap_or_default();
        let body = new.map_or_else(
            || json!({}),
            |password| json!({"name": "Simulated Staff", "password": password}),
        );
        Self::enter(url, &format!("/links/{token}"), &body).await
    }

    /// Signs in by address and password.
    pub(crate) async fn by_password(
        url: &str,
        email: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let body = json!({"email": email, "password": password});
        Self::enter(url, "/session", &body).await
    }

    async fn enter(url: &str, path: &str, body: &Value) -> anyhow::Result<Self> {
        let http = Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let url = url.trim_end_matches('/').to_owned();
        let answer = http
            .post(format!("{url}/api/v1{path}"))
            .json(body)
            .send()
            .await
            .context("the server does not answer")?;
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .and_then(|c| c.to_str().ok())
            .and_then(|c| c.split(';').next())
            .unwrap_or_default()
            .to_owned();
        let session = read(answer).await.context("signing in failed")?;
        let csrf = session["csrf"].as_str().unwrap_or_default().to_owned();
        ensure!(
            !cookie.is_empty() && !csrf.is_empty(),
            "the server gave no session"
        );
        Ok(Self {
            http,
            url,
            cookie,
            csrf,
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}/api/v1{path}", self.url))
            .header(header::COOKIE, &self.cookie)
            .header(crate::http::auth::CSRF_HEADER, &self.csrf)
    }

    /// Reads JSON.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        read(self.ask(Method::GET, path).send().await?).await
    }

    /// Sends JSON and reads JSON.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<Value> {
        read(self.ask(method, path).json(body).send().await?).await
    }

    /// All items of a list, page by page; `query` without limit and cursor.
    pub(crate) async fn all(&self, path: &str, query: &str) -> anyhow::Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self
                .get(&format!("{path}?limit=100&{query}{cursor}"))
                .await?;
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// The bytes of a recording.
    pub(crate) async fn audio(&self, id: &str) -> anyhow::Result<Vec<u8>> {
        let answer = self
            .ask(Method::GET, &format!("/recordings/{id}/audio"))
            .send()
            .await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        Ok(answer.bytes().await?.to_vec())
    }

    /// The head of the organization's log.
    pub(crate) async fn head(&self) -> anyhow::Result<i64> {
        let answer = self.ask(Method::GET, "/overview").send().await?;
        answer
            .headers()
            .get(crate::http::auth::SEQ_HEADER)
            .and_then(|head| head.to_str().ok())
            .and_then(|head| head.parse().ok())
            .context("the server does not say where its log stands")
    }
}

async fn read(answer: Response) -> anyhow::Result<Value> {
    let (status, path) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await?;
    if !status.is_success() {
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        anyhow::bail!(
            "{path}: {status}: {}",
            problem["detail"].as_str().unwrap_or_default()
        );
    }
    Ok(if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text)?
    })
}
