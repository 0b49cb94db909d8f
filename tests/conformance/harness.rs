//! The one loop over all oracles: read a case, let this crate judge it, compare, report.
#![allow(
    clippy::print_stdout,
    reason = "the report is for people; libtest shows it on a failure or with --nocapture"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::{self, Lines, Origin};

/// One real function whose inputs and outputs were recorded.
pub(crate) trait Oracle {
    /// The name of its folder.
    const NAME: &'static str;
    /// The members of a line that hold what is expected, at whatever depth.
    const EXPECTED: &'static [&'static str] = &["output"];
    /// A whole line; for most oracles an [`Example`]. Members that are not listed are refused.
    type Case<'a>: Deserialize<'a>;
    /// What is compared.
    type Outcome: PartialEq + Serialize;

    /// Decides the case with this crate.
    fn judge(case: Self::Case<'_>) -> Judged<Self::Outcome>;
}

/// A case after this crate has decided it.
pub(crate) struct Judged<T> {
    /// What Kubernetes does.
    pub(crate) expected: T,
    /// What this crate does.
    pub(crate) got: T,
    /// The rules that decided, as this crate names them.
    pub(crate) rules: Vec<String>,
}

/// The usual form of a line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example<I, O> {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "source")]
    _source: Option<IgnoredAny>,
    pub(crate) input: I,
    pub(crate) output: O,
}

#[derive(Deserialize)]
struct Header {
    id: String,
    source: Option<String>,
}

/// What one run over the cases of an oracle has found.
#[derive(Default)]
pub(crate) struct Report {
    cases: BTreeMap<Origin, usize>,
    decided: BTreeMap<String, usize>,
    of_sample: BTreeMap<String, usize>,
    disagreements: usize,
    first: Vec<String>,
    unreadable: Vec<String>,
}

impl Report {
    const SHOWN: usize = 10;

    /// Judges every line of a file.
    pub(crate) fn read<O: Oracle>(&mut self, file: &Lines) {
        for (index, line) in file.text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            *self.cases.entry(file.origin).or_default() += 1;
            if let Err(error) = self.judge::<O>(line, file.origin) {
                self.unreadable.push(format!("{}:{}: {error}", file.name, index + 1));
            }
        }
    }

    fn judge<O: Oracle>(&mut self, line: &str, origin: Origin) -> serde_json::Result<()> {
        let Header { id, .. } = serde_json::from_str(line)?;
        let Judged { expected, got, rules } = O::judge(serde_json::from_str(line)?);
        for rule in &rules {
            *self.decided.entry(rule.clone()).or_default() += 1;
            match origin {
                Origin::Sample => *self.of_sample.entry(rule.clone()).or_default() += 1,
                Origin::Directory => {}
            }
        }
        if expected != got {
            self.disagreements += 1;
            if self.first.len() < Self::SHOWN {
                let (expected, got) = (serde_json::to_string(&expected)?, serde_json::to_string(&got)?);
                let rules = rules.join(", ");
                self.first.push(format!(
                    "{id}\n  line     {line}\n  expected {expected}\n  got      {got}\n  rule     {rules}"
                ));
            }
        }
        Ok(())
    }

    /// Whether all cases were read and none disagrees.
    pub(crate) fn is_clean(&self) -> bool {
        self.disagreements == 0 && self.unreadable.is_empty()
    }

    fn render(&self, name: &str) -> String {
        let of = |origin| self.cases.get(&origin).copied().unwrap_or_default();
        let mut text = format!(
            "{name}: {} cases of the sample, {} of directories, {} disagreements, {} unreadable\n",
            of(Origin::Sample),
            of(Origin::Directory),
            self.disagreements,
            self.unreadable.len(),
        );
        for (rule, cases) in &self.decided {
            let _ = writeln!(text, "  {cases:>6}  {rule}");
        }
        for shown in self.first.iter().chain(self.unreadable.iter().take(Self::SHOWN)) {
            let _ = writeln!(text, "{shown}");
        }
        text
    }
}

