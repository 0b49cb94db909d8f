//! The cases of machines: each function goes through all that a sentence speaks of, calls the machine, and looks at what it
//! answers.

pub(super) mod admission;
pub(super) mod deletion;
pub(super) mod kill;
pub(super) mod phase;
pub(super) mod restart;
pub(super) mod scheduling;
pub(super) mod status;
pub(super) mod workloads;

use super::cases::{Cases, told};
