//! Who wrote an object last, as `metadata.managedFields` tells: read only where somebody asks.

use serde::Deserialize;

use super::{Text, nullable};

/// One entry of `managedFields`.
#[derive(Default, Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    manager: Text<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    subresource: Text<'a>,
    #[serde(borrow, default, deserialize_with = "nullable")]
    time: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    managed_fields: Vec<Entry<'a>>,
}

#[derive(Default, Deserialize)]
struct Object<'a> {
    #[serde(borrow, default, deserialize_with = "nullable")]
    metadata: Metadata<'a>,
    #[serde(borrow, default)]
    object: Option<Box<Self>>,
}

/// The field manager that wrote an object last, with the subresource that it used; `json` begins with the object, or
/// a watch event about it. A DELETE and a binding leave no entry (VAL-09).
///
/// ```
/// let json = br#"{"type": "MODIFIED", "object": {"metadata": {"managedFields": [
///     {"manager": "kubelet", "subresource": "status", "time": "2026-01-02T00:00:00Z"},
///     {"manager": "kubectl", "time": "2026-01-01T00:00:00Z"}]}}}"#;
/// assert_eq!(pod_lifecycle::wire::last_manager(json).as_deref(), Some("kubelet (status)"));
/// ```
#[must_use]
pub fn last_manager(json: &[u8]) -> Option<String> {
    let (outer, _) = super::first::<Object<'_>>(json).ok()?;
    let object = outer.object.as_deref().unwrap_or(&outer);
    // Times are written alike, so their texts are ordered as they are.
    let last = object.metadata.managed_fields.iter().max_by(|a, b| a.time.cmp(&b.time))?;
    Some(match last.subresource.as_str() {
        "" => last.manager.to_string(),
        subresource => format!("{} ({subresource})", last.manager),
    })
}
