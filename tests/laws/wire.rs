//! Pods as JSON: read, written, read again; compared with k8s-openapi's full types.

use k8s_openapi::api::core::v1 as k8s;
use pod_lifecycle::wire::{self, DeleteOptions, Pod};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::strategies::config;

/// Strings that need escapes, and strings that need none.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z0-9.-]{0,12}", 1 => "[\"\\\\\n\t/é\u{1f600}]{0,6}"]
}

/// A member that is there, or `null`, or absent.
fn maybe(value: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Option<Value>> {
    prop_oneof![6 => value.prop_map(Some), 1 => Just(Some(Value::Null)), 2 => Just(None)]
}

fn object(members: Vec<(&'static str, Option<Value>)>) -> Value {
    let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    proptest::sample::select(words).prop_map(Value::from)
}

fn time() -> impl Strategy<Value = Value> {
    (0..4_000_000_000_i64).prop_map(|second| pod_lifecycle::Time::from_unix(second).to_string().into())
}

fn state() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({})),
        text().prop_map(|reason| json!({"waiting": {"reason": reason, "message": "unread"}})),
        Just(json!({"running": {"startedAt": "2026-01-02T03:04:05Z"}})),
        (0..256_i32, option::of(0..32_i32), text()).prop_map(
            |(code, signal, reason)| json!({"terminated": {"exitCode": code, "signal": signal, "reason": reason}})
        ),
    ]
}

fn metadata() -> impl Strategy<Value = Value> {
    let names = vec(text().prop_map(Value::from), 0..3).prop_map(Value::from);
    let annotations = option::of(text()).prop_map(|source| match source {
        Some(source) => json!({"other": "unread", "kubernetes.io/config.source": source}),
        None => json!({}),
    });
    (
        maybe(text().prop_map(Value::from)),
        maybe(text().prop_map(Value::from)),
        maybe((0..9_i64).prop_map(Value::from)),
        maybe(time()),
        maybe((-1..99_i64).prop_map(Value::from)),
        maybe(names),
        maybe(annotations),
    )
        .prop_map(|(name, uid, generation, deletion, grace, finalizers, annotations)| {
            object(vec![
                ("name", name),
                ("uid", uid),
                ("generation", generation),
                ("deletionTimestamp", deletion),
                ("deletionGracePeriodSeconds", grace),
                ("finalizers", finalizers),
                ("annotations", annotations),
            ])
        })
}

/// A Pod as the API server could send it, with members that the life cycle does not read.
fn pod() -> impl Strategy<Value = Value> {
    let container = (text(), maybe(word(&["Always", "OnFailure", "Never"]))).prop_map(|(name, policy)| {
        object(vec![("name", Some(name.into())), ("restartPolicy", policy), ("image", Some("x".into()))])
    });
    let spec = (
        maybe(text().prop_map(Value::from)),
        maybe(word(&["Always", "Never"])),
        maybe((0..99_i64).prop_map(Value::from)),
        vec(container, 0..3),
    )
        .prop_map(|(node, policy, grace, containers)| {
            object(vec![
                ("nodeName", node),
                ("restartPolicy", policy),
                ("terminationGracePeriodSeconds", grace),
                ("containers", Some(containers.into())),
            ])
        });
    let flag = || any::<bool>().prop_map(Value::from);
    let status = (text(), state(), state(), 0..9_i32, flag(), maybe(flag())).prop_map(
        |(name, state, last, count, ready, started)| {
            let fixed = [("ready", ready), ("image", json!("x")), ("imageID", json!("y"))];
            let mut members = vec![
                ("name", Some(name.into())),
                ("state", Some(state)),
                ("lastState", Some(last)),
                ("restartCount", Some(count.into())),
                ("started", started),
            ];
            members.extend(fixed.map(|(name, value)| (name, Some(value))));
            object(members)
        },
    );
    let status = (maybe(word(&["Pending", "Running", "Odd"])), maybe(time()), vec(status, 0..3)).prop_map(
        |(phase, start, statuses)| {
            object(vec![("phase", phase), ("startTime", start), ("containerStatuses", Some(statuses.into()))])
        },
    );
    (metadata(), spec, maybe(status)).prop_map(|(metadata, spec, status)| {
        let kind = Some("Pod".into());
        object(vec![
            ("apiVersion", Some("v1".into())),
            ("kind", kind),
            ("metadata", Some(metadata)),
            ("spec", Some(spec)),
            ("status", status),
        ])
    })
}

