//! Every cause for which a request is refused: its field, its kind, its rule, and how often each endpoint lists it.

use pod_lifecycle::admission::{self, Cause, Kind};
use pod_lifecycle::validate::Endpoint;
use pod_lifecycle::wire::WholePod;
use serde::Deserialize;
use serde_json::{Value, json};

/// A bound Pod that has of everything one.
fn bound() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 2,
                     "creationTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["example.com/a"]},
        "spec": {"nodeName": "n1", "restartPolicy": "Never", "terminationGracePeriodSeconds": 30,
                 "activeDeadlineSeconds": 100, "tolerations": [{"key": "k", "operator": "Exists"}],
                 "initContainers": [{"name": "i", "image": "i"}],
                 "containers": [{"name": "c", "image": "i"}, {"name": "d", "image": "i"}]},
        "status": {"qosClass": "BestEffort"},
    })
}

fn deleting() -> Value {
    let due = [("metadata/deletionTimestamp", json!("2026-01-02T03:04:05Z"))];
    edited(&edited(&bound(), &due), &[("metadata/deletionGracePeriodSeconds", json!(30))])
}

/// One that waits for its gates and may still get requirements of its node.
fn gated() -> Value {
    let term = json!({"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]});
    let fields = json!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]});
    edited(
        &bound(),
        &[
            ("spec/nodeName", json!("")),
            ("spec/schedulingGates", json!([{"name": "example.com/g"}, {"name": "example.com/h"}])),
            ("spec/nodeSelector", json!({"disk": "ssd"})),
            ("spec/affinity", affinity(&json!([term, fields, {}]))),
        ],
    )
}

fn affinity(terms: &Value) -> Value {
    json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}})
}

