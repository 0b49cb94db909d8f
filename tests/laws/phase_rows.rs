//! The phase, enumerated: up to two regular containers and one init container or sidecar in every state.
//!
//! The second statement speaks of containers that exist or of all of them; it counts nothing.

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Exit, ExitReason, RestartPolicy, Role, Started,
};
use pod_lifecycle::phase::{Facts, Initialized, Pass, Phase, Source, compute};

const POLICIES: [Option<RestartPolicy>; 4] =
    [None, Some(RestartPolicy::Always), Some(RestartPolicy::OnFailure), Some(RestartPolicy::Never)];

fn states() -> Vec<ContainerState> {
    let mut states = vec![
        ContainerState::Missing,
        ContainerState::Empty,
        ContainerState::Waiting,
        ContainerState::Running(Started::NotYet),
        ContainerState::Running(Started::Yes),
    ];
    for exit in [
        Exit { code: 0, reason: ExitReason::Other },
        Exit { code: 1, reason: ExitReason::Other },
        Exit { code: 137, reason: ExitReason::RestartingAllContainers },
    ] {
        states.extend([ContainerState::Terminated(exit), ContainerState::WaitingAfter(exit)]);
    }
    states
}

fn containers(role: Role) -> Vec<ContainerFacts<'static>> {
    let own = |own: &Option<RestartPolicy>| (*own == Some(RestartPolicy::Always)) == (role == Role::Sidecar);
    let policies = POLICIES.into_iter().filter(|policy| role == Role::Regular || own(policy));
    policies
        .flat_map(|own| {
            states().into_iter().map(move |state| ContainerFacts {
                role,
                policy: ContainerPolicy { own, rules: &[] },
                state,
            })
        })
        .collect()
}

