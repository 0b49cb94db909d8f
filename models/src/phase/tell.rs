//! A path of the model in words.

use super::{Action, Instance, State};
use crate::law::Taken;
use crate::render::Told;

const API: &str = "API server";
const KUBELET: &str = "Kubelet";
const RUNTIME: &str = "Runtime";

pub(super) fn tell(step: &Taken<State, Action>) -> Told {
    let (from, to, says) = match step.action {
        Action::Create(policy) => ("User", API, format!("create a Pod with restartPolicy {policy}, bound")),
        Action::Delete => ("User", API, "DELETE with grace".to_owned()),
        Action::Expire => ("Clock", KUBELET, "activeDeadlineSeconds have passed".to_owned()),
        Action::Collect => ("Pod garbage collector", API, "status: phase Failed".to_owned()),
        Action::Start => (KUBELET, RUNTIME, "start the container".to_owned()),
        Action::Exit(instance) => {
            let code = if instance == Instance::Well { 0 } else { 1 };
            (RUNTIME, KUBELET, format!("the process ends with {code}"))
        }
        Action::Observe => (API, KUBELET, "the watch catches up".to_owned()),
        Action::Sync => (KUBELET, KUBELET, "compute the status (normal pass)".to_owned()),
        Action::Kill => {
            (KUBELET, KUBELET, "decide to kill the Pod (eviction, preemption, shutdown)".to_owned())
        }
        Action::Stopped => (KUBELET, KUBELET, "the container is stopped: compute the last status".to_owned()),
        Action::Resync => (KUBELET, KUBELET, "compute the status again".to_owned()),
        Action::Finish => (KUBELET, KUBELET, "TerminatePod".to_owned()),
        Action::Publish => (KUBELET, API, "PATCH status".to_owned()),
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
    field("stored phase", old.stored.to_string(), new.stored.to_string());
    let cached = |state: &State| state.cached.map_or_else(|| "none".to_owned(), |phase| phase.to_string());
    field("cached phase", cached(old), cached(new));
    field("phase seen", old.seen.to_string(), new.seen.to_string());
    field("worker", format!("{:?}", old.worker), format!("{:?}", new.worker));
    field("container", format!("{:?}", old.instance), format!("{:?}", new.instance));
    changes
}
