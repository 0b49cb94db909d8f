//! What others ask the worker, who asks it to kill, what housekeeping does: the tables of the protocol, cell by cell.

use pod_lifecycle::phase::Source;
use pod_lifecycle::worker::{
    Activity, Begun, Desired, Difference, Event, Facts, Housekeeping, KillCause, KillOptions, Killer, Kind,
    Marks, Mirror, Pass, Question, Sources, Stage, Subject, TooEarly, Update, Worker, is_critical,
    killer_waits_secs,
};
use pod_lifecycle::{Deletion, Grace, Time};

const ACTIVITIES: [Activity; 6] = [
    Activity::New,
    Activity::StoppingRuntime,
    Activity::Resting,
    Activity::Calling(Pass::Sync),
    Activity::Calling(Pass::Terminating),
    Activity::Calling(Pass::Terminated),
];

/// All sets of flags.
fn marks() -> Vec<Marks> {
    let flags = [Marks::DELETED, Marks::EVICTED, Marks::OBSERVED_RUNTIME, Marks::RESTART_REQUESTED];
    flags
        .iter()
        .fold(vec![Marks::NONE], |sets, flag| sets.iter().flat_map(|set| [*set, set.with(*flag)]).collect())
}

/// Every stage with every set of flags, and activity.
fn records() -> Vec<Worker> {
    let mut stages = vec![Stage::Sync];
    for marks in marks() {
        stages.push(Stage::Terminated { marks, grace: None });
        for begun in [Begun::No, Begun::Yes] {
            stages.push(Stage::Terminating { begun, marks, grace: None });
            stages.push(Stage::Finished { begun, marks, grace: None });
        }
    }
    let with = |stage| ACTIVITIES.map(|activity| Worker { stage, activity, waiting: None, handled: None });
    stages.into_iter().flat_map(with).collect()
}

/// KUB-28, KUB-18: each question, of a UID that is known.
#[test]
fn kub_28_the_record_answers() {
    for record in records() {
        let (flags, over, begun) = match record.stage {
            Stage::Sync => (Marks::NONE, false, false),
            Stage::Terminating { begun, marks, .. } => (marks, false, begun == Begun::Yes),
            Stage::Terminated { marks, .. } => (marks, true, true),
            Stage::Finished { begun, marks, .. } => (marks, true, begun == Begun::Yes),
        };
        let gone = flags.contains(Marks::DELETED) && over;
        for housekeeping in [Housekeeping::NotYet, Housekeeping::Done] {
            for (question, expected) in [
                (Question::KnownTerminated, over),
                (Question::CouldHaveRunningContainers, !over),
                (Question::ShouldBeFinished, matches!(record.stage, Stage::Finished { .. })),
                (Question::TerminationRequested, record.stage != Stage::Sync),
                (Question::ContainersShouldBeTerminating, begun),
                (Question::RuntimeShouldBeRemoved, over),
                (Question::ContentShouldBeRemoved, flags.contains(Marks::EVICTED) || gone),
            ] {
                assert_eq!(question.answer(Some(record), housekeeping), expected, "{question:?} {record:?}");
            }
        }
    }
}

/// KUB-28: each question, of a UID that no worker knows.
#[test]
fn kub_28_without_a_record_housekeeping_answers() {
    let table = [
        (Question::KnownTerminated, false, false),
        (Question::CouldHaveRunningContainers, true, false),
        (Question::ShouldBeFinished, false, true),
        (Question::TerminationRequested, false, false),
        (Question::ContainersShouldBeTerminating, false, true),
        (Question::RuntimeShouldBeRemoved, false, true),
        (Question::ContentShouldBeRemoved, false, true),
    ];
    assert_eq!(table.map(|(question, ..)| question), Question::ALL);
    for (question, before, after) in table {
        assert_eq!(question.answer(None, Housekeeping::NotYet), before, "{question:?}");
        assert_eq!(question.answer(None, Housekeeping::Done), after, "{question:?}");
    }
}

/// KUB-23: a record is started by its first call, but not by the one for a runtime-only Pod.
#[test]
fn kub_23_a_call_starts_a_record() {
    for record in records() {
        let started = match record.activity {
            Activity::New | Activity::StoppingRuntime => false,
            Activity::Resting | Activity::Calling(_) => true,
        };
        assert_eq!(record.is_started(), started, "{record:?}");
    }
}

