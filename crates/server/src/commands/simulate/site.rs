//! The server that calls are placed against: one of our own in a temporary folder, or somebody else's.

use super::staff::Staff;
use crate::{
    Parts, Running,
    commands::demo,
    config::{Config, Origin},
    running::start,
};
use anyhow::{Context as _, bail};
use reqwest::Method;
use serde_json::json;
use std::{path::Path, time::Duration};
use tempfile::TempDir;
use voxanne_app::{App, members::links};
use voxanne_core::{
    ids::OrgId, page::Limit, ports::store::LinkKind, seal::random_token, tenancy::Role,
};
use voxanne_simulator::{NumberSetup, SimConfig, Simulator, WebhookAuth};

/// The called number's id at the simulated provider.
pub(crate) const NUMBER_ID: &str = "5d0a1f4c-91c2-4b35-9c1a-70f3b7a5c101";
const NUMBER: &str = "+14155550111";
/// How long documents may take to become ready.
const READY: Duration = Duration::from_mins(3);
const LOOK: Duration = Duration::from_millis(200);

/// A server that runs elsewhere.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it answers.
    pub url: String,
    /// Who signs in: a person who may change settings.
    pub email: String,
    /// The person's password.
    pub password: String,
}

/// A server with somebody signed in.
pub(super) struct Site {
    /// Who looks, and acts on the inbox.
    pub(super) staff: Staff,
    /// Who sets the clinic up.
    pub(super) owner: Staff,
    running: Option<Running>,
    _folder: Option<TempDir>,
}

impl Site {
    /// A fresh server with the demo clinic, in a folder that goes with it.
    pub(super) async fn own(mut origin: Origin, parts: Parts) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder can be made")?;
        let mut set = settings(folder.path(), "127.0.0.1:0");
        set.append(&mut origin.set);
        let config = Config::load(&Origin { set, ..origin })?;
        let running = start(config, parts).await?;
        let org = demo::clinic(&running.app).await?;
        let link = owner_link(&running.app, org).await?;
        let owner = Staff::by_link(running.url(), &link, None).await?;
        let invited = owner
            .send(
                Method::POST,
                "/members",
                &json!({"email": "simulated.staff@lakeside.example", "name": "Simulated Staff", "role": "staff"}),
            )
            .await?;
        let link = invited["link"].as_str().context("no invitation came")?;
        let staff = Staff::by_link(running.url(), link, Some(&random_token())).await?;
        Ok(Self {
            staff,
            owner,
            running: Some(running),
            _folder: Some(folder),
        })
    }

    /// A server that runs already.
    pub(super) async fn theirs(target: &Target) -> anyhow::Result<Self> {
        let staff = Staff::by_password(&target.url, &target.email, &target.password).await?;
        Ok(Self {
            owner: staff.clone(),
            staff,
            running: None,
            _folder: None,
        })
    }

    /// Connects the clinic to a simulated provider and waits until its documents are ready.
    pub(super) async fn connect(&self, config: SimConfig) -> anyhow::Result<Simulator> {
        let (api_key, secret) = (config.api_key.clone(), random_token());
        let simulator = Simulator::start(config).await?;
        let settings = self
            .owner
            .send(
                Method::PUT,
                "/settings/provider",
                &json!({
                    "base_url": simulator.base_url(), "public_url": self.staff.url(),
                    "api_key": api_key, "auth": "hmac", "secret": secret,
                }),
            )
            .await
            .context("the provider cannot be set")?;
        let known = settings["numbers"].as_array().into_iter().flatten();
        if !known.into_iter().any(|n| n["provider_id"] == NUMBER_ID) {
            self.owner
                .send(
                    Method::POST,
                    "/settings/provider/numbers",
                    &json!({"provider_id": NUMBER_ID, "number": NUMBER}),
                )
                .await
                .context("the number cannot be added")?;
        }
        simulator.register_number(NumberSetup {
            id: NUMBER_ID.to_owned(),
            number: NUMBER.to_owned(),
            server_url: settings["hook_url"].as_str().unwrap_or_default().to_owned(),
            auth: Some(WebhookAuth::hmac(secret)),
            fallback: None,
        });
        self.documents().await?;
        Ok(simulator)
    }

    async fn documents(&self) -> anyhow::Result<()> {
        let waited = async {
            loop {
                let documents = self.staff.all("/documents", "").await?;
                if let Some(failed) = documents.iter().find(|d| d["state"] == "failed") {
                    bail!("a document could not be read: {}", failed["words"]);
                }
                if documents.iter().all(|d| d["state"] == "ready") {
                    return Ok(());
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(READY, waited)
            .await
            .context("the documents did not become ready")?
    }

    /// Ends our own server; somebody else's goes on.
    pub(super) async fn end(self) -> anyhow::Result<()> {
        match self.running {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }
}

/// The settings of a server in a folder of its own.
pub(crate) fn settings(folder: &Path, listen: &str) -> Vec<(String, String)> {
    [
        ("listen", listen.to_owned()),
        ("public_url", String::new()),
        ("database.url", String::new()),
        ("database.url_file", String::new()),
        ("database.listen_url", String::new()),
        ("database.listen_url_file", String::new()),
        ("language_model.base_url", String::new()),
        ("language_model.model", String::new()),
        ("data_dir", folder.join("data").display().to_string()),
        ("key_ring", folder.join("keys/ring").display().to_string()),
        ("log.level", "warn".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

/// A one-time link of the demo clinic's owner.
pub(crate) async fn owner_link(app: &App, org: OrgId) -> anyhow::Result<String> {
    let members = app.store.read(org).await?.members(None, Limit::MAX).await?;
    let owner = members
        .items
        .iter()
        .find(|m| m.role == Role::Owner)
        .context("the clinic has no owner")?;
    let link = links::make(app, LinkKind::SignIn, owner.user.id, org).await?;
    Ok(link.expose().to_owned())
}
