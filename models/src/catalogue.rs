//! The models by name, with their types erased: what `verify` and the command line work with.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use pod_lifecycle::RuleId;
use serde_json::Value;

use crate::api::{self, Api, Mutant};
use crate::audit::{Claim, Exploration, Until, explore};
use crate::capacity::{self, Capacity};
use crate::disruption::{self, Disruptions};
use crate::engine::{Outcome, Stored};
use crate::explorer;
use crate::identity::{self, Identity};
use crate::kill::{self, Kills};
use crate::law::{Assumes, Kind, Law, Protocol, Refusal, Remedy, Scope, Taken};
use crate::liveness::{self, AssumptionInfo, LiveRun, Which};
use crate::mutants::MutantInfo;
use crate::phase::{self, Phases};
use crate::pod::{self, Pods};
use crate::render::{Lasso, Told};
use crate::search::search;
use crate::watch;

/// The models.
pub const MODELS: &[Entry] = &[API, PHASE, KILL, POD, IDENTITY, CAPACITY, DISRUPTION];

const API: Entry = Entry {
    name: "api",
    contains: "the store and what races for it: one name, two clients whose DELETEs are first read, \
               compare-and-swap and removal, bindings, finalizers, gates, status writes, recreation",
    leaves_out: &[
        "containers, the kubelet's own state and volumes: the kubelet is a client that sends its final DELETE",
        "stored times: the clamp of DEL-08 is a free choice of the clock",
        "resourceVersion preconditions, dry runs, collections, evictions",
    ],
    actors: &[
        "Client A (any user, or a controller that deletes by name)",
        "Client B (any user, the kubelet, or the garbage collector)",
        "API server (crashes)",
        "Owner",
        "Scheduler",
        "Finalizer owner",
        "Garbage collector",
        "Kubelet (status)",
    ],
    actions: Api::ACTIONS,
    refusals: Api::REFUSALS,
    laws: laws::<Api>,
    mutants: || Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Api as Protocol>::State>(),
    packed_bytes: size_of::<<Api as Protocol>::State>(),
    explore: |scope, variant, until| told::<Api>(explore(api(scope, variant), until)),
    search: |scope, variant, until| told::<Api>(search::<_, api::State>(api(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, api::State>(api(scope, variant), which),
    assumptions: liveness::assumptions::<Api>,
    faults: |scope| api(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, api::State>(api(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(api(scope, variant), address),
};

pub(crate) fn api(scope: Scope, variant: Variant<'_>) -> Api {
    let plain = Api::new(scope);
    let mutant = |id| Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    match variant {
        Variant::Faithful => plain,
        Variant::Mutant(id) => Api { mutant: mutant(id), ..plain },
        Variant::Remedy(_) => Api { every_uid: true, ..plain },
    }
}

const PHASE: Entry = Entry {
    name: "phase",
    contains: "the status of one Pod with two containers, the first perhaps an init container or a sidecar: computed from what \
               the runtime knows, cached by the kubelet, stored; starts, restarts and stops, the status writer, a view that \
               lags, and one or two faults (two in the large scope): a restart of the kubelet, also between the creation of a container and \
               its start, the removal of a dead instance, the loss of the sandbox, an eviction, a phase by the Pod garbage \
               collector, a deadline that passes",
    leaves_out: &[
        "more than two containers, ephemeral containers, restart rules, static Pods, liveness and readiness probes",
        "restartCount, and how long a back-off lasts: a start is put off at will",
        "reasons, messages and conditions; exit codes but for 0, not 0, and 137 that the kubelet makes up",
        "instances but the newest of each container; what `lastState` says of a container that runs, but that there is one",
        "grace and time: a process ends at any moment, the turn of a sidecar comes or its grace is over",
        "removal, and a DELETE without grace: a finalizer keeps the Pod (`pod`, `api`)",
        "admission, and the first list before housekeeping (`pod`); volumes; status writes of users",
        "a lag of the stored entries that `TerminatePod` reads (KUB-32)",
    ],
    actors: &["User", "API server", "Kubelet", "Runtime", "Pod garbage collector", "Clock"],
    actions: Phases::ACTIONS,
    refusals: Phases::REFUSALS,
    laws: laws::<Phases>,
    mutants: || phase::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Phases as Protocol>::State>(),
    packed_bytes: size_of::<u64>(),
    explore: |scope, variant, until| told::<Phases>(explore(phases(scope, variant), until)),
    search: |scope, variant, until| told::<Phases>(search::<_, u64>(phases(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, u64>(phases(scope, variant), which),
    assumptions: liveness::assumptions::<Phases>,
    faults: |scope| phases(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, u64>(phases(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(phases(scope, variant), address),
};

pub(crate) fn phases(scope: Scope, variant: Variant<'_>) -> Phases {
    let mutant = |id| phase::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    let variant = match variant {
        Variant::Faithful => phase::Variant::Faithful,
        Variant::Mutant(id) => mutant(id).map_or(phase::Variant::Faithful, phase::Variant::Mutant),
        Variant::Remedy("removal-waits") => phase::Variant::Remedy(phase::Remedy::RemovalWaits),
        Variant::Remedy("active-sandbox") => phase::Variant::Remedy(phase::Remedy::ActiveSandbox),
        Variant::Remedy(_) => phase::Variant::Remedy(phase::Remedy::FailedAgain),
    };
    Phases { variant, ..Phases::new(scope) }
}

const KILL: Entry = Entry {
    name: "kill",
    contains: "how the containers of one Pod are stopped, second by second: a sidecar and two regular containers, hooks \
               that end, fail or hang, processes that end when they like or never, DELETEs that shorten the grace, \
               evictions, stop calls that fail, retries, kubelet restarts, an orphan",
    leaves_out: &[
        "the time between two attempts, and parts of a second",
        "exit codes and restart policies: a sync pass may start any container that has ended, or end the Pod",
        "the time that DT names: graces are far from it (DEL-08)",
        "a lag between the store and the kubelet, other than REMOVE that comes alone",
        "the stop calls of a kubelet process that died: what they do is a process that ends by itself",
        "sandboxes, dynamic resources, static Pods, readmission after a restart",
    ],
    actors: &["User", "API server", "Kubelet", "Pod worker", "Runtime", "Clock"],
    actions: Kills::ACTIONS,
    refusals: Kills::REFUSALS,
    laws: laws::<Kills>,
    mutants: || kill::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Kills as Protocol>::State>(),
    packed_bytes: size_of::<u128>(),
    explore: |scope, variant, until| told::<Kills>(explore(kills(scope, variant), until)),
    search: |scope, variant, until| told::<Kills>(search::<_, u128>(kills(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, u128>(kills(scope, variant), which),
    assumptions: liveness::assumptions::<Kills>,
    faults: |scope| kills(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, u128>(kills(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(kills(scope, variant), address),
};

pub(crate) fn kills(scope: Scope, variant: Variant<'_>) -> Kills {
    let mutant = |id| kill::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    let variant = match variant {
        Variant::Faithful => kill::Variant::Faithful,
        Variant::Mutant(id) => mutant(id).map_or(kill::Variant::Faithful, kill::Variant::Mutant),
        Variant::Remedy("begins-anew") => kill::Variant::BeginsAnew,
        Variant::Remedy(_) => kill::Variant::ZeroIsOne,
    };
    Kills { scope, variant }
}

const POD: Entry = Entry {
    name: "pod",
    contains: "the life of the Pods of one name: two incarnations alive at a time, one container, a kubelet whose view lags, \
               its workers, starts and stops that take time, its status writer, and two faults (three in the large scope): a restart \
               of the kubelet, an eviction, a rejection, a foreign phase, a start or stop that fails, a slow PATCH, an overlap \
               of two incarnations",
    leaves_out: &[
        "time: a grace is an ordered token, a stop ends at any moment after it began, no shortened time is past (DEL-08)",
        "the two reads of a DELETE: they are one step with its first write (`api`); its second write is a step of its own",
        "hooks, probes, sidecars, init containers, ephemeral containers, static Pods, loss of a sandbox",
        "garbage collection of dead containers, conditions, reasons, restartCount, back-off",
        "cgroups and dynamic resources; volumes are one",
        "a third incarnation while two are alive; what a dead kubelet process had sent and not yet delivered is lost",
        "further faults while two incarnations are alive",
        "exit codes but for 0 and not 0; the status of a container whose Pod is not terminal",
    ],
    actors: &[
        "User",
        "API server",
        "Scheduler",
        "Finalizer owner",
        "Another client (Pod garbage collector)",
        "Kubelet",
        "Runtime",
    ],
    actions: Pods::ACTIONS,
    refusals: Pods::REFUSALS,
    laws: laws::<Pods>,
    mutants: || pod::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Pods as Protocol>::State>(),
    packed_bytes: size_of::<[u64; 3]>(),
    explore: |scope, variant, until| told::<Pods>(explore(pods(scope, variant), until)),
    search: |scope, variant, until| told::<Pods>(search::<_, [u64; 3]>(pods(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, [u64; 3]>(pods(scope, variant), which),
    assumptions: liveness::assumptions::<Pods>,
    faults: |scope| pods(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, [u64; 3]>(pods(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(pods(scope, variant), address),
};

pub(crate) fn pods(scope: Scope, variant: Variant<'_>) -> Pods {
    let mutant = |id| pod::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    match variant {
        Variant::Faithful | Variant::Remedy(_) => Pods::new(scope),
        Variant::Mutant(id) => Pods { mutant: mutant(id), ..Pods::new(scope) },
    }
}

const IDENTITY: Entry = Entry {
    name: "identity",
    contains: "who bears a name while everything breaks: two incarnations alive at a time, a StatefulSet or a ReplicaSet that \
               recreates, two nodes with a kubelet each whose view lags, taint eviction, the Pod garbage collector, and two \
               faults (three in the large scope): a partition, a machine that goes off, a kubelet that restarts, an API \
               server's cache that stands still and a list from it, a forced DELETE, a Node object deleted or tainted while \
               its machine runs, a lagging informer, a late DELETE by name, a store that is set back",
    leaves_out: &[
        "time, graces but for 0 and the Pod's own, and the clamp of DEL-08",
        "the reads and writes of a DELETE, of a PATCH and of a binding: each is one step (`api`, `pod`)",
        "finalizers, gates, hooks, containers beside one, volumes, exit codes: a Pod that ends is Failed",
        "calls that fail, rejections, evictions by the kubelet, a Pod that ends by itself (`pod`)",
        "a third incarnation while two are alive; an owner that sees the past; a scheduler that does",
        "readiness of Pods, tolerations and the time until taint eviction; the quarantine of CTL-PGC-04",
        "a list or a store of the past but for a live Pod, or for none",
    ],
    actors: &[
        "User",
        "Operator",
        "API server",
        "StatefulSet or ReplicaSet",
        "Scheduler",
        "Another controller",
        "Node controller, taint eviction",
        "Pod garbage collector",
        "Kubelet n1",
        "Kubelet n2",
        "Runtime",
    ],
    actions: Identity::ACTIONS,
    refusals: Identity::REFUSALS,
    laws: laws::<Identity>,
    mutants: || identity::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Identity as Protocol>::State>(),
    packed_bytes: size_of::<u128>(),
    explore: |scope, variant, until| told::<Identity>(explore(identities(scope, variant), until)),
    search: |scope, variant, until| told::<Identity>(search::<_, u128>(identities(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, u128>(identities(scope, variant), which),
    assumptions: liveness::assumptions::<Identity>,
    faults: |scope| identities(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, u128>(identities(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(identities(scope, variant), address),
};

pub(crate) fn identities(scope: Scope, variant: Variant<'_>) -> Identity {
    let plain = Identity::new(scope);
    let mutant = |id| identity::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    let remedy = |id| identity::Remedy::ALL.into_iter().find(|remedy| remedy.id() == id);
    match variant {
        Variant::Faithful => plain,
        Variant::Mutant(id) => Identity { mutant: mutant(id), ..plain },
        Variant::Remedy(id) => Identity { remedy: remedy(id), ..plain },
    }
}

const CAPACITY: Entry = Entry {
    name: "capacity",
    contains: "who gets the only device of a node: two Pods alive at a time, one of a user that runs once, one of a StatefulSet \
               that recreates it, a scheduler that assumes what it decides and whose watch lags, a kubelet that admits by age and \
               whose view lags, and two faults (three in the large scope): a restart of the kubelet, perhaps before its device \
               plugin, a scheduler that is replaced, another scheduler that does not look, a forced DELETE",
    leaves_out: &[
        "time, graces but for 0 and the Pod's own, and the clamp of DEL-08",
        "the reads and writes of a DELETE and of a PATCH; the final DELETE on its way: it carries a uid (`identity`)",
        "finalizers, gates, hooks, containers beside one, volumes",
        "partitions, reboots, lists of the past (`identity`); calls that fail (`pod`); preemption, priorities, evictions",
        "the order in which a watch tells of different Pods, but that a kubelet sees who left before who came",
        "a third Pod while two are alive; a second Pod of a user while one is stored",
        "that a kubelet without its plugin reports no device: the scheduler goes on counting one",
        "that a device manager leaves a Pod alone whose containers all run: these Pods are like those with init containers \
         (kubernetes/kubernetes#138446)",
    ],
    actors: &[
        "User",
        "API server",
        "StatefulSet",
        "Scheduler",
        "Another scheduler",
        "Kubelet",
        "Device plugin",
        "Runtime",
    ],
    actions: Capacity::ACTIONS,
    refusals: Capacity::REFUSALS,
    laws: laws::<Capacity>,
    mutants: || capacity::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Capacity as Protocol>::State>(),
    packed_bytes: size_of::<u128>(),
    explore: |scope, variant, until| told::<Capacity>(explore(capacities(scope, variant), until)),
    search: |scope, variant, until| told::<Capacity>(search::<_, u128>(capacities(scope, variant), until)),
    live: |scope, variant, which| liveness::run::<_, u128>(capacities(scope, variant), which),
    assumptions: liveness::assumptions::<Capacity>,
    faults: |scope| capacities(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, u128>(capacities(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(capacities(scope, variant), address),
};

fn capacities(scope: Scope, variant: Variant<'_>) -> Capacity {
    let plain = Capacity::new(scope);
    let mutant = |id| capacity::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    let remedy = |id| capacity::Remedy::ALL.into_iter().find(|remedy| remedy.id() == id);
    match variant {
        Variant::Faithful => plain,
        Variant::Mutant(id) => Capacity { mutant: mutant(id), ..plain },
        Variant::Remedy(id) => Capacity { remedy: remedy(id), ..plain },
    }
}

const DISRUPTION: Entry = Entry {
    name: "disruption",
    contains: "two Pods under one budget, each on a node of its own: evictions with their budget, condition and DELETE, the \
               disruption controller, the node controller with its darkness, taint eviction with a Pod that tolerates for a \
               time and one that does not, `Ready`, owners that recreate, and one fault (two in the large scope): a partition, \
               a machine that goes off, a node that shuts down, in time or not, a node controller that is blind, a readiness \
               probe that fails, a direct DELETE, an eviction that is lost or takes minutes",
    leaves_out: &[
        "time: a stop ends at any moment, a toleration of minutes runs out only when nothing shorter is left to happen",
        "the reads and writes of a DELETE, of a PATCH and of a pass of the node controller: each is one step (`api`, `pod`), and \
         no node is tainted inside a pass (kubernetes/kubernetes#111385)",
        "restarts of kubelets and controllers, views of controllers that lag, status writes that are lost (`pod`, `identity`)",
        "several zones and their rates, other taints and tolerations, Node objects that are deleted (`identity`)",
        "finalizers, hooks, containers beside one, volumes, exit codes: a Pod that ends is Failed",
        "evictions of Pods that have ended or are being deleted, preemption, evictions by the kubelet (`phase`)",
        "several budgets, budgets in percent, the limit on pending disruptions, dry runs, the retries of CTL-EVI-02",
        "the `EndpointSlice`, which follows late; its conditions are those of the stored Pod",
    ],
    actors: &[
        "User",
        "Operator",
        "Eviction client",
        "API server",
        "StatefulSet",
        "Disruption controller",
        "Node controller",
        "Taint eviction",
        "Kubelet n1",
        "Kubelet n2",
        "Runtime",
    ],
    actions: Disruptions::ACTIONS,
    refusals: Disruptions::REFUSALS,
    laws: laws::<Disruptions>,
    mutants: || disruption::Mutant::ALL.iter().map(|mutant| mutant.info()).collect(),
    state_bytes: size_of::<<Disruptions as Protocol>::State>(),
    packed_bytes: size_of::<u128>(),
    explore: |scope, variant, until| told::<Disruptions>(explore(disruptions(scope, variant), until)),
    search: |scope, variant, until| {
        told::<Disruptions>(search::<_, u128>(disruptions(scope, variant), until))
    },
    live: |scope, variant, which| liveness::run::<_, u128>(disruptions(scope, variant), which),
    assumptions: liveness::assumptions::<Disruptions>,
    faults: |scope| disruptions(scope, Variant::Faithful).faults(),
    with_faults: |scope, faults| fewer::<_, u128>(disruptions(scope, Variant::Faithful), faults),
    serve: |scope, variant, address| explorer::serve(disruptions(scope, variant), address),
};

fn disruptions(scope: Scope, variant: Variant<'_>) -> Disruptions {
    use disruption::Variant as Of;
    let mutant = |id| disruption::Mutant::ALL.iter().copied().find(|mutant| mutant.info().id == id);
    let remedy = |id| disruption::Remedy::ALL.into_iter().find(|remedy| remedy.id() == id);
    let variant = match variant {
        Variant::Faithful => Of::Faithful,
        Variant::Mutant(id) => mutant(id).map_or(Of::Faithful, Of::Mutant),
        Variant::Remedy(id) => remedy(id).map_or(Of::Faithful, Of::Remedy),
    };
    Disruptions { variant, ..Disruptions::new(scope) }
}

/// The model of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    MODELS.iter().find(|entry| entry.name == name)
}

/// One model.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it contains.
    pub contains: &'static str,
    /// What it leaves out.
    pub leaves_out: &'static [&'static str],
    /// Who acts.
    pub actors: &'static [&'static str],
    /// The kinds of action.
    pub actions: &'static [&'static str],
    /// The refusals of the API server.
    pub refusals: &'static [Refusal],
    /// Its laws, scenarios and expected violations.
    pub laws: fn() -> Vec<LawInfo>,
    /// Its mutants.
    pub mutants: fn() -> Vec<MutantInfo>,
    /// The size of a state in memory.
    pub state_bytes: usize,
    /// The size of a state packed.
    pub packed_bytes: usize,
    /// Explores a variant of it with stateright.
    pub explore: fn(Scope, Variant<'_>, Until) -> Run,
    /// The same with the engine, which counts neither actions nor refusals.
    pub search: fn(Scope, Variant<'_>, Until) -> Run,
    /// Decides with the engine what eventually happens in a variant of it.
    pub live: fn(Scope, Variant<'_>, Which) -> LiveRun,
    /// What the law of this index takes for granted.
    pub assumptions: fn(usize) -> Vec<AssumptionInfo>,
    /// How many faults may happen; `None` if the model counts none.
    pub faults: fn(Scope) -> Option<u8>,
    /// Searches it with so many faults at most.
    pub with_faults: fn(Scope, u8) -> Run,
    /// Serves a variant of it as a page at this address, until the process ends.
    pub serve: fn(Scope, Variant<'_>, SocketAddr) -> io::Result<()>,
}

/// Which variant of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant<'a> {
    /// Kubernetes as it is.
    Faithful,
    /// With the mistake of this name.
    Mutant(&'a str),
    /// With this remedy of an expected violation.
    Remedy(&'a str),
}

/// A law without its predicates.
#[derive(Clone, Copy, Debug)]
pub struct LawInfo {
    /// Its identifier.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// The rules that it follows from.
    pub rests_on: &'static [RuleId],
    /// What it claims.
    pub kind: LawKind,
    /// What it takes for granted.
    pub assumes: &'static dyn Assumes,
}

/// What a law claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LawKind {
    /// It holds everywhere.
    Always,
    /// A scenario.
    Sometimes,
    /// An expected violation, with what removes it.
    Expected(Option<Remedy>),
    /// It comes about under fairness.
    Eventually,
    /// It need not come about, fair or not.
    Stuck,
}

impl LawKind {
    /// The claim that is expected to be found.
    #[must_use]
    pub const fn wanted(self) -> Claim {
        match self {
            Self::Eventually => Claim::Broken,
            Self::Stuck => Claim::Expected,
            Self::Always => Claim::Witness,
            Self::Sometimes => Claim::Scenario,
            Self::Expected(_) => Claim::Expected,
        }
    }
}

/// What exploring a variant found.
#[derive(Clone, Debug)]
pub struct Run {
    /// Distinct states.
    pub states: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
    /// How often each kind of action was taken.
    pub fired: Vec<u64>,
    /// How often each refusal was seen.
    pub refused: Vec<u64>,
    /// What was found.
    pub found: Vec<Finding>,
}

/// What was found about one law.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The law's index.
    pub law: usize,
    /// What was found of it.
    pub claim: Claim,
    /// The shortest path to it.
    pub path: Vec<Told>,
    /// The watch events of that path; none if the model has no store.
    pub events: Option<Vec<Value>>,
    /// The faults on that path by their names.
    pub faults: Vec<&'static str>,
}

impl Run {
    /// The path to this claim about the law of this index.
    #[must_use]
    pub fn path(&self, law: usize, claim: Claim) -> Option<&[Told]> {
        Some(&self.finding(law, claim)?.path)
    }

    /// All that was found of this claim about the law of this index.
    #[must_use]
    pub fn finding(&self, law: usize, claim: Claim) -> Option<&Finding> {
        self.found.iter().find(|found| (found.law, found.claim) == (law, claim))
    }

    /// The faults on that path.
    #[must_use]
    pub fn faults(&self, law: usize, claim: Claim) -> Option<&[&'static str]> {
        Some(&self.finding(law, claim)?.faults)
    }
}

impl From<LiveRun> for Run {
    /// A lasso breaks its law: the steps of the stem, then once those of the loop.
    fn from(live: LiveRun) -> Self {
        let found = live.checks.into_iter().filter_map(|check| {
            let Lasso { stem, cycle, events } = check.lasso?;
            Some(Finding {
                law: check.law,
                claim: Claim::Broken,
                path: [stem, cycle].concat(),
                events,
                faults: Vec::new(),
            })
        });
        let LiveRun { states, outcome, elapsed, .. } = live;
        let (fired, refused) = (Vec::new(), Vec::new());
        Self { states, outcome, elapsed, fired, refused, found: found.chain(live.found).collect() }
    }
}

fn told<M: Protocol>(exploration: Exploration<M::State, M::Action>) -> Run {
    Run {
        states: exploration.states,
        outcome: exploration.outcome,
        elapsed: exploration.elapsed,
        fired: exploration.fired,
        refused: exploration.refused,
        found: exploration
            .found
            .into_iter()
            .map(|(law, claim, path)| finding::<M>(law, claim, &path))
            .collect(),
    }
}

pub(crate) fn finding<M: Protocol>(law: usize, claim: Claim, path: &[Taken<M::State, M::Action>]) -> Finding {
    let faults = path.iter().filter_map(|step| M::fault(&step.before, &step.action)).collect();
    Finding { law, claim, path: M::tell(path), events: watch::events::<M>(path), faults }
}

fn fewer<M: Protocol, P: Stored<M::State>>(model: M, faults: u8) -> Run {
    told::<M>(search::<_, P>(model.with_faults(faults), Until::Exhausted))
}

fn laws<M: Protocol>() -> Vec<LawInfo> {
    let kind = |kind: &Kind<M::State, M::Action>| match kind {
        Kind::Always { .. } => LawKind::Always,
        Kind::Sometimes(_) => LawKind::Sometimes,
        Kind::Expected { remedy, .. } => LawKind::Expected(*remedy),
        Kind::Eventually { .. } => LawKind::Eventually,
        Kind::Stuck { .. } => LawKind::Stuck,
    };
    let info = |law: &'static Law<M::State, M::Action>| LawInfo {
        id: law.id,
        says: law.says,
        rests_on: law.rests_on,
        kind: kind(&law.kind),
        assumes: law,
    };
    M::LAWS.iter().map(info).collect()
}
