//! `timeline` against recorded deletions: they took what it says. Nodes were healthy in these histories.

use std::collections::BTreeMap;

use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::timeline::{Plan, Removal, timeline};
use pod_lifecycle::{Now, Time, wire};
use serde_json::Value;

use crate::monitor_traces::histories;

const HEALTHY: [&str; 5] = ["01-", "02-", "03-", "05-", "09b-"];

fn time(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer).and_then(Value::as_str).map(|text| Time::parse(text).unwrap().as_unix())
}

/// When each container ended, by name.
fn ended(pod: &Value, name: &str) -> Option<i64> {
    let lists = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let statuses = lists.iter().filter_map(|list| pod.pointer(list)?.as_array()).flatten();
    let status = statuses.into_iter().find(|status| status["name"] == name)?;
    time(status, "/state/terminated/finishedAt")
}

/// Stored times are whole seconds, so either end may be one off; the runtime takes its time too.
#[test]
fn recorded_deletions_took_what_it_says() {
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    for (file, lines) in histories() {
        let part_of = |known: &&str| file.rsplit('/').any(|part| part.starts_with(known));
        let Some(history) = HEALTHY.into_iter().find(part_of) else { continue };
        if file.contains("audit") || file.contains("resumed") {
            continue;
        }
        let events: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        for last in events.iter().filter(|event| event["type"] == "DELETED") {
            let uid = &last["object"]["metadata"]["uid"];
            let marked = events.iter().map(|event| &event["object"]).find(|pod| {
                pod["metadata"]["uid"] == *uid && !pod["metadata"]["deletionTimestamp"].is_null()
            });
            *compared.entry(history).or_default() += compare(&file, marked.unwrap(), &last["object"]);
        }
    }
    // The sample in the repository holds two of these histories; where all of them lie, all are compared.
    let histories = if std::env::var_os("POD_LIFECYCLE_TRACES").is_some() { HEALTHY.len() } else { 2 };
    assert_eq!(compared.len(), histories, "{compared:?}");
    assert!(compared.values().all(|containers| *containers > 0), "{compared:?}");
    assert!(compared.values().sum::<usize>() >= 7, "{compared:?}");
}

/// The containers of one Pod that were stopped by its deletion.
fn compare(file: &str, marked: &Value, last: &Value) -> usize {
    let grace = marked["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap();
    let begun = time(marked, "/metadata/deletionTimestamp").unwrap() - grace;
    let text = marked.to_string();
    let (pod, details) = (wire::from_slice(text.as_bytes()), wire::from_slice(text.as_bytes()));
    let (pod, details) = (pod.unwrap(), details.unwrap());
    let told = timeline(&Plan::of(&pod, &details, Now::at(Time::from_unix(begun))), Request::default());
    let secs = |time: std::time::Duration| i64::try_from(time.as_secs()).unwrap();
    for lane in &told.lanes {
        // A sidecar or container that fails by itself may be over before its signal comes.
        let Some(ended) = ended(last, lane.name) else { continue };
        let took = ended - begun;
        let place = format!("{file} {} {}: {took} s, {lane:?}", pod.metadata.name, lane.name);
        assert!(took <= secs(lane.ended.latest) + 1, "{place}");
        assert!(took >= secs(lane.ended.earliest) - 1 || lane.role == Role::Sidecar, "{place}");
    }
    // The kubelet's final DELETE is the last to write DT (KUB-35, DEL-08).
    let gone = time(last, "/metadata/deletionTimestamp").unwrap() - begun;
    let (earliest, latest) = (secs(told.stopped.earliest), secs(told.stopped.latest));
    if told.removal == Removal::Confirmed && !told.lanes.is_empty() {
        assert!(
            (earliest - 1..=latest + 3).contains(&gone),
            "{file} {}: gone after {gone} s, {told:?}",
            pod.metadata.name
        );
    }
    told.lanes.len()
}
