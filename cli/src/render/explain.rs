//! How `explain` prints: the answer first, then who must act and what to do, then why, and what each means would do.

use std::io::{self, Write};

use pod_lifecycle::RuleId;
use pod_lifecycle::admission::Denied;
use pod_lifecycle::explain::{
    self, Actor, Duty, Explanation, Hazard, Hold, Means, Moment, NodeFacts, Owner, Result, Sighting, Stage,
    Standing, Successor, Task, Unless, Wait,
};
use serde::Serialize;

use super::Paint;
use super::told::{self, Sentence, cited};

/// One Pod, in words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Told {
    name: String,
    owner: Option<String>,
    answer: Sentence,
    /// Who must act, in order.
    duties: Vec<Sentence>,
    /// Commands to run, the safest first.
    next: Vec<Sentence>,
    /// What the events tell, and who makes the successor.
    why: Vec<Sentence>,
    /// What each of an operator's means would do, the safest first.
    outcomes: Vec<Outcome>,
    /// What is not to be known from what was given.
    unknown: Vec<Sentence>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Outcome {
    means: &'static str,
    result: Sentence,
    /// What can come of it while processes of the Pod may run, with the rules of a shortest way to it.
    danger: Option<Sentence>,
}

impl Told {
    pub(crate) fn new(told: &Explanation<'_>, node: NodeFacts) -> Self {
        let (namespace, name) = told.name;
        Self {
            name: if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") },
            owner: told.owner.map(named),
            answer: answer(told),
            duties: told.duties.iter().map(duty).collect(),
            next: next(told),
            why: told.sightings.iter().map(sighting).chain([successor(told)]).collect(),
            outcomes: told.outcomes.iter().map(|it| outcome(it, told)).collect(),
            unknown: unknown(told, node),
        }
    }
}

fn named(owner: Owner<'_>) -> String {
    format!("{} {}", owner.kind, owner.name)
}

/// The first line: where it is, and what the events add to that.
fn answer(told: &Explanation<'_>) -> Sentence {
    let mut answer = Sentence::new(told.stage.rule(), told.stage.to_string());
    if let Some(Sighting { sign, .. }) = told.sighting() {
        answer.text = format!("{}; {sign}", answer.text);
        answer.rules.push(sign.rule());
    }
    answer
}

fn sighting(seen: &Sighting) -> Sentence {
    let times = super::counted(seen.count, "time");
    let last = seen.last.map_or_else(String::new, |last| format!(", last at {last}"));
    Sentence::new(seen.sign.rule(), format!("events: {} ({times}{last})", seen.sign))
}

/// Who makes the successor, and when.
fn successor(told: &Explanation<'_>) -> Sentence {
    let (moment, rule) = told.successor.moment();
    let owner = told.owner.map_or_else(|| "its owner".to_owned(), named);
    let text = match (told.owner.map(|owner| owner.standing), told.successor, moment) {
        (_, Successor::File, _) => {
            "its kubelet makes the mirror again until the file on the node is removed".to_owned()
        }
        (Some(Standing::Deleting), ..) => format!("{owner} is being deleted and does not replace it"),
        (Some(Standing::Idle), ..) => format!("{owner} wants no replicas and does not replace it"),
        (_, _, Moment::Never) => "it has no controller: nobody replaces it".to_owned(),
        (_, _, Moment::Deleting) => format!(
            "{owner} replaces it as soon as it is deleting or has ended, without waiting for its processes"
        ),
        (_, _, Moment::Ended) => format!("{owner} replaces it as soon as it has ended or is gone"),
        (_, _, Moment::Gone) => format!("{owner} replaces it as soon as its object is gone, not before"),
    };
    Sentence::new(rule, text)
}

fn outcome(outcome: &explain::Outcome, told: &Explanation<'_>) -> Outcome {
    let result = match outcome.result {
        Result::Gone => "it is gone",
        Result::KubeletConfirms => "it goes once its kubelet confirms",
        Result::Held => "finalizers hold it",
        Result::Nothing => "nothing changes",
        Result::Refused(Denied::Exhausted) => "refused (429): its disruption budget allows none now",
        Result::Refused(Denied::Several) => "refused (500): more than one disruption budget asks for it",
        Result::Refused(Denied::Outdated) => "refused (429): the status of its disruption budget is outdated",
        Result::Refused(Denied::Crowded { .. }) => "refused (403): too many disruptions are pending",
        Result::Refused(Denied::Negative { .. }) => "refused (403): its disruption budget is broken",
    };
    Outcome {
        means: means(outcome.means),
        result: Sentence::new(outcome.rule, result),
        danger: danger(outcome.hazard, told),
    }
}

