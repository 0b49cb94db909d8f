//! One generator for every field that the wire reads of a Pod, at every event of recorded histories, as a watch and as
//! an audit log tell them: what becomes of a change is said here, field by field, over plain JSON.

use std::collections::BTreeSet;

use pod_lifecycle::monitor::{Monitor, Unknown};
use pod_lifecycle::wire::{self, Document};
use pod_lifecycle::{Force, RuleId, Violation};
use serde_json::{Value, json};

use crate::monitor::{LEGAL, events, is_terminal, may_be_rejected};
use crate::monitor_whole::{enriched, field, leaves, whole_pod};

/// What must come of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Expect {
    Broken(RuleId),
    /// This rule allows it; at most a hazard is told.
    Legal(RuleId),
    /// It is told as a hazard under VAL-01.
    CannotTell,
}
use Expect::{Broken, CannotTell, Legal};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Watch,
    Audit,
}

/// What the wire reads of a Pod.
fn read() -> BTreeSet<String> {
    let mut found = Vec::new();
    leaves(&serde_json::to_value(whole_pod()).unwrap(), "", &mut found);
    found.iter().map(|pointer| field(pointer)).collect()
}

/// Another value of the same kind.
fn other(field: &str, value: &Value) -> Value {
    match value {
        Value::String(_) if field.ends_with("resourceVersion") => json!("1"),
        Value::String(text) if text.len() == 20 && text.ends_with('Z') => json!("2101-01-01T00:00:00Z"),
        Value::String(_) => json!("mutated"),
        Value::Bool(yes) => json!(!yes),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            json!(value.as_i64().unwrap() + 1)
        }
    }
}

fn grace(pod: &Value) -> Option<i64> {
    pod["metadata"]["deletionGracePeriodSeconds"].as_i64()
}

/// By how many seconds of one day the deletionTimestamp moved.
fn moved_by(old: &Value, new: &Value) -> i64 {
    let seconds = |pod: &Value| {
        let time = pod["metadata"]["deletionTimestamp"].as_str().unwrap()[11..19].split(':');
        time.fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap())
    };
    seconds(new) - seconds(old)
}

/// What must come of a change of `field` at `pointer`; `new` is the state after it, `old` the one before the event.
fn expect(source: Source, field: &str, pointer: &str, old: &Value, new: &Value) -> Expect {
    let (kind, rest) = field[1..].split_once('/').unwrap();
    match (kind, rest) {
        // An answer about another Pod: who has which name when is not told by answers.
        ("metadata", "uid") if source == Source::Audit => Legal(RuleId::CRE_15),
        ("metadata", "uid") => {
            if outlived(old, new) {
                Broken(RuleId::VAL_01)
            } else {
                CannotTell
            }
        }
        ("metadata", "name" | "namespace" | "creationTimestamp") => Broken(RuleId::VAL_01),
        ("metadata", "resourceVersion") => Broken(RuleId::INV_03),
        ("metadata", "generation") => Legal(RuleId::OBJ_03),
        ("metadata", "deletionTimestamp") => match (grace(old), grace(new)) {
            (Some(left), Some(now)) if left == now => Broken(RuleId::DEL_08),
            (_, _) => Legal(RuleId::DEL_08), // clamped to now
        },
        ("metadata", "deletionGracePeriodSeconds") => match grace(old) {
            Some(left) if grace(new) > Some(left) => Broken(RuleId::INV_05),
            Some(left) if moved_by(old, new) == grace(new).unwrap() - left => Legal(RuleId::DEL_08),
            Some(_) if grace(new) == Some(1) && moved_by(old, new) > 1 - grace(old).unwrap() => {
                Legal(RuleId::DEL_08) // clamped to now
            }
            Some(_) => Broken(RuleId::DEL_08),
            None if new["spec"].get("nodeName").is_none() => Broken(RuleId::INV_12),
            None if is_terminal(old) => Broken(RuleId::DEL_05),
            None => Legal(RuleId::DEL_05),
        },
        ("metadata", "finalizers/*") => match grace(old) {
            Some(_) => Broken(RuleId::INV_06),
            None => Legal(RuleId::VAL_05),
        },
        ("metadata", _) => Legal(RuleId::VAL_00), // config.source
        ("spec", "nodeName") if old["spec"].get("nodeName").is_none() => Legal(RuleId::CRE_30),
        ("spec", "nodeName") => Broken(RuleId::INV_09),
        ("spec", "activeDeadlineSeconds") => Broken(RuleId::INV_15),
        ("spec", rest) if rest.starts_with("ephemeralContainers") => Broken(RuleId::VAL_16),
        ("spec", _) => Broken(RuleId::INV_13),
        ("status", "phase") => Broken(RuleId::OBJ_31),
        ("status", "reason") => Legal(RuleId::OBJ_33),
        ("status", "startTime") if old["status"].get("startTime").is_some() => Broken(RuleId::OBJ_32),
        ("status", "startTime") => Legal(RuleId::OBJ_32),
        ("status", rest) if rest.starts_with("conditions") => Legal(RuleId::OBJ_40),
        ("status", _) => entry(rest, pointer, old, new),
        (_, _) => panic!("{field} is not in the list"),
    }
}

