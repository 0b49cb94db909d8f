//! `timeline` against the model `kill`: of all kills that the model reaches, the extremes are the bounds.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use pod_lifecycle::Grace;
use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::Request;
use pod_lifecycle::termination::{Member, Process};
use pod_lifecycle::timeline::{Part, Plan, PreStop, timeline};
use pod_lifecycle_models::kill::{FIRST, Kill, Kills, SECOND, SIDECAR, State};
use pod_lifecycle_models::law::{Protocol, Scope};

/// For each grace and container of the model: the earliest and the latest stop signal, the latest second at which the process ran.
fn kills() -> BTreeMap<(u8, usize), (u8, u8, u8)> {
    let model = Kills::new(Scope::Standard);
    let mut seen: HashSet<State> = HashSet::from([model.initial()]);
    let mut frontier = vec![model.initial()];
    let mut kills = BTreeMap::new();
    while let Some(state) = frontier.pop() {
        if let Some(attempt) = state.attempt {
            for (place, container) in state.containers.iter().enumerate() {
                if let (true, Kill::Stopping { since, .. }) = (container.runs, container.kill) {
                    let known = kills.entry((attempt.grace, place)).or_insert((since, since, attempt.lasted));
                    *known = (known.0.min(since), known.1.max(since), known.2.max(attempt.lasted));
                }
            }
        }
        let mut actions = Vec::new();
        model.actions(&state, &mut actions);
        let next = actions.into_iter().map(|action| model.step(&state, action).next);
        frontier.extend(next.filter(|next| seen.insert(*next)));
    }
    kills
}

/// The Pod of the model.
fn plan(grace: u8) -> Plan<usize> {
    let part = |name, role, hook| Part {
        name,
        member: Member { role, process: Process::Running },
        hook,
        probe_grace: None,
    };
    let parts = [
        part(SIDECAR, Role::Sidecar, PreStop::Runs),
        part(FIRST, Role::Regular, PreStop::Runs),
        part(SECOND, Role::Regular, PreStop::None),
    ];
    Plan::running(Grace::from_secs(grace.into()), parts)
}

/// The model counts whole seconds, so the second that a hook can hide is beyond it.
#[test]
fn the_bounds_are_the_extremes_of_the_model() {
    let kills = kills();
    let graces: HashSet<u8> = kills.keys().map(|(grace, _)| *grace).collect();
    assert!(graces.len() > 2, "{graces:?}");
    for ((grace, place), (first, last, ran)) in kills {
        let told = timeline(&plan(grace), Request::default());
        let lane = told.lanes.iter().find(|lane| lane.name == place).unwrap();
        assert_eq!(lane.signal.earliest, Duration::from_secs(first.into()), "grace {grace}: {lane:?}");
        assert_eq!(lane.signal.latest.as_secs(), u64::from(last), "grace {grace}: {lane:?}");
        assert_eq!(lane.ended.latest.as_secs(), u64::from(ran), "grace {grace}: {lane:?}");
    }
}
