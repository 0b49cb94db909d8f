//! `mergePodStatus`: what the kubelet writes over a stored status (PHA-31, PHA-32, PHA-34).

use pod_lifecycle::phase::{Phase, Processes, Publication};
use pod_lifecycle::rules::RuleId;
use pod_lifecycle::status::{Condition, ConditionType, Content, Merged, Since, Snapshot, Truth, merge};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};
use crate::instances::nullable;

pub(crate) struct Merge;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input {
    pod: Pod,
    old: Status,
    new: Status,
    could_have_running_containers: bool,
}

#[derive(Deserialize)]
struct Pod {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    generation: i64,
}

/// A status; the members that the merge leaves alone are not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Status {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    phase: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    observed_generation: i64,
    #[serde(default, deserialize_with = "nullable")]
    conditions: Vec<WrittenCondition>,
    #[serde(default, rename = "startTime", skip_serializing)]
    _start_time: Unread,
    #[serde(default, rename = "containerStatuses", skip_serializing)]
    _container_statuses: Unread,
}

/// A member that has no influence.
#[derive(Clone, Copy, Debug, Default)]
struct Unread;

impl PartialEq for Unread {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Unread {}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenCondition {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    observed_generation: i64,
    #[serde(default)]
    status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_transition_time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transition_time_now: Option<bool>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Oracle for Merge {
    const NAME: &'static str = "merge";
    type Case<'a> = Example<Input, Status>;
    type Outcome = Status;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Status> {
        let (old, new) = (facts(&input.old), facts(&input.new));
        let processes =
            if input.could_have_running_containers { Processes::Possible } else { Processes::Stopped };
        let merged = merge(snapshot(&input.old, &old), snapshot(&input.new, &new), processes);
        let conditions: Vec<Merged> = merged.conditions().collect();
        let rule = if merged.publication == Publication::Withheld {
            RuleId::PHA_32
        } else if conditions.iter().any(|of| matches!(of.content, Content::NotReady(..))) {
            RuleId::PHA_34
        } else {
            RuleId::PHA_31
        };
        let mut got = Status {
            conditions: conditions.iter().map(|merged| write(*merged, &input)).collect(),
            ..input.new.clone()
        };
        if merged.publication == Publication::Withheld {
            let Status { phase, reason, message, .. } = input.old;
            got = Status { phase, reason, message, ..got };
        }
        Judged { expected: output, got, rules: vec![rule.to_string()] }
    }
}

fn facts(status: &Status) -> Vec<Condition> {
    let fact = |written: &WrittenCondition| Condition {
        kind: ConditionType::from_api(&written.kind),
        status: Truth::from_api(&written.status),
    };
    status.conditions.iter().map(fact).collect()
}

fn snapshot<'a>(status: &Status, conditions: &'a [Condition]) -> Snapshot<'a> {
    Snapshot { phase: Phase::from_api(&status.phase), conditions }
}

fn write(Merged { content, since }: Merged, input: &Input) -> WrittenCondition {
    let (old, new) = (&input.old.conditions, &input.new.conditions);
    let mut written = match content {
        Content::Stored(index) => old[index].clone(),
        Content::New(index) => new[index].clone(),
        Content::NotReady(kind, reason) => WrittenCondition {
            kind: kind.as_str().to_owned(),
            observed_generation: input.pod.metadata.generation,
            status: Truth::False.as_str().to_owned(),
            reason: reason.as_str().to_owned(),
            ..WrittenCondition::default()
        },
    };
    (written.last_transition_time, written.transition_time_now) = match since {
        Since::Stored(index) => (old[index].last_transition_time.clone(), None),
        Since::New(index) => (new[index].last_transition_time.clone(), None),
        Since::Now => (None, Some(true)),
    };
    written
}
