//! Checks the models: every law on every state, every witness, scenario and expected violation reached, every
//! mutant caught by the law that it names.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pod_lifecycle::{KUBERNETES, RuleId};
use serde::Serialize;

use crate::audit::{Claim, Until};
use crate::catalogue::{Entry, LawInfo, LawKind, Run, Variant};
use crate::engine::Outcome;
use crate::law::Scope;
use crate::liveness::{AssumptionInfo, Given, LiveRun, Which};
use crate::mutants::MutantInfo;

/// What `verify` found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// The Kubernetes version that the models describe.
    pub kubernetes: &'static str,
    /// How large the models were.
    pub scope: &'static str,
    /// Distinct states of every exploration: of the models, and of their variants as far as each was looked at.
    pub explored: u64,
    /// Wall clock of all of it.
    pub seconds: f64,
    /// One each.
    pub models: Vec<ModelReport>,
    /// What is not as it must be, in sentences; empty if all is well.
    pub problems: Vec<String>,
    /// What a result is worth where it is not all, in sentences.
    pub notes: Vec<String>,
}

/// What was found about one model.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelReport {
    /// Its name.
    pub name: &'static str,
    /// Distinct states.
    pub states: usize,
    /// Steps taken between them.
    pub steps: u64,
    /// How long one thread took for them.
    pub seconds: f64,
    /// What always holds.
    pub laws: Vec<LawReport>,
    /// What must be reachable.
    pub scenarios: Vec<ScenarioReport>,
    /// What looks forbidden and happens.
    pub expected_violations: Vec<ExpectedReport>,
    /// What comes about under fairness, and what need not.
    pub liveness: Vec<LivenessReport>,
    /// The mistakes.
    pub mutants: Vec<MutantReport>,
    /// How often each kind of action was taken.
    pub actions: BTreeMap<&'static str, u64>,
    /// How often each refusal was seen.
    pub refusals: BTreeMap<String, u64>,
}

/// An *always*.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LawReport {
    /// Its identifier.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// The rules that it follows from.
    pub rests_on: &'static [RuleId],
    /// Whether it holds.
    pub holds: bool,
    /// Steps to the last moment before a violation.
    pub witness_steps: Option<usize>,
    /// The mutants that break it.
    pub challenged_by: Vec<&'static str>,
}

/// A scenario.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScenarioReport {
    /// Its identifier.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// Steps to it.
    pub steps: Option<usize>,
}

/// An expected violation.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedReport {
    /// Its identifier.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// Steps to it.
    pub steps: Option<usize>,
    /// What removes it.
    pub remedy: Option<&'static str>,
    /// Whether it does.
    pub remedied: Option<bool>,
    /// The fewest faults with which it is found, by their names; absent if the model counts none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub faults: Option<Vec<&'static str>>,
}

/// An *eventually*, or that something need not come about.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LivenessReport {
    /// Its identifier.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// The rules that it follows from.
    pub rests_on: &'static [RuleId],
    /// Whether it is as it says.
    pub holds: bool,
    /// For what need not come about: the steps of a run on which it does not.
    pub lasso: Option<LassoLength>,
    /// The assumptions that are each needed; for what need not come about, those of which each would be enough.
    pub assumptions: Vec<AssumptionReport>,
    /// The mutants that break it.
    pub challenged_by: Vec<&'static str>,
}

/// One assumption.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AssumptionReport {
    /// Its name.
    pub id: &'static str,
    /// One sentence.
    pub says: &'static str,
    /// The run that it excludes: found without it, or not found with it.
    pub lasso: Option<LassoLength>,
}

/// How long a run is that goes on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LassoLength {
    /// Steps before its loop.
    pub stem: usize,
    /// Steps of its loop; none if nothing happens any more.
    pub cycle: usize,
}

/// A mutant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MutantReport {
    /// Its identifier.
    pub id: &'static str,
    /// The public report of the mistake, or `invented`.
    pub origin: &'static str,
    /// What the mistake is.
    pub says: &'static str,
    /// The law that must fall.
    pub law: &'static str,
    /// Whether it falls.
    pub caught: bool,
    /// Every law found broken on the way, itself included.
    pub broken: Vec<&'static str>,
    /// Steps to its counterexample.
    pub steps: Option<usize>,
    /// Distinct states seen until then.
    pub states: usize,
}

/// How far `verify` has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Explorations that are done.
    pub done: usize,
    /// All of them.
    pub all: usize,
}

