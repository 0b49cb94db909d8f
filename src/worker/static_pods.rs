//! Static Pods of one full name run one after the other (KUB-24). Pods of the API do not (KUB-12).

use super::Worker;
use super::record::Stage;

/// Whether a static Pod may start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// It may: it holds the name from now on.
    Mine,
    /// Another holds the name, or stands before it.
    NotMine,
}

/// The answer to a static Pod that wants to start.
#[must_use = "the entries that were passed over leave the queue"]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Whether it may start.
    pub turn: Turn,
    /// How many entries leave the front of the queue.
    pub leave: usize,
}

/// Decides whether the static Pod `asking` may start (KUB-24). `holder` has its full name; `queue` are the
/// UIDs that joined, in order, with their records (`None`: forgotten meanwhile). Generic, so that models compare
/// small numbers. A UID that joined twice stands in the queue twice.
///
/// ```
/// use pod_lifecycle::worker::{Place, Turn, may_start};
/// assert_eq!(may_start(1, Some(1), []), Place { turn: Turn::Mine, leave: 0 });
/// assert_eq!(may_start(2, Some(1), [(2, None)]).turn, Turn::NotMine);
/// ```
pub fn may_start<U: PartialEq>(
    asking: U,
    holder: Option<U>,
    queue: impl IntoIterator<Item = (U, Option<Worker>)>,
) -> Place {
    if let Some(holder) = holder {
        let turn = if holder == asking { Turn::Mine } else { Turn::NotMine };
        return Place { turn, leave: 0 };
    }
    let waits = |record: Option<Worker>| record.is_some_and(|worker| matches!(worker.stage, Stage::Sync));
    match queue.into_iter().enumerate().find(|(_, (_, record))| waits(*record)) {
        Some((place, (first, _))) if first == asking => Place { turn: Turn::Mine, leave: place + 1 },
        Some((place, _)) => Place { turn: Turn::NotMine, leave: place },
        None => Place { turn: Turn::Mine, leave: 0 }, // nobody waits: the queue is left as it is
    }
}
