//! Every machine as a table of edges, enumerated from its own decisions, and drawn: Mermaid and DOT.
//!
//! A table is made by calling the machine on all combinations of small inputs and facts; nothing is written by hand,
//! so a diagram cannot disagree with the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use crate::binding::{self, Binding, Gates};
use crate::deletion::{self, Deletion, Effect, Finalizers, Input, Propagation, Request};
use crate::phase::{self, Change, Circumstances, Deleting, Phase, Writer};
use crate::rules::RuleId;
use crate::termination::{Event, Hook, Kill, Order};
use crate::time::{Grace, Now, Time};

mod api;
mod kubelet;
mod pass;
mod worker;

/// A finite machine: its edges, merged by source and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The name of the machine.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// The states, by the names of their variants; the first is the initial one.
    pub states: Vec<&'static str>,
    /// The edges in the order of their states.
    pub edges: Vec<Edge>,
}

/// All steps from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The state before.
    pub from: &'static str,
    /// The state after.
    pub to: &'static str,
    /// What leads there, sorted.
    pub labels: BTreeSet<String>,
    /// Whether conforming components take it.
    pub kind: EdgeKind,
}

/// Whether conforming components take an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// They do.
    Conforming,
    /// Only by a race.
    Hazard,
}

/// The tables of all machines.
///
/// ```
/// let deletion = &pod_lifecycle::table::all()[0];
/// assert!(deletion.mermaid().contains("Live --> Graceful"));
/// ```
#[must_use]
pub fn all() -> Vec<Table> {
    vec![
        deletion(),
        phase(),
        api::creation(),
        api::scheduling(),
        binding(),
        worker::table(),
        kill(),
        pass::table(),
        kubelet::container(),
        kubelet::backoff(),
        kubelet::final_deletes(),
    ]
}

#[derive(Default)]
struct Edges(BTreeMap<(EdgeKind, usize, usize), BTreeSet<String>>);

impl Edges {
    fn add(&mut self, states: &[&'static str], from: &str, to: &str, kind: EdgeKind, label: String) {
        let place = |name: &str| states.iter().position(|state| *state == name);
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            self.0.entry((kind, from, to)).or_default().insert(label);
        }
    }

    fn table(self, name: &'static str, about: &'static str, states: Vec<&'static str>) -> Table {
        let named = |place: usize| states.get(place).copied().unwrap_or_default();
        let edges = self.0.into_iter().map(|((kind, from, to), labels)| Edge {
            from: named(from),
            to: named(to),
            labels,
            kind,
        });
        let edges = edges.collect();
        Table { name, about, states, edges }
    }
}

/// The name of an object's state after its last effect.
const GONE: &str = "Gone";

const fn deletion_name(state: Deletion) -> &'static str {
    match state {
        Deletion::Live => "Live",
        Deletion::Graceful { .. } => "Graceful",
        Deletion::Expired { .. } => "Expired",
        Deletion::Unrecorded { .. } => "Unrecorded",
    }
}

fn deletion() -> Table {
    let (due, now) = (Time::from_unix(100), Now::at(Time::from_unix(80)));
    let states = [None, Some(30), Some(0)].map(|grace| Deletion::from_fields(grace.map(|_| due), grace));
    let states = states.into_iter().chain([Deletion::Unrecorded { due }]);
    let held = Finalizers::other(0);
    let graces = [None, Some(Grace::ZERO), Some(Grace::ONE), Some(Grace::from_secs(60))];
    let policies = [None, Some(Propagation::Foreground)];
    let deletes = graces
        .into_iter()
        .flat_map(|grace| policies.map(|propagation| Input::Delete(Request { grace, propagation })));
    let updates = [Finalizers::NONE, held].map(|finalizers| Input::Update { finalizers });
    let inputs: Vec<Input> = deletes.chain(updates).collect();
    let phases = [Some(Phase::Running), Some(Phase::Failed)];
    let names = vec!["Live", "Graceful", "Expired", "Unrecorded", GONE];
    let mut edges = Edges::default();
    for state in states {
        for (binding, phase, finalizers) in
            product([Binding::Unbound, Binding::Bound], phases, [Finalizers::NONE, held])
        {
            let facts = deletion::Facts { now, binding, phase, spec_grace: Some(Grace::DEFAULT), finalizers };
            for input in &inputs {
                let Ok(step) = state.step(*input, facts) else { continue };
                let gone = step.effects.contains(&Some(Effect::Remove));
                let to = if gone { GONE } else { deletion_name(step.next) };
                let verb = if matches!(input, Input::Delete(_)) { "DELETE" } else { "update" };
                let label = match step.row.number() {
                    Some(row) => format!("{verb} ({} row {row})", RuleId::DEL_13),
                    None => format!("{verb} ({})", step.row.rule()),
                };
                edges.add(&names, deletion_name(state), to, EdgeKind::Conforming, label);
            }
        }
    }
    edges.table("deletion", "A stored Pod under DELETE and update, decided by the API server.", names)
}

