//! `computePodActions`: what one sync pass kills, makes and starts (CTR-10 … CTR-18).

use std::collections::{BTreeMap, BTreeSet};

use pod_lifecycle::container::{Definition, Health, Instance, Probe, Resize, Role};
use pod_lifecycle::phase::Deleting;
use pod_lifecycle::sync::{
    self, Address, Container, Facts, Killing, Namespace, PodAction, Readiness, Reset, Sandbox, SandboxNeed,
    Start, Stop,
};
use pod_lifecycle::view::{self, View};
use pod_lifecycle::wire;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::harness::{Example, Judged, Oracle};
use crate::instances::{Status, nullable};

pub(crate) struct PodActions;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    pod: Value,
    runtime_status: RuntimeStatus,
    restart_all_containers: bool,
    #[serde(default, deserialize_with = "nullable")]
    probes: BTreeMap<String, Results>,
    #[serde(default, deserialize_with = "nullable")]
    spec_changed: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeStatus {
    #[serde(default, deserialize_with = "nullable")]
    container_statuses: Vec<Status>,
    #[serde(default, deserialize_with = "nullable")]
    sandbox_statuses: Vec<SandboxStatus>,
}

#[derive(Deserialize)]
struct SandboxStatus {
    id: String,
    state: String,
    attempt: u32,
    #[serde(default)]
    ip: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    liveness: Option<String>,
    startup: Option<String>,
}