type Edit = (&'static str, Value);

fn edited(pod: &Value, edits: &[Edit]) -> Value {
    let mut pod = pod.clone();
    for (place, value) in edits {
        let (parent, member) = place.rsplit_once('/').expect("a place");
        pod.pointer_mut(&format!("/{parent}")).expect("a parent")[member] = value.clone();
    }
    pod
}

/// The causes as lines of field, kind and rule, sorted.
fn lines(causes: &[Cause<'_>]) -> Vec<String> {
    let mut lines: Vec<String> = causes
        .iter()
        .map(|cause| format!("{} {} {}", cause.field(), word(cause.kind()), cause.rule()))
        .collect();
    lines.sort();
    lines
}

fn word(kind: Kind) -> String {
    kind.to_string().replace("FieldValue", "")
}

/// One line of an answer, and how often the main endpoint and `/status` list it.
type Line = (&'static str, usize, usize);

/// Judges an update of `old` by `edits`, at both endpoints.
fn refused(old: &Value, edits: &[Edit], expected: &[Line]) {
    let sent = edited(old, edits);
    let (old, new) =
        (WholePod::deserialize(old).expect("a Pod"), WholePod::deserialize(&sent).expect("a Pod"));
    for endpoint in [Endpoint::Main, Endpoint::Status] {
        let mut listed: Vec<&str> = Vec::new();
        for (line, main, status) in expected {
            let times = match endpoint {
                Endpoint::Main => main,
                Endpoint::Status => status,
            };
            listed.extend(vec![*line; *times]);
        }
        listed.sort_unstable();
        assert_eq!(lines(&admission::update(endpoint, &old, &new)), listed, "{endpoint:?} {edits:?}");
    }
}

fn letters(count: usize) -> String {
    "a".repeat(count)
}

/// VAL-01 … VAL-04, VAL-08: what stays as it is stored, and the forms of names.
#[test]
fn val_08_metadata_is_told_by_each_of_its_passes() {
    let one =
        |member: &'static str, value: Value, lines: &[Line]| refused(&bound(), &[(member, value)], lines);
    let (renamed, moved) =
        (("metadata.name Invalid VAL-01", 2, 2), ("metadata.namespace Invalid VAL-01", 2, 2));
    one("metadata/name", json!("web2"), &[renamed]);
    one("metadata/name", json!("a.b"), &[renamed]);
    one("metadata/name", json!(letters(253)), &[renamed]);
    one("metadata/name", json!(letters(254)), &[renamed, ("metadata.name Invalid VAL-08", 1, 0)]);
    for name in ["Web", "-web", "web-", "a..b", "a_b", ".web"] {
        one("metadata/name", json!(name), &[renamed, ("metadata.name Invalid VAL-08", 1, 0)]);
    }
    for name in [".", "..", "a/b", "a%b"] {
        one("metadata/name", json!(name), &[renamed, ("metadata.name Invalid VAL-08", 2, 1)]);
    }
    // The pass of every kind has one error for each character that a path may not have.
    one("metadata/name", json!("a/b%c"), &[renamed, ("metadata.name Invalid VAL-08", 3, 2)]);
    one("metadata/name", json!(""), &[renamed, ("metadata.name Required VAL-08", 2, 1)]);
    one("metadata/namespace", json!("shop2"), &[moved]);
    one("metadata/namespace", json!(letters(63)), &[moved]);
    one("metadata/namespace", json!(""), &[moved, ("metadata.namespace Required VAL-08", 2, 1)]);
    for namespace in ["Shop", "a.b", "a-", &letters(64)] {
        one("metadata/namespace", json!(namespace), &[moved, ("metadata.namespace Invalid VAL-08", 2, 1)]);
    }
    one("metadata/uid", json!("u2"), &[("metadata.uid Invalid VAL-01", 2, 2)]);
    one("metadata/resourceVersion", json!(""), &[("metadata.resourceVersion Invalid VAL-03", 2, 2)]);
    one("metadata/generation", json!(1), &[("metadata.generation Invalid VAL-03", 2, 2)]);
    one("metadata/generation", json!(3), &[]);
    let negative =
        [("metadata.generation Invalid VAL-03", 2, 2), ("metadata.generation Invalid VAL-08", 2, 1)];
    one("metadata/generation", json!(-1), &negative);
    let fresh = edited(&bound(), &[("metadata/generation", json!(0))]);
    refused(&fresh, &[], &[]);
    let created = ("metadata.creationTimestamp Invalid VAL-01", 2, 2);
    one("metadata/creationTimestamp", json!("2026-01-01T00:00:01Z"), &[created]);
    one("metadata/creationTimestamp", json!(null), &[created]);
    let due = ("metadata.deletionTimestamp Invalid VAL-02", 2, 2);
    one("metadata/deletionTimestamp", json!("2026-01-02T03:04:05Z"), &[due]);
    let grace = ("metadata.deletionGracePeriodSeconds Invalid VAL-02", 2, 2);
    one("metadata/deletionGracePeriodSeconds", json!(0), &[grace]);
    refused(&deleting(), &[("metadata/deletionTimestamp", json!(null))], &[due]);
    refused(&deleting(), &[("metadata/deletionGracePeriodSeconds", json!(29))], &[grace]);
    refused(&deleting(), &[("metadata/deletionGracePeriodSeconds", json!(null))], &[grace]);
}

/// VAL-08: `generateName` may change, to what can begin a name.
#[test]
fn val_08_a_generated_name_has_a_beginning() {
    for (beginning, main, status) in [
        ("web-", 0, 0),
        ("web", 0, 0),
        ("a.b-", 0, 0),
        ("Web-", 1, 0),
        ("-", 1, 0),
        ("-a-", 1, 0),
        ("a b-", 1, 0),
        ("a/b-", 2, 1),
        ("a/b%-", 3, 2),
        (".", 1, 0), // not the whole of a segment
        (&format!("{}-", letters(253)), 0, 0),
        (&format!("{}-", letters(254)), 1, 0),
    ] {
        let line = ("metadata.generateName Invalid VAL-08", main, status);
        refused(&bound(), &[("metadata/generateName", json!(beginning))], &[line]);
    }
}

/// VAL-04, VAL-05: finalizers that are added late, of no form, of no known name, or of both policies.
#[test]
fn val_05_finalizers_are_told_by_form_and_by_place() {
    let late = ("metadata.finalizers Forbidden VAL-04", 2, 2);
    let form = |times: usize| ("metadata.finalizers Invalid VAL-05", 2 * times, times);
    let finalizers = |names: Value| [("metadata/finalizers", names)];
    refused(&bound(), &finalizers(json!(["example.com/b"])), &[]);
    refused(&deleting(), &finalizers(json!([])), &[]);
    refused(&deleting(), &finalizers(json!(["example.com/b"])), &[late]);
    refused(&deleting(), &finalizers(json!(["example.com/b", "example.com/c"])), &[late]);
    for (name, faults) in [
        ("a b/c", 1), // the prefix is no sub-domain
        ("/c", 1),    // it is empty
        ("a/b/c", 1), // nothing more is said
        ("a/", 2),    // the name is empty, which is not of the pattern either
        ("a/-", 1),
        ("a/b c", 1),
        ("A/b", 1),
        (&format!("{}/b", letters(253)), 0),
        (&format!("{}/b", letters(254)), 1),
        (&format!("{}_/b", letters(254)), 2),
        (&format!("a/{}", letters(63)), 0),
        (&format!("a/{}", letters(64)), 1),
        (&format!("a/{}_", letters(63)), 2),
        ("a/B_c.d-e", 0),
    ] {
        refused(&bound(), &finalizers(json!([name])), &[form(faults)]);
    }
    let plain = [("metadata.finalizers[1] Invalid VAL-05", 2, 1)];
    refused(&bound(), &finalizers(json!(["kubernetes", "plain"])), &plain);
    refused(&bound(), &finalizers(json!(["orphan", "foregroundDeletion"])), &[form(1)]);
    refused(&bound(), &finalizers(json!(["orphan"])), &[]);
    refused(&bound(), &finalizers(json!(["foregroundDeletion"])), &[]);
}

/// VAL-06: labels, annotations and owners are read by every pass.
#[test]
fn val_06_maps_and_owners_are_told_by_every_pass() {
    let labels = ("metadata.labels Invalid VAL-06", 4, 3);
    for value in ["a b", "-a", "a-", &letters(64)] {
        refused(&bound(), &[("metadata/labels", json!({"k": value}))], &[labels]);
    }
    for value in ["", "a", "A.b_c-1", &letters(63)] {
        refused(&bound(), &[("metadata/labels", json!({"k": value}))], &[]);
    }
    refused(
        &bound(),
        &[("metadata/labels", json!({"bad key": "v", "worse key": "-"}))],
        &[labels, labels, labels],
    );
    let annotations = ("metadata.annotations Invalid VAL-06", 4, 3);
    refused(&bound(), &[("metadata/annotations", json!({"bad key": "-"}))], &[annotations]);
    refused(&bound(), &[("metadata/annotations", json!({"Example.COM/Key": "any value!"}))], &[]);
    let many = |size: usize| json!({"a": letters(size), "bc": ""}); // three bytes are keys
    refused(&bound(), &[("metadata/annotations", many((256 << 10) - 3))], &[]);
    let long = ("metadata.annotations TooLong VAL-06", 4, 3);
    refused(&bound(), &[("metadata/annotations", many((256 << 10) - 2))], &[long]);
    let owner = |changes: Value| {
        let mut owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u"});
        owner.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        owner
    };
    for (member, line) in [
        ("apiVersion", "metadata.ownerReferences.apiVersion Invalid VAL-06"),
        ("kind", "metadata.ownerReferences.kind Invalid VAL-06"),
        ("name", "metadata.ownerReferences.name Invalid VAL-06"),
        ("uid", "metadata.ownerReferences.uid Invalid VAL-06"),
    ] {
        refused(
            &bound(),
            &[("metadata/ownerReferences", json!([owner(json!({member: ""}))]))],
            &[(line, 4, 3)],
        );
    }
    let many = |count: usize| json!(vec![owner(json!({"controller": true})); count]);
    for (controllers, faults) in [(1, 0), (2, 1), (3, 2)] {
        let line = ("metadata.ownerReferences Invalid VAL-06", 4 * faults, 3 * faults);
        refused(&bound(), &[("metadata/ownerReferences", many(controllers))], &[line]);
    }
    let others =
        json!([owner(json!({"controller": true})), owner(json!({"controller": false})), owner(json!({}))]);
    refused(&bound(), &[("metadata/ownerReferences", others)], &[]);
    let event = json!([owner(json!({"apiVersion": "v1", "kind": "Event"}))]);
    let banned = ("metadata.ownerReferences Invalid VAL-06", 4, 3);
    refused(&bound(), &[("metadata/ownerReferences", event)], &[banned]);
    refused(&bound(), &[("metadata/ownerReferences", json!([owner(json!({"kind": "Event"}))]))], &[]);
}

/// VAL-17 row 1, VAL-29: the mark of a mirror is for ever.
#[test]
fn val_29_the_mark_of_a_mirror_stays() {
    let marked = |mark: &str| [("metadata/annotations", json!({"kubernetes.io/config.mirror": mark}))];
    let changed = [("metadata.annotations[kubernetes.io/config.mirror] Forbidden VAL-17", 1, 1)];
    let mirror = edited(&bound(), &marked("h"));
    refused(&bound(), &marked("h"), &changed);
    refused(&mirror, &marked("other"), &changed);
    refused(&mirror, &[("metadata/annotations", json!({}))], &changed);
    refused(&mirror, &[], &[]);
    let unbound = edited(&mirror, &[("spec/nodeName", json!(""))]);
    refused(&unbound, &[], &[("metadata.annotations[kubernetes.io/config.mirror] Invalid VAL-13", 2, 1)]);
}

/// VAL-13, CTL-RS-07: a deletion cost is a 32-bit integer; one that is none may stay, or become another that is none.
#[test]
fn val_13_a_deletion_cost_is_an_integer() {
    let sent =
        |cost: &str| [("metadata/annotations", json!({"controller.kubernetes.io/pod-deletion-cost": cost}))];
    let told = ("metadata.annotations[controller.kubernetes.io/pod-deletion-cost] Invalid VAL-13", 2, 1);
    for cost in ["", "+1", "01", "00", "-", "1.0", "1 ", "x", "2147483648", "-2147483649"] {
        refused(&bound(), &sent(cost), &[told]);
        refused(&edited(&bound(), &sent("5")), &sent(cost), &[told]);
        refused(&edited(&bound(), &sent("x")), &sent(cost), &[]);
        let pod = edited(&bound(), &sent(cost));
        let pod = WholePod::deserialize(&pod).expect("a Pod");
        assert_eq!(lines(&admission::create(&pod)), [told.0], "{cost}");
    }
    for cost in ["0", "-0", "-01", "1", "10", "2147483647", "-2147483648"] {
        refused(&bound(), &sent(cost), &[]);
        refused(&edited(&bound(), &sent("x")), &sent(cost), &[]);
    }
}

/// VAL-17 rows 2 to 7 and 12, VAL-13: the list of causes, where it ends, and what is told twice.
#[test]
fn val_17_the_rows_of_a_bound_pod() {
    let main = |edits: &[Edit], lines: &[(&'static str, usize)]| {
        let lines: Vec<Line> = lines.iter().map(|(line, times)| (*line, *times, 0)).collect();
        refused(&bound(), edits, &lines);
    };
    let rest = || ("spec/restartPolicy", json!("Always"));
    let changed = ("spec Forbidden VAL-17", 1);
    main(&[rest()], &[changed]);
    let missing = ("spec.terminationGracePeriodSeconds Required VAL-13", 1);
    main(&[("spec/terminationGracePeriodSeconds", json!(null))], &[missing, changed]);

    let one = json!([{"name": "c", "image": "i"}]);
    main(&[("spec/containers", one.clone()), rest()], &[("spec.containers Forbidden VAL-17", 1)]); // ■
    main(&[("spec/initContainers", json!([])), rest()], &[("spec.initContainers Forbidden VAL-17", 1)]); // ■
    let both = [("spec/containers", one), ("spec/initContainers", json!([]))];
    main(&both, &[("spec.containers Forbidden VAL-17", 1)]);
    let images = |list: &'static str, image: &str| match list {
        "spec/containers" => (list, json!([{"name": "c", "image": "i"}, {"name": "d", "image": image}])),
        _ => (list, json!([{"name": "i", "image": image}])),
    };
    for (list, required, padded) in [
        (
            "spec/containers",
            "spec.containers[1].image Required VAL-17",
            "spec.containers[1].image Invalid VAL-17",
        ),
        (
            "spec/initContainers",
            "spec.initContainers[0].image Required VAL-17",
            "spec.initContainers[0].image Invalid VAL-17",
        ),
    ] {
        main(&[images(list, "other")], &[]);
        main(&[images(list, ""), rest()], &[(required, 2), changed]); // it goes on
        main(&[images(list, " i")], &[(padded, 2)]);
        main(&[images(list, "i\n")], &[(padded, 2)]);
        main(&[images(list, " ")], &[(required, 1), (padded, 1)]);
    }

    let deadline = |deadline: Value| ("spec/activeDeadlineSeconds", deadline);
    let (range, later) =
        ("spec.activeDeadlineSeconds Invalid VAL-13", "spec.activeDeadlineSeconds Invalid VAL-17");
    for (seconds, lines) in [
        (json!(1), &[][..]),
        (json!(100), &[]),
        (json!(101), &[(later, 1)]),
        (json!(i32::MAX), &[(later, 1)]),
        (json!(i64::from(i32::MAX) + 1), &[(range, 2)]),
        (json!(-1), &[(range, 2)]),
    ] {
        main(&[deadline(seconds.clone()), ("metadata/labels", json!({"a": "b"}))], lines);
        if !lines.is_empty() {
            main(&[deadline(seconds), rest()], lines); // ■
        }
    }
    main(&[deadline(json!(0)), rest()], &[(range, 1), changed]);
    main(&[deadline(json!(null)), rest()], &[(later, 1), changed]); // it goes on
    let endless = edited(&bound(), &[deadline(json!(null))]);
    for (seconds, lines) in [
        (json!(i32::MAX), &[][..]),
        (json!(0), &[("spec.activeDeadlineSeconds Invalid VAL-13", 1, 0)]),
        (json!(null), &[]),
    ] {
        refused(&endless, &[deadline(seconds)], lines);
    }
}

/// VAL-13, VAL-17 row 7: of a toleration only the seconds change, and only `NoExecute` has any.
#[test]
fn val_17_tolerations_are_only_added() {
    let stored =
        json!({"key": "k", "operator": "Equal", "value": "v", "effect": "NoExecute", "tolerationSeconds": 9});
    let old = edited(&bound(), &[("spec/tolerations", json!([stored]))]);
    let with = |changes: Value| {
        let mut toleration = stored.clone();
        toleration
            .as_object_mut()
            .expect("an object")
            .extend(changes.as_object().expect("an object").clone());
        toleration
    };
    let sent = |tolerations: Value| [("spec/tolerations", tolerations)];
    refused(&old, &sent(json!([with(json!({"tolerationSeconds": 8}))])), &[]);
    refused(&old, &sent(json!([{"key": "n", "operator": "Exists"}, stored])), &[]);
    let removed = ("spec.tolerations Forbidden VAL-17", 1, 0);
    let again = with(json!({"tolerationSeconds": null}));
    for changes in
        [json!({"key": "l"}), json!({"operator": "Exists"}), json!({"value": "w"}), json!({"effect": ""})]
    {
        let mut other = again.clone();
        other.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        refused(&old, &sent(json!([other])), &[removed]);
    }
    refused(&old, &sent(json!([])), &[removed]);
    let effect = "spec.tolerations[1].effect Invalid VAL-13";
    let seconds = json!({"key": "n", "operator": "Exists", "tolerationSeconds": 1, "effect": "NoSchedule"});
    refused(&old, &sent(json!([stored, seconds])), &[(effect, 2, 0)]); // told again where none is missing
    refused(&old, &sent(json!([with(json!({"key": "l"})), seconds])), &[(effect, 1, 0), removed]);
    let unknown = json!({"key": "n", "operator": "Exists", "effect": "Evict"});
    refused(
        &old,
        &sent(json!([stored, unknown])),
        &[("spec.tolerations[1].effect NotSupported VAL-13", 2, 0)],
    );
    let kept = edited(&bound(), &sent(json!([stored, {"key": "n"}])));
    refused(&kept, &sent(json!([{"key": "n"}, stored])), &[]); // the order is free
}

/// OBJ-20, VAL-17 row 8: gates only go; a new one is told at its last place.
#[test]
fn val_17_gates_are_told_at_their_places() {
    let sent = |names: &[&str]| {
        let gates: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        [("spec/schedulingGates", json!(gates))]
    };
    let (g, h, new) = ("example.com/g", "example.com/h", "example.com/n");
    refused(&gated(), &sent(&[h]), &[]);
    refused(&gated(), &sent(&[]), &[]);
    refused(&gated(), &sent(&[g, new]), &[("spec.schedulingGates[1].name Forbidden VAL-17", 1, 0)]);
    let twice = [
        ("spec.schedulingGates[2].name Forbidden VAL-17", 1, 0),
        ("spec.schedulingGates[2] Duplicate OBJ-20", 1, 0),
    ];
    refused(&gated(), &sent(&[new, g, new]), &twice);
    refused(
        &gated(),
        &sent(&[g, h, g, g]),
        &[
            ("spec.schedulingGates[2] Duplicate OBJ-20", 1, 0),
            ("spec.schedulingGates[3] Duplicate OBJ-20", 1, 0),
        ],
    );
    let malformed = [
        ("spec.schedulingGates[1].name Forbidden VAL-17", 1, 0),
        ("spec.schedulingGates[1] Invalid OBJ-20", 1, 0),
    ];
    refused(&gated(), &sent(&[g, "bad gate"]), &malformed);
    let open = sent(&[new]);
    refused(&bound(), &open, &[("spec.schedulingGates[0].name Forbidden VAL-17", 1, 0)]);
}

/// VAL-11, VAL-17 rows 9 to 11: a gated Pod may only ask more of its node; one without gates may ask nothing new.
#[test]
fn val_11_requirements_of_a_gated_pod_only_grow() {
    let selector = |selector: Value| [("spec/nodeSelector", selector)];
    let told = [("spec.nodeSelector Invalid VAL-17", 1, 0)];
    refused(&gated(), &selector(json!({"disk": "ssd", "more": "x"})), &[]);
    refused(&gated(), &selector(json!({"disk": "hdd"})), &told);
    refused(&gated(), &selector(json!({"more": "x"})), &told);
    refused(&gated(), &selector(json!({})), &told);
    let label = [("spec.nodeSelector Invalid VAL-13", 1, 0)];
    refused(&gated(), &selector(json!({"disk": "ssd", "bad key": "x"})), &label);
    let changed = [("spec Forbidden VAL-17", 1, 0)];
    refused(&bound(), &selector(json!({"more": "x"})), &changed);
    let sent = |terms: Value| [("spec/affinity", affinity(&terms))];
    refused(&bound(), &sent(json!([{}])), &changed);

    let of = |values: Value| json!({"key": "zone", "operator": "In", "values": values});
    let (zone, more) = (of(json!(["a"])), json!({"key": "arch", "operator": "Exists"}));
    let name = json!({"key": "metadata.name", "operator": "In", "values": ["n1"]});
    let (expressions, fields) = (json!({"matchExpressions": [zone]}), json!({"matchFields": [name]}));
    let at = |index: usize| match index {
        0 => TERM_0,
        1 => TERM_1,
        _ => TERM_2,
    };
    const TERM_0: &str = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0] Invalid VAL-17";
    const TERM_1: &str = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1] Invalid VAL-17";
    const TERM_2: &str = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[2] Invalid VAL-17";
    const TERMS: &str = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms Invalid VAL-17";
    for (terms, bad) in [
        (json!([expressions, fields, {}]), None),
        (json!([{"matchExpressions": [zone, more]}, fields, {}]), None),
        (json!([{"matchExpressions": [zone], "matchFields": [name]}, fields, {}]), None),
        (json!([expressions, {"matchFields": [name], "matchExpressions": [more]}, {}]), None),
        (json!([{"matchExpressions": [more, zone]}, fields, {}]), Some(0)),
        (json!([{"matchExpressions": [of(json!(["b"]))]}, fields, {}]), Some(0)),
        (json!([{}, fields, {}]), Some(0)),
        (json!([expressions, {"matchExpressions": [more]}, {}]), Some(1)),
        (json!([expressions, fields, {"matchExpressions": [more]}]), Some(2)), // it would widen
        (json!([expressions, fields, {"matchFields": [name]}]), Some(2)),
    ] {
        let lines: Vec<Line> = bad.into_iter().map(|index| (at(index), 1, 0)).collect();
        refused(&gated(), &sent(terms), &lines);
    }
    refused(&gated(), &sent(json!([expressions, fields])), &[(TERMS, 1, 0)]);
    refused(&gated(), &sent(json!([])), &[(TERMS, 1, 0)]);
    refused(&gated(), &[("spec/affinity", json!({}))], &[(TERMS, 1, 0)]);
    refused(&gated(), &[("spec/affinity", json!(null))], &[(TERMS, 1, 0)]);
    for none in [json!(null), json!({}), json!({"nodeAffinity": {}}), affinity(&json!([]))] {
        let free = edited(&gated(), &[("spec/affinity", none)]);
        refused(&free, &sent(json!([expressions, more])), &[]); // where nothing was required, anything may be
    }
    let preferred = json!([{"weight": 1, "preference": {"matchExpressions": [more]}}]);
    let mut prefers = affinity(&json!([expressions, fields, {}]));
    prefers["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"] = preferred;
    refused(&gated(), &[("spec/affinity", prefers.clone())], &[]);
    for other in ["podAffinity", "podAntiAffinity"] {
        let mut both = prefers.clone();
        both[other] = json!({});
        refused(&gated(), &[("spec/affinity", both)], &changed);
    }
}

/// VAL-21, VAL-25, VAL-26: the fields of a status beside its containers and addresses.
#[test]
fn val_21_the_fields_of_a_status() {
    let status = |member: &'static str, value: Value, lines: &[(&'static str, usize)]| {
        let lines: Vec<Line> = lines.iter().map(|(line, times)| (*line, 0, *times)).collect();
        refused(&bound(), &[(member, value)], &lines);
    };
    let bind = [("spec Forbidden VAL-17", 1, 0), ("status.nodeName Forbidden VAL-21", 0, 1)];
    refused(&bound(), &[("spec/nodeName", json!("n2"))], &bind);
    status("status/qosClass", json!("Burstable"), &[("status.qosClass Invalid VAL-21", 1)]);
    status("status/observedGeneration", json!(-1), &[("status.observedGeneration Invalid VAL-21", 1)]);
    status("status/observedGeneration", json!(0), &[]);
    let observed =
        |generation: i64| json!([{"type": "Ready"}, {"type": "a", "observedGeneration": generation}]);
    let negative = "status.conditions[1].observedGeneration Invalid VAL-21";
    status("status/conditions", observed(-1), &[(negative, 1)]);
    status("status/conditions", observed(0), &[]);
    let of_type = |kind: &str| json!([{"type": "Ready"}, {"type": kind}]);
    for (kind, faults) in [
        ("Ready", 0),
        ("PodScheduled", 0),
        ("Initialized", 0),
        ("example.com/a", 0),
        ("bad type", 1),
        ("", 2),
        ("-", 1),
        ("a/b/c", 1),
    ] {
        status("status/conditions", of_type(kind), &[("status.conditions[1].Type Invalid VAL-26", faults)]);
    }
    let (form, late) =
        ("status.nominatedNodeName Invalid VAL-25", "status.nominatedNodeName Forbidden VAL-25");
    let unbound = edited(&bound(), &[("spec/nodeName", json!(""))]);
    for (node, faults) in [("n2", 0), ("a.b", 0), ("A", 1), ("a_b", 1), (&letters(254), 1)] {
        let sent = [("status/nominatedNodeName", json!(node))];
        refused(&bound(), &sent, &[(form, 0, faults), (late, 0, 1)]);
        refused(&unbound, &sent, &[(form, 0, faults)]);
        refused(&edited(&bound(), &sent), &sent, &[]);
        refused(&edited(&bound(), &sent), &[("status/nominatedNodeName", json!(""))], &[]);
    }
}

