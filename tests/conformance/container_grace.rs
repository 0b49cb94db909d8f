//! `container_grace`: the base grace of a kill (KUB-41, KUB-42).

use pod_lifecycle::termination::{GraceSources, KillReason};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct ContainerGrace;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    #[serde(default)]
    pub(crate) reason: String,
    deletion_grace_period_seconds: Option<i64>,
    termination_grace_period_seconds: Option<i64>,
    liveness_probe_termination_grace_period_seconds: Option<i64>,
    startup_probe_termination_grace_period_seconds: Option<i64>,
    /// Only in `kill_grace`.
    #[serde(rename = "override")]
    pub(crate) asked: Option<i64>,
}

impl Input {
    pub(crate) fn base(&self) -> i64 {
        let sources = GraceSources {
            deletion: self.deletion_grace_period_seconds,
            spec: self.termination_grace_period_seconds,
            liveness: self.liveness_probe_termination_grace_period_seconds,
            startup: self.startup_probe_termination_grace_period_seconds,
        };
        sources.base(match self.reason.as_str() {
            "StartupProbe" => KillReason::StartupProbe,
            "LivenessProbe" => KillReason::LivenessProbe,
            _ => KillReason::Other,
        })
    }
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    grace_period: i64,
}

impl Oracle for ContainerGrace {
    const NAME: &'static str = "container_grace";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(case: Example<Input, Output>) -> Judged<Output> {
        let got = Output { grace_period: case.input.base() };
        Judged { expected: case.output, got, rules: vec!["KUB-41".to_owned()] }
    }
}
