//! Where a Pod is, in words, and who must act.

use std::fmt;

use super::{Case, Sign};
use crate::container::{ContainerState, Role};
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
        wait: Option<Wait<'a>>,
        /// How many init containers are done, of how many.
        counts: (usize, usize),
    },
    /// A container waits for its start.
    Starting {
        /// The container.
        container: &'a str,
        /// Why.
        wait: Wait<'a>,
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
    },
    /// It runs, and is ready.
    Running,
    /// It runs, and is not ready.
    Unready,
    /// It ran when last heard of; its node does not answer.
    Unreachable(&'a str),
    /// Its Node is gone, whatever the machine does.
    Orphaned(&'a str),
    /// Its phase says that it runs, and nothing runs.
    Idle,
    /// It has ended, and nobody has deleted it.
    Ended(Phase, &'a str),
    /// It is being deleted.
    Terminating(Hold<'a>),
    /// Its phase is none of the five.
    Foreign(&'a str),
}

/// Why a container waits for its start, by `waiting.reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wait<'a> {
    /// Volumes, sandbox or image are on their way, or others go first.
    Others,
    /// Its image is not pulled.
    Image(&'a str),
    /// Something that its spec names is missing or wrong.
    Config(&'a str),
    /// The runtime could not create or start it.
    Runtime(&'a str),
    /// Another reason.
    Other(&'a str),
}

impl<'a> Wait<'a> {
    /// Reads `waiting.reason`.
    pub(super) fn of(reason: &'a str) -> Self {
        match reason {
            "" | "ContainerCreating" | "PodInitializing" => Self::Others,
            "ImagePullBackOff"
            | "ErrImagePull"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => Self::Image(reason),
            "CreateContainerConfigError" | "ErrImageNeverPull" | "InvalidImageName" => Self::Config(reason),
            "CreateContainerError"
            | "RunContainerError"
            | "PreCreateHookError"
            | "PreStartHookError"
            | "PostStartHookError" => Self::Runtime(reason),
            _ => Self::Other(reason),
        }
    }

    /// The rule behind it.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Others => RuleId::CRE_50,
            Self::Image(_) => RuleId::CTR_29,
            Self::Config(_) | Self::Runtime(_) | Self::Other(_) => RuleId::CRE_54,
        }
    }
}

impl fmt::Display for Wait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Others => f.write_str("volumes, sandbox or image are on their way"),
            Self::Image(reason) => write!(f, "its image cannot be pulled ({reason})"),
            Self::Config(reason) => write!(f, "what its spec names is missing or wrong ({reason})"),
            Self::Runtime(reason) => write!(f, "the runtime cannot start it ({reason})"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

/// How far the stop of the containers can have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stopping<'a> {
    /// A preStop hook may still run.
    Hook {
        /// Whose.
        container: &'a str,
        /// Until when, at the latest.
        until: Time,
    },
    /// A sidecar may still wait for the others.
    Turn {
        /// Which.
        container: &'a str,
        /// Until when, at the latest.
        until: Time,
    },
    /// Everything has its stop signal.
    Signalled,
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
        /// How far it can have come.
        stage: Stopping<'a>,
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
    /// Whether this sign bears on it.
    pub(super) const fn is_about(&self, sign: Sign) -> bool {
        match self {
            Self::Unscheduled(_) => matches!(sign, Sign::Unschedulable),
            Self::Initializing { .. } | Self::Starting { .. } => matches!(
                sign,
                Sign::Volumes | Sign::Sandbox | Sign::Image | Sign::Start | Sign::PostStart | Sign::Probe
            ),
            Self::CrashLoop { .. } => matches!(sign, Sign::Probe | Sign::PostStart | Sign::Start),
            Self::Unready => matches!(sign, Sign::Probe),
            Self::Unreachable(_) | Self::Orphaned(_) => {
                matches!(sign, Sign::NodeNotReady | Sign::TaintEviction)
            }
            Self::Ended(..) | Self::Rejected(_) => matches!(sign, Sign::Evicted | Sign::Preempted),
            Self::Terminating(hold) => hold.is_about(sign),
            Self::Gated(_) | Self::Unseen(_) | Self::Running | Self::Idle | Self::Foreign(_) => false,
        }
    }

    /// The rule behind the answer.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::Gated(_) => RuleId::CRE_21,
            Self::Unscheduled(_) => RuleId::CRE_23,
            Self::Unseen(_) => RuleId::CRE_40,
            Self::Rejected(_) => RuleId::CRE_42,
            Self::Initializing {
                wait: Some(wait @ (Wait::Image(_) | Wait::Config(_) | Wait::Runtime(_))),
                ..
            } => wait.rule(),
            Self::Initializing { .. } => RuleId::CRE_53,
            Self::Starting { wait, .. } => wait.rule(),
            Self::CrashLoop { .. } => RuleId::CTR_24,
            Self::Running => RuleId::PHA_04,
            Self::Unready => RuleId::CTR_54,
            Self::Unreachable(_) => RuleId::CTL_NOD_03,
            Self::Orphaned(_) => RuleId::CTL_PGC_04,
            Self::Idle => RuleId::CTR_16,
            Self::Ended(..) => RuleId::LIV_06,
            Self::Foreign(_) => RuleId::OBJ_31,
            Self::Terminating(hold) => hold.rule(),
        }
    }
}

impl Hold<'_> {
    const fn is_about(&self, sign: Sign) -> bool {
        match self {
            Self::NodeGone | Self::NodeLost(_) => matches!(sign, Sign::NodeNotReady),
            Self::Stopping { .. } | Self::Overdue { .. } => matches!(sign, Sign::PreStop | Sign::Stop),
            Self::CleaningUp { .. } => matches!(sign, Sign::Stop | Sign::Volumes),
            Self::Mirror | Self::Leftover | Self::Finalizers(_) | Self::Unconfirmed { .. } => false,
        }
    }

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
            Self::Initializing { container, wait, counts: (done, all) } => {
                write!(f, "initializing: {container} is not through ({done} of {all} init containers done)")?;
                wait.map_or(Ok(()), |wait| write!(f, ": {wait}"))
            }
            Self::Starting { container, wait } => write!(f, "{container} waits for its start: {wait}"),
            Self::CrashLoop { container, code, restarts, earliest, latest } => {
                write!(f, "{container} ends again and again")?;
                if let Some(code) = code {
                    write!(f, ", last with exit code {code}")?;
                }
                write!(f, " (restart count {restarts})")?;
                match (earliest, latest) {
                    (Some(earliest), Some(latest)) if earliest == latest => {
                        write!(f, "; its next start is due at {latest}")
                    }
                    (Some(earliest), Some(latest)) => {
                        write!(f, "; its next start is due between {earliest} and {latest}")
                    }
                    (None, _) | (_, None) => Ok(()),
                }
            }
            Self::Running => f.write_str("running, as it should"),
            Self::Unready => f.write_str("running, but not ready: no traffic reaches it"),
            Self::Unreachable(node) => {
                write!(f, "its node {node} does not answer: what is told of its containers is old")
            }
            Self::Orphaned(node) => {
                write!(f, "its Node {node} is gone: the Pod garbage collector ends and removes it")
            }
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
            Self::Stopping { latest, stage } => {
                write!(f, "its containers are stopping, and have until {latest}: ")?;
                match stage {
                    Stopping::Hook { container, until } => {
                        write!(f, "the preStop hook of {container} may run until {until}")
                    }
                    Stopping::Turn { container, until } => {
                        write!(f, "the sidecar {container} may wait for the others until {until}")
                    }
                    Stopping::Signalled => f.write_str("all have their stop signal, SIGKILL comes then"),
                }
            }
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
                write!(
                    f,
                    "it has ended, but for {late} s the kubelet has not sent its final DELETE, and a plain one changes nothing"
                )
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
    /// Taint eviction.
    TaintEviction,
    /// This container of the Pod.
    Container(&'a str),
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
    /// Mount volumes, start the container.
    Start,
    /// Exit with code 0: an init container.
    Finish,
    /// Become started: a sidecar, by its startup probe if it has one.
    Started,
    /// Pull the image.
    Pull,
    /// Put right what the spec names.
    Repair,
    /// Answer again.
    Return,
    /// Delete a Pod of a node that stays away.
    Evict,
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
            Self::Start | Self::Repair => RuleId::CRE_54,
            Self::Pull => RuleId::CTR_29,
            Self::Finish | Self::Started => RuleId::CRE_53,
            Self::Return => RuleId::LIV_04,
            Self::Evict => RuleId::CTL_TNT_03,
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
        Stage::Initializing { wait: Some(wait), .. } | Stage::Starting { wait, .. } => match wait {
            Wait::Others | Wait::Runtime(_) | Wait::Other(_) => Box::new([duty(kubelet, Task::Start)]),
            Wait::Image(_) => Box::new([duty(kubelet, Task::Pull), duty(kubelet, Task::Start)]),
            Wait::Config(_) => Box::new([duty(Actor::Client, Task::Repair), duty(kubelet, Task::Start)]),
        },
        Stage::Initializing { container, wait: None, .. } => {
            let mut all = case.view.containers.iter();
            let current = all.find(|it| it.name == *container).map(|it| (it.role, it.state));
            let first = match current {
                Some((Role::Init, ContainerState::Running(_))) => {
                    duty(Actor::Container(container), Task::Finish)
                }
                Some((Role::Sidecar, ContainerState::Running(_))) => {
                    duty(Actor::Container(container), Task::Started)
                }
                Some(_) | None => duty(kubelet, Task::Start),
            };
            Box::new([first])
        }
        Stage::CrashLoop { latest, .. } => Box::new([Duty { by: *latest, ..duty(kubelet, Task::Restart) }]),
        Stage::Unreachable(_) => {
            Box::new([duty(kubelet, Task::Return), duty(Actor::TaintEviction, Task::Evict)])
        }
        Stage::Orphaned(_) => Box::new([duty(Actor::PodGc, Task::Delete)]),
        Stage::Running | Stage::Unready | Stage::Foreign(_) => Box::default(),
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
        Hold::Stopping { latest, .. } => {
            by_kubelet(&[Duty { by: Some(*latest), ..duty(kubelet, Task::Stop) }])
        }
        Hold::NodeLost(_) => by_kubelet(&[duty(kubelet, Task::Return), duty(kubelet, Task::Stop)]),
        Hold::Overdue { .. } => by_kubelet(&[duty(kubelet, Task::Stop)]),
        Hold::CleaningUp { .. } => by_kubelet(&[]),
        Hold::Unconfirmed { .. } => by_kubelet(&[]),
    }
}
