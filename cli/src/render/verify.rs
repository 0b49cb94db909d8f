//! How `verify` shows what it found.

use std::io::{self, BufWriter, IsTerminal, Write};

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::verify::{self, LassoLength, ModelReport, Report};

use crate::render::{Paint, counted};

/// A line on standard error, only on a terminal.
pub(crate) struct Progress {
    visible: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { visible: io::stderr().is_terminal() }
    }

    pub(crate) fn show(&self, at: verify::Progress) {
        if self.visible {
            // Nothing is lost if it cannot be shown.
            let _ = write!(io::stderr(), "\r{}/{} explorations", at.done, at.all);
        }
    }

    pub(crate) fn clear(&self) {
        if self.visible {
            let _ = write!(io::stderr(), "\r{:40}\r", "");
        }
    }
}

/// A block a model, then the verdict.
pub(crate) fn text(report: &Report, verbose: bool) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    for model in &report.models {
        let states = counted(model.states as u64, "state");
        let title = paint.bold(model.name);
        writeln!(out, "{title}  {states}, {} steps, {:.1} s", model.steps, model.seconds)?;
        summary(&mut out, model)?;
        if verbose {
            details(&mut out, model)?;
        }
        writeln!(out)?;
    }
    for note in &report.notes {
        writeln!(out, "note  {note}")?;
    }
    for problem in &report.problems {
        writeln!(out, "{}  {problem}", paint.red("problem"))?;
    }
    let states = report.models.iter().map(|model| model.states).sum::<usize>();
    let word = match report.problems.len() as u64 {
        0 => paint.green("verified"),
        problems => paint.red(&counted(problems, "problem")),
    };
    writeln!(
        out,
        "{word}: {} of {}, {} with all variants, in {:.1} s, scope {} (Kubernetes {KUBERNETES})",
        counted(states as u64, "state"),
        counted(report.models.len() as u64, "model"),
        report.explored,
        report.seconds,
        report.scope,
    )?;
    out.flush()
}

fn summary(out: &mut impl Write, model: &ModelReport) -> io::Result<()> {
    let mut line = |count: usize, all: usize, what: &str| {
        if all == 0 { Ok(()) } else { writeln!(out, "  {count:>3}/{all:<3} {what}") }
    };
    let laws = &model.laws;
    line(laws.iter().filter(|law| law.holds).count(), laws.len(), "laws hold on every state and step")?;
    line(
        laws.iter().filter(|law| law.witness_steps.is_some()).count(),
        laws.len(),
        "of them were tried: the last moment before a violation is reached",
    )?;
    let live = &model.liveness;
    line(live.iter().filter(|law| law.holds).count(), live.len(), "laws of liveness hold under fairness")?;
    let mutants = &model.mutants;
    line(
        mutants.iter().filter(|mutant| mutant.caught).count(),
        mutants.len(),
        "mutants are caught by the law that they name",
    )?;
    let expected = &model.expected_violations;
    line(
        expected.iter().filter(|law| law.steps.is_some()).count(),
        expected.len(),
        "expected violations are found",
    )?;
    let remedied = expected.iter().filter_map(|law| law.remedied);
    line(
        remedied.clone().filter(|gone| *gone).count(),
        remedied.count(),
        "of them with a remedy are gone with it",
    )?;
    let scenarios = &model.scenarios;
    line(scenarios.iter().filter(|law| law.steps.is_some()).count(), scenarios.len(), "scenarios are found")
}

fn details(out: &mut impl Write, model: &ModelReport) -> io::Result<()> {
    let steps = |steps: Option<usize>| steps.map_or_else(|| "-".to_owned(), |steps| steps.to_string());
    writeln!(out, "\n  laws (steps to the last moment before a violation; mutants that break it)")?;
    for law in &model.laws {
        let holds = if law.holds { "holds " } else { "BROKEN" };
        writeln!(out, "    {:<17} {holds} {:>3}  {}", law.id, steps(law.witness_steps), law.says)?;
        writeln!(out, "    {:<28}  {}", "", law.challenged_by.join(", "))?;
    }
    writeln!(out, "\n  expected violations (steps)")?;
    for law in &model.expected_violations {
        writeln!(out, "    {:<17} {:>3}  {}", law.id, steps(law.steps), law.says)?;
        match law.faults.as_deref() {
            None => {}
            Some([]) => writeln!(out, "    {:<17}      with no fault", "")?,
            Some(faults) => {
                let count = counted(faults.len() as u64, "fault");
                writeln!(out, "    {:<17}      with {count}: {}", "", faults.join(", "))?;
            }
        }
        if let Some(remedy) = law.remedy {
            let gone = if law.remedied == Some(true) { "gone" } else { "STILL FOUND" };
            writeln!(out, "    {:<17}      {gone} if {remedy}", "")?;
        }
    }
    writeln!(out, "\n  scenarios (steps)")?;
    for law in &model.scenarios {
        writeln!(out, "    {:<17} {:>3}  {}", law.id, steps(law.steps), law.says)?;
    }
    if !model.liveness.is_empty() {
        writeln!(out, "\n  liveness (steps to a loop + of the loop, on a run that it excludes)")?;
    }
    for law in &model.liveness {
        let holds = if law.holds { "holds " } else { "BROKEN" };
        writeln!(out, "    {:<17} {holds} {:>5}  {}", law.id, length(law.lasso), law.says)?;
        for assumption in &law.assumptions {
            writeln!(
                out,
                "      {:<22} {:>5}  {}",
                assumption.id,
                length(assumption.lasso),
                assumption.says
            )?;
        }
        writeln!(out, "    {:<30}  {}", "", law.challenged_by.join(", "))?;
    }
    writeln!(out, "\n  mutants (law that falls, steps, states seen until then)")?;
    for mutant in &model.mutants {
        let law = if mutant.caught { mutant.law } else { "SURVIVES" };
        let (id, says) = (mutant.id, mutant.says);
        writeln!(out, "    {id:<17} {law:<14} {:>3} {:>7}  {says}", steps(mutant.steps), mutant.states)?;
    }
    writeln!(out, "\n  actions taken")?;
    for (action, count) in &model.actions {
        writeln!(out, "    {count:>9}  {action}")?;
    }
    if !model.refusals.is_empty() {
        writeln!(out, "\n  requests refused")?;
    }
    for (refusal, count) in &model.refusals {
        writeln!(out, "    {count:>9}  {refusal}")?;
    }
    Ok(())
}

fn length(lasso: Option<LassoLength>) -> String {
    lasso.map_or_else(|| "-".to_owned(), |lasso| format!("{}+{}", lasso.stem, lasso.cycle))
}
