//! The API server's eviction, and the controllers: of budgets, of nodes, of taints, and the owner of the Pods.

use pod_lifecycle::Grace;
use pod_lifecycle::admission::{
    Budget, Budgets, Condition, Granted, Guard, Mark, Matching, Ready as Whether, Seen as SpecSeen,
    Unhealthy, allowed, disrupt, evict, is_healthy, is_pending, is_stale,
};
use pod_lifecycle::binding::Gates;
use pod_lifecycle::controllers::node_lifecycle::{
    self, Cluster, Heartbeat, Rate, Ready, Tainting, Zone, judge, mark, tainting,
};
use pod_lifecycle::controllers::taint_eviction::{self, Toleration, reset, verdict};
use pod_lifecycle::controllers::{Readiness, stateful_set};
use pod_lifecycle::creation::{self, Namespace, Slot};
use pod_lifecycle::deletion::{Deletion, Preconditions};
use pod_lifecycle::view::Run;

use super::state::{Eviction, Place, Pod, State, Step, Stored, Target, Timer};
use super::{Changed, Disruptions, LATER, MOMENT, Mutant, NOW, Refused, Remedy, accepted, refused};

/// `spec.minAvailable` of the budget.
const DESIRED: i32 = 1;

/// Each Pod is the only one of a StatefulSet of its own; the budget selects both.
const SET: stateful_set::Set = stateful_set::Set {
    replicas: 1,
    start: 0,
    management: stateful_set::Management::OrderedReady,
    strategy: stateful_set::Strategy::RollingUpdate(stateful_set::Partition::From(0)),
    min_ready: Grace::ZERO,
    deletion: Deletion::Live,
    current_replicas: 1,
};

const fn whether(ready: bool) -> Whether {
    if ready { Whether::Yes } else { Whether::No }
}

impl Disruptions {
    /// What the owner of a Pod would do (CTL-SS-01, CTL-SS-03).
    pub(super) fn wants(state: &State, place: Place) -> Option<stateful_set::Action<()>> {
        let pod = state.pod(place).stored.map(|stored| stateful_set::Pod {
            ordinal: 0,
            phase: Some(stored.phase),
            readiness: if stored.ready { Readiness::Ready { since: None } } else { Readiness::NotReady },
            deletion: stored.deletion(),
            revision: Some(()),
        });
        let revisions = stateful_set::Revisions { current: Some(()), update: () };
        let wish = stateful_set::sync(&SET, revisions, pod.as_slice(), NOW).actions.first().copied()?;
        let node = state.node(place);
        match wish {
            // The scheduler binds no Pod to a node that is not ready.
            stateful_set::Action::Create { .. } if node.ready != Ready::True || node.taint.is_some() => None,
            stateful_set::Action::Create { .. } | stateful_set::Action::Delete { .. } => Some(wish),
        }
    }

    /// The owner acts; a new Pod is bound at once.
    pub(super) fn own(self, state: State, place: Place) -> Changed {
        match Self::wants(&state, place) {
            Some(stateful_set::Action::Create { .. }) => {
                let pod = state.pod(place);
                match creation::create(Namespace::Active, Slot::Free, Gates::Open) {
                    Ok(_) => accepted(state.with(place, Pod { stored: Some(Stored::NEW), ..pod })),
                    Err(_) => accepted(state),
                }
            }
            Some(stateful_set::Action::Delete { .. }) => Self::delete(state, place, None),
            None => accepted(state),
        }
    }

    /// An eviction reads the Pod, and the budget if it is asked (CTL-EVI-01).
    pub(super) fn evict(self, state: State, place: Place) -> State {
        let pod = state.pod(place);
        let Some(stored) = pod.stored else { return state };
        let steps = evict(stored.deletion(), Some(stored.phase), condition(stored), Run::Real);
        let (step, guard) = match steps.budgets {
            Budgets::Asked => (Step::Asked { fresh: true, allowed: state.allowed }, Guard::None),
            Budgets::Ignored => (Step::Granted, self.guarded(steps.guard)),
        };
        let eviction = Some(Eviction { step, ready: stored.ready, guard, touched: false });
        state.with(place, Pod { eviction, ..pod })
    }

    fn guarded(self, guard: Guard) -> Guard {
        if self.is(Mutant::GuardForgotten) { Guard::None } else { guard }
    }

