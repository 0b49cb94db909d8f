//! The models: sizes, packing, state counts, and that `verify` is clean and would not be if something were missing.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod api;
mod capacity;
mod claims;
mod disruption;
mod documents;
mod engine;
mod hazards;
mod identity;
mod kill;
mod liveness;
mod paths;
mod phase;
mod pod;
mod reach;
mod runs;
mod timeline;
mod verdicts;
mod watch;
