//! x
mod monitor;
mod worker;
