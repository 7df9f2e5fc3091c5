//! all-MiniLM-L6-v2 (int8) behind the embedder port.
//!
//! Inference blocks its thread for milliseconds and uses a pool of its own, so it runs on one thread beside the async
//! runtime; the async side only waits for the reply, never longer than its deadline.

use crate::inference::Inference;
use crate::queue::{Job, Queue};
use crate::wordpiece::WordPiece;
use async_trait::async_trait;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use voxanne_core::ports::embedder::{EmbedError, Embedder, Urgency};
use voxanne_core::time::{Clock, Deadline};

/// Name of the model file in the models folder, as in `models.lock`.
pub const MINILM_FILE: &str = "all-minilm-l6-v2-int8.onnx";
/// Length of the model file in bytes, as in `models.lock`.
pub const MINILM_BYTES: u64 = 22_928_619;
/// The pinned sha256 of the model file, as in `models.lock`.
pub const MINILM_SHA256: &str = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6";

const NAME: &str = "all-MiniLM-L6-v2-int8/8199be6f";
const DIMENSIONS: usize = 384;
const MAX_TOKENS: usize = 256;
const MAX_TEXTS: usize = 64;
const MAX_CHARS: usize = 65_536;
const TOKENIZER: &str = include_str!("../assets/tokenizer.json");

/// Why the model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not there or cannot be read.
    #[error("cannot read the embedding model {path}: {reason}; run `make models`")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// What the operating system said.
        reason: String,
    },
    /// The file is not the pinned one.
    #[error("the embedding model {path} is not the pinned one (sha256 {found}); run `make models`")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Its sha256, or its length when that differs already.
        found: String,
    },
    /// The runtime or the tokenizer does not accept its file.
    #[error("the embedding model cannot be started: {0}")]
    Unusable(String),
}

/// The local sentence-embedding model. Cheap to share behind an [`Arc`]; dropping it ends its thread.
pub struct MiniLm {
    queue: Arc<Queue>,
    tokenizer: WordPiece,
    clock: Clock,
    thread: Option<JoinHandle<()>>,
}

impl MiniLm {
    /// Reads and checks the model file and starts the inference thread. `threads` is how many cores one inference may
    /// use; `clock` measures deadlines. Blocks for about 0.2 s.
    pub fn load(model: &Path, threads: usize, clock: Clock) -> Result<Self, LoadError> {
        let bytes = read_checked(model)?;
        let unusable = |reason: String| LoadError::Unusable(reason);
        let tokenizer = WordPiece::from_json(TOKENIZER).map_err(unusable)?;
        let inference = Inference::new(bytes, threads).map_err(unusable)?;
        let queue = Arc::new(Queue::default());
        let worker = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("embedding".to_owned())
            .spawn(move || {
                let _closes = CloseOnEnd(&worker);
                work(&inference, &worker);
            })
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            queue,
            tokenizer,
            clock,
            thread: Some(thread),
        })
    }

    /// Token ids of a text, cut to what the model reads.
    fn tokens(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        if text.len() > MAX_CHARS * 4 || text.chars().count() > MAX_CHARS {
            return Err(EmbedError::Refused(format!(
                "a text is longer than {MAX_CHARS} characters"
            )));
        }
        Ok(self.tokenizer.encode(text, MAX_TOKENS))
    }
}

impl Drop for MiniLm {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for MiniLm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MiniLm")
            .field("model", &NAME)
            .finish_non_exhaustive()
    }
}

/// Closes the queue however the thread ends, so that nobody waits for a thread that is gone.
struct CloseOnEnd<'a>(&'a Queue);

impl Drop for CloseOnEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn read_checked(path: &Path) -> Result<Vec<u8>, LoadError> {
    let missing = |reason: std::io::Error| LoadError::Missing {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let wrong = |found: String| LoadError::Wrong {
        path: path.to_owned(),
        found,
    };
    let length = std::fs::metadata(path).map_err(missing)?.len();
    if length != MINILM_BYTES {
        return Err(wrong(format!("unknown, {length} bytes long")));
    }
    let bytes = std::fs::read(path).map_err(missing)?;
    let found: String = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if found != MINILM_SHA256 {
        return Err(wrong(found));
    }
    Ok(bytes)
}

/// The inference thread: one text at a time, the whole request of a caller, one text of an import.
fn work(inference: &Inference, queue: &Queue) {
    while let Some((urgency, mut job)) = queue.take() {
        loop {
            if job.reply.is_closed() {
                break;
            }
            let Some(ids) = job.texts.pop_front() else {
                let _ = job.reply.send(Ok(job.done));
                break;
            };
            match inference.vector(&ids, urgency) {
                Ok(vector) => job.done.push(vector),
                Err(reason) => {
                    tracing::error!(reason, "embedding.inference_failed");
                    let _ = job.reply.send(Err(EmbedError::Unavailable(reason)));
                    break;
                }
            }
            if urgency == Urgency::Bulk && !job.texts.is_empty() {
                queue.put_back(job);
                break;
            }
        }
    }
}

#[async_trait]
impl Embedder for MiniLm {
    fn model(&self) -> &str {
        NAME
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn count_tokens(&self, text: &str) -> usize {
        self.tokenizer
            .encode(text, usize::MAX)
            .len()
            .saturating_sub(2)
    }

    fn max_tokens(&self) -> usize {
        MAX_TOKENS - 2
    }

    async fn embed(
        &self,
        texts: Vec<String>,
        urgency: Urgency,
        by: Deadline,
    ) -> Result<Vec<Vec<f32>>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        if texts.len() > MAX_TEXTS {
            return Err(EmbedError::Refused(format!("more than {MAX_TEXTS} texts")));
        }
        let left = by.left((self.clock)());
        if left == 0 {
            return Err(EmbedError::Late);
        }
        let texts = texts
            .iter()
            .map(|text| self.tokens(text))
            .collect::<Result<VecDeque<_>, _>>()?;
        let (reply, answer) = oneshot::channel();
        self.queue.add(
            urgency,
            Job {
                done: Vec::with_capacity(texts.len()),
                texts,
                reply,
            },
        )?;
        match tokio::time::timeout(Duration::from_millis(left), answer).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) => Err(EmbedError::Unavailable(
                "the inference thread has stopped".to_owned(),
            )),
            Err(_) => Err(EmbedError::Late),
        }
    }
}
