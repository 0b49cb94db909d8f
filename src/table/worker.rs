//! The pod worker by its stages, from every record that a small alphabet reaches.

use std::collections::HashSet;

use super::{EdgeKind, Edges, Table, product};
use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::rules::RuleId;
use crate::time::{Grace, Time};
use crate::worker::{
    self, Activity, Call, Desired, Facts, Fate, Housekept, Kind, Outcome, Pass, Remains, Stage, Subject,
    Turn, Update, Worker,
};

const UNKNOWN: &str = "Unknown";
const FORGOTTEN: &str = "Forgotten";
const LIVE: &str = "update";
const ENDED: &str = "phase ended";

pub(super) fn table() -> Table {
    let names = vec![UNKNOWN, "Sync", "Terminating", "Terminated", "Finished", FORGOTTEN];
    let mut edges = Edges::default();
    for source in [Source::Api, Source::Static] {
        let (mut seen, mut open) = (HashSet::from([None]), vec![None]);
        while let Some(record) = open.pop() {
            for Event { label, next, told } in events(record, source) {
                let from = record.map_or(UNKNOWN, stage);
                let absent = if record.is_some() { FORGOTTEN } else { UNKNOWN };
                let to = next.map_or(absent, stage);
                if from != to || told == Told::Yes {
                    edges.add(&names, from, to, EdgeKind::Conforming, label);
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
    edges.table("worker", "One UID at the kubelet's pod worker, by the stages of its record.", names)
}

const fn stage(worker: Worker) -> &'static str {
    match worker.stage {
        Stage::Sync => "Sync",
        Stage::Terminating { .. } => "Terminating",
        Stage::Terminated { .. } => "Terminated",
        Stage::Finished { .. } => "Finished",
    }
}

/// Whether a step is drawn although the stage stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

struct Event {
    label: String,
    next: Option<Worker>,
    told: Told,
}

/// Every step of a record.
fn events(record: Option<Worker>, source: Source) -> Vec<Event> {
    let mut found = updates(record, source);
    let Some(record) = record else { return found };
    let mut add = |label: &str, rule: RuleId, next| {
        found.push(Event { label: format!("{label} ({rule})"), next, told: Told::No });
    };
    for turn in [Turn::Mine, Turn::NotMine] {
        if let Ok(taken) = record.take(turn) {
            let label = match taken.call {
                Call::NeverStarts => "never started",
                Call::SyncPod { .. }
                | Call::SyncTerminatingPod { .. }
                | Call::SyncTerminatingRuntimePod
                | Call::SyncTerminatedPod { .. }
                | Call::HeldBack
                | Call::Idle => "taken",
            };
            add(label, RuleId::KUB_24, Some(taken.next));
        }
    }
    // Of the other calls `Terminal` means the same as `Ok`.
    let outcomes: &[(Outcome, &str)] = match record.activity {
        Activity::Calling(Pass::Sync) => {
            &[(Outcome::Terminal, "SyncPod terminal"), (Outcome::Ok, "SyncPod ok")]
        }
        Activity::Calling(Pass::Terminating) => &[(Outcome::Ok, "SyncTerminatingPod ok")],
        Activity::Calling(Pass::Terminated) => &[(Outcome::Ok, "SyncTerminatedPod ok")],
        Activity::StoppingRuntime => &[(Outcome::Ok, "SyncTerminatingRuntimePod ok")],
        Activity::New | Activity::Resting => &[],
    };
    for (outcome, label) in outcomes.iter().copied().chain([(Outcome::Failed, "call failed")]) {
        if let Ok(done) = record.done(outcome) {
            add(label, RuleId::KUB_25, done.next);
        }
    }
    for (desired, label) in
        [(Desired::Orphan, "no longer in the config"), (Desired::Listed, "restart requested")]
    {
        let Housekept { next, .. } = record.housekeep(desired);
        add(label, RuleId::KUB_10, next);
    }
    found
}

fn updates(record: Option<Worker>, source: Source) -> Vec<Event> {
    let pod = |phase, grace: Option<i64>| {
        Subject::Pod(Facts {
            phase: Some(phase),
            deletion: Deletion::from_fields(grace.map(|_| Time::from_unix(0)), grace),
            spec_grace: Some(Grace::DEFAULT),
            source,
        })
    };
    let subjects = [
        (pod(Phase::Running, None), LIVE),
        (pod(Phase::Running, Some(2)), "DT set"),
        (pod(Phase::Failed, None), ENDED),
        (Subject::Runtime, "kill without a spec"),
    ];
    let mut found = Vec::new();
    for ((subject, what), kind, remains) in
        product(subjects, [Kind::Create, Kind::Update, Kind::Kill], [Remains::Something, Remains::Nothing])
    {
        let step = worker::update(record, Update { kind, subject, kill: None }, remains);
        let told = if step.fate == Fate::RestartRequested { Told::Yes } else { Told::No };
        let label = match (told, record, what, remains, kind) {
            (Told::Yes, ..) => "created again",
            (Told::No, None, ENDED, Remains::Nothing, _) => "phase ended, nothing runs",
            (Told::No, _, LIVE, _, Kind::Kill) => "kill",
            (Told::No, ..) => what,
        };
        found.push(Event { label: format!("{label} ({})", RuleId::KUB_22), next: step.next, told });
    }
    found
}
