//! Binding: CRE-30 rows 4 to 7, enumerated.

use pod_lifecycle::binding::{Binding, Facts, Gates, Reason};
use pod_lifecycle::deletion::Deletion;
use pod_lifecycle::time::Time;

/// CRE-30: refused while deleting, else while bound, else while gated; else bound. The order is the server's.
#[test]
fn cre_30_first_reason_in_order_refuses() {
    let due = Some(Time::from_unix(9));
    let states = [None, Some(0), Some(30)].map(|grace| Deletion::from_fields(due, grace));
    for deletion in states.into_iter().chain([Deletion::Live]) {
        for binding in [Binding::Unbound, Binding::Bound] {
            for gates in [Gates::Open, Gates::Closed] {
                let reasons = [
                    (deletion.due().is_some(), Reason::Deleting),
                    (binding == Binding::Bound, Reason::AlreadyBound),
                    (gates == Gates::Closed, Reason::Gated),
                ];
                let first = reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason);
                let answer = binding.bind(Facts { deletion, gates });
                assert_eq!(
                    answer.err().map(|refused| refused.reason),
                    first,
                    "{deletion:?} {binding:?} {gates:?}"
                );
                assert_eq!(answer.is_ok_and(|bound| bound == Binding::Bound), first.is_none());
            }
        }
    }
}

/// CRE-30: a refusal names its rule.
#[test]
fn cre_30_refusal_names_its_rule() {
    let refused = Binding::Bound.bind(Facts { deletion: Deletion::Live, gates: Gates::Open }).unwrap_err();
    assert_eq!(refused.to_string(), "CRE-30: the Pod is already assigned to a node");
}
