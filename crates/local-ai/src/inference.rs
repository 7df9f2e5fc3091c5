//! The model itself: token ids in, one unit-length vector out.
//!
//! Every text runs alone. The model quantizes whole tensors at run time, so a text that shares a batch gets another
//! vector than alone; and an import in single texts lets a caller's question in between sooner.

use rten::{Model, NodeId, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::sync::Arc;
use voxanne_core::ports::embedder::Urgency;

/// A loaded model with its inputs and outputs found.
pub(crate) struct Inference {
    model: Model,
    ids: NodeId,
    mask: NodeId,
    kinds: Option<NodeId>,
    output: NodeId,
    calls: Arc<ThreadPool>,
    bulk: Arc<ThreadPool>,
}

/// How far the threads of imports stand behind everything else of the process. Not further: a caller's question waits for
/// the one text that is under way.
const BULK_NICE: i32 = 5;

/// A pool whose threads stand behind others where the system can do that: threads take their rank from who makes them.
fn humble_pool(threads: usize) -> Result<ThreadPool, String> {
    let make = move || {
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::nice(BULK_NICE) {
            tracing::debug!(%error, "embedding.rank_not_set");
        }
        ThreadPool::with_num_threads(threads)
    };
    std::thread::spawn(make)
        .join()
        .map_err(|_| "the threads of imports could not be started".to_owned())
}

impl Inference {
    pub(crate) fn new(bytes: Vec<u8>, threads: usize) -> Result<Self, String> {
        let model = Model::load(bytes).map_err(|error| error.to_string())?;
        let node = |name: &str| {
            model
                .find_node(name)
                .ok_or(format!("the model has no input {name}"))
        };
        let ids = node("input_ids")?;
        let mask = node("attention_mask")?;
        let kinds = model.find_node("token_type_ids");
        let output = *model
            .output_ids()
            .first()
            .ok_or("the model has no output")?;
        let calls = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        let bulk = Arc::new(humble_pool(threads.max(1))?);
        Ok(Self {
            model,
            ids,
            mask,
            kinds,
            output,
            calls,
            bulk,
        })
    }

    /// The mean of the token vectors, brought to length one.
    pub(crate) fn vector(&self, ids: &[u32], urgency: Urgency) -> Result<Vec<f32>, String> {
        let n = ids.len();
        let ids: Vec<i32> = ids.iter().map(|id| id.cast_signed()).collect();
        let mut inputs = vec![
            (self.ids, NdTensor::from_data([1, n], ids).into()),
            (
                self.mask,
                NdTensor::from_data([1, n], vec![1_i32; n]).into(),
            ),
        ];
        if let Some(kinds) = self.kinds {
            inputs.push((kinds, NdTensor::from_data([1, n], vec![0_i32; n]).into()));
        }
        let pool = match urgency {
            Urgency::Call => &self.calls,
            Urgency::Bulk => &self.bulk,
        };
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let output = self
            .model
            .run(inputs, &[self.output], Some(options))
            .map_err(|error| error.to_string())?
            .pop()
            .ok_or("the model gave no output")?;
        let hidden: NdTensor<f32, 3> = output
            .try_into()
            .map_err(|_| "the model's output is not a table of token vectors")?;
        let [_, tokens, width] = hidden.shape();
        let mut sum = vec![0.0_f32; width];
        let data = hidden.to_vec();
        for row in data.chunks_exact(width).take(tokens) {
            for (total, value) in sum.iter_mut().zip(row) {
                *total += value;
            }
        }
        let length = sum.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !length.is_finite() || length <= f32::MIN_POSITIVE {
            return Err("the model gave a vector without length".to_owned());
        }
        for value in &mut sum {
            *value /= length;
        }
        Ok(sum)
    }
}
