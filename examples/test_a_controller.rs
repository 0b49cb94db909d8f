//! For authors of controllers: what a test observed, asserted as a whole.
//!
//! `cargo run --example test_a_controller`

use pod_lifecycle::assert_conforms;
use serde_json::json;

fn main() {
    let event = |kind: &str, grace: Option<u64>, phase: &str| {
        let mut metadata = json!({ "name": "web-0", "namespace": "default", "uid": "1" });
        if let Some(grace) = grace {
            metadata["deletionTimestamp"] = json!("2026-01-01T00:00:30Z");
            metadata["deletionGracePeriodSeconds"] = json!(grace);
        }
        let pod = json!({ "kind": "Pod", "metadata": metadata, "spec": { "nodeName": "node-a" }, "status": { "phase": phase } });
        json!({ "type": kind, "object": pod })
    };
    assert_conforms(&[
        event("ADDED", None, "Pending"),
        event("MODIFIED", None, "Running"),
        event("MODIFIED", Some(30), "Running"),
        event("MODIFIED", Some(30), "Failed"),
        event("DELETED", Some(0), "Failed"),
    ]);
}
