//! What an operator's means would do, computed on the Pod as it is.

use super::{Case, Hazard, NodeFacts};
use crate::admission::{Budgets, Condition, Denied, Matching, disrupt, evict};
use crate::binding::Binding;
use crate::container::ContainerState;
use crate::controllers::pod_gc::{self, Health, Node, Search, Service};
use crate::deletion::{Deletion, Effect, Finalizers, Input, Request, Row, Step};
use crate::rules::RuleId;
use crate::time::Grace;
use crate::view::Run;

/// What an operator can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Means {
    /// None of them.
    Wait,
    /// An eviction, as `kubectl drain` asks for.
    Evict,
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
    /// What can come of it, by who makes the successor; none if surely nothing of the Pod runs.
    pub hazard: Hazard,
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
    /// A disruption budget refuses it.
    Refused(Denied),
}

/// What each of the means would do; those that do not apply are left out. The safest first.
pub(super) fn outcomes(case: &Case<'_, '_>) -> Box<[Outcome]> {
    let bound = case.plan.facts.binding == Binding::Bound;
    let has_finalizers = !case.finalizers().is_empty();
    let dropped = Input::Update { finalizers: Finalizers::default() };
    [
        waiting(case),
        case.budgets.and_then(|budgets| evicted(case, budgets)),
        requested(case, Means::Delete, Input::Delete(Request::default())),
        has_finalizers.then(|| requested(case, Means::DropFinalizers, dropped)).flatten(),
        bound.then(|| collected(case, Means::OutOfService)).flatten(),
        (bound && case.node != NodeFacts::Absent).then(|| collected(case, Means::RemoveNode)).flatten(),
        requested(case, Means::ForceDelete, Input::Delete(forced())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const fn forced() -> Request {
    Request { grace: Some(Grace::ZERO), propagation: None }
}

/// What the API server answers.
fn requested(case: &Case<'_, '_>, means: Means, input: Input) -> Option<Outcome> {
    let step = case.view.deletion.step(input, case.plan.facts).ok()?;
    let (rule, result) = (step.row.rule(), result(&step));
    Some(Outcome { means, result, rule, hazard: hazard(case, means, &step) })
}

/// What comes of an eviction: a DELETE, unless the budgets are asked and refuse it.
fn evicted(case: &Case<'_, '_>, budgets: Matching) -> Option<Outcome> {
    // Whether the condition is there already plays no part in that.
    let steps = evict(case.view.deletion, case.view.phase.known(), Condition::Missing, Run::Real);
    let answer = match steps.budgets {
        Budgets::Ignored => Ok(()),
        Budgets::Asked => disrupt(budgets, case.readiness()).map(|_| ()),
    };
    let means = Means::Evict;
    match answer {
        Ok(()) => requested(case, means, Input::Delete(Request::default())),
        Err(denied) => {
            let (rule, result) = (denied.rule(), Result::Refused(denied));
            Some(Outcome { means, result, rule, hazard: Hazard::NONE })
        }
    }
}

/// What can come of a step that one of the means has led to. One that removes the object has the hazard of its means; one
/// that only marks it, that of any DELETE; another one changes nothing for who makes the successor.
fn hazard(case: &Case<'_, '_>, means: Means, step: &Step) -> Hazard {
    let nothing_runs = case.plan.facts.binding == Binding::Unbound || stopped_for_sure(case);
    let marks = !case.view.is_deleting() && step.next.is_deleting();
    match (nothing_runs, result(step)) {
        (true, _) | (false, Result::Nothing | Result::Refused(_)) => Hazard::NONE,
        (false, Result::Gone) => Hazard::of(case.successor, means),
        (false, Result::KubeletConfirms | Result::Held) if marks => Hazard::of(case.successor, Means::Delete),
        (false, Result::KubeletConfirms | Result::Held) => Hazard::NONE,
    }
}

fn result(step: &Step) -> Result {
    if step.effects.contains(&Some(Effect::Remove)) {
        return Result::Gone;
    }
    match step.row {
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

/// What comes of it if nobody does anything: the Pod garbage collector may act by itself. Of a Pod that nobody deletes there is
/// nothing else to wait for.
fn waiting(case: &Case<'_, '_>) -> Option<Outcome> {
    let node = match case.node {
        NodeFacts::Unknown => None,
        NodeFacts::Absent => Some(Node::Missing(Search::Absent)),
        NodeFacts::Known { health, service } => Some(Node::Known { health, service }),
    };
    let collected = node.and_then(|node| collect(case, Means::Wait, node));
    collected.or_else(|| {
        let (result, rule) = match case.view.deletion {
            Deletion::Live => return None,
            Deletion::Graceful { .. } if case.node.is_lost() => (Result::Nothing, RuleId::LIV_03),
            Deletion::Graceful { .. } => (Result::KubeletConfirms, RuleId::LIV_01),
            Deletion::Expired { .. } | Deletion::Unrecorded { .. } if case.finalizers().is_empty() => {
                (Result::Nothing, RuleId::DEL_30)
            }
            Deletion::Expired { .. } | Deletion::Unrecorded { .. } => (Result::Held, RuleId::DEL_16),
        };
        Some(Outcome { means: Means::Wait, result, rule, hazard: Hazard::NONE })
    })
}

/// What the Pod garbage collector does in its next pass once one of the means is used.
fn collected(case: &Case<'_, '_>, means: Means) -> Option<Outcome> {
    let node = match (means, case.node) {
        (Means::OutOfService, NodeFacts::Absent) => return None,
        (Means::OutOfService, _) => Node::Known { health: Health::NotReady, service: Service::OutOfService },
        (Means::RemoveNode, _) => Node::Missing(Search::Absent),
        (Means::Wait | Means::Evict | Means::Delete | Means::DropFinalizers | Means::ForceDelete, _) => {
            return None;
        }
    };
    let nothing = Outcome { means, result: Result::Nothing, rule: RuleId::CTL_PGC_03, hazard: Hazard::NONE };
    Some(collect(case, means, node).unwrap_or(nothing))
}

/// What the Pod garbage collector does in its next pass, and what its DELETE then meets.
fn collect(case: &Case<'_, '_>, means: Means, node: Node) -> Option<Outcome> {
    let pod = pod_gc::Pod {
        name: case.view.name,
        created: case.view.created,
        phase: case.view.phase.known(),
        reason: pod_gc::Reason::Other,
        deletion: case.view.deletion,
        node,
    };
    let turn = pod_gc::pass(&[pod], 0).into_iter().next()?;
    let grace = turn.effects.into_iter().flatten().find_map(|effect| match effect {
        pod_gc::Effect::Delete(grace) => Some(grace),
        pod_gc::Effect::Fail(_) => None,
    })?;
    let request = Request { grace: Some(grace), ..Request::default() };
    let step = case.view.deletion.step(Input::Delete(request), case.plan.facts).ok()?;
    let by = match node {
        Node::Known { .. } => Means::OutOfService,
        Node::Missing(_) => Means::RemoveNode,
        Node::Unbound => Means::Wait,
    };
    let hazard = hazard(case, by, &step);
    Some(Outcome { means, result: result(&step), rule: turn.step.rule(), hazard })
}
