//! A path of the model in words.

use super::REFUSALS;
use super::actions::{Action, Admission, Finalizer, Remover, Stopped};
use super::state::{Cached, Code, Entry, Flight, Instance, LONG, Pod, SHORT, State, Token, Uid, Writer};
use crate::law::Taken;
use crate::render::{Told, field};

const API: &str = "API server";
const ETCD: &str = "etcd";
const KUBELET: &str = "Kubelet";
const RUNTIME: &str = "Runtime";
const USER: &str = "User";
/// What a call in progress is called among the changes.
const IN_FLIGHT: &str = "in flight";

/// Which incarnation each of the two names means.
#[derive(Clone, Copy, Default)]
struct Names {
    created: u32,
    of: [u32; 2],
}

pub(super) fn tell(path: &[Taken<State, Action>]) -> Vec<Told> {
    let join = |Parts { mut message, written }: Parts| {
        message.changes.splice(0..0, written);
        message
    };
    parts(path).map(join).collect()
}

/// The same with a message of its own to the store wherever the API server writes, and to the runtime where a stop
/// begins, step by step. What a kubelet that asks the API server notes for itself is left out.
pub(crate) fn tell_apart(path: &[Taken<State, Action>]) -> Vec<Vec<Told>> {
    let split = |(step, Parts { mut message, written }): (&Taken<State, Action>, Parts)| {
        if message.to == API {
            let write = Told { from: API, to: ETCD, says: "write".to_owned(), changes: written };
            message.changes.clear();
            return if write.changes.is_empty() { vec![message] } else { vec![message, write] };
        }
        message.changes.splice(0..0, written);
        let Some(grace) = Uid::ALL.into_iter().find_map(|uid| begun_stop(step, uid)) else {
            return vec![message];
        };
        message.changes.retain(|change| !change.starts_with(IN_FLIGHT));
        let says = format!("stop signal; SIGKILL to what still runs after {} s (KUB-43)", secs(grace));
        vec![message, Told { from: KUBELET, to: RUNTIME, says, changes: Vec::new() }]
    };
    path.iter().zip(parts(path)).map(split).collect()
}

/// The grace of the stop that this step begins of a running container.
fn begun_stop(step: &Taken<State, Action>, uid: Uid) -> Option<Token> {
    let (before, after) = (step.before.local(uid)?, step.after.local(uid)?);
    match (before.flight, after.flight) {
        (Flight::None, Flight::Stopping(grace)) if after.instance == Instance::Running => Some(grace),
        (Flight::None | Flight::Pulling | Flight::Starting | Flight::Stopping(_), _) => None,
    }
}

/// One step: its message with what changed on the node, and what changed in the store.
struct Parts {
    message: Told,
    written: Vec<String>,
}

fn parts(path: &[Taken<State, Action>]) -> impl Iterator<Item = Parts> {
    let mut names = Names::default();
    path.iter().map(move |step| {
        let before = names;
        names.follow(step);
        let (from, to, mut says) = message(step, names);
        if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
            says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
        }
        let message = Told { from, to, says, changes: on_node(step, before) };
        Parts { message, written: in_store(step, before, names) }
    })
}

