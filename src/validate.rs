//! Old object → new object: what the API server refuses, and what no conforming component does.
//!
//! [`admit`] judges a request before it is stored, [`review`] a change that was stored; both return nothing, and
//! allocate nothing, where all is well. [`inspect`] judges an object of which no earlier state is known, and
//! [`review_removal`] its end.

mod statuses;

use crate::container::{RestartPolicy, RestartRule, Role};
use crate::deletion::Deletion;
use crate::phase::{self, Change, Deleting, Phase, Writer};
use crate::rules::RuleId;
use crate::time::Grace;
use crate::view::{Container, Disruption, Stored, View};
use crate::violation::{Force, Predecessor, Violation};
use statuses::{begun_anew, ends_unseen, restart_counts, resurrections, starts, statuses, success};

/// Where an update is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `pods/{name}`: the status is restored to the stored one.
    Main,
    /// `pods/{name}/status`: the spec is restored to the stored one.
    Status,
}

/// Lists why the API server would answer 422 to an update (VAL-01 … VAL-23), as far as the fields of a [`View`]
/// tell.
///
/// ```
/// use pod_lifecycle::validate::{Endpoint, admit};
/// use pod_lifecycle::view::View;
/// use pod_lifecycle::wire::{self, Pod};
/// let old: Pod = wire::from_slice(br#"{"spec": {"activeDeadlineSeconds": 60}}"#)?;
/// let new: Pod = wire::from_slice(br#"{"spec": {"activeDeadlineSeconds": 90}}"#)?;
/// let refused = admit(Endpoint::Main, &View::of(&old), &View::of(&new));
/// assert_eq!(refused[0].rule().to_string(), "INV-15");
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn admit<A: AsRef<str>, B: AsRef<str>>(
    endpoint: Endpoint,
    old: &View<A>,
    new: &View<B>,
) -> Vec<Violation> {
    let mut found = Vec::new();
    identity(old, new, &mut found);
    if let (Endpoint::Main, None, Some(due)) = (endpoint, old.deletion.due(), new.deletion.due()) {
        found.push(Violation::DeletionSet { new: due });
    }
    // An omitted grace is restored; any other difference is refused (VAL-02).
    if let (before, after @ Some(_)) = (old.deletion.grace(), new.deletion.grace())
        && before != after
    {
        found.push(Violation::GraceChanged { old: before, new: after });
    }
    if old.is_deleting() {
        let added = added(&old.finalizers, &new.finalizers);
        found.extend(added.map(|name| Violation::FinalizerAdded { name: name.into() }));
    }
    match endpoint {
        Endpoint::Main => {
            match (&old.node, &new.node) {
                (None, Some(node)) => found.push(Violation::NodeSet { new: node.as_ref().into() }),
                (before, after) => node(before.as_ref(), after.as_ref(), &mut found),
            }
            constants(old, new, &mut found);
        }
        Endpoint::Status => resurrections(old, new, &mut found),
    }
    found
}

/// Lists what is wrong with a stored change from `old` to `new`. States between the two need not be known: every
/// check allows whatever a legal path can do.
///
/// ```
/// use pod_lifecycle::validate::review;
/// use pod_lifecycle::view::View;
/// use pod_lifecycle::wire::{self, Pod};
/// let read = |json: &'static str| wire::from_slice::<Pod>(json.as_bytes());
/// let old = read(r#"{"spec": {"nodeName": "n"}, "status": {"phase": "Failed"}}"#)?;
/// let new = read(r#"{"spec": {"nodeName": "n"}, "status": {"phase": "Running"}}"#)?;
/// assert!(review(&View::of(&old), &View::of(&old)).is_empty());
/// let broken = review(&View::of(&old), &View::of(&new));
/// assert_eq!(broken[0].to_string(), "phase went from `Failed` to `Running`; a terminal phase is final");
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn review<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>) -> Vec<Violation> {
    let mut found = Vec::new();
    identity(old, new, &mut found);
    if let (Some(before), Some(after)) = (old.version, new.version)
        && after < before
    {
        found.push(Violation::VersionFell { old: before, new: after });
    }
    if new.generation < old.generation {
        found.push(Violation::GenerationFell { old: old.generation, new: new.generation });
    }
    deletion(old, new, &mut found);
    finalizers(old, new, &mut found);
    binding(old, new, &mut found);
    constants(old, new, &mut found);
    phase(old, new, &mut found);
    success(old, new, &mut found);
    statuses(old, new, &mut found);
    restart_counts(old, new, &mut found);
    starts(old, new, &mut found);
    start_time(old, new, &mut found);
    disruption(Some(old), new, &mut found);
    found
}

