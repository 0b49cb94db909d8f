//! The object at the API server: requests on it, and the cycles of the kubelet's status writer (PHA-31 … PHA-37,
//! KUB-35 … KUB-39).

use super::object::{Action, Disruption, Object, Observation, Seen, Status};
use super::pod::{Ctx, Pod};
use crate::deletion::{Effect, Finalizers, Input, Rejection, Request, Step};
use crate::final_status::{FinalDelete, final_delete};
use crate::phase::{Processes, Publication};
use crate::status::{self, Condition, ConditionType, Content};
use crate::time::Grace;
use crate::worker::Question;

impl Pod {
    /// Stores a new object, and everybody hears of it.
    pub(super) fn create(&mut self, object: Object, ctx: &mut Ctx<'_>) {
        self.object = Some(object);
        self.tell(Seen::Added, ctx);
    }

    /// One request on the stored object (DEL-13, DEL-16).
    pub(super) fn request(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Result<(), Rejection> {
        let Some(object) = &mut self.object else { return Ok(()) };
        let facts = object.facts(ctx.clock(), self.spec.grace);
        let Step { next, finalizers, generation, effects, row: _, request: _ } =
            object.deletion.step(input, facts)?;
        for effect in effects.into_iter().flatten() {
            match (effect, &mut self.object) {
                (Effect::Store, Some(object)) => {
                    object.deletion = next;
                    object.finalizers = finalizers;
                    object.generation = generation.after(object.generation);
                    self.tell(Seen::Modified, ctx);
                }
                (Effect::Remove, Some(_)) => self.tell(Seen::Deleted, ctx),
                (Effect::Store | Effect::Remove, None) => {}
            }
        }
        Ok(())
    }

    /// Stores a status; the update may remove an expired object (DEL-16).
    pub(super) fn store_status(&mut self, status: Status, ctx: &mut Ctx<'_>) {
        let Some(object) = &mut self.object else { return };
        object.status = status;
        let finalizers = object.finalizers;
        // An update that adds no finalizer is never refused.
        let _accepted = self.request(Input::Update { finalizers }, ctx);
    }

    /// Watchers see the object, and the kubelet's watch will deliver it.
    fn tell(&mut self, kind: Seen, ctx: &mut Ctx<'_>) {
        let Some(object) = self.object.clone() else { return };
        let delivered = match kind {
            Seen::Added | Seen::Modified => Some(object.clone()),
            Seen::Deleted => self.object.take().and(None),
        };
        self.inbox.push_back((ctx.now.saturating_add(ctx.pace.watch), delivered));
        ctx.log.seen.push(Observation { at: ctx.now, pod: ctx.id, kind, object });
    }

    /// What the next write would store: the cached status, its terminal phase withheld while a container could run
    /// (PHA-31, PHA-32).
    fn merged(&self, ctx: &Ctx<'_>) -> Option<Status> {
        let (cached, stored) = (self.kubelet.cached.as_ref()?, &self.object.as_ref()?.status);
        let possible = Question::CouldHaveRunningContainers.answer(self.kubelet.worker, ctx.synced);
        let processes = if possible { Processes::Possible } else { Processes::Stopped };
        let (old, new) = (stored.conditions(), cached.conditions());
        let merge = status::merge(stored.snapshot(&old), cached.snapshot(&new), processes);
        let (phase, reason) = match merge.publication {
            Publication::New => (cached.phase, cached.reason),
            Publication::Withheld => (stored.phase, stored.reason),
        };
        let is_target = |list: &[Condition], index: usize| {
            list.get(index).is_some_and(|condition| condition.kind == ConditionType::DisruptionTarget)
        };
        let target = merge.conditions().find_map(|merged| match merged.content {
            Content::Stored(index) => is_target(&old, index).then_some(stored.disruption),
            Content::New(index) => is_target(&new, index).then_some(cached.disruption),
            Content::NotReady(..) => None,
        });
        let disruption = target.unwrap_or(Disruption::None);
        Some(Status { phase, reason, disruption, ..cached.clone() })
    }

    /// Whether the final DELETE would be sent now (KUB-35).
    fn final_delete(&self) -> FinalDelete {
        self.object.as_ref().map_or(FinalDelete::Withheld, |object| {
            final_delete(object.deleting(), self.stands_for, Some(object.status.phase), self.kubelet.finished)
        })
    }

    /// Whether a tick of the writer has something to do (PHA-35).
    pub(super) fn is_out_of_date(&self, ctx: &Ctx<'_>) -> bool {
        match (self.merged(ctx), &self.object) {
            (Some(merged), Some(object)) => {
                merged != object.status || self.final_delete() == FinalDelete::Sent
            }
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    /// One cycle of the status writer (KUB-36).
    pub(super) fn write_status(&mut self, ctx: &mut Ctx<'_>) {
        let Some(merged) = self.merged(ctx) else { return }; // 404: nothing happens (PHA-36)
        if self.object.as_ref().is_some_and(|object| object.status != merged) {
            ctx.note(Action::Published(merged.phase));
            self.store_status(merged, ctx);
        }
        match self.final_delete() {
            FinalDelete::Withheld => {}
            FinalDelete::Sent => {
                ctx.note(Action::FinalDelete);
                let request = Request { grace: Some(Grace::ZERO), propagation: None };
                // A DELETE is never refused by the state.
                let _accepted = self.request(Input::Delete(request), ctx);
                self.kubelet.cached = None; // it does not wait for finalizers (KUB-38)
                self.kubelet.finished = crate::final_status::Finished::No;
            }
        }
    }

    pub(super) fn drop_finalizers(&mut self, ctx: &mut Ctx<'_>) {
        // Finalizers are only taken away.
        let _accepted = self.request(Input::Update { finalizers: Finalizers::NONE }, ctx);
    }
}