/// Whether the old Pod was there in a second after that of its creation, or nothing can have come between (VAL-01).
fn outlived(old: &Value, new: &Value) -> bool {
    let created = old["metadata"]["creationTimestamp"].as_str().unwrap();
    let mut found = Vec::new();
    leaves(&old["status"], "", &mut found);
    let kept =
        |path: &String| path == "/startTime" || path.contains("/state/") || path.ends_with("/finishedAt");
    let mut times =
        found.iter().filter(|path| kept(path)).filter_map(|path| old["status"].pointer(path)?.as_str());
    let version = |pod: &Value| pod["metadata"]["resourceVersion"].as_str().unwrap().parse::<u64>().unwrap();
    let later = times.any(|time| time.len() == 20 && time.ends_with('Z') && time > created);
    let deleted = old["metadata"]["deletionTimestamp"].as_str().is_some_and(|time| time > created);
    later || version(new) < version(old) + 3 || deleted && grace(old) == Some(0)
}

/// A field of a status entry.
fn entry(rest: &str, pointer: &str, old: &Value, new: &Value) -> Expect {
    let (list, rest) = rest.split_once("/*/").unwrap();
    let place: usize = pointer.split('/').nth(3).unwrap().parse().unwrap();
    let after = &new["status"][list][place];
    let same = |entry: &&Value| entry["name"] == after["name"];
    let before = old["status"][list].as_array().and_then(|list| list.iter().find(same));
    match rest {
        // Lists keep their order, so the entry that is renamed is the one that stood there before.
        "name" if old["status"][list].get(place).is_none() || may_be_rejected(old, new) => {
            Legal(RuleId::CRE_42)
        }
        "name" => Broken(RuleId::CTR_42),
        "state/terminated/exitCode" => {
            let code = before.and_then(|before| before["state"]["terminated"]["exitCode"].as_i64());
            if list == "containerStatuses" && new["status"]["phase"] == "Succeeded" {
                return Broken(RuleId::PHA_04);
            }
            match code {
                None => Legal(RuleId::VAL_24),
                Some(_) if may_be_rejected(old, new) => Legal(RuleId::CRE_45),
                Some(code) if runs_again(list, &after["name"], code, old) => Legal(RuleId::CTR_01),
                Some(_) => Broken(RuleId::CTR_40),
            }
        }
        "restartCount" => Legal(RuleId::CTR_22),
        "started" => Legal(RuleId::OBJ_53),
        "ready" => Legal(RuleId::OBJ_52),
        "state/waiting/reason" => Legal(RuleId::OBJ_51),
        _ if rest.starts_with("state/") || rest.starts_with("lastState/") => Legal(RuleId::VAL_24),
        _ => panic!("{rest} is not in the list"),
    }
}

/// CTR-01, CTR-07; in a new sandbox also CTR-11 rows 4 and 5, CTR-17.
fn runs_again(list: &str, name: &Value, code: i64, pod: &Value) -> bool {
    let spec = match list {
        "containerStatuses" => "containers",
        "initContainerStatuses" => "initContainers",
        _ => return false,
    };
    let containers = pod["spec"][spec].as_array().unwrap();
    let own =
        containers.iter().find(|one| one["name"] == *name).and_then(|one| one["restartPolicy"].as_str());
    let policy = pod["spec"]["restartPolicy"].as_str().unwrap();
    let again = match own.unwrap_or(policy) {
        "Always" => true,
        "OnFailure" => code != 0,
        _ => false,
    };
    again || policy != "Never" && (spec == "initContainers" || own.is_some())
}

