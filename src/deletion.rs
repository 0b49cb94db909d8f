//! Deletion at the API server: how a DELETE marks, shortens, waits for finalizers and removes (chapter 5).
//!
//! [`Deletion::step`] decides one request on one stored object. A DELETE that meets other writers takes three
//! moments, each of its own: [`begin`] on the first read, [`Deletion::step`] inside the compare-and-swap, and
//! [`Preconditions::allow`] again before the second write (DEL-14, DEL-21). Between any two of them another
//! writer may act.

use std::fmt;
use std::num::NonZeroU64;

use crate::binding::Binding;
use crate::phase::Phase;
use crate::rules::RuleId;
use crate::time::{Grace, Now, Time};

/// How far deletion has gone: `deletionTimestamp` (DT) and `deletionGracePeriodSeconds` (G).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deletion {
    /// DT and G are absent.
    Live,
    /// DT is set and G > 0: the node still has time.
    Graceful {
        /// DT.
        due: Time,
        /// G.
        grace: NonZeroU64,
    },
    /// DT is set and G = 0: only finalizers keep the object.
    Expired {
        /// DT.
        due: Time,
    },
    /// DT is set and G is absent, which this API does not write: treated as [`Expired`](Self::Expired).
    Unrecorded {
        /// DT.
        due: Time,
    },
}

const _: () = assert!(size_of::<Deletion>() <= 24);

/// The finalizers of one object as a set of 32: the two that the API server interprets, and up to 30 others
/// that the caller numbers (further ones share the last number: only emptiness counts there).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Finalizers(u32);

impl Finalizers {
    /// No finalizer.
    pub const NONE: Self = Self(0);
    /// `orphan` (OBJ-06).
    pub const ORPHAN: Self = Self(1);
    /// `foregroundDeletion` (OBJ-06).
    pub const FOREGROUND: Self = Self(2);

    /// The other finalizer with this number.
    #[must_use]
    pub const fn other(number: u32) -> Self {
        Self(4 << if number > 29 { 29 } else { number })
    }

    /// Numbers the finalizers of a stored object by their place.
    #[must_use]
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut others = 0;
        names.into_iter().fold(Self::NONE, |set, name| {
            set.with(match name {
                "orphan" => Self::ORPHAN,
                "foregroundDeletion" => Self::FOREGROUND,
                _ => {
                    others += 1;
                    Self::other(others - 1)
                }
            })
        })
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every finalizer of `other` is in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// This set and `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What a DELETE with this propagation leaves (DEL-11).
    ///
    /// ```
    /// use pod_lifecycle::deletion::{Finalizers, Propagation};
    /// let kept = Finalizers::ORPHAN.propagated(None);
    /// assert_eq!(kept, Finalizers::ORPHAN);
    /// assert_eq!(kept.propagated(Some(Propagation::Foreground)), Finalizers::FOREGROUND);
    /// ```
    #[must_use]
    pub const fn propagated(self, propagation: Option<Propagation>) -> Self {
        let others = self.without(Self::ORPHAN.with(Self::FOREGROUND));
        match propagation {
            Some(Propagation::Orphan) => others.with(Self::ORPHAN),
            Some(Propagation::Foreground) => others.with(Self::FOREGROUND),
            Some(Propagation::Background) => others,
            // Pods have no default policy: what is there is kept, `orphan` before `foregroundDeletion`.
            None if self.contains(Self::ORPHAN) => others.with(Self::ORPHAN),
            None => self,
        }
    }
}

impl fmt::Debug for Finalizers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut set = f.debug_set();
        if self.contains(Self::ORPHAN) {
            set.entry(&"orphan");
        }
        if self.contains(Self::FOREGROUND) {
            set.entry(&"foregroundDeletion");
        }
        set.entries((0..30).filter(|number| self.contains(Self::other(*number)))).finish()
    }
}

/// `propagationPolicy`, or what `orphanDependents` stands for (DEL-11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Propagation {
    /// `Orphan`, or `orphanDependents: true`.
    Orphan,
    /// `Foreground`.
    Foreground,
    /// `Background`, or `orphanDependents: false`.
    Background,
}

