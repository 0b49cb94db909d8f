//! Model `disruption`: its state, what is stored of it as the validator sees it, the histories that it finds, and how many
//! faults they take.

use std::collections::{HashSet, VecDeque};

use insta::assert_snapshot;
use pod_lifecycle::container::{ContainerState, Exit, ExitReason, RestartPolicy, Role, Started};
use pod_lifecycle::phase::Source;
use pod_lifecycle::validate::{Endpoint, admit, review};
use pod_lifecycle::view::{Container, Disruption, Span, Stored as StoredPhase};
use pod_lifecycle::{Force, Grace, View};
use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::catalogue::{self, Entry as Model, LawKind, Variant};
use pod_lifecycle_models::disruption::{
    self, Action, Disruptions, Entry, Mutant, Place, State, Stored, Target,
};
use pod_lifecycle_models::engine::{self, Flow, Limit, Space};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::{Given, Plain, Which};
use pod_lifecycle_models::render::steps;

#[test]
fn states_are_small() {
    assert_eq!(size_of_val(&State::START.pack()), 16);
    assert!(size_of::<State>() <= 64, "{}", size_of::<State>());
}

/// Nothing is lost in the word that is hashed, for every state within reach: two states never share one.
#[test]
fn packing_loses_nothing() {
    let model = Disruptions::new(Scope::Tiny);
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([model.initial()]));
    let mut actions = Vec::new();
    while let Some(state) = queue.pop_front() {
        assert_eq!(State::unpack(state.pack()), Some(state));
        actions.clear();
        model.actions(&state, &mut actions);
        let nexts = actions.iter().map(|action| model.step(&state, *action).next);
        queue.extend(nexts.filter(|next| seen.insert(next.pack())));
    }
    assert!(seen.len() > 50_000, "{}", seen.len());
    assert_eq!(State::unpack(u128::MAX), None);
}

/// Without a fault nothing breaks but what evictions do, and none is told.
#[test]
fn faults_are_counted() {
    let model = Disruptions::new(Scope::Standard).with_faults(0);
    let (mut seen, mut queue) = (HashSet::new(), VecDeque::from([model.initial()]));
    while let Some(state) = queue.pop_front() {
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        for action in actions {
            assert_eq!(Disruptions::fault(&state, &action), None);
            assert!(!matches!(action, Action::Heal(_) | Action::Boot(_) | Action::Pass), "{action:?}");
            let next = model.step(&state, action).next;
            assert!(!next.hurt);
            if seen.insert(next.pack()) {
                queue.push_back(next);
            }
        }
    }
    assert!(seen.len() > 400, "{}", seen.len());
}

/// What is stored, as the validator reads it.
fn view(stored: Stored) -> View<&'static str> {
    let container = Container {
        name: "main",
        role: Role::Regular,
        policy: None,
        rules: Box::new([]),
        state: match stored.entry {
            Entry::None => ContainerState::Waiting,
            Entry::Running => ContainerState::Running(Started::Yes),
            Entry::Ended => ContainerState::Terminated(Exit { code: 137, reason: ExitReason::Other }),
        },
        restarts: Some(0),
        span: Span::default(),
    };
    View {
        namespace: "default",
        name: "web",
        uid: "1",
        version: None,
        generation: if stored.deleting { 2 } else { 1 },
        created: None,
        deletion: stored.deletion(),
        finalizers: Box::new([]),
        source: Source::Api,
        mirror: None,
        node: Some("node"),
        policy: Some(RestartPolicy::Always),
        spec_grace: Some(Grace::DEFAULT),
        deadline: None,
        gates: Box::new([]),
        phase: StoredPhase::Known(stored.phase),
        started: None,
        disruption: match stored.target {
            Target::None => None,
            Target::Eviction | Target::Taint => Some(Disruption::Other),
            Target::Kubelet => Some(Disruption::Kubelet),
        },
        containers: [container].into(),
    }
}

/// Every change of a stored Pod, each once.
fn changes(model: Disruptions) -> HashSet<(Stored, Stored)> {
    let mut found = HashSet::new();
    let note = |before: &State, _: &Action, after: &State| {
        let stored = |state: &State| Place::ALL.map(|place| state.pod(place).stored);
        (stored(before), stored(after))
    };
    let _: Space<u128> = engine::explore_steps(&Plain(model), Limit::NONE, note, |visit| {
        for (before, after) in visit.steps {
            for change in before.iter().zip(after) {
                if let (Some(old), Some(new)) = change
                    && old != new
                {
                    found.insert((*old, *new));
                }
            }
        }
        Flow::On
    });
    found
}

