//! A path of the model in words.

use std::num::NonZeroU8;

use super::state::{Container, FIRST, Kill, SIDECAR, State};
use super::{Action, EVICTION};
use crate::law::Taken;
use crate::render::Told;

const API: &str = "API server";
const KUBELET: &str = "Kubelet";
const WORKER: &str = "Pod worker";
const RUNTIME: &str = "Runtime";
const CLOCK: &str = "Clock";

const fn name(place: usize) -> &'static str {
    match place {
        SIDECAR => "the sidecar",
        FIRST => "the first container",
        _ => "the second container",
    }
}

pub(super) fn tell(step: &Taken<State, Action>) -> Told {
    let (from, to, says) = match step.action {
        Action::Delete(None) => ("User", API, "DELETE".to_owned()),
        Action::Delete(Some(secs)) => ("User", API, format!("DELETE, gracePeriodSeconds {secs}")),
        Action::Remove => (API, KUBELET, "the object is removed".to_owned()),
        Action::Vanish => {
            ("User", API, "DELETE, gracePeriodSeconds 0, of which the kubelet sees only REMOVE".to_owned())
        }
        Action::Kill(EVICTION) => (KUBELET, WORKER, "soft eviction, at most 0 seconds".to_owned()),
        Action::Kill(_) => {
            (KUBELET, WORKER, format!("node shutdown, at most {} seconds", step.before.spec - 1))
        }
        Action::Again => (KUBELET, WORKER, "sync the Pod again".to_owned()),
        Action::Take => (WORKER, RUNTIME, "take the update that waits".to_owned()),
        Action::Start(place) => (WORKER, RUNTIME, format!("start {}", name(place))),
        Action::PassReturns => (WORKER, WORKER, "SyncPod returns".to_owned()),
        Action::Ends => (WORKER, WORKER, "SyncPod: the Pod has ended".to_owned()),
        Action::Exit(place) => (RUNTIME, WORKER, format!("the process of {} ends", name(place))),
        Action::HookEnds(place) => (RUNTIME, WORKER, format!("the preStop hook of {} returns", name(place))),
        Action::HookFails(place) => (RUNTIME, WORKER, format!("the preStop hook of {} fails", name(place))),
        Action::TimedOut(place) => match step.before.containers[place].kill {
            Kill::Hook(_) => (CLOCK, WORKER, format!("the preStop hook of {} takes too long", name(place))),
            Kill::Turn(_) => (CLOCK, WORKER, format!("{} has waited long enough", name(place))),
            Kill::Idle | Kill::Stopping { .. } | Kill::Stopped | Kill::Failed => {
                (CLOCK, RUNTIME, format!("SIGKILL to {}", name(place)))
            }
        },
        Action::StopFails(place) => (RUNTIME, WORKER, format!("the stop call of {} fails", name(place))),
        Action::Tick => (CLOCK, RUNTIME, "a second passes".to_owned()),
        Action::Return => (WORKER, WORKER, "the attempt returns".to_owned()),
        Action::Restart => (KUBELET, KUBELET, "the process dies and a new one lists the Pods".to_owned()),
    };
    Told { from, to, says, changes: changes(&step.before, &step.after) }
}

fn changes(old: &State, new: &State) -> Vec<String> {
    let mut changes = Vec::new();
    let mut field = |name: &str, old: String, new: String| {
        if old != new {
            changes.push(format!("{name} {old} → {new}"));
        }
    };
    let stored = |state: &State| match (state.gone, state.g) {
        (true, _) => "gone".to_owned(),
        (false, g) => secs(g),
    };
    field("deletionGracePeriodSeconds", stored(old), stored(new));
    field("worker", format!("{:?}", old.worker.stage), format!("{:?}", new.worker.stage));
    let held = |state: &State| secs(state.worker.held.map(NonZeroU8::get));
    field("grace in force", held(old), held(new));
    let attempt = |state: &State| {
        state.attempt.map_or_else(|| "none".to_owned(), |it| format!("{} s of {}", it.lasted, it.grace))
    };
    field("attempt", attempt(old), attempt(new));
    for place in 0..new.containers.len() {
        field(name(place), container(old.containers[place]), container(new.containers[place]));
    }
    changes
}

fn secs(secs: Option<u8>) -> String {
    secs.map_or_else(|| "none".to_owned(), |secs| secs.to_string())
}

fn container(container: Container) -> String {
    let kill = match container.kill {
        Kill::Idle => "",
        Kill::Hook(_) => ", hook",
        Kill::Turn(_) => ", waits for its turn",
        Kill::Stopping { timeout, .. } => return format!("{}, stop call of {timeout} s", runs(container)),
        Kill::Stopped => ", stopped",
        Kill::Failed => ", stop failed",
    };
    format!("{}{kill}", runs(container))
}

const fn runs(container: Container) -> &'static str {
    if container.runs { "runs" } else { "ended" }
}
