//! What eventually happens in the models, and that `verify` would say if it did not.

use insta::assert_snapshot;
use pod_lifecycle_models::api::{Api, State};
use pod_lifecycle_models::audit::{Until, explore};
use pod_lifecycle_models::catalogue::{Entry, LawKind, MODELS, Run, Variant, find};
use pod_lifecycle_models::engine::{self, Flow, Limit, Outcome, Space};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::liveness::{Given, Plain, Which};
use pod_lifecycle_models::render::Lasso;
use pod_lifecycle_models::verify::verify;

use crate::documents::MUTANTS;

/// The index of a law.
fn law(entry: &Entry, id: &str) -> usize {
    (entry.laws)().iter().position(|law| law.id == id).unwrap()
}

/// The run that an assumption of a law excludes, or a mutant makes.
fn lasso(model: &str, id: &str, variant: Variant<'_>, dropped: Option<&str>) -> Option<Lasso> {
    let entry = find(model).unwrap();
    let index = law(entry, id);
    let given = dropped.map_or(Given::AsStated, |dropped| {
        (entry.assumptions)(index).iter().find(|assumption| assumption.id == dropped).unwrap().given
    });
    let run = (entry.live)(Scope::Tiny, variant, Which::Law(index, given));
    run.check(index, given).unwrap().lasso.clone()
}

/// A packed state and at most 16 bytes more, whatever the size.
#[test]
fn a_state_takes_little_memory() {
    let space: Space<State> = engine::explore(&Plain(Api::new(Scope::Standard)), Limit::NONE, |_| Flow::On);
    let bytes = space.bytes() as f64 / f64::from(space.len());
    assert!(bytes <= 8.0 + 16.0, "{bytes}");
}

/// Shortest paths are as long as stateright's: the last state is as far away.
#[test]
fn paths_are_as_short_as_those_of_stateright() {
    let model = Api::new(Scope::Tiny);
    let found = explore(model, Until::Exhausted).found;
    let space: Space<State> = engine::explore(&Plain(model), Limit::NONE, |_| Flow::On);
    let longest = space.path(&Plain(model), space.len() - 1).len();
    assert!(found.iter().all(|(_, _, path)| path.len() <= longest + 1));
    for (_, _, path) in found.iter().filter(|(_, _, path)| !path.is_empty()) {
        let last = path.last().unwrap().before;
        let id = (0..space.len()).find(|id| space.state(*id) == Some(last)).unwrap();
        assert_eq!(space.path(&Plain(model), id).len(), path.len() - 1);
    }
}

/// Both find the same about every law of every model: the same claims, and paths of the same length.
#[test]
fn both_engines_find_the_same() {
    for entry in MODELS {
        let lengths = |run: Run| {
            run.found.into_iter().map(|found| (found.law, found.claim, found.path.len())).collect::<Vec<_>>()
        };
        let stateright = |variant| lengths((entry.explore)(Scope::Tiny, variant, Until::Exhausted));
        let ours = lengths((entry.search)(Scope::Tiny, Variant::Faithful, Until::Exhausted));
        assert_eq!(ours, stateright(Variant::Faithful), "{}", entry.name);
        for row in MUTANTS.iter().filter(|row| row.model == entry.name).step_by(3) {
            let id = row.mutant.id;
            assert_eq!(row.found, stateright(Variant::Mutant(id)), "{} {id}", entry.name);
        }
    }
}

/// Without its owner a finalizer stays, however often clients repeat the DELETE.
#[test]
fn liv_02_without_owners_is_a_loop_of_deletes() {
    assert_snapshot!(lasso("api", "LIV-02", Variant::Faithful, Some("A5")).unwrap().steps());
}

/// What S17 leaves behind stays unless somebody repeats the DELETE.
#[test]
fn liv_02_without_pod_gc_rests_after_a_crash() {
    assert_snapshot!(lasso("api", "LIV-02", Variant::Faithful, Some("PodGC")).unwrap().mermaid());
}

#[test]
fn b48_is_a_loop_of_deletes() {
    assert_snapshot!(lasso("api", "LIV-02", Variant::Mutant("B48"), None).unwrap().steps());
}

#[test]
fn b14_rests_with_a_phase_that_is_not_terminal() {
    assert_snapshot!(lasso("phase", "LIV-01/terminal", Variant::Mutant("B14"), None).unwrap().steps());
}

#[test]
fn liv_05_always_is_a_loop_of_restarts() {
    assert_snapshot!(lasso("phase", "LIV-05/always", Variant::Faithful, None).unwrap().mermaid());
}

/// The kubelet is done and the finalizer is left.
#[test]
fn liv_01_without_the_owner_rests_with_grace_0() {
    assert_snapshot!(lasso("pod", "LIV-01", Variant::Faithful, Some("A5")).unwrap().steps());
}

