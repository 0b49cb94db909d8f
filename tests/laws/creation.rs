//! Creation, scheduling and the kubelet's admission: CRE-01 … CRE-06, CRE-20 … CRE-25, CRE-40 … CRE-46, enumerated.

use pod_lifecycle::binding::{Binding, Gates};
use pod_lifecycle::creation::{self, NAME_ATTEMPTS, Namespace, Naming, Next, Operation, Slot};
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::kubelet_admission::{self as admission, Handler, InRuntime, Lacks, Need, Reason, Room};
use pod_lifecycle::node_restriction::{self, Labels, Request, Whose};
use pod_lifecycle::phase::{Phase, Source};
use pod_lifecycle::scheduling::{self, Facts, Held, News, Profile, Standing};
use pod_lifecycle::time::Time;
use pod_lifecycle::worker::{Activity, Begun, Kind, Marks, Mirror, Stage, Worker};

const PHASES: [Phase; 5] = [Phase::Pending, Phase::Running, Phase::Succeeded, Phase::Failed, Phase::Unknown];
const ENDED: [Phase; 2] = [Phase::Succeeded, Phase::Failed];
const BINDINGS: [Binding; 2] = [Binding::Unbound, Binding::Bound];
const GATES: [Gates; 2] = [Gates::Open, Gates::Closed];

fn deletions() -> [Deletion; 4] {
    let due = Some(Time::from_unix(9));
    [None, Some(0), Some(30)].map(|grace| Deletion::from_fields(due, grace)).into_iter().fold(
        [Deletion::Live; 4],
        |mut all, deletion| {
            all.rotate_left(1);
            all[0] = deletion;
            all
        },
    )
}

/// CRE-01: whatever holds the name refuses, deleting or not; CRE-03: what is stored does not depend on the request.
#[test]
fn cre_01_a_name_is_free_or_taken() {
    for gates in GATES {
        let created = creation::create(Namespace::Active, Slot::Free, gates).unwrap();
        assert_eq!((created.phase, created.generation), (Phase::Pending, 1));
        assert_eq!(created.not_scheduled, (gates == Gates::Closed).then_some("SchedulingGated"));
        for deletion in deletions() {
            let refused = creation::create(Namespace::Active, Slot::Taken(deletion), gates).unwrap_err();
            assert_eq!((refused.rule().to_string().as_str(), refused.code()), ("CRE-01", 409));
            assert_eq!(refused.to_string().ends_with("being deleted"), deletion != Deletion::Live);
        }
    }
}

/// CRE-05: a terminating namespace refuses creates, before the name is looked at, and nothing else.
#[test]
fn cre_05_a_terminating_namespace_only_empties() {
    for slot in [Slot::Free, Slot::Taken(Deletion::Live)] {
        let refused = creation::create(Namespace::Terminating, slot, Gates::Open).unwrap_err();
        assert_eq!((refused.rule().to_string().as_str(), refused.code()), ("CRE-05", 403));
    }
    for operation in [Operation::Create, Operation::Update, Operation::Delete, Operation::Connect] {
        assert!(Namespace::Active.admit(operation).is_ok());
        assert_eq!(Namespace::Terminating.admit(operation).is_err(), operation == Operation::Create);
    }
}

/// CRE-02: eight names are drawn in all, and only a taken one is drawn again.
#[test]
fn cre_02_eight_names_are_drawn() {
    let taken = creation::create(Namespace::Active, Slot::Taken(Deletion::Live), Gates::Open).unwrap_err();
    let mut tried = 1;
    while creation::after(taken, Naming::Generated, tried) == Next::AnotherName {
        tried += 1;
    }
    assert_eq!((tried, NAME_ATTEMPTS), (8, 8));
    assert_eq!(creation::after(taken, Naming::Given, 1), Next::Answer);
    let closed = creation::create(Namespace::Terminating, Slot::Free, Gates::Open).unwrap_err();
    assert_eq!(creation::after(closed, Naming::Generated, 1), Next::Answer);
}

