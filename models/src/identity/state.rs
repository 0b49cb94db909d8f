//! The state: what is stored under the name or names, what runs on two nodes, and who is late.

use pod_lifecycle::Grace;
use pod_lifecycle::binding::Binding;
use pod_lifecycle::container::{Exit, ExitReason, Health, Instance};
use pod_lifecycle::controllers::pod_gc;
use pod_lifecycle::deletion::{self, Deletion, Finalizers};
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::worker::{self, Worker};

/// Which of the two incarnations that are alive. Names are given anew when the owner creates a Pod: the older one is
/// [`First`](Self::First), and who is gone has none, so that there may be any number one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uid {
    /// The older one, or the only one.
    First,
    /// The younger one.
    Second,
}

impl Uid {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

/// One of the two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The one that is taken first while both are alike.
    One,
    /// The other one.
    Two,
}

impl Node {
    /// Both.
    pub const ALL: [Self; 2] = [Self::One, Self::Two];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }
}

/// Who creates the Pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Always under the same name, once that is free (CTL-SS-01).
    StatefulSet,
    /// Each under a name of its own, once too few are active (CTL-RS-02).
    ReplicaSet,
}

/// The stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored {
    /// `deletionTimestamp` is set, with the grace of the Pod.
    pub deleting: bool,
    /// Its phase is `Failed`; else it is `Running`, or `Pending`, which nothing here tells apart.
    pub ended: bool,
}

impl Stored {
    /// A new Pod (CRE-03).
    pub const NEW: Self = Self { deleting: false, ended: false };

    /// `status.phase`.
    #[must_use]
    pub const fn phase(self) -> Phase {
        if self.ended { Phase::Failed } else { Phase::Running }
    }

    /// `deletionTimestamp` and `deletionGracePeriodSeconds`.
    #[must_use]
    pub fn deletion(self) -> Deletion {
        let grace = i64::try_from(Grace::DEFAULT.as_secs()).ok();
        Deletion::from_fields(self.deleting.then_some(DUE), grace.filter(|_| self.deleting))
    }

    /// What the pod worker reads of it.
    #[must_use]
    pub fn facts(self) -> worker::Facts {
        worker::Facts {
            phase: self.ended.then_some(Phase::Failed),
            deletion: self.deletion(),
            spec_grace: Some(Grace::DEFAULT),
            source: Source::Api,
        }
    }
}

/// The only stored time: no decision here reads its value (DEL-31).
const DUE: Time = Time::from_unix(1_000);

/// What runs of an incarnation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// Nothing has run, or nobody asks any more.
    None,
    /// Its process runs.
    Running,
    /// Its process has ended.
    Exited,
}

impl Process {
    /// As the runtime tells it.
    #[must_use]
    pub const fn instance(self) -> Option<Instance> {
        match self {
            Self::None => None,
            Self::Running => Some(Instance::Running(Health::GOOD)),
            Self::Exited => Some(Instance::Exited(EXIT)),
        }
    }
}

/// How a process ends here: by a signal, or with its machine.
pub(super) const EXIT: Exit = Exit { code: 137, reason: ExitReason::Other };

/// What an incarnation met that INV-40 and INV-41 take for granted does not happen. The first such thing counts, but an
/// erasure always: no watch tells of it. Nobody else reads this: it is there for the laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breach {
    /// None of it.
    None,
    /// A client removed it with grace 0.
    Forced,
    /// The Pod garbage collector chose it as an orphan.
    Orphaned,
    /// The Pod garbage collector chose it as one whose node is out of service.
    OutOfService,
    /// A DELETE by name with grace 0 removed it, which was decided on another incarnation.
    Mistaken,
    /// The store was set back to a time before it was created.
    Erased,
    /// Its kubelet began with a list of the past.
    Relisted,
}

/// One incarnation: its object, and what its node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Incarnation {
    /// What is stored.
    pub stored: Option<Stored>,
    /// `spec.nodeName`; it stays here when the object is gone.
    pub node: Option<Node>,
    /// Its process. Outlives the kubelet process.
    pub process: Process,
    /// What the kubelet last saw of the object.
    pub seen: Option<Stored>,
    /// The record of the pod worker.
    pub worker: Option<Worker>,
    /// The final DELETE of the kubelet is on its way. It outlives who sent it.
    pub sent: bool,
    /// What it met.
    pub breach: Breach,
}

impl Incarnation {
    /// Just created.
    pub const NEW: Self = Self {
        stored: Some(Stored::NEW),
        node: None,
        process: Process::None,
        seen: None,
        worker: None,
        sent: false,
        breach: Breach::None,
    };

    /// What the API server reads beside its deletion. The clamp of DEL-08 never applies: no shortened time is past.
    #[must_use]
    pub fn facts(&self, stored: Stored) -> deletion::Facts {
        deletion::Facts {
            now: Now::at(Time::from_unix(0)),
            binding: self.binding(),
            phase: Some(stored.phase()),
            spec_grace: Some(Grace::DEFAULT),
            finalizers: Finalizers::NONE,
        }
    }

    /// Whether it is bound.
    #[must_use]
    pub const fn binding(&self) -> Binding {
        match self.node {
            Some(_) => Binding::Bound,
            None => Binding::Unbound,
        }
    }

