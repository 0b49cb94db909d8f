//! What a watch saw of the whole life of a Pod on a real kubelet over a scripted runtime, against the node.
//!
//! Compared are the phases in their order, the grace periods in theirs, the exit codes at the end, the answers to the
//! client, and whether the Pod was removed. Where an action races with an exit, the end must be one that some pace of the
//! kubelet up to about a second a step allows.

use std::collections::BTreeMap;
use std::time::Duration;

use pod_lifecycle::node::{Pace, Relist};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::files::{self, Lines, Origin};
use crate::harness::{Judged, Oracle, Report, tree};

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
        End { phases, graces, codes, answers, due: last.deletion_timestamp, gone: self.gone }
    }
}

impl Oracle for NodeTraces {
    const NAME: &'static str = "node_traces";
    const EXPECTED: &'static [&'static str] = &["phase", "gone"];
    type Case<'a> = Case<'a>;
    type Outcome = End;

    fn judge(case: Case<'_>) -> Judged<End> {
        let pod = case.input.pod();
        let expected = case.expected(&pod);
        let mut usual = play(&pod, &case.actions, Pace::USUAL, REACTION);
        usual.end = agree(usual.end, &expected);
        let racing =
            usual.racing || EXTREMES.iter().any(|pace| play(&pod, &case.actions, *pace, REACTION).racing);
        let allowed = || {
            paces().any(|(pace, reaction)| {
                agree(play(&pod, &case.actions, pace, reaction).end, &expected) == expected
            })
        };
        let (rule, got) = match racing {
            false => ("decided exactly", usual.end),
            true if usual.end == expected => ("racing, and decided at the usual pace", usual.end),
            true if allowed() => ("racing, and one of the ends that the paces allow", expected.clone()),
            true => ("racing", usual.end),
        };
        Judged { expected, got, rules: vec![rule.to_owned()] }
    }
}

/// Seconds of the one run that was recorded: about one for each step of the kubelet, of which a life has five.
const SLACK: u64 = 5;

/// The end with the recorded `deletionTimestamp` if its own is near.
fn agree(end: End, recorded: &End) -> End {
    match (end.due, recorded.due) {
        (Some(own), Some(theirs)) if own.abs_diff(theirs) <= SLACK => End { due: recorded.due, ..end },
        (Some(_) | None, Some(_) | None) => end,
    }
}

/// A prompt and a slow kubelet: an action and an exit that come close at one of them race.
const EXTREMES: [Pace; 2] =
    [Pace::uniform(Duration::from_millis(5)), Pace::uniform(Duration::from_millis(900))];

/// How long the client takes to act on what it has seen.
const REACTION: Duration = Duration::from_millis(50);

/// Delays up to about a second for each step of the kubelet and of the client: a fixed sample, mostly with a delay of
/// its own for each look at the runtime.
fn paces() -> impl Iterator<Item = (Pace, Duration)> {
    let millis = Duration::from_millis;
    (0..2_000_u64).map(move |seed| {
        let mut rest = seed / 5;
        let mut of = |choices: &[u64]| {
            let count = u64::try_from(choices.len()).expect("few");
            let choice = choices[usize::try_from(rest % count).expect("few")];
            rest /= count;
            millis(choice)
        };
        let relist = match seed % 5 {
            0 => Relist::After(of(&[0, 400, 900])),
            1 => Relist::Every { period: millis(1010), first: of(&[0, 200, 400, 600, 800]) },
            _ => Relist::Scattered { seed, most: millis(1200) },
        };
        let start = of(&[0, 50, 600]);
        let (trip, pass) = (of(&[5, 300]), of(&[0, 300]));
        let reaction = of(&[20, 300, 1000]);
        let tick = of(&[1000, 3000, 5000, 7000, 9000]);
        let pace = Pace { watch: trip, pass, setup: start, start, relist, write: trip, unmount: pass, tick };
        (pace, reaction)
    })
}

/// The last event is compared with all that tells the end: another grace, another time, another exit code is noticed.
#[test]
fn an_altered_last_event_is_a_disagreement() -> Result<(), String> {
    if files::writes_sample() {
        return Ok(()); // another test is writing it
    }
    let mut altered = 0;
    for line in files::sample(NodeTraces::NAME)?.text.lines().take(20) {
        let pointers = pointers(&tree(line));
        for pointer in pointers {
            let mut case = tree(line);
            let value = case.pointer_mut(&pointer).ok_or("a pointer to nothing")?;
            *value = Value::from(value.as_i64().unwrap_or_default() + 1_000);
            let mut report = Report::default();
            let text = case.to_string();
            report.read::<NodeTraces>(&Lines { name: String::new(), origin: Origin::Directory, text });
            assert!(!report.is_clean(), "passes in spite of a wrong {pointer}: {case}");
            altered += 1;
        }
    }
    assert!(altered > 20, "only {altered} alterations");
    Ok(())
}

/// What the last event says of the deletion and of the exits.
fn pointers(case: &Value) -> Vec<String> {
    let events = case["trace"].as_array().map_or(&[][..], Vec::as_slice);
    let (Some(last), Some(place)) = (events.last(), events.len().checked_sub(1)) else { return Vec::new() };
    let fields = ["deletionTimestamp", "deletionGracePeriodSeconds"].into_iter().map(str::to_owned);
    let containers = last["containers"].as_object().into_iter().flatten();
    let exits = containers.filter(|(_, entry)| entry["state"] == "terminated");
    let fields = fields.filter(|field| last.get(field).is_some());
    fields
        .chain(exits.map(|(name, _)| format!("containers/{name}/exitCode")))
        .map(|field| format!("/trace/{place}/{field}"))
        .collect()
}
