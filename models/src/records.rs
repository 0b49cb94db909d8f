//! Records of the pod worker, cut to what a model in which no grace is compared will read again.

use pod_lifecycle::Phase;
use pod_lifecycle::worker::{Config, Kept, Kind, Marks, Slot, Stage, Subject, Worker};

/// The record without what nobody will read again. `config` makes the one Pod that the model knows, with this phase.
pub(crate) fn spent(worker: Worker, config: impl Fn(Option<Phase>) -> Config) -> Worker {
    let kept = |kept: Kept| {
        let subject = match kept.subject {
            Subject::Pod(pod) => Subject::Pod(config(pod.phase)),
            Subject::Runtime => Subject::Runtime,
        };
        Kept { subject, kill: None }
    };
    let marks = worker.stage.marks();
    let marks = if marks.contains(Marks::OBSERVED_RUNTIME) { Marks::OBSERVED_RUNTIME } else { Marks::NONE };
    let stage = match worker.stage {
        Stage::Sync => Stage::Sync,
        Stage::Terminating { begun, .. } => Stage::Terminating { begun, marks, grace: None },
        Stage::Terminated { .. } => Stage::Terminated { marks: Marks::NONE, grace: None },
        Stage::Finished { begun, .. } => Stage::Finished { begun, marks: Marks::NONE, grace: None },
    };
    let waiting = worker.waiting.map(|mut waiting| {
        (waiting.kind, waiting.slot) = (Kind::Sync, Slot::Due);
        waiting.update = kept(waiting.update);
        waiting
    });
    Worker { stage, waiting, handled: worker.handled.map(kept), ..worker }
}
