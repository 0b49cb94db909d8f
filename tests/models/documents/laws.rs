//! `docs/laws.md`: what is claimed, under what, how far it was looked, and where each statement of the protocol is decided.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use pod_lifecycle::{KUBERNETES, RuleId};
use pod_lifecycle_models::catalogue::{Entry, LawInfo, LawKind, MODELS};
use pod_lifecycle_models::decided::{ELSEWHERE, Elsewhere, How, REDUCTIONS};
use pod_lifecycle_models::law::{Assumed, Scope};

use super::compare;
use crate::verdicts::{STANDARD, TINY};

/// The number of scenarios that the protocol lists.
const SCENARIOS: usize = 23;

/// The families of the catalogue whose rules are theorems or their contraries.
const FAMILIES: [&str; 3] = ["INV", "LIV", "NON"];

fn laws() -> impl Iterator<Item = (&'static Entry, LawInfo)> {
    MODELS.iter().flat_map(|entry| (entry.laws)().into_iter().map(move |law| (entry, law)))
}

/// Every statement, with its sentence if the catalogue has one.
fn statements() -> Vec<(String, Option<&'static str>)> {
    let family = |id: RuleId| id.to_string().split('-').next().unwrap().to_owned();
    let rules = RuleId::all().filter(|rule| FAMILIES.contains(&&*family(rule.id)));
    let rules = rules.map(|rule| (rule.id.to_string(), Some(rule.says)));
    rules.chain((1..=SCENARIOS).map(|number| (format!("S{number}"), None))).collect()
}

