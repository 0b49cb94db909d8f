//! Restarts against their back-off, judged over a simulated kubelet that keeps one number: the delay (CTR-24 … CTR-28).

use pod_lifecycle::monitor::{Monitor, Observed};
use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{Force, RuleId, View, Violation};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::strategies::config;

fn time(secs: i64) -> String {
    let (minute, second) = (secs / 60, secs % 60);
    format!("2026-01-01T{:02}:{:02}:{second:02}Z", minute / 60, minute % 60)
}

fn pod(generation: i64, count: usize, state: Value, last: Option<(i64, i64)>) -> Value {
    let exit = |(began, ended): (i64, i64)| json!({ "terminated": { "exitCode": 1, "startedAt": time(began), "finishedAt": time(ended) } });
    json!({
        "metadata": { "name": "web", "namespace": "shop", "uid": "u", "generation": generation, "creationTimestamp": time(0) },
        "spec": { "nodeName": "n", "restartPolicy": "Always", "containers": [{ "name": "c" }] },
        "status": { "phase": "Running", "startTime": time(0), "containerStatuses": [{
            "name": "c", "restartCount": count, "state": state, "lastState": last.map(exit).unwrap_or_else(|| json!({})),
        }] },
    })
}

fn observe(monitor: &mut Monitor, pod: &Value) -> Vec<Violation> {
    let text = pod.to_string();
    let pod: Pod<'_> = wire::from_slice(text.as_bytes()).unwrap();
    monitor.observe(Observed::Modified, View::of(&pod)).violations
}

/// The verdicts over instances that ran from one second to another; `seen` shows each of them stopped before the next.
fn verdicts(runs: &[(i64, i64)], seen: bool) -> Vec<Violation> {
    let mut monitor = Monitor::new();
    let mut found = observe(&mut monitor, &pod(1, 0, json!({ "waiting": {} }), None));
    for (place, (began, ended)) in runs.iter().enumerate() {
        let last = place.checked_sub(1).map(|before| runs[before]);
        let running = json!({ "running": { "startedAt": time(*began) } });
        found.extend(observe(&mut monitor, &pod(1, place, running, last)));
        if seen {
            let stopped = json!({ "terminated": { "exitCode": 1, "startedAt": time(*began), "finishedAt": time(*ended) } });
            found.extend(observe(&mut monitor, &pod(1, place, stopped, last)));
        }
    }
    found
}

/// CTR-24: the first restart is immediate, then 10, 20, 40 s from the exit; one second less is told, as a hazard.
#[test]
fn ctr_24_a_restart_comes_too_early() {
    let kept = [(0, 1), (1, 2), (12, 13), (33, 34), (74, 75)];
    assert_eq!(verdicts(&kept, true), []);
    assert_eq!(verdicts(&kept, false), []);
    for (early, runs) in [
        (11, &[(0, 1), (1, 2), (11, 13)][..]),
        (32, &[(0, 1), (1, 2), (12, 13), (32, 33)]),
        (73, &[(0, 1), (1, 2), (12, 13), (33, 34), (73, 74)]),
    ] {
        let found = verdicts(runs, true);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].rule(), found[0].force()), (RuleId::CTR_24, Force::Hazard));
        assert_eq!(found[0].way(), Some(RuleId::CTR_26));
        assert_eq!(found[0].values(), (time(early + 1), time(early)));
    }
    // Not seen stopped, it may have been killed; but even killed ones wait from the third time on (CTR-28).
    assert_eq!(verdicts(&[(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)], false).len(), 2);
}

/// CTR-26: after 600 s of no exit the series starts again.
#[test]
fn ctr_26_the_series_starts_again() {
    assert_eq!(verdicts(&[(0, 1), (1, 2), (12, 700), (700, 701), (711, 712)], true), []);
}

/// CTR-24: another image is another key; what is known of the old one is given up.
#[test]
fn ctr_24_another_generation_is_another_key() {
    let mut monitor = Monitor::new();
    let running = |began| json!({ "running": { "startedAt": time(began) } });
    for (generation, count, began, last) in [
        (1, 0, 0, None),
        (1, 1, 1, Some((0, 1))),
        (1, 2, 12, Some((1, 2))),
        (2, 3, 14, Some((12, 14))),
        (2, 4, 15, Some((14, 15))),
    ] {
        assert_eq!(observe(&mut monitor, &pod(generation, count, running(began), last)), []);
    }
}

/// What a kubelet does to one container: it runs so long, and stops by itself or is killed for its probe.
#[derive(Clone, Copy, Debug)]
struct Life {
    runs: i64,
    late: i64,
    killed: bool,
}

proptest! {
    #![proptest_config(config(2_000))]

    /// A kubelet that keeps to CTR-24, CTR-26 and CTR-28 is never told of, whichever of its statuses are seen.
    #[test]
    fn ctr_24_who_waits_is_not_told_of(
        lives in prop::collection::vec(
            (prop_oneof![0..40_000_i64, 0..700_000_i64], 0..3_000_i64, any::<bool>())
                .prop_map(|(runs, late, killed)| Life { runs, late, killed }),
            1..12,
        ),
        lost in prop::collection::vec(any::<bool>(), 24),
    ) {
        // In milliseconds; statuses show whole seconds.
        let (mut now, mut delay, mut updated) = (0_i64, None::<i64>, 0_i64);
        let mut ended: Vec<(i64, i64)> = Vec::new();
        let mut monitor = Monitor::new();
        let mut lost = lost.into_iter();
        let mut show = |pod: &Value| if lost.next() == Some(true) { vec![] } else { observe(&mut monitor, pod) };
        for (count, life) in lives.iter().enumerate() {
            let began = now / 1_000;
            let last = ended.last().map(|(began, ended)| (began / 1_000, ended / 1_000));
            prop_assert_eq!(show(&pod(1, count, json!({ "running": { "startedAt": time(began) } }), last)), vec![]);
            let exit = now + life.runs;
            let older = ended.last().map(|(_, ended)| *ended);
            ended.push((now, exit));
            let since = if life.killed { older } else { Some(exit) };
            now = exit;
            if let Some(since) = since {
                let held = delay.filter(|_| since - updated <= 600_000);
                now = now.max(since + held.unwrap_or(0));
                delay = Some(held.map_or(10_000, |held| (held * 2).min(300_000)));
                updated = now;
            }
            if !life.killed {
                let stopped = json!({ "terminated": { "exitCode": 1, "startedAt": time(began), "finishedAt": time(exit / 1_000) } });
                prop_assert_eq!(show(&pod(1, count, stopped, last)), vec![]);
            }
            now += life.late;
        }
    }
}
