//! The sync functions of the kubelet, played over the scripted runtime (CRE-50, CRE-51, KUB-20, KUB-30).

use std::collections::VecDeque;
use std::time::Duration;

use super::killing::{Killing, Manner, Stage};
use super::object::{Action, Disruption, Object, Reason, State, Status};
use super::pod::{Ctx, Pod};
use super::runtime::{Process, Volumes};

use crate::backoff::{Attempt, Limits};
use crate::container::{Instance, Role};
use crate::final_status::{Ending, Entry, Finished, Initialization, Inits, LastInit};
use crate::phase::{self, Phase};
use crate::sync::{self, Marked, PodAction, Reset, Start, Stop};
use crate::termination::{self, GraceSources, KillReason};
use crate::time::Grace;
use crate::worker::{Call, Outcome};

/// A sync function in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InCall {
    function: Function,
    busy: Busy,
    ops: VecDeque<Op>,
    outcome: Outcome,
    /// When a start that was put off becomes possible.
    pub(super) retry: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Function {
    Sync,
    Terminating,
    TerminatingRuntime,
    Terminated,
}

/// What the call waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Busy {
    /// Nothing: the next operation may begin.
    Free(Duration),
    Setup(Duration),
    Start(usize, Duration),
    Kill(Killing),
    Unmount(Duration),
}

/// One operation on the runtime, in the order of CRE-51.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    KillAll { grace: i64, manner: Manner },
    Kill { container: usize, grace: i64, manner: Manner },
    StopSandbox,
    Purge,
    MakeSandbox { attempt: u32 },
    Remove { container: usize, id: u32 },
    Start { container: usize },
}

impl InCall {
    /// When it goes on.
    pub(super) fn due(&self) -> Option<Duration> {
        match &self.busy {
            Busy::Free(at) | Busy::Setup(at) | Busy::Start(_, at) | Busy::Unmount(at) => Some(*at),
            Busy::Kill(killing) => killing.due(),
        }
    }
}

impl Pod {
    /// Begins the call that the worker makes.
    pub(super) fn begin(&mut self, call: Call, ctx: &mut Ctx<'_>) {
        let begun = |function, busy| InCall {
            function,
            busy,
            ops: VecDeque::new(),
            outcome: Outcome::Ok,
            retry: None,
        };
        match call {
            Call::SyncPod { .. } => self.begin_sync(begun(Function::Sync, Busy::Setup(ctx.now)), ctx),
            Call::SyncTerminatingPod { grace, .. } => {
                self.begin_terminating(grace, begun(Function::Terminating, Busy::Free(ctx.now)), ctx);
            }
            Call::SyncTerminatingRuntimePod => {
                let mut call = begun(Function::TerminatingRuntime, Busy::Free(ctx.now));
                call.ops.extend([
                    Op::KillAll { grace: seconds(Grace::ONE), manner: Manner::Bare }, // KUB-60
                    Op::StopSandbox,
                ]);
                self.kubelet.call = Some(call);
                self.go_on(ctx);
            }
            Call::SyncTerminatedPod { .. } => {
                self.refresh(phase::Pass::Stopped, ctx); // KUB-30 step 1
                let until = ctx.now.saturating_add(ctx.pace.unmount);
                self.kubelet.call = Some(begun(Function::Terminated, Busy::Unmount(until)));
            }
            Call::HeldBack | Call::NeverStarts | Call::Idle => {}
        }
    }

    /// Computes the status and caches it.
    fn refresh(&mut self, pass: phase::Pass, ctx: &mut Ctx<'_>) -> Option<Phase> {
        let status = self.compute_status(self.kubelet.given.as_ref()?, pass, ctx);
        let phase = status.phase;
        self.cache_status(status, ctx);
        Some(phase)
    }

    /// CRE-50: the status first; a terminal one ends the pass.
    fn begin_sync(&mut self, mut call: InCall, ctx: &mut Ctx<'_>) {
        let phase = self.refresh(phase::Pass::Running, ctx);
        if phase.is_none_or(Phase::is_terminal) {
            self.kubelet.call = Some(call);
            return self.returned(Outcome::Terminal, ctx);
        }
        self.care_for_mirror(ctx);
        if self.runtime.volumes == Volumes::Unmounted {
            call.busy = Busy::Setup(ctx.now.saturating_add(ctx.pace.setup));
        }
        self.kubelet.call = Some(call);
    }

