//! Where a Pod is, in words, and who must act.

use std::fmt;

use super::Case;
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::time::{Grace, Time};

/// Where a Pod is in the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage<'a> {
    /// Scheduling gates are left.
    Gated(Box<[&'a str]>),
    /// It has no node.
    Unscheduled(Scheduling),
    /// It is bound to this node, and the kubelet there has not taken it up.
    Unseen(&'a str),
    /// The kubelet refused it; no container was started, and none will be.
    Rejected(&'a str),
    /// An init container or sidecar is not through.
    Initializing {
        /// The one that the others wait for.
        container: &'a str,
        /// Why it waits, if it does.
        reason: Option<&'a str>,
        /// How many init containers are done, of how many.
        counts: (usize, usize),
    },
    /// A container waits for its start.
    Starting {
        /// The container.
        container: &'a str,
        /// `waiting.reason`.
        reason: &'a str,
    },
    /// A container ends again and again, and waits for its next start.
    CrashLoop {
        /// The container.
        container: &'a str,
        /// Its last exit code.
        code: Option<i32>,
        /// `restartCount`.
        restarts: i32,
        /// The next start at the earliest, if its last exit is known.
        earliest: Option<Time>,
        /// The next start at the latest.
        latest: Option<Time>,
        /// A run longer than this clears the back-off.
        reset: Grace,
    },
    /// It runs.
    Running,
    /// Its phase says that it runs, and nothing runs.
    Idle,
    /// It has ended, and nobody has deleted it.
    Ended(Phase, &'a str),
    /// It is being deleted.
    Terminating(Hold<'a>),
    /// Its phase is none of the five.
    Foreign(&'a str),
}

/// What the scheduler has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheduling {
    /// Nothing yet.
    Untried,
    /// No node fits.
    Unschedulable,
    /// It failed.
    Error,
}

/// What keeps a Pod that is being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold<'a> {
    /// It is the mirror of a static Pod.
    Mirror,
    /// Nothing: the second write of its removal is missing.
    Leftover,
    /// These finalizers, and nothing else that the object shows.
    Finalizers(Box<[&'a str]>),
    /// Its Node is gone.
    NodeGone,
    /// Its Node does not answer.
    NodeLost(&'a str),
    /// Its containers stop; they have time.
    Stopping {
        /// When the last of them must have stopped.
        latest: Time,
    },
    /// Its containers should have stopped.
    Overdue {
        /// Where they run.
        node: &'a str,
        /// For how long.
        overdue: Grace,
    },
    /// Nothing runs; the kubelet unmounts, and writes the last status.
    CleaningUp {
        /// How long its `deletionTimestamp` has passed, if it has.
        overdue: Option<Grace>,
    },
    /// It is terminal, and the kubelet's final DELETE is missing.
    Unconfirmed {
        /// How long its `deletionTimestamp` has passed, if it has.
        overdue: Option<Grace>,
    },
}

impl Stage<'_> {
    /// The rule behind the answer.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::Gated(_) => RuleId::CRE_21,
            Self::Unscheduled(_) => RuleId::CRE_23,
            Self::Unseen(_) => RuleId::CRE_40,
            Self::Rejected(_) => RuleId::CRE_42,
            Self::Initializing { .. } => RuleId::CRE_53,
            Self::Starting { .. } => RuleId::CRE_54,
            Self::CrashLoop { .. } => RuleId::CTR_24,
            Self::Running => RuleId::PHA_04,
            Self::Idle => RuleId::CTR_16,
            Self::Ended(..) => RuleId::LIV_06,
            Self::Foreign(_) => RuleId::OBJ_31,
            Self::Terminating(hold) => hold.rule(),
        }
    }
}

impl Hold<'_> {
    /// The rule behind the answer.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::Mirror => RuleId::KUB_67,
            Self::Leftover => RuleId::DEL_30,
            Self::Finalizers(_) => RuleId::DEL_16,
            Self::NodeGone => RuleId::CTL_PGC_04,
            Self::NodeLost(_) => RuleId::LIV_03,
            Self::Stopping { .. } => RuleId::KUB_43,
            Self::Overdue { .. } => RuleId::KUB_19,
            Self::CleaningUp { .. } => RuleId::KUB_30,
            Self::Unconfirmed { .. } => RuleId::DEL_10,
        }
    }
}

impl fmt::Display for Stage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gated(gates) => write!(f, "not scheduled yet: gated by {}", gates.join(", ")),
            Self::Unscheduled(Scheduling::Untried) => {
                f.write_str("not scheduled yet: no scheduler has tried")
            }
            Self::Unscheduled(Scheduling::Unschedulable) => f.write_str("not scheduled: no node fits"),
            Self::Unscheduled(Scheduling::Error) => f.write_str("not scheduled: the scheduler failed"),
            Self::Unseen(node) => write!(f, "bound to {node}, whose kubelet has not taken it up"),
            Self::Rejected("") => f.write_str("refused by the kubelet: it will never run"),
            Self::Rejected(reason) => write!(f, "refused by the kubelet ({reason}): it will never run"),
            Self::Initializing { container, reason, counts: (done, all) } => {
                write!(f, "initializing: {container} is not through ({done} of {all} init containers done")?;
                match reason {
                    Some(reason) if !reason.is_empty() => write!(f, "; {reason})"),
                    Some(_) | None => f.write_str(")"),
                }
            }
            Self::Starting { container, reason: "" } => write!(f, "{container} waits for its start"),
            Self::Starting { container, reason } => write!(f, "{container} waits for its start: {reason}"),
            Self::CrashLoop { container, code, restarts, .. } => {
                write!(f, "{container} ends again and again")?;
                if let Some(code) = code {
                    write!(f, ", last with exit code {code}")?;
                }
                write!(f, " (restart count {restarts})")
            }
            Self::Running => f.write_str("running, as it should"),
            Self::Idle => {
                f.write_str("Running by name, and nothing runs: it stays so until somebody deletes it")
            }
            Self::Ended(phase, "") => write!(f, "{phase}: it has ended, and nobody has deleted it"),
            Self::Ended(phase, reason) => {
                write!(f, "{phase} ({reason}): it has ended, and nobody has deleted it")
            }
            Self::Foreign(phase) => write!(f, "its phase is `{phase}`, which no component writes"),
            Self::Terminating(hold) => write!(f, "terminating: {hold}"),
        }
    }
}

