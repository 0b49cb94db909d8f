//! A path as a watcher of its name sees it: the stream that `kubectl get pod NAME -w -o json --output-watch-events` prints.

use pod_lifecycle::binding::Gates;
use pod_lifecycle::container::RestartPolicy;
use pod_lifecycle::deletion::Finalizers;
use pod_lifecycle::phase::Phase;
use pod_lifecycle::{Grace, Time};
use serde_json::{Map, Value, json};

use crate::law::{Protocol, Taken};

/// The most containers that a model tells of.
pub const CONTAINERS_MAX: usize = 3;

/// A stored Pod as far as a model has it. What it leaves out has the value that an API server gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// It has the UID of the Pod that was removed last, which only a mistake can make (INV-02).
    pub returned: bool,
    /// `deletionGracePeriodSeconds`; `deletionTimestamp` is set with it.
    pub grace: Option<Grace>,
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
    /// `status.phase`.
    pub phase: Phase,
    /// The containers, with their status entries.
    pub containers: [Option<Container>; CONTAINERS_MAX],
}

/// A container of the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Container {
    /// Which list holds it, and whether it is a sidecar.
    pub role: pod_lifecycle::container::Role,
    /// Its status entry; none if the status has none.
    pub entry: Option<Entry>,
}

/// A status entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// `state.waiting`
    Waiting,
    /// `state.running`
    Running,
    /// `state.terminated` with this exit code
    Terminated(u8),
}

/// What happened to the stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It was created.
    Added,
    /// It was changed.
    Modified,
    /// It was removed.
    Deleted,
}

/// What a step changed of the stored Pod; `None` if nothing that a watcher could see.
///
/// No step replaces a Pod by another: the name is free between them (CRE-01).
#[must_use]
pub fn change(before: Option<Object>, after: Option<Object>) -> Option<(Kind, Object)> {
    match (before, after) {
        (None, Some(new)) => Some((Kind::Added, new)),
        (Some(old), Some(new)) if old != new => Some((Kind::Modified, new)),
        (Some(old), None) => Some((Kind::Deleted, old)),
        (None | Some(_), _) => None,
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
    /// The deletion of the last Pod: its time, in seconds after the creation, and its grace.
    due: Option<(u64, u64)>,
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
        Self { created: 0, version: Some(0), due: None }
    }

    /// One that gives no resourceVersions, so that what it writes of a cycle is the same each time.
    #[must_use]
    pub const fn unversioned() -> Self {
        Self { version: None, ..Self::new() }
    }

    /// Writes the next watch event.
    pub fn write(&mut self, kind: Kind, object: &Object) -> Value {
        self.version = self.version.map(|version| version + 1);
        if kind == Kind::Added {
            self.created += u32::from(!object.returned);
            self.due = None;
        }
        self.due = object.grace.map(|grace| match (grace.as_secs(), self.due) {
            (now, Some((due, before))) => (due.saturating_sub(before.saturating_sub(now)), now),
            (now, None) => (DELETED_AT + now, now),
        });
        let kind = match kind {
            Kind::Added => "ADDED",
            Kind::Modified => "MODIFIED",
            Kind::Deleted => "DELETED",
        };
        json!({ "type": kind, "object": {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self.metadata(object),
            "spec": spec(object),
            "status": self.status(object),
        }})
    }

    fn time(&self, seconds: u64) -> String {
        let unix = EPOCH + u64::from(self.created) * HOUR + seconds;
        Time::from_unix(i64::try_from(unix).unwrap_or(i64::MAX)).to_string()
    }

    fn metadata(&self, object: &Object) -> Value {
        let mut metadata = Map::new();
        metadata.insert("name".into(), "pod".into());
        metadata.insert("namespace".into(), "default".into());
        metadata.insert("uid".into(), format!("00000000-0000-4000-8000-{:012}", self.created).into());
        if let Some(version) = self.version {
            metadata.insert("resourceVersion".into(), version.to_string().into());
        }
        metadata.insert("creationTimestamp".into(), self.time(0).into());
        if let Some(generation) = object.generation {
            metadata.insert("generation".into(), generation.into());
        }
        if let Some((due, grace)) = self.due {
            metadata.insert("deletionTimestamp".into(), self.time(due).into());
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

    fn status(&self, object: &Object) -> Value {
        let mut status = Map::new();
        status.insert("phase".into(), object.phase.to_string().into());
        for list in [List::Init, List::Main] {
            let entries: Vec<_> = list
                .of(object)
                .filter_map(|(name, container)| Some(self.entry(&name, container.entry?)))
                .collect();
            if !entries.is_empty() {
                status.insert(list.statuses().into(), entries.into());
            }
        }
        status.into()
    }

    fn entry(&self, name: &str, entry: Entry) -> Value {
        let (ready, state) = match entry {
            Entry::Waiting => (false, json!({ "waiting": { "reason": "ContainerCreating" } })),
            Entry::Running => (true, json!({ "running": { "startedAt": self.time(10) } })),
            Entry::Terminated(code) => {
                let reason = if code == 0 { "Completed" } else { "Error" };
                let (started, finished) = (self.time(10), self.time(20));
                (
                    false,
                    json!({ "terminated": { "exitCode": code, "reason": reason, "startedAt": started,
                        "finishedAt": finished } }),
                )
            }
        };
        json!({ "name": name, "image": "example.com/app", "imageID": "", "ready": ready, "restartCount": 0, "state": state })
    }
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

    fn of(self, object: &Object) -> impl Iterator<Item = (String, Container)> {
        use pod_lifecycle::container::Role;
        let here = move |role| match role {
            Role::Init | Role::Sidecar => matches!(self, Self::Init),
            Role::Regular | Role::Ephemeral => matches!(self, Self::Main),
        };
        let containers = object.containers.into_iter().zip(1..);
        containers.filter_map(move |(container, number)| {
            container.filter(|container| here(container.role)).map(|it| (format!("c{number}"), it))
        })
    }
}

fn spec(object: &Object) -> Value {
    use pod_lifecycle::container::Role;
    let mut spec = Map::new();
    let declare = |list: List| -> Vec<Value> {
        let declare = |(name, container): (String, Container)| {
            let mut declared = json!({ "name": name, "image": "example.com/app" });
            if container.role == Role::Sidecar {
                declared["restartPolicy"] = "Always".into();
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
    spec.insert("terminationGracePeriodSeconds".into(), 30.into());
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
    let stored = M::STORED?;
    let mut writer = Writer::new();
    let seen = path.iter().filter_map(|step| change(stored(&step.before), stored(&step.after)));
    Some(seen.map(|(kind, object)| writer.write(kind, &object)).collect())
}
