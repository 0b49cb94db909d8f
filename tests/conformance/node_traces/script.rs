//! What the test client did, as the cases write it, and its translation to a node's plain values.

use std::time::Duration;

use pod_lifecycle::container::Role;
use pod_lifecycle::deletion::{Finalizers, Request};
use pod_lifecycle::node::{ContainerSpec, PodSpec, Run, Script};
use pod_lifecycle::termination::StopRun;
use pod_lifecycle::view::View;
use pod_lifecycle::{Grace, wire};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    spec: Value,
    finalizers: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step<'a> {
    #[serde(rename = "do")]
    pub(super) verb: Verb,
    #[serde(borrow)]
    options: wire::DeleteOptions<'a>,
    pub(super) when: When,
    /// A whole second of the one run that was recorded.
    #[serde(rename = "t")]
    _t: i64,
    pub(super) code: u16,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verb {
    Delete,
    Evict,
    Unfinalize,
    Fail,
}

/// The state that the client waited for, and how long it waited after it.
#[derive(Clone, Copy)]
pub(crate) struct When {
    pub(super) state: Awaited,
    pub(super) later: Duration,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Awaited {
    Created,
    Init,
    Running,
    Terminal,
    Deleting,
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::{Error, IntoDeserializer};
        let text = String::deserialize(deserializer)?;
        let (state, later) = text.split_once('+').unwrap_or((&text, "0"));
        let state =
            Awaited::deserialize(IntoDeserializer::<serde::de::value::Error>::into_deserializer(state))
                .map_err(Error::custom)?;
        Ok(Self { state, later: Duration::from_secs(later.parse().map_err(Error::custom)?) })
    }
}

impl Step<'_> {
    pub(super) fn request(&self) -> Request {
        Request { grace: self.options.grace_period_seconds.map(Grace::from_signed), propagation: None }
    }
}

/// The containers of the spec by name, in the order of the spec: init containers first.
pub(crate) struct Pod {
    pub(super) names: Vec<String>,
    pub(super) spec: PodSpec,
}

impl Input {
    pub(super) fn pod(&self) -> Pod {
        let object = json!({"spec": self.spec});
        let pod = wire::Pod::deserialize(&object).expect("a Pod");
        let view = View::of(&pod);
        let lists = ["initContainers", "containers"];
        let args = lists.iter().flat_map(|list| self.spec[list].as_array().into_iter().flatten());
        let containers = view.containers.iter().zip(args).map(|(container, raw)| ContainerSpec {
            own: container.policy,
            rules: container.rules.to_vec(),
            ..ContainerSpec::new(container.role, script(&raw["args"]))
        });
        let spec = PodSpec {
            policy: view.policy,
            grace: view.spec_grace.or(Some(Grace::DEFAULT)),
            deadline: view.deadline.map(Grace::from_signed),
            finalizers: Finalizers::from_names(self.finalizers.iter().map(String::as_str)),
            containers: containers.collect(),
            ..PodSpec::default()
        };
        Pod { names: view.containers.iter().map(|container| (*container.name).to_owned()).collect(), spec }
    }
}

impl Pod {
    pub(super) fn is_init(&self, container: usize) -> bool {
        matches!(self.spec.containers[container].role, Role::Init | Role::Sidecar)
    }
}

/// `exit=a,b after=ms,ms stop=c stopms=ms`.
fn script(args: &Value) -> Script {
    let args: Vec<&str> =
        args.as_array().into_iter().flatten().map(|arg| arg.as_str().expect("text")).collect();
    let list = |name: &str| -> Vec<i64> {
        let found = args.iter().filter_map(|arg| arg.split_once('=')).find(|(key, _)| *key == name);
        found.map_or_else(Vec::new, |(_, list)| {
            list.split(',').map(|item| item.parse().expect("a number")).collect()
        })
    };
    let millis = |value: i64| Duration::from_millis(value.unsigned_abs());
    let (codes, times) = (list("exit"), list("after"));
    let runs = codes.iter().enumerate().map(|(start, code)| Run {
        code: i32::try_from(*code).expect("a code"),
        after: times.get(start).or_else(|| times.last()).map_or(Duration::ZERO, |time| millis(*time)),
    });
    Script {
        runs: runs.collect(),
        stop: StopRun::Ends(list("stopms").first().map_or(Duration::ZERO, |time| millis(*time))),
        stop_code: list("stop").first().map_or(0, |code| i32::try_from(*code).expect("a code")),
    }
}
