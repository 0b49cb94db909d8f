//! What a watch saw of the whole life of a Pod on a real kubelet over a scripted runtime, against the node.
//!
//! Compared are the phases in their order, the grace periods in theirs, the exit codes at the end, the answers to the
//! client, and whether the Pod was removed. Where an action races with an exit, the end must be one that some pace of the
//! kubelet up to about a second a step allows.

use std::collections::BTreeSet;
use std::time::Duration;

use pod_lifecycle::node::Pace;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::harness::{Judged, Oracle};

mod play;
mod script;

use play::{End, play};
use script::{Input, Pod, Step};

pub(crate) struct NodeTraces;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case<'a> {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "source")]
    _source: IgnoredAny,
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    input: Input,
    #[serde(borrow)]
    actions: Vec<Step<'a>>,
    trace: Vec<Seen>,
    gone: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    phase: String,
    deletion_timestamp: Option<i64>,
    deletion_grace_period_seconds: Option<u64>,
    containers: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    state: Option<String>,
    exit_code: Option<i32>,
    last_exit_code: Option<i32>,
}

impl Case<'_> {
    fn expected(&self, pod: &Pod) -> End {
        let mut phases: Vec<String> = self.trace.iter().map(|seen| seen.phase.clone()).collect();
        phases.dedup();
        let mut graces: Vec<u64> =
            self.trace.iter().filter_map(|seen| seen.deletion_grace_period_seconds).collect();
        graces.dedup();
        let last = self.trace.last().expect("an event");
        let code = |name: &String| {
            last.containers.get(name).and_then(|entry| match entry.state.as_deref() {
                Some("terminated") => entry.exit_code,
                Some("waiting") => entry.last_exit_code,
                Some(_) | None => None,
            })
        };
        let mut codes: Vec<_> = pod.names.iter().map(|name| (name.clone(), code(name))).collect();
        codes.sort();
        let answers = self.actions.iter().map(|step| step.code).collect();
        End { phases, graces, codes, answers, gone: self.gone }
    }
}

impl Oracle for NodeTraces {
    const NAME: &'static str = "node_traces";
    const EXPECTED: &'static [&'static str] = &["phase", "deletionGracePeriodSeconds", "gone"];
    type Case<'a> = Case<'a>;
    type Outcome = End;

    fn judge(case: Case<'_>) -> Judged<End> {
        let pod = case.input.pod();
        let expected = case.expected(&pod);
        let usual = play(&pod, &case.actions, Pace::USUAL, REACTION);
        let mut ends: BTreeSet<End> =
            paces().map(|(pace, reaction)| play(&pod, &case.actions, pace, reaction).end).collect();
        ends.insert(usual.end.clone());
        let rule = match (usual.racing, ends.len()) {
            (false, 1) => "exact, and the same at every pace",
            (false, _) => "exact",
            (true, 1) => "racing, but the same at every pace",
            (true, _) => "one of the ends that the paces allow",
        };
        let got = if usual.racing && ends.contains(&expected) { expected.clone() } else { usual.end };
        Judged { expected, got, rules: vec![rule.to_owned()] }
    }
}

/// How long the client takes to act on what it has seen.
const REACTION: Duration = Duration::from_millis(50);

/// A grid of delays, up to about a second for each step of the kubelet and of the client.
fn paces() -> impl Iterator<Item = (Pace, Duration)> {
    let millis = Duration::from_millis;
    let relists = [0, 400, 1000];
    let passes = [0, 500, 1000];
    let starts = [0, 50, 600];
    let trips = [5, 300];
    let ticks = [1, 3, 5, 7, 9];
    let reactions = [20, 300, 1000];
    let grid = relists.into_iter().flat_map(move |relist| passes.map(|pass| (relist, pass)));
    let grid = grid.flat_map(move |(relist, pass)| starts.map(|start| (relist, pass, start)));
    let grid = grid.flat_map(move |(relist, pass, start)| trips.map(|trip| (relist, pass, start, trip)));
    let grid = grid.zip(ticks.into_iter().cycle()).map(move |((relist, pass, start, trip), tick)| Pace {
        watch: millis(trip),
        pass: millis(pass),
        setup: millis(start),
        start: millis(start),
        relist: millis(relist),
        write: millis(trip),
        unmount: millis(pass),
        tick: Duration::from_secs(tick),
    });
    grid.flat_map(move |pace| reactions.map(|reaction| (pace, millis(reaction))))
}
