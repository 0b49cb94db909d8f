//! Changes that mean something, at every event of recorded histories but the first of a Pod: each is reported there and
//! then, under its rule, or a rule says why it is legal. `monitor_fields` changes each single field, also at the first.

use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{self, Document};
use pod_lifecycle::{Force, RuleId, Violation};
use serde_json::{Value, json};

use crate::monitor::{LEGAL, events, is_terminal, may_be_rejected, remove, set};

/// What must come of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expect {
    Broken(RuleId),
    /// This rule allows it.
    Legal(RuleId),
}
use Expect::{Broken, Legal};

/// Changes the object of an event, given the one before; says what must come of it, or declines.
type Change = fn(&Value, &mut Value) -> Option<Expect>;

fn deleting(object: &Value) -> bool {
    object["metadata"].get("deletionTimestamp").is_some()
}

fn bound(object: &Value) -> bool {
    object["spec"].get("nodeName").is_some()
}

/// Whether the last container state of `new` could stand under a phase `Succeeded` (PHA-04).
fn may_succeed(new: &Value) -> bool {
    new["status"]["containerStatuses"].as_array().is_none_or(|all| {
        all.iter().all(|one| {
            one["state"].get("running").is_none()
                && one["state"]["terminated"]["exitCode"].as_i64().unwrap_or(0) == 0
        })
    })
}

fn phase(old: &Value, new: &mut Value, to: &str) -> Option<Expect> {
    let before = old["status"]["phase"].as_str()?.to_owned();
    if before == to || !bound(new) {
        return None;
    }
    set(new, "/status/phase", json!(to))?;
    // The kubelet's DisruptionTarget has a law of its own.
    if new.to_string().contains("TerminationByKubelet") {
        return None;
    }
    Some(if is_terminal(old) {
        Broken(RuleId::PHA_15)
    } else if to == "Succeeded" && !may_succeed(new) {
        Broken(RuleId::PHA_04)
    } else {
        Legal(RuleId::PHA_40)
    })
}

