//! A path of the model in words.

use super::actions::Action;
use super::state::{Client, Clock, Node, Options, Pod, Precondition, Role, Slot, State};
use super::{Created, REFUSALS};
use crate::law::Taken;
use crate::render::Told;
use pod_lifecycle::binding::Gates;
use pod_lifecycle::deletion::Finalizers;

const API: &str = "API server";
const ETCD: &str = "etcd";

/// Which incarnation each reference of a state means: the model has one value for all that have left.
#[derive(Clone, Copy, Default)]
struct Names {
    created: u32,
    clients: [u32; 2],
    binder: u32,
}

pub(super) fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
    let mut names = Names::default();
    path.iter()
        .map(|step| {
            let before = names;
            names.follow(step);
            let (from, to, mut says) = message(step, before);
            if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
                says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
            }
            Told { from, to, says, changes: changes(step, before, names) }
        })
        .collect()
}

impl Names {
    fn follow(&mut self, step: &Taken<State, Action>) {
        if step.before.pod().is_none() && step.after.pod().is_some() {
            self.created += 1;
        }
        let [a, b] = &mut self.clients;
        match step.action {
            Action::Decide(Slot::A, _) | Action::Commit(Slot::A, _) => *a = self.created,
            Action::Decide(Slot::B, _) | Action::Commit(Slot::B, _) => *b = self.created,
            Action::Read(slot, Role::User, ..) => match slot {
                Slot::A => *a = self.created,
                Slot::B => *b = self.created,
            },
            Action::Schedule => self.binder = self.created,
            Action::Read(..) | Action::Create(_) | Action::Remove(_) | Action::Crash(_) | Action::Bind => {}
            Action::AddFinalizer | Action::DropFinalizer(_) | Action::Touch => {}
            Action::Ungate | Action::Finish => {}
        }
    }

    fn meant(self, slot: Slot) -> u32 {
        let [a, b] = self.clients;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }
}

/// Who sends what to whom.
fn message(step: &Taken<State, Action>, names: Names) -> (&'static str, &'static str, String) {
    let current = names.created;
    match step.action {
        Action::Create(created) => {
            let how = match created {
                Created::Unbound => "",
                Created::Gated => " with scheduling gates",
                Created::WithNode => " with a node",
            };
            ("Owner", API, format!("create Pod u{}{how}", current + 1))
        }
        Action::Decide(slot, role) => {
            (who(slot, role), API, format!("sees u{current} and decides to delete it"))
        }
        Action::Read(slot, role, precondition, options) => {
            let meant = match step.before.client(slot) {
                Client::Decided { .. } => names.meant(slot),
                Client::Idle | Client::Commit { .. } | Client::Remove { .. } => current,
            };
            (
                who(slot, role),
                API,
                format!("DELETE {}, {} (first read)", asked(options), uid(precondition, meant)),
            )
        }
        Action::Commit(slot, clock) => {
            let Client::Commit { role, precondition, options, .. } = step.before.client(slot) else {
                return (API, ETCD, String::new());
            };
            let left = step.before.pod().is_some_and(|pod| pod.grace > Some(0));
            let late = if left && clock == Clock::Late { ", late" } else { "" };
            let whose = who(slot, role);
            let asked = asked(options);
            let uid = uid(precondition, names.meant(slot));
            (API, ETCD, format!("compare-and-swap for {whose}: {asked}, {uid}{late}"))
        }
        Action::Remove(slot) => {
            let Client::Remove { role, precondition, .. } = step.before.client(slot) else {
                return (API, ETCD, String::new());
            };
            let meant = names.meant(slot);
            let uid = uid(precondition, meant);
            (
                API,
                ETCD,
                format!("second write for {} (it marked u{meant}): delete the key, {uid}", who(slot, role)),
            )
        }
        Action::Crash(slot) => {
            let role = match step.before.client(slot) {
                Client::Commit { role, .. } | Client::Remove { role, .. } | Client::Decided { role, .. } => {
                    role
                }
                Client::Idle => Role::User,
            };
            (API, who(slot, role), "dies; the DELETE is lost".to_owned())
        }
        Action::Schedule => ("Scheduler", API, format!("sees u{current} and decides to bind it")),
        Action::Bind => ("Scheduler", API, format!("bind u{}", names.binder)),
        Action::AddFinalizer => ("Finalizer owner", API, "update: add finalizer x".to_owned()),
        Action::DropFinalizer(finalizer) => {
            let owner = if finalizer == super::X { "Finalizer owner" } else { "Garbage collector" };
            (owner, API, format!("update: drop finalizer {}", list(finalizer)))
        }
        Action::Touch => ("Owner", API, "update: change a label".to_owned()),
        Action::Ungate => ("Owner", API, "update: drop the scheduling gates".to_owned()),
        Action::Finish => ("Kubelet", API, "status: phase Failed".to_owned()),
    }
}

