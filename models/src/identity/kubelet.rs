//! The kubelets: what they see, and the calls of their pod workers. Who decides is `pod_lifecycle`. A call is in progress
//! where the activity of the worker says so; calls do not fail here (`pod`).

use pod_lifecycle::container::{
    ContainerFacts, ContainerPolicy, ContainerState, RestartPolicy, Role, Started,
};
use pod_lifecycle::final_status::{
    self, Ending, FinalDelete, Finished, Initialization, Inits, Object as Whose, Shown, final_delete,
};
use pod_lifecycle::kubelet_admission::{InRuntime, takes_up};
use pod_lifecycle::phase::{
    self, Copies, Deadline, Deleting, Initialized, Phase, Processes, Publication, Source, settle,
};
use pod_lifecycle::sync::{self, Container, Reset, SandboxNeed, Start};
use pod_lifecycle::worker::{
    self, Activity, Call, Config, Desired, Difference, Event, Facts, Housekeeping, Killer, Kind, Outcome,
    Pass, Question, Remains, Sources, Stage, Subject, Taken, Turn, Update, Worker,
};

use super::actions::Action;
use super::state::{
    Breach, EXIT, Incarnation, Life, Machine, Node, Object, Owner, Process, State, Stored, Uid,
};
use super::{Identity, Mutant, met};
use crate::records;

/// What a kubelet would notice next of one incarnation.
pub(super) type News = (Difference, Stored);

impl Identity {
    /// What the watch of its kubelet would bring next. REMOVE comes before the ADD of a successor on the same node
    /// (KUB-02); of an erased object the watch tells nothing until that.
    pub(super) fn news(&self, state: &State, uid: Uid) -> Option<News> {
        let incarnation = state.of(uid)?;
        let same_name = |other: &Incarnation| {
            state.owner == Owner::StatefulSet && other.node == incarnation.node && incarnation.node.is_some()
        };
        let other = state.of(uid.other()).filter(same_name);
        match (incarnation.seen, incarnation.stored.filter(|_| incarnation.node.is_some())) {
            (Some(seen), None) => {
                let replaced = other.is_some_and(|other| other.stored.is_some());
                (incarnation.breach != Breach::Erased || replaced).then_some((Difference::Gone, seen))
            }
            (None, Some(stored)) => {
                let first = other.is_none_or(|other| other.seen.is_none());
                first.then_some((Difference::New, stored))
            }
            (Some(seen), Some(stored)) if seen.deleting != stored.deleting => {
                Some((Difference::Changed, stored))
            }
            (Some(seen), Some(stored)) if seen != stored => Some((Difference::StatusOnly, stored)),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    pub(super) fn watch(&self, state: State, uid: Uid) -> State {
        let Some(news) = self.news(&state, uid) else { return state };
        self.notice(state, uid, news)
    }

    /// A config event (KUB-01 … KUB-03).
    fn notice(&self, state: State, uid: Uid, (difference, object): News) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let seen = Some(object).filter(|_| difference != Difference::Gone);
        let state = state.with(uid, Incarnation { seen, ..incarnation });
        let facts = object.facts();
        match Event::of(difference, facts) {
            None | Some(Event::Reconcile) => state, // PHA-37
            Some(event @ (Event::Add | Event::Remove | Event::Update | Event::Delete)) => {
                event.update(facts, Sources::Complete).map_or(state, |update| self.push(state, uid, update))
            }
        }
    }

    /// A kubelet process is gone, or its machine: what is not on the node is lost (KUB-61).
    pub(super) fn lose(state: State, node: Node, process: fn(Process) -> Process) -> State {
        let mut state = Self::on_machine(state, node, |machine| machine.life = Life::Listing);
        for uid in Uid::ALL {
            let Some(incarnation) = state.of(uid).filter(|incarnation| incarnation.node == Some(node)) else {
                continue;
            };
            let process = process(incarnation.process);
            state = state.with(uid, Incarnation { process, seen: None, worker: None, ..incarnation });
        }
        state
    }

    /// The first list of a kubelet process: a consistent read. It registers its Node if there is none.
    pub(super) fn first_list(&self, state: State, node: Node) -> State {
        let here = |incarnation: &Incarnation| incarnation.node == Some(node);
        if self.is(Mutant::ListsThePast)
            && state.past.and_then(|uid| state.of(uid)).is_some_and(|past| here(&past))
        {
            let breach = |uid| state.of(uid).map_or(Breach::None, |incarnation| incarnation.breach);
            let listed = self.list_past(state, node);
            return Uid::ALL.into_iter().fold(listed, |listed, uid| match listed.of(uid) {
                Some(incarnation) => listed.with(uid, Incarnation { breach: breach(uid), ..incarnation }),
                None => listed,
            });
        }
        let mut state = Self::listed(state, node);
        for uid in Uid::ALL {
            let stored = state.of(uid).filter(here).and_then(|incarnation| incarnation.stored);
            let Some(stored) = stored else { continue };
            if stored.ended && self.is(Mutant::EndedSkipped) {
                let listed =
                    state.of(uid).map(|incarnation| Incarnation { seen: Some(stored), ..incarnation });
                state = listed.map_or(state, |incarnation| state.with(uid, incarnation));
                continue;
            }
            let ended = stored.ended && !self.is(Mutant::RestartsEnded);
            state = self.notice(state, uid, (Difference::New, Stored { ended, ..stored }));
        }
        state
    }

    fn listed(state: State, node: Node) -> State {
        Self::on_machine(state, node, |machine| {
            machine.life = Life::Synced;
            if machine.object == Object::Absent {
                machine.object = Object::NotReady;
            }
        })
    }

    /// The first list of a kubelet process comes from the cache that stands still.
    pub(super) fn list_past(&self, state: State, node: Node) -> State {
        let state = Self::listed(state, node);
        let Some(uid) = state.past else { return state };
        let Some(incarnation) = state.of(uid).filter(|incarnation| incarnation.node == Some(node)) else {
            return state;
        };
        let told = met(incarnation, Breach::Relisted);
        self.notice(state.with(uid, told), uid, (Difference::New, Stored::NEW))
    }

    /// Whether the kubelet has seen something that was erased since.
    pub(super) fn may_relist(&self, state: &State, node: Node) -> bool {
        let machine = state.machine(node);
        machine.is_served()
            && machine.life != Life::Listing
            && !self.is(Mutant::NeverRelists)
            && state.alive.into_iter().flatten().any(|incarnation| is_blind(&incarnation, node))
    }

    pub(super) fn relist(&self, mut state: State, node: Node) -> State {
        for uid in Uid::ALL {
            let blind = state.of(uid).filter(|incarnation| is_blind(incarnation, node));
            if let Some(seen) = blind.and_then(|incarnation| incarnation.seen) {
                state = self.notice(state, uid, (Difference::Gone, seen));
            }
        }
        state
    }

    /// An update reaches the worker, which takes it as soon as it is free.
    fn push(&self, state: State, uid: Uid, update: Update) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let worker = worker::update(incarnation.worker, update, remains(&incarnation)).next;
        self.advance(state.with(uid, Incarnation { worker, ..incarnation }), uid)
    }

