//! Laws of the machines: property tests and exhaustive tables, judged by plain fields.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly, and reads what it tests"
)]

mod monitor;
mod termination;