/// VAL-22, VAL-23: the place in the stored list is told, and the first entry of a name counts.
#[test]
fn val_22_entries_are_told_at_their_stored_places() {
    let ended = |name: &str, code: i32| json!({"name": name, "state": {"terminated": {"exitCode": code}}});
    let runs = |name: &str| json!({"name": name, "state": {"running": {}}});
    for (member, line) in [
        ("status/containerStatuses", "status.containerStatuses[1].state Forbidden VAL-22"),
        ("status/initContainerStatuses", "status.initContainerStatuses[1].state Forbidden VAL-22"),
        ("status/ephemeralContainerStatuses", "status.ephemeralContainerStatuses[1].state Forbidden VAL-23"),
    ] {
        let old = edited(&bound(), &[(member, json!([runs("x"), ended("c", 1)]))]);
        let lines = [(line, 0, 1)];
        refused(&old, &[(member, json!([runs("c")]))], &lines);
        refused(&old, &[(member, json!([runs("c"), ended("c", 1)]))], &lines);
        refused(&old, &[(member, json!([ended("c", 1), runs("c")]))], &[]);
        refused(&old, &[(member, json!([ended("c", 2)]))], &[]);
        refused(&old, &[(member, json!([runs("d")]))], &[]);
    }
    // Rules and the policy of a container are those of its own list; `RestartAllContainers` those of any.
    let on = |action: &str| json!([{"action": action, "exitCodes": {"operator": "In", "values": [3]}}]);
    for (rules, list, code, allowed) in [
        (on("Restart"), "status/containerStatuses", 3, true),
        (on("Restart"), "status/containerStatuses", 4, false),
        (on("Restart"), "status/initContainerStatuses", 3, false),
        (on("RestartAllContainers"), "status/containerStatuses", 4, true),
        (on("RestartAllContainers"), "status/initContainerStatuses", 4, true),
        (on("RestartAllContainers"), "status/ephemeralContainerStatuses", 3, false),
    ] {
        let container =
            json!({"name": "c", "image": "i", "restartPolicy": "Never", "restartPolicyRules": rules});
        let containers = json!([container, {"name": "d", "image": "i"}]);
        let old = edited(&bound(), &[("spec/containers", containers), (list, json!([ended("c", code)]))]);
        let old = WholePod::deserialize(&old).expect("a Pod");
        let mut new = old.clone();
        for statuses in [
            &mut new.status.container_statuses,
            &mut new.status.init_container_statuses,
            &mut new.status.ephemeral_container_statuses,
        ] {
            if let Some(status) = statuses.first_mut() {
                status.state = Default::default();
            }
        }
        assert_eq!(admission::update(Endpoint::Status, &old, &new).is_empty(), allowed, "{list} {code}");
    }
}