    /// The worker takes what waits until a call lasts or nothing waits.
    fn advance(&self, state: State, uid: Uid) -> State {
        let Some(mut incarnation) = state.of(uid) else { return state };
        while let Some(Taken { next, call, effects: _ }) =
            incarnation.worker.and_then(|worker| worker.take(Turn::Mine).ok())
        {
            incarnation.worker = Some(next);
            let returned = match call {
                Call::SyncPod { kind: _, pod } => sync_pod(&incarnation, pod),
                Call::SyncTerminatingPod { .. }
                | Call::SyncTerminatingRuntimePod
                | Call::SyncTerminatedPod { .. }
                | Call::HeldBack
                | Call::NeverStarts
                | Call::Idle => None,
            };
            let Some(outcome) = returned else { break };
            incarnation.worker = done(Some(next), outcome);
        }
        state.with(uid, incarnation)
    }

    /// What its worker is at, as steps that end it.
    pub(super) fn next_of_worker(&self, incarnation: &Incarnation, uid: Uid) -> Option<Action> {
        let worker = incarnation.worker?;
        match worker.activity {
            Activity::Calling(Pass::Sync) => Some(Action::Start(uid)),
            Activity::StoppingRuntime | Activity::Calling(Pass::Terminating) => Some(Action::Stop(uid)),
            Activity::Calling(Pass::Terminated) => Some(Action::Finish(uid)),
            Activity::New | Activity::Resting => {
                let unnoticed =
                    worker.stage == Stage::Sync && incarnation.seen.is_some_and(|seen| seen.ended);
                unnoticed.then_some(Action::Tick(uid))
            }
        }
    }

    pub(super) fn started(&self, state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let worker = done(incarnation.worker, Outcome::Ok);
        self.advance(state.with(uid, Incarnation { process: Process::Running, worker, ..incarnation }), uid)
    }

    pub(super) fn tick(&self, state: State, uid: Uid) -> State {
        let Some(seen) = state.of(uid).and_then(|incarnation| incarnation.seen) else { return state };
        self.push(state, uid, Update { kind: Kind::Sync, subject: Subject::Pod(seen.facts()), kill: None })
    }

