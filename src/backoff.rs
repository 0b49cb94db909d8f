//! Back-off between restarts (CTR-24 … CTR-28) and between image pulls (CTR-29).
//!
//! Both are one small series of delays; they differ in the event from which a delay is measured. Nothing
//! survives a restart of the kubelet (CTR-26): it begins with [`Series::CLEAR`] again.

use crate::rules::RuleId;
use crate::time::{Grace, Now};

/// How long the delays are (CTR-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    initial: Grace,
    cap: Grace,
}

/// A cap outside its range (CTR-25).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{}: maxContainerRestartPeriod is `{asked}` s, expected 1 to 300 s", RuleId::CTR_25, asked = self.asked.as_secs())]
pub struct CapOutOfRange {
    /// The cap that was asked for.
    pub asked: Grace,
}

impl CapOutOfRange {
    /// The rule that refuses.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        RuleId::CTR_25
    }
}

impl Limits {
    /// 10 s, doubling to 300 s: restarts by default (CTR-25), and image pulls (CTR-29).
    pub const DEFAULT: Self = Self { initial: Grace::from_secs(10), cap: Grace::from_secs(300) };
    /// 1 s, doubling to 60 s: the gate `ReduceDefaultCrashLoopBackOffDecay` (CTR-25), off by default.
    pub const REDUCED: Self = Self { initial: Grace::from_secs(1), cap: Grace::from_secs(60) };

    /// The kubelet's setting `crashLoopBackOff.maxContainerRestartPeriod` (CTR-25).
    ///
    /// ```
    /// use pod_lifecycle::Grace;
    /// use pod_lifecycle::backoff::Limits;
    /// let limits = Limits::capped(Grace::from_secs(5))?;
    /// assert_eq!((limits.initial().as_secs(), limits.cap().as_secs()), (5, 5));
    /// assert!(Limits::capped(Grace::from_secs(301)).is_err());
    /// # Ok::<(), pod_lifecycle::backoff::CapOutOfRange>(())
    /// ```
    ///
    /// # Errors
    /// [`CapOutOfRange`] outside 1 to 300 seconds.
    pub fn capped(cap: Grace) -> Result<Self, CapOutOfRange> {
        match cap.as_secs() {
            1..=300 => Ok(Self { initial: Self::DEFAULT.initial.min(cap), cap }),
            0 | 301.. => Err(CapOutOfRange { asked: cap }),
        }
    }

    /// The first delay.
    #[must_use]
    pub const fn initial(self) -> Grace {
        self.initial
    }

    /// The longest delay.
    #[must_use]
    pub const fn cap(self) -> Grace {
        self.cap
    }

    fn after(self, delay: Grace) -> Grace {
        Grace::from_secs(delay.as_secs().saturating_mul(2)).min(self.cap)
    }
}

/// The series starts again if its event comes more than this after its last update; the cap plays no part
/// (CTR-26).
pub const RESET_AFTER: Grace = Grace::from_secs(600);

/// The state of one series. Its key is the business of the caller: for restarts Pod name, namespace and UID,
/// container name, image and resources (CTR-24); for pulls Pod UID and image (CTR-29).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Series {
    /// Nothing is held against it.
    Clear,
    /// The next attempt waits.
    Held {
        /// How long, from the event.
        delay: Grace,
        /// When the series was last updated.
        updated: Now,
    },
}

/// Whether an attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// It is made; the series becomes `next`.
    Made {
        /// The series afterwards.
        next: Series,
    },
    /// It is not; the container shows `CrashLoopBackOff` (CTR-27) or the image `ImagePullBackOff`.
    Delayed {
        /// The first moment at which it may be.
        until: Now,
    },
}

impl Series {
    /// A new key, or a kubelet that has just started.
    pub const CLEAR: Self = Self::Clear;

