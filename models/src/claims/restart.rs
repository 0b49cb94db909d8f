//! What is said of restarts and of scheduling.

use pod_lifecycle::RuleId;
use pod_lifecycle::container::RestartPolicy;

use super::Verdict::{Cond, False};
use super::machine::{self, restart};
use super::{Claim, Formula, Judge, Machine};
use crate::phase::{Action, Flight, Instance, Queue, Sandbox, Shape, State};

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "FOLK-80",
        False,
        "there is a restartPolicy AlwaysOnFailure",
        "there are Always, OnFailure and Never",
        &[RuleId::OBJ_11],
        Judge::Machine(Machine::can("container", restart::always_on_failure)),
    ),
    Claim::new(
        "FOLK-81",
        Cond,
        "with restartPolicy Never no container is ever restarted",
        "a policy of its own, and rules with it, override that of the Pod; a sidecar has one; and a changed image restarts a container",
        &[RuleId::CTR_01, RuleId::CTR_03, RuleId::CTR_06],
        Judge::Machine(Machine::provided("sync", restart::never_restarts)),
    ),
    Claim::new(
        "FOLK-82",
        False,
        "restartPolicy also moves a Pod to another node",
        "it is about containers on the node that the Pod is bound to; nodeName never changes",
        &[RuleId::OBJ_10, RuleId::CTR_01],
        Judge::Machine(Machine::can("binding", machine::scheduling::bound_elsewhere)),
    ),
    Claim::new(
        "FOLK-83",
        False,
        "a failed liveness probe restarts the Pod",
        "it kills one container, which is started again unless its policy is Never",
        &[RuleId::CTR_13],
        Judge::Machine(Machine::always("sync", restart::liveness_kills_pod)),
    ),
    Claim::new(
        "FOLK-84",
        False,
        "a failed readiness probe restarts the container",
        "only ready changes",
        &[RuleId::CTR_15],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-85",
        False,
        "a container that ended with 0 is restarted without back-off",
        "every exit counts, whatever its code",
        &[RuleId::CTR_27],
        Judge::Machine(Machine::always("backoff", restart::well_ended_at_once)),
    ),
    Claim::new(
        "FOLK-86",
        False,
        "after the first crash there are 10 seconds of waiting",
        "the first restart is immediate; the second one waits",
        &[RuleId::CTR_24],
        Judge::Machine(Machine::always("backoff", restart::first_waits)),
    ),
    Claim::new(
        "FOLK-87",
        Cond,
        "the back-off starts anew after 10 minutes of running",
        "only if more than 600 seconds lie between its last update and the next exit",
        &[RuleId::CTR_26],
        Judge::Machine(Machine::provided("backoff", restart::ten_minutes)),
    ),
    Claim::new(
        "FOLK-88",
        False,
        "init containers run again when an app container is restarted",
        "only in a new sandbox, or when all containers are restarted",
        &[RuleId::CTR_11, RuleId::CTR_30],
        Judge::Phase(Formula::steps(
            |before, action, after| {
                let init = before.template.is_some_and(|template| template.shape == Shape::Init);
                let again = matches!(before.instances[1], Instance::Exited(_)) && queue(after).is_some();
                let fits = before.sandbox == Sandbox::Ready;
                init && again && fits && matches!(action, Action::Sync(_)) && before.flight == Flight::None
            },
            |_, _, after| matches!(queue(after), Some(Queue::First | Queue::Both)),
        )),
    ),
    Claim::new(
        "FOLK-89",
        False,
        "restartCount is exact",
        "it is a best effort and may count a restart that never was",
        &[RuleId::CTR_20, RuleId::CTR_21, RuleId::CTR_22, RuleId::CTR_23],
        Judge::Machine(Machine::always("sync", restart::count_is_exact)),
    ),
    Claim::new(
        "FOLK-90",
        False,
        "postStart runs before the entrypoint",
        "it runs after the start of the container, in no order with the entrypoint",
        &[RuleId::CTR_61],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-91",
        False,
        "activeDeadlineSeconds counts from the creation and deletes the Pod",
        "it counts from startTime and makes the phase Failed; the object stays",
        &[RuleId::OBJ_32, RuleId::PHA_14],
        Judge::Machine(Machine::always("phase", machine::phase::deadline_from_creation)),
    ),
    Claim::new(
        "FOLK-92",
        False,
        "a Pod that is bound will start",
        "its kubelet may reject it for good",
        &[RuleId::CRE_42],
        Judge::Pod(Formula::states(
            |state| {
                let over = state.pod.is_some_and(|pod| {
                    pod.bound && pod.grace.is_none() && pod.author == crate::pod::Author::Kubelet
                });
                over && state.pod.is_some_and(|pod| pod.status.phase.is_terminal())
            },
            |state| {
                let instance = super::phases::current(state).map(|(_, local)| local.instance);
                instance.is_some_and(|instance| matches!(instance, crate::pod::Instance::Exited(_)))
            },
        )),
    ),
    Claim::new(
        "FOLK-93",
        False,
        "a binding checks the node",
        "not even that it exists",
        &[RuleId::CRE_31],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-94",
        False,
        "scheduling gates can be added later",
        "they can only be removed",
        &[RuleId::OBJ_20],
        Judge::Machine(Machine::can("admission", machine::admission::gate_is_added)),
    ),
    Claim::new(
        "FOLK-95",
        False,
        "only the scheduler sets nodeName",
        "whoever creates a Pod may, and every client that may write bindings",
        &[RuleId::OBJ_10],
        Judge::Api(Formula::steps(
            |before, _, after| {
                let node = |pod: crate::api::Pod| pod.node;
                before.pod().and_then(node).is_none() && after.pod().and_then(node).is_some()
            },
            |_, action, _| *action == crate::api::Action::Bind,
        )),
    ),
    Claim::new(
        "FOLK-96",
        False,
        "preempted Pods are killed at once",
        "they get a plain DELETE and with it their own grace",
        &[RuleId::CTL_PRE_01],
        Judge::Rule,
    ),
];

/// What a pass is about to start, if it may start something.
fn queue(state: &State) -> Option<Queue> {
    let may = state.template.is_some_and(|template| template.policy != RestartPolicy::Never);
    match state.flight {
        Flight::Starting(queue) => Some(queue).filter(|_| may),
        Flight::None | Flight::Clearing { .. } | Flight::Stopping { .. } => None,
    }
}