#[rustfmt::skip]
const CHANGES: &[(&str, Change)] = &[
    ("name", |_, new| { set(new, "/metadata/name", json!("other"))?; Some(Broken(RuleId::VAL_01)) }),
    ("namespace", |_, new| { set(new, "/metadata/namespace", json!("other"))?; Some(Broken(RuleId::VAL_01)) }),
    ("uid", |_, new| { set(new, "/metadata/uid", json!("other"))?; Some(Broken(RuleId::VAL_01)) }),
    ("creationTimestamp", |_, new| { set(new, "/metadata/creationTimestamp", json!("2001-01-01T00:00:00Z"))?; Some(Broken(RuleId::VAL_01)) }),
    ("resourceVersion falls", |_, new| { set(new, "/metadata/resourceVersion", json!("1"))?; Some(Broken(RuleId::INV_03)) }),
    ("resourceVersion jumps", |_, new| { set(new, "/metadata/resourceVersion", json!("99999999"))?; Some(Legal(RuleId::INV_03)) }),
    ("generation falls", |_, new| { set(new, "/metadata/generation", json!(0))?; Some(Broken(RuleId::INV_11)) }),
    ("generation grows", |_, new| { set(new, "/metadata/generation", json!(99))?; Some(Legal(RuleId::OBJ_03)) }),
    ("deletion cleared", |old, new| {
        remove(new, "/metadata/deletionTimestamp")?;
        remove(new, "/metadata/deletionGracePeriodSeconds")?;
        deleting(old).then_some(Broken(RuleId::INV_04))
    }),
    ("deletionGracePeriodSeconds removed", |_, new| {
        remove(new, "/metadata/deletionGracePeriodSeconds").filter(|()| deleting(new))?;
        Some(Broken(RuleId::INV_04))
    }),
    ("deletionGracePeriodSeconds grows", |old, new| {
        let grace = old["metadata"]["deletionGracePeriodSeconds"].as_u64()?;
        set(new, "/metadata/deletionGracePeriodSeconds", json!(grace + 7))?;
        Some(Broken(RuleId::INV_05))
    }),
    ("deletionTimestamp moves alone", |old, new| {
        let grace = old["metadata"].get("deletionGracePeriodSeconds").filter(|grace| **grace != json!(0))?;
        set(new, "/metadata/deletionGracePeriodSeconds", grace.clone())?;
        set(new, "/metadata/deletionTimestamp", json!("2101-01-01T00:00:00Z"))?;
        Some(Broken(RuleId::DEL_08))
    }),
    ("a finalizer is added", |old, new| {
        let mut names = new["metadata"].get("finalizers").cloned().unwrap_or_else(|| json!([]));
        names.as_array_mut()?.push(json!("example.com/added"));
        set(new, "/metadata/finalizers", names)?;
        Some(if deleting(old) { Broken(RuleId::INV_06) } else { Legal(RuleId::VAL_05) })
    }),
    ("finalizers are removed", |_, new| { remove(new, "/metadata/finalizers")?; Some(Legal(RuleId::DEL_17)) }),
    ("config.mirror", |_, new| { set(new, "/metadata/annotations", json!({ "kubernetes.io/config.mirror": "x" }))?; Some(Broken(RuleId::VAL_17)) }),
    ("config.source", |_, new| { set(new, "/metadata/annotations", json!({ "kubernetes.io/config.source": "file" }))?; Some(Legal(RuleId::VAL_00)) }),
    ("nodeName", |old, new| { bound(old).then(|| set(new, "/spec/nodeName", json!("other")))??; Some(Broken(RuleId::INV_09)) }),
    ("restartPolicy", |old, new| {
        let other = if old["spec"]["restartPolicy"] == "Never" { "Always" } else { "Never" };
        set(new, "/spec/restartPolicy", json!(other))?;
        Some(Broken(RuleId::INV_13))
    }),
    ("terminationGracePeriodSeconds", |_, new| { set(new, "/spec/terminationGracePeriodSeconds", json!(77))?; Some(Broken(RuleId::INV_13)) }),
    ("activeDeadlineSeconds", |old, new| {
        let had = old["spec"].get("activeDeadlineSeconds").is_some();
        set(new, "/spec/activeDeadlineSeconds", json!(1_000_000))?;
        Some(if had { Broken(RuleId::INV_15) } else { Legal(RuleId::VAL_10) })
    }),
    ("schedulingGates", |_, new| { set(new, "/spec/schedulingGates", json!([{ "name": "a/b" }]))?; Some(Broken(RuleId::INV_10)) }),
    ("containers: name", |_, new| { set(new, "/spec/containers/0/name", json!("other"))?; Some(Broken(RuleId::INV_13)) }),
    ("containers: one more", |_, new| { new["spec"]["containers"].as_array_mut()?.push(json!({ "name": "more" })); Some(Broken(RuleId::INV_13)) }),
    ("containers: restartPolicy", |old, new| {
        let other = if old["spec"]["containers"][0]["restartPolicy"] == "Never" { "Always" } else { "Never" };
        set(new, "/spec/containers/0/restartPolicy", json!(other))?;
        Some(Broken(RuleId::INV_13))
    }),
    ("containers: restartPolicyRules", |_, new| {
        let rule = json!([{ "action": "Restart", "exitCodes": { "operator": "In", "values": [77] } }]);
        set(new, "/spec/containers/0/restartPolicyRules", rule)?;
        Some(Broken(RuleId::INV_13))
    }),
    ("initContainers: one more", |_, new| { set(new, "/spec/initContainers", json!([{ "name": "more" }]))?; Some(Broken(RuleId::INV_13)) }),
    ("ephemeralContainers: one more", |_, new| { set(new, "/spec/ephemeralContainers", json!([{ "name": "more" }]))?; Some(Legal(RuleId::VAL_16)) }),
    ("phase Pending", |old, new| phase(old, new, "Pending")),
    ("phase Running", |old, new| phase(old, new, "Running")),
    ("phase Succeeded", |old, new| phase(old, new, "Succeeded")),
    ("phase Failed", |old, new| phase(old, new, "Failed")),
    ("phase Unknown", |_, new| { set(new, "/status/phase", json!("Unknown"))?; Some(Broken(RuleId::PHA_41)) }),
    ("no phase at all", |_, new| { set(new, "/status/phase", json!("Terminating"))?; Some(Broken(RuleId::OBJ_31)) }),
    ("reason", |_, new| { set(new, "/status/reason", json!("Other"))?; Some(Legal(RuleId::OBJ_33)) }),
    ("startTime", |old, new| { old["status"].get("startTime")?; set(new, "/status/startTime", json!("2001-01-01T00:00:00Z"))?; Some(Broken(RuleId::OBJ_32)) }),
    ("startTime removed", |old, new| { old["status"].get("startTime")?; remove(new, "/status/startTime")?; Some(Broken(RuleId::OBJ_32)) }),
    ("DisruptionTarget by the kubelet", |old, new| {
        let conditions = json!([{ "type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet" }]);
        if old.to_string().contains("DisruptionTarget") || (is_terminal(new) && !is_terminal(old)) {
            return None;
        }
        set(new, "/status/conditions", conditions)?;
        Some(Broken(RuleId::INV_29))
    }),
    ("DisruptionTarget by another", |_, new| {
        set(new, "/status/conditions", json!([{ "type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler" }]))?;
        Some(Legal(RuleId::OBJ_40))
    }),
    ("containerStatuses: restartCount falls", |old, new| {
        let count = old["status"]["containerStatuses"][0]["restartCount"].as_i64().filter(|count| *count > 0)?;
        set(new, "/status/containerStatuses/0/restartCount", json!(count - 1))?;
        Some(if may_be_rejected(old, new) { Legal(RuleId::CRE_45) } else { Broken(RuleId::CTR_21) })
    }),
    ("containerStatuses: restartCount grows", |_, new| { set(new, "/status/containerStatuses/0/restartCount", json!(99))?; Some(Legal(RuleId::CTR_22)) }),
    ("containerStatuses: started", |_, new| { set(new, "/status/containerStatuses/0/started", json!(false))?; Some(Legal(RuleId::OBJ_53)) }),
    ("containerStatuses: lastState", |_, new| {
        set(new, "/status/containerStatuses/0/lastState", json!({ "terminated": { "exitCode": 3 } }))?;
        Some(Legal(RuleId::VAL_24))
    }),
    ("containerStatuses: dropped", |old, new| {
        remove(new, "/status/containerStatuses")?;
        let had = old["status"].get("containerStatuses").is_some();
        Some(if had && !may_be_rejected(old, new) { Broken(RuleId::CTR_42) } else { Legal(RuleId::CRE_42) })
    }),
    ("containerStatuses: exit code", |old, new| {
        let before = old["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"].as_i64();
        new["status"]["containerStatuses"][0]["state"].get("terminated")?;
        if old["spec"]["containers"][0].get("restartPolicy").is_some() || new["status"]["phase"] == "Succeeded" {
            return None;
        }
        set(new, "/status/containerStatuses/0/state/terminated/exitCode", json!(99))?;
        Some(match (old["spec"]["restartPolicy"].as_str()?, before) {
            (_, None) | ("Always", _) => Legal(RuleId::VAL_24),
            ("OnFailure", Some(code)) if code != 0 => Legal(RuleId::CTR_01),
            _ if may_be_rejected(old, new) => Legal(RuleId::CRE_45),
            _ => Broken(RuleId::CTR_40),
        })
    }),
    ("containerStatuses: exit code under Succeeded", |old, new| {
        let before = old["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"].as_i64()?;
        if new["status"]["phase"] != "Succeeded" || before != 0 {
            return None;
        }
        set(new, "/status/containerStatuses/0/state/terminated/exitCode", json!(99))?;
        Some(Broken(RuleId::PHA_04))
    }),
    ("containerStatuses: startedAt", |_, new| {
        new["status"]["containerStatuses"][0]["state"].get("running")?;
        set(new, "/status/containerStatuses/0/state/running/startedAt", json!("2001-01-01T00:00:00Z"))?;
        Some(Legal(RuleId::CTR_26))
    }),
    ("containerStatuses: finishedAt", |_, new| {
        new["status"]["containerStatuses"][0]["lastState"].get("terminated")?;
        set(new, "/status/containerStatuses/0/lastState/terminated/finishedAt", json!("2001-01-01T00:00:00Z"))?;
        Some(Legal(RuleId::CTR_26))
    }),
    ("phase removed", |_, new| { remove(new, "/status/phase")?; Some(Broken(RuleId::OBJ_31)) }),
    ("containerStatuses: running after the end", |old, new| {
        let before = &old["status"]["containerStatuses"][0]["state"];
        if !is_terminal(old) || !is_terminal(new) || before.get("running").is_some() || old["status"]["phase"] != new["status"]["phase"] {
            return None;
        }
        set(new, "/status/containerStatuses/0/state", json!({ "running": {} }))?;
        Some(Broken(RuleId::INV_21))
    }),
];

