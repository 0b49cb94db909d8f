//! Admission by the kubelet: whether a bound Pod is taken on, and what becomes of one that is not
//! (CRE-40 … CRE-46).
//!
//! *Expected flow*: for each Pod that is new to this kubelet process, oldest first, [`needed`]; then [`admit`] with
//! the answers of the handlers, of which the fit predicates count the Pods that have [`room`]. A rejected Pod gets [`Rejected::PHASE`] and no worker. It is never tried again;
//! if it is deleted, [`pushes_through`] lets housekeeping finish it.

use std::fmt;

use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::worker::{Housekeeping, Kind, Mirror, Question, Worker, is_critical};

/// Whether the handlers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    /// They are, for a running Pod too if this process has just started.
    Asked,
    /// The Pod has ended, or its termination was requested.
    Skipped,
}

/// Whether a Pod that is new in the kubelet's view goes through admission (CRE-40). `phase` is the stored one,
/// `record` what the pod worker knows.
///
/// ```
/// use pod_lifecycle::Phase;
/// use pod_lifecycle::kubelet_admission::{Need, needed};
/// // After a restart of the kubelet a running Pod is admitted again, and may be rejected (CRE-45).
/// assert_eq!(needed(Some(Phase::Running), None), Need::Asked);
/// assert_eq!(needed(Some(Phase::Succeeded), None), Need::Skipped);
/// ```
#[must_use]
pub fn needed(phase: Option<Phase>, record: Option<Worker>) -> Need {
    let ended = phase.is_some_and(Phase::is_terminal);
    // An unknown UID has no request, whether or not housekeeping has run.
    if ended || Question::TerminationRequested.answer(record, Housekeeping::Done) {
        Need::Skipped
    } else {
        Need::Asked
    }
}

/// Who may reject a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handler {
    /// Support for the resize that the Pod asks for.
    ResizeSupport,
    /// Node-pressure eviction.
    Eviction,
    /// Unsafe sysctls.
    Sysctls,
    /// Topology, CPU, memory and device managers.
    ResourceManagers,
    /// The fit predicates of the node, with preemption for critical Pods.
    Predicates,
    /// `AppArmor`, on Linux.
    AppArmor,
    /// Features that the Pod needs.
    PodFeatures,
    /// Features that the node declares.
    DeclaredFeatures,
    /// Graceful node shutdown (KUB-68).
    NodeShutdown,
}

impl Handler {
    /// In the order in which they are asked (CRE-41).
    pub const ORDER: [Self; 9] = [
        Self::ResizeSupport,
        Self::Eviction,
        Self::Sysctls,
        Self::ResourceManagers,
        Self::Predicates,
        Self::AppArmor,
        Self::PodFeatures,
        Self::DeclaredFeatures,
        Self::NodeShutdown,
    ];
}

/// Why the kubelet rejects a Pod: `status.reason` of the rejected Pod (CRE-43).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason<'a> {
    /// The node is under pressure.
    Evicted,
    /// A sysctl that is not allowed.
    SysctlForbidden,
    /// No aligned resources.
    TopologyAffinityError,
    /// A handler failed; a device plugin that is not back after a restart, for example.
    UnexpectedAdmissionError,
    /// `OutOf` and the resource: `cpu`, `memory`, `ephemeral-storage`, `pods` or an extended one.
    OutOf(&'a str),
    /// The node does not match selector or affinity.
    NodeAffinity,
    /// `spec.nodeName` names another node.
    NodeName,
    /// A host port is taken.
    NodePorts,
    /// A `NoExecute` taint is not tolerated; never for static Pods.
    TaintToleration,
    /// The kubelet cannot tell what its node is.
    InvalidNodeInfo,
    /// The operating system's label does not match.
    PodOSSelectorNodeLabelDoesNotMatch,
    /// Another operating system.
    PodOSNotSupported,
    /// The policy for supplemental groups is not supported.
    SupplementalGroupsPolicyNotSupported,
    /// The profile cannot be used.
    AppArmor,
    /// Resources for the whole Pod are not supported.
    PodLevelResourcesNotSupported,
    /// A feature is not supported.
    PodFeatureUnsupported,
    /// The node shuts down.
    NodeShutdown,
    /// More volumes than the node can attach; found while mounting.
    VolumeAttachmentLimitExceeded,
}

