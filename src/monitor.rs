//! A history of observations → verdicts, one small state per Pod UID.
//!
//! The monitor keeps the last state of every live Pod, packed, and forgets it when the Pod is removed. It is
//! bounded: of the UIDs that were removed it remembers the last [`REMOVED_KEPT`], to notice one that returns;
//! of live Pods it holds [`LIVE_KEPT`] unless told otherwise. Under a flood of UIDs those that were not observed
//! for longest are forgotten first, half of them at a time; what is then seen of them counts as
//! [`Unknown::Beginning`].
//!
//! It can be saved and loaded with serde at any point between two observations.

use std::collections::HashMap;

use crate::deletion::Deletion;
use crate::phase::{Phase, Source};
use crate::rules::RuleId;
use crate::time::Grace;
use crate::validate;
use crate::view::{Disruption, Stored, View};
use crate::violation::{Force, Violation};
use crate::wire::EventType;

mod audit;
mod exercised;
mod pack;
mod removed;
mod restarts;
mod saved;

pub use audit::{By, Subject, Told};
pub use exercised::Exercised;
pub use saved::SavedError;

use pack::{Asked, Fate, Notes, Packed};
use removed::{End, Processes, Removed};
use restarts::Run;

/// How many removed UIDs are remembered; older ones could return unnoticed.
pub const REMOVED_KEPT: usize = 1 << 16;

/// How many live Pods are remembered, unless the monitor was made with another limit.
pub const LIVE_KEPT: usize = 1 << 20;

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

/// In which order observations of one Pod come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// As they happened: a watch.
    Happened,
    /// As answers were sent: an audit log; only resourceVersions tell what happened first.
    Answered,
}

/// What the monitor says to one observation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong; empty if the observation conforms.
    pub violations: Vec<Violation>,
    /// What cannot be told from what was seen.
    pub unknown: Option<Unknown>,
    /// The phase before and after, where it changed.
    pub phase: Option<(Option<Phase>, Phase)>,
    /// The rules that had something to say: their premises held.
    pub exercised: Exercised,
    /// How long the deletion took, if this is its end and its beginning was seen.
    pub removal: Option<Removal>,
}

impl Verdict {
    fn unknown(unknown: Unknown) -> Self {
        Self { unknown: Some(unknown), ..Self::default() }
    }

    fn broken(violation: Violation) -> Self {
        Self { violations: vec![violation], ..Self::default() }
    }
}

/// The end of a deletion (DEL-07, DEL-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Removal {
    /// Seconds from the first DELETE to the one that removed, or that left only finalizers.
    pub took: u64,
    /// The grace that the first DELETE gave.
    pub grace: Grace,
}

/// Why part of a verdict is missing. It is counted, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unknown {
    /// The history begins in the middle of this Pod's life.
    Beginning,
    /// A Pod of the same name has gone unseen.
    Predecessor,
    /// After a gap, the observation is older than what was known.
    Stale,
    /// The log holds a request, but not what it did.
    Unlogged,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    /// The Pods observed since `older` was filled, by the hash of their UID.
    recent: HashMap<u64, Packed>,
    older: HashMap<u64, Packed>,
    limit: usize,
    /// The live UID of each namespace and name, both by their hash.
    names: HashMap<u64, u64>,
    removed: Removed,
    seen: u64,
    gaps: u64,
    forgotten: u64,
}

impl Default for Monitor {
    fn default() -> Self {
        Self::with_limit(LIVE_KEPT)
    }
}