fn observe(monitor: &mut Monitor, event: &Value) -> Vec<Violation> {
    let text = event.to_string();
    let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    monitor.take_in(&document, |_, verdict| found.extend(verdict.violations));
    found
}

#[test]
fn every_change_of_a_field_is_reported_or_allowed() {
    for (what, change) in CHANGES {
        let mut tried = 0;
        for trace in LEGAL {
            let events = events(trace);
            let mut monitor = Monitor::new();
            for (place, event) in events.iter().enumerate() {
                let uid = &event["object"]["metadata"]["uid"];
                let before =
                    events[..place].iter().rfind(|before| before["object"]["metadata"]["uid"] == *uid);
                let mut changed = event.clone();
                if let (Some(before), true) = (before, event["type"] != "ADDED")
                    && let Some(expected) = change(&before["object"], &mut changed["object"])
                    && changed != *event
                {
                    tried += 1;
                    let found = observe(&mut monitor.clone(), &changed);
                    let rules: Vec<_> = found.iter().map(Violation::rule).collect();
                    let right = match expected {
                        Broken(rule) => rules.contains(&rule),
                        Legal(_) => found.iter().all(|broken| broken.force() == Force::Hazard),
                    };
                    assert!(
                        right,
                        "{what} at event {} of {trace}: expected {expected:?}, found {rules:?}",
                        place + 1
                    );
                }
                assert_eq!(observe(&mut monitor, event), [], "{trace}, event {}", place + 1);
            }
        }
        assert!(tried > 0 || what.contains("removed"), "no event for «{what}»");
    }
}
