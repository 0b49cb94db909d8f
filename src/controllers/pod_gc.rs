//! The Pod garbage collector: one pass over the Pods that it read (CTL-PGC-01 … CTL-PGC-08).

use std::cmp::Ordering;

use crate::deletion::Deletion;
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::time::{Grace, Time};

/// A Pod as one pass sees it; `N` is its name, a string or whatever a caller orders like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pod<N> {
    /// `metadata.name`.
    pub name: N,
    /// `metadata.creationTimestamp`.
    pub created: Option<Time>,
    /// `status.phase`; `None` if it is empty or none of the five.
    pub phase: Option<Phase>,
    /// `status.reason`.
    pub reason: Reason,
    /// How far its deletion has gone.
    pub deletion: Deletion,
    /// Where it runs.
    pub node: Node,
}

/// `status.reason`, as far as the collector reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// `Evicted`.
    Evicted,
    /// Anything else, or nothing.
    Other,
}

/// The node of a Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// `nodeName` is empty.
    Unbound,
    /// The cache has it.
    Known {
        /// Its condition `Ready`.
        health: Health,
        /// Its taint with the key `node.kubernetes.io/out-of-service`.
        service: Service,
    },
    /// The cache does not have it.
    Missing(Search),
}

/// The condition `Ready` of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// Its status is `True`.
    Ready,
    /// It has another status, or is absent.
    NotReady,
}

/// Whether a node has a taint with the key `node.kubernetes.io/out-of-service`, of whatever value and effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// It has none.
    InService,
    /// It has one.
    OutOfService,
}

/// What became of the search for a missing node (CTL-PGC-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Search {
    /// Its quarantine of 40 s runs.
    Quarantined,
    /// The quarantine has ended, and a live GET found the node or failed: the next pass queues the name again.
    Dropped,
    /// The quarantine has ended, and a live GET found no such node.
    Absent,
}

/// The four steps of a pass, in their order (CTL-PGC-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// More ended Pods than the threshold allows (CTL-PGC-02).
    Terminated,
    /// Deleting on a node that is out of service (CTL-PGC-03).
    OutOfService,
    /// On a node that does not exist (CTL-PGC-04).
    Orphaned,
    /// Deleting, never bound (CTL-PGC-05).
    Unscheduled,
}

impl Step {
    /// The steps in their order.
    pub const ALL: [Self; 4] = [Self::Terminated, Self::OutOfService, Self::Orphaned, Self::Unscheduled];

    /// The rule that a step follows.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Terminated => RuleId::CTL_PGC_02,
            Self::OutOfService => RuleId::CTL_PGC_03,
            Self::Orphaned => RuleId::CTL_PGC_04,
            Self::Unscheduled => RuleId::CTL_PGC_05,
        }
    }
}

/// What is done to a chosen Pod, in this order; the second only if the first succeeded (CTL-PGC-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// PATCH of the status, guarded by the uid: the phase becomes `Failed`, `observedGeneration` the generation.
    Fail(Mark),
    /// DELETE with this grace and without a uid.
    Delete(Grace),
}

/// Whether the patch also sets a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It sets none.
    None,
    /// It sets `DisruptionTarget` `True` with reason [`ORPHANED_REASON`] and message [`ORPHANED_MESSAGE`].
    DisruptionTarget,
}

/// `reason` of the condition that an orphaned Pod gets (CTL-PGC-04).
pub const ORPHANED_REASON: &str = "DeletionByPodGC";
/// `message` of the condition that an orphaned Pod gets (CTL-PGC-04).
pub const ORPHANED_MESSAGE: &str = "PodGC: node no longer exists";

/// One Pod's turn in a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a turn is nothing until its effects are carried out"]
pub struct Turn {
    /// The place of the Pod in the list.
    pub pod: usize,
    /// The step that chose it.
    pub step: Step,
    /// What is done.
    pub effects: [Option<Effect>; 2],
}

/// Decides one pass over `pods`, which every step reads as they were at its start (CTL-PGC-01, CTL-PGC-08).
/// A `threshold` of 0 or less turns the first step off.
///
/// ```
/// use pod_lifecycle::controllers::pod_gc::{Effect, Mark, Node, Pod, Reason, Search, Step, Turn, pass};
/// use pod_lifecycle::{Deletion, Grace, Phase};
///
/// let orphan = Pod {
///     name: "web-0",
///     created: None,
///     phase: Some(Phase::Running),
///     reason: Reason::Other,
///     deletion: Deletion::Live,
///     node: Node::Missing(Search::Absent),
/// };
/// let effects = [Some(Effect::Fail(Mark::DisruptionTarget)), Some(Effect::Delete(Grace::ZERO))];
/// assert_eq!(pass(&[orphan], 12_500), [Turn { pod: 0, step: Step::Orphaned, effects }]);
/// ```
pub fn pass<N: Ord>(pods: &[Pod<N>], threshold: i64) -> Vec<Turn> {
    let mut turns = Vec::new();
    for step in Step::ALL {
        let mut chosen: Vec<(usize, &Pod<N>)> =
            pods.iter().enumerate().filter(|(_, pod)| pod.concerns(step)).collect();
        if step == Step::Terminated {
            chosen.sort_by(|(_, one), (_, other)| one.ended_before(other));
            chosen.truncate(excess(chosen.len(), threshold));
        }
        turns.extend(chosen.into_iter().map(|(place, pod)| Turn {
            pod: place,
            step,
            effects: pod.turn(step),
        }));
    }
    turns
}

/// How many of the ended Pods are too many (CTL-PGC-02).
fn excess(ended: usize, threshold: i64) -> usize {
    match usize::try_from(threshold) {
        Err(_) | Ok(0) => 0,
        Ok(threshold) => ended.saturating_sub(threshold),
    }
}

impl<N: Ord> Pod<N> {
    /// Whether a step considers the Pod (CTL-PGC-02 … CTL-PGC-05).
    fn concerns(&self, step: Step) -> bool {
        let deleting = self.deletion != Deletion::Live;
        match step {
            Step::Terminated => match self.phase {
                Some(Phase::Pending | Phase::Running | Phase::Unknown) => false,
                Some(Phase::Succeeded | Phase::Failed) | None => true, // CTL-PGC-02: an empty phase too
            },
            Step::OutOfService => {
                deleting
                    && self.node == Node::Known { health: Health::NotReady, service: Service::OutOfService }
            }
            Step::Orphaned => self.node == Node::Missing(Search::Absent),
            Step::Unscheduled => deleting && self.node == Node::Unbound,
        }
    }

    /// Evicted ones first, then the oldest, then by name (CTL-PGC-02).
    fn ended_before(&self, other: &Self) -> Ordering {
        let kept = |pod: &Self| match (pod.phase, pod.reason) {
            (Some(Phase::Failed), Reason::Evicted) => false,
            (Some(_) | None, Reason::Evicted | Reason::Other) => true,
        };
        kept(self)
            .cmp(&kept(other))
            .then(self.created.cmp(&other.created))
            .then_with(|| self.name.cmp(&other.name))
    }

    /// What is done to the Pod once a step has chosen it (CTL-PGC-06).
    fn turn(&self, step: Step) -> [Option<Effect>; 2] {
        let delete = Some(Effect::Delete(Grace::ZERO));
        if self.phase.is_some_and(Phase::is_terminal) {
            return [delete, None];
        }
        let mark = match step {
            Step::Orphaned => Mark::DisruptionTarget,
            Step::Terminated | Step::OutOfService | Step::Unscheduled => Mark::None,
        };
        [Some(Effect::Fail(mark)), delete]
    }
}
