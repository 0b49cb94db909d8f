//! What `verify` says, and that it would say otherwise.

use std::sync::LazyLock;

use pod_lifecycle_models::catalogue::{Entry, MODELS};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::verify::{Report, verify};

/// The standard scopes, verified once for all tests.
pub(super) static STANDARD: LazyLock<Report> =
    LazyLock::new(|| report(&MODELS.iter().collect::<Vec<_>>(), Scope::Standard));

/// The tiny scopes, verified once for all tests.
pub(super) static TINY: LazyLock<Report> =
    LazyLock::new(|| report(&MODELS.iter().collect::<Vec<_>>(), Scope::Tiny));

fn report(models: &[&'static Entry], scope: Scope) -> Report {
    verify(models, scope, 2, |_| {})
}

/// Standard scopes: no problem, so that both engines count the same states and steps, and the number of states is known.
#[test]
fn standard_scopes_are_clean() {
    let report = &*STANDARD;
    assert_eq!(report.problems, Vec::<String>::new());
    let counts: Vec<_> = report.models.iter().map(|model| (model.name, model.states)).collect();
    let known = [
        ("api", 169_842),
        ("phase", 1_101_806),
        ("kill", 73_386),
        ("pod", 1_219_880),
        ("identity", 599_572),
        ("capacity", 341_573),
        ("disruption", 858_572),
    ];
    assert_eq!(counts, known);
}

/// The tiny scopes carry every law too, for debug builds.
#[test]
fn tiny_scopes_are_clean() {
    let report = &*TINY;
    assert_eq!(report.problems, Vec::<String>::new());
    let counts: Vec<_> = report.models.iter().map(|model| (model.name, model.states)).collect();
    let known = [
        ("api", 54_363),
        ("phase", 48_879),
        ("kill", 44_226),
        ("pod", 432_157),
        ("identity", 49_096),
        ("capacity", 76_846),
        ("disruption", 66_234),
    ];
    assert_eq!(counts, known);
}

/// The shortest counterexample of each mutant, and the law that it breaks.
#[test]
fn mutants_are_caught_by_their_law_in_so_many_steps() {
    let report = &*STANDARD;
    let caught = report.models.iter().flat_map(|model| &model.mutants).map(|mutant| {
        assert!(mutant.caught, "{} survives", mutant.id);
        format!("{:<17} {:<15} {}", mutant.id, mutant.law, mutant.steps.unwrap())
    });
    insta::assert_snapshot!(caught.collect::<Vec<_>>().join("\n"));
}

/// A scope that is too small to carry a law says so instead of passing.
#[test]
fn what_is_not_reached_is_a_problem() {
    let entry = MODELS.iter().find(|entry| entry.name == "api").unwrap();
    // Without its mutants no law is challenged; an action that nobody takes is named.
    let more: &'static [&'static str] = Box::leak([entry.actions, &["never"]].concat().into_boxed_slice());
    let lacking: &'static Entry = Box::leak(Box::new(Entry { mutants: Vec::new, actions: more, ..*entry }));
    let problems = report(&[lacking], Scope::Tiny).problems;
    let laws = (entry.laws)().iter().filter(|law| law.id == "INV-07").count();
    assert_eq!(problems.iter().filter(|problem| problem.contains("INV-07 is unchallenged")).count(), laws);
    assert!(problems.iter().any(|problem| problem.contains("never")), "{problems:?}");
}
