//! One node: the machines of the kubelet and of the API server composed over a scripted container runtime.
//!
//! For authors of kubelets and of tests: *given these objects, what should my kubelet have done by now?* A [`Node`]
//! holds for every Pod the object at the API server, the processes of the runtime, and the kubelet's memory. Requests
//! change the object; [`Node::advance`] lets time pass; [`Node::observations`] are what a watch would have shown,
//! [`Node::deeds`] what kubelet and runtime did.
//!
//! *Time comes in*, counted from the node's beginning; a node reads no clock, does no I/O and has no randomness: equal
//! inputs give equal ends, however `advance` is cut into steps. The delay of each step of the kubelet is a parameter,
//! [`Pace`], so that the set of possible ends is found by playing the same script at several paces.
//!
//! *Every decision is a call* of a machine of this crate: [`worker`](crate::worker) (which sync function runs),
//! [`sync`](crate::sync) (what a pass starts and kills), [`backoff`](crate::backoff),
//! [`termination`](crate::termination) (how a container is stopped), [`status`](crate::status) (what is computed and
//! what is written), [`final_status`](crate::final_status), [`kubelet_admission`](crate::kubelet_admission) and
//! [`deletion`](crate::deletion). This module only brings them together.
//!
//! *Not modelled*: probes, images, resizes, cgroups and devices; failures of the API server; Pods that wait for the
//! name of a static Pod.
//!
//! ```
//! use std::time::Duration;
//! use pod_lifecycle::container::Role;
//! use pod_lifecycle::deletion::Request;
//! use pod_lifecycle::node::{ContainerSpec, Node, Pace, PodSpec, Script};
//! use pod_lifecycle::{Grace, Phase, Time};
//!
//! let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
//! let web = node.create(PodSpec {
//!     grace: Some(Grace::DEFAULT),
//!     containers: vec![ContainerSpec::new(Role::Regular, Script::stops(0, Duration::from_secs(2)))],
//!     ..PodSpec::default()
//! });
//! node.advance(Duration::from_secs(5));
//! assert_eq!(node.object(web).map(|object| object.status.phase), Some(Phase::Running));
//!
//! node.delete(web, Request::default())?;
//! node.advance(Duration::from_secs(15));
//! assert!(node.object(web).is_none()); // stopped, published, unmounted, removed
//! let last = node.observations().last().map(|last| last.object.status.phase);
//! assert_eq!(last, Some(Phase::Succeeded)); // policy Always, but every exit was 0 (PHA-05)
//! # Ok::<(), pod_lifecycle::node::Absent>(())
//! ```

use std::time::Duration;

use crate::admission;
use crate::deletion::{Input, Request};
use crate::phase::{Phase, Source};
use crate::shutdown::{self, Group, Present, Shutdown};
use crate::time::{Now, Time};
use crate::worker::{Housekeeping, KillCause, Killer, Kind, Mirror, Stage, Subject, Update, is_critical};

mod api;
mod housekeeping;
mod killing;
mod object;
mod pass;
mod pod;
mod runtime;
mod spec;
mod static_pods;
mod status;

pub use object::{
    Action, Deed, Disruption, Entry, Object, Observation, PodId, Reason, Seen, State, Status, Waiting,
};
pub use spec::{ContainerSpec, Pace, PodSpec, Relist, Run, Script};

use object::Log;
use pod::{Ctx, Next, Pod};

/// There is no such object: 404, nothing has changed (DEL-13 row 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: the Pod is not stored", crate::rules::RuleId::DEL_13)]
pub struct Absent;

impl Absent {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> crate::rules::RuleId {
        crate::rules::RuleId::DEL_13
    }
}

/// A node with its kubelet, its runtime, and the objects bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    now: Duration,
    epoch: Time,
    pace: Pace,
    pods: Vec<Pod>,
    log: Log,
    synced: Housekeeping,
    refuses: Option<Reason>,
    housekeeping: Option<Duration>,
    /// When the kubelet has read all its sources: housekeeping waits for it (KUB-60).
    complete: Duration,
    shutdown: Option<(Vec<Group>, Shutdown)>,
}

/// What the node does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Pod(usize, Next),
    Housekeeping,
    Shutdown,
}

