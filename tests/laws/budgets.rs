//! Disruption budgets (CTL-EVI-02 … CTL-EVI-04), all small ones, against the conditions of the rules one by one.

use pod_lifecycle::admission::{
    Budget, Denied, Granted, Guard, Matching, PENDING_MAX, Ready, Seen, Unhealthy, allowed, disrupt,
    is_healthy, is_pending, is_stale,
};
use pod_lifecycle::{Deletion, Now, Phase, Time};

fn budgets() -> Vec<Budget> {
    let mut all = Vec::new();
    for unhealthy in [Unhealthy::IfHealthyBudget, Unhealthy::AlwaysAllow] {
        for seen in [Seen::Current, Seen::Outdated] {
            for (healthy, desired) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (1, 2)] {
                for allowed in [-1, 0, 1, 5] {
                    for pending in [0, PENDING_MAX, PENDING_MAX + 1] {
                        all.push(Budget { unhealthy, seen, healthy, desired, allowed, pending });
                    }
                }
            }
        }
    }
    all
}

/// CTL-EVI-02: an eviction is charged, free or denied; each for the reasons that the rule lists, and no other.
#[test]
fn ctl_evi_02_a_budget_is_charged_or_spared_or_denies() {
    let (mut charged, mut free, mut denied) = (0, 0, 0);
    for budget in budgets() {
        for ready in [Ready::Yes, Ready::No] {
            let is_spared = ready == Ready::No
                && (budget.unhealthy == Unhealthy::AlwaysAllow
                    || (budget.healthy >= budget.desired && budget.desired > 0));
            let has_room =
                budget.seen == Seen::Current && budget.allowed > 0 && budget.pending <= PENDING_MAX;
            match disrupt(Matching::One(budget), ready) {
                Ok(Granted::Free { guard }) => {
                    assert!(is_spared, "{budget:?} {ready:?}");
                    assert_eq!(guard, Guard::Version, "CTL-EVI-03");
                    free += 1;
                }
                Ok(Granted::Charged { left }) => {
                    assert!(!is_spared && has_room, "{budget:?} {ready:?}");
                    assert_eq!(left + 1, budget.allowed);
                    charged += 1;
                }
                Err(error) => {
                    assert!(!is_spared && !has_room, "{budget:?} {ready:?}: {error}");
                    denied += 1;
                }
            }
        }
    }
    assert_eq!((charged, free, denied), (64, 192, 320));
}

/// CTL-EVI-02: no budget is no obstacle, and several are an error of the server.
#[test]
fn ctl_evi_02_the_number_of_budgets_counts() {
    for ready in [Ready::Yes, Ready::No] {
        assert_eq!(disrupt(Matching::None, ready), Ok(Granted::Free { guard: Guard::None }));
        assert_eq!(disrupt(Matching::Several, ready).unwrap_err().code(), 500);
    }
}

/// CTL-EVI-02: the answer says whether to try again.
#[test]
fn ctl_evi_02_the_first_obstacle_is_answered() {
    let (unhealthy, seen) = (Unhealthy::IfHealthyBudget, Seen::Current);
    let full = Budget { unhealthy, seen, healthy: 1, desired: 1, allowed: 1, pending: PENDING_MAX + 1 };
    let spent = Budget { allowed: 0, pending: 0, ..full };
    for (budget, error, code) in [
        (Budget { seen: Seen::Outdated, allowed: -1, ..full }, Denied::Outdated, 429),
        (Budget { allowed: -1, ..full }, Denied::Negative { allowed: -1 }, 403),
        (Budget { allowed: 0, ..full }, Denied::Crowded { pending: PENDING_MAX + 1 }, 403),
        (spent, Denied::Exhausted, 429),
    ] {
        assert_eq!(disrupt(Matching::One(budget), Ready::Yes), Err(error));
        assert_eq!((error.code(), error.rule().to_string()), (code, "CTL-EVI-02".to_owned()));
    }
}

/// CTL-EVI-04: healthy is ready, not deleting, and not about to be evicted; an eviction counts for two minutes.
#[test]
fn ctl_evi_04_a_pending_eviction_counts_for_two_minutes() {
    let due = Time::from_unix(1_000);
    let deletions = [Deletion::Live, Deletion::Expired { due }, Deletion::Unrecorded { due }];
    for ready in [Ready::Yes, Ready::No] {
        for deletion in deletions {
            for granted in [None, Some(0), Some(380), Some(381)] {
                let pending = granted.map(Time::from_unix);
                let healthy = is_healthy(ready, deletion, pending, Now::at(Time::from_unix(500)));
                let forgotten = granted.is_none_or(|granted| granted + 120 <= 500);
                assert_eq!(healthy, ready == Ready::Yes && deletion == Deletion::Live && forgotten);
            }
        }
    }
}

/// CTL-EVI-04: what is allowed and what must stay healthy are together what is healthy, unless too little is, or no Pod is
/// expected; and never is a negative number allowed.
#[test]
fn ctl_evi_04_what_is_allowed_leaves_enough() {
    let mut granted = 0;
    for healthy in [i32::MIN, -1, 0, 1, 2, 3, i32::MAX] {
        for desired in [i32::MIN, 0, 1, 2, 5, i32::MAX] {
            for expected in [-1, 0, 1, 3] {
                let allowed = allowed(healthy, desired, expected);
                assert!(allowed >= 0);
                if allowed > 0 {
                    granted += 1;
                    let left = i64::from(healthy) - i64::from(allowed);
                    assert!(left >= i64::from(desired) && expected > 0, "{healthy} {desired} {expected}");
                    assert!(left == i64::from(desired) || allowed == i32::MAX);
                } else {
                    assert!(healthy <= desired || expected <= 0, "{healthy} {desired} {expected}");
                }
            }
        }
    }
    assert!(granted > 0);
}

fn deletions() -> [Deletion; 4] {
    let at = Some(Time::from_unix(0));
    [
        Deletion::Live,
        Deletion::from_fields(at, Some(30)),
        Deletion::from_fields(at, Some(0)),
        Deletion::from_fields(at, None),
    ]
}

/// CTL-EVI-04: an entry is kept for two minutes and not longer than the Pod is deleted; while it is kept the Pod is not healthy.
#[test]
fn ctl_evi_04_an_entry_lasts_two_minutes() {
    for deletion in deletions() {
        for secs in [0, 119, 120, 121] {
            let now = Now::at(Time::from_unix(1_000 + secs));
            let kept = is_pending(deletion, Some(Time::from_unix(1_000)), now);
            assert_eq!(kept, deletion == Deletion::Live && secs < 120, "{deletion:?} {secs}");
            assert!(!kept || !is_healthy(Ready::Yes, deletion, Some(Time::from_unix(1_000)), now));
            assert!(!is_pending(deletion, None, now));
        }
    }
}

/// OBJ-43: two minutes, and neither a Pod that ends nor one that has ended.
#[test]
fn obj_43_a_target_that_stays_is_reset() {
    let phases = Phase::ALL.into_iter().map(Some).chain([None]);
    for phase in phases {
        for deletion in deletions() {
            for secs in [0, 119, 120, 500] {
                let is_stale =
                    is_stale(deletion, phase, Time::from_unix(50), Now::at(Time::from_unix(50 + secs)));
                let over = matches!(phase, Some(Phase::Succeeded | Phase::Failed));
                assert_eq!(is_stale, secs >= 120 && !over && deletion == Deletion::Live);
            }
        }
    }
}