/// The same event as an audit log has it.
fn answer(event: &Value) -> Value {
    let (verb, sub) = match event["type"].as_str().unwrap() {
        "ADDED" => ("create", ""),
        "MODIFIED" => ("patch", "status"),
        _ => ("delete", ""),
    };
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete", "verb": verb,
        "requestURI": "/", "user": { "username": "admin" }, "responseStatus": { "code": 200 },
        "objectRef": { "resource": "pods", "subresource": sub },
        "requestObject": { "preconditions": { "uid": event["object"]["metadata"]["uid"] } },
        "responseObject": event["object"],
    })
}

fn observe(source: Source, monitor: &mut Monitor, event: &Value) -> (Vec<Violation>, Option<Unknown>) {
    let text = if source == Source::Audit { answer(event).to_string() } else { event.to_string() };
    let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
    let (mut found, mut unknown) = (Vec::new(), None);
    monitor.take_in(&document, |_, verdict| {
        found.extend(verdict.violations);
        unknown = verdict.unknown;
    });
    (found, unknown)
}

/// Changes each field of one event and looks at what is said to it.
fn change_each(
    source: Source,
    monitor: &Monitor,
    before: Option<&Value>,
    event: &Value,
    read: &BTreeSet<String>,
) -> BTreeSet<String> {
    let (mut found, mut changed) = (Vec::new(), BTreeSet::new());
    leaves(&event["object"], "", &mut found);
    for pointer in found {
        let field = field(&pointer);
        let stepped_back = source == Source::Audit && field == "/metadata/resourceVersion"; // answers cross
        if !read.contains(&field) || stepped_back {
            continue;
        }
        let mut mutated = event.clone();
        let value = mutated["object"].pointer_mut(&pointer).unwrap();
        *value = other(&field, value);
        let removed = source == Source::Watch && event["type"] == "DELETED";
        let expected = match before {
            Some(_) if removed && field == "/metadata/deletionGracePeriodSeconds" => Broken(RuleId::INV_07),
            Some(old) => expect(source, &field, &pointer, &old["object"], &mutated["object"]),
            None if field == "/status/phase" => Broken(RuleId::OBJ_31),
            None => Legal(RuleId::CRE_03), // a create may set what it likes
        };
        let (violations, unknown) = observe(source, &mut monitor.clone(), &mutated);
        let rules: Vec<_> = violations.iter().map(Violation::rule).collect();
        let right = match expected {
            Broken(rule) => rules.contains(&rule),
            Legal(_) => violations.iter().all(|broken| broken.force() == Force::Hazard),
            CannotTell => {
                let hazards = violations.iter().all(|broken| broken.force() == Force::Hazard);
                rules == [RuleId::VAL_01] && hazards && unknown == Some(Unknown::Predecessor)
            }
        };
        assert!(
            right,
            "{source:?}: {pointer}: expected {expected:?}, found {rules:?}, {unknown:?}\n{mutated}"
        );
        changed.insert(field);
    }
    changed
}

/// Whatever field is changed, at whatever event: its rule is told there, or a rule allows it.
#[test]
fn every_field_is_reported_or_allowed_at_every_event() {
    let read = read();
    for source in [Source::Watch, Source::Audit] {
        let mut changed = BTreeSet::new();
        for trace in LEGAL {
            let (mut monitor, mut seen) = (Monitor::new(), Vec::<Value>::new());
            for event in events(trace).iter().map(enriched) {
                let uid = &event["object"]["metadata"]["uid"];
                let before = seen.iter().rfind(|before| before["object"]["metadata"]["uid"] == *uid);
                changed.extend(change_each(source, &monitor, before, &event, &read));
                let (found, _) = observe(source, &mut monitor, &event);
                assert!(found.iter().all(|broken| broken.force() == Force::Hazard), "{trace}: {found:?}");
                seen.push(event);
            }
        }
        // These two mean something wherever they stand; monitor_mutations sets them.
        let elsewhere =
            ["/metadata/annotations/kubernetes.io~1config.mirror", "/spec/schedulingGates/*/name"];
        let audit = (source == Source::Audit).then_some("/metadata/resourceVersion");
        let left: Vec<_> = read.difference(&changed).map(String::as_str).collect();
        assert_eq!(left, [&elsewhere[..1], audit.as_slice(), &elsewhere[1..]].concat());
    }
}
