//! Restarts and the sync pass: the vectors R1 to R16 of chapter 4, and laws that look at plain fields.

use std::borrow::Cow;

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, Definition, Exit, ExitReason, Health, Instance,
    Operator, Probe, Resize, RestartPolicy, RestartRule, Role, RuleAction, Started,
};
use pod_lifecycle::phase::{self, Deleting, Initialized, Pass, Phase, Source};
use pod_lifecycle::sync::{
    self, Cause, Container, Facts, PodAction, Reset, Row, SandboxNeed, Start, Stop, Verdict, should_start,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use RestartPolicy::{Always, Never, OnFailure};

const POLICIES: [RestartPolicy; 3] = [Always, OnFailure, Never];

const fn exit(code: i32) -> Exit {
    Exit { code, reason: ExitReason::Other }
}

const fn exited(code: i32) -> Instance {
    Instance::Exited(exit(code))
}

const fn restart_on(operator: Operator, values: &'static [i32]) -> RestartRule {
    RestartRule { action: RuleAction::Restart, operator, values: Cow::Borrowed(values) }
}

const fn facts(policy: RestartPolicy) -> Facts {
    Facts { policy: Some(policy), deleting: Deleting::No, sandbox: SandboxNeed::Fits, reset: Reset::NotDue }
}

/// One line of the table: what happens after an exit to a regular container.
struct Vector {
    name: &'static str,
    pod: &'static [RestartPolicy],
    own: Option<RestartPolicy>,
    rules: &'static [RestartRule],
    deleting: Deleting,
    exits: &'static [(i32, Start)],
}

const PLAIN: Vector =
    Vector { name: "", pod: &[], own: None, rules: &[], deleting: Deleting::No, exits: &[] };

const VECTORS: &[Vector] = &[
    Vector { name: "R1", pod: &[Always], exits: &[(0, Start::Yes)], ..PLAIN },
    Vector { name: "R2", pod: &[OnFailure], exits: &[(0, Start::No)], ..PLAIN },
    Vector { name: "R3", pod: &[OnFailure], exits: &[(1, Start::Yes)], ..PLAIN },
    Vector { name: "R4", pod: &[Never], exits: &[(1, Start::No)], ..PLAIN },
    Vector {
        name: "R5",
        pod: &[Never],
        own: Some(OnFailure),
        exits: &[(1, Start::Yes), (0, Start::No)],
        ..PLAIN
    },
    Vector { name: "R6", pod: &[Always], own: Some(Never), exits: &[(1, Start::No)], ..PLAIN },
    Vector {
        name: "R7",
        pod: &[Never],
        own: Some(Never),
        rules: &[restart_on(Operator::In, &[42])],
        exits: &[(42, Start::Yes), (1, Start::No)],
        ..PLAIN
    },
    Vector {
        name: "R8",
        pod: &[Always],
        own: Some(OnFailure),
        rules: &[restart_on(Operator::NotIn, &[0, 1])],
        exits: &[(7, Start::Yes), (1, Start::Yes), (0, Start::No)],
        ..PLAIN
    },
    // R9 is refused when the Pod is made (OBJ-16); rules without a policy, if they exist, do nothing (CTR-01).
    Vector {
        name: "R9",
        pod: &[Never],
        rules: &[restart_on(Operator::In, &[42])],
        exits: &[(42, Start::No)],
        ..PLAIN
    },
    Vector {
        name: "R13",
        pod: &[Always, OnFailure, Never],
        deleting: Deleting::Yes,
        exits: &[(0, Start::No), (1, Start::No)],
        ..PLAIN
    },
];

/// CTR-01, CTR-02: the lines of the table that end with an exit.
#[test]
fn ctr_02_vectors_r1_to_r9_and_r13() {
    for vector in VECTORS {
        let policy = ContainerPolicy { own: vector.own, rules: vector.rules };
        for (pod, (code, expected)) in
            vector.pod.iter().flat_map(|pod| vector.exits.iter().map(move |exit| (pod, exit)))
        {
            let got = should_start(Some(exited(*code)), policy, Some(*pod), vector.deleting);
            assert_eq!(got, *expected, "{}: policy {pod}, exit {code}", vector.name);
        }
    }
}

/// What a pass does with these containers.
fn pass(facts: Facts, containers: &[(Role, ContainerPolicy<'_>, Instance)]) -> (PodAction, Vec<Verdict>) {
    let containers: Vec<Container<'_>> = containers
        .iter()
        .map(|(role, policy, instance)| Container {
            role: *role,
            policy: *policy,
            instances: std::slice::from_ref(instance),
        })
        .collect();
    let plan = sync::plan(facts, &containers);
    (plan.pod, plan.verdicts().collect())
}

const GOOD: Instance = Instance::Running(Health::GOOD);
const UNLIVELY: Instance = Instance::Running(Health { liveness: Probe::Failed, ..Health::GOOD });
const CHANGED: Instance = Instance::Running(Health { definition: Definition::Changed, ..Health::GOOD });
const NO_POLICY: ContainerPolicy<'_> = ContainerPolicy { own: None, rules: &[] };

/// R10 (CTR-03, CTR-14): a liveness failure of the only container of a `Never` Pod ends the Pod, with a phase by
/// the exit code.
#[test]
fn ctr_03_vector_r10() {
    let (pod, verdicts) = pass(facts(Never), &[(Role::Regular, NO_POLICY, UNLIVELY)]);
    assert_eq!((pod, &verdicts[..]), (PodAction::Kill, &[Verdict::Kill(Cause::Liveness)][..]));
    for (code, expected) in [(137, Phase::Failed), (143, Phase::Failed), (0, Phase::Succeeded)] {
        let after = phase::Facts {
            policy: Some(Never),
            pass: Pass::Running,
            source: Source::Api,
            initialized: Initialized::Yes,
        };
        let state = ContainerState::Terminated(exit(code));
        let ended = ContainerFacts { role: Role::Regular, policy: NO_POLICY, state };
        assert_eq!(phase::compute(after, [ended]).phase(), expected, "exit {code}");
    }
}

/// R11 (CTR-02, CTR-03): a rule restarts in the pass after the kill, not in the one that kills.
#[test]
fn ctr_03_vector_r11() {
    let rules = [restart_on(Operator::In, &[137])];
    let own = ContainerPolicy { own: Some(Never), rules: &rules };
    let other = (Role::Regular, NO_POLICY, GOOD);
    let (pod, verdicts) = pass(facts(Always), &[(Role::Regular, own, UNLIVELY), other]);
    assert_eq!((pod, &verdicts[..]), (PodAction::Keep, &[Verdict::Kill(Cause::Liveness), Verdict::Keep][..]));
    let (_, verdicts) = pass(facts(Always), &[(Role::Regular, own, exited(137)), other]);
    assert_eq!(verdicts, [Verdict::Start, Verdict::Keep]);
}

/// R12 (CTR-03): a changed image restarts whatever the policy.
#[test]
fn ctr_03_vector_r12() {
    let (pod, verdicts) = pass(facts(Never), &[(Role::Regular, NO_POLICY, CHANGED)]);
    assert_eq!((pod, &verdicts[..]), (PodAction::Keep, &[Verdict::Replace(Cause::Changed)][..]));
}

/// R13 (CTR-05): a failed regular init of a deleting Pod is not restarted; the Pod is killed.
#[test]
fn ctr_05_vector_r13() {
    for policy in POLICIES {
        let deleting = Facts { deleting: Deleting::Yes, ..facts(policy) };
        let (pod, verdicts) = pass(deleting, &[(Role::Init, NO_POLICY, exited(1))]);
        assert_eq!((pod, &verdicts[..]), (PodAction::Kill, &[Verdict::Rest][..]), "{policy}");
    }
}

/// R14 (CTR-06): a sidecar of a `Never` Pod restarts after exit 0 while a regular container runs.
#[test]
fn ctr_06_vector_r14() {
    let own = ContainerPolicy { own: Some(Always), rules: &[] };
    let containers = [(Role::Sidecar, own, exited(0)), (Role::Regular, NO_POLICY, GOOD)];
    assert_eq!(pass(facts(Never), &containers), (PodAction::Keep, vec![Verdict::Start, Verdict::Keep]));
}

/// R15 and R16 (CTR-05): a regular init that ended with 0 is done, unless it ran out of memory.
#[test]
fn ctr_05_vectors_r15_and_r16() {
    let init = |instance| [(Role::Init, NO_POLICY, instance)];
    let out_of_memory = Instance::Exited(Exit { code: 0, reason: ExitReason::OomKilled });
    assert_eq!(pass(facts(Always), &init(exited(0))).1, [Verdict::Rest]);
    assert_eq!(pass(facts(Always), &init(out_of_memory)).1, [Verdict::Start]);
}

fn policies() -> impl Strategy<Value = RestartPolicy> {
    select(&POLICIES[..])
}

fn probe() -> impl Strategy<Value = Probe> {
    select(vec![Probe::Undefined, Probe::Pending, Probe::Succeeded, Probe::Failed])
}

fn instance() -> impl Strategy<Value = Instance> {
    let health =
        (any::<bool>(), probe(), probe(), any::<bool>()).prop_map(|(changed, liveness, startup, restart)| {
            Health {
                definition: if changed { Definition::Changed } else { Definition::Unchanged },
                liveness,
                startup,
                resize: if restart { Resize::Restart } else { Resize::InPlace },
            }
        });
    prop_oneof![
        1 => Just(Instance::Created),
        1 => Just(Instance::Unknown),
        2 => Just(GOOD),
        2 => health.prop_map(Instance::Running),
        4 => (select(vec![0, 0, 1, 42, 137]), any::<bool>()).prop_map(|(code, memory)| {
            let reason = if memory { ExitReason::OomKilled } else { ExitReason::Other };
            Instance::Exited(Exit { code, reason })
        }),
    ]
}

fn rule() -> impl Strategy<Value = RestartRule> {
    let action = select(vec![RuleAction::Restart, RuleAction::RestartAllContainers]);
    let operator = select(vec![Operator::In, Operator::NotIn, Operator::Unknown]);
    (action, operator, vec(select(vec![0, 1, 42]), 0..3)).prop_map(|(action, operator, values)| RestartRule {
        action,
        operator,
        values: values.into(),
    })
}

/// A container that owns its parts.
#[derive(Clone, Debug)]
struct Owned {
    role: Role,
    own: Option<RestartPolicy>,
    rules: Vec<RestartRule>,
    instances: Vec<Instance>,
}

impl Owned {
    fn lend(&self) -> Container<'_> {
        let policy = ContainerPolicy { own: self.own, rules: &self.rules };
        Container { role: self.role, policy, instances: &self.instances }
    }
}

fn owned() -> impl Strategy<Value = Owned> {
    let role = select(vec![Role::Init, Role::Sidecar, Role::Regular, Role::Regular, Role::Ephemeral]);
    (role, prop::option::of(policies()), vec(rule(), 0..3), vec(instance(), 0..3)).prop_map(
        |(role, own, rules, instances)| match role {
            Role::Sidecar => Owned { role, own: Some(Always), rules: Vec::new(), instances },
            Role::Init | Role::Regular | Role::Ephemeral => Owned { role, own, rules, instances },
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let sandbox = prop_oneof![
        3 => Just(SandboxNeed::Fits),
        1 => (0..3_u32).prop_map(|attempt| SandboxNeed::New { attempt }),
    ];
    (prop::option::of(policies()), any::<bool>(), sandbox, prop::bool::weighted(0.1)).prop_map(
        |(policy, deleting, sandbox, reset)| Facts {
            policy,
            deleting: if deleting { Deleting::Yes } else { Deleting::No },
            sandbox,
            reset: if reset { Reset::Due } else { Reset::NotDue },
        },
    )
}

fn is_running(instance: Option<&Instance>) -> bool {
    matches!(instance, Some(Instance::Running(_)))
}

fn starts(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Start | Verdict::Replace(_))
}

/// Whether the first rule whose test holds resets the Pod (CTR-32).
fn first_match_resets(of: &Owned, code: i32) -> bool {
    let holds = |rule: &&RestartRule| match rule.operator {
        Operator::In => rule.values.contains(&code),
        Operator::NotIn => !rule.values.contains(&code),
        Operator::Unknown => false,
    };
    of.rules.iter().find(holds).is_some_and(|rule| rule.action == RuleAction::RestartAllContainers)
}

proptest! {
    /// CTR-01, CTR-13: under policy `Never`, without policies and rules of their own, no exited regular container
    /// is started in the sandbox that is there.
    #[test]
    fn ctr_01_never_without_rules_restarts_nothing(facts in any_facts(), all in vec(owned(), 0..6)) {
        let facts = Facts { policy: Some(Never), sandbox: SandboxNeed::Fits, ..facts };
        let all: Vec<Owned> = all.into_iter().map(|of| match of.role {
            Role::Sidecar => of,
            Role::Init | Role::Regular | Role::Ephemeral => Owned { own: None, rules: Vec::new(), ..of },
        }).collect();
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        for (of, verdict) in all.iter().zip(sync::plan(facts, &lent).verdicts()) {
            if of.role == Role::Regular && matches!(of.instances.first(), Some(Instance::Exited(_))) {
                prop_assert_eq!(verdict, Verdict::Rest);
            }
        }
    }

    /// CTR-02: while the Pod is deleting, no regular container that does not run is started in its sandbox, and
    /// no failed init is retried.
    #[test]
    fn ctr_02_a_deleting_pod_starts_no_stopped_container(facts in any_facts(), all in vec(owned(), 0..6)) {
        let facts = Facts { deleting: Deleting::Yes, sandbox: SandboxNeed::Fits, ..facts };
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        for (of, verdict) in all.iter().zip(sync::plan(facts, &lent).verdicts()) {
            let stopped_init = of.role == Role::Init && matches!(of.instances.first(), Some(Instance::Exited(_)));
            if (of.role == Role::Regular && !is_running(of.instances.first())) || stopped_init {
                prop_assert!(!starts(verdict), "{of:?}: {verdict:?}");
            }
        }
    }

    /// CTR-11, CTR-14: a pass that kills the Pod and makes no sandbox starts no init and no regular container.
    #[test]
    fn ctr_11_a_killed_pod_starts_nothing(facts in any_facts(), all in vec(owned(), 0..6)) {
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        let plan = sync::plan(facts, &lent);
        if plan.pod == PodAction::Kill {
            for (of, verdict) in all.iter().zip(plan.verdicts()) {
                let is_kept = of.role == Role::Regular && matches!(verdict, Verdict::Keep);
                prop_assert!(of.role == Role::Ephemeral || !(starts(verdict) || is_kept), "{of:?}: {verdict:?}");
            }
        }
    }

    /// CTR-10, CTR-11: a sandbox is made only where one is needed, with the attempt that is needed.
    #[test]
    fn ctr_10_a_sandbox_is_made_only_where_needed(facts in any_facts(), all in vec(owned(), 0..6)) {
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        match (sync::plan(facts, &lent).pod, facts.sandbox) {
            (PodAction::Replace { attempt }, SandboxNeed::New { attempt: needed }) => {
                prop_assert_eq!(attempt, needed);
            }
            (PodAction::Replace { .. }, SandboxNeed::Fits) | (PodAction::Keep, SandboxNeed::New { .. }) => {
                prop_assert!(false, "sandbox and need disagree");
            }
            (PodAction::Keep, SandboxNeed::Fits) | (PodAction::Kill, _) => {}
        }
    }

    /// CTR-14: whatever its sidecars do, an initialized Pod whose regular containers all ended for good is killed.
    #[test]
    fn ctr_14_sidecars_never_block_completion(sidecars in vec(instance(), 0..4), codes in vec(0..3_i32, 1..4)) {
        let own = ContainerPolicy { own: Some(Always), rules: &[] };
        let ended: Vec<Instance> = codes.into_iter().map(exited).collect();
        // The last sidecar has started, so the Pod is initialized.
        let started = Some(&GOOD).filter(|_| !sidecars.is_empty());
        let containers: Vec<Container<'_>> = sidecars
            .iter()
            .chain(started)
            .map(|of| Container { role: Role::Sidecar, policy: own, instances: std::slice::from_ref(of) })
            .chain(ended.iter().map(|of| Container {
                role: Role::Regular,
                policy: NO_POLICY,
                instances: std::slice::from_ref(of),
            }))
            .collect();
        let plan = sync::plan(facts(Never), &containers);
        prop_assert_eq!((plan.pod, plan.row), (PodAction::Kill, Row::Finished));
        prop_assert!(plan.verdicts().all(|verdict| !starts(verdict)));
    }

    /// CTR-12: without a decided regular container, at most one init container that has no instance starts
    /// behind the last one that has some, and only sidecars start before it.
    #[test]
    fn ctr_12_inits_start_in_their_turn(facts in any_facts(), all in vec(owned(), 0..8)) {
        let facts = Facts { sandbox: SandboxNeed::Fits, ..facts };
        let decided = all.iter().any(|of| {
            of.role == Role::Regular
                && matches!(of.instances.first(), Some(Instance::Created | Instance::Running(_)))
        });
        prop_assume!(!decided);
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        let inits: Vec<(&Owned, Verdict)> = all
            .iter()
            .zip(sync::plan(facts, &lent).verdicts())
            .filter(|(of, _)| matches!(of.role, Role::Init | Role::Sidecar))
            .collect();
        let last = inits.iter().rposition(|(of, _)| !of.instances.is_empty());
        let behind = last.map_or(0, |last| last + 1);
        let started: Vec<usize> =
            (0..inits.len()).filter(|index| starts(inits[*index].1)).collect();
        prop_assert!(started.iter().all(|index| *index <= behind), "{inits:?}");
        for index in started.into_iter().filter(|index| index + 1 < behind) {
            prop_assert_eq!(inits[index].0.role, Role::Sidecar);
        }
    }

    /// CTR-11 row 1: a reset removes each instance of a regular or init container once, sources after targets
    /// and, among equals, the newest first; whatever has not exited is stopped first; nothing is started.
    #[test]
    fn ctr_30_a_reset_removes_everything_once(facts in any_facts(), all in vec(owned(), 0..6)) {
        let facts = Facts { reset: Reset::Due, ..facts };
        let lent: Vec<Container<'_>> = all.iter().map(Owned::lend).collect();
        let plan = sync::plan(facts, &lent);
        prop_assert!(plan.verdicts().all(|verdict| !starts(verdict)));
        let mut removed: Vec<(usize, usize)> =
            plan.removals().map(|removal| (removal.container, removal.instance)).collect();
        for removal in plan.removals() {
            let exited = matches!(all[removal.container].instances[removal.instance], Instance::Exited(_));
            prop_assert_eq!(removal.stop == Stop::Nothing, exited);
        }
        let key = |(container, instance): (usize, usize)| {
            let of = &all[container];
            let source = matches!(of.instances[instance], Instance::Exited(exit) if first_match_resets(of, exit.code));
            (source, of.role != Role::Regular, container, instance)
        };
        prop_assert!(removed.is_sorted_by_key(|place| key(*place)), "{removed:?} of {all:?}");
        removed.sort_unstable();
        let expected: Vec<(usize, usize)> = (0..)
            .zip(&all)
            .filter(|(_, of)| of.role != Role::Ephemeral)
            .flat_map(|(index, of)| (0..of.instances.len()).map(move |instance| (index, instance)))
            .collect();
        prop_assert_eq!(removed, expected);
    }

    /// CTR-15, CTR-03: a running regular container is left alone unless image, liveness, startup or resize ask.
    #[test]
    fn ctr_13_a_healthy_container_is_kept(facts in any_facts(), of in owned(), older in vec(instance(), 0..2)) {
        let facts = Facts { sandbox: SandboxNeed::Fits, reset: Reset::NotDue, ..facts };
        let instances = [vec![GOOD], older].concat();
        let of = Owned { role: Role::Regular, instances, ..of };
        prop_assert!(sync::plan(facts, &[of.lend()]).verdicts().eq([Verdict::Keep]));
    }


}

/// CTR-16, PHA-04: a `Never` Pod that lost its sandbox, with a container that only its own policy restarts, does
/// nothing and is `Running`.
#[test]
fn ctr_16_a_pod_that_nobody_ends() {
    let own = ContainerPolicy { own: Some(OnFailure), rules: &[] };
    let lost = Facts { sandbox: SandboxNeed::New { attempt: 1 }, ..facts(Never) };
    let containers = [(Role::Regular, own, exited(1))];
    assert_eq!(pass(lost, &containers), (PodAction::Kill, vec![Verdict::Rest]));
    let state = ContainerState::Terminated(exit(1));
    let after = phase::Facts {
        policy: Some(Never),
        pass: Pass::Running,
        source: Source::Api,
        initialized: Initialized::No,
    };
    let ended = ContainerFacts { role: Role::Regular, policy: own, state };
    assert_eq!(phase::compute(after, [ended]).phase(), Phase::Running);
}

/// CTR-17: a new sandbox starts an exited container whose own policy is `Never`.
#[test]
fn ctr_17_a_new_sandbox_asks_no_own_policy() {
    let own = ContainerPolicy { own: Some(Never), rules: &[] };
    let lost = Facts { sandbox: SandboxNeed::New { attempt: 1 }, ..facts(Always) };
    let containers = [(Role::Regular, own, exited(1))];
    assert_eq!(pass(lost, &containers), (PodAction::Replace { attempt: 1 }, vec![Verdict::Start]));
}

/// The decisions carry no heap: states that models store stay small.
#[test]
fn the_facts_stay_small() {
    assert!(size_of::<Instance>() <= 8, "{}", size_of::<Instance>());
    assert!(size_of::<Verdict>() <= 2, "{}", size_of::<Verdict>());
    assert!(size_of::<Facts>() <= 12, "{}", size_of::<Facts>());
}
