//! `kill_grace`: the time-out of the stop call (KUB-41, KUB-43).

use pod_lifecycle::termination::stop_timeout;
use serde::{Deserialize, Serialize};

use crate::container_grace::Input;
use crate::harness::{Example, Judged, Oracle};

pub(crate) struct KillGrace;

#[derive(Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Output {
    stop_timeout: u64,
}

impl Oracle for KillGrace {
    const NAME: &'static str = "kill_grace";
    type Case<'a> = Example<Input, Output>;
    type Outcome = Output;

    fn judge(case: Example<Input, Output>) -> Judged<Output> {
        let (base, rule) = match case.input.asked {
            Some(asked) => (asked, "KUB-41 (override)"),
            None => (case.input.base(), "KUB-41"),
        };
        let got = Output { stop_timeout: stop_timeout(base) };
        Judged { expected: case.output, got, rules: vec![rule.to_owned(), "KUB-43".to_owned()] }
    }
}
