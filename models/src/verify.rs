//! Checks the models: every law on every state, every witness, scenario and expected violation reached, every
//! mutant caught by the law that it names.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use pod_lifecycle::{KUBERNETES, RuleId};
use serde::Serialize;

use crate::audit::{Claim, Until};
use crate::catalogue::{Entry, LawKind, Run, Variant};
use crate::law::Scope;
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
    /// Wall clock of all of it.
    pub seconds: f64,
    /// One each.
    pub models: Vec<ModelReport>,
    /// What is not as it must be, in sentences; empty if all is well.
    pub problems: Vec<String>,
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
    let jobs: Vec<_> = models.iter().flat_map(|entry| jobs(entry)).collect();
    let mut runs = work(&jobs, scope, threads, progress).into_iter();
    let mut problems = Vec::new();
    let models = models
        .iter()
        .map(|entry| {
            let runs: Vec<_> = jobs_of(entry, &jobs).map(|job| job.variant).zip(runs.by_ref()).collect();
            judge(entry, &runs, &mut problems)
        })
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    Report { schema_version: 1, kubernetes: KUBERNETES, scope: scope.as_str(), seconds, models, problems }
}

/// One exploration.
#[derive(Clone, Copy)]
struct Job {
    entry: &'static Entry,
    variant: Variant<'static>,
    until: Until,
}

/// The explorations that a model needs, the longest first.
fn jobs(entry: &'static Entry) -> Vec<Job> {
    let laws = (entry.laws)();
    let mut jobs = vec![Job { entry, variant: Variant::Faithful, until: Until::Exhausted }];
    let mut add = |variant, until| {
        if !jobs.iter().any(|job| job.variant == variant) {
            jobs.push(Job { entry, variant, until });
        }
    };
    for law in &laws {
        if let LawKind::Expected(Some(remedy)) = law.kind {
            add(Variant::Remedy(remedy.id), Until::Exhausted);
        }
    }
    for mutant in (entry.mutants)() {
        let law = laws.iter().position(|law| law.id == mutant.law);
        let until = law.map_or(Until::Exhausted, |law| Until::Found(law, Claim::Broken));
        add(Variant::Mutant(mutant.id), until);
    }
    jobs
}

fn jobs_of<'a>(entry: &'a Entry, jobs: &'a [Job]) -> impl Iterator<Item = &'a Job> {
    jobs.iter().filter(|job| job.entry.name == entry.name)
}

fn work(jobs: &[Job], scope: Scope, threads: usize, progress: impl Fn(Progress) + Sync) -> Vec<Option<Run>> {
    let results: Vec<Mutex<Option<Run>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|threads_of| {
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            threads_of.spawn(|| {
                while let Some((job, result)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).zip(results.get(index))
                } {
                    let run = (job.entry.explore)(scope, job.variant, job.until);
                    if let Ok(mut slot) = result.lock() {
                        *slot = Some(run);
                    }
                    progress(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, all: jobs.len() });
                }
            });
        }
    });
    results.into_iter().map(|result| result.into_inner().ok().flatten()).collect()
}

/// Puts the explorations of one model side by side and notes what is not as it must be.
fn judge(entry: &Entry, runs: &[(Variant<'static>, Option<Run>)], problems: &mut Vec<String>) -> ModelReport {
    let mut problem = |text: String| problems.push(format!("{}: {text}", entry.name));
    let nothing =
        Run { states: 0, elapsed: Duration::ZERO, fired: Vec::new(), refused: Vec::new(), found: Vec::new() };
    let run = |variant| runs.iter().find(|(which, _)| *which == variant).and_then(|(_, run)| run.as_ref());
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
                expected_violations.push(ExpectedReport { id, says, steps, remedy, remedied });
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
    ModelReport {
        name: entry.name,
        states: faithful.states,
        steps: faithful.fired.iter().sum(),
        seconds: faithful.elapsed.as_secs_f64(),
        laws: always,
        scenarios,
        expected_violations,
        mutants,
        actions,
        refusals,
    }
}

fn mutants<'a>(
    entry: &Entry,
    laws: &[&'static str],
    run: impl Fn(Variant<'static>) -> Option<&'a Run>,
) -> Vec<MutantReport> {
    let report = |MutantInfo { id, origin, law, says }| {
        let run = run(Variant::Mutant(id));
        let broken =
            run.map_or(&[][..], |run| &run.found).iter().filter(|(_, claim, _)| *claim == Claim::Broken);
        let broken: Vec<_> =
            broken.filter_map(|(index, _, path)| Some((*laws.get(*index)?, path.len()))).collect();
        let steps = broken.iter().find(|(id, _)| *id == law).map(|(_, steps)| *steps);
        let broken = broken.into_iter().map(|(id, _)| id).collect();
        let states = run.map_or(0, |run| run.states);
        MutantReport { id, origin, says, law, caught: steps.is_some(), broken, steps, states }
    };
    (entry.mutants)().into_iter().map(report).collect()
}
