//! `DeleteOptions`.

use serde::{Deserialize, Serialize};

use super::{Text, nullable};

/// The body of a DELETE, or what the query string says in its stead (DEL-02).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteOptions<'a> {
    /// `gracePeriodSeconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_period_seconds: Option<i64>,
    /// `propagationPolicy`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub propagation_policy: Option<Text<'a>>,
    /// `orphanDependents`, deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orphan_dependents: Option<bool>,
    /// `preconditions`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub preconditions: Preconditions<'a>,
    /// `dryRun`.
    #[serde(borrow, default, deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub dry_run: Vec<Text<'a>>,
}

/// What must hold of the stored object (DEL-03).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Preconditions<'a> {
    /// `uid`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<Text<'a>>,
    /// `resourceVersion`.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<Text<'a>>,
}
