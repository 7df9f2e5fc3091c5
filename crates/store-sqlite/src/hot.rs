//! The states of calls under way, kept from one commit to the next.
//!
//! Nobody else can write this database, and whoever writes holds the one writer: so what the last commit left behind is what
//! stands, until a transaction of another kind touches the call. Both take and put happen while the writer is held.

use crate::intake::LineOf;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use voxanne_core::{
    call::{Life, fold::CallState},
    ids::CallId,
};

/// Calls kept; about 2 KB each.
const MOST: usize = 8_192;

/// The states of calls under way.
#[derive(Default)]
pub(crate) struct Hot(Mutex<HashMap<LineOf, CallState>>);

impl Hot {
    fn states(&self) -> MutexGuard<'_, HashMap<LineOf, CallState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a call's state out. A commit that fails leaves it out, and it is read again.
    pub(crate) fn take(&self, line: &LineOf) -> Option<CallState> {
        self.states().remove(line)
    }

    /// Keeps what a commit left behind.
    pub(crate) fn keep(&self, states: impl Iterator<Item = (LineOf, CallState)>) {
        let mut known = self.states();
        for (line, state) in states {
            if state.call.life == Life::Reported {
                continue;
            }
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(line, state);
        }
    }

    /// A transaction changes this call, or what belongs to it.
    pub(crate) fn forget(&self, call: CallId) {
        self.states().retain(|_, state| state.call.id != call);
    }
}
