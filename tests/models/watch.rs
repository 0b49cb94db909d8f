//! What a watcher of a model sees, judged by the monitor: runs of Kubernetes as it is conform, and a mistake that can be
//! seen is told. Whether it can be seen is decided without the monitor: no run of the unmutated model looks the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pod_lifecycle::monitor::{Monitor, Unknown};
use pod_lifecycle::wire::{self, Document};
use pod_lifecycle::{Force, RuleId, Violation};
use pod_lifecycle_models::api::{self, Api};
use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::engine::Stored;
use pod_lifecycle_models::identity::{self, Action, Identity, Uid};
use pod_lifecycle_models::law::{Kind as LawKind, Law, On, Protocol, Scope, Taken};
use pod_lifecycle_models::mutants::MutantInfo;
use pod_lifecycle_models::phase::{self, Phases};
use pod_lifecycle_models::pod::{self, Pods};
use pod_lifecycle_models::search::search;
use pod_lifecycle_models::watch::{Event, Kind, Seen, Writer};

/// So many Pods are followed: what the monitor remembers of removed ones would never come to an end.
const CREATED_MAX: usize = 2;

/// Whoever watches: what has been written for it and what it remembers.
#[derive(Clone)]
struct Watcher {
    writer: Writer,
    monitor: Monitor,
    created: usize,
    /// Something left the store, and nobody told it.
    lost: bool,
}

impl Watcher {
    fn new() -> Self {
        Self { writer: Writer::unversioned(), monitor: Monitor::new(), created: 0, lost: false }
    }

    /// What it finds wrong, and what it cannot tell.
    fn sees(&mut self, event: &Event) -> (Vec<Violation>, Option<Unknown>) {
        self.created += usize::from(event.kind == Kind::Added);
        self.lost |= event.kind == Kind::Lost;
        let (mut found, mut unknown) = (Vec::new(), None);
        if let Some(text) = self.writer.write(event).map(|event| event.to_string()) {
            let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
            self.monitor.take_in(&document, |_, verdict| {
                found.extend(verdict.violations);
                unknown = verdict.unknown;
            });
        }
        (found, unknown)
    }
}

/// Watchers that remember the same are one.
#[derive(Default)]
struct Watchers {
    all: Vec<Watcher>,
    numbers: HashMap<(String, Writer, usize, bool), usize>,
    sees: HashMap<(usize, Seen), usize>,
}