    /// Its process runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.process == Process::Running
    }
}

/// How far a kubelet process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It has not listed its Pods yet, or its machine is off.
    Listing,
    /// It has, and housekeeping has run.
    Synced,
}

/// The Node object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// Its condition `Ready` is `True`.
    Ready,
    /// It is not.
    NotReady,
    /// It was deleted.
    Absent,
}

/// A machine, its link and its Node object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    /// It runs.
    pub on: bool,
    /// Its kubelet reaches the API server. Of a machine that is off nobody asks: up.
    pub link: bool,
    /// How far its kubelet process has come.
    pub life: Life,
    /// The Node object.
    pub object: Object,
    /// It has the taint `node.kubernetes.io/out-of-service`.
    pub taint: bool,
    /// The Pod garbage collector has not seen that the node is ready again: it takes it for not ready and out of service.
    pub late: bool,
}

impl Machine {
    /// Nothing has happened to it.
    pub const FRESH: Self =
        Self { on: true, link: true, life: Life::Synced, object: Object::Ready, taint: false, late: false };

    /// Its kubelet runs and reaches the API server.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        self.on && self.link
    }

    /// The Node object as it is.
    #[must_use]
    pub const fn truth(&self) -> pod_gc::Node {
        let service = if self.taint { pod_gc::Service::OutOfService } else { pod_gc::Service::InService };
        match self.object {
            Object::Ready => pod_gc::Node::Known { health: pod_gc::Health::Ready, service },
            Object::NotReady => pod_gc::Node::Known { health: pod_gc::Health::NotReady, service },
            Object::Absent => pod_gc::Node::Missing(pod_gc::Search::Absent),
        }
    }

    /// The Node object as the Pod garbage collector sees it.
    #[must_use]
    pub const fn believed(&self) -> pod_gc::Node {
        if self.late {
            let (health, service) = (pod_gc::Health::NotReady, pod_gc::Service::OutOfService);
            return pod_gc::Node::Known { health, service };
        }
        self.truth()
    }
}

/// Whom a DELETE by name was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meant {
    /// This incarnation, which is stored.
    Stored(Uid),
    /// One that has left the store.
    Gone,
}

/// The whole state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Who creates the Pods; chosen anew whenever nothing is left.
    pub owner: Owner,
    /// The incarnations that are alive: stored, on a node, or remembered by somebody who will act.
    pub alive: [Option<Incarnation>; 2],
    /// The nodes.
    pub machines: [Machine; 2],
    /// An API server's cache has stood still since this incarnation was bound, and neither deleting nor terminal.
    pub past: Option<Uid>,
    /// The DELETE of the Pod garbage collector is to come (CTL-PGC-06).
    pub collecting: Option<Meant>,
    /// A plain DELETE of another controller is on its way.
    pub late: Option<Meant>,
    /// So many faults are still to come.
    pub faults_left: u8,
}

impl State {
    /// Nothing is there, and nothing will go wrong.
    pub const EMPTY: Self = Self {
        owner: Owner::StatefulSet,
        alive: [None; 2],
        machines: [Machine::FRESH; 2],
        past: None,
        collecting: None,
        late: None,
        faults_left: 0,
    };

    /// This incarnation, if it is alive.
    #[must_use]
    pub const fn of(&self, uid: Uid) -> Option<Incarnation> {
        let [first, second] = self.alive;
        match uid {
            Uid::First => first,
            Uid::Second => second,
        }
    }

    /// This state with that replaced.
    #[must_use]
    pub const fn with(mut self, uid: Uid, incarnation: Incarnation) -> Self {
        let [first, second] = self.alive;
        self.alive = match uid {
            Uid::First => [Some(incarnation), second],
            Uid::Second => [first, Some(incarnation)],
        };
        self
    }

    /// A node.
    #[must_use]
    pub const fn machine(&self, node: Node) -> Machine {
        let [one, two] = self.machines;
        match node {
            Node::One => one,
            Node::Two => two,
        }
    }

    /// This state with that node replaced.
    #[must_use]
    pub const fn with_machine(mut self, node: Node, machine: Machine) -> Self {
        let [one, two] = self.machines;
        self.machines = match node {
            Node::One => [machine, two],
            Node::Two => [one, machine],
        };
        self
    }

    /// The node of this incarnation.
    #[must_use]
    pub fn host(&self, uid: Uid) -> Option<Machine> {
        self.of(uid)?.node.map(|node| self.machine(node))
    }

    /// What is stored of this incarnation.
    #[must_use]
    pub fn stored(&self, uid: Uid) -> Option<Stored> {
        self.of(uid)?.stored
    }

    /// Who has the name that this incarnation had or has.
    #[must_use]
    pub fn named_as(&self, uid: Uid) -> Option<Uid> {
        let has_it = |uid: &Uid| self.stored(*uid).is_some();
        match self.owner {
            Owner::StatefulSet => Uid::ALL.into_iter().find(has_it),
            Owner::ReplicaSet => Some(uid).filter(has_it),
        }
    }

    /// Whether anything of an incarnation is bound to this node.
    #[must_use]
    pub fn is_occupied(&self, node: Node) -> bool {
        self.alive.iter().flatten().any(|incarnation| incarnation.node == Some(node))
    }
}