/// Lists what is wrong with a Pod of which no earlier state is known.
///
/// ```
/// use pod_lifecycle::View;
/// use pod_lifecycle::validate::inspect;
/// use pod_lifecycle::wire::{self, Pod};
/// let pod: Pod = wire::from_slice(br#"{"status": {"phase": "Terminating"}}"#)?;
/// let found = inspect(&View::of(&pod));
/// assert_eq!(found[0].to_string(), "phase went from `` to `Terminating`, which is no phase");
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn inspect<S: AsRef<str>>(pod: &View<S>) -> Vec<Violation> {
    let mut found = Vec::new();
    if let Deletion::Unrecorded { due } = pod.deletion {
        found.push(Violation::GraceMissing { due });
    }
    unbound_grace(pod, &mut found);
    // OBJ-20: neither a create nor a binding makes such a Pod.
    if let (Some(node), Some(gate)) = (&pod.node, pod.gates.first()) {
        found.push(Violation::BoundWhileGated { node: node.as_ref().into(), gate: gate.as_ref().into() });
    }
    match &pod.phase {
        Stored::Absent | Stored::Known(Phase::Pending) => {}
        Stored::Foreign(text) => {
            found.push(Violation::PhaseForeign { old: "".into(), new: text.as_ref().into() });
        }
        Stored::Known(known) => {
            let by = phase::Circumstances {
                binding: pod.binding(),
                deleting: deleting(pod),
                writer: Writer::Kubelet,
            };
            push_phase("", *known, phase::judge_change(None, *known, by), &mut found);
        }
    }
    disruption(None::<&View<S>>, pod, &mut found);
    found
}

/// Tells what is wrong with the removal of the object whose last stored state was `last` (INV-07).
///
/// ```
/// use pod_lifecycle::validate::review_removal;
/// use pod_lifecycle::wire::{self, Pod};
/// use pod_lifecycle::{Predecessor, View};
/// let time = r#""deletionTimestamp": "2026-01-02T03:04:05Z""#;
/// let read = |grace| format!(r#"{{ "metadata": {{ {time}, "deletionGracePeriodSeconds": {grace} }} }}"#);
/// let (early, due) = (read(30), read(0));
/// let (early, due): (Pod, Pod) = (wire::from_slice(early.as_bytes())?, wire::from_slice(due.as_bytes())?);
/// assert!(review_removal(&View::of(&early), Predecessor::None).is_some()); // no write set its grace to 0
/// assert!(review_removal(&View::of(&due), Predecessor::None).is_none());
/// # Ok::<(), wire::WireError>(())
/// ```
#[must_use]
pub fn review_removal<S>(last: &View<S>, predecessor: Predecessor) -> Option<Violation> {
    match last.deletion {
        Deletion::Live => Some(Violation::RemovedUnmarked { predecessor }),
        Deletion::Graceful { grace, .. } => Some(Violation::RemovedEarly { grace: grace.into() }),
        Deletion::Expired { .. } | Deletion::Unrecorded { .. } => None,
    }
}

/// VAL-01.
fn identity<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    let (before, after) = (old.uid.as_ref(), new.uid.as_ref());
    if before != after {
        let force = Force::Refused;
        found.push(Violation::UidChanged { old: before.into(), new: after.into(), force });
    }
    for (field, before, after) in [
        ("namespace", old.namespace.as_ref(), new.namespace.as_ref()),
        ("name", old.name.as_ref(), new.name.as_ref()),
    ] {
        if before != after {
            found.push(Violation::NameChanged { field, old: before.into(), new: after.into() });
        }
    }
    if old.created != new.created {
        found.push(Violation::CreationChanged { old: old.created, new: new.created });
    }
}

