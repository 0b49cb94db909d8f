//! A path of the model in words.

use pod_lifecycle::container::Role;

use super::REFUSALS;
use super::actions::{Action, Backoff, Death};
use super::state::{
    Code, End, Entry, Flight, Instance, PLACES, Sandbox, Shape, Startup, State, Status, Template, Work,
};
use crate::law::Taken;
use crate::render::Told;

const API: &str = "API server";
const KUBELET: &str = "Kubelet";
const RUNTIME: &str = "Runtime";

pub(super) fn tell(step: &Taken<State, Action>) -> Told {
    let (before, after) = (&step.before, &step.after);
    let container = |place| name(after.template, place);
    let (from, to, mut says) = match step.action {
        Action::Create(template) => ("User", API, format!("create a Pod with {}, bound", contents(template))),
        Action::Delete => ("User", API, "DELETE with grace (DEL-13)".to_owned()),
        Action::Observe => (API, KUBELET, "the watch catches up (KUB-01)".to_owned()),
        Action::Sync(Backoff::Over) => (KUBELET, KUBELET, "SyncPod: a normal pass (CRE-50)".to_owned()),
        Action::Sync(Backoff::Lasts) => {
            (KUBELET, KUBELET, "SyncPod: a normal pass, the back-off lasts (CTR-24)".to_owned())
        }
        Action::Start => {
            let place = match before.flight {
                Flight::Starting(queue) => queue.next(),
                Flight::None | Flight::Clearing { .. } | Flight::Stopping { .. } => 0,
            };
            (KUBELET, RUNTIME, format!("create and start {} (CRE-54)", container(place)))
        }
        Action::Terminate => (KUBELET, RUNTIME, "SyncTerminatingPod: stop what runs (KUB-20)".to_owned()),
        Action::GraceEnds => {
            (KUBELET, RUNTIME, "the grace of the sidecar is used up: stop it too (KUB-45)".to_owned())
        }
        Action::Stopped => (RUNTIME, KUBELET, "all containers and the sandbox are stopped".to_owned()),
        Action::Resync => (KUBELET, KUBELET, "SyncTerminatedPod: compute the status (KUB-30)".to_owned()),
        Action::Finish => (KUBELET, KUBELET, "TerminatePod (KUB-30)".to_owned()),
        Action::Publish => (KUBELET, API, "PATCH status (PHA-30)".to_owned()),
        Action::Exit(place, code) => {
            (RUNTIME, KUBELET, format!("{} ends with {}", container(place), code.number()))
        }
        Action::Probe => (KUBELET, RUNTIME, "the startup probe of the sidecar succeeds".to_owned()),
        Action::Restart(death) => {
            let when = match death {
                Death::Clean => "",
                Death::BeforeStart => ", between creation and start of a container,",
            };
            (KUBELET, KUBELET, format!("the process dies{when} and another one starts (KUB-61)"))
        }
        Action::Evict => (KUBELET, KUBELET, "decide to evict the Pod (KUB-15)".to_owned()),
        Action::Remove(place) => {
            (RUNTIME, RUNTIME, format!("remove the dead instance of {}", container(place)))
        }
        Action::LoseSandbox => (RUNTIME, KUBELET, "the sandbox is lost".to_owned()),
        Action::Collect => ("Pod garbage collector", API, "status: phase Failed (CTL-PGC-06)".to_owned()),
        Action::Expire => ("Clock", KUBELET, "activeDeadlineSeconds have passed (PHA-14)".to_owned()),
    };
    if let Some(refusal) = step.refused.and_then(|index| REFUSALS.get(index)) {
        says = format!("{says}: refused, {} ({})", refusal.says, refusal.rule);
    }
    let changes = if before.template.is_none() { Vec::new() } else { changes(before, after) };
    Told { from, to, says, changes }
}

fn contents(template: Template) -> String {
    let policy = template.policy;
    match template.shape {
        Shape::Two => format!("restartPolicy {policy} and two containers"),
        Shape::Own => {
            let own = template.in_force(0);
            format!("restartPolicy {policy} and two containers, the first with {own} of its own")
        }
        Shape::Init => format!("restartPolicy {policy}, an init container and a regular one"),
        Shape::Sidecar => format!("restartPolicy {policy}, a sidecar and a regular container"),
    }
}

