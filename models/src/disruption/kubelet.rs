//! The kubelets: what each does with its Pod, what it tells the API server, and how it shuts its node down.

use pod_lifecycle::Grace;
use pod_lifecycle::container::{
    ContainerPolicy, Exit, ExitReason, Health, Instance, RestartPolicy, Role, Started,
};
use pod_lifecycle::controllers::node_lifecycle::Ready;
use pod_lifecycle::final_status::{
    self, Ending, FinalDelete, Finished, Initialization, Inits, Object, Shown, final_delete,
};
use pod_lifecycle::kubelet_admission::{
    Handler, InRuntime, Need, Reason, Rejected, admit, needed, pushes_through,
};
use pod_lifecycle::phase::{Deadline, Deleting, Initialized, Pass, Phase, Processes, Publication, Source};
use pod_lifecycle::shutdown::{Group, Present, Shutdown, group_of, two_groups};
use pod_lifecycle::status::{
    self, Condition, ConditionType, Content, Identity, Listed, Probed, Run, RunState, Runs, Snapshot,
    StartFailure, Truth, generate, merge,
};
use pod_lifecycle::sync::{self, Reset, SandboxNeed, Start};
use pod_lifecycle::worker::{self, Housekeeping, Killer, Kind, Question, Remains, Subject, Update};

use super::state::{Entry, Node, Place, Pod, Process, Seen, State, Stored, Target, Work};
use super::{Changed, Disruptions, Mutant, NOW, Remedy, accepted};

/// How a process ends that is stopped, or whose machine goes off.
const EXIT: Exit = Exit { code: 137, reason: ExitReason::Other };

/// `shutdownGracePeriod` 30 s, of which 10 s are for critical Pods. Both Pods here are others.
const GROUPS: [Group; 2] = two_groups(Grace::from_secs(30), Grace::from_secs(10));

/// A status that the kubelet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    phase: Phase,
    entry: Entry,
    pub(super) ready: bool,
    target: Target,
}

impl Disruptions {
    /// The status that the kubelet holds of a Pod: what the last pass of its worker has left, or the rejection.
    pub(super) fn holds(self, pod: &Pod) -> Option<Status> {
        let stored = pod.stored?;
        let pass = match pod.work {
            Work::None => return None,
            Work::Rejected => {
                let (entry, ready) = (Entry::None, false);
                return Some(Status { phase: Rejected::PHASE, entry, ready, target: Target::None });
            }
            Work::Sync | Work::Terminating => Pass::Running,
            Work::Finished => Pass::Stopped,
        };
        let status = Self::computed(pod, stored, pass);
        let status = match pod.work {
            Work::Terminating if pod.killed => Status { phase: Phase::Failed, ..status }, // PHA-18
            Work::None | Work::Rejected | Work::Sync | Work::Terminating => status,
            Work::Finished => ended(status, stored.entry),
        };
        let unready = pod.work == Work::Terminating && self.has(Remedy::UnreadyWhenKilled);
        let target = if pod.killed { Target::Kubelet } else { Target::None };
        Some(Status { target, ready: status.ready && !unready, ..status })
    }

    /// Phase, entry and `Ready` from what the runtime and the prober know (PHA-16).
    fn computed(pod: &Pod, stored: Stored, pass: Pass) -> Status {
        let run = |state| Runs::One(Run { state, restarts: 0, identity: Identity::Other });
        let (runs, initialized) = match pod.process {
            Process::None => (Runs::None, Initialized::No),
            Process::Running => (run(RunState::Running), Initialized::Yes),
            Process::Exited => (run(RunState::Exited(EXIT)), Initialized::Yes),
        };
        let ready = if pod.probe { status::Ready::Yes } else { status::Ready::No };
        let containers = [status::Container {
            role: Role::Regular,
            policy: ContainerPolicy::default(),
            runs,
            before: None,
            failure: StartFailure::None,
            probed: Probed { ready: Some(ready), started: None },
        }];
        let facts = status::Facts {
            policy: Some(RestartPolicy::Always),
            pass,
            source: Source::Api,
            deleting: if pod.seen == Seen::Deleting { Deleting::Yes } else { Deleting::No },
            sandbox: sandbox(pod.process),
            initialized,
            deadline: Deadline::Open,
            gates: &[],
            api: Snapshot { phase: Some(stored.phase), conditions: &[] },
            cached: None,
            resize: &[],
        };
        let generated = generate(facts, &containers);
        let entry = generated.entries().next().map_or(Entry::None, |entry| match entry.state {
            status::State::Waiting(_) => Entry::None,
            status::State::Running(_) => Entry::Running,
            status::State::Terminated(..) => Entry::Ended,
        });
        let ready = generated.conditions().any(|listed| match listed {
            Listed::Made(made) => made.kind == ConditionType::Ready && made.status == Truth::True,
            Listed::Api(_) | Listed::Resize(_) | Listed::Previous(_) => false,
        });
        Status { phase: generated.settled.phase, entry, ready, target: Target::None }
    }

