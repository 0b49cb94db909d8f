//! How `check` shows what it found.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use pod_lifecycle::{Force, KUBERNETES, RuleId};
use serde::Serialize;

use crate::args;
use crate::commands::check::{self, History, Unreadable};
use crate::render::{Paint, counted};

/// Names a part that could not be judged, on standard error.
pub(crate) fn unreadable(file: &str, part: &Unreadable) {
    let mut stderr = io::stderr().lock();
    // Nothing is left to tell if standard error is closed.
    let _ = match part.at {
        Some(at) => writeln!(stderr, "{file}:{}: byte {}: {}", at.line, at.byte, part.reason),
        None => writeln!(stderr, "{file}: {}", part.reason),
    };
}

/// One block a Pod, one line a violation, then what the rules say, then the verdict.
pub(crate) fn text(histories: &[History], args: &args::Check) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut rules = BTreeSet::new();
    for history in histories.iter().filter(|history| !history.findings.is_empty()) {
        writeln!(out, "{}", paint.bold(&history.file))?;
        let mut pods: Vec<(&str, &str, &str)> = Vec::new();
        for finding in &history.findings {
            let pod = (&*finding.namespace, &*finding.name, &*finding.uid);
            if !pods.contains(&pod) {
                pods.push(pod);
            }
        }
        for pod @ (namespace, name, uid) in pods {
            writeln!(out, "  Pod {namespace}/{name}  {}", paint.dim(&format!("uid {uid}")))?;
            for finding in &history.findings {
                if (&*finding.namespace, &*finding.name, &*finding.uid) != pod {
                    continue;
                }
                let (rule, violation) = (finding.rule(), &finding.violation);
                let force = format!("{:<13}", violation.force());
                let force =
                    if check::fails(finding, args) { paint.red(&force) } else { paint.yellow(&force) };
                let event = format!("event {}", finding.event);
                write!(out, "    {event:<10} {force}  {rule:<7}  {violation}")?;
                match violation.way().filter(|way| *way != rule) {
                    Some(way) => writeln!(out, " (the known way: {way})")?,
                    None => writeln!(out)?,
                }
                rules.insert(rule);
                rules.extend(violation.way());
            }
        }
        writeln!(out)?;
    }
    if !rules.is_empty() {
        writeln!(out, "What the rules say")?;
        for rule in rules {
            writeln!(out, "  {rule:<7}  {}", rule.rule().says)?;
        }
        writeln!(out)?;
    }
    verdict(&mut out, histories, args, paint)?;
    out.flush()
}

fn verdict(out: &mut impl Write, histories: &[History], args: &args::Check, paint: Paint) -> io::Result<()> {
    let sum = |count: fn(&History) -> u64| histories.iter().map(count).sum::<u64>();
    let findings = || histories.iter().flat_map(|history| &history.findings);
    let failures = findings().filter(|finding| check::fails(finding, args)).count() as u64;
    let hazards = findings().count() as u64 - failures;
    let word = match failures {
        0 => paint.green("conforms"),
        _ => paint.red(&counted(failures, "violation")),
    };
    write!(out, "{word}: {}", counted(sum(|history| history.events), "event"))?;
    write!(out, " of {}", counted(sum(|history| history.pods), "Pod"))?;
    write!(out, " in {}", counted(histories.len() as u64, "file"))?;
    for (count, what) in [
        (hazards, "hazard"),
        (sum(|history| history.allowed), "allowed breach"),
        (sum(|history| history.unreadable_parts), "unreadable part"),
    ] {
        if count > 0 {
            write!(out, ", {}", counted(count, what))?;
        }
    }
    let unknown = sum(|history| history.unknown);
    if unknown > 0 {
        write!(out, ", {unknown} first seen in mid-life")?;
    }
    writeln!(out, " (Kubernetes {KUBERNETES})")?;
    for history in histories.iter().filter(|history| history.events == 0 && history.unreadable_parts == 0) {
        writeln!(out, "note: {} holds no observation of a Pod", history.file)?;
    }
    Ok(())
}

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
    violations: Vec<ViolationReport<'a>>,
    unreadable_parts: u64,
    unreadable: Vec<UnreadableReport<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ViolationReport<'a> {
    event: u64,
    namespace: &'a str,
    name: &'a str,
    uid: &'a str,
    /// `refused`, `undisciplined` or `hazard`.
    #[cfg_attr(test, schemars(with = "String"))]
    force: Force,
    /// The rule that is broken.
    #[cfg_attr(test, schemars(with = "String"))]
    rule: RuleId,
    /// The known way in which conforming components get there.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<RuleId>,
    /// Whether it decides the exit status.
    fails: bool,
    field: String,
    old: String,
    new: String,
    message: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UnreadableReport<'a> {
    line: Option<u64>,
    byte: Option<u64>,
    reason: &'a str,
}

/// One JSON object; its form is `docs/check.schema.json`.
pub(crate) fn json(histories: &[History], args: &args::Check) -> io::Result<()> {
    let findings = || histories.iter().flat_map(|history| &history.findings);
    let rules: BTreeSet<RuleId> =
        findings().flat_map(|finding| [Some(finding.rule()), finding.violation.way()]).flatten().collect();
    let report = Report {
        schema_version: 1,
        kubernetes: KUBERNETES,
        verdict: if findings().any(|finding| check::fails(finding, args)) { "violation" } else { "conforms" },
        files: histories.iter().map(|history| file_report(history, args)).collect(),
        rules: rules.into_iter().map(|rule| (rule, rule.rule().says)).collect(),
    };
    super::json(&report)
}

fn file_report<'a>(history: &'a History, args: &args::Check) -> FileReport<'a> {
    let violations = history.findings.iter().map(|finding| {
        let (old, new) = finding.violation.values();
        ViolationReport {
            event: finding.event,
            namespace: &finding.namespace,
            name: &finding.name,
            uid: &finding.uid,
            force: finding.violation.force(),
            rule: finding.rule(),
            way: finding.violation.way(),
            fails: check::fails(finding, args),
            field: finding.violation.field(),
            old,
            new,
            message: finding.violation.to_string(),
        }
    });
    let unreadable = history.unreadable.iter().map(|part| UnreadableReport {
        line: part.at.map(|at| at.line),
        byte: part.at.map(|at| at.byte),
        reason: &part.reason,
    });
    FileReport {
        file: &history.file,
        events: history.events,
        pods: history.pods,
        others: history.others,
        cannot_tell: history.unknown,
        allowed: history.allowed,
        violations: violations.collect(),
        unreadable_parts: history.unreadable_parts,
        unreadable: unreadable.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    /// `docs/check.schema.json` is made from the types; `UPDATE_DOCUMENTS=1` writes it anew.
    #[test]
    #[allow(clippy::disallowed_methods, reason = "the test compares a file of the repository")]
    fn the_schema_is_current() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report<'_>)).unwrap() + "\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/check.schema.json");
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
            std::fs::write(file, &schema).unwrap();
        }
        let stored = std::fs::read_to_string(file).unwrap_or_default();
        assert!(stored == schema, "docs/check.schema.json is stale; UPDATE_DOCUMENTS=1 writes it anew");
    }
}
