//! How `rules` shows the catalogue.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::KUBERNETES;
use pod_lifecycle::rules::Rule;
use serde::Serialize;

use crate::render::Paint;

/// A line a rule, or everything about a single one.
pub(crate) fn text(rules: &[&Rule]) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    if let [rule] = rules {
        writeln!(out, "{}  {}", paint.bold(&rule.id.to_string()), rule.says)?;
        writeln!(out, "  enforced by  {}", rule.enforcer)?;
        writeln!(out, "  source       {}", rule.source)?;
        if let Some(since) = rule.since {
            writeln!(out, "  since        Kubernetes {since}")?;
        }
        if let Some(until) = rule.until {
            writeln!(out, "  until        Kubernetes {until}")?;
        }
        return out.flush();
    }
    for rule in rules {
        writeln!(out, "{:<10} {}", rule.id, rule.says)?;
    }
    writeln!(out, "\n{} rules of Kubernetes {KUBERNETES}", rules.len())?;
    out.flush()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    rules: Vec<RuleReport<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleReport<'a> {
    id: String,
    enforcer: String,
    says: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
}

/// One JSON object.
pub(crate) fn json(rules: &[&Rule]) -> io::Result<()> {
    let rules = rules.iter().map(|rule| RuleReport {
        id: rule.id.to_string(),
        enforcer: rule.enforcer.to_string(),
        says: rule.says,
        source: rule.source,
        since: rule.since,
        until: rule.until,
    });
    super::json(&Report { schema_version: 1, kubernetes: KUBERNETES, rules: rules.collect() })
}
