//! `podlife check`.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::{podlife, trace, transcript};

fn check(arguments: &[&str]) -> String {
    transcript(podlife(&["check"]).args(arguments))
}

/// Judges these bytes as a file; the name of the file stands in the output as `FILE`.
fn judge(bytes: &[u8], arguments: &[&str]) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("history");
    fs::write(&file, bytes).unwrap();
    let file = file.display().to_string();
    transcript(podlife(&["check", &file]).args(arguments)).replace(&file, "FILE")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(trace(name)).unwrap()
}

#[test]
fn a_legal_history_conforms() {
    for name in ["01-simple-create-run-delete", "09b-sidecars"] {
        let shown = check(&[trace(name).to_str().unwrap()]);
        assert!(shown.starts_with("conforms: ") && shown.ends_with("exit 0\n"), "{shown}");
    }
}

#[test]
fn a_rogue_writer_is_caught_at_every_step() {
    assert_snapshot!(check(&[trace("28-rogue-status-writer").to_str().unwrap()]));
}

#[test]
fn a_removed_successor_is_reported_with_the_way_it_happens() {
    assert_snapshot!(check(&[trace("31-hazard-successor-removed").to_str().unwrap()]));
}

#[test]
fn json_holds_force_rule_event_and_both_values() {
    assert_snapshot!(check(&[trace("31-hazard-successor-removed").to_str().unwrap(), "--json"]));
}

#[test]
fn several_files_are_several_histories() {
    let file = trace("01-simple-create-run-delete");
    let file = file.to_str().unwrap();
    let shown = check(&[file, file]);
    assert_eq!(shown, "conforms: 82 events of 8 Pods in 2 files (Kubernetes 1.36)\nexit 0\n");
}

#[test]
fn standard_input_is_judged() {
    let mut command = podlife(&["check", "-"]);
    let shown = transcript(command.write_stdin(read("01-simple-create-run-delete")));
    assert_eq!(shown, "conforms: 41 events of 4 Pods in 1 file (Kubernetes 1.36)\nexit 0\n");
}

#[test]
fn allowed_rules_are_counted_and_fail_nothing() {
    let shown = check(&[
        trace("31-hazard-successor-removed").to_str().unwrap(),
        "--allow",
        "INV-07",
        "--allow",
        "NON-01",
    ]);
    assert_eq!(
        shown,
        "conforms: 25 events of 10 Pods in 1 file, 10 allowed breaches (Kubernetes 1.36)\nexit 0\n"
    );
}

#[test]
fn an_unknown_rule_is_an_unusable_call() {
    let shown = check(&["x", "--deny", "XYZ-99"]);
    assert!(shown.contains("there is no rule `XYZ-99`") && shown.ends_with("exit 2\n"), "{shown}");
}

/// The Pod garbage collector's `Failed` overwritten by a kubelet: a hazard (NON-02).
const HAZARD: &str = concat!(
    r#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","uid":"1"},"spec":{"nodeName":"n"},"status":{"phase":"Failed","#,
    r#""conditions":[{"type":"DisruptionTarget","status":"True","reason":"DeletionByPodGC"}]}}}"#,
    "\n",
    r#"{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","uid":"1"},"spec":{"nodeName":"n"},"status":{"phase":"Running"}}}"#,
);

#[test]
fn a_hazard_fails_only_where_it_is_denied() {
    let shown = judge(HAZARD.as_bytes(), &[]);
    assert!(shown.contains("NON-02") && shown.contains("1 hazard") && shown.ends_with("exit 0\n"), "{shown}");
    let shown = judge(HAZARD.as_bytes(), &["--deny", "non-02"]);
    assert!(shown.contains("1 violation") && shown.ends_with("exit 1\n"), "{shown}");
}

