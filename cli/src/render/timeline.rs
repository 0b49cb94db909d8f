//! How `timeline` prints.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::RuleId;
use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::timeline::{Plan, Removal, Span, Timeline, Unbounded, Warning};
use serde::Serialize;

use super::Paint;
use super::told::{self, Sentence, cited};

/// The timeline of one Pod, in words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Told {
    name: String,
    /// `gracePeriodSeconds` as asked for.
    asked: Option<u64>,
    /// `deletionGracePeriodSeconds` as stored.
    grace: Option<u64>,
    /// A DELETE is under way already.
    deleting: bool,
    containers: Vec<Lane>,
    stopped: Seconds,
    #[cfg_attr(test, schemars(with = "String"))]
    stopped_rule: RuleId,
    removal: &'static str,
    #[cfg_attr(test, schemars(with = "String"))]
    removal_rule: RuleId,
    #[cfg_attr(test, schemars(with = "String"))]
    decided_by: RuleId,
    unbounded: Vec<Sentence>,
    warnings: Vec<Sentence>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Lane {
    name: String,
    role: &'static str,
    pre_stop: Option<Seconds>,
    signal: Seconds,
    ended: Seconds,
}

/// Whole seconds; the latest is rounded up.
#[derive(Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Seconds {
    earliest: u64,
    latest: u64,
}

impl Seconds {
    fn of(span: Span) -> Self {
        Self { earliest: span.earliest.as_secs(), latest: span.latest_secs() }
    }

    fn text(self) -> String {
        let Self { earliest, latest } = self;
        if earliest == latest { format!("{earliest} s") } else { format!("{earliest} … {latest} s") }
    }
}

impl Told {
    pub(crate) fn new(name: String, plan: &Plan<&str>, request: Request, told: &Timeline<&str>) -> Self {
        let lane = |lane: &pod_lifecycle::timeline::Lane<&str>| Lane {
            name: lane.name.to_owned(),
            role: match lane.role {
                Role::Init => "init",
                Role::Sidecar => "sidecar",
                Role::Regular => "regular",
                Role::Ephemeral => "ephemeral",
            },
            pre_stop: lane.hook.map(Seconds::of),
            signal: Seconds::of(lane.signal),
            ended: Seconds::of(lane.ended),
        };
        Self {
            name,
            asked: request.grace.map(pod_lifecycle::Grace::as_secs),
            grace: told.grace.map(pod_lifecycle::Grace::as_secs),
            deleting: plan.deletion.is_deleting(),
            containers: told.lanes.iter().map(lane).collect(),
            stopped: Seconds::of(told.stopped),
            stopped_rule: RuleId::KUB_44,
            removal: match told.removal {
                Removal::AtOnce => "at once, by the DELETE itself",
                Removal::Confirmed if told.lanes.is_empty() => {
                    "when volumes are unmounted and the kubelet confirms; mostly within 2 s"
                }
                Removal::Confirmed => {
                    "after that, when volumes are unmounted and the kubelet confirms; mostly 1 to 2 s later"
                }
                Removal::Held => "when the last finalizer is removed",
            },
            removal_rule: told.removal.rule(),
            decided_by: told.row.rule(),
            unbounded: told.unbounded.iter().map(unbounded).collect(),
            warnings: told.warnings.iter().map(warning).collect(),
        }
    }
}

fn unbounded(what: &Unbounded<&str>) -> Sentence {
    let text = match what {
        Unbounded::Finalizer(name) => format!("finalizer {name}: its owner must remove it"),
        Unbounded::Kubelet => "the kubelet must confirm: a lost node keeps the Pod Terminating".to_owned(),
        Unbounded::FailedStop => {
            "a stop call that fails is tried again after 10 to 15 s, with the hook and the whole grace"
                .to_owned()
        }
        Unbounded::Volumes => "volumes and the cgroup must be cleaned up".to_owned(),
    };
    Sentence::new(what.rule(), text)
}

