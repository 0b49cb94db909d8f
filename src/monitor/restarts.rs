//! Restarts against their back-off (CTR-24 … CTR-28), as far as a watcher can tell.
//!
//! What a watcher sees is less than what the kubelet knows, so all that is kept is a lower bound: the back-off that
//! the container has at least. Restarts that went unseen only lengthen it. It is given up where the kubelet's may
//! have been: more than 600 s between two exits (CTR-26), another generation, since image and resources are part of
//! the key (CTR-24), an exit without a time. A container that was not seen stopped may have been killed and started
//! in one pass, and then an older exit counts (CTR-28). A restart of the kubelet clears all back-off and is not to
//! be seen in a Pod (CTR-26), so a restart that comes too early is a hazard and convicts nobody.

use crate::backoff::{Attempt, Limits, RESET_AFTER, Series};
use crate::container::{RestartAll, Role};
use crate::time::{Grace, Now, Time};
use crate::view::{Container, Span, View};
use crate::violation::Violation;

/// What is known of the restarts of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) span: Span,
    pub(super) held: Held,
}

/// The back-off that a container has at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Held {
    /// None.
    Clear,
    /// None, and the next restart may still be one under an older key.
    #[default]
    Unknown,
    /// The next restart waits so long.
    For(Grace),
}

/// What is known of each container of a Pod that is seen for the first time.
pub(super) fn first(pod: &View<&str>) -> Box<[Run]> {
    // A Pod of the first generation has had no other image.
    let held = if pod.generation == 1 { Held::Clear } else { Held::Unknown };
    pod.containers.iter().map(|container| Run { span: container.span, held }).collect()
}

/// Judges what has been started between two observations, and tells what is known afterwards.
pub(super) fn follow(
    (last, runs): (&View<&str>, &[Run]),
    pod: &View<&str>,
    found: &mut Vec<Violation>,
) -> Box<[Run]> {
    let same_key = last.generation == pod.generation;
    let known = |container: &Container<&str>| {
        let place = last.containers.iter().position(|before| before.name == container.name)?;
        let run = runs.get(place)?;
        Some(if same_key { *run } else { Run { held: Held::Unknown, ..*run } })
    };
    let one = |container: &Container<&str>| {
        let (mut next, early) = step(known(container).unwrap_or_default(), container.span);
        // A reset of all containers leaves no instance to wait for (CTR-30), and nothing restarts an ephemeral one.
        let judged = pod.restart_all() == RestartAll::Impossible && container.role != Role::Ephemeral;
        if let Some((began, due)) = early.filter(|_| judged && same_key) {
            found.push(Violation::RestartedEarly { container: container.name.into(), began, due });
        }
        if !(judged && same_key) {
            next.held = Held::Unknown;
        }
        next
    };
    pod.containers.iter().map(one).collect()
}

/// One container. A restart that comes too early is told with the second in which it could have come.
fn step(run: Run, span: Span) -> (Run, Option<(Time, Time)>) {
    let (was, is) = match (run.span.began, span.began) {
        (_, None) => return (run, None),
        (None, Some(_)) => return (Run { span, ..run }, None),
        (Some(was), Some(is)) => (was, is),
    };
    if was == is {
        let ended = span.ended.or(run.span.ended);
        let before = span.before.or(run.span.before);
        return (Run { span: Span { began: span.began, ended, before }, ..run }, None);
    }
    let unknown = Run { span, held: Held::Unknown };
    let Some(exit) = span.before.filter(|exit| (was..=is).contains(exit)) else { return (unknown, None) };
    let series = match run.held {
        Held::Unknown => return (Run { span, held: Held::Clear }, None),
        Held::For(delay) if run.span.before.is_some_and(|older| exit < older.plus(RESET_AFTER)) => {
            Series::Held { delay, updated: Now::at(was) } // CTR-26
        }
        Held::For(_) | Held::Clear => Series::CLEAR,
    };
    let seen_stopped = run.span.ended == Some(exit);
    let since = if seen_stopped { Some(exit) } else { run.span.before }; // CTR-28
    // Times are cut to whole seconds (CTR-48).
    let latest = Now::with_nanos(is, 999_999_999);
    let (next, early) = match series.restart(since.map(Now::at), latest, Limits::DEFAULT) {
        Attempt::Made { next } => (next, None),
        Attempt::Delayed { until } => {
            (Series::Held { delay: Limits::DEFAULT.initial(), updated: latest }, Some((is, until.floor())))
        }
    };
    let held = match next {
        Series::Clear => Held::Clear,
        Series::Held { delay, .. } => Held::For(delay),
    };
    (Run { span, held }, early)
}
