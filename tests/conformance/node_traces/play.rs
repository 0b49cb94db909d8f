//! Plays a case on a node at one pace, and tells the end.
#![allow(clippy::wildcard_enum_match_arm, reason = "a comparison looks at a few of the kubelet's actions")]

use std::time::Duration;

use pod_lifecycle::node::{Action as Deed, Node, Object, Pace, PodId, Seen, State};
use pod_lifecycle::{Phase, Time};
use serde::Serialize;

use super::script::{Awaited, Pod, Step, Verb};

/// How long nothing happens before a recording stops.
const QUIET: Duration = Duration::from_secs(8);
/// Longer than any case takes.
const HORIZON: Duration = Duration::from_secs(180);

/// What is compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct End {
    /// The phases in their order.
    pub(super) phases: Vec<String>,
    /// `deletionGracePeriodSeconds` in its order.
    pub(super) graces: Vec<u64>,
    /// The exit code of each container's last termination, unless it runs.
    pub(super) codes: Vec<(String, Option<i32>)>,
    /// The answers to the actions.
    pub(super) answers: Vec<u16>,
    /// The last `deletionTimestamp`, in seconds.
    pub(super) due: Option<i64>,
    /// Whether the object is gone.
    pub(super) gone: bool,
}

/// One run: its end, and whether chance had a part in it.
pub(crate) struct Played {
    pub(super) end: End,
    pub(super) racing: bool,
}

/// How close two events must be for a race (`README.md` of the recordings).
const CLOSE: Duration = Duration::from_millis(1500);

/// What the client did, when, and what it knew then.
struct Action {
    at: Duration,
    kind: Kind,
    /// How many observations it had seen.
    seen: usize,
}

#[derive(PartialEq)]
enum Kind {
    Request,
    /// A foreign status: the next tick overwrites it, unless a pass sees it first (PHA-37).
    Status,
}

