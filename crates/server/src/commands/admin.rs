//! `voxanne admin`: what only the operator of the machine may do. Each act stands in the audit trail.

use super::ConfigArgs;
use crate::{commands::serve, output, running::Parts};
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use std::{future::Future, sync::Arc};
use voxanne_app::{
    App,
    members::{keys, links, organizations, team},
};
use voxanne_core::{
    ids::OrgId,
    ports::store::LinkKind,
    tenancy::{Actor, Scope},
};

/// Arguments of `admin`.
#[derive(Debug, Args)]
pub struct AdminArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Report as JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Make a one-time link with which a person chooses a new password (one hour).
    ResetLink {
        /// The person's e-mail address.
        email: String,
    },
    /// Make an organization with an owner, or add an owner to one, and print the owner's link (seven days).
    CreateOwner {
        /// The owner's e-mail address.
        email: String,
        /// The owner's name.
        #[arg(long, default_value = "Owner")]
        name: String,
        /// The name of a new organization.
        #[arg(long, conflicts_with = "organization_id")]
        organization: Option<String>,
        /// An existing organization.
        #[arg(long)]
        organization_id: Option<OrgId>,
        /// The new organization's IANA zone.
        #[arg(long, default_value = "America/New_York")]
        time_zone: String,
        /// The new organization's first language: en or es.
        #[arg(long, default_value = "en")]
        language: String,
        /// The new organization's country, two letters.
        #[arg(long, default_value = "US")]
        country: String,
    },
    /// Make an API key; its secret is printed once.
    ApiKey {
        /// What the key is called.
        name: String,
        /// read, write or admin; may be given many times.
        #[arg(long = "scope", default_value = "read", value_parser = scope)]
        scopes: Vec<Scope>,
        /// The organization; needed where there are several.
        #[arg(long)]
        organization_id: Option<OrgId>,
    },
    /// List the organizations.
    Organizations,
}

fn scope(text: &str) -> Result<Scope, String> {
    match text {
        "read" => Ok(Scope::Read),
        "write" => Ok(Scope::Write),
        "admin" => Ok(Scope::Admin),
        _ => Err("choose read, write or admin".to_owned()),
    }
}

/// Does what was asked for.
pub async fn run(args: AdminArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    let app = serve::assemble_idle(&config, Parts::default()).await?;
    let done = act(&app, args.command, args.json);
    finish(&app, done).await
}

async fn finish(
    app: &Arc<App>,
    done: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let result = done.await;
    app.shut_down().await;
    result
}

async fn act(app: &App, command: AdminCommand, json: bool) -> anyhow::Result<()> {
    match command {
        AdminCommand::ResetLink { email } => {
            let link = links::address(app, &team::reset_link(app, &email).await?);
            say(json, &serde_json::json!({ "link": link }), &link)
        }
        AdminCommand::CreateOwner {
            email,
            name,
            organization,
            organization_id,
            time_zone,
            language,
            country,
        } => {
            // Before anything is made: a second try must not find half of the first.
            voxanne_app::members::email(&email)?;
            voxanne_app::members::name(&name)?;
            let org = match (organization, organization_id) {
                (Some(name), _) => {
                    let new = organizations::NewOrganization {
                        name,
                        time_zone,
                        language,
                        country,
                    };
                    organizations::create(app, &new).await?.id
                }
                (None, given) => the_organization(app, given).await?,
            };
            let (user, link) =
                organizations::add_owner(app, org, &email, &name, LinkKind::Invitation).await?;
            let link = links::address(app, &link);
            let report = serde_json::json!({ "organization": org, "user": user, "link": link });
            say(json, &report, &link)
        }
        AdminCommand::ApiKey {
            name,
            scopes,
            organization_id,
        } => {
            let org = the_organization(app, organization_id).await?;
            let actor = Actor::system(org, "operator");
            let (key, secret) = keys::create(app, &actor, &name, &scopes).await?;
            let report = serde_json::json!({ "id": key.id, "secret": secret.expose() });
            say(json, &report, secret.expose())
        }
        AdminCommand::Organizations => {
            let mut rows = Vec::new();
            let mut after = None;
            loop {
                let page = app.store.system().organizations(after, 100).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.id);
                rows.extend(page);
            }
            if json {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|o| serde_json::json!({ "id": o.id, "name": o.name }))
                    .collect();
                return output::json(&rows);
            }
            for row in &rows {
                output::line(format!("{}  {}", row.id, row.name));
            }
            Ok(())
        }
    }
}

fn say(json: bool, report: &serde_json::Value, text: &str) -> anyhow::Result<()> {
    if json {
        output::json(report)
    } else {
        output::line(text);
        Ok(())
    }
}

async fn the_organization(app: &App, given: Option<OrgId>) -> anyhow::Result<OrgId> {
    let known = app.store.system().organizations(None, 2).await?;
    match (given, known.as_slice()) {
        (Some(org), _) => {
            // An id that is not there fails here and not in the middle of the work.
            app.store
                .read(org)
                .await?
                .organization()
                .await
                .context("there is no such organization")?;
            Ok(org)
        }
        (None, [one]) => Ok(one.id),
        (None, []) => bail!("there is no organization yet: name one with --organization"),
        (None, _) => bail!("there are several organizations: choose one with --organization-id"),
    }
}
