//! `docs/coverage.md`: what each rule has, made from the citations in the tree; a stale one fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use pod_lifecycle::{KUBERNETES, RuleId};

use crate::left_out::LEFT_OUT;
use crate::{citations, files, name, read, root};

/// Where a rule is cited.
#[derive(Default)]
struct Found {
    code: BTreeSet<String>,
    laws: BTreeSet<String>,
    tests: BTreeSet<String>,
    /// Recorded cases of the sample that it decides.
    cases: usize,
}

/// One of the three lists.
type List = fn(&mut Found) -> &mut BTreeSet<String>;

/// What a file is for, and its short name.
fn role(path: &str) -> Option<(List, String)> {
    let short = |prefix: &str| path.strip_prefix(prefix)?.strip_suffix(".rs").map(str::to_owned);
    // A list of what is decided elsewhere is no citation.
    let lists = ["src/rules", "tests/traceability/", "models/src/decided.rs"];
    if lists.iter().any(|list| path.starts_with(list)) {
        return None;
    }
    if let Some(short) = short("src/") {
        return Some((|found| &mut found.code, short));
    }
    if let Some(short) = short("tests/laws/") {
        return Some((|found| &mut found.laws, short));
    }
    // A claim names the rules that settle it; that decides and tests nothing.
    if path.starts_with("models/src/claims") || path.ends_with("tests/claims.rs") {
        return None;
    }
    if let Some(short) = short("models/src/") {
        let laws = short.contains("/laws");
        let short = format!("model {short}");
        return Some((if laws { |found| &mut found.laws } else { |found| &mut found.tests }, short));
    }
    if let Some(short) = short("fuzz/src/") {
        return Some((|found| &mut found.tests, format!("fuzz {short}")));
    }
    let short = short("tests/").or_else(|| Some(format!("cli {}", short("cli/tests/")?)))?;
    Some((|found| &mut found.tests, short))
}

/// Reads a text as `DEL-08`, whether it says `DEL-08`, `RuleId::DEL_08`, `del_08_…`, or `DEL-05 … DEL-09`.
fn cited(text: &str) -> BTreeSet<String> {
    let text = text.to_uppercase().replace('_', "-");
    let mut found = citations(&text);
    for (place, _) in text.match_indices(" … ") {
        let end: String = text[place + " … ".len()..].chars().take(12).collect();
        let last = citations(&end);
        let start = text[..place].rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let first = citations(&text[start.map_or(0, |start| start + 1)..place]);
        let number = |id: &String| id.rsplit_once('-').and_then(|(_, number)| number.parse::<u32>().ok());
        if let (Some(first), Some(last)) = (first.iter().next(), last.iter().next()) {
            let family = first.rsplit_once('-').unwrap().0;
            if last.starts_with(family) {
                let range = number(first).unwrap()..=number(last).unwrap();
                found.extend(range.map(|number| format!("{family}-{number:02}")));
            }
        }
    }
    found
}

fn found() -> BTreeMap<RuleId, Found> {
    let mut found: BTreeMap<RuleId, Found> = RuleId::all().map(|rule| (rule.id, Found::default())).collect();
    for path in files("", ".rs") {
        let Some((list, short)) = role(&name(&path)) else { continue };
        for id in cited(&read(&path)).iter().filter_map(|id| id.parse().ok()) {
            list(found.get_mut(&id).unwrap()).insert(short.clone());
        }
    }
    for path in files("tests/conformance/sample", ".rules") {
        for line in read(&path).lines() {
            let (cases, label) = line.split_once(' ').unwrap();
            for id in cited(label).iter().filter_map(|id| id.parse().ok()) {
                found.get_mut(&id).unwrap().cases += cases.parse::<usize>().unwrap();
            }
        }
    }
    found
}

fn is_cited(found: &Found) -> bool {
    !(found.code.is_empty() && found.laws.is_empty() && found.tests.is_empty())
}

/// `CTL-PGC` of `CTL-PGC-03`.
fn family(id: RuleId) -> String {
    id.to_string().rsplit_once('-').unwrap().0.to_owned()
}

/// The rules that an entry of the table names: `DEL 25 27` or a whole family, `CTL-NOD`.
fn named(entry: &str) -> Vec<RuleId> {
    let mut words = entry.split(' ');
    let family_name = words.next().unwrap();
    let numbers: Vec<String> = words.map(|number| format!("{family_name}-{number}")).collect();
    if numbers.is_empty() {
        return RuleId::all().map(|rule| rule.id).filter(|id| family(*id) == family_name).collect();
    }
    numbers.iter().map(|id| id.parse().unwrap_or_else(|error| panic!("{entry}: {error}"))).collect()
}

