//! The pod workers of a kubelet, step by step: `UpdatePod`, one message of a worker, `SyncKnownPods`, and the answers of
//! KUB-28 after each (KUB-10 … KUB-28). All pods of a sequence share one full name.

use std::collections::BTreeMap;

use pod_lifecycle::phase::Source;
use pod_lifecycle::worker::{
    self, Call, Desired, Effect, Facts, Housekeeping, KillCause, KillOptions, Kind, Marks, Outcome, Pass,
    Place, Question, Remains, Stage, Subject, Turn, Update, Worker,
};
use pod_lifecycle::{Deletion, Grace, Phase, Time};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::harness::{Judged, Oracle};

pub(crate) struct PodWorker;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "source")]
    _source: IgnoredAny,
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    #[serde(default)]
    runtime_running: bool,
    steps: Vec<Recorded>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    op: Op,
    call: Option<Made>,
    known: Option<BTreeMap<String, Known>>,
    after: BTreeMap<String, After>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
enum Op {
    Update(Sent),
    Work { uid: String, result: Returned, during: Option<During> },
    SyncKnown { desired: Option<Vec<String>> },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Sending {
    Create,
    Update,
    Sync,
    Kill,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Returned {
    Ok,
    Error,
    Canceled,
    Terminal,
}

/// An update that arrives during a call.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
enum During {
    Update(Sent),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sent {
    uid: String,
    r#type: Sending,
    phase: Option<String>,
    #[serde(default)]
    deleted: bool,
    deletion_grace_period_seconds: Option<i64>,
    termination_grace_period_seconds: Option<i64>,
    #[serde(default)]
    r#static: bool,
    #[serde(default)]
    runtime_pod: bool,
    kill: Option<Options>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Options {
    #[serde(default)]
    evict: bool,
    r#override: Option<i64>,
}

/// What one step shows.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Shown {
    call: Option<Made>,
    known: Option<BTreeMap<String, Known>>,
    after: BTreeMap<String, After>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Made {
    r#fn: String,
    update_type: Option<String>,
    phase: Option<String>,
    grace_period: Option<u64>,
    #[serde(default)]
    canceled: bool,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Known {
    state: String,
    #[serde(default)]
    orphan: bool,
    #[serde(default)]
    has_config: bool,
    #[serde(default)]
    r#static: bool,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct After {
    is_pod_known_terminated: bool,
    could_have_running_containers: bool,
    should_pod_be_finished: bool,
    is_pod_termination_requested: bool,
    should_pod_containers_be_terminating: bool,
    should_pod_runtime_be_removed: bool,
    should_pod_content_be_removed: bool,
    worker: Option<State>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct State {
    work_type: String,
    started: bool,
    termination_requested: bool,
    termination_started: bool,
    terminated: bool,
    finished: bool,
    evicted: bool,
    deleted: bool,
    restart_requested: bool,
    observed_runtime: bool,
    grace_period: u64,
    working: bool,
    pending: Option<Pending>,
}

#[derive(Debug, PartialEq, Eq, Deserialize, Serialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Pending {
    update_type: String,
    has_pod: bool,
    runtime_pod: bool,
    kill: Option<Options>,
}

impl Oracle for PodWorker {
    const NAME: &'static str = "pod_worker";
    const EXPECTED: &'static [&'static str] = &["call", "known", "after"];
    type Case<'a> = Case;
    type Outcome = Vec<Shown>;

    fn judge(case: Case) -> Judged<Vec<Shown>> {
        let remains = if case.runtime_running { Remains::Something } else { Remains::Nothing };
        let mut kubelet = Kubelet::new(remains);
        let (mut expected, mut got) = (Vec::new(), Vec::new());
        for Recorded { op, call, known, after } in case.steps {
            got.push(kubelet.step(op));
            expected.push(Shown { call, known, after });
        }
        Judged { expected, got, rules: kubelet.decided }
    }
}

/// The records of one kubelet, and what a caller of the worker keeps.
struct Kubelet {
    remains: Remains,
    housekeeping: Housekeeping,
    records: BTreeMap<String, Option<Worker>>,
    /// Who holds the full name.
    holder: Option<String>,
    queue: Vec<String>,
    decided: Vec<String>,
}

impl Kubelet {
    fn new(remains: Remains) -> Self {
        let (records, holder, queue, decided) = Default::default();
        Self { remains, housekeeping: Housekeeping::NotYet, records, holder, queue, decided }
    }

    fn step(&mut self, op: Op) -> Shown {
        let (mut call, mut known) = (None, None);
        match op {
            Op::Update(sent) => {
                self.update(&sent);
            }
            Op::Work { uid, result, during } => call = Some(self.work(&uid, result, during)),
            Op::SyncKnown { desired } => known = Some(self.sync_known(&desired.unwrap_or_default())),
        }
        let after = self.records.iter().map(|(uid, record)| (uid.clone(), self.after(*record))).collect();
        Shown { call, known, after }
    }

    fn record(&self, uid: &str) -> Option<Worker> {
        self.records.get(uid).copied().flatten()
    }

    /// Whether the call in progress is cancelled.
    fn update(&mut self, sent: &Sent) -> bool {
        let worker::Step { next, effects, fate } =
            worker::update(self.record(&sent.uid), asked(sent), self.remains);
        self.decided.push(format!("KUB-22 {fate:?}"));
        self.records.insert(sent.uid.clone(), next);
        self.perform(&sent.uid, effects);
        effects.contains(&Some(Effect::CancelCall))
    }

    fn work(&mut self, uid: &str, result: Returned, during: Option<During>) -> Made {
        let Some(record) = *self.records.entry(uid.to_owned()).or_default() else { return made(Call::Idle) };
        let starts_static = !record.is_started()
            && matches!(record.waiting, Some(waiting) if matches!(waiting.update.subject, Subject::Pod(pod) if pod.source == Source::Static));
        let asks = starts_static && record.stage == Stage::Sync;
        let turn = if asks { self.turn(uid) } else { Turn::Mine };
        let worker::Taken { next, call, effects } = record.take(turn).expect("no call is in progress");
        self.records.insert(uid.to_owned(), Some(next));
        self.perform(uid, effects);
        let mut shown = made(call);
        if matches!(call, Call::HeldBack | Call::NeverStarts | Call::Idle) {
            return shown;
        }
        if let Some(During::Update(sent)) = during {
            let cancelled = self.update(&sent);
            shown.canceled = cancelled && sent.uid == uid;
        }
        let outcome = match result {
            Returned::Ok => Outcome::Ok,
            Returned::Terminal => Outcome::Terminal,
            Returned::Error => Outcome::Failed,
            Returned::Canceled => Outcome::Cancelled,
        };
        let record = self.record(uid).expect("a record inside a call is kept");
        let worker::Done { next, effects, again } = record.done(outcome).expect("a call is in progress");
        self.decided.push(format!("KUB-25 {again:?}"));
        self.records.insert(uid.to_owned(), next);
        self.perform(uid, effects);
        shown
    }

    fn turn(&mut self, uid: &str) -> Turn {
        let queue = self.queue.iter().map(|uid| (uid.as_str(), self.record(uid)));
        let Place { turn, leave } = worker::may_start(uid, self.holder.as_deref(), queue);
        self.decided.push(format!("KUB-24 {turn:?}"));
        self.queue.drain(..leave);
        if turn == Turn::Mine {
            self.holder = Some(uid.to_owned());
        }
        turn
    }

    fn sync_known(&mut self, desired: &[String]) -> BTreeMap<String, Known> {
        self.housekeeping = Housekeeping::Done;
        let mut known = BTreeMap::new();
        for uid in self.records.keys().cloned().collect::<Vec<_>>() {
            let Some(record) = self.record(&uid) else { continue };
            let listed = if desired.contains(&uid) { Desired::Listed } else { Desired::Orphan };
            let worker::Housekept { next, known: answer, effects } = record.housekeep(listed);
            self.decided.push(format!("KUB-27 {}", if next.is_some() { "kept" } else { "forgotten" }));
            self.records.insert(uid.clone(), next);
            self.perform(&uid, effects);
            if let Some(worker::Known { state, desired: of, config }) = answer {
                let state = match state {
                    Pass::Sync => "sync",
                    Pass::Terminating => "terminating",
                    Pass::Terminated => "terminated",
                };
                known.insert(
                    uid,
                    Known {
                        state: state.to_owned(),
                        orphan: of == Desired::Orphan,
                        has_config: config.is_some(),
                        r#static: config == Some(Source::Static),
                    },
                );
            }
        }
        known
    }

    fn perform(&mut self, uid: &str, effects: worker::Effects) {
        for effect in effects.into_iter().flatten() {
            match effect {
                Effect::JoinQueue => self.queue.push(uid.to_owned()),
                Effect::ReleaseName if self.holder.as_deref() == Some(uid) => self.holder = None,
                Effect::ReleaseName
                | Effect::StartWorker
                | Effect::StopWorker
                | Effect::KeepCompletion
                | Effect::CloseCompletion
                | Effect::CloseAllCompletions
                | Effect::CancelCall => {}
            }
        }
    }

    fn after(&self, record: Option<Worker>) -> After {
        let [terminated, running, finished, requested, terminating, runtime, content] =
            Question::ALL.map(|question| question.answer(record, self.housekeeping));
        After {
            is_pod_known_terminated: terminated,
            could_have_running_containers: running,
            should_pod_be_finished: finished,
            is_pod_termination_requested: requested,
            should_pod_containers_be_terminating: terminating,
            should_pod_runtime_be_removed: runtime,
            should_pod_content_be_removed: content,
            worker: record.map(state),
        }
    }
}

fn state(record: Worker) -> State {
    let stage = record.stage;
    let has = |mark| stage.marks().contains(mark);
    let (work_type, terminated, finished) = match stage {
        Stage::Sync => ("sync", false, false),
        Stage::Terminating { .. } => ("terminating", false, false),
        Stage::Terminated { .. } => ("terminated", true, false),
        Stage::Finished { .. } => ("terminated", true, true),
    };
    State {
        work_type: work_type.to_owned(),
        started: record.is_started(),
        termination_requested: stage != Stage::Sync,
        termination_started: stage.begun() == worker::Begun::Yes,
        terminated,
        finished,
        evicted: has(Marks::EVICTED),
        deleted: has(Marks::DELETED),
        restart_requested: has(Marks::RESTART_REQUESTED),
        observed_runtime: has(Marks::OBSERVED_RUNTIME),
        grace_period: stage.grace().map_or(0, |grace| Grace::from(grace).as_secs()),
        working: record.is_working(),
        pending: record.waiting.map(|waiting| Pending {
            update_type: text(waiting.kind).to_owned(),
            has_pod: matches!(waiting.update.subject, Subject::Pod(_)),
            runtime_pod: waiting.update.subject == Subject::Runtime,
            kill: waiting.update.kill.map(|kill| Options {
                evict: kill.cause == KillCause::Eviction,
                r#override: i64::try_from(Grace::from(kill.grace).as_secs()).ok(),
            }),
        }),
    }
}

fn text(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "create",
        Kind::Update => "update",
        Kind::Sync => "sync",
        Kind::Kill => "kill",
    }
}

fn made(call: Call) -> Made {
    let (name, update_type, phase, grace) = match call {
        Call::SyncPod { kind, pod } => ("syncPod", Some(text(kind)), pod.phase, None),
        Call::SyncTerminatingPod { pod: _, grace } => ("syncTerminatingPod", None, None, grace),
        Call::SyncTerminatingRuntimePod => ("syncTerminatingRuntimePod", None, None, None),
        Call::SyncTerminatedPod { .. } => ("syncTerminatedPod", None, None, None),
        Call::HeldBack | Call::NeverStarts => ("none", None, None, None),
        Call::Idle => ("idle", None, None, None),
    };
    Made {
        r#fn: name.to_owned(),
        update_type: update_type.map(str::to_owned),
        phase: phase.map(|phase| phase.to_string()),
        grace_period: grace.map(Grace::as_secs),
        canceled: false,
    }
}

fn asked(sent: &Sent) -> Update {
    let kind = match sent.r#type {
        Sending::Create => Kind::Create,
        Sending::Update => Kind::Update,
        Sending::Sync => Kind::Sync,
        Sending::Kill => Kind::Kill,
    };
    let due = sent.deleted.then(|| Time::from_unix(0));
    let facts = Facts {
        phase: sent.phase.as_deref().and_then(Phase::from_api),
        deletion: Deletion::from_fields(due, sent.deletion_grace_period_seconds),
        spec_grace: sent.termination_grace_period_seconds.map(Grace::from_signed),
        source: if sent.r#static { Source::Static } else { Source::Api },
    };
    let kill = sent.kill.as_ref().map(|kill| KillOptions {
        cause: if kill.evict { KillCause::Eviction } else { KillCause::Other },
        grace: kill.r#override.map(Grace::from_signed),
    });
    let subject = if sent.runtime_pod { Subject::Runtime } else { Subject::Pod(facts) };
    Update { kind, subject, kill }
}