/// What has changed, old to new.
fn changes(step: &Taken<State, Action>, names: Names, after: Names) -> Vec<String> {
    let mut changes = Vec::new();
    match (step.before.pod(), step.after.pod()) {
        (None, Some(_)) => changes.push(format!("u{} stored", after.created)),
        (Some(pod), None) => {
            let deleting = match pod.grace {
                None => "no deletionTimestamp".to_owned(),
                Some(grace) => format!("deletionTimestamp set, grace {grace}"),
            };
            let held = if pod.finalizers.is_empty() {
                String::new()
            } else {
                format!(", finalizers {}", list(pod.finalizers))
            };
            changes.push(format!("u{} removed ({deleting}{held})", names.created));
        }
        (Some(old), Some(new)) => compared(old, new, &mut changes),
        (None, None) => {}
    }
    for slot in Slot::ALL {
        let (old, new) = (step.before.client(slot), step.after.client(slot));
        match (old, new) {
            (_, Client::Commit { role, options, .. })
                if old != new && !matches!(old, Client::Commit { .. }) =>
            {
                changes.push(format!("{}: options fixed to {}", who(slot, role), asked(options)));
            }
            (Client::Idle | Client::Decided { .. } | Client::Commit { .. }, Client::Remove { role, .. }) => {
                changes.push(format!("{}: removal of u{} in flight", who(slot, role), after.meant(slot)));
            }
            (_, _) => {}
        }
    }
    changes
}

fn compared(old: Pod, new: Pod, changes: &mut Vec<String>) {
    let mut field = |name: &str, old: String, new: String| {
        if old != new {
            changes.push(format!("{name} {old} → {new}"));
        }
    };
    let deleting = |pod: Pod| if pod.grace.is_some() { "set" } else { "unset" }.to_owned();
    field("deletionTimestamp", deleting(old), deleting(new));
    let grace = |pod: Pod| pod.grace.map_or_else(|| "unset".to_owned(), |grace| grace.to_string());
    field("grace", grace(old), grace(new));
    field("finalizers", list(old.finalizers), list(new.finalizers));
    let node = |pod: Pod| match pod.node {
        None => "none",
        Some(Node::Given) => "given",
        Some(Node::Chosen) => "chosen",
    };
    field("node", node(old).to_owned(), node(new).to_owned());
    let gates = |pod: Pod| if pod.gates == Gates::Closed { "closed" } else { "open" }.to_owned();
    field("gates", gates(old), gates(new));
    let phase = |pod: Pod| if pod.terminal { "Failed" } else { "not terminal" }.to_owned();
    field("phase", phase(old), phase(new));
    field("generation", old.generation.to_string(), new.generation.to_string());
}

const fn who(slot: Slot, role: Role) -> &'static str {
    match (role, slot) {
        (Role::User, Slot::A) => "Client A",
        (Role::User, Slot::B) => "Client B",
        (Role::Controller, _) => "Controller",
        (Role::Kubelet, _) => "Kubelet",
        (Role::Collector, _) => "Garbage collector",
    }
}

fn asked(options: Options) -> String {
    let grace = options.grace.map_or_else(|| "default grace".to_owned(), |grace| format!("grace {grace}"));
    options.propagation.map_or_else(|| grace.clone(), |propagation| format!("{grace}, {propagation:?}"))
}

fn uid(precondition: Precondition, meant: u32) -> String {
    match precondition {
        Precondition::NameOnly => "no uid precondition".to_owned(),
        Precondition::Uid => format!("uid u{meant}"),
    }
}

fn list(finalizers: Finalizers) -> String {
    let names =
        [("orphan", Finalizers::ORPHAN), ("foregroundDeletion", Finalizers::FOREGROUND), ("x", super::X)];
    let present: Vec<_> = names
        .into_iter()
        .filter(|(_, finalizer)| finalizers.contains(*finalizer))
        .map(|(name, _)| name)
        .collect();
    if present.is_empty() { "none".to_owned() } else { present.join("+") }
}
