//! `admit`, `review` and `inspect`, change by change: the rules that are broken, in order.

use pod_lifecycle::validate::{Endpoint, admit, inspect, review, review_removal};
use pod_lifecycle::wire::{self, Pod};
use pod_lifecycle::{Force, Predecessor, View, Violation};
use serde_json::{Value, json};

type Edit = (&'static str, Value);

fn edited(pod: &Value, edits: &[Edit]) -> Value {
    let mut pod = pod.clone();
    for (place, value) in edits {
        let (parent, member) = place.rsplit_once('/').expect("a place");
        pod.pointer_mut(&format!("/{parent}")).expect("a parent")[member] = value.clone();
    }
    pod
}

/// A bound Pod that runs.
fn pod() -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 2,
                     "creationTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/a"], "annotations": {}},
        "spec": {"nodeName": "n", "restartPolicy": "Never", "terminationGracePeriodSeconds": 30,
                 "activeDeadlineSeconds": 100, "initContainers": [{"name": "i"}], "containers": [{"name": "c"}],
                 "ephemeralContainers": [{"name": "e"}]},
        "status": {"phase": "Running", "startTime": "2026-01-01T00:00:05Z"},
    })
}

/// The same, while it is deleted with this grace; DT is this many seconds after 03:00.
fn deleting(secs: u32, grace: Value) -> Value {
    edited(
        &pod(),
        &[
            ("metadata/deletionTimestamp", json!(format!("2026-01-02T03:00:{secs:02}Z"))),
            ("metadata/deletionGracePeriodSeconds", grace),
        ],
    )
}

fn lines(found: &[Violation]) -> Vec<String> {
    let force = |force: Force| match force {
        Force::Refused => "refused",
        Force::Undisciplined => "undisciplined",
        Force::Hazard => "hazard",
    };
    found.iter().map(|violation| format!("{} {}", violation.rule(), force(violation.force()))).collect()
}

/// What is told of `old` → `old` with `edits`: by the main endpoint, by `/status`, of the stored change.
fn told(old: &Value, edits: &[Edit], main: &[&str], status: &[&str], stored: &[&str]) {
    let (old, new) = (old.to_string(), edited(old, edits).to_string());
    let old: Pod<'_> = wire::from_slice(old.as_bytes()).expect("a Pod");
    let new: Pod<'_> = wire::from_slice(new.as_bytes()).expect("a Pod");
    let (old, new) = (View::of(&old), View::of(&new));
    assert_eq!(lines(&admit(Endpoint::Main, &old, &new)), main, "main {edits:?}");
    assert_eq!(lines(&admit(Endpoint::Status, &old, &new)), status, "status {edits:?}");
    assert_eq!(lines(&review(&old, &new)), stored, "review {edits:?}");
}

/// VAL-01, INV-03, INV-11: identity, version and generation.
#[test]
fn val_01_identity_stays() {
    let same = ["VAL-01 refused"];
    for edit in [
        ("metadata/uid", json!("u2")),
        ("metadata/name", json!("other")),
        ("metadata/namespace", json!("other")),
        ("metadata/creationTimestamp", json!("2026-01-01T00:00:01Z")),
        ("metadata/creationTimestamp", json!(null)),
    ] {
        told(&pod(), &[edit], &same, &same, &same);
    }
    told(&pod(), &[("metadata/resourceVersion", json!("6"))], &[], &[], &["INV-03 refused"]);
    told(&pod(), &[("metadata/resourceVersion", json!("8"))], &[], &[], &[]);
    told(&pod(), &[("metadata/generation", json!(1))], &[], &[], &["INV-11 refused"]);
    told(&pod(), &[("metadata/generation", json!(3))], &[], &[], &[]);
}