/// Who decides a statement: the laws that bear its identifier, by model, or what is said of it instead.
enum Decided {
    Laws(BTreeMap<&'static str, Vec<LawInfo>>),
    Elsewhere(&'static Elsewhere),
}

fn decided(id: &str) -> Decided {
    let mut bear = BTreeMap::<_, Vec<_>>::new();
    for (entry, law) in laws().filter(|(_, law)| law.id.split('/').next() == Some(id)) {
        bear.entry(entry.name).or_default().push(law);
    }
    let elsewhere = ELSEWHERE.iter().find(|elsewhere| elsewhere.id == id);
    match (bear.is_empty(), elsewhere) {
        (false, None | Some(Elsewhere { how: How::Later, .. })) => Decided::Laws(bear),
        (true, Some(elsewhere)) => Decided::Elsewhere(elsewhere),
        (false, Some(_)) => panic!("{id} is a law of {:?}, and it is said to be none", bear.keys()),
        (true, None) => panic!("{id} is no law of any model, and `decided.rs` does not say why"),
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What is said to be decided elsewhere is decided there.
#[test]
fn what_is_elsewhere_is_there() {
    let known: Vec<_> = statements().into_iter().map(|(id, _)| id).collect();
    for Elsewhere { id, how, .. } in ELSEWHERE {
        assert!(known.iter().any(|one| one == id), "{id} is no statement");
        assert_eq!(ELSEWHERE.iter().filter(|other| other.id == *id).count(), 1, "{id}");
        match how {
            How::ByConstruction(path) => {
                let text = read(path);
                let shown = text.split("compile_fail").next().filter(|before| before.len() < text.len());
                // The sentence stands right above the example that does not compile.
                let above: String = shown.unwrap().lines().rev().take(5).collect();
                assert!(above.contains(id), "{path} shows no contrary of {id}");
            }
            How::ByTest(path, name) => {
                let text = read(path);
                let (before, _) = text.split_once(&format!("fn {name}(")).unwrap_or_else(|| panic!("{id}"));
                assert!(before.lines().rev().take(5).any(|line| line.contains(id)), "{name} is not of {id}");
            }
            How::ByLaw(model, law) => {
                assert!(laws().any(|(entry, of)| (entry.name, of.id) == (*model, *law)), "{id}");
            }
            How::Later => {}
        }
    }
    assert!(REDUCTIONS.iter().all(|(model, _)| MODELS.iter().any(|entry| entry.name == *model)));
}

fn kind(kind: LawKind) -> &'static str {
    match kind {
        LawKind::Always => "always",
        LawKind::Sometimes => "scenario",
        LawKind::Expected(_) => "expected violation",
        LawKind::Eventually => "eventually",
        LawKind::Stuck => "need not come about",
    }
}

fn ids(assumed: &[Assumed]) -> String {
    assumed.iter().map(|assumed| assumed.id).collect::<Vec<_>>().join(", ")
}

/// What is asked of a run.
fn fairness(assumed: &Assumed) -> String {
    let sets = |count: usize| {
        if count == 1 { "one set of steps".to_owned() } else { format!("{count} sets of steps") }
    };
    let parts = [
        (assumed.weak, "weak fairness for", sets(assumed.weak)),
        (assumed.strong, "strong fairness for", sets(assumed.strong)),
        (assumed.finitely, "finitely often", sets(assumed.finitely)),
    ];
    let parts = parts.iter().filter(|(count, ..)| *count > 0).map(|(_, how, sets)| format!("{how} {sets}"));
    parts.collect::<Vec<_>>().join("; ")
}

fn model(entry: &Entry, text: &mut String) {
    writeln!(text, "\n## Model `{}`\n\nIt contains {}.\n", entry.name, entry.contains).unwrap();
    text.push_str("It leaves out:\n\n");
    for left in entry.leaves_out {
        writeln!(text, "- {left}").unwrap();
    }
    let reductions = REDUCTIONS.iter().find(|(model, _)| *model == entry.name);
    if let Some((_, reductions)) = reductions {
        text.push_str("\nReductions:\n\n");
        for reduction in *reductions {
            writeln!(text, "- {reduction}").unwrap();
        }
    }
    text.push_str("\n| law | what it says | kind | rests on | assumes, or what removes it |\n| --- | --- | --- | --- | --- |\n");
    let laws = (entry.laws)();
    let mut all = BTreeMap::new();
    for law in &laws {
        let (assuming, unless) = (law.assumes.assuming(), law.assumes.unless());
        let more = match law.kind {
            LawKind::Expected(remedy) => {
                remedy.map_or_else(String::new, |remedy| format!("removed if {}", remedy.says))
            }
            LawKind::Eventually => ids(&assuming),
            LawKind::Stuck if unless.is_empty() => ids(&assuming),
            LawKind::Stuck => format!("{}; comes about with any of {}", ids(&assuming), ids(&unless)),
            LawKind::Always | LawKind::Sometimes => String::new(),
        };
        let rests_on = law.rests_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        writeln!(text, "| {} | {} | {} | {rests_on} | {more} |", law.id, law.says, kind(law.kind)).unwrap();
        for assumed in assuming.into_iter().chain(unless) {
            all.entry((assumed.id, assumed.says)).or_insert(assumed);
        }
    }
    if !all.is_empty() {
        text.push_str("\n| assumption | what it says | what it asks of a run |\n| --- | --- | --- |\n");
        for assumed in all.values() {
            writeln!(text, "| {} | {} | {} |", assumed.id, assumed.says, fairness(assumed)).unwrap();
        }
    }
}

fn sizes(text: &mut String) {
    text.push_str(
        "\n| model | tiny: states | standard: states | standard: steps | faults, tiny and standard | a packed state |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (entry, (tiny, standard)) in MODELS.iter().zip(TINY.models.iter().zip(&STANDARD.models)) {
        let faults = |scope| {
            (entry.faults)(scope).map_or_else(|| "not counted".to_owned(), |faults| faults.to_string())
        };
        let (few, many) = (faults(Scope::Tiny), faults(Scope::Standard));
        let faults = if few == many { few } else { format!("{few}, {many}") };
        let (name, bytes) = (entry.name, entry.packed_bytes);
        let (tiny, states, steps) = (tiny.states, standard.states, standard.steps);
        writeln!(text, "| `{name}` | {tiny} | {states} | {steps} | {faults} | {bytes} bytes |").unwrap();
    }
}

/// How a statement is decided that no law bears, and the sentence of the law that decides it.
fn elsewhere(Elsewhere { how, why, .. }: &Elsewhere) -> (Option<&'static str>, String) {
    match how {
        How::ByConstruction(path) => (None, format!("by construction, shown in `{path}`: {why}")),
        How::ByTest(path, name) => (None, format!("in no model, but by `{name}` in `{path}`: {why}")),
        How::ByLaw(model, law) => {
            let (_, of) = laws().find(|(entry, of)| (entry.name, of.id) == (*model, *law)).unwrap();
            (Some(of.says), format!("`{model}`: {law} ({}): {why}", kind(of.kind)))
        }
        How::Later => (None, format!("not decided: {why}")),
    }
}

/// One row for each statement.
fn table(text: &mut String) {
    text.push_str("\n| statement | what it says | decided |\n| --- | --- | --- |\n");
    for (id, says) in statements() {
        let mut sentence = says.map(ToOwned::to_owned);
        let how = match decided(&id) {
            Decided::Laws(bear) => {
                sentence = sentence.or_else(|| Some(bear.values().flatten().next()?.says.to_owned()));
                let of = |(model, laws): (&&str, &Vec<LawInfo>)| {
                    let laws: Vec<_> =
                        laws.iter().map(|law| format!("{} ({})", law.id, kind(law.kind))).collect();
                    format!("`{model}`: {}", laws.join(", "))
                };
                bear.iter().map(of).collect::<Vec<_>>().join("; ")
            }
            Decided::Elsewhere(of) => {
                let (says, how) = elsewhere(of);
                sentence = sentence.or_else(|| says.map(ToOwned::to_owned));
                how
            }
        };
        writeln!(text, "| {id} | {} | {how} |", sentence.unwrap_or_default()).unwrap();
    }
}

/// Every statement stands in it once, and nothing of it is stale.
#[test]
fn page() {
    let mut text = format!(
        "# Laws\n\nWhat is claimed of the models of Kubernetes {KUBERNETES}, under which assumptions, and how far it was looked. The \
         page\nis made from the models; `podlife verify` checks all that it says.\n\n\
         - *always*: no reachable state or step breaks it. Its witness, the last moment before a violation, is reached, and a \
         mutant breaks it (`docs/mutants.md`).\n\
         - *scenario*: some run shows it.\n\
         - *expected violation*: it looks forbidden and some run shows it all the same; with what removes it no run does.\n\
         - *eventually*: every fair run that comes to be obliged keeps it. Each assumption is needed: without it there is a \
         run that does not (`docs/lasso.md`).\n\
         - *need not come about*: some fair run never keeps it.\n\n\
         Weak fairness: steps that can be taken all the time are taken. Strong: steps that can be taken again and again are. \
         A step that changes nothing is none, and a run may rest wherever no fairness forbids it.\n\n\
         ## What the answers are worth\n\n\
         - Every exploration is complete: states are kept whole and compared whole, packed into the bytes below without loss, \
         which a test tries on each reachable state of the tiny scope. No state is known by a hash alone.\n\
         - Two engines count the same states and the same steps, or `verify` fails.\n\
         - An answer is one about a scope: so many faults, Pods, containers, nodes. Nothing is proved beyond it.\n\
         - What a model decides by, is the library itself; laws look at plain fields and call nothing that decides.\n\
         - Models are tied to recordings of Kubernetes (`tests/models/paths.rs`), and to the monitor: all that a watcher sees of \
         a run conforms, but for expected violations (`tests/models/watch.rs`).\n\n\
         ## Scopes\n"
    );
    assert_eq!(STANDARD.notes, Vec::<String>::new(), "an exploration was not kept whole");
    sizes(&mut text);
    text.push_str(
        "\nThe large scope has more faults or actors; it is explored by name and as far as memory goes.\n",
    );
    text.push_str(
        "\n## Where each is decided\n\nEvery invariant, liveness property, non-theorem and scenario of the protocol, once. \
         Where laws of models bear its identifier, these decide it.\n",
    );
    let mut rows = String::new();
    table(&mut rows);
    for (id, _) in statements() {
        assert_eq!(rows.matches(&format!("\n| {id} |")).count(), 1, "{id}");
    }
    text.push_str(&rows);
    for entry in MODELS {
        model(entry, &mut text);
    }
    compare("laws.md", &text);
}
