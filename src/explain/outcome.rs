//! What an operator's means would do, computed on the Pod as it is.

use super::{Case, NodeFacts};
use crate::binding::Binding;
use crate::container::ContainerState;
use crate::controllers::pod_gc::{self, Health, Node, Search, Service};
use crate::deletion::{Deletion, Effect, Facts, Finalizers, Input, Request, Row};
use crate::rules::RuleId;
use crate::time::Grace;

/// What an operator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Means {
    /// `kubectl delete`.
    Delete,
    /// Removal of all finalizers.
    DropFinalizers,
    /// The taint `node.kubernetes.io/out-of-service` on a node that is not ready.
    OutOfService,
    /// Removal of the Node.
    RemoveNode,
    /// `kubectl delete --force --grace-period=0`.
    ForceDelete,
}

/// What one of the means does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// The means.
    pub means: Means,
    /// What becomes of the object.
    pub result: Result,
    /// The rule that decides.
    pub rule: RuleId,
    /// The object goes while its processes may run on: no successor of its name is safe then (NON-01).
    pub hazard: bool,
}

/// What becomes of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Result {
    /// It is gone.
    Gone,
    /// It is marked, or its grace shortened; the kubelet must confirm.
    KubeletConfirms,
    /// Only finalizers hold it.
    Held,
    /// Nothing changes.
    Nothing,
}

/// What each of the means would do; those that do not apply are left out. The safest first.
pub(super) fn outcomes(case: &Case<'_, '_>) -> Box<[Outcome]> {
    let (deletion, facts) = (case.view.deletion, case.plan.facts);
    let delete = |grace| {
        let request = Request { grace, ..Request::default() };
        deletion.step(Input::Delete(request), facts).ok().map(|step| (step.row, step.effects))
    };
    let dropped = || {
        let input = Input::Update { finalizers: Finalizers::default() };
        let step = deletion.step(input, facts).ok()?;
        Some((step.row, step.effects))
    };
    let bound = facts.binding == Binding::Bound;
    let may_run = bound && !stopped_for_sure(case);
    let outcome = |means, decided: Option<(Row, [Option<Effect>; 2])>| {
        let (row, effects) = decided?;
        let result = result(row, effects);
        Some(Outcome { means, result, rule: row.rule(), hazard: result == Result::Gone && may_run })
    };
    let has_finalizers = !case.finalizers().is_empty();
    [
        outcome(Means::Delete, delete(None)),
        has_finalizers.then(|| outcome(Means::DropFinalizers, dropped())).flatten(),
        bound.then(|| collected(case, Means::OutOfService)).flatten(),
        bound.then(|| collected(case, Means::RemoveNode)).flatten(),
        outcome(Means::ForceDelete, delete(Some(Grace::ZERO))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn result(row: Row, effects: [Option<Effect>; 2]) -> Result {
    if effects.contains(&Some(Effect::Remove)) {
        return Result::Gone;
    }
    match row {
        Row::Pending => Result::Nothing,
        Row::MarkedAndHeld | Row::ShortenedAndHeld | Row::Held => Result::Held,
        Row::Marked | Row::Shortened | Row::Updated => Result::KubeletConfirms,
        Row::MarkedAndRemoved | Row::ShortenedAndRemoved | Row::Collected | Row::RemovedByUpdate => {
            Result::Gone
        }
    }
}

/// Whether a kubelet has said that nothing of the Pod runs, or can: it never started anything, or it is terminal with
/// all containers stopped (PHA-32).
fn stopped_for_sure(case: &Case<'_, '_>) -> bool {
    let states = case.view.containers.iter().map(|container| container.state);
    let ended = states.clone().all(|state| matches!(state, ContainerState::Terminated(_)));
    case.view.is_terminal() && (ended || states.clone().all(|state| state == ContainerState::Missing))
}

/// What the Pod garbage collector does in its next pass, and what its DELETE then meets.
fn collected(case: &Case<'_, '_>, means: Means) -> Option<Outcome> {
    let node = match (means, case.node) {
        (Means::OutOfService, NodeFacts::Absent) => return None,
        (Means::OutOfService, _) => Node::Known { health: Health::NotReady, service: Service::OutOfService },
        (Means::RemoveNode, _) => Node::Missing(Search::Absent),
        (Means::Delete | Means::DropFinalizers | Means::ForceDelete, _) => return None,
    };
    let pod = pod_gc::Pod {
        name: case.view.name,
        created: case.view.created,
        phase: case.view.phase.known(),
        reason: pod_gc::Reason::Other,
        deletion: case.view.deletion,
        node,
    };
    let turn = pod_gc::pass(&[pod], 0).into_iter().next();
    let Some(turn) = turn else {
        return Some(Outcome { means, result: Result::Nothing, rule: RuleId::CTL_PGC_03, hazard: false });
    };
    let deleted = turn.effects.into_iter().flatten().find_map(|effect| match effect {
        pod_gc::Effect::Delete(grace) => Some(grace),
        pod_gc::Effect::Fail(_) => None,
    })?;
    let request = Request { grace: Some(deleted), ..Request::default() };
    let step = step(case.view.deletion, request, case.plan.facts)?;
    let result = result(step.0, step.1);
    // Whoever says that a node is out of service says that nothing runs there.
    let hazard = result == Result::Gone && means == Means::RemoveNode && !stopped_for_sure(case);
    Some(Outcome { means, result, rule: turn.step.rule(), hazard })
}

fn step(deletion: Deletion, request: Request, facts: Facts) -> Option<(Row, [Option<Effect>; 2])> {
    deletion.step(Input::Delete(request), facts).ok().map(|step| (step.row, step.effects))
}