    pub(super) fn stopped(&self, state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        let process = match incarnation.process {
            Process::Running => Process::Exited,
            Process::None | Process::Exited => incarnation.process,
        };
        let worker = done(incarnation.worker, Outcome::Ok);
        self.advance(state.with(uid, Incarnation { process, worker, ..incarnation }), uid)
    }

    pub(super) fn finished(&self, state: State, uid: Uid) -> State {
        let Some(incarnation) = state.of(uid) else { return state };
        state.with(uid, Incarnation { worker: done(incarnation.worker, Outcome::Ok), ..incarnation })
    }

    /// One cycle of the status writer (KUB-36): GET, PATCH if something differs, the final DELETE if it is due.
    pub(super) fn report(&self, state: State, uid: Uid) -> State {
        let (Some(incarnation), Some(machine)) = (state.of(uid), state.host(uid)) else { return state };
        let (Some(worker), Some(_)) = (incarnation.worker, incarnation.seen) else { return state };
        let found = state.named_as(uid).filter(|found| *found == uid || self.is(Mutant::PatchByName));
        let Some(found) = found else { return state }; // PHA-36
        let Some((other, stored)) = state.of(found).and_then(|other| Some((other, other.stored?))) else {
            return state;
        };
        let cached = cached(&worker, incarnation.process);
        let possible = Question::CouldHaveRunningContainers.answer(Some(worker), housekeeping(machine.life));
        let processes = if possible { Processes::Possible } else { Processes::Stopped };
        let phase = match phase::publish(Some(stored.phase()), Some(cached), processes) {
            Publication::New => cached,
            Publication::Withheld => stored.phase(),
        };
        let stored = Stored { ended: phase.is_terminal(), ..stored };
        let deleting = if stored.deleting { Deleting::Yes } else { Deleting::No };
        let decision = if self.is(Mutant::FinishedIgnored) {
            final_delete(deleting, Whose::Own, Some(Phase::Failed), Finished::Yes)
        } else {
            let finished = matches!(worker.stage, Stage::Finished { .. });
            let finished = if finished { Finished::Yes } else { Finished::No };
            final_delete(deleting, Whose::Own, Some(phase), finished)
        };
        let state = state.with(found, Incarnation { stored: Some(stored), ..other });
        match (decision, state.of(uid)) {
            (FinalDelete::Sent, Some(sender)) if found == uid => {
                state.with(uid, Incarnation { sent: true, ..sender })
            }
            (FinalDelete::Sent | FinalDelete::Withheld, _) => state,
        }
    }

    /// Whether the runtime holds something of an incarnation that no worker knows (KUB-60).
    pub(super) fn is_orphan(&self, machine: &Machine, incarnation: &Incarnation) -> bool {
        machine.life == Life::Synced
            && incarnation.worker.is_none()
            && remains(incarnation) == Remains::Something
            && !self.is_unknown(machine, incarnation)
            && !self.is(Mutant::OrphanSpared)
    }

    /// With which update housekeeping gives a listed Pod that no worker knows to one (CRE-46). Nothing is rejected here: that it
    /// is not terminal happens if the worker stopped it as an orphan when it was listed.
    fn unknown(&self, machine: &Machine, incarnation: &Incarnation) -> Option<Kind> {
        let seen =
            incarnation.seen.filter(|_| machine.life == Life::Synced && !self.is(Mutant::NeverTakenUp))?;
        let runtime = if incarnation.runs() { InRuntime::Running } else { InRuntime::Gone };
        let kind = takes_up(seen.phase(), None, seen.deletion(), incarnation.worker, runtime);
        kind.filter(|kind| *kind == Kind::Create || !self.is(Mutant::EndedSkipped))
    }

    /// Whether it does.
    pub(super) fn is_unknown(&self, machine: &Machine, incarnation: &Incarnation) -> bool {
        self.unknown(machine, incarnation).is_some()
    }

    pub(super) fn take_up(&self, state: State, uid: Uid) -> State {
        let (Some(incarnation), Some(machine)) = (state.of(uid), state.host(uid)) else { return state };
        let (Some(kind), Some(seen)) = (self.unknown(&machine, &incarnation), incarnation.seen) else {
            return state;
        };
        self.push(state, uid, Update { kind, subject: Subject::Pod(seen.facts()), kill: None })
    }

    pub(super) fn kill_orphan(&self, state: State, uid: Uid) -> State {
        let kill = Killer::Orphan.options(None);
        self.push(state, uid, Update { kind: Kind::Kill, subject: Subject::Runtime, kill })
    }
}

