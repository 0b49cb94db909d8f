//! `generateAPIPodStatus`: the status that the kubelet computes (PHA-10 … PHA-25, CTR-40 … CTR-49).

mod input;
mod write;

use pod_lifecycle::Phase;
use pod_lifecycle::container::{Exit, ExitReason, Role, Started};
use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Wording};
use pod_lifecycle::status::{
    Before, Condition, ConditionType, Container, Facts, Gate, Identity, Probed, Ready, Run, RunState, Runs,
    Shown, Snapshot, StartFailure, Truth, generate,
};
use pod_lifecycle::sync::{Address, Namespace, Readiness, Sandbox, SandboxNeed};
use pod_lifecycle::view::View;
use pod_lifecycle::wire;
use serde::Deserialize;
use serde_json::Value;

use crate::harness::{Example, Judged, Oracle};
use input::{Input, Instance, ReadinessGate, Rest, Status};

pub(crate) struct PodStatus;

impl Oracle for PodStatus {
    const NAME: &'static str = "pod_status";
    type Case<'a> = Example<Input, Status>;
    type Outcome = Status;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Status> {
        let pod = wire::Pod::deserialize(&input.pod).expect("a Pod");
        let rest = Rest::deserialize(&input.pod).expect("a Pod");
        let case = Case { view: View::of(&pod), rest, input: &input };
        let (got, row, rule) = case.decide();
        Judged { expected: output, got, rules: vec![format!("PHA-04 row {row:>2}"), rule] }
    }
}

struct Case<'a> {
    view: View<&'a str>,
    rest: Rest,
    input: &'a Input,
}

impl Case<'_> {
    fn decide(&self) -> (Status, u8, String) {
        let api = &self.rest.status;
        let previous = self.previous();
        let (of_api, of_previous) = (conditions(api), conditions(previous));
        let gates: Vec<Gate> = self.rest.spec.readiness_gates.iter().map(|gate| self.gate(gate)).collect();
        let regulars = || self.view.containers.iter().filter(|of| of.role == Role::Regular);
        let runtime = &self.input.runtime_status;
        let mut active = runtime.active_container_statuses.iter().chain(
            runtime.container_statuses.iter().filter(|of| runtime.active_container_ids.contains(&of.id)),
        );
        let facts = Facts {
            policy: self.view.policy,
            pass: if self.input.pod_is_terminal { Pass::Stopped } else { Pass::Running },
            source: self.view.source,
            deleting: self.deleting(),
            sandbox: self.sandbox(),
            initialized: if active.any(|run| regulars().any(|of| of.name == run.name)) {
                Initialized::Yes
            } else {
                Initialized::No
            },
            deadline: if self.input.evict.is_some() { Deadline::Passed } else { Deadline::Open },
            gates: &gates,
            api: Snapshot { phase: Phase::from_api(&api.phase), conditions: &of_api },
            cached: self
                .input
                .cached_status
                .as_ref()
                .map(|cached| Snapshot { phase: Phase::from_api(&cached.phase), conditions: &of_previous }),
            resize: &[],
        };
        let containers: Vec<Container<'_>> =
            self.view.containers.iter().map(|container| self.container(container)).collect();
        let status = generate(facts, &containers);
        let (reason, message) = self.words(status.settled.wording);
        let got = Status {
            phase: status.settled.phase.to_string(),
            reason,
            message,
            conditions: status.conditions().map(|listed| self.condition(status, listed)).collect(),
            container_statuses: self.entries(status, |role| role == Role::Regular, true),
            init_container_statuses: self.entries(
                status,
                |role| matches!(role, Role::Init | Role::Sidecar),
                false,
            ),
        };
        (got, status.row.number(), status.settled.rule.to_string())
    }

    fn previous(&self) -> &Status {
        self.input.cached_status.as_ref().unwrap_or(&self.rest.status)
    }

    fn deleting(&self) -> Deleting {
        let marked = &self.input.pod["metadata"]["deletionTimestamp"];
        if marked.is_null() { Deleting::No } else { Deleting::Yes }
    }

    fn sandbox(&self) -> SandboxNeed {
        let host_network = self.rest.spec.host_network;
        SandboxNeed::of(self.input.runtime_status.sandbox_statuses.iter().map(|known| Sandbox {
            readiness: if known.state == "ready" { Readiness::Ready } else { Readiness::NotReady },
            namespace: if host_network { Namespace::Other } else { Namespace::AsAsked },
            address: match (host_network, known.ip.is_empty()) {
                (true, _) => Address::OfNode,
                (false, true) => Address::Lacking,
                (false, false) => Address::Assigned,
            },
            attempt: known.attempt,
        }))
    }

    fn gate(&self, ReadinessGate { condition_type }: &ReadinessGate) -> Gate {
        let kind = ConditionType::from_api(condition_type);
        if kind == ConditionType::Other {
            Gate::Other(
                self.rest.status.conditions.iter().position(|of| of["type"] == condition_type.as_str()),
            )
        } else {
            Gate::Named(kind)
        }
    }

    /// PHA-13, PHA-14.
    fn words(&self, wording: Wording) -> (String, String) {
        let (previous, api) = (self.previous(), &self.rest.status);
        let or = |text: &String, other: &String| if text.is_empty() { other.clone() } else { text.clone() };
        match (wording, &self.input.evict) {
            (Wording::Kept, _) => (or(&previous.reason, &api.reason), or(&previous.message, &api.message)),
            (Wording::DeadlineExceeded, Some(words)) => (words.reason.clone(), words.message.clone()),
            (Wording::DeadlineExceeded, None) | (Wording::Cleared, _) => (String::new(), String::new()),
        }
    }

    fn runs(&self, name: &str) -> impl Iterator<Item = &Instance> {
        self.input.runtime_status.container_statuses.iter().filter(move |run| run.name == name)
    }

    /// The entry that was reported before; the last one of a name counts.
    fn before(&self, role: Role, name: &str) -> Option<&Value> {
        let previous = self.previous();
        let list = match role {
            Role::Regular => &previous.container_statuses,
            Role::Init | Role::Sidecar => &previous.init_container_statuses,
            Role::Ephemeral => return None,
        };
        list.iter().rev().find(|entry| entry["name"] == name)
    }

    fn container<'v>(&self, container: &'v pod_lifecycle::view::Container<&str>) -> Container<'v> {
        let before = self.before(container.role, container.name);
        let id = before.map(|entry| entry["containerID"].as_str().unwrap_or_default());
        let results = self.input.probe.get(container.name).copied().unwrap_or_default();
        Container {
            role: container.role,
            policy: container.facts().policy,
            runs: Runs::of(self.runs(container.name).map(|run| run.fact(id))),
            before: before.map(reported),
            failure: if self.input.start_failures.contains_key(container.name) {
                StartFailure::Recorded
            } else {
                StartFailure::None
            },
            probed: Probed { ready: results.ready.map(ready), started: results.started.map(started) },
        }
    }
}