impl Propagation {
    /// Reads the API value; `None` for any other text.
    #[must_use]
    pub fn from_api(text: &str) -> Option<Self> {
        match text {
            "Orphan" => Some(Self::Orphan),
            "Foreground" => Some(Self::Foreground),
            "Background" => Some(Self::Background),
            _ => None,
        }
    }
}

/// The options of a DELETE that the decision reads. Preconditions are compared before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request {
    /// `gracePeriodSeconds`; a negative one is read as 1 (DEL-04).
    pub grace: Option<Grace>,
    /// `propagationPolicy` or `orphanDependents`.
    pub propagation: Option<Propagation>,
}

/// What a client can ask of the stored object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// DELETE.
    Delete(Request),
    /// A validated update at any endpoint that leaves these finalizers, numbered as the stored ones are.
    Update {
        /// `metadata.finalizers` of the new object.
        finalizers: Finalizers,
    },
}

/// What the decision reads besides its own state. The caller supplies it; nothing is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The clock of the API server.
    pub now: Now,
    /// Whether the Pod is bound.
    pub binding: Binding,
    /// The stored phase; `None` is one outside the five, or none.
    pub phase: Option<Phase>,
    /// `terminationGracePeriodSeconds`; a negative one is read as 1 (OBJ-12).
    pub spec_grace: Option<Grace>,
    /// The stored finalizers.
    pub finalizers: Finalizers,
}

/// What the caller does next, in this order. Between two of them another writer may act (DEL-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Writes the object with [`Step::next`] and [`Step::finalizers`].
    Store,
    /// Deletes the key; watchers see DELETED.
    Remove,
}

/// The row of DEL-13 that decided, or the rule of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// Row 1: marked, with time for the node.
    Marked,
    /// Row 2: marked with grace 0 and removed.
    MarkedAndRemoved,
    /// Row 3: marked with grace 0 and held by finalizers.
    MarkedAndHeld,
    /// Row 4: nothing shorter was asked; nothing is written (DEL-09).
    Pending,
    /// Row 5: the grace is shortened (DEL-08).
    Shortened,
    /// Row 6: the grace is shortened to 0 and the object removed.
    ShortenedAndRemoved,
    /// Row 7: the grace is shortened to 0; finalizers hold the object.
    ShortenedAndHeld,
    /// Row 8: a leftover with G = 0 is removed by one operation.
    Collected,
    /// Row 9: G is 0 already and finalizers hold the object.
    Held,
    /// An update is stored (DEL-18).
    Updated,
    /// An update empties the finalizers of an expired object and removes it (DEL-16).
    RemovedByUpdate,
}

impl Row {
    /// The rule that decides.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        match self {
            Self::Marked | Self::MarkedAndRemoved | Self::MarkedAndHeld => RuleId::DEL_07,
            Self::Pending => RuleId::DEL_09,
            Self::Shortened | Self::ShortenedAndRemoved | Self::ShortenedAndHeld => RuleId::DEL_08,
            Self::Collected | Self::Held => RuleId::DEL_13,
            Self::Updated => RuleId::DEL_18,
            Self::RemovedByUpdate => RuleId::DEL_16,
        }
    }

    /// The number of the row in DEL-13; `None` for an update.
    #[must_use]
    pub const fn number(self) -> Option<u8> {
        match self {
            Self::Marked => Some(1),
            Self::MarkedAndRemoved => Some(2),
            Self::MarkedAndHeld => Some(3),
            Self::Pending => Some(4),
            Self::Shortened => Some(5),
            Self::ShortenedAndRemoved => Some(6),
            Self::ShortenedAndHeld => Some(7),
            Self::Collected => Some(8),
            Self::Held => Some(9),
            Self::Updated | Self::RemovedByUpdate => None,
        }
    }
}

/// What an accepted input does to `metadata.generation` (OBJ-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    /// It stays.
    Kept,
    /// It grows by one; a stored 0 stays 0 (DEL-07).
    Increased,
}

impl Generation {
    /// The value after the step.
    #[must_use]
    pub const fn after(self, generation: i64) -> i64 {
        match self {
            Self::Increased if generation > 0 => generation.saturating_add(1),
            Self::Increased | Self::Kept => generation,
        }
    }
}

