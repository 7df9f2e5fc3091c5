//! The way from a decision to escalate to a person who accepted, or to a message that a named person acknowledges.
//!
//! Only provider facts and clicks of signed-in people move it; words never do. It ends in exactly one of
//! connected, acknowledged or closed by a person.

use super::{
    message::{TargetChoice, TransferFact},
    words,
};
use crate::{
    ids::{CallId, EscalationId},
    time::Millis,
};
use serde::{Deserialize, Serialize};

/// Why a person is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationKind {
    /// The caller asks for a person.
    Human,
    /// A medical question.
    Medical,
    /// An emergency.
    Emergency,
}
words!(EscalationKind { Human = "human", Medical = "medical", Emergency = "emergency" });

impl EscalationKind {
    const fn needs(self) -> &'static str {
        match self {
            Self::Human => "the caller asked for a person",
            Self::Medical => "a medical question needs a person",
            Self::Emergency => "an emergency needs a person at once",
        }
    }
}

/// Where an escalation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationState {
    /// Decided; nobody is being dialed yet.
    Decided,
    /// A target is being dialed.
    Dialing,
    /// The last target failed; another may be tried.
    Failed,
    /// A transfer was begun, the call ended, and nothing confirmed that somebody accepted.
    Unconfirmed,
    /// A message is being taken or was taken; it waits for a person.
    Message,
    /// A person accepted the call. Final.
    Connected,
    /// A named person acknowledged the message. Final.
    Acknowledged,
    /// A named person closed it. Final.
    Closed,
}
words!(EscalationState {
    Decided = "decided", Dialing = "dialing", Failed = "failed", Unconfirmed = "unconfirmed", Message = "message",
    Connected = "connected", Acknowledged = "acknowledged", Closed = "closed",
});

impl EscalationState {
    /// Whether nothing more can happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Connected | Self::Acknowledged | Self::Closed)
    }

    /// Whether a person is still being looked for.
    pub const fn is_searching(self) -> bool {
        matches!(self, Self::Decided | Self::Dialing | Self::Failed)
    }
}

/// The longest a target may ring, ms.
pub const DIAL_LIMIT_MS: i64 = 40_000;
/// A repeated question for a destination within this time means the same attempt, ms.
pub const REPEAT_MS: i64 = 10_000;
/// From the decision to the first provider fact, ms; then the watchdog acts.
pub const START_LIMIT_MS: i64 = 4_000;

/// An escalation as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// Our id.
    pub id: EscalationId,
    /// Whose call.
    pub call: CallId,
    /// Why.
    pub kind: EscalationKind,
    /// Where it is.
    pub state: EscalationState,
    /// When it was decided.
    pub opened_at: Millis,
    /// Keys of the targets tried so far, in order.
    pub tried: Vec<String>,
    /// The name of the target being dialed or last dialed.
    pub target: Option<String>,
    /// When the state last changed, by the clock of the message that changed it.
    pub since: Millis,
    /// The watchdog acts at this time unless a fact comes first.
    pub step_deadline: Option<Millis>,
    /// The second a person accepted.
    pub human_at: Option<Millis>,
    /// When it reached a final state.
    pub closed_at: Option<Millis>,
    /// How many steps were recorded.
    pub steps: u32,
}

/// One step of an escalation, as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which step, from 1.
    pub no: u32,
    /// What happened: `decided`, `dialing`, `connected`, `no_answer`, ...
    pub what: String,
    /// The target's shown name.
    pub target: Option<String>,
    /// In plain words.
    pub words: String,
    /// When.
    pub at: Millis,
}

/// What can happen to an escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// The provider asks for the next target; these may be tried now.
    Asked(Vec<TargetChoice>),
    /// The provider began the transfer.
    Begun,
    /// The provider knows what became of the transfer.
    Known(TransferFact),
    /// The caller is back with the receptionist.
    Returned,
    /// The watchdog's time has come.
    Overdue,
    /// A message was taken.
    MessageTaken,
    /// A signed-in person accepted the waiting caller; the word is the person's shown name.
    AcceptedBy(String),
    /// A signed-in person acknowledged the message.
    AcknowledgedBy(String),
    /// A signed-in person closed it.
    ClosedBy(String),
    /// The call is over.
    CallEnded,
}

/// What to do after a happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// Dial this target.
    Dial(TargetChoice),
    /// Go on with the caller and take a message.
    TakeMessage,
}

