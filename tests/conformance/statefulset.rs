//! `UpdateStatefulSet`: one sync of a `StatefulSet` over a fake object store (CTL-SS-14 … CTL-SS-17).

use pod_lifecycle::controllers::Readiness;
use pod_lifecycle::controllers::stateful_set::{
    Action, Management, Partition, Pod, Revisions, Set, Strategy, Sync, sync,
};
use pod_lifecycle::wire::Text;
use pod_lifecycle::{Deletion, Grace, Now, Phase, Time};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::harness::{Example, Judged, Oracle};

pub(crate) struct StatefulSet;

const NOW: Time = Time::from_unix(1_000_000_000);
const DELETING: Deletion = Deletion::Expired { due: NOW };

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    set: WireSet<'a>,
    #[serde(borrow)]
    pods: Vec<WirePod<'a>>,
    #[serde(borrow)]
    update_revision: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireSet<'a> {
    replicas: u32,
    start: u32,
    #[serde(borrow)]
    pod_management_policy: Text<'a>,
    #[serde(borrow)]
    update_strategy: WireStrategy<'a>,
    min_ready_seconds: u64,
    deleting: bool,
    #[serde(borrow)]
    status: Stored<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WireStrategy<'a> {
    #[serde(rename = "type", borrow)]
    kind: Text<'a>,
    rolling_update: Option<RollingUpdate>,
}

/// Under the default gates `maxUnavailable` is ignored (CTL-SS-08).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RollingUpdate {
    #[serde(default)]
    partition: u32,
    #[serde(rename = "maxUnavailable")]
    _max_unavailable: Option<IgnoredAny>,
}

/// The stored status; what a sync does not read is skipped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    current_replicas: i64,
    #[serde(borrow)]
    current_revision: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WirePod<'a> {
    ordinal: u32,
    #[serde(borrow)]
    phase: Text<'a>,
    ready: bool,
    terminating: bool,
    #[serde(borrow)]
    revision: Text<'a>,
    ready_for_seconds: Option<u64>,
}

#[derive(PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Output {
    actions: Vec<Done>,
    status: Status,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Done {
    verb: String,
    ordinal: u32,
    revision: Option<String>,
}

#[derive(PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Status {
    replicas: i64,
    ready_replicas: i64,
    available_replicas: i64,
    current_replicas: i64,
    updated_replicas: i64,
    current_revision: String,
    update_revision: String,
}

impl Oracle for StatefulSet {
    const NAME: &'static str = "statefulset";
    type Case<'a> = Example<Input<'a>, Output>;
    type Outcome = Output;

    fn judge(Example { input, output, .. }: Self::Case<'_>) -> Judged<Output> {
        let set = input.set.read();
        let pods: Vec<Pod<&str>> = input.pods.iter().map(WirePod::read).collect();
        // The history holds r1, r2 … up to the update revision.
        let stored = Some(&*input.set.status.current_revision).filter(|name| name.starts_with('r'));
        let revisions = Revisions { current: stored, update: &*input.update_revision };
        let Sync { actions, status } = sync(&set, revisions, &pods, Now::at(NOW));
        let mut actions: Vec<Done> = actions.into_iter().map(done).collect();
        if set.management == Management::Parallel {
            actions.sort();
        }
        let got = Output {
            actions,
            status: Status {
                replicas: status.replicas,
                ready_replicas: status.ready,
                available_replicas: status.available,
                current_replicas: status.current,
                updated_replicas: status.updated,
                current_revision: status.current_revision.to_owned(),
                update_revision: status.update_revision.to_owned(),
            },
        };
        let walk = match set.management {
            Management::OrderedReady => "CTL-SS-04",
            Management::Parallel => "CTL-SS-05",
        };
        let moved = got.status.current_revision != stored.unwrap_or(&input.update_revision);
        let rules = [
            ("CTL-SS-11", moved),
            ("CTL-SS-13", input.set.deleting),
            ("CTL-SS-15", got.actions.iter().any(|action| action.verb == "create")),
            ("CTL-SS-16", !got.actions.is_empty()),
            (walk, !got.actions.is_empty()),
            ("CTL-SS-17", true),
        ];
        let rules = rules.iter().filter(|(_, decides)| *decides).map(|(rule, _)| (*rule).to_owned());
        Judged { expected: output, got, rules: rules.collect() }
    }
}

fn done(action: Action<&str>) -> Done {
    match action {
        Action::Create { ordinal, revision } => {
            Done { verb: "create".to_owned(), ordinal, revision: Some(revision.to_owned()) }
        }
        Action::Delete { ordinal } => Done { verb: "delete".to_owned(), ordinal, revision: None },
    }
}

impl WireSet<'_> {
    fn read(&self) -> Set {
        let rolling = &self.update_strategy.rolling_update;
        Set {
            replicas: self.replicas,
            start: self.start,
            management: match &*self.pod_management_policy {
                "Parallel" => Management::Parallel,
                "OrderedReady" => Management::OrderedReady,
                other => panic!("no policy: {other}"),
            },
            strategy: match &*self.update_strategy.kind {
                "OnDelete" => Strategy::OnDelete,
                "RollingUpdate" => Strategy::RollingUpdate(
                    rolling.as_ref().map_or(Partition::Absent, |rolling| Partition::From(rolling.partition)),
                ),
                other => panic!("no strategy: {other}"),
            },
            min_ready: Grace::from_secs(self.min_ready_seconds),
            deletion: if self.deleting { DELETING } else { Deletion::Live },
            current_replicas: self.status.current_replicas,
        }
    }
}

impl WirePod<'_> {
    fn read(&self) -> Pod<&str> {
        let since = self.ready_for_seconds.map(|age| NOW.minus(Grace::from_secs(age)));
        Pod {
            ordinal: self.ordinal,
            phase: Phase::from_api(&self.phase),
            readiness: if self.ready { Readiness::Ready { since } } else { Readiness::NotReady },
            deletion: if self.terminating { DELETING } else { Deletion::Live },
            revision: Some(&*self.revision).filter(|name| !name.is_empty()),
        }
    }
}
