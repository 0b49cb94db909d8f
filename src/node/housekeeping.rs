//! Housekeeping: what the kubelet forgets, and whom it stops without having been told (KUB-27, KUB-60, CRE-46).

use super::object::Action;
use super::pod::{Ctx, Kubelet, Pod};
use crate::kubelet_admission::{InRuntime, takes_up};
use crate::phase::Source;
use crate::worker::{Desired, Housekept, Killer, Kind, Marks, Stage, Subject, Update};

impl Pod {
    /// The kubelet has restarted: its memory is lost, and what is stored will be listed (KUB-61).
    pub(super) fn forget(&mut self, ctx: &mut Ctx<'_>) {
        let desired = self.kubelet.desired;
        self.kubelet = Kubelet::new(self.spec.containers.len());
        self.inbox.clear();
        if self.source == Source::Static && desired == Desired::Listed {
            self.read_file(ctx);
        }
        if let Some(object) = &self.object {
            self.inbox.push_back((ctx.now.saturating_add(ctx.pace.watch), Some(object.clone())));
        }
    }

    /// Whether the next housekeeping would change something.
    pub(super) fn needs_housekeeping(&self) -> bool {
        if self.mirror_is_left_over() {
            return true;
        }
        match (self.kubelet.worker, self.kubelet.desired) {
            (Some(worker), Desired::Orphan) => {
                matches!(worker.stage, Stage::Sync | Stage::Finished { .. })
                    || !worker.stage.marks().contains(Marks::DELETED)
            }
            (Some(worker), Desired::Listed) => worker.stage.marks().contains(Marks::RESTART_REQUESTED),
            (None, Desired::Orphan | Desired::Listed) => {
                self.runtime.any_running() || self.taken_up().is_some()
            }
        }
    }

    /// With which update housekeeping gives the Pod to a worker (CRE-46).
    fn taken_up(&self) -> Option<Kind> {
        let runtime = if self.runtime.any_running() { InRuntime::Running } else { InRuntime::Gone };
        let held = self.kubelet.cached.as_ref().map(|cached| cached.phase);
        match (&self.kubelet.given, self.kubelet.desired) {
            (Some(given), Desired::Listed) => {
                takes_up(given.status.phase, held, given.deletion, self.kubelet.worker, runtime)
            }
            (Some(_) | None, Desired::Orphan) | (None, Desired::Listed) => None,
        }
    }

    /// Looks at the record of the Pod (KUB-10, KUB-27), then at a Pod or at what runs without one (CRE-46, KUB-60).
    pub(super) fn housekeep(&mut self, ctx: &mut Ctx<'_>) {
        self.delete_left_over_mirror(ctx);
        if let Some(worker) = self.kubelet.worker {
            let Housekept { next, known: _, effects } = worker.housekeep(self.kubelet.desired);
            self.kubelet.worker = next;
            self.perform(effects, ctx);
            if next.is_some() {
                return;
            }
            ctx.note(Action::Forgotten);
            let (given, mirror) = (self.kubelet.given.take(), self.kubelet.mirror.take());
            let desired = self.kubelet.desired;
            self.kubelet = Kubelet { given, desired, mirror, ..Kubelet::new(self.spec.containers.len()) };
        }
        if let (Some(kind), Some(facts)) = (self.taken_up(), self.worker_facts()) {
            self.update(Update { kind, subject: Subject::Pod(facts), kill: None }, None, ctx);
        } else if self.runtime.any_running() {
            let kill = Killer::Orphan.options(None);
            self.update(Update { kind: Kind::Kill, subject: Subject::Runtime, kill }, None, ctx);
        }
    }
}