/// The outcome of an accepted input.
#[must_use = "`next` without its effects is half the outcome"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The state after the effects, as the last write leaves it.
    pub next: Deletion,
    /// The finalizers after the effects. Of a removal by an update (DEL-16) these are the update's own, which only its
    /// caller sees: watchers see the stored ones in the DELETED event.
    pub finalizers: Finalizers,
    /// What happens to the generation.
    pub generation: Generation,
    /// What the caller does, in this order.
    pub effects: [Option<Effect>; 2],
    /// What decided.
    pub row: Row,
    /// The options of a DELETE as the server has overwritten them; they stay so in a retry (DEL-05, DEL-21).
    pub request: Request,
}

/// A request that the API server refuses; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error(
    "{}: finalizers {added:?} cannot be added to the {stored:?} of a Pod that is being deleted",
    RuleId::DEL_17
)]
pub struct Rejection {
    /// The stored finalizers.
    pub stored: Finalizers,
    /// Those that the update would add.
    pub added: Finalizers,
}

impl Rejection {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::DEL_17
    }
}

impl Deletion {
    /// Reads the stored fields. A negative G is read as 1 (DEL-04); G without DT counts for nothing.
    #[must_use]
    pub const fn from_fields(due: Option<Time>, grace: Option<i64>) -> Self {
        match (due, grace) {
            (None, _) => Self::Live,
            (Some(due), None) => Self::Unrecorded { due },
            (Some(due), Some(grace)) => Self::deleting(due, Grace::from_signed(grace)),
        }
    }

    /// Decides one request on the stored object (DEL-05 … DEL-09, DEL-11, DEL-13, DEL-16, DEL-17).
    ///
    /// # Errors
    /// [`Rejection`] if the API server refuses it; then nothing has changed.
    ///
    /// ```
    /// use pod_lifecycle::deletion::{Deletion, Effect, Facts, Finalizers, Input, Request, Step};
    /// use pod_lifecycle::{Binding, Grace, Now, Phase, Time};
    /// let facts = Facts {
    ///     now: Now::at(Time::from_unix(100)),
    ///     binding: Binding::Bound,
    ///     phase: Some(Phase::Running),
    ///     spec_grace: Some(Grace::DEFAULT),
    ///     finalizers: Finalizers::NONE,
    /// };
    /// let Step { next, effects, .. } = Deletion::Live.step(Input::Delete(Request::default()), facts)?;
    /// assert_eq!(next.due(), Some(Time::from_unix(130)));
    /// assert_eq!(effects, [Some(Effect::Store), None]); // the object waits for its kubelet
    ///
    /// let kubelet = Input::Delete(Request { grace: Some(Grace::ZERO), ..Request::default() });
    /// let Step { effects, .. } = next.step(kubelet, facts)?;
    /// assert_eq!(effects, [Some(Effect::Store), Some(Effect::Remove)]);
    /// # Ok::<(), pod_lifecycle::deletion::Rejection>(())
    /// ```
    // Callers know whether they delete or update: where it is inlined, the other half falls away.
    #[inline(always)]
    pub fn step(self, input: Input, facts: Facts) -> Result<Step, Rejection> {
        match (self, input) {
            (Self::Live, Input::Delete(request)) => Ok(Self::mark(request, facts)),
            (Self::Graceful { due, grace }, Input::Delete(request)) => {
                Ok(self.shorten(due, grace.into(), request, facts))
            }
            (Self::Expired { due } | Self::Unrecorded { due }, Input::Delete(request)) => {
                Ok(self.expire(due, request, facts))
            }
            (Self::Live, Input::Update { finalizers }) => {
                Ok(self.update(finalizers, Row::Updated, Effect::Store)) // DEL-18
            }
            (Self::Graceful { .. }, Input::Update { finalizers }) => {
                Self::refuse_added(finalizers, facts)?; // DEL-17
                Ok(self.update(finalizers, Row::Updated, Effect::Store)) // emptied or not, the node still has time
            }
            (Self::Expired { .. } | Self::Unrecorded { .. }, Input::Update { finalizers }) => {
                Self::refuse_added(finalizers, facts)?; // DEL-17
                Ok(if finalizers.is_empty() {
                    self.update(finalizers, Row::RemovedByUpdate, Effect::Remove) // DEL-16
                } else {
                    self.update(finalizers, Row::Updated, Effect::Store)
                })
            }
        }
    }

