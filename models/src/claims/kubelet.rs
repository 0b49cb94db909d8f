//! What is said of deletion on the node.

use pod_lifecycle::RuleId;
use pod_lifecycle::worker::Stage;

use super::Verdict::{Cond, False, True};
use super::machine;
use super::{Claim, Formula, Judge, Machine, OfKill};
use crate::identity::{Breach, Incarnation, Owner, Process, State as Names, Uid};
use crate::kill::{Action, Activity, Attempt, Container, FIRST, Kill, SIDECAR, State};
use crate::pod::Author;

pub(super) const CLAIMS: &[Claim] = &[
    Claim::new(
        "FOLK-50",
        False,
        "the grace begins after the preStop hook",
        "the hook uses it up; what is left, at least 2 seconds, is the time from the stop signal to SIGKILL",
        &[RuleId::KUB_43],
        Judge::Kill(Formula::steps(
            |before, action, _| matches!(action, Action::HookEnds(_)) && before.attempt.is_some(),
            |_, action, after| {
                let Action::HookEnds(place) = *action else { return false };
                let grace = after.attempt.map(|attempt| attempt.grace);
                time_out(after.containers[place]) == grace
            },
        )),
    ),
    Claim::new(
        "FOLK-51",
        False,
        "SIGKILL always comes after SIGTERM",
        "only if the process outlives its share; and a process that ends by itself, runs out of memory or loses its node gets no \
         SIGTERM at all",
        &[RuleId::KUB_44, RuleId::KUB_48],
        Judge::Kill(Formula::steps(
            |before, _, after| (0..3).any(|place| ended(before, after, place) && signalled(before, place)),
            |_, action, _| matches!(action, Action::TimedOut(_)),
        )),
    ),
    Claim::new(
        "FOLK-52",
        False,
        "SIGTERM is sent as soon as deletionTimestamp is set",
        "it comes after the kubelet has seen it, after a sync pass in progress, after the preStop hook, and for a sidecar when its \
         turn has come",
        &[RuleId::KUB_11, RuleId::KUB_43, RuleId::KUB_45],
        Judge::Kill(Formula::steps(
            |before, action, after| {
                matches!(action, Action::Delete(_))
                    && before.g.is_none()
                    && after.g.is_some()
                    && any_runs(before)
            },
            |_, _, after| all_signalled(after),
        )),
    ),
    Claim::new(
        "FOLK-53",
        Cond,
        "all containers get SIGTERM at the same time",
        "regular containers without a hook do; a hook comes first, and sidecars wait for their turn",
        &[RuleId::KUB_40, RuleId::KUB_45],
        Judge::Machine(Machine::provided("kill", machine::kill::signal_at_once)),
    ),
    Claim::new(
        "FOLK-54",
        False,
        "a sidecar gets a full grace of its own after the main containers",
        "it waits inside the same grace; when that is used up it gets 2 seconds",
        &[RuleId::KUB_45],
        Judge::Kill(Formula::steps(
            |before, _, after| !signalled(before, SIDECAR) && signalled(after, SIDECAR) && is_pods(after),
            |_, _, after| {
                let grace = after.attempt.map(|attempt| attempt.grace);
                time_out(after.containers[SIDECAR]) == grace
            },
        )),
    ),
    Claim::new(
        "FOLK-55",
        False,
        "the preStop hook of a sidecar runs after the main containers have stopped",
        "it runs when the termination begins",
        &[RuleId::KUB_46],
        Judge::Kill(Formula::steps(
            |before, _, after| hook_begins(before, after, SIDECAR),
            |_, _, after| !after.containers[FIRST..].iter().any(|container| container.runs),
        )),
    ),
    Claim::new(
        "FOLK-56",
        False,
        "a preStop hook that fails or hangs blocks the deletion",
        "a failure is an event and no more; a hook that hangs costs the grace at most",
        &[RuleId::CTR_63, RuleId::KUB_43],
        Judge::Kill(Formula::steps(
            |before, action, _| hook_breaks(before, action).is_some(),
            |before, action, after| {
                hook_breaks(before, action)
                    .is_some_and(|place| matches!(after.containers[place].kill, Kill::Hook(_)))
            },
        )),
    ),
    Claim::new(
        "FOLK-57",
        False,
        "the preStop hook runs whenever a container ends",
        "not if it ends by itself, is an orphan, or is killed without grace",
        &[RuleId::CTR_62, RuleId::CTR_31],
        Judge::Kill(Formula::steps(
            |before, _, after| ended(before, after, FIRST),
            |_, _, after| after.hooked,
        )),
    ),
    Claim::new(
        "FOLK-58",
        False,
        "the preStop hook runs exactly once",
        "a retry and a restart of the kubelet run it again",
        &[RuleId::CTR_64, RuleId::KUB_61],
        Judge::Kill(Formula::steps(
            |before, _, after| hook_begins(before, after, FIRST),
            |before, _, _| !before.hooked,
        )),
    ),
    Claim::new(
        "FOLK-59",
        False,
        "a shorter grace interrupts a stop in progress",
        "the stop call that is out keeps its time",
        &[RuleId::KUB_14],
        Judge::Kill(Formula::can(
            |before, action, after| {
                matches!(action, Action::Delete(_)) && before.g > after.g && before.attempt.is_some()
            },
            |before, _, after| before.containers != after.containers || before.attempt != after.attempt,
        )),
    ),
    Claim::new(
        "FOLK-60",
        False,
        "a kubelet that restarts goes on with the rest of the grace",
        "the full grace begins again",
        &[RuleId::KUB_61],
        Judge::Kill(Formula::steps(
            |before, _, after| {
                before.worker.activity == Activity::New && before.hooked && begun(before, after).is_some()
            },
            |before, _, after| begun(before, after).is_some_and(|attempt| Some(attempt.grace) < before.g),
        )),
    ),
    Claim::new(
        "FOLK-61",
        False,
        "a termination takes the grace at most",
        "to it come the delay until the kubelet looks, the 2 seconds at least, pulls and hooks in flight, the volumes, and retries \
         without bound",
        &[RuleId::CRE_55, RuleId::KUB_19, RuleId::KUB_30, RuleId::KUB_70],
        Judge::Kill(Formula::states(
            |state| state.attempt.is_some(),
            |state| state.attempt.is_none_or(|attempt| attempt.lasted <= attempt.grace),
        )),
    ),
    Claim::new(
        "FOLK-62",
        False,
        "the kubelet deletes the images of a deleted Pod",
        "it collects images by the use of the disk and their age alone",
        &[RuleId::KUB_69],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-63",
        False,
        "containers and logs are removed before the object is",
        "the object goes first; loops in the background clean up later",
        &[RuleId::KUB_31],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-64",
        False,
        "volumes are unmounted before a Pod becomes Succeeded or Failed",
        "they are unmounted before the final DELETE",
        &[RuleId::PHA_33, RuleId::KUB_30],
        Judge::Pod(Formula::steps(
            |before, _, after| {
                let kubelets = after.pod.is_some_and(|pod| pod.author == Author::Kubelet);
                kubelets && super::phases::changed(before, after).is_some_and(|(_, new)| new.is_terminal())
            },
            |_, _, after| super::phases::current(after).is_some_and(|(_, local)| !local.mounted),
        )),
    ),
    Claim::new(
        "FOLK-65",
        False,
        "the deletion of a Pod on a lost node completes by itself",
        "it waits for the kubelet, for the Pod garbage collector, whose conditions somebody must make true, or for a DELETE with grace 0",
        &[RuleId::CTL_TNT_05, RuleId::LIV_03],
        Judge::Live { model: "identity", law: "LIV-03" },
    ),
    Claim::new(
        "FOLK-66",
        False,
        "a Pod that was forced on a node that is cut off is dead",
        "it may run for ever, and when the node is back it gets its whole grace",
        &[RuleId::DEL_29, RuleId::KUB_65],
        Judge::Identity(Formula::states(
            |state| forced_and_cut_off(state).next().is_some(),
            |state| forced_and_cut_off(state).all(|incarnation| !incarnation.runs()),
        )),
    ),
    Claim::new(
        "FOLK-67",
        Cond,
        "of a number of a StatefulSet at most one Pod runs at a time",
        "only while nobody forces a DELETE, declares a running node dead, or sets the store back",
        &[RuleId::CTL_SS_02, RuleId::NON_01],
        Judge::Identity(Formula::states_if(
            |state| state.owner == Owner::StatefulSet && state.alive.iter().all(Option::is_some),
            |state| !both_run(state),
            |state| state.alive.iter().flatten().all(|incarnation| incarnation.breach == Breach::None),
        )),
    ),
    Claim::new(
        "FOLK-68",
        False,
        "to delete a static Pod through the API stops it",
        "only its mirror is deleted, and the kubelet makes it again",
        &[RuleId::KUB_66],
        Judge::Machine(Machine::always("mirror", machine::scheduling::mirror_is_left)),
    ),
    Claim::new(
        "FOLK-69",
        False,
        "a Pod leaves the endpoints of its Services before SIGTERM",
        "both follow the same write to the API, in no order",
        &[RuleId::CTL_EPS_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-70",
        False,
        "deletionTimestamp makes the Pod NotReady",
        "its condition stays; the endpoints compute theirs from both",
        &[RuleId::OBJ_42, RuleId::CTL_EPS_01],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-71",
        Cond,
        "probes stop when the deletion begins",
        "liveness and startup probes of regular containers do; readiness probes go on",
        &[RuleId::CTR_55],
        Judge::Rule,
    ),
    Claim::new(
        "FOLK-72",
        True,
        "a Pod on a node that is cut off from the API server runs on after taint eviction",
        "its kubelet does not know of the deletion, and nothing on the node reacts to being cut off",
        &[RuleId::CTL_TNT_05, RuleId::PHA_43],
        Judge::Identity(Formula::steps(
            |before, _, after| stays_unaware(before, after).next().is_some(),
            |before, _, after| {
                stays_unaware(before, after).all(|incarnation| incarnation.runs() && is_let_run(&incarnation))
            },
        )),
    ),
];

/// A forced DELETE is seen, and an attempt begins on a container that runs and has no hook: what time it gets.
pub(super) const fn forced_kill() -> OfKill {
    Formula::steps(
        |before, _, after| {
            let forced = before.g == Some(0);
            forced && begun(before, after).is_some() && any_runs(before)
        },
        |before, _, after| {
            (0..3).all(|place| !before.containers[place].runs || time_out(after.containers[place]) == Some(0))
        },
    )
}

/// When an attempt begins, every container whose process runs is sent its stop signal.
pub(super) const fn all_signalled_at_once() -> OfKill {
    Formula::steps_if(
        |before, _, after| begun(before, after).is_some() && any_runs(before),
        |_, _, after| all_signalled(after),
        |before, _, _| !before.containers[SIDECAR].runs && !before.containers[FIRST].runs,
    )
}

/// What has not ended when its time is up gets SIGKILL, which no process survives.
pub(super) const fn killed_in_time() -> OfKill {
    Formula::steps(
        |before, action, _| {
            let Action::TimedOut(place) = *action else { return false };
            signalled(before, place) && before.containers[place].runs
        },
        |_, action, after| matches!(action, Action::TimedOut(place) if !after.containers[*place].runs),
    )
}

const fn time_out(container: Container) -> Option<u8> {
    match container.kill {
        Kill::Stopping { timeout, .. } => Some(timeout),
        Kill::Idle | Kill::Hook(_) | Kill::Turn(_) | Kill::Stopped | Kill::Failed => None,
    }
}

fn signalled(state: &State, place: usize) -> bool {
    time_out(state.containers[place]).is_some()
}

fn all_signalled(state: &State) -> bool {
    (0..3).all(|place| !state.containers[place].runs || signalled(state, place))
}

fn any_runs(state: &State) -> bool {
    state.containers.iter().any(|container| container.runs)
}

/// The process of this container ends by the step.
fn ended(before: &State, after: &State, place: usize) -> bool {
    before.containers[place].runs && !after.containers[place].runs
}

/// The attempt is at a Pod with a spec.
fn is_pods(state: &State) -> bool {
    state.worker.activity != Activity::KillingOrphan
}

/// The attempt at a Pod with a spec that the step begins.
fn begun(before: &State, after: &State) -> Option<Attempt> {
    after.attempt.filter(|_| before.attempt.is_none() && is_pods(after))
}

fn hook_begins(before: &State, after: &State, place: usize) -> bool {
    let hook = |state: &State| matches!(state.containers[place].kill, Kill::Hook(_));
    !hook(before) && hook(after)
}

/// The container whose hook fails, or is given up.
fn hook_breaks(before: &State, action: &Action) -> Option<usize> {
    match *action {
        Action::HookFails(place) => Some(place),
        Action::TimedOut(place) => matches!(before.containers[place].kill, Kill::Hook(_)).then_some(place),
        Action::Delete(_)
        | Action::Remove
        | Action::Vanish
        | Action::Kill(_)
        | Action::Again
        | Action::Take
        | Action::Start(_)
        | Action::PassReturns
        | Action::Ends
        | Action::Exit(_)
        | Action::HookEnds(_)
        | Action::StopFails(_)
        | Action::Tick
        | Action::Return
        | Action::Restart => None,
    }
}

/// Both incarnations run.
pub(super) fn both_run(state: &Names) -> bool {
    state.alive.iter().all(|alive| alive.is_some_and(|incarnation| incarnation.runs()))
}

/// The incarnations on a node whose machine is on and cut off.
fn cut_off(state: &Names) -> impl Iterator<Item = Incarnation> + '_ {
    let cut = |uid: &Uid| state.host(*uid).is_some_and(|machine| machine.on && !machine.link);
    Uid::ALL.into_iter().filter(cut).filter_map(|uid| state.of(uid))
}