/// A container that never ran has no phase of its own that is terminal; the one that is forced waits for the volumes.
#[test]
fn liv_01_terminal_without_unmounts_rests_as_pending() {
    assert_snapshot!(lasso("pod", "LIV-01/terminal", Variant::Faithful, Some("A4")).unwrap().steps());
}

#[test]
fn liv_08_rests_if_housekeeping_forgets_the_rejected() {
    assert_snapshot!(lasso("pod", "LIV-08", Variant::Mutant("rejected-forgotten"), None).unwrap().steps());
}

#[test]
fn a_pod_of_policy_always_goes_on_for_ever_on_a_node() {
    assert_snapshot!(lasso("pod", "LIV-05/always", Variant::Faithful, None).unwrap().steps());
}

/// What a restored store has forgotten runs on: the watch of its kubelet is silent.
#[test]
fn a_phantom_runs_for_ever() {
    assert_snapshot!(lasso("identity", "LIV-01/rollback", Variant::Faithful, None).unwrap().steps());
}

/// The StatefulSet waits for an object that nobody removes.
#[test]
fn liv_09_rests() {
    assert_snapshot!(lasso("identity", "LIV-09", Variant::Faithful, None).unwrap().steps());
}

/// A Pod that was stopped as an orphan, because its kubelet began with a list of the past, waits for housekeeping.
#[test]
fn a_pod_of_the_present_is_not_taken_up() {
    assert_snapshot!(
        lasso("identity", "CRE-50/runs", Variant::Mutant("never-taken-up"), None).unwrap().steps()
    );
}

/// The problems of one model whose entry has been changed.
fn problems(entry: Entry) -> Vec<String> {
    verify(&[Box::leak(Box::new(entry))], Scope::Tiny, 2, |_| {}).problems
}

/// A law of liveness that is broken, an assumption that is not needed or not enough, a count that differs: each is said.
#[test]
fn what_is_wrong_with_liveness_is_a_problem() {
    let phase = *find("phase").unwrap();
    let broken = problems(Entry {
        live: |scope, _, which| (find("phase").unwrap().live)(scope, Variant::Mutant("B14"), which),
        mutants: Vec::new,
        ..phase
    });
    assert!(broken.iter().any(|problem| problem.contains("LIV-01/terminal is broken")), "{broken:?}");

    let blind = problems(Entry {
        live: |scope, variant, which| {
            let mut run = (find("phase").unwrap().live)(scope, variant, which);
            run.checks.iter_mut().for_each(|check| check.lasso = None);
            run.states -= 1;
            run
        },
        ..phase
    });
    let said = |text: &str| blind.iter().any(|problem| problem.contains(text));
    assert!(said("LIV-05 does not need A1: it holds without"), "{blind:?}");
    assert!(said("LIV-05/always is broken: it always comes about"), "{blind:?}");
    assert!(said("LIV-05 is unchallenged"), "{blind:?}");
    assert!(said("stateright reports"), "{blind:?}");

    let none = problems(Entry {
        live: |scope, variant, which| {
            let mut run = (find("phase").unwrap().live)(scope, variant, which);
            run.checks.iter_mut().for_each(|check| check.obliging = 0);
            run
        },
        mutants: Vec::new,
        ..phase
    });
    assert!(none.iter().any(|problem| problem.contains("no state meets what LIV-05 is about")), "{none:?}");
}

/// A search that went on with fingerprints is told as such; one that stopped proves nothing.
#[test]
fn what_was_not_kept_whole_is_said() {
    fn ended(outcome: Outcome, scope: Scope, variant: Variant<'_>, until: Until) -> Run {
        Run { outcome, ..(find("phase").unwrap().search)(scope, variant, until) }
    }
    let report = |entry: Entry| verify(&[Box::leak(Box::new(entry))], Scope::Tiny, 2, |_| {});
    let phase = *find("phase").unwrap();
    let compacted = report(Entry {
        search: |scope, variant, until| ended(Outcome::Compacted { omission: 1e-9 }, scope, variant, until),
        ..phase
    });
    assert_eq!(compacted.problems, Vec::<String>::new());
    assert!(compacted.notes[0].contains("probability ≤ 1.0e-9"), "{:?}", compacted.notes);
    let stopped = report(Entry {
        search: |scope, variant, until| ended(Outcome::Stopped, scope, variant, until),
        mutants: Vec::new,
        ..phase
    });
    assert!(stopped.problems[0].contains("stopped at the limit of memory"), "{:?}", stopped.problems);
}

/// Each law of liveness names what it takes for granted.
#[test]
fn assumptions_are_named() {
    for entry in MODELS {
        for (index, law) in (entry.laws)().iter().enumerate() {
            let live = matches!(law.kind, LawKind::Eventually | LawKind::Stuck);
            assert_eq!(live, !(entry.assumptions)(index).is_empty(), "{}", law.id);
        }
    }
}
