//! `getPhase`: the phase computed from the containers (PHA-01 … PHA-04).

use pod_lifecycle::phase::{self, Initialized, Pass};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::view::View;
use pod_lifecycle::wire;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct Phase;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: wire::Pod<'a>,
    /// Regular and init containers together.
    #[serde(borrow)]
    statuses: Vec<wire::ContainerStatus<'a>>,
    pod_is_terminal: bool,
    pod_has_initialized: bool,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    phase: String,
}

impl Oracle for Phase {
    const NAME: &'static str = "phase";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let mut pod = input.pod;
        pod.status.init_container_statuses.clone_from(&input.statuses);
        pod.status.container_statuses = input.statuses;
        let view = View::of(&pod);
        let facts = phase::Facts {
            policy: view.policy,
            pass: if input.pod_is_terminal { Pass::Stopped } else { Pass::Running },
            source: view.source,
            initialized: if input.pod_has_initialized { Initialized::Yes } else { Initialized::No },
        };
        let row = phase::compute(facts, view.containers.iter().map(|container| container.facts()));
        let rules = vec![format!("{} row {:>2}", RuleId::PHA_04, row.number())];
        Judged { expected: output, got: Output { phase: row.phase().to_string() }, rules }
    }
}
