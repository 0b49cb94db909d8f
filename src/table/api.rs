//! A name at the API server, and where a Pod stands with the scheduler.

use std::collections::HashSet;

use super::{EdgeKind, Edges, Table, product};
use crate::binding::{self, Binding, Gates};
use crate::creation::{self, Absent, Namespace, Naming, Next, Slot, Write};
use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::scheduling::{Facts, Profile, Standing, standing};
use crate::time::Time;

const FREE: &str = "Free";
const TAKEN: &str = "Taken";

/// An object that is being deleted.
fn deleting() -> Deletion {
    Deletion::from_fields(Some(Time::from_unix(0)), Some(0))
}

pub(super) fn creation() -> Table {
    let names = vec![FREE, TAKEN];
    let mut edges = Edges::default();
    let slots = [Slot::Free, Slot::Taken(Deletion::Live), Slot::Taken(deleting())];
    let namespaces = [Namespace::Active, Namespace::Terminating];
    for (namespace, slot, naming) in product(namespaces, slots, [Naming::Given, Naming::Generated]) {
        let from = match slot {
            Slot::Free => FREE,
            Slot::Taken(_) => TAKEN,
        };
        let (to, label) = match creation::create(namespace, slot, Gates::Open) {
            Ok(_) => (TAKEN, format!("POST ({})", RuleId::CRE_01)),
            Err(refused) => {
                let label = match creation::after(refused, naming, 1) {
                    Next::AnotherName => format!("POST by generateName tries another ({})", RuleId::CRE_02),
                    Next::Answer => format!("POST refused with {} ({})", refused.code(), refused.rule()),
                };
                (from, label)
            }
        };
        edges.add(&names, from, to, EdgeKind::Conforming, label);
    }
    for (write, verb) in [(Write::Put, "PUT"), (Write::Patch, "PATCH"), (Write::Apply, "apply")] {
        let (to, answer) = match write.where_absent() {
            Absent::NotFound => (FREE, " refused with 404"),
            Absent::Creates => (TAKEN, ""),
        };
        edges.add(&names, FREE, to, EdgeKind::Conforming, format!("{verb}{answer} ({})", RuleId::CRE_04));
    }
    edges.table(
        "creation",
        "A name under POST and other writes: an object, deleting or not, holds it; a namespace that ends takes none.",
        names,
    )
}

const fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Unseen => "Unseen",
        Standing::Assigned => "Assigned",
        Standing::Foreign => "Foreign",
        Standing::Gated => "Gated",
        Standing::Skipped => "Skipped",
        Standing::Queued => "Queued",
    }
}

/// The rule that puts a Pod there.
const fn standing_rule(standing: Standing) -> RuleId {
    match standing {
        Standing::Unseen | Standing::Assigned => RuleId::CRE_25,
        Standing::Foreign | Standing::Queued => RuleId::CRE_20,
        Standing::Gated => RuleId::CRE_21,
        Standing::Skipped => RuleId::CRE_22,
    }
}

pub(super) fn scheduling() -> Table {
    const NEW: &str = "New";
    let names = vec![NEW, "Gated", "Queued", "Foreign", "Skipped", "Assigned", "Unseen"];
    let mut edges = Edges::default();
    let mut open = Vec::new();
    for (profile, gates) in [Profile::Mine, Profile::Foreign]
        .into_iter()
        .flat_map(|profile| [Gates::Open, Gates::Closed].map(|gates| (profile, gates)))
    {
        let phase = creation::Created::with(gates).phase;
        let pod = Facts { binding: Binding::Unbound, phase, deletion: Deletion::Live, gates, profile };
        edge(&mut edges, &names, NEW, "created", pod);
        open.push(pod);
    }
    let mut seen: HashSet<Facts> = open.iter().copied().collect();
    while let Some(pod) = open.pop() {
        let bound = pod.binding.bind(binding::Facts { deletion: pod.deletion, gates: pod.gates });
        let events = [
            ("last gate removed", Facts { gates: Gates::Open, ..pod }),
            ("bound", Facts { binding: bound.unwrap_or(pod.binding), ..pod }),
            ("DT set", Facts { deletion: deleting(), ..pod }),
            ("phase terminal", Facts { phase: Phase::Failed, ..pod }),
        ];
        for (label, next) in events.into_iter().filter(|(_, next)| *next != pod) {
            edge(&mut edges, &names, standing_name(standing(pod)), label, next);
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    edges.table("scheduling", "Where a Pod stands with one scheduler; Foreign is left to another one.", names)
}

/// Nothing is drawn where a Pod stays as it was.
fn edge(edges: &mut Edges, names: &[&'static str], from: &str, label: &str, next: Facts) {
    let to = standing(next);
    if from != standing_name(to) {
        let label = format!("{label} ({})", standing_rule(to));
        edges.add(names, from, standing_name(to), EdgeKind::Conforming, label);
    }
}
