//! Pods out of files that hold objects: JSON or YAML, one or many, lists, and the templates of workloads.

use std::io::{self, Read as _};
use std::path::Path;

use serde_json::Value;

use super::check::input::open;
use crate::exit::CliError;

/// A Pod as JSON, whatever it was written in.
pub(crate) struct Given {
    /// The JSON of the Pod.
    pub(crate) json: String,
    /// The workload that it is the template of, such as `Deployment web`.
    pub(crate) template_of: Option<String>,
}

/// What a file holds.
pub(crate) struct Objects {
    pub(crate) pods: Vec<Given>,
    /// Kinds of objects that hold no Pod.
    pub(crate) others: Vec<String>,
}

/// Reads all Pods of a file; `-` is standard input.
pub(crate) fn read(file: &Path) -> Result<Objects, CliError> {
    let unusable = |error: &dyn std::fmt::Display| {
        CliError::unusable(
            format!("cannot read `{}`: {error}", file.display()),
            "give a Pod as `kubectl get pod NAME -o json` or `-o yaml` prints it, a manifest, or `-`",
        )
    };
    let text = text(file).map_err(|error| unusable(&error))?;
    let values = values(&text).map_err(|error| unusable(&error))?;
    let mut objects = Objects { pods: Vec::new(), others: Vec::new() };
    for value in values {
        gather(value, &mut objects);
    }
    if objects.pods.is_empty() {
        let others =
            if objects.others.is_empty() { "it is empty".to_owned() } else { objects.others.join(", ") };
        return Err(unusable(&format_args!("it holds no Pod ({others})")));
    }
    Ok(objects)
}

/// Reads all Nodes of a file.
pub(crate) fn nodes(file: &Path) -> Result<Vec<String>, CliError> {
    let unusable = |error: &dyn std::fmt::Display| {
        CliError::unusable(
            format!("cannot read `{}`: {error}", file.display()),
            "give a Node as `kubectl get node NAME -o json` or `-o yaml` prints it",
        )
    };
    let text = text(file).map_err(|error| unusable(&error))?;
    let values = values(&text).map_err(|error| unusable(&error))?;
    let nodes = values.into_iter().filter(|value| value["kind"] == "Node");
    Ok(nodes.map(|value| value.to_string()).collect())
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
        }
        (_, None) => objects.others.push(if kind.is_empty() { "no kind".to_owned() } else { kind }),
    }
}
