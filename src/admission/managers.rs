//! Field ownership: why an update that changes nothing visible can still be written (VAL-07, VAL-09).

use std::collections::{BTreeMap, BTreeSet};

use super::keep::Difference;

/// `metadata.managedFields`: for each entry the paths that it owns. Generic: a caller chooses how it names
/// entries (a manager and an endpoint) and paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managers<E, P> {
    entries: BTreeMap<E, BTreeSet<P>>,
}

/// Whether an update has moved the ownership of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moved {
    /// No entry has changed.
    Nothing,
    /// Some entry has.
    Something,
}

impl Moved {
    /// Whether the update is written, given whether the object differs from the stored one after all restoring
    /// (VAL-07, VAL-09).
    #[must_use]
    pub const fn is_written(self, object: Difference) -> bool {
        matches!((self, object), (Self::Something, _) | (_, Difference::Differs))
    }
}

impl<E: Ord, P: Ord + Clone> Managers<E, P> {
    /// The ownership of a new object: its creator owns what the body has outside `status`.
    pub fn created(entry: E, paths: BTreeSet<P>) -> Self {
        let mut entries = BTreeMap::from([(entry, paths)]);
        entries.retain(|_, owned| !owned.is_empty());
        Self { entries }
    }

    /// Moves the ownership as an update by `entry` does that gives the paths `changed` another value and lacks
    /// the paths `gone` (VAL-09).
    ///
    /// ```
    /// use std::collections::BTreeSet;
    /// use pod_lifecycle::admission::{Managers, Moved};
    /// let mut managers = Managers::created("main", BTreeSet::from(["spec"]));
    /// let due = BTreeSet::from(["deletionTimestamp"]);
    /// assert_eq!(managers.update("main", &due, &BTreeSet::new()), Moved::Something);
    /// assert_eq!(managers.update("main", &due, &BTreeSet::new()), Moved::Nothing); // it owns the path already
    /// ```
    pub fn update(&mut self, entry: E, changed: &BTreeSet<P>, gone: &BTreeSet<P>) -> Moved {
        let mut moved = Moved::Nothing;
        let mut gained: BTreeSet<P> = changed.clone();
        for (other, owned) in &mut self.entries {
            let before = owned.len();
            if *other == entry {
                owned.retain(|path| !gone.contains(path));
                if owned.len() != before || !changed.is_subset(owned) {
                    moved = Moved::Something;
                }
                owned.append(&mut gained);
            } else {
                owned.retain(|path| !changed.contains(path) && !gone.contains(path));
                if owned.len() != before {
                    moved = Moved::Something;
                }
            }
        }
        if !gained.is_empty() {
            self.entries.insert(entry, gained);
            moved = Moved::Something;
        }
        self.entries.retain(|_, owned| !owned.is_empty());
        moved
    }
}
