//! `voxanne demo`: the server with a demo clinic, and the simulated provider as a process of its own.

use super::{
    ConfigArgs,
    provider_process::{COMMAND, Note, Order},
    serve::told_to_end,
};
use crate::{
    http::demo::Demo,
    output,
    running::{Parts, Running, start},
    telemetry,
};
use anyhow::Context as _;
use clap::Args;
use std::{process::Stdio, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    sync::mpsc,
};
use voxanne_app::{
    App, agents, knowledge, members,
    members::organizations::{NewOrganization, add_owner, create},
    settings::provider::{self, ProviderChange},
};
use voxanne_core::{
    agent::{Receptionist, Target, TargetRole, TargetWhen, hours::Opening},
    ids::{OrgId, TargetId},
    page::Limit,
    pii::Secret,
    ports::store::{HookAuth, LinkKind},
    seal::random_token,
    tenancy::{Actor, Role},
};

/// The demo number's id at the simulated provider.
pub const NUMBER_ID: &str = "77b7a7de-6d1c-4f0e-8f0a-6a4bd3f6a001";
const NUMBER: &str = "+14155550111";
const OWNER: &str = "owner@lakeside.example";
/// Simulated calls pass this much faster than real ones, slow enough to watch.
const TIME_SCALE: f64 = 3.0;

const DOCUMENTS: [(&str, &str); 5] = [
    ("Services and prices", include_str!("../../demo/prices.md")),
    ("Visiting us", include_str!("../../demo/visiting.md")),
    ("Appointments", include_str!("../../demo/appointments.md")),
    ("Paying and insurance", include_str!("../../demo/paying.md")),
    ("Our team", include_str!("../../demo/team.md")),
];

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// How fast simulated calls pass; 1 is real time.
    #[arg(long, default_value_t = TIME_SCALE)]
    time_scale: f64,
}

/// Runs the demo until it is told to end.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let config = args.config.load()?;
    telemetry::start_logs(&config)?;
    let (orders, to_send) = mpsc::channel(64);
    let demo = Demo::new(orders.clone());
    let parts = Parts {
        demo: true,
        demo_calls: Some(demo.clone()),
        ..Parts::default()
    };
    let mut running = start(config, parts).await?;
    let org = clinic(&running.app).await?;
    let mut child = simulated(&running, org, args.time_scale, orders, to_send, demo).await?;
    let link = sign_in_link(&running.app, org).await?;
    output::line("");
    output::line("  Voxanne is running with a demo clinic.");
    output::line(format!(
        "  Open this link to sign in (works once, within 15 minutes):\n\n    {link}\n"
    ));
    output::line("  Press Ctrl-C to stop.");
    tokio::select! {
        error = running.broken() => return Err(error),
        () = told_to_end() => {}
    }
    output::line("Ending: calls under way have ten seconds");
    let ended = running.stop().await;
    child.start_kill().ok();
    ended
}

/// Makes the demo clinic, once.
pub async fn clinic(app: &Arc<App>) -> anyhow::Result<OrgId> {
    if let Some(known) = app.store.system().organizations(None, 1).await?.first() {
        let members = app
            .store
            .read(known.id)
            .await?
            .members(None, Limit::MAX)
            .await?;
        // The demo replaces the provider's settings: never those of a clinic that is none.
        anyhow::ensure!(
            members.items.iter().any(|m| m.user.email == OWNER),
            "the data folder holds the clinic {}, which is not the demo's: give the demo a folder of its own \
             (--set data_dir=./demo-data), or run this clinic with `voxanne serve`",
            known.name
        );
        return Ok(known.id);
    }
    let organization = create(
        app,
        &NewOrganization {
            name: "Lakeside Aesthetics".to_owned(),
            time_zone: "America/Los_Angeles".to_owned(),
            language: "en".to_owned(),
            country: "US".to_owned(),
        },
    )
    .await?;
    let actor = Actor::system(organization.id, "setup");
    let before = agents::current(&mut *app.store.read(organization.id).await?).await?;
    agents::save(app, &actor, before.no, receptionist(before.body)).await?;
    for (title, text) in DOCUMENTS {
        knowledge::import::upload_text(app, &actor, title, text.to_owned()).await?;
    }
    add_owner(
        app,
        organization.id,
        OWNER,
        "Demo Owner",
        LinkKind::FirstOwner,
    )
    .await?;
    Ok(organization.id)
}