/// VAL-28: forms, families and the host's own address.
#[test]
fn val_28_addresses_are_told_by_list_and_place() {
    let list = |addresses: &[&str]| {
        let addresses: Vec<Value> = addresses.iter().map(|ip| json!({"ip": ip})).collect();
        json!(addresses)
    };
    let pods = |addresses: &[&str]| [("status/podIPs", list(addresses))];
    let families = ("status.podIPs Invalid VAL-28", 0, 1);
    refused(&bound(), &pods(&["10.0.0.1", "fd00::1"]), &[]);
    refused(&bound(), &pods(&["10.0.0.1", "10.0.0.2"]), &[families]);
    refused(&bound(), &pods(&["fd00::1", "fd00::2"]), &[families]);
    refused(&bound(), &pods(&["10.0.0.1", "fd00::1", "10.0.0.1"]), &[families]);
    refused(&bound(), &pods(&["fd00::1", "x"]), &[("status.podIPs[1] Invalid VAL-28", 0, 1), families]);
    // What is stored may stay; its families are still read.
    for odd in ["1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.x", "1.2.3.", "1.2.3.+4", "x", "::x", ""] {
        let old = edited(&bound(), &pods(&["fd00::1", odd]));
        refused(&old, &[], &[families]);
    }
    for zeros in ["01.2.3.4", "1.2.3.004", "0.0.0.0", "255.255.255.255"] {
        refused(&edited(&bound(), &pods(&["fd00::1", zeros])), &[], &[]);
    }
    let first = "status.podIPs[0] Invalid VAL-28";
    for (text, faults) in [("01.2.3.4", 1), ("::ffff:1.2.3.4", 1), ("", 1), ("1.2.3.4", 0), ("::", 0)] {
        refused(&bound(), &pods(&[text]), &[(first, 0, faults)]);
    }
    // A `podIP` that is not the first of the list is the list.
    let single =
        |ip: &str, addresses: &[&str]| [("status/podIP", json!(ip)), ("status/podIPs", list(addresses))];
    refused(&bound(), &single("10.0.0.1", &["10.0.0.1", "10.0.0.2"]), &[families]);
    refused(&bound(), &single("10.0.0.3", &["10.0.0.1", "10.0.0.2"]), &[]);
    refused(&bound(), &single("x", &[]), &[(first, 0, 1)]);
    refused(&bound(), &single("x", &["10.0.0.1", "10.0.0.2"]), &[(first, 0, 1)]);
    refused(&bound(), &single("", &["x"]), &[(first, 0, 1)]);
    let hosts =
        |ip: &str, addresses: &[&str]| [("status/hostIP", json!(ip)), ("status/hostIPs", list(addresses))];
    let differs = ("status.hostIPs[0].ip Invalid VAL-28", 0, 1);
    refused(&bound(), &hosts("10.0.0.1", &["10.0.0.1", "fd00::1"]), &[]);
    refused(&bound(), &hosts("10.0.0.1", &["fd00::1"]), &[differs]);
    refused(&bound(), &hosts("10.0.0.1", &[]), &[]);
    refused(&bound(), &hosts("x", &["x"]), &[("status.hostIPs[0] Invalid VAL-28", 0, 1)]);
    let same = hosts("10.0.0.1", &["10.0.0.1", "10.0.0.2"]);
    refused(&bound(), &same, &[("status.hostIPs Invalid VAL-28", 0, 1)]);
}

