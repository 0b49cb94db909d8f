//! The monitor on whole histories: recorded ones, and what is left of them when events are lost.
//!
//! `POD_LIFECYCLE_TRACES` names a directory of further ones: `NAME/watch.jsonl`, `NAME/audit.jsonl`, gzipped or not.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use pod_lifecycle::monitor::{Monitor, Verdict};
use pod_lifecycle::wire::{self, Document};
use pod_lifecycle::{Force, RuleId};

/// A recorded history by name, one value a line.
pub(crate) fn histories() -> Vec<(String, Vec<String>)> {
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/traces"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    if let Ok(folder) = std::env::var("POD_LIFECYCLE_TRACES") {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                files.extend(fs::read_dir(entry).unwrap().map(|file| file.unwrap().path()));
            }
        }
    }
    files.retain(|file| file.to_string_lossy().contains(".jsonl"));
    files.sort();
    assert!(!files.is_empty());
    files.iter().map(|file| (file.display().to_string(), lines(file))).collect()
}

fn lines(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap();
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text.lines().map(str::to_owned).collect()
}

fn verdicts<'a>(monitor: &mut Monitor, lines: impl IntoIterator<Item = &'a String>) -> Vec<Verdict> {
    let mut found = Vec::new();
    for line in lines {
        let document: Document<'_> = wire::from_slice(line.as_bytes()).unwrap();
        monitor.take_in(&document, |_, verdict| found.push(verdict));
    }
    found
}

/// The rules that a history breaks, hazards left out.
fn broken(verdicts: &[Verdict]) -> Vec<RuleId> {
    let all = verdicts.iter().flat_map(|verdict| &verdict.violations);
    all.filter(|violation| violation.force() != Force::Hazard).map(pod_lifecycle::Violation::rule).collect()
}

fn is_legal(name: &str) -> bool {
    !name.contains("rogue") && !name.contains("hazard")
}

/// Whatever a cluster did, it conforms, and nothing is left untold; what was broken on purpose is reported.
#[test]
fn recorded_histories_are_judged_rightly() {
    for (name, lines) in histories() {
        let found = verdicts(&mut Monitor::new(), &lines);
        let unknown = found.iter().filter(|verdict| verdict.unknown.is_some()).count();
        assert_eq!(unknown, 0, "{name}: cannot tell");
        match broken(&found) {
            rules if is_legal(&name) => assert_eq!(rules, [], "{name}"),
            rules if name.contains("hazard") => assert_eq!(rules, [RuleId::INV_07; 5], "{name}"),
            rules => {
                for rule in [
                    RuleId::PHA_40,
                    RuleId::PHA_15,
                    RuleId::CTR_21,
                    RuleId::PHA_41,
                    RuleId::OBJ_31,
                    RuleId::PHA_04,
                ] {
                    assert!(rules.contains(&rule), "{name}: {rule} is not among {rules:?}");
                }
            }
        }
    }
}

/// A history that lost every third event, or began late, convicts nobody.
#[test]
fn what_is_lost_convicts_nobody() {
    for (name, lines) in histories().into_iter().filter(|(name, _)| is_legal(name)) {
        for phase in 0..3 {
            let kept = lines.iter().enumerate().filter(|(place, _)| place % 3 != phase).map(|(_, line)| line);
            assert_eq!(broken(&verdicts(&mut Monitor::new(), kept)), [], "{name}, without every third");
        }
        for start in (0..lines.len()).step_by(lines.len() / 7 + 1) {
            assert_eq!(broken(&verdicts(&mut Monitor::new(), &lines[start..])), [], "{name} from {start}");
        }
    }
}

/// The breaches of `28-rogue-status-writer` outlive the loss of any third of the events.
#[test]
fn what_is_lost_hides_not_everything() {
    let (_, lines) = histories().into_iter().find(|(name, _)| name.contains("28-rogue")).unwrap();
    for phase in 0..3 {
        let kept = lines.iter().enumerate().filter(|(place, _)| place % 3 != phase).map(|(_, line)| line);
        assert!(broken(&verdicts(&mut Monitor::new(), kept)).len() >= 5);
    }
}

/// A monitor that is saved and loaded between any two events goes on as if nothing had happened.
#[test]
fn a_saved_monitor_goes_on() {
    for (name, lines) in histories() {
        let (mut whole, mut resumed) = (Monitor::new(), Monitor::new());
        for (place, line) in lines.iter().enumerate() {
            if place % 5 == 0 {
                let saved = serde_json::to_string(&resumed).unwrap();
                resumed = serde_json::from_str(&saved).unwrap();
            }
            let line = std::slice::from_ref(line);
            assert_eq!(verdicts(&mut whole, line), verdicts(&mut resumed, line), "{name}, {place}");
            assert!(whole == resumed, "{name}, {place}: another state");
        }
    }
}

/// Every event twice: a relisting client, or overlapping files.
#[test]
fn duplicates_change_nothing() {
    for (name, lines) in histories().into_iter().filter(|(name, _)| is_legal(name)) {
        let twice = lines.iter().flat_map(|line| [line, line]);
        assert_eq!(broken(&verdicts(&mut Monitor::new(), twice)), [], "{name}");
    }
}
