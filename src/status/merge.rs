//! What the status writer sends (PHA-31, PHA-32, PHA-34).

use super::{Condition, ConditionType, Owner, Reason, Truth};
use crate::phase::{self, Phase, Processes, Publication};

/// A status as the writer reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot<'a> {
    /// `phase`; `None` is one outside the five, or none.
    pub phase: Option<Phase>,
    /// `conditions`, in their order.
    pub conditions: &'a [Condition],
}

/// Where a written condition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// The condition of this index of the stored status, as it is.
    Stored(usize),
    /// The condition of this index of the new status.
    New(usize),
    /// Status False with this reason, no message, and the Pod's generation as observed (PHA-34).
    NotReady(ConditionType, Reason),
}

/// `lastTransitionTime` of a written condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Since {
    /// That of the condition of this index of the stored status.
    Stored(usize),
    /// That of the condition of this index of the new status.
    New(usize),
    /// The moment of the write.
    Now,
}

/// One condition of the written status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Merged {
    /// Everything but its time.
    pub content: Content,
    /// Its time.
    pub since: Since,
}

/// The outcome of [`merge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the phase and the conditions are one write"]
pub struct Merge<'a> {
    /// Whose phase, reason and message are written; all else but the conditions is that of the new status.
    pub publication: Publication,
    /// Whether this write turns the phase in the API terminal, with all that comes with it.
    disruption: Disruption,
    /// Why `Ready` and `ContainersReady` are replaced.
    ended: Option<Reason>,
    stored: &'a [Condition],
    new: &'a [Condition],
}

/// What becomes of `DisruptionTarget` of the new status (PHA-31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Disruption {
    /// It is ignored.
    Ignored,
    /// The condition of this index of the new status is written.
    Written(usize),
}

/// Merges the status that the kubelet holds into the one that is stored (PHA-31, PHA-32, PHA-34).
///
/// ```
/// use pod_lifecycle::phase::{Phase, Processes, Publication};
/// use pod_lifecycle::status::{Condition, ConditionType, Content, Since, Snapshot, Truth, merge};
/// let condition = |kind, status| Condition { kind, status };
/// let stored = [condition(ConditionType::Other, Truth::True), condition(ConditionType::Ready, Truth::True)];
/// let new = [condition(ConditionType::Ready, Truth::False)];
/// let write = |processes| {
///     let stored = Snapshot { phase: Some(Phase::Running), conditions: &stored };
///     merge(stored, Snapshot { phase: Some(Phase::Failed), conditions: &new }, processes)
/// };
/// assert_eq!(write(Processes::Possible).publication, Publication::Withheld);
/// let merged = write(Processes::Stopped);
/// assert_eq!(merged.publication, Publication::New);
/// let contents: Vec<_> = merged.conditions().map(|condition| condition.content).collect();
/// assert_eq!(contents, [Content::Stored(0), Content::New(0)]); // another's condition stays, in front
/// ```
pub fn merge<'a>(stored: Snapshot<'a>, new: Snapshot<'a>, processes: Processes) -> Merge<'a> {
    let publication = phase::publish(stored.phase, new.phase, processes);
    let written = match publication {
        Publication::New => new.phase,
        Publication::Withheld => stored.phase,
    };
    let terminal = |phase: Option<Phase>| phase.is_some_and(Phase::is_terminal);
    let target = first(new.conditions, ConditionType::DisruptionTarget);
    let disruption = match (processes, target) {
        (Processes::Stopped, Some(index)) if terminal(new.phase) && !terminal(stored.phase) => {
            Disruption::Written(index)
        }
        (Processes::Stopped | Processes::Possible, _) => Disruption::Ignored,
    };
    let ready = |kind| truth(new.conditions, kind) == Some(Truth::True);
    let ended = written
        .and_then(Reason::of_end)
        .filter(|_| ready(ConditionType::Ready) || ready(ConditionType::ContainersReady));
    Merge { publication, disruption, ended, stored: stored.conditions, new: new.conditions }
}

impl<'a> Merge<'a> {
    /// The conditions of the written status, in their order (PHA-31): those of others, then the kubelet's own.
    pub fn conditions(self) -> impl Iterator<Item = Merged> + 'a {
        let others = self.stored.iter().enumerate().filter(|(_, of)| of.kind.owner() != Owner::Kubelet);
        let others = others.map(move |(index, _)| self.of_stored(index));
        let own = (0..self.new.len()).filter_map(move |index| self.of_new(index));
        let lacking = [ConditionType::ContainersReady, ConditionType::Ready].into_iter();
        others.chain(own).chain(lacking.filter_map(move |kind| self.of_neither(kind)))
    }

    fn of_stored(self, index: usize) -> Merged {
        match self.disruption {
            Disruption::Written(new)
                if first(self.stored, ConditionType::DisruptionTarget) == Some(index) =>
            {
                Merged { content: Content::New(new), since: self.since(new) }
            }
            Disruption::Written(_) | Disruption::Ignored => {
                Merged { content: Content::Stored(index), since: Since::Stored(index) }
            }
        }
    }

    fn of_new(self, index: usize) -> Option<Merged> {
        let as_it_is = Merged { content: Content::New(index), since: Since::New(index) };
        let Condition { kind, status } = *self.new.get(index)?;
        match (kind, kind.owner()) {
            (ConditionType::Ready | ConditionType::ContainersReady, _) => Some(match self.ended {
                Some(reason) if first(self.new, kind) == Some(index) => Merged {
                    content: Content::NotReady(kind, reason), // PHA-34
                    since: if status == Truth::False { Since::New(index) } else { Since::Now },
                },
                Some(_) | None => as_it_is,
            }),
            (_, Owner::Kubelet) => Some(as_it_is),
            (ConditionType::DisruptionTarget, _) => match self.disruption {
                Disruption::Written(new) if new == index && first(self.stored, kind).is_none() => {
                    Some(Merged { content: Content::New(index), since: self.since(index) })
                }
                Disruption::Written(_) | Disruption::Ignored => None,
            },
            (_, Owner::Shared | Owner::Others) => None,
        }
    }

    /// PHA-34: a missing one is appended.
    fn of_neither(self, kind: ConditionType) -> Option<Merged> {
        let reason = self.ended.filter(|_| first(self.new, kind).is_none())?;
        Some(Merged { content: Content::NotReady(kind, reason), since: Since::Now })
    }

    /// PHA-31: the time of the stored condition if the status is the same.
    fn since(self, new: usize) -> Since {
        let before = first(self.stored, ConditionType::DisruptionTarget);
        let status = |list: &[Condition], index: usize| list.get(index).map(|condition| condition.status);
        match before {
            Some(old) if status(self.stored, old) == status(self.new, new) => Since::Stored(old),
            Some(_) | None => Since::Now,
        }
    }
}

/// The index of the first condition of a type: the one that every reader means.
pub(super) fn first(conditions: &[Condition], kind: ConditionType) -> Option<usize> {
    conditions.iter().position(|condition| condition.kind == kind)
}

/// The status of the first condition of a type.
pub(super) fn truth(conditions: &[Condition], kind: ConditionType) -> Option<Truth> {
    conditions.iter().find(|condition| condition.kind == kind).map(|condition| condition.status)
}
