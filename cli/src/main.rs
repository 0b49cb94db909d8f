//! `podlife`: verify the Kubernetes Pod lifecycle protocol, and judge what a cluster did.

mod args;
mod commands;
mod exit;
mod render;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Verify(args) => commands::verify::run(&args),
        Command::Check(args) => commands::check::run(&args),
        Command::Rules(args) => commands::rules::run(&args),
        Command::Model(args) => commands::model::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Timeline(args) => commands::timeline::run(&args),
        Command::Mutants(args) => commands::mutants::run(&args),
        Command::Claims(args) => commands::claims::run(&args),
        Command::Diagram(args) => commands::diagram::run(&args),
        Command::Walkthrough(args) => commands::walkthrough::run(&args),
    };
    exit::finish(outcome)
}
