//! The pod worker: every record that a small alphabet of inputs can reach, and every step from it.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use pod_lifecycle::phase::Source;
use pod_lifecycle::worker::{
    self, Activity, Begun, Call, ConfigGrace, Desired, Effect, Facts, Fate, KillCause, KillOptions, Kind,
    Marks, Outcome, Pass, Place, Remains, Stage, Subject, Turn, Update, Worker,
};
use pod_lifecycle::{Deletion, Grace, Phase, Time};

/// One step of the worker, with what it answered.
#[derive(Clone, Copy, Debug)]
enum Edge {
    Update(Update, Fate, worker::Effects),
    Take(Call),
    Done(Outcome),
    Housekeep(Desired),
}

const KILLS: [Option<KillOptions>; 3] = [
    None,
    Some(KillOptions { cause: KillCause::Eviction, grace: Some(Grace::ONE) }),
    Some(KillOptions { cause: KillCause::Other, grace: Some(Grace::from_secs(5)) }),
];

fn facts(source: Source) -> [Facts; 4] {
    let of = |phase, grace: Option<i64>| Facts {
        phase: Some(phase),
        deletion: Deletion::from_fields(grace.map(|_| Time::from_unix(0)), grace),
        spec_grace: Some(Grace::from_secs(3)),
        source,
    };
    [
        of(Phase::Running, None),
        of(Phase::Running, Some(0)),
        of(Phase::Running, Some(2)),
        of(Phase::Succeeded, None),
    ]
}

fn updates(source: Source) -> Vec<Update> {
    let subjects = facts(source).map(Subject::Pod).into_iter().chain([Subject::Runtime]);
    subjects
        .flat_map(|subject| {
            [Kind::Create, Kind::Sync, Kind::Kill]
                .into_iter()
                .flat_map(move |kind| KILLS.map(|kill| Update { kind, subject, kill }))
        })
        .collect()
}

/// All steps from one record.
fn steps(record: Option<Worker>, updates: &[Update]) -> Vec<(Edge, Option<Worker>)> {
    let mut found = Vec::new();
    for &update in updates {
        let first = record.is_none(); // later nobody asks the runtime
        for remains in [Remains::Something].into_iter().chain(first.then_some(Remains::Nothing)) {
            let worker::Step { next, effects, fate } = worker::update(record, update, remains);
            found.push((Edge::Update(update, fate, effects), next));
        }
    }
    let Some(record) = record else { return found };
    for turn in [Turn::Mine, Turn::NotMine] {
        if let Ok(worker::Taken { next, call, .. }) = record.take(turn) {
            found.push((Edge::Take(call), Some(next)));
        }
    }
    for outcome in [Outcome::Ok, Outcome::Terminal, Outcome::Failed, Outcome::Cancelled] {
        if let Ok(worker::Done { next, .. }) = record.done(outcome) {
            found.push((Edge::Done(outcome), next));
        }
    }
    for desired in [Desired::Listed, Desired::Orphan] {
        found.push((Edge::Housekeep(desired), record.housekeep(desired).next));
    }
    found
}

type Reached = (Vec<Update>, HashSet<Option<Worker>>);

/// Every record that can be reached, with Pods of each source.
static REACHABLE: LazyLock<[Reached; 2]> = LazyLock::new(|| {
    [Source::Api, Source::Static].map(|source| {
        let updates = updates(source);
        let (mut seen, mut open) = (HashSet::from([None]), vec![None]);
        while let Some(record) = open.pop() {
            open.extend(
                steps(record, &updates).iter().map(|(_, next)| *next).filter(|next| seen.insert(*next)),
            );
        }
        (updates, seen)
    })
});

/// Shows every reachable step to the law.
fn explore(mut law: impl FnMut(Option<Worker>, Edge, Option<Worker>)) {
    for (updates, records) in &*REACHABLE {
        for record in records {
            for (edge, next) in steps(*record, updates) {
                law(*record, edge, next);
            }
        }
    }
}

/// The alphabet reaches this many records: another number means that a rule, or the alphabet, has changed.
#[test]
fn the_reachable_records_are_counted() {
    assert_eq!(REACHABLE.each_ref().map(|(_, records)| records.len()), [53_511, 53_585]);
}

fn rank(worker: Worker) -> u8 {
    match worker.stage {
        Stage::Sync => 0,
        Stage::Terminating { .. } => 1,
        Stage::Terminated { .. } => 2,
        Stage::Finished { .. } => 3,
    }
}

