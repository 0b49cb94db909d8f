//! The decision table DEL-13, enumerated: every state × request × facts over small values.

use std::fmt::Write as _;

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{
    Deletion, Effect, Facts, Finalizers, Generation, Input, Propagation, Request, Row, Step,
};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now, Time};

use crate::strategies::set;

const DUE: Time = Time::from_unix(103);
const PROPAGATIONS: [Option<Propagation>; 4] =
    [None, Some(Propagation::Orphan), Some(Propagation::Foreground), Some(Propagation::Background)];

fn states() -> Vec<Deletion> {
    let graces = [None, Some(0), Some(1), Some(3)];
    let deleting = graces.into_iter().map(|grace| Deletion::from_fields(Some(DUE), grace));
    std::iter::once(Deletion::Live).chain(deleting).collect()
}

fn requests() -> impl Iterator<Item = Request> {
    let graces = [None, Some(0), Some(1), Some(2), Some(3), Some(5)];
    let graces = graces.into_iter().map(|secs| secs.map(Grace::from_secs));
    graces.flat_map(|grace| PROPAGATIONS.map(|propagation| Request { grace, propagation }))
}

fn clocks() -> [Now; 4] {
    let at = |second, nanos| Now::with_nanos(Time::from_unix(second), nanos);
    [at(100, 0), at(101, 0), at(101, 1), at(200, 0)]
}

fn places() -> [(Binding, Option<Phase>); 6] {
    let bound = |phase| (Binding::Bound, Some(phase));
    let ended = [bound(Phase::Succeeded), bound(Phase::Failed)];
    let [succeeded, failed] = ended;
    [
        (Binding::Unbound, Some(Phase::Pending)),
        bound(Phase::Pending),
        bound(Phase::Running),
        succeeded,
        failed,
        (Binding::Bound, None),
    ]
}

fn delete(state: Deletion, request: Request, facts: Facts) -> Step {
    state.step(Input::Delete(request), facts).expect("the state of an object refuses no DELETE")
}

/// Calls `see` with every case and returns how many there are.
fn enumerate(mut see: impl FnMut(Deletion, Request, Facts, Step)) -> usize {
    let mut cases = 0;
    for state in states() {
        for request in requests() {
            for now in clocks() {
                for (binding, phase) in places() {
                    for spec_grace in [None, Some(Grace::ZERO), Some(Grace::DEFAULT)] {
                        for bits in 0..8_u8 {
                            let finalizers = set([bits & 1 != 0, bits & 2 != 0, bits & 4 != 0, false]);
                            let facts = Facts { now, binding, phase, spec_grace, finalizers };
                            see(state, request, facts, delete(state, request, facts));
                            cases += 1;
                        }
                    }
                }
            }
        }
    }
    cases
}

/// The condition of each row, read from the table: states and requests as plain numbers.
fn row_by_condition(state: Deletion, request: Request, facts: Facts) -> u8 {
    let ended = matches!(facts.phase, Some(Phase::Succeeded | Phase::Failed));
    let eff = match (facts.binding, ended, request.grace, facts.spec_grace) {
        (Binding::Unbound, _, _, _) | (Binding::Bound, true, _, _) => 0,
        (Binding::Bound, false, Some(grace), _) | (Binding::Bound, false, None, Some(grace)) => {
            grace.as_secs()
        }
        (Binding::Bound, false, None, None) => 0,
    };
    let left = state.grace().map_or(0, Grace::as_secs);
    let shorter = request.grace.filter(|asked| asked.as_secs() < left).map(Grace::as_secs);
    let free = leaves(facts.finalizers, request.propagation) == Finalizers::NONE;
    let holds = [
        state.due().is_none() && eff > 0,
        state.due().is_none() && eff == 0 && free,
        state.due().is_none() && eff == 0 && !free,
        state.due().is_some() && left > 0 && shorter.is_none(),
        state.due().is_some() && left > 0 && shorter.is_some_and(|asked| asked > 0),
        state.due().is_some() && left > 0 && shorter == Some(0) && free,
        state.due().is_some() && left > 0 && shorter == Some(0) && !free,
        state.due().is_some() && left == 0 && free,
        state.due().is_some() && left == 0 && !free,
    ];
    let rows: Vec<u8> = (1..).zip(holds).filter(|(_, holds)| *holds).map(|(row, _)| row).collect();
    assert_eq!(rows.len(), 1, "the conditions exclude each other and leave nothing out");
    rows[0]
}

