//! The node: what holds of every history that its machines make together, whatever the script.
#![allow(clippy::wildcard_enum_match_arm, reason = "a law looks at a few of the kubelet's actions")]

use std::time::Duration;

use pod_lifecycle::container::{Operator, RestartPolicy, RestartRule, Role, RuleAction};
use pod_lifecycle::deletion::{Finalizers, Request};
use pod_lifecycle::node::{
    Action, ContainerSpec, Node, Observation, Pace, PodId, PodSpec, Relist, Run, Script, Seen,
};
use pod_lifecycle::termination::{HookRun, StopRun};
use pod_lifecycle::{Grace, Phase, Time};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::strategies::config;

/// What happens from outside.
#[derive(Clone, Copy, Debug)]
enum Op {
    Delete(Option<u64>),
    Evict,
    DropFinalizers,
    RestartKubelet,
    /// Only in raw histories: no component does it.
    Write(Phase),
}

#[derive(Clone, Debug)]
struct History {
    spec: PodSpec,
    pace: Pace,
    ops: Vec<(u64, Op)>,
}

const END: Duration = Duration::from_secs(400);

fn policy() -> impl Strategy<Value = RestartPolicy> {
    use RestartPolicy::{Always, Never, OnFailure};
    proptest::sample::select(vec![Always, OnFailure, Never])
}

fn millis(most: u64) -> impl Strategy<Value = Duration> {
    prop_oneof![3 => (0..=most / 100).prop_map(|tenths| tenths * 100), 1 => 0..=most]
        .prop_map(Duration::from_millis)
}

fn script() -> impl Strategy<Value = Script> {
    let run = (prop_oneof![3 => Just(0), 2 => 1..3_i32, 1 => Just(42)], millis(6_000));
    let stop = prop_oneof![6 => millis(9_000).prop_map(StopRun::Ends), 1 => Just(StopRun::Ignores)];
    (vec(run.prop_map(|(code, after)| Run { code, after }), 0..3), stop, 0..3_i32)
        .prop_map(|(runs, stop, stop_code)| Script { runs, stop, stop_code })
}

fn container(role: Role) -> impl Strategy<Value = ContainerSpec> {
    let hook = prop_oneof![
        4 => Just(HookRun::None), 1 => millis(5_000).prop_map(HookRun::Takes), 1 => Just(HookRun::Hangs)
    ];
    let action = proptest::sample::select(vec![RuleAction::Restart, RuleAction::RestartAllContainers]);
    let rule =
        action.prop_map(|action| RestartRule { action, operator: Operator::In, values: vec![42].into() });
    (script(), hook, option::weighted(0.2, (policy(), vec(rule, 0..2)))).prop_map(
        move |(script, pre_stop, own)| {
            let plain = ContainerSpec { pre_stop, ..ContainerSpec::new(role, script) };
            match (role, own) {
                (Role::Regular, Some((own, rules))) => ContainerSpec { own: Some(own), rules, ..plain },
                _ => plain,
            }
        },
    )
}

fn spec() -> impl Strategy<Value = PodSpec> {
    let init = proptest::sample::select(vec![Role::Init, Role::Sidecar]).prop_flat_map(container);
    let containers = (vec(init, 0..3), vec(container(Role::Regular), 1..3));
    let options = (option::weighted(0.8, 0..12_u64), option::weighted(0.1, 1..20_u64), any::<bool>());
    (option::weighted(0.9, policy()), options, containers).prop_map(
        |(policy, (grace, deadline, held), (mut containers, regulars))| {
            containers.extend(regulars);
            let finalizers = if held { Finalizers::other(0) } else { Finalizers::NONE };
            let (grace, deadline) = (grace.map(Grace::from_secs), deadline.map(Grace::from_secs));
            PodSpec { policy, grace, deadline, finalizers, containers, ..PodSpec::default() }
        },
    )
}