impl Escalation {
    /// A decision, just made.
    pub fn open(id: EscalationId, call: CallId, kind: EscalationKind, at: Millis) -> (Self, Step) {
        let mut new = Self {
            id,
            call,
            kind,
            state: EscalationState::Decided,
            opened_at: at,
            tried: Vec::new(),
            target: None,
            since: at,
            step_deadline: Some(at.plus(START_LIMIT_MS)),
            human_at: None,
            closed_at: None,
            steps: 0,
        };
        let step = new.step("decided", kind.needs().to_owned(), at);
        (new, step)
    }

    fn step(&mut self, what: &str, words: String, at: Millis) -> Step {
        self.steps += 1;
        self.since = at;
        Step {
            no: self.steps,
            what: what.to_owned(),
            target: self.target.clone(),
            words,
            at,
        }
    }

    fn finish(&mut self, state: EscalationState, at: Millis) {
        self.state = state;
        self.step_deadline = None;
        self.closed_at = Some(at);
    }

    /// Moves on. Final states never change; a happening that does not fit is ignored, so that repeats and reordering are
    /// harmless.
    pub fn apply(&mut self, what: Happening, at: Millis) -> (Next, Vec<Step>) {
        use EscalationState as S;
        if self.state.is_final() {
            return (Next::Nothing, Vec::new());
        }
        let name = |e: &Self| e.target.clone().unwrap_or_else(|| "the target".to_owned());
        match what {
            Happening::Asked(candidates) => match self.state {
                S::Decided | S::Failed => self.dial(candidates, at),
                S::Dialing if self.is_same_attempt(at) => match self.last_tried(&candidates) {
                    Some(same) => (Next::Dial(same.clone()), Vec::new()),
                    None => (Next::TakeMessage, Vec::new()),
                },
                S::Dialing => {
                    let (_, mut steps) = self.failed("did not take the call", at);
                    let (next, more) = self.dial(candidates, at);
                    steps.extend(more);
                    (next, steps)
                }
                _ => (Next::TakeMessage, Vec::new()),
            },
            Happening::Begun => {
                if self.state == S::Dialing {
                    self.step_deadline = Some(at.plus(DIAL_LIMIT_MS));
                }
                (Next::Nothing, Vec::new())
            }
            Happening::Known(TransferFact::Connected) => {
                if matches!(self.state, S::Dialing | S::Unconfirmed | S::Failed) {
                    self.human_at = Some(at);
                    self.finish(S::Connected, at);
                    let words = format!("{} accepted the call", name(self));
                    (Next::Nothing, vec![self.step("connected", words, at)])
                } else {
                    (Next::Nothing, Vec::new())
                }
            }
            Happening::Known(fact) => {
                if matches!(self.state, S::Dialing | S::Unconfirmed) {
                    self.failed(fact.words(), at)
                } else {
                    (Next::Nothing, Vec::new())
                }
            }
            Happening::Returned if self.state == S::Dialing && at > self.since => {
                self.failed("did not take the call", at)
            }
            Happening::Overdue if self.state == S::Dialing => {
                self.failed("did not take the call", at)
            }
            Happening::Overdue if matches!(self.state, S::Decided | S::Failed) => {
                self.step_deadline = None;
                (Next::TakeMessage, Vec::new())
            }
            Happening::MessageTaken => {
                if self.state == S::Message {
                    return (Next::Nothing, Vec::new());
                }
                self.state = S::Message;
                self.step_deadline = None;
                let words = "a message was taken and waits for a person".to_owned();
                (Next::Nothing, vec![self.step("message", words, at)])
            }
            Happening::AcceptedBy(who) => {
                self.target = Some(who.clone());
                self.human_at = Some(at);
                self.finish(S::Connected, at);
                (
                    Next::Nothing,
                    vec![self.step("connected", format!("{who} accepted the call"), at)],
                )
            }
            Happening::AcknowledgedBy(who) => {
                self.finish(S::Acknowledged, at);
                (
                    Next::Nothing,
                    vec![self.step("acknowledged", format!("{who} acknowledged it"), at)],
                )
            }
            Happening::ClosedBy(who) => {
                self.finish(S::Closed, at);
                (
                    Next::Nothing,
                    vec![self.step("closed", format!("{who} closed it"), at)],
                )
            }
            Happening::CallEnded => match self.state {
                S::Dialing => {
                    self.state = S::Unconfirmed;
                    self.step_deadline = None;
                    let words =
                        format!("the call left for {}; nobody has confirmed it", name(self));
                    (Next::Nothing, vec![self.step("unconfirmed", words, at)])
                }
                S::Decided | S::Failed => {
                    self.state = S::Message;
                    self.step_deadline = None;
                    let words = "the caller left before anybody was reached: call back".to_owned();
                    (Next::Nothing, vec![self.step("call_back", words, at)])
                }
                _ => (Next::Nothing, Vec::new()),
            },
            Happening::Returned | Happening::Overdue => (Next::Nothing, Vec::new()),
        }
    }