    /// KUB-20 steps 1 to 3.
    fn begin_terminating(&mut self, grace: Option<Grace>, mut call: InCall, ctx: &mut Ctx<'_>) {
        if let Some(given) = &self.kubelet.given {
            let status = self.compute_status(given, phase::Pass::Running, ctx);
            let status = killed(status, self.kubelet.killer);
            self.cache_status(status, ctx);
        }
        let grace = grace.map_or_else(|| self.base_grace(), seconds);
        call.ops.extend([Op::KillAll { grace, manner: Manner::Full }, Op::StopSandbox]);
        self.kubelet.call = Some(call);
        self.go_on(ctx);
    }

    /// The grace of a kill without an override (KUB-41).
    fn base_grace(&self) -> i64 {
        let deletion = self.kubelet.given.as_ref().and_then(|given| given.deletion.grace());
        let sources = GraceSources {
            deletion: deletion.map(seconds),
            spec: self.spec.grace.map(seconds),
            ..GraceSources::default()
        };
        sources.base(KillReason::Other)
    }

    /// The context of the call is cancelled: that ends a wait for volumes, not what has begun in the runtime (CRE-55).
    pub(super) fn cancel(&mut self, ctx: &mut Ctx<'_>) {
        let waits = self.kubelet.call.as_ref().is_some_and(|call| matches!(call.busy, Busy::Setup(_)));
        if waits {
            self.returned(Outcome::Cancelled, ctx);
        }
    }

    /// What the call waited for has come: it goes on until it waits again or returns.
    pub(super) fn go_on(&mut self, ctx: &mut Ctx<'_>) {
        let Some(mut call) = self.kubelet.call.take() else { return };
        match &mut call.busy {
            Busy::Free(_) => {}
            Busy::Setup(_) => {
                if self.runtime.volumes == Volumes::Unmounted {
                    self.runtime.volumes = Volumes::Mounted;
                    ctx.note(Action::Mounted);
                }
                call.ops = self.plan();
            }
            Busy::Start(container, _) => {
                let container = *container;
                self.start(container, ctx);
            }
            Busy::Kill(killing) => {
                let mut deeds = Vec::new();
                let (spec, runtime) = (&self.spec, &mut self.runtime);
                killing.pass_time(&mut Stage { now: ctx.now, spec, runtime, deeds: &mut deeds });
                deeds.into_iter().for_each(|deed| ctx.note(deed));
                if killing.due().is_some() {
                    self.kubelet.call = Some(call);
                    return;
                }
                match killing.outcome() {
                    termination::Outcome::Stopped => {}
                    termination::Outcome::Failed => {
                        call.outcome = Outcome::Failed; // KUB-49
                        call.ops.clear();
                    }
                }
                self.relist_soon(ctx);
            }
            Busy::Unmount(_) => {
                if self.runtime.volumes == Volumes::Mounted {
                    self.runtime.volumes = Volumes::Unmounted;
                    ctx.note(Action::Unmounted);
                }
            }
        }
        call.busy = Busy::Free(ctx.now);
        while let (Busy::Free(_), Some(op)) = (&call.busy, call.ops.pop_front()) {
            self.operate(op, &mut call, ctx);
        }
        let (waits, function, outcome) = (!matches!(call.busy, Busy::Free(_)), call.function, call.outcome);
        self.kubelet.call = Some(call);
        if !waits {
            self.finish(function, outcome, ctx);
        }
    }

    /// Begins one operation.
    fn operate(&mut self, op: Op, call: &mut InCall, ctx: &mut Ctx<'_>) {
        match op {
            Op::KillAll { grace, manner } => self.kill(call, |_| true, grace, manner, ctx),
            Op::Kill { container, grace, manner } => {
                self.kill(call, |place| place == container, grace, manner, ctx);
            }
            Op::StopSandbox => {
                if self.runtime.stop_sandbox() {
                    ctx.note(Action::SandboxStopped);
                    self.relist_soon(ctx);
                }
            }
            Op::Purge => {
                let inits = self.spec.containers.iter().enumerate();
                for (place, _) in inits.filter(|(_, spec)| is_init(spec.role)) {
                    self.runtime.purge(place); // CTR-23
                }
            }
            Op::MakeSandbox { attempt } => {
                self.runtime.make_sandbox(attempt);
                ctx.note(Action::SandboxMade { attempt });
                self.relist_soon(ctx);
            }
            Op::Remove { container, id } => {
                self.runtime.remove(container, id);
                ctx.note(Action::Removed { container });
                self.relist_soon(ctx);
            }
            Op::Start { container } => self.try_start(container, call, ctx),
        }
    }

