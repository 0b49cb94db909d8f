//! For SREs and test authors: feed the output of
//! `kubectl get pods -A -w -o json --output-watch-events` to a `Monitor`, line by line.
//!
//! `cargo run --example judge_a_watch -- examples/traces/31-hazard-successor-removed.jsonl`
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "an example is a program")]

use std::error::Error;
use std::fs;

use pod_lifecycle::monitor::{Monitor, Observed};
use pod_lifecycle::wire::{self, WatchEvent};
use pod_lifecycle::{Force, RuleId, View};

fn main() -> Result<(), Box<dyn Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/traces/31-hazard-successor-removed.jsonl");
    let file = std::env::args().nth(1).unwrap_or_else(|| default.to_owned());
    let history = fs::read_to_string(&file)?;

    let mut monitor = Monitor::new();
    let mut broken = Vec::new();
    for (line, text) in (1..).zip(history.lines()) {
        let event: WatchEvent<'_> = wire::from_slice(text.as_bytes())?;
        let Some(observed) = Observed::from_event(event.kind) else { continue };
        for violation in monitor.observe(observed, View::of(&event.object)).violations {
            // A hazard is a race of components that all do what they should: told, and no breach.
            let force = violation.force();
            println!("event {line}: {force}: {}: {violation}", violation.rule());
            if force != Force::Hazard {
                broken.push(violation.rule());
            }
        }
    }
    println!("{} Pods seen, {} violations", monitor.seen(), broken.len());
    if file == default {
        assert_eq!(broken, [RuleId::INV_07; 5]);
    }
    Ok(())
}
