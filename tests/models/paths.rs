//! Each recorded life of a Pod on a real kubelet is a path of model `pod`: with the recorded requests of the client and
//! without any fault on the node. What is compared, and what is outside of the model, is told in [`recorded`]; a search
//! over the product of model and trace decides.
#![allow(clippy::print_stdout, reason = "the counts are for people; libtest shows them with --nocapture")]

use std::collections::BTreeMap;

use pod_lifecycle::Phase;
use pod_lifecycle_models::law::Scope;
use pod_lifecycle_models::pod::{Action, Entry, Mutant, Pods, Policy, Token};

mod case;
mod product;
mod recorded;

#[path = "../conformance/files.rs"]
#[allow(dead_code, reason = "the conformance tests use the rest")]
mod files;

use case::Case;
use product::search;
use recorded::{Event, Outside, Recording, Stored};

const NAME: &str = "node_traces";
const MODEL: Pods = Pods::new(Scope::Large);

/// The sample of the repository and what `POD_LIFECYCLE_ORACLE_DIR` names.
fn cases() -> Vec<Case> {
    let mut all = vec![files::sample(NAME).unwrap()];
    for directory in files::directories() {
        all.extend(files::oracle(&directory, NAME).unwrap().into_iter().flatten());
    }
    let lines = all.iter().flat_map(|file| file.text.lines()).filter(|line| !line.trim().is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What has a place in the model, and how often each reason keeps a trace out.
fn recordings() -> (Vec<(String, Recording)>, BTreeMap<Outside, u32>) {
    let (mut inside, mut outside) = (Vec::new(), BTreeMap::new());
    for case in cases() {
        match case.project() {
            Ok(recording) => inside.push((case.id, recording)),
            Err(reason) => *outside.entry(reason).or_default() += 1,
        }
    }
    (inside, outside)
}

#[test]
fn each_recorded_trace_is_a_path() {
    let (inside, outside) = recordings();
    let found = inside.iter().map(|(id, recording)| (id, recording, search(MODEL, recording)));
    let (mut states, mut strangers) = (0, Vec::new());
    for (id, recording, found) in found {
        states += found.states;
        if !found.is_path {
            let next = recording.events.get(found.events);
            strangers.push(format!("{id}: after {} events no path shows {next:?}", found.events));
        }
    }
    println!(
        "{NAME}: {} traces, {states} states of the products; outside of the model: {outside:?}",
        inside.len()
    );
    assert!(strangers.is_empty(), "{} traces are no path:\n{}", strangers.len(), strangers.join("\n"));
    let left_out: u32 = outside.values().sum();
    assert!(inside.len() > 3 * left_out as usize, "{left_out} traces are left out");
}

/// What no Kubernetes does; `None` where the trace gives no occasion.
type Garble = fn(&Recording) -> Option<Recording>;

const GARBLED: [(&str, Garble); 7] = [
    ("Running after the kubelet's terminal phase", |recording| {
        let end = first(recording, |stored| stored.phase.is_terminal())?;
        let alone = !recording.requests.contains(&Action::Fail);
        alone.then(|| insert(recording, end, |stored| stored.phase = Phase::Running))
    }),
    ("removed by the kubelet before a terminal phase", |recording| {
        let forced = recording.requests.contains(&Action::Delete(Some(Token::Zero)));
        let gone = recording.events.last()?.stored.is_none();
        first(recording, |stored| stored.phase.is_terminal()).filter(|_| gone && !forced)?;
        Some(change(recording, |stored| {
            if stored.phase.is_terminal() {
                stored.phase = Phase::Running;
                stored.entry = stored.entry.map(|_| Entry::Going);
            }
        }))
    }),
    ("a start after the end with policy Never", |recording| {
        let end = recording.events.iter().position(|event| event.moment == 2)?;
        let mut again = recording.clone();
        again.events.insert(end + 1, Event { moment: 1, ..recording.events[end] });
        again.events[end + 1..].iter_mut().for_each(|event| event.moment += 2);
        again.ends.insert(4, recording.ends[&2].clone());
        (recording.policy == Policy::Never).then_some(again)
    }),
    ("the container runs after its end without another start", |recording| {
        let end = recording.events.iter().position(|event| event.moment == 2)?;
        let mut back = recording.clone();
        back.events.insert(end + 1, Event { moment: 1, ..recording.events[end] });
        Some(back)
    }),
    ("deletionTimestamp goes", |recording| {
        let deleted = first(recording, |stored| stored.grace.is_some())?;
        Some(insert(recording, deleted, |stored| stored.grace = None))
    }),
    ("deleted by nobody", |recording| {
        first(recording, |stored| stored.grace.is_some())?;
        let mut calm = recording.clone();
        calm.requests.retain(|request| !matches!(request, Action::Delete(_)));
        Some(calm)
    }),
    ("Failed after 0, Succeeded after another exit code", |recording| {
        let began = recording.events.last()?.moment > 0 && !recording.requests.contains(&Action::Fail);
        first(recording, |stored| stored.phase.is_terminal()).filter(|_| began)?;
        Some(change(recording, |stored| match stored.phase {
            Phase::Succeeded => stored.phase = Phase::Failed,
            Phase::Failed => stored.phase = Phase::Succeeded,
            Phase::Pending | Phase::Running | Phase::Unknown => {}
        }))
    }),
];

fn first(recording: &Recording, is: impl Fn(&Stored) -> bool) -> Option<usize> {
    recording.events.iter().position(|event| event.stored.as_ref().is_some_and(&is))
}

fn change(recording: &Recording, change: impl Fn(&mut Stored)) -> Recording {
    let mut changed = recording.clone();
    changed.events.iter_mut().filter_map(|event| event.stored.as_mut()).for_each(change);
    changed
}

/// After the event at `place` another one like it, but for this.
fn insert(recording: &Recording, place: usize, change: impl Fn(&mut Stored)) -> Recording {
    let mut longer = recording.clone();
    let mut event = longer.events[place];
    event.stored.iter_mut().for_each(change);
    longer.events.insert(place + 1, event);
    longer
}

/// The search refuses: each trace, garbled in each way, is no path.
#[test]
fn a_garbled_trace_is_no_path() {
    let (inside, _) = recordings();
    for (what, garble) in GARBLED {
        let mut refused = 0;
        for (id, recording) in &inside {
            let Some(garbled) = garble(recording) else { continue };
            assert!(!search(MODEL, &garbled).is_path, "{id}: a path in spite of `{what}`: {garbled:?}");
            refused += 1;
        }
        println!("{NAME}: {refused} traces refused: {what}");
        assert!(refused > 5, "{what}: only {refused} traces");
    }
}

/// What the traces tell of a model: these mistakes leave something out that was recorded. A mistake that only adds paths
/// cannot be told so.
const TOLD: [Mutant; 6] = [
    Mutant::NeverTerminal,
    Mutant::UnreportedRemoval,
    Mutant::RunsTwice,
    Mutant::PhaseKept,
    Mutant::UpdateKeeps,
    Mutant::EndsUnnoticed,
];

#[test]
fn a_model_that_lacks_recorded_paths_is_told() {
    let (inside, _) = recordings();
    for mutant in TOLD {
        let model = Pods { mutant: Some(mutant), ..MODEL };
        let strangers = inside.iter().filter(|(_, recording)| !search(model, recording).is_path).count();
        println!("{NAME}: {strangers} traces are no path with {mutant:?}");
        assert!(strangers > 0, "each trace is a path in spite of {mutant:?}");
    }
}