/// Compares all cases of one oracle and fails on the first report that is not clean.
pub(crate) fn run<O: Oracle>() -> Result<(), String> {
    let mut report = Report::default();
    let mut candidates = Vec::new();
    for directory in files::directories() {
        match files::oracle(&directory, O::NAME)? {
            None => println!("{}: {} has no folder of it", O::NAME, directory.display()),
            Some(found) => {
                for file in found {
                    report.read::<O>(&file);
                    candidates.extend(file.text.lines().filter(|line| is_free(line)).map(str::to_owned));
                }
            }
        }
    }
    if files::writes_sample() && !candidates.is_empty() {
        let every = candidates.len().div_ceil(300);
        let text: String = candidates.iter().step_by(every).map(|line| format!("{line}\n")).collect();
        files::write_sample(O::NAME, &text)?;
    }
    report.read::<O>(&files::sample(O::NAME)?);
    println!("{}", report.render(O::NAME));
    if !report.cases.contains_key(&Origin::Sample) {
        return Err(format!("{}: the sample is empty", O::NAME));
    }
    if !report.is_clean() {
        return Err(format!("{}: this crate and Kubernetes disagree, see the report", O::NAME));
    }
    let decided: String = report.of_sample.iter().map(|(rule, cases)| format!("{cases} {rule}\n")).collect();
    files::compare_rules(O::NAME, &decided)
}

/// Whether a case may be in the sample: only generated and authored ones, none from another project's tests.
fn is_free(line: &str) -> bool {
    let source = serde_json::from_str::<Header>(line).ok().and_then(|header| header.source);
    matches!(source.as_deref(), Some("generated" | "authored"))
}

/// Prints the folders that no test compares.
pub(crate) fn name_uncompared(compared: &[&str]) -> Result<(), String> {
    for directory in files::directories() {
        for folder in files::folders(&directory)? {
            if !compared.contains(&&*folder) {
                println!("{folder}: not compared yet ({})", directory.display());
            }
        }
    }
    Ok(())
}

/// A line as a tree, for those who alter it.
pub(crate) fn tree(line: &str) -> Value {
    serde_json::from_str(line).expect("the sample has been read")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Doubled;

    impl Oracle for Doubled {
        const NAME: &'static str = "doubled";
        type Case<'a> = Example<u32, u32>;
        type Outcome = u32;

        fn judge(case: Example<u32, u32>) -> Judged<u32> {
            Judged { expected: case.output, got: 2 * case.input, rules: vec!["TWO".to_owned()] }
        }
    }

    fn report(text: &str) -> Report {
        let mut report = Report::default();
        report.read::<Doubled>(&Lines {
            name: "some.jsonl".into(),
            origin: Origin::Directory,
            text: text.into(),
        });
        report
    }

    #[test]
    fn agreement_is_counted_by_rule() {
        let report =
            report("{\"id\":\"a\",\"input\":2,\"output\":4}\n\n{\"id\":\"b\",\"input\":3,\"output\":6}\n");
        assert!(report.is_clean());
        assert_eq!(report.render("doubled").lines().nth(1), Some("       2  TWO"));
    }

    #[test]
    fn a_disagreement_shows_the_case() {
        let report = report("{\"id\":\"a\",\"input\":2,\"output\":5}");
        assert!(!report.is_clean());
        let shown = report.render("doubled");
        for part in ["1 disagreements", "expected 5", "got      4", "rule     TWO", "\"input\":2"] {
            assert!(shown.contains(part), "{shown}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        for wrong in ["{\"id\":\"b\"}", "oops", "{\"id\":\"b\",\"input\":1,\"output\":2,\"more\":3}"] {
            let report = report(&format!("{{\"id\":\"a\",\"input\":2,\"output\":4}}\n{wrong}\n"));
            assert!(!report.is_clean());
            assert!(report.render("doubled").contains("some.jsonl:2: "), "{}", report.render("doubled"));
        }
    }

    #[test]
    fn only_free_cases_are_sampled() {
        assert!(
            is_free(r#"{"id":"a","source":"generated"}"#) && is_free(r#"{"id":"a","source":"authored"}"#)
        );
        assert!(!is_free(r#"{"id":"a","source":"pkg/x_test.go#TestX"}"#) && !is_free(r#"{"id":"a"}"#));
    }
}