    /// DEL-13 rows 1 to 3.
    fn mark(request: Request, facts: Facts) -> Step {
        let grace = Self::first_grace(request, facts);
        let finalizers = facts.finalizers.propagated(request.propagation);
        let (row, effects) = match (grace, finalizers.is_empty()) {
            (Grace::ZERO, true) => (Row::MarkedAndRemoved, [Some(Effect::Store), Some(Effect::Remove)]), // row 2
            (Grace::ZERO, false) => (Row::MarkedAndHeld, [Some(Effect::Store), None]), // row 3
            (_, _) => (Row::Marked, [Some(Effect::Store), None]),                      // row 1
        };
        Step {
            next: Self::deleting(facts.now.floor().plus(grace), grace), // DEL-07
            finalizers,
            generation: Generation::Increased,
            effects,
            row,
            request: Request { grace: Some(grace), ..request }, // DEL-21: sticky
        }
    }

    /// The grace of a first DELETE; later lines override (DEL-05). Negative values became 1 when they were read.
    fn first_grace(request: Request, facts: Facts) -> Grace {
        let asked = request.grace.or(facts.spec_grace).unwrap_or(Grace::ZERO); // line 1
        match (facts.binding, facts.phase) {
            (Binding::Unbound, _) => Grace::ZERO, // line 2
            (Binding::Bound, Some(Phase::Succeeded | Phase::Failed)) => Grace::ZERO, // line 3
            (Binding::Bound, Some(Phase::Pending | Phase::Running | Phase::Unknown) | None) => asked,
        }
    }

    /// DEL-13 rows 4 to 7.
    fn shorten(self, due: Time, left: Grace, request: Request, facts: Facts) -> Step {
        let asked = match request.grace {
            Some(asked) if asked < left => asked,
            Some(_) | None => {
                let request = Request { grace: request.grace.or(Some(left)), ..request }; // DEL-09
                return self.unchanged(Row::Pending, request, facts); // row 4
            }
        };
        let finalizers = facts.finalizers.propagated(request.propagation);
        let moved = due.minus(left).plus(asked);
        let (due, grace) = if facts.now.is_after(moved) {
            (facts.now.floor(), asked.min(Grace::ONE)) // DEL-08: clamped to now; 0 stays 0
        } else {
            (moved, asked)
        };
        let (row, effects) = match (grace, finalizers.is_empty()) {
            (Grace::ZERO, true) => (Row::ShortenedAndRemoved, [Some(Effect::Store), Some(Effect::Remove)]), // row 6
            (Grace::ZERO, false) => (Row::ShortenedAndHeld, [Some(Effect::Store), None]), // row 7
            (_, _) => (Row::Shortened, [Some(Effect::Store), None]),                      // row 5
        };
        let next = Self::deleting(due, grace);
        Step { next, finalizers, generation: Generation::Kept, effects, row, request }
    }

    /// DEL-13 rows 8 and 9.
    fn expire(self, due: Time, request: Request, facts: Facts) -> Step {
        let finalizers = facts.finalizers.propagated(request.propagation);
        if finalizers.is_empty() {
            let step = self.unchanged(Row::Collected, request, facts);
            return Step { effects: [Some(Effect::Remove), None], ..step }; // row 8
        }
        let next = Self::Expired { due: due.min(facts.now.floor()) };
        let unchanged = next == self && finalizers == facts.finalizers;
        let effects = if unchanged { [None, None] } else { [Some(Effect::Store), None] };
        Step { next, finalizers, generation: Generation::Kept, effects, row: Row::Held, request } // row 9
    }

    fn refuse_added(finalizers: Finalizers, facts: Facts) -> Result<(), Rejection> {
        let added = finalizers.without(facts.finalizers);
        if added.is_empty() { Ok(()) } else { Err(Rejection { stored: facts.finalizers, added }) }
    }

    const fn update(self, finalizers: Finalizers, row: Row, effect: Effect) -> Step {
        let request = Request { grace: None, propagation: None };
        let effects = [Some(effect), None];
        Step { next: self, finalizers, generation: Generation::Kept, effects, row, request }
    }

