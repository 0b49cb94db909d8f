//! The kubelet's smaller machines: one container between passes, its restart back-off, the final DELETE.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{EdgeKind, Edges, Table, product};
use crate::backoff::{Attempt, Limits, RESET_AFTER, Series};
use crate::container::{
    ContainerPolicy, Definition, Exit, ExitReason, Health, Instance, Operator, Probe, Resize, RestartPolicy,
    RestartRule, Role, RuleAction,
};
use crate::final_status::{FinalDelete, Finished, Object, final_delete};
use crate::phase::{Deleting, Phase};
use crate::rules::RuleId;
use crate::sync::{self, Cause, Container, Reset, SandboxNeed, Verdict};
use crate::time::{Grace, Now, Time};

const ABSENT: &str = "Absent";
const CREATED: &str = "Created";
const RUNNING: &str = "Running";
const SUCCEEDED: &str = "Exit0";
const FAILED: &str = "Exit1";
const UNKNOWN: &str = "Unknown";

const SUCCESS: Instance = Instance::Exited(Exit { code: 0, reason: ExitReason::Other });
const FAILURE: Instance = Instance::Exited(Exit { code: 1, reason: ExitReason::Other });

const fn container_name(newest: Option<Instance>) -> &'static str {
    match newest {
        None => ABSENT,
        Some(Instance::Created) => CREATED,
        Some(Instance::Running(_)) => RUNNING,
        Some(Instance::Exited(Exit { code: 0, .. })) => SUCCEEDED,
        Some(Instance::Exited(_)) => FAILED,
        Some(Instance::Unknown) => UNKNOWN,
    }
}

/// Running instances: a good one, and one for each cause of a kill.
fn running() -> [Instance; 5] {
    [
        Health::GOOD,
        Health { definition: Definition::Changed, ..Health::GOOD },
        Health { liveness: Probe::Failed, ..Health::GOOD },
        Health { startup: Probe::Failed, ..Health::GOOD },
        Health { resize: Resize::Restart, ..Health::GOOD },
    ]
    .map(Instance::Running)
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Unknown => "unknown",
        Cause::Changed => "image changed",
        Cause::Liveness => "liveness failed",
        Cause::Startup => "startup failed",
        Cause::Resize => "resize",
    }
}

/// What a pass does with one regular container, as text, and the states that may follow. A killed container ends with
/// whatever code.
fn done(verdict: Verdict, before: &'static str) -> (String, Vec<&'static str>) {
    let text = |what: &str, rule| format!("{what} ({rule})");
    match verdict {
        Verdict::Keep => (text("kept", RuleId::CTR_13), vec![before]),
        Verdict::Rest => (text("left", RuleId::CTR_02), vec![before]),
        Verdict::Start => (text("started", RuleId::CTR_02), vec![RUNNING]),
        Verdict::Kill(why) => {
            (text(&format!("killed, {}", cause(why)), RuleId::CTR_03), vec![SUCCEEDED, FAILED])
        }
        Verdict::Replace(why) => {
            let rule = match why {
                Cause::Liveness | Cause::Startup => RuleId::CTR_03,
                Cause::Changed => RuleId::CTR_04,
                Cause::Unknown | Cause::Resize => RuleId::CTR_13,
            };
            (text(&format!("replaced, {}", cause(why)), rule), vec![RUNNING])
        }
    }
}

pub(super) fn container() -> Table {
    let names = vec![ABSENT, CREATED, RUNNING, SUCCEEDED, FAILED, UNKNOWN];
    let failures =
        [RestartRule { action: RuleAction::Restart, operator: Operator::In, values: Cow::Borrowed(&[1]) }];
    let plain = ContainerPolicy::default();
    let ruled = ContainerPolicy { own: Some(RestartPolicy::Never), rules: &failures };
    let policies = [
        ("Always", RestartPolicy::Always, plain),
        ("OnFailure", RestartPolicy::OnFailure, plain),
        ("Never", RestartPolicy::Never, plain),
        ("Never with a rule for 1", RestartPolicy::Always, ruled),
    ];
    let still = [None, Some(Instance::Created), Some(SUCCESS), Some(FAILURE), Some(Instance::Unknown)];
    let instances: Vec<_> = still.into_iter().chain(running().map(Some)).collect();
    // Under each edge and text the policies that lead there.
    let mut found: BTreeMap<(&str, &str, String), BTreeSet<&str>> = BTreeMap::new();
    for (newest, (policy, pod, own), deleting) in product(instances, policies, [Deleting::No, Deleting::Yes])
    {
        let known: Vec<Instance> = newest.into_iter().collect();
        let containers = [Container { role: Role::Regular, policy: own, instances: &known }];
        let facts =
            sync::Facts { policy: Some(pod), deleting, sandbox: SandboxNeed::Fits, reset: Reset::NotDue };
        let Some(verdict) = sync::plan(facts, &containers).verdicts().next() else { continue };
        let from = container_name(newest);
        let (text, next) = done(verdict, from);
        let condition = match (deleting, newest) {
            // What runs is treated alike whether the Pod is deleting or not.
            (Deleting::No, _) | (Deleting::Yes, Some(Instance::Running(_))) => policy,
            (Deleting::Yes, None | Some(Instance::Created | Instance::Exited(_) | Instance::Unknown)) => {
                "DT set"
            }
        };
        for to in next {
            found.entry((from, to, text.clone())).or_default().insert(condition);
        }
    }
    let mut edges = Edges::default();
    for ((from, to, text), conditions) in found {
        let every = policies.iter().all(|(policy, ..)| conditions.contains(policy));
        let label = if every {
            text
        } else {
            let listed = conditions.into_iter().collect::<Vec<_>>().join(", ");
            format!("{text} if {listed}")
        };
        edges.add(&names, from, to, EdgeKind::Conforming, label);
    }
    // The process decides itself how it ends.
    for ended in [SUCCESS, FAILURE] {
        let to = container_name(Some(ended));
        edges.add(&names, RUNNING, to, EdgeKind::Conforming, "process ended".to_owned());
    }
    edges.table(
        "container",
        "The newest instance of a regular container of an initialized Pod: what a sync pass does with it, and under which policy; a start still waits for its back-off.",
        names,
    )
}

