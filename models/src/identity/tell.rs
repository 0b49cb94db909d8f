//! A path of the model in words.

use pod_lifecycle::worker::{Stage, Worker};

use super::REFUSALS;
use super::actions::{Action, Told as GcTold};
use super::state::{Incarnation, Machine, Meant, Node, Object, Owner, Process, State, Stored, Uid};
use crate::law::Taken;
use crate::render::{Told, field};

const API: &str = "API server";
const OPERATOR: &str = "Operator";
const POD_GC: &str = "Pod garbage collector";
const RUNTIME: &str = "Runtime";
const WORLD: &str = "Fault";

/// Which incarnation each of the two names means.
#[derive(Clone, Copy, Default)]
struct Names {
    created: u32,
    of: [u32; 2],
}

impl Names {
    /// Names are given anew when a Pod is created.
    fn follow(&mut self, step: &Taken<State, Action>) {
        if !super::laws::creates(&step.before, &step.action, &step.after) {
            return;
        }
        self.created += 1;
        let [first, second] = self.of;
        self.of = match step.before.alive {
            [None, None] => [self.created, second],
            [Some(_), _] => [first, self.created],
            [None, Some(_)] => [second, self.created],
        };
    }

    const fn uid(self, uid: Uid) -> u32 {
        let [first, second] = self.of;
        match uid {
            Uid::First => first,
            Uid::Second => second,
        }
    }
}

pub(super) fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
    let mut names = Names::default();
    let told = |step: &Taken<State, Action>| {
        let before = names;
        names.follow(step);
        let (from, to, mut says) = message(step, names);
        if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
            says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
        }
        let changes = if names.created == before.created {
            changes(&step.before, &step.after, names)
        } else {
            vec![format!("u{} stored", names.created)]
        };
        Told { from, to, says, changes }
    };
    path.iter().map(told).collect()
}

const fn kubelet(node: Node) -> &'static str {
    match node {
        Node::One => "Kubelet n1",
        Node::Two => "Kubelet n2",
    }
}

const fn node(node: Node) -> &'static str {
    match node {
        Node::One => "n1",
        Node::Two => "n2",
    }
}

/// Who sends what to whom.
fn message(step: &Taken<State, Action>, names: Names) -> (&'static str, &'static str, String) {
    let before = &step.before;
    let at = |uid: Uid| before.of(uid).and_then(|incarnation| incarnation.node).map_or("Kubelet", kubelet);
    let meant = |meant: Option<Meant>| match meant {
        Some(Meant::Stored(uid)) => format!("decided on u{}", names.uid(uid)),
        Some(Meant::Gone) | None => "decided on one that is gone".to_owned(),
    };
    let u = |uid: Uid| names.uid(uid);
    match step.action {
        Action::Begin(Owner::StatefulSet) => {
            ("StatefulSet", API, format!("create u{} (CTL-SS-01)", names.created))
        }
        Action::Begin(Owner::ReplicaSet) => {
            ("ReplicaSet", API, format!("create u{} (CTL-RS-01)", names.created))
        }
        Action::Own => own(step, names),
        Action::Bind(uid, to) => ("Scheduler", API, format!("bind u{} to {} (CRE-30)", u(uid), node(to))),
        Action::Delete(uid) => ("User", API, format!("DELETE u{}, default grace (DEL-13)", u(uid))),
        Action::Force(uid) => ("User", API, format!("DELETE u{}, grace 0 (DEL-29)", u(uid))),
        Action::Decide(uid) => (
            "Controller",
            "Controller",
            format!("decides to delete u{} by its name, and is late (NON-18)", u(uid)),
        ),
        Action::Late => ("Controller", API, format!("DELETE by name, {} (DEL-24)", meant(before.late))),
        Action::Evict(uid) => ("Taint eviction", API, format!("DELETE u{} (CTL-TNT-04)", u(uid))),
        Action::MarkNotReady(of) => {
            ("Node controller", API, format!("{} is not ready (CTL-NOD-02)", node(of)))
        }
        Action::MarkReady(of, GcTold::Yes) => {
            (kubelet(of), API, format!("{} is ready (CTL-NOD-01)", node(of)))
        }
        Action::MarkReady(of, GcTold::No) => {
            (kubelet(of), API, format!("{} is ready, which PodGC does not see yet (CTL-DEF-03)", node(of)))
        }
        Action::CatchUp(of) => (API, POD_GC, format!("{} is ready", node(of))),
        Action::DeleteNode(of) => (OPERATOR, API, format!("delete the Node {} (CTL-NOD-06)", node(of))),
        Action::Taint(of) => (OPERATOR, API, format!("taint {} out-of-service (CTL-PGC-03)", node(of))),
        Action::Untaint(of) => (OPERATOR, API, format!("remove the taint of {}", node(of))),
        Action::Collect(uid) => (POD_GC, API, format!("choose u{} (CTL-PGC-06)", u(uid))),
        Action::CollectDelete => {
            (POD_GC, API, format!("DELETE by name, grace 0, {} (CTL-PGC-06)", meant(before.collecting)))
        }
        Action::Lag(_) => (WORLD, API, "the cache of one API server stands still (CTL-DEF-03)".to_owned()),
        Action::Follow => (API, API, "that cache follows again".to_owned()),
        Action::Erase(uid) => (WORLD, API, format!("the store is set back to a time before u{}", u(uid))),
        Action::Partition(of) => (WORLD, kubelet(of), format!("{} is cut off", node(of))),
        Action::Heal(of) => (WORLD, kubelet(of), format!("{} is reached again", node(of))),
        Action::Die(of) => (WORLD, kubelet(of), format!("the machine {} goes off", node(of))),
        Action::Boot(of) => (WORLD, kubelet(of), format!("the machine {} boots", node(of))),
        Action::Restart(of) => {
            (WORLD, kubelet(of), "the process dies and another one starts (KUB-61)".to_owned())
        }
        Action::RestartStale(of) => {
            let says = "the process dies and another one lists from the cache that stands still (KUB-61)";
            (WORLD, kubelet(of), says.to_owned())
        }
        Action::List(of) => (API, kubelet(of), "first list (KUB-61)".to_owned()),
        Action::Relist(of) => (API, kubelet(of), "list after a broken watch (CRE-15)".to_owned()),
        Action::Watch(uid) => (API, at(uid), format!("watch: u{} {}", u(uid), watched(step, uid))),
        Action::Start(uid) => (at(uid), RUNTIME, format!("start u{} (CRE-54)", u(uid))),
        Action::Tick(uid) => (at(uid), at(uid), format!("sync u{} again (CRE-56)", u(uid))),
        Action::Stop(uid) => (RUNTIME, at(uid), format!("u{} is stopped (KUB-20)", u(uid))),
        Action::Finish(uid) => (at(uid), at(uid), format!("TerminatePod u{} (KUB-30)", u(uid))),
        Action::Report(uid) => (at(uid), API, format!("status writer: u{} (KUB-36)", u(uid))),
        Action::FinalDelete(uid) => {
            (at(uid), API, format!("final DELETE, grace 0, uid u{} (KUB-35)", u(uid)))
        }
        Action::TakeUp(uid) => {
            (at(uid), at(uid), format!("u{} is listed and no worker's: sync it (CRE-46)", u(uid)))
        }
        Action::KillOrphan(uid) => {
            (at(uid), RUNTIME, format!("u{} is no worker's: stop it (KUB-60)", u(uid)))
        }
    }
}