    /// The kubelet sees what is stored: a Pod that is new to it, or one that is being deleted.
    pub(super) fn watch(self, pod: Pod, node: Node) -> Pod {
        let Some(stored) = pod.stored else { return pod };
        let seen = if stored.deleting { Seen::Deleting } else { Seen::Live };
        if pod.seen == seen {
            return pod;
        }
        let shuts_down = node.shutdown && !self.is(Mutant::ShutdownForgotten);
        let asks = |handler| (handler == Handler::NodeShutdown && shuts_down).then_some(Reason::NodeShutdown);
        let is_new = pod.seen == Seen::Nothing;
        let rejected = is_new && needed(Some(stored.phase), None) == Need::Asked && admit(asks).is_err();
        let work = match (rejected, pod.work) {
            (true, _) => Work::Rejected,
            (false, Work::Rejected) => {
                let pushed = pushes_through(Rejected::PHASE, stored.deletion(), None, InRuntime::Gone);
                if pushed { Work::Finished } else { Work::Rejected } // CRE-46
            }
            (false, work) => {
                let kind = if is_new { Kind::Create } else { Kind::Update };
                told(&pod, work, Update { kind, subject: Subject::Pod(stored.facts()), kill: None })
            }
        };
        Pod { seen, work, ..pod }
    }

    /// Whether a pass of the worker would start the container (CTR-11).
    pub(super) fn may_start(pod: &Pod) -> bool {
        if pod.work != Work::Sync {
            return false;
        }
        let facts = sync::Facts {
            policy: Some(RestartPolicy::Always),
            deleting: Deleting::No,
            sandbox: sandbox(pod.process),
            reset: Reset::NotDue,
        };
        let instance = match pod.process {
            Process::None => None,
            Process::Running => Some(Instance::Running(Health::GOOD)),
            Process::Exited => Some(Instance::Exited(EXIT)),
        };
        let policy = ContainerPolicy::default();
        let containers = [sync::Container { role: Role::Regular, policy, instances: instance.as_slice() }];
        sync::plan(facts, &containers).verdicts().any(|verdict| verdict.starts() == Start::Yes)
    }

    /// Whether the readiness probe of a Pod still runs: until its process is stopped, or its phase in the cache is terminal
    /// (CTR-55, CTR-56).
    pub(super) fn is_probed(self, pod: &Pod) -> bool {
        let ends = self.holds(pod).is_none_or(|status| status.phase.is_terminal());
        pod.runs() && !ends
    }

    /// The process is stopped; nothing is left to do.
    pub(super) fn stop(state: State, place: Place) -> State {
        let pod = state.pod(place);
        let process = if pod.runs() { Process::Exited } else { pod.process };
        state.with(place, Pod { process, work: Work::Finished, ..pod })
    }

    /// One cycle of the status writer (KUB-36): GET, PATCH if something differs, the final DELETE if it is due.
    pub(super) fn report(self, state: State, place: Place) -> Changed {
        let pod = state.pod(place);
        let (Some(stored), Some(held)) = (pod.stored, self.holds(&pod)) else { return accepted(state) };
        let stored = self.merged(&pod, stored, held);
        let state = state.with(place, Pod { stored: Some(stored), ..pod });
        let deleting = if stored.deleting { Deleting::Yes } else { Deleting::No };
        let finished = pod.work == Work::Finished || self.is(Mutant::FinishedIgnored);
        let finished = if finished { Finished::Yes } else { Finished::No };
        let phase = if self.is(Mutant::FinishedIgnored) { Phase::Failed } else { stored.phase };
        match final_delete(deleting, Object::Own, Some(phase), finished) {
            FinalDelete::Sent => Self::delete(state, place, Some(Grace::ZERO)),
            FinalDelete::Withheld => accepted(state),
        }
    }

