//! A path as a watcher sees it: the stream that `kubectl get pods -w -o json --output-watch-events` prints.

use pod_lifecycle::binding::Gates;
use pod_lifecycle::container::{Exit, ExitReason, RestartPolicy, Role};
use pod_lifecycle::deletion::Finalizers;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::{Grace, Time};
use serde_json::{Map, Value, json};

use crate::law::{Protocol, Taken};

/// The most containers that a model tells of.
pub const CONTAINERS_MAX: usize = 3;

/// The most Pods that are stored at a time.
pub const STORED_MAX: usize = 2;

/// A stored Pod as far as a model has it. What it leaves out has the value that an API server gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Whether its name was chosen for it.
    pub name: Name,
    /// It has the UID of the Pod that was removed last, which only a mistake can make (INV-02).
    pub returned: bool,
    /// `deletionGracePeriodSeconds`; `deletionTimestamp` is set with it.
    pub grace: Option<Given>,
    /// `metadata.finalizers`.
    pub finalizers: Finalizers,
    /// `metadata.generation`, where it is modelled.
    pub generation: Option<u8>,
    /// `spec.nodeName`.
    pub node: Option<&'static str>,
    /// `spec.schedulingGates`.
    pub gates: Gates,
    /// `spec.restartPolicy`.
    pub policy: RestartPolicy,
    /// `status.phase`; `None` where it is not terminal and the model tells no more.
    pub phase: Option<Phase>,
    /// The Pod garbage collector writes the condition `DisruptionTarget`, which stays (PHA-31).
    pub disrupted: bool,
    /// The containers, with their status entries.
    pub containers: [Option<Container>; CONTAINERS_MAX],
}

/// How a Pod got its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// All bear the same, one after another.
    Fixed,
    /// Each has one of its own (CRE-02).
    Generated,
}

/// The grace of a Pod that is being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Given {
    /// This.
    Is(Grace),
    /// What the API server gives a DELETE that names none: that of the spec, or 0 if the Pod has ended (DEL-05).
    ByDefault,
}

/// A container of the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Container {
    /// Which list holds it, and whether it is a sidecar.
    pub role: Role,
    /// Its own `restartPolicy`; that of a sidecar is not told here.
    pub policy: Option<RestartPolicy>,
    /// Its status entry; none if the status has none.
    pub entry: Option<Entry>,
}

impl Container {
    /// A regular container of which no status is told.
    pub const PLAIN: Self = Self { role: Role::Regular, policy: None, entry: None };
}

/// A status entry. When a container ran is not told: no model that has a store has a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// `state.waiting`.
    Waiting,
    /// `state.waiting`, and `lastState.terminated`.
    After(Exit),
    /// `state.running`.
    Running {
        /// `started`.
        started: bool,
        /// `lastState.terminated`.
        last: Option<Exit>,
    },
    /// `state.terminated`.
    Terminated(Exit),
}

/// What happened to a stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It was created.
    Added,
    /// It was changed.
    Modified,
    /// It took the place of another of its name, which only a mistake can make (CRE-01).
    Replaced,
    /// It was removed.
    Deleted,
    /// It was lost with the store, and no watch tells it.
    Lost,
}

/// One event: what happened to which Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: Kind,
    /// How many of the Pods that were stored before it are older.
    pub older: usize,
    /// The Pod as it is stored now, or was last.
    pub object: Object,
}

/// What a watcher sees of one step.
pub type Seen = [Option<Event>; 2];

/// What a step changed where only one Pod can be stored.
///
/// No step replaces a Pod by another: the name is free between them (CRE-01).
#[must_use]
pub fn seen(before: Option<Object>, after: Option<Object>) -> Seen {
    let event = |kind, object| [Some(Event { kind, older: 0, object }), None];
    match (before, after) {
        (None, Some(new)) => event(Kind::Added, new),
        (Some(old), Some(new)) if old != new => event(Kind::Modified, new),
        (Some(old), None) => event(Kind::Deleted, old),
        (None | Some(_), _) => [None; 2],
    }
}

/// The writer of a stream: it gives UIDs, times and resourceVersions to what a model leaves abstract.
///
/// Each Pod lives through one hour of its own. Its deletion takes no time, so that no shortened grace is past: where the
/// model has clamped it to 1 (DEL-08), a DELETE with 1 would have said the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Writer {
    /// So many Pods were created.
    created: u32,
    /// So many changes were stored; none if they are not numbered.
    version: Option<u32>,
    /// What was written of the Pods that are stored, the oldest first.
    stored: [Option<Written>; STORED_MAX],
}

