//! `termination_order`: which running containers a container waits for (KUB-45).

use std::collections::BTreeMap;

use pod_lifecycle::View;
use pod_lifecycle::termination::{Member, Process, waits_for};
use pod_lifecycle::wire::Pod;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct TerminationOrder;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pod: Pod<'a>,
    running: Vec<String>,
}

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    waits_for: BTreeMap<String, Vec<String>>,
}

impl Oracle for TerminationOrder {
    const NAME: &'static str = "termination_order";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(case: Example<Input<'_>, Output>) -> Judged<Output> {
        let Input { pod, running } = case.input;
        let view = View::of(&pod);
        let process = |name: &str| {
            if running.iter().any(|running| running == name) { Process::Running } else { Process::Stopped }
        };
        let members: Vec<Member> = view
            .containers
            .iter()
            .map(|container| Member { role: container.role, process: process(container.name) })
            .collect();
        let waited = |place: usize| {
            let others = view.containers.iter().enumerate();
            let mut names: Vec<String> = others
                .filter(|(other, _)| waits_for(&members, place, *other))
                .map(|(_, container)| container.name.to_owned())
                .collect();
            names.sort();
            names
        };
        let waits_for = view
            .containers
            .iter()
            .enumerate()
            .filter(|(place, _)| members[*place].process == Process::Running)
            .map(|(place, container)| (container.name.to_owned(), waited(place)))
            .collect();
        Judged { expected: case.output, got: Output { waits_for }, rules: vec!["KUB-45".to_owned()] }
    }
}
