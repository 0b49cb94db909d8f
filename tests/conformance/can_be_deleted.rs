//! `canBeDeleted`: whether the kubelet sends the final DELETE (KUB-35).

use pod_lifecycle::Phase;
use pod_lifecycle::final_status::{FinalDelete, Finished, Object, final_delete};
use pod_lifecycle::phase::Deleting;
use pod_lifecycle::rules::RuleId;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct CanBeDeleted;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    deleting: bool,
    mirror: bool,
    api_phase: String,
    #[serde(rename = "localPhase")]
    _local_phase: String,
    pod_is_finished: bool,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    delete: bool,
}

impl Oracle for CanBeDeleted {
    const NAME: &'static str = "can_be_deleted";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let decided = final_delete(
            if input.deleting { Deleting::Yes } else { Deleting::No },
            if input.mirror { Object::Mirror } else { Object::Own },
            Phase::from_api(&input.api_phase),
            if input.pod_is_finished { Finished::Yes } else { Finished::No },
        );
        let got = Output { delete: decided == FinalDelete::Sent };
        Judged { expected: output, got, rules: vec![RuleId::KUB_35.to_string()] }
    }
}
