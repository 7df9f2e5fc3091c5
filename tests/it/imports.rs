//! Documents that take long: worked on by one worker at a time, gone when they are removed, whole when they are done.

use crate::clinic::eventually;
use async_trait::async_trait;
use bytes::Bytes;
use futures::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::sync::Semaphore;
use voxanne_app::knowledge::import;
use voxanne_core::{
    ids::{DocumentId, WorkerId},
    jobs::{Lane, LaneQuota},
    ports::embedder::{EmbedError, Embedder, Urgency},
    ports::store::Chunk,
    tenancy::{Actor, Role},
    time::Deadline,
};
use voxanne_server::{Parts, running::machine_clock};
use voxanne_testkit::server::{Client, TestServer};

/// A model that makes vectors only when it is allowed to.
struct Gated(Arc<Semaphore>);

#[async_trait]
impl Embedder for Gated {
    fn model(&self) -> &'static str {
        "gated"
    }

    fn dimensions(&self) -> usize {
        384
    }

    fn count_tokens(&self, text: &str) -> usize {
        text.split_whitespace().count()
    }

    fn max_tokens(&self) -> usize {
        254
    }

    async fn embed(
        &self,
        texts: Vec<String>,
        _urgency: Urgency,
        _by: Deadline,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        let _allowed = self.0.acquire().await.map_err(|_| EmbedError::Late)?;
        Ok(texts.iter().map(|_| vec![0.05; 384]).collect())
    }
}

struct Slow {
    server: TestServer,
    owner: Client,
    gate: Arc<Semaphore>,
    ahead: Arc<AtomicI64>,
}

impl Slow {
    async fn start() -> Self {
        let (gate, ahead) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicI64::new(0)));
        let (later, machine) = (ahead.clone(), machine_clock());
        let parts = Parts {
            clock: Some(Arc::new(move || {
                machine().plus(later.load(Ordering::Relaxed))
            })),
            embedder: Some(Arc::new(Gated(gate.clone()))),
            ..Parts::default()
        };
        let server = TestServer::start_with(&[], parts).await.unwrap();
        let owner = server.person(Role::Owner).await.unwrap();
        Self {
            server,
            owner,
            gate,
            ahead,
        }
    }

    /// Uploads a text of so many paragraphs, each a passage of its own.
    async fn upload(&self, paragraphs: usize) -> DocumentId {
        let text: String = (0..paragraphs)
            .map(|n| format!("# Part {n}\n\n{}\n\n", format!("room{n} ").repeat(150)))
            .collect();
        let bytes = futures::stream::iter([Ok(Bytes::from(text))]);
        let actor = Actor::system(self.server.org, "test");
        let title = Some("House rules".to_owned());
        let stored = import::upload(&self.server.app, &actor, title, "rules.md", bytes).await;
        stored.unwrap().0.id
    }

    async fn state(&self, id: DocumentId) -> String {
        let now = self.owner.get(&format!("/documents/{id}")).await.unwrap();
        now["state"].as_str().unwrap().to_owned()
    }

    async fn is(&self, id: DocumentId, state: &str) {
        eventually(state, async || {
            (self.state(id).await == state).then_some(())
        })
        .await;
    }

    /// The passages that count now.
    async fn counting(&self) -> Vec<Chunk> {
        let mut read = self.server.app.store.read(self.server.org).await.unwrap();
        let rev = read.knowledge_rev().await.unwrap();
        let all = read.chunks_at(rev, None, 10_000).await.unwrap();
        all.into_iter().map(|(chunk, _)| chunk).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_4_work_that_outlasts_its_lease_stays_with_its_worker() {
    let slow = Slow::start().await;
    let id = slow.upload(3).await;
    slow.is(id, "embedding").await;
    slow.ahead.fetch_add(30_000, Ordering::Relaxed);
    eventually("the lease is renewed", async || {
        let page = slow.owner.ask_at(Method::GET, "/metrics").send();
        let page = page.await.unwrap().text().await.unwrap();
        page.contains("voxanne_leases_renewed_total 1")
            .then_some(())
    })
    .await;
    // By now the lease that was claimed would be over.
    slow.ahead.fetch_add(35_000, Ordering::Relaxed);
    let quota = [LaneQuota {
        lane: Lane::Bulk,
        total: 1,
        per_org: 1,
    }];
    let app = &slow.server.app;
    let claimed = app.store.system().claim(WorkerId::new(), &quota, app.now());
    assert!(claimed.await.unwrap().is_empty(), "another worker has it");
    slow.gate.add_permits(1_000);
    slow.is(id, "ready").await;
    slow.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_4_several_workers_at_one_document_make_it_once() {
    let slow = Slow::start().await;
    slow.gate.add_permits(1_000);
    let id = slow.upload(450).await;
    let (app, org) = (&slow.server.app, slow.server.org);
    // Two that have lost their leases, beside the one that has it.
    let done = join_all((0..2).map(|_| import::run(app, org, id))).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    slow.is(id, "ready").await;
    let chunks = slow.counting().await;
    let ordinals: HashSet<u32> = chunks.iter().map(|chunk| chunk.ordinal).collect();
    assert_eq!(chunks.len(), ordinals.len(), "passages stand twice");
    let shown = slow.owner.get(&format!("/documents/{id}")).await.unwrap();
    assert_eq!(shown["chunks"], chunks.len(), "{shown}");
    slow.server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn f5_4_a_document_removed_while_it_is_read_stays_removed() {
    let slow = Slow::start().await;
    let id = slow.upload(450).await;
    slow.is(id, "embedding").await;
    let path = format!("/documents/{id}");
    let removed = slow.owner.ask(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(removed.status(), StatusCode::NO_CONTENT);
    slow.gate.add_permits(1_000);
    eventually("the import ends", async || {
        let system = slow.owner.get("/system").await.unwrap();
        let kinds = system["jobs"].as_array().unwrap();
        let open = kinds.iter().find(|kind| kind["kind"] == "document.import");
        open.is_none_or(|kind| kind["open"] == 0).then_some(())
    })
    .await;
    let page = slow.owner.get("/documents").await.unwrap();
    assert_eq!(page["items"], json!([]), "it came back");
    assert_eq!(slow.counting().await.len(), 0, "its passages count");
    slow.server.stop().await.unwrap();
}