/// CRE-04: only apply creates where nothing is stored.
#[test]
fn cre_04_only_apply_creates() {
    use creation::{Absent, Write};
    let made = [Write::Put, Write::Patch, Write::Apply].map(Write::where_absent);
    assert_eq!(made, [Absent::NotFound, Absent::NotFound, Absent::Creates]);
}

/// CRE-06: nothing of another node, no spec, no labels, no Pod of its own making but mirrors.
#[test]
fn cre_06_a_kubelet_keeps_to_its_node() {
    let admitted = |request| node_restriction::admit(request).is_ok();
    for node in [Whose::Own, Whose::Other] {
        let own = node == Whose::Own;
        assert_eq!(admitted(Request::Delete(node)), own);
        assert_eq!(admitted(Request::Evict(node)), own);
        for labels in [Labels::Kept, Labels::Changed] {
            assert_eq!(admitted(Request::Status(node, labels)), own && labels == Labels::Kept);
        }
        for owner in [Whose::Own, Whose::Other] {
            for mirror in [Mirror::Mirror, Mirror::Original] {
                let request = Request::Create { mirror, node, owner };
                assert_eq!(admitted(request), own && owner == Whose::Own && mirror == Mirror::Mirror);
            }
        }
    }
    let refused = node_restriction::admit(Request::Update).unwrap_err();
    assert_eq!(refused.to_string(), "CRE-06: a kubelet may not update a Pod other than its status");
}

/// CRE-20 … CRE-22, CRE-25: who is tried, and who uses resources.
#[test]
fn cre_20_who_is_tried() {
    for phase in PHASES {
        for binding in BINDINGS {
            for gates in GATES {
                for deletion in deletions() {
                    for profile in [Profile::Mine, Profile::Foreign] {
                        let stands = scheduling::standing(Facts { binding, phase, deletion, gates, profile });
                        let ended = ENDED.contains(&phase);
                        let bound = binding == Binding::Bound;
                        // Deletion frees nothing; the end does.
                        assert_eq!(stands == Standing::Assigned, bound && !ended);
                        let tried = !ended && !bound && profile == Profile::Mine && gates == Gates::Open;
                        assert_eq!(stands == Standing::Queued, tried && deletion == Deletion::Live);
                        assert_eq!(stands == Standing::Skipped, tried && deletion != Deletion::Live);
                        assert_eq!(stands == Standing::Unseen, ended);
                    }
                }
            }
        }
    }
}

const HELD: [Option<Held>; 3] = [None, Some(Held::Assumed), Some(Held::Confirmed)];
const STANDINGS: [Standing; 6] = [
    Standing::Unseen,
    Standing::Assigned,
    Standing::Foreign,
    Standing::Gated,
    Standing::Skipped,
    Standing::Queued,
];

/// CRE-25, CRE-22: what is on a node counts, deleting or not; what was assumed counts until the watch confirms it, the binding is
/// refused, or the Pod is deleted before it was bound; what has ended counts no more.
#[test]
fn cre_25_what_the_scheduler_counts() {
    for held in HELD {
        assert!(scheduling::hold(held, News::Chosen).is_some());
        assert_eq!(scheduling::hold(held, News::Gone), None);
        let confirmed = held == Some(Held::Confirmed);
        // What the watch has confirmed no answer to a binding takes back.
        assert_eq!(scheduling::hold(held, News::Refused).is_some(), confirmed);
        for standing in STANDINGS {
            let after = scheduling::hold(held, News::Told(standing));
            let counts = match standing {
                Standing::Unseen => false,
                Standing::Assigned => true,
                Standing::Skipped => confirmed,
                Standing::Foreign | Standing::Gated | Standing::Queued => held.is_some(),
            };
            assert_eq!(after.is_some(), counts, "{held:?} {standing:?}");
            // Only the watch confirms, and what is confirmed is not assumed again.
            let known = confirmed || standing == Standing::Assigned;
            assert_eq!(after == Some(Held::Confirmed), counts && known);
        }
        assert_eq!(scheduling::hold(held, News::Chosen) == Some(Held::Confirmed), confirmed);
    }
}