/// KUB-10: what housekeeping forgets, and what it marks; nothing else happens to a record that is listed.
#[test]
fn kub_10_housekeeping_forgets_marks_or_leaves() {
    for record in records() {
        let (finished, flags) = match record.stage {
            Stage::Sync => (false, Marks::NONE),
            Stage::Terminating { marks, .. } | Stage::Terminated { marks, .. } => (false, marks),
            Stage::Finished { marks, .. } => (true, marks),
        };
        let listed = record.housekeep(Desired::Listed).next;
        let restarts = finished && flags.contains(Marks::RESTART_REQUESTED);
        assert_eq!(listed, (!restarts).then_some(record), "{record:?}");
        let orphan = record.housekeep(Desired::Orphan).next;
        let unseen = record.activity == Activity::New && !flags.contains(Marks::OBSERVED_RUNTIME);
        assert_eq!(orphan.is_none(), finished || unseen, "{record:?}");
        let Some(next) = orphan else { continue };
        let marked = match (record.stage, next.stage) {
            (Stage::Sync, Stage::Terminating { begun: Begun::No, marks, grace }) => {
                assert_eq!(grace.map(Grace::from), Some(Grace::ONE)); // without a spec
                marks == Marks::DELETED
            }
            (Stage::Terminating { .. }, Stage::Terminating { marks, .. })
            | (Stage::Terminated { .. }, Stage::Terminated { marks, .. }) => {
                marks == flags.with(Marks::DELETED)
            }
            (
                Stage::Sync | Stage::Terminating { .. } | Stage::Terminated { .. } | Stage::Finished { .. },
                _,
            ) => false,
        };
        assert!(marked, "{record:?} became {next:?}");
    }
}

/// KUB-15: the cause and the grace that each killer sends.
#[test]
fn kub_15_who_kills_gives_the_grace() {
    let secs = Grace::from_secs;
    let options = |cause, grace| Some(KillOptions { cause, grace });
    for spec in [None, Some(secs(0)), Some(secs(1)), Some(secs(7)), Some(secs(30))] {
        for longest in [secs(0), secs(7), secs(10)] {
            let least = match spec {
                Some(spec) if spec.as_secs() < longest.as_secs() => spec,
                Some(_) | None => longest,
            };
            let of = |killer: Killer| killer.options(spec);
            assert_eq!(of(Killer::HardEviction), options(KillCause::Eviction, Some(Grace::ONE)));
            assert_eq!(of(Killer::SoftEviction { longest }), options(KillCause::Eviction, Some(least)));
            assert_eq!(of(Killer::Preemption), options(KillCause::Eviction, None));
            assert_eq!(of(Killer::Shutdown { period: longest }), options(KillCause::Other, Some(least)));
            assert_eq!(of(Killer::Removal), None);
            assert_eq!(of(Killer::Orphan), options(KillCause::Other, Some(Grace::ONE)));
        }
    }
}

/// KUB-16: a killer waits one and a half times the grace, and no less than ten seconds.
#[test]
fn kub_16_a_killer_waits_half_as_long_again() {
    for grace in (0..1_000).chain([86_400, 1_000_001, 4_000_000_000]) {
        let waits = killer_waits_secs(Grace::from_secs(grace));
        let exact = waits * 2 == grace * 3 || waits * 2 + 1 == grace * 3;
        assert!(if grace < 7 { waits == 10 } else { exact && waits >= 10 }, "{grace}: {waits}");
    }
}

/// KUB-17: static Pods, mirrors and the two highest priorities are never evicted.
#[test]
fn kub_17_what_is_critical() {
    for (priority, high) in [
        (None, false),
        (Some(-1), false),
        (Some(1_999_999_999), false),
        (Some(2_000_000_000), true),
        (Some(2_000_001_000), true),
    ] {
        assert!(is_critical(Source::Static, Mirror::Original, priority));
        assert!(is_critical(Source::Static, Mirror::Mirror, priority));
        assert!(is_critical(Source::Api, Mirror::Mirror, priority));
        assert_eq!(is_critical(Source::Api, Mirror::Original, priority), high, "{priority:?}");
    }
}

/// KUB-01, KUB-02, KUB-03: what becomes an event, and an event an update; nothing is removed before all have reported.
#[test]
fn kub_01_differences_become_events_and_updates() {
    let due = Time::from_unix(0);
    let of = |deletion| Facts { phase: None, deletion, spec_grace: None, source: Source::Api };
    let live = of(Deletion::Live);
    let deletions =
        [Deletion::Expired { due }, Deletion::Unrecorded { due }, Deletion::from_fields(Some(due), Some(5))];
    for deleting in deletions.map(of) {
        for (difference, alive, gone) in [
            (Difference::New, Some(Event::Add), Some(Event::Add)),
            (Difference::Gone, Some(Event::Remove), Some(Event::Remove)),
            (Difference::Changed, Some(Event::Update), Some(Event::Delete)),
            (Difference::StatusOnly, Some(Event::Reconcile), Some(Event::Reconcile)),
            (Difference::None, None, None),
        ] {
            assert_eq!(Event::of(difference, live), alive, "{difference:?}");
            assert_eq!(Event::of(difference, deleting), gone, "{difference:?}");
        }
    }
    assert!(Event::Remove < Event::Add);
    for (event, kind) in [
        (Event::Remove, Kind::Kill),
        (Event::Add, Kind::Create),
        (Event::Update, Kind::Update),
        (Event::Delete, Kind::Update),
        (Event::Reconcile, Kind::Sync),
    ] {
        let update = Update { kind, subject: Subject::Pod(live), kill: None };
        assert_eq!(event.update(live, Sources::Complete), Ok(update));
        let early = event == Event::Remove;
        assert_eq!(event.update(live, Sources::Incomplete), if early { Err(TooEarly) } else { Ok(update) });
    }
}
