//! Explores model `api` once with the engine and prints what `models/spin/run.sh` compares with SPIN.
#![allow(clippy::print_stdout, reason = "that is its purpose")]

use pod_lifecycle_models::api::Api;
use pod_lifecycle_models::engine::{self, Flow, Limit, Space};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;

fn main() {
    let model = Plain(Api::new(Scope::Standard));
    let count = std::env::args().any(|arg| arg == "--refused");
    // SPIN has no transition for an action that is refused and changes nothing.
    let mut refused = 0_u64;
    let space: Space<u64> = engine::explore(&model, Limit::NONE, |visit| {
        if count {
            let steps = visit.steps.iter().filter(|step| step.next == *visit.state);
            let moved = steps.map(|step| model.0.step(visit.state, step.action));
            refused += moved.filter(|moved| moved.refused.is_some()).count() as u64;
        }
        Flow::On
    });
    println!("states {}", space.len());
    println!("transitions {}", space.steps - refused);
    println!("bytes {}", space.bytes());
}