fn warning(what: &Warning<&str>) -> Sentence {
    let text = match what {
        Warning::HookTakesGrace(name) => format!(
            "{name}: the preStop hook takes the whole grace; the process is left with 2 s (raise the grace, or shorten the hook)"
        ),
        Warning::SidecarLeftMinimum(name) => {
            format!("{name}: if the containers before it use up the grace, this sidecar is left with 2 s")
        }
        Warning::ProbeGraceAboveSpec(name) => {
            format!("{name}: a failed probe gives it a longer grace than a DELETE does")
        }
        Warning::RunsOnUnseen => {
            "the object goes while its processes may run: a successor of the same name may run beside them"
                .to_owned()
        }
        Warning::BelowMinimum => {
            "between the stop signal and SIGKILL are at least 2 s, whatever the grace".to_owned()
        }
    };
    Sentence::new(what.rule(), text)
}

/// One JSON object; its form is `docs/timeline.schema.json`.
pub(crate) fn json(timelines: &[Told]) -> io::Result<()> {
    told::json(timelines)
}

/// For people.
pub(crate) fn text(timelines: &[Told]) -> io::Result<()> {
    told::text(timelines, one)
}

fn one(out: &mut dyn Write, paint: Paint, told: &Told) -> io::Result<()> {
    let head = match (told.asked, told.grace) {
        (Some(asked), Some(grace)) if asked != grace => {
            format!("a DELETE that asks for {asked} s, grace {grace} s")
        }
        (_, Some(grace)) => format!("a DELETE, grace {grace} s"),
        (_, None) => "a DELETE".to_owned(),
    };
    let begun = if told.deleting { " (one is under way; counted from its begin)" } else { "" };
    writeln!(out, "{}: {head} ({}){begun}", paint.bold(&told.name), told.decided_by)?;
    if told.containers.is_empty() {
        writeln!(out, "  nothing runs")?;
    } else {
        table(out, paint, told)?;
        let rule = cited(paint, &[told.stopped_rule]);
        writeln!(out, "  everything stopped  {} {rule}", paint.bold(&told.stopped.text()))?;
    }
    writeln!(out, "  the object goes     {} ({})", told.removal, told.removal_rule)?;
    told::section(out, paint, "no time bounds", &told.unbounded)?;
    told::section(out, paint, "warnings", &told.warnings)
}

fn table(out: &mut dyn Write, paint: Paint, told: &Told) -> io::Result<()> {
    let name = |lane: &Lane| match lane.role {
        "regular" => lane.name.clone(),
        role => format!("{} ({role})", lane.name),
    };
    let width = told.containers.iter().map(|lane| name(lane).chars().count()).max().unwrap_or(0).max(9);
    let head = format!("  {:width$}  {:<14}{:<14}{}", "", "preStop ends", "stop signal", "process ends");
    writeln!(out, "{}", paint.dim(&head))?;
    for lane in &told.containers {
        let hook = lane.pre_stop.map_or_else(|| "–".to_owned(), Seconds::text);
        let (signal, ended) = (lane.signal.text(), lane.ended.text());
        writeln!(out, "  {:width$}  {hook:<14}{signal:<14}{ended}", name(lane))?;
    }
    Ok(())
}

/// A Mermaid Gantt chart for each Pod: the longest course.
pub(crate) fn mermaid(timelines: &[Told]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for told in timelines {
        writeln!(out, "gantt")?;
        writeln!(out, "    title {}: the longest course of a DELETE, in minutes and seconds", told.name)?;
        writeln!(out, "    dateFormat X")?;
        writeln!(out, "    axisFormat %M:%S")?;
        for lane in &told.containers {
            writeln!(out, "    section {}", lane.name)?;
            if let Some(hook) = lane.pre_stop {
                writeln!(out, "    preStop: active, 0, {}", hook.latest)?;
            }
            writeln!(out, "    stop signal to SIGKILL: crit, {}, {}", lane.signal.latest, lane.ended.latest)?;
        }
        writeln!(out, "    section object")?;
        let end = told.stopped.latest;
        match told.removal_rule {
            RuleId::DEL_13 => writeln!(out, "    gone: milestone, 0, 0")?,
            _ => writeln!(out, "    {}: milestone, {end}, {end}", told.removal.replace([',', ';'], ""))?,
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::Told;
    use crate::render::told::{Report, schema_is_current};

    #[test]
    fn the_schema_is_current() {
        schema_is_current::<Report<'_, Told>>("timeline.schema.json");
    }
}