fn danger(hazard: Hazard, told: &Explanation<'_>) -> Option<Sentence> {
    let Hazard { danger, unless, because } = hazard;
    let text = match danger {
        explain::Danger::None => return None,
        explain::Danger::Unseen => {
            "its processes may run on unseen: whoever makes it again has two".to_owned()
        }
        explain::Danger::Beside => {
            let owner = told.owner.map_or_else(|| "its owner".to_owned(), named);
            match unless {
                None => format!("{owner} promises no «at most one»: its next Pod may run beside this one"),
                Some(_) => format!("breaks «at most one»: it may run on beside the one that {owner} makes"),
            }
        }
    };
    let text = match unless {
        None => text,
        Some(Unless::Fenced) => format!("{text}, unless its machine is off and stays off"),
        Some(Unless::Confirmed) => format!("{text}, unless its kubelet has confirmed that nothing runs"),
    };
    Some(Sentence { text, rules: [RuleId::NON_01].iter().chain(because).copied().collect() })
}

const fn means(means: Means) -> &'static str {
    match means {
        Means::Wait => "wait",
        Means::Evict => "kubectl drain (eviction)",
        Means::Delete => "kubectl delete pod",
        Means::DropFinalizers => "removal of all finalizers",
        Means::OutOfService => "taint out-of-service on a node that is down",
        Means::RemoveNode => "kubectl delete node",
        Means::ForceDelete => "kubectl delete pod --force",
    }
}

fn duty(duty: &Duty<'_>) -> Sentence {
    let who = match duty.who {
        Actor::OwnerOf("foregroundDeletion" | "orphan") => "the garbage collector".to_owned(),
        Actor::OwnerOf("batch.kubernetes.io/job-tracking") => "the Job controller".to_owned(),
        Actor::OwnerOf(name) => format!("the owner of {name}"),
        Actor::Scheduler => "the scheduler".to_owned(),
        Actor::Kubelet(node) => format!("the kubelet on {node}"),
        Actor::PodGc => "the Pod garbage collector".to_owned(),
        Actor::TaintEviction => "taint eviction".to_owned(),
        Actor::Container(name) => format!("container {name}"),
        Actor::Client => "you, or the controller".to_owned(),
    };
    let task = match duty.task {
        Task::RemoveGate => "removes the gate",
        Task::Bind => "finds a node; it tries again at the latest every 5 minutes",
        Task::Admit => "takes it up",
        Task::Start => "starts the container",
        Task::Finish => "exits with code 0",
        Task::Started => "becomes started, by its startup probe if it has one",
        Task::Pull => "pulls the image; it tries again after 10 s, doubling to 5 minutes",
        Task::Repair => "puts right what the spec names",
        Task::Restart => "starts the container again",
        Task::Return => "answers again; then it goes on as usual",
        Task::Evict => "deletes it, if the node stays away: by default some 6 minutes after its last sign",
        Task::Stop => "runs the hooks, sends the stop signal, kills",
        Task::CleanUp => "unmounts volumes, writes the last status",
        Task::FinalDelete => "sends the final DELETE",
        Task::RemoveFinalizer => "removes the finalizer",
        Task::Delete => "sends a DELETE",
        Task::Replace => "finds out why it was refused, and replaces it",
    };
    let by = duty.by.map_or_else(String::new, |time| format!(", by {time}"));
    Sentence::new(duty.task.rule(), format!("{who} {task}{by}"))
}

/// The commands to run, the safest first.
fn next(told: &Explanation<'_>) -> Vec<Sentence> {
    let (namespace, name) = told.name;
    let pod = if namespace.is_empty() { name.to_owned() } else { format!("-n {namespace} {name}") };
    let rule = told.stage.rule();
    let says = |text: String| Sentence::new(rule, text);
    let of_node = |node: &str| Sentence::new(RuleId::CTL_NOD_01, format!("kubectl describe node {node}"));
    let events = || says(format!("kubectl events --for pod/{name}{}", option("-n", namespace)));
    let logs = |container: &str, more: &str| says(format!("kubectl logs {pod} -c {container}{more}"));
    let delete = || Sentence::new(RuleId::DEL_13, format!("kubectl delete pod {pod}"));
    let collected = || says("wait for the Pod garbage collector: 40 s and one pass of 20 s".to_owned());
    let managers = || says(format!("kubectl get pod {pod} -o json --show-managed-fields"));
    match &told.stage {
        Stage::Running => Vec::new(),
        Stage::Unready => vec![events(), says(format!("kubectl logs {pod}"))],
        Stage::Gated(_) => vec![managers()],
        Stage::Unscheduled(_) => vec![events(), says("kubectl describe nodes".to_owned())],
        Stage::Rejected(_) => vec![events(), delete()],
        Stage::Unseen(node) => vec![of_node(node), events()],
        Stage::Initializing { container, wait: None, .. } => vec![logs(container, ""), events()],
        Stage::Initializing { wait: Some(wait), .. } | Stage::Starting { wait, .. } => match wait {
            Wait::Others | Wait::Image(_) | Wait::Config(_) | Wait::Runtime(_) | Wait::Other(_) => {
                vec![events(), says(format!("kubectl describe pod {pod}"))]
            }
        },
        Stage::CrashLoop { container, .. } => vec![logs(container, " --previous"), events()],
        Stage::Unreachable(node) => vec![of_node(node)],
        Stage::Orphaned(_) => vec![collected()],
        Stage::Idle | Stage::Ended(..) => vec![says(format!("kubectl logs {pod}")), delete()],
        Stage::Foreign(_) => vec![managers()],
        Stage::Terminating(hold) => match hold {
            Hold::Mirror => vec![says("remove the manifest of the static Pod from its node".to_owned())],
            Hold::Leftover => vec![delete()],
            Hold::Finalizers(_) => vec![managers()],
            Hold::NodeGone => vec![collected()],
            Hold::NodeLost(node) => {
                let taint = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute";
                let text = format!("if it is off, and stays off: kubectl taint node {node} {taint}");
                vec![of_node(node), Sentence::new(RuleId::CTL_PGC_03, text)]
            }
            Hold::Stopping { .. } => vec![says("wait".to_owned())],
            Hold::Overdue { node, .. } => vec![of_node(node), events()],
            Hold::CleaningUp { .. } | Hold::Unconfirmed { .. } => vec![events()],
        },
    }
}

