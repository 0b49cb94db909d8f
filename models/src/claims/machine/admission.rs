//! Cases of what the API server admits.

use pod_lifecycle::phase::Phase;
use pod_lifecycle::validate::{Endpoint, admit};
use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{View, Violation};

use super::{Cases, told};

/// Why an update from the one to the other is refused.
fn refused(endpoint: Endpoint, old: &str, new: &str) -> Vec<Violation> {
    let parse = |text: &str| -> Option<View<String>> {
        let pod: Pod<'_> = wire::from_slice(text.as_bytes()).ok()?;
        Some(View::of(&pod).map(str::to_owned))
    };
    parse(old).zip(parse(new)).map(|(old, new)| admit(endpoint, &old, &new)).unwrap_or_default()
}

fn answer(refused: &[Violation]) -> String {
    refused.first().map_or_else(|| "accepted".to_owned(), |why| format!("422: {why} ({})", why.rule()))
}

/// Every status write that leaves a terminal phase is refused.
pub(in super::super) fn terminal_is_kept(cases: &mut Cases) {
    let body = |phase: Phase| format!(r#"{{"status": {{"phase": "{phase}"}}}}"#);
    for old in Phase::ALL.into_iter().filter(|phase| phase.is_terminal()) {
        for new in Phase::ALL.into_iter().filter(|new| *new != old) {
            let refused = refused(Endpoint::Status, &body(old), &body(new));
            cases.case(!refused.is_empty(), || {
                told("Client", "API server", format!("writes phase {new} over {old}"), answer(&refused))
            });
        }
    }
}

/// Some update of `terminationGracePeriodSeconds` is accepted.
pub(in super::super) fn grace_changes(cases: &mut Cases) {
    let body = |secs: u8| format!(r#"{{"spec": {{"terminationGracePeriodSeconds": {secs}}}}}"#);
    let graces = [0, 1, 5, 30, 60];
    for (old, new) in graces.into_iter().flat_map(|old| graces.map(|new| (old, new))) {
        if old != new {
            let refused = refused(Endpoint::Main, &body(old), &body(new));
            cases.case(refused.is_empty(), || {
                let says = format!("changes terminationGracePeriodSeconds from {old} to {new}");
                told("Client", "API server", says, answer(&refused))
            });
        }
    }
}

/// Some update that adds a gate is accepted.
pub(in super::super) fn gate_is_added(cases: &mut Cases) {
    let body = |gates: &[&str]| {
        let gates: Vec<_> = gates.iter().map(|name| format!(r#"{{"name": "{name}"}}"#)).collect();
        format!(r#"{{"spec": {{"schedulingGates": [{}]}}}}"#, gates.join(", "))
    };
    let lists: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
    for (old, new) in lists.into_iter().flat_map(|old| lists.map(|new| (old, new))) {
        if new.iter().any(|gate| !old.contains(gate)) {
            let refused = refused(Endpoint::Main, &body(old), &body(new));
            cases.case(refused.is_empty(), || {
                let says = format!("changes schedulingGates from {old:?} to {new:?}");
                told("Client", "API server", says, answer(&refused))
            });
        }
    }
}