/// Checks these models. Explorations run side by side on `threads` threads, each on one, so that all numbers but
/// the seconds are the same in each run.
pub fn verify(
    models: &[&'static Entry],
    scope: Scope,
    threads: usize,
    progress: impl Fn(Progress) + Sync,
) -> Report {
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let jobs: Vec<_> = models.iter().flat_map(|entry| jobs(entry, scope)).collect();
    let found = side_by_side(&jobs, threads, |job| job.run(scope), progress);
    let mut results = jobs.iter().zip(found).peekable();
    let (mut problems, mut notes, mut explored) = (Vec::new(), Vec::new(), 0);
    let models = models
        .iter()
        .map(|entry| {
            let (mut runs, mut fewer, mut live) = (Vec::new(), Vec::new(), None);
            while let Some((job, found)) = results.next_if(|(job, _)| job.entry.name == entry.name) {
                explored += found.states() as u64;
                match found.outcome() {
                    Outcome::Stopped => {
                        problems.push(format!("{}: {:?} {}", entry.name, job.variant, Outcome::Stopped));
                    }
                    outcome @ Outcome::Compacted { .. } => {
                        notes.push(format!("{}: {:?} is {outcome}", entry.name, job.variant));
                    }
                    Outcome::Complete | Outcome::Ended => {}
                }
                match found {
                    Found::Run(run) => match job.task {
                        Task::Fewer(_) => fewer.push(run),
                        Task::Explore | Task::Search(_) | Task::Break(_) | Task::Live => {
                            runs.push((job.variant, run));
                        }
                    },
                    Found::Live(run) => live = Some(run),
                }
            }
            judge(entry, &runs, &fewer, live.as_ref(), &mut problems)
        })
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    Report {
        schema_version: 1,
        kubernetes: KUBERNETES,
        scope: scope.as_str(),
        explored,
        seconds,
        models,
        problems,
        notes,
    }
}

/// One exploration.
#[derive(Clone, Copy)]
struct Job {
    entry: &'static Entry,
    variant: Variant<'static>,
    task: Task,
}

#[derive(Clone, Copy)]
enum Task {
    /// Explore all of it with stateright.
    Explore,
    /// Search it with the engine.
    Search(Until),
    /// Look with the engine for a lasso that breaks the law of this index.
    Break(usize),
    /// Decide with the engine all that eventually happens.
    Live,
    /// Search it with so many faults at most.
    Fewer(u8),
}

/// What a job found.
enum Found {
    Run(Run),
    Live(LiveRun),
}

impl Found {
    const fn states(&self) -> usize {
        match self {
            Self::Run(run) => run.states,
            Self::Live(run) => run.states,
        }
    }

    const fn outcome(&self) -> Outcome {
        match self {
            Self::Run(run) => run.outcome,
            Self::Live(run) => run.outcome,
        }
    }
}

impl Job {
    fn run(&self, scope: Scope) -> Found {
        let live = |which| (self.entry.live)(scope, self.variant, which);
        match self.task {
            Task::Explore => Found::Run((self.entry.explore)(scope, self.variant, Until::Exhausted)),
            Task::Search(until) => Found::Run((self.entry.search)(scope, self.variant, until)),
            Task::Break(law) => Found::Run(live(Which::Law(law, Given::AsStated)).into()),
            Task::Live => Found::Live(live(Which::All)),
            Task::Fewer(faults) => Found::Run((self.entry.with_faults)(scope, faults)),
        }
    }
}

/// The explorations that a model needs, the longest first.
fn jobs(entry: &'static Entry, scope: Scope) -> Vec<Job> {
    let laws = (entry.laws)();
    let search = Task::Search(Until::Exhausted);
    let mut jobs: Vec<_> =
        [Task::Explore, Task::Live].map(|task| Job { entry, variant: Variant::Faithful, task }).into();
    let mut add = |variant, task| {
        if !jobs.iter().any(|job| job.variant == variant) {
            jobs.push(Job { entry, variant, task });
        }
    };
    for law in &laws {
        if let LawKind::Expected(Some(remedy)) = law.kind {
            add(Variant::Remedy(remedy.id), search);
        }
    }
    for mutant in (entry.mutants)() {
        let task = match laws.iter().position(|law| law.id == mutant.law) {
            Some(law) if is_live(&laws, law) => Task::Break(law),
            Some(law) => Task::Search(Until::Found(law, Claim::Broken)),
            None => search,
        };
        add(Variant::Mutant(mutant.id), task);
    }
    let faults = (entry.faults)(scope).unwrap_or(0);
    jobs.extend((0..faults).map(|faults| Job {
        entry,
        variant: Variant::Faithful,
        task: Task::Fewer(faults),
    }));
    jobs
}

fn is_live(laws: &[LawInfo], law: usize) -> bool {
    laws.get(law).is_some_and(|law| law.kind == LawKind::Eventually)
}

/// Runs all jobs on `threads` threads, each job on one, and tells the results in the order of the jobs.
pub(crate) fn side_by_side<J: Sync, R: Send + Sync>(
    jobs: &[J],
    threads: usize,
    run: impl Fn(&J) -> R + Sync,
    progress: impl Fn(Progress) + Sync,
) -> Vec<R> {
    let results: Vec<OnceLock<R>> = jobs.iter().map(|_| OnceLock::new()).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|threads_of| {
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            threads_of.spawn(|| {
                while let Some((job, result)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).zip(results.get(index))
                } {
                    result.get_or_init(|| run(job));
                    progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, all: jobs.len() });
                }
            });
        }
    });
    results.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Puts the explorations of one model side by side and notes what is not as it must be.
