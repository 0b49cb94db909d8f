//! States per second of the models, and bytes per state: `cargo bench --bench exploration`. Divan's item is a state.

use divan::Bencher;
use divan::counter::ItemsCount;
use pod_lifecycle_models::audit::Until;
use pod_lifecycle_models::catalogue::{self, MODELS, Variant};
use pod_lifecycle_models::law::Scope;

#[allow(clippy::print_stdout, reason = "a bench reports")]
fn main() {
    for model in MODELS {
        println!("{}: {} bytes a state, {} packed", model.name, model.state_bytes, model.packed_bytes);
    }
    divan::main();
}

/// stateright's breadth-first search over a whole standard scope, every law judged on every step.
#[divan::bench(args = ["api", "phase", "kill", "pod"], sample_count = 5)]
fn explore(bencher: Bencher<'_, '_>, name: &str) {
    let Some(model) = catalogue::find(name) else { return };
    let states = (model.explore)(Scope::Standard, Variant::Faithful, Until::Exhausted).states;
    bencher
        .counter(ItemsCount::new(states))
        .bench(|| (model.explore)(Scope::Standard, Variant::Faithful, Until::Exhausted).states);
}