impl Reason<'_> {
    const PLAIN: [(&'static str, Reason<'static>); 17] = [
        ("Evicted", Reason::Evicted),
        ("SysctlForbidden", Reason::SysctlForbidden),
        ("TopologyAffinityError", Reason::TopologyAffinityError),
        ("UnexpectedAdmissionError", Reason::UnexpectedAdmissionError),
        ("NodeAffinity", Reason::NodeAffinity),
        ("NodeName", Reason::NodeName),
        ("NodePorts", Reason::NodePorts),
        ("TaintToleration", Reason::TaintToleration),
        ("InvalidNodeInfo", Reason::InvalidNodeInfo),
        ("PodOSSelectorNodeLabelDoesNotMatch", Reason::PodOSSelectorNodeLabelDoesNotMatch),
        ("PodOSNotSupported", Reason::PodOSNotSupported),
        ("SupplementalGroupsPolicyNotSupported", Reason::SupplementalGroupsPolicyNotSupported),
        ("AppArmor", Reason::AppArmor),
        ("PodLevelResourcesNotSupported", Reason::PodLevelResourcesNotSupported),
        ("PodFeatureUnsupported", Reason::PodFeatureUnsupported),
        ("NodeShutdown", Reason::NodeShutdown),
        ("VolumeAttachmentLimitExceeded", Reason::VolumeAttachmentLimitExceeded),
    ];
}

impl<'a> Reason<'a> {
    /// Reads a `status.reason`; `None` if it is none of the rejection reasons (CRE-43).
    ///
    /// ```
    /// use pod_lifecycle::kubelet_admission::Reason;
    /// assert_eq!(Reason::parse("OutOfcpu"), Some(Reason::OutOf("cpu")));
    /// assert_eq!(Reason::parse("DeadlineExceeded"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        match text.strip_prefix("OutOf") {
            Some("") => None,
            Some(resource) => Some(Self::OutOf(resource)),
            None => Self::PLAIN.into_iter().find(|(name, _)| *name == text).map(|(_, reason)| reason),
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::OutOf(resource) = self {
            return write!(f, "OutOf{resource}");
        }
        let name = Self::PLAIN.iter().find(|(_, reason)| reason == self).map(|(name, _)| name);
        f.write_str(name.copied().unwrap_or_default())
    }
}

/// A Pod that this kubelet does not take on, for good (CRE-42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("Pod was rejected: {reason}")]
pub struct Rejected<'a> {
    /// Who said no first.
    pub handler: Handler,
    /// `status.reason`.
    pub reason: Reason<'a>,
}

impl Rejected<'_> {
    /// The phase that is written, with the reason and a message that begins with [`MESSAGE`](Self::MESSAGE). No
    /// container statuses go with it; conditions of others stay (CRE-42, PHA-31).
    pub const PHASE: Phase = Phase::Failed;
    /// How `status.message` begins.
    pub const MESSAGE: &'static str = "Pod was rejected: ";
}

/// Asks the handlers in their order; the first rejection wins, and later ones are not asked (CRE-41).
///
/// # Errors
/// [`Rejected`] if the Pod is not taken on.
///
/// ```
/// use pod_lifecycle::kubelet_admission::{Handler, Reason, admit};
/// let full_and_shutting_down = |handler| match handler {
///     Handler::Predicates => Some(Reason::OutOf("cpu")),
///     Handler::NodeShutdown => Some(Reason::NodeShutdown),
///     _ => None,
/// };
/// assert_eq!(admit(full_and_shutting_down).unwrap_err().to_string(), "Pod was rejected: OutOfcpu");
/// assert_eq!(admit(|_| None), Ok(()));
/// ```
pub fn admit<'a>(mut ask: impl FnMut(Handler) -> Option<Reason<'a>>) -> Result<(), Rejected<'a>> {
    for handler in Handler::ORDER {
        if let Some(reason) = ask(handler) {
            return Err(Rejected { handler, reason });
        }
    }
    Ok(())
}

/// Whether a Pod that the kubelet knows has its resources while another one asks for admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// It has them.
    Taken,
    /// It has none any more.
    Free,
}

/// Whether a Pod that the kubelet has from its sources counts when the fit predicates look for room (CRE-41). `seen` is the
/// phase that the kubelet last read, `cached` the one in its status cache, which for a rejected Pod is
/// [`Rejected::PHASE`], `record` what the pod worker knows.
///
/// A Pod that has ended is one that is still being stopped as long as its worker says so (KUB-28). One that has left the
/// sources, say by a forced DELETE, is not even asked about.
///
/// ```
/// use pod_lifecycle::Phase;
/// use pod_lifecycle::kubelet_admission::{Rejected, Room, room};
/// let running = Some(Phase::Running);
/// assert_eq!(room(running, running, None), Room::Taken);
/// assert_eq!(room(Some(Phase::Succeeded), running, None), Room::Free);
/// assert_eq!(room(running, Some(Rejected::PHASE), None), Room::Free);
/// ```
#[must_use]
pub fn room(seen: Option<Phase>, cached: Option<Phase>, record: Option<Worker>) -> Room {
    let asks = |question: Question| question.answer(record, Housekeeping::Done);
    let ended = [seen, cached].into_iter().flatten().any(Phase::is_terminal);
    if asks(Question::KnownTerminated) || (ended && !asks(Question::TerminationRequested)) {
        Room::Free
    } else {
        Room::Taken
    }
}