/// What was written of a Pod and does not follow from its next state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Written {
    /// It was created as this one.
    number: u32,
    /// Its deletion: the time, in seconds after the creation, and the grace.
    due: Option<(u64, u64)>,
    phase: Phase,
    disrupted: bool,
    /// Some container was more than waiting: until then no kubelet need have written an entry.
    told: bool,
    /// Which containers have run again, at least once.
    again: [bool; CONTAINERS_MAX],
}

impl Written {
    const fn new(number: u32) -> Self {
        let again = [false; CONTAINERS_MAX];
        Self { number, due: None, phase: Phase::Pending, disrupted: false, told: false, again }
    }

    /// After this state.
    fn then(mut self, object: &Object) -> Self {
        self.phase = object.phase.unwrap_or(match self.phase {
            // Only a kubelet writes over a terminal phase, of a Pod that it runs.
            Phase::Succeeded | Phase::Failed => Phase::Running,
            before @ (Phase::Pending | Phase::Running | Phase::Unknown) => before,
        });
        let grace = object.grace.map(|given| match given {
            Given::Is(grace) => grace.as_secs(),
            Given::ByDefault => match self.due {
                Some((_, before)) => before,
                None if self.phase.is_terminal() => 0,
                None => Grace::DEFAULT.as_secs(),
            },
        });
        self.due = grace.map(|grace| match self.due {
            Some((due, before)) => (due.saturating_sub(before.saturating_sub(grace)), grace),
            None => (DELETED_AT + grace, grace),
        });
        self.disrupted |= object.disrupted;
        for (again, container) in self.again.iter_mut().zip(object.containers) {
            let Some(entry) = container.and_then(|container| container.entry) else { continue };
            self.told |= entry != Entry::Waiting;
            *again |= matches!(entry, Entry::Running { last: Some(_), .. });
        }
        self
    }
}

const HOUR: u64 = 3_600;
/// When a deletion happens, in seconds after the creation. What went before fits between.
const DELETED_AT: u64 = 1_800;
/// 2026-01-01T00:00:00Z
const EPOCH: u64 = 1_767_225_600;

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// It has written nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { created: 0, version: Some(0), stored: [None; STORED_MAX] }
    }

    /// One that gives no resourceVersions, so that what it writes of a cycle is the same each time.
    #[must_use]
    pub const fn unversioned() -> Self {
        Self { version: None, ..Self::new() }
    }

    /// Writes the next watch event; `None` if no watch tells it.
    pub fn write(&mut self, event: &Event) -> Option<Value> {
        let object = &event.object;
        self.version = self.version.map(|version| version + 1);
        let known = self.stored.get(event.older).copied().flatten();
        let written = match (event.kind, known) {
            (Kind::Modified | Kind::Deleted | Kind::Lost, Some(known)) => known,
            (Kind::Added | Kind::Replaced, _) | (_, None) => {
                self.created += u32::from(!object.returned);
                Written::new(self.created)
            }
        }
        .then(object);
        if let Some(place) = self.stored.get_mut(event.older) {
            *place = Some(written);
        }
        let kind = match event.kind {
            Kind::Added => "ADDED",
            Kind::Modified | Kind::Replaced => "MODIFIED",
            Kind::Deleted | Kind::Lost => {
                let gone = self.stored.iter_mut().skip(event.older);
                let _ = gone.rev().fold(None, |younger, place| std::mem::replace(place, younger));
                "DELETED"
            }
        };
        (event.kind != Kind::Lost).then(|| {
            json!({ "type": kind, "object": {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": self.metadata(object, &written),
                "spec": spec(object),
                "status": status(object, &written),
            }})
        })
    }

    fn metadata(&self, object: &Object, written: &Written) -> Value {
        let time = |seconds| {
            let unix = EPOCH + u64::from(written.number) * HOUR + seconds;
            Time::from_unix(i64::try_from(unix).unwrap_or(i64::MAX)).to_string()
        };
        let mut metadata = Map::new();
        let name = match object.name {
            Name::Fixed => "pod".to_owned(),
            Name::Generated => format!("pod-{}", written.number),
        };
        metadata.insert("name".into(), name.into());
        metadata.insert("namespace".into(), "default".into());
        metadata.insert("uid".into(), format!("00000000-0000-4000-8000-{:012}", written.number).into());
        if let Some(version) = self.version {
            metadata.insert("resourceVersion".into(), version.to_string().into());
        }
        metadata.insert("creationTimestamp".into(), time(0).into());
        if let Some(generation) = object.generation {
            metadata.insert("generation".into(), generation.into());
        }
        if let Some((due, grace)) = written.due {
            metadata.insert("deletionTimestamp".into(), time(due).into());
            metadata.insert("deletionGracePeriodSeconds".into(), grace.into());
        }
        let known = [
            (Finalizers::ORPHAN, "orphan"),
            (Finalizers::FOREGROUND, "foregroundDeletion"),
            (Finalizers::other(0), "example.com/held"),
        ];
        let finalizers: Vec<_> =
            known.iter().filter(|(set, _)| object.finalizers.contains(*set)).map(|(_, name)| *name).collect();
        if !finalizers.is_empty() {
            metadata.insert("finalizers".into(), finalizers.into());
        }
        metadata.into()
    }
}

