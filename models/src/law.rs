//! What a model is and what a law is: data that feeds checker, documentation and command line alike.

use std::fmt::Debug;
use std::hash::Hash;

use pod_lifecycle::RuleId;

use crate::render::Told;
use crate::watch::Seen;

/// How large a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Small enough for a debug build.
    Tiny,
    /// What the numbers are asserted on.
    Standard,
    /// As far as memory goes.
    Large,
}

impl Scope {
    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Standard => "standard",
            Self::Large => "large",
        }
    }
}

/// One step of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<S> {
    /// The state after it.
    pub next: S,
    /// What the API server refused, as an index into [`Protocol::REFUSALS`]: the request has ended, the stored
    /// object is as it was.
    pub refused: Option<usize>,
}

/// One step of a path, with both its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken<S, A> {
    /// The state before.
    pub before: S,
    /// What happened.
    pub action: A,
    /// The state after.
    pub after: S,
    /// What was refused, as in [`Moved::refused`].
    pub refused: Option<usize>,
}

/// What a watcher sees of a step; `None` if there is no store.
pub type Watched<S, A> = Option<fn(&Taken<S, A>) -> Seen>;

/// A model: actors that decide by calls into `pod-lifecycle`, finite by construction.
pub trait Protocol: Sized + Send + Sync + 'static {
    /// A state, packed when it is hashed.
    type State: Copy + Debug + Eq + Hash + Send + Sync + 'static;
    /// A step that an actor may try.
    type Action: Copy + Debug + PartialEq + Send + Sync + 'static;

    /// What is claimed of it.
    const LAWS: &'static [Law<Self::State, Self::Action>];
    /// The kinds of action, each of which must fire.
    const ACTIONS: &'static [&'static str];
    /// The refusals of the API server, each of which must be seen.
    const REFUSALS: &'static [Refusal];

    /// What a watcher sees of a step; `None` if the model has no store.
    const WATCHED: Watched<Self::State, Self::Action> = None;

    /// Where it begins.
    fn initial(&self) -> Self::State;
    /// Every action that an actor may try, always in the same order.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);
    /// Takes one of these actions.
    fn step(&self, state: &Self::State, action: Self::Action) -> Moved<Self::State>;
    /// Tells every step that leaves `state`, in the order of the actions; `room` is room to work in.
    fn each_step(
        &self,
        state: &Self::State,
        room: &mut Vec<Self::Action>,
        mut take: impl FnMut(Self::Action, Self::State),
    ) {
        self.actions(state, room);
        for action in room.drain(..) {
            take(action, self.step(state, action).next);
        }
    }
    /// The index of the action's kind in [`ACTIONS`](Self::ACTIONS).
    fn kind(action: &Self::Action) -> usize;
    /// How many faults may happen in it; `None` if it counts none.
    fn faults(&self) -> Option<u8> {
        None
    }
    /// The same model with so many faults at most.
    #[must_use]
    fn with_faults(self, faults: u8) -> Self {
        let _ = faults;
        self
    }
    /// What is broken by an action, in the state that it is taken in, if it is one of the faults that are counted.
    fn fault(state: &Self::State, action: &Self::Action) -> Option<&'static str> {
        let _ = (state, action);
        None
    }
    /// Tells a path in words.
    fn tell(path: &[Taken<Self::State, Self::Action>]) -> Vec<Told>;
}

/// A refusal of the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: RuleId,
    /// The answer, in a few words.
    pub says: &'static str,
}

/// One claim about a model.
#[derive(Debug)]
pub struct Law<S: 'static, A: 'static> {
    /// A rule's identifier, with a suffix where one rule needs several laws.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// The rules that it follows from.
    pub rests_on: &'static [RuleId],
    /// What is claimed.
    pub kind: Kind<S, A>,
}

