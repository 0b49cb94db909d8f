//! The command line as its users meet it.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails loudly, and reads what it tests"
)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

mod check;
mod check_forms;
mod claims;
mod diagram;
mod documents;
mod explain;
mod explore;
mod model;
mod mutants;
mod rules;
mod timeline;
mod verify;
mod walkthrough;

/// The program, away from any terminal.
fn podlife(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("podlife").expect("cargo builds the program before its tests");
    command.args(arguments);
    command
}

/// A recorded history of `examples/traces`.
fn trace(name: &str) -> PathBuf {
    root().join("examples/traces").join(name).with_extension("jsonl")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What a command printed and how it ended, with the place of the repository cut out.
fn transcript(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&root().display().to_string(), ".");
    format!(
        "{}{}exit {}\n",
        text(&output.stdout),
        text(&output.stderr),
        output.status.code().expect("it is not killed")
    )
}