impl Node {
    /// A node that begins at `epoch`, empty; its kubelet runs and has seen every source.
    #[must_use]
    pub const fn new(epoch: Time, pace: Pace) -> Self {
        Self {
            now: Duration::ZERO,
            epoch,
            pace,
            pods: Vec::new(),
            log: Log { seen: Vec::new(), done: Vec::new() },
            synced: Housekeeping::NotYet,
            refuses: None,
            housekeeping: Some(HOUSEKEEPING),
            complete: Duration::ZERO,
            shutdown: None,
        }
    }

    /// How much time has passed.
    #[must_use]
    pub const fn now(&self) -> Duration {
        self.now
    }

    /// When something happens next by itself, if nobody asks for anything. A Pod that runs is looked at once a
    /// minute (CRE-56), so there is mostly an answer.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        self.next().map(|(at, _)| at)
    }

    fn next(&self) -> Option<(Duration, Turn)> {
        let pods = self.pods.iter().enumerate();
        let pods = pods.filter_map(|(place, pod)| pod.due().map(|(at, next)| (at, Turn::Pod(place, next))));
        let own = [(self.housekeeping, Turn::Housekeeping), (self.shutdown_due(), Turn::Shutdown)];
        pods.chain(own.into_iter().filter_map(|(at, turn)| Some((at?, turn)))).min()
    }

    /// Lets time pass until `to`, counted from the node's beginning; a time that has passed changes nothing.
    pub fn advance(&mut self, to: Duration) {
        while let Some((at, turn)) = self.next()
            && at <= to
        {
            self.now = self.now.max(at);
            match turn {
                Turn::Pod(place, next) => {
                    self.with(PodId(place), |pod, ctx| pod.step(next, ctx));
                }
                Turn::Housekeeping => self.housekeep(),
                Turn::Shutdown => {}
            }
            self.go_on_shutting_down();
        }
        self.now = self.now.max(to);
    }

    /// Gives a Pod and what it may look at to `act`; `None` for a Pod of another node.
    fn with<R>(&mut self, id: PodId, act: impl FnOnce(&mut Pod, &mut Ctx<'_>) -> R) -> Option<R> {
        let pod = self.pods.get_mut(id.0)?;
        let mut ctx = Ctx {
            now: self.now,
            epoch: self.epoch,
            pace: self.pace,
            synced: self.synced,
            refuses: self.refuses,
            id,
            log: &mut self.log,
        };
        let answer = act(pod, &mut ctx);
        pod.arm(&ctx);
        self.arm();
        Some(answer)
    }

    /// Creates a Pod that is bound to this node.
    pub fn create(&mut self, spec: PodSpec) -> PodId {
        let id = PodId(self.pods.len());
        let object = Object::new(spec.finalizers);
        self.pods.push(Pod::new(spec, Source::Api));
        self.with(id, |pod, ctx| pod.create(object, ctx));
        id
    }

    /// The file of a static Pod appears on the node. What [`Self::object`] shows is its mirror (KUB-66).
    pub fn add_static(&mut self, spec: PodSpec) -> PodId {
        let id = PodId(self.pods.len());
        self.pods.push(Pod::new(spec, Source::Static));
        self.with(id, Pod::read_file);
        id
    }

    /// The file of a static Pod is removed (KUB-66); of another Pod there is none.
    pub fn remove_static(&mut self, pod: PodId) {
        self.with(pod, |pod, ctx| match pod.source {
            Source::Static => pod.lose_file(ctx),
            Source::Api => {}
        });
    }

    /// The file of a static Pod comes back, unchanged: it restarts after its end (KUB-66).
    pub fn restore_static(&mut self, pod: PodId) {
        self.with(pod, |pod, ctx| match pod.source {
            Source::Static => pod.read_file(ctx),
            Source::Api => {}
        });
    }

    /// The kubelet itself kills a Pod (KUB-15, PHA-18); eviction leaves critical Pods alone (KUB-17).
    pub fn kill(&mut self, pod: PodId, killer: Killer) {
        self.with(pod, |pod, ctx| {
            let reason = match killer {
                Killer::HardEviction | Killer::SoftEviction { .. } => Some(Reason::Evicted),
                Killer::Preemption => Some(Reason::Preempting),
                Killer::Shutdown { .. } => Some(Reason::Terminated),
                Killer::Removal | Killer::Orphan => None,
            };
            let kill = killer.options(pod.spec.grace);
            let evicts = kill.is_some_and(|kill| kill.cause == KillCause::Eviction);
            let critical = is_critical(pod.source, Mirror::Original, pod.spec.priority);
            match pod.worker_facts() {
                Some(facts) if pod.kubelet.worker.is_some() && !(evicts && critical) => {
                    let subject = Subject::Pod(facts);
                    pod.update(Update { kind: Kind::Kill, subject, kill }, reason, ctx);
                }
                Some(_) | None => {}
            }
        });
    }

    /// The node shuts down: new Pods are refused, active ones are stopped group by group (KUB-68). `groups` ascend by
    /// priority; without any time for anybody nothing happens.
    ///
    /// ```
    /// use std::time::Duration;
    /// use pod_lifecycle::container::Role;
    /// use pod_lifecycle::node::{ContainerSpec, Node, Pace, PodSpec, Reason, Script};
    /// use pod_lifecycle::shutdown::two_groups;
    /// use pod_lifecycle::{Grace, Phase, Time};
    /// let mut node = Node::new(Time::from_unix(0), Pace::USUAL);
    /// let stubborn = ContainerSpec::new(Role::Regular, Script::stops(0, Duration::from_secs(600)));
    /// let spec = PodSpec { grace: Some(Grace::DEFAULT), containers: vec![stubborn], ..PodSpec::default() };
    /// let web = node.create(spec);
    /// node.advance(Duration::from_secs(5));
    /// node.shut_down(&two_groups(Grace::from_secs(30), Grace::from_secs(10)));
    /// node.advance(Duration::from_secs(40));
    /// let status = &node.object(web).ok_or("not deleted")?.status;
    /// assert_eq!((status.phase, status.reason), (Phase::Failed, Reason::Terminated));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn shut_down(&mut self, groups: &[Group]) {
        if shutdown::is_active(groups) && self.shutdown.is_none() {
            self.refuses = Some(Reason::NodeShutdown);
            let state = Shutdown::begin(groups, self.clock(), |group| self.present(groups, group));
            self.shutdown = Some((groups.to_vec(), state));
            self.stop_group();
        }
    }

    /// A DELETE of the object (chapter 5).
    ///
    /// # Errors
    /// [`Absent`] if it is gone.
    pub fn delete(&mut self, pod: PodId, request: Request) -> Result<(), Absent> {
        self.stored(pod)?;
        self.with(pod, |pod, ctx| pod.request(Input::Delete(request), ctx));
        Ok(())
    }

    /// An eviction through the API: the condition, then the DELETE (CTL-EVI-06). No disruption budget stands against
    /// it.
    ///
    /// # Errors
    /// [`Absent`] if it is gone.
    pub fn evict(&mut self, pod: PodId, request: Request) -> Result<(), Absent> {
        let object = self.stored(pod)?;
        let condition = match object.status.disruption {
            Disruption::ByApi => admission::Condition::Present,
            Disruption::None | Disruption::ByKubelet => admission::Condition::Missing,
        };
        let phase = Some(object.status.phase);
        let steps = admission::evict(object.deletion, phase, condition, crate::view::Run::Real);
        let marked = Status { disruption: Disruption::ByApi, ..object.status.clone() };
        self.with(pod, |pod, ctx| {
            match steps.mark {
                admission::Mark::Written => pod.store_status(marked, ctx),
                admission::Mark::Kept | admission::Mark::Skipped => {}
            }
            pod.request(Input::Delete(request), ctx)
        });
        Ok(())
    }

    /// Removes all finalizers of the object (DEL-16).
    ///
    /// # Errors
    /// [`Absent`] if it is gone.
    pub fn drop_finalizers(&mut self, pod: PodId) -> Result<(), Absent> {
        self.stored(pod)?;
        self.with(pod, Pod::drop_finalizers);
        Ok(())
    }

    /// Another client writes the phase of the status (PHA-37).
    ///
    /// # Errors
    /// [`Absent`] if it is gone.
    pub fn write_phase(&mut self, pod: PodId, phase: Phase) -> Result<(), Absent> {
        let status = Status { phase, ..self.stored(pod)?.status.clone() };
        self.with(pod, |pod, ctx| pod.store_status(status, ctx));
        Ok(())
    }

    /// The kubelet restarts: all that it held in memory is lost, the processes go on (KUB-60 … KUB-63). Its first list of
    /// the objects comes after [`Pace::watch`]. Of a stop call in progress only the stop signal remains: a process that
    /// ignores it meets its SIGKILL in the attempt of the new kubelet.
    pub fn restart_kubelet(&mut self) {
        self.synced = Housekeeping::NotYet;
        self.complete = self.now.saturating_add(self.pace.watch);
        self.housekeeping = Some(spec::next_of(Duration::ZERO, HOUSEKEEPING, self.complete));
        for place in 0..self.pods.len() {
            self.with(PodId(place), Pod::forget);
        }
    }

    fn stored(&self, pod: PodId) -> Result<&Object, Absent> {
        self.object(pod).ok_or(Absent)
    }

    /// The stored object; `None` once it is gone.
    #[must_use]
    pub fn object(&self, pod: PodId) -> Option<&Object> {
        self.pods.get(pod.0).and_then(|pod| pod.object.as_ref())
    }

    /// What a watch has shown so far.
    #[must_use]
    pub fn observations(&self) -> &[Observation] {
        &self.log.seen
    }

    /// What kubelet and runtime have done so far.
    #[must_use]
    pub fn deeds(&self) -> &[Deed] {
        &self.log.done
    }

    /// Whether a process of the container runs.
    #[must_use]
    pub fn is_running(&self, pod: PodId, container: usize) -> bool {
        self.pods.get(pod.0).is_some_and(|pod| pod.runtime.is_running(container))
    }
}

