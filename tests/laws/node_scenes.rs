//! The node in single scenes: restarts of the kubelet, static Pods, the end of a node.

use std::time::Duration;

use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::mirror::{Care, Leftover, Mirror, Original, care, leftover};
use pod_lifecycle::node::{Action, ContainerSpec, Node, Pace, PodId, PodSpec, Reason, Script, Seen};
use pod_lifecycle::shutdown::{Group, Present, Shutdown, group_of, is_active, two_groups};
use pod_lifecycle::termination::{HookRun, StopRun};
use pod_lifecycle::worker::Killer;
use pod_lifecycle::{Grace, Now, Phase, Time};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::strategies::config;

fn seconds(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn spec(takes: u64, priority: i32) -> PodSpec {
    PodSpec {
        grace: Some(Grace::DEFAULT),
        priority: Some(priority),
        containers: vec![ContainerSpec::new(Role::Regular, Script::stops(0, seconds(takes)))],
        ..PodSpec::default()
    }
}

fn count(node: &Node, pod: PodId, wanted: impl Fn(Action) -> bool) -> usize {
    node.deeds().iter().filter(|deed| deed.pod == pod && wanted(deed.action)).count()
}

fn at(node: &Node, pod: PodId, wanted: impl Fn(Action) -> bool) -> Duration {
    node.deeds().iter().find(|deed| deed.pod == pod && wanted(deed.action)).unwrap().at
}

const fn is_signal(action: Action) -> bool {
    matches!(action, Action::Signalled { .. })
}

/// Deleting a mirror stops nothing, and a new one takes its place; removing the file stops the Pod, and the mirror goes.
#[test]
fn kub_66_only_the_file_stops_a_static_pod() {
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let pod = node.add_static(spec(1, 0));
    node.advance(seconds(5));
    assert_eq!(node.object(pod).unwrap().status.phase, Phase::Running);
    node.delete(pod, Request::default()).unwrap();
    node.advance(seconds(20));
    assert!(node.is_running(pod, 0));
    assert_eq!(count(&node, pod, is_signal), 0);
    assert_eq!(count(&node, pod, |action| action == Action::MirrorCreated), 2);
    let mirror = node.object(pod).unwrap();
    assert_eq!((mirror.status.phase, mirror.deletion.due()), (Phase::Running, None));

    node.remove_static(pod);
    node.advance(seconds(40));
    assert!(!node.is_running(pod, 0) && node.object(pod).is_none());
    assert_eq!(count(&node, pod, |action| action == Action::FinalDelete), 0); // KUB-67: by housekeeping
    let stopped = at(&node, pod, |action| matches!(action, Action::Exited { .. }));
    assert!(at(&node, pod, |action| action == Action::Forgotten) > stopped);
    assert_eq!(node.observations().last().map(|seen| seen.kind), Some(Seen::Deleted));
}

/// A file that comes back while its Pod is being stopped starts it again afterwards.
#[test]
fn kub_66_a_file_that_comes_back_starts_the_pod_again() {
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let pod = node.add_static(spec(3, 0));
    node.advance(seconds(5));
    node.remove_static(pod);
    node.advance(seconds(7));
    node.restore_static(pod);
    node.advance(seconds(30));
    assert!(node.is_running(pod, 0));
    assert_eq!(count(&node, pod, |action| matches!(action, Action::Started { .. })), 2);
    assert_eq!(count(&node, pod, |action| action == Action::Forgotten), 1);
}

/// Groups are stopped one after the other, critical Pods last; nobody is deleted, new Pods are refused.
#[test]
fn kub_68_a_node_shuts_down_by_priority() {
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let critical = node.create(spec(1, 2_000_000_000));
    let quick = node.create(spec(1, 0));
    let slow = node.create(spec(600, 10));
    node.advance(seconds(5));
    node.shut_down(&two_groups(Grace::from_secs(30), Grace::from_secs(10)));
    let late = node.create(spec(1, 0));
    node.advance(seconds(60));
    assert!(at(&node, quick, is_signal) < seconds(7) && at(&node, slow, is_signal) < seconds(7));
    assert!(at(&node, critical, is_signal) >= seconds(25)); // `slow` is killed after 20 s
    let end = |pod| node.object(pod).map(|object| (object.status.phase, object.status.reason)).unwrap();
    assert_eq!(end(slow), (Phase::Failed, Reason::Terminated));
    assert_eq!(end(late), (Phase::Failed, Reason::NodeShutdown));
    assert_eq!(count(&node, late, |action| matches!(action, Action::Started { .. })), 0);
    assert!([critical, quick].iter().all(|pod| end(*pod).0.is_terminal()));
}

/// A Pod that is refused when it is already deleting has no worker, and is removed all the same.
#[test]
fn cre_46_a_refused_pod_that_is_deleting_is_removed() {
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    node.shut_down(&two_groups(Grace::from_secs(30), Grace::from_secs(10)));
    let pod = node.create(spec(1, 0));
    node.delete(pod, Request::default()).unwrap();
    node.restart_kubelet(); // it lists the Pod as deleting
    node.advance(seconds(30));
    assert_eq!(count(&node, pod, |action| action == Action::Rejected), 1);
    assert_eq!(count(&node, pod, |action| matches!(action, Action::Started { .. })), 0);
    assert_eq!(count(&node, pod, |action| action == Action::FinalDelete), 1);
    assert!(node.object(pod).is_none());
}

/// An eviction by the kubelet stops with one second, and leaves critical Pods alone.
#[test]
fn kub_17_critical_pods_are_not_evicted() {
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let (critical, plain) = (node.create(spec(600, 2_000_000_000)), node.create(spec(600, 0)));
    node.advance(seconds(5));
    node.kill(critical, Killer::HardEviction);
    node.kill(plain, Killer::HardEviction);
    node.advance(seconds(20));
    assert!(node.is_running(critical, 0) && !node.is_running(plain, 0));
    let status = &node.object(plain).unwrap().status;
    assert_eq!((status.phase, status.reason), (Phase::Failed, Reason::Evicted));
}

/// The machine of mirrors, all of it.
#[test]
fn kub_67_a_mirror_goes_with_its_pod() {
    let cares = [Mirror::Absent, Mirror::Current, Mirror::Outdated, Mirror::Deleting].map(care);
    assert_eq!(cares, [Care::Create, Care::Keep, Care::Replace, Care::Replace]);
    let leftovers = [Original::Present, Original::Terminating, Original::Ended].map(leftover);
    assert_eq!(leftovers, [Leftover::Kept, Leftover::Kept, Leftover::Deleted]);
}

proptest! {
    #![proptest_config(config(256))]

    /// Every Pod is in one group, none above it fits; and a shutdown goes upwards, each group once.
    #[test]
    fn kub_68_groups_ascend(
        mut priorities in vec(-20..20_i32, 1..5), period in 0..9_u64, pod in -30..30_i32, full in any::<[bool; 5]>(),
    ) {
        priorities.sort_unstable();
        let groups: Vec<Group> = priorities.iter()
            .map(|priority| Group { priority: *priority, period: Grace::from_secs(period) }).collect();
        prop_assert_eq!(is_active(&groups), period > 0);
        let own = group_of(&groups, Some(pod)).unwrap();
        prop_assert!(groups[own].priority <= pod || own == 0);
        prop_assert!(groups[own + 1..].iter().all(|group| group.priority > pod));

        let present = |group: usize| if full[group] { Present::Somebody } else { Present::Nobody };
        let mut now = Now::at(Time::from_unix(0));
        let mut state = Shutdown::begin(&groups, now, present);
        let mut stopped = Vec::new();
        while let Shutdown::Stopping { group, until } = state {
            stopped.push(group);
            prop_assert_eq!(until, now.plus(Grace::from_secs(period)));
            now = until;
            state = state.step(&groups, now, present);
        }
        let expected: Vec<usize> = (0..groups.len()).filter(|group| full[*group]).collect();
        prop_assert_eq!(stopped, expected);
    }
}

/// An orphan, whose object went while the kubelet was down, is stopped with two seconds and without a hook.
#[test]
fn kub_60_an_orphan_is_stopped_without_its_hook() {
    let container = ContainerSpec {
        pre_stop: HookRun::Takes(Duration::from_secs(5)),
        ..ContainerSpec::new(Role::Regular, Script { runs: Vec::new(), stop: StopRun::Ignores, stop_code: 0 })
    };
    let spec = PodSpec { grace: Some(Grace::DEFAULT), containers: vec![container], ..PodSpec::default() };
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let pod = node.create(spec);
    node.advance(Duration::from_secs(5));
    node.delete(pod, Request { grace: Some(Grace::ZERO), propagation: None }).unwrap();
    node.restart_kubelet();
    node.advance(Duration::from_secs(20));
    let actions: Vec<Action> = node.deeds().iter().map(|deed| deed.action).collect();
    assert!(!actions.iter().any(|action| matches!(action, Action::Hook { .. })), "{actions:?}");
    assert!(actions.contains(&Action::Signalled { container: 0, timeout: 2 }), "{actions:?}");
    assert!(!node.is_running(pod, 0));
}

/// A kubelet that restarts during the termination begins it anew, with the full grace and the hook (K15).
#[test]
fn kub_61_a_restart_begins_the_termination_anew() {
    let container = ContainerSpec {
        pre_stop: HookRun::Takes(Duration::from_secs(1)),
        ..ContainerSpec::new(Role::Regular, Script { runs: Vec::new(), stop: StopRun::Ignores, stop_code: 0 })
    };
    let spec = PodSpec { grace: Some(Grace::DEFAULT), containers: vec![container], ..PodSpec::default() };
    let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    let pod = node.create(spec);
    node.advance(Duration::from_secs(5));
    node.delete(pod, Request::default()).unwrap();
    node.advance(Duration::from_secs(25));
    node.restart_kubelet();
    node.advance(Duration::from_secs(60));
    let hooks = node.deeds().iter().filter(|deed| matches!(deed.action, Action::Hook { .. })).count();
    assert_eq!(hooks, 2);
    let killed = node.deeds().iter().find(|deed| matches!(deed.action, Action::Killed { .. })).unwrap();
    assert_eq!(killed.at.as_secs(), 55); // not 35
    assert!(node.object(pod).is_none());
}