/// A rule that nothing cites has a reason, and a rule that something cites has none: the table cannot rot.
#[test]
fn every_rule_is_cited_or_left_out_with_a_reason() {
    let found = found();
    let mut reasons: BTreeMap<RuleId, &str> = BTreeMap::new();
    for (entry, reason) in LEFT_OUT {
        let ids = named(entry);
        assert!(!ids.is_empty(), "`{entry}` names no rule");
        for id in ids {
            assert!(reasons.insert(id, *reason).is_none(), "{id} is left out twice");
        }
    }
    let (mut silent, mut rotten) = (Vec::new(), Vec::new());
    for (id, found) in &found {
        match (is_cited(found), reasons.contains_key(id)) {
            (true, true) => rotten.push(*id),
            (false, false) => silent.push(*id),
            (true, false) | (false, true) => {}
        }
    }
    assert!(rotten.is_empty(), "cited, so no longer left out (left_out.rs): {rotten:?}");
    assert!(silent.is_empty(), "cited nowhere and without a reason (left_out.rs): {silent:?}");
}

#[test]
fn ranges_and_names_are_citations_too() {
    let cites = |text| cited(text).into_iter().collect::<Vec<_>>();
    assert_eq!(cites("(CTL-PGC-01 … CTL-PGC-03)"), ["CTL-PGC-01", "CTL-PGC-02", "CTL-PGC-03"]);
    assert_eq!(cites("fn del_08_grace(RuleId::KUB_35) … PHA-01"), ["DEL-08", "KUB-35", "PHA-01"]);
}

#[test]
fn the_coverage_is_documented() {
    let path: PathBuf = root().join("docs/coverage.md");
    let text = document(&found());
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    let hint = "UPDATE_DOCUMENTS=1 cargo test -p pod-lifecycle --test traceability";
    assert!(stored == text, "docs/coverage.md is stale: run `{hint}`");
}

fn document(found: &BTreeMap<RuleId, Found>) -> String {
    let mut text = format!(
        "# Coverage\n\nWhat each rule of Kubernetes {KUBERNETES} has in this tree: the code that decides by it, the laws \
         that judge it, other\ntests and models that name it, and how many recorded cases of the sample it decides. Made \
         from citations by\n`tests/traceability/coverage.rs`; `podlife rules ID` says what a rule is.\n\n"
    );
    summary(&mut text, found);
    let mut families: Vec<String> = found.keys().map(|id| family(*id)).collect();
    families.dedup();
    for name in families {
        let rows: Vec<_> =
            found.iter().filter(|(id, found)| family(**id) == name && is_cited(found)).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n## {name}\n\n| rule | code | laws | tests | cases |\n| --- | --- | --- | --- | --- |\n"
        );
        for (id, found) in rows {
            let cases = if found.cases == 0 { String::new() } else { found.cases.to_string() };
            let [code, laws, tests] = [&found.code, &found.laws, &found.tests].map(list);
            let _ = writeln!(text, "| {id} | {code} | {laws} | {tests} | {cases} |");
        }
    }
    let no_case = found.iter().filter(|(_, found)| !found.code.is_empty() && found.cases == 0);
    let no_case: Vec<String> = no_case.map(|(id, _)| id.to_string()).collect();
    let _ = write!(
        text,
        "\n## In code, but deciding no recorded case\n\n{}\n\n## Left out\n\n| rules | why |\n| --- | --- |\n",
        wrapped(&no_case)
    );
    for (entry, reason) in LEFT_OUT {
        let _ = writeln!(text, "| {entry} | {reason} |");
    }
    text
}

fn summary(text: &mut String, found: &BTreeMap<RuleId, Found>) {
    text.push_str("| family | rules | in code | with a law | deciding cases | left out |\n");
    text.push_str("| --- | --- | --- | --- | --- | --- |\n");
    let mut families: BTreeMap<RuleId, String> = BTreeMap::new();
    for id in found.keys() {
        if !families.values().any(|name| *name == family(*id)[..3]) {
            families.insert(*id, family(*id)[..3].to_owned());
        }
    }
    let mut row = |name: &str, of: &str| {
        let count = |has: fn(&Found) -> bool| {
            found.iter().filter(|(id, found)| id.to_string().starts_with(of) && has(found)).count()
        };
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} | {} |",
            count(|_| true),
            count(|found| !found.code.is_empty()),
            count(|found| !found.laws.is_empty()),
            count(|found| found.cases > 0),
            count(|found| !is_cited(found)),
        );
    };
    for name in families.values() {
        row(name, name);
    }
    row("all", "");
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Names in lines of at most 120 characters.
fn wrapped(names: &[String]) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let line = lines.last_mut().unwrap();
        if line.len() + name.len() + 2 > 120 {
            lines.push(name.clone());
        } else {
            let separator = if line.is_empty() { "" } else { ", " };
            *line = format!("{line}{separator}{name}");
        }
    }
    lines.join(",\n")
}