    /// The budget decides; if it was written since it was read, it is read anew (CTL-EVI-02).
    pub(super) fn decide(self, state: State, place: Place) -> Changed {
        let pod = state.pod(place);
        let Some(Eviction { step: Step::Asked { fresh, allowed }, ready, touched, .. }) = pod.eviction else {
            return accepted(state);
        };
        let go_on = |step, guard| Pod { eviction: Some(Eviction { step, ready, guard, touched }), ..pod };
        if !fresh && !self.is(Mutant::LostUpdate) {
            let step = Step::Asked { fresh: true, allowed: state.allowed };
            return accepted(state.with(place, go_on(step, Guard::None)));
        }
        let budget = Budget {
            unhealthy: state.policy.unwrap_or(Unhealthy::IfHealthyBudget),
            seen: SpecSeen::Current,
            healthy: state.healthy.into(),
            desired: DESIRED,
            allowed: allowed.into(),
            pending: state.pods.iter().filter(|pod| pod.pending).count(),
        };
        match disrupt(Matching::One(budget), whether(ready)) {
            Ok(Granted::Free { guard }) => {
                accepted(state.with(place, go_on(Step::Granted, self.guarded(guard))))
            }
            Ok(Granted::Charged { left }) => {
                let pod = Pod { pending: true, ..go_on(Step::Granted, Guard::None) };
                let allowed = u8::try_from(left).unwrap_or(0);
                accepted(State { allowed, ..state }.with(place, pod))
            }
            Err(_) => refused(state.with(place, Pod { eviction: None, ..pod }), Refused::Exhausted),
        }
    }

    /// The version that the DELETE is given still stands (CTL-EVI-03).
    fn stands(eviction: Eviction) -> bool {
        let asked = match eviction.guard {
            Guard::None => None,
            Guard::Version => Some(false),
        };
        let preconditions = Preconditions::<(), bool> { uid: None, resource_version: asked };
        preconditions.allow(&(), &eviction.touched).is_ok()
    }

    /// The eviction writes its condition (CTL-EVI-06).
    ///
    /// # Errors
    /// The answer by which it is refused.
    fn mark(state: State, place: Place) -> Result<State, Refused> {
        let pod = state.pod(place);
        let (Some(eviction), Some(stored)) = (pod.eviction, pod.stored) else { return Err(Refused::Absent) };
        if !Self::stands(eviction) {
            return Err(Refused::Conflict);
        }
        let steps = evict(stored.deletion(), Some(stored.phase), condition(stored), Run::Real);
        let target = match steps.mark {
            Mark::Written => Target::Eviction,
            Mark::Kept | Mark::Skipped => stored.target,
        };
        Ok(state.with(place, Pod { stored: Some(Stored { target, ..stored }), eviction: None, ..pod }))
    }

    /// Condition and DELETE of the eviction.
    pub(super) fn evict_delete(self, state: State, place: Place) -> Changed {
        match Self::mark(state, place) {
            Ok(state) => Self::delete(state, place, None),
            Err(answer) => refused(state.with(place, Pod { eviction: None, ..state.pod(place) }), answer),
        }
    }

    /// The API server dies between the two.
    pub(super) fn lose(self, state: State, place: Place) -> State {
        Self::mark(state, place)
            .unwrap_or_else(|_| state.with(place, Pod { eviction: None, ..state.pod(place) }))
    }

    /// The disruption controller counts (CTL-EVI-04).
    pub(super) fn recount(self, state: State) -> State {
        let granted = |pod: &Pod| pod.pending.then_some(MOMENT);
        let healthy = |pod: &&Pod| {
            let entry = granted(pod).filter(|_| !self.is(Mutant::PendingCounted));
            pod.stored.is_some_and(|stored| is_healthy(whether(stored.ready), stored.deletion(), entry, NOW))
        };
        let healthy = state.pods.iter().filter(healthy).count();
        let expected = state.pods.iter().filter(|pod| pod.stored.is_some()).count();
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let allowed = allowed(count(healthy), DESIRED, count(expected));
        let pods = state.pods.map(|pod| {
            let kept = pod.stored.is_some_and(|stored| is_pending(stored.deletion(), granted(&pod), NOW));
            Pod { pending: kept, ..pod }
        });
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        State { pods, healthy: small(healthy), allowed: u8::try_from(allowed).unwrap_or(0), ..state }
    }

    /// It resets a condition that has come to nothing (OBJ-43).
    pub(super) fn reset_target(state: State, place: Place) -> State {
        let pod = state.pod(place);
        let stored = pod.stored.map(|stored| {
            let stale = is_stale(stored.deletion(), Some(stored.phase), MOMENT, LATER);
            Stored { target: if stale { Target::None } else { stored.target }, ..stored }
        });
        state.with(place, Pod { stored, ..pod })
    }