fn grace(record: Option<Worker>) -> Option<u64> {
    match record?.stage {
        Stage::Sync => None,
        Stage::Terminating { grace, .. }
        | Stage::Terminated { grace, .. }
        | Stage::Finished { grace, .. } => grace.map(|grace| Grace::from(grace).as_secs()),
    }
}

/// INV-20: a record never goes backwards, until it is forgotten.
#[test]
fn inv_20_the_stage_never_goes_back() {
    let mut ranks = BTreeSet::new();
    explore(|record, edge, next| {
        if let (Some(record), Some(next)) = (record, next) {
            assert!(rank(next) >= rank(record), "{edge:?}: {record:?} became {next:?}");
            ranks.insert((rank(record), rank(next)));
        }
    });
    let forward = [(0, 0), (0, 1), (1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)];
    assert!(ranks.iter().eq(&forward), "{ranks:?}");
}

/// INV-21: once termination is requested no `SyncPod` is begun; the pass in flight is cancelled, and may return.
#[test]
fn inv_21_no_sync_pass_after_termination_is_requested() {
    let (mut begun, mut overtaken) = (false, false);
    explore(|record, edge, next| {
        if let (Some(record), Edge::Take(Call::SyncPod { .. })) = (record, edge) {
            assert_eq!(record.stage, Stage::Sync, "{record:?}");
            begun = true;
        }
        let in_pass = |record: Worker| record.activity == Activity::Calling(Pass::Sync);
        if let (Some(record), Edge::Update(_, _, effects), Some(next)) = (record, edge, next)
            && in_pass(record)
            && record.stage == Stage::Sync
            && next.stage != Stage::Sync
        {
            assert!(effects.contains(&Some(Effect::CancelCall)), "KUB-14: {record:?} by {edge:?}");
            overtaken |= in_pass(next);
        }
    });
    assert!(begun && overtaken);
}

/// INV-22: an update that waits for a terminating record brings a grace of at least 1 to it and to the call; it is
/// unset after a natural end only.
#[test]
fn inv_22_a_terminating_record_has_a_grace() {
    let mut unset = false;
    explore(|record, edge, next| {
        let Some(next) = next else { return };
        if !matches!(next.stage, Stage::Terminating { .. }) {
            return;
        }
        if let Some(grace) = grace(Some(next)) {
            assert!(grace >= 1);
            return;
        }
        let before = record.is_some_and(|record| record.stage == Stage::Sync);
        let natural_end = matches!(edge, Edge::Done(Outcome::Terminal)) && before;
        unset |= natural_end;
        let no_news = match edge {
            Edge::Update(_, fate, _) => fate != Fate::Waits,
            Edge::Take(_) | Edge::Done(_) | Edge::Housekeep(_) => true,
        };
        assert!(natural_end || (!before && no_news), "{edge:?}: {next:?}");
    });
    assert!(unset);
}

/// NON-07: the grace in force grows only by an override beside G = 0, and then it does.
#[test]
fn non_07_the_grace_grows_only_by_an_override_beside_g_0() {
    let mut grown = false;
    let is_g_0 = |kept: worker::Kept| matches!(kept.subject, Subject::Pod(pod) if pod.grace() == ConfigGrace::Deletion(Grace::ZERO));
    explore(|record, edge, next| {
        let (Some(old), Some(new)) = (grace(record), grace(next)) else { return };
        if new > old {
            let corner = matches!(edge, Edge::Update(Update { subject, kill: Some(kill), .. }, _, _)
            if kill.grace.is_some() && match subject {
                Subject::Pod(pod) => pod.deletion.grace() == Some(Grace::ZERO),
                Subject::Runtime => next.and_then(|next| next.waiting).is_some_and(|waiting| is_g_0(waiting.update)),
            });
            assert!(corner, "{edge:?}: {old} became {new}");
            grown = true;
        }
    });
    assert!(grown);
}

/// KUB-10: a finished record ignores updates but for its flags, makes no call, and only housekeeping forgets it.
#[test]
fn kub_10_a_finished_record_ignores_everything() {
    explore(|record, edge, next| {
        let Some(record @ Worker { stage: Stage::Finished { begun, marks, grace }, .. }) = record else {
            return;
        };
        match (edge, next) {
            (Edge::Housekeep(desired), None) => {
                let restart = marks.contains(Marks::RESTART_REQUESTED);
                assert!(desired == Desired::Orphan || restart, "{record:?}");
            }
            (Edge::Take(call), Some(next)) => assert!(call == Call::Idle && next == record),
            (_, Some(next)) => {
                let Stage::Finished { marks: more, .. } = next.stage else { panic!("{next:?}") };
                assert!(more.contains(marks));
                assert_eq!(next, Worker { stage: Stage::Finished { begun, marks: more, grace }, ..record });
            }
            (Edge::Update(..) | Edge::Take(_) | Edge::Done(_), None) => {
                panic!("{edge:?} forgets {record:?}")
            }
        }
    });
}

