//! Model checking of the Pod lifecycle protocol: actors, scopes, laws, mutants.
//!
//! A decision of the protocol is made by a call into `pod-lifecycle`; the models add what that crate leaves
//! out: who may act when, and what others do in between. Laws judge plain fields of states and call none of
//! the functions that they judge.
//!
//! A new model is a module that implements [`Protocol`], and one entry in [`catalogue::MODELS`].
//!
//! [`catalogue::MODELS`] lists the models, [`verify::verify`] checks them, [`render`] shows a path.

pub mod api;
pub mod audit;
mod bits;
pub mod candidates;
pub mod capacity;
pub mod catalogue;
pub mod claims;
pub mod decided;
pub mod disruption;
pub mod engine;
pub mod explorer;
pub mod identity;
pub mod kill;
pub mod law;
pub mod liveness;
pub mod matrix;
pub mod mutants;
pub mod phase;
pub mod pod;
mod records;
pub mod render;
pub mod search;
pub mod verify;
pub mod walkthrough;
pub mod watch;

pub use law::{Kind, Law, On, Protocol, Scope};
