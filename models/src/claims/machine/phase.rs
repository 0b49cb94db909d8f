//! Cases of the phase: its decision table, the changes that components make, the deadline.

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, RestartPolicy, Role,
};
use pod_lifecycle::phase::{self, Deadline, Facts, Initialized, Pass, Phase, Source};
use pod_lifecycle::{Grace, Now, Time, table};

use super::{Cases, told};

/// What a process that gets SIGKILL ends with.
const KILLED: i32 = 137;

const POLICIES: [RestartPolicy; 3] = [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];

/// The phase of a deleted Pod of two regular containers that are verified stopped.
fn stopped(policy: RestartPolicy, codes: [i32; 2]) -> Phase {
    let facts = Facts {
        policy: Some(policy),
        pass: Pass::Stopped,
        source: Source::Api,
        initialized: Initialized::Yes,
    };
    let ended = |code| ContainerFacts {
        role: Role::Regular,
        policy: ContainerPolicy::default(),
        state: ContainerState::Terminated(Exit { code, reason: ExitReason::Other }),
    };
    phase::compute(facts, codes.map(ended)).phase()
}

fn each_end(mut take: impl FnMut(RestartPolicy, [i32; 2], Phase)) {
    for policy in POLICIES {
        for first in [0, 1, KILLED] {
            for second in [0, 1, KILLED] {
                take(policy, [first, second], stopped(policy, [first, second]));
            }
        }
    }
}

fn ends(policy: RestartPolicy, [first, second]: [i32; 2], phase: Phase) -> crate::render::Told {
    told(
        "Runtime",
        "Kubelet",
        format!(
            "policy {policy}, deleted, the grace is over: the containers have ended with {first} and {second}"
        ),
        format!("phase {phase}"),
    )
}

/// A container had to be killed: the Pod is Succeeded.
pub(in super::super) fn killed_is_succeeded(cases: &mut Cases) {
    each_end(|policy, codes, phase| {
        if codes.contains(&KILLED) {
            cases.case(phase == Phase::Succeeded, || ends(policy, codes, phase));
        }
    });
}

/// The grace has passed: the Pod is Failed, provided that one had to be killed.
pub(in super::super) fn passed_is_failed(cases: &mut Cases) {
    each_end(|policy, codes, phase| {
        let then = phase == Phase::Failed;
        cases.case_if(then, codes.contains(&KILLED), || ends(policy, codes, phase));
    });
}

/// Some component writes Unknown.
pub(in super::super) fn becomes_unknown(cases: &mut Cases) {
    for edge in table::all().into_iter().filter(|table| table.name == "phase").flat_map(|table| table.edges) {
        cases.case(edge.to == Phase::Unknown.as_str(), || {
            let labels: Vec<_> = edge.labels.iter().map(String::as_str).collect();
            told("Component", "API server", labels.join(", "), format!("phase {} → {}", edge.from, edge.to))
        });
    }
}

/// The deadline has passed once so many seconds have gone since the creation.
pub(in super::super) fn deadline_from_creation(cases: &mut Cases) {
    const SECS: u64 = 60;
    for started in [None, Some(0), Some(10), Some(50)] {
        for now in [59, 60, 61, 110, 111] {
            let read = Deadline::read(
                started.map(Time::from_unix),
                Some(Grace::from_secs(SECS)),
                Now::at(Time::from_unix(now)),
            );
            let by_creation = now >= 60;
            cases.case((read == Deadline::Passed) == by_creation, || {
                let started =
                    started.map_or_else(|| "none".to_owned(), |secs| format!("{secs} s after the creation"));
                told(
                    "Clock",
                    "Kubelet",
                    format!(
                        "activeDeadlineSeconds {SECS}, startTime {started}, now {now} s after the creation"
                    ),
                    match read {
                        Deadline::Open => "the deadline has not passed".to_owned(),
                        Deadline::Passed => "the deadline has passed: phase Failed".to_owned(),
                    },
                )
            });
        }
    }
}
