//! A step of the model in words.

use pod_lifecycle::admission::Unhealthy;
use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::endpoints::{Address, Publish, endpoint};
use pod_lifecycle::controllers::node_lifecycle::{Ready, Taint};

use super::REFUSALS;
use super::actions::Action;
use super::state::{Entry, Node, Place, Pod, Process, State, Stored, Target, Timer, Work};
use crate::law::Taken;
use crate::render::Told;

const API: &str = "API server";
const DRAIN: &str = "Eviction client";
const BUDGETS: &str = "Disruption controller";
const NODES: &str = "Node controller";
const TAINTS: &str = "Taint eviction";
const RUNTIME: &str = "Runtime";
const FAULT: &str = "Fault";

const fn pod(place: Place) -> &'static str {
    match place {
        Place::One => "p1",
        Place::Two => "p2",
    }
}

const fn node(place: Place) -> &'static str {
    match place {
        Place::One => "n1",
        Place::Two => "n2",
    }
}

const fn kubelet(place: Place) -> &'static str {
    match place {
        Place::One => "Kubelet n1",
        Place::Two => "Kubelet n2",
    }
}

pub(super) fn tell(step: &Taken<State, Action>) -> Told {
    let (from, to, mut says) = message(step);
    if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
        says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
    }
    Told { from, to, says, changes: changes(&step.before, &step.after) }
}

/// Who sends what to whom.
fn message(step: &Taken<State, Action>) -> (&'static str, &'static str, String) {
    let (p, n) = (pod, node);
    match step.action {
        Action::Begin(Unhealthy::IfHealthyBudget) => {
            ("User", API, "a budget for p1 and p2: one must be healthy".to_owned())
        }
        Action::Begin(Unhealthy::AlwaysAllow) => {
            ("User", API, "a budget for p1 and p2: one must be healthy; who is not ready may go".to_owned())
        }
        Action::Own(at) if step.before.pod(at).stored.is_some() => {
            ("StatefulSet", API, format!("DELETE {}, which has ended (CTL-SS-03)", p(at)))
        }
        Action::Own(at) => ("StatefulSet", API, format!("create {} (CTL-SS-01)", p(at))),
        Action::Delete(at) => ("User", API, format!("DELETE {} (DEL-13)", p(at))),
        Action::Evict(at) => (DRAIN, API, format!("evict {} (CTL-EVI-01)", p(at))),
        Action::Decide(at) => (API, API, format!("the eviction of {} asks the budget (CTL-EVI-02)", p(at))),
        Action::EvictDelete(at) => (API, API, format!("the eviction of {} deletes it (CTL-EVI-06)", p(at))),
        Action::Lose(at) => (FAULT, API, format!("it dies in the middle of the eviction of {}", p(at))),
        Action::Recount => (BUDGETS, API, "count the budget (CTL-EVI-04)".to_owned()),
        Action::Forget(at) => (BUDGETS, API, format!("forget the eviction of {} (CTL-EVI-04)", p(at))),
        Action::ResetTarget(at) => (BUDGETS, API, format!("reset DisruptionTarget of {} (OBJ-43)", p(at))),
        Action::Beat(at) => (kubelet(at), API, format!("report {} (CTL-NOD-01)", n(at))),
        Action::Miss(at) => (NODES, NODES, format!("no sign of life of {} for too long (CTL-NOD-01)", n(at))),
        Action::Pass => (NODES, API, "a pass over all nodes (CTL-NOD-02)".to_owned()),
        Action::Taint(at) => (NODES, API, format!("taint {} (CTL-NOD-04)", n(at))),
        Action::Schedule(at) => (API, TAINTS, format!("the taints of {} (CTL-TNT-02)", n(at))),
        Action::Expire(at) => (TAINTS, TAINTS, format!("the toleration of {} runs out (CTL-TNT-01)", p(at))),
        Action::TaintDelete(at) => (TAINTS, API, format!("DELETE {} (CTL-TNT-04)", p(at))),
        Action::Blind => (FAULT, NODES, "it sees no sign of life of any node".to_owned()),
        Action::Sight => (API, NODES, "it sees them again".to_owned()),
        Action::Partition(at) => (FAULT, kubelet(at), format!("{} is cut off", n(at))),
        Action::Heal(at) => (FAULT, kubelet(at), format!("{} is reached again", n(at))),
        Action::Off(at) => (FAULT, kubelet(at), format!("the machine {} goes off", n(at))),
        Action::Boot(at) => (FAULT, kubelet(at), format!("the machine {} boots", n(at))),
        Action::Shutdown(at) => ("Operator", kubelet(at), format!("shut {} down (KUB-68)", n(at))),
        Action::PowerOff(at) => (kubelet(at), kubelet(at), format!("{} goes off (KUB-68)", n(at))),
        Action::TimeUp(at) => {
            (kubelet(at), kubelet(at), format!("{} goes off, its Pods have had their time (KUB-68)", n(at)))
        }
        Action::Start(at) => (kubelet(at), RUNTIME, format!("start {} (CRE-54)", p(at))),
        Action::Probe(at) => {
            (kubelet(at), RUNTIME, format!("the readiness probe of {} succeeds (CTR-54)", p(at)))
        }
        Action::Unready(at) => {
            (kubelet(at), RUNTIME, format!("the readiness probe of {} fails (CTR-54)", p(at)))
        }
        Action::Stop(at) => (RUNTIME, kubelet(at), format!("{} is stopped (KUB-20)", p(at))),
        Action::Report(at) => (kubelet(at), API, format!("status writer: {} (KUB-36)", p(at))),
    }
}