impl Names {
    fn follow(&mut self, step: &Taken<State, Action>) {
        if !matches!(step.action, Action::Create(..)) {
            return;
        }
        self.created += 1;
        let [first, second] = self.of;
        self.of = match step.before.locals {
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

/// Who sends what to whom.
fn message(step: &Taken<State, Action>, names: Names) -> (&'static str, &'static str, String) {
    let u = |uid| names.uid(uid);
    let before = &step.before;
    match step.action {
        Action::Create(policy, finalizer) => {
            let held = if finalizer == Finalizer::Held { ", with a finalizer" } else { "" };
            (USER, API, format!("create Pod u{}, restartPolicy {policy:?}{held} (CRE-01)", names.created))
        }
        Action::Bind => ("Scheduler", API, "bind (CRE-30)".to_owned()),
        Action::Delete(grace) => {
            let grace =
                grace.map_or_else(|| "default grace".to_owned(), |grace| format!("grace {}", secs(grace)));
            (USER, API, format!("DELETE, {grace} (DEL-13)"))
        }
        Action::Remove(remover) => {
            let (whose, uid) = match (remover, before.removing) {
                (Remover::Kubelet, Some(uid)) => ("the kubelet", format!("uid u{}", u(uid))),
                (Remover::Kubelet | Remover::User, _) => ("a user", "no uid precondition".to_owned()),
            };
            (API, ETCD, format!("second write of the DELETE of {whose}: delete the key, {uid} (DEL-14)"))
        }
        Action::DropFinalizer => ("Finalizer owner", API, "update: drop the finalizer (DEL-16)".to_owned()),
        Action::Fail => ("Another client", API, "status: phase Failed (VAL-20)".to_owned()),
        Action::Observe(admission) => {
            let says = match (before.view, step.after.view) {
                (Some(view), None) => format!("watch: u{} is gone (KUB-03)", u(view.uid)),
                (None, Some(view)) if admission == Admission::Rejected => {
                    format!("watch: u{}, which admission rejects (CRE-42)", u(view.uid))
                }
                (None, Some(view)) => format!("watch: u{}, which is admitted (CRE-40)", u(view.uid)),
                (Some(view), Some(_)) => format!("watch: u{} has changed (KUB-01)", u(view.uid)),
                (None, None) => "list: no Pod (KUB-61)".to_owned(),
            };
            (API, KUBELET, says)
        }
        Action::Pull(uid) => {
            (KUBELET, RUNTIME, format!("pull the image and create the container of u{} (CRE-54)", u(uid)))
        }
        Action::Start(uid) => (KUBELET, RUNTIME, format!("start the container of u{} (CRE-54)", u(uid))),
        Action::StartFails(uid) => (RUNTIME, KUBELET, format!("the start of u{} fails (CRE-56)", u(uid))),
        Action::Exit(uid, code) => {
            (RUNTIME, KUBELET, format!("the process of u{} exits with {}", u(uid), code.number()))
        }
        Action::Tick(uid) => (KUBELET, KUBELET, format!("sync u{} again (CRE-56)", u(uid))),
        Action::Evict(uid) => (KUBELET, KUBELET, format!("evict u{} (KUB-15)", u(uid))),
        Action::Stop(uid, stopped) => {
            let running = before.local(uid).is_some_and(|local| local.instance == Instance::Running);
            let says = match (stopped, running) {
                (Stopped::Failed, _) => "the stop of u# fails (KUB-49)",
                (Stopped::Yes, true) => {
                    "u# outlives its grace: SIGKILL; container and sandbox are stopped (KUB-43)"
                }
                (Stopped::Yes, false) => "container and sandbox of u# are stopped (KUB-20)",
            };
            (RUNTIME, KUBELET, says.replace('#', &u(uid).to_string()))
        }
        Action::Unmount(uid) => (KUBELET, KUBELET, format!("unmount the volumes of u{} (KUB-30)", u(uid))),
        Action::Finish(uid) => (KUBELET, KUBELET, format!("TerminatePod u{} (KUB-30)", u(uid))),
        Action::Publish(uid) => {
            let delete = matches!(step.after.writer, Writer::Delete { .. }) && before.pod == step.after.pod;
            let says = match step.after.pod {
                _ if delete => format!("status writer: GET u{} (KUB-36)", u(uid)),
                Some(pod) if pod.uid == uid => {
                    format!("PATCH status of uid u{}: {} (PHA-30)", u(uid), pod.status.phase)
                }
                Some(_) | None => format!("status writer: GET finds another uid than u{} (PHA-36)", u(uid)),
            };
            (KUBELET, API, says)
        }
        Action::Read(uid) => {
            (KUBELET, API, format!("status writer: GET u{}; the PATCH is slow (PHA-30)", u(uid)))
        }
        Action::Patch => {
            let Writer::Patch { uid, status } = before.writer else { return (KUBELET, API, String::new()) };
            (KUBELET, API, format!("PATCH status of uid u{}: {} (PHA-30)", u(uid), status.phase))
        }
        Action::FinalDelete => {
            let Writer::Delete { uid } = before.writer else { return (KUBELET, API, String::new()) };
            (KUBELET, API, format!("final DELETE, grace 0, uid u{} (KUB-35)", u(uid)))
        }
        Action::Housekeep => (KUBELET, KUBELET, "housekeeping (KUB-27)".to_owned()),
        Action::KillOrphan(uid) => {
            (KUBELET, RUNTIME, format!("u{} is no worker's: stop it (KUB-60)", u(uid)))
        }
        Action::Restart => (KUBELET, KUBELET, "the process dies and another one starts (KUB-61)".to_owned()),
    }
}

/// What has changed in the store, old to new.
fn in_store(step: &Taken<State, Action>, names: Names, after: Names) -> Vec<String> {
    let mut changes = Vec::new();
    match (step.before.pod, step.after.pod) {
        (None, Some(pod)) => changes.push(format!("u{} stored", after.uid(pod.uid))),
        (Some(pod), None) => {
            changes.push(format!("u{} removed, phase {}", names.uid(pod.uid), pod.status.phase));
        }
        (Some(old), Some(new)) => stored(old, new, &mut changes),
        (None, None) => {}
    }
    changes
}

/// What has changed on the node and in flight, old to new.
fn on_node(step: &Taken<State, Action>, names: Names) -> Vec<String> {
    let (old, new) = (&step.before, &step.after);
    let mut changes = Vec::new();
    if matches!(step.action, Action::Create(..)) {
        return changes;
    }
    for uid in Uid::ALL {
        local(old, new, uid, names.uid(uid), &mut changes);
    }
    match (old.writer, new.writer) {
        (Writer::Idle, Writer::Patch { status, .. }) => {
            changes.push(format!("a PATCH is due: {}, {}", status.phase, entry(status.entry)));
        }
        (Writer::Idle | Writer::Patch { .. }, Writer::Delete { .. }) => {
            changes.push("the final DELETE is due".to_owned());
        }
        (_, _) => {}
    }
    if new.removing.is_some() && old.removing.is_none() || new.forcing && !old.forcing {
        changes.push("removal in flight".to_owned());
    }
    changes
}

fn stored(old: Pod, new: Pod, changes: &mut Vec<String>) {
    let deleting = |pod: Pod| if pod.grace.is_some() { "set" } else { "unset" };
    field(changes, "deletionTimestamp", deleting(old), deleting(new));
    let grace = |pod: Pod| pod.grace.map_or_else(|| "unset".to_owned(), |grace| secs(grace).to_string());
    field(changes, "grace", grace(old), grace(new));
    let node = |pod: Pod| if pod.bound { "set" } else { "unset" };
    field(changes, "nodeName", node(old), node(new));
    let held = |pod: Pod| if pod.held { "x" } else { "none" };
    field(changes, "finalizers", held(old), held(new));
    field(changes, "phase", old.status.phase.as_str(), new.status.phase.as_str());
    field(changes, "container status", entry(old.status.entry), entry(new.status.entry));
}

fn local(before: &State, after: &State, uid: Uid, name: u32, changes: &mut Vec<String>) {
    let Some(old) = before.local(uid) else { return };
    let Some(new) = after.local(uid) else {
        changes.push(format!("u{name}: nothing is left on the node"));
        return;
    };
    let worker = |local: super::Local| {
        local.worker.map_or("none", |worker| match worker.stage {
            super::Stage::Sync => "sync",
            super::Stage::Terminating { .. } => "terminating",
            super::Stage::Terminated { .. } => "terminated",
            super::Stage::Finished { .. } => "finished",
        })
    };
    field(changes, "worker", worker(old), worker(new));
    let flight = |local: super::Local| match local.flight {
        Flight::None => "nothing".to_owned(),
        Flight::Pulling => "pull".to_owned(),
        Flight::Starting => "start".to_owned(),
        Flight::Stopping(grace) if local.instance == Instance::Running => {
            format!("stop, grace {}", secs(grace))
        }
        Flight::Stopping(_) => "stop".to_owned(),
    };
    field(changes, IN_FLIGHT, flight(old), flight(new));
    // How it ended is forgotten with its Pod.
    if !matches!((old.instance, new.instance), (Instance::Exited(_), Instance::Exited(_))) {
        field(changes, "container", instance(old.instance), instance(new.instance));
    }
    let mounted = |local: super::Local| if local.mounted { "mounted" } else { "unmounted" };
    field(changes, "volumes", mounted(old), mounted(new));
    let cached = |cached: Option<Cached>| {
        cached.map_or_else(
            || "none".to_owned(),
            |cached| {
                let finished = if cached.finished { ", finished" } else { "" };
                format!("{}, {}{finished}", cached.status.phase, entry(cached.status.entry))
            },
        )
    };
    field(changes, "cached status", cached(old.cached), cached(new.cached));
}

const fn secs(token: Token) -> u64 {
    match token {
        Token::Zero => 0,
        Token::One => 1,
        Token::Short => SHORT,
        Token::Long => LONG,
    }
}

const fn entry(entry: Entry) -> &'static str {
    match entry {
        Entry::Going => "not ended",
        Entry::Ended => "ended",
    }
}

const fn instance(instance: Instance) -> &'static str {
    match instance {
        Instance::None => "none",
        Instance::Created => "created",
        Instance::Running => "running",
        Instance::Exited(code) => ended(code),
    }
}

const fn ended(code: Code) -> &'static str {
    match code {
        Code::Well => "ended with 0",
        Code::Badly => "ended, not with 0",
    }
}
