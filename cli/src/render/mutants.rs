//! How `mutants` shows what it found.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::catalogue::{self, MODELS};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::matrix::{Row, guarded_by};
use pod_lifecycle_models::render::{Told, steps};
use serde::Serialize;

use crate::render::{Paint, counted};

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) scope: Scope,
    /// With every law that each breaks.
    pub(crate) matrix: bool,
    /// With the steps to the counterexample.
    pub(crate) steps: bool,
}

/// A line a mutant, then the verdict.
pub(crate) fn text(shown: &Shown<'_>) -> io::Result<()> {
    let Shown { rows, scope, .. } = *shown;
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(
        out,
        "{}",
        paint.dim(&format!(
            "{:<18} {:<10} {:<16} {:>5} {:>9} {:>7}  mistake",
            "mutant", "model", "law that falls", "steps", "states", "time"
        ))
    )?;
    for row in rows {
        let (law, length) = match &row.path {
            // Padded first: the colours have no width.
            Some(path) => (format!("{:<16}", row.mutant.law), path.len().to_string()),
            None => (paint.red(&format!("{:<16}", "SURVIVES")), "-".to_owned()),
        };
        writeln!(
            out,
            "{} {:<10} {law} {length:>5} {:>9} {:>5.1} s  {}",
            paint.bold(&format!("{:<18}", row.mutant.id)),
            row.model,
            row.states,
            row.elapsed.as_secs_f64(),
            row.mutant.says,
        )?;
        if shown.matrix {
            writeln!(out, "{:<18} {:<10} breaks {}", "", "", laws(row).join(", "))?;
        }
        if shown.steps {
            writeln!(
                out,
                "{:<18} {:<10} {}\n\n{}",
                "",
                "",
                row.mutant.origin,
                steps(row.path.as_deref().unwrap_or_default())
            )?;
        }
    }
    if shown.matrix && !shown.steps {
        guards(&mut out, rows)?;
    }
    let caught = rows.iter().filter(|row| row.path.is_some()).count();
    let word = if caught == rows.len() { paint.green("all caught") } else { paint.red("not all caught") };
    writeln!(
        out,
        "{word}: {caught} of {}, scope {} (Kubernetes {KUBERNETES})",
        counted(rows.len() as u64, "mutant"),
        scope.as_str()
    )?;
    out.flush()
}

/// What each law alone keeps out.
fn guards(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    writeln!(out, "\nwithout this law  these would survive")?;
    for entry in MODELS {
        for (index, law) in (entry.laws)().iter().enumerate() {
            let alone: Vec<_> = guarded_by(rows, entry.name, index).map(|row| row.mutant.id).collect();
            if !alone.is_empty() {
                writeln!(out, "{:<8} {:<16} {}", entry.name, law.id, alone.join(", "))?;
            }
        }
    }
    writeln!(out)
}

/// The laws that it breaks.
fn laws(row: &Row) -> Vec<&'static str> {
    let laws = catalogue::find(row.model).map(|entry| (entry.laws)()).unwrap_or_default();
    row.broken.iter().filter_map(|index| laws.get(*index).map(|law| law.id)).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    scope: &'a str,
    mutants: Vec<MutantReport<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MutantReport<'a> {
    id: &'a str,
    origin: &'a str,
    says: &'a str,
    model: &'a str,
    law: &'a str,
    caught: bool,
    steps: Option<usize>,
    states: usize,
    seconds: f64,
    /// Every law found broken; all that there are only where all of the mutant was looked at.
    broken: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a [Told]>,
}

/// One JSON object.
pub(crate) fn json(shown: &Shown<'_>) -> io::Result<()> {
    let report = |row: &'_ Row| -> MutantReport<'_> {
        MutantReport {
            id: row.mutant.id,
            origin: row.mutant.origin,
            says: row.mutant.says,
            model: row.model,
            law: row.mutant.law,
            caught: row.path.is_some(),
            steps: row.path.as_ref().map(Vec::len),
            states: row.states,
            seconds: row.elapsed.as_secs_f64(),
            broken: laws(row),
            path: None,
        }
    };
    let mutants = shown.rows.iter().map(|row| {
        let path = row.path.as_deref().filter(|_| shown.steps);
        MutantReport { path, ..report(row) }
    });
    let (mutants, scope) = (mutants.collect(), shown.scope.as_str());
    super::json(&Report { schema_version: 1, kubernetes: KUBERNETES, scope, mutants })
}