fn own(step: &Taken<State, Action>, names: Names) -> (&'static str, &'static str, String) {
    let (owner, rule) = match step.before.owner {
        Owner::StatefulSet => ("StatefulSet", "CTL-SS-01"),
        Owner::ReplicaSet => ("ReplicaSet", "CTL-RS-02"),
    };
    let says = if super::laws::creates(&step.before, &step.action, &step.after) {
        format!("create u{} ({rule})", names.created)
    } else {
        "DELETE of a Pod that has ended (CTL-SS-03)".to_owned()
    };
    (owner, API, says)
}

fn watched(step: &Taken<State, Action>, uid: Uid) -> &'static str {
    let seen = |state: &State| state.of(uid).and_then(|incarnation| incarnation.seen);
    match (seen(&step.before), seen(&step.after)) {
        (None, _) => "is new (KUB-01)",
        (Some(_), None) => "is gone (KUB-03)",
        (Some(_), Some(_)) => "has changed (KUB-01)",
    }
}

/// What has changed, old to new.
fn changes(before: &State, after: &State, names: Names) -> Vec<String> {
    let mut changes = Vec::new();
    for uid in Uid::ALL {
        if let Some(old) = before.of(uid) {
            incarnation(&mut changes, names.uid(uid), &old, after.of(uid).as_ref());
        }
    }
    // A node that holds nothing is as good as new.
    for of in Node::ALL.into_iter().filter(|of| after.is_occupied(*of)) {
        machine(&mut changes, node(of), before.machine(of), after.machine(of));
    }
    changes
}

fn incarnation(changes: &mut Vec<String>, name: u32, old: &Incarnation, new: Option<&Incarnation>) {
    match (old.stored, new.and_then(|new| new.stored)) {
        (Some(old), Some(new)) => stored(changes, name, old, new),
        (Some(old), None) => changes.push(format!("u{name} removed, phase {}", old.phase())),
        (None, _) => {}
    }
    let Some(new) = new else {
        if old.runs() || old.worker.is_some() {
            changes.push(format!("u{name}: nothing is left on the node"));
        }
        return;
    };
    let process = |process| match process {
        Process::None => "none",
        Process::Running => "running",
        Process::Exited => "ended",
    };
    // How it ended is forgotten with its Pod.
    if new.runs() || old.runs() {
        field(changes, &format!("u{name} process"), process(old.process), process(new.process));
    }
    field(changes, &format!("u{name} worker"), worker(old.worker), worker(new.worker));
    if new.sent && !old.sent {
        changes.push(format!("the final DELETE of u{name} is due"));
    }
}

const fn worker(worker: Option<Worker>) -> &'static str {
    match worker {
        None => "none",
        Some(Worker { stage: Stage::Sync, .. }) => "sync",
        Some(Worker { stage: Stage::Terminating { .. }, .. }) => "terminating",
        Some(Worker { stage: Stage::Terminated { .. }, .. }) => "terminated",
        Some(Worker { stage: Stage::Finished { .. }, .. }) => "finished",
    }
}

fn stored(changes: &mut Vec<String>, name: u32, old: Stored, new: Stored) {
    let deleting = |stored: Stored| if stored.deleting { "set" } else { "unset" };
    field(changes, &format!("u{name} deletionTimestamp"), deleting(old), deleting(new));
    let phase = |stored: Stored| if stored.ended { "Failed" } else { "not terminal" };
    field(changes, &format!("u{name} phase"), phase(old), phase(new));
}

fn machine(changes: &mut Vec<String>, name: &str, old: Machine, new: Machine) {
    let object = |object| match object {
        Object::Ready => "Ready",
        Object::NotReady => "not Ready",
        Object::Absent => "absent",
    };
    field(changes, &format!("Node {name}"), object(old.object), object(new.object));
}