    const fn unchanged(self, row: Row, request: Request, facts: Facts) -> Step {
        let (finalizers, generation) = (facts.finalizers, Generation::Kept);
        Step { next: self, finalizers, generation, effects: [None, None], row, request }
    }

    const fn deleting(due: Time, grace: Grace) -> Self {
        match grace.non_zero() {
            Some(grace) => Self::Graceful { due, grace },
            None => Self::Expired { due },
        }
    }

    /// Whether DT is set.
    #[must_use]
    pub const fn is_deleting(self) -> bool {
        self.due().is_some()
    }

    /// DT.
    #[must_use]
    pub const fn due(self) -> Option<Time> {
        match self {
            Self::Live => None,
            Self::Graceful { due, .. } | Self::Expired { due } | Self::Unrecorded { due } => Some(due),
        }
    }

    /// G.
    #[must_use]
    pub fn grace(self) -> Option<Grace> {
        match self {
            Self::Live | Self::Unrecorded { .. } => None,
            Self::Graceful { grace, .. } => Some(grace.into()),
            Self::Expired { .. } => Some(Grace::ZERO),
        }
    }
}

impl fmt::Display for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => f.write_str("not deleting"),
            Self::Graceful { due, grace } => write!(f, "deleting until {due}, grace {grace}"),
            Self::Expired { due } => write!(f, "deleting until {due}, grace 0"),
            Self::Unrecorded { due } => write!(f, "deleting until {due}, without grace"),
        }
    }
}

/// What a DELETE does after its first read (DEL-14, DEL-21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Begin {
    /// It answers with the object: nothing shorter was asked (DEL-09).
    Answer,
    /// It goes into the compare-and-swap with these options; they are sticky.
    Commit(Request),
    /// It goes straight to the removal: the object was an expired one without finalizers.
    Remove,
}

/// Decides what a DELETE does after its first read. The decision inside the compare-and-swap is
/// [`Deletion::step`] again, on the object found there.
#[must_use]
pub fn begin(found: Deletion, request: Request, facts: Facts) -> Begin {
    let Ok(step) = found.step(Input::Delete(request), facts) else {
        return Begin::Answer; // a DELETE is never refused by its state
    };
    match step.row {
        Row::Pending => Begin::Answer,
        Row::Collected if facts.finalizers.is_empty() => Begin::Remove,
        Row::Marked
        | Row::MarkedAndRemoved
        | Row::MarkedAndHeld
        | Row::Shortened
        | Row::ShortenedAndRemoved
        | Row::ShortenedAndHeld
        | Row::Collected
        | Row::Held
        | Row::Updated
        | Row::RemovedByUpdate => Begin::Commit(step.request),
    }
}

/// `preconditions` of a DELETE, and the identity that a binding or an update carries. Generic, so that models
/// compare small numbers and real requests compare strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Preconditions<U, V> {
    /// `uid`.
    pub uid: Option<U>,
    /// `resourceVersion`; after the request's own first write it is advanced to the new version (DEL-03).
    pub resource_version: Option<V>,
}

impl<U, V> Default for Preconditions<U, V> {
    fn default() -> Self {
        Self { uid: None, resource_version: None }
    }
}

/// A precondition does not hold: 409, nothing has changed (DEL-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: the precondition on {} does not hold", RuleId::DEL_03, match self { Self::Uid => "uid", Self::ResourceVersion => "resourceVersion" })]
pub enum Conflict {
    /// The stored object has another UID.
    Uid,
    /// The stored object has another version.
    ResourceVersion,
}

impl Conflict {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::DEL_03
    }
}

impl<U: PartialEq, V: PartialEq> Preconditions<U, V> {
    /// Compares with the object that the request finds: on the first read, in every compare-and-swap, and once
    /// more before the second write of a removal, where nothing else is compared (DEL-03, DEL-14).
    ///
    /// # Errors
    /// [`Conflict`] if one does not hold.
    pub fn allow(&self, uid: &U, resource_version: &V) -> Result<(), Conflict> {
        match (&self.uid, &self.resource_version) {
            (Some(asked), _) if asked != uid => Err(Conflict::Uid),
            (_, Some(asked)) if asked != resource_version => Err(Conflict::ResourceVersion),
            (_, _) => Ok(()),
        }
    }
}
