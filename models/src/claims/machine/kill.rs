//! Cases of how a container is stopped.

use std::time::Duration;

use pod_lifecycle::termination::{Effect, Hook, Kill, Order};

use super::{Cases, told};

/// A container gets its stop signal when the termination begins; provided that it has no hook and waits for nobody.
pub(in super::super) fn signal_at_once(cases: &mut Cases) {
    for grace in [1, 2, 30] {
        for hook in [Hook::None, Hook::PreStop] {
            for order in [Order::None, Order::Sidecars] {
                let step = Kill::begin(Duration::ZERO, grace, hook, order);
                let signalled = matches!(step.next, Kill::Stopping { .. });
                let plain = hook == Hook::None && order == Order::None;
                cases.case_if(signalled, plain, || {
                    let with = if hook == Hook::None { "no hook" } else { "a preStop hook" };
                    let waits = if order == Order::None { "waits for nobody" } else { "waits for its turn" };
                    let does = match step.effect {
                        Some(Effect::RunHook) => "its hook runs first",
                        Some(Effect::StopContainer { .. }) => "it gets its stop signal",
                        Some(Effect::Sigkill) => "it gets SIGKILL",
                        None => "it waits",
                    };
                    told(
                        "Kubelet",
                        "Container",
                        format!("termination begins with grace {grace}: it has {with} and {waits}"),
                        does.to_owned(),
                    )
                });
            }
        }
    }
}