/// VAL-02, INV-04, INV-05, INV-12, DEL-05, DEL-08: DT and G.
#[test]
fn val_02_a_deletion_only_gets_shorter() {
    let at = |secs: u32| ("metadata/deletionTimestamp", json!(format!("2026-01-02T03:00:{secs:02}Z")));
    let grace = |grace: i64| ("metadata/deletionGracePeriodSeconds", json!(grace));
    let none = || ("metadata/deletionGracePeriodSeconds", json!(null));
    let more = || ("metadata/generation", json!(3)); // OBJ-03
    let change = "VAL-02 refused";
    told(&pod(), &[at(40), grace(30), more()], &[change, change], &[change], &[]);
    told(&pod(), &[at(40), grace(0), more()], &[change, change], &[change], &[]);
    told(&pod(), &[at(40), grace(30)], &[change, change], &[change], &["INV-11 refused"]);
    told(
        &edited(&pod(), &[("metadata/generation", json!(0))]),
        &[at(40), grace(30)],
        &[change, change],
        &[change],
        &[],
    );
    told(&pod(), &[at(40), more()], &[change], &[], &["INV-04 refused"]);
    let unbound = edited(&pod(), &[("spec/nodeName", json!(null))]);
    told(&unbound, &[at(40), grace(30), more()], &[change, change], &[change], &["INV-12 refused"]);
    for phase in ["Succeeded", "Failed"] {
        let ended = edited(&pod(), &[("status/phase", json!(phase))]);
        told(&ended, &[at(40), grace(30), more()], &[change, change], &[change], &["DEL-05 refused"]);
        told(&ended, &[at(40), grace(0), more()], &[change, change], &[change], &[]);
    }
    let old = deleting(40, json!(30));
    told(&old, &[at(30), grace(20)], &[change], &[change], &[]); // both shifted
    told(&old, &[at(40), grace(20)], &[change], &[change], &["DEL-08 refused"]);
    told(&old, &[at(31), grace(20)], &[change], &[change], &["DEL-08 refused"]);
    told(&old, &[at(11), grace(1)], &[change], &[change], &[]);
    told(&old, &[at(45), grace(1)], &[change], &[change], &[]); // clamped to a later now
    told(&old, &[at(10), grace(1)], &[change], &[change], &["DEL-08 refused"]);
    told(&old, &[at(59), grace(0)], &[change], &[change], &[]);
    told(&old, &[at(50), grace(40)], &[change], &[change], &["INV-05 refused"]);
    told(&old, &[at(41)], &[], &[], &["DEL-08 refused"]);
    told(&old, &[at(39)], &[], &[], &["DEL-08 refused"]);
    told(&old, &[none()], &[], &[], &["INV-04 refused"]);
    told(&old, &[("metadata/deletionTimestamp", json!(null)), none()], &[], &[], &["INV-04 refused"]);
    let over = deleting(40, json!(0));
    told(&over, &[at(39)], &[], &[], &[]); // min(DT, now)
    told(&over, &[at(41)], &[], &[], &["DEL-08 refused"]);
    told(&over, &[grace(1)], &[change], &[change], &["INV-05 refused"]);
}

/// INV-06: who may add a finalizer while the Pod is deleted.
#[test]
fn inv_06_finalizers_only_go_while_deleting() {
    let finalizers = |names: Value| ("metadata/finalizers", names);
    let grace = |grace: i64| ("metadata/deletionGracePeriodSeconds", json!(grace));
    let added = "INV-06 refused";
    told(&pod(), &[finalizers(json!(["a/a", "b/b"]))], &[], &[], &[]);
    let old = deleting(40, json!(30));
    told(&old, &[finalizers(json!([]))], &[], &[], &[]);
    told(&old, &[finalizers(json!(["b/b", "c/c"]))], &[added, added], &[added, added], &[added, added]);
    told(&old, &[finalizers(json!(["orphan"]))], &[added], &[added], &[added]);
    // A DELETE that shortens, or finds 0, may ask for the collector's.
    let shorter = [finalizers(json!(["orphan"])), grace(0)];
    told(&old, &shorter, &["VAL-02 refused", added], &["VAL-02 refused", added], &[]);
    let over = deleting(40, json!(0));
    told(&over, &[finalizers(json!(["foregroundDeletion"]))], &[added], &[added], &[]);
    told(&over, &[finalizers(json!(["b/b"]))], &[added], &[added], &[added]);
}