/// The same value without the members that are `null`.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name, without_nulls(member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect::<Vec<_>>().into(),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    /// What was read can be written and read again as the same Pod.
    #[test]
    fn a_pod_survives_being_written(value in pod()) {
        let json = value.to_string();
        let read: Pod<'_> = wire::from_slice(json.as_bytes()).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        let again: Pod<'_> = wire::from_slice(written.as_bytes()).unwrap();
        prop_assert_eq!(&again, &read, "{}", written);
    }

    /// `null` counts as absent.
    #[test]
    fn null_counts_as_absent(value in pod()) {
        let (with, without) = (value.to_string(), without_nulls(value).to_string());
        let with: Pod<'_> = wire::from_slice(with.as_bytes()).unwrap();
        let without: Pod<'_> = wire::from_slice(without.as_bytes()).unwrap();
        prop_assert_eq!(with, without);
    }

    /// The fields that are read are those that k8s-openapi reads.
    #[test]
    fn fields_are_those_of_k8s_openapi(value in pod()) {
        let json = value.to_string();
        let ours: Pod<'_> = wire::from_slice(json.as_bytes()).unwrap();
        let theirs: k8s::Pod = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&*ours.metadata.name, theirs.metadata.name.as_deref().unwrap_or_default());
        prop_assert_eq!(&*ours.metadata.uid, theirs.metadata.uid.as_deref().unwrap_or_default());
        prop_assert_eq!(ours.metadata.generation, theirs.metadata.generation.unwrap_or_default());
        prop_assert_eq!(ours.metadata.deletion_grace_period_seconds, theirs.metadata.deletion_grace_period_seconds);
        let due = theirs.metadata.deletion_timestamp.map(|due| due.0.as_second());
        prop_assert_eq!(ours.metadata.deletion_timestamp.map(pod_lifecycle::Time::as_unix), due);
        let finalizers: Vec<&str> = ours.metadata.finalizers.iter().map(|name| name.as_str()).collect();
        prop_assert_eq!(finalizers, theirs.metadata.finalizers.unwrap_or_default());
        let spec = theirs.spec.unwrap_or_default();
        prop_assert_eq!(&*ours.spec.node_name, spec.node_name.as_deref().unwrap_or_default());
        prop_assert_eq!(ours.spec.termination_grace_period_seconds, spec.termination_grace_period_seconds);
        prop_assert_eq!(ours.spec.containers.len(), spec.containers.len());
        let status = theirs.status.unwrap_or_default();
        prop_assert_eq!(&*ours.status.phase, status.phase.as_deref().unwrap_or_default());
        let statuses = status.container_statuses.unwrap_or_default();
        prop_assert_eq!(ours.status.container_statuses.len(), statuses.len());
        for (ours, theirs) in ours.status.container_statuses.iter().zip(statuses) {
            prop_assert_eq!((&*ours.name, ours.restart_count, ours.started), (&*theirs.name, theirs.restart_count, theirs.started));
            prop_assert_eq!(ours.ready, theirs.ready);
            let ended = theirs.state.unwrap_or_default().terminated;
            let ended = ended.map(|ended| (ended.exit_code, ended.signal.unwrap_or_default()));
            prop_assert_eq!(ours.state.terminated.as_ref().map(|ended| (ended.exit_code, ended.signal)), ended);
        }
    }

    /// Whatever the bytes, reading does not panic, and an error lies inside them.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop_oneof![vec(any::<u8>(), 0..60), "[{}\\[\\]\":,a-z0-9]{0,60}".prop_map(String::into_bytes)]) {
        if let Err(error) = wire::from_slice::<Pod<'_>>(&bytes) {
            prop_assert!(error.offset().is_none_or(|offset| offset <= bytes.len()));
        }
    }
}

/// A value of the wrong type is named by its path.
#[test]
fn wrong_values_are_named_by_their_path() {
    for (json, path) in [
        (r#"{"status":{"phase":3}}"#, ".status.phase"),
        (r#"{"spec":{"containers":[{"name":"a"},{"name":{}}]}}"#, ".spec.containers[1].name"),
        (r#"{"metadata":{"deletionTimestamp":"yesterday"}}"#, ".metadata.deletionTimestamp"),
        (
            r#"{"status":{"containerStatuses":[{"state":{"terminated":{"exitCode":"0"}}}]}}"#,
            ".status.containerStatuses[0].state.terminated.exitCode",
        ),
    ] {
        let error = wire::from_slice::<Pod<'_>>(json.as_bytes()).unwrap_err();
        assert_eq!(error.path(), Some(path), "{json}");
        assert!(error.to_string().contains(path) && !error.is_cut());
    }
    let cut = wire::from_slice::<Pod<'_>>(br#"{"spec": {"#).unwrap_err();
    assert!(cut.is_cut() && cut.path().is_none());
}

/// Escapes are undone; text without them is borrowed from the input.
#[test]
fn escapes_are_undone() {
    let pod: Pod<'_> =
        wire::from_slice(br#"{"metadata":{"name":"a\u0062\n\ud83d\ude00","uid":"plain"}}"#).unwrap();
    assert_eq!((&*pod.metadata.name, &*pod.metadata.uid), ("ab\n\u{1f600}", "plain"));
}

/// DEL-01: options survive being written; unknown members are passed over.
#[test]
fn del_02_options_survive_being_written() {
    for json in [
        r#"{}"#,
        r#"{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":-1,"propagationPolicy":"Orphan","dryRun":["All"]}"#,
        r#"{"gracePeriodSeconds":null,"preconditions":{"uid":"u","resourceVersion":null},"orphanDependents":false}"#,
    ] {
        let read: DeleteOptions<'_> = wire::from_slice(json.as_bytes()).unwrap();
        let written = serde_json::to_string(&read).unwrap();
        assert_eq!(wire::from_slice::<DeleteOptions<'_>>(written.as_bytes()).unwrap(), read);
    }
}
