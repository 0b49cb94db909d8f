//! Pods out of files that hold objects: JSON or YAML, one or many, lists, and the templates of workloads.

use std::io::{self, Read as _};
use std::path::Path;

use serde_json::Value;

use super::check::input::open;
use crate::exit::CliError;
use crate::render;

/// A Pod as JSON, whatever it was written in.
pub(crate) struct Given {
    /// The JSON of the Pod.
    pub(crate) json: String,
    /// The workload that it is the template of, such as `Deployment web`.
    pub(crate) template_of: Option<String>,
}

/// What a file holds.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) pods: Vec<Given>,
    /// The other objects: their kinds, and their JSON.
    pub(crate) others: Vec<(String, String)>,
}

impl Objects {
    /// What it holds instead of Pods.
    pub(crate) fn kinds(&self) -> String {
        let mut kinds: Vec<&str> = self.others.iter().map(|(kind, _)| kind.as_str()).collect();
        kinds.dedup();
        if kinds.is_empty() { "it is empty".to_owned() } else { kinds.join(", ") }
    }
}

/// Reads all Pods of a file, and the templates of workloads; `-` is standard input.
pub(crate) fn read(file: &Path) -> Result<Objects, CliError> {
    let hint = "give a Pod as `kubectl get pod NAME -o json` or `-o yaml` prints it, a manifest, or `-`";
    let objects = any(file, hint)?;
    has_pods(file, &objects, hint)?;
    Ok(objects)
}

/// Whether there is a Pod to speak of. Other objects instead are a mistake; nothing at all is what an empty namespace has.
pub(crate) fn has_pods(file: &Path, objects: &Objects, hint: &str) -> Result<(), CliError> {
    match (objects.pods.is_empty(), objects.others.is_empty()) {
        (false, _) => Ok(()),
        (true, true) => {
            render::note(&format!("`{}` is empty: there is no Pod to speak of", file.display()));
            Ok(())
        }
        (true, false) => Err(none(file, "Pod", objects, hint)),
    }
}

/// Reads all objects of a file; `-` is standard input.
pub(crate) fn any(file: &Path, hint: &str) -> Result<Objects, CliError> {
    let unusable = |error: &dyn std::fmt::Display| {
        CliError::unusable(format!("cannot read `{}`: {error}", file.display()), hint)
    };
    let text = text(file).map_err(|error| unusable(&error))?;
    let values = values(&text).map_err(|error| unusable(&error))?;
    let mut objects = Objects::default();
    for value in values {
        gather(value, &mut objects);
    }
    Ok(objects)
}

/// The error of a file that holds none of what it should.
pub(crate) fn none(file: &Path, wanted: &str, objects: &Objects, hint: &str) -> CliError {
    let held = objects.kinds();
    CliError::unusable(format!("cannot read `{}`: it holds no {wanted} ({held})", file.display()), hint)
}

fn text(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(file)?.read_to_string(&mut text)?;
    Ok(text)
}

/// One JSON value after another, or the documents of a YAML stream.
fn values(text: &str) -> Result<Vec<Value>, String> {
    if text.trim_start().starts_with(['{', '[']) {
        let values = serde_json::Deserializer::from_str(text).into_iter();
        return values.collect::<Result<_, _>>().map_err(|error| error.to_string());
    }
    serde_saphyr::from_multiple(text).map_err(|error| error.to_string())
}

fn gather(mut value: Value, objects: &mut Objects) {
    if let Some(items) = value.get_mut("items").map(Value::take) {
        let items = if let Value::Array(items) = items { items } else { Vec::new() };
        items.into_iter().for_each(|item| gather(item, objects));
        return;
    }
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let templates = ["/spec/template", "/spec/jobTemplate/spec/template"];
    let template = templates.iter().find_map(|path| value.pointer(path)).cloned();
    match (kind.as_str(), template) {
        ("Pod" | "", None) if value.get("spec").is_some() => {
            objects.pods.push(Given { json: value.to_string(), template_of: None });
        }
        (_, Some(template)) => {
            let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            objects
                .pods
                .push(Given { json: template.to_string(), template_of: Some(format!("{kind} {name}")) });
            objects.others.push((kind, value.to_string()));
        }
        (_, None) => {
            let kind = if kind.is_empty() { "no kind".to_owned() } else { kind };
            objects.others.push((kind, value.to_string()));
        }
    }
}
