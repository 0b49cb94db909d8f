//! What the container runtime knows, as several oracles write it.

use pod_lifecycle::container::{Exit, ExitReason, Health, Instance};
use serde::{Deserialize, Deserializer};

/// One instance of a container. Members without influence (times, image, count) are skipped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    #[serde(default)]
    pub(crate) id: String,
    pub(crate) name: String,
    state: State,
    exit_code: i32,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Created,
    Running,
    Exited,
    Unknown,
    /// Not set: treated like exited (CTR-02).
    #[serde(rename = "")]
    Unset,
}

impl Status {
    /// The instance as a reset looks at it: one without a state has not exited (CTR-32).
    pub(crate) fn evidence(&self) -> Instance {
        match self.state {
            State::Unset => Instance::Unknown,
            State::Created | State::Running | State::Exited | State::Unknown => {
                self.instance(|| Health::GOOD)
            }
        }
    }

    /// The instance; `health` is asked only if it runs.
    pub(crate) fn instance(&self, health: impl FnOnce() -> Health) -> Instance {
        match self.state {
            State::Created => Instance::Created,
            State::Running => Instance::Running(health()),
            State::Exited | State::Unset => {
                Instance::Exited(Exit { code: self.exit_code, reason: ExitReason::from_api(&self.reason) })
            }
            State::Unknown => Instance::Unknown,
        }
    }
}

/// The newest instance of the container `name`.
pub(crate) fn newest(statuses: &[Status], name: &str) -> Option<Instance> {
    statuses.iter().find(|status| status.name == name).map(|status| status.instance(|| Health::GOOD))
}

/// Reads `null` as the default.
pub(crate) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
