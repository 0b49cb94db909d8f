//! `TerminatePod`: the last status that the kubelet makes of a Pod (KUB-32, PHA-19, CTR-35).

use pod_lifecycle::Phase;
use pod_lifecycle::container::{Exit, Role};
use pod_lifecycle::final_status::{
    Ending, Entry, Initialization, Inits, LOST_MESSAGE, LOST_REASON, LastInit,
};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::view::View;
use pod_lifecycle::wire;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::harness::{Example, Judged, Oracle};
use crate::instances::nullable;
use crate::transition::{Statuses, check, entry, init_at};

pub(crate) struct TerminatePod;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    pod: Value,
    cached_status: Option<Status>,
}

/// A status with everything that its entries say.
#[derive(Clone, Default, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Status {
    #[serde(default)]
    phase: String,
    #[serde(default)]
    reason: String,
    #[serde(default, deserialize_with = "nullable")]
    container_statuses: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    init_container_statuses: Vec<Value>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    status: Loose,
}

/// The API status; the life cycle's end reads these members.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Loose {
    #[serde(default)]
    phase: String,
    #[serde(default)]
    reason: String,
    #[serde(default, deserialize_with = "nullable")]
    container_statuses: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    init_container_statuses: Vec<Value>,
}

impl From<Loose> for Status {
    fn from(loose: Loose) -> Self {
        let Loose { phase, reason, container_statuses, init_container_statuses } = loose;
        Self { phase, reason, container_statuses, init_container_statuses }
    }
}

impl Oracle for TerminatePod {
    const NAME: &'static str = "terminate_pod";
    type Case<'a> = Example<Input, Status>;
    type Outcome = Status;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Status> {
        let (got, rule) = decide(&input);
        Judged { expected: output, got, rules: vec![rule.to_string()] }
    }
}

fn typed(status: &Status) -> Statuses<'_> {
    Statuses {
        container_statuses: entries(&status.container_statuses),
        init_container_statuses: entries(&status.init_container_statuses),
    }
}

fn entries(list: &[Value]) -> Vec<wire::ContainerStatus<'_>> {
    list.iter().map(|value| wire::ContainerStatus::deserialize(value).expect("a status")).collect()
}

fn decide(input: &Input) -> (Status, RuleId) {
    let pod = wire::Pod::deserialize(&input.pod).expect("a Pod");
    let view = View::of(&pod);
    let api: Status = Whole::deserialize(&input.pod).expect("a Pod").status.into();
    let old = input.cached_status.as_ref().unwrap_or(&api);
    let before = typed(old);
    let entries: Vec<Entry> = before.init_container_statuses.iter().map(entry).collect();
    let initialized = Initialization::of(
        inits(&view, &pod.status.init_container_statuses),
        pod.status.container_statuses.iter().map(entry),
    );
    let ending = Ending::of(initialized, &entries, Phase::from_api(&old.phase), view.source);

    let mut new = old.clone();
    for (status, entry) in new.container_statuses.iter_mut().zip(before.container_statuses.iter().map(entry))
    {
        edit(status, ending.of_regular(entry));
    }
    for (index, (status, entry)) in new.init_container_statuses.iter_mut().zip(entries).enumerate() {
        edit(status, ending.of_init(index, entry));
    }
    // A static Pod keeps its phase, even one outside the five.
    new.phase = ending.phase.map_or_else(|| old.phase.clone(), |phase| phase.to_string());
    if check(&view, &before, &typed(&new)).is_err() {
        return (input.cached_status.clone().unwrap_or_default(), RuleId::CTR_35);
    }
    sort(&mut new, &view);
    (new, RuleId::KUB_32)
}

fn inits(pod: &View<&str>, statuses: &[wire::ContainerStatus<'_>]) -> Inits {
    let last = statuses.last().map(|status| LastInit {
        role: init_at(pod, statuses.len() - 1, &status.name).map(|container| container.role),
        entry: entry(status),
    });
    if pod.containers.iter().any(|of| matches!(of.role, Role::Init | Role::Sidecar)) {
        Inits::Some(last)
    } else {
        Inits::None
    }
}

fn edit(status: &mut Value, exit: Option<Exit>) {
    if let Some(exit) = exit {
        let ended = json!({ "exitCode": exit.code, "reason": LOST_REASON, "message": LOST_MESSAGE });
        status["state"] = json!({ "terminated": ended });
    }
}

/// CTR-48: by name; inits in the order of the spec, each swapped to its place.
fn sort(status: &mut Status, pod: &View<&str>) {
    status.container_statuses.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    let mut current = 0;
    for container in pod.containers.iter().filter(|of| matches!(of.role, Role::Init | Role::Sidecar)) {
        let rest = &mut status.init_container_statuses[current..];
        if let Some(found) = rest.iter().position(|status| status["name"] == container.name) {
            rest.swap(0, found);
            current += 1;
        }
    }
}