    /// One pass of the node controller over both nodes (CTL-NOD-02 … CTL-NOD-04), by which this one has become stale. One that is
    /// `Unknown` still is.
    pub(super) fn pass(self, mut state: State, missed: Option<Place>) -> State {
        let mut lost = false;
        for place in Place::ALL {
            let (mut node, mut pod) = (state.node(place), state.pod(place));
            let found = node.ready;
            let is_stale = missed == Some(place) || found == Ready::Unknown;
            let heartbeat = if is_stale { Heartbeat::Stale } else { Heartbeat::Fresh };
            node.ready = judge(Some(found), heartbeat).unwrap_or(found);
            if mark(Some(found), Some(node.ready)) == node_lifecycle::Mark::NotReady {
                lost = true;
                pod.stored = pod.stored.map(|stored| Stored { ready: false, ..stored });
            }
            // What it found, not what it leaves.
            match tainting(found, node.taint) {
                Tainting::Removed => node.taint = None,
                Tainting::Swapped(taint) => node.taint = Some(taint),
                Tainting::None | Tainting::Queued(_) => {}
            }
            state = state.with(place, pod).with_node(place, node);
        }
        if lost && self.is(Mutant::AllMarked) {
            state.pods = state
                .pods
                .map(|pod| Pod { stored: pod.stored.map(|stored| Stored { ready: false, ..stored }), ..pod });
        }
        state.dark = self.zone(&state).1 == Cluster::Dark && !self.is(Mutant::NeverDark);
        if state.dark && !self.is(Mutant::TaintsKept) {
            state.nodes = state.nodes.map(|node| super::state::Node { taint: None, ..node });
        }
        state
    }

    /// The zone that both nodes are in, and the cluster that it is all of.
    fn zone(self, state: &State) -> (Zone, Cluster) {
        let ready = state.nodes.iter().filter(|node| node.ready == Ready::True).count();
        let ready = u32::try_from(ready).unwrap_or(u32::MAX);
        let zone = Zone::of(ready, 2_u32.saturating_sub(ready));
        (zone, Cluster::of([zone]))
    }

    /// Whether a node waits in the queue and its turn may come.
    pub(super) fn may_taint(self, state: &State, place: Place) -> bool {
        let node = state.node(place);
        let cluster = if state.dark { Cluster::Dark } else { Cluster::Seen };
        let waits = matches!(tainting(node.ready, node.taint), Tainting::Queued(_));
        waits
            && (node_lifecycle::rate(cluster, self.zone(state).0, 2) != Rate::Stopped
                || self.is(Mutant::RateIgnored))
            && !self.is(Mutant::NeverTainted)
    }

    pub(super) fn taint(self, state: State, place: Place) -> State {
        let node = state.node(place);
        match tainting(node.ready, node.taint) {
            Tainting::Queued(taint) => {
                state.with_node(place, super::state::Node { taint: Some(taint), ..node })
            }
            Tainting::None | Tainting::Swapped(_) | Tainting::Removed => state,
        }
    }

    /// Taint eviction sees the taints of a node (CTL-TNT-01, CTL-TNT-02).
    pub(super) fn schedule(self, state: State, place: Place) -> State {
        let pod = state.pod(place);
        let tolerates = |_| match place.tolerates() {
            Toleration::None if self.has(Remedy::DefaultTolerations) => Place::One.tolerates(),
            Toleration::Seconds(_) if self.is(Mutant::SecondsIgnored) => Toleration::Seconds(0),
            tolerated @ (Toleration::None | Toleration::Unlimited | Toleration::Seconds(_)) => tolerated,
        };
        let verdict = verdict(state.node(place).taint.map(tolerates));
        let running = match pod.timer {
            Timer::None | Timer::Fired => None,
            Timer::Running => Some(taint_eviction::Timer::until(LATER)),
            Timer::Due => Some(taint_eviction::Timer::until(NOW)),
        };
        let timer = match (pod.timer, reset(running, verdict, NOW)) {
            (timer @ (Timer::Running | Timer::Due), None) if self.is(Mutant::TimerKept) => timer,
            (_, None) => Timer::None,
            (Timer::Fired, Some(_)) => Timer::Fired,
            (_, Some(timer)) if timer.due() > NOW => Timer::Running,
            (_, Some(_)) => Timer::Due,
        };
        state.with(place, Pod { timer, ..pod })
    }

    /// It writes the condition of a Pod whose time is over, and deletes it (CTL-TNT-04).
    pub(super) fn taint_delete(state: State, place: Place) -> Changed {
        let pod = state.pod(place);
        let stored = pod.stored.map(|stored| Stored { target: Target::Taint, ..stored });
        Self::delete(state.with(place, Pod { stored, timer: Timer::Fired, ..pod }), place, None)
    }
}

const fn condition(stored: Stored) -> Condition {
    match stored.target {
        Target::Eviction => Condition::Present,
        Target::None | Target::Taint | Target::Kubelet => Condition::Missing,
    }
}