impl Monitor {
    /// A monitor that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A monitor that remembers at most `limit` live Pods.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            recent: HashMap::new(),
            older: HashMap::new(),
            limit: limit.max(2),
            names: HashMap::new(),
            removed: Removed::default(),
            seen: 0,
            gaps: 0,
            forgotten: 0,
        }
    }

    /// Judges one observation and remembers it.
    ///
    /// ```
    /// use pod_lifecycle::monitor::{Monitor, Observed, Unknown};
    /// use pod_lifecycle::wire::{self, Pod};
    /// use pod_lifecycle::{RuleId, View};
    /// let mut monitor = Monitor::new();
    /// let read = |phase: &str| format!(r#"{{"metadata": {{"uid": "1"}}, "status": {{"phase": "{phase}"}}}}"#);
    /// let (ended, back) = (read("Failed"), read("Running"));
    /// let pod: Pod = wire::from_slice(ended.as_bytes())?;
    /// assert_eq!(monitor.observe(Observed::State, View::of(&pod)).unknown, Some(Unknown::Beginning));
    /// let pod: Pod = wire::from_slice(back.as_bytes())?;
    /// let verdict = monitor.observe(Observed::Modified, View::of(&pod));
    /// assert_eq!(verdict.violations[0].rule(), RuleId::PHA_15);
    /// # Ok::<(), wire::WireError>(())
    /// ```
    pub fn observe(&mut self, observed: Observed, pod: View<&str>) -> Verdict {
        self.judge(Order::Happened, observed, &pod)
    }

    /// Says that observations may be missing here: part of the input was unreadable, or the watch failed.
    pub const fn gap(&mut self) {
        self.gaps += 1;
    }

    /// Says that a whole list has been observed since the last [`gap`](Self::gap): what was not in it is gone.
    ///
    /// ```
    /// use pod_lifecycle::monitor::{Monitor, Observed};
    /// use pod_lifecycle::wire::{self, Pod};
    /// use pod_lifecycle::View;
    /// let mut monitor = Monitor::new();
    /// let pod: Pod = wire::from_slice(br#"{"metadata": {"name": "web", "uid": "1"}}"#)?;
    /// monitor.observe(Observed::Added, View::of(&pod));
    /// monitor.gap(); // the watch broke, and the new list is empty
    /// monitor.listed();
    /// assert_eq!(monitor.live(), 0);
    /// # Ok::<(), wire::WireError>(())
    /// ```
    pub fn listed(&mut self) {
        let missing = |pod: &Packed| pod.open().is_none_or(|(notes, _)| notes.gaps != self.gaps);
        let gone: Vec<u64> = self.pods().filter(|(_, pod)| missing(pod)).map(|(key, _)| key).collect();
        for key in gone {
            if let Some(pod) = self.take(key) {
                self.lay_off(&pod);
            }
        }
    }

    /// How many Pods are live.
    #[must_use]
    pub fn live(&self) -> usize {
        self.recent.len() + self.older.len()
    }

    /// How many Pods (UIDs) have been seen.
    #[must_use]
    pub const fn seen(&self) -> u64 {
        self.seen
    }

    /// How many live Pods were forgotten because there were too many.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// How many bytes the states of live Pods take, without the tables that hold them.
    #[must_use]
    pub fn packed_bytes(&self) -> usize {
        self.pods().map(|(_, pod)| pod.as_bytes().len()).sum()
    }

    fn pods(&self) -> impl Iterator<Item = (u64, &Packed)> {
        self.recent.iter().chain(&self.older).map(|(key, pod)| (*key, pod))
    }

    fn judge(&mut self, order: Order, observed: Observed, pod: &View<&str>) -> Verdict {
        let key = hash(&[pod.uid]);
        if let Some(end) = self.removed.get(key) {
            return returned(order, observed, pod, end, self.gaps);
        }
        let Some(packed) = self.take(key) else { return self.meet(order, observed, key, pod) };
        let (mut verdict, asked, runs, fresh) = match packed.open() {
            Some((notes, mut last)) => {
                last.uid = pod.uid;
                if (last.namespace, last.name) != (pod.namespace, pod.name) {
                    self.names.remove(&hash(&[last.namespace, last.name]));
                }
                let (mut verdict, fresh) = compare(order, &last, pod, notes.gaps != self.gaps);
                if notes.fate == Fate::Unborn && observed != Observed::Added {
                    verdict.unknown = Some(Unknown::Beginning);
                }
                let runs = match fresh {
                    Freshness::News => restarts::follow((&last, &notes.runs), pod, &mut verdict.violations),
                    Freshness::Old => Box::default(),
                };
                (verdict, notes.asked, runs, fresh)
            }
            // Only what was packed here is in the table.
            None => (Verdict::default(), None, restarts::first(pod), Freshness::News),
        };
        if observed == Observed::Deleted {
            verdict.removal = removal(asked, pod);
            self.remove(key, pod, &mut verdict);
        } else if fresh == Freshness::News {
            self.remember(key, pod, asked, Fate::Stored, runs);
        } else {
            self.keep(key, packed.settled());
        }
        verdict
    }

    /// The first observation of a UID.
    fn meet(&mut self, order: Order, observed: Observed, key: u64, pod: &View<&str>) -> Verdict {
        let name = hash(&[pod.namespace, pod.name]);
        let mut verdict = Verdict::default();
        let mut unknown = (!is_birth(pod)).then_some(Unknown::Beginning);
        let namesake = self.names.get(&name).copied().and_then(|old| Some((old, self.take(old)?)));
        if let Some((old_key, packed)) = namesake {
            if let Some((notes, last)) = packed.open()
                && (last.namespace, last.name) == (pod.namespace, pod.name)
            {
                let renamed = order == Order::Happened
                    && matches!(observed, Observed::Modified | Observed::Deleted)
                    && notes.gaps == self.gaps
                    && last.created == pod.created;
                let explained =
                    order == Order::Answered || notes.fate == Fate::MaybeGone || is_expired(last.deletion);
                let changed =
                    |force| Violation::UidChanged { old: packed.uid().into(), new: pod.uid.into(), force };
                if renamed && is_no_successor(&last, &notes, pod) {
                    let verdict = Verdict::broken(changed(Force::Refused));
                    self.keep(old_key, packed);
                    return verdict;
                } else if renamed && !explained {
                    verdict.violations.push(changed(Force::Hazard));
                }
                if !explained {
                    unknown = Some(Unknown::Predecessor);
                }
            }
            self.lay_off(&packed);
        } else if let Some(old) = self.removed.running_namesake(name) {
            verdict.violations.push(Violation::Beside { old: old.into(), new: pod.uid.into() });
        }
        self.seen += 1;
        let mut fate = Fate::Stored;
        if unknown == Some(Unknown::Beginning) && order == Order::Answered && observed != Observed::Deleted {
            (unknown, fate) = (None, Fate::Unborn);
        }
        verdict.unknown = unknown;
        verdict.violations.extend(validate::inspect(pod));
        if observed == Observed::Deleted {
            self.remove(key, pod, &mut verdict);
        } else {
            self.remember(key, pod, None, fate, restarts::first(pod));
        }
        verdict
    }

    fn remove(&mut self, key: u64, pod: &View<&str>, verdict: &mut Verdict) {
        let name = hash(&[pod.namespace, pod.name]);
        let predecessor = self.removed.predecessor(name);
        verdict.violations.extend(validate::review_removal(pod, predecessor));
        verdict.exercised.removal(pod);
        let processes = if may_run(pod) { Processes::MayRun(pod.uid.into()) } else { Processes::Ended };
        if self.names.get(&name) == Some(&key) {
            self.names.remove(&name);
        }
        self.removed.add(key, name, End { version: pod.version, gaps: self.gaps, processes });
    }

    fn remember(&mut self, key: u64, pod: &View<&str>, asked: Option<Asked>, fate: Fate, runs: Box<[Run]>) {
        let asked = asked.or_else(|| {
            let grace = pod.deletion.grace()?;
            Some(Asked { at: pod.deletion.due()?.minus(grace), grace })
        });
        self.names.insert(hash(&[pod.namespace, pod.name]), key);
        let notes = Notes { gaps: self.gaps, fate, asked, runs };
        self.keep(key, Packed::new(pod, &notes));
    }

    fn keep(&mut self, key: u64, pod: Packed) {
        self.recent.insert(key, pod);
        if self.recent.len() >= self.limit.div_ceil(2) {
            let dropped = std::mem::replace(&mut self.older, std::mem::take(&mut self.recent));
            self.forgotten += dropped.len() as u64;
            for (key, pod) in dropped {
                let name = pod.open().map(|(_, pod)| hash(&[pod.namespace, pod.name]));
                if let Some(name) = name
                    && self.names.get(&name) == Some(&key)
                {
                    self.names.remove(&name);
                }
            }
        }
    }

    fn take(&mut self, key: u64) -> Option<Packed> {
        self.recent.remove(&key).or_else(|| self.older.remove(&key))
    }

    /// Forgets a Pod whose removal was not seen.
    fn lay_off(&mut self, packed: &Packed) {
        let Some((_, last)) = packed.open() else { return };
        let uid = packed.uid();
        let (key, name) = (hash(&[&uid]), hash(&[last.namespace, last.name]));
        if self.names.get(&name) == Some(&key) {
            self.names.remove(&name);
        }
        self.removed.add(
            key,
            name,
            End { version: last.version, gaps: self.gaps, processes: Processes::Ended },
        );
    }

    /// Marks that a request may have removed the Pod of this name.
    fn maybe_gone(&mut self, namespace: &str, name: &str) {
        let Some(key) = self.names.get(&hash(&[namespace, name])).copied() else { return };
        let Some(packed) = self.take(key) else { return };
        let uid = packed.uid();
        let marked = packed.open().map(|(notes, mut last)| {
            last.uid = &uid;
            Packed::new(&last, &Notes { fate: Fate::MaybeGone, ..notes })
        });
        self.keep(key, marked.unwrap_or(packed));
    }
}

