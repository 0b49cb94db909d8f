//! `calculateEffectiveGracePeriod`: the grace that a pod worker gives (KUB-13).

use pod_lifecycle::rules::RuleId;
use pod_lifecycle::time::Grace;
use pod_lifecycle::worker::{GraceChange, GraceFacts, effective_grace};
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct EffectiveGrace;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    current_grace_period: i64,
    deletion_grace_period_seconds: Option<i64>,
    termination_grace_period_seconds: Option<i64>,
    r#override: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    grace_period: u64,
    shortened: bool,
}

impl Oracle for EffectiveGrace {
    const NAME: &'static str = "effective_grace";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let found = effective_grace(GraceFacts {
            held: Some(Grace::from_signed(input.current_grace_period)).filter(|held| *held != Grace::ZERO),
            deletion: input.deletion_grace_period_seconds.map(Grace::from_signed),
            spec: input.termination_grace_period_seconds.map(Grace::from_signed),
            asked: input.r#override.map(Grace::from_signed),
        });
        let got =
            Output { grace_period: found.grace.as_secs(), shortened: found.change == GraceChange::Shortened };
        Judged { expected: output, got, rules: vec![RuleId::KUB_13.to_string()] }
    }
}
