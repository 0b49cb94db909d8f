//! `podlife verify`.

use crate::{podlife, transcript};

/// The report without its seconds, which are of one run.
fn without_seconds(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).collect::<Vec<_>>();
    let number = |word: &str| word.trim_end().parse::<f64>().is_ok_and(|_| word.contains('.'));
    words.into_iter().map(|word| if number(word) { "N " } else { word }).collect()
}

#[test]
fn the_models_are_verified() {
    insta::assert_snapshot!(without_seconds(&transcript(&mut podlife(&["verify"]))));
}

#[test]
fn json_is_one_object_with_everything() {
    let output = podlife(&["verify", "api", "--json", "--threads", "1"]).output().unwrap();
    assert!(output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["schemaVersion"], &report["kubernetes"]), (&1.into(), &"1.36".into()));
    let [model] = report["models"].as_array().unwrap().as_slice() else { panic!("one model was asked for") };
    assert_eq!((&model["name"], &model["states"]), (&"api".into(), &169_842.into()));
    let laws = model["laws"].as_array().unwrap();
    assert!(
        laws.iter().all(|law| law["holds"] == true && !law["challengedBy"].as_array().unwrap().is_empty())
    );
    assert_eq!(report["problems"], serde_json::json!([]));
}

#[test]
fn an_unknown_model_is_an_unusable_call() {
    let shown = transcript(&mut podlife(&["verify", "nope"]));
    assert_eq!(
        shown,
        "error: there is no model `nope`
hint: the models are api, phase, kill, pod, identity, capacity, disruption
exit 2
"
    );
}
