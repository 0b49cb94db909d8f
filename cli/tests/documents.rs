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
        &["model", "explore"],
        &["mutants"],
        &["claims"],
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

/// What a command draws.
fn drawn(arguments: &[&str]) -> String {
    let drawn = transcript(&mut podlife(arguments));
    drawn.strip_suffix("exit 0\n").unwrap_or_else(|| panic!("{arguments:?}: {drawn}")).to_owned()
}

/// The pictures are paths of the models.
#[test]
fn the_protocol_is_drawn() {
    const TINY: [&str; 4] = ["--scope", "tiny", "--export", "mermaid"];
    let find = |model, id| [&["model", "run", model, "--find", id][..], &TINY].concat();
    let mut text = String::from(
        "# The protocol in pictures\n\nEach picture is a shortest path of a model, found by the checker; made and compared by \
         `cli/tests/documents.rs`.\nThe words in brackets are rules: `podlife rules ID` tells what each says.\n",
    );
    let mut picture = |title: &str, says: &str, arguments: &[&str]| {
        let command = arguments.join(" ");
        let drawn = drawn(arguments);
        write!(text, "\n## {title}\n\n{says}\n\n`podlife {command}`\n\n```mermaid\n{drawn}```\n").unwrap();
    };
    picture(
        "A Pod is created",
        "Four components act one after the other, each because it has seen what the one before wrote. Pending is no wait for the \
         scheduler:\nthe phase is Pending until the kubelet has seen the container run and has told so.",
        &["walkthrough", "create", "--mermaid"],
    );
    picture(
        "A Pod is deleted",
        "The DELETE of a user writes two fields. What follows is the kubelet's work, and near the end stands a DELETE of its own, with \
         grace 0\nand the uid: only that removes the object.",
        &["walkthrough", "delete", "--mermaid"],
    );
    picture(
        "A second DELETE without grace",
        "It is answered with success, and nothing is written: a grace can only be shortened.",
        &find("api", "S16"),
    );
    picture(
        "Two writes, and another actor between them",
        "A DELETE with grace 0 writes twice: it marks, then removes whatever has the name by then. Here that is a successor that nobody \
         deleted.\nA uid in the request prevents it.",
        &find("api", "S21"),
    );
    picture(
        "A hook that takes all of the grace",
        "The preStop hook runs inside the grace. When it has used it up, 2 seconds are left between stop signal and SIGKILL.",
        &find("kill", "S3"),
    );
    picture(
        "A node that is cut off",
        "The kubelet does not learn of the deletion, so nobody removes the Pod. A ReplicaSet does not wait: two processes run.",
        &find("identity", "S7"),
    );
    picture(
        "A node that never comes back",
        "The Pod that is deleting stays, and all who act go on acting. Somebody must force it, delete the Node, or taint it \
         out-of-service.",
        &find("identity", "LIV-03"),
    );
    compare("docs/protocol.md", &text);
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