/// It was erased, and its kubelet does not know.
fn is_blind(incarnation: &Incarnation, node: Node) -> bool {
    incarnation.node == Some(node) && incarnation.seen.is_some() && incarnation.breach == Breach::Erased
}

const fn remains(incarnation: &Incarnation) -> Remains {
    match incarnation.process {
        Process::Running => Remains::Something,
        Process::None | Process::Exited => Remains::Nothing,
    }
}

const fn housekeeping(life: Life) -> Housekeeping {
    match life {
        Life::Listing => Housekeeping::NotYet,
        Life::Synced => Housekeeping::Done,
    }
}

fn done(worker: Option<Worker>, outcome: Outcome) -> Option<Worker> {
    worker.and_then(|worker| worker.done(outcome).map_or(Some(worker), |done| done.next))
}

/// One normal pass (CRE-50); `None` if it goes on with a start.
fn sync_pod(incarnation: &Incarnation, pod: Config) -> Option<Outcome> {
    if computed(incarnation.process, pod.phase, phase::Pass::Running).is_terminal() {
        return Some(Outcome::Terminal);
    }
    let sandbox = match incarnation.process {
        Process::None => SandboxNeed::New { attempt: 0 },
        Process::Running => SandboxNeed::Fits,
        Process::Exited => SandboxNeed::New { attempt: 1 },
    };
    let facts = sync::Facts {
        policy: Some(RestartPolicy::Always),
        deleting: Deleting::No,
        sandbox,
        reset: Reset::NotDue,
    };
    let instance = incarnation.process.instance();
    let policy = ContainerPolicy::default();
    let containers = [Container { role: Role::Regular, policy, instances: instance.as_slice() }];
    let starts = sync::plan(facts, &containers).verdicts().any(|verdict| verdict.starts() == Start::Yes);
    (!starts).then_some(Outcome::Ok)
}

/// The phase that a pass computes (PHA-04, PHA-11, PHA-15).
fn computed(process: Process, api: Option<Phase>, pass: phase::Pass) -> Phase {
    let facts = phase::Facts {
        policy: Some(RestartPolicy::Always),
        pass,
        source: Source::Api,
        initialized: if process == Process::None { Initialized::No } else { Initialized::Yes },
    };
    let state = match process {
        Process::None => ContainerState::Waiting,
        Process::Running => ContainerState::Running(Started::Yes),
        Process::Exited => ContainerState::Terminated(EXIT),
    };
    let container = ContainerFacts { role: Role::Regular, policy: ContainerPolicy::default(), state };
    let copies = Copies { previous: api, api };
    settle(phase::compute(facts, [container]).phase(), copies, Deadline::Open).phase
}

/// The phase in the cache of the kubelet: what the last pass of the worker has left there.
fn cached(worker: &Worker, process: Process) -> Phase {
    let api = match worker.handled.map(|handled| handled.subject) {
        Some(Subject::Pod(pod)) => pod.phase,
        Some(Subject::Runtime) | None => None,
    };
    match worker.stage {
        Stage::Sync | Stage::Terminating { .. } => computed(process, api, phase::Pass::Running),
        Stage::Terminated { .. } => computed(process, api, phase::Pass::Stopped),
        Stage::Finished { .. } => {
            let phase = computed(process, api, phase::Pass::Stopped);
            let shown = match process {
                Process::None => Shown::Waiting,
                Process::Running | Process::Exited => Shown::Terminated(EXIT.code),
            };
            let entry = final_status::Entry { shown, last: None };
            let initialized = Initialization::of(Inits::None, [entry]);
            Ending::of(initialized, &[], Some(phase), Source::Api).phase.unwrap_or(phase)
        }
    }
}

/// Housekeeping looks at a record whose call has ended (KUB-27). What it does to one that waits for nothing nobody else
/// sees, so it is no step of its own; nor is the REMOVE of a Pod that is finished.
pub(super) fn housekept(incarnation: Incarnation) -> Incarnation {
    let Some(worker) = incarnation.worker.filter(|worker| !worker.is_working()) else { return incarnation };
    let finished = matches!(worker.stage, Stage::Finished { .. }) && incarnation.stored.is_none();
    let seen = incarnation.seen.filter(|_| !finished);
    let desired = if seen.is_some() { Desired::Listed } else { Desired::Orphan };
    Incarnation { seen, worker: worker.housekeep(desired).next, ..incarnation }
}

/// A record without what nobody will read again: no grace is ever compared here.
pub(super) fn spent(worker: Worker, incarnation: &Incarnation) -> Worker {
    records::spent(worker, |phase| {
        let phase = phase.filter(|_| incarnation.seen.is_some());
        Config::of(Facts { phase, ..Stored::NEW.facts() })
    })
}
