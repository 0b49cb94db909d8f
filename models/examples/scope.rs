//! Explores one model in one scope with the engine, no law judged, and prints what it took:
//! `cargo run --release -p pod-lifecycle-models --example scope -- pod large 10`. The last number is the limit in GiB; from
//! there on states are kept as fingerprints.
#![allow(clippy::print_stdout, reason = "that is its purpose")]

use std::time::Instant;

use pod_lifecycle_models::api::{self, Api};
use pod_lifecycle_models::engine::{self, Beyond, Flow, Limit, Space, Stored};
use pod_lifecycle_models::kill::Kills;
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;
use pod_lifecycle_models::phase::{self, Phases};
use pod_lifecycle_models::pod::Pods;

fn main() -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let (model, scope, limit) = (args.next(), args.next(), args.next());
    let scopes = [Scope::Tiny, Scope::Standard, Scope::Large];
    let scope = scopes.into_iter().find(|known| scope.as_deref() == Some(known.as_str()));
    let scope = scope.ok_or("the second argument is tiny, standard or large")?;
    let gib: usize =
        limit.as_deref().unwrap_or("4").parse().map_err(|_| "the third argument is a number of GiB")?;
    let limit = Limit { bytes: gib << 30, beyond: Beyond::Compact };
    match model.as_deref() {
        Some("api") => report::<_, api::State>(Api::new(scope), limit),
        Some("phase") => report::<_, phase::State>(Phases::default(), limit),
        Some("kill") => report::<_, u128>(Kills::new(scope), limit),
        Some("pod") => report::<_, [u64; 3]>(Pods::new(scope), limit),
        Some(_) | None => return Err("the first argument is the name of a model".into()),
    }
    Ok(())
}

fn report<M: Protocol, P: Stored<M::State>>(model: M, limit: Limit) {
    #[allow(clippy::disallowed_methods, reason = "the duration is printed, nothing is decided by it")]
    let start = Instant::now();
    let mut next = 1_000_000;
    let space: Space<P> = engine::explore(&Plain(model), limit, |visit| {
        if visit.id == next {
            println!("{next} states visited after {:.1} s", start.elapsed().as_secs_f64());
            next += next / 2;
        }
        Flow::On
    });
    let (seconds, states) = (start.elapsed().as_secs_f64(), f64::from(space.len()));
    println!(
        "{} states, {} steps, {seconds:.2} s, {:.0} states/s, {:.1} bytes a state, {}",
        space.len(),
        space.steps,
        states / seconds,
        space.bytes() as f64 / states,
        space.outcome,
    );
}
