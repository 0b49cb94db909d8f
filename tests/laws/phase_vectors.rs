//! The vectors P1 … P25 of chapter 3 and the corollaries PHA-05.

use pod_lifecycle::container::RestartPolicy::{self, Always, Never, OnFailure};
use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, Operator, RestartRule, Role,
    RuleAction, Started,
};
use pod_lifecycle::phase::{self, Facts, Initialized, Pass, Phase, Source, compute};

const WAIT: ContainerState = ContainerState::Waiting;
const MISSING: ContainerState = ContainerState::Missing;
const RUNNING: ContainerState = ContainerState::Running(Started::Yes);
const UNSTARTED: ContainerState = ContainerState::Running(Started::NotYet);

fn ended(code: i32) -> ContainerState {
    ContainerState::Terminated(Exit { code, reason: ExitReason::Other })
}

fn waiting_after(code: i32) -> ContainerState {
    ContainerState::WaitingAfter(Exit { code, reason: ExitReason::Other })
}

fn container(role: Role, state: ContainerState) -> ContainerFacts<'static> {
    let own = (role == Role::Sidecar).then_some(Always);
    ContainerFacts { role, policy: ContainerPolicy { own, rules: &[] }, state }
}

fn regular(state: ContainerState) -> ContainerFacts<'static> {
    container(Role::Regular, state)
}

fn init(state: ContainerState) -> ContainerFacts<'static> {
    container(Role::Init, state)
}

fn sidecar(state: ContainerState) -> ContainerFacts<'static> {
    container(Role::Sidecar, state)
}

fn with_policy(
    own: RestartPolicy,
    rules: &'static [RestartRule],
    state: ContainerState,
) -> ContainerFacts<'static> {
    ContainerFacts { policy: ContainerPolicy { own: Some(own), rules }, ..regular(state) }
}

/// What the vectors call `t`, `h` and «static pod».
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flag {
    Plain,
    T,
    H,
    StaticT,
}

fn facts(policy: RestartPolicy, flag: Flag) -> Facts {
    Facts {
        policy: Some(policy),
        pass: if matches!(flag, Flag::T | Flag::StaticT) { Pass::Stopped } else { Pass::Running },
        source: if flag == Flag::StaticT { Source::Static } else { Source::Api },
        initialized: if flag == Flag::H { Initialized::Yes } else { Initialized::No },
    }
}

static IN_42: [RestartRule; 1] = [RestartRule {
    action: RuleAction::Restart,
    operator: Operator::In,
    values: std::borrow::Cow::Borrowed(&[42]),
}];

/// PHA-04: every vector gives its phase by its row.
#[test]
fn pha_04_vectors() {
    use Flag::{H, Plain, StaticT, T};
    use Phase::{Failed, Pending, Running, Succeeded};
    let restarting =
        ContainerState::WaitingAfter(Exit { code: 137, reason: ExitReason::RestartingAllContainers });
    let a = regular;
    let any = [Always, OnFailure, Never];
    type Vector<'a> = (&'a str, &'a [RestartPolicy], Flag, &'a [ContainerFacts<'a>], Phase, u8);
    let vectors: &[Vector<'_>] = &[
        ("P1", &[Always], Plain, &[a(ended(0))], Running, 7),
        ("P2", &[Always], T, &[a(ended(0))], Succeeded, 5),
        ("P3", &[Always], Plain, &[a(waiting_after(1))], Running, 7),
        ("P4", &[Always], T, &[a(ended(137))], Failed, 6),
        ("P5", &[Never], Plain, &[a(ended(1)), a(RUNNING)], Running, 4),
        ("P6", &[Never], Plain, &[a(ended(0)), a(ended(1))], Failed, 9),
        ("P7", &[OnFailure], Plain, &[a(ended(0)), a(ended(1))], Running, 7),
        ("P8", &[OnFailure], Plain, &[a(ended(0)), a(ended(0))], Succeeded, 8),
        ("P9", &[Never], Plain, &[init(ended(1)), a(WAIT)], Failed, 1),
        ("P10", &[Always], Plain, &[init(waiting_after(1)), a(WAIT)], Pending, 3),
        ("P11", &[Always], Plain, &[init(RUNNING), a(WAIT)], Pending, 2),
        ("P12", &[Always], Plain, &[init(ended(0)), sidecar(UNSTARTED), a(WAIT)], Pending, 2),
        ("P13", &[Always], H, &[sidecar(UNSTARTED), a(RUNNING)], Running, 4),
        ("P14", &[Never], Plain, &[sidecar(RUNNING), a(ended(0))], Running, 4),
        ("P15", &[Never], Plain, &[sidecar(ended(137)), a(ended(0))], Succeeded, 8),
        ("P16", &[Always], Plain, &[a(RUNNING), a(MISSING)], Pending, 10),
        ("P17", &any, T, &[], Pending, 10),
        ("P17", &any, T, &[a(MISSING)], Pending, 10),
        ("P18", &any, T, &[a(WAIT)], Pending, 3),
        ("P19", &[Never], Plain, &[with_policy(Always, &[], ended(1))], Running, 7),
        ("P20", &[Never], Plain, &[with_policy(Never, &IN_42, ended(42))], Running, 7),
        ("P20", &[Never], Plain, &[with_policy(Never, &IN_42, ended(1))], Failed, 9),
        ("P21", &[Always], Plain, &[with_policy(Never, &[], ended(0)), a(ended(0))], Running, 7),
        ("P22", &[Never], Plain, &[a(restarting)], Running, 7),
        ("P23", &[Never], Plain, &[a(RUNNING), init(ended(1))], Failed, 1),
        ("P24", &[Always], StaticT, &[a(ended(0))], Running, 7),
        ("P25", &[Always], H, &[sidecar(WAIT), a(RUNNING)], Pending, 3),
    ];
    for (name, policies, flag, containers, expected, number) in vectors {
        for policy in *policies {
            let row = compute(facts(*policy, *flag), containers.iter().copied());
            assert_eq!((row.phase(), row.number()), (*expected, *number), "{name}");
        }
    }
}

/// PHA-19: what P17 and P18 leave Pending ends Failed; a static Pod keeps its phase.
#[test]
fn pha_19_a_finished_pod_is_terminal() {
    for found in Phase::ALL.into_iter().map(Some).chain([None]) {
        let left = phase::terminate(found, Source::Api);
        match found {
            Some(Phase::Succeeded | Phase::Failed) => assert_eq!(left, found),
            Some(Phase::Pending | Phase::Running | Phase::Unknown) | None => {
                assert_eq!(left, Some(Phase::Failed));
            }
        }
        assert_eq!(phase::terminate(found, Source::Static), found);
    }
}
