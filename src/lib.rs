#![doc = include_str!("../README.md")]
#![deny(clippy::expect_used, clippy::indexing_slicing)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod binding;
pub mod container;
pub mod deletion;
pub mod phase;
pub mod rules;
pub mod time;
pub mod view;
pub mod wire;
pub mod worker;

pub use binding::Binding;
pub use deletion::Deletion;
pub use phase::Phase;
pub use rules::{KUBERNETES, RuleId};
pub use time::{Grace, Now, Time};
