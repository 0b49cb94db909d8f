//! `podlife model list|show|run`.

use pod_lifecycle_models::audit::{Claim, Until};
use pod_lifecycle_models::catalogue::{self, Entry, LawInfo, LawKind, MODELS, Variant};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::mutants::MutantInfo;

use crate::args::{self, ModelCommand, ModelRun};
use crate::exit::{CliError, Outcome};
use crate::render;
use crate::render::model::Shown;

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
    }
}

/// The model of this name.
pub(crate) fn find(name: &str) -> Result<&'static Entry, CliError> {
    let known = MODELS.iter().map(|entry| entry.name).collect::<Vec<_>>().join(", ");
    catalogue::find(name).ok_or_else(|| {
        CliError::unusable(format!("there is no model `{name}`"), format!("the models are {known}"))
    })
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
    let until = wanted.map_or(Until::Exhausted, |(law, claim)| Until::Found(law, claim));
    let run = (entry.explore)(args.scope.into(), variant, until);
    let Some((index, claim)) = wanted else {
        render::model::summary(entry, &laws, &run)?;
        return Ok(outcome(laws.iter().enumerate().all(|(index, law)| as_expected(law, index, &run))));
    };
    let path = run.path(index, claim);
    let shown = Shown { entry, law: laws.get(index), claim, path, states: run.states };
    render::model::path(&shown, args.export)?;
    // A mutant that is caught is a violation; a path that was asked for is expected.
    Ok(outcome((claim == Claim::Broken) != path.is_some()))
}

const fn outcome(expected: bool) -> Outcome {
    if expected { Outcome::Expected } else { Outcome::Unexpected }
}

fn as_expected(law: &LawInfo, index: usize, run: &catalogue::Run) -> bool {
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