/// INV-04, INV-05, INV-11, INV-12, DEL-05, DEL-08.
fn deletion<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    if old.deletion == new.deletion {
        return;
    }
    let (Some(due), Some(moved)) = (old.deletion.due(), new.deletion.due()) else {
        if let Some(due) = old.deletion.due() {
            found.push(Violation::DeletionCleared { old: due });
            return;
        }
        // OBJ-03: the first DELETE counts as a change of the spec. Where nobody counts, it is 0.
        if old.generation > 0 && new.generation == old.generation {
            found.push(Violation::GenerationKept { generation: new.generation });
        }
        match (new.deletion, old.is_terminal()) {
            (Deletion::Unrecorded { due }, _) => found.push(Violation::GraceMissing { due }),
            (Deletion::Graceful { grace, .. }, true) => {
                found.push(Violation::GraceEnded { grace: grace.into() });
            }
            (Deletion::Graceful { .. }, false) => unbound_grace(new, found),
            (Deletion::Live | Deletion::Expired { .. }, _) => {}
        }
        return;
    };
    // Without a stored grace the object counts as expired (DEL-13 rows 8 and 9).
    let left = old.deletion.grace().unwrap_or(Grace::ZERO);
    let Some(grace) = new.deletion.grace() else {
        found.push(Violation::GraceMissing { due: moved });
        return;
    };
    if grace > left {
        found.push(Violation::GraceGrew { old: left, new: grace });
        return;
    }
    let shifted = due.minus(left).plus(grace);
    let legal = if grace == left {
        moved == due || (left == Grace::ZERO && moved < due) // row 9: min(DT, now)
    } else {
        // DEL-08: the clamp to now. After grace 0 row 9 moves DT to an earlier now.
        moved == shifted || grace == Grace::ZERO || (grace == Grace::ONE && moved > shifted)
    };
    if !legal {
        found.push(Violation::DueMoved { old: old.deletion, new: new.deletion });
    }
}

/// INV-12.
fn unbound_grace<S>(pod: &View<S>, found: &mut Vec<Violation>) {
    if let (Deletion::Graceful { grace, .. }, None) = (pod.deletion, &pod.node) {
        found.push(Violation::GraceUnbound { grace: grace.into() });
    }
}

/// INV-06: a DELETE that is no no-op may add the two finalizers of the collector; it lowers the grace, or finds 0.
fn finalizers<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    if !old.is_deleting() {
        return;
    }
    let by_delete = new.deletion.grace() < old.deletion.grace() || new.deletion.grace() == Some(Grace::ZERO);
    let added = added(&old.finalizers, &new.finalizers)
        .filter(|name| !(by_delete && matches!(*name, "orphan" | "foregroundDeletion")));
    found.extend(added.map(|name| Violation::FinalizerAdded { name: name.into() }));
}

/// INV-09, CRE-30.
fn binding<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    match (&old.node, &new.node) {
        (None, Some(node)) => {
            let node: Box<str> = node.as_ref().into();
            if old.is_deleting() {
                found.push(Violation::BoundWhileDeleting { node });
            } else if let Some(gate) = new.gates.first() {
                found.push(Violation::BoundWhileGated { node, gate: gate.as_ref().into() });
            }
        }
        (before, after) => node(before.as_ref(), after.as_ref(), found),
    }
}

/// INV-09.
fn node<A: AsRef<str>, B: AsRef<str>>(old: Option<&A>, new: Option<&B>, found: &mut Vec<Violation>) {
    let (Some(old), new) = (old.map(AsRef::as_ref), new.map_or("", AsRef::as_ref)) else { return };
    if old != new {
        found.push(Violation::NodeChanged { old: old.into(), new: new.into() });
    }
}

/// VAL-17 row 1, INV-10, INV-13, INV-15, VAL-16.
fn constants<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    let gates = added(&old.gates, &new.gates);
    found.extend(gates.map(|gate| Violation::GateAdded { gate: gate.into() }));
    if old.policy != new.policy {
        found.push(Violation::PolicyChanged { old: old.policy, new: new.policy });
    }
    if old.spec_grace != new.spec_grace {
        found.push(Violation::SpecGraceChanged { old: old.spec_grace, new: new.spec_grace });
    }
    if let Some(before) = old.deadline
        && new.deadline.is_none_or(|after| after > before)
    {
        found.push(Violation::DeadlineGrew { old: before, new: new.deadline });
    }
    let mirror = |pod: Option<&str>| pod.unwrap_or_default().into();
    let (before, after) = (old.mirror.as_ref().map(AsRef::as_ref), new.mirror.as_ref().map(AsRef::as_ref));
    if before != after {
        found.push(Violation::MirrorChanged { old: mirror(before), new: mirror(after) });
    }
    containers(old, new, found);
}

/// INV-13; ephemeral containers are only ever added (VAL-16).
fn containers<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    let fixed = |role: Role| role != Role::Ephemeral;
    let before = old.containers.iter().filter(|container| fixed(container.role));
    let after = new.containers.iter().filter(|container| fixed(container.role));
    if !before.clone().map(spec).eq(after.clone().map(spec)) {
        found.push(Violation::ContainersChanged {
            old: names(before),
            new: names(after),
            rule: RuleId::INV_13,
        });
    }
    let before = old.containers.iter().filter(|container| !fixed(container.role));
    let after = new.containers.iter().filter(|container| !fixed(container.role));
    let mut left = after.clone().map(spec);
    if !before.clone().map(spec).all(|container| left.any(|kept| kept == container)) {
        found.push(Violation::ContainersChanged {
            old: names(before),
            new: names(after),
            rule: RuleId::VAL_16,
        });
    }
}