fn judge(
    entry: &Entry,
    runs: &[(Variant<'static>, Run)],
    fewer: &[Run],
    live: Option<&LiveRun>,
    problems: &mut Vec<String>,
) -> ModelReport {
    let mut problem = |text: String| problems.push(format!("{}: {text}", entry.name));
    let nothing = Run {
        states: 0,
        outcome: Outcome::Stopped,
        elapsed: Duration::ZERO,
        fired: Vec::new(),
        refused: Vec::new(),
        found: Vec::new(),
    };
    let run = |variant| runs.iter().find(|(which, _)| *which == variant).map(|(_, run)| run);
    let faithful = run(Variant::Faithful).unwrap_or(&nothing);
    let laws = (entry.laws)();
    let mutants = mutants(entry, &laws.iter().map(|law| law.id).collect::<Vec<_>>(), run);
    for mutant in &mutants {
        if !mutant.caught {
            let others =
                if mutant.broken.is_empty() { String::new() } else { format!(", but {:?}", mutant.broken) };
            problem(format!("mutant {} is not caught by {}{others}", mutant.id, mutant.law));
        }
    }
    let (mut always, mut scenarios, mut expected_violations) = (Vec::new(), Vec::new(), Vec::new());
    let mut liveness = Vec::new();
    for (index, law) in laws.iter().enumerate() {
        let (id, says, rests_on) = (law.id, law.says, law.rests_on);
        let steps = faithful.path(index, law.kind.wanted()).map(<[_]>::len);
        match law.kind {
            LawKind::Always => {
                let broken = faithful.path(index, Claim::Broken);
                if let Some(path) = broken {
                    problem(format!("{id} is broken after {} steps", path.len()));
                }
                if steps.is_none() {
                    problem(format!("the witness of {id} is not reached"));
                }
                let by = mutants.iter().filter(|mutant| mutant.caught && mutant.law == id);
                let challenged_by: Vec<_> = by.map(|mutant| mutant.id).collect();
                if challenged_by.is_empty() {
                    problem(format!("{id} is unchallenged: no mutant breaks it"));
                }
                let holds = broken.is_none();
                always.push(LawReport { id, says, rests_on, holds, witness_steps: steps, challenged_by });
            }
            LawKind::Sometimes => {
                if steps.is_none() {
                    problem(format!("scenario {id} is not reached"));
                }
                scenarios.push(ScenarioReport { id, says, steps });
            }
            LawKind::Expected(remedy) => {
                if steps.is_none() {
                    problem(format!("the expected violation {id} is not found"));
                }
                let remedied = remedy.map(|remedy| {
                    run(Variant::Remedy(remedy.id))
                        .is_some_and(|run| run.path(index, Claim::Expected).is_none())
                });
                if remedied == Some(false) {
                    problem(format!(
                        "{id} is still found although {}",
                        remedy.map_or("", |remedy| remedy.says)
                    ));
                }
                let remedy = remedy.map(|remedy| remedy.says);
                // The runs with fewer faults come first, the fewest at the head.
                let least = fewer.iter().chain([faithful]).find_map(|run| run.faults(index, Claim::Expected));
                let faults = least.filter(|_| !fewer.is_empty()).map(<[_]>::to_vec);
                expected_violations.push(ExpectedReport { id, says, steps, remedy, remedied, faults });
            }
            LawKind::Eventually | LawKind::Stuck => {
                liveness.push(alive(entry, index, law, live, &mutants, &mut problem));
            }
        }
    }
    let actions: BTreeMap<_, _> = entry.actions.iter().copied().zip(faithful.fired.iter().copied()).collect();
    for action in entry.actions.iter().filter(|action| actions.get(*action).is_none_or(|fired| *fired == 0)) {
        problem(format!("the action `{action}` never fires"));
    }
    let label =
        |index: usize| entry.refusals.get(index).map(|refusal| format!("{}: {}", refusal.rule, refusal.says));
    let seen = |index| faithful.refused.get(index).copied().unwrap_or(0);
    let refusals: BTreeMap<_, _> =
        (0..entry.refusals.len()).filter_map(|index| Some((label(index)?, seen(index)))).collect();
    for (refusal, _) in refusals.iter().filter(|(_, seen)| **seen == 0) {
        problem(format!("the refusal `{refusal}` is never seen"));
    }
    let counts = |states, steps| format!("{states} states and {steps} steps");
    let stateright = counts(faithful.states, faithful.fired.iter().sum());
    let engine = live.map_or_else(String::new, |live| counts(live.states, live.steps));
    if stateright != engine {
        problem(format!("stateright reports {stateright}, the engine {engine}"));
    }
    ModelReport {
        name: entry.name,
        states: faithful.states,
        steps: faithful.fired.iter().sum(),
        seconds: faithful.elapsed.as_secs_f64(),
        laws: always,
        scenarios,
        expected_violations,
        liveness,
        mutants,
        actions,
        refusals,
    }
}

/// Judges what eventually happens, or need not, with each assumption dropped or added.
fn alive(
    entry: &Entry,
    index: usize,
    law: &LawInfo,
    live: Option<&LiveRun>,
    mutants: &[MutantReport],
    problem: &mut impl FnMut(String),
) -> LivenessReport {
    let LawInfo { id, says, rests_on, kind, assumes: _ } = *law;
    let length = |given| {
        let lasso = live?.check(index, given)?.lasso.as_ref()?;
        Some(LassoLength { stem: lasso.stem.len(), cycle: lasso.cycle.len() })
    };
    let lasso = length(Given::AsStated);
    let checked = live.and_then(|live| live.check(index, Given::AsStated));
    if checked.is_none_or(|check| check.obliging == 0) {
        problem(format!("no state meets what {id} is about"));
    }
    let stuck = kind == LawKind::Stuck;
    let holds = checked.is_some() && lasso.is_some() == stuck;
    if !holds {
        problem(format!(
            "{id} is broken: {}",
            if stuck { "it always comes about" } else { "there is a lasso" }
        ));
    }
    let assumptions: Vec<_> = (entry.assumptions)(index)
        .into_iter()
        .map(|AssumptionInfo { id, says, given }| AssumptionReport { id, says, lasso: length(given) })
        .collect();
    for assumption in &assumptions {
        match (stuck, assumption.lasso) {
            (false, None) => problem(format!("{id} does not need {}: it holds without", assumption.id)),
            (true, Some(_)) => problem(format!("{id}: {} is not enough", assumption.id)),
            (false, Some(_)) | (true, None) => {}
        }
    }
    let by = mutants.iter().filter(|mutant| mutant.caught && mutant.law == id);
    let challenged_by: Vec<_> = by.map(|mutant| mutant.id).collect();
    if challenged_by.is_empty() && !stuck {
        problem(format!("{id} is unchallenged: no mutant breaks it"));
    }
    LivenessReport { id, says, rests_on, holds, lasso, assumptions, challenged_by }
}

fn mutants<'a>(
    entry: &Entry,
    laws: &[&'static str],
    run: impl Fn(Variant<'static>) -> Option<&'a Run>,
) -> Vec<MutantReport> {
    let report = |MutantInfo { id, origin, law, says }| {
        let run = run(Variant::Mutant(id));
        let broken =
            run.map_or(&[][..], |run| &run.found).iter().filter(|found| found.claim == Claim::Broken);
        let broken: Vec<_> =
            broken.filter_map(|found| Some((*laws.get(found.law)?, found.path.len()))).collect();
        let steps = broken.iter().find(|(id, _)| *id == law).map(|(_, steps)| *steps);
        let broken = broken.into_iter().map(|(id, _)| id).collect();
        let states = run.map_or(0, |run| run.states);
        MutantReport { id, origin, says, law, caught: steps.is_some(), broken, steps, states }
    };
    (entry.mutants)().into_iter().map(report).collect()
}
