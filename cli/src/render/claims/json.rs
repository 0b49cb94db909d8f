//! What `claims` found as one JSON object.

use std::io;

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::claims::{Evidence, Heard, Verdict};
use pod_lifecycle_models::render::Told;
use serde::Serialize;

use super::Shown;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    scope: &'a str,
    seconds: f64,
    claims: Vec<ClaimReport<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct ClaimReport<'a> {
    id: &'a str,
    claim: &'a str,
    /// What is recorded: `true`, `false` or `cond`.
    verdict: &'a str,
    because: &'a str,
    rules: Vec<String>,
    /// Who judges it; absent if rules alone settle it.
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<String>,
    /// What the judge says; absent if there is none, or if what the claim speaks of never occurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<&'a str>,
    /// Whether that is another verdict than the recorded one.
    differs: bool,
    evidence: Vec<EvidenceReport<'a>>,
}

/// A shortest path, or a case of a machine.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct EvidenceReport<'a> {
    shows: &'a str,
    path: Vec<StepReport<'a>>,
    /// What is repeated for ever; empty if the run rests; absent if it is no lasso.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<Vec<StepReport<'a>>>,
    /// The same as a Mermaid sequence diagram.
    mermaid: String,
}

/// One step: who acts on whom, what it does, and what has changed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StepReport<'a> {
    from: &'a str,
    to: &'a str,
    says: &'a str,
    changes: &'a [String],
}

fn steps(path: &[Told]) -> Vec<StepReport<'_>> {
    path.iter().map(|Told { from, to, says, changes }| StepReport { from, to, says, changes }).collect()
}

fn evidence(evidence: &Evidence) -> EvidenceReport<'_> {
    EvidenceReport {
        shows: evidence.shows.as_str(),
        path: steps(&evidence.path),
        cycle: evidence.cycle.as_deref().map(steps),
        mermaid: evidence.mermaid(),
    }
}

fn report(heard: &Heard) -> ClaimReport<'_> {
    let (claim, judged) = (heard.claim, heard.judged.as_ref());
    ClaimReport {
        id: claim.id,
        claim: claim.says,
        verdict: claim.verdict.as_str(),
        because: claim.because,
        rules: claim.rules.iter().map(ToString::to_string).collect(),
        judge: judged.map(|_| claim.judge.name()),
        found: judged.and_then(|judged| judged.verdict).map(Verdict::as_str),
        differs: heard.differs(),
        evidence: judged.iter().flat_map(|judged| &judged.evidence).map(evidence).collect(),
    }
}

/// One JSON object; its form is `docs/claims.schema.json`.
pub(crate) fn json(shown: &Shown<'_>) -> io::Result<()> {
    crate::render::json(&Report {
        schema_version: 1,
        kubernetes: KUBERNETES,
        scope: shown.scope.as_str(),
        seconds: shown.hearing.elapsed.as_secs_f64(),
        claims: shown.hearing.heard.iter().map(report).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Report;

    /// `docs/claims.schema.json` is made from the types; `UPDATE_DOCUMENTS=1` writes it anew.
    #[test]
    #[allow(
        clippy::disallowed_methods,
        clippy::unwrap_used,
        reason = "the test compares a file of the repository"
    )]
    fn the_schema_is_current() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report<'_>)).unwrap() + "\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/claims.schema.json");
        if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
            std::fs::write(file, &schema).unwrap();
        }
        let stored = std::fs::read_to_string(file).unwrap_or_default();
        assert!(stored == schema, "docs/claims.schema.json is stale; UPDATE_DOCUMENTS=1 writes it anew");
    }
}
