//! What the tree promises about itself: citations, arrows between modules, purity, no forgotten file.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly, and reads what it tests"
)]

mod book;
mod coverage;
mod left_out;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pod_lifecycle::RuleId;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files with this ending below a folder of the repository.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | "corpus" | "snapshots") {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {ending} below {folder}");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The identifiers of the form `DEL-08` or `CTL-PGC-03` of one of the catalogue's families.
fn citations(text: &str) -> BTreeSet<String> {
    let family_of = |id: String| id.rsplit_once('-').unwrap().0.to_owned();
    let families: BTreeSet<String> = RuleId::all().map(|rule| family_of(rule.id.to_string())).collect();
    let mut found = BTreeSet::new();
    for (place, _) in text.match_indices('-') {
        let before = text[..place]
            .chars()
            .rev()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
            .count();
        let family = &text[place - before..place];
        let number: String = text[place + 1..].chars().take_while(char::is_ascii_digit).collect();
        if families.contains(family) && number.len() >= 2 {
            found.insert(format!("{family}-{number}"));
        }
    }
    found
}

/// Every rule that code or prose cites is in the catalogue.
#[test]
fn every_citation_is_a_rule() {
    let known: BTreeSet<String> = RuleId::all().map(|rule| rule.id.to_string()).collect();
    for path in files("", ".rs").into_iter().chain(files("", ".md")) {
        for cited in citations(&read(&path)) {
            assert!(known.contains(&cited), "{} cites {cited}, which is no rule", name(&path));
        }
    }
}

#[test]
fn citations_are_found_in_prose_and_code() {
    let found = citations(
        "see DEL-08 (KUB-35…36), `INV-07`, XDEL-09, CTL-PGC-03, CTL-RS-01, CTL-XY-01, DEL-1 and utf-8",
    );
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["CTL-PGC-03", "CTL-RS-01", "DEL-08", "INV-07", "KUB-35"]
    );
}

/// Which modules of `src/` a module may name: machines stand on rules and time, never on the wire.
const ARROWS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("rules", &[]),
    ("container", &[]),
    ("phase", &["binding", "container", "rules", "time"]),
    ("binding", &["creation", "deletion", "rules"]),
    ("creation", &["binding", "deletion", "phase", "rules"]),
    ("scheduling", &["binding", "deletion", "phase", "time"]),
    ("node_restriction", &["rules", "worker"]),
    ("kubelet_admission", &["deletion", "phase", "worker"]),
    ("deletion", &["binding", "phase", "rules", "time"]),
    ("termination", &["container"]),
    (
        "explain",
        &[
            "admission",
            "backoff",
            "binding",
            "container",
            "controllers",
            "deletion",
            "phase",
            "rules",
            "time",
            "timeline",
            "view",
            "wire",
        ],
    ),
    (
        "timeline",
        &[
            "attempts",
            "binding",
            "container",
            "deletion",
            "phase",
            "rules",
            "termination",
            "time",
            "view",
            "wire",
            "worker",
        ],
    ),
    ("attempts", &["deletion", "phase", "termination", "time", "worker"]),
    (
        "table",
        &[
            "backoff",
            "binding",
            "container",
            "creation",
            "deletion",
            "final_status",
            "phase",
            "rules",
            "scheduling",
            "sync",
            "termination",
            "time",
            "worker",
        ],
    ),
    ("worker", &["deletion", "phase", "rules", "time"]),
    ("sync", &["container", "phase", "rules"]),
    ("backoff", &["rules", "time"]),
    ("final_status", &["container", "phase", "rules"]),
    ("status", &["container", "final_status", "phase", "rules", "sync"]),
    ("wire", &["time"]),
    ("status_word", &["phase", "wire"]),
    ("view", &["binding", "container", "deletion", "phase", "rules", "time", "wire"]),
    ("violation", &["container", "deletion", "rules", "time"]),
    ("validate", &["container", "deletion", "phase", "rules", "time", "view", "violation"]),
    (
        "admission",
        &[
            "binding",
            "container",
            "controllers",
            "deletion",
            "phase",
            "rules",
            "time",
            "validate",
            "view",
            "wire",
        ],
    ),
    ("controllers", &["binding", "deletion", "phase", "rules", "time"]),
    ("shutdown", &["time"]),
    ("mirror", &[]),
    (
        "node",
        &[
            "admission",
            "backoff",
            "binding",
            "container",
            "deletion",
            "final_status",
            "kubelet_admission",
            "mirror",
            "phase",
            "rules",
            "shutdown",
            "status",
            "sync",
            "termination",
            "time",
            "view",
            "worker",
        ],
    ),
    ("k8s", &["time", "wire"]),
    ("kube", &["monitor", "view", "wire"]),
    ("conform", &["monitor", "violation", "wire"]),
    (
        "monitor",
        &[
            "backoff",
            "container",
            "deletion",
            "phase",
            "rules",
            "time",
            "validate",
            "view",
            "violation",
            "wire",
        ],
    ),
];