fn status(object: &Object, written: &Written) -> Value {
    let mut status = Map::new();
    status.insert("phase".into(), written.phase.to_string().into());
    if written.disrupted {
        let condition = json!({ "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC" });
        status.insert("conditions".into(), json!([condition]));
    }
    for list in [List::Init, List::Main].into_iter().filter(|_| written.told) {
        let entries: Vec<_> = list
            .of(object)
            .filter_map(|(place, container)| Some(entry(place, container.entry?, written)))
            .collect();
        if !entries.is_empty() {
            status.insert(list.statuses().into(), entries.into());
        }
    }
    status.into()
}

fn entry(place: usize, entry: Entry, written: &Written) -> Value {
    let ended = |exit: Exit| {
        let reason = match (exit.reason, exit.code) {
            (ExitReason::ContainerStatusUnknown, _) => "ContainerStatusUnknown",
            (_, 0) => "Completed",
            (_, _) => "Error",
        };
        json!({ "terminated": { "exitCode": exit.code, "reason": reason } })
    };
    let waiting = |reason: &str| json!({ "waiting": { "reason": reason } });
    let running = || json!({ "running": {} });
    let (state, last, started) = match entry {
        Entry::Waiting => (waiting("ContainerCreating"), None, false),
        Entry::After(exit) => (waiting("CrashLoopBackOff"), Some(exit), false),
        Entry::Running { started, last } => (running(), last, started),
        Entry::Terminated(exit) => (ended(exit), None, false),
    };
    let again = written.again.get(place).is_some_and(|again| *again);
    json!({ "name": name(place), "image": "example.com/app", "imageID": "", "ready": started, "started": started,
        "restartCount": i32::from(again), "state": state, "lastState": last.map_or_else(|| json!({}), ended) })
}

fn name(place: usize) -> String {
    format!("c{}", place + 1)
}

/// A list of containers of a Pod.
#[derive(Clone, Copy)]
enum List {
    Init,
    Main,
}

impl List {
    const fn statuses(self) -> &'static str {
        match self {
            Self::Init => "initContainerStatuses",
            Self::Main => "containerStatuses",
        }
    }

    fn of(self, object: &Object) -> impl Iterator<Item = (usize, Container)> {
        let here = move |role| match role {
            Role::Init | Role::Sidecar => matches!(self, Self::Init),
            Role::Regular | Role::Ephemeral => matches!(self, Self::Main),
        };
        let containers = object.containers.into_iter().enumerate();
        containers.filter_map(move |(place, container)| {
            container.filter(|container| here(container.role)).map(|it| (place, it))
        })
    }
}

fn spec(object: &Object) -> Value {
    let mut spec = Map::new();
    let declare = |list: List| -> Vec<Value> {
        let declare = |(place, container): (usize, Container)| {
            let mut declared = json!({ "name": name(place), "image": "example.com/app" });
            let sidecar = (container.role == Role::Sidecar).then_some(RestartPolicy::Always);
            if let Some(policy) = container.policy.or(sidecar) {
                declared["restartPolicy"] = policy.to_string().into();
            }
            declared
        };
        list.of(object).map(declare).collect()
    };
    let (init, main) = (declare(List::Init), declare(List::Main));
    if !init.is_empty() {
        spec.insert("initContainers".into(), init.into());
    }
    spec.insert("containers".into(), main.into());
    spec.insert("restartPolicy".into(), object.policy.to_string().into());
    spec.insert("terminationGracePeriodSeconds".into(), Grace::DEFAULT.as_secs().into());
    if let Some(node) = object.node {
        spec.insert("nodeName".into(), node.into());
    }
    if object.gates == Gates::Closed {
        spec.insert("schedulingGates".into(), json!([{ "name": "example.com/gate" }]));
    }
    spec.into()
}

/// The events that a watcher sees of a path; `None` if the model has no store.
#[must_use]
pub fn events<M: Protocol>(path: &[Taken<M::State, M::Action>]) -> Option<Vec<Value>> {
    let seen = M::WATCHED?;
    let mut writer = Writer::new();
    let events = path.iter().flat_map(seen).flatten();
    Some(events.filter_map(|event| writer.write(&event)).collect())
}
