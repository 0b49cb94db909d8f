//! One sync pass: the row of CTR-11, then what happens to the Pod and to its containers.

use super::{EdgeKind, Edges, Table, product};
use crate::container::{ContainerPolicy, Exit, ExitReason, Health, Instance, Probe, RestartPolicy, Role};
use crate::phase::Deleting;
use crate::rules::RuleId;
use crate::sync::{self, Container, PodAction, Reset, Row, SandboxNeed, Verdict};

const PASS: &str = "Pass";

const fn row(row: Row) -> &'static str {
    match row {
        Row::Reset => "Reset",
        Row::NoSecondSandbox => "NoSecondSandbox",
        Row::NothingLeft => "NothingLeft",
        Row::NewInitialized => "NewInitialized",
        Row::New => "New",
        Row::InitFailed => "InitFailed",
        Row::Initializing => "Initializing",
        Row::Initialized => "Initialized",
        Row::Finished => "Finished",
    }
}

const fn action(action: PodAction) -> &'static str {
    match action {
        PodAction::Keep => "SandboxKept",
        PodAction::Kill => "PodKilled",
        PodAction::Replace { .. } => "SandboxMade",
    }
}

/// What a pass does with a container; nothing is drawn where it does nothing.
const fn verb(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Keep | Verdict::Rest => None,
        Verdict::Start => Some("start"),
        Verdict::Kill(_) => Some("kill"),
        Verdict::Replace(_) => Some("kill and start"),
    }
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Init => "init",
        Role::Sidecar => "sidecar",
        Role::Regular => "regular",
        Role::Ephemeral => "ephemeral",
    }
}

/// The rule by which a row looks after a container of this role.
const fn care(decided: Row, role: Role) -> RuleId {
    match (decided, role) {
        (_, Role::Ephemeral) => RuleId::CTR_07,
        (Row::NewInitialized | Row::New, _) => RuleId::CTR_11,
        (_, Role::Init | Role::Sidecar) => RuleId::CTR_12,
        (_, Role::Regular) => RuleId::CTR_13,
    }
}

pub(super) fn table() -> Table {
    let rows = [
        Row::Reset,
        Row::NoSecondSandbox,
        Row::NothingLeft,
        Row::NewInitialized,
        Row::New,
        Row::InitFailed,
        Row::Initializing,
        Row::Initialized,
        Row::Finished,
    ];
    let actions = [PodAction::Keep, PodAction::Replace { attempt: 0 }, PodAction::Kill];
    let names: Vec<_> = [PASS].into_iter().chain(rows.map(row)).chain(actions.map(action)).collect();
    let mut edges = Edges::default();
    let (policy, instances) = (ContainerPolicy::default(), instances());
    for (facts, first, second) in product(facts(), instances, instances) {
        for role in [Role::Init, Role::Sidecar, Role::Regular] {
            let containers = [
                Container { role, policy, instances: first.as_slice() },
                Container { role: Role::Regular, policy, instances: second.as_slice() },
                Container { role: Role::Ephemeral, policy, instances: &[] },
            ];
            add(&mut edges, &names, facts, &containers);
            // And without the last.
            let [first, second, _] = containers;
            add(&mut edges, &names, facts, &[first, second]);
        }
    }
    edges.table(
        "sync",
        "One sync pass: the row of the decision table, then what becomes of sandbox and Pod, with what else is done to containers.",
        names,
    )
}

fn add(edges: &mut Edges, names: &[&'static str], facts: sync::Facts, containers: &[Container<'_>]) {
    let plan = sync::plan(facts, containers);
    let label = format!("row {} ({})", plan.row.number(), plan.row.rule());
    edges.add(names, PASS, row(plan.row), EdgeKind::Conforming, label);
    // Beside the kill of the whole Pod those of single containers have no effect of their own.
    let acts = containers
        .iter()
        .zip(plan.verdicts())
        .filter_map(|(container, verdict)| verb(verdict).map(|verb| (container.role, verb)))
        .filter(|(_, verb)| plan.pod != PodAction::Kill || *verb == "start")
        .map(|(of, verb)| format!("{verb} {} ({})", role(of), care(plan.row, of)));
    // A sandbox that is made comes first; the removal follows in the next pass.
    let removes = plan.pod == PodAction::Keep && plan.removals().next().is_some();
    let removal = removes.then(|| format!("remove instances ({})", RuleId::CTR_11));
    let acts: Vec<_> = acts.chain(removal).collect();
    let acts = if acts.is_empty() { vec!["nothing else".to_owned()] } else { acts };
    for act in acts {
        edges.add(names, row(plan.row), action(plan.pod), EdgeKind::Conforming, act);
    }
}

fn facts() -> impl Iterator<Item = sync::Facts> {
    let policies = [RestartPolicy::Always, RestartPolicy::OnFailure, RestartPolicy::Never];
    let sandboxes = [SandboxNeed::Fits, SandboxNeed::New { attempt: 0 }, SandboxNeed::New { attempt: 1 }];
    product(policies, sandboxes, [Reset::NotDue, Reset::Due]).map(|(policy, sandbox, reset)| sync::Facts {
        policy: Some(policy),
        deleting: Deleting::No,
        sandbox,
        reset,
    })
}

/// The newest instances of a container.
const fn instances() -> [Option<Instance>; 7] {
    const fn exited(code: i32) -> Option<Instance> {
        Some(Instance::Exited(Exit { code, reason: ExitReason::Other }))
    }
    [
        None,
        Some(Instance::Created),
        Some(Instance::Running(Health::GOOD)),
        Some(Instance::Running(Health { liveness: Probe::Failed, ..Health::GOOD })),
        exited(0),
        exited(1),
        Some(Instance::Unknown),
    ]
}
