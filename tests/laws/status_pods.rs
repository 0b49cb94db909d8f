//! Pods for the laws of the computed status: containers whose reported entry, instances and probes fit together, and
//! any of them.

use pod_lifecycle::container::{
    ContainerPolicy, Exit, ExitReason, Operator, RestartPolicy, RestartRule, Role, RuleAction, Started,
};
use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Phase, Source};
use pod_lifecycle::status::{
    Before, Condition, ConditionType, Container, Entry, Facts, Gate, Generated, Identity, Listed, Probed,
    Ready, Run, RunState, Runs, Shown, Snapshot, StartFailure, Truth, Verdict, generate,
};
use pod_lifecycle::sync::SandboxNeed;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::status::{phases, raw};

/// A rule that restarts the Pod after code 42.
static RESTART_ALL: [RestartRule; 1] = [RestartRule {
    action: RuleAction::RestartAllContainers,
    operator: Operator::In,
    values: std::borrow::Cow::Borrowed(&[42]),
}];

fn exits() -> impl Strategy<Value = Exit> {
    let reason = select(&[ExitReason::Other, ExitReason::OomKilled, ExitReason::RestartingAllContainers][..]);
    (select(&[0, 1, 42, 137][..]), reason).prop_map(|(code, reason)| Exit { code, reason })
}

fn states() -> impl Strategy<Value = RunState> {
    prop_oneof![
        1 => Just(RunState::Created),
        3 => Just(RunState::Running),
        3 => exits().prop_map(RunState::Exited),
        1 => Just(RunState::Unknown),
        1 => Just(RunState::Unset(0)),
    ]
}

fn runs() -> impl Strategy<Value = Run> {
    (states(), 0..4, any::<bool>()).prop_map(|(state, restarts, same)| Run {
        state,
        restarts,
        identity: if same { Identity::Reported } else { Identity::Other },
    })
}

fn started() -> impl Strategy<Value = Option<Started>> {
    option::of(select(&[Started::NotYet, Started::Yes][..]))
}

fn ready() -> impl Strategy<Value = Ready> {
    select(&[Ready::No, Ready::Yes][..])
}

fn before() -> impl Strategy<Value = Before> {
    let shown = prop_oneof![
        1 => Just(Shown::Empty),
        1 => Just(Shown::Waiting),
        2 => Just(Shown::Running),
        2 => exits().prop_map(Shown::Terminated),
    ];
    (shown, option::of(exits()), 0..4, started(), ready())
        .prop_map(|(shown, last, restarts, started, ready)| Before { shown, last, restarts, started, ready })
}

fn policy() -> impl Strategy<Value = ContainerPolicy<'static>> {
    let own =
        option::of(select(&[RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never][..]));
    (own, prop::bool::weighted(0.3))
        .prop_map(|(own, rules)| ContainerPolicy { own, rules: if rules { &RESTART_ALL } else { &[] } })
}

fn any_container() -> impl Strategy<Value = Container<'static>> {
    let role = select(&[Role::Init, Role::Sidecar, Role::Regular, Role::Regular, Role::Ephemeral][..]);
    let probed = (option::of(ready()), started()).prop_map(|(ready, started)| Probed { ready, started });
    let failure = select(&[StartFailure::None, StartFailure::Recorded][..]);
    (role, policy(), vec(runs(), 0..3), option::of(before()), failure, probed).prop_map(
        |(role, policy, runs, before, failure, probed)| Container {
            role,
            policy,
            runs: Runs::of(runs),
            before,
            failure,
            probed,
        },
    )
}

