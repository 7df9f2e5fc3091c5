//! The conversation: one streaming function for every voice path.
//!
//! Order of a turn: gate on the question, retrieve, language model or grounded extract, gate on each sentence, speak. The
//! turn runs on a task of its own: a caller who talks on closes the stream, not the work, and a decision to escalate
//! survives. The stream has no error case: whatever fails inside becomes speech, a message offer or a transfer.

pub mod brain;
pub mod form;
pub mod intent;
pub(crate) mod record;
mod turn;
pub(crate) mod unheard;

use crate::{App, Fault};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use voxanne_core::{
    call::{Channel, Frozen, Provider, escalation::EscalationKind, talk::Talk, view::CiteView},
    ids::{CallId, EscalationId, OrgId},
    pii::Pii,
    safety::{Approved, Escalation, Lang, Utterance},
};

/// Conversations remembered without their record.
const MOST_UNRECORDED: usize = 10_000;
/// Events that may wait for the voice path.
const QUEUE: usize = 8;

/// What a caller's turn begins from.
#[derive(Debug, Clone)]
pub struct TurnInput {
    /// Whose call.
    pub org: OrgId,
    /// Which.
    pub call: CallId,
    /// Who carries the voice.
    pub provider: Provider,
    /// How the caller reached us.
    pub channel: Channel,
    /// Caller utterances in the history, this one included: the turn's number.
    pub no: u32,
    /// What the caller said; empty when the provider asks again without a word of the caller, after a transfer that came to
    /// nothing.
    pub said: Pii<String>,
    /// Everything before, oldest first.
    pub history: Vec<Utterance>,
    /// What the call carries.
    pub frozen: Frozen,
    /// The caller's number, where known.
    pub caller: Option<Pii<String>>,
}

/// What the voice path is to do.
#[derive(Debug, Clone)]
pub enum TurnEvent {
    /// Speak.
    Say {
        /// The words.
        text: Approved,
        /// What they stand on.
        cites: Vec<CiteView>,
    },
    /// Send the caller to a person. Always after the words that say so.
    Transfer {
        /// The escalation.
        escalation: EscalationId,
        /// Who is called first.
        target: Option<String>,
    },
    /// A message is being taken.
    TakeMessage,
    /// Hang up after what was spoken.
    End,
}

/// Where conversations stand whose last turn could not be recorded: what a caller has told is not asked for again because
/// the database was away for a moment.
#[derive(Debug, Default)]
pub struct Unrecorded(Mutex<HashMap<CallId, (u32, Talk)>>);

impl Unrecorded {
    fn keep(&self, call: CallId, turn: u32, talk: Talk) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_UNRECORDED && !known.contains_key(&call) {
            known.clear();
        }
        known.insert(call, (turn, talk));
    }

    fn forget(&self, call: CallId) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&call);
    }

    /// As it stood before this turn.
    fn before(&self, call: CallId, turn: u32) -> Option<Talk> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (no, talk) = known.get(&call)?;
        (*no < turn).then(|| talk.clone())
    }
}

/// The events of one turn.
pub type TurnStream = mpsc::Receiver<TurnEvent>;

/// Runs a turn. The stream ends when the answer is complete, or after one of Transfer and End.
pub fn turn(app: &Arc<App>, input: TurnInput) -> TurnStream {
    let (send, receive) = mpsc::channel(QUEUE);
    let app_ = app.clone();
    app.tasks
        .spawn(async move { turn::run(&app_, input, send).await });
    receive
}

/// The language a call is held in, by its last turn; English where nothing is known.
pub async fn lang_of(app: &App, org: OrgId, call: CallId) -> Lang {
    let talk = match app.lines.talk(call) {
        Some(talk) => Some(talk),
        None => last_talk(app, org, call).await.ok().flatten(),
    };
    if talk.is_some_and(|talk| talk.spanish) {
        Lang::Es
    } else {
        Lang::En
    }
}

/// Where a call's last recorded turn left the conversation.
pub(crate) async fn last_talk(app: &App, org: OrgId, call: CallId) -> Result<Option<Talk>, Fault> {
    let turns = app.store.read(org).await?.turns(call).await?;
    Ok(turns.into_iter().next_back().map(|turn| turn.talk))
}

/// The escalation's kind of a gate's decision.
pub(crate) const fn kind_of(escalation: Escalation) -> EscalationKind {
    match escalation {
        Escalation::Medical => EscalationKind::Medical,
        Escalation::Emergency => EscalationKind::Emergency,
        Escalation::Human => EscalationKind::Human,
    }
}