pub(crate) fn play(pod: &Pod, steps: &[Step<'_>], pace: Pace, reaction: Duration) -> Played {
    let mut node = Node::new(Time::from_unix(0), pace);
    let id = node.create(pod.spec.clone());
    let (mut answers, mut actions) = (Vec::new(), Vec::<Action>::new());
    for step in steps {
        while !holds(step.when.state, pod, &node, id)
            && let Some(due) = node.due().filter(|due| *due < HORIZON)
        {
            node.advance(due);
        }
        let wait = step.when.later.max(reaction);
        node.advance(node.now() + wait);
        let kind = if step.verb == Verb::Fail { Kind::Status } else { Kind::Request };
        actions.push(Action { at: node.now(), kind, seen: node.observations().len() });
        let answer = match step.verb {
            Verb::Delete => node.delete(id, step.request()).map(|()| 200),
            Verb::Evict => node.evict(id, step.request()).map(|()| 201),
            Verb::Unfinalize => node.drop_finalizers(id).map(|()| 200),
            Verb::Fail => node.write_phase(id, Phase::Failed).map(|()| 200),
        };
        answers.push(answer.unwrap_or(404));
    }
    rest(&mut node, id);
    Played { end: tell(pod, &node, id, answers), racing: races(pod, &node, &actions) }
}

/// Lets time pass until the recording would have stopped.
fn rest(node: &mut Node, id: PodId) {
    let mut quiet_since = node.now();
    while let Some(object) = node.object(id)
        && let Some(due) = node.due().filter(|due| *due < HORIZON)
    {
        let waited_for = object.deletion.is_deleting() && object.finalizers.is_empty();
        if !waited_for && due > quiet_since + QUIET {
            break;
        }
        let seen = node.observations().len();
        node.advance(due);
        if node.observations().len() > seen {
            quiet_since = node.now();
        }
    }
}

fn holds(state: Awaited, pod: &Pod, node: &Node, id: PodId) -> bool {
    let Some(object) = node.object(id) else { return true };
    let status = &object.status;
    match state {
        Awaited::Created => true,
        Awaited::Init => {
            let mut running = status.entries.iter().map(|entry| entry.state == State::Running).enumerate();
            running.any(|(place, running)| running && pod.is_init(place))
        }
        Awaited::Running => status.phase == Phase::Running || status.phase.is_terminal(),
        Awaited::Terminal => status.phase.is_terminal(),
        Awaited::Deleting => object.deletion.is_deleting(),
    }
}

/// Whether the end depends on delays. An action races with what lies close to it: an exit of the script; a start that the
/// client had not seen; the terminal phase; the removal. A stop, the consequence of an action, races with an exit too.
fn races(pod: &Pod, node: &Node, actions: &[Action]) -> bool {
    let close = |one: Duration, other: Duration| one.abs_diff(other) < CLOSE;
    let observations = node.observations();
    let knew_start = |action: &Action, container: usize| {
        let seen = &observations[..action.seen];
        seen.last().is_some_and(|last| {
            last.object.status.entries.get(container).is_some_and(|entry| entry.state == State::Running)
        })
    };
    let events = events(pod, node);
    let terminal = observations.iter().find(|seen| seen.object.status.phase.is_terminal());
    let removal = observations.last().filter(|last| last.kind == Seen::Deleted);
    let turning_points: Vec<Duration> = terminal.into_iter().chain(removal).map(|seen| seen.at).collect();
    let action_at_event = actions.iter().any(|action| {
        action.kind == Kind::Status
            || turning_points.iter().any(|at| *at != action.at && close(*at, action.at))
            || events.iter().any(|event| match event.what {
                What::Start => close(action.at, event.at) && !knew_start(action, event.container),
                What::Exit => close(action.at, event.at),
            })
    });
    let stop_at_exit = node.deeds().iter().any(|deed| match deed.action {
        Deed::Exited { container, .. } => events.iter().any(|event| {
            (&event.what, event.container) == (&What::Exit, container)
                && event.at != deed.at
                && close(event.at, deed.at)
        }),
        _ => false,
    });
    action_at_event || stop_at_exit
}

/// A start, or an exit by the script, whether or not a stop came before it.
struct Event {
    at: Duration,
    container: usize,
    what: What,
}

#[derive(PartialEq)]
enum What {
    Start,
    Exit,
}

fn events(pod: &Pod, node: &Node) -> Vec<Event> {
    let mut starts = vec![0; pod.names.len()];
    let mut found = vec![Event { at: Duration::ZERO, container: 0, what: What::Start }]; // also if it was cut off
    for deed in node.deeds() {
        match deed.action {
            Deed::Started { container, .. } => {
                found.push(Event { at: deed.at, container, what: What::Start });
                let runs = &pod.spec.containers[container].script.runs;
                if let Some(run) = runs.get(starts[container]).or_else(|| runs.last()) {
                    found.push(Event { at: deed.at + run.after, container, what: What::Exit });
                }
                starts[container] += 1;
            }
            Deed::Removed { container } => starts[container] = 0,
            _ => {}
        }
    }
    found
}

fn tell(pod: &Pod, node: &Node, id: PodId, answers: Vec<u16>) -> End {
    let seen = node.observations();
    let mut phases: Vec<String> = seen.iter().map(|seen| seen.object.status.phase.to_string()).collect();
    phases.dedup();
    let mut graces: Vec<u64> =
        seen.iter().filter_map(|seen| seen.object.deletion.grace()).map(|grace| grace.as_secs()).collect();
    graces.dedup();
    let last = seen.last().map(|seen| &seen.object);
    let code = |object: &Object, place: usize| {
        object.status.entries.get(place).and_then(|entry| match entry.state {
            State::Terminated(exit) => Some(exit.code),
            State::Waiting(_) => entry.last.map(|exit| exit.code),
            State::Running => None,
        })
    };
    let codes = pod
        .names
        .iter()
        .enumerate()
        .map(|(place, name)| (name.clone(), last.and_then(|object| code(object, place))));
    let mut codes: Vec<_> = codes.collect();
    codes.sort();
    let due = last.and_then(|object| object.deletion.due()).map(Time::as_unix);
    End { phases, graces, codes, answers, due, gone: node.object(id).is_none() }
}