/// The period of housekeeping (KUB-70).
const HOUSEKEEPING: Duration = Duration::from_secs(2);

impl Node {
    /// Housekeeping over all Pods (KUB-27).
    fn housekeep(&mut self) {
        self.housekeeping = None;
        self.synced = Housekeeping::Done;
        for place in 0..self.pods.len() {
            self.with(PodId(place), Pod::housekeep);
        }
    }

    /// Housekeeping comes when it has something to do; the periods between have no effect.
    fn arm(&mut self) {
        let needed = self.pods.iter().any(Pod::needs_housekeeping);
        if needed && self.housekeeping.is_none() {
            let after = self.now.max(self.complete);
            self.housekeeping = Some(spec::next_of(Duration::ZERO, HOUSEKEEPING, after));
        }
    }
}

impl Node {
    fn clock(&self) -> Now {
        let second = self.epoch.plus(crate::time::Grace::from_secs(self.now.as_secs()));
        Now::with_nanos(second, self.now.subsec_nanos())
    }

    fn shutdown_due(&self) -> Option<Duration> {
        let due = self.shutdown.as_ref().and_then(|(_, state)| state.due())?;
        let secs = due.floor().as_unix().saturating_sub(self.epoch.as_unix());
        let at = Duration::from_secs(u64::try_from(secs).unwrap_or(0));
        // The fraction of the moment at which the group began: one second later is never too early.
        Some(if due.is_after(due.floor()) { at.saturating_add(Duration::from_secs(1)) } else { at })
    }

