//! The two bounded queues before the one inference thread: calls first, imports one text at a time in between.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use voxanne_core::ports::embedder::{EmbedError, Urgency};

/// Waiting requests of callers before new ones are refused.
const CALLS: usize = 64;
/// Waiting requests of imports before new ones are refused.
const BULK: usize = 32;

/// What a request gets: one vector a text.
pub(crate) type Reply = Result<Vec<Vec<f32>>, EmbedError>;

/// One request: token ids of its texts, what is done already, and who waits.
pub(crate) struct Job {
    pub(crate) texts: VecDeque<Vec<u32>>,
    pub(crate) done: Vec<Vec<f32>>,
    pub(crate) reply: oneshot::Sender<Reply>,
}

#[derive(Default)]
struct Waiting {
    calls: VecDeque<Job>,
    bulk: VecDeque<Job>,
    closed: bool,
}

/// The queues, shared by the async side and the inference thread.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a request at the end of its queue; an error when the queue is full or closed.
    pub(crate) fn add(&self, urgency: Urgency, job: Job) -> Result<(), EmbedError> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(EmbedError::Unavailable(
                "the inference thread has stopped".to_owned(),
            ));
        }
        let (queue, most) = match urgency {
            Urgency::Call => (&mut waiting.calls, CALLS),
            Urgency::Bulk => (&mut waiting.bulk, BULK),
        };
        if queue.len() >= most {
            return Err(EmbedError::Unavailable(
                "too many requests are waiting".to_owned(),
            ));
        }
        queue.push_back(job);
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for work: the oldest request of a caller, else the oldest of an import. None when closed.
    pub(crate) fn take(&self) -> Option<(Urgency, Job)> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            if let Some(job) = waiting.calls.pop_front() {
                return Some((Urgency::Call, job));
            }
            if let Some(job) = waiting.bulk.pop_front() {
                return Some((Urgency::Bulk, job));
            }
            waiting = self
                .changed
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts an import that still has texts left back at the front, so that a caller's request can go between.
    pub(crate) fn put_back(&self, job: Job) {
        self.lock().bulk.push_front(job);
    }

    /// Ends the inference thread; what waits is dropped, and with it the senders of the replies.
    pub(crate) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        waiting.calls.clear();
        waiting.bulk.clear();
        drop(waiting);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(first: u32) -> Job {
        Job {
            texts: VecDeque::from([vec![first]]),
            done: Vec::new(),
            reply: oneshot::channel().0,
        }
    }

    fn first(taken: Option<(Urgency, Job)>) -> u32 {
        taken.unwrap().1.texts[0][0]
    }

    #[test]
    fn calls_go_first_and_a_returned_import_keeps_its_place() {
        let queue = Queue::default();
        queue.add(Urgency::Bulk, job(1)).unwrap();
        queue.add(Urgency::Bulk, job(2)).unwrap();
        let (_, import) = queue.take().unwrap();
        queue.add(Urgency::Call, job(3)).unwrap();
        queue.put_back(import);
        assert_eq!(first(queue.take()), 3);
        assert_eq!(first(queue.take()), 1);
        assert_eq!(first(queue.take()), 2);
    }

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_ends() {
        let queue = Queue::default();
        for _ in 0..BULK {
            queue.add(Urgency::Bulk, job(0)).unwrap();
        }
        assert!(matches!(
            queue.add(Urgency::Bulk, job(0)),
            Err(EmbedError::Unavailable(_))
        ));
        queue.add(Urgency::Call, job(0)).unwrap();
        queue.close();
        assert!(queue.take().is_none());
        assert!(queue.add(Urgency::Call, job(0)).is_err());
    }
}