    fn kill(
        &mut self,
        call: &mut InCall,
        chosen: impl Fn(usize) -> bool,
        grace: i64,
        manner: Manner,
        ctx: &mut Ctx<'_>,
    ) {
        let mut deeds = Vec::new();
        let (spec, runtime) = (&self.spec, &mut self.runtime);
        let stage = &mut Stage { now: ctx.now, spec, runtime, deeds: &mut deeds };
        let killing = Killing::begin(stage, chosen, grace, manner);
        deeds.into_iter().for_each(|deed| ctx.note(deed));
        if killing.due().is_some() {
            call.busy = Busy::Kill(killing);
        }
    }

    /// Starts a container, unless its back-off holds (CTR-24, CRE-52).
    fn try_start(&mut self, container: usize, call: &mut InCall, ctx: &mut Ctx<'_>) {
        let Some(series) = self.kubelet.backoff.get_mut(container) else { return };
        let exited = self.runtime.containers.get(container).and_then(|container| container.exited());
        let attempt = series.restart(exited.map(|at| ctx.clock_at(at)), ctx.clock(), Limits::DEFAULT);
        match attempt {
            Attempt::Made { next } => {
                *series = next;
                call.busy = Busy::Start(container, ctx.now.saturating_add(ctx.pace.start));
            }
            Attempt::Delayed { until } => {
                let until = exited.map(|at| ctx.since_beginning(until, at.subsec_nanos()));
                call.retry = [call.retry, until].into_iter().flatten().min();
                call.outcome = Outcome::Failed;
                if let Some(delayed) = self.kubelet.delayed.get_mut(container) {
                    *delayed = Start::No;
                }
                ctx.note(Action::BackedOff { container });
                if self.spec.containers.get(container).is_some_and(|spec| spec.role == Role::Init) {
                    call.ops.clear(); // CRE-52
                }
            }
        }
    }

    fn start(&mut self, container: usize, ctx: &mut Ctx<'_>) {
        let Some(spec) = self.spec.containers.get(container) else { return };
        if let Some(restarts) = self.runtime.start(container, spec, ctx.now) {
            ctx.note(Action::Started { container, restarts });
        }
        if let Some(delayed) = self.kubelet.delayed.get_mut(container) {
            *delayed = Start::Yes;
        }
        self.relist_soon(ctx);
    }

    pub(super) fn instances(&self) -> Vec<Vec<Instance>> {
        let of = |processes: &[Process]| processes.iter().map(Process::instance).collect();
        self.runtime.containers.iter().map(|container| of(&container.processes)).collect()
    }

