//! The tables of the machines and their drawings.

use std::collections::BTreeSet;

use pod_lifecycle::rules::RuleId;
use pod_lifecycle::table::{self, EdgeKind, Table};

/// The edges of one machine as plain text, `from --> to: label`, one label a line.
fn lines(name: &str) -> BTreeSet<String> {
    let tables = table::all();
    let table = tables.iter().find(|table| table.name == name).unwrap();
    let edges = table.edges.iter();
    edges
        .flat_map(|edge| {
            edge.labels.iter().map(move |label| format!("{} --> {}: {label}", edge.from, edge.to))
        })
        .collect()
}

/// What stands in a drawing between the arrows and the labels, as pairs of states.
fn drawn(text: &str, arrow: &str) -> Vec<(String, String)> {
    text.lines()
        .filter(|line| !line.contains("[*]"))
        .filter_map(|line| line.split_once(arrow))
        .map(|(from, rest)| {
            let to: String = rest.chars().take_while(|letter| letter.is_ascii_alphanumeric()).collect();
            (from.trim().to_owned(), to)
        })
        .collect()
}

fn reachable(table: &Table) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::from([table.states[0]]);
    loop {
        let next: BTreeSet<_> =
            table.edges.iter().filter(|edge| seen.contains(edge.from)).map(|edge| edge.to).collect();
        let before = seen.len();
        seen.extend(next);
        if seen.len() == before {
            return seen;
        }
    }
}

/// Every machine has its own name, and no state and no edge stands twice in its table.
#[test]
fn tables_have_no_doubles() {
    let tables = table::all();
    let names: BTreeSet<_> = tables.iter().map(|table| table.name).collect();
    assert_eq!(names.len(), tables.len());
    for table in &tables {
        let states: BTreeSet<_> = table.states.iter().collect();
        assert_eq!(states.len(), table.states.len(), "{}", table.name);
        let edges: BTreeSet<_> = table.edges.iter().map(|edge| (edge.from, edge.to, edge.kind)).collect();
        assert_eq!(edges.len(), table.edges.len(), "{}", table.name);
        assert!(table.edges.iter().all(|edge| !edge.labels.is_empty()), "{}", table.name);
    }
}

/// Whatever looks like a rule on an edge is one of the catalogue.
#[test]
fn every_rule_on_an_edge_is_a_rule() {
    let mut cited = 0;
    for table in table::all() {
        for label in table.edges.iter().flat_map(|edge| &edge.labels) {
            let rules = label.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
            for id in rules.filter(|word| word.contains('-')) {
                assert!(RuleId::all().any(|rule| rule.id.to_string() == id), "{}: {label}", table.name);
                cited += 1;
            }
        }
    }
    assert!(cited > 80, "only {cited} rules are cited");
}

/// Every state is reached from the initial one, except those that the protocol leaves to nobody.
#[test]
fn every_state_is_reached() {
    for table in table::all() {
        let unreached: Vec<_> =
            table.states.iter().filter(|state| !reachable(&table).contains(**state)).copied().collect();
        let expected: &[&str] = match table.name {
            "deletion" => &["Unrecorded"], // found in objects that another writer made
            "phase" => &["Unknown"],       // PHA-01: nobody writes it
            "container" => &["Created", "Unknown"], // the runtime reports them
            _ => &[],
        };
        assert_eq!(unreached, expected, "{}", table.name);
    }
}

/// Both drawings of a machine have exactly the edges of its table.
#[test]
fn both_drawings_have_the_edges_of_the_table() {
    for table in table::all() {
        let told: Vec<_> =
            table.edges.iter().map(|edge| (edge.from.to_owned(), edge.to.to_owned())).collect();
        assert_eq!(drawn(&table.mermaid(), " --> "), told, "{}", table.name);
        assert_eq!(drawn(&table.dot(), " -> "), told, "{}", table.name);
        let dashed = table.dot().matches("style=dashed").count();
        let hazards = table.edges.iter().filter(|edge| edge.kind == EdgeKind::Hazard).count();
        assert_eq!(dashed, hazards, "{}", table.name);
        for label in table.edges.iter().flat_map(|edge| &edge.labels) {
            assert!(
                table.mermaid().contains(label.as_str()) && table.dot().contains(label.as_str()),
                "{label}"
            );
            // They would end a text in one of the two languages.
            assert!(!label.contains(['"', ';', ':', '\n']), "{label}");
        }
    }
}

