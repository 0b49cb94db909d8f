//! The worked traces DEL-40 … DEL-46.

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{Deletion, Facts, Finalizers, Input, Request, Row};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::time::{Grace, Now, Time};

use crate::strategies::removes;

/// A stored Pod whose tGPS is 30; time is given with each request.
struct Pod {
    state: Deletion,
    finalizers: Finalizers,
    binding: Binding,
    phase: Phase,
    gone: bool,
}

const X: Finalizers = Finalizers::other(0);

impl Pod {
    fn new(binding: Binding, phase: Phase, finalizers: Finalizers) -> Self {
        Self { state: Deletion::Live, finalizers, binding, phase, gone: false }
    }

    fn running() -> Self {
        Self::new(Binding::Bound, Phase::Running, Finalizers::NONE)
    }

    fn ask(&mut self, second: i64, input: Input) -> Row {
        assert!(!self.gone, "row 10: 404");
        // Half a second has passed, as on a real clock.
        let now = Now::with_nanos(Time::from_unix(second), 500_000_000);
        let facts = Facts {
            now,
            binding: self.binding,
            phase: Some(self.phase),
            spec_grace: Some(Grace::DEFAULT),
            finalizers: self.finalizers,
        };
        let step = self.state.step(input, facts).expect("no trace has a refused request");
        (self.state, self.finalizers, self.gone) = (step.next, step.finalizers, removes(&step));
        step.row
    }

    fn delete(&mut self, second: i64, grace: Option<u64>) -> Option<u8> {
        let request = Request { grace: grace.map(Grace::from_secs), propagation: None };
        self.ask(second, Input::Delete(request)).number()
    }

    fn drop_finalizers(&mut self, second: i64) -> Row {
        self.ask(second, Input::Update { finalizers: Finalizers::NONE })
    }

    fn fields(&self) -> (Option<i64>, Option<u64>) {
        (self.state.due().map(Time::as_unix), self.state.grace().map(Grace::as_secs))
    }
}

/// DEL-40: marked with 30, shortened to 5 too late, finished by the kubelet.
#[test]
fn del_40_late_shortening_is_clamped_to_now() {
    let mut pod = Pod::running();
    assert_eq!((pod.delete(100, None), pod.fields()), (Some(1), (Some(130), Some(30))));
    assert_eq!((pod.delete(110, Some(5)), pod.fields()), (Some(5), (Some(110), Some(1))));
    assert_eq!((pod.delete(111, Some(0)), pod.gone), (Some(6), true));
}

/// DEL-41: a longer grace than tGPS is given; a plain DELETE after it changes nothing.
#[test]
fn del_41_default_is_not_applied_to_a_deleting_pod() {
    let mut pod = Pod::running();
    assert_eq!((pod.delete(100, Some(60)), pod.fields()), (Some(1), (Some(160), Some(60))));
    assert_eq!((pod.delete(105, None), pod.fields()), (Some(4), (Some(160), Some(60))));
}

/// DEL-42: a finalizer keeps the object after the kubelet's DELETE until an update removes it.
#[test]
fn del_42_finalizer_outlives_the_final_delete() {
    let mut pod = Pod::new(Binding::Bound, Phase::Running, X);
    assert_eq!(pod.delete(100, None), Some(1));
    pod.phase = Phase::Failed;
    assert_eq!((pod.delete(110, Some(0)), pod.fields().1, pod.gone), (Some(7), Some(0), false));
    assert_eq!((pod.drop_finalizers(120), pod.gone), (Row::RemovedByUpdate, true));
}

/// DEL-42, reverse: with the finalizer gone first the object waits for the kubelet.
#[test]
fn del_42_emptied_finalizers_wait_for_the_kubelet() {
    let mut pod = Pod::new(Binding::Bound, Phase::Running, X);
    assert_eq!(pod.delete(100, None), Some(1));
    assert_eq!((pod.drop_finalizers(105), pod.gone, pod.fields().1), (Row::Updated, false, Some(30)));
    assert_eq!((pod.delete(110, Some(0)), pod.gone), (Some(6), true));
}

/// DEL-43: an unbound Pod is gone at once whatever grace is asked.
#[test]
fn del_43_unbound_pod_is_gone_at_once() {
    let mut pod = Pod::new(Binding::Unbound, Phase::Pending, Finalizers::NONE);
    assert_eq!((pod.delete(100, Some(30)), pod.gone, pod.fields()), (Some(2), true, (Some(100), Some(0))));
}

/// DEL-44: a bound Pod whose node is down stays until somebody asks for less.
#[test]
fn del_44_bound_pending_pod_waits() {
    let mut pod = Pod::new(Binding::Bound, Phase::Pending, Finalizers::NONE);
    assert_eq!((pod.delete(100, None), pod.gone), (Some(1), false));
    assert_eq!((pod.delete(10_000, None), pod.gone), (Some(4), false));
    assert_eq!((pod.delete(10_001, Some(0)), pod.gone), (Some(6), true));
}

/// DEL-45: a Failed Pod is gone at once.
#[test]
fn del_45_failed_pod_is_gone_at_once() {
    let mut pod = Pod::new(Binding::Bound, Phase::Failed, Finalizers::NONE);
    assert_eq!((pod.delete(100, None), pod.gone), (Some(2), true));
}

/// DEL-46: force removes a deleting Pod on a lost node.
#[test]
fn del_46_force_removes_without_the_kubelet() {
    let mut pod = Pod::running();
    assert_eq!(pod.delete(100, None), Some(1));
    assert_eq!((pod.delete(400, Some(0)), pod.gone), (Some(6), true));
}

/// DEL-10: a Pod that turns Failed while deleting is not removed by a plain second DELETE, but by a shorter one.
#[test]
fn del_10_turning_failed_is_not_enough() {
    let mut pod = Pod::running();
    assert_eq!(pod.delete(100, None), Some(1));
    pod.phase = Phase::Failed;
    assert_eq!((pod.delete(101, None), pod.gone), (Some(4), false));
    assert_eq!((pod.delete(102, Some(0)), pod.gone), (Some(6), true));
}