/// INV-09, INV-10, INV-13, INV-15, VAL-12, VAL-16, VAL-17, CRE-30: what a spec may become.
#[test]
fn inv_13_the_spec_is_for_life() {
    let spec = |old: &Value, edit: Edit, line: &'static str| told(old, &[edit], &[line], &[], &[line]);
    let node = |node: Value| ("spec/nodeName", node);
    spec(&pod(), node(json!("m")), "INV-09 refused");
    spec(&pod(), node(json!(null)), "INV-09 refused");
    let unbound = edited(&pod(), &[node(json!(null))]);
    told(&unbound, &[node(json!("n"))], &["VAL-12 refused"], &[], &[]);
    let gone = edited(&deleting(40, json!(0)), &[node(json!(null))]);
    told(&gone, &[node(json!("n"))], &["VAL-12 refused"], &[], &["CRE-30 refused"]);
    let gates = |names: &[&str]| {
        ("spec/schedulingGates", json!(names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()))
    };
    let gated = edited(&unbound, &[gates(&["g", "h"])]);
    told(&gated, &[node(json!("n"))], &["VAL-12 refused"], &[], &["CRE-30 refused"]);
    told(&gated, &[gates(&["h"])], &[], &[], &[]);
    spec(&gated, gates(&["g", "x"]), "INV-10 refused");
    spec(&pod(), ("spec/restartPolicy", json!("Always")), "INV-13 refused");
    spec(&pod(), ("spec/terminationGracePeriodSeconds", json!(31)), "INV-13 refused");
    let deadline = |deadline: Value| ("spec/activeDeadlineSeconds", deadline);
    told(&pod(), &[deadline(json!(99))], &[], &[], &[]);
    spec(&pod(), deadline(json!(101)), "INV-15 refused");
    spec(&pod(), deadline(json!(null)), "INV-15 refused");
    told(&edited(&pod(), &[deadline(json!(null))]), &[deadline(json!(5))], &[], &[], &[]);
    let mark = |mark: &str| ("metadata/annotations", json!({"kubernetes.io/config.mirror": mark}));
    spec(&pod(), mark("h"), "VAL-17 refused");
    spec(&edited(&pod(), &[mark("h")]), mark("i"), "VAL-17 refused");
    spec(&edited(&pod(), &[mark("h")]), ("metadata/annotations", json!({})), "VAL-17 refused");
    let rules = json!([{"action": "Restart", "exitCodes": {"operator": "In", "values": [1]}}]);
    for containers in [
        json!([{"name": "d"}]),
        json!([]),
        json!([{"name": "c"}, {"name": "d"}]),
        json!([{"name": "c", "restartPolicy": "Always"}]),
        json!([{"name": "c", "restartPolicyRules": rules}]),
    ] {
        spec(&pod(), ("spec/containers", containers), "INV-13 refused");
    }
    spec(
        &pod(),
        ("spec/initContainers", json!([{"name": "i", "restartPolicy": "Always"}])),
        "INV-13 refused",
    );
    let ephemeral = |names: &[&str]| {
        (
            "spec/ephemeralContainers",
            json!(names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()),
        )
    };
    told(&pod(), &[ephemeral(&["e", "f"])], &[], &[], &[]);
    told(&pod(), &[ephemeral(&["d", "e"])], &[], &[], &[]);
    spec(&pod(), ephemeral(&[]), "VAL-16 refused");
    spec(&pod(), ephemeral(&["f"]), "VAL-16 refused");
}

