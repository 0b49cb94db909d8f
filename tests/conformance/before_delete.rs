//! `BeforeDelete` with the strategy of Pods: what a DELETE does to DT, G and the options before anything is stored.

use pod_lifecycle::deletion::{Effect, Input as Asked, Step};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::time::{Grace, Now, Time};
use pod_lifecycle::view::{DeleteCall, View};
use pod_lifecycle::wire;
use serde::{Deserialize, Deserializer, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct BeforeDelete;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: wire::Pod<'a>,
    #[serde(borrow)]
    options: wire::DeleteOptions<'a>,
    #[serde(deserialize_with = "clock")]
    now: Now,
}

fn clock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Now, D::Error> {
    Now::parse(<&str>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
    graceful: bool,
    graceful_pending: bool,
    /// Cut to the whole second, as it is stored.
    deletion_timestamp: Option<Time>,
    deletion_grace_period_seconds: Option<i64>,
    generation: i64,
    options_grace_period_seconds: Option<i64>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    reason: String,
    code: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    causes: Vec<Cause>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cause {
    field: String,
    reason: String,
}

impl Oracle for BeforeDelete {
    const NAME: &'static str = "before_delete";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let (got, rule) = decide(&input);
        Judged { expected: output, got, rules: vec![rule] }
    }
}

fn decide(Input { pod, options, now }: &Input<'_>) -> (Output, String) {
    let metadata = &pod.metadata;
    let refused = |reason: &str, code, causes| Output {
        error: Some(Refusal { reason: reason.to_owned(), code, causes }),
        graceful: false,
        graceful_pending: false,
        deletion_timestamp: metadata.deletion_timestamp,
        deletion_grace_period_seconds: metadata.deletion_grace_period_seconds,
        generation: metadata.generation,
        options_grace_period_seconds: options.grace_period_seconds,
    };
    let call = match DeleteCall::of(options) {
        Ok(call) => call,
        Err(invalid) => {
            let cause = |(field, reason): (&str, &str)| Cause { field: field.into(), reason: reason.into() };
            let mut causes: Vec<Cause> =
                invalid.causes().iter().map(|found| cause(found.field_and_reason())).collect();
            causes.sort();
            return (refused("Invalid", 422, causes), invalid.rule().to_string());
        }
    };
    if let Err(conflict) = call.preconditions.allow(&&*metadata.uid, &&*metadata.resource_version) {
        return (refused("Conflict", 409, Vec::new()), conflict.rule().to_string());
    }
    let view = View::of(pod);
    let Step { next, generation, effects, row, request, .. } = view
        .deletion
        .step(Asked::Delete(call.request), view.deletion_facts(*now))
        .expect("the state of an object refuses no DELETE");
    let number = row.number().expect("a DELETE is decided by a row");
    // Rows 8 and 9 are chosen after this function: it only says that nothing is left to wait for.
    let left = if number < 8 { next } else { view.deletion };
    let signed = |grace: Grace| i64::try_from(grace.as_secs()).expect("within the API's range");
    let got = Output {
        error: None,
        graceful: number < 8 && effects[0] == Some(Effect::Store),
        graceful_pending: number < 8 && effects == [None, None],
        deletion_timestamp: left.due(),
        deletion_grace_period_seconds: left.grace().map(signed),
        generation: generation.after(metadata.generation),
        options_grace_period_seconds: request.grace.map(signed),
    };
    (got, format!("{} ({} row {number})", row.rule(), RuleId::DEL_13))
}
