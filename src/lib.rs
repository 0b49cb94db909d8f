#![doc = include_str!("../README.md")]
//! ## Features
//!
//! None is on by default: `k8s-openapi` (wire objects from its `Pod`), `kube` (a [`Monitor`] over the events of its
//! watcher), `schemars` (JSON Schemas of what is serialised).
#![deny(clippy::expect_used, clippy::indexing_slicing)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod admission;
pub mod attempts;
pub mod backoff;
pub mod binding;
mod conform;
pub mod container;
pub mod controllers;
pub mod creation;
pub mod deletion;
pub mod explain;
pub mod final_status;
#[cfg(feature = "k8s-openapi")]
mod k8s;
#[cfg(feature = "kube")]
mod kube;
pub mod kubelet_admission;
pub mod mirror;
pub mod monitor;
pub mod node;
pub mod node_restriction;
pub mod phase;
pub mod rules;
pub mod scheduling;
pub mod shutdown;
pub mod status;
pub mod status_word;
pub mod sync;
pub mod table;
pub mod termination;
pub mod time;
pub mod timeline;
pub mod validate;
pub mod view;
mod violation;
pub mod wire;
pub mod worker;

pub use binding::Binding;
pub use conform::assert_conforms;
pub use deletion::Deletion;
pub use monitor::Monitor;
pub use phase::Phase;
pub use rules::{KUBERNETES, RuleId};
pub use status_word::StatusWord;
pub use time::{Grace, Now, Time};
pub use validate::{admit, review};
pub use view::View;
pub use violation::{Flaw, Force, Predecessor, Violation};