fn pace() -> impl Strategy<Value = Pace> {
    let relist = prop_oneof![
        millis(1_000).prop_map(Relist::After),
        (0..1_000_u64).prop_map(|first| Relist::Every {
            period: Duration::from_secs(1),
            first: Duration::from_millis(first)
        }),
        any::<u64>().prop_map(|seed| Relist::Scattered { seed, most: Duration::from_secs(1) }),
    ];
    let delays = [(); 6].map(|()| millis(900));
    (relist, delays, millis(9_000)).prop_map(|(relist, [watch, pass, setup, start, write, unmount], tick)| {
        Pace { watch, pass, setup, start, relist, write, unmount, tick }
    })
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => option::of(0..8_u64).prop_map(Op::Delete),
        1 => Just(Op::Evict),
        2 => Just(Op::DropFinalizers),
        1 => Just(Op::RestartKubelet),
    ]
}

fn history() -> impl Strategy<Value = History> {
    (spec(), pace(), vec((0..8_000_u64, op()), 0..5)).prop_map(|(spec, pace, ops)| History {
        spec,
        pace,
        ops,
    })
}

fn raw() -> impl Strategy<Value = History> {
    let write = proptest::sample::select(Phase::ALL.to_vec()).prop_map(Op::Write);
    let op = prop_oneof![3 => op(), 1 => write];
    (spec(), pace(), vec((0..8_000_u64, op), 0..8)).prop_map(|(spec, pace, ops)| History { spec, pace, ops })
}

/// Plays a history; `cut` is the longest step of `advance`.
fn play(history: &History, cut: Duration) -> (Node, PodId) {
    let mut node = Node::new(Time::from_unix(1_000), history.pace);
    let pod = node.create(history.spec.clone());
    for &(wait, op) in &history.ops {
        advance(&mut node, Duration::from_millis(wait), cut);
        let request = |grace: Option<u64>| Request { grace: grace.map(Grace::from_secs), propagation: None };
        let _absent = match op {
            Op::Delete(grace) => node.delete(pod, request(grace)),
            Op::Evict => node.evict(pod, request(None)),
            Op::DropFinalizers => node.drop_finalizers(pod),
            Op::Write(phase) => node.write_phase(pod, phase),
            Op::RestartKubelet => {
                node.restart_kubelet();
                Ok(())
            }
        };
    }
    advance(&mut node, END, cut);
    (node, pod)
}

fn advance(node: &mut Node, by: Duration, cut: Duration) {
    let end = node.now() + by;
    while node.now() < end {
        node.advance((node.now() + cut).min(end));
    }
}

fn terminal(seen: &Observation) -> bool {
    matches!(seen.object.status.phase, Phase::Succeeded | Phase::Failed)
}

