//! `podlife mutants`.

use insta::assert_snapshot;

use crate::{podlife, transcript};

/// Seconds differ from run to run.
fn shown(arguments: &[&str]) -> String {
    let text = transcript(podlife(&["mutants"]).args(arguments).args(["--scope", "tiny"]));
    let mut shown = String::new();
    for line in text.lines() {
        match line.split_once(" s  ") {
            Some((row, says)) if row.ends_with(|last: char| last.is_ascii_digit()) => {
                let row = row.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.').trim_end();
                shown += &format!("{row}  [time]  {says}\n");
            }
            Some(_) | None => shown += &format!("{line}\n"),
        }
    }
    shown
}

/// The line of a mutant, where it is from, and the steps to its counterexample.
#[test]
fn one_is_shown_with_its_steps() {
    assert_snapshot!(shown(&["b35"]));
}

/// Every law that it breaks.
#[test]
fn one_is_looked_at_whole() {
    assert_snapshot!(shown(&["B35", "--matrix"]));
}

#[test]
fn what_is_no_mutant_says_why() {
    assert_snapshot!(shown(&["B49"]) + &shown(&["B99"]));
}

#[test]
fn it_is_json_too() {
    let output = podlife(&["mutants", "B19", "--json", "--scope", "tiny"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mutant = &report["mutants"][0];
    assert_eq!((&report["schemaVersion"], &report["scope"]), (&1.into(), &"tiny".into()));
    assert_eq!(
        (&mutant["model"], &mutant["law"], &mutant["caught"]),
        (&"kill".into(), &"KUB-44".into(), &true.into())
    );
    assert_eq!(mutant["path"].as_array().unwrap().len() as u64, mutant["steps"].as_u64().unwrap());
}