/// What has changed, old to new.
fn changes(old: &State, new: &State) -> Vec<String> {
    let mut changes = Vec::new();
    for place in Place::ALL {
        of_pod(&mut changes, pod(place), &old.pod(place), &new.pod(place));
        of_node(&mut changes, node(place), old.node(place), new.node(place));
    }
    field(&mut changes, "currentHealthy", &old.healthy, &new.healthy);
    field(&mut changes, "disruptionsAllowed", &old.allowed, &new.allowed);
    let tainting = |state: &State| if state.dark { "stopped" } else { "on" };
    field(&mut changes, "tainting", &Word(tainting(old)), &Word(tainting(new)));
    changes
}

fn of_pod(changes: &mut Vec<String>, name: &str, old: &Pod, new: &Pod) {
    match (old.stored, new.stored) {
        (Some(old), Some(new)) => stored(changes, name, old, new),
        (Some(_), None) => changes.push(format!("{name} removed")),
        (None, Some(_)) => changes.push(format!("{name} stored")),
        (None, None) => {}
    }
    let work = |pod: &Pod| {
        Word(match pod.work {
            Work::None => "none",
            Work::Rejected => "rejected",
            Work::Sync => "sync",
            Work::Terminating => "terminating",
            Work::Finished => "finished",
        })
    };
    let process = |pod: &Pod| {
        Word(match pod.process {
            Process::None => "none",
            Process::Running => "running",
            Process::Exited => "ended",
        })
    };
    let timer = |pod: &Pod| {
        Word(match pod.timer {
            Timer::None => "none",
            Timer::Running => "running",
            Timer::Due => "over",
            Timer::Fired => "acted on",
        })
    };
    let pending = |pod: &Pod| Word(if pod.pending { "yes" } else { "no" });
    // What is gone tells nothing of its node.
    if new.stored.is_some() {
        field(changes, &format!("{name} worker"), &work(old), &work(new));
        field(changes, &format!("{name} process"), &process(old), &process(new));
        field(changes, &format!("{name} taint timer"), &timer(old), &timer(new));
    }
    field(changes, &format!("{name} in disruptedPods"), &pending(old), &pending(new));
}

fn stored(changes: &mut Vec<String>, name: &str, old: Stored, new: Stored) {
    let word = |flag: bool, yes, no| Word(if flag { yes } else { no });
    let deleting = |stored: Stored| word(stored.deleting, "set", "unset");
    let ready = |stored: Stored| word(stored.ready, "True", "False");
    let entry = |stored: Stored| {
        Word(match stored.entry {
            Entry::None => "waiting",
            Entry::Running => "running",
            Entry::Ended => "terminated",
        })
    };
    let target = |stored: Stored| {
        Word(match stored.target {
            Target::None => "not True",
            Target::Eviction => "EvictionByEvictionAPI",
            Target::Taint => "DeletionByTaintManager",
            Target::Kubelet => "TerminationByKubelet",
        })
    };
    let traffic = |stored: Stored| {
        let readiness = if stored.ready { Readiness::Ready { since: None } } else { Readiness::NotReady };
        let of =
            endpoint(Some(stored.phase), Address::Assigned, readiness, stored.deletion(), Publish::Ready);
        Word(match of {
            None => "none",
            Some(of) if of.ready => "ready",
            Some(of) if of.serving => "serving, terminating",
            Some(_) => "not serving",
        })
    };
    field(changes, &format!("{name} deletionTimestamp"), &deleting(old), &deleting(new));
    field(changes, &format!("{name} phase"), &old.phase, &new.phase);
    field(changes, &format!("{name} container"), &entry(old), &entry(new));
    field(changes, &format!("{name} Ready"), &ready(old), &ready(new));
    field(changes, &format!("{name} endpoint"), &traffic(old), &traffic(new));
    field(changes, &format!("{name} DisruptionTarget"), &target(old), &target(new));
}

fn of_node(changes: &mut Vec<String>, name: &str, old: Node, new: Node) {
    let ready = |node: Node| {
        Word(match node.ready {
            Ready::True => "True",
            Ready::False => "False",
            Ready::Unknown => "Unknown",
        })
    };
    let taint = |node: Node| {
        Word(match node.taint {
            None => "none",
            Some(Taint::NotReady) => "not-ready",
            Some(Taint::Unreachable) => "unreachable",
        })
    };
    field(changes, &format!("{name} Ready"), &ready(old), &ready(new));
    field(changes, &format!("{name} taint"), &taint(old), &taint(new));
}

/// A word as it is.
#[derive(PartialEq)]
struct Word(&'static str);

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

fn field<T: PartialEq + std::fmt::Display>(changes: &mut Vec<String>, name: &str, old: &T, new: &T) {
    if old != new {
        changes.push(format!("{name} {old} → {new}"));
    }
}