fn phase() -> Table {
    let names: Vec<&'static str> = Phase::ALL.into_iter().map(Phase::as_str).collect();
    let mut edges = Edges::default();
    for (from, to, binding) in product(Phase::ALL, Phase::ALL, [Binding::Unbound, Binding::Bound]) {
        for (deleting, writer) in [Deleting::No, Deleting::Yes]
            .into_iter()
            .flat_map(|deleting| [Writer::Kubelet, Writer::PodGc].map(|writer| (deleting, writer)))
        {
            // The collector leaves no other mark than on a phase `Failed`.
            if from == to || (writer == Writer::PodGc && from != Phase::Failed) {
                continue;
            }
            let kind = match phase::judge_change(Some(from), to, Circumstances { binding, deleting, writer })
            {
                Change::Conforming => EdgeKind::Conforming,
                Change::Hazard(_) => EdgeKind::Hazard,
                Change::Undisciplined(_) => continue,
            };
            let label = match (kind, binding) {
                (EdgeKind::Hazard, _) => format!("kubelet over Pod garbage collector ({})", RuleId::NON_02),
                (EdgeKind::Conforming, Binding::Bound) => "kubelet".to_owned(),
                (EdgeKind::Conforming, Binding::Unbound) => "Pod garbage collector".to_owned(),
            };
            edges.add(&names, from.as_str(), to.as_str(), kind, label);
        }
    }
    edges.table("phase", "The stored phase as components change it; no component writes Unknown.", names)
}

fn binding() -> Table {
    let name = |binding| if binding == Binding::Bound { "Bound" } else { "Unbound" };
    let names = vec!["Unbound", "Bound"];
    let mut edges = Edges::default();
    for state in [Binding::Unbound, Binding::Bound] {
        for gates in [Gates::Open, Gates::Closed] {
            if let Ok(next) = state.bind(binding::Facts { deletion: Deletion::Live, gates }) {
                let label = format!("POST binding ({})", RuleId::CRE_30);
                edges.add(&names, name(state), name(next), EdgeKind::Conforming, label);
            }
        }
    }
    edges.table("binding", "From no node to a node: once, never back, never to another.", names)
}

const fn kill_name(state: Kill) -> &'static str {
    match state {
        Kill::Hook { .. } => "Hook",
        Kill::Turn { .. } => "Turn",
        Kill::Stopping { .. } => "Stopping",
        Kill::Stopped => "Stopped",
        Kill::Failed => "Failed",
    }
}

fn kill() -> Table {
    const RUNNING: &str = "Running";
    let names = vec![RUNNING, "Hook", "Turn", "Stopping", "Stopped", "Failed"];
    let mut edges = Edges::default();
    let mut seen = Vec::new();
    for (grace, hook, order) in product([0, 30], [Hook::None, Hook::PreStop], [Order::None, Order::Sidecars])
    {
        let next = Kill::begin(Duration::ZERO, grace, hook, order).next;
        edges.add(&names, RUNNING, kill_name(next), EdgeKind::Conforming, "killed".to_owned());
        seen.push(next);
    }
    // Each state's successors are of a later kind, so this ends.
    let mut next = 0;
    while let Some(state) = seen.get(next).copied() {
        next += 1;
        let events = [
            (Event::HookReturned, "hook returned"),
            (Event::TurnCame, "its turn came"),
            (Event::Exited, "process ended"),
            (Event::StopFailed, "stop call failed"),
            (Event::TimedOut, "time is up"),
        ];
        for (event, label) in events {
            let now = state.due().filter(|_| event == Event::TimedOut).unwrap_or(Duration::from_secs(1));
            let after = state.step(now, event).next;
            if after != state {
                edges.add(&names, kill_name(state), kill_name(after), EdgeKind::Conforming, label.to_owned());
                if !seen.contains(&after) {
                    seen.push(after);
                }
            }
        }
    }
    edges.table("kill", "One container under SyncTerminatingPod: hook, turn, stop signal, SIGKILL.", names)
}

fn product<A: Copy, B: Copy, C: Copy>(
    first: impl IntoIterator<Item = A>,
    second: impl IntoIterator<Item = B> + Clone,
    third: impl IntoIterator<Item = C> + Clone,
) -> impl Iterator<Item = (A, B, C)> {
    first.into_iter().flat_map(move |a| {
        let third = third.clone();
        second.clone().into_iter().flat_map(move |b| third.clone().into_iter().map(move |c| (a, b, c)))
    })
}

impl Table {
    /// A Mermaid state diagram.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        if let Some(initial) = self.states.first() {
            let _ = writeln!(text, "    [*] --> {initial}");
        }
        for edge in &self.edges {
            let _ = writeln!(text, "    {} --> {}: {}", edge.from, edge.to, edge.label("<br/>"));
        }
        text
    }

    /// A DOT graph; hazards are dashed.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut text =
            format!("digraph {} {{\n    rankdir=LR;\n    node [shape=box, style=rounded];\n", self.name);
        for edge in &self.edges {
            let style = match edge.kind {
                EdgeKind::Conforming => "",
                EdgeKind::Hazard => ", style=dashed",
            };
            let label = edge.label("\\n");
            let _ = writeln!(text, "    {} -> {} [label=\"{label}\"{style}];", edge.from, edge.to);
        }
        text.push_str("}\n");
        text
    }
}

impl Edge {
    fn label(&self, separator: &str) -> String {
        self.labels.iter().map(String::as_str).collect::<Vec<_>>().join(separator)
    }
}
