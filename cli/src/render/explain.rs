//! How `explain` prints: the answer first, then who must act, then what would help.

use std::io::{self, BufWriter, Write};

use pod_lifecycle::explain::{Actor, Duty, Explanation, Hold, Means, NodeFacts, Result, Stage, Task};
use pod_lifecycle::{KUBERNETES, RuleId};
use serde::Serialize;

use super::Paint;

/// One Pod, in words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    name: String,
    owner: Option<String>,
    answer: String,
    rule: RuleId,
    duties: Vec<Sentence>,
    outcomes: Vec<Outcome>,
    next: Vec<String>,
    unknown: Vec<&'static str>,
}

/// A sentence and the rule behind it.
#[derive(Serialize)]
struct Sentence {
    rule: RuleId,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    means: &'static str,
    result: &'static str,
    rule: RuleId,
    /// Whether processes may run on without the object.
    hazard: bool,
}

impl Told {
    pub(crate) fn new(told: &Explanation<'_>, node: NodeFacts) -> Self {
        let outcome = |outcome: &pod_lifecycle::explain::Outcome| Outcome {
            means: means(outcome.means),
            result: match outcome.result {
                Result::Gone => "it is gone",
                Result::KubeletConfirms => "the kubelet has to confirm",
                Result::Held => "finalizers hold it",
                Result::Nothing => "nothing changes",
            },
            rule: outcome.rule,
            hazard: outcome.hazard,
        };
        let (namespace, name) = told.name;
        Self {
            name: if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") },
            owner: told.owner.map(|owner| format!("{} {}", owner.kind, owner.name)),
            answer: told.stage.to_string(),
            rule: told.stage.rule(),
            duties: told.duties.iter().map(duty).collect(),
            outcomes: told.outcomes.iter().map(outcome).collect(),
            next: next(told),
            unknown: unknown(&told.stage, node),
        }
    }
}

const fn means(means: Means) -> &'static str {
    match means {
        Means::Delete => "kubectl delete pod",
        Means::DropFinalizers => "removal of all finalizers",
        Means::OutOfService => "taint out-of-service on a node that is down",
        Means::RemoveNode => "kubectl delete node",
        Means::ForceDelete => "kubectl delete pod --force",
    }
}

fn duty(duty: &Duty<'_>) -> Sentence {
    let who = match duty.who {
        Actor::OwnerOf(name) => format!("the owner of {name}"),
        Actor::Scheduler => "the scheduler".to_owned(),
        Actor::Kubelet(node) => format!("the kubelet on {node}"),
        Actor::PodGc => "the Pod garbage collector".to_owned(),
        Actor::Client => "you, or the controller".to_owned(),
    };
    let task = match duty.task {
        Task::RemoveGate => "removes the gate",
        Task::Bind => "finds a node; it tries again at the latest every 5 minutes",
        Task::Admit => "takes it up",
        Task::Start => "starts the container",
        Task::Restart => "starts the container again",
        Task::Stop => "runs the hooks, sends the stop signal, kills",
        Task::CleanUp => "unmounts volumes, writes the last status",
        Task::FinalDelete => "sends the final DELETE",
        Task::RemoveFinalizer => "removes the finalizer",
        Task::Delete => "sends a DELETE",
        Task::Replace => "finds out why it was refused, and replaces it",
    };
    let by = duty.by.map_or_else(String::new, |time| format!(", by {time}"));
    Sentence { rule: duty.task.rule(), text: format!("{who} {task}{by}") }
}

