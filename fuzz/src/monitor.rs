//! Streams of observations: whatever comes in, the counts add up; what a legal machine makes convicts nobody.

use pod_lifecycle::monitor::{Monitor, Observed, Verdict};
use pod_lifecycle::view::View;
use pod_lifecycle::wire::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStatus, Pod, Text,
};
use pod_lifecycle::{Force, RuleId, Time, Violation};

/// The first byte chooses: a legal history, of which some events are lost or come twice, or any stream at all.
pub fn monitor(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    if kind & 1 == 0 { legal(rest) } else { raw(rest) }
}

const NAMES: [&str; 2] = ["web", "db"];
const UIDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const PHASES: [&str; 4] = ["Pending", "Running", "Succeeded", "Failed"];
const PENDING: usize = 0;
const RUNNING: usize = 1;
const SUCCEEDED: usize = 2;
const FAILED: usize = 3;

/// One stored Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plain {
    name: usize,
    uid: usize,
    version: u64,
    generation: i64,
    created: i64,
    dt: Option<i64>,
    g: i64,
    finalizer: bool,
    bound: bool,
    gate: bool,
    phase: usize,
    /// Of its one container: none, running, or ended with this code.
    runs: Option<Option<i32>>,
}

impl Plain {
    fn pod(&self) -> Pod<'static> {
        let mut pod = Pod::default();
        pod.metadata.name = Text::from(NAMES[self.name]);
        pod.metadata.namespace = Text::from("shop");
        pod.metadata.uid = Text::from(UIDS[self.uid]);
        pod.metadata.generation = self.generation;
        pod.metadata.creation_timestamp = Some(Time::from_unix(self.created));
        pod.metadata.deletion_timestamp = self.dt.map(Time::from_unix);
        pod.metadata.deletion_grace_period_seconds = self.dt.map(|_| self.g);
        pod.metadata.finalizers = self.finalizer.then(|| Text::from("a.io/a")).into_iter().collect();
        pod.spec.node_name = Text::from(if self.bound { "node" } else { "" });
        pod.spec.restart_policy = Text::from("Never");
        pod.spec.termination_grace_period_seconds = Some(30);
        if self.gate {
            pod.spec.scheduling_gates.push(Default::default());
            pod.spec.scheduling_gates[0].name = Text::from("gate");
        }
        pod.spec.containers = vec![Container { name: Text::from("c"), ..Container::default() }];
        pod.status.phase = Text::from(PHASES[self.phase]);
        pod.status.container_statuses = self
            .runs
            .map(|ended| ContainerStatus {
                name: Text::from("c"),
                state: ContainerState {
                    running: ended.is_none().then_some(ContainerStateRunning::default()),
                    terminated: ended
                        .map(|exit_code| ContainerStateTerminated { exit_code, ..Default::default() }),
                    ..ContainerState::default()
                },
                ..ContainerStatus::default()
            })
            .into_iter()
            .collect();
        pod
    }
}

type Event = (Observed, Plain);

fn observe(monitor: &mut Monitor, (observed, plain): Event) -> Verdict {
    let pod = plain.pod();
    let mut view = View::of(&pod);
    view.version = Some(plain.version);
    monitor.observe(observed, view)
}

/// A cluster of two names that does only what the protocol allows.
#[derive(Default)]
struct Cluster {
    live: [Option<Plain>; 2],
    next_uid: usize,
    version: u64,
    clock: i64,
}

impl Cluster {
    /// One legal step on one Pod, if the byte names one.
    fn step(&mut self, byte: u8) -> Option<Event> {
        let name = usize::from(byte & 1);
        self.clock += i64::from(byte >> 5);
        let Some(old) = self.live[name] else {
            let uid = self.next_uid;
            if uid == UIDS.len() {
                return None;
            }
            (self.next_uid, self.version) = (uid + 1, self.version + 1);
            let pod = Plain {
                name,
                uid,
                version: self.version,
                generation: 1,
                created: self.clock,
                dt: None,
                g: 0,
                finalizer: byte & 2 != 0,
                bound: false,
                gate: byte & 4 != 0,
                phase: PENDING,
                runs: None,
            };
            self.live[name] = Some(pod);
            return Some((Observed::Added, pod));
        };
        let mut pod = old;
        let over = pod.phase >= SUCCEEDED;
        match byte >> 1 & 15 {
            0 => pod.gate = false,
            1 if !pod.gate && pod.dt.is_none() => pod.bound = true,
            2 if pod.bound && pod.runs.is_none() && pod.dt.is_none() => {
                (pod.runs, pod.phase) = (Some(None), RUNNING);
            }
            3 if pod.runs == Some(None) => pod.runs = Some(Some(0)),
            4 if pod.runs == Some(None) => pod.runs = Some(Some(137)),
            5 if !over && pod.runs == Some(Some(0)) => pod.phase = SUCCEEDED,
            5 if !over && pod.runs == Some(Some(137)) => pod.phase = FAILED,
            // The Pod garbage collector, or a kubelet that has stopped it.
            6 if !over && pod.dt.is_some() && pod.runs != Some(None) => pod.phase = FAILED,
            7..=10 => {
                let asked = [30, 10, 1, 0][usize::from(byte >> 1 & 15) - 7];
                match pod.dt {
                    None => {
                        pod.g = if !pod.bound || over { 0 } else { asked };
                        pod.dt = Some(self.clock + pod.g);
                        pod.generation += 1;
                    }
                    Some(due) if asked < pod.g => {
                        let shifted = due - pod.g + asked;
                        // In the past it is clamped to now, and the grace to 1 (DEL-08).
                        (pod.dt, pod.g) = if shifted < self.clock {
                            (Some(self.clock), asked.min(1))
                        } else {
                            (Some(shifted), asked)
                        };
                    }
                    Some(_) => {}
                }
            }
            11 => pod.finalizer = false,
            12 if pod.dt.is_none() => pod.finalizer = true,
            _ => {}
        }
        if pod == old {
            return None;
        }
        self.version += 1;
        pod.version = self.version;
        let gone = pod.dt.is_some() && pod.g == 0 && !pod.finalizer;
        self.live[name] = (!gone).then_some(pod);
        Some((if gone { Observed::Deleted } else { Observed::Modified }, pod))
    }
}

