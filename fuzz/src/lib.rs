//! The bodies of the fuzz targets: plain functions over bytes, free of libFuzzer.
//!
//! Each panics when a law is broken. The targets in `fuzz_targets/` call them under libFuzzer; `tests/laws` includes
//! this file and replays `corpus/` on a stable compiler.

mod deletion;
mod termination;
mod wire;

pub use deletion::deletion;
pub use termination::termination;
pub use wire::wire;
