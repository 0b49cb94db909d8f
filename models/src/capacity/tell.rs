//! A path of the model in words.

use std::fmt::Debug;

use pod_lifecycle::binding::Binding;
use pod_lifecycle::scheduling::Held;
use pod_lifecycle::worker::{Stage, Worker};

use super::REFUSALS;
use super::actions::Action;
use super::state::{Asked, Course, Incarnation, Life, Process, State, Stored, Uid, Why};
use crate::law::Taken;
use crate::render::Told;

const API: &str = "API server";
const KUBELET: &str = "Kubelet";
const RUNTIME: &str = "Runtime";
const SCHEDULER: &str = "Scheduler";
const WORLD: &str = "Fault";

/// Which Pod each of the two names means.
#[derive(Clone, Copy, Default)]
struct Names {
    created: u32,
    of: [u32; 2],
}

impl Names {
    /// Names are given anew when a Pod is created.
    fn follow(&mut self, step: &Taken<State, Action>) {
        if !creates(step) {
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

/// A new Pod is stored.
fn creates(step: &Taken<State, Action>) -> bool {
    let alive = |state: &State| state.alive.iter().flatten().count();
    matches!(step.action, Action::Submit | Action::Own) && alive(&step.after) > alive(&step.before)
}

pub(super) fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
    let mut names = Names::default();
    let told = |step: &Taken<State, Action>| {
        names.follow(step);
        let (from, to, mut says) = message(step, names);
        if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
            says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
        }
        let changes = if creates(step) {
            vec![format!("u{} stored", names.created)]
        } else {
            changes(&step.before, &step.after, names)
        };
        Told { from, to, says, changes }
    };
    path.iter().map(told).collect()
}

/// Who sends what to whom.
fn message(step: &Taken<State, Action>, names: Names) -> (&'static str, &'static str, String) {
    let u = |uid: Uid| names.uid(uid);
    match step.action {
        Action::Submit => ("User", API, format!("create u{}, restartPolicy Never (CRE-03)", names.created)),
        Action::Own if creates(step) => {
            ("StatefulSet", API, format!("create u{} (CTL-SS-01)", names.created))
        }
        Action::Own => ("StatefulSet", API, "DELETE of its Pod, which has ended (CTL-SS-03)".to_owned()),
        Action::Delete(uid) => ("User", API, format!("DELETE u{}, default grace (DEL-13)", u(uid))),
        Action::Force(uid) => ("User", API, format!("DELETE u{}, grace 0 (DEL-29)", u(uid))),
        Action::Inform(uid) => (API, SCHEDULER, format!("watch: u{} {}", u(uid), informed(step, uid))),
        Action::Schedule(uid) => {
            (SCHEDULER, SCHEDULER, format!("assume u{}, and send its binding (CRE-25)", u(uid)))
        }
        Action::Bind(uid) => {
            let former = step.before.of(uid).is_some_and(|pod| pod.asked == Some(Asked::Former));
            let from = if former { "Former scheduler" } else { SCHEDULER };
            (from, API, format!("bind u{} (CRE-30)", u(uid)))
        }
        Action::Overbook(uid) => {
            ("Another scheduler", API, format!("bind u{}, whatever else is there (CRE-31)", u(uid)))
        }
        Action::ReplaceScheduler => {
            (WORLD, SCHEDULER, "the process dies, and another one lists the Pods".to_owned())
        }
        Action::Restart => {
            let says = "the process dies, and another one lists the Pods (KUB-61)";
            (WORLD, KUBELET, format!("{says}{}", refusals(step, names)))
        }
        Action::RestartBare => {
            let says = "the process dies, and another one lists the Pods before the device plugin registers (KUB-61)";
            (WORLD, KUBELET, format!("{says}{}", refusals(step, names)))
        }
        Action::Register => ("Device plugin", KUBELET, "register".to_owned()),
        Action::Housekeep => (KUBELET, KUBELET, "first housekeeping (PHA-32)".to_owned()),
        Action::Watch(uid) => {
            (API, KUBELET, format!("watch: u{} {}{}", u(uid), watched(step, uid), refusals(step, names)))
        }
        Action::Start(uid) => (KUBELET, RUNTIME, format!("start u{} (CRE-54)", u(uid))),
        Action::Exit(uid) => (RUNTIME, KUBELET, format!("u{} exits with 0", u(uid))),
        Action::Tick(uid) => (KUBELET, KUBELET, format!("sync u{} again (CRE-56)", u(uid))),
        Action::Stop(uid) => (RUNTIME, KUBELET, format!("u{} is stopped (KUB-20)", u(uid))),
        Action::Finish(uid) => (KUBELET, KUBELET, format!("TerminatePod u{} (KUB-30)", u(uid))),
        Action::Report(uid) => (KUBELET, API, format!("status writer: u{} (KUB-36)", u(uid))),
        Action::KillOrphan(uid) => {
            (KUBELET, RUNTIME, format!("u{} is no worker's: stop it (KUB-60)", u(uid)))
        }
        Action::PushThrough(uid) => {
            (KUBELET, KUBELET, format!("u{} was rejected and is deleting: finish it (CRE-46)", u(uid)))
        }
    }
}

fn informed(step: &Taken<State, Action>, uid: Uid) -> &'static str {
    match step.after.of(uid).and_then(|pod| pod.told) {
        None => "has left (CRE-14)",
        Some(Binding::Unbound) => "waits (CRE-20)",
        Some(Binding::Bound) => "is bound (CRE-25)",
    }
}

