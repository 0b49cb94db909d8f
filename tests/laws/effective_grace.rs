//! The grace in force, enumerated over small values (KUB-13).

use pod_lifecycle::time::Grace;
use pod_lifecycle::worker::{EffectiveGrace, GraceChange, GraceFacts, effective_grace};

/// Every combination of held (1 … 4 or none) and three values (0 … 4 or none), as plain numbers.
fn all(mut see: impl FnMut([Option<u64>; 4], u64, GraceChange)) {
    let values = || std::iter::once(None).chain((0..5).map(Some));
    for held in values().filter(|held| *held != Some(0)) {
        for deletion in values() {
            for spec in values() {
                for asked in values() {
                    let grace = |secs: Option<u64>| secs.map(Grace::from_secs);
                    let facts = GraceFacts {
                        held: grace(held),
                        deletion: grace(deletion),
                        spec: grace(spec),
                        asked: grace(asked),
                    };
                    let EffectiveGrace { grace, change } = effective_grace(facts);
                    see([held, deletion, spec, asked], grace.as_secs(), change);
                }
            }
        }
    }
}

/// KUB-13: the grace in force is at least one second.
#[test]
fn kub_13_grace_is_at_least_one() {
    all(|given, grace, _| assert!(grace >= 1, "{given:?} gives {grace}"));
}

/// KUB-13: of what is held, stored and asked the smallest counts; only without any of them the Pod's own grace.
/// The one exception is G = 0 beside an override.
#[test]
fn kub_13_the_smallest_counts() {
    all(|[held, deletion, spec, asked], grace, _| {
        let expected = match (deletion, asked) {
            (Some(0), Some(asked)) => asked,
            _ => [held, deletion, asked].into_iter().flatten().min().or(spec).unwrap_or(0),
        };
        assert_eq!(grace, expected.max(1), "held {held:?}, G {deletion:?}, tGPS {spec:?}, asked {asked:?}");
    });
}

/// NON-07: the grace grows only where G = 0 meets an override, and there it does.
#[test]
fn non_07_grace_grows_only_by_the_corner() {
    let mut grown = 0;
    all(|[held, deletion, _, asked], grace, _| {
        if held.is_some_and(|held| grace > held) {
            assert!(deletion == Some(0) && asked.is_some());
            grown += 1;
        }
    });
    assert!(grown > 0, "the corner is found");
}

/// KUB-13: «shortened» is said exactly if one was held and another is given now.
#[test]
fn kub_13_shortened_is_a_change_of_what_was_held() {
    all(|[held, ..], grace, change| {
        assert_eq!(change == GraceChange::Shortened, held.is_some_and(|held| held != grace));
    });
}