/// KUB-10: what is forgotten runs nothing: it is finished, or never started and unseen in the runtime, or it was a
/// runtime-only Pod that has been stopped.
#[test]
fn kub_10_only_what_runs_nothing_is_forgotten() {
    explore(|record, edge, next| {
        let (Some(record), None) = (record, next) else { return };
        let fine = match (record.activity, record.stage) {
            (_, Stage::Finished { .. }) => true,
            (Activity::New, Stage::Sync) => true,
            (Activity::New, Stage::Terminating { marks, .. } | Stage::Terminated { marks, .. }) => {
                !marks.contains(Marks::OBSERVED_RUNTIME)
            }
            (Activity::StoppingRuntime, _) => matches!(edge, Edge::Done(Outcome::Ok | Outcome::Terminal)),
            (Activity::Resting | Activity::Calling(_), _) => false,
        };
        assert!(fine, "{edge:?} forgets {record:?}");
    });
}

/// KUB-22 steps 3 and 7: a runtime-only update waits only for a terminating record that was never given a spec, and
/// kill options only for one whose termination is requested.
#[test]
fn kub_22_what_waits_fits_the_stage() {
    explore(|_, edge, next| {
        let Some(next) = next else { return };
        let Some(waiting) = next.waiting else { return };
        if waiting.update.subject == Subject::Runtime {
            let spec = next.handled.is_some_and(|handled| matches!(handled.subject, Subject::Pod(_)));
            assert!(!spec && !next.is_started(), "{edge:?}: {next:?}");
            assert!(matches!(next.stage, Stage::Terminating { .. }), "{edge:?}: {next:?}");
        }
        assert!(waiting.update.kill.is_none() || next.stage != Stage::Sync, "{edge:?}: {next:?}");
    });
}

/// KUB-23: a terminating call is made only for a record whose termination is taken up.
#[test]
fn kub_23_each_call_fits_the_stage() {
    let mut calls = BTreeSet::new();
    explore(|_, edge, next| {
        let (Edge::Take(call), Some(next)) = (edge, next) else { return };
        let begun = |stage| matches!(stage, Stage::Terminating { begun: Begun::Yes, .. });
        let (name, fits) = match call {
            Call::SyncPod { .. } => ("sync", next.stage == Stage::Sync),
            Call::SyncTerminatingPod { .. } => ("terminating", begun(next.stage)),
            Call::SyncTerminatingRuntimePod => ("runtime", begun(next.stage) && !next.is_started()),
            Call::SyncTerminatedPod { .. } => ("terminated", matches!(next.stage, Stage::Terminated { .. })),
            Call::HeldBack => ("held back", next.stage == Stage::Sync && !next.is_started()),
            Call::NeverStarts => {
                ("never", matches!(next.stage, Stage::Finished { .. }) && !next.is_started())
            }
            Call::Idle => ("idle", true),
        };
        assert!(fits, "{call:?}: {next:?}");
        calls.insert(name);
    });
    assert_eq!(calls.len(), 7, "{calls:?}");
}

/// KUB-24: the name goes to the first in the queue that is still to start, to nobody while another holds it.
#[test]
fn kub_24_the_first_that_may_start_gets_the_name() {
    let [live, _, deleted, _] = facts(Source::Static).map(|pod| {
        let create = Update { kind: Kind::Create, subject: Subject::Pod(pod), kill: None };
        worker::update(None, create, Remains::Something).next
    });
    for first in [live, deleted, None] {
        for second in [live, deleted, None] {
            let queue = [(1, first), (2, second), (3, live)];
            let next = if first == live {
                1
            } else if second == live {
                2
            } else {
                3
            };
            for asking in 1..=3 {
                let Place { turn, leave } = worker::may_start(asking, None, queue);
                let (turn_due, leave_due) =
                    if asking == next { (Turn::Mine, next) } else { (Turn::NotMine, next - 1) };
                assert_eq!((turn, leave), (turn_due, leave_due), "{asking} in {queue:?}");
                let Place { turn, leave } = worker::may_start(asking, Some(2), queue);
                assert_eq!((turn == Turn::Mine, leave), (asking == 2, 0));
            }
        }
    }
}