    pub(super) fn facts_of_containers<'a>(
        &'a self,
        instances: &'a [Vec<Instance>],
    ) -> Vec<sync::Container<'a>> {
        let specs = self.spec.containers.iter().zip(instances);
        specs
            .map(|(spec, instances)| sync::Container { role: spec.role, policy: spec.policy(), instances })
            .collect()
    }

    /// What one `SyncPod` pass does in the runtime (CTR-11, CRE-51).
    fn plan(&self) -> VecDeque<Op> {
        let Some(given) = &self.kubelet.given else { return VecDeque::new() };
        let marked = self.kubelet.cached.as_ref().map_or(Marked::No, |status| status.resetting);
        let facts = sync::Facts {
            policy: self.spec.policy,
            deleting: given.deleting(),
            sandbox: self.runtime.sandbox_need(),
            reset: if marked == Marked::Yes { Reset::Due } else { Reset::NotDue },
        };
        let instances = self.instances();
        let containers = self.facts_of_containers(&instances);
        let plan = sync::plan(facts, &containers);
        let (grace, manner) = (self.base_grace(), Manner::Full);
        let mut ops = VecDeque::new();
        match plan.pod {
            PodAction::Kill => ops.extend([Op::KillAll { grace, manner }, Op::StopSandbox]),
            PodAction::Replace { attempt } => ops.extend([
                Op::KillAll { grace, manner },
                Op::StopSandbox,
                Op::Purge,
                Op::MakeSandbox { attempt },
            ]),
            PodAction::Keep => {
                for removal in plan.removals() {
                    ops.extend(self.removal(removal));
                }
                for (container, verdict) in plan.verdicts().enumerate() {
                    ops.extend(verdict.kills().map(|_| Op::Kill { container, grace, manner }));
                }
            }
        }
        for wanted in [|role| role == Role::Ephemeral, is_init, |role| role == Role::Regular] {
            let verdicts = plan.verdicts().zip(&containers).enumerate();
            let starts =
                verdicts.filter(|(_, (verdict, of))| wanted(of.role) && verdict.starts() == Start::Yes);
            ops.extend(starts.map(|(container, _)| Op::Start { container }));
        }
        ops
    }

    /// CTR-11 row 1: what still runs is killed with grace 0 first.
    fn removal(&self, removal: sync::Removal) -> impl Iterator<Item = Op> {
        let sync::Removal { container, instance, stop } = removal;
        let process =
            self.runtime.containers.get(container).and_then(|of| of.processes.get(instance)).copied();
        let kill = match stop {
            Stop::First => Some(Op::Kill { container, grace: 0, manner: Manner::Bare }),
            Stop::Nothing => None,
        };
        kill.into_iter().chain(process.map(|process| Op::Remove { container, id: process.id }))
    }

    /// The last operation is over.
    fn finish(&mut self, function: Function, outcome: Outcome, ctx: &mut Ctx<'_>) {
        match (function, outcome) {
            (Function::Terminating, Outcome::Ok) => {
                self.refresh(phase::Pass::Stopped, ctx); // KUB-20 step 7
            }
            (Function::Terminated, Outcome::Ok) => self.end(ctx),
            (Function::Sync | Function::TerminatingRuntime, _)
            | (
                Function::Terminating | Function::Terminated,
                Outcome::Terminal | Outcome::Failed | Outcome::Cancelled,
            ) => {}
        }
        self.returned(outcome, ctx);
    }

    /// The last edit of the status (KUB-30 step 7, KUB-32).
    fn end(&mut self, ctx: &mut Ctx<'_>) {
        let Some(given) = &self.kubelet.given else { return };
        let mut status = self.kubelet.cached.as_ref().unwrap_or(&given.status).clone();
        let roles = || self.spec.containers.iter().map(|spec| spec.role);
        let of = |status: &Status, wanted: fn(Role) -> bool| -> Vec<Entry> {
            let entries = roles().zip(&status.entries).filter(|(role, _)| wanted(*role));
            entries.map(|(_, entry)| entry.for_end()).collect()
        };
        let initialized =
            Initialization::of(self.last_init(given, &of), of(&given.status, |role| role == Role::Regular));
        let ending = Ending::of(initialized, &of(&status, is_init), Some(status.phase), self.source);
        let mut inits = 0;
        for (role, entry) in roles().zip(&mut status.entries) {
            let lost = match role {
                Role::Regular => ending.of_regular(entry.for_end()),
                Role::Init | Role::Sidecar => {
                    inits += 1;
                    ending.of_init(inits - 1, entry.for_end())
                }
                Role::Ephemeral => None,
            };
            if let Some(exit) = lost {
                entry.state = State::Terminated(exit);
            }
        }
        status.phase = ending.phase.unwrap_or(status.phase);
        if self.cache_status(status, ctx) {
            self.kubelet.finished = Finished::Yes;
            self.kubelet.write_soon(ctx); // also without a change
        }
        ctx.note(Action::Finished);
    }

    /// The last init entry of the stored status (KUB-32 step 1).
    fn last_init(&self, given: &Object, of: &impl Fn(&Status, fn(Role) -> bool) -> Vec<Entry>) -> Inits {
        let roles: Vec<Role> =
            self.spec.containers.iter().map(|spec| spec.role).filter(|role| is_init(*role)).collect();
        if roles.is_empty() {
            return Inits::None;
        }
        let entries = of(&given.status, is_init);
        let last = entries.last().map(|entry| LastInit { role: roles.last().copied(), entry: *entry });
        Inits::Some(last)
    }
}

/// What the status function of a killer makes of a status (PHA-18).
fn killed(status: Status, killer: Option<Reason>) -> Status {
    match (killer, status.phase) {
        (None, _) | (Some(Reason::Terminated), Phase::Succeeded) => status,
        (Some(reason), _) => {
            Status { phase: Phase::Failed, reason, disruption: Disruption::ByKubelet, ..status }
        }
    }
}

const fn is_init(role: Role) -> bool {
    match role {
        Role::Init | Role::Sidecar => true,
        Role::Regular | Role::Ephemeral => false,
    }
}

pub(super) fn seconds(grace: Grace) -> i64 {
    i64::try_from(grace.as_secs()).unwrap_or(i64::MAX)
}