/// What a Pod lacks on its node, as the fit predicates say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lacks {
    /// Resources only: room could be made.
    Resources,
    /// Something that no preemption gives.
    Else,
}

/// Whether others are preempted for a Pod that does not fit (CRE-44). The victims get
/// [`Killer::Preemption`](crate::worker::Killer::Preemption).
///
/// ```
/// use pod_lifecycle::kubelet_admission::{Lacks, preempts};
/// use pod_lifecycle::phase::Source;
/// use pod_lifecycle::worker::Mirror;
/// let asks = |priority, lacks| preempts(Source::Api, Mirror::Original, Some(priority), lacks);
/// assert!(asks(2_000_000_000, Lacks::Resources));
/// assert!(!asks(2_000_000_000, Lacks::Else) && !asks(0, Lacks::Resources));
/// ```
#[must_use]
pub fn preempts(source: Source, mirror: Mirror, priority: Option<i32>, lacks: Lacks) -> bool {
    match lacks {
        Lacks::Resources => is_critical(source, mirror, priority),
        Lacks::Else => false,
    }
}

/// Whether anything of a Pod is left in the container runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InRuntime {
    /// Something runs.
    Running,
    /// Nothing does.
    Gone,
}

/// Whether housekeeping pushes a Pod that no worker has through one, so that its final DELETE is sent: a rejected
/// one that is deleting, and one that ended before this kubelet started (CRE-46).
///
/// ```
/// use pod_lifecycle::kubelet_admission::{InRuntime, Rejected, pushes_through};
/// use pod_lifecycle::{Deletion, Time};
/// let deleting = Deletion::from_fields(Some(Time::from_unix(0)), Some(30));
/// assert!(pushes_through(Rejected::PHASE, deleting, None, InRuntime::Gone));
/// assert!(!pushes_through(Rejected::PHASE, Deletion::Live, None, InRuntime::Gone));
/// ```
#[must_use]
pub const fn pushes_through(
    stored: Phase,
    deletion: Deletion,
    record: Option<Worker>,
    runtime: InRuntime,
) -> bool {
    match (record, runtime) {
        (None, InRuntime::Gone) => stored.is_terminal() && deletion.is_deleting(),
        (Some(_), _) | (None, InRuntime::Running) => false,
    }
}

/// With which update housekeeping gives a listed Pod that no worker knows to one; `None` if to none, and what runs of it
/// is an orphan then (KUB-60). `listed` is the phase that the API shows, `held` that of the status that this kubelet
/// process keeps itself, such as the one of a Pod that it rejected.
///
/// What has not ended is synced as if it were new, but without admission: a Pod that came again while its worker ended
/// (KUB-66), or one that was stopped as an orphan before it was listed. That is no rule of its own: it comes from the source of
/// the kubelet (`pkg/kubelet/kubelet_pods.go#Kubelet.HandlePodCleanups`, `#Kubelet.filterOutInactivePods`), and KUB-27, the same
/// pass over the records, is the nearest one. What has ended is finished if [`pushes_through`] asks for it (CRE-46).
///
/// ```
/// use pod_lifecycle::kubelet_admission::{InRuntime, Rejected, takes_up};
/// use pod_lifecycle::worker::Kind;
/// use pod_lifecycle::{Deletion, Phase};
/// let runs = |held| takes_up(Phase::Running, held, Deletion::Live, None, InRuntime::Running);
/// assert_eq!(runs(None), Some(Kind::Create));
/// assert_eq!(runs(Some(Rejected::PHASE)), None);
/// ```
#[must_use]
pub fn takes_up(
    listed: Phase,
    held: Option<Phase>,
    deletion: Deletion,
    record: Option<Worker>,
    runtime: InRuntime,
) -> Option<Kind> {
    match (record, room(Some(listed), held, record)) {
        (None, Room::Taken) => Some(Kind::Create),
        (None, Room::Free) if pushes_through(listed, deletion, record, runtime) => Some(Kind::Kill),
        (None, Room::Free) | (Some(_), _) => None,
    }
}