    /// What the PATCH leaves (PHA-31, PHA-32, PHA-34).
    fn merged(self, pod: &Pod, stored: Stored, held: Status) -> Stored {
        let truth = |of: bool| if of { Truth::True } else { Truth::False };
        let condition = |kind, status| Condition { kind, status };
        let of = |ready, target| {
            let disrupted = truth(target != Target::None);
            [
                condition(ConditionType::DisruptionTarget, disrupted),
                condition(ConditionType::Ready, truth(ready)),
            ]
        };
        let (old, new) = (of(stored.ready, stored.target), of(held.ready, held.target));
        // Without the condition there is none to be written.
        let new = if held.target == Target::None { &new[1..] } else { &new[..] };
        let record = pod.work.worker();
        let possible = Question::CouldHaveRunningContainers.answer(record, Housekeeping::Done);
        let processes = if possible { Processes::Possible } else { Processes::Stopped };
        let write = merge(
            Snapshot { phase: Some(stored.phase), conditions: &old },
            Snapshot { phase: Some(held.phase), conditions: new },
            processes,
        );
        let phase = match write.publication {
            Publication::New => held.phase,
            Publication::Withheld => stored.phase,
        };
        let (mut ready, mut target) = (false, stored.target);
        for merged in write.conditions() {
            match merged.content {
                Content::New(index) => match new.get(index) {
                    Some(Condition { kind: ConditionType::DisruptionTarget, .. }) => target = held.target,
                    Some(Condition { kind: ConditionType::Ready, status }) => ready = *status == Truth::True,
                    Some(_) | None => {}
                },
                Content::Stored(_) | Content::NotReady(..) => {}
            }
        }
        if pod.killed && self.is(Mutant::TargetEarly) {
            target = held.target;
        }
        Stored { phase, ready, target, entry: held.entry, ..stored }
    }

    /// The node shuts down: the kubelet sends a kill to the worker of every active Pod (KUB-68).
    pub(super) fn shutdown(state: State, place: Place) -> State {
        let (node, pod) = (state.node(place), state.pod(place));
        let state = state.with_node(place, Node { shutdown: true, ..node });
        let (Work::Sync, Some(stored)) = (pod.work, pod.stored) else { return state };
        let Some(period) =
            group_of(&GROUPS, None).and_then(|group| GROUPS.get(group)).map(|group| group.period)
        else {
            return state;
        };
        let kill = Killer::Shutdown { period }.options(Some(Grace::DEFAULT));
        // It knows of the deletion only what it has seen.
        let known = Stored { deleting: pod.seen == Seen::Deleting, ..stored };
        let work =
            told(&pod, pod.work, Update { kind: Kind::Kill, subject: Subject::Pod(known.facts()), kill });
        state.with(place, Pod { work, killed: true, ..pod })
    }

    /// Whether the groups have all had their time, or nobody is left in them (KUB-68).
    pub(super) fn is_over(pod: &Pod) -> bool {
        let group = group_of(&GROUPS, None);
        let present = |place| match pod.work {
            Work::Sync | Work::Terminating if Some(place) == group => Present::Somebody,
            Work::None | Work::Rejected | Work::Sync | Work::Terminating | Work::Finished => Present::Nobody,
        };
        Shutdown::begin(&GROUPS, NOW, present) == Shutdown::Over
    }

    /// The machine goes off: processes end, and what its kubelet knew is lost.
    pub(super) fn off(state: State, place: Place) -> State {
        let (node, pod) = (state.node(place), state.pod(place));
        let process = if pod.runs() { Process::Exited } else { pod.process };
        let pod = Pod { process, seen: Seen::Nothing, work: Work::None, killed: false, ..pod };
        state.with(place, pod).with_node(place, Node { on: false, link: true, shutdown: false, ..node })
    }

    /// What a kubelet reports of its node.
    pub(super) const fn reports(node: Node) -> Ready {
        if node.shutdown { Ready::False } else { Ready::True }
    }

    /// The kubelet renews its lease and reports its node.
    pub(super) fn beat(state: State, place: Place) -> State {
        let node = state.node(place);
        state.with_node(place, Node { ready: Self::reports(node), ..node })
    }
}

/// `TerminatePod` (PHA-19, KUB-32).
fn ended(status: Status, stored: Entry) -> Status {
    let entry = |entry| {
        let shown = match entry {
            Entry::None => Shown::Waiting,
            Entry::Running => Shown::Running(Started::Yes),
            Entry::Ended => Shown::Terminated(EXIT.code),
        };
        final_status::Entry { shown, last: None }
    };
    let initialized = Initialization::of(Inits::None, [entry(stored)]);
    let ending = Ending::of(initialized, &[], Some(status.phase), Source::Api);
    let lost = ending.of_regular(entry(status.entry)).is_some();
    Status {
        phase: ending.phase.unwrap_or(status.phase),
        entry: if lost { Entry::Ended } else { status.entry },
        ..status
    }
}

const fn sandbox(process: Process) -> SandboxNeed {
    match process {
        Process::None => SandboxNeed::New { attempt: 0 },
        Process::Running => SandboxNeed::Fits,
        Process::Exited => SandboxNeed::New { attempt: 1 },
    }
}

/// The worker takes an update.
fn told(pod: &Pod, work: Work, update: Update) -> Work {
    let remains = if pod.runs() { Remains::Something } else { Remains::Nothing };
    Work::of(worker::update(work.worker(), update, remains).next)
}