/// The parts of the spec that only this decision reads.
#[derive(Deserialize)]
struct ProbedPod {
    spec: ProbedSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProbedSpec {
    #[serde(default)]
    host_network: bool,
    #[serde(default, deserialize_with = "nullable")]
    init_containers: Vec<Probed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probed {
    liveness_probe: Option<IgnoredAny>,
    startup_probe: Option<IgnoredAny>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    kill_pod: bool,
    create_sandbox: bool,
    #[serde(rename = "sandboxID")]
    sandbox_id: String,
    attempt: u32,
    init_containers_to_start: Vec<usize>,
    containers_to_start: Vec<usize>,
    ephemeral_containers_to_start: Vec<usize>,
    containers_to_kill: Vec<Kill>,
    containers_to_reset: Vec<Remove>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Kill {
    id: String,
    name: String,
    reason: String,
    message: String,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    id: String,
    name: String,
    kill: bool,
}

impl Oracle for PodActions {
    const NAME: &'static str = "pod_actions";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let (got, row) = decide(&input);
        Judged { expected: output, got, rules: vec![format!("CTR-11 row {} ({})", row.number(), row.rule())] }
    }
}

impl Input {
    /// The statuses of a container, newest first.
    fn statuses<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Status> {
        self.runtime_status.container_statuses.iter().filter(move |status| status.name == name)
    }

    /// A result counts only if the spec defines the probe; for regular containers the result itself tells.
    fn health(&self, id: &str, defined: Option<&Probed>) -> Health {
        let none = Results::default();
        let results = self.probes.get(id).unwrap_or(&none);
        let probe = |defined: Option<bool>, result: Option<&str>| match (defined, result) {
            (Some(false), _) | (None, None) => Probe::Undefined,
            (_, Some("Success")) => Probe::Succeeded,
            (_, Some("Failure")) => Probe::Failed,
            (_, Some("UNKNOWN") | None) => Probe::Pending,
            (_, Some(other)) => panic!("{other} is no result of a probe"),
        };
        Health {
            definition: match self.spec_changed.contains(id) {
                true => Definition::Changed,
                false => Definition::Unchanged,
            },
            liveness: probe(defined.map(|of| of.liveness_probe.is_some()), results.liveness.as_deref()),
            startup: probe(defined.map(|of| of.startup_probe.is_some()), results.startup.as_deref()),
            resize: Resize::InPlace,
        }
    }

    fn sandbox(&self, host_network: bool) -> SandboxNeed {
        SandboxNeed::of(self.runtime_status.sandbox_statuses.iter().map(|sandbox| Sandbox {
            readiness: if sandbox.state == "ready" { Readiness::Ready } else { Readiness::NotReady },
            namespace: Namespace::AsAsked,
            address: match (host_network, &*sandbox.ip) {
                (true, _) => Address::OfNode,
                (false, "") => Address::Lacking,
                (false, _) => Address::Assigned,
            },
            attempt: sandbox.attempt,
        }))
    }
}

fn is_init(role: Role) -> bool {
    matches!(role, Role::Init | Role::Sidecar)
}

fn decide(input: &Input) -> (Output, sync::Row) {
    let pod = wire::Pod::deserialize(&input.pod).expect("a Pod");
    let probed = ProbedPod::deserialize(&input.pod).expect("a Pod with probes").spec;
    let view = View::of(&pod);
    let instances: Vec<Vec<Instance>> = (0..)
        .zip(&view.containers)
        .map(|(index, of)| {
            // The view lists init containers first.
            let defined =
                Some(index).filter(|_| is_init(of.role)).map(|at: usize| &probed.init_containers[at]);
            let statuses = input.statuses(of.name);
            statuses.map(|status| status.instance(|| input.health(&status.id, defined))).collect()
        })
        .collect();
    let containers: Vec<Container<'_>> = view
        .containers
        .iter()
        .zip(&instances)
        .map(|(of, instances)| Container { role: of.role, policy: of.facts().policy, instances })
        .collect();
    let need = input.sandbox(probed.host_network);
    let facts = Facts {
        policy: view.policy,
        deleting: if view.is_deleting() { Deleting::Yes } else { Deleting::No },
        sandbox: need,
        reset: if input.restart_all_containers { Reset::Due } else { Reset::NotDue },
    };
    let plan = sync::plan(facts, &containers);
    (render(input, &view.containers, plan, need), plan.row)
}

fn render(
    input: &Input,
    containers: &[view::Container<&str>],
    plan: sync::Plan<'_>,
    need: SandboxNeed,
) -> Output {
    let newest = input.runtime_status.sandbox_statuses.first();
    let verdicts: Vec<_> = containers.iter().zip(plan.verdicts()).collect();
    let starts = |wanted: fn(Role) -> bool| {
        let listed = verdicts.iter().filter(|(of, _)| wanted(of.role)).enumerate();
        listed.filter(|(_, (_, verdict))| verdict.starts() == Start::Yes).map(|(index, _)| index).collect()
    };
    let kill = |(of, verdict): &(&view::Container<&str>, sync::Verdict)| {
        Killing::of(of.role, of.name, *verdict).map(|text| Kill {
            id: input.statuses(of.name).next().expect("what is killed is known").id.clone(),
            name: of.name.to_owned(),
            reason: verdict.kills().expect("it is killed").reason().to_owned(),
            message: text.to_string(),
        })
    };
    let remove = |removal: sync::Removal| {
        let name = containers[removal.container].name;
        let status = input.statuses(name).nth(removal.instance).expect("what is removed is known");
        Remove { id: status.id.clone(), name: name.to_owned(), kill: removal.stop == Stop::First }
    };
    let mut containers_to_kill: Vec<Kill> = verdicts.iter().filter_map(kill).collect();
    containers_to_kill.sort();
    Output {
        kill_pod: plan.pod != PodAction::Keep,
        create_sandbox: matches!(plan.pod, PodAction::Replace { .. }),
        sandbox_id: newest.map(|sandbox| sandbox.id.clone()).unwrap_or_default(),
        attempt: match need {
            SandboxNeed::New { attempt } => attempt,
            SandboxNeed::Fits => newest.expect("a sandbox that fits").attempt,
        },
        init_containers_to_start: starts(is_init),
        containers_to_start: starts(|role| role == Role::Regular),
        ephemeral_containers_to_start: starts(|role| role == Role::Ephemeral),
        containers_to_kill,
        containers_to_reset: plan.removals().map(remove).collect(),
    }
}
