//! The Pods that were removed last, as hashes of UID and name.

use std::collections::{HashMap, VecDeque};

use super::REMOVED_KEPT;
use crate::violation::Predecessor;

/// How a Pod ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// The resourceVersion of the last observation.
    pub(super) version: Option<u64>,
    /// How many gaps the history had before.
    pub(super) gaps: u64,
    pub(super) processes: Processes,
}

/// Whether processes of the Pod may have outlived its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Processes {
    Ended,
    /// They may; this is the UID.
    MayRun(Box<str>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Removed {
    ends: HashMap<u64, End>,
    /// How many of `order` bear the name, and the last of them.
    names: HashMap<u64, (u32, u64)>,
    order: VecDeque<(u64, u64)>,
}

impl Removed {
    pub(super) fn get(&self, uid: u64) -> Option<&End> {
        self.ends.get(&uid)
    }

    /// Whether another Pod of this name was removed.
    pub(super) fn predecessor(&self, name: u64) -> Predecessor {
        match self.names.get(&name) {
            None => Predecessor::None,
            Some(_) => Predecessor::Removed,
        }
    }

    /// The UID of the last Pod of this name, if its processes may still run.
    pub(super) fn running_namesake(&self, name: u64) -> Option<&str> {
        let (_, uid) = self.names.get(&name)?;
        match &self.ends.get(uid)?.processes {
            Processes::Ended => None,
            Processes::MayRun(uid) => Some(uid),
        }
    }

    pub(super) fn add(&mut self, uid: u64, name: u64, end: End) {
        if self.ends.insert(uid, end).is_some() {
            return;
        }
        if self.order.len() == REMOVED_KEPT
            && let Some((uid, name)) = self.order.pop_front()
        {
            self.ends.remove(&uid);
            if let Some((count, _)) = self.names.get_mut(&name) {
                *count -= 1;
                if *count == 0 {
                    self.names.remove(&name);
                }
            }
        }
        let (count, last) = self.names.entry(name).or_default();
        (*count, *last) = (*count + 1, uid);
        self.order.push_back((uid, name));
    }

    /// The Pods in the order of their removal, with the hashes of UID and name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64, &End)> {
        self.order.iter().filter_map(|(uid, name)| Some((*uid, *name, self.ends.get(uid)?)))
    }
}