/// VAL-08, VAL-13, VAL-30: what a create is told; the pass of every kind speaks only where the others are silent.
#[test]
fn val_30_what_a_create_is_told() {
    let create = |edits: &[Edit], expected: &[&str]| {
        let sent = edited(&bound(), edits);
        let pod = WholePod::deserialize(&sent).expect("a Pod");
        assert_eq!(lines(&admission::create(&pod)), expected, "{edits:?}");
    };
    create(&[], &[]);
    create(&[("metadata/name", json!("Web"))], &["metadata.name Invalid VAL-08"]);
    create(&[("metadata/name", json!("a/b"))], &["metadata.name Invalid VAL-08"]);
    create(&[("metadata/finalizers", json!(["plain"]))], &["metadata.finalizers[0] Invalid VAL-05"]);
    create(&[("metadata/labels", json!({"a": "-"}))], &["metadata.labels Invalid VAL-06"]);
    create(
        &[("spec/terminationGracePeriodSeconds", json!(null))],
        &["spec.terminationGracePeriodSeconds Required VAL-13"],
    );
    let gates = || ("spec/schedulingGates", json!([{"name": "example.com/g"}]));
    create(&[gates()], &["spec.nodeName Forbidden VAL-30"]);
    create(&[gates(), ("spec/nodeName", json!(""))], &[]);
    let ephemeral = ("spec/ephemeralContainers", json!([{"name": "e", "image": "i"}]));
    create(&[ephemeral], &["spec.ephemeralContainers Forbidden VAL-30"]);
    let mark = || ("metadata/annotations", json!({"kubernetes.io/config.mirror": "h"}));
    create(&[mark()], &[]);
    create(
        &[mark(), ("spec/nodeName", json!(""))],
        &["metadata.annotations[kubernetes.io/config.mirror] Invalid VAL-13"],
    );
}
