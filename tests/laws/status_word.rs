//! The word in the STATUS column (PHA-42), against the same said once more over plain JSON.

use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{StatusWord, View};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::strategies::config;

fn word(pod: &Value) -> String {
    let json = pod.to_string();
    let pod: Pod<'_> = wire::from_slice(json.as_bytes()).unwrap();
    StatusWord::of(&pod).to_string()
}

fn list<'a>(pod: &'a Value, place: &str) -> &'a [Value] {
    pod.pointer(place).and_then(Value::as_array).map_or(&[], |items| items.as_slice())
}

fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// What a container that ended says.
fn ending(state: &Value, reason: &mut String, prefix: &str) {
    let (told, signal) = (text(state, "/terminated/reason"), &state["terminated"]["signal"]);
    *reason = match signal.as_i64() {
        _ if !told.is_empty() => format!("{prefix}{told}"),
        Some(signal) if signal != 0 => format!("{prefix}Signal:{signal}"),
        _ => format!("{prefix}ExitCode:{}", state["terminated"]["exitCode"]),
    };
}

/// The column as a printer makes it: one text, overwritten step by step, the containers from the last to the first.
fn printed(pod: &Value) -> String {
    let mut reason = text(pod, "/status/phase").to_owned();
    if !text(pod, "/status/reason").is_empty() {
        text(pod, "/status/reason").clone_into(&mut reason);
    }
    let conditions = list(pod, "/status/conditions");
    for condition in conditions {
        if condition["type"] == "PodScheduled" && condition["reason"] == "SchedulingGated" {
            "SchedulingGated".clone_into(&mut reason);
        }
    }
    let specs = list(pod, "/spec/initContainers");
    let mut initializing = false;
    for (index, status) in list(pod, "/status/initContainerStatuses").iter().enumerate() {
        let state = &status["state"];
        let sidecar =
            specs.iter().any(|spec| spec["name"] == status["name"] && spec["restartPolicy"] == "Always");
        if state["terminated"]["exitCode"] == 0 || sidecar && status["started"] == true {
            continue;
        }
        let waits = text(state, "/waiting/reason");
        if !state["terminated"].is_null() {
            ending(state, &mut reason, "Init:");
        } else if !waits.is_empty() && waits != "PodInitializing" {
            reason = format!("Init:{waits}");
        } else {
            reason = format!("Init:{index}/{}", specs.len());
        }
        initializing = true;
        break;
    }
    let has = |kind: &str| {
        conditions.iter().find(|each| each["type"] == kind).is_some_and(|each| each["status"] == "True")
    };
    if !initializing || has("Initialized") {
        let (mut error, mut running) = (String::new(), false);
        for status in list(pod, "/status/containerStatuses").iter().rev() {
            let (state, waits) = (&status["state"], text(status, "/state/waiting/reason"));
            if !waits.is_empty() {
                waits.clone_into(&mut reason);
            } else if !state["terminated"].is_null() {
                ending(state, &mut reason, "");
                if state["terminated"]["exitCode"] != 0 {
                    error.clone_from(&reason);
                }
            } else if status["ready"] == true && !state["running"].is_null() {
                running = true;
            }
        }
        if reason == "Completed" {
            if running && has("Ready") {
                "Running".clone_into(&mut reason);
            } else if !error.is_empty() {
                reason = error;
            } else if running {
                "NotReady".clone_into(&mut reason);
            }
        }
    }
    let ended = ["Succeeded", "Failed"].contains(&text(pod, "/status/phase"));
    match pod["metadata"]["deletionTimestamp"].is_null() {
        false if pod["status"]["reason"] == "NodeLost" => "Unknown".to_owned(),
        false if !ended => "Terminating".to_owned(),
        true | false => reason,
    }
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(words)
}

fn state() -> impl Strategy<Value = Value> {
    let code = prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(137)];
    let reason = one_of(&["", "Completed", "Completed", "Error", "OOMKilled"]);
    prop_oneof![
        1 => Just(json!({})),
        2 => one_of(&["", "PodInitializing", "CrashLoopBackOff"]).prop_map(|reason| json!({"waiting": {"reason": reason}})),
        3 => Just(json!({"running": {}})),
        5 => (code, reason, option::of(0..10)).prop_map(|(code, reason, signal)| {
            json!({"terminated": {"exitCode": code, "reason": reason, "signal": signal}})
        }),
        1 => Just(json!({"waiting": {"reason": "Odd"}, "running": {}, "terminated": {"exitCode": 3}})),
    ]
}

fn statuses(names: &'static [&'static str]) -> impl Strategy<Value = Vec<Value>> {
    vec((state(), any::<bool>(), option::of(any::<bool>())), 0..=names.len()).prop_map(move |statuses| {
        let named = statuses.into_iter().zip(names);
        named
            .map(|((state, ready, started), name)| json!({"name": name, "state": state, "ready": ready, "started": started}))
            .collect()
    })
}

fn conditions() -> impl Strategy<Value = Vec<Value>> {
    let condition = |kind: &'static str, reason: &'static str| {
        option::of(any::<bool>()).prop_map(move |status| {
            status.map(|status| json!({"type": kind, "status": if status { "True" } else { "False" }, "reason": reason}))
        })
    };
    let gated = option::weighted(0.1, Just("SchedulingGated")).prop_map(|reason| {
        reason.map(|reason| json!({"type": "PodScheduled", "status": "False", "reason": reason}))
    });
    (condition("Initialized", ""), condition("Ready", "SchedulingGated"), gated)
        .prop_map(|(initialized, ready, gated)| [initialized, ready, gated].into_iter().flatten().collect())
}

