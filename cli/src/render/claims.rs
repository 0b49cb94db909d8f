//! How `claims` shows what was judged.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::KUBERNETES;
use pod_lifecycle_models::claims::{GROUPS, Heard, Hearing, Verdict};
use pod_lifecycle_models::law::Scope;

use crate::render::{Paint, counted};

pub(crate) use json::json;

mod json;

/// What is shown.
pub(crate) struct Shown<'a> {
    pub(crate) hearing: &'a Hearing,
    pub(crate) scope: Scope,
    /// With evidence, as steps and as a diagram.
    pub(crate) whole: bool,
}

/// A line a claim under the title of its group, then the count.
pub(crate) fn text(shown: &Shown<'_>) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    for group in GROUPS {
        let of = |heard: &&Heard| group.claims.iter().any(|claim| claim.id == heard.claim.id);
        let heard: Vec<_> = shown.hearing.heard.iter().filter(of).collect();
        if heard.is_empty() {
            continue;
        }
        writeln!(out, "{}", paint.bold(group.title))?;
        for heard in heard {
            one(&mut out, paint, heard, shown.whole)?;
        }
        writeln!(out)?;
    }
    summary(&mut out, paint, shown)?;
    out.flush()
}

fn one(out: &mut impl Write, paint: Paint, heard: &Heard, whole: bool) -> io::Result<()> {
    let claim = heard.claim;
    let word = format!("{:<6}", claim.verdict);
    let word = match claim.verdict {
        Verdict::True => paint.green(&word),
        Verdict::False => paint.red(&word),
        Verdict::Cond => paint.yellow(&word),
    };
    writeln!(out, "{:<9} {word} {}", claim.id, claim.says)?;
    let rules: Vec<_> = claim.rules.iter().map(ToString::to_string).collect();
    let by = format!("{} ({})", claim.judge.name(), rules.join(", "));
    writeln!(out, "{:<16} {}", "", claim.because)?;
    writeln!(out, "{:<16} {}", "", paint.dim(&by))?;
    let Some(judged) = &heard.judged else { return Ok(()) };
    if heard.differs() {
        let found = judged.verdict.map_or("never at stake", Verdict::as_str);
        writeln!(out, "{:<16} {}", "", paint.red(&format!("DIFFERS: the judge says {found}")))?;
    }
    if whole {
        for evidence in &judged.evidence {
            writeln!(out, "\n{}:\n{}", evidence.shows.as_str(), evidence.steps())?;
            writeln!(out, "```mermaid\n{}```", evidence.mermaid())?;
        }
    }
    Ok(())
}

fn summary(out: &mut impl Write, paint: Paint, shown: &Shown<'_>) -> io::Result<()> {
    let Hearing { heard, states, elapsed } = shown.hearing;
    let judged = heard.iter().filter(|heard| heard.judged.is_some()).count();
    let differ = heard.iter().filter(|heard| heard.differs()).count();
    let word = match differ {
        0 => paint.green("as recorded"),
        _ => paint.red(&format!("{differ} differ from what is recorded")),
    };
    let count = |verdict| heard.iter().filter(|heard| heard.claim.verdict == verdict).count();
    let states: usize = states.iter().map(|(_, states)| states).sum();
    writeln!(
        out,
        "{word}: {}, {} true, {} false, {} under a condition; {judged} judged, {} by rule and not checked",
        counted(heard.len() as u64, "claim"),
        count(Verdict::True),
        count(Verdict::False),
        count(Verdict::Cond),
        heard.len() - judged,
    )?;
    writeln!(
        out,
        "{} seen in {:.1} s, scope {} (Kubernetes {KUBERNETES})",
        counted(states as u64, "state"),
        elapsed.as_secs_f64(),
        shown.scope.as_str()
    )
}