    /// Who is called when a destination is asked for at `at`: what may be announced before it is asked for.
    pub fn would_dial<'a>(
        &self,
        candidates: &'a [TargetChoice],
        at: Millis,
    ) -> Option<&'a TargetChoice> {
        match self.state {
            EscalationState::Dialing if self.is_same_attempt(at) => self.last_tried(candidates),
            state if state.is_searching() => self.untried(candidates),
            _ => None,
        }
    }

    /// A graver reason than the one known so far. Where it may reach somebody who was not called yet, the search goes on
    /// from there, whoever is being called and whatever message is being taken; nothing is done for a lighter reason.
    pub fn raise(
        &mut self,
        kind: EscalationKind,
        candidates: &[TargetChoice],
        at: Millis,
    ) -> Option<Step> {
        use EscalationState as S;
        if self.state.is_final() || kind <= self.kind {
            return None;
        }
        self.kind = kind;
        if self.untried(candidates).is_some() {
            self.state = match self.state {
                S::Dialing => S::Failed,
                S::Message => S::Decided,
                other => other,
            };
            if self.state.is_searching() {
                self.step_deadline = Some(at.plus(START_LIMIT_MS));
            }
        }
        Some(self.step("raised", kind.needs().to_owned(), at))
    }

    /// Asked twice for the same attempt, the answer is the same, and not the next person.
    fn is_same_attempt(&self, at: Millis) -> bool {
        at.since(self.since) < REPEAT_MS
    }

    fn untried<'a>(&self, candidates: &'a [TargetChoice]) -> Option<&'a TargetChoice> {
        candidates.iter().find(|c| !self.tried.contains(&c.key))
    }

    fn dial(&mut self, candidates: Vec<TargetChoice>, at: Millis) -> (Next, Vec<Step>) {
        match self.untried(&candidates).cloned() {
            Some(choice) => {
                self.tried.push(choice.key.clone());
                self.target = Some(choice.name.clone());
                self.state = EscalationState::Dialing;
                self.step_deadline = Some(at.plus(DIAL_LIMIT_MS));
                let step = self.step("dialing", format!("calling {}", choice.name), at);
                (Next::Dial(choice), vec![step])
            }
            None => {
                self.step_deadline = None;
                (Next::TakeMessage, Vec::new())
            }
        }
    }

    fn last_tried<'a>(&self, candidates: &'a [TargetChoice]) -> Option<&'a TargetChoice> {
        let key = self.tried.last()?;
        candidates.iter().find(|c| c.key == *key)
    }

    fn failed(&mut self, words: &str, at: Millis) -> (Next, Vec<Step>) {
        let was_gone = self.state == EscalationState::Unconfirmed;
        let name = self
            .target
            .clone()
            .unwrap_or_else(|| "the target".to_owned());
        let step = self.step("failed", format!("{name} {words}"), at);
        if was_gone {
            // The caller has left with the failed transfer: only a call back can close this.
            self.state = EscalationState::Message;
            self.step_deadline = None;
        } else {
            self.state = EscalationState::Failed;
            self.step_deadline = Some(at.plus(START_LIMIT_MS));
        }
        (Next::Nothing, vec![step])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::Pii;
    use proptest::prelude::*;

    fn choice(key: &str) -> TargetChoice {
        TargetChoice {
            key: key.into(),
            name: key.into(),
            number: Pii::from("+15550100"),
        }
    }

    fn open() -> Escalation {
        Escalation::open(
            EscalationId::new(),
            CallId::new(),
            EscalationKind::Medical,
            Millis(0),
        )
        .0
    }

    #[test]
    fn f7_2_each_failed_target_leads_to_the_next_and_then_to_a_message() {
        let all = || vec![choice("kim"), choice("ode")];
        let mut e = open();
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(10)).0,
            Next::Dial(choice("kim"))
        );
        e.apply(Happening::Known(TransferFact::Busy), Millis(20));
        assert_eq!(e.state, EscalationState::Failed);
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(30)).0,
            Next::Dial(choice("ode"))
        );
        e.apply(Happening::Known(TransferFact::Voicemail), Millis(40));
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(50)).0,
            Next::TakeMessage
        );
        e.apply(Happening::MessageTaken, Millis(60));
        assert_eq!(e.state, EscalationState::Message);
        e.apply(Happening::AcknowledgedBy("Ana".into()), Millis(70));
        assert_eq!(e.state, EscalationState::Acknowledged);
    }

    #[test]
    fn f7_2_a_call_that_leaves_unconfirmed_is_never_counted_as_connected() {
        let mut e = open();
        e.apply(Happening::Asked(vec![choice("kim")]), Millis(10));
        e.apply(Happening::Begun, Millis(11));
        e.apply(Happening::CallEnded, Millis(20));
        assert_eq!(e.state, EscalationState::Unconfirmed);
        assert_eq!(e.human_at, None);
        e.apply(Happening::Known(TransferFact::Voicemail), Millis(30));
        assert_eq!(e.state, EscalationState::Message, "a voicemail is nobody");
    }

    #[test]
    fn f7_2_a_graver_reason_reaches_whoever_was_not_called_yet() {
        let desk = || vec![choice("desk")];
        let nurses = || vec![choice("kim"), choice("desk")];
        let asked = |state: fn(&mut Escalation)| {
            let mut e = open();
            e.kind = EscalationKind::Human;
            e.apply(Happening::Asked(desk()), Millis(10));
            state(&mut e);
            e
        };
        let mut dialing = asked(|_| {});
        let mut failed = asked(|e| {
            e.apply(Happening::Known(TransferFact::Busy), Millis(20));
        });
        let mut message = asked(|e| {
            e.apply(Happening::Known(TransferFact::Busy), Millis(20));
            e.apply(Happening::MessageTaken, Millis(30));
        });
        for e in [&mut dialing, &mut failed, &mut message] {
            let step = e.raise(EscalationKind::Medical, &nurses(), Millis(40));
            assert_eq!(step.unwrap().what, "raised");
            assert_eq!(e.step_deadline, Some(Millis(40 + START_LIMIT_MS)));
            assert_eq!(e.would_dial(&nurses(), Millis(50)), Some(&choice("kim")));
            let (next, _) = e.apply(Happening::Asked(nurses()), Millis(50));
            assert_eq!(next, Next::Dial(choice("kim")), "{:?}", e.state);
        }
    }

    #[test]
    fn f7_2_a_graver_reason_that_reaches_nobody_new_leaves_the_message_waiting() {
        let all = || vec![choice("kim")];
        let mut e = open();
        e.apply(Happening::Asked(all()), Millis(10));
        e.apply(Happening::Known(TransferFact::NoAnswer), Millis(20));
        e.apply(Happening::MessageTaken, Millis(30));
        let step = e.raise(EscalationKind::Emergency, &all(), Millis(40));
        assert_eq!(
            (step.unwrap().what.as_str(), e.state),
            ("raised", EscalationState::Message)
        );
        assert_eq!(e.would_dial(&all(), Millis(50)), None);
        assert_eq!(e.raise(EscalationKind::Medical, &all(), Millis(60)), None);
        assert_eq!(
            e.kind,
            EscalationKind::Emergency,
            "a lighter reason changes nothing"
        );
    }

    #[test]
    fn a_repeated_question_for_a_destination_gets_the_same_one() {
        let all = || vec![choice("kim"), choice("ode")];
        let mut e = open();
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(10)).0,
            Next::Dial(choice("kim"))
        );
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(900)).0,
            Next::Dial(choice("kim"))
        );
        assert_eq!(
            e.apply(Happening::Asked(all()), Millis(20_000)).0,
            Next::Dial(choice("ode"))
        );
    }

    fn any_happening() -> impl Strategy<Value = Happening> {
        prop_oneof![
            Just(Happening::Asked(vec![choice("a"), choice("b")])),
            Just(Happening::Begun),
            Just(Happening::Returned),
            Just(Happening::Overdue),
            Just(Happening::MessageTaken),
            Just(Happening::CallEnded),
            Just(Happening::Known(TransferFact::Connected)),
            Just(Happening::Known(TransferFact::NoAnswer)),
            Just(Happening::Known(TransferFact::Busy)),
            Just(Happening::AcknowledgedBy("x".into())),
        ]
    }

    proptest! {
        #[test]
        fn f7_2_no_history_connects_without_a_fact_or_leaves_an_ended_call_with_nobody_waiting(
            history in proptest::collection::vec(any_happening(), 0..40)
        ) {
            let mut e = open();
            let mut at = 0;
            for what in history {
                at += 7;
                let before = e.clone();
                e.apply(what.clone(), Millis(at));
                if before.state.is_final() {
                    prop_assert_eq!(&before, &e);
                } else if e.state == EscalationState::Connected {
                    prop_assert_eq!(what, Happening::Known(TransferFact::Connected));
                    prop_assert!(e.human_at.is_some());
                }
            }
            e.apply(Happening::CallEnded, Millis(at + 1));
            prop_assert!(
                e.state.is_final() || matches!(e.state, EscalationState::Message | EscalationState::Unconfirmed)
            );
        }
    }
}
