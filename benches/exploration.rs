//! States per second of the models, and bytes per state: `cargo bench --bench exploration`. Divan's item is a state.
//! Compare ratios from one run.

use divan::Bencher;
use divan::counter::ItemsCount;
use pod_lifecycle_models::api::{self, Api};
use pod_lifecycle_models::audit::Until;
use pod_lifecycle_models::catalogue::{self, MODELS, Variant};
use pod_lifecycle_models::engine::{self, Flow, Limit, Space};
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::liveness::{Plain, Which};
use stateright::{Checker, Model};

#[allow(clippy::print_stdout, reason = "a bench reports")]
fn main() {
    for model in MODELS {
        println!("{}: {} bytes a state, {} packed", model.name, model.state_bytes, model.packed_bytes);
    }
    let space = space();
    let per_state = |bytes: usize| bytes as f64 / f64::from(space.len());
    println!("engine on api: {:.1} bytes a stored state, steps apart", per_state(space.bytes()));
    divan::main();
}

fn api() -> Plain<Api> {
    Plain(Api::new(Scope::Standard))
}

fn space() -> Space<api::State> {
    engine::explore(&api(), Limit::NONE, |_| Flow::On)
}

fn counted<T>(bencher: Bencher<'_, '_>, run: impl Fn() -> T + Sync) {
    bencher.counter(ItemsCount::new(space().len())).bench(run);
}

/// The engine.
#[divan::bench(sample_count = 10)]
fn engine_alone(bencher: Bencher<'_, '_>) {
    counted(bencher, space);
}

/// The engine with all steps kept, and every law of liveness decided with each assumption dropped.
#[divan::bench(args = ["api", "phase"], sample_count = 5)]
fn engine_liveness(bencher: Bencher<'_, '_>, name: &str) {
    let Some(model) = catalogue::find(name) else { return };
    let run = || (model.live)(Scope::Standard, Variant::Faithful, Which::All);
    bencher.counter(ItemsCount::new(run().states)).bench(run);
}

/// stateright's breadth-first search without any property.
#[divan::bench(args = [1, 2], sample_count = 5)]
fn stateright_bfs(bencher: Bencher<'_, '_>, threads: usize) {
    counted(bencher, || api().checker().threads(threads).spawn_bfs().join().unique_state_count());
}

/// stateright's depth-first search without any property.
#[divan::bench(args = [1, 2], sample_count = 5)]
fn stateright_dfs(bencher: Bencher<'_, '_>, threads: usize) {
    counted(bencher, || api().checker().threads(threads).spawn_dfs().join().unique_state_count());
}

/// stateright's breadth-first search over a whole standard scope, every law judged on every step.
#[divan::bench(args = ["api", "phase", "kill", "pod", "identity"], sample_count = 5)]
fn explore(bencher: Bencher<'_, '_>, name: &str) {
    let Some(model) = catalogue::find(name) else { return };
    let states = (model.explore)(Scope::Standard, Variant::Faithful, Until::Exhausted).states;
    bencher
        .counter(ItemsCount::new(states))
        .bench(|| (model.explore)(Scope::Standard, Variant::Faithful, Until::Exhausted).states);
}