fn pod() -> impl Strategy<Value = Value> {
    let policy = option::of(one_of(&["Always", "Never"]));
    let inits = vec(policy, 0..4).prop_map(|policies| {
        let named = policies.into_iter().zip(["i", "j", "k"]);
        named.map(|(policy, name)| json!({"name": name, "restartPolicy": policy})).collect::<Vec<_>>()
    });
    (
        one_of(&["Pending", "Running", "Succeeded", "Failed", "Unknown", "Odd"]),
        one_of(&["", "", "", "Evicted", "NodeLost", "Completed"]),
        option::weighted(0.3, Just("2026-01-02T03:04:05Z")),
        conditions(),
        inits,
        statuses(&["i", "j", "k"]),
        statuses(&["a", "b", "c"]),
    )
        .prop_map(|(phase, reason, deleted, conditions, specs, inits, containers)| {
            json!({
                "metadata": {"deletionTimestamp": deleted},
                "spec": {"initContainers": specs},
                "status": {
                    "phase": phase, "reason": reason, "conditions": conditions,
                    "initContainerStatuses": inits, "containerStatuses": containers,
                },
            })
        })
}

proptest! {
    #![proptest_config(config(3_000))]

    /// PHA-42: the word is the one that a printer arrives at.
    #[test]
    fn pha_42_the_word_is_the_printed_one(pod in pod()) {
        prop_assert_eq!(word(&pod), printed(&pod), "{}", pod);
    }

    /// PHA-42: deletion is told while the Pod has not ended, and changes nothing afterwards, but where a node was lost.
    #[test]
    fn pha_42_terminating_is_deleting_and_not_ended(pod in pod()) {
        let json = pod.to_string();
        let read: Pod<'_> = wire::from_slice(json.as_bytes()).unwrap();
        let view = View::of(&read);
        let is_lost = view.is_deleting() && pod["status"]["reason"] == "NodeLost";
        prop_assert_eq!(word(&pod) == "Terminating", view.is_terminating() && !is_lost);
        let mut live = pod.clone();
        live["metadata"]["deletionTimestamp"] = Value::Null;
        if view.is_terminal() && !is_lost {
            prop_assert_eq!(word(&pod), word(&live));
        }
    }
}

fn ended(code: i32, reason: &str) -> Value {
    json!({"terminated": {"exitCode": code, "reason": reason}})
}

/// Words that every user of `kubectl` has seen.
#[test]
fn pha_42_words_of_known_pods() {
    let pod = |phase: &str, inits: Value, containers: Value, ready: bool| {
        let ready = if ready { "True" } else { "False" };
        json!({
            "spec": {"initContainers": [{"name": "setup"}, {"name": "mesh", "restartPolicy": "Always"}]},
            "status": {
                "phase": phase, "conditions": [{"type": "Ready", "status": ready}],
                "initContainerStatuses": inits, "containerStatuses": containers,
            },
        })
    };
    let init =
        |name: &str, state: Value, started: bool| json!({"name": name, "state": state, "started": started});
    let done = || init("setup", ended(0, "Completed"), false);
    let runs = || json!({"running": {}});
    let waits = |reason: &str| json!({"waiting": {"reason": reason}});
    let app = |state: Value| json!({"name": "app", "state": state, "ready": true});
    let creating = || json!([app(waits("PodInitializing"))]);
    let cases = [
        ("Pending", pod("Pending", json!([]), json!([]), false)),
        ("ContainerCreating", pod("Pending", json!([]), json!([app(waits("ContainerCreating"))]), false)),
        ("Init:0/2", pod("Pending", json!([init("setup", runs(), false)]), creating(), false)),
        (
            "Init:0/2",
            pod("Pending", json!([init("setup", waits("PodInitializing"), false)]), creating(), false),
        ),
        ("Init:1/2", pod("Pending", json!([done(), init("mesh", runs(), false)]), creating(), false)),
        ("PodInitializing", pod("Pending", json!([done(), init("mesh", runs(), true)]), creating(), false)),
        ("Init:Error", pod("Pending", json!([init("setup", ended(1, "Error"), false)]), creating(), false)),
        ("Init:ExitCode:2", pod("Pending", json!([init("setup", ended(2, ""), false)]), creating(), false)),
        (
            "Init:CrashLoopBackOff",
            pod("Pending", json!([init("setup", waits("CrashLoopBackOff"), false)]), creating(), false),
        ),
        ("Running", pod("Running", json!([done()]), json!([app(runs())]), true)),
        ("Running", pod("Running", json!([]), json!([app(ended(0, "Completed")), app(runs())]), true)),
        ("NotReady", pod("Running", json!([]), json!([app(ended(0, "Completed")), app(runs())]), false)),
        (
            "Error",
            pod("Running", json!([]), json!([app(ended(0, "Completed")), app(ended(1, "Error"))]), false),
        ),
        ("Completed", pod("Succeeded", json!([]), json!([app(ended(0, "Completed"))]), false)),
        ("ExitCode:5", pod("Failed", json!([]), json!([app(ended(5, ""))]), false)),
        (
            "Signal:9",
            pod(
                "Failed",
                json!([]),
                json!([app(json!({"terminated": {"exitCode": 137, "signal": 9}}))]),
                false,
            ),
        ),
        ("OOMKilled", pod("Failed", json!([]), json!([app(ended(137, "OOMKilled"))]), false)),
    ];
    for (expected, pod) in cases {
        assert_eq!(word(&pod), expected, "{pod}");
    }
}
