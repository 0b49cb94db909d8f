//! Whole histories of one Pod name against an API server: code, body, reason and causes of every answer, the object
//! read back, and what a watch saw.
//!
//! `server` puts the crate's decisions together to an API server for one name, `client` sends what the cases say.

use pod_lifecycle::time::{Now, Time};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::harness::{Judged, Oracle};

mod answer;
mod client;
mod server;
mod tree;

use client::{Client, Op};
use server::Server;

pub(crate) struct DeleteSequences;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    #[serde(rename = "id")]
    _id: IgnoredAny,
    #[serde(rename = "source")]
    _source: IgnoredAny,
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    op: Op,
    /// Absent for a sleep, as all below.
    t: Option<i64>,
    result: Option<Value>,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    events: Value,
}

/// The first step that differs, or nothing.
#[derive(PartialEq, Serialize)]
pub(crate) struct Outcome {
    step: usize,
    result: Value,
    after: Value,
    events: Value,
}

/// The second of the first request; all times of a case count from it.
fn start() -> Time {
    Time::from_unix(1_767_225_600)
}

/// The clock lies strictly between two seconds.
fn clock(t: i64) -> Now {
    Now::with_nanos(Time::from_unix(start().as_unix() + t), 500_000_000)
}

impl Oracle for DeleteSequences {
    const NAME: &'static str = "delete_sequences";
    const EXPECTED: &'static [&'static str] = &["result", "after", "events"];
    type Case<'a> = Case;
    type Outcome = Option<Outcome>;

    fn judge(case: Case) -> Judged<Option<Outcome>> {
        let mut server = Server::default();
        let mut client = Client::default();
        for (index, step) in case.steps.into_iter().enumerate() {
            let Some(t) = step.t else { continue };
            let answer = client.send(&step.op, clock(t), &mut server);
            client.read_back(server.stored());
            let of = |result, after, events| Some(Outcome { step: index, result, after, events });
            let got = of(answer.render(), answer::after(server.stored()), Value::from(server.take_events()));
            let expected = of(step.result.unwrap_or_default(), step.after, step.events);
            if expected != got {
                return Judged { expected, got, rules: server.rules() };
            }
        }
        Judged { expected: None, got: None, rules: server.rules() }
    }
}

/// A Pod as the cases create it.
fn plain_pod() -> Value {
    json!({
        "metadata": {"name": "p", "namespace": "ns"},
        "spec": {"containers": [{"name": "c1", "image": "img:1"}]},
    })
}
