#![doc = include_str!("../README.md")]
#![deny(clippy::expect_used, clippy::indexing_slicing)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod admission;
pub mod attempts;
pub mod backoff;
pub mod binding;
pub mod container;
pub mod controllers;
pub mod creation;
pub mod deletion;
pub mod final_status;
pub mod kubelet_admission;
pub mod monitor;
pub mod node_restriction;
pub mod phase;
pub mod rules;
pub mod scheduling;
pub mod status;
pub mod sync;
pub mod table;
pub mod termination;
pub mod time;
pub mod validate;
pub mod view;
mod violation;
pub mod wire;
pub mod worker;

pub use binding::Binding;
pub use deletion::Deletion;
pub use monitor::Monitor;
pub use phase::Phase;
pub use rules::{KUBERNETES, RuleId};
pub use time::{Grace, Now, Time};
pub use validate::{admit, review};
pub use view::View;
pub use violation::{Force, Predecessor, Violation};