/// The commands to run, the safest first.
fn next(told: &Explanation<'_>) -> Vec<String> {
    let (namespace, name) = told.name;
    let pod = if namespace.is_empty() { name.to_owned() } else { format!("-n {namespace} {name}") };
    let events = format!("kubectl events --for pod/{name}{}", option("-n", namespace));
    let on = |node: &str| format!("kubectl describe node {node}");
    match &told.stage {
        Stage::Running => Vec::new(),
        Stage::Gated(_) | Stage::Unscheduled(_) | Stage::Starting { .. } | Stage::Rejected(_) => vec![events],
        Stage::Unseen(node) => vec![on(node), events],
        Stage::Initializing { container, .. } => vec![format!("kubectl logs {pod} -c {container}"), events],
        Stage::CrashLoop { container, .. } => {
            vec![format!("kubectl logs {pod} -c {container} --previous"), events]
        }
        Stage::Idle | Stage::Ended(..) => vec![format!("kubectl delete pod {pod}")],
        Stage::Foreign(_) => vec![format!("kubectl get pod {pod} -o json --show-managed-fields")],
        Stage::Terminating(hold) => match hold {
            Hold::Mirror => vec!["remove the manifest of the static Pod from its node".to_owned()],
            Hold::Leftover => vec![format!("kubectl delete pod {pod}")],
            Hold::Finalizers(_) => vec!["look at the controllers that own the finalizers".to_owned()],
            Hold::NodeGone => {
                vec!["wait for the Pod garbage collector: 40 s and one pass of 20 s".to_owned()]
            }
            Hold::NodeLost(node) => vec![
                on(node),
                format!(
                    "if it is shut down: kubectl taint node {node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
                ),
            ],
            Hold::Stopping { .. } => vec!["wait".to_owned()],
            Hold::Overdue { node, .. } => vec![on(node), events],
            Hold::CleaningUp { .. } | Hold::Unconfirmed { .. } => vec![events],
        },
    }
}

fn option(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {name} {value}") }
}

/// What the object does not tell.
fn unknown(stage: &Stage<'_>, node: NodeFacts) -> Vec<&'static str> {
    let kubelet = "whether the kubelet is alive: give --node";
    match (stage, node) {
        (Stage::Terminating(Hold::Overdue { .. }), NodeFacts::Unknown) => {
            vec![kubelet, "whether the process ignores SIGKILL (a disk or network file system that hangs)"]
        }
        (
            Stage::Terminating(Hold::CleaningUp { .. } | Hold::Unconfirmed { .. } | Hold::Stopping { .. }),
            NodeFacts::Unknown,
        )
        | (Stage::Unseen(_) | Stage::Starting { .. } | Stage::Initializing { .. }, NodeFacts::Unknown) => {
            vec![kubelet]
        }
        (Stage::Terminating(Hold::NodeLost(_) | Hold::NodeGone), _) => {
            vec!["whether its processes still run: a node that is cut off goes on"]
        }
        (Stage::Terminating(Hold::Finalizers(_)), _) => {
            vec!["whether a finalizer's owner is at work, or gone for good"]
        }
        (_, _) => Vec::new(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    schema_version: u32,
    kubernetes: &'a str,
    pods: &'a [Told],
}

/// One JSON object.
pub(crate) fn json(pods: &[Told]) -> io::Result<()> {
    super::json(&Report { schema_version: 1, kubernetes: KUBERNETES, pods })
}

/// For people.
pub(crate) fn text(pods: &[Told]) -> io::Result<()> {
    let (mut out, paint) = (BufWriter::new(io::stdout().lock()), Paint::stdout());
    for (number, told) in pods.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        one(&mut out, paint, told)?;
    }
    out.flush()
}

fn one(out: &mut impl Write, paint: Paint, told: &Told) -> io::Result<()> {
    let rule = |rule: RuleId| paint.dim(&format!("({rule})"));
    writeln!(out, "{}: {} {}", paint.bold(&told.name), told.answer, rule(told.rule))?;
    if !told.duties.is_empty() {
        writeln!(out, "\n  who must act")?;
        for (number, duty) in (1..).zip(&told.duties) {
            writeln!(out, "    {number}. {} {}", duty.text, rule(duty.rule))?;
        }
    }
    for (title, lines) in [("next", &told.next)] {
        if !lines.is_empty() {
            writeln!(out, "\n  {title}")?;
        }
        for line in lines {
            writeln!(out, "    {line}")?;
        }
    }
    writeln!(out, "\n  what it would do")?;
    for outcome in &told.outcomes {
        write!(out, "    {:<45}{}", outcome.means, outcome.result)?;
        if outcome.hazard {
            let owned = told.owner.as_ref().map_or_else(String::new, |owner| format!(" of {owner}"));
            write!(
                out,
                "; {}",
                paint.yellow(&format!("processes may run on beside a successor{owned} (NON-01)"))
            )?;
        }
        writeln!(out, " {}", rule(outcome.rule))?;
    }
    if !told.unknown.is_empty() {
        writeln!(out, "\n  not to be known from the object")?;
    }
    for line in &told.unknown {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}
