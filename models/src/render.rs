//! A path as numbered steps, and as a sequence diagram: Mermaid and SVG.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

pub use svg::svg;

mod svg;

/// One step of a path in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Who acts.
    pub from: &'static str,
    /// Whom it addresses.
    pub to: &'static str,
    /// What it does.
    pub says: String,
    /// What has changed, old to new.
    pub changes: Vec<String>,
}

/// Renders a path as numbered steps: actor, action, what changed.
#[must_use]
pub fn steps(path: &[Told]) -> String {
    numbered(1, width(path), path)
}

fn width(path: &[Told]) -> usize {
    path.iter().map(|step| step.from.len()).max().unwrap_or(0)
}

fn numbered(first: usize, width: usize, path: &[Told]) -> String {
    let mut text = String::new();
    for (number, Told { from, says, changes, .. }) in (first..).zip(path) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number:>3}. {from:width$}  {says}");
        for change in changes {
            let _ = writeln!(text, "     {:width$}    {change}", "");
        }
    }
    text
}

/// A run that goes on for ever: some steps once, then others again and again. Without any of these it rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lasso {
    /// What happens once.
    pub stem: Vec<Told>,
    /// What is repeated.
    pub cycle: Vec<Told>,
    /// The watch events of both, once; none if the model has no store.
    #[serde(skip)]
    pub events: Option<Vec<Value>>,
}

impl Lasso {
    /// Renders it as numbered steps.
    #[must_use]
    pub fn steps(&self) -> String {
        let width = width(&self.stem).max(width(&self.cycle));
        let stem = numbered(1, width, &self.stem);
        if self.cycle.is_empty() {
            return format!("{stem}for ever: nothing\n");
        }
        format!("{stem}for ever:\n{}", numbered(self.stem.len() + 1, width, &self.cycle))
    }

    /// Renders it as a Mermaid sequence diagram.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let all: Vec<_> = self.stem.iter().chain(&self.cycle).collect();
        let mut text = participants(&all);
        messages(&mut text, &self.stem);
        text.push_str("    loop for ever\n");
        messages(&mut text, &self.cycle);
        if let Some(first) = all.first().filter(|_| self.cycle.is_empty()) {
            let _ = writeln!(text, "    Note over {}: nothing happens", id(first.to));
        }
        text.push_str("    end\n");
        text
    }
}

/// Renders a path as a Mermaid sequence diagram.
#[must_use]
pub fn mermaid(path: &[Told]) -> String {
    let mut text = participants(&path.iter().collect::<Vec<_>>());
    messages(&mut text, path);
    text
}

/// Who takes part, in the order of their first act.
fn names<'a>(path: &[&'a Told]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for name in path.iter().flat_map(|step| [step.from, step.to]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // The store stands at the right, next to its server.
    names.sort_by_key(|name| match *name {
        "API server" => 1,
        "etcd" => 2,
        _ => 0,
    });
    names
}

fn participants(path: &[&Told]) -> String {
    let names = names(path);
    let mut text = String::from("sequenceDiagram\n    autonumber\n");
    for name in &names {
        let _ = writeln!(text, "    participant {} as {name}", id(name));
    }
    text
}

fn messages(text: &mut String, path: &[Told]) {
    for Told { from, to, says, changes } in path {
        let _ = writeln!(text, "    {}->>{}: {}", id(from), id(to), escape(says));
        if !changes.is_empty() {
            let changes: Vec<_> = changes.iter().map(|change| escape(change)).collect();
            let _ = writeln!(text, "    Note over {}: {}", id(to), changes.join("<br/>"));
        }
    }
}

fn id(name: &str) -> String {
    name.replace(' ', "")
}

/// A semicolon ends a statement in Mermaid, a hash starts an entity.
fn escape(text: &str) -> String {
    text.replace('#', "#35;").replace(';', ",")
}

/// Tells a field that has changed, old to new.
pub(crate) fn field<T: PartialEq + AsRef<str>>(changes: &mut Vec<String>, name: &str, old: T, new: T) {
    if old != new {
        changes.push(format!("{name} {} → {}", old.as_ref(), new.as_ref()));
    }
}
