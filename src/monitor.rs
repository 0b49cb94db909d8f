//! A history of observations → verdicts, one small state per Pod UID.
//!
//! The monitor keeps the last state of every live Pod and forgets it when the Pod is removed. Of the UIDs that
//! were removed it remembers the last [`REMOVED_KEPT`], to notice one that returns.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::rules::RuleId;
use crate::validate;
use crate::view::View;
use crate::violation::{Predecessor, Violation};
use crate::wire::EventType;

/// How many removed UIDs are remembered; older ones could return unnoticed.
pub const REMOVED_KEPT: usize = 1 << 16;

/// What was seen of one Pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Observed {
    /// A watch event ADDED: new, or listed again.
    Added,
    /// A watch event MODIFIED.
    Modified,
    /// A watch event DELETED: the last stored state of a removed object.
    Deleted,
    /// A state by itself, from a list or a watch without event types.
    State,
}

impl Observed {
    /// What a watch event of this type tells about its Pod; `None` if it tells nothing.
    #[must_use]
    pub const fn from_event(kind: EventType) -> Option<Self> {
        match kind {
            EventType::Added => Some(Self::Added),
            EventType::Modified => Some(Self::Modified),
            EventType::Deleted => Some(Self::Deleted),
            EventType::Bookmark | EventType::Error => None,
        }
    }
}

/// What the monitor says to one observation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong; empty if the observation conforms.
    pub violations: Vec<Violation>,
    /// What cannot be told from what was seen.
    pub unknown: Option<Unknown>,
}

/// Why part of a verdict is missing. It is counted, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// The stream begins in the middle of this Pod's life.
    Beginning,
    /// A Pod of the same name has gone unseen.
    Predecessor,
}

/// Judges a history, one observation after the other.
///
/// ```
/// use pod_lifecycle::monitor::{Monitor, Observed};
/// use pod_lifecycle::view::View;
/// use pod_lifecycle::wire::{self, Pod};
/// let mut monitor = Monitor::new();
/// let pod: Pod = wire::from_slice(br#"{"metadata": {"name": "web", "uid": "1"}, "status": {"phase": "Pending"}}"#)?;
/// assert!(monitor.observe(Observed::Added, View::of(&pod)).violations.is_empty());
///
/// let verdict = monitor.observe(Observed::Deleted, View::of(&pod));
/// assert_eq!(verdict.violations[0].to_string(), "the Pod was removed without deletionTimestamp");
/// # Ok::<(), wire::WireError>(())
/// ```
#[derive(Debug, Default)]
pub struct Monitor {
    live: HashMap<Arc<str>, Live>,
    /// The live UID of each namespace and name, by their hash.
    names: HashMap<u64, Arc<str>>,
    removed: Removed,
    strings: Strings,
    seen: u64,
    gaps: u64,
}

impl Monitor {
    /// A monitor that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges one observation and remembers it.
    pub fn observe(&mut self, observed: Observed, pod: View<&str>) -> Verdict {
        if self.removed.contains(pod.uid) {
            return Verdict { violations: vec![Violation::Returned { uid: pod.uid.into() }], unknown: None };
        }
        let mut verdict = match (self.live.get(pod.uid), self.namesake(&pod)) {
            (Some(last), _) => Verdict { violations: validate::review(&last.pod, &pod), unknown: None },
            (None, Some(old)) if observed == Observed::Modified && self.is_same_object(old, &pod) => {
                let changed = Violation::UidChanged { old: (&*old.pod.uid).into(), new: pod.uid.into() };
                return Verdict { violations: vec![changed], unknown: None };
            }
            (None, _) => self.meet(observed, &pod),
        };
        if observed == Observed::Deleted {
            verdict.violations.extend(validate::review_removal(&pod, self.removed.predecessor(&pod)));
            self.forget(pod.uid, (pod.namespace, pod.name));
        } else {
            self.remember(pod);
        }
        verdict
    }

    /// Says that observations may be missing here: part of the input was unreadable, or the watch failed.
    pub const fn gap(&mut self) {
        self.gaps += 1;
    }

    /// How many Pods are live.
    #[must_use]
    pub fn live(&self) -> usize {
        self.live.len()
    }

