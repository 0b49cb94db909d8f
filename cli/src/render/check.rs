//! How `check` shows what it found.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};

use pod_lifecycle::wire::Pod;
use pod_lifecycle::{Force, KUBERNETES, RuleId, StatusWord, View};

use crate::args;
use crate::commands::check::{Found, History, Unreadable};
use crate::render::{Paint, counted};

mod json;
mod junit;

pub(crate) use json::json;
pub(crate) use junit::junit;

/// Names a part that could not be judged, on standard error.
pub(crate) fn unreadable(part: &Unreadable) {
    let (mut stderr, file) = (io::stderr().lock(), &part.file);
    // Nothing is left to tell if standard error is closed.
    let _ = match part.at {
        Some(at) => writeln!(stderr, "{file}:{}: byte {}: {}", at.line, at.byte, part.reason),
        None => writeln!(stderr, "{file}: {}", part.reason),
    };
}

/// Shows a finding as soon as it is found, on a line of its own.
pub(crate) fn now(found: &Found) {
    let paint = Paint::stdout();
    if !found.fails {
        return;
    }
    let mut out = io::stdout().lock();
    // Whoever reads has enough; the verdict stands in the exit status.
    let _ = writeln!(out, "{}/{}  {}", found.namespace, found.name, line(found, paint).trim_start());
    let _ = out.flush();
}

/// What a Pod looks like, in a line of its story: its phase, and the word in a table where that is another (PHA-42).
pub(crate) fn state(pod: &Pod<'_>) -> String {
    let word = StatusWord::of(pod).to_string();
    let pod = View::of(pod);
    let mut text = pod.phase.to_string();
    if word != text {
        text.push_str(&format!(" ({word})"));
    }
    if let Some(node) = pod.node {
        text.extend([" on ", node]);
    }
    if let Some(due) = pod.deletion.due() {
        let grace = pod.deletion.grace().map(|grace| format!(", grace {grace}")).unwrap_or_default();
        text.push_str(&format!(", deleting until {due}{grace}"));
    }
    if !pod.finalizers.is_empty() {
        text.push_str(&format!(", finalizers {}", pod.finalizers.join(" ")));
    }
    for container in &pod.containers {
        text.push_str(&format!(", {} {}", container.name, container.state));
        if let Some(count @ 1..) = container.restarts {
            text.push_str(&format!(" (restarted {count})"));
        }
    }
    text
}

/// One block a Pod, one line a violation, then what the rules say, then the verdict.
pub(crate) fn text(histories: &[History], args: &args::Check) -> io::Result<()> {
    let paint = Paint::stdout();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut rules = BTreeSet::new();
    for history in histories.iter().filter(|history| !history.findings.is_empty()) {
        writeln!(out, "{}", paint.bold(&history.file))?;
        blocks(&mut out, history, args, paint)?;
        if !args.verbose {
            hazards(&mut out, history, paint)?;
        }
        for found in &history.findings {
            rules.insert(found.rule);
            rules.extend(found.way);
        }
        writeln!(out)?;
    }
    if !rules.is_empty() {
        writeln!(out, "What the rules say")?;
        for rule in rules {
            writeln!(out, "  {rule:<7}  {}", rule.rule().says)?;
        }
        writeln!(out)?;
    }
    if args.summary {
        summary(&mut out, histories)?;
    }
    verdict(&mut out, histories, paint)?;
    out.flush()
}

fn blocks(out: &mut impl Write, history: &History, args: &args::Check, paint: Paint) -> io::Result<()> {
    let shown = || history.findings.iter().filter(|found| found.fails || args.verbose);
    let mut pods: BTreeMap<(&str, &str, &str), Vec<&Found>> = BTreeMap::new();
    let mut order = Vec::new();
    for found in shown() {
        let pod = (&*found.namespace, &*found.name, &*found.uid);
        pods.entry(pod).or_insert_with(|| {
            order.push(pod);
            Vec::new()
        });
        pods.entry(pod).or_default().push(found);
    }
    for pod @ (namespace, name, uid) in order {
        writeln!(out, "  Pod {namespace}/{name}  {}", paint.dim(&format!("uid {uid}")))?;
        let mut told = 0;
        for found in pods.get(&pod).into_iter().flatten() {
            for before in found.story.iter().filter(|line| event(line) > told) {
                writeln!(out, "      {}", paint.dim(before))?;
            }
            told = found.event;
            writeln!(out, "{}", line(found, paint))?;
        }
    }
    Ok(())
}