/// VAL-22, VAL-23, VAL-24, CTR-21, CTR-40, CTR-42: what a status entry may become.
#[test]
fn val_22_what_becomes_of_an_entry() {
    let entry = |name: &str, state: Value, restarts: i32| json!([{"name": name, "state": state, "restartCount": restarts}]);
    let ended = |code: i32| json!({"terminated": {"exitCode": code, "finishedAt": "2026-01-01T00:01:00Z"}});
    let open = [json!({"running": {}}), json!({"waiting": {}}), json!({})];
    for (list, name, line) in [
        ("status/containerStatuses", "c", "VAL-22 refused"),
        ("status/initContainerStatuses", "i", "VAL-22 refused"),
        ("status/ephemeralContainerStatuses", "e", "VAL-23 refused"),
    ] {
        for state in &open {
            let old = edited(&pod(), &[(list, entry(name, ended(1), 0))]);
            told(&old, &[(list, entry(name, state.clone(), 0))], &[], &[line], &[line]);
            let new = edited(&pod(), &[(list, entry(name, state.clone(), 0))]);
            told(&new, &[(list, entry(name, ended(1), 0))], &[], &[], &[]);
        }
        let old = edited(&pod(), &[(list, entry(name, ended(1), 2))]);
        told(&old, &[(list, entry(name, ended(1), 1))], &[], &[], &["CTR-21 undisciplined"]);
        told(&old, &[(list, entry(name, ended(1), 3))], &[], &[], &[]);
    }
    let list = "status/containerStatuses";
    for (policy, code, allowed) in
        [("Always", 0, true), ("OnFailure", 0, false), ("OnFailure", 1, true), ("Never", 1, false)]
    {
        let old =
            edited(&pod(), &[("spec/restartPolicy", json!(policy)), (list, entry("c", ended(code), 0))]);
        let refused: &[&str] = if allowed { &[] } else { &["VAL-22 refused"] };
        told(&old, &[(list, entry("c", json!({"running": {}}), 1))], &[], refused, refused);
    }
    let old = edited(&pod(), &[(list, entry("c", ended(1), 0))]);
    told(&old, &[(list, entry("c", ended(2), 0))], &[], &[], &["CTR-40 hazard"]);
    told(&old, &[(list, json!([]))], &[], &[], &["CTR-42 hazard"]);
    let over = edited(&old, &[("status/phase", json!("Failed"))]);
    told(&over, &[(list, entry("c", ended(2), 0))], &[], &[], &["CTR-40 undisciplined"]);
    told(&over, &[(list, json!([]))], &[], &[], &["CTR-42 undisciplined"]);
}

/// PHA-04, PHA-15, KUB-66, OBJ-32, INV-29, CTR-21: what a phase, a start time and a count may become; of a mirror more.
#[test]
fn pha_15_a_terminal_phase_is_final() {
    let stored = |old: &Value, edits: &[Edit], lines: &[&str]| told(old, edits, &[], &[], lines);
    let phase = |phase: &str| ("status/phase", json!(phase));
    let mark = || ("metadata/annotations", json!({"kubernetes.io/config.mirror": "h"}));
    let mirror = edited(&pod(), &[mark()]);
    for over in ["Succeeded", "Failed"] {
        stored(&pod(), &[phase(over)], &[]);
        for next in ["Pending", "Running"] {
            stored(&edited(&pod(), &[phase(over)]), &[phase(next)], &["PHA-15 undisciplined"]);
            stored(&edited(&mirror, &[phase(over)]), &[phase(next)], &["KUB-66 hazard"]);
        }
    }
    let start = |start: Value| ("status/startTime", start);
    stored(&edited(&pod(), &[start(json!(null))]), &[start(json!("2026-01-01T00:00:05Z"))], &[]);
    stored(&pod(), &[start(json!("2026-01-01T00:00:06Z"))], &["OBJ-32 undisciplined"]);
    stored(&mirror, &[start(json!("2026-01-01T00:00:06Z"))], &["OBJ-32 hazard"]);
    stored(&mirror, &[start(json!(null))], &["OBJ-32 undisciplined"]);
    let count = |count: i32| ("status/containerStatuses", json!([{"name": "c", "restartCount": count}]));
    stored(&edited(&mirror, &[count(2)]), &[count(1)], &["CTR-21 hazard"]);
    // A rejection begins the entries anew.
    stored(&edited(&pod(), &[count(2)]), &[count(1), phase("Failed")], &[]);
    stored(&edited(&pod(), &[count(2)]), &[count(1), phase("Succeeded")], &["CTR-21 undisciplined"]);
}

