//! A computed status as it is written: texts, times and IDs are taken from where the decision says.

use pod_lifecycle::container::{Role, Started};
use pod_lifecycle::status::{
    Body, ConditionType, Entry, Generated, LastState, Listed, Nth, Origin, Ready, State, Verdict,
};
use serde_json::{Map, Value, json};

use super::Case;
use super::input::RestOfSpec;

impl Case<'_> {
    pub(super) fn entries(
        &self,
        status: Generated<'_>,
        of: impl Fn(Role) -> bool,
        by_name: bool,
    ) -> Vec<Value> {
        let entries = self.view.containers.iter().zip(status.entries());
        let mut written: Vec<Value> = entries
            .filter(|(container, _)| of(container.role))
            .map(|(container, entry)| self.write(container.role, container.name, entry))
            .collect();
        if by_name {
            written.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str())); // CTR-48
        }
        written
    }

    fn write(&self, role: Role, name: &str, entry: Entry) -> Value {
        let before = self.before(role, name);
        let mut written = Map::new();
        written.insert("name".into(), name.into());
        written.insert("state".into(), self.state(name, before, entry.state));
        let last = match entry.last {
            LastState::None => Value::Null,
            LastState::Of(state) => self.state(name, before, state),
            LastState::Reported(_) => before.map_or(Value::Null, |entry| entry["lastState"].clone()),
        };
        put(&mut written, "lastState", last);
        written.insert("ready".into(), (entry.ready == Ready::Yes).into());
        written.insert("restartCount".into(), entry.restarts.into());
        let (image, image_id, id) = match entry.body {
            Body::Newest => {
                let newest = self.runs(name).next().expect("an instance");
                (newest.image.as_str(), newest.image_ref.as_str(), newest.id.as_str())
            }
            Body::Spec => (self.image(role, name), "", ""),
            Body::Reported => {
                let text = |member: &str| before.and_then(|entry| entry[member].as_str()).unwrap_or_default();
                (text("image"), text("imageID"), text("containerID"))
            }
        };
        written.insert("image".into(), image.into());
        written.insert("imageID".into(), image_id.into());
        put(&mut written, "containerID", id.into());
        put(&mut written, "started", entry.started.map(|started| started == Started::Yes).into());
        Value::Object(written)
    }

    fn image(&self, role: Role, name: &str) -> &str {
        let RestOfSpec { containers, init_containers, .. } = &self.rest.spec;
        let list = if role == Role::Regular { containers } else { init_containers };
        let spec = list.iter().find(|container| container["name"] == name);
        spec.and_then(|container| container["image"].as_str()).unwrap_or_default()
    }

    fn state(&self, name: &str, before: Option<&Value>, state: State) -> Value {
        let run = |nth: Nth| self.runs(name).nth(usize::from(nth == Nth::Second)).expect("an instance");
        let said = |list: &str| before.map_or(Value::Null, |entry| entry[list]["terminated"].clone());
        let mut words = Map::new();
        match state {
            State::Running(nth) => {
                put(&mut words, "startedAt", seconds(run(nth).started_at.as_deref()));
                json!({ "running": words })
            }
            State::Waiting(wait) => {
                let failure = self.input.start_failures.get(name);
                let reason = wait.reason().or_else(|| failure.map(|words| words.reason.as_str()));
                let message = wait.message().or_else(|| failure.map(|words| words.message.as_str()));
                put(&mut words, "reason", reason.into());
                put(&mut words, "message", message.into());
                json!({ "waiting": words })
            }
            State::Terminated(_, Origin::Shown) => json!({ "terminated": said("state") }),
            State::Terminated(_, Origin::Last) => json!({ "terminated": said("lastState") }),
            State::Terminated(exit, Origin::Run(nth)) => {
                let run = run(nth);
                words.insert("exitCode".into(), exit.code.into());
                put(&mut words, "reason", run.reason.as_str().into());
                put(&mut words, "message", run.message.as_str().into());
                put(&mut words, "startedAt", seconds(run.started_at.as_deref()));
                put(&mut words, "finishedAt", seconds(run.finished_at.as_deref()));
                put(&mut words, "containerID", run.id.as_str().into());
                json!({ "terminated": words })
            }
            State::Terminated(exit, Origin::Made(made)) => {
                words.insert("exitCode".into(), exit.code.into());
                words.insert("reason".into(), made.reason(exit).into());
                words.insert("message".into(), made.message().into());
                json!({ "terminated": words })
            }
        }
    }

    pub(super) fn condition(&self, status: Generated<'_>, listed: Listed) -> Value {
        match listed {
            Listed::Api(index) => self.rest.status.conditions[index].clone(),
            Listed::Previous(index) => self.previous().conditions[index].clone(),
            Listed::Resize(_) => Value::Null,
            Listed::Made(verdict) => self.made(status, verdict),
        }
    }

    fn made(&self, status: Generated<'_>, verdict: Verdict) -> Value {
        let names: Vec<&str> = self.view.containers.iter().map(|container| container.name).collect();
        let gates = &self.rest.spec.readiness_gates;
        let gates: Vec<&str> = gates.iter().map(|gate| gate.condition_type.as_str()).collect();
        let mut made = Map::new();
        made.insert("type".into(), verdict.kind.as_str().into());
        made.insert("status".into(), verdict.status.as_str().into());
        put(&mut made, "reason", verdict.reason.map(|reason| reason.as_str()).into());
        put(&mut made, "message", status.message(verdict, &names, &gates).to_string().into());
        if verdict.kind != ConditionType::AllContainersRestarting && self.view.generation != 0 {
            made.insert("observedGeneration".into(), self.view.generation.into());
        }
        Value::Object(made)
    }
}

/// CTR-48: whole seconds.
fn seconds(time: Option<&str>) -> Value {
    let whole = |time: &str| match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    };
    time.map(whole).into()
}

/// Inserts what is not empty.
fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    };
    if !empty {
        members.insert(name.into(), value);
    }
}