fn option(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name} {value}") }
}

/// What is not to be known from what was given.
fn unknown(told: &Explanation<'_>, node: NodeFacts) -> Vec<Sentence> {
    let kubelet = || Sentence::new(RuleId::LIV_01, "whether the kubelet is alive: give its Node");
    let mut unknown = match (&told.stage, node) {
        (Stage::Terminating(Hold::Overdue { .. }), NodeFacts::Unknown) => {
            let deaf = "whether a process outlives SIGKILL (a disk or network file system that hangs)";
            vec![kubelet(), Sentence::new(RuleId::KUB_49, deaf)]
        }
        (
            Stage::Terminating(Hold::CleaningUp { .. } | Hold::Unconfirmed { .. } | Hold::Stopping { .. })
            | Stage::Unseen(_)
            | Stage::Starting { .. }
            | Stage::Initializing { .. },
            NodeFacts::Unknown,
        ) => vec![kubelet()],
        (
            Stage::Terminating(Hold::NodeLost(_) | Hold::NodeGone)
            | Stage::Unreachable(_)
            | Stage::Orphaned(_),
            _,
        ) => {
            vec![Sentence::new(
                RuleId::NON_01,
                "whether its processes still run: a node that is cut off goes on",
            )]
        }
        (Stage::Terminating(Hold::Finalizers(_)), _) => {
            vec![Sentence::new(RuleId::DEL_16, "whether a finalizer's owner is at work, or gone for good")]
        }
        (_, _) => Vec::new(),
    };
    if let (Successor::Job(_), Some(Owner { standing: Standing::Unknown, name, .. })) =
        (told.successor, told.owner)
    {
        let text = format!("whether the podReplacementPolicy is `Failed`: give the Job {name}");
        unknown.push(Sentence::new(RuleId::CTL_JOB_03, text));
    }
    unknown
}

/// One JSON object; its form is `docs/explain.schema.json`.
pub(crate) fn json(pods: &[Told]) -> io::Result<()> {
    told::json(pods)
}

/// For people.
pub(crate) fn text(pods: &[Told]) -> io::Result<()> {
    told::text(pods, one)
}

fn one(out: &mut dyn Write, paint: Paint, told: &Told) -> io::Result<()> {
    writeln!(out, "{}: {}", paint.bold(&told.name), told.answer.shown(paint))?;
    if !told.duties.is_empty() {
        writeln!(out, "\n  who must act")?;
        for (number, duty) in (1..).zip(&told.duties) {
            writeln!(out, "    {number}. {}", duty.shown(paint))?;
        }
    }
    told::section(out, paint, "next", &told.next)?;
    told::section(out, paint, "why", &told.why)?;
    writeln!(out, "\n  what it would do")?;
    for outcome in &told.outcomes {
        writeln!(out, "    {:<45}{}", outcome.means, outcome.result.shown(paint))?;
        if let Some(Sentence { text, rules }) = &outcome.danger {
            writeln!(out, "      {} {}", paint.yellow(text), cited(paint, rules))?;
        }
    }
    told::section(out, paint, "not to be known from this", &told.unknown)
}

#[cfg(test)]
mod tests {
    use super::Told;
    use crate::render::told::{Report, schema_is_current};

    #[test]
    fn the_schema_is_current() {
        schema_is_current::<Report<'_, Told>>("explain.schema.json");
    }
}