#[test]
fn modules_import_only_what_lies_below_them() {
    for path in files("src", ".rs") {
        let path_name = name(&path);
        let module = path_name.trim_start_matches("src/").trim_end_matches(".rs");
        let module = module.split('/').next().unwrap();
        if module == "lib" {
            continue;
        }
        let (_, allowed) = ARROWS
            .iter()
            .find(|(from, _)| *from == module)
            .unwrap_or_else(|| panic!("{path_name} has no row in ARROWS"));
        let text = read(&path);
        for (place, _) in text.match_indices("crate::") {
            let target: String = text[place + "crate::".len()..]
                .chars()
                .take_while(|letter| letter.is_ascii_lowercase() || *letter == '_')
                .collect();
            assert!(
                target == module || allowed.contains(&target.as_str()),
                "{path_name} names crate::{target}; ARROWS allows {allowed:?}"
            );
        }
    }
}

/// The library does no I/O, reads no clock, starts no thread, and knows neither checker nor command line.
#[test]
fn the_library_is_pure() {
    let banned =
        ["stateright", "clap::", "tokio", "std::fs", "std::io", "std::net", "std::env", "std::thread"];
    let clocks = ["Instant", "SystemTime", "println!", "eprintln!", "unsafe ", "todo!", "unimplemented!"];
    for path in files("src", ".rs") {
        let text = read(&path);
        for word in banned.iter().chain(&clocks) {
            assert!(!text.contains(word), "{} contains `{word}`", name(&path));
        }
    }
}

/// A law looks at plain fields and never calls a decision: imports of the library are types only.
#[test]
fn laws_call_no_decision() {
    let decisions = [
        ".step(",
        "begin(",
        ".bind(",
        ".allow(",
        "compute(",
        "settle(",
        "publish(",
        "effective_grace(",
        "review(",
    ];
    let laws: Vec<PathBuf> = files("models/src", ".rs").into_iter().filter(|path| is_law(path)).collect();
    assert!(!laws.is_empty());
    for path in laws {
        for decision in decisions {
            assert!(!read(&path).contains(decision), "{} calls `{decision}…)`", name(&path));
        }
    }
}

/// The laws of a model, those of liveness too.
fn is_law(path: &Path) -> bool {
    let name = name(path);
    name.contains("laws") || (name.ends_with("/liveness.rs") && name != "models/src/liveness.rs")
}

/// Test files are named explicitly, so none can be forgotten.
#[test]
fn every_test_file_is_compiled() {
    let manifests = read(&root().join("Cargo.toml")) + &read(&root().join("cli/Cargo.toml"));
    for path in files("tests", ".rs").into_iter().chain(files("cli/tests", ".rs")) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if stem == "main" {
            let target = name(&path).replace("cli/", "");
            assert!(manifests.contains(&format!("path = \"{target}\"")), "{target} is no target");
            continue;
        }
        let parent = path.parent().unwrap();
        let beside = [parent.join("main.rs"), parent.with_extension("rs")];
        let declared = beside
            .iter()
            .filter(|file| file.exists())
            .any(|file| read(file).contains(&format!("mod {stem};")));
        assert!(declared, "{} is declared by no module", name(&path));
    }
}

/// The project's text speaks of the project alone.
#[test]
fn no_path_of_a_machine() {
    for path in files("", ".rs").into_iter().chain(files("", ".md")).chain(files("", ".toml")) {
        for word in
            [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("..", "/shared")]
        {
            assert!(!read(&path).contains(word), "{} contains `{word}`", name(&path));
        }
    }
}