/// Whether an observation is newer than what was known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    News,
    Old,
}

/// Judges a Pod against the state that was known.
fn compare(order: Order, last: &View<&str>, pod: &View<&str>, gap: bool) -> (Verdict, Freshness) {
    let older = matches!((last.version, pod.version), (Some(last), Some(new)) if new < last);
    let phase = |old: &View<&str>, new: &View<&str>| match new.phase {
        Stored::Known(after) if old.phase.known() != Some(after) => Some((old.phase.known(), after)),
        Stored::Known(_) | Stored::Absent | Stored::Foreign(_) => None,
    };
    match (older, order, gap) {
        // The answers crossed: this state was stored before the one that is known.
        (true, Order::Answered, _) => {
            let violations = validate::review(pod, last);
            (Verdict { violations, ..Verdict::default() }, Freshness::Old)
        }
        // A list after a gap may lie in the past (CRE-15).
        (true, Order::Happened, true) => (Verdict::unknown(Unknown::Stale), Freshness::Old),
        (true, Order::Happened, false) | (false, _, _) => {
            let verdict = Verdict {
                violations: validate::review(last, pod),
                phase: phase(last, pod),
                exercised: Exercised::by(last, pod),
                ..Verdict::default()
            };
            (verdict, Freshness::News)
        }
    }
}

