//! For kubelet authors: given these objects and this delete, what should my kubelet have done by when?
#![allow(clippy::print_stdout, clippy::wildcard_enum_match_arm, reason = "an example is a program")]

use std::error::Error;
use std::time::Duration;

use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::node::{Action, ContainerSpec, Node, Pace, PodSpec, Script};
use pod_lifecycle::termination::HookRun;
use pod_lifecycle::{Grace, Phase, Time};

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = Duration::from_secs;
    // A web server with a preStop hook of 3 s that needs 4 s to stop, and a proxy beside it that obeys at once.
    let proxy = ContainerSpec::new(Role::Sidecar, Script::stops(143, seconds(0)));
    let web = ContainerSpec {
        pre_stop: HookRun::Takes(seconds(3)),
        ..ContainerSpec::new(Role::Regular, Script::stops(0, seconds(4)))
    };
    let names = ["proxy", "web"];
    let spec =
        PodSpec { grace: Some(Grace::from_secs(30)), containers: vec![proxy, web], ..PodSpec::default() };

    let mut node = Node::new(Time::parse("2026-01-02T03:04:05Z")?, Pace::INSTANT);
    let pod = node.create(spec);
    node.advance(seconds(10));
    node.delete(pod, Request::default())?;
    node.advance(seconds(60));

    for deed in node.deeds() {
        let what = match deed.action {
            Action::Started { container, .. } => format!("starts {}", names[container]),
            Action::Hook { container } => format!("runs the preStop hook of {}", names[container]),
            Action::Signalled { container, timeout } => {
                format!("sends {} the stop signal, SIGKILL after {timeout} s", names[container])
            }
            Action::Exited { container, code } => format!("sees {} exit with {code}", names[container]),
            Action::Published(phase) => format!("publishes {phase}"),
            Action::FinalDelete => "sends the final DELETE".to_owned(),
            other => format!("{other:?}"),
        };
        println!("{:>4} s  {what}", deed.at.as_secs());
    }

    // What a test of the kubelet asserts: the hook counts against the grace, the proxy outlives the server, and the
    // object goes after a terminal phase.
    let when = |action: Action| node.deeds().iter().find(|deed| deed.action == action).map(|deed| deed.at);
    assert_eq!(when(Action::Signalled { container: 1, timeout: 27 }), Some(seconds(13)));
    assert_eq!(when(Action::Signalled { container: 0, timeout: 23 }), Some(seconds(17)));
    assert_eq!(when(Action::Published(Phase::Succeeded)), Some(seconds(17))); // a sidecar's exit code does not count
    assert!(node.object(pod).is_none());
    Ok(())
}
