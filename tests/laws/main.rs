//! x
mod monitor;
