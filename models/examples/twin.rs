//! Explores model `api` once and prints what `models/spin/run.sh` compares with SPIN: `twin SCOPE HOW`, where HOW is
//! `engine`, `counts` (the engine, with what SPIN does not count subtracted), `threads` (the engine on two threads), `bfs`
//! or `dfs` (stateright's). `pod` and `pod-threads` explore that model with the engine, on one thread and on two.
#![allow(clippy::print_stdout, reason = "that is its purpose")]

use pod_lifecycle_models::api::{Action, Api, State};
use pod_lifecycle_models::engine::{self, Flow, Limit, Space, Stored};
use pod_lifecycle_models::law::{Protocol, Scope};
use pod_lifecycle_models::liveness::Plain;
use pod_lifecycle_models::pod::Pods;
use stateright::{Checker, Model};

fn main() -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let (scope, how) = (args.next(), args.next());
    let scopes = [Scope::Tiny, Scope::Standard, Scope::Large];
    let scope = scopes.into_iter().find(|known| scope.as_deref() == Some(known.as_str()));
    let scope = scope.ok_or("the first argument is tiny, standard or large")?;
    let (model, pods) = (Plain(Api::new(scope)), Plain(Pods::new(scope)));
    match how.as_deref() {
        Some("engine") => engine::<_, State>(&model, 1, 0),
        Some("counts") => engine::<_, State>(&model, 1, refused(&model)),
        Some("threads") => engine::<_, State>(&model, 2, 0),
        Some("bfs") => stateright(&model.checker().spawn_bfs().join()),
        Some("dfs") => stateright(&model.checker().spawn_dfs().join()),
        Some("pod") => engine::<_, [u64; 3]>(&pods, 1, 0),
        Some("pod-threads") => engine::<_, [u64; 3]>(&pods, 2, 0),
        Some(_) | None => {
            return Err("the second argument is engine, counts, threads, bfs, dfs, pod or pod-threads".into());
        }
    }
    Ok(())
}

fn engine<M: Protocol, P: Stored<M::State>>(model: &Plain<M>, threads: usize, refused: u64) {
    let space: Space<P> = engine::explore_on(threads, model, Limit::NONE, |_, _, _| (), |_| Flow::On);
    println!("states {}", space.len());
    println!("transitions {}", space.steps - refused);
    println!("bytes {}", space.bytes());
}

fn stateright(checker: &impl Checker<Plain<Api>>) {
    println!("states {}", checker.unique_state_count());
    println!("transitions {}", checker.state_count() - 1);
    // All that the process ever held, as Linux tells it.
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from reading files")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
    let kilobytes: u64 = peak.and_then(|peak| peak.parse().ok()).unwrap_or(0);
    println!("bytes {}", kilobytes * 1024);
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
