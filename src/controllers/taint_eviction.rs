//! Taint eviction: when a Pod is deleted because of the `NoExecute` taints of its node (CTL-TNT-01, CTL-TNT-02, CTL-TNT-04).
//!
//! *Expected flow*: whenever taints or tolerations change, [`verdict`] and [`reset`]; when [`Timer::due`] has come, the condition
//! `DisruptionTarget` with reason [`REASON`] is written, and then comes a plain DELETE: with the Pod's own grace and without a uid,
//! [`ATTEMPTS`] times at most. Neither budgets nor the phase nor a deletion under way are asked.

use crate::time::{Grace, Now};

/// `reason` of the condition that the Pod gets (CTL-TNT-04).
pub const REASON: &str = "DeletionByTaintManager";

/// How often condition and DELETE are tried (CTL-TNT-04).
pub const ATTEMPTS: u8 = 5;

/// What the Pod says to one taint, by the first of its tolerations that matches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Toleration {
    /// None matches.
    None,
    /// One without `tolerationSeconds`.
    Unlimited,
    /// One with these `tolerationSeconds`.
    Seconds(i64),
}

/// What follows from all taints together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The Pod stays: there is no taint, or none has a limit.
    Stays,
    /// It goes after this time; 0 is now.
    After(Grace),
    /// It goes now: some taint is not tolerated.
    Now,
}

/// Decides over the `NoExecute` taints of the node, told as what the Pod says to each (CTL-TNT-01).
///
/// ```
/// use pod_lifecycle::Grace;
/// use pod_lifecycle::controllers::taint_eviction::{Toleration, Verdict, verdict};
/// let both = [Toleration::Seconds(300), Toleration::Unlimited];
/// assert_eq!(verdict(both), Verdict::After(Grace::from_secs(300)));
/// assert_eq!(verdict([both[0], Toleration::None]), Verdict::Now);
/// ```
#[must_use]
pub fn verdict(taints: impl IntoIterator<Item = Toleration>) -> Verdict {
    let mut verdict = Verdict::Stays;
    for taint in taints {
        verdict = match (verdict, taint) {
            (_, Toleration::None) | (Verdict::Now, _) => Verdict::Now,
            (verdict, Toleration::Unlimited) => verdict,
            (Verdict::Stays, Toleration::Seconds(seconds)) => Verdict::After(no_less_than_now(seconds)),
            (Verdict::After(least), Toleration::Seconds(seconds)) => {
                Verdict::After(least.min(no_less_than_now(seconds)))
            }
        };
    }
    verdict
}

fn no_less_than_now(seconds: i64) -> Grace {
    Grace::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// When the Pod goes, by the clock of the controller that began to count; another process counts anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timer {
    due: Now,
}

impl Timer {
    /// One that ends at this time.
    #[must_use]
    pub const fn until(due: Now) -> Self {
        Self { due }
    }

    /// When it ends.
    #[must_use]
    pub const fn due(self) -> Now {
        self.due
    }
}

/// Decides what becomes of the timer: one that runs is not moved, not even by fewer `tolerationSeconds` (CTL-TNT-02).
///
/// ```
/// use pod_lifecycle::controllers::taint_eviction::{Verdict, reset};
/// use pod_lifecycle::{Grace, Now, Time};
/// let at = |secs| Now::at(Time::from_unix(secs));
/// let timer = reset(None, Verdict::After(Grace::from_secs(300)), at(0));
/// assert_eq!(reset(timer, Verdict::After(Grace::ONE), at(10)), timer);
/// assert_eq!(reset(timer, Verdict::Now, at(10)).map(|timer| timer.due()), Some(at(10)));
/// assert_eq!(reset(timer, Verdict::Stays, at(10)), None);
/// ```
#[must_use]
pub fn reset(running: Option<Timer>, verdict: Verdict, now: Now) -> Option<Timer> {
    match (verdict, running) {
        (Verdict::Stays, _) => None,
        (Verdict::Now, _) => Some(Timer::until(now)),
        (Verdict::After(_), Some(timer)) => Some(timer),
        (Verdict::After(time), None) => Some(Timer::until(now.plus(time))),
    }
}