/// Forced on such a node, after its process had started.
fn forced_and_cut_off(state: &Names) -> impl Iterator<Item = Incarnation> + '_ {
    cut_off(state).filter(|incarnation| {
        incarnation.stored.is_none()
            && incarnation.breach == Breach::Forced
            && incarnation.process != Process::None
    })
}

/// Deleting, and its kubelet, which is cut off, has seen neither that nor an end.
fn is_unaware(state: &Names, uid: Uid) -> bool {
    let cut_off = state.host(uid).is_some_and(|machine| machine.on && !machine.link);
    let deleting = |incarnation: Incarnation| {
        incarnation.stored.is_some_and(|stored| stored.deleting)
            && incarnation.seen.is_none_or(|seen| !seen.deleting && !seen.ended)
    };
    cut_off && state.of(uid).is_some_and(deleting)
}

/// Its kubelet has not begun to stop it, for whatever reason.
fn is_let_run(incarnation: &Incarnation) -> bool {
    incarnation.worker.is_none_or(|worker| worker.stage == Stage::Sync)
}

/// What becomes of those that are let run unaware, by a step after which they still are unaware.
fn stays_unaware(before: &Names, after: &Names) -> impl Iterator<Item = Incarnation> {
    let (before, after) = (*before, *after);
    let runs = move |uid: &Uid| {
        before.of(*uid).is_some_and(|incarnation| incarnation.runs() && is_let_run(&incarnation))
            && is_unaware(&before, *uid)
            && is_unaware(&after, *uid)
    };
    Uid::ALL.into_iter().filter(runs).filter_map(move |uid| after.of(uid))
}
