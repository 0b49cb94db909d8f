//! The status that the kubelet computes.

use std::collections::BTreeSet;

use pod_lifecycle::container::{Exit, ExitReason, Role};
use pod_lifecycle::phase::{Deadline, Deleting, Phase};
use pod_lifecycle::status::{
    Before, Body, Condition, ConditionType, Gate, LastState, Listed, Made, Nth, Origin, Ready, RunState,
    Runs, Shown, StartFailure, State, Truth, Wait,
};
use pod_lifecycle::sync::Reset;
use proptest::prelude::*;

use crate::status_pods::pods;
use crate::strategies::config;

fn terminal(phase: Phase) -> bool {
    matches!(phase, Phase::Succeeded | Phase::Failed)
}

proptest! {
    #![proptest_config(config(512))]

    /// CTR-20, CTR-21, CTR-22: `restartCount` never falls, and grows by one at most beyond what is known.
    #[test]
    fn ctr_21_counts_never_fall(pod in pods()) {
        for (container, entry) in pod.pairs() {
            let reported = container.before.map_or(0, |before| before.restarts);
            let known = container.runs.newest().map_or(0, |run| run.restarts);
            prop_assert!(entry.restarts >= reported && entry.restarts <= reported.max(known) + 1);
        }
    }

    /// CTR-40: an entry runs iff the newest instance runs, whatever was reported, recorded or probed.
    #[test]
    fn ctr_40_running_is_what_runs(pod in pods()) {
        for (container, entry) in pod.pairs() {
            let runs = container.runs.newest().is_some_and(|run| run.state == RunState::Running);
            prop_assert_eq!(entry.state == State::Running(Nth::Newest), runs);
            prop_assert!(!matches!(entry.state, State::Running(Nth::Second)));
        }
    }

    /// CTR-40, CTR-45: an exit that is ascribed to an instance or to the reported entry is the one found there.
    #[test]
    fn ctr_45_exits_are_where_they_are_said_to_be(pod in pods()) {
        for (container, entry) in pod.pairs() {
            let last = match entry.last {
                LastState::Of(state) => Some(state),
                LastState::None
                | LastState::Reported(_) => None,
            };
            for state in [Some(entry.state), last].into_iter().flatten() {
                let State::Terminated(exit, origin) = state else { continue };
                let found = match (origin, container.runs) {
                    (Origin::Run(Nth::Newest), runs) => runs.newest().map(|run| run.state),
                    (Origin::Run(Nth::Second), Runs::More { second, .. }) => Some(second.state),
                    (Origin::Run(Nth::Second), Runs::None | Runs::One(_)) => None,
                    (Origin::Shown, _) => {
                        prop_assert_eq!(container.before.unwrap().shown, Shown::Terminated(exit));
                        continue;
                    }
                    (Origin::Last, _) => {
                        prop_assert_eq!(container.before.unwrap().last, Some(exit));
                        continue;
                    }
                    (Origin::Made(_), _) => {
                        prop_assert!(exit.code == 137 || container.role == Role::Init);
                        continue;
                    }
                };
                prop_assert_eq!(found, Some(RunState::Exited(exit)));
            }
        }
    }

    /// CTR-42: without a reset, a termination that was reported outlives its instance, unless a start has failed.
    #[test]
    fn ctr_42_terminations_are_not_forgotten(pod in pods()) {
        let reset = pod.status().reset;
        for (container, entry) in pod.pairs() {
            let Some(Before { shown: Shown::Terminated(exit), .. }) = container.before else { continue };
            if container.runs == Runs::None && reset == Reset::NotDue {
                prop_assert_eq!(entry.body, Body::Reported);
                let kept = entry.state == State::Terminated(exit, Origin::Shown);
                prop_assert!(kept || entry.last.exit() == Some(exit) && entry.state == State::Waiting(Wait::Failed));
            }
        }
    }

    /// CTR-22: a container that was reported running and left no instance counts one restart, unless its Pod is deleting.
    #[test]
    fn ctr_22_what_is_lost_counts_as_a_restart(pod in pods()) {
        let reset = pod.status().reset;
        for (container, entry) in pod.pairs() {
            let Some(Before { shown: Shown::Running, last: None, restarts, .. }) = container.before else { continue };
            if container.runs == Runs::None && reset == Reset::NotDue {
                prop_assert_eq!(entry.restarts, restarts + i32::from(pod.deleting == Deleting::No));
            }
        }
    }

    /// CTR-31: while a reset is due, what left no instance waits for it after an exit with 137, and counts one restart.
    #[test]
    fn ctr_31_a_reset_is_shown_as_one(pod in pods()) {
        let reset = pod.status().reset;
        for (container, entry) in pod.pairs() {
            let Some(Before { shown, restarts, .. }) = container.before else { continue };
            let shown_otherwise = shown == Shown::Waiting || container.failure == StartFailure::Recorded;
            if reset == Reset::NotDue || container.runs != Runs::None || shown_otherwise { continue }
            let exit = Exit { code: 137, reason: ExitReason::RestartingAllContainers };
            let inferred = container.role == Role::Init && matches!(entry.state, State::Terminated(..)); // CTR-43
            prop_assert!(inferred || entry.state == State::Waiting(Wait::Resetting));
            prop_assert_eq!(entry.last, LastState::Of(State::Terminated(exit, Origin::Made(Made::Removed))));
            prop_assert_eq!(entry.restarts, restarts + 1);
        }
    }

    /// CTR-42: a container without instance that was not shown as terminated keeps the exit before.
    #[test]
    fn ctr_42_the_exit_before_is_kept(pod in pods()) {
        let reset = pod.status().reset;
        for (container, entry) in pod.pairs() {
            let Some(Before { shown, last: Some(exit), .. }) = container.before else { continue };
            if container.runs == Runs::None && reset == Reset::NotDue && !matches!(shown, Shown::Terminated(_)) {
                prop_assert_eq!(entry.last.exit(), Some(exit));
            }
        }
    }

    /// PHA-16: what the prober says is shown.
    #[test]
    fn pha_16_probes_are_shown(pod in pods()) {
        for (container, entry) in pod.pairs() {
            prop_assert_eq!(container.probed.ready.unwrap_or(entry.ready), entry.ready);
            prop_assert_eq!(container.probed.started.or(entry.started), entry.started);
        }
    }

    /// PHA-25: a Pod whose rules can reset it says so while a reset is due, something is left of it, and it has not ended.
    #[test]
    fn pha_25_all_containers_restart_while_something_is_left(pod in pods()) {
        let status = pod.status();
        if pod.containers.iter().all(|container| container.policy.rules.is_empty()) { return Ok(()) }
        let left = pod.containers.iter().any(|of| of.role != Role::Ephemeral && of.runs != Runs::None);
        let restarting = status.reset == Reset::Due && left && !terminal(status.settled.phase);
        let made = pod.made(ConditionType::AllContainersRestarting).status;
        prop_assert_eq!(made, if restarting { Truth::True } else { Truth::False });
    }

    /// PHA-24: a gate of somebody else's is unmet unless its condition is True.
    #[test]
    fn pha_24_unmet_is_not_true(pod in pods()) {
        let unmet: BTreeSet<usize> = pod.status().unmet().map(|(index, _)| index).collect();
        for (place, gate) in pod.gates.iter().enumerate() {
            let Gate::Other(index) = *gate else { continue };
            let met = index.is_some_and(|index| pod.api.1.get(index).is_some_and(|of| of.status == Truth::True));
            prop_assert_eq!(unmet.contains(&place), !met);
        }
    }

    /// CTR-43: no init container without instance waits once a regular one was made, unless it is shown that it cannot start.
    #[test]
    fn ctr_43_inits_are_over_when_a_regular_container_was_made(pod in pods()) {
        let made = |runs: Runs| match runs.newest().map(|run| run.state) {
            Some(RunState::Created | RunState::Running | RunState::Exited(_)) => true,
            Some(RunState::Unknown | RunState::Unset(_)) | None => false,
        };
        let over = pod.containers.iter().any(|of| of.role == Role::Regular && made(of.runs));
        for (container, entry) in pod.pairs() {
            if over && container.role == Role::Init && container.runs == Runs::None {
                let shown = matches!(entry.state, State::Terminated(..) | State::Waiting(Wait::Failed));
                prop_assert!(shown, "{entry:?}");
            }
        }
    }

    /// CTR-02, CTR-44: a start failure is shown only where it was recorded, and never of a Pod that is being
    /// deleted.
    #[test]
    fn ctr_44_failures_are_recorded_ones(pod in pods()) {
        for (container, entry) in pod.pairs() {
            if entry.state == State::Waiting(Wait::Failed) {
                prop_assert_eq!((container.failure, pod.deleting), (StartFailure::Recorded, Deleting::No));
            }
        }
    }

    /// PHA-14, PHA-15, PHA-41: a phase that is terminal in the API stays; an overdue Pod is terminal; nothing is
    /// `Unknown`.
    #[test]
    fn pha_15_terminal_in_the_api_stays(pod in pods()) {
        let phase = pod.status().settled.phase;
        match pod.api.0 {
            Some(said) if terminal(said) => prop_assert_eq!(phase, said),
            _ if pod.deadline == Deadline::Passed => prop_assert_eq!(phase, Phase::Failed),
            _ => prop_assert_ne!(phase, Phase::Unknown),
        }
    }

    /// PHA-21: others' conditions in front and in order, each of the kubelet's own once, `PodScheduled` True.
    #[test]
    fn pha_21_others_first_then_each_own_once(pod in pods()) {
        let listed: Vec<Listed> = pod.status().conditions().collect();
        let others = pod.api.1.iter().filter(|of| {
            matches!(of.kind, ConditionType::Other | ConditionType::DisruptionTarget)
        });
        let others = others.count();
        prop_assert!(listed[..others].iter().all(|of| matches!(of, Listed::Api(_) | Listed::Previous(_))));
        let made: Vec<ConditionType> = listed.iter().filter_map(|of| match of {
            Listed::Made(verdict) => Some(verdict.kind),
            Listed::Api(_) | Listed::Previous(_) | Listed::Resize(_) => None,
        }).collect();
        prop_assert_eq!(made.iter().map(|kind| kind.as_str()).collect::<BTreeSet<_>>().len(), made.len());
        let resets = pod.containers.iter().any(|container| !container.policy.rules.is_empty());
        prop_assert_eq!(made.len(), if resets { 6 } else { 5 });
        prop_assert_eq!(pod.made(ConditionType::PodScheduled).status, Truth::True);
        let disrupted = |list: &[Condition]| list.iter().any(|of| of.kind == ConditionType::DisruptionTarget);
        let previous = listed.iter().filter(|of| matches!(of, Listed::Previous(_))).count();
        prop_assert_eq!(previous, usize::from(disrupted(pod.previous())));
    }

    /// PHA-22: Initialized once is initialized for ever.
    #[test]
    fn pha_22_initialized_stays(pod in pods()) {
        let said = pod.previous().iter().find(|of| of.kind == ConditionType::Initialized);
        if said.is_some_and(|of| of.status == Truth::True) {
            prop_assert_eq!(pod.made(ConditionType::Initialized).status, Truth::True);
        }
    }

    /// PHA-23, PHA-24, OBJ-41: ready is who has not ended and whose sidecars and regular containers are all ready;
    /// gates can only take `Ready` away.
    #[test]
    fn pha_24_ready_is_all_ready(pod in pods()) {
        let all = pod.pairs().iter().all(|(container, entry)| {
            entry.ready == Ready::Yes || matches!(container.role, Role::Init | Role::Ephemeral)
        });
        let containers = pod.made(ConditionType::ContainersReady).status;
        let ready = pod.made(ConditionType::Ready).status;
        prop_assert_eq!(containers == Truth::True, all && !terminal(pod.status().settled.phase));
        if containers != Truth::True || pod.gates.is_empty() {
            prop_assert_eq!(ready, containers);
        }
        if pod.gates.iter().any(|gate| matches!(gate, Gate::Other(None) | Gate::Named(ConditionType::Ready))) {
            prop_assert_eq!(ready, Truth::False);
        }
    }
}

/// CTR-31, CTR-49, OBJ-51: the words of a container that waits.
#[test]
fn ctr_49_words_of_what_waits() {
    let removed = "The container is removed because RestartAllContainers in place";
    let words = [Wait::Creating, Wait::Initializing, Wait::Unspecified, Wait::Resetting, Wait::Failed]
        .map(|wait| (wait.reason(), wait.message()));
    assert_eq!(
        words,
        [
            (Some("ContainerCreating"), Some("")),
            (Some("PodInitializing"), Some("")),
            (Some(""), Some("")),
            (Some("RestartingAllContainers"), Some(removed)),
            (None, None),
        ]
    );
}
