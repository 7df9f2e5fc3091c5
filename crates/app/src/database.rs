//! Whether the database answers: one breaker for everything that needs it.
//!
//! A database that refuses fails at once; one that has vanished (a cut network, a frozen disk) lets everybody wait. So it is
//! asked every half second, and as soon as it does not answer, whoever waits for it is told, and nobody begins to.

use crate::App;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often it is asked.
const EVERY: Duration = Duration::from_millis(500);
/// How long an answer may take over a network.
const ANSWER: Duration = Duration::from_secs(1);
/// And from a file of this machine, where slowness is load and not absence.
const ANSWER_HERE: Duration = Duration::from_secs(5);

/// Whether the database answers.
#[derive(Debug)]
pub struct Database(watch::Sender<bool>);

impl Default for Database {
    fn default() -> Self {
        Self(watch::Sender::new(true))
    }
}

impl Database {
    /// It does not answer now.
    pub fn is_down(&self) -> bool {
        !*self.0.borrow()
    }

    /// What `work` brings, or nothing when the database is down, goes down meanwhile, or `limit` passes.
    pub async fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut up = self.0.subscribe();
        tokio::select! {
            // What is ready is taken even in the moment of the failure.
            biased;
            done = work => Some(done),
            _ = up.wait_for(|up| !*up) => None,
            () = tokio::time::sleep(limit) => None,
        }
    }

    fn note(&self, answers: bool) {
        let changed = self
            .0
            .send_if_modified(|up| std::mem::replace(up, answers) != answers);
        if changed && answers {
            tracing::info!("database.answers_again");
        } else if changed {
            tracing::error!("database.does_not_answer");
        }
        metrics::gauge!("voxanne_breaker_open", "dependency" => "database").set(if answers {
            0.0
        } else {
            1.0
        });
    }
}

/// Starts asking.
pub fn start(app: &Arc<App>) {
    let app_ = app.clone();
    let limit = if app.store.is_exclusive() {
        ANSWER_HERE
    } else {
        ANSWER
    };
    app.tasks.spawn(async move {
        loop {
            let asked = tokio::time::timeout(limit, app_.store.system().next_job_at());
            let answers = tokio::select! {
                asked = asked => matches!(asked, Ok(Ok(_))),
                () = app_.stop.cancelled() => return,
            };
            app_.database.note(answers);
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = app_.stop.cancelled() => return,
            }
        }
    });
}
