//! Each field of an audit event, changed: what it makes of the verdict. What the answers hold is in `monitor_fields`.

use pod_lifecycle::RuleId;
use pod_lifecycle::monitor::{Monitor, Told, Unknown};
use pod_lifecycle::wire::{self, AuditEvent, AuditRequest, AuditUser, Document, ObjectRef};
use serde_json::{Value, json};

use crate::monitor::set;

fn pod(phase: &str, deleting: bool) -> Value {
    let mut pod = json!({
        "kind": "Pod",
        "metadata": { "name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "5", "creationTimestamp": "2026-01-01T00:00:00Z" },
        "spec": { "nodeName": "n", "containers": [{ "name": "c" }] },
        "status": { "phase": phase },
    });
    if deleting {
        pod["metadata"]["resourceVersion"] = json!("9");
        pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:01:00Z");
        pod["metadata"]["deletionGracePeriodSeconds"] = json!(0);
    }
    pod
}

/// A request by an administrator; the UID is given.
fn request(verb: &str, sub: &str, object: Value, response: Value) -> Value {
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "stage": "ResponseComplete", "verb": verb,
        "requestURI": "/api/v1/namespaces/shop/pods/web", "user": { "username": "admin" }, "userAgent": "kubectl/v1.36",
        "objectRef": { "resource": "pods", "subresource": sub, "namespace": "shop", "name": "web", "uid": "u" },
        "responseStatus": { "code": 200 }, "requestObject": object, "responseObject": response,
    })
}

fn forced() -> Value {
    let options = json!({ "gracePeriodSeconds": 0, "preconditions": { "uid": "u" } });
    request("delete", "", options, pod("Running", true))
}

fn bound() -> Value {
    let binding = json!({ "kind": "Binding", "metadata": { "uid": "u" }, "target": { "name": "n" } });
    request("create", "binding", binding, json!({ "kind": "Status" }))
}

fn take(monitor: &mut Monitor, event: &Value) -> (Told, Vec<RuleId>, Option<Unknown>) {
    let text = event.to_string();
    let document: Document<'_> = wire::from_slice(text.as_bytes()).unwrap();
    let (mut rules, mut unknown) = (Vec::new(), None);
    let told = monitor.take_in(&document, |_, verdict| {
        rules.extend(verdict.violations.iter().map(pod_lifecycle::Violation::rule));
        unknown = verdict.unknown;
    });
    (told, rules, unknown)
}

/// What is said to the request, once the Pod is known.
fn verdict(event: &Value, change: Option<(&str, Value)>) -> (Told, Vec<RuleId>, Option<Unknown>) {
    let mut monitor = Monitor::new();
    take(&mut monitor, &request("create", "", json!(null), pod("Pending", false)));
    let mut event = event.clone();
    if let Some((pointer, value)) = change {
        set(&mut event, pointer, value).unwrap();
    }
    take(&mut monitor, &event)
}

/// The fields that the wire reads; one more stops the build here.
fn fields(event: AuditEvent<'_>) -> [&'static str; 13] {
    let AuditEvent { stage: _, verb: _, uri: _, user, agent: _, object, code: _, request, response: _ } =
        event;
    let AuditUser { username: _ } = user;
    let ObjectRef { resource: _, subresource: _, namespace: _, name: _, uid: _ } = object;
    let AuditRequest { body: _, uid: _, target: _, dry_run: _, grace_period_seconds: _ } = request;
    [
        "/stage",
        "/verb",
        "/requestURI",
        "/user/username",
        "/userAgent",
        "/objectRef/resource",
        "/objectRef/subresource",
        "/objectRef/namespace",
        "/objectRef/name",
        "/objectRef/uid",
        "/responseStatus/code",
        "/requestObject",
        "/responseObject",
    ]
}

/// Which requests count, whose they are, and what they must name.
#[test]
fn every_field_of_an_audit_event_is_judged() {
    let silent = (Told::Something, vec![], None);
    let nothing = (Told::Nothing, vec![], None);
    let told = |rules: &[RuleId]| (Told::Something, rules.to_vec(), None);
    let unlogged = (Told::Something, vec![], Some(Unknown::Unlogged));
    assert_eq!(verdict(&forced(), None), silent);
    assert_eq!(verdict(&bound(), None), silent);
    let (delete, bind) = (forced(), bound());
    let rows = [
        // Only the last stage tells what became of a request; a refused one, a dry run or another object is none.
        (&delete, "/stage", json!("RequestReceived"), nothing.clone()),
        (&delete, "/responseStatus/code", json!(409), nothing.clone()),
        (&delete, "/requestURI", json!("/api/v1/namespaces/shop/pods/web?dryRun=All"), nothing.clone()),
        (&delete, "/requestObject/dryRun", json!(["All"]), nothing.clone()),
        (&delete, "/objectRef/resource", json!("services"), nothing.clone()),
        (&delete, "/objectRef/subresource", json!("exec"), nothing),
        // KUB-35: this Pod has not ended, so no kubelet sends that.
        (&delete, "/user/username", json!("system:node:n"), told(&[RuleId::KUB_35])),
        (&delete, "/requestObject/preconditions", json!({}), told(&[RuleId::NON_18])), // DEL-24
        (&delete, "/requestObject", json!(null), told(&[RuleId::NON_18])),
        (&bind, "/requestObject/metadata/uid", json!(null), told(&[RuleId::NON_18])), // CRE-33
        (&bind, "/requestObject/target/name", json!("other"), told(&[RuleId::INV_09])),
        (&bind, "/requestObject", json!(null), silent.clone()), // it is not logged
        // An update may leave an object that only finalizers kept (DEL-16), a read shows what is stored.
        (&delete, "/verb", json!("patch"), silent.clone()),
        (&delete, "/verb", json!("get"), silent.clone()),
        // CRE-01: a create answers with a new Pod; its DT is a step that a Pod may take.
        (&delete, "/verb", json!("create"), silent.clone()),
        // The answer tells what the grace became (DEL-05), and which Pod it was.
        (&delete, "/requestObject/gracePeriodSeconds", json!(7), silent.clone()),
        (&delete, "/userAgent", json!("other"), silent.clone()),
        (&delete, "/objectRef/namespace", json!("other"), silent.clone()),
        (&delete, "/objectRef/name", json!("other"), silent.clone()),
        (&delete, "/objectRef/uid", json!("other"), silent),
        (&delete, "/responseObject", json!(null), unlogged.clone()),
        (&delete, "/responseObject", json!({ "kind": "Status" }), unlogged),
    ];
    for (event, pointer, value, expected) in &rows {
        assert_eq!(verdict(event, Some((pointer, value.clone()))), *expected, "{pointer} became {value}");
    }
    for field in fields(AuditEvent::default()) {
        assert!(rows.iter().any(|(_, pointer, ..)| *pointer == field), "{field} is not changed");
    }
}
