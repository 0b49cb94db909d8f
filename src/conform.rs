//! For the tests of controllers and operators: a history as plain JSON values, asserted as a whole.

use serde_json::Value;

use crate::monitor::Monitor;
use crate::violation::Force;
use crate::wire::{self, Document};

/// Asserts that a history conforms: watch events, Pods, lists or audit events, in order. Hazards pass.
///
/// # Panics
/// If a value is none of these, or with every violation if there is one.
///
/// ```
/// use serde_json::json;
/// let pod = |phase| json!({ "kind": "Pod", "metadata": { "name": "web", "uid": "1" },
///     "spec": { "nodeName": "n" }, "status": { "phase": phase } });
/// pod_lifecycle::assert_conforms(&[pod("Pending"), pod("Running"), pod("Failed")]);
/// ```
///
/// ```should_panic
/// use serde_json::json;
/// let pod = |phase| json!({ "kind": "Pod", "metadata": { "name": "web", "uid": "1" },
///     "spec": { "nodeName": "n" }, "status": { "phase": phase } });
/// pod_lifecycle::assert_conforms(&[pod("Failed"), pod("Running")]);
/// ```
#[track_caller]
pub fn assert_conforms<'a>(history: impl IntoIterator<Item = &'a Value>) {
    let (mut monitor, mut broken) = (Monitor::new(), Vec::new());
    for (number, value) in (1..).zip(history) {
        let text = value.to_string();
        match wire::from_slice::<Document<'_>>(text.as_bytes()) {
            Ok(document) => {
                monitor.take_in(&document, |subject, verdict| {
                    let real = verdict.violations.iter().filter(|found| found.force() != Force::Hazard);
                    broken.extend(real.map(|found| {
                        let (namespace, name) = (subject.namespace, subject.name);
                        format!("value {number}, Pod {namespace}/{name}: {}: {found}", found.rule())
                    }));
                });
            }
            Err(error) => broken.push(format!("value {number} cannot be read: {error}")),
        }
    }
    assert!(broken.is_empty(), "the history does not conform:\n{}", broken.join("\n"));
}
