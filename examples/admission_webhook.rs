//! For authors of validating webhooks: an `AdmissionReview` (v1) of a Pod in, the answer out.
//!
//! What the API server would refuse is denied with its causes, each with its field and its rule; what it accepts, but
//! no conforming component does, is a warning. A validating webhook sees the object as the server is about to store
//! it, which is what `admission::update` judges.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::error::Error;

use pod_lifecycle::View;
use pod_lifecycle::admission::{self, Cause};
use pod_lifecycle::validate::{Endpoint, review};
use pod_lifecycle::wire::{self, Pod, Text, WholePod, WireError};
use serde::Deserialize;
use serde_json::{Value, json};

/// The request, as far as it is read. `P` is how much of a Pod is read.
#[derive(Deserialize)]
struct AdmissionReview<'a, P> {
    #[serde(borrow, bound(deserialize = "P: Deserialize<'de>"))]
    request: Request<'a, P>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "P: Deserialize<'de>"))]
struct Request<'a, P> {
    #[serde(borrow)]
    uid: Text<'a>,
    #[serde(borrow)]
    operation: Text<'a>,
    #[serde(borrow, default)]
    sub_resource: Text<'a>,
    object: Option<P>,
    old_object: Option<P>,
}

/// Answers one request: the body of the HTTP response.
///
/// # Errors
/// [`WireError`] if the body is no `AdmissionReview` of a Pod; a server answers 400 then.
fn answer(body: &[u8]) -> Result<Value, WireError> {
    let AdmissionReview { request } = wire::from_slice::<AdmissionReview<'_, WholePod<'_>>>(body)?;
    let causes = match (request.operation.as_str(), endpoint(&request.sub_resource)) {
        ("CREATE", Some(Endpoint::Main)) => {
            request.object.as_ref().map(|new| details(&admission::create(new)))
        }
        ("UPDATE", Some(endpoint)) => request
            .old_object
            .as_ref()
            .zip(request.object.as_ref())
            .map(|(old, new)| details(&admission::update(endpoint, old, new))),
        _ => None, // DELETE, CONNECT, and sub-resources that have rules of their own
    };
    let causes = causes.unwrap_or_default();
    let mut response = json!({ "uid": request.uid.as_str(), "allowed": causes.is_empty() });
    if !causes.is_empty() {
        let mut messages: Vec<&str> = causes.iter().filter_map(|cause| cause["message"].as_str()).collect();
        messages.dedup(); // the server finds some faults twice
        response["status"] = json!({
            "code": 422,
            "reason": "Invalid",
            "message": messages.join("; "),
            "details": { "kind": "Pod", "causes": causes },
        });
    } else if request.operation.as_str() == "UPDATE" {
        response["warnings"] = warnings(body)?.into();
    }
    Ok(json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response }))
}

fn endpoint(sub_resource: &str) -> Option<Endpoint> {
    match sub_resource {
        "" => Some(Endpoint::Main),
        "status" => Some(Endpoint::Status),
        _ => None,
    }
}

fn details(causes: &[Cause<'_>]) -> Vec<Value> {
    let one = |cause: &Cause<'_>| {
        let rule = cause.rule();
        json!({
            "reason": cause.kind().as_str(),
            "field": cause.field().to_string(),
            "message": format!("{}: {rule}: {}", cause.field(), rule.rule().says),
        })
    };
    causes.iter().map(one).collect()
}

/// Changes that the API server stores, and that no conforming component makes.
fn warnings(body: &[u8]) -> Result<Vec<String>, WireError> {
    let AdmissionReview { request } = wire::from_slice::<AdmissionReview<'_, Pod<'_>>>(body)?;
    let pair = request.old_object.as_ref().zip(request.object.as_ref());
    let found = pair.map(|(old, new)| review(&View::of(old), &View::of(new))).unwrap_or_default();
    Ok(found.iter().map(|violation| format!("{}: {violation}", violation.rule())).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    // A client adds a finalizer to a Pod that is being deleted.
    let late = answer(
        br#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "705ab4f5", "operation": "UPDATE", "subResource": "",
            "oldObject": {
                "metadata": {"name": "web-0", "namespace": "shop", "uid": "6bec464a", "resourceVersion": "7",
                             "deletionTimestamp": "2026-01-02T03:04:35Z", "deletionGracePeriodSeconds": 30},
                "spec": {"terminationGracePeriodSeconds": 30, "containers": [{"name": "app", "image": "app:1"}]}},
            "object": {
                "metadata": {"name": "web-0", "namespace": "shop", "uid": "6bec464a", "resourceVersion": "7",
                             "deletionTimestamp": "2026-01-02T03:04:35Z", "deletionGracePeriodSeconds": 30,
                             "finalizers": ["example.com/late"]},
                "spec": {"terminationGracePeriodSeconds": 30, "containers": [{"name": "app", "image": "app:1"}]}}}}"#,
    )?;
    println!("{late:#}");
    let response = &late["response"];
    assert_eq!((&response["uid"], &response["allowed"]), (&json!("705ab4f5"), &json!(false)));
    assert_eq!(response["status"]["details"]["causes"][0]["field"], "metadata.finalizers");
    assert_eq!(response["status"]["details"]["causes"][0]["reason"], "FieldValueForbidden");

    // Somebody sets a Pod that has failed to running again: accepted, but nobody should.
    let revived = answer(
        br#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
            "uid": "c2b7a1d0", "operation": "UPDATE", "subResource": "status",
            "oldObject": {
                "metadata": {"name": "job-1", "namespace": "shop", "uid": "0f9e", "resourceVersion": "8"},
                "spec": {"nodeName": "node-b", "restartPolicy": "Never",
                         "containers": [{"name": "app", "image": "app:1"}]},
                "status": {"phase": "Failed"}},
            "object": {
                "metadata": {"name": "job-1", "namespace": "shop", "uid": "0f9e", "resourceVersion": "8"},
                "spec": {"nodeName": "node-b", "restartPolicy": "Never",
                         "containers": [{"name": "app", "image": "app:1"}]},
                "status": {"phase": "Running"}}}}"#,
    )?;
    println!("{revived:#}");
    let response = &revived["response"];
    assert_eq!(response["allowed"], true);
    let warning = "phase went from `Failed` to `Running`; a terminal phase is final";
    assert!(response["warnings"][0].as_str().is_some_and(|text| text.ends_with(warning)));

    // A DELETE has rules of its own (`Deletion::step`).
    let delete =
        answer(br#"{"request": {"uid": "d", "operation": "DELETE", "object": null, "oldObject": {}}}"#)?;
    assert_eq!(delete["response"], json!({ "uid": "d", "allowed": true }));
    Ok(())
}
