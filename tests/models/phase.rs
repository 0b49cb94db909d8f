//! Model `phase`: its state, what is stored of it as the validator sees it, and the histories that it finds.

use std::collections::HashSet;

use insta::assert_snapshot;
use pod_lifecycle::phase::Source;
use pod_lifecycle::validate::{Endpoint, admit, review};
use pod_lifecycle::view::{Container, Disruption, Span, Stored as StoredPhase};
use pod_lifecycle::{Deletion, Force, Grace, Time, View};
use pod_lifecycle_models::catalogue::Variant;
use pod_lifecycle_models::engine::{self, Flow, Limit, Space};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::liveness::{Given, Plain, Which};
use pod_lifecycle_models::phase::{self, Action, Mutant, PLACES, Phases, Shape, State, Stored, Template};
use pod_lifecycle_models::render::{Told, steps};

use crate::reach;

#[test]
fn states_are_small() {
    assert_eq!(size_of_val(&State::EMPTY.pack()), 8);
    assert!(size_of::<State>() <= 64, "{}", size_of::<State>());
}

#[test]
fn packing_loses_nothing() {
    let states = reach::packing_loses_nothing::<_, u64>(&Phases::new(Scope::Tiny));
    assert!(states > 40_000, "{states}");
    assert_eq!(State::unpack(u64::MAX), None);
}

/// What is stored, as the validator reads it, with this grace if it is deleting.
fn view(template: Template, stored: Stored, grace: i64) -> View<&'static str> {
    let due = stored.deleting.then_some(Time::from_unix(1_000));
    let names = match template.shape {
        Shape::Two | Shape::Own => ["first", "second"],
        Shape::Init | Shape::Sidecar => ["init", "main"],
    };
    let container = |place: usize| Container {
        name: names[place],
        role: template.role(place),
        policy: template.own(place),
        rules: Box::new([]),
        state: stored.status.entries[place].fact(),
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
        deletion: Deletion::from_fields(due, due.map(|_| grace)),
        finalizers: Box::new(["example.com/held"]),
        source: Source::Api,
        mirror: None,
        node: Some("node"),
        policy: Some(template.policy),
        spec_grace: Some(Grace::DEFAULT),
        deadline: None,
        gates: Box::new([]),
        phase: StoredPhase::Known(stored.status.phase),
        started: None,
        disruption: stored.disrupted.then_some(Disruption::PodGc),
        containers: PLACES.into_iter().map(container).collect(),
    }
}

/// One change of what is stored, and whether it is a write of the status.
type Change = (Template, Stored, Stored, bool);

/// Every change of what is stored, each once.
fn changes(model: Phases) -> HashSet<Change> {
    let mut found = HashSet::new();
    let note = |before: &State, action: &Action, after: &State| {
        (before.stored != after.stored && before.template.is_some()).then_some((
            before.template,
            before.stored,
            after.stored,
            *action != Action::Delete,
        ))
    };
    let _: Space<u64> = engine::explore_steps(&Plain(model), Limit::NONE, note, |visit| {
        let changed = visit.steps.iter().flatten();
        found.extend(
            changed.filter_map(|(template, old, new, status)| Some(((*template)?, *old, *new, *status))),
        );
        Flow::On
    });
    found
}

/// What the validator finds wrong with these changes, but for hazards: those it tells of honest components.
fn convicted(changes: &HashSet<Change>) -> Vec<String> {
    let wrong = |(template, old, new, status): &Change| {
        // A Pod that has ended gets no grace (DEL-05).
        let grace = if !old.deleting && old.status.phase.is_terminal() { 0 } else { 30 };
        let (old, new) = (view(*template, *old, grace), view(*template, *new, grace));
        let refused = if *status { admit(Endpoint::Status, &old, &new) } else { Vec::new() };
        let reviewed = review(&old, &new).into_iter().filter(|found| found.force() != Force::Hazard);
        refused
            .into_iter()
            .chain(reviewed)
            .map(|found| format!("{found}: {old:?} → {new:?}"))
            .collect::<Vec<_>>()
    };
    changes.iter().flat_map(wrong).collect()
}

/// B25 (kubernetes/kubernetes#123323): a validator must accept every legal step, the restarts of sidecars in Pods with
/// policy `Never` among them.
#[test]
fn every_step_of_kubernetes_passes_admit_and_review() {
    let changes = changes(Phases::new(Scope::Standard));
    let convicted = convicted(&changes);
    assert!(convicted.is_empty(), "{} of {}, {}", convicted.len(), changes.len(), convicted[0]);
    assert!(changes.len() > 1_000, "{}", changes.len());
}

/// And it does not accept everything.
#[test]
fn a_step_of_a_mutant_is_convicted() {
    for mutant in [Mutant::ReturnUnchecked, Mutant::StoredIgnored] {
        let model = Phases { variant: phase::Variant::Mutant(mutant), ..Phases::new(Scope::Tiny) };
        assert!(!convicted(&changes(model)).is_empty(), "{mutant:?}");
    }
}

/// The path to a claim about this law in the model as Kubernetes is.
fn path(id: &str) -> Vec<Told> {
    reach::path("phase", Scope::Tiny, id, Variant::Faithful, None).unwrap()
}

/// The run on which something never comes about.
fn stuck(id: &str) -> String {
    let (entry, index) = reach::law("phase", id);
    let run = (entry.live)(Scope::Tiny, Variant::Faithful, Which::Law(index, Given::AsStated));
    run.check(index, Given::AsStated).unwrap().lasso.clone().unwrap().steps()
}

/// kubernetes/kubernetes#104107.
#[test]
fn an_exit_code_is_lost() {
    assert_snapshot!(steps(&path("B06")));
}

/// kubernetes/kubernetes#118310.
#[test]
fn an_evicted_pod_succeeds() {
    assert_snapshot!(steps(&path("B07")));
}

/// A Pod goes back to Pending.
#[test]
fn running_becomes_pending() {
    assert_snapshot!(steps(&path("NON-03")));
}

/// The finished Pod of a Job with a sidecar.
#[test]
fn a_sidecar_does_not_keep_a_pod_from_its_end() {
    assert_snapshot!(steps(&path("S14")));
}

/// A node that goes down at the wrong moment leaves a Pod with policy `Never` without an end.
#[test]
fn nothing_runs_and_nothing_will() {
    assert_snapshot!(stuck("NON-23") + "\n" + &stuck("CTR-11/created") + "\n" + &stuck("CTR-11/waiting"));
}

/// Init containers are passed over in a new sandbox.
#[test]
fn a_created_container_counts_as_initialized() {
    assert_snapshot!(steps(&path("CTR-12/created")));
}
