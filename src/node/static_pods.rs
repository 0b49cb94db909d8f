//! Static Pods and their mirrors on the node (KUB-66, KUB-67).

use super::object::{Action, Object};
use super::pod::{Ctx, Pod};
use crate::deletion::{Finalizers, Input, Request};
use crate::mirror::{Care, Leftover, Mirror, Original, care, leftover};
use crate::phase::{Deleting, Source};
use crate::time::Grace;
use crate::worker::{Desired, Difference, Stage};

impl Pod {
    /// The file appears, or the kubelet reads it again.
    pub(super) fn read_file(&mut self, ctx: &mut Ctx<'_>) {
        self.kubelet.given = Some(Object::new(Finalizers::NONE));
        self.kubelet.desired = Desired::Listed;
        self.configured(Difference::New, ctx);
    }

    /// The file is removed: that alone terminates the Pod (KUB-66).
    pub(super) fn lose_file(&mut self, ctx: &mut Ctx<'_>) {
        if self.kubelet.desired == Desired::Listed {
            self.kubelet.desired = Desired::Orphan;
            self.configured(Difference::Gone, ctx);
        }
    }

    /// A pass over a static Pod looks after its mirror (KUB-66).
    pub(super) fn care_for_mirror(&mut self, ctx: &mut Ctx<'_>) {
        let mirror = match self.kubelet.mirror.as_ref().map(Object::deleting) {
            None => Mirror::Absent,
            Some(Deleting::No) => Mirror::Current,
            Some(Deleting::Yes) => Mirror::Deleting,
        };
        match (self.source, care(mirror)) {
            (Source::Api, _) | (Source::Static, Care::Keep) => {}
            (Source::Static, Care::Create) => self.create_mirror(ctx),
            (Source::Static, Care::Replace) => {
                self.delete_mirror(ctx);
                self.create_mirror(ctx);
            }
        }
    }

    fn create_mirror(&mut self, ctx: &mut Ctx<'_>) {
        if self.object.is_none() {
            ctx.note(Action::MirrorCreated);
            self.create(Object::new(Finalizers::NONE), ctx); // else 409: it is there, and the watch will tell
        }
    }

    fn delete_mirror(&mut self, ctx: &mut Ctx<'_>) {
        if self.object.is_some() {
            ctx.note(Action::MirrorDeleted);
            let request = Request { grace: Some(Grace::ZERO), propagation: None };
            // A DELETE is never refused by the state.
            let _accepted = self.request(Input::Delete(request), ctx);
        }
    }

    /// Whether housekeeping has a mirror to delete (KUB-67).
    pub(super) fn mirror_is_left_over(&self) -> bool {
        let original = match (self.kubelet.desired, self.kubelet.worker.map(|worker| worker.stage)) {
            (Desired::Listed, _) => Original::Present,
            (Desired::Orphan, Some(Stage::Sync | Stage::Terminating { .. })) => Original::Terminating,
            (Desired::Orphan, Some(Stage::Terminated { .. } | Stage::Finished { .. }) | None) => {
                Original::Ended
            }
        };
        match self.source {
            Source::Api => false,
            Source::Static => self.kubelet.mirror.is_some() && leftover(original) == Leftover::Deleted,
        }
    }

    pub(super) fn delete_left_over_mirror(&mut self, ctx: &mut Ctx<'_>) {
        if self.mirror_is_left_over() {
            self.delete_mirror(ctx);
            self.kubelet.mirror = None;
        }
    }
}