impl Watchers {
    fn number(&mut self, watcher: Watcher) -> usize {
        let memory = serde_json::to_string(&watcher.monitor).unwrap();
        let key = (memory, watcher.writer, watcher.created, watcher.lost);
        *self.numbers.entry(key).or_insert_with(|| {
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
    let watched = M::WATCHED.unwrap();
    let mut watchers = Watchers::default();
    let first = (model.initial(), watchers.number(Watcher::new()));
    let (mut seen, mut stack) = (HashSet::from([first]), vec![first]);
    let mut actions = Vec::new();
    while let Some((before, watcher)) = stack.pop() {
        model.actions(&before, &mut actions);
        for action in actions.drain(..).filter(&honest) {
            let moved = model.step(&before, action);
            let step = Taken { before, action, after: moved.next, refused: moved.refused };
            let events = watched(&step);
            let mut next = watcher;
            if events != [None; 2] {
                let added = events.iter().flatten().any(|event| event.kind == Kind::Added);
                if added && watchers.all[watcher].created == CREATED_MAX {
                    continue;
                }
                next = match watchers.sees.get(&(watcher, events)) {
                    Some(next) => *next,
                    None => {
                        let mut seeing = watchers.all[watcher].clone();
                        for event in events.iter().flatten() {
                            let (found, unknown) = seeing.sees(event);
                            assert!(unknown.is_none() || seeing.lost, "{unknown:?} {step:?}");
                            found.iter().for_each(|violation| broken(&step, violation));
                        }
                        let next = watchers.number(seeing);
                        watchers.sees.insert((watcher, events), next);
                        next
                    }
                };
            }
            if seen.insert((step.after, next)) {
                stack.push((step.after, next));
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

#[test]
fn every_run_of_phase_conforms() {
    let found = runs_conform(&Phases::new(Scope::Tiny), |_| true);
    assert!(found.contains("Hazard NON-02: NON-02"), "{found:?}");
}

#[test]
fn every_run_of_identity_conforms() {
    let found = runs_conform(&Identity::new(Scope::Tiny), |_| true);
    assert!(found.contains("Undisciplined PHA-15: NON-02/stale-list"), "{found:#?}");
}

/// What a path shows to a watcher.
fn changes<M: Protocol>(path: &[Taken<M::State, M::Action>]) -> Vec<Event> {
    path.iter().flat_map(M::WATCHED.unwrap()).flatten().collect()
}

/// The runs of the unmutated model by what they look like: after the same events, the states that each next one leads to.
struct Runs<'a, M: Protocol, P> {
    model: &'a M,
    /// What other clients may do besides, at any time.
    also: &'a [M::Action],
    after: HashMap<Vec<Event>, HashMap<Seen, HashSet<P>>>,
}

impl<'a, M: Protocol, P: Stored<M::State>> Runs<'a, M, P> {
    fn new(model: &'a M, also: &'a [M::Action]) -> Self {
        Self { model, also, after: HashMap::new() }
    }

    /// The states that runs are in just after the last of these events.
    fn reached(&mut self, seen: &[Event]) -> HashSet<P> {
        let Some((last, before)) = seen.split_last() else {
            return HashSet::from([P::pack(&self.model.initial())]);
        };
        let mut reached = self.onward(before).get(&[Some(*last), None]).cloned().unwrap_or_default();
        // Both events of one step are seen or none.
        if let Some((other, before)) = before.split_last() {
            reached.extend(self.onward(before).get(&[Some(*other), Some(*last)]).into_iter().flatten());
        }
        reached
    }

    fn onward(&mut self, seen: &[Event]) -> &HashMap<Seen, HashSet<P>> {
        if !self.after.contains_key(seen) {
            let mut reached = self.reached(seen);
            let mut unseen: Vec<_> = reached.iter().copied().collect();
            let (mut onward, mut actions) = (HashMap::<_, HashSet<_>>::new(), Vec::new());
            while let Some(before) = unseen.pop().map(P::unpack) {
                self.model.actions(&before, &mut actions);
                for action in actions.drain(..).chain(self.also.iter().copied()) {
                    let moved = self.model.step(&before, action);
                    let step = Taken { before, action, after: moved.next, refused: moved.refused };
                    let (events, after) = (M::WATCHED.unwrap()(&step), P::pack(&moved.next));
                    if events != [None; 2] {
                        onward.entry(events).or_default().insert(after);
                    } else if reached.insert(after) {
                        unseen.push(after);
                    }
                }
            }
            self.after.insert(seen.to_vec(), onward);
        }
        &self.after[seen]
    }

    /// The first of these events after which no run looks like this; `None` if one does to the end.
    fn stranger(&mut self, events: &[Event]) -> Option<usize> {
        let seen = (0..=events.len()).rfind(|seen| !self.reached(&events[..*seen]).is_empty()).unwrap();
        (seen < events.len()).then_some(seen)
    }
}

/// What a watcher cannot tell although no run of the model looks like it: the rule that makes it legal beyond the model.
const EXPLAINED: [(&str, RuleId); 1] = [
    // An update of the spec, which no watcher reads whole, increases the generation as well.
    ("generation-twice", RuleId::OBJ_03),
];

/// Whether this is the rule of the law, or one that it follows from.
fn is_of<S, A>(law: &Law<S, A>, rule: RuleId) -> bool {
    law.id.split('/').next() == Some(&rule.to_string()) || law.rests_on.contains(&rule)
}

/// The shortest counterexample of each mutant: whether any run of the unmutated model looks the same, and what the monitor
/// says. One that looks like no run must be reported with the rule of its law, at that event at the latest.
fn told<M: Protocol, P: Stored<M::State>>(
    faithful: &M,
    also: &[M::Action],
    mutants: impl IntoIterator<Item = (MutantInfo, M)>,
) -> String {
    let (mut runs, mut table) = (Runs::<M, P>::new(faithful, also), Vec::new());
    for (info, mutant) in mutants {
        let law = M::LAWS.iter().position(|law| law.id == info.law).unwrap();
        let found = search::<M, P>(mutant, Until::Found(law, Claim::Broken)).found;
        let path = found.iter().find(|(index, what, _)| (*index, *what) == (law, Claim::Broken));
        // What eventually happens is no matter of one event.
        let Some((.., path)) = path else { continue };
        let changes = changes::<M>(path);
        let stranger = runs.stranger(&changes);
        let (mut watcher, mut reports, mut doubts) = (Watcher::new(), Vec::new(), Vec::new());
        for (at, event) in changes.iter().enumerate() {
            let (found, unknown) = watcher.sees(event);
            reports.extend(found.into_iter().map(|violation| (at, violation)));
            doubts.extend(unknown.map(|unknown| (at, unknown)));
        }
        let told = |(when, violation): &(usize, Violation)| {
            stranger.is_some_and(|at| *when <= at) && is_of(&M::LAWS[law], violation.rule())
        };
        let explained = EXPLAINED.iter().any(|(id, _)| *id == info.id);
        // It may be that events were lost, and then the monitor says that it cannot tell.
        let doubted = doubts.iter().any(|(when, _)| stranger.is_some_and(|at| *when <= at));
        let in_time = stranger.is_none() || explained || doubted || reports.iter().any(told);
        assert!(in_time, "{} is not told: {reports:#?} {changes:#?}", info.id);
        let looks = stranger.map_or_else(|| "like a run".to_owned(), |at| format!("strange at {}", at + 1));
        let says = |(at, violation): &(usize, Violation)| {
            format!("\n    {}: {violation} ({})", at + 1, violation.rule())
        };
        let doubt = |(at, unknown): &(usize, Unknown)| format!("\n    {}: cannot tell ({unknown:?})", at + 1);
        let says: String = reports.iter().map(says).chain(doubts.iter().map(doubt)).collect();
        table.push(format!("{} breaks {}: {} events, {looks}{says}", info.id, info.law, changes.len()));
    }
    table.join("\n")
}

#[test]
fn counterexamples_of_api_are_told() {
    let mutants = api::Mutant::ALL
        .iter()
        .map(|mutant| (mutant.info(), Api { mutant: Some(*mutant), ..Api::new(Scope::Tiny) }));
    insta::assert_snapshot!(told::<_, api::State>(&Api::new(Scope::Tiny), &[], mutants));
}

#[test]
fn counterexamples_of_pod_are_told() {
    let mutants = pod::Mutant::ALL
        .iter()
        .map(|mutant| (mutant.info(), Pods { mutant: Some(*mutant), ..Pods::new(Scope::Tiny) }));
    insta::assert_snapshot!(told::<_, [u64; 3]>(&Pods::new(Scope::Tiny), &[], mutants));
}

#[test]
fn counterexamples_of_phase_are_told() {
    let faithful = Phases::new(Scope::Tiny);
    let with = |mutant| Phases { variant: phase::Variant::Mutant(mutant), ..faithful };
    let mutants = phase::Mutant::ALL.iter().map(|mutant| (mutant.info(), with(*mutant)));
    insta::assert_snapshot!(told::<_, u64>(&faithful, &[], mutants));
}

#[test]
fn counterexamples_of_identity_are_told() {
    let faithful = Identity::new(Scope::Tiny);
    let with = |mutant| Identity { mutant: Some(mutant), ..faithful };
    let mutants = identity::Mutant::ALL.iter().map(|mutant| (mutant.info(), with(*mutant)));
    // Any client may delete any Pod (DEL-13), which the model leaves out where it decides nothing.
    let also = Uid::ALL.map(|uid| [Action::Delete(uid), Action::Force(uid)]);
    let also = also.as_flattened();
    insta::assert_snapshot!(told::<_, u128>(&faithful, also, mutants));
}