/// F' of DEL-11.
fn leaves(stored: Finalizers, propagation: Option<Propagation>) -> Finalizers {
    let others = stored.without(Finalizers::ORPHAN).without(Finalizers::FOREGROUND);
    let orphan = match propagation {
        None => stored.contains(Finalizers::ORPHAN),
        Some(policy) => policy == Propagation::Orphan,
    };
    let foreground = match propagation {
        None => stored.contains(Finalizers::FOREGROUND) && !orphan,
        Some(policy) => policy == Propagation::Foreground,
    };
    let one = |on: bool, member| if on { member } else { Finalizers::NONE };
    others.with(one(orphan, Finalizers::ORPHAN)).with(one(foreground, Finalizers::FOREGROUND))
}

/// DEL-13: each row decides where its condition holds, and has its effects.
#[test]
fn del_13_each_row_has_its_condition_and_its_effects() {
    use Effect::{Remove, Store};
    let mut seen = [0_usize; 10];
    let cases = enumerate(|state, request, facts, step| {
        let row = row_by_condition(state, request, facts);
        assert_eq!(step.row.number(), Some(row), "{state:?} {request:?} {facts:?}");
        seen[usize::from(row)] += 1;
        let held_same = step.next == state && step.finalizers == facts.finalizers;
        let effects = match row {
            1 | 3 | 5 | 7 => [Some(Store), None],
            2 | 6 => [Some(Store), Some(Remove)],
            8 => [Some(Remove), None],
            9 if !held_same => [Some(Store), None],
            _ => [None, None],
        };
        assert_eq!(step.effects, effects, "row {row}: {state:?} {request:?} {facts:?}");
        let written = !matches!(row, 4 | 8);
        let finalizers =
            if written { leaves(facts.finalizers, request.propagation) } else { facts.finalizers };
        assert_eq!(step.finalizers, finalizers, "row {row}: {state:?} {request:?} {facts:?}");
        assert_eq!(step.generation == Generation::Increased, row <= 3);
        let now = facts.now.floor();
        match row {
            2 | 3 => assert_eq!((step.next.due(), step.next.grace()), (Some(now), Some(Grace::ZERO))),
            5 => {
                // DEL-08, at its very edge too: a whole second is past once a fraction of it has gone by.
                let [due, left, now] = [DUE.as_unix(), plain(state.grace()), now.as_unix()];
                let asked = plain(request.grace);
                let moved = due - left + asked;
                let past = moved < now || (moved == now && facts.now != Now::at(Time::from_unix(now)));
                assert_eq!(step.next.due().map(Time::as_unix), Some(moved.max(now)), "{request:?} {facts:?}");
                assert_eq!(plain(step.next.grace()), if past { 1 } else { asked }, "{request:?} {facts:?}");
            }
            6 | 7 => {
                let due = (DUE.as_unix() - plain(state.grace())).max(now.as_unix());
                assert_eq!((step.next.due().map(Time::as_unix), plain(step.next.grace())), (Some(due), 0));
            }
            9 => assert_eq!((step.next.due(), step.next.grace()), (Some(DUE.min(now)), Some(Grace::ZERO))),
            _ => {}
        }
    });
    assert_eq!(cases, seen.iter().sum::<usize>());
    assert!(seen[1..].iter().all(|cases| *cases > 0), "{seen:?}");
}

/// DEL-07: the number of a row is unique, and a rule stands behind each.
#[test]
fn del_13_rows_are_numbered_once() {
    let rows = [
        Row::Marked,
        Row::MarkedAndRemoved,
        Row::MarkedAndHeld,
        Row::Pending,
        Row::Shortened,
        Row::ShortenedAndRemoved,
        Row::ShortenedAndHeld,
        Row::Collected,
        Row::Held,
    ];
    assert!((1..).zip(rows).all(|(number, row)| row.number() == Some(number)));
    assert!(Row::Updated.number().is_none() && Row::RemovedByUpdate.number().is_none());
}

/// DEL-07: a generation of 0 stays 0.
#[test]
fn del_07_generation_zero_stays_zero() {
    assert_eq!([0, 1, 7].map(|stored| Generation::Increased.after(stored)), [0, 2, 8]);
    assert_eq!([0, 1, 7].map(|stored| Generation::Kept.after(stored)), [0, 1, 7]);
}

