//! For programs that watch with `kube`: a `Monitor` behind `watcher`, relists included.
//!
//! `cargo run --example watch_with_kube --features kube,k8s-openapi/latest`

use k8s_openapi::api::core::v1::{Pod, PodStatus};
use kube::runtime::watcher::Event;
use pod_lifecycle::{Monitor, RuleId};

/// What a loop over `watcher(pods, Config::default())` does with each event.
fn judge(monitor: &mut Monitor, event: &Event<Pod>) -> Vec<RuleId> {
    monitor.watch(event).violations.iter().map(pod_lifecycle::Violation::rule).collect()
}

fn pod(name: &str, phase: &str) -> Pod {
    let mut pod = Pod {
        status: Some(PodStatus { phase: Some(phase.to_owned()), ..PodStatus::default() }),
        ..Pod::default()
    };
    pod.metadata.name = Some(name.to_owned());
    pod.metadata.uid = Some(format!("uid of {name}"));
    pod
}

fn main() {
    let mut monitor = Monitor::new();
    for event in [
        Event::Init,
        Event::InitApply(pod("a", "Pending")),
        Event::InitApply(pod("b", "Pending")),
        Event::InitDone,
    ] {
        assert_eq!(judge(&mut monitor, &event), []);
    }
    assert_eq!(judge(&mut monitor, &Event::Apply(pod("a", "Unknown"))), [RuleId::PHA_41]);

    // After a relist without it, `a` is gone.
    for event in [Event::Init, Event::InitApply(pod("b", "Pending")), Event::InitDone] {
        assert_eq!(judge(&mut monitor, &event), []);
    }
    assert_eq!(monitor.live(), 1);
}
