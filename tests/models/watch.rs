//! What a watcher of a model sees, judged by the monitor: runs of Kubernetes as it is conform, and a mistake that can be
//! seen is told. Whether it can be seen is decided without the monitor: no run of the unmutated model looks the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pod_lifecycle::monitor::Monitor;
use pod_lifecycle::wire::{self, Document};
use pod_lifecycle::{Force, RuleId, Violation};
use pod_lifecycle_models::api::{self, Api};
use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::engine::Stored;
use pod_lifecycle_models::law::{Kind as LawKind, On, Protocol, Scope, Taken};
use pod_lifecycle_models::mutants::MutantInfo;
use pod_lifecycle_models::pod::{self, Pods};
use pod_lifecycle_models::search::search;
use pod_lifecycle_models::watch::{self, Kind, Object, Writer};

/// So many Pods of the name are followed: what the monitor remembers of removed ones would never come to an end.
const CREATED_MAX: usize = 2;

/// Whoever watches: what has been written for it and what it remembers.
#[derive(Clone)]
struct Watcher {
    writer: Writer,
    monitor: Monitor,
    created: usize,
}

impl Watcher {
    fn new() -> Self {
        Self { writer: Writer::unversioned(), monitor: Monitor::new(), created: 0 }
    }

    fn sees(&mut self, kind: Kind, object: &Object) -> Vec<Violation> {
        self.created += usize::from(kind == Kind::Added);
        let text = self.writer.write(kind, object).to_string();
        let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
        let mut found = Vec::new();
        self.monitor.take_in(&document, |_, verdict| {
            assert_eq!(verdict.unknown, None, "{text}");
            found.extend(verdict.violations);
        });
        found
    }
}

/// Watchers that remember the same are one.
#[derive(Default)]
struct Watchers {
    all: Vec<Watcher>,
    numbers: HashMap<String, usize>,
    sees: HashMap<(usize, Kind, Object), usize>,
}

impl Watchers {
    fn number(&mut self, watcher: Watcher) -> usize {
        let memory = serde_json::to_string(&watcher.monitor).unwrap();
        *self.numbers.entry(memory).or_insert_with(|| {
            self.all.push(watcher);
            self.all.len() - 1
        })
    }
}

/// Follows every run of the model with honest actions alone together with its watcher, each pair of states once, and calls
/// `broken` with each thing that a watcher finds.
fn follow<M: Protocol>(
    model: &M,
    honest: impl Fn(&M::Action) -> bool,
    mut broken: impl FnMut(&Taken<M::State, M::Action>, &Violation),
) -> usize {
    let stored = M::STORED.unwrap();
    let mut watchers = Watchers::default();
    let first = (model.initial(), watchers.number(Watcher::new()));
    let (mut seen, mut stack) = (HashSet::from([first]), vec![first]);
    let mut actions = Vec::new();
    while let Some((before, watcher)) = stack.pop() {
        model.actions(&before, &mut actions);
        for action in actions.drain(..).filter(&honest) {
            let moved = model.step(&before, action);
            let after = moved.next;
            let mut next = watcher;
            if let Some((kind, object)) = watch::change(stored(&before), stored(&after)) {
                if kind == Kind::Added && watchers.all[watcher].created == CREATED_MAX {
                    continue;
                }
                next = match watchers.sees.get(&(watcher, kind, object)) {
                    Some(next) => *next,
                    None => {
                        let mut seeing = watchers.all[watcher].clone();
                        for violation in seeing.sees(kind, &object) {
                            broken(&Taken { before, action, after, refused: moved.refused }, &violation);
                        }
                        let next = watchers.number(seeing);
                        watchers.sees.insert((watcher, kind, object), next);
                        next
                    }
                };
            }
            if seen.insert((after, next)) {
                stack.push((after, next));
            }
        }
    }
    seen.len()
}

/// The expected violations that a step is.
fn expected<M: Protocol>(step: &Taken<M::State, M::Action>) -> Vec<&'static str> {
    let happens = |kind: &LawKind<M::State, M::Action>| match kind {
        LawKind::Expected { happens: On::Step(happens), .. } => {
            happens(&step.before, &step.action, &step.after)
        }
        LawKind::Expected { happens: On::State(happens), .. } => happens(&step.after),
        LawKind::Always { .. }
        | LawKind::Sometimes(_)
        | LawKind::Eventually { .. }
        | LawKind::Stuck { .. } => false,
    };
    M::LAWS.iter().filter(|law| happens(&law.kind)).map(|law| law.id).collect()
}

/// Every run conforms but for steps that the model itself expects to look forbidden; tells which these are.
fn runs_conform<M: Protocol>(model: &M, honest: impl Fn(&M::Action) -> bool) -> BTreeSet<String> {
    let (mut found, mut strangers) = (BTreeSet::new(), BTreeMap::new());
    follow(model, honest, |step, violation| {
        let laws = expected::<M>(step);
        if violation.force() != Force::Hazard && laws.is_empty() {
            strangers.entry(violation.to_string()).or_insert_with(|| format!("{step:?}"));
        }
        found.insert(format!("{:?} {}: {}", violation.force(), violation.rule(), laws.join(" ")));
    });
    assert!(strangers.is_empty(), "{strangers:#?}");
    found
}