impl Instance {
    fn fact(&self, reported: Option<&str>) -> Run {
        Run {
            state: match self.state.as_str() {
                "created" => RunState::Created,
                "running" => RunState::Running,
                "exited" => RunState::Exited(Exit {
                    code: self.exit_code,
                    reason: ExitReason::from_api(&self.reason),
                }),
                "unknown" => RunState::Unknown,
                "" => RunState::Unset(self.exit_code),
                other => panic!("state {other}"),
            },
            restarts: self.restart_count,
            identity: if reported == Some(&*self.id) { Identity::Reported } else { Identity::Other },
        }
    }
}

fn reported(entry: &Value) -> Before {
    let exit = |state: &Value| {
        let ended = state.get("terminated").filter(|ended| !ended.is_null())?;
        let code = ended["exitCode"].as_i64().unwrap_or_default();
        let reason = ExitReason::from_api(ended["reason"].as_str().unwrap_or_default());
        Some(Exit { code: i32::try_from(code).expect("an exit code"), reason })
    };
    let state = &entry["state"];
    Before {
        shown: if let Some(exit) = exit(state) {
            Shown::Terminated(exit)
        } else if !state["running"].is_null() {
            Shown::Running
        } else if !state["waiting"].is_null() {
            Shown::Waiting
        } else {
            Shown::Empty
        },
        last: exit(&entry["lastState"]),
        restarts: i32::try_from(entry["restartCount"].as_i64().unwrap_or_default()).expect("a count"),
        started: entry["started"].as_bool().map(started),
        ready: ready(entry["ready"].as_bool().unwrap_or_default()),
    }
}

const fn ready(flag: bool) -> Ready {
    if flag { Ready::Yes } else { Ready::No }
}

const fn started(flag: bool) -> Started {
    if flag { Started::Yes } else { Started::NotYet }
}

fn conditions(status: &Status) -> Vec<Condition> {
    let text = |condition: &Value, member: &str| condition[member].as_str().unwrap_or_default().to_owned();
    let fact = |condition: &Value| Condition {
        kind: ConditionType::from_api(&text(condition, "type")),
        status: Truth::from_api(&text(condition, "status")),
    };
    status.conditions.iter().map(fact).collect()
}
