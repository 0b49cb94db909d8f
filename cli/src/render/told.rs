//! The frame of what is told of Pods: one report, a blank line between two Pods, sentences with their rules.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::{KUBERNETES, RuleId};
use serde::Serialize;

use super::Paint;

/// A sentence and the rules behind it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Sentence {
    pub(crate) text: String,
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(crate) rules: Vec<RuleId>,
}

impl Sentence {
    pub(crate) fn new(rule: RuleId, text: impl Into<String>) -> Self {
        Self { text: text.into(), rules: vec![rule] }
    }

    /// With its rules, as people read it.
    pub(crate) fn shown(&self, paint: Paint) -> String {
        format!("{} {}", self.text, cited(paint, &self.rules))
    }
}

/// Rules as they stand behind a sentence.
pub(crate) fn cited(paint: Paint, rules: &[RuleId]) -> String {
    let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
    paint.dim(&format!("({})", rules.join(", ")))
}

/// All that is told of Pods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report<'a, T> {
    schema_version: u32,
    kubernetes: &'a str,
    pods: &'a [T],
}

/// One JSON object.
pub(crate) fn json<T: Serialize>(pods: &[T]) -> io::Result<()> {
    super::json(&Report { schema_version: 1, kubernetes: KUBERNETES, pods })
}

/// For people: each Pod by `one`.
pub(crate) fn text<T>(
    pods: &[T],
    one: impl Fn(&mut dyn Write, Paint, &T) -> io::Result<()>,
) -> io::Result<()> {
    let (mut out, paint) = (BufWriter::new(io::stdout().lock()), Paint::stdout());
    for (number, told) in pods.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        one(&mut out, paint, told)?;
    }
    out.flush()
}

/// A title and its sentences; nothing if there are none.
pub(crate) fn section(
    out: &mut dyn Write,
    paint: Paint,
    title: &str,
    sentences: &[Sentence],
) -> io::Result<()> {
    if !sentences.is_empty() {
        writeln!(out, "\n  {title}")?;
    }
    for sentence in sentences {
        writeln!(out, "    {}", sentence.shown(paint))?;
    }
    Ok(())
}

/// Compares a schema in `docs/` with the one made of the types; `UPDATE_DOCUMENTS=1` writes it anew.
#[cfg(test)]
#[allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the test compares a file of the repository"
)]
pub(crate) fn schema_is_current<T: schemars::JsonSchema>(name: &str) {
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(T)).unwrap() + "\n";
    let file = format!("{}/../docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&file, &schema).unwrap();
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(stored == schema, "docs/{name} is stale; UPDATE_DOCUMENTS=1 writes it anew");
}