proptest! {
    #![proptest_config(config(256))]

    /// However `advance` is cut, the same happens; and time only grows.
    #[test]
    fn kub_70_the_end_does_not_depend_on_how_time_is_cut(history in raw(), cut in 1..3_000_u64) {
        let (whole, _) = play(&history, END);
        let (cut, _) = play(&history, Duration::from_millis(cut));
        prop_assert_eq!(whole.observations(), cut.observations());
        prop_assert_eq!(whole.deeds(), cut.deeds());
        prop_assert!(whole.observations().is_sorted_by_key(|seen| seen.at));
        prop_assert!(whole.deeds().is_sorted_by_key(|deed| deed.at));
    }

    /// A terminal phase that the kubelet published is not left, and nothing is started after it.
    #[test]
    fn pha_11_a_published_end_is_the_end(history in history()) {
        let (node, _) = play(&history, END);
        let Some(end) = node.observations().iter().position(terminal) else { return Ok(()) };
        prop_assert!(node.observations()[end..].iter().all(terminal));
        let at = node.observations()[end].at;
        let started = node.deeds().iter().find(|deed| {
            deed.at > at && matches!(deed.action, Action::Started { .. } | Action::SandboxMade { .. })
        });
        prop_assert_eq!(started, None);
    }

    /// A terminal phase is published only when every process has ended.
    #[test]
    fn pha_32_a_terminal_phase_means_that_nothing_runs(history in history()) {
        let (node, _) = play(&history, END);
        let mut running = 0;
        for deed in node.deeds() {
            match deed.action {
                Action::Started { .. } => running += 1,
                Action::Exited { .. } => running -= 1,
                Action::Published(Phase::Succeeded | Phase::Failed) => prop_assert_eq!(running, 0, "{:?}", deed),
                _ => {}
            }
        }
    }

    /// The kubelet asks for the removal when DT is set, the phase is terminal, nothing runs and nothing is mounted.
    #[test]
    fn kub_35_the_final_delete_comes_last(history in raw()) {
        let (node, _) = play(&history, END);
        let (mut running, mut mounted) = (0, false);
        for deed in node.deeds() {
            match deed.action {
                Action::Started { .. } => running += 1,
                Action::Exited { .. } => running -= 1,
                Action::Mounted => mounted = true,
                Action::Unmounted => mounted = false,
                Action::FinalDelete => {
                    prop_assert_eq!((running, mounted), (0, false));
                    let before = node.observations().iter().rfind(|seen| seen.at <= deed.at);
                    let before = before.map(|seen| (seen.object.deletion.due().is_some(), terminal(seen)));
                    prop_assert_eq!(before, Some((true, true)));
                }
                _ => {}
            }
        }
    }

    /// An object goes only with DT set, and an observation after DELETED does not come.
    #[test]
    fn del_13_what_goes_was_marked(history in raw()) {
        let (node, pod) = play(&history, END);
        let seen = node.observations();
        if let Some(place) = seen.iter().position(|seen| seen.kind == Seen::Deleted) {
            prop_assert_eq!(place + 1, seen.len());
            prop_assert!(seen[place].object.deletion.due().is_some());
            prop_assert!(seen[place].object.finalizers.is_empty() || history.spec.finalizers != Finalizers::NONE);
        }
        prop_assert_eq!(node.object(pod).is_none(), seen.iter().any(|seen| seen.kind == Seen::Deleted));
    }

    /// `restartCount` never falls (no other client writes).
    #[test]
    fn ctr_21_restart_counts_never_fall(history in history()) {
        let (node, _) = play(&history, END);
        for pair in node.observations().windows(2) {
            let counts = |seen: &Observation| -> Vec<i32> {
                seen.object.status.entries.iter().map(|entry| entry.restarts).collect()
            };
            let (old, new) = (counts(&pair[0]), counts(&pair[1]));
            prop_assert!(old.iter().zip(&new).all(|(old, new)| old <= new), "{old:?} became {new:?}");
        }
    }

    /// Between the stop signal and SIGKILL lie at least two seconds.
    #[test]
    fn kub_44_two_seconds_before_sigkill(history in raw()) {
        let (node, _) = play(&history, END);
        for killed in node.deeds() {
            let Action::Killed { container } = killed.action else { continue };
            let signal = node.deeds().iter().rfind(|deed| {
                deed.at <= killed.at
                    && matches!(deed.action, Action::Signalled { container: at, .. } if at == container)
            });
            prop_assert!(signal.is_some_and(|signal| killed.at - signal.at >= Duration::from_secs(2)));
        }
    }

    /// A deleted Pod without finalizers goes, whatever its processes do, and leaves none behind.
    #[test]
    fn kub_36_a_delete_comes_to_its_end(history in history()) {
        let (mut node, pod) = play(&history, END);
        let _absent = node.delete(pod, Request::default()).and_then(|()| node.drop_finalizers(pod));
        node.advance(node.now() + END);
        prop_assert!(node.object(pod).is_none());
        prop_assert!((0..history.spec.containers.len()).all(|container| !node.is_running(pod, container)));
        let remembered = !history.ops.iter().any(|(_, op)| matches!(op, Op::RestartKubelet));
        let forgotten = matches!(node.deeds().last().map(|deed| deed.action), Some(Action::Forgotten));
        prop_assert!(forgotten || !remembered);
    }
}