/// INV-01 … INV-15 hold by construction: no verdict, whatever is lost, and however often an event is delivered.
fn legal(bytes: &[u8]) {
    let (mut whole, mut lossy, mut cut) = (Monitor::new(), Monitor::new(), Monitor::new());
    let mut cluster = Cluster::default();
    for pair in bytes.chunks_exact(2) {
        let Some(event) = cluster.step(pair[0]) else { continue };
        let verdict = observe(&mut whole, event);
        assert_eq!(convictions(&verdict), 0, "{event:?}: {verdict:?}");
        assert_eq!(verdict.unknown, None, "nothing is hidden: {event:?}");
        let live = cluster.live.iter().flatten().count();
        assert_eq!((whole.live(), whole.seen()), (live, cluster.next_uid as u64));
        if event.0 != Observed::Deleted {
            let again = observe(&mut whole, event);
            assert_eq!((convictions(&again), again.unknown), (0, None), "twice: {event:?}");
            assert_eq!((whole.live(), whole.seen()), (live, cluster.next_uid as u64));
        }
        if pair[1] & 1 == 0 {
            let observed = if pair[1] & 2 == 0 { event.0 } else { listed(event.0) };
            if pair[1] & 4 == 0 {
                lossy.gap();
            }
            let verdict = observe(&mut lossy, (observed, event.1));
            assert_eq!(convictions(&verdict), 0, "after a loss: {event:?}: {verdict:?}");
        }
        // A monitor that begins here convicts nobody either.
        if pair[1] & 8 == 0 {
            cut = Monitor::new();
        }
        let verdict = observe(&mut cut, event);
        assert_eq!(convictions(&verdict), 0, "from the middle: {event:?}: {verdict:?}");
    }
}

/// A hazard is told and convicts nobody: a forced DELETE lets a successor meet processes of its predecessor (NON-01).
fn convictions(verdict: &Verdict) -> usize {
    verdict.violations.iter().filter(|violation| violation.force() != Force::Hazard).count()
}

/// A relist shows a state instead of the event.
fn listed(observed: Observed) -> Observed {
    match observed {
        Observed::Added | Observed::Modified | Observed::State => Observed::State,
        Observed::Deleted => Observed::Deleted,
    }
}

/// No panic; counts add up; UIDs that were removed are told; streams of different names do not disturb each other.
fn raw(bytes: &[u8]) {
    let mut together = Monitor::new();
    let mut apart = [Monitor::new(), Monitor::new()];
    // Of each name the live UID; of each UID its last version, and the one that it was removed with.
    let (mut live, mut last, mut removed) = ([None::<usize>; 2], [0; 8], [None; 8]);
    for four in bytes.chunks_exact(4) {
        let [kind, who, deletion, rest] = [four[0], four[1], four[2], four[3]];
        let name = usize::from(who & 1);
        // Each name has UIDs of its own: what is the same Pod under two names is no stream of a cluster.
        let uid = usize::from(who >> 1 & 3) + 4 * name;
        let plain = Plain {
            name,
            uid,
            version: u64::from(who >> 3),
            generation: i64::from(kind >> 4 & 3),
            created: i64::from(rest & 1),
            dt: (deletion & 1 != 0).then(|| i64::from(deletion >> 5)),
            g: i64::from(deletion >> 1 & 3),
            finalizer: deletion & 8 != 0,
            bound: rest & 2 != 0,
            gate: rest & 4 != 0,
            phase: usize::from(rest >> 3 & 3),
            runs: (rest & 32 != 0).then(|| (rest & 64 != 0).then(|| i32::from(rest >> 7))),
        };
        let kinds = [Observed::Added, Observed::Modified, Observed::Deleted, Observed::State];
        let observed = kinds[usize::from(kind & 3)];
        let verdict = observe(&mut together, (observed, plain));
        let alone = observe(&mut apart[name], (observed, plain));
        assert_eq!(verdict, alone, "the other name makes a difference to {observed:?} {plain:?}");
        let returned =
            verdict.violations.iter().any(|violation| matches!(violation, Violation::Returned { .. }));
        // The removal itself may be told twice.
        let again = observed == Observed::Deleted && removed[uid] == Some(plain.version);
        assert_eq!(returned, removed[uid].is_some() && !again, "INV-02: {observed:?} {plain:?}");
        let renamed = matches!(verdict.violations[..], [Violation::UidChanged { force: Force::Refused, .. }]);
        if !returned && !renamed && !again {
            last[uid] = plain.version;
            if let Some(before) = live[name].replace(uid).filter(|before| *before != uid) {
                removed[before] = Some(last[before]); // it has gone unseen
            }
            if observed == Observed::Deleted {
                let early = plain.dt.is_none() || plain.g > 0;
                let told = verdict.violations.iter().any(|violation| violation.rule() == RuleId::INV_07);
                assert_eq!(told, early, "INV-07: {plain:?}");
                (live[name], removed[uid]) = (None, Some(plain.version));
            }
        }
        assert_eq!(together.live(), live.iter().flatten().count());
        assert_eq!(together.live(), apart[0].live() + apart[1].live());
        assert_eq!(together.seen(), apart[0].seen() + apart[1].seen());
    }
}
