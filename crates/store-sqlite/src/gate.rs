//! The gate before the one writer: fair within a queue, intake first.
//!
//! SQLite's own busy handler is not fair (waits of seconds under load), and a webhook must not wait behind bulk work. The
//! gate hands the writer itself over, so whoever is dropped while waiting or holding gives it back.

use std::{
    collections::VecDeque,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::oneshot;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Messages of a provider.
    Intake,
    /// Everything else.
    Other,
}

/// After so many intake turns in a row one of the others goes, so that nobody starves.
const MOST_IN_A_ROW: u32 = 8;

struct State<T> {
    free: Option<T>,
    intake: VecDeque<oneshot::Sender<Pass<T>>>,
    other: VecDeque<oneshot::Sender<Pass<T>>>,
    in_a_row: u32,
}

impl<T> State<T> {
    fn next(&mut self) -> Option<oneshot::Sender<Pass<T>>> {
        let intake =
            !self.intake.is_empty() && (self.other.is_empty() || self.in_a_row < MOST_IN_A_ROW);
        if intake {
            self.in_a_row += 1;
            self.intake.pop_front()
        } else {
            self.in_a_row = 0;
            self.other.pop_front()
        }
    }
}

/// The gate around one value.
pub(crate) struct Gate<T> {
    state: Mutex<State<T>>,
}

/// The right to use the value, and the value. Dropped, it goes to the next in line.
pub(crate) struct Pass<T> {
    value: Option<T>,
    gate: Arc<Gate<T>>,
}

impl<T> Gate<T> {
    pub(crate) fn new(value: T) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                free: Some(value),
                intake: VecDeque::new(),
                other: VecDeque::new(),
                in_a_row: 0,
            }),
        })
    }

    /// Waits for the value; nothing when the gate was taken down.
    pub(crate) async fn enter(self: &Arc<Self>, lane: Lane) -> Option<Pass<T>> {
        let turn = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(value) = state.free.take() {
                return Some(Pass {
                    value: Some(value),
                    gate: self.clone(),
                });
            }
            let (hand_over, turn) = oneshot::channel();
            match lane {
                Lane::Intake => state.intake.push_back(hand_over),
                Lane::Other => state.other.push_back(hand_over),
            }
            turn
        };
        turn.await.ok()
    }

    fn leave(self: &Arc<Self>, value: T) {
        let mut value = Some(value);
        while let Some(held) = value.take() {
            let next = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                match state.next() {
                    Some(next) => next,
                    None => {
                        state.free = Some(held);
                        return;
                    }
                }
            };
            let pass = Pass {
                value: Some(held),
                gate: self.clone(),
            };
            // Whoever stopped waiting gives the pass back, and the next in line is asked.
            if let Err(mut refused) = next.send(pass) {
                value = refused.value.take();
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "only dropping takes the value out")]
impl<T> Deref for Pass<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("a pass holds its value")
    }
}

#[expect(clippy::expect_used, reason = "only dropping takes the value out")]
impl<T> DerefMut for Pass<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("a pass holds its value")
    }
}

impl<T> Drop for Pass<T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.gate.leave(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::{FutureExt as _, future::BoxFuture};

    type Waiting = BoxFuture<'static, Option<Pass<u8>>>;

    fn wait(gate: &Arc<Gate<u8>>, lane: Lane) -> Waiting {
        let gate = gate.clone();
        async move { gate.enter(lane).await }.boxed()
    }

    #[test]
    fn intake_goes_first_and_the_others_still_get_their_turn() {
        let gate = Gate::new(0);
        let mut held = wait(&gate, Lane::Other).now_or_never().flatten();
        let mut other = wait(&gate, Lane::Other);
        assert!((&mut other).now_or_never().is_none());
        let mut intake: VecDeque<Waiting> = (0..20).map(|_| wait(&gate, Lane::Intake)).collect();
        for waiting in &mut intake {
            assert!(waiting.now_or_never().is_none());
        }
        let mut turns = 0;
        loop {
            drop(held.take());
            if let Some(pass) = (&mut other).now_or_never() {
                assert!(pass.is_some());
                break;
            }
            held = intake.pop_front().unwrap().now_or_never().flatten();
            assert!(held.is_some(), "the first in line has its turn");
            turns += 1;
        }
        assert_eq!(turns, MOST_IN_A_ROW);
    }

    #[test]
    fn whoever_stops_waiting_loses_nothing_for_the_others() {
        let gate = Gate::new(0);
        let held = wait(&gate, Lane::Other).now_or_never().flatten();
        let mut gone = wait(&gate, Lane::Intake);
        let mut handed = wait(&gate, Lane::Intake);
        let mut stays = wait(&gate, Lane::Other);
        for waiting in [&mut gone, &mut handed, &mut stays] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(gone);
        drop(held);
        // Handed over, but dropped before it looked.
        drop(handed);
        assert!(stays.now_or_never().flatten().is_some());
        assert!(wait(&gate, Lane::Other).now_or_never().flatten().is_some());
    }
}