    /// How many Pods (UIDs) have been seen.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// The live Pod of the same name.
    fn namesake(&self, pod: &View<&str>) -> Option<&Live> {
        self.live.get(self.names.get(&hash((pod.namespace, pod.name)))?)
    }

    /// Whether `pod` is the object last seen as `old`, under another UID: a successor has a creation time of its
    /// own, and in a stream without gaps it begins with ADDED.
    fn is_same_object(&self, old: &Live, pod: &View<&str>) -> bool {
        old.gaps == self.gaps && old.pod.created == pod.created
    }

    /// The first observation of a UID.
    fn meet(&mut self, observed: Observed, pod: &View<&str>) -> Verdict {
        self.seen += 1;
        let unseen = self.namesake(pod).map(|old| old.pod.uid.clone());
        let unknown = match (&unseen, observed) {
            (Some(_), _) => Some(Unknown::Predecessor),
            (None, Observed::Added) => None,
            (None, Observed::Modified | Observed::Deleted | Observed::State) => Some(Unknown::Beginning),
        };
        if let Some(uid) = unseen {
            self.forget(&uid, (pod.namespace, pod.name));
        }
        Verdict { violations: validate::inspect(pod), unknown }
    }

    fn remember(&mut self, pod: View<&str>) {
        let name = hash((pod.namespace, pod.name));
        let pod = pod.map(|text| self.strings.keep(text));
        self.names.insert(name, pod.uid.clone());
        self.live.insert(pod.uid.clone(), Live { pod, gaps: self.gaps });
        self.strings.tidy();
    }

    fn forget(&mut self, uid: &str, name: (&str, &str)) {
        self.live.remove(uid);
        self.names.remove(&hash(name));
        self.removed.add(uid, name);
    }
}

/// The last state of a live Pod.
#[derive(Debug)]
struct Live {
    pod: View<Arc<str>>,
    /// How many gaps the stream had before.
    gaps: u64,
}

/// The Pods that were removed last, as hashes of UID and name.
#[derive(Debug, Default)]
struct Removed {
    uids: HashSet<u64>,
    names: HashMap<u64, u32>,
    order: VecDeque<(u64, u64)>,
}

impl Removed {
    fn contains(&self, uid: &str) -> bool {
        self.uids.contains(&hash(uid))
    }

    fn predecessor(&self, pod: &View<&str>) -> Predecessor {
        match self.names.get(&hash((pod.namespace, pod.name))) {
            None => Predecessor::None,
            Some(_) => Predecessor::Removed,
        }
    }

    fn add(&mut self, uid: &str, name: (&str, &str)) {
        if self.order.len() == REMOVED_KEPT
            && let Some((uid, name)) = self.order.pop_front()
        {
            self.uids.remove(&uid);
            if let Entry::Occupied(mut count) = self.names.entry(name) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
        let (uid, name) = (hash(uid), hash(name));
        self.uids.insert(uid);
        *self.names.entry(name).or_default() += 1;
        self.order.push_back((uid, name));
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Every text once: nodes, namespaces, containers and finalizers repeat from Pod to Pod.
#[derive(Debug, Default)]
struct Strings {
    known: HashSet<Arc<str>>,
    tidy_at: usize,
}

impl Strings {
    fn keep(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let new: Arc<str> = text.into();
        self.known.insert(new.clone());
        new
    }

    /// Drops the texts that no Pod uses any more, whenever their number has doubled.
    fn tidy(&mut self) {
        if self.known.len() > self.tidy_at.max(1 << 10) {
            self.known.retain(|text| Arc::strong_count(text) > 1);
            self.tidy_at = 2 * self.known.len();
        }
    }
}

/// A violation found in a history, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number of the observation in its history, from 1.
    pub event: u64,
    /// The namespace of the Pod.
    pub namespace: Box<str>,
    /// The name of the Pod.
    pub name: Box<str>,
    /// The UID of the Pod.
    pub uid: Box<str>,
    /// What is wrong.
    pub violation: Violation,
}

impl Finding {
    /// The rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> RuleId {
        self.violation.rule()
    }
}
