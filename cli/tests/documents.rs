//! Documents that are made from the program; a stale one fails. `UPDATE_DOCUMENTS=1` writes them anew.

use std::fmt::Write as _;
use std::fs;

use crate::{podlife, root, transcript};

#[test]
fn the_command_line_is_documented() {
    let mut text = String::from(
        "# The command line\n\nWhat `--help` says; made and compared by `cli/tests/documents.rs`.\n",
    );
    for command in [
        &[][..],
        &["verify"],
        &["check"],
        &["explain"],
        &["timeline"],
        &["rules"],
        &["model"],
        &["model", "list"],
        &["model", "show"],
        &["model", "run"],
        &["diagram"],
        &["walkthrough"],
    ] {
        let help = transcript(podlife(command).arg("--help").env("COLUMNS", "100"));
        let help = help.trim_end().trim_end_matches("exit 0").trim_end();
        let name = ["podlife"].iter().chain(command).copied().collect::<Vec<_>>().join(" ");
        write!(text, "\n## {name}\n\n```text\n{help}\n```\n").unwrap();
    }
    compare("docs/cli.md", &text);
}

#[test]
fn the_machines_are_drawn() {
    let mut text = String::from(
        "# The machines\n\nDrawn from the tables of the code (`podlife diagram`); made and compared by `cli/tests/documents.rs`.\n",
    );
    for table in pod_lifecycle::table::all() {
        let drawn = transcript(&mut podlife(&["diagram", table.name]));
        let drawn = drawn.trim_end_matches("exit 0\n");
        write!(text, "\n## {}\n\n{}\n\n```mermaid\n{drawn}```\n", table.name, table.about).unwrap();
    }
    compare("docs/machines.md", &text);
}

fn compare(file: &str, text: &str) {
    let path = root().join(file);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(stored == text, "{file} is stale: run `UPDATE_DOCUMENTS=1 cargo test -p pod-lifecycle-cli`");
}
