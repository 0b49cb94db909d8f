//! `podlife model list|show|run|explore`.

use std::io;

use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::catalogue::{self, Entry, LawInfo, LawKind, MODELS, Variant};
use pod_lifecycle_models::explorer;
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::liveness::{AssumptionInfo, Given, LiveRun, Which};
use pod_lifecycle_models::mutants::MutantInfo;
use serde_json::Value;

use crate::args::{self, Export, ModelCommand, ModelExplore, ModelRun};
use crate::exit::{CliError, Outcome};
use crate::render;
use crate::render::model::{Shown, ShownLasso};

impl From<args::Scope> for Scope {
    fn from(scope: args::Scope) -> Self {
        match scope {
            args::Scope::Tiny => Self::Tiny,
            args::Scope::Standard => Self::Standard,
            args::Scope::Large => Self::Large,
        }
    }
}

pub(crate) fn run(args: &args::Model) -> Result<Outcome, CliError> {
    match &args.command {
        ModelCommand::List { json } => {
            if *json {
                render::model::list_json(MODELS)?;
            } else {
                render::model::list(MODELS)?;
            }
            Ok(Outcome::Expected)
        }
        ModelCommand::Show { name, json } => {
            let entry = find(name)?;
            if *json {
                render::model::show_json(entry)?;
            } else {
                render::model::show(entry)?;
            }
            Ok(Outcome::Expected)
        }
        ModelCommand::Run(args) => explore(args),
        ModelCommand::Explore(args) => serve(args),
    }
}

/// The model of this name.
pub(crate) fn find(name: &str) -> Result<&'static Entry, CliError> {
    let known = MODELS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    catalogue::find(name).ok_or_else(|| {
        CliError::unusable(format!("there is no model `{name}`"), format!("the models are {known}"))
    })
}

/// Serves a variant of a model as a page, until the process is stopped.
fn serve(args: &ModelExplore) -> Result<Outcome, CliError> {
    let entry = find(&args.name)?;
    let mutant = args.mutant.as_deref().map(|id| named_mutant(entry, id)).transpose()?;
    let variant = mutant.map_or(Variant::Faithful, |mutant| Variant::Mutant(mutant.id));
    let unusable = |error: io::Error| {
        CliError::unusable(
            format!("cannot serve the page at {}: {error}", args.addr),
            "give a free port of this machine, such as --addr 127.0.0.1:3001",
        )
    };
    explorer::is_free(args.addr).map_err(unusable)?;
    render::model::serving(entry, args.addr)?;
    (entry.serve)(args.scope.into(), variant, args.addr).map_err(unusable)?;
    Ok(Outcome::Expected)
}

/// Explores one variant and shows what it finds; of a mutant the counterexample, of a scenario the path.
fn explore(args: &ModelRun) -> Result<Outcome, CliError> {
    let entry = find(&args.name)?;
    let laws = (entry.laws)();
    let mutant = args.mutant.as_deref().map(|id| named_mutant(entry, id)).transpose()?;
    let variant = mutant.map_or(Variant::Faithful, |mutant| Variant::Mutant(mutant.id));
    let wanted = match (&args.find, mutant) {
        (Some(id), _) => {
            let index = named_law(&laws, id)?;
            laws.get(index).map(|law| (index, law.kind.wanted()))
        }
        (None, Some(mutant)) => {
            laws.iter().position(|law| law.id == mutant.law).map(|index| (index, Claim::Broken))
        }
        (None, None) => None,
    };
    if let Some((index, _)) = wanted
        && let Some(law) = laws.get(index)
        && matches!(law.kind, LawKind::Eventually | LawKind::Stuck)
    {
        return live(entry, args, variant, (index, law));
    }
    let until = wanted.map_or(Until::Exhausted, |(law, claim)| Until::Found(law, claim));
    let run = (entry.explore)(args.scope.into(), variant, until);
    let Some((index, claim)) = wanted else {
        let live = (entry.live)(args.scope.into(), variant, Which::All);
        let expected: Vec<_> =
            laws.iter().enumerate().map(|(index, law)| as_expected(law, index, &run, &live)).collect();
        render::model::summary(entry, &laws, &run, &expected)?;
        return Ok(outcome(expected.into_iter().all(|expected| expected)));
    };
    let finding = run.finding(index, claim);
    // A mutant that is caught is a violation; a path that was asked for is expected.
    let outcome = outcome((claim == Claim::Broken) != finding.is_some());
    if args.export == Some(Export::Watch) {
        return watched(entry, finding.map(|found| found.events.as_deref()), outcome);
    }
    let path = finding.map(|found| found.path.as_slice());
    let shown = Shown { entry, law: laws.get(index), claim, path, states: run.states };
    render::model::path(&shown, args.export)?;
    Ok(outcome)
}

