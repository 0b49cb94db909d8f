//! `podlife rules`.

use insta::assert_snapshot;

use crate::{podlife, transcript};

#[test]
fn one_rule_is_shown_whole() {
    assert_snapshot!(transcript(&mut podlife(&["rules", "del-08"])));
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