fn receptionist(default: Receptionist) -> Receptionist {
    let target = |name: &str, role, number: &str, kinds: &[&str], order| Target {
        id: TargetId::new().to_string(),
        name: name.to_owned(),
        role,
        number: number.to_owned(),
        kinds: kinds.iter().map(|k| (*k).to_owned()).collect(),
        when: TargetWhen::Always,
        order,
    };
    let mut hours: Vec<Opening> = (0..5)
        .map(|day| Opening {
            day,
            open: "08:00".into(),
            close: "17:30".into(),
        })
        .collect();
    hours.push(Opening {
        day: 5,
        open: "09:00".into(),
        close: "13:00".into(),
    });
    Receptionist {
        hours,
        targets: vec![
            target(
                "Nurse Kim",
                TargetRole::Nurse,
                "+14155550121",
                &["medical", "emergency"],
                0,
            ),
            target(
                "Dr. Ode",
                TargetRole::OnCall,
                "+14155550122",
                &["medical", "emergency"],
                1,
            ),
            target(
                "the front desk",
                TargetRole::FrontDesk,
                "+14155550123",
                &["human"],
                2,
            ),
        ],
        services: [
            "Consultation",
            "Botox",
            "Lip filler",
            "HydraFacial",
            "Chemical peel",
            "Laser hair removal",
            "Microneedling",
            "Mole check",
        ]
        .map(str::to_owned)
        .to_vec(),
        overflow_number: "+14155550123".to_owned(),
        ..default
    }
}

/// Starts the simulated provider and connects the clinic to it.
async fn simulated(
    running: &Running,
    org: OrgId,
    time_scale: f64,
    orders: mpsc::Sender<Order>,
    mut to_send: mpsc::Receiver<Order>,
    demo: Arc<Demo>,
) -> anyhow::Result<Child> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        // Ctrl-C is for the demo; the provider ends when its input closes.
        .process_group(0)
        .spawn()
        .context("the simulated provider cannot be started")?;
    let mut stdin = child
        .stdin
        .take()
        .context("no way to the simulated provider")?;
    let stdout = child
        .stdout
        .take()
        .context("no way from the simulated provider")?;
    tokio::spawn(async move {
        while let Some(order) = to_send.recv().await {
            let line = format!("{}\n", serde_json::to_string(&order).unwrap_or_default());
            if stdin.write_all(line.as_bytes()).await.is_err() {
                return;
            }
        }
    });
    let api_key = random_token();
    orders
        .send(Order::Begin {
            api_key: api_key.clone(),
            time_scale,
        })
        .await?;
    let mut notes = BufReader::new(stdout).lines();
    let first = notes
        .next_line()
        .await?
        .context("the simulated provider did not start")?;
    let Note::Ready { base_url } = serde_json::from_str(&first)? else {
        anyhow::bail!("the simulated provider did not say where it is");
    };
    tokio::spawn(async move {
        while let Ok(Some(line)) = notes.next_line().await {
            if let Ok(note) = serde_json::from_str(&line) {
                demo.heard(&note);
            }
        }
    });
    let secret = random_token();
    let hook_url = connect(&running.app, org, &base_url, &api_key, &secret).await?;
    orders
        .send(Order::Number {
            id: NUMBER_ID.to_owned(),
            number: NUMBER.to_owned(),
            server_url: hook_url,
            secret,
        })
        .await?;
    Ok(child)
}

/// Connects a clinic to a simulated provider; the address its webhooks go to.
pub async fn connect(
    app: &App,
    org: OrgId,
    base_url: &str,
    api_key: &str,
    secret: &str,
) -> anyhow::Result<String> {
    let actor = Actor::system(org, "setup");
    let change = ProviderChange {
        base_url: Some(base_url.to_owned()),
        public_url: Some(app.public_url.clone()),
        api_key: Some(Secret::new(api_key)),
        public_key: None,
        account: None,
        auth: Some(HookAuth::Hmac),
        secret: Some(Secret::new(secret)),
    };
    let settings = provider::change(app, &actor, change).await?;
    if !settings.numbers.iter().any(|n| n.provider_id == NUMBER_ID) {
        provider::add_number(app, &actor, NUMBER_ID, NUMBER).await?;
    }
    Ok(settings.hook_url)
}

async fn sign_in_link(app: &App, org: OrgId) -> anyhow::Result<String> {
    let members = app.store.read(org).await?.members(None, Limit::MAX).await?;
    let owner = members
        .items
        .iter()
        .find(|m| m.role == Role::Owner)
        .context("the demo clinic has no owner: remove the data folder and start again")?;
    let link = members::links::make(app, LinkKind::SignIn, owner.user.id, org).await?;
    Ok(members::links::address(app, &link))
}