/// CRE-15: a change of the uid is two things, the removal first; nothing is made of the same one, and nothing is lost.
#[test]
fn cre_15_a_change_of_the_uid_is_a_removal_and_a_creation() {
    for old in [None, Some(1), Some(2)] {
        for new in [None, Some(1), Some(2)] {
            for standing in STANDINGS {
                let [removal, told] = scheduling::notices(old, new.map(|uid| (uid, standing)));
                let gone = old.filter(|old| Some(*old) != new);
                assert_eq!(removal, gone.map(|uid| (uid, News::Gone)));
                assert_eq!(told, new.map(|uid| (uid, News::Told(standing))));
            }
        }
    }
}

/// CRE-24: from one second, doubling, to ten; and never longer without an event than five minutes.
#[test]
fn cre_24_delays_double_to_ten_seconds() {
    let delays: Vec<u64> = (1..=70).map(|attempt| scheduling::backoff(attempt).as_secs()).collect();
    assert_eq!(delays[..5], [1, 2, 4, 8, 10]);
    assert!(delays[5..].iter().all(|delay| *delay == 10));
    assert_eq!(scheduling::UNSCHEDULABLE_AT_MOST.as_secs(), 5 * 60);
}

/// CRE-23: two reasons, by what failed.
#[test]
fn cre_23_the_reason_tells_what_failed() {
    use scheduling::Failure;
    let reasons = [Failure::Rejected, Failure::Error].map(Failure::reason);
    assert_eq!(reasons, ["Unschedulable", "SchedulerError"]);
}

fn worker(stage: Stage) -> Worker {
    Worker { stage, activity: Activity::New, waiting: None, handled: None }
}

/// CRE-40: a Pod that has ended or is to end is not asked; a running one is, when the worker is new.
#[test]
fn cre_40_who_is_asked() {
    let known = worker(Stage::Sync);
    for phase in PHASES.map(Some).into_iter().chain([None]) {
        for record in [None, Some(known)] {
            let ended = phase.is_some_and(|phase| ENDED.contains(&phase));
            assert_eq!(admission::needed(phase, record) == Need::Skipped, ended);
        }
    }
}

/// CRE-41: of all sets of handlers that would say no, the first in the order is heard, and none after it is asked.
#[test]
fn cre_41_the_first_rejection_wins() {
    for set in 0..1_u32 << Handler::ORDER.len() {
        let says_no =
            |handler: Handler| set >> Handler::ORDER.iter().position(|h| *h == handler).unwrap() & 1 == 1;
        let mut asked = Vec::new();
        let answer = admission::admit(|handler| {
            asked.push(handler);
            says_no(handler).then_some(Reason::NodeShutdown)
        });
        let first = set.trailing_zeros() as usize;
        let expected = Handler::ORDER.get(first).copied();
        assert_eq!(answer.err().map(|rejected| rejected.handler), expected);
        assert_eq!(asked, Handler::ORDER[..(first + 1).min(Handler::ORDER.len())]);
    }
}

/// CRE-41: who has room: a Pod that runs or is to; one that has ended only while its worker stops it; one that was rejected not.
#[test]
fn cre_41_who_counts_at_admission() {
    let (begun, marks, grace) = (Begun::Yes, Marks::NONE, None);
    let records = [
        None,
        Some(worker(Stage::Sync)),
        Some(worker(Stage::Terminating { begun, marks, grace })),
        Some(worker(Stage::Terminated { marks, grace })),
        Some(worker(Stage::Finished { begun, marks, grace })),
    ];
    let phases = || PHASES.map(Some).into_iter().chain([None]);
    for record in records {
        for seen in phases() {
            for cached in phases() {
                let ended = [seen, cached].into_iter().flatten().any(|phase| ENDED.contains(&phase));
                let counts = match record.map(|record| record.stage) {
                    None | Some(Stage::Sync) => !ended,
                    Some(Stage::Terminating { .. }) => true,
                    Some(Stage::Terminated { .. } | Stage::Finished { .. }) => false,
                };
                let room = admission::room(seen, cached, record);
                assert_eq!(room == Room::Taken, counts, "{seen:?} {cached:?} {record:?}");
            }
        }
    }
}