/// The newest instance counts the older ones, the entry shows an older view, and only what runs is ready.
fn fitting(container: Container<'static>) -> Container<'static> {
    let newest = container.runs.newest();
    let running = newest.is_some_and(|run| run.state == RunState::Running);
    let runs = match container.runs {
        Runs::More { newest, second } => Runs::More {
            newest: Run { restarts: second.restarts + 1, ..newest },
            second: Run { state: RunState::Exited(Exit { code: 1, reason: ExitReason::Other }), ..second },
        },
        Runs::None | Runs::One(_) => container.runs,
    };
    let before = container.before.map(|before| Before {
        ready: if before.shown == Shown::Running { before.ready } else { Ready::No },
        restarts: before.restarts.min(newest.map_or(3, |run| run.restarts)),
        ..before
    });
    let probed = if running { container.probed } else { Probed { ready: Some(Ready::No), started: None } };
    Container { runs, before, probed, ..container }
}

#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) policy: Option<RestartPolicy>,
    pub(crate) pass: Pass,
    pub(crate) deleting: Deleting,
    pub(crate) sandbox: SandboxNeed,
    pub(crate) deadline: Deadline,
    pub(crate) gates: Vec<Gate>,
    pub(crate) api: (Option<Phase>, Vec<Condition>),
    pub(crate) cached: Option<(Option<Phase>, Vec<Condition>)>,
    pub(crate) resize: Vec<Condition>,
    pub(crate) containers: Vec<Container<'static>>,
}

pub(crate) fn pods() -> impl Strategy<Value = Pod> {
    let flags = (
        option::of(select(&[RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never][..])),
        select(&[Pass::Running, Pass::Stopped][..]),
        select(&[Deleting::No, Deleting::Yes][..]),
        select(&[SandboxNeed::Fits, SandboxNeed::New { attempt: 1 }][..]),
        select(&[Deadline::Open, Deadline::Open, Deadline::Passed][..]),
    );
    let gates = vec(
        prop_oneof![
            Just(Gate::Other(None)),
            (0..3_usize).prop_map(|index| Gate::Other(Some(index))),
            Just(Gate::Named(ConditionType::Initialized)),
            Just(Gate::Named(ConditionType::Ready)),
        ],
        0..2,
    );
    let status = || (phases(), raw());
    let resize = vec(Just(Condition { kind: ConditionType::PodResizePending, status: Truth::True }), 0..2);
    let lists = (gates, status(), option::of(status()), resize);
    (flags, lists, vec(any_container(), 0..4), any::<bool>()).prop_map(
        |((policy, pass, deleting, sandbox, deadline), (gates, api, cached, resize), containers, fit)| {
            let containers = if fit { containers.into_iter().map(fitting).collect() } else { containers };
            Pod { policy, pass, deleting, sandbox, deadline, gates, api, cached, resize, containers }
        },
    )
}

impl Pod {
    pub(crate) fn status(&self) -> Generated<'_> {
        let facts = Facts {
            policy: self.policy,
            pass: self.pass,
            source: Source::Api,
            deleting: self.deleting,
            sandbox: self.sandbox,
            initialized: Initialized::No,
            deadline: self.deadline,
            gates: &self.gates,
            api: Snapshot { phase: self.api.0, conditions: &self.api.1 },
            cached: self.cached.as_ref().map(|(phase, conditions)| Snapshot { phase: *phase, conditions }),
            resize: &self.resize,
        };
        generate(facts, &self.containers)
    }

    pub(crate) fn previous(&self) -> &[Condition] {
        &self.cached.as_ref().unwrap_or(&self.api).1
    }

    pub(crate) fn pairs(&self) -> Vec<(Container<'static>, Entry)> {
        self.containers.iter().copied().zip(self.status().entries()).collect()
    }

    pub(crate) fn made(&self, kind: ConditionType) -> Verdict {
        let mut found = self.status().conditions().filter_map(|listed| match listed {
            Listed::Made(verdict) if verdict.kind == kind => Some(verdict),
            Listed::Made(_) | Listed::Api(_) | Listed::Previous(_) | Listed::Resize(_) => None,
        });
        let one = found.next().unwrap();
        assert_eq!(found.next(), None);
        one
    }
}
