//! `check --junit`: a suite for each history, a case for each Pod with findings and one for all others.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use crate::commands::check::{Found, History};

pub(crate) fn junit(histories: &[History]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"podlife check\">")?;
    for history in histories {
        let mut pods: BTreeMap<(&str, &str, &str), Vec<&Found>> = BTreeMap::new();
        for found in history.findings.iter().filter(|found| found.fails) {
            pods.entry((&found.namespace, &found.name, &found.uid)).or_default().push(found);
        }
        let (failures, errors) = (pods.len(), history.unreadable_parts.min(1));
        let tests = pods.len() as u64 + 1 + errors;
        let name = escaped(&history.file);
        writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
        )?;
        for ((namespace, pod, uid), findings) in &pods {
            let case = format!("{namespace}/{pod}");
            writeln!(out, "    <testcase classname=\"{}\" name=\"{}\">", escaped(&case), escaped(uid))?;
            let message = findings.first().map(|found| escaped(&found.message)).unwrap_or_default();
            let rule = findings.first().map(|found| found.rule.to_string()).unwrap_or_default();
            writeln!(out, "      <failure type=\"{rule}\" message=\"{message}\">")?;
            for found in findings {
                let text = format!("event {} {} {}: {}", found.event, found.force, found.rule, found.message);
                writeln!(out, "{}", escaped(&text))?;
            }
            writeln!(out, "      </failure>\n    </testcase>")?;
        }
        let others = history.pods.saturating_sub(pods.len() as u64);
        writeln!(out, "    <testcase classname=\"{name}\" name=\"{others} other Pods conform\"/>")?;
        if errors > 0 {
            writeln!(out, "    <testcase classname=\"{name}\" name=\"the input can be read\">")?;
            let parts = history.unreadable_parts;
            writeln!(out, "      <error message=\"{parts} unreadable parts\">")?;
            for part in &history.unreadable {
                let line = part.at.map_or(0, |at| at.line);
                writeln!(out, "{}", escaped(&format!("{}:{line}: {}", part.file, part.reason)))?;
            }
            writeln!(out, "      </error>\n    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")?;
    out.flush()
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\t' | '\n' => " ".to_owned(),
            letter if letter.is_control() => "\u{fffd}".to_owned(),
            letter => letter.to_string(),
        })
        .collect()
}