fn name(template: Option<Template>, place: usize) -> &'static str {
    let Some(template) = template else { return "a container" };
    match (template.role(place), template.shape, place) {
        (Role::Init, ..) => "the init container",
        (Role::Sidecar, ..) => "the sidecar",
        (Role::Regular | Role::Ephemeral, Shape::Two | Shape::Own, 0) => "the first container",
        (Role::Regular | Role::Ephemeral, Shape::Two | Shape::Own, _) => "the second container",
        (Role::Regular | Role::Ephemeral, Shape::Init | Shape::Sidecar, _) => "the regular container",
    }
}

/// What has changed, old to new.
fn changes(old: &State, new: &State) -> Vec<String> {
    let mut changes = Vec::new();
    let mut field = |name: &str, old: String, new: String| {
        if old != new {
            changes.push(format!("{name} {old} → {new}"));
        }
    };
    let deleting = |set: bool| if set { "set" } else { "unset" }.to_owned();
    field("deletionTimestamp", deleting(old.stored.deleting), deleting(new.stored.deleting));
    field("stored", status(old.stored.status), status(new.stored.status));
    let cached = |state: &State| state.cached.map_or_else(|| "none".to_owned(), status);
    field("cached", cached(old), cached(new));
    // A worker that has ended looks at nothing any more.
    if new.record.stage != Work::Finished {
        let ended = |state: &State| {
            state.view.ended.map_or_else(|| "not terminal".to_owned(), |phase| phase.to_string())
        };
        field("phase seen", ended(old), ended(new));
        field("deletion seen", deleting(old.view.deleting), deleting(new.view.deleting));
    }
    field("worker", work(old), work(new));
    field("in flight", flight(old.flight), flight(new.flight));
    field("sandbox", sandbox(old.sandbox), sandbox(new.sandbox));
    for place in PLACES {
        let name = name(new.template, place).trim_start_matches("the ");
        field(name, instance(old.instances[place]), instance(new.instances[place]));
    }
    let probe = |state: &State| match state.startup {
        Startup::Pending | Startup::Found => "pending".to_owned(),
        Startup::Succeeded => "succeeded".to_owned(),
    };
    if new.instances[0] == Instance::Running {
        field("startup probe", probe(old), probe(new));
    }
    changes
}

fn status(status: Status) -> String {
    let entry = |entry| match entry {
        Entry::Waiting => "waiting".to_owned(),
        Entry::After(end) => format!("waiting after {}", code(end)),
        Entry::Running { started: true, again: _ } => "running".to_owned(),
        Entry::Running { started: false, again: _ } => "running, not started".to_owned(),
        Entry::Terminated(end) => format!("terminated {}", code(end)),
    };
    let [first, second] = status.entries.map(entry);
    format!("{} ({first}; {second})", status.phase)
}

const fn code(end: End) -> i32 {
    match end {
        End::Well => 0,
        End::Badly => 1,
        End::Lost => 137,
    }
}

fn work(state: &State) -> String {
    let stage = match state.record.stage {
        Work::Sync => "sync",
        Work::Terminating => "terminating",
        Work::Terminated => "terminated",
        Work::Finished => "finished",
    };
    stage.to_owned()
}

fn flight(flight: Flight) -> String {
    match flight {
        Flight::None => "nothing",
        Flight::Starting(_) => "start",
        Flight::Clearing { waits: false, .. } | Flight::Stopping { waits: false } => "stop",
        Flight::Clearing { waits: true, .. } | Flight::Stopping { waits: true } => {
            "stop, the sidecar waits for its turn"
        }
    }
    .to_owned()
}

fn sandbox(sandbox: Sandbox) -> String {
    match sandbox {
        Sandbox::None => "none",
        Sandbox::Ready => "ready",
        Sandbox::Lost => "not ready",
    }
    .to_owned()
}

fn instance(instance: Instance) -> String {
    match instance {
        Instance::None => "none",
        Instance::Created => "created",
        Instance::Running => "running",
        Instance::Exited(Code::Well) => "ended with 0",
        Instance::Exited(Code::Badly) => "ended, not with 0",
        Instance::Removed(_) => "unknown to the runtime",
    }
    .to_owned()
}