/// Judges an observation of a UID that was removed (INV-02).
fn returned(order: Order, observed: Observed, pod: &View<&str>, end: &End, gaps: u64) -> Verdict {
    let older = matches!((end.version, pod.version), (Some(end), Some(new)) if new < end);
    let same = end.version.is_some() && end.version == pod.version;
    match order {
        Order::Happened if same && observed == Observed::Deleted => Verdict::default(),
        Order::Happened if (older || same) && end.gaps != gaps => Verdict::unknown(Unknown::Stale),
        // Answers that were on their way when the object left; a create cannot have been.
        Order::Answered if older || observed != Observed::Added => Verdict::default(),
        Order::Happened | Order::Answered => Verdict::broken(Violation::Returned { uid: pod.uid.into() }),
    }
}

/// Whether a Pod looks as the API server creates it (CRE-03); later nothing brings this back.
fn is_birth(pod: &View<&str>) -> bool {
    let pending = matches!(pod.phase, Stored::Absent | Stored::Known(Phase::Pending));
    pending
        && !pod.is_deleting()
        && pod.started.is_none()
        && pod.containers.iter().all(|c| c.restarts.is_none())
}

/// Whether a Pod of another UID, created in the same second, cannot have taken the place of `last` unseen (VAL-01):
/// `last` was there in a later second, or less was written since than a removal, a create and what is seen now. The API
/// server leaves no Pod without the time of its creation, so that explains nothing.
fn is_no_successor(last: &View<&str>, notes: &Notes, pod: &View<&str>) -> bool {
    let spans = notes.runs.iter().flat_map(|Run { span, .. }| [span.began, span.ended, span.before]);
    let mut times = spans.chain([last.started, notes.asked.map(|asked| asked.at)]).flatten();
    let outlived = times.any(|time| last.created.is_some_and(|created| time > created));
    let too_few =
        matches!((last.version, pod.version), (Some(old), Some(new)) if new < old.saturating_add(3));
    last.created.is_none() || outlived || too_few
}

/// Whether the object may leave the store any moment (INV-07).
const fn is_expired(deletion: Deletion) -> bool {
    match deletion {
        Deletion::Expired { .. } | Deletion::Unrecorded { .. } => true,
        Deletion::Live | Deletion::Graceful { .. } => false,
    }
}

/// Whether processes of a Pod may be left when its object goes (NON-01, NON-05).
fn may_run(pod: &View<&str>) -> bool {
    let told = pod.is_terminal() && pod.disruption != Some(Disruption::PodGc);
    pod.node.is_some() && !told && pod.source == Source::Api && pod.mirror.is_none()
}

/// When a DELETE with grace 0 came, its time is stored (DEL-08).
fn removal(asked: Option<Asked>, pod: &View<&str>) -> Option<Removal> {
    let Asked { at, grace } = asked?;
    let took = pod.deletion.due()?.as_unix().checked_sub(at.as_unix())?;
    Some(Removal { took: u64::try_from(took).ok()?, grace })
}

/// A hash that stays the same in every build, since saved states hold it.
fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        let (words, rest) = part.as_bytes().as_chunks::<8>();
        for word in words {
            state = mixed(state ^ u64::from_le_bytes(*word));
        }
        let rest = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        // The length keeps apart what ends in zeros, and where one part ends and the next begins.
        state = mixed(mixed(state ^ rest) ^ part.len() as u64);
    }
    state
}

/// Both halves of a product: each bit comes to depend on all others.
fn mixed(word: u64) -> u64 {
    let product = u128::from(word) * 0xa076_1d64_78bd_642f;
    #[allow(clippy::cast_possible_truncation, reason = "one half and the other")]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
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
