//! `podlife claims`.

use insta::assert_snapshot;
use serde_json::Value;

use crate::{podlife, transcript};

/// Seconds differ from run to run.
fn shown(arguments: &[&str]) -> String {
    let text = transcript(podlife(&["claims", "--scope", "tiny"]).args(arguments));
    let line = |line: &str| match (line.split_once(" seen in "), line.split_once(" s, scope ")) {
        (Some((before, _)), Some((_, after))) => format!("{before} seen in [time] s, scope {after}\n"),
        (_, _) => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// All of them, a line each, as recorded: exit status 0.
#[test]
fn all_are_as_recorded() {
    assert_snapshot!(shown(&[]));
}

/// Where it fails and where it holds, as steps and as diagrams.
#[test]
fn one_is_shown_with_its_evidence() {
    assert_snapshot!(shown(&["folk-31"]));
}

#[test]
fn a_lasso_is_shown() {
    assert_snapshot!(shown(&["FOLK-65"]));
}

/// A claim that nobody judges says so and is not counted as judged.
#[test]
fn one_by_rule_says_so() {
    assert_snapshot!(shown(&["FOLK-26"]));
}

#[test]
fn a_family_is_shown_alone_and_an_unknown_one_is_refused() {
    let tutorial = shown(&["TUT"]);
    assert!(tutorial.starts_with("A well-known tutorial\n") && !tutorial.contains("FOLK-01 "));
    assert_snapshot!(shown(&["FOLK-999"]));
}

#[test]
fn it_is_json_too() {
    let output = podlife(&["claims", "FOLK-67", "--json", "--scope", "tiny"]).output().unwrap();
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let claim = &report["claims"][0];
    assert_eq!((&report["schemaVersion"], &report["scope"]), (&1.into(), &"tiny".into()));
    assert_eq!(
        (&claim["verdict"], &claim["found"], &claim["differs"]),
        (&"cond".into(), &"cond".into(), &false.into())
    );
    let shows: Vec<_> = claim["evidence"].as_array().unwrap().iter().map(|one| &one["shows"]).collect();
    assert_eq!(shows, ["counterexample", "under the condition it holds, as here"]);
}