const CLEAR: &str = "Clear";
const FIRST: &str = "First";
const LONGER: &str = "Longer";
const LONGEST: &str = "Longest";

pub(super) fn backoff() -> Table {
    let names = vec![CLEAR, FIRST, LONGER, LONGEST];
    let limits = Limits::DEFAULT;
    let at = Now::at(Time::from_unix(0));
    let delay = |series| match series {
        Series::Held { delay, .. } => Some(delay),
        Series::Clear => None,
    };
    let name = |series| match delay(series) {
        None => CLEAR,
        Some(delay) if delay == limits.initial() => FIRST,
        Some(delay) if delay == limits.cap() => LONGEST,
        Some(_) => LONGER,
    };
    // Each restart follows as soon as it may, until the delay grows no more.
    let mut series = vec![Series::CLEAR];
    while let Some(Attempt::Made { next }) = series.last().map(|last| restart_when_due(*last, at, limits)) {
        if series.iter().any(|known| delay(*known) == delay(next)) {
            break;
        }
        series.push(next);
    }
    let mut edges = Edges::default();
    for before in series {
        let waited = delay(before)
            .map_or_else(|| "at once".to_owned(), |delay| format!("after {} s", delay.as_secs()));
        if let Attempt::Made { next } = restart_when_due(before, at, limits) {
            let label = format!("restart {waited} ({})", RuleId::CTR_24);
            edges.add(&names, name(before), name(next), EdgeKind::Conforming, label);
        }
        let Series::Held { updated, .. } = before else { continue };
        let late = updated.plus(RESET_AFTER).plus(Grace::ONE);
        if let Attempt::Made { next } = before.restart(Some(late), late, limits) {
            let label = format!("restart at once, the last was long ago ({})", RuleId::CTR_26);
            edges.add(&names, name(before), name(next), EdgeKind::Conforming, label);
        }
    }
    edges.table(
        "backoff",
        "How long the next restart of a container waits, measured from its exit; a kubelet that starts anew begins at Clear.",
        names,
    )
}

/// The first restart that an exit at `exited` allows.
fn restart_when_due(series: Series, exited: Now, limits: Limits) -> Attempt {
    series.restart(Some(exited), series.due(exited).unwrap_or(exited), limits)
}

const fn sent(decision: FinalDelete) -> &'static str {
    match decision {
        FinalDelete::Withheld => "Withheld",
        FinalDelete::Sent => "Sent",
    }
}

pub(super) fn final_deletes() -> Table {
    let names = vec![sent(FinalDelete::Withheld), sent(FinalDelete::Sent)];
    let deletings = [Deleting::No, Deleting::Yes];
    let phases = [Phase::Running, Phase::Succeeded, Phase::Failed];
    let mut edges = Edges::default();
    for (deleting, phase, finished) in product(deletings, phases, [Finished::No, Finished::Yes]) {
        for object in [Object::Own, Object::Mirror] {
            let decide = |deleting, phase, finished| final_delete(deleting, object, Some(phase), finished);
            let before = decide(deleting, phase, finished);
            let after = [
                ("DT set", decide(Deleting::Yes, phase, finished)),
                ("phase Succeeded stored", decide(deleting, Phase::Succeeded, finished)),
                ("phase Failed stored", decide(deleting, Phase::Failed, finished)),
                ("worker finished", decide(deleting, phase, Finished::Yes)),
            ];
            for (label, after) in after {
                if before != after {
                    let label = format!("{label}, the last condition ({})", RuleId::KUB_35);
                    edges.add(&names, sent(before), sent(after), EdgeKind::Conforming, label);
                }
            }
        }
    }
    edges.table(
        "final_delete",
        "The kubelet's DELETE with grace 0, once DT, a terminal phase at the API and the worker's end have come together; never for a mirror.",
        names,
    )
}
