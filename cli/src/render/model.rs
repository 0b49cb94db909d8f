//! How `model` shows a model and its paths.

use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::audit::Claim;
use pod_lifecycle_models::catalogue::{Entry, LawInfo, LawKind, Run};
use pod_lifecycle_models::liveness::{AssumptionInfo, Given};
use pod_lifecycle_models::render::{Lasso, Told, mermaid, steps};
use serde::Serialize;
use serde_json::Value;

use crate::args::Export;
use crate::render::{Paint, counted};

/// A line a model.
pub(crate) fn list(models: &[Entry]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for model in models {
        writeln!(out, "{:<10} {}", model.name, model.contains)?;
    }
    out.flush()
}

/// All that is known of a model without running it.
pub(crate) fn show(model: &Entry) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{}  {}", paint.bold(model.name), model.contains)?;
    writeln!(out, "\nleaves out")?;
    for item in model.leaves_out {
        writeln!(out, "  {item}")?;
    }
    writeln!(out, "\nactors   {}", model.actors.join(", "))?;
    writeln!(out, "actions  {}", model.actions.join(", "))?;
    writeln!(out, "state    {} bytes, {} packed", model.state_bytes, model.packed_bytes)?;
    if !model.refusals.is_empty() {
        writeln!(out, "\nrefusals")?;
        for refusal in model.refusals {
            writeln!(out, "  {}  {}", refusal.rule, refusal.says)?;
        }
    }
    for (title, kind) in [
        ("laws", "always"),
        ("what eventually happens", "eventually"),
        ("what need not happen", "stuck"),
        ("expected violations", "expected"),
        ("scenarios", "sometimes"),
    ] {
        if !(model.laws)().iter().any(|law| word(law.kind) == kind) {
            continue;
        }
        writeln!(out, "\n{title}")?;
        for (index, law) in (model.laws)().iter().enumerate().filter(|(_, law)| word(law.kind) == kind) {
            let rules = law.rests_on.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            writeln!(out, "  {:<17} {} ({rules})", law.id, law.says)?;
            for AssumptionInfo { id, says, given } in (model.assumptions)(index) {
                let word = if matches!(given, Given::With(_)) { "unless" } else { "if" };
                writeln!(out, "  {:<17}   {word} {id}: {says}", "")?;
            }
        }
    }
    writeln!(out, "\nmutants")?;
    for mutant in (model.mutants)() {
        writeln!(out, "  {:<17} {} Breaks {}; {}.", mutant.id, mutant.says, mutant.law, mutant.origin)?;
    }
    out.flush()
}

const fn word(kind: LawKind) -> &'static str {
    match kind {
        LawKind::Always => "always",
        LawKind::Sometimes => "sometimes",
        LawKind::Expected(_) => "expected",
        LawKind::Eventually => "eventually",
        LawKind::Stuck => "stuck",
    }
}

/// What a whole exploration found, a line a law.
pub(crate) fn summary(model: &Entry, laws: &[LawInfo], run: &Run, expected: &[bool]) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    let seconds = run.elapsed.as_secs_f64();
    writeln!(out, "{}  {}, {seconds:.1} s", paint.bold(model.name), counted(run.states as u64, "state"))?;
    for (index, law) in laws.iter().enumerate() {
        let steps = run.path(index, law.kind.wanted()).map(<[Told]>::len);
        let broken = law.kind == LawKind::Always && run.path(index, Claim::Broken).is_some();
        let verdict = match (law.kind, steps) {
            (LawKind::Eventually | LawKind::Stuck, _) if expected.get(index) == Some(&true) => {
                "holds".to_owned()
            }
            (LawKind::Eventually | LawKind::Stuck, _) => paint.red("BROKEN"),
            _ if broken => paint.red("BROKEN"),
            (LawKind::Always, Some(_)) => "holds".to_owned(),
            (LawKind::Always, None) => paint.red("never tried"),
            (LawKind::Sometimes | LawKind::Expected(_), Some(steps)) => {
                format!("after {}", counted(steps as u64, "step"))
            }
            (LawKind::Sometimes | LawKind::Expected(_), None) => paint.red("not found"),
        };
        writeln!(out, "  {:<17} {verdict:<15} {}", law.id, law.says)?;
    }
    out.flush()
}

/// A path, or that there is none.
pub(crate) struct Shown<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) law: Option<&'a LawInfo>,
    pub(crate) claim: Claim,
    pub(crate) path: Option<&'a [Told]>,
    pub(crate) states: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PathReport<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    model: &'a str,
    law: &'a str,
    says: &'a str,
    found: bool,
    states: usize,
    path: &'a [Told],
}

/// A line an event, as a watch prints them.
pub(crate) fn events(events: &[Value]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for event in events {
        writeln!(out, "{event}")?;
    }
    out.flush()
}

