//! `podlife model`.

use insta::assert_snapshot;

use crate::{podlife, transcript};

fn model(arguments: &[&str]) -> String {
    transcript(podlife(&["model"]).args(arguments))
}

#[test]
fn models_are_listed_and_shown() {
    assert_snapshot!(model(&["list"]) + &model(&["show", "phase"]));
}

#[test]
fn lists_are_json_too() {
    for arguments in [&["list", "--json"][..], &["show", "api", "--json"]] {
        let output = podlife(&["model"]).args(arguments).output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["models"][0]["name"], "api");
        let laws = report["models"][0]["laws"].as_array().unwrap();
        let removed = laws.iter().find(|law| law["id"] == "LIV-02").unwrap();
        assert_eq!(
            (&removed["kind"], &removed["assumptions"][0]["id"]),
            (&"eventually".into(), &"A5".into())
        );
    }
}

#[test]
fn a_scenario_is_shown_as_steps() {
    assert_snapshot!(model(&["run", "api", "--find", "s16"]));
}

/// The exit status says that the mistake was caught.
#[test]
fn a_mutant_is_caught_with_its_counterexample() {
    assert_snapshot!(model(&["run", "phase", "--scope", "tiny", "--mutant", "B09"]));
}

/// A lasso, the one that an assumption excludes, and that there is none with it.
#[test]
fn a_lasso_is_shown_as_steps() {
    let find = ["run", "api", "--scope", "tiny", "--find", "LIV-02"];
    let without = model(&[&find[..], &["--without", "A5"]].concat());
    assert_snapshot!(without + &model(&find) + &model(&["run", "api", "--scope", "tiny", "--mutant", "B48"]));
}

/// What a watcher would see goes straight into `check`, which reports the successor that nobody deleted.
#[test]
fn a_path_is_exported_as_a_watch() {
    let find = ["model", "run", "api", "--scope", "tiny", "--find", "S21", "--export", "watch"];
    let events = podlife(&find).output().unwrap();
    assert!(events.status.success());
    assert_snapshot!(transcript(podlife(&["check", "-"]).write_stdin(events.stdout)));
}

/// Each model with a store is exported: what the Pod garbage collector wrote is overwritten, and two Pods of one name run.
#[test]
fn paths_of_other_models_are_exported_as_watches() {
    for (name, law, rule) in [("phase", "NON-02", "NON-02"), ("identity", "NON-01/forced", "NON-01")] {
        let find = ["model", "run", name, "--scope", "tiny", "--find", law, "--export", "watch"];
        let events = podlife(&find).output().unwrap();
        assert!(events.status.success());
        let checked = transcript(podlife(&["check", "-"]).write_stdin(events.stdout));
        assert!(checked.contains(rule) && checked.contains("hazard"), "{checked}");
    }
}

/// A model without a store says so.
#[test]
fn what_cannot_be_watched_is_refused() {
    assert_snapshot!(model(&["run", "kill", "--scope", "tiny", "--find", "S4", "--export", "watch"]));
}

#[test]
fn a_lasso_is_exported() {
    let find = ["model", "run", "phase", "--scope", "tiny", "--find", "LIV-05/always", "--export"];
    let shown = transcript(podlife(&find).arg("mermaid"));
    assert!(shown.contains("\n    loop for ever\n") && shown.ends_with("    end\nexit 0\n"), "{shown}");
    let output = podlife(&find).arg("json").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["found"], true);
    // The container starts, ends and is seen to have ended.
    assert!(report["lasso"]["cycle"].as_array().unwrap().len() >= 3);
}

#[test]
fn a_path_is_exported() {
    let shown = model(&["run", "phase", "--find", "NON-02", "--export", "mermaid"]);
    assert!(shown.starts_with("sequenceDiagram\n") && shown.ends_with("exit 0\n"), "{shown}");
    let output =
        podlife(&["model", "run", "phase", "--find", "NON-02", "--export", "json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["law"], &report["found"]), (&"NON-02".into(), &true.into()));
    assert!(!report["path"].as_array().unwrap().is_empty());
}

#[test]
fn a_whole_model_is_run() {
    let shown = model(&["run", "phase", "--scope", "tiny"]);
    assert!(shown.contains("INV-26            holds") && shown.ends_with("exit 0\n"), "{shown}");
}

#[test]
fn unknown_names_are_unusable_calls() {
    for arguments in [
        &["show", "x"][..],
        &["run", "phase", "--find", "x"],
        &["run", "phase", "--mutant", "x"],
        &["run", "phase", "--find", "LIV-05", "--without", "x"],
    ] {
        let shown = model(arguments);
        assert!(shown.starts_with("error: ") && shown.contains("\nhint: "), "{shown}");
        assert!(shown.ends_with("exit 2\n"), "{shown}");
    }
}