impl fmt::Display for Hold<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mirror => f.write_str("it mirrors a static Pod, which only its file on the node ends"),
            Self::Leftover => f.write_str("nothing holds it; the API server did not finish its removal"),
            Self::Finalizers(names) => write!(f, "held by {} only", names.join(", ")),
            Self::NodeGone => f.write_str("its Node is gone; the Pod garbage collector removes it"),
            Self::NodeLost(node) => write!(f, "its node {node} does not answer, so nobody can confirm"),
            Self::Stopping { latest } => write!(f, "its containers are stopping, and have until {latest}"),
            Self::Overdue { node, overdue } => {
                write!(
                    f,
                    "its containers should have stopped {overdue} s ago: the kubelet on {node} cannot stop or cannot say so"
                )
            }
            Self::CleaningUp { overdue: None } => {
                f.write_str("its containers have stopped, the kubelet cleans up")
            }
            Self::CleaningUp { overdue: Some(late) } => {
                write!(
                    f,
                    "its containers have stopped, but for {late} s the kubelet has not finished (volumes?)"
                )
            }
            Self::Unconfirmed { overdue: None } => {
                f.write_str("it has ended, the kubelet's final DELETE is due")
            }
            Self::Unconfirmed { overdue: Some(late) } => {
                write!(f, "it has ended, but for {late} s the kubelet has not sent its final DELETE")
            }
        }
    }
}

