//! Explores one model in one scope with the engine, no law judged, and prints what it took:
//! `scope MODEL SCOPE [GIB [THREADS [FAULTS]]]`, as in `cargo run --release -p pod-lifecycle-models --example scope -- pod large 10 2`.
//! From the limit in GiB on states are kept as fingerprints. Only of model `pod` the faults can be chosen.
#![allow(clippy::print_stdout, reason = "that is its purpose")]

use std::time::Instant;

use pod_lifecycle_models::api::{self, Api};
use pod_lifecycle_models::capacity::Capacity;
use pod_lifecycle_models::engine::{self, Beyond, Flow, Limit, Space, Stored};
use pod_lifecycle_models::identity::Identity;
use pod_lifecycle_models::kill::Kills;
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;
use pod_lifecycle_models::phase::Phases;
use pod_lifecycle_models::pod::Pods;

fn main() -> Result<(), String> {
    let args: Vec<_> = std::env::args().skip(1).collect();
    let number = |place: usize, default: usize| match args.get(place) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| format!("{text} is no number")),
    };
    let scopes = [Scope::Tiny, Scope::Standard, Scope::Large];
    let scope = scopes.into_iter().find(|known| args.get(1).is_some_and(|scope| scope == known.as_str()));
    let scope = scope.ok_or("the second argument is tiny, standard or large")?;
    let limit = Limit { bytes: number(2, 4)? << 30, beyond: Beyond::Compact };
    let threads = number(3, 1)?;
    let pods = Pods::new(scope);
    let faults = u8::try_from(number(4, pods.faults.into())?).ok().filter(|faults| *faults < 8);
    let pods = Pods { faults: faults.ok_or("at most 7 faults")?, ..pods };
    match args.first().map(String::as_str) {
        Some("api") => report::<_, api::State>(Api::new(scope), limit, threads),
        Some("phase") => report::<_, u64>(Phases::new(scope), limit, threads),
        Some("kill") => report::<_, u128>(Kills::new(scope), limit, threads),
        Some("identity") => report::<_, u128>(Identity::new(scope), limit, threads),
        Some("capacity") => report::<_, u128>(Capacity::new(scope), limit, threads),
        Some("pod") => report::<_, [u64; 3]>(pods, limit, threads),
        Some(_) | None => return Err("the first argument is the name of a model".into()),
    }
    Ok(())
}

fn report<M: Protocol, P: Stored<M::State>>(model: M, limit: Limit, threads: usize) {
    #[allow(clippy::disallowed_methods, reason = "the duration is printed, nothing is decided by it")]
    let start = Instant::now();
    let mut next = 1_000_000;
    let space: Space<P> = engine::explore_on(
        threads,
        &Plain(model),
        limit,
        |_, _, _| (),
        |visit| {
            if visit.id == next {
                println!("{next} states visited after {:.1} s", start.elapsed().as_secs_f64());
                next += next / 2;
            }
            Flow::On
        },
    );
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
