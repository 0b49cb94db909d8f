//! Every mutant against every law: which laws it breaks, and which mutants would survive if a law were taken away.

use std::time::{Duration, Instant};

use crate::audit::{Claim, Until};
use crate::catalogue::{Entry, LawKind, Run, Variant};
use crate::engine::Outcome;
use crate::law::Scope;
use crate::liveness::{Given, Which};
use crate::mutants::MutantInfo;
use crate::render::Told;
use crate::verify::{Progress, side_by_side};

/// How much of a mutant is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Until the law falls that it names.
    Named,
    /// All of it, for every law that it breaks.
    Whole,
}

/// What was found about one mutant.
#[derive(Clone, Debug)]
pub struct Row {
    /// The model.
    pub model: &'static str,
    /// The mistake.
    pub mutant: MutantInfo,
    /// The shortest counterexample to the law that it names; none if it survives. Of a lasso, its stem and its loop once.
    pub path: Option<Vec<Told>>,
    /// Distinct states seen.
    pub states: usize,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
    /// The index of every law found broken.
    pub broken: Vec<usize>,
    /// All that was found, but for lassos: the law, the claim, and how many steps it takes.
    pub found: Vec<(usize, Claim, usize)>,
}

/// Looks at these mutants, `threads` of them side by side.
pub fn rows(
    mutants: &[(&'static Entry, MutantInfo)],
    scope: Scope,
    depth: Depth,
    threads: usize,
    progress: impl Fn(Progress) + Sync,
) -> Vec<Row> {
    side_by_side(mutants, threads, |(entry, mutant)| row(entry, *mutant, scope, depth), progress)
}

/// The mutants of these models, in the order in which they are listed.
#[must_use]
pub fn all(models: &[Entry]) -> Vec<(&Entry, MutantInfo)> {
    models.iter().flat_map(|entry| (entry.mutants)().into_iter().map(move |mutant| (entry, mutant))).collect()
}

fn row(entry: &'static Entry, mutant: MutantInfo, scope: Scope, depth: Depth) -> Row {
    #[allow(clippy::disallowed_methods, reason = "the duration is reported, nothing is decided by it")]
    let start = Instant::now();
    let laws = (entry.laws)();
    let named = laws.iter().position(|law| law.id == mutant.law);
    let eventually = |index: usize| laws.get(index).is_some_and(|law| law.kind == LawKind::Eventually);
    let variant = Variant::Mutant(mutant.id);
    let which = match (depth, named) {
        (Depth::Whole, _) => Some(Which::Stated).filter(|_| (0..laws.len()).any(eventually)),
        (Depth::Named, Some(law)) => Some(Which::Law(law, Given::AsStated)).filter(|_| eventually(law)),
        (Depth::Named, None) => None,
    };
    let until = match (depth, named) {
        (Depth::Named, Some(law)) => Until::Found(law, Claim::Broken),
        (Depth::Named, None) | (Depth::Whole, _) => Until::Exhausted,
    };
    let run: Run = match which {
        // What eventually happens is broken by a lasso; one that need not come about is broken by none.
        Some(which) => {
            let mut live = (entry.live)(scope, variant, which);
            live.checks.retain(|check| eventually(check.law));
            live.into()
        }
        None => (entry.search)(scope, variant, until),
    };
    let broken: Vec<_> = (0..laws.len()).filter(|law| run.path(*law, Claim::Broken).is_some()).collect();
    let path = named.and_then(|law| run.path(law, Claim::Broken).map(<[_]>::to_vec));
    let judged = run.found.iter().filter(|found| !eventually(found.law));
    let found = judged.map(|found| (found.law, found.claim, found.path.len())).collect();
    let (states, outcome) = (run.states, run.outcome);
    Row { model: entry.name, mutant, path, states, outcome, elapsed: start.elapsed(), broken, found }
}

/// The mutants that would survive without the law of this index: they break no other.
pub fn guarded_by<'a>(rows: &'a [Row], model: &str, law: usize) -> impl Iterator<Item = &'a Row> {
    rows.iter().filter(move |row| row.model == model && row.broken == [law])
}