/// The states of one container, and what `Succeeded` makes of it.
#[test]
fn pha_04_nothing_contradicts_success() {
    let ended = |code: i32, reason: &str| json!({"terminated": {"exitCode": code, "reason": reason}});
    let entry = |name: &str, state: &Value| json!([{"name": name, "state": state}]);
    let phase = |phase: &str| ("status/phase", json!(phase));
    for (state, wrong) in [
        (json!({"running": {}}), true),
        (ended(1, "Error"), true),
        (ended(0, "Completed"), false),
        (ended(137, "ContainerStatusUnknown"), false),
        (json!({"waiting": {}}), false),
        (json!({}), false),
    ] {
        let lines: &[&str] = if wrong { &["PHA-04 undisciplined"] } else { &[] };
        let list = |name| {
            (
                if name == "c" { "status/containerStatuses" } else { "status/initContainerStatuses" },
                entry(name, &state),
            )
        };
        let old = edited(&pod(), &[list("c")]);
        told(&old, &[phase("Succeeded")], &[], &[], lines);
        told(&edited(&old, &[phase("Succeeded")]), &[], &[], &[], &[]); // it was told
        told(&edited(&pod(), &[list("i")]), &[phase("Succeeded")], &[], &[], &[]);
    }
}

/// CTR-40, CTR-42, INV-21, NON-05: what an ended Pod still does, and what of it an honest component may have done.
#[test]
fn inv_21_what_happens_after_the_end() {
    let stored = |old: &Value, edits: &[Edit], lines: &[&str]| told(old, edits, &[], &[], lines);
    let phase = |phase: &str| ("status/phase", json!(phase));
    let collected = || {
        let condition = json!([{"type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC"}]);
        ("status/conditions", condition)
    };
    let mark = || ("metadata/annotations", json!({"kubernetes.io/config.mirror": "h"}));
    let list = |states: &[(&str, Value)]| {
        let entries: Vec<Value> =
            states.iter().map(|(name, state)| json!({"name": name, "state": state})).collect();
        ("status/containerStatuses", json!(entries))
    };
    let ended = |code: i32| json!({"terminated": {"exitCode": code}});
    let runs = || json!({"running": {}});
    let failed = edited(&pod(), &[phase("Failed"), list(&[("c", ended(1))])]);
    for (old, force) in [
        (failed.clone(), "undisciplined"),
        (edited(&failed, &[collected()]), "hazard"),
        (edited(&failed, &[mark()]), "hazard"),
    ] {
        stored(&old, &[list(&[("c", ended(2))])], &[&format!("CTR-40 {force}")]);
        stored(&old, &[list(&[])], &[&format!("CTR-42 {force}")]);
    }
    let live = edited(
        &pod(),
        &[
            list(&[("c", ended(1)), ("d", ended(0))]),
            ("spec/containers", json!([{"name": "c"}, {"name": "d"}])),
        ],
    );
    stored(&live, &[list(&[])], &["CTR-42 hazard", "CTR-42 hazard"]);
    stored(&live, &[list(&[("c", ended(1))])], &["CTR-42 undisciplined"]);
    stored(&live, &[list(&[]), phase("Failed")], &[]); // rejected
    stored(&live, &[list(&[]), phase("Succeeded")], &["CTR-42 undisciplined", "CTR-42 undisciplined"]);
    let unbound = edited(&live, &[("spec/nodeName", json!(null)), phase("Pending")]);
    stored(&unbound, &[list(&[])], &["CTR-42 undisciplined", "CTR-42 undisciplined"]);

    for over in ["Failed", "Succeeded"] {
        let old = edited(&pod(), &[phase(over)]);
        let waits = edited(&old, &[list(&[("c", json!({"waiting": {}}))])]);
        let success = if over == "Succeeded" { &["PHA-04 undisciplined"][..] } else { &[] };
        let told =
            |old: &Value, line: &str| stored(old, &[list(&[("c", runs())])], &[success, &[line]].concat());
        told(&waits, "INV-21 undisciplined");
        told(&old, if over == "Failed" { "NON-05 hazard" } else { "INV-21 undisciplined" });
        for before in [&waits, &old] {
            told(&edited(before, &[collected()]), "NON-05 hazard");
            told(&edited(before, &[mark()]), "KUB-66 hazard");
        }
        stored(&edited(&old, &[list(&[("c", runs())])]), &[("metadata/generation", json!(3))], &[]);
    }
    stored(&pod(), &[phase("Failed"), list(&[("c", runs())])], &[]); // it began before the end

    let by_kubelet = || {
        let condition =
            json!([{"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet"}]);
        ("status/conditions", condition)
    };
    stored(&failed, &[by_kubelet()], &["INV-29 undisciplined"]);
    stored(&edited(&failed, &[collected()]), &[by_kubelet()], &["INV-29 hazard"]);
    stored(&edited(&failed, &[by_kubelet()]), &[("metadata/generation", json!(3))], &[]);
}

