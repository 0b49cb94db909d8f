//! JSON as an API server handles it: pointers, merge patches, defaults, and the paths of field ownership.

use std::collections::BTreeMap;

use pod_lifecycle::admission::Part;
use serde_json::{Map, Value, json};

use super::answer::items;

/// Where a part of an object stands.
pub(super) const fn pointer(part: Part) -> &'static str {
    match part {
        Part::Name => "/metadata/name",
        Part::Namespace => "/metadata/namespace",
        Part::Uid => "/metadata/uid",
        Part::ResourceVersion => "/metadata/resourceVersion",
        Part::Generation => "/metadata/generation",
        Part::CreationTimestamp => "/metadata/creationTimestamp",
        Part::DeletionTimestamp => "/metadata/deletionTimestamp",
        Part::DeletionGracePeriodSeconds => "/metadata/deletionGracePeriodSeconds",
        Part::Finalizers => "/metadata/finalizers",
        Part::Labels => "/metadata/labels",
        Part::Annotations => "/metadata/annotations",
        Part::OwnerReferences => "/metadata/ownerReferences",
        Part::Spec => "/spec",
        Part::Status | Part::ConditionObservedGeneration => "/status",
        Part::QosClass => "/status/qosClass",
        Part::ObservedGeneration => "/status/observedGeneration",
    }
}

/// Sets the value at a pointer; null and `None` remove it.
pub(super) fn set(object: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
    let mut at = object;
    for step in parent.split('/').skip(1) {
        at = match step.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[step], // null becomes an object
        };
    }
    if at.is_null() {
        *at = json!({});
    }
    match (at, value.filter(|value| !value.is_null())) {
        (at, Some(value)) => at[member] = value,
        (Value::Object(members), None) => drop(members.remove(member)),
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_), None) => {}
    }
}

/// A JSON merge patch (RFC 7386).
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let target = target.as_object_mut().expect("just made one");
    for (name, member) in members {
        if member.is_null() {
            target.remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), member);
        }
    }
}

/// Reads a body as the server does: what counts as absent is absent, and the defaults are set (OBJ-11, OBJ-12).
pub(super) fn decode(body: &Value) -> Value {
    let mut pod = body.clone();
    prune(&mut pod);
    for map in [Part::Labels, Part::Annotations, Part::Spec, Part::Status] {
        if pod.pointer(pointer(map)).is_some_and(|map| map == &json!({})) {
            set(&mut pod, pointer(map), None);
        }
    }
    let grace = match pod.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64) {
        None => 30,
        Some(grace) if grace < 0 => 1,
        Some(grace) => grace,
    };
    set(&mut pod, "/spec/terminationGracePeriodSeconds", Some(grace.into()));
    if pod.pointer("/spec/restartPolicy").is_none() {
        set(&mut pod, "/spec/restartPolicy", Some("Always".into()));
    }
    pod
}

/// Removes null, empty lists, and an observedGeneration of 0.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            members.retain(|name, member| match member {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::Number(number) => name != "observedGeneration" || number.as_i64() != Some(0),
                Value::Bool(_) | Value::String(_) | Value::Object(_) => true,
            });
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The paths of field ownership with their values (VAL-09).
pub(super) fn paths(object: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    walk(String::new(), object, &mut found);
    found
}

fn walk(path: String, value: &Value, found: &mut BTreeMap<String, Value>) {
    let key = match path.as_str() {
        "/spec/containers" | "/spec/initContainers" | "/spec/schedulingGates" => Some("name"),
        "/status/conditions" => Some("type"),
        "/metadata/ownerReferences" => Some("uid"),
        _ => None,
    };
    match (value, key) {
        (Value::Object(members), _) => {
            for (name, member) in members {
                walk(format!("{path}/{name}"), member, found);
            }
        }
        (list @ Value::Array(_), Some(key)) => {
            for item in items(list) {
                walk(format!("{path}[{}]", item[key]), item, found);
            }
        }
        (list @ Value::Array(_), None) if path == "/metadata/finalizers" => {
            found.extend(items(list).map(|item| (format!("{path}[{item}]"), Value::Null)));
        }
        (leaf, _) => drop(found.insert(path, leaf.clone())),
    }
}

/// Keeps for each condition without observedGeneration that of the old condition of its type; the n-th of a type
/// takes from the n-th (VAL-21).
pub(super) fn keep_condition_generations(
    old: &Value,
    new: &mut Value,
    choose: impl Fn(Option<Value>, Option<Value>) -> Option<Value>,
) {
    let old: Vec<&Value> = items(&old["status"]["conditions"]).collect();
    let Some(Value::Array(conditions)) = new.pointer_mut("/status/conditions") else { return };
    let mut seen: Map<String, Value> = Map::new();
    for condition in conditions {
        let kind = condition["type"].to_string();
        let nth = seen.get(&kind).and_then(Value::as_u64).unwrap_or_default();
        seen.insert(kind, (nth + 1).into());
        let mut before = old.iter().filter(|before| before["type"] == condition["type"]);
        let stored = before.nth(usize::try_from(nth).expect("few conditions"));
        let stored = stored.and_then(|before| before.get("observedGeneration").cloned());
        let sent = condition.get("observedGeneration").cloned();
        set(condition, "/observedGeneration", choose(stored, sent));
    }
}
