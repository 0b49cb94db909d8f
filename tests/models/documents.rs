//! The documents that the models make: `docs/mutants.md`, `docs/candidates.md` and `docs/laws.md`. They are written anew with
//! `UPDATE_DOCUMENTS=1 cargo test --test models documents`, and compared otherwise.
#![allow(clippy::disallowed_methods, reason = "a test reads what it compares")]

mod laws;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::audit::Until;
use pod_lifecycle_models::candidates::{CANDIDATES, PUBLIC};
use pod_lifecycle_models::catalogue::{self, LawKind, MODELS, Variant};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::matrix::{self, Depth, Row, guarded_by};
use pod_lifecycle_models::mutants::LEFT_OUT;
use pod_lifecycle_models::render::steps;

/// Every mutant in its tiny scope, looked at once for all tests.
pub(super) static MUTANTS: LazyLock<Vec<Row>> =
    LazyLock::new(|| matrix::rows(&matrix::all(MODELS), Scope::Tiny, Depth::Whole, 2, |_| {}));

pub(crate) fn compare(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == text,
        "docs/{name} is stale: run `UPDATE_DOCUMENTS=1 cargo test --test models documents`"
    );
}

/// What each model contains and leaves out.
#[test]
fn models() {
    let mut text = format!(
        "# The models\n\nOne model of everything is out of reach, so there are {}, each with what its laws need. A decision is a call into \
         `pod-lifecycle`;\na model adds who may act when, and what others do in between. `podlife model show NAME` lists every law, \
         `podlife verify`\nchecks all of them. Made and compared by `tests/models/documents.rs`.\n",
        MODELS.len()
    );
    for entry in MODELS {
        let (laws, mutants) = ((entry.laws)(), (entry.mutants)());
        let count = |is: fn(LawKind) -> bool| laws.iter().filter(|law| is(law.kind)).count();
        writeln!(
            text,
            "\n## {}\n\n{}.\n\nActors: {}.\n",
            entry.name,
            capital(entry.contains),
            entry.actors.join(", ")
        )
        .unwrap();
        writeln!(text, "| | |\n| --- | --- |").unwrap();
        let rows = [
            ("laws that always hold", count(|kind| kind == LawKind::Always)),
            ("what eventually happens", count(|kind| kind == LawKind::Eventually)),
            ("what need not happen", count(|kind| kind == LawKind::Stuck)),
            ("expected violations", count(|kind| matches!(kind, LawKind::Expected(_)))),
            ("scenarios", count(|kind| kind == LawKind::Sometimes)),
            ("mutants", mutants.len()),
            ("bytes of a state", entry.packed_bytes),
        ];
        for (what, count) in rows {
            writeln!(text, "| {what} | {count} |").unwrap();
        }
        text.push_str("\nIt leaves out:\n\n");
        for left in entry.leaves_out {
            writeln!(text, "- {left}").unwrap();
        }
    }
    compare("models.md", &text);
}

/// Each candidate is still found, and its path is the shortest.
#[test]
fn candidates() {
    let mut text = format!(
        "# Candidates\n\nWhat the models of Kubernetes {KUBERNETES} do by its rules, what looks wrong, and what no public report was \
         found to describe.\nNone of it is proved to be a defect. Each comes with its shortest path in a model and with a way to try \
         it on a real\ncluster; whoever does is asked to tell what happened.\n"
    );
    for candidate in CANDIDATES {
        let entry = catalogue::find(candidate.model).unwrap();
        let laws = (entry.laws)();
        let index = laws.iter().position(|law| law.id == candidate.law).unwrap();
        let law = laws[index];
        let run = (entry.search)(Scope::Tiny, Variant::Faithful, Until::Found(index, law.kind.wanted()));
        let path = run.path(index, law.kind.wanted()).unwrap();
        writeln!(text, "\n## {}, model `{}`\n\n{}.\n", law.id, entry.name, capital(law.says)).unwrap();
        writeln!(text, "- Harm: {}.\n- Known: {}.\n", candidate.harm, candidate.known).unwrap();
        writeln!(text, "```text\n{}```\n\nTo try it:\n", steps(path)).unwrap();
        for (number, line) in (1..).zip(candidate.attempt) {
            writeln!(text, "{number}. {line}").unwrap();
        }
    }
    text.push_str("\n## Looked at, and public\n\n| model | law | where |\n| --- | --- | --- |\n");
    for (model, law, found) in PUBLIC {
        assert!((catalogue::find(model).unwrap().laws)().iter().any(|known| known.id == *law), "{law}");
        writeln!(text, "| `{model}` | {law} | {found} |").unwrap();
    }
    compare("candidates.md", &text);
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Every mutant is caught, and every known mistake is a mutant or has a reason.
#[test]
fn mutants() {
    let rows = &*MUTANTS;
    let lost: Vec<_> = rows.iter().filter(|row| row.path.is_none()).map(|row| row.mutant.id).collect();
    assert!(lost.is_empty(), "{lost:?} survive");
    let ids = rows.iter().map(|row| row.mutant.id).chain(LEFT_OUT.iter().map(|(id, _)| *id));
    let known: BTreeSet<_> = ids.filter(|id| id.starts_with('B')).map(|id| id[1..].to_owned()).collect();
    let missing: Vec<_> =
        (1..=49).map(|number| format!("{number:02}")).filter(|id| !known.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?} are neither mutants nor left out with a reason");
    let real: BTreeSet<_> = rows.iter().map(|row| row.mutant.id).filter(|id| id.starts_with('B')).collect();
    let mut text = format!(
        "# Mutants\n\n{} mistakes, of which {} were really made: each changes one decision in a model of Kubernetes {KUBERNETES}, and a \
         law must\nfall. Steps and states are those of the tiny scopes (`podlife mutants --matrix`); `podlife mutants ID` shows \
         the steps.\n",
        rows.len(),
        real.len(),
    );
    for entry in MODELS {
        let laws = (entry.laws)();
        let of: Vec<_> = rows.iter().filter(|row| row.model == entry.name).collect();
        writeln!(
            text,
            "\n## Model `{}`\n\n| mutant | report | mistake | falls | steps | breaks as well |",
            entry.name
        )
        .unwrap();
        text.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for Row { mutant, path, broken, .. } in of {
            let others = broken.iter().map(|law| laws[*law].id).filter(|id| *id != mutant.law);
            let others = others.collect::<Vec<_>>().join(", ");
            let steps = path.as_ref().map_or(0, Vec::len);
            writeln!(
                text,
                "| {} | {} | {} | {} | {steps} | {others} |",
                mutant.id, mutant.origin, mutant.says, mutant.law
            )
            .unwrap();
        }
        text.push_str("\n| without the law | these survive |\n| --- | --- |\n");
        for (index, law) in laws.iter().enumerate() {
            let alone: Vec<_> = guarded_by(rows, entry.name, index).map(|row| row.mutant.id).collect();
            let breaks = rows.iter().any(|row| row.model == entry.name && row.broken.contains(&index));
            if breaks {
                let alone =
                    if alone.is_empty() { "none: other laws fall too".to_owned() } else { alone.join(", ") };
                writeln!(text, "| {} | {alone} |", law.id).unwrap();
            }
        }
    }
    text.push_str("\n## Known mistakes that are no mutant\n\n| mistake | why |\n| --- | --- |\n");
    for (id, why) in LEFT_OUT {
        writeln!(text, "| {id} | {why} |").unwrap();
    }
    compare("mutants.md", &text);
}
