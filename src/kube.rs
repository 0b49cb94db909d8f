//! A [`Monitor`](crate::monitor::Monitor) behind a watcher of `kube` (feature `kube`).

use k8s_openapi::api::core::v1::Pod;
use kube::runtime::watcher::Event;

use crate::monitor::{Monitor, Observed, Verdict};
use crate::view::View;
use crate::wire;

impl Monitor {
    /// Judges one event of `kube::runtime::watcher`. A list that begins anew is a gap; when it is complete, Pods that
    /// are not in it are gone.
    ///
    /// ```
    /// use k8s_openapi::api::core::v1::{Pod, PodStatus};
    /// use kube::runtime::watcher::Event;
    /// use pod_lifecycle::Monitor;
    /// let mut monitor = Monitor::new();
    /// let mut pod = Pod::default();
    /// pod.status = Some(PodStatus { phase: Some("Unknown".to_owned()), ..PodStatus::default() });
    /// assert_eq!(monitor.watch(&Event::Apply(pod)).violations[0].rule().to_string(), "PHA-41");
    /// ```
    pub fn watch(&mut self, event: &Event<Pod>) -> Verdict {
        let (observed, pod) = match event {
            Event::Apply(pod) => (Observed::State, pod),
            Event::InitApply(pod) => (Observed::Added, pod),
            Event::Delete(pod) => (Observed::Deleted, pod),
            Event::Init => {
                self.gap();
                return Verdict::default();
            }
            Event::InitDone => {
                self.listed();
                return Verdict::default();
            }
        };
        self.observe(observed, View::of(&wire::Pod::from(pod)))
    }
}
