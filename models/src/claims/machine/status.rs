//! Cases of the status that the kubelet computes.

use pod_lifecycle::container::{ContainerPolicy, Role};
use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Phase, Source};
use pod_lifecycle::status::{
    self, ConditionType, Container, Facts, Identity, Listed, Probed, Ready, Run, RunState, Runs, Snapshot,
    StartFailure, Truth,
};
use pod_lifecycle::sync::SandboxNeed;

use super::{Cases, told};

/// A Pod whose phase is Running is ready.
pub(in super::super) fn running_is_ready(cases: &mut Cases) {
    for ready in [Ready::Yes, Ready::No] {
        let containers = [Container {
            role: Role::Regular,
            policy: ContainerPolicy::default(),
            runs: Runs::One(Run { state: RunState::Running, restarts: 0, identity: Identity::Other }),
            before: None,
            failure: StartFailure::None,
            probed: Probed { ready: Some(ready), started: None },
        }];
        let facts = Facts {
            policy: None,
            pass: Pass::Running,
            source: Source::Api,
            deleting: Deleting::No,
            sandbox: SandboxNeed::Fits,
            initialized: Initialized::Yes,
            deadline: Deadline::Open,
            gates: &[],
            api: Snapshot { phase: Some(Phase::Pending), conditions: &[] },
            cached: None,
            resize: &[],
        };
        let made = status::generate(facts, &containers);
        let phase = made.settled.phase;
        let is_ready = made.conditions().any(|condition| {
            matches!(condition, Listed::Made(verdict)
                if verdict.kind == ConditionType::Ready && verdict.status == Truth::True)
        });
        if phase == Phase::Running {
            cases.case(is_ready, || {
                let probe = if ready == Ready::Yes { "succeeds" } else { "fails" };
                let condition = if is_ready { "True" } else { "False" };
                told(
                    "Prober",
                    "Kubelet",
                    format!("the container runs, its readiness probe {probe}"),
                    format!("phase {phase}, condition Ready {condition}"),
                )
            });
        }
    }
}