/// Pods of up to two regular containers, alone or beside one of `extra`, with all facts.
fn all(mut see: impl FnMut(&[ContainerFacts<'static>], Facts)) {
    let regular = containers(Role::Regular);
    let extra = [containers(Role::Init), containers(Role::Sidecar)].concat();
    let mut regulars = vec![vec![]];
    regulars.extend(regular.iter().map(|one| vec![*one]));
    for (index, one) in regular.iter().enumerate() {
        regulars.extend(regular.iter().skip(index).map(|other| vec![*one, *other]));
    }
    for chosen in regulars {
        for first in std::iter::once(None).chain(extra.iter().map(Some)) {
            let pod: Vec<_> = first.into_iter().chain(&chosen).copied().collect();
            for policy in POLICIES {
                for pass in [Pass::Running, Pass::Stopped] {
                    for source in [Source::Api, Source::Static] {
                        for initialized in [Initialized::No, Initialized::Yes] {
                            see(&pod, Facts { policy, pass, source, initialized });
                        }
                    }
                }
            }
        }
    }
}

fn exit(state: ContainerState) -> Option<Exit> {
    match state {
        ContainerState::Terminated(exit) | ContainerState::WaitingAfter(exit) => Some(exit),
        ContainerState::Missing
        | ContainerState::Empty
        | ContainerState::Waiting
        | ContainerState::Running(_) => None,
    }
}

fn again(container: &ContainerFacts<'_>, exit: Exit, pod: Option<RestartPolicy>) -> bool {
    exit.reason == ExitReason::RestartingAllContainers
        || match container.policy.own.or(pod) {
            None | Some(RestartPolicy::Always) => true,
            Some(RestartPolicy::OnFailure) => exit.code != 0,
            Some(RestartPolicy::Never) => false,
        }
}

/// The rows of PHA-04 as sentences.
fn stated(pod: &[ContainerFacts<'_>], facts: Facts) -> u8 {
    let of = |role: Role| pod.iter().filter(move |container| container.role == role);
    let main = || of(Role::Regular).chain(of(Role::Sidecar));
    let running = |state| matches!(state, ContainerState::Running(_));
    let unknown = |state| matches!(state, ContainerState::Missing | ContainerState::Empty);
    let well = |state| matches!(state, ContainerState::Terminated(Exit { code: 0, .. }));

    let an_init_is_dead = of(Role::Init)
        .any(|init| exit(init.state).is_some_and(|exit| exit.code != 0 && !again(init, exit, facts.policy)));
    let an_init_is_not_through = of(Role::Init).any(|init| exit(init.state).is_none());
    let a_sidecar_is_not_up = of(Role::Sidecar).any(|sidecar| {
        sidecar.state != ContainerState::Missing
            && sidecar.state != ContainerState::Running(Started::Yes)
            && exit(sidecar.state).is_none()
    });
    if an_init_is_dead {
        1
    } else if an_init_is_not_through || (a_sidecar_is_not_up && facts.initialized == Initialized::No) {
        2
    } else if main().any(|container| container.state == ContainerState::Waiting) {
        3
    } else if main().any(|container| unknown(container.state)) {
        10
    } else if main().any(|container| running(container.state)) {
        4
    } else if of(Role::Regular).next().is_none() {
        10
    } else if facts.pass == Pass::Stopped && facts.source == Source::Api {
        if of(Role::Regular).all(|container| well(container.state)) { 5 } else { 6 }
    } else if of(Role::Regular)
        .any(|container| exit(container.state).is_some_and(|exit| again(container, exit, facts.policy)))
    {
        7
    } else if of(Role::Regular).all(|container| well(container.state)) {
        8
    } else {
        9
    }
}

/// PHA-04: the row is the one that the sentences choose, for every Pod; each row is chosen by some.
#[test]
fn pha_04_rows_are_what_the_sentences_say() {
    let mut seen = [0_usize; 11];
    all(|pod, facts| {
        let row = compute(facts, pod.iter().copied());
        let expected = stated(pod, facts);
        assert_eq!(row.number(), expected, "{facts:?} {pod:?}");
        let phase = match expected {
            1 | 6 | 9 => Phase::Failed,
            4 | 7 => Phase::Running,
            5 | 8 => Phase::Succeeded,
            _ => Phase::Pending,
        };
        assert_eq!(row.phase(), phase);
        seen[usize::from(expected)] += 1;
    });
    assert!(seen[1..].iter().all(|pods| *pods > 0), "{seen:?}");
}

/// PHA-05: the corollaries a to i, of every Pod.
#[test]
fn pha_05_corollaries() {
    let mut met = [0_usize; 9];
    all(|pod, facts| {
        let phase = compute(facts, pod.iter().copied()).phase();
        let of = |role: Role| pod.iter().filter(move |container| container.role == role);
        let regular = || of(Role::Regular);
        let running = |container: &ContainerFacts<'_>| matches!(container.state, ContainerState::Running(_));
        let ended = |container: &ContainerFacts<'_>| matches!(container.state, ContainerState::Terminated(_));
        let code = |container: &ContainerFacts<'_>| exit(container.state).map(|exit| exit.code);
        let plain =
            pod.iter().all(|container| container.role == Role::Sidecar || container.policy.own.is_none());
        let reset = pod.iter().any(|container| {
            exit(container.state).is_some_and(|exit| exit.reason == ExitReason::RestartingAllContainers)
        });
        let alone = regular().next().is_some() && of(Role::Init).chain(of(Role::Sidecar)).next().is_none();
        let sync = facts.pass == Pass::Running;
        let terminal = phase == Phase::Succeeded || phase == Phase::Failed;
        let always = facts.policy == Some(RestartPolicy::Always);
        let mut law = |place: usize, holds: bool| {
            met[place] += 1;
            assert!(
                holds,
                "PHA-05 {}: {facts:?} {pod:?} is {phase}",
                char::from(b'a' + u8::try_from(place).unwrap())
            );
        };
        if phase == Phase::Running {
            law(
                0,
                regular().all(|one| running(one) || exit(one.state).is_some())
                    && (pod.iter().any(running)
                        || regular()
                            .any(|one| exit(one.state).is_some_and(|exit| again(one, exit, facts.policy)))),
            );
        }
        if sync && always && plain {
            law(1, !terminal);
        }
        if sync
            && always
            && plain
            && alone
            && regular().all(|one| matches!(one.state, ContainerState::WaitingAfter(_)))
        {
            law(2, phase == Phase::Running);
        }
        if sync && plain && alone && !reset && regular().all(ended) {
            let well = regular().all(|one| code(one) == Some(0));
            match facts.policy {
                Some(RestartPolicy::OnFailure) => {
                    law(3, phase == if well { Phase::Succeeded } else { Phase::Running });
                }
                Some(RestartPolicy::Never) => {
                    law(4, phase == if well { Phase::Succeeded } else { Phase::Failed });
                }
                Some(RestartPolicy::Always) | None => {}
            }
        }
        if regular().chain(of(Role::Sidecar)).any(running) && of(Role::Init).next().is_none() {
            law(5, !terminal);
        }
        if of(Role::Sidecar).any(running)
            && regular().next().is_some()
            && regular().all(ended)
            && facts.initialized == Initialized::Yes
        {
            law(6, phase == Phase::Running);
        }
        if !sync && facts.source == Source::Api && alone && regular().all(ended) {
            let well = regular().all(|one| code(one) == Some(0));
            law(7, phase == if well { Phase::Succeeded } else { Phase::Failed });
        }
        if sync
            && facts.policy == Some(RestartPolicy::Never)
            && alone
            && regular().all(ended)
            && regular().any(|one| one.policy.own == Some(RestartPolicy::Always))
        {
            law(8, phase == Phase::Running);
        }
    });
    assert!(met.iter().all(|pods| *pods > 0), "{met:?}");
}

/// CTR-07: ephemeral containers change no phase.
#[test]
fn ctr_07_ephemeral_containers_do_not_count() {
    let regular = containers(Role::Regular);
    for policy in POLICIES {
        let facts = Facts { policy, pass: Pass::Running, source: Source::Api, initialized: Initialized::Yes };
        for one in &regular {
            for state in states() {
                let other =
                    ContainerFacts { role: Role::Ephemeral, policy: ContainerPolicy::default(), state };
                assert_eq!(compute(facts, [*one]), compute(facts, [*one, other]));
            }
        }
    }
}
