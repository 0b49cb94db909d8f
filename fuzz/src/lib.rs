//! The bodies of the fuzz targets: plain functions over bytes, free of libFuzzer.
//!
//! Each panics when a law is broken. The targets in `fuzz_targets/` call them under libFuzzer; `tests/laws` includes
//! this file and replays `corpus/` on a stable compiler.

mod admit;
mod deletion;
mod monitor;
mod termination;
mod wire;
mod worker;

pub use admit::admit;
pub use deletion::deletion;
pub use monitor::monitor;
pub use termination::termination;
pub use wire::{read_alike, wire};
pub use worker::worker;