/// Who must do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty<'a> {
    /// Who.
    pub who: Actor<'a>,
    /// What.
    pub task: Task,
    /// By when, if anything bounds it.
    pub by: Option<Time>,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// Whoever owns this finalizer or scheduling gate.
    OwnerOf(&'a str),
    /// The scheduler.
    Scheduler,
    /// The kubelet of this node.
    Kubelet(&'a str),
    /// The Pod garbage collector.
    PodGc,
    /// An operator, or a controller.
    Client,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Remove the gate.
    RemoveGate,
    /// Find a node.
    Bind,
    /// Admit the Pod, or refuse it.
    Admit,
    /// Pull the image, mount volumes, start the container.
    Start,
    /// Start the container again.
    Restart,
    /// Run hooks, send the stop signal, kill.
    Stop,
    /// Unmount volumes, and write the terminal phase.
    CleanUp,
    /// Send the final DELETE.
    FinalDelete,
    /// Remove the finalizer.
    RemoveFinalizer,
    /// Send a DELETE.
    Delete,
    /// Delete the Pod and find out why it was refused: nobody tries again.
    Replace,
}

impl Task {
    /// The rule that says so.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::RemoveGate => RuleId::CRE_21,
            Self::Bind => RuleId::CRE_24,
            Self::Admit => RuleId::CRE_40,
            Self::Start => RuleId::CRE_54,
            Self::Restart => RuleId::CTR_24,
            Self::Stop => RuleId::KUB_43,
            Self::CleanUp => RuleId::KUB_30,
            Self::FinalDelete => RuleId::KUB_35,
            Self::RemoveFinalizer => RuleId::DEL_16,
            Self::Delete => RuleId::DEL_13,
            Self::Replace => RuleId::CRE_42,
        }
    }
}

/// Who must act, in order.
pub(super) fn duties<'a>(stage: &Stage<'a>, case: &Case<'_, 'a>) -> Box<[Duty<'a>]> {
    let duty = |who, task| Duty { who, task, by: None };
    let kubelet = Actor::Kubelet(case.view.node.unwrap_or_default());
    match stage {
        Stage::Gated(gates) => {
            gates.iter().map(|gate| duty(Actor::OwnerOf(gate), Task::RemoveGate)).collect()
        }
        Stage::Unscheduled(_) => Box::new([duty(Actor::Scheduler, Task::Bind)]),
        Stage::Unseen(_) => Box::new([duty(kubelet, Task::Admit)]),
        Stage::Rejected(_) => Box::new([duty(Actor::Client, Task::Replace)]),
        Stage::Initializing { .. } | Stage::Starting { .. } => Box::new([duty(kubelet, Task::Start)]),
        Stage::CrashLoop { latest, .. } => Box::new([Duty { by: *latest, ..duty(kubelet, Task::Restart) }]),
        Stage::Running | Stage::Foreign(_) => Box::default(),
        Stage::Idle | Stage::Ended(..) => Box::new([duty(Actor::Client, Task::Delete)]),
        Stage::Terminating(hold) => holding(hold, case, kubelet),
    }
}

fn holding<'a>(hold: &Hold<'a>, case: &Case<'_, 'a>, kubelet: Actor<'a>) -> Box<[Duty<'a>]> {
    let duty = |who, task| Duty { who, task, by: None };
    let by_kubelet = |first: &[Duty<'a>]| {
        let last = [duty(kubelet, Task::CleanUp), duty(kubelet, Task::FinalDelete)];
        let owners = case.view.finalizers.iter();
        let owners = owners.map(|name| duty(Actor::OwnerOf(name), Task::RemoveFinalizer));
        first.iter().copied().chain(last).chain(owners).collect()
    };
    match hold {
        Hold::Mirror => Box::default(),
        Hold::Leftover => Box::new([duty(Actor::Client, Task::Delete)]),
        Hold::Finalizers(names) => {
            names.iter().map(|name| duty(Actor::OwnerOf(name), Task::RemoveFinalizer)).collect()
        }
        Hold::NodeGone => Box::new([duty(Actor::PodGc, Task::Delete)]),
        Hold::Stopping { latest } => by_kubelet(&[Duty { by: Some(*latest), ..duty(kubelet, Task::Stop) }]),
        Hold::NodeLost(_) | Hold::Overdue { .. } => by_kubelet(&[duty(kubelet, Task::Stop)]),
        Hold::CleaningUp { .. } => by_kubelet(&[]),
        Hold::Unconfirmed { .. } => by_kubelet(&[]),
    }
}
