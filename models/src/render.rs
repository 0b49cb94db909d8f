//! A path as numbered steps and as a Mermaid sequence diagram.

use std::fmt::Write;

use serde::Serialize;

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
    let width = path.iter().map(|step| step.from.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (number, Told { from, says, changes, .. }) in (1..).zip(path) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number:>3}. {from:width$}  {says}");
        for change in changes {
            let _ = writeln!(text, "     {:width$}    {change}", "");
        }
    }
    text
}

/// Renders a path as a Mermaid sequence diagram.
#[must_use]
pub fn mermaid(path: &[Told]) -> String {
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
    let id = |name: &str| name.replace(' ', "");
    let mut text = String::from("sequenceDiagram\n    autonumber\n");
    for name in &names {
        let _ = writeln!(text, "    participant {} as {name}", id(name));
    }
    for Told { from, to, says, changes } in path {
        let _ = writeln!(text, "    {}->>{}: {}", id(from), id(to), escape(says));
        if !changes.is_empty() {
            let changes: Vec<_> = changes.iter().map(|change| escape(change)).collect();
            let _ = writeln!(text, "    Note over {}: {}", id(to), changes.join("<br/>"));
        }
    }
    text
}

/// A semicolon ends a statement in Mermaid, a hash starts an entity.
fn escape(text: &str) -> String {
    text.replace('#', "#35;").replace(';', ",")
}