#[test]
fn every_run_of_api_conforms() {
    let found = runs_conform(&Api::new(Scope::Tiny), |_| true);
    assert!(found.contains("Refused INV-07: NON-21/successor"), "{found:?}");
}

/// A phase that another client writes is a breach (VAL-20), and so is what the kubelet may make of it (NON-02).
#[test]
fn every_run_of_pod_conforms() {
    let found = runs_conform(&Pods::new(Scope::Tiny), |action| *action != pod::Action::Fail);
    assert!(found.contains("Refused INV-07: NON-21"), "{found:?}");
}

/// What a path shows to a watcher.
fn changes<M: Protocol>(path: &[Taken<M::State, M::Action>]) -> Vec<(Kind, Object)> {
    let stored = M::STORED.unwrap();
    path.iter().filter_map(|step| watch::change(stored(&step.before), stored(&step.after))).collect()
}

/// The first change after which no run of the model looks like this; `None` if one does to the end.
fn stranger<M: Protocol>(model: &M, changes: &[(Kind, Object)]) -> Option<usize> {
    let stored = M::STORED.unwrap();
    let mut actions = Vec::new();
    let mut now = HashSet::from([model.initial()]);
    for (index, wanted) in changes.iter().enumerate() {
        let (mut unseen, mut next) = (now.iter().copied().collect::<Vec<_>>(), HashSet::new());
        while let Some(before) = unseen.pop() {
            model.actions(&before, &mut actions);
            for action in actions.drain(..) {
                let after = model.step(&before, action).next;
                match watch::change(stored(&before), stored(&after)) {
                    None if now.insert(after) => unseen.push(after),
                    Some(change) if change == *wanted => {
                        next.insert(after);
                    }
                    None | Some(_) => {}
                }
            }
        }
        if next.is_empty() {
            return Some(index);
        }
        now = next;
    }
    None
}

/// What a watcher cannot tell although no run of the model looks like it: the rule that makes it legal beyond the model.
const EXPLAINED: [(&str, RuleId); 1] = [
    // An update of the spec, which no watcher reads whole, increases the generation as well.
    ("generation-twice", RuleId::OBJ_03),
];

/// The shortest counterexample of each mutant: whether any run of the unmutated model looks the same, and what the monitor
/// says. One that looks like no run must be reported, at that event at the latest.
fn told<M: Protocol, P: Stored<M::State>>(
    faithful: &M,
    mutants: impl IntoIterator<Item = (MutantInfo, M)>,
) -> String {
    let mut table = Vec::new();
    for (info, mutant) in mutants {
        let law = M::LAWS.iter().position(|law| law.id == info.law).unwrap();
        let found = search::<M, P>(mutant, Until::Found(law, Claim::Broken)).found;
        let path = found.iter().find(|(index, what, _)| (*index, *what) == (law, Claim::Broken));
        // What eventually happens is no matter of one event.
        let Some((.., path)) = path else { continue };
        let changes = changes::<M>(path);
        let stranger = stranger(faithful, &changes);
        let (mut watcher, mut reports) = (Watcher::new(), Vec::new());
        for (at, (kind, object)) in changes.iter().enumerate() {
            reports.extend(watcher.sees(*kind, object).into_iter().map(|violation| (at, violation)));
        }
        let in_time = |at: usize| reports.iter().any(|(when, _)| *when <= at);
        let explained = EXPLAINED.iter().any(|(id, _)| *id == info.id);
        assert!(stranger.is_none_or(|at| in_time(at) || explained), "{} is not told: {changes:#?}", info.id);
        let looks = stranger.map_or_else(|| "like a run".to_owned(), |at| format!("strange at {}", at + 1));
        let says = |(at, violation): &(usize, Violation)| {
            format!("\n    {}: {violation} ({})", at + 1, violation.rule())
        };
        let says: String = reports.iter().map(says).collect();
        table.push(format!("{} breaks {}: {} events, {looks}{says}", info.id, info.law, changes.len()));
    }
    table.join("\n")
}

#[test]
fn counterexamples_of_api_are_told() {
    let mutants = api::Mutant::ALL
        .iter()
        .map(|mutant| (mutant.info(), Api { mutant: Some(*mutant), ..Api::new(Scope::Tiny) }));
    insta::assert_snapshot!(told::<_, api::State>(&Api::new(Scope::Tiny), mutants));
}

#[test]
fn counterexamples_of_pod_are_told() {
    let mutants = pod::Mutant::ALL
        .iter()
        .map(|mutant| (mutant.info(), Pods { mutant: Some(*mutant), ..Pods::new(Scope::Tiny) }));
    insta::assert_snapshot!(told::<_, [u64; 3]>(&Pods::new(Scope::Tiny), mutants));
}
