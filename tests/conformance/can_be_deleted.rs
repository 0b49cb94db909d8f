//! `can_be_deleted`: when the kubelet sends its final DELETE (KUB-35).

use pod_lifecycle::phase::{Deleting, Phase};
use pod_lifecycle::status::{Final, FinalFacts, Finished, Mirror, final_delete};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct CanBeDeleted;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    #[serde(default)]
    deleting: bool,
    #[serde(default)]
    mirror: bool,
    #[serde(default)]
    api_phase: String,
    /// The kubelet's own phase has no part in it.
    #[serde(rename = "localPhase")]
    _local_phase: Option<IgnoredAny>,
    #[serde(default)]
    pod_is_finished: bool,
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    delete: bool,
}

impl Oracle for CanBeDeleted {
    const NAME: &'static str = "can_be_deleted";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let decided = final_delete(FinalFacts {
            deleting: if input.deleting { Deleting::Yes } else { Deleting::No },
            mirror: if input.mirror { Mirror::Yes } else { Mirror::No },
            stored: Phase::from_api(&input.api_phase),
            finished: if input.pod_is_finished { Finished::Yes } else { Finished::No },
        });
        let got = Output { delete: decided == Final::Delete };
        Judged { expected: output, got, rules: vec!["KUB-35".to_owned()] }
    }
}
