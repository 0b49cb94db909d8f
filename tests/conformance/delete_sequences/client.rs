//! The client of the cases: what it has seen, and what it makes of a step.

use std::collections::BTreeMap;

use pod_lifecycle::time::{Now, Time};
use pod_lifecycle::validate::Endpoint;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::server::Server;
use super::{plain_pod, start, tree};

/// JSON pointers and the values that they get.
type Set = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
pub(super) enum Op {
    Create {
        #[serde(default)]
        set: Set,
    },
    Bind {
        node: String,
        uid: Option<Which>,
    },
    Update {
        #[serde(default)]
        set: Set,
        rv: Option<Which>,
        uid: Option<Which>,
    },
    UpdateStatus {
        #[serde(default)]
        set: Set,
        rv: Option<Which>,
        uid: Option<Which>,
    },
    Patch {
        patch: Value,
    },
    PatchStatus {
        patch: Value,
    },
    Delete {
        #[serde(default)]
        options: Options,
    },
    Evict {
        #[serde(default)]
        options: Options,
    },
    Sleep {
        #[serde(rename = "seconds")]
        _seconds: u64,
    },
}

/// Which uid or version is sent.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Which {
    Current,
    Previous,
    Stale,
    Wrong,
    None,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    grace_period_seconds: Option<i64>,
    propagation_policy: Option<String>,
    orphan_dependents: Option<bool>,
    #[serde(default)]
    dry_run: Vec<String>,
    uid: Option<Which>,
    rv: Option<Which>,
}

/// A uid and a version that never was.
const NEVER: &str = "never";

#[derive(Default)]
pub(super) struct Client {
    seen: Option<Value>,
    created: Option<Value>,
    /// Different ones, in order.
    uids: Vec<String>,
    versions: Vec<String>,
}

impl Client {
    /// Remembers a GET; one that finds nothing teaches nothing.
    pub(super) fn read_back(&mut self, pod: Option<&Value>) {
        let Some(pod) = pod else { return };
        for (field, known) in [("uid", &mut self.uids), ("resourceVersion", &mut self.versions)] {
            let value = pod["metadata"][field].as_str().expect("a stored object has it");
            if known.last().map(String::as_str) != Some(value) {
                known.push(value.to_owned());
            }
        }
        self.seen = Some(pod.clone());
    }

    pub(super) fn send(&mut self, op: &Op, now: Now, server: &mut Server) -> Answer {
        match op {
            Op::Create { set } => {
                let body = with(plain_pod(), set);
                self.created = Some(body.clone());
                server.create(&body)
            }
            Op::Bind { node, uid } => server.bind(node, uid.and_then(|which| self.uid(which)).as_deref()),
            Op::Update { set, rv, uid } => server.put(Endpoint::Main, &self.body(set, *rv, *uid), now),
            Op::UpdateStatus { set, rv, uid } => {
                server.put(Endpoint::Status, &self.body(set, *rv, *uid), now)
            }
            Op::Patch { patch } => server.patch(Endpoint::Main, patch, now),
            Op::PatchStatus { patch } => server.patch(Endpoint::Status, patch, now),
            Op::Delete { options } => server.delete(&self.options(options), now),
            Op::Evict { options } => server.evict(&self.options(options), now),
            Op::Sleep { .. } => unreachable!("a sleep has no time of its own"),
        }
    }

    /// The body of a PUT: what was last seen, changed.
    fn body(&self, set: &Set, version: Option<Which>, uid: Option<Which>) -> Value {
        let seen = self.seen.clone().or_else(|| self.created.clone()).unwrap_or_else(plain_pod);
        let mut body = with(seen, set);
        match version {
            None | Some(Which::Current | Which::Previous) => {}
            Some(Which::None) => tree::set(&mut body, "/metadata/resourceVersion", None),
            Some(Which::Wrong) => tree::set(&mut body, "/metadata/resourceVersion", Some(NEVER.into())),
            Some(Which::Stale) => {
                let before = self.versions.iter().nth_back(1).or_else(|| self.versions.last());
                tree::set(&mut body, "/metadata/resourceVersion", before.cloned().map(Value::from));
            }
        }
        if let Some(which) = uid {
            tree::set(&mut body, "/metadata/uid", self.uid(which).map(Value::from));
        }
        body
    }

    fn uid(&self, which: Which) -> Option<String> {
        match which {
            Which::Current => Some(self.uids.last().map_or(NEVER, String::as_str).to_owned()),
            Which::Previous | Which::Stale => {
                Some(self.uids.iter().nth_back(1).map_or(NEVER, String::as_str).to_owned())
            }
            Which::Wrong => Some(NEVER.to_owned()),
            Which::None => None,
        }
    }

    fn version(&self, which: Which) -> Option<String> {
        match which {
            Which::Current => Some(self.versions.last().map_or(NEVER, String::as_str).to_owned()),
            Which::Previous | Which::Stale => {
                Some(self.versions.iter().nth_back(1).map_or(NEVER, String::as_str).to_owned())
            }
            Which::Wrong => Some(NEVER.to_owned()),
            Which::None => None,
        }
    }

    /// `DeleteOptions`.
    fn options(&self, options: &Options) -> Value {
        json!({
            "gracePeriodSeconds": options.grace_period_seconds,
            "propagationPolicy": options.propagation_policy,
            "orphanDependents": options.orphan_dependents,
            "dryRun": options.dry_run,
            "preconditions": {
                "uid": options.uid.and_then(|which| self.uid(which)),
                "resourceVersion": options.rv.and_then(|which| self.version(which)),
            },
        })
    }
}

/// Applies the changes of a step; a number as deletionTimestamp counts from the start.
fn with(mut body: Value, set: &Set) -> Value {
    for (pointer, value) in set {
        let value = match (pointer.as_str(), value.as_i64()) {
            ("/metadata/deletionTimestamp", Some(offset)) => {
                Time::from_unix(start().as_unix() + offset).to_string().into()
            }
            _ => value.clone(),
        };
        tree::set(&mut body, pointer, Some(value));
    }
    body
}