fn watched(step: &Taken<State, Action>, uid: Uid) -> &'static str {
    let seen = |state: &State| state.of(uid).and_then(|pod| pod.seen);
    match (seen(&step.before), seen(&step.after)) {
        (None, _) => "is new (KUB-01)",
        (Some(_), None) => "is gone (KUB-03)",
        (Some(_), Some(_)) => "has changed (KUB-01)",
    }
}

/// Whom the kubelet rejects, and why.
fn refusals(step: &Taken<State, Action>, names: Names) -> String {
    super::laws::rejected(&step.before, &step.action, &step.after)
        .map(|(uid, pod)| {
            let why = match pod.rejected {
                Some(Why::NoPlugin) => "UnexpectedAdmissionError",
                Some(Why::NoRoom) | None => "OutOfexample.com/device",
            };
            format!("; u{} is rejected: {why} (CRE-42)", names.uid(uid))
        })
        .collect()
}

/// What has changed, old to new.
fn changes(before: &State, after: &State, names: Names) -> Vec<String> {
    let mut changes = Vec::new();
    for uid in Uid::ALL {
        if let Some(old) = before.of(uid) {
            incarnation(&mut changes, names.uid(uid), &old, after.of(uid).as_ref());
        }
    }
    let life = |life| match life {
        Life::Begun => "begun",
        Life::Listed => "listed",
        Life::Synced => "synced",
    };
    if after.alive != [None; 2] {
        field(&mut changes, "kubelet", life(before.life), life(after.life));
    }
    changes
}

fn incarnation(changes: &mut Vec<String>, name: u32, old: &Incarnation, new: Option<&Incarnation>) {
    match (old.stored, new.and_then(|new| new.stored)) {
        (Some(was), Some(is)) => {
            stored(changes, name, was, is);
            let bound = |binding| if binding == Binding::Bound { "set" } else { "unset" };
            let binding = new.map_or(old.binding, |new| new.binding);
            field(changes, &format!("u{name} nodeName"), bound(old.binding), bound(binding));
        }
        (Some(was), None) => changes.push(format!("u{name} removed, phase {}", phase(was))),
        (None, _) => {}
    }
    let held = |held| match held {
        None => "not counted",
        Some(Held::Assumed) => "assumed",
        Some(Held::Confirmed) => "confirmed",
    };
    field(changes, &format!("u{name} in the scheduler"), held(old.held), held(new.and_then(|new| new.held)));
    let Some(new) = new else { return };
    let process = |process| match process {
        Process::None => "none",
        Process::Running => "running",
        Process::Done => "ended",
        Process::Killed => "killed",
    };
    field(changes, &format!("u{name} process"), process(old.process), process(new.process));
    field(changes, &format!("u{name} worker"), worker(old.worker), worker(new.worker));
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

const fn phase(stored: Stored) -> &'static str {
    match stored.course {
        Course::Open => "not terminal",
        Course::Succeeded => "Succeeded",
        Course::Failed => "Failed",
    }
}

fn stored(changes: &mut Vec<String>, name: u32, old: Stored, new: Stored) {
    let deleting = |stored: Stored| if stored.deleting { "set" } else { "unset" };
    field(changes, &format!("u{name} deletionTimestamp"), deleting(old), deleting(new));
    field(changes, &format!("u{name} phase"), phase(old), phase(new));
}

fn field<T: PartialEq + AsRef<str> + Debug>(changes: &mut Vec<String>, name: &str, old: T, new: T) {
    if old != new {
        changes.push(format!("{name} {} → {}", old.as_ref(), new.as_ref()));
    }
}
