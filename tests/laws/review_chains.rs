//! What several accepted changes do together is accepted: a watch that lost events convicts nobody.

use pod_lifecycle::validate::review;
use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{RuleId, View, Violation};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::monitor::{remove, set};
use crate::strategies::config;

fn pods() -> impl Strategy<Value = Value> {
    let policy = prop::sample::select(vec!["Always", "OnFailure", "Never"]);
    let own = prop::sample::select(vec![None, Some("Never"), Some("OnFailure"), Some("Always")]);
    let rule = prop::sample::select(vec![None, Some("Restart"), Some("RestartAllContainers")]);
    (policy, own.clone(), own, rule).prop_map(|(policy, first, second, rule)| {
        let container = |name: &str, own: Option<&str>| {
            let codes = json!({ "operator": "In", "values": [7] });
            let rules: Vec<_> = rule.map(|action| json!({ "action": action, "exitCodes": codes })).into_iter().collect();
            json!({ "name": name, "restartPolicy": own, "restartPolicyRules": if own.is_some() { rules } else { vec![] } })
        };
        json!({
            "metadata": {
                "name": "web", "uid": "u", "resourceVersion": "1", "generation": 1, "finalizers": ["a/a"],
                "creationTimestamp": "2026-01-01T00:00:00Z",
            },
            "spec": {
                "nodeName": "n", "restartPolicy": policy, "terminationGracePeriodSeconds": 30,
                "initContainers": [container("i", second)], "containers": [container("c", first)],
            },
            "status": { "phase": "Pending" },
        })
    })
}

/// One write of one field, sensible or not.
fn step() -> impl Strategy<Value = (&'static str, Value)> {
    let ended = |code: i32, reason: &str| json!({ "terminated": { "exitCode": code, "reason": reason } });
    let states = [
        json!({}),
        json!({ "waiting": {} }),
        json!({ "running": {} }),
        ended(0, ""),
        ended(1, ""),
        ended(7, ""),
        ended(0, "OOMKilled"),
        ended(137, "ContainerStatusUnknown"),
    ];
    let status = |name: &'static str| {
        let entry = (prop::sample::select(states.to_vec()), 0..3)
            .prop_map(move |(state, count)| json!([{ "name": name, "state": state, "restartCount": count }]));
        prop_oneof![1 => Just(json!([])), 6 => entry]
    };
    let phases = ["Pending", "Running", "Succeeded", "Failed", ""].map(|phase| json!(phase));
    let seconds = |second: u32| json!(format!("2026-01-01T00:01:{second:02}Z"));
    prop_oneof![
        8 => status("c").prop_map(|list| ("/status/containerStatuses", list)),
        4 => status("i").prop_map(|list| ("/status/initContainerStatuses", list)),
        5 => prop::sample::select(phases.to_vec()).prop_map(|phase| ("/status/phase", phase)),
        2 => (0..60_u32).prop_map(move |second| ("/metadata/deletionTimestamp", seconds(second))),
        2 => prop::sample::select(vec![0, 1, 2, 30]).prop_map(|grace| ("/metadata/deletionGracePeriodSeconds", json!(grace))),
        1 => prop::sample::select(vec![json!([]), json!(["orphan"]), json!(["a/a"])])
            .prop_map(|names| ("/metadata/finalizers", names)),
        1 => (1..4).prop_map(|generation| ("/metadata/generation", json!(generation))),
    ]
}

fn judge(old: &Value, new: &Value) -> Vec<Violation> {
    let (old, new) = (old.to_string(), new.to_string());
    let (old, new): (Pod<'_>, Pod<'_>) =
        (wire::from_slice(old.as_bytes()).unwrap(), wire::from_slice(new.as_bytes()).unwrap());
    review(&View::of(&old), &View::of(&new))
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn accepted_changes_make_an_accepted_one(first in pods(), steps in prop::collection::vec(prop::collection::vec(step(), 1..4), 4..40)) {
        let mut chain = vec![first];
        for step in steps {
            let old = &chain[chain.len() - 1];
            let mut new = old.clone();
            for (field, value) in step {
                set(&mut new, field, value).unwrap();
            }
            // A grace without a time is no state of the store, nor a time without a grace.
            if new["metadata"].get("deletionTimestamp").is_none() {
                remove(&mut new, "/metadata/deletionGracePeriodSeconds").unwrap_or_default();
            }
            if judge(old, &new).is_empty() {
                chain.push(new);
            }
        }
        for (place, old) in chain.iter().enumerate() {
            for new in &chain[place..] {
                prop_assert_eq!(judge(old, new), vec![], "{} became {}", old, new);
            }
        }
    }
}

/// The chain stands for what it is: of a final exit there is no way back, neither in one step nor in several.
#[test]
fn inv_14_no_step_hides_a_final_exit() {
    let pod = |state: Value| {
        let mut statuses = vec![json!({ "name": "c", "restartCount": 0, "state": state })];
        statuses.retain(|status| !status["state"].is_null());
        json!({
            "metadata": { "name": "web", "uid": "u" },
            "spec": { "nodeName": "n", "restartPolicy": "Never", "containers": [{ "name": "c" }] },
            "status": { "phase": "Running", "containerStatuses": statuses },
        })
    };
    let [done, failed] = [0, 1].map(|code| pod(json!({ "terminated": { "exitCode": code } })));
    for (new, rule) in [
        (pod(json!(null)), RuleId::CTR_42),
        (failed, RuleId::CTR_40),
        (pod(json!({ "running": {} })), RuleId::VAL_22),
        (pod(json!({ "waiting": {} })), RuleId::VAL_22),
    ] {
        assert_eq!(judge(&done, &new).iter().map(Violation::rule).collect::<Vec<_>>(), [rule]);
    }
}
