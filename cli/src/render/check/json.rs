//! `check --json`.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use pod_lifecycle::{KUBERNETES, RuleId};
use serde::Serialize;

use crate::commands::check::{Found, History, Slow};

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    verdict: &'a str,
    files: Vec<FileReport<'a>>,
    /// What each rule named here says.
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    rules: BTreeMap<RuleId, &'a str>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FileReport<'a> {
    file: &'a str,
    events: u64,
    pods: u64,
    others: u64,
    cannot_tell: u64,
    allowed: u64,
    /// What decides the exit status.
    violations: Vec<&'a Found>,
    /// What conforming components can race to; it fails nothing unless it is denied.
    hazards: Vec<&'a Found>,
    unreadable_parts: u64,
    unreadable: Vec<UnreadableReport<'a>>,
    /// How often the phase changed, by both phases.
    phases: &'a BTreeMap<String, u64>,
    /// The rules that had something to say.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    exercised: &'a BTreeSet<RuleId>,
    /// The deletions that took longest.
    slowest: &'a [Slow],
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UnreadableReport<'a> {
    file: &'a str,
    line: Option<u64>,
    byte: Option<u64>,
    reason: &'a str,
}

/// One JSON object; its form is `docs/check.schema.json`.
pub(crate) fn json(histories: &[History]) -> io::Result<()> {
    let findings = || histories.iter().flat_map(|history| &history.findings);
    let rules: BTreeSet<RuleId> =
        findings().flat_map(|found| [Some(found.rule), found.way]).flatten().collect();
    let report = Report {
        schema_version: 2,
        kubernetes: KUBERNETES,
        verdict: if histories.iter().any(History::fails) { "violation" } else { "conforms" },
        files: histories.iter().map(file_report).collect(),
        rules: rules.into_iter().map(|rule| (rule, rule.rule().says)).collect(),
    };
    crate::render::json(&report)
}

fn file_report(history: &History) -> FileReport<'_> {
    let unreadable = history.unreadable.iter().map(|part| UnreadableReport {
        file: &part.file,
        line: part.at.map(|at| at.line),
        byte: part.at.map(|at| at.byte),
        reason: &part.reason,
    });
    let (violations, hazards) = history.findings.iter().partition(|found| found.fails);
    FileReport {
        file: &history.file,
        events: history.events,
        pods: history.pods,
        others: history.others,
        cannot_tell: history.unknown,
        allowed: history.allowed,
        violations,
        hazards,
        unreadable_parts: history.unreadable_parts,
        unreadable: unreadable.collect(),
        phases: &history.phases,
        exercised: &history.exercised,
        slowest: &history.slowest,
    }
}

#[cfg(test)]
mod tests {
    use super::Report;
    use crate::render::told::schema_is_current;

    /// `docs/check.schema.json` is made from the types; `UPDATE_DOCUMENTS=1` writes it anew.
    #[test]
    fn the_schema_is_current() {
        schema_is_current::<Report<'_>>("check.schema.json");
    }
}