/// What the validator finds wrong with these changes, but for hazards: those it tells of honest components.
fn convicted(changes: &HashSet<(Stored, Stored)>) -> Vec<String> {
    let wrong = |(old, new): &(Stored, Stored)| {
        // With a DELETE, or a condition and a DELETE, the change is no write of the status alone.
        let of_status = old.deleting == new.deleting;
        let (old, new) = (view(*old), view(*new));
        let refused = if of_status { admit(Endpoint::Status, &old, &new) } else { Vec::new() };
        let reviewed = review(&old, &new).into_iter().filter(|found| found.force() != Force::Hazard);
        refused
            .into_iter()
            .chain(reviewed)
            .map(|found| format!("{found}: {old:?} → {new:?}"))
            .collect::<Vec<_>>()
    };
    changes.iter().flat_map(wrong).collect()
}

/// B25: a validator must accept every legal step.
#[test]
fn every_step_of_kubernetes_passes_admit_and_review() {
    let changes = changes(Disruptions::new(Scope::Standard));
    let convicted = convicted(&changes);
    assert!(convicted.is_empty(), "{} of {}, {}", convicted.len(), changes.len(), convicted[0]);
    assert!(changes.len() > 50, "{}", changes.len());
}

/// And it does not accept everything.
#[test]
fn a_step_of_a_mutant_is_convicted() {
    let variant = disruption::Variant::Mutant(Mutant::TargetEarly);
    let model = Disruptions { variant, ..Disruptions::new(Scope::Tiny) };
    assert!(!convicted(&changes(model)).is_empty());
}

/// The model and the index of a law of it.
fn law(id: &str) -> (&'static Model, usize) {
    let entry: &Model = catalogue::find("disruption").unwrap();
    (entry, (entry.laws)().iter().position(|law| law.id == id).unwrap())
}

/// The path to a claim about this law in the model as Kubernetes is.
fn path(id: &str) -> String {
    let (entry, index) = law(id);
    let wanted = (entry.laws)()[index].kind.wanted();
    let run = (entry.search)(Scope::Tiny, Variant::Faithful, Until::Found(index, wanted));
    steps(run.path(index, wanted).unwrap())
}

/// The shortest counterexample of a mutant.
fn caught(id: &str, mutant: &'static str) -> String {
    let (entry, index) = law(id);
    let run = (entry.search)(Scope::Tiny, Variant::Mutant(mutant), Until::Found(index, Claim::Broken));
    steps(run.path(index, Claim::Broken).unwrap())
}

/// The run on which something never comes about.
fn stuck(id: &str) -> String {
    let (entry, index) = law(id);
    let run = (entry.live)(Scope::Tiny, Variant::Faithful, Which::Law(index, Given::AsStated));
    run.check(index, Given::AsStated).unwrap().lasso.clone().unwrap().steps()
}

/// kubernetes/kubernetes#116965, kubernetes/kubernetes#124648.
#[test]
fn a_pod_is_ready_while_its_node_shuts_down() {
    assert_snapshot!(path("B24") + "\n" + &path("CTL-NOD-03/reported") + "\n" + &path("NON-09"));
}

/// What the budget does not see.
#[test]
fn budgets_are_overdrawn() {
    assert_snapshot!(path("CTL-EVI-05/late") + "\n" + &path("CTL-EVI-04/slow"));
}

/// kubernetes/kubernetes#24200: as it was, what is left of it, and that nothing more happens while it lasts.
#[test]
fn a_node_controller_is_blind() {
    let was = caught("CTL-NOD-04/blind", "B47");
    assert_snapshot!(was + "\n" + &path("CTL-TNT-01/blind") + "\n" + &stuck("CTL-NOD-04/dark"));
}

/// Two evictions that read the budget at the same time.
#[test]
fn a_lost_update_evicts_both() {
    assert_snapshot!(caught("CTL-EVI-02", "lost-update"));
}

/// Each expected violation: the fewest faults with which it is found.
#[test]
fn the_fewest_faults_are_found() {
    let (entry, _) = law("NON-17");
    let runs = [0, 1].map(|faults| (entry.with_faults)(Scope::Tiny, faults));
    let laws = (entry.laws)().into_iter().enumerate();
    let told = laws.filter(|(_, law)| matches!(law.kind, LawKind::Expected(_))).map(|(index, law)| {
        let least = runs.iter().find_map(|run| run.faults(index, Claim::Expected)).unwrap();
        format!("{:<20} {}", law.id, least.join(", "))
    });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}
