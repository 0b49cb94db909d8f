//! What the kubelet writes over a stored status. Two generators: lists as kubelets and clients make them, with one
//! condition of a type, and any lists.

use pod_lifecycle::phase::{Phase, Processes, Publication};
use pod_lifecycle::status::{
    Condition, ConditionType, Content, Merged, Reason, Since, Snapshot, Truth, merge,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::strategies::config;

/// The types that the kubelet owns (OBJ-40).
const OWN: [ConditionType; 8] = [
    ConditionType::PodReadyToStartContainers,
    ConditionType::Initialized,
    ConditionType::Ready,
    ConditionType::ContainersReady,
    ConditionType::PodScheduled,
    ConditionType::AllContainersRestarting,
    ConditionType::PodResizePending,
    ConditionType::PodResizeInProgress,
];

fn own(condition: Condition) -> bool {
    OWN.contains(&condition.kind)
}

fn truths() -> impl Strategy<Value = Truth> {
    prop_oneof![5 => Just(Truth::True), 5 => Just(Truth::False), 1 => Just(Truth::Unknown), 1 => Just(Truth::Other)]
}

pub(crate) fn raw() -> impl Strategy<Value = Vec<Condition>> {
    let mut kinds = OWN.to_vec();
    kinds.extend([ConditionType::DisruptionTarget, ConditionType::DisruptionTarget, ConditionType::Other]);
    vec((select(kinds), truths()).prop_map(|(kind, status)| Condition { kind, status }), 0..7)
}

/// One condition of a type, in any order; two of types that are nobody's.
pub(crate) fn well_formed() -> impl Strategy<Value = Vec<Condition>> {
    let mut kinds = OWN.to_vec();
    kinds.extend([ConditionType::DisruptionTarget, ConditionType::Other, ConditionType::Other]);
    let kinds = subsequence(kinds, 0..=11).prop_shuffle();
    (kinds, vec(truths(), 11)).prop_map(|(kinds, truths)| {
        kinds.into_iter().zip(truths).map(|(kind, status)| Condition { kind, status }).collect()
    })
}

pub(crate) fn phases() -> impl Strategy<Value = Option<Phase>> {
    option::weighted(0.9, select(&Phase::ALL[..]))
}

/// A write: both statuses, and whether a container could run.
#[derive(Clone, Debug)]
struct Write {
    stored: (Option<Phase>, Vec<Condition>),
    new: (Option<Phase>, Vec<Condition>),
    processes: Processes,
}

impl Write {
    fn merged(&self) -> (Option<Phase>, Vec<Merged>) {
        let stored = Snapshot { phase: self.stored.0, conditions: &self.stored.1 };
        let new = Snapshot { phase: self.new.0, conditions: &self.new.1 };
        let merged = merge(stored, new, self.processes);
        let phase = match merged.publication {
            Publication::New => self.new.0,
            Publication::Withheld => self.stored.0,
        };
        (phase, merged.conditions().collect())
    }

    fn written(&self, merged: Merged) -> Condition {
        match merged.content {
            Content::Stored(index) => self.stored.1[index],
            Content::New(index) => self.new.1[index],
            Content::NotReady(kind, _) => Condition { kind, status: Truth::False },
        }
    }

    /// The list as it is stored afterwards.
    fn result(&self) -> (Option<Phase>, Vec<Condition>) {
        let (phase, merged) = self.merged();
        (phase, merged.into_iter().map(|of| self.written(of)).collect())
    }

    /// Whether this write makes the API phase terminal.
    fn ends(&self) -> bool {
        !terminal(self.stored.0) && terminal(self.new.0) && self.processes == Processes::Stopped
    }
}

fn terminal(phase: Option<Phase>) -> bool {
    matches!(phase, Some(Phase::Succeeded | Phase::Failed))
}

fn writes<S: Strategy<Value = Vec<Condition>>>(list: impl Fn() -> S) -> impl Strategy<Value = Write> {
    let status = || (phases(), list());
    let processes = select(&[Processes::Stopped, Processes::Possible][..]);
    (status(), status(), processes).prop_map(|(stored, new, processes)| Write { stored, new, processes })
}

proptest! {
    #![proptest_config(config(512))]

    /// PHA-32, PHA-37: a terminal phase is withheld from a non-terminal one while containers may run; every other
    /// phase is written as it is.
    #[test]
    fn pha_32_terminal_means_stopped(write in writes(raw)) {
        let (phase, _) = write.merged();
        if write.processes == Processes::Possible && !terminal(write.stored.0) {
            prop_assert!(!terminal(phase));
        }
        if !terminal(write.new.0) || terminal(write.stored.0) || write.processes == Processes::Stopped {
            prop_assert_eq!(phase, write.new.0);
        } else {
            prop_assert_eq!(phase, write.stored.0);
        }
    }

    /// PHA-31, OBJ-40: conditions of others survive in front, in their order and with their times, whatever the
    /// kubelet writes; only the write that ends the Pod touches `DisruptionTarget`.
    #[test]
    fn pha_31_others_survive(write in writes(raw)) {
        let (_, merged) = write.merged();
        let others: Vec<usize> =
            (0..write.stored.1.len()).filter(|index| !own(write.stored.1[*index])).collect();
        prop_assert!(merged.len() >= others.len());
        for (index, merged) in others.into_iter().zip(&merged) {
            let before = write.stored.1[index];
            if *merged != (Merged { content: Content::Stored(index), since: Since::Stored(index) }) {
                prop_assert!(write.ends() && before.kind == ConditionType::DisruptionTarget);
                prop_assert_eq!(write.written(*merged).kind, ConditionType::DisruptionTarget);
            }
        }
    }

    /// PHA-31: the write that ends the Pod puts the new `DisruptionTarget` in the place of the stored one, else behind.
    #[test]
    fn pha_31_the_end_writes_why(write in writes(raw)) {
        let place = |list: &[Condition]| list.iter().position(|of| of.kind == ConditionType::DisruptionTarget);
        let (stored, new) = (place(&write.stored.1), place(&write.new.1));
        let (_, merged) = write.merged();
        let written: Vec<Content> = merged.iter().map(|of| of.content).filter(|content| match content {
            Content::Stored(index) => write.stored.1[*index].kind == ConditionType::DisruptionTarget,
            Content::New(index) => write.new.1[*index].kind == ConditionType::DisruptionTarget,
            Content::NotReady(..) => false,
        }).collect();
        let targets = write.stored.1.iter().enumerate().filter(|(_, of)| of.kind == ConditionType::DisruptionTarget);
        let mut expected: Vec<Content> = targets.map(|(index, _)| Content::Stored(index)).collect();
        match (new.filter(|_| write.ends()), stored) {
            (Some(new), Some(_)) => expected[0] = Content::New(new),
            (Some(new), None) => expected.push(Content::New(new)),
            (None, _) => {}
        }
        prop_assert_eq!(written, expected);
    }

    /// PHA-31: of its own conditions the kubelet writes those of the new status, all of them, in their order; what
    /// it no longer says is gone.
    #[test]
    fn pha_31_own_conditions_are_the_new_ones(write in writes(raw)) {
        let (_, merged) = write.merged();
        let kinds = |list: Vec<Condition>| -> Vec<ConditionType> {
            list.into_iter().filter(|of| own(*of)).map(|of| of.kind).collect()
        };
        let written = kinds(merged.iter().map(|of| write.written(*of)).collect());
        let new = kinds(write.new.1.clone());
        prop_assert!(written.starts_with(&new), "{written:?} of {new:?}");
        for appended in &written[new.len()..] {
            prop_assert!(matches!(appended, ConditionType::Ready | ConditionType::ContainersReady));
            prop_assert!(!new.contains(appended));
        }
        for merged in merged {
            if let Content::Stored(index) = merged.content {
                prop_assert!(!own(write.stored.1[index]));
            }
        }
    }

    /// PHA-31: the kubelet's `DisruptionTarget` is written exactly with the end of the Pod.
    #[test]
    fn pha_31_disruption_is_written_with_the_end(write in writes(well_formed)) {
        let target = |list: &[Condition]| list.iter().any(|of| of.kind == ConditionType::DisruptionTarget);
        let (_, merged) = write.merged();
        let sent = merged.iter().any(|of| {
            matches!(of.content, Content::New(_))
                && write.written(*of).kind == ConditionType::DisruptionTarget
        });
        prop_assert_eq!(sent, write.ends() && target(&write.new.1));
        prop_assert_eq!(target(&write.result().1), sent || target(&write.stored.1));
    }

    /// PHA-34, OBJ-41: a Pod that is terminal in the API is not ready there, and says why.
    #[test]
    fn pha_34_terminal_is_not_ready(write in writes(well_formed)) {
        let (phase, merged) = write.merged();
        for merged in merged {
            let Condition { kind, status } = write.written(merged);
            if matches!(kind, ConditionType::Ready | ConditionType::ContainersReady) && terminal(phase) {
                prop_assert_ne!(status, Truth::True);
            }
            if let Content::NotReady(_, reason) = merged.content {
                prop_assert_eq!(phase == Some(Phase::Succeeded), reason == Reason::PodCompleted);
                prop_assert_eq!(phase == Some(Phase::Failed), reason == Reason::PodFailed);
            }
        }
    }

    /// PHA-31, PHA-34: a time becomes now iff the status that it belongs to changes.
    #[test]
    fn pha_34_time_changes_with_the_status(write in writes(well_formed)) {
        let (_, merged) = write.merged();
        for of in merged {
            let Condition { kind, status } = write.written(of);
            // The kubelet's own continue the list that they come from, `DisruptionTarget` the stored one.
            let list = if own(write.written(of)) { &write.new.1 } else { &write.stored.1 };
            let before = match of.content {
                Content::Stored(index) => Some(write.stored.1[index]),
                Content::New(_) | Content::NotReady(..) => list.iter().find(|old| old.kind == kind).copied(),
            };
            prop_assert_eq!(of.since == Since::Now, before.is_none_or(|old| old.status != status));
        }
    }

    /// Writing the same status again changes nothing, except that `DisruptionTarget` now stands among the conditions
    /// of others.
    #[test]
    fn pha_31_a_second_write_changes_nothing(write in writes(well_formed)) {
        let (phase, stored) = write.result();
        let again = Write { stored: (phase, stored.clone()), ..write };
        let apart = |list: Vec<Condition>| -> (Vec<Condition>, Vec<Condition>) {
            list.into_iter().partition(|of| of.kind == ConditionType::DisruptionTarget)
        };
        let (phase_again, stored_again) = again.result();
        prop_assert_eq!((phase_again, apart(stored_again)), (phase, apart(stored)));
    }
}

/// OBJ-40, OBJ-41: the words of a condition, spelled as the API spells them.
#[test]
fn obj_41_words_are_those_of_the_api() {
    use Reason::{
        ContainersNotInitialized, ContainersNotReady, PodCompleted, PodFailed, ReadinessGatesNotReady,
        RestartAllContainersStarted,
    };
    let unready = [ContainersNotInitialized, ContainersNotReady, ReadinessGatesNotReady].map(Reason::as_str);
    assert_eq!(unready, ["ContainersNotInitialized", "ContainersNotReady", "ReadinessGatesNotReady"]);
    let ended = [PodCompleted, PodFailed, RestartAllContainersStarted].map(Reason::as_str);
    assert_eq!(ended, ["PodCompleted", "PodFailed", "RestartAllContainersStarted"]);
    let truths = ["True", "False", "Unknown", "true", ""].map(Truth::from_api);
    assert_eq!(truths, [Truth::True, Truth::False, Truth::Unknown, Truth::Other, Truth::Other]);
    assert_eq!(truths.map(Truth::as_str), ["True", "False", "Unknown", "", ""]);
}
