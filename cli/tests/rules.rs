//! `podlife rules`.

use insta::assert_snapshot;

use crate::{podlife, transcript};

#[test]
fn one_rule_is_shown_whole() {
    assert_snapshot!(transcript(&mut podlife(&["rules", "del-08"])));
}

/// A rule with a topic, and a version, is named and shown like any other.
#[test]
fn a_rule_with_a_topic_is_shown_whole() {
    assert_snapshot!(transcript(&mut podlife(&["rules", "CTL-PGC-03"])));
    let versioned = transcript(&mut podlife(&["rules", "ctl-def-03"]));
    assert!(versioned.contains("  since        Kubernetes 1.36\n"), "{versioned}");
}

#[test]
fn a_topic_and_a_whole_family_are_listed() {
    let listed = |family, start| {
        let shown = transcript(&mut podlife(&["rules", family]));
        (shown.lines().filter(|line| line.starts_with(start)).count(), shown.lines().count())
    };
    assert_eq!(listed("ctl-pgc", "CTL-PGC-"), (8, 11));
    assert_eq!(listed("CTL", "CTL-").0, 98);
}

#[test]
fn a_family_is_listed() {
    let shown = transcript(&mut podlife(&["rules", "NON"]));
    assert!(shown.lines().filter(|line| line.starts_with("NON-")).count() == 23, "{shown}");
}

#[test]
fn json_is_one_object() {
    let output = podlife(&["rules", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schemaVersion"], 1);
    assert!(report["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == "DEL-13"));
}

#[test]
fn an_unknown_rule_is_an_unusable_call() {
    let shown = transcript(&mut podlife(&["rules", "XYZ-99"]));
    assert_eq!(
        shown,
        "error: there is no rule or family `XYZ-99`\nhint: `podlife rules` lists them; a rule is named like DEL-08\nexit 2\n"
    );
}
