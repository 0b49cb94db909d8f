//! What a stream holds: each kind of document is told by its own fields.

use pod_lifecycle::wire::{self, Document, EventType};

fn read(json: &str) -> Document<'_> {
    wire::from_slice(json.as_bytes()).expect("a document")
}

/// Events, bookmarks, errors, Pods, lists and other objects are told apart, in whatever order the members stand.
#[test]
fn documents_are_told_apart() {
    for (word, kind) in
        [("ADDED", EventType::Added), ("MODIFIED", EventType::Modified), ("DELETED", EventType::Deleted)]
    {
        let first = format!(r#"{{"type":"{word}","object":{{"kind":"Pod","metadata":{{"uid":"u"}}}}}}"#);
        let last = format!(r#"{{"object":{{"metadata":{{"uid":"u"}},"kind":"Pod"}},"type":"{word}"}}"#);
        for json in [first, last] {
            assert!(
                matches!(read(&json), Document::Event(event) if event.kind == kind && &*event.object.metadata.uid == "u")
            );
        }
    }
    assert_eq!(
        read(r#"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9"}}}"#),
        Document::Bookmark
    );
    let error = read(
        r#"{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410}}"#,
    );
    assert!(matches!(error, Document::Error(status) if status.code == 410 && &*status.reason == "Expired"));
    assert!(matches!(read(r#"{"kind":"Pod"}"#), Document::Pod(_)));
    assert!(
        matches!(read(r#"{"type":"ADDED","object":{"kind":"Node","spec":{"podCIDR":"x"}}}"#), Document::Other(kind) if &*kind == "Node")
    );
}

/// The items of a `PodList` do not repeat their kind; a `List` holds other kinds too.
#[test]
fn lists_count_what_is_no_pod() {
    let typed = read(r#"{"kind":"PodList","items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}"#);
    assert!(matches!(typed, Document::List { pods, others: 0 } if pods.len() == 2));
    let mixed = read(
        r#"{"kind":"List","items":[{"kind":"Pod"},{"kind":"Node","status":{"phase":7}},{"kind":"Status","status":"x"}]}"#,
    );
    assert!(matches!(mixed, Document::List { pods, others: 2 } if pods.len() == 1));
    let empty = read(r#"{"kind":"PodList","items":null}"#);
    assert!(matches!(empty, Document::List { pods, others: 0 } if pods.is_empty()));
}

/// What is neither an event nor an object is refused, with the reason.
#[test]
fn other_shapes_are_refused() {
    for (json, part) in [
        ("{}", "neither a watch event"),
        (r#"{"type":"GONE","object":{}}"#, "`GONE`"),
        (r#"{"type":"ADDED"}"#, "without `object`"),
        ("[]", "expected a watch event, a Pod or a list"),
    ] {
        let error = wire::from_slice::<Document<'_>>(json.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(part), "{json}: {error}");
    }
}
