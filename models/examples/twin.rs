//! Explores model `api` once with the engine and prints what `models/spin/run.sh` compares with SPIN.
#![allow(clippy::print_stdout, reason = "that is its purpose")]

use pod_lifecycle_models::api::{Action, Api, State};
use pod_lifecycle_models::engine::{self, Flow, Limit, Space};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;

fn main() {
    let model = Plain(Api::new(Scope::Standard));
    let refused = std::env::args().any(|arg| arg == "--refused").then(|| refused(&model));
    let space: Space<State> = engine::explore(&model, Limit::NONE, |_| Flow::On);
    println!("states {}", space.len());
    println!("transitions {}", space.steps - refused.unwrap_or(0));
    println!("bytes {}", space.bytes());
}

/// SPIN has no transition for an action that is refused and changes nothing.
fn refused(model: &Plain<Api>) -> u64 {
    let still = |before: &State, action: &Action, after: &State| {
        before == after && model.0.step(before, *action).refused.is_some()
    };
    let mut refused = 0;
    let _: Space<State> = engine::explore_steps(model, Limit::NONE, still, |visit| {
        refused += visit.steps.iter().filter(|still| **still).count() as u64;
        Flow::On
    });
    refused
}