/// Shows what a watcher sees of a path, or nothing if there is no path.
fn watched(entry: &Entry, found: Option<Option<&[Value]>>, outcome: Outcome) -> Result<Outcome, CliError> {
    match found {
        Some(None) => Err(CliError::unusable(
            format!("nothing of model `{}` can be watched: it has no store", entry.name),
            "--export mermaid and --export json show its paths",
        )),
        found => {
            render::model::events(found.flatten().unwrap_or_default())?;
            Ok(outcome)
        }
    }
}

const fn outcome(expected: bool) -> Outcome {
    if expected { Outcome::Expected } else { Outcome::Unexpected }
}

/// Shows the lasso of a law of liveness, or that there is none.
fn live(
    entry: &Entry,
    args: &ModelRun,
    variant: Variant<'_>,
    (index, law): (usize, &LawInfo),
) -> Result<Outcome, CliError> {
    let dropped = args.without.as_deref().map(|id| named_assumption(entry, index, id)).transpose()?;
    let given = dropped.map_or(Given::AsStated, |assumption| assumption.given);
    let run = (entry.live)(args.scope.into(), variant, Which::Law(index, given));
    let lasso = run.check(index, given).and_then(|check| check.lasso.as_ref());
    // A lasso that was asked for by dropping an assumption is expected.
    let wanted = dropped.is_some() || law.kind == LawKind::Stuck;
    let outcome = outcome(lasso.is_some() == wanted);
    if args.export == Some(Export::Watch) {
        return watched(entry, lasso.map(|lasso| lasso.events.as_deref()), outcome);
    }
    let shown = ShownLasso { entry, law, dropped, lasso, states: run.states };
    render::model::lasso(&shown, args.export)?;
    Ok(outcome)
}

fn named_assumption(entry: &Entry, law: usize, id: &str) -> Result<AssumptionInfo, CliError> {
    let droppable =
        |assumption: &AssumptionInfo| matches!(assumption.given, Given::Without(_) | Given::AsStated);
    let all: Vec<_> = (entry.assumptions)(law).into_iter().filter(droppable).collect();
    let known = all.iter().map(|assumption| assumption.id).collect::<Vec<_>>().join(", ");
    all.into_iter().find(|assumption| assumption.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        CliError::unusable(
            format!("the law has no assumption `{id}` to drop"),
            format!("its assumptions are {known}"),
        )
    })
}

fn as_expected(law: &LawInfo, index: usize, run: &catalogue::Run, live: &LiveRun) -> bool {
    if let Some(check) = live.check(index, Given::AsStated) {
        return check.lasso.is_some() == (law.kind == LawKind::Stuck);
    }
    run.path(index, law.kind.wanted()).is_some()
        && (law.kind != LawKind::Always || run.path(index, Claim::Broken).is_none())
}

fn named_mutant(entry: &Entry, id: &str) -> Result<MutantInfo, CliError> {
    let mutants = (entry.mutants)();
    let known = mutants.iter().map(|mutant| mutant.id).collect::<Vec<_>>().join(", ");
    mutants.into_iter().find(|mutant| mutant.id.eq_ignore_ascii_case(id)).ok_or_else(|| {
        CliError::unusable(
            format!("model {} has no mutant `{id}`", entry.name),
            format!("its mutants are {known}"),
        )
    })
}

/// A law by its identifier, or the first that begins with it: S5 finds S5/removed.
fn named_law(laws: &[LawInfo], id: &str) -> Result<usize, CliError> {
    let exact = laws.iter().position(|law| law.id.eq_ignore_ascii_case(id));
    let family =
        || laws.iter().position(|law| law.id.to_lowercase().starts_with(&format!("{}/", id.to_lowercase())));
    exact.or_else(family).ok_or_else(|| {
        let known = laws.iter().map(|law| law.id).collect::<Vec<_>>().join(", ");
        CliError::unusable(format!("there is no law or scenario `{id}`"), format!("there are {known}"))
    })
}