    /// Whether a Pod of the group is not yet stopped and unmounted.
    fn present(&self, groups: &[Group], group: usize) -> Present {
        let goes_on = |pod: &Pod| {
            let finished =
                pod.kubelet.worker.is_none_or(|worker| matches!(worker.stage, Stage::Finished { .. }));
            shutdown::group_of(groups, pod.spec.priority) == Some(group) && !finished
        };
        if self.pods.iter().any(goes_on) { Present::Somebody } else { Present::Nobody }
    }

    /// Sends its kill to every Pod of the group whose turn it is.
    fn stop_group(&mut self) {
        let Some((groups, Shutdown::Stopping { group, .. })) = self.shutdown.clone() else { return };
        let Some(period) = groups.get(group).map(|group| group.period) else { return };
        for place in 0..self.pods.len() {
            let priority = self.pods.get(place).and_then(|pod| pod.spec.priority);
            if shutdown::group_of(&groups, priority) == Some(group) {
                self.kill(PodId(place), Killer::Shutdown { period });
            }
        }
    }

    /// The next group has its turn when this one is gone or its time is up.
    fn go_on_shutting_down(&mut self) {
        let Some((groups, state)) = self.shutdown.clone() else { return };
        let next = state.step(&groups, self.clock(), |group| self.present(&groups, group));
        if next != state {
            self.shutdown = Some((groups, next));
            self.stop_group();
        }
    }
}