/// A path as numbered steps, or in another form.
pub(crate) fn path(shown: &Shown<'_>, export: Option<Export>) -> io::Result<()> {
    let (id, says) = shown.law.map_or(("", ""), |law| (law.id, law.says));
    let path = shown.path.unwrap_or_default();
    match export {
        Some(Export::Json) => {
            return super::json(&PathReport {
                schema_version: 1,
                kubernetes: KUBERNETES,
                model: shown.entry.name,
                law: id,
                says,
                found: shown.path.is_some(),
                states: shown.states,
                path,
            });
        }
        Some(Export::Mermaid) if shown.path.is_some() => {
            return write!(io::stdout().lock(), "{}", mermaid(path));
        }
        Some(Export::Mermaid | Export::Watch) | None => {}
    }
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{}  {says}", paint.bold(id))?;
    let word = match (shown.claim, shown.path) {
        (Claim::Broken, Some(_)) => paint.red("broken"),
        (Claim::Broken, None) => paint.green("not broken"),
        (Claim::Witness, Some(_)) => "its last moment before a violation".to_owned(),
        (Claim::Scenario | Claim::Expected, Some(_)) => "found".to_owned(),
        (Claim::Witness | Claim::Scenario | Claim::Expected, None) => paint.red("not found"),
    };
    let count = counted(path.len() as u64, "step");
    writeln!(out, "{word}: {count}, {} seen\n", counted(shown.states as u64, "state"))?;
    write!(out, "{}", steps(path))?;
    out.flush()
}

/// A lasso, or that there is none.
pub(crate) struct ShownLasso<'a> {
    pub(crate) entry: &'a Entry,
    pub(crate) law: &'a LawInfo,
    pub(crate) dropped: Option<AssumptionInfo>,
    pub(crate) lasso: Option<&'a Lasso>,
    pub(crate) states: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LassoReport<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    model: &'a str,
    law: &'a str,
    says: &'a str,
    without: Option<&'a str>,
    found: bool,
    states: usize,
    lasso: Option<&'a Lasso>,
}

/// A lasso as numbered steps, or in another form.
pub(crate) fn lasso(shown: &ShownLasso<'_>, export: Option<Export>) -> io::Result<()> {
    let ShownLasso { entry, law, dropped, lasso, states } = shown;
    match (export, lasso) {
        (Some(Export::Json), _) => {
            return super::json(&LassoReport {
                schema_version: 1,
                kubernetes: KUBERNETES,
                model: entry.name,
                law: law.id,
                says: law.says,
                without: dropped.map(|assumption| assumption.id),
                found: lasso.is_some(),
                states: *states,
                lasso: *lasso,
            });
        }
        (Some(Export::Mermaid), Some(lasso)) => {
            return write!(io::stdout().lock(), "{}", lasso.mermaid());
        }
        (Some(Export::Mermaid), None) | (Some(Export::Watch) | None, _) => {}
    }
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{}  {}", paint.bold(law.id), law.says)?;
    if let Some(AssumptionInfo { id, says, .. }) = dropped {
        writeln!(out, "without {id}: {says}")?;
    }
    let seen = counted(*states as u64, "state");
    match lasso {
        Some(lasso) => {
            let stem = counted(lasso.stem.len() as u64, "step");
            let cycle = counted(lasso.cycle.len() as u64, "step");
            writeln!(out, "a lasso: {stem}, then a loop of {cycle}, {seen} seen\n\n{}", lasso.steps())?;
        }
        None => writeln!(out, "no lasso in {seen}: on every fair run it comes about")?,
    }
    out.flush()
}

/// Where a page is.
pub(crate) fn serving(model: &Entry, address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "model {} at http://{address}/ (Kubernetes {KUBERNETES}); stop with Ctrl-C", model.name)?;
    out.flush()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ModelReport {
    name: &'static str,
    contains: &'static str,
    leaves_out: &'static [&'static str],
    actors: &'static [&'static str],
    actions: &'static [&'static str],
    state_bytes: usize,
    packed_bytes: usize,
    laws: Vec<LawReport>,
    mutants: Vec<MutantReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LawReport {
    id: &'static str,
    kind: &'static str,
    says: &'static str,
    rests_on: &'static [pod_lifecycle::RuleId],
    /// What an *eventually* needs, or what would make the rest come about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assumptions: Vec<AssumptionReport>,
}

#[derive(Serialize)]
struct AssumptionReport {
    id: &'static str,
    says: &'static str,
}

#[derive(Serialize)]
struct MutantReport {
    id: &'static str,
    origin: &'static str,
    law: &'static str,
    says: &'static str,
}

fn report(model: &Entry) -> ModelReport {
    let law = |(index, law): (usize, LawInfo)| {
        let assumptions = (model.assumptions)(index).into_iter();
        let assumptions = assumptions.map(|AssumptionInfo { id, says, .. }| AssumptionReport { id, says });
        LawReport {
            id: law.id,
            kind: word(law.kind),
            says: law.says,
            rests_on: law.rests_on,
            assumptions: assumptions.collect(),
        }
    };
    let mutants = (model.mutants)().into_iter().map(|mutant| MutantReport {
        id: mutant.id,
        origin: mutant.origin,
        law: mutant.law,
        says: mutant.says,
    });
    ModelReport {
        name: model.name,
        contains: model.contains,
        leaves_out: model.leaves_out,
        actors: model.actors,
        actions: model.actions,
        state_bytes: model.state_bytes,
        packed_bytes: model.packed_bytes,
        laws: (model.laws)().into_iter().enumerate().map(law).collect(),
        mutants: mutants.collect(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Models {
    schema_version: u32,
    kubernetes: &'static str,
    models: Vec<ModelReport>,
}

/// All models as one JSON object.
pub(crate) fn list_json(models: &[Entry]) -> io::Result<()> {
    let models = models.iter().map(report).collect();
    super::json(&Models { schema_version: 1, kubernetes: KUBERNETES, models })
}

/// One model as one JSON object.
pub(crate) fn show_json(model: &Entry) -> io::Result<()> {
    super::json(&Models { schema_version: 1, kubernetes: KUBERNETES, models: vec![report(model)] })
}