/// INV-07: an object is removed only from grace 0.
#[test]
fn inv_07_a_removal_follows_grace_0() {
    let removed = |pod: &Value| {
        let text = pod.to_string();
        let pod: Pod<'_> = wire::from_slice(text.as_bytes()).expect("a Pod");
        let found: Vec<Violation> = review_removal(&View::of(&pod), Predecessor::None).into_iter().collect();
        lines(&found)
    };
    assert_eq!(removed(&pod()).len(), 1);
    assert_eq!(removed(&deleting(40, json!(30))), ["INV-07 refused"]);
    assert_eq!(removed(&deleting(40, json!(1))), ["INV-07 refused"]);
    assert_eq!(removed(&deleting(40, json!(0))), [""; 0]);
    assert_eq!(removed(&deleting(40, json!(null))), [""; 0]);
}

/// INV-04, INV-12, INV-29, OBJ-31: what one object alone shows.
#[test]
fn obj_31_what_a_single_object_shows() {
    let alone = |pod: &Value| {
        let text = pod.to_string();
        let pod: Pod<'_> = wire::from_slice(text.as_bytes()).expect("a Pod");
        lines(&inspect(&View::of(&pod)))
    };
    assert_eq!(alone(&pod()), [""; 0]);
    assert_eq!(alone(&deleting(40, json!(30))), [""; 0]);
    assert_eq!(alone(&deleting(40, json!(null))), ["INV-04 refused"]);
    let unbound =
        |pod: &Value| edited(pod, &[("spec/nodeName", json!(null)), ("status/phase", json!("Pending"))]);
    assert_eq!(alone(&unbound(&deleting(40, json!(30)))), ["INV-12 refused"]);
    assert_eq!(alone(&unbound(&deleting(40, json!(0)))), [""; 0]);
    assert_eq!(alone(&edited(&pod(), &[("status/phase", json!("Over"))])), ["OBJ-31 undisciplined"]);
    assert_eq!(alone(&edited(&pod(), &[("status/phase", json!("Unknown"))])).len(), 1);
    let gated = [("spec/schedulingGates", json!([{"name": "g"}]))];
    assert_eq!(alone(&edited(&pod(), &gated)), ["CRE-30 refused"]);
    assert_eq!(alone(&unbound(&edited(&pod(), &gated))), [""; 0]);
    let disrupted = json!([{"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet"}]);
    let early = edited(&pod(), &[("status/conditions", disrupted.clone())]);
    assert_eq!(alone(&early), ["INV-29 undisciplined"]);
    let over = edited(&early, &[("status/phase", json!("Failed"))]);
    assert_eq!(alone(&over), [""; 0]);
    let with = ("status/conditions", disrupted);
    told(&pod(), std::slice::from_ref(&with), &[], &[], &["INV-29 undisciplined"]);
    told(&pod(), &[with, ("status/phase", json!("Failed"))], &[], &[], &[]);
}
