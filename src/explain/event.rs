//! What the events of a Pod tell. Their messages are read, where one reason has several meanings, and never shown.

use std::fmt;

use crate::rules::RuleId;
use crate::time::Time;
use crate::view::View;
use crate::wire;

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sign {
    /// The scheduler has found no node.
    Unschedulable,
    /// The scheduler has preempted it.
    Preempted,
    /// The kubelet has evicted it.
    Evicted,
    /// Taint eviction deletes it.
    TaintEviction,
    /// Its node has stopped being ready.
    NodeNotReady,
    /// Volumes are not attached or mounted.
    Volumes,
    /// The sandbox is not made: network or runtime.
    Sandbox,
    /// An image is not pulled.
    Image,
    /// A container cannot be created or started.
    Start,
    /// A container waits for its next start.
    BackOff,
    /// A probe fails.
    Probe,
    /// A preStop hook failed.
    PreStop,
    /// A postStart hook failed.
    PostStart,
    /// A stop failed.
    Stop,
}

impl Sign {
    /// Reads the reason of an event; `None` for those that tell nothing here.
    ///
    /// ```
    /// use pod_lifecycle::explain::Sign;
    /// assert_eq!(Sign::of("BackOff", "Back-off pulling image \"x\""), Some(Sign::Image));
    /// assert_eq!(Sign::of("BackOff", "Back-off restarting failed container"), Some(Sign::BackOff));
    /// assert_eq!(Sign::of("Pulled", ""), None);
    /// ```
    #[must_use]
    pub fn of(reason: &str, message: &str) -> Option<Self> {
        let image =
            ["pull", "ErrImage", "ImagePull", "InvalidImageName"].iter().any(|it| message.contains(it));
        Some(match reason {
            "FailedScheduling" => Self::Unschedulable,
            "Preempted" => Self::Preempted,
            "Evicted" => Self::Evicted,
            "TaintManagerEviction" => Self::TaintEviction,
            "NodeNotReady" => Self::NodeNotReady,
            "FailedMount" | "FailedAttachVolume" | "FailedMapVolume" => Self::Volumes,
            "FailedCreatePodSandBox" | "NetworkNotReady" => Self::Sandbox,
            "ErrImagePull" | "ErrImageNeverPull" | "ImagePullBackOff" | "InspectFailed" => Self::Image,
            "Failed" | "BackOff" if image => Self::Image,
            "BackOff" => Self::BackOff,
            "Failed" => Self::Start,
            "Unhealthy" | "ProbeError" => Self::Probe,
            "FailedPreStopHook" => Self::PreStop,
            "FailedPostStartHook" => Self::PostStart,
            "FailedKillPod" | "FailedStopPodSandBox" => Self::Stop,
            _ => return None,
        })
    }

    /// The rule behind it.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Unschedulable => RuleId::CRE_23,
            Self::Preempted => RuleId::CTL_PRE_01,
            Self::Evicted => RuleId::KUB_15,
            Self::TaintEviction => RuleId::CTL_TNT_04,
            Self::NodeNotReady => RuleId::CTL_NOD_03,
            Self::Volumes => RuleId::CRE_50,
            Self::Sandbox => RuleId::CRE_51,
            Self::Image => RuleId::CTR_29,
            Self::Start => RuleId::CRE_54,
            Self::BackOff => RuleId::CTR_27,
            Self::Probe => RuleId::CTR_52,
            Self::PreStop => RuleId::CTR_63,
            Self::PostStart => RuleId::CTR_60,
            Self::Stop => RuleId::KUB_19,
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unschedulable => "the scheduler finds no node for it",
            Self::Preempted => "the scheduler has preempted it for a Pod of higher priority",
            Self::Evicted => "the kubelet has evicted it, since its node is short of something",
            Self::TaintEviction => "taint eviction deletes it",
            Self::NodeNotReady => "its node has stopped being ready",
            Self::Volumes => "its volumes are not attached or mounted",
            Self::Sandbox => "its sandbox cannot be made (network or runtime)",
            Self::Image => "an image cannot be pulled",
            Self::Start => "a container cannot be created or started",
            Self::BackOff => "a container ended and waits for its next start",
            Self::Probe => "a probe fails",
            Self::PreStop => "a preStop hook failed; the stop goes on without it",
            Self::PostStart => "a postStart hook failed, so its container is killed",
            Self::Stop => "a stop failed and is tried again",
        })
    }
}

/// What the events tell of one sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// The sign.
    pub sign: Sign,
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Option<Time>,
}

/// What the events of this Pod tell, each sign once, the latest first.
pub(super) fn sightings(events: &[wire::Event<'_>], pod: &View<&str>) -> Box<[Sighting]> {
    let mut told: Vec<Sighting> = Vec::new();
    for event in events.iter().filter(|event| is_about(event, pod)) {
        let Some(sign) = Sign::of(event.reason.as_str(), event.message.as_str()) else { continue };
        let (count, last) = (count(event), last(event));
        match told.iter_mut().find(|known| known.sign == sign) {
            Some(known) => {
                (known.count, known.last) = (known.count.saturating_add(count), known.last.max(last));
            }
            None => told.push(Sighting { sign, count, last }),
        }
    }
    told.sort_by(|one, other| (other.last, one.sign).cmp(&(one.last, other.sign)));
    told.into()
}

/// By its uid, or without one by its name.
fn is_about(event: &wire::Event<'_>, pod: &View<&str>) -> bool {
    let object = &event.involved_object;
    let named = (object.kind.as_str(), object.namespace.as_str(), object.name.as_str());
    match object.uid.as_str() {
        "" => named == ("Pod", pod.namespace, pod.name),
        uid => uid == pod.uid,
    }
}

fn count(event: &wire::Event<'_>) -> u64 {
    let series = event.series.as_ref().and_then(|series| series.count);
    series.or(event.count).unwrap_or(1).max(1)
}

fn last(event: &wire::Event<'_>) -> Option<Time> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    let text = series.or(event.last_timestamp.as_ref()).or(event.event_time.as_ref())?;
    Time::parse(text.as_str()).ok()
}