/// Whatever is broken, the rest is judged, the broken part is named, and the status says so.
#[test]
fn broken_input() {
    let whole = read("01-simple-create-run-delete");
    let first = whole.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let with = |tail: &[u8]| [&whole, tail].concat();
    let nested = |before: &str| [before.as_bytes(), &[b'['; 200_000], b"\n"].concat();
    let long = [br#"{"kind":"Pod","x":""#, &vec![b'a'; 50_000_000][..], b"\"}\n"].concat();
    let mut shown = String::new();
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("blank", b" \n\n".to_vec()),
        ("cut in mid-line", whole[..100_000].to_vec()),
        ("cut in mid-line, then a whole record", [&first[..900], b"\n", first].concat()),
        ("garbage only", b"Error from server: timeout\n".to_vec()),
        ("garbage between", [first, b"Error from server\nand more\n", first].concat()),
        ("invalid UTF-8", with(b"{\"type\":\"ADDED\",\"object\":{\"kind\":\"\xff\"}}\n")),
        ("200 000 nested brackets", nested("")),
        ("200 000 nested brackets in a field", with(&nested("{\"a\":"))),
        (
            "200 000 nested brackets in a field that is read",
            with(&nested("{\"object\":{\"metadata\":{\"name\":")),
        ),
        ("a 50 MB line", with(&long)),
        ("a wrong type", with(br#"{"type":"ADDED","object":{"kind":"Pod","status":{"phase":3}}}"#)),
        ("no such event", br#"{"type":"ODD","object":{}}"#.to_vec()),
        ("an event without object", br#"{"type":"ADDED"}"#.to_vec()),
        ("neither event nor object", br#"{"a":1}"#.to_vec()),
    ] {
        write!(shown, "--- {name}\n{}", judge(&bytes, &[])).unwrap();
    }
    write!(shown, "--- a small limit\n{}", judge(&[first, first].concat(), &["--max-line", "100"])).unwrap();
    assert_snapshot!(shown);
}

#[test]
fn a_missing_file_costs_only_itself() {
    let shown = check(&["nowhere.jsonl"]);
    assert!(shown.contains("nowhere.jsonl: No such file") && shown.ends_with("exit 2\n"), "{shown}");
    let shown = check(&["nowhere.jsonl", trace("01-simple-create-run-delete").to_str().unwrap()]);
    assert!(shown.contains("conforms: 41 events") && shown.ends_with("exit 3\n"), "{shown}");
}

/// Compact and pretty values, several on one line, bare Pods and lists are told apart by themselves.
#[test]
fn every_form_of_the_stream_is_read() {
    let whole = read("01-simple-create-run-delete");
    let events: Vec<serde_json::Value> = whole
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    let pretty: String =
        events.iter().map(|event| serde_json::to_string_pretty(event).unwrap() + "\n").collect();
    let glued: String = events.iter().map(ToString::to_string).collect();
    for stream in [pretty, glued] {
        let shown = judge(stream.as_bytes(), &[]);
        assert_eq!(shown, "conforms: 41 events of 4 Pods in 1 file (Kubernetes 1.36)\nexit 0\n");
    }
    let pods: String = events.iter().map(|event| event["object"].to_string() + "\r\n").collect();
    let shown = judge(pods.as_bytes(), &[]);
    assert!(shown.starts_with("conforms: 41 events of 4 Pods"), "{shown}");

    let mut item = events[0]["object"].clone();
    for field in ["kind", "apiVersion"] {
        item.as_object_mut().unwrap().remove(field);
    }
    let list = serde_json::json!({ "kind": "PodList", "items": [item] });
    let mixed = serde_json::json!({ "items": [events[0]["object"], { "kind": "Node" }], "kind": "List" });
    for list in [list, mixed] {
        let shown = judge(list.to_string().as_bytes(), &[]);
        assert!(shown.starts_with("conforms: 1 event of 1 Pod in 1 file"), "{shown}");
    }
}

/// A list may be longer than the limit; nothing else may.
#[test]
fn a_long_list_is_read() {
    let pod = serde_json::json!({ "kind": "Pod", "metadata": { "name": "a", "uid": "1" } });
    let list = serde_json::json!({ "apiVersion": "v1", "items": vec![pod; 100], "kind": "List" });
    let shown = judge(list.to_string().as_bytes(), &["--max-line", "1k"]);
    assert!(shown.starts_with("conforms: 100 events of 1 Pod"), "{shown}");
}

/// A watch that failed may have missed a removal.
#[test]
fn after_an_error_event_a_successor_is_no_violation() {
    let pod = |uid: &str, kind: &str| {
        format!(
            r#"{{"type":"{kind}","object":{{"kind":"Pod","metadata":{{"name":"a","uid":"{uid}"}},"status":{{"phase":"Pending"}}}}}}"#
        )
    };
    let gap =
        r#"{"type":"ERROR","object":{"kind":"Status","status":"Failure","code":410,"reason":"Expired"}}"#;
    let (old, new) = (pod("1", "ADDED"), pod("2", "MODIFIED"));
    let shown = judge(format!("{old}\n{new}\n").as_bytes(), &[]);
    assert!(shown.contains("uid changed from `1` to `2`") && shown.ends_with("exit 1\n"), "{shown}");
    let shown = judge(format!("{old}\n{gap}\n{new}\n").as_bytes(), &[]);
    assert!(shown.starts_with("conforms") && shown.ends_with("exit 0\n"), "{shown}");
}
