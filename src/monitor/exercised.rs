//! Which rules had something to say about a history.

use crate::container::ContainerState;
use crate::deletion::Deletion;
use crate::rules::RuleId;
use crate::view::View;

/// The rules that are told apart, in the order of their bits.
const RULES: [RuleId; 16] = [
    RuleId::OBJ_03,
    RuleId::CRE_30,
    RuleId::INV_10,
    RuleId::DEL_05,
    RuleId::DEL_07,
    RuleId::DEL_08,
    RuleId::DEL_17,
    RuleId::INV_07,
    RuleId::INV_15,
    RuleId::PHA_15,
    RuleId::PHA_40,
    RuleId::VAL_22,
    RuleId::CTR_21,
    RuleId::INV_21,
    RuleId::INV_29,
    RuleId::KUB_36,
];

/// A set of rules whose premises held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Exercised(u32);

impl Exercised {
    /// The rules of the set.
    pub fn rules(self) -> impl Iterator<Item = RuleId> {
        RULES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, rule)| rule)
    }

    /// Adds the rules of another set.
    pub const fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn add(&mut self, rule: RuleId, premise: bool) {
        if premise && let Some(bit) = RULES.iter().position(|known| *known == rule) {
            self.0 |= 1 << bit;
        }
    }

    /// What a stored change puts to the test.
    pub(super) fn by(old: &View<&str>, new: &View<&str>) -> Self {
        let mut set = Self::default();
        set.add(RuleId::OBJ_03, new.generation != old.generation);
        set.add(RuleId::CRE_30, old.node.is_none() && new.node.is_some());
        set.add(RuleId::INV_10, old.gates.len() != new.gates.len());
        set.add(RuleId::DEL_07, !old.is_deleting() && new.is_deleting());
        set.add(
            RuleId::DEL_05,
            !old.is_deleting() && new.is_deleting() && (old.is_terminal() || old.node.is_none()),
        );
        set.add(RuleId::DEL_08, old.is_deleting() && old.deletion != new.deletion);
        set.add(RuleId::DEL_17, old.is_deleting() && old.finalizers != new.finalizers);
        set.add(RuleId::INV_15, old.deadline != new.deadline);
        set.add(RuleId::PHA_15, old.is_terminal());
        set.add(RuleId::PHA_40, old.phase != new.phase);
        set.add(RuleId::INV_29, old.disruption != new.disruption);
        set.add(RuleId::INV_21, old.is_terminal() && new.is_terminal());
        for container in &old.containers {
            set.add(RuleId::VAL_22, matches!(container.state, ContainerState::Terminated(_)));
        }
        let counts =
            |pod: &View<&str>| pod.containers.iter().filter_map(|container| container.restarts).max();
        set.add(RuleId::CTR_21, counts(old) != counts(new));
        set
    }

    /// What the removal of a Pod puts to the test.
    pub(super) fn removal(&mut self, pod: &View<&str>) {
        self.add(RuleId::INV_07, true);
        self.add(RuleId::KUB_36, pod.deletion != Deletion::Live && pod.is_terminal());
    }
}