    /// The longest series that so many restarts can have left, the last of them before `now`: none came later than it might,
    /// so each but the first doubled the delay (CTR-24).
    ///
    /// ```
    /// use pod_lifecycle::backoff::{Limits, Series};
    /// use pod_lifecycle::time::{Now, Time};
    /// let now = Now::at(Time::from_unix(0));
    /// let delay = |restarts| Series::after(restarts, now, Limits::DEFAULT).due(now).map(|due| due.floor());
    /// assert_eq!([0, 1, 2].map(delay), [None, Some(Time::from_unix(10)), Some(Time::from_unix(20))]);
    /// assert_eq!(delay(u32::MAX), Some(Time::from_unix(300)));
    /// ```
    #[must_use]
    pub fn after(restarts: u32, now: Now, limits: Limits) -> Self {
        let mut series = Self::Clear;
        for _ in 0..restarts {
            let next = series.longer(now, now, limits);
            if next == series {
                break; // at the cap
            }
            series = next;
        }
        series
    }

    /// Decides a restart (CTR-24, CTR-26, CTR-28). `exited` is the finish of the newest *exited* instance,
    /// whatever its code (CTR-27): after a kill in the same pass that is an older one, and without one the
    /// container starts at once and the series is not touched.
    ///
    /// ```
    /// use pod_lifecycle::backoff::{Attempt, Limits, Series};
    /// use pod_lifecycle::time::{Now, Time};
    /// let at = |secs| Now::at(Time::from_unix(secs));
    /// let Attempt::Made { next } = Series::CLEAR.restart(Some(at(100)), at(100), Limits::DEFAULT) else {
    ///     unreachable!("the first restart is immediate")
    /// };
    /// let second = next.restart(Some(at(101)), at(102), Limits::DEFAULT);
    /// assert_eq!(second, Attempt::Delayed { until: at(111) });
    /// assert_eq!(next.due(at(101)), Some(at(111)));
    /// ```
    #[must_use]
    pub fn restart(self, exited: Option<Now>, now: Now, limits: Limits) -> Attempt {
        match exited.map(|exited| (exited, self.due(exited))) {
            None => Attempt::Made { next: self },
            Some((_, Some(until))) if now < until => Attempt::Delayed { until },
            Some((exited, Some(_) | None)) => Attempt::Made { next: self.longer(exited, now, limits) },
        }
    }

    /// When a restart becomes possible after an exit at `exited`; `None` if nothing delays it (CTR-24, CTR-26).
    #[must_use]
    pub fn due(self, exited: Now) -> Option<Now> {
        match self {
            Self::Held { delay, updated } if !is_stale(updated, exited) => Some(exited.plus(delay)),
            Self::Held { .. } | Self::Clear => None,
        }
    }

    /// Whether an image may be pulled at `now`; only [`Self::pull_failed`] changes the series (CTR-29).
    ///
    /// ```
    /// use pod_lifecycle::backoff::{Attempt, Limits, Series};
    /// use pod_lifecycle::time::{Now, Time};
    /// let at = |secs| Now::at(Time::from_unix(secs));
    /// let failed = Series::CLEAR.pull_failed(at(0), Limits::DEFAULT);
    /// assert_eq!(failed.pull(at(9)), Attempt::Delayed { until: at(10) });
    /// assert_eq!(failed.pull(at(10)), Attempt::Made { next: failed });
    /// assert_eq!(failed.pull_failed(at(10), Limits::DEFAULT).pull_due(), Some(at(30)));
    /// ```
    #[must_use]
    pub fn pull(self, now: Now) -> Attempt {
        match self.pull_due() {
            Some(until) if now < until => Attempt::Delayed { until },
            Some(_) | None => Attempt::Made { next: self },
        }
    }

    /// When the next pull becomes possible; `None` if nothing delays it. Measured from the last attempt (CTR-29).
    #[must_use]
    pub fn pull_due(self) -> Option<Now> {
        match self {
            Self::Held { delay, updated } => Some(updated.plus(delay)),
            Self::Clear => None,
        }
    }

    /// A pull has failed at `now` (CTR-29).
    #[must_use]
    pub fn pull_failed(self, now: Now, limits: Limits) -> Self {
        self.longer(now, now, limits)
    }

    fn longer(self, event: Now, now: Now, limits: Limits) -> Self {
        let delay = match self {
            Self::Held { delay, updated } if !is_stale(updated, event) => limits.after(delay),
            Self::Held { .. } | Self::Clear => limits.initial,
        };
        Self::Held { delay, updated: now }
    }
}

/// CTR-26.
fn is_stale(updated: Now, event: Now) -> bool {
    event > updated.plus(RESET_AFTER)
}
