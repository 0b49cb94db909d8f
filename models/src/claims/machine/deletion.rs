//! Cases of the deletion of a stored Pod.

use pod_lifecycle::binding::Binding;
use pod_lifecycle::deletion::{Deletion, Facts, Finalizers, Input, Request};
use pod_lifecycle::phase::Phase;
use pod_lifecycle::{Grace, Now, Time};

use super::{Cases, told};

const GRACES: [Option<u64>; 5] = [None, Some(1), Some(10), Some(30), Some(60)];

/// A DELETE with this grace of a running Pod; the times are in seconds.
fn delete(state: Deletion, asked: Option<u64>, now: i64) -> Option<Deletion> {
    let facts = Facts {
        now: Now::at(Time::from_unix(now)),
        binding: Binding::Bound,
        phase: Some(Phase::Running),
        spec_grace: Some(Grace::from_secs(30)),
        finalizers: Finalizers::NONE,
    };
    let request = Request { grace: asked.map(Grace::from_secs), propagation: None };
    Some(state.step(Input::Delete(request), facts).ok()?.next)
}

fn says(asked: Option<u64>, now: i64) -> String {
    let grace = asked.map_or_else(|| "no grace".to_owned(), |secs| format!("grace {secs}"));
    format!("DELETE with {grace} at {now} s")
}

/// The first DELETE sets `deletionTimestamp` to its own time.
pub(in super::super) fn due_is_now(cases: &mut Cases) {
    for (asked, now) in GRACES.into_iter().flat_map(|asked| [100, 200].map(|now| (asked, now))) {
        let Some(due) = delete(Deletion::Live, asked, now).and_then(Deletion::due) else { continue };
        cases.case(due == Time::from_unix(now), || {
            let due = due.as_unix();
            told("Client", "API server", says(asked, now), format!("deletionTimestamp is {due} s"))
        });
    }
}

/// A second DELETE sets it to an earlier time, if at all; provided that the old one has not passed.
pub(in super::super) fn due_moves_back(cases: &mut Cases) {
    const OLD: i64 = 130;
    let state = Deletion::from_fields(Some(Time::from_unix(OLD)), Some(30));
    for (asked, now) in GRACES.into_iter().flat_map(|asked| [100, 110, 129, 131, 200].map(|now| (asked, now)))
    {
        let Some(due) = delete(state, asked, now).and_then(Deletion::due) else { continue };
        if due != Time::from_unix(OLD) {
            cases.case_if(due < Time::from_unix(OLD), now < OLD, || {
                let due = due.as_unix();
                told("Client", "API server", says(asked, now), format!("deletionTimestamp {OLD} s → {due} s"))
            });
        }
    }
}