/// DEL-13: the table itself, with DEL-16 to DEL-18 below.
#[test]
fn del_13_table() {
    let mut text = String::from("clock 101.5, DT 103; F in {}: orphan, foreground, x\n");
    let now = Now::with_nanos(Time::from_unix(101), 500_000_000);
    let facts = |binding, phase, finalizers| Facts {
        now,
        binding,
        phase: Some(phase),
        spec_grace: Some(Grace::DEFAULT),
        finalizers,
    };
    let sets = [set([false; 4]), set([true, false, false, false]), set([false, false, true, false])];
    let _ =
        writeln!(text, "\n{:34} {:10} {:11} {:12} -> row effects         next", "state", "g", "policy", "F");
    let graces =
        |asked: &[Option<u64>]| asked.iter().map(|secs| secs.map(Grace::from_secs)).collect::<Vec<_>>();
    let places = [
        (Binding::Unbound, Phase::Pending),
        (Binding::Bound, Phase::Running),
        (Binding::Bound, Phase::Failed),
    ];
    for (binding, phase) in places {
        for grace in graces(&[None, Some(0), Some(60)]) {
            for finalizers in sets {
                for propagation in PROPAGATIONS {
                    let facts = facts(binding, phase, finalizers);
                    line(
                        &mut text,
                        &format!("live, {binding:?}, {phase}"),
                        Deletion::Live,
                        Request { grace, propagation },
                        facts,
                    );
                }
            }
        }
    }
    for grace in [Some(3), Some(0), None] {
        let state = Deletion::from_fields(Some(DUE), grace);
        let name = format!("DT 103, G {}", grace.map_or_else(|| "-".to_owned(), |grace| grace.to_string()));
        for grace in graces(if grace == Some(3) {
            &[None, Some(0), Some(1), Some(2), Some(3)]
        } else {
            &[None, Some(5)]
        }) {
            for finalizers in sets {
                for propagation in PROPAGATIONS {
                    let facts = facts(Binding::Bound, Phase::Running, finalizers);
                    line(&mut text, &name, state, Request { grace, propagation }, facts);
                }
            }
        }
    }
    let _ = writeln!(text, "\n{:34} {:12} {:12} -> outcome", "state", "F", "update to");
    for state in states() {
        for stored in sets {
            for asked in sets {
                let facts = facts(Binding::Bound, Phase::Running, stored);
                let outcome = match state.step(Input::Update { finalizers: asked }, facts) {
                    Ok(step) => format!("{:?} {}", step.row, effects(&step)),
                    Err(refused) => refused.rule().to_string(),
                };
                let _ = writeln!(
                    text,
                    "{:34} {:12} {:12} -> {outcome}",
                    fields(state),
                    names(stored),
                    names(asked)
                );
            }
        }
    }
    insta::assert_snapshot!("del_13_table", text);
}

fn plain(grace: Option<Grace>) -> i64 {
    grace.map_or(0, |grace| grace.as_secs().try_into().expect("a small number"))
}

fn line(text: &mut String, name: &str, state: Deletion, request: Request, facts: Facts) {
    let step = delete(state, request, facts);
    let grace = request.grace.map_or_else(|| "-".to_owned(), |grace| grace.to_string());
    let policy = request.propagation.map_or_else(|| "-".to_owned(), |policy| format!("{policy:?}"));
    let row = step.row.number().expect("a DELETE is decided by a row");
    let next = format!("{}, F {}", fields(step.next), names(step.finalizers));
    let stored = names(facts.finalizers);
    let _ = writeln!(
        text,
        "{name:34} {grace:10} {policy:11} {stored:12} -> {row:>3} {:15} {next}",
        effects(&step)
    );
}

fn effects(step: &Step) -> String {
    let words: Vec<&str> = step
        .effects
        .iter()
        .flatten()
        .map(|effect| match effect {
            Effect::Store => "store",
            Effect::Remove => "remove",
        })
        .collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn fields(state: Deletion) -> String {
    let number = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let due = number(state.due().map(|due| due.as_unix().to_string()));
    format!("DT {due}, G {}", number(state.grace().map(|grace| grace.to_string())))
}

fn names(finalizers: Finalizers) -> String {
    let all =
        [(Finalizers::ORPHAN, "orphan"), (Finalizers::FOREGROUND, "foreground"), (Finalizers::other(0), "x")];
    let names: Vec<&str> =
        all.into_iter().filter(|(one, _)| finalizers.contains(*one)).map(|(_, name)| name).collect();
    format!("{{{}}}", names.join(", "))
}