/// What a container's spec says of its life.
fn spec<S: AsRef<str>>(container: &Container<S>) -> (&str, Role, Option<RestartPolicy>, &[RestartRule]) {
    (container.name.as_ref(), container.role, container.policy, &container.rules)
}

fn names<'a, S: AsRef<str> + 'a>(containers: impl Iterator<Item = &'a Container<S>>) -> Box<str> {
    let mut text = String::new();
    for container in containers {
        let comma = if text.is_empty() { "" } else { ", " };
        text.extend([comma, container.name.as_ref()]);
        if let Some(policy) = container.policy {
            text.extend([":", policy.as_str()]);
        }
        if !container.rules.is_empty() {
            text.push_str(" with rules");
        }
    }
    text.into()
}

/// PHA-15, PHA-40, PHA-41, OBJ-31.
fn phase<A: AsRef<str>, B: AsRef<str>>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    let (before, after) = match (&old.phase, &new.phase) {
        (Stored::Absent, Stored::Absent) => return,
        (before, Stored::Absent) => {
            found.push(Violation::PhaseForeign { old: before.to_string().into(), new: "".into() });
            return;
        }
        (Stored::Foreign(before), Stored::Foreign(after)) if before.as_ref() == after.as_ref() => return,
        (before, Stored::Foreign(after)) => {
            found
                .push(Violation::PhaseForeign { old: before.to_string().into(), new: after.as_ref().into() });
            return;
        }
        (Stored::Known(before), Stored::Known(after)) if before == after => return,
        (before, Stored::Known(after)) => (before, *after),
    };
    let writer = match old.disruption {
        Some(Disruption::PodGc) => Writer::PodGc,
        Some(Disruption::Kubelet | Disruption::Other) | None => Writer::Kubelet,
    };
    // PodGC patches the phase of a Pod that is deleting; a binding may come between two observations.
    let by = phase::Circumstances { binding: new.binding(), deleting: deleting(new), writer };
    if !matches!((before, after), (Stored::Absent, Phase::Pending)) {
        let text = before.to_string();
        let change = match phase::judge_change(before.known(), after, by) {
            Change::Undisciplined(RuleId::PHA_15) if old.mirror.is_some() => Change::Hazard(RuleId::KUB_66),
            change @ (Change::Conforming | Change::Hazard(_) | Change::Undisciplined(_)) => change,
        };
        push_phase(&text, after, change, found);
    }
}

fn push_phase(old: &str, new: Phase, change: Change, found: &mut Vec<Violation>) {
    let (rule, force) = match change {
        Change::Conforming => return,
        Change::Hazard(rule) => (rule, Force::Hazard),
        Change::Undisciplined(rule) => (rule, Force::Undisciplined),
    };
    found.push(Violation::PhaseChanged { old: old.into(), new: new.as_str().into(), rule, force });
}

/// OBJ-32.
fn start_time<A: AsRef<str>, B>(old: &View<A>, new: &View<B>, found: &mut Vec<Violation>) {
    if let Some(before) = old.started
        && new.started != old.started
    {
        let force = if new.started.is_some() { begun_anew(old) } else { Force::Undisciplined };
        found.push(Violation::StartTimeChanged { old: before, new: new.started, force });
    }
}

/// INV-29: the kubelet writes `DisruptionTarget` in the write that turns the phase terminal, and in no other.
fn disruption<A: AsRef<str>, B: AsRef<str>>(
    old: Option<&View<A>>,
    new: &View<B>,
    found: &mut Vec<Violation>,
) {
    if new.disruption != Some(Disruption::Kubelet)
        || old.is_some_and(|old| old.disruption == Some(Disruption::Kubelet))
    {
        return;
    }
    if !new.is_terminal() || old.is_some_and(View::is_terminal) {
        // The Pod garbage collector may have written the phase between its GET and its PATCH (NON-02).
        let raced = new.is_terminal() && old.is_some_and(ends_unseen);
        let force = if raced { Force::Hazard } else { Force::Undisciplined };
        found.push(Violation::DisruptedEarly { phase: new.phase.to_string().into(), force });
    }
}

fn added<'a, A: AsRef<str>, B: AsRef<str>>(old: &'a [A], new: &'a [B]) -> impl Iterator<Item = &'a str> {
    new.iter().map(AsRef::as_ref).filter(move |name| old.iter().all(|before| before.as_ref() != *name))
}

fn deleting<S: AsRef<str>>(pod: &View<S>) -> Deleting {
    if pod.is_deleting() { Deleting::Yes } else { Deleting::No }
}
