//! Cases of restarts: policies, passes, back-off, counts.

use std::borrow::Cow;

use pod_lifecycle::backoff::{Attempt, Limits, Series};
use pod_lifecycle::container::{
    ContainerPolicy, Exit, ExitReason, Health, Instance, Operator, Probe, RestartPolicy, RestartRule, Role,
    RuleAction,
};
use pod_lifecycle::phase::Deleting;
use pod_lifecycle::sync::{self, Container, Facts, PodAction, Reset, SandboxNeed, Start, should_start};
use pod_lifecycle::{Now, Time};

use super::{Cases, told};

const POLICIES: [RestartPolicy; 3] = [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];

const fn exited(code: i32) -> Instance {
    Instance::Exited(Exit { code, reason: ExitReason::Other })
}

/// The API knows this policy.
pub(in super::super) fn always_on_failure(cases: &mut Cases) {
    let text = "AlwaysOnFailure";
    let read = RestartPolicy::from_api(text);
    cases.case(read.is_some(), || {
        let then = read.map_or_else(
            || "it is none of Always, OnFailure and Never".to_owned(),
            |read| format!("it is {read}"),
        );
        told("Client", "API server", format!("restartPolicy {text}"), then)
    });
}

/// A container that has ended in a Pod with policy Never stays ended; provided that it has no policy of its own.
pub(in super::super) fn never_restarts(cases: &mut Cases) {
    let rules =
        [RestartRule { action: RuleAction::Restart, operator: Operator::In, values: Cow::Borrowed(&[42]) }];
    for own in POLICIES.into_iter().map(Some).chain([None]) {
        for (given, code) in [false, true].into_iter().flat_map(|given| [0, 1, 42].map(|code| (given, code)))
        {
            let policy = ContainerPolicy { own, rules: if given { &rules } else { &[] } };
            let start = should_start(Some(exited(code)), policy, Some(RestartPolicy::Never), Deleting::No);
            cases.case_if(start == Start::No, own.is_none(), || {
                let own = own.map_or_else(|| "no policy".to_owned(), |own| format!("policy {own}"));
                let rule = if given { " and a rule that restarts after 42" } else { "" };
                told(
                    "Runtime",
                    "Kubelet",
                    format!("policy Never: a container with {own} of its own{rule} has ended with {code}"),
                    if start == Start::Yes { "it is started again" } else { "it stays ended" }.to_owned(),
                )
            });
        }
    }
}

/// A failed liveness probe of one of two containers ends the whole Pod.
pub(in super::super) fn liveness_kills_pod(cases: &mut Cases) {
    let failed = [Instance::Running(Health { liveness: Probe::Failed, ..Health::GOOD })];
    let good = [Instance::Running(Health::GOOD)];
    for policy in POLICIES {
        let container =
            |instances| Container { role: Role::Regular, policy: ContainerPolicy::default(), instances };
        let containers = [container(&failed), container(&good)];
        let facts = Facts {
            policy: Some(policy),
            deleting: Deleting::No,
            sandbox: SandboxNeed::Fits,
            reset: Reset::NotDue,
        };
        let plan = sync::plan(facts, &containers);
        cases.case(plan.pod != PodAction::Keep, || {
            let verdicts: Vec<_> = plan.verdicts().map(|verdict| format!("{verdict:?}")).collect();
            told(
                "Prober",
                "Kubelet",
                format!("policy {policy}: the liveness probe of one of two containers fails"),
                format!("the Pod: {:?}; its containers: {}", plan.pod, verdicts.join(", ")),
            )
        });
    }
}

fn at(secs: i64) -> Now {
    Now::at(Time::from_unix(secs))
}

/// The series after a first restart at 0.
fn once() -> Series {
    match Series::CLEAR.restart(Some(at(0)), at(0), Limits::DEFAULT) {
        Attempt::Made { next } => next,
        Attempt::Delayed { .. } => Series::CLEAR,
    }
}

fn attempt(made: Attempt) -> String {
    match made {
        Attempt::Made { .. } => "it is started at once".to_owned(),
        Attempt::Delayed { until } => format!("it waits until {} s", until.floor().as_unix()),
    }
}

/// A container with policy Always that ended with 0, not for the first time, is started at once.
pub(in super::super) fn well_ended_at_once(cases: &mut Cases) {
    let wanted =
        should_start(Some(exited(0)), ContainerPolicy::default(), Some(RestartPolicy::Always), Deleting::No);
    for end in [1, 5, 60, 600].into_iter().filter(|_| wanted == Start::Yes) {
        let made = once().restart(Some(at(end)), at(end), Limits::DEFAULT);
        cases.case(matches!(made, Attempt::Made { .. }), || {
            let says = format!("started again at 0 s, it has ended with 0 at {end} s");
            told("Runtime", "Kubelet", says, attempt(made))
        });
    }
}

/// The first restart waits.
pub(in super::super) fn first_waits(cases: &mut Cases) {
    for end in [0, 1, 100] {
        let made = Series::CLEAR.restart(Some(at(end)), at(end), Limits::DEFAULT);
        cases.case(matches!(made, Attempt::Delayed { .. }), || {
            told("Runtime", "Kubelet", format!("it crashes for the first time, at {end} s"), attempt(made))
        });
    }
}

/// A container that ran for 10 minutes is started at once; provided that its last update is longer ago than that.
pub(in super::super) fn ten_minutes(cases: &mut Cases) {
    const TEN_MINUTES: i64 = 600;
    for (start, ran) in [0, 1, 10].into_iter().flat_map(|start| [600, 601, 900].map(|ran| (start, ran))) {
        let end = start + ran;
        let made = once().restart(Some(at(end)), at(end), Limits::DEFAULT);
        cases.case_if(matches!(made, Attempt::Made { .. }), end > TEN_MINUTES, || {
            let says =
                format!("back-off updated at 0 s, started at {start} s, ended after {ran} s of running");
            told("Runtime", "Kubelet", says, attempt(made))
        });
    }
}

/// The count of a container that never was restarted stays when the runtime loses it.
pub(in super::super) fn count_is_exact(cases: &mut Cases) {
    for real in [0, 1, 7] {
        let told_count = sync::lost_count(real);
        cases.case(told_count == real, || {
            told(
                "Runtime",
                "Kubelet",
                format!("loses a container that ran and was restarted {real} times"),
                format!("restartCount {told_count}"),
            )
        });
    }
}
