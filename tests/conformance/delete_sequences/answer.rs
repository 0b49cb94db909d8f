//! Answers, objects and events in the form of the cases.

use pod_lifecycle::admission::Cause;
use pod_lifecycle::time::Time;
use serde_json::{Map, Value, json};

use super::start;

/// What a request is answered.
pub(super) enum Answer {
    /// A success with the object.
    Pod(u16),
    /// A success with a `Status`.
    Done(u16),
    /// 404.
    NotFound,
    /// 409, with its reason.
    Conflict(&'static str),
    /// 422: field and kind of every cause.
    Invalid(Vec<(String, String)>),
}

impl Answer {
    pub(super) fn invalid(causes: &[Cause<'_>]) -> Self {
        Self::Invalid(
            causes.iter().map(|cause| (cause.field().to_string(), cause.kind().to_string())).collect(),
        )
    }

    pub(super) fn render(self) -> Value {
        let failed = |code: u16, reason: &str| json!({"code": code, "body": "Status", "reason": reason});
        match self {
            Self::Pod(code) => json!({"code": code, "body": "Pod"}),
            Self::Done(code) => json!({"code": code, "body": "Status"}),
            Self::NotFound => failed(404, "NotFound"),
            Self::Conflict(reason) => failed(409, reason),
            Self::Invalid(mut causes) => {
                causes.sort();
                let mut answer = failed(422, "Invalid");
                let causes =
                    causes.into_iter().map(|(field, reason)| json!({"field": field, "reason": reason}));
                answer["causes"] = causes.collect();
                answer
            }
        }
    }
}

/// The object read back, or null.
pub(super) fn after(pod: Option<&Value>) -> Value {
    let Some(pod) = pod else { return Value::Null };
    let (metadata, spec, status) = (&pod["metadata"], &pod["spec"], &pod["status"]);
    let mut after = marks(metadata);
    copy(metadata, &["uid", "labels", "annotations", "ownerReferences"], &mut after);
    let mut part = Map::new();
    let fields = [
        "nodeName",
        "terminationGracePeriodSeconds",
        "activeDeadlineSeconds",
        "schedulingGates",
        "restartPolicy",
    ];
    copy(spec, &fields, &mut part);
    let images = items(&spec["containers"]).map(|container| container["image"].clone());
    part.insert("images".to_owned(), images.collect());
    after.insert("spec".to_owned(), part.into());
    let mut part = Map::new();
    let fields = ["phase", "qosClass", "reason", "nominatedNodeName", "observedGeneration"];
    copy(status, &fields, &mut part);
    for (list, render) in [("conditions", condition as fn(&Value) -> Value), ("containerStatuses", container)]
    {
        if items(&status[list]).next().is_some() {
            part.insert(list.to_owned(), items(&status[list]).map(render).collect());
        }
    }
    after.insert("status".to_owned(), part.into());
    after.into()
}

/// What a watch sees.
pub(super) fn event(kind: &str, pod: &Value) -> Value {
    let mut event = marks(&pod["metadata"]);
    event.insert("type".to_owned(), kind.into());
    copy(&pod["status"], &["phase"], &mut event);
    let types: Vec<Value> = items(&pod["status"]["conditions"]).map(|found| found["type"].clone()).collect();
    if !types.is_empty() {
        event.insert("conditionTypes".to_owned(), types.into());
    }
    event.into()
}

/// Versions and deletion; times count from the start.
fn marks(metadata: &Value) -> Map<String, Value> {
    let mut marks = Map::new();
    copy(metadata, &["generation", "deletionGracePeriodSeconds"], &mut marks);
    let version: u64 =
        metadata["resourceVersion"].as_str().and_then(|text| text.parse().ok()).expect("a stored version");
    marks.insert("resourceVersion".to_owned(), version.into());
    marks.insert("finalizers".to_owned(), items(&metadata["finalizers"]).cloned().collect());
    if let Some(due) = metadata["deletionTimestamp"].as_str() {
        let due = Time::parse(due).expect("a stored time").as_unix() - start().as_unix();
        marks.insert("deletionTimestamp".to_owned(), due.into());
    }
    marks
}

fn condition(found: &Value) -> Value {
    let mut rendered = Map::new();
    copy(found, &["type", "status", "reason", "observedGeneration"], &mut rendered);
    rendered.into()
}

fn container(found: &Value) -> Value {
    let mut rendered = Map::new();
    copy(found, &["name", "restartCount", "state"], &mut rendered);
    let times: [(&str, &[&str]); 2] =
        [("running", &["startedAt"]), ("terminated", &["startedAt", "finishedAt"])];
    for (state, times) in times {
        if let Some(state) = rendered["state"].get_mut(state) {
            for time in times {
                state[time] = Value::Null;
            }
        }
    }
    rendered.into()
}

fn copy(from: &Value, fields: &[&str], to: &mut Map<String, Value>) {
    for field in fields {
        if let Some(value) = from.get(field) {
            to.insert((*field).to_owned(), value.clone());
        }
    }
}

pub(super) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
