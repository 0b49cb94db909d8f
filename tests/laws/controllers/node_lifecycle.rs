//! The node lifecycle controller, all small inputs.

use pod_lifecycle::controllers::node_lifecycle::{
    Cluster, Heartbeat, Mark, Rate, Ready, Taint, Tainting, Zone, heartbeat, judge, mark, mark_bound, rate,
    tainting,
};
use pod_lifecycle::{Now, Time};

const READY: [Ready; 3] = [Ready::True, Ready::False, Ready::Unknown];

fn stored() -> impl Iterator<Item = Option<Ready>> {
    READY.into_iter().map(Some).chain([None])
}

/// CTL-NOD-01: 50 s, and 60 s for a node that never reported; not a nanosecond less.
#[test]
fn ctl_nod_01_a_node_is_stale_after_its_time() {
    for stored in stored() {
        let limit = if stored.is_some() { 50 } else { 60 };
        for secs in 0..70 {
            for nanos in [0, 1] {
                let now = Now::with_nanos(Time::from_unix(100 + secs), nanos);
                let stale = heartbeat(stored, Now::at(Time::from_unix(100)), now) == Heartbeat::Stale;
                assert_eq!(stale, secs > limit || (secs == limit && nanos > 0), "{stored:?} {secs}.{nanos}");
            }
        }
    }
}

/// CTL-NOD-02: a stale node is `Unknown`; of a fresh one the controller changes nothing.
#[test]
fn ctl_nod_02_only_a_stale_node_becomes_unknown() {
    for stored in stored() {
        assert_eq!(judge(stored, Heartbeat::Stale), Some(Ready::Unknown));
        assert_eq!(judge(stored, Heartbeat::Fresh), stored);
    }
}

/// CTL-NOD-03: Pods are marked when `Ready` is left, and only then; those that are bound later while it is not there.
#[test]
fn ctl_nod_03_pods_are_marked_when_ready_is_left() {
    let ready = |of: Option<Ready>| of == Some(Ready::True);
    for found in stored() {
        for left in stored() {
            let marked = mark(found, left) == Mark::NotReady;
            assert_eq!(marked, ready(found) && left.is_some() && !ready(left), "{found:?} → {left:?}");
        }
        let bound = mark_bound(found) == Mark::NotReady;
        assert_eq!(bound, found.is_some() && !ready(found));
    }
}

/// CTL-NOD-04: the taint follows the condition: none while it is `True`, else the one that belongs to it. What was there goes at
/// once, and only a node without one has to wait.
#[test]
fn ctl_nod_04_the_taint_follows_the_condition() {
    for ready in READY {
        for present in [None, Some(Taint::NotReady), Some(Taint::Unreachable)] {
            let (after, at_once) = match tainting(ready, present) {
                Tainting::None => (present, true),
                Tainting::Queued(taint) => (Some(taint), false),
                Tainting::Swapped(taint) => {
                    assert!(present.is_some_and(|present| present != taint));
                    (Some(taint), true)
                }
                Tainting::Removed => {
                    assert!(present.is_some());
                    (None, true)
                }
            };
            let asked = match ready {
                Ready::True => None,
                Ready::False => Some(Taint::NotReady),
                Ready::Unknown => Some(Taint::Unreachable),
            };
            assert_eq!(after, asked, "{ready:?} {present:?}");
            assert_eq!(at_once, present.is_some() || asked.is_none());
        }
    }
}

/// CTL-NOD-04: no ready node is full; 55 % and at least three are partial.
#[test]
fn ctl_nod_04_zones_are_counted() {
    for ready in 0..40_u32 {
        for unready in 0..40_u32 {
            let share =
                if ready + unready == 0 { 0. } else { f64::from(unready) / f64::from(ready + unready) };
            let expected = if ready == 0 && unready > 0 {
                Zone::Full
            } else if unready > 2 && share >= 0.55 {
                Zone::Partial
            } else {
                Zone::Normal
            };
            assert_eq!(Zone::of(ready, unready), expected, "{ready} {unready}");
        }
    }
    assert_eq!(Zone::of(1, u32::MAX), Zone::Partial);
}

/// CTL-NOD-04: with no node of any zone ready nothing is tainted; else a zone that is full goes on as usual, and only a large one
/// goes on slowly when most of it is lost.
#[test]
fn ctl_nod_04_the_rate_follows_the_zones() {
    let zones = [Zone::Normal, Zone::Partial, Zone::Full];
    for one in zones {
        for two in zones {
            let dark = Cluster::of([one, two]) == Cluster::Dark;
            assert_eq!(dark, one == Zone::Full && two == Zone::Full);
        }
        for nodes in [1, 50, 51, u32::MAX] {
            assert_eq!(rate(Cluster::Dark, one, nodes), Rate::Stopped);
            let expected = match one {
                Zone::Normal | Zone::Full => Rate::Usual,
                Zone::Partial if nodes > 50 => Rate::Slow,
                Zone::Partial => Rate::Stopped,
            };
            assert_eq!(rate(Cluster::Seen, one, nodes), expected);
        }
    }
}