/// CRE-43: every reason reads back what it writes, and no two are the same.
#[test]
fn cre_43_reasons_read_back() {
    let texts = [
        "Evicted",
        "SysctlForbidden",
        "TopologyAffinityError",
        "UnexpectedAdmissionError",
        "OutOfcpu",
        "OutOfmemory",
        "OutOfephemeral-storage",
        "OutOfpods",
        "OutOfexample.com/gpu",
        "NodeAffinity",
        "NodeName",
        "NodePorts",
        "TaintToleration",
        "InvalidNodeInfo",
        "PodOSSelectorNodeLabelDoesNotMatch",
        "PodOSNotSupported",
        "SupplementalGroupsPolicyNotSupported",
        "AppArmor",
        "PodLevelResourcesNotSupported",
        "PodFeatureUnsupported",
        "NodeShutdown",
        "VolumeAttachmentLimitExceeded",
    ];
    for text in texts {
        assert_eq!(Reason::parse(text).unwrap().to_string(), text);
    }
    for text in ["", "OutOf", "evicted", "DeadlineExceeded", "Preempting"] {
        assert_eq!(Reason::parse(text), None, "{text}");
    }
}

/// CRE-44: room is made for a critical Pod, and only where room is what is missing.
#[test]
fn cre_44_only_critical_pods_preempt() {
    for lacks in [Lacks::Resources, Lacks::Else] {
        for source in [Source::Api, Source::Static] {
            for mirror in [Mirror::Mirror, Mirror::Original] {
                for priority in [None, Some(0), Some(1_999_999_999), Some(2_000_000_000)] {
                    let critical = source == Source::Static
                        || mirror == Mirror::Mirror
                        || priority >= Some(2_000_000_000);
                    assert_eq!(
                        admission::preempts(source, mirror, priority, lacks),
                        critical && lacks == Lacks::Resources
                    );
                }
            }
        }
    }
}

/// CRE-46: what no worker has, does not run, has ended and is deleting.
#[test]
fn cre_46_housekeeping_finishes_what_was_rejected() {
    for phase in PHASES {
        for deletion in deletions() {
            for record in [None, Some(worker(Stage::Sync))] {
                for runtime in [InRuntime::Running, InRuntime::Gone] {
                    let expected = ENDED.contains(&phase)
                        && deletion != Deletion::Live
                        && record.is_none()
                        && runtime == InRuntime::Gone;
                    assert_eq!(admission::pushes_through(phase, deletion, record, runtime), expected);
                }
            }
        }
    }
}

/// CRE-46: housekeeping gives a Pod without a worker to one: what has ended nowhere anew, of the rest what CRE-46 asks for.
#[test]
fn cre_46_housekeeping_takes_up_what_has_not_ended() {
    for (listed, runtime) in PHASES
        .into_iter()
        .flat_map(|phase| [InRuntime::Running, InRuntime::Gone].map(|runtime| (phase, runtime)))
    {
        for held in PHASES.map(Some).into_iter().chain([None]) {
            for deletion in deletions() {
                let taken = |record| admission::takes_up(listed, held, deletion, record, runtime);
                assert_eq!(taken(Some(worker(Stage::Sync))), None);
                let over = ENDED.contains(&listed);
                let ended = over || held.is_some_and(|held| ENDED.contains(&held));
                let finished = over && deletion != Deletion::Live && runtime == InRuntime::Gone;
                let expected = match (ended, finished) {
                    (false, _) => Some(Kind::Create),
                    (true, true) => Some(Kind::Kill),
                    (true, false) => None,
                };
                assert_eq!(taken(None), expected, "{listed:?} {held:?} {deletion:?} {runtime:?}");
            }
        }
    }
}