/// What a law claims.
#[derive(Debug)]
pub enum Kind<S: 'static, A: 'static> {
    /// It holds everywhere.
    Always {
        /// What holds.
        holds: On<S, A>,
        /// The last moment before a violation, which must be reached: else the law holds for want of a try.
        witness: On<S, A>,
    },
    /// It can happen: a scenario.
    Sometimes(On<S, A>),
    /// It looks forbidden and happens all the same; if it no longer does, the model has lost something.
    Expected {
        /// What happens.
        happens: On<S, A>,
        /// What makes it impossible.
        remedy: Option<Remedy>,
    },
    /// It comes about: every run that meets `when` meets `then` at that time or later, if all assumptions hold. Each of them
    /// is needed: without it there is a run that does not.
    Eventually {
        /// What obliges.
        when: fn(&S) -> bool,
        /// What it leads to.
        then: fn(&S) -> bool,
        /// Who goes on acting.
        assuming: &'static [Assumption<S, A>],
    },
    /// It need not come about: some run that meets `when` never meets `then` again, although all assumptions hold. It does
    /// come about if any of `unless` holds too.
    Stuck {
        /// Where the run comes by.
        when: fn(&S) -> bool,
        /// What it never meets again.
        then: fn(&S) -> bool,
        /// Who goes on acting.
        assuming: &'static [Assumption<S, A>],
        /// Who else would have to act.
        unless: &'static [Assumption<S, A>],
    },
}

/// What is taken for granted of some actor. A step that changes nothing counts as none.
#[derive(Debug)]
pub struct Assumption<S: 'static, A: 'static> {
    /// Its name, the same wherever it is assumed.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// What it asks of a run; all of it.
    pub asks: &'static [Ask<S, A>],
}

/// An assumption without the steps that it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// Its name.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// To how many sets of steps it asks weak fairness.
    pub weak: usize,
    /// To how many strong fairness.
    pub strong: usize,
    /// How many are taken finitely often.
    pub finitely: usize,
}

impl<S, A> Assumption<S, A> {
    fn assumed(&self) -> Assumed {
        let count = |of: fn(&Ask<S, A>) -> bool| self.asks.iter().filter(|ask| of(ask)).count();
        Assumed {
            id: self.id,
            says: self.says,
            weak: count(|ask| matches!(ask, Ask::Weak(_))),
            strong: count(|ask| matches!(ask, Ask::Strong(_))),
            finitely: count(|ask| matches!(ask, Ask::Finitely(_))),
        }
    }
}

/// What can be told of a law without its model.
pub trait Assumes: Debug + Sync {
    /// What it takes for granted.
    fn assuming(&self) -> Vec<Assumed>;
    /// Each of these would make come about what need not.
    fn unless(&self) -> Vec<Assumed>;
}

impl<S: Debug, A: Debug> Assumes for Law<S, A> {
    fn assuming(&self) -> Vec<Assumed> {
        match &self.kind {
            Kind::Eventually { assuming, .. } | Kind::Stuck { assuming, .. } => {
                assuming.iter().map(Assumption::assumed).collect()
            }
            Kind::Always { .. } | Kind::Sometimes(_) | Kind::Expected { .. } => Vec::new(),
        }
    }

    fn unless(&self) -> Vec<Assumed> {
        match &self.kind {
            Kind::Stuck { unless, .. } => unless.iter().map(Assumption::assumed).collect(),
            Kind::Eventually { .. } | Kind::Always { .. } | Kind::Sometimes(_) | Kind::Expected { .. } => {
                Vec::new()
            }
        }
    }
}

/// What is asked of certain steps, given as what they begin in and what happens.
#[derive(Debug)]
pub enum Ask<S: 'static, A: 'static> {
    /// Weak fairness: if one can be taken all the time, one is taken.
    Weak(fn(&S, &A) -> bool),
    /// Strong fairness: if one can be taken again and again, one is taken.
    Strong(fn(&S, &A) -> bool),
    /// They are taken finitely often.
    Finitely(fn(&S, &A) -> bool),
}

/// A change of the components, not of the API server, that removes an expected violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Its name among the variants of the model.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
}

/// What a predicate looks at: plain fields, never a function that decides.
#[derive(Debug)]
pub enum On<S: 'static, A: 'static> {
    /// A reachable state.
    State(fn(&S) -> bool),
    /// A step: before, action, after.
    Step(fn(&S, &A, &S) -> bool),
}