/// The number of the event that a line of a story begins with.
fn event(line: &str) -> u64 {
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn line(found: &Found, paint: Paint) -> String {
    let force = format!("{:<13}", found.force);
    let force = if found.fails { paint.red(&force) } else { paint.yellow(&force) };
    let event = format!("event {}", found.event);
    let mut text = format!("    {event:<10} {force}  {:<7}  {}", found.rule, found.message);
    if let Some(way) = found.way.filter(|way| *way != found.rule) {
        text.push_str(&format!(" (the known way: {way})"));
    }
    if let Some(by) = &found.by {
        text.push_str(&format!(", by {by}"));
    }
    text
}

/// Hazards are many and fail nothing: one line a rule, with the first of them.
fn hazards(out: &mut impl Write, history: &History, paint: Paint) -> io::Result<()> {
    let mut by_rule: BTreeMap<RuleId, (u64, &Found)> = BTreeMap::new();
    for found in history.findings.iter().filter(|found| !found.fails) {
        by_rule.entry(found.rule).or_insert((0, found)).0 += 1;
    }
    for (rule, (count, first)) in by_rule {
        let force = paint.yellow(&format!("{:<13}", Force::Hazard));
        let times = format!("{count} times");
        let pod = format!("{}/{}", first.namespace, first.name);
        writeln!(
            out,
            "    {times:<10} {force}  {rule:<7}  first at event {}, {pod}: {}",
            first.event, first.message
        )?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, histories: &[History]) -> io::Result<()> {
    for history in histories {
        writeln!(out, "Summary of {}", history.file)?;
        let (pods, events) = (counted(history.pods, "Pod"), counted(history.events, "event"));
        writeln!(out, "  {pods}, {events}, {} without a Pod", counted(history.others, "value"))?;
        for (change, count) in &history.phases {
            writeln!(out, "  phase {change}: {}", counted(*count, "time"))?;
        }
        let rules: Vec<String> = history.exercised.iter().map(ToString::to_string).collect();
        writeln!(out, "  rules exercised: {}", rules.join(" "))?;
        for slow in &history.slowest {
            let (took, grace) = (slow.took, slow.grace);
            writeln!(
                out,
                "  deletion of {}/{} took {took} s, its grace was {grace} s",
                slow.namespace, slow.name
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn verdict(out: &mut impl Write, histories: &[History], paint: Paint) -> io::Result<()> {
    let sum = |count: fn(&History) -> u64| histories.iter().map(count).sum::<u64>();
    let findings = || histories.iter().flat_map(|history| &history.findings);
    let failures = findings().filter(|found| found.fails).count() as u64;
    let hazards = findings().count() as u64 - failures;
    let word = match failures {
        0 => paint.green("conforms"),
        _ => paint.red(&counted(failures, "violation")),
    };
    write!(out, "{word}: {}", counted(sum(|history| history.events), "event"))?;
    write!(out, " of {}", counted(sum(|history| history.pods), "Pod"))?;
    write!(out, " in {}", counted(histories.len() as u64, "file"))?;
    for (count, what) in [
        (hazards, "hazard"),
        (sum(|history| history.allowed), "allowed breach"),
        (sum(|history| history.unreadable_parts), "unreadable part"),
    ] {
        if count > 0 {
            write!(out, ", {}", counted(count, what))?;
        }
    }
    let unknown = sum(|history| history.unknown);
    if unknown > 0 {
        write!(out, ", {unknown} cannot tell")?;
    }
    writeln!(out, " (Kubernetes {KUBERNETES})")?;
    for history in histories.iter().filter(|history| history.events == 0 && history.unreadable_parts == 0) {
        writeln!(out, "note: {} holds no observation of a Pod", history.file)?;
    }
    Ok(())
}