/// CTR-01, CTR-02: after exit 0 only `Always` starts again, after another code `OnFailure` and a matching rule too;
/// while deleting nothing is started.
#[test]
fn ctr_02_an_exit_is_followed_as_the_policy_says() {
    let lines = lines("container");
    let from_exits: Vec<_> =
        lines.iter().filter(|line| line.starts_with("Exit")).map(String::as_str).collect();
    assert_eq!(
        from_exits,
        [
            "Exit0 --> Exit0: left (CTR-02) if DT set, Never, Never with a rule for 1, OnFailure",
            "Exit0 --> Running: started (CTR-02) if Always",
            "Exit1 --> Exit1: left (CTR-02) if DT set, Never",
            "Exit1 --> Running: started (CTR-02) if Always, Never with a rule for 1, OnFailure",
        ]
    );
}

/// CTR-11: a pass decides in one of eight rows; rows 2, 3, 6 and the end of row 8 kill the Pod, rows 4 and 5 make a
/// sandbox, row 7 and 8 keep it, row 1 does either.
#[test]
fn ctr_11_each_row_has_its_outcome() {
    let tables = table::all();
    let table = tables.iter().find(|table| table.name == "sync").unwrap();
    let outcomes: BTreeSet<_> = table
        .edges
        .iter()
        .filter(|edge| edge.from == "Pass")
        .flat_map(|row| {
            let number = row.labels.iter().next().unwrap().split(' ').nth(1).unwrap();
            let number: u8 = number.parse().unwrap();
            table.edges.iter().filter(|edge| edge.from == row.to).map(move |edge| (number, edge.to))
        })
        .collect();
    let (kept, made, killed) = ("SandboxKept", "SandboxMade", "PodKilled");
    assert_eq!(
        outcomes,
        BTreeSet::from([
            (1, kept),
            (1, made),
            (2, killed),
            (3, killed),
            (4, made),
            (5, made),
            (6, killed),
            (7, kept),
            (8, kept),
            (8, killed),
        ])
    );
}

/// CTR-24, CTR-26: at once, then after 10, 20, 40, 80, 160 and 300 seconds; any series can begin anew.
#[test]
fn ctr_24_the_delays_double_to_the_cap() {
    let lines = lines("backoff");
    let mut waits: Vec<u32> = lines
        .iter()
        .filter_map(|line| line.split_once("restart after ").and_then(|(_, rest)| rest.split(' ').next()))
        .map(|secs| secs.parse().unwrap())
        .collect();
    waits.sort_unstable();
    assert_eq!(waits, [10, 20, 40, 80, 160, 300]);
    let anew = lines.iter().filter(|line| line.contains("--> First") && line.contains("CTR-26")).count();
    assert_eq!(anew, 3);
}

/// CRE-21, CRE-22, CRE-30: a Pod is bound out of the queue or by another scheduler, never with gates or deleting, and
/// nothing comes back from its end.
#[test]
fn cre_22_only_a_queued_pod_is_bound() {
    let lines = lines("scheduling");
    let bound: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("bound"))
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(bound, ["Foreign", "Queued"]);
    assert!(!lines.iter().any(|line| line.starts_with("Unseen") || line.contains("--> New")), "{lines:?}");
    assert!(lines.contains("Queued --> Skipped: DT set (CRE-22)"), "{lines:?}");
}

/// CRE-01, CRE-04, CRE-05: only a POST and an apply take a free name, and a taken one refuses.
#[test]
fn cre_01_only_a_create_takes_a_name() {
    let lines = lines("creation");
    let took: Vec<_> =
        lines.iter().filter(|line| line.starts_with("Free --> Taken")).map(String::as_str).collect();
    assert_eq!(took, ["Free --> Taken: POST (CRE-01)", "Free --> Taken: apply (CRE-04)"]);
    assert!(lines.contains("Taken --> Taken: POST refused with 409 (CRE-01)"), "{lines:?}");
    assert!(lines.contains("Free --> Free: POST refused with 403 (CRE-05)"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("Taken --> Free")), "{lines:?}");
}

/// KUB-35: each of the three conditions can be the last one, and what was sent is not withheld again.
#[test]
fn kub_35_each_condition_can_be_the_last() {
    let lines = lines("final_delete");
    let conditions = ["DT set", "phase Failed stored", "phase Succeeded stored", "worker finished"];
    let expected =
        conditions.map(|condition| format!("Withheld --> Sent: {condition}, the last condition (KUB-35)"));
    assert_eq!(lines, BTreeSet::from(expected));
}
