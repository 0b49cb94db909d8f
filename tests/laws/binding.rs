//! Binding: CRE-30, enumerated.

use pod_lifecycle::binding::{self, Binding, Facts, Gates, Malformed, Reason, Stored};
use pod_lifecycle::creation::Namespace;
use pod_lifecycle::deletion::{Deletion, Preconditions};
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

/// CRE-30 rows 0 to 7: of all that is wrong with a request the first row answers, with its code.
#[test]
fn cre_30_first_row_answers() {
    let requests = [Ok(()), Err(Malformed::NamesDiffer), Err(Malformed::NotANode), Err(Malformed::Nameless)];
    for namespace in [Namespace::Active, Namespace::Terminating] {
        for request in requests {
            for (uid, version) in [(None, None), (Some(1), Some(7)), (Some(2), None), (None, Some(8))] {
                for pod in [None, Some((Binding::Unbound, Gates::Open)), Some((Binding::Bound, Gates::Open))]
                {
                    let stored = pod.map(|(binding, gates)| Stored {
                        uid: 1,
                        resource_version: 7,
                        binding,
                        facts: Facts { deletion: Deletion::Live, gates },
                    });
                    let asked = Preconditions { uid, resource_version: version };
                    let answer = binding::decide(namespace, request, &asked, stored.as_ref());
                    let rows = [
                        (namespace == Namespace::Terminating, 403, "CRE-05"),
                        (request.is_err(), 400, "CRE-30"),
                        (pod.is_none(), 404, "CRE-30"),
                        (uid == Some(2) || version == Some(8), 409, "DEL-03"),
                        (pod.is_some_and(|(binding, _)| binding == Binding::Bound), 409, "CRE-30"),
                    ];
                    let first = rows.into_iter().find(|(holds, ..)| *holds);
                    let found = answer.err().map(|refused| (refused.code(), refused.rule().to_string()));
                    assert_eq!(found, first.map(|(_, code, rule)| (code, rule.to_owned())));
                }
            }
        }
    }
}

/// CRE-30 row 1: one name, and a Node with a name.
#[test]
fn cre_30_a_binding_names_one_pod_and_one_node() {
    assert_eq!(binding::check("web", "web", "", "n1"), Ok(()));
    assert_eq!(binding::check("web", "web", "Node", "n1"), Ok(()));
    assert_eq!(binding::check("web", "db", "Node", "n1"), Err(Malformed::NamesDiffer));
    assert_eq!(binding::check("web", "web", "Minion", "n1"), Err(Malformed::NotANode));
    assert_eq!(binding::check("web", "web", "Node", ""), Err(Malformed::Nameless));
}
